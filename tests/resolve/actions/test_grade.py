"""Grade and Ungrade, through the simulator. The engine's answers are doubles; `test_grade_pixels` has real ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.actions import grade as grade_action
from resolve_scripts.actions.grade import ACTIONS
from resolve_scripts.host import grading
from rushes.contracts import decode, encode
from rushes.contracts.edit import ID_KEYS
from rushes.contracts.grade import CDL, Grade, GradeJob, GradeResult, TimelineSpace
from rushes.errors import InputError, ResolveError, RushesError
from rushes.testing.resolve.colour import drx_text
from rushes.testing.resolve.profiles import SCRIPTED
from rushes.testing.resolve.state import ItemState, NodeState
from tests.resolve.conftest import Suite

GRADE, UNGRADE = ACTIONS
CDL_OF_TEST = CDL((1.1, 1.0, 0.9), (0.01, 0.0, -0.01), (1.0, 1.05, 1.1), 0.8)
CUBE = "LUT_3D_SIZE 2\n" + "\n".join(f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)) + "\n"


class Grades:
    """DOUBLE of the jobs "grades" and "grade"."""

    def __init__(self, folder: Path) -> None:
        self.lut = folder / "look.cube"
        self.lut.parent.mkdir(parents=True, exist_ok=True)
        self.lut.write_text(CUBE, "utf-8")
        self.all = [Grade("Harbour", TimelineSpace.REC709, CDL_OF_TEST, str(self.lut))]
        self.result = GradeResult(TimelineSpace.REC709, CDL_OF_TEST, str(self.lut), 0.1, 0.3)
        self.jobs: list[GradeJob] = []

    def grades(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {"grades": [encode(one) for one in self.all] if params["production"] else []}

    def grade(self, params: Mapping[str, Any]) -> dict[str, Any]:
        job = decode(GradeJob, dict(params))
        self.jobs.append(job)
        return encode(replace(self.result, space=job.space))


@pytest.fixture
def film(suite: Callable[..., Suite], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Two takes after another, the playhead on the first."""
    made: Suite = suite(getattr(request, "param", "21.0.4-studio"))
    monkeypatch.setenv("RUSHES_RESOLVE_LUT", str(made.sim.app.lut_folder))
    made.sim.timeline("Edit", video=2)
    for index, take in enumerate(("t1", "t2")):
        made.desk.add_take("SH010", take, 48)
        media = made.sim.add_media(f"{take}.mov", frames=48)
        media.third_party |= {ID_KEYS["take"]: take, ID_KEYS["shot"]: "SH010"}
        made.sim.add_clip(media, at=index * 48)
    grades = Grades(Path(made.desk.production))
    made.desk.answers |= {"grades": grades.grades, "grade": grades.grade}
    made.sim.playhead(10)
    return made


def grades_of(film: Suite) -> Grades:
    return film.desk.answers["grade"].__self__  # type: ignore[attr-defined]  # the bound method of the double


def items(film: Suite) -> list[ItemState]:
    timeline = film.sim.project.timeline
    assert timeline is not None
    return list(timeline.items("video"))


@pytest.mark.parametrize("film", SCRIPTED, indirect=True)
def test_the_grade_lands_in_its_own_version_and_a_second_run_changes_nothing(film: Suite) -> None:
    first, second = items(film)
    first.grade.nodes = [NodeState(cdl={"Slope": "2 2 2", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"})]
    mine = film.sim.snapshot()

    outcome = film.run(GRADE)

    assert outcome.done == 1
    assert [one.name for one in first.versions] == ["Version 1", "Rushes Harbour"]
    assert first.grade.name == "Rushes Harbour"
    (node,) = first.grade.nodes
    assert node.cdl == {
        "Slope": "1.100000 1.000000 0.900000",
        "Offset": "0.010000 0.000000 -0.010000",
        "Power": "1.000000 1.050000 1.100000",
        "Saturation": "0.800000",
    }
    assert node.lut.startswith("Rushes/harbour_")
    assert (film.sim.app.lut_folder / node.lut).read_text("utf-8") == CUBE
    assert first.versions[0].nodes[0].cdl == {"Slope": "2 2 2", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    assert second.grade.name == "Version 1"
    before = film.sim.snapshot()
    assert film.run(GRADE).done == 0
    assert film.sim.snapshot() == before
    assert film.run(UNGRADE).done == 1
    first.versions.pop()
    assert film.sim.snapshot() == mine
    assert film.sim.app.misuse == []


def test_all_clips_of_ours_and_none_of_others(film: Suite) -> None:
    foreign = film.sim.add_clip(at=200)
    assert film.run(GRADE, on="all").done == 2
    assert foreign.grade.name == "Version 1"
    assert len(grades_of(film).jobs) == 1  # realised once, not clip by clip


def test_a_changed_grade_is_set_again_in_the_same_version(film: Suite) -> None:
    film.run(GRADE)
    grades_of(film).result = replace(grades_of(film).result, cdl=CDL(saturation=0.5), lut=None)
    assert film.run(GRADE).done == 1
    first = items(film)[0]
    assert [one.name for one in first.versions] == ["Version 1", "Rushes Harbour"]
    (node,) = first.grade.nodes
    assert node.cdl is not None
    assert (node.cdl["Saturation"], node.lut) == ("0.500000", "")
    assert film.run(UNGRADE).done == 1
    assert first.grade.name == "Version 1"


def test_what_the_colourist_adds_in_our_version_stays(film: Suite) -> None:
    film.run(GRADE)
    first = items(film)[0]
    first.grade.nodes.append(NodeState(tools=["Curves"]))
    assert film.run(GRADE).done == 0
    assert len(first.grade.nodes) == 2


def test_going_back_and_grading_again_loads_the_version(film: Suite) -> None:
    film.run(GRADE)
    film.run(UNGRADE)
    film.sim.forget_calls()
    assert film.run(GRADE).done == 1
    assert film.sim.counts["TimelineItem.SetCDL"] == 0
    assert items(film)[0].grade.name == "Rushes Harbour"
    assert film.run(UNGRADE).done == 1
    assert film.run(UNGRADE).done == 0


def test_from_one_grade_of_ours_to_another_and_back_to_the_colourists(film: Suite) -> None:
    grades_of(film).all.append(replace(grades_of(film).all[0], name="Night"))
    first = items(film)[0]
    film.run(GRADE, grade="Harbour")
    film.run(GRADE, grade="Night")
    assert first.grade.name == "Rushes Night"
    assert film.run(UNGRADE).done == 1
    assert first.grade.name == "Version 1"
    assert film.run(UNGRADE).done == 0


def test_a_keyframed_node_cannot_hold_half_of_the_grade(film: Suite) -> None:
    """A naive script sets the CDL on a copy of the colourist's node: with keyframes only one of them changes."""
    first = items(film)[0]
    cdl = {"Slope": "2 2 2", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    first.grade.nodes = [NodeState(keyframes={86400: cdl, 86420: cdl})]
    film.run(GRADE)
    (node,) = first.grade.nodes
    assert not node.keyframes
    assert node.cdl is not None
    assert node.cdl["Saturation"] == "0.800000"
    assert set(first.versions[0].nodes[0].keyframes) == {86400, 86420}


def test_a_named_node_keeps_the_others_and_says_what_keyframes_do(film: Suite) -> None:
    first = items(film)[0]
    first.grade.nodes = [NodeState(tools=["Curves"]), NodeState()]
    outcome = film.run(GRADE, node="2")
    assert [one.tools for one in first.grade.nodes] == [["Curves"], []]
    assert first.grade.nodes[1].cdl is not None
    assert any("keyframes" in note for note in outcome.notes)
    before = film.sim.snapshot()
    with pytest.raises(ResolveError, match="has 2 nodes, not 7"):
        film.run(GRADE, node="7")
    assert film.sim.snapshot() == before


def test_a_clip_without_nodes_is_left_alone(film: Suite) -> None:
    items(film)[0].grade.nodes = []
    before = film.sim.snapshot()
    with pytest.raises(ResolveError, match="has no node"):
        film.run(GRADE)
    assert film.sim.snapshot() == before


@pytest.mark.parametrize("method", ["TimelineItem.AddVersion", "Graph.ResetAllGrades", "TimelineItem.SetCDL"])
def test_a_refused_call_leaves_the_clip_as_it_was(film: Suite, method: str) -> None:
    items(film)[0].grade.nodes = [NodeState(tools=["Curves"])]
    before = film.sim.snapshot()
    film.sim.refuse(method, 9)
    with pytest.raises(ResolveError) as caught:
        film.run(GRADE)
    assert caught.value.code == "resolve.grade"
    assert film.sim.snapshot() == before


def test_a_page_that_takes_no_cdl_is_changed_and_put_back(film: Suite) -> None:
    film.sim.refuse("TimelineItem.SetCDL", 1)
    assert film.run(GRADE).done == 1
    assert film.sim.app.page == "edit"


def test_a_closed_lut_folder_leaves_the_cdl_and_says_where_the_cube_lies(
    film: Suite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "Rushes").write_text("a file where the folder should be", "utf-8")
    monkeypatch.setenv("RUSHES_RESOLVE_LUT", str(closed))
    outcome = film.run(GRADE)
    node = items(film)[0].grade.nodes[0]
    assert outcome.done == 1
    assert node.cdl is not None
    assert not node.lut
    assert any(str(grades_of(film).lut) in note and "Open LUT Folder" in note for note in outcome.notes)
    assert film.run(GRADE).done == 0


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder that cannot be written")
def test_a_lut_folder_of_the_administrator(film: Suite) -> None:
    film.sim.app.lut_folder.chmod(0o555)
    try:
        assert film.run(GRADE).done == 1
    finally:
        film.sim.app.lut_folder.chmod(0o755)


def test_no_lut_folder_at_all(film: Suite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RUSHES_RESOLVE_LUT", str(tmp_path / "nowhere"))
    outcome = film.run(GRADE)
    assert any("RUSHES_RESOLVE_LUT" in note for note in outcome.notes)


def test_a_lut_that_resolve_refuses_is_told(film: Suite) -> None:
    film.sim.refuse("Graph.SetLUT", 1)
    outcome = film.run(GRADE)
    assert any("not the LUT" in note for note in outcome.notes)
    assert film.run(GRADE).done == 1  # the next run sets it
    assert film.run(GRADE).done == 0


def test_drx_is_applied_and_a_colour_group_falls_back_to_cdl_and_lut(film: Suite, tmp_path: Path) -> None:
    drx = tmp_path / "look.drx"
    drx.write_text(drx_text([NodeState(label="look", tools=["Curves"])]), "utf-8")
    grades_of(film).all = [replace(grades_of(film).all[0], drx=str(drx))]
    first, second = items(film)
    film.sim.handle(film.sim.project)  # the project is open
    group = film.sim.handle(film.sim.project).AddColorGroup("Day")
    film.sim.handle(second).AssignToColorGroup(group)

    outcome = film.run(GRADE, on="all")

    assert first.grade.nodes[0].drx == str(drx)
    assert second.grade.nodes[0].cdl is not None
    assert second.group == "Day"
    assert any("colour group takes none" in note for note in outcome.notes)
    assert film.run(GRADE, on="all").done == 0


def test_a_drx_of_another_space_is_not_applied(film: Suite, tmp_path: Path) -> None:
    drx = tmp_path / "look.drx"
    drx.write_text(drx_text([NodeState()]), "utf-8")
    grades_of(film).all = [replace(grades_of(film).all[0], drx=str(drx), space=TimelineSpace.ACESCCT)]
    outcome = film.run(GRADE)
    assert items(film)[0].grade.nodes[0].cdl is not None
    assert any("another colour space" in note for note in outcome.notes)


def test_a_colour_group_is_only_touched_when_asked(film: Suite) -> None:
    first = items(film)[0]
    group = film.sim.handle(film.sim.project).AddColorGroup("Day")
    film.sim.handle(first).AssignToColorGroup(group)
    state = film.sim.project.groups[0]
    film.run(GRADE)
    assert (state.post[0].cdl, state.post[0].lut) == (None, "")
    film.run(UNGRADE)

    outcome = film.run(GRADE, level="group")

    assert state.post[0].lut.startswith("Rushes/harbour_group_")
    assert first.grade.name == "Version 1"
    assert any("All clips of the colour group Day" in note for note in outcome.notes)
    before = film.sim.snapshot()
    assert film.run(GRADE, level="group").done == 0
    assert film.sim.snapshot() == before
    assert film.run(UNGRADE, level="group").done == 1
    assert state.post[0].lut == ""
    assert film.run(UNGRADE, level="group").done == 0
    state.post[:] = [NodeState(tools=["Curves"])]
    with pytest.raises(ResolveError, match="is free"):
        film.run(GRADE, level="group")


@pytest.mark.parametrize(
    ("settings", "space"),
    [
        ({}, TimelineSpace.REC709),
        (
            {
                "colorScienceMode": "davinciYRGBColorManagedv2",
                "colorSpaceTimeline": "DaVinci WG/Intermediate",
                "inputDRT": "None",
                "outputDRT": "None",
            },
            TimelineSpace.DAVINCI,
        ),
        ({"colorScienceMode": "acescct"}, TimelineSpace.ACESCCT),
    ],
)
def test_the_engine_is_asked_for_the_timelines_space(
    film: Suite, settings: dict[str, str], space: TimelineSpace
) -> None:
    film.sim.project.settings |= settings
    film.run(GRADE)
    assert grades_of(film).jobs[0].space is space


def test_a_tone_mapped_project_is_refused_in_words(film: Suite) -> None:
    film.sim.project.settings |= {
        "colorScienceMode": "davinciYRGBColorManagedv2",
        "colorSpaceTimeline": "DaVinci WG/Intermediate",
        "inputDRT": "DaVinci",
    }
    before = film.sim.snapshot()
    with pytest.raises(ResolveError, match="Input DRT") as caught:
        film.run(GRADE)
    assert caught.value.code == "resolve.color_space"
    assert film.sim.snapshot() == before


def test_what_is_not_read_as_rec709_is_told(film: Suite) -> None:
    foreign = film.sim.add_clip(at=200)
    film.sim.playhead(210)
    assert any("not for log footage" in note for note in film.run(GRADE, grade="Harbour").notes)
    assert foreign.grade.name == "Rushes Harbour"
    film.sim.playhead(10)
    film.sim.project.settings |= {
        "colorScienceMode": "davinciYRGBColorManagedv2",
        "colorSpaceInput": "sRGB",
        "colorSpaceTimeline": "Rec.709 Gamma 2.4",
    }
    assert any("as sRGB" in note for note in film.run(GRADE).notes)


def test_the_looks_grade_is_chosen_by_the_take(film: Suite) -> None:
    grades_of(film).all += [Grade("Ink", TimelineSpace.REC709)]
    assert film.run(GRADE).details["grades"] == ["Ink"]  # the take's style is ink
    with pytest.raises(InputError, match="Harbour, Ink"):
        film.run(GRADE, grade="Nope")


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("modal", "resolve.modal"),
        ("timeline", "resolve.no_timeline"),
        ("gap", "resolve.nothing_here"),
        ("selection", "resolve.nothing_selected"),
        ("choice", "resolve.choice"),
        ("engine", "engine.unreachable"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(film: Suite, case: str, code: str) -> None:
    options: dict[str, str] = {}
    if case == "modal":
        film.sim.open_modal()
    elif case == "timeline":
        film.sim.project.timeline = None
    elif case == "gap":
        film.sim.playhead(500)
    elif case == "selection":
        options["on"] = "selected"
    elif case == "choice":
        options["on"] = "everything"
    else:
        film.desk.unreachable = True
    before = film.sim.snapshot()
    with pytest.raises(RushesError) as caught:
        film.run(GRADE, **options)
    assert caught.value.code == code
    assert film.sim.snapshot() == before


def test_the_playhead_page_and_bin_stay(film: Suite) -> None:
    film.sim.playhead(60)
    film.sim.app.page = "color"
    film.run(GRADE)
    timeline = film.sim.project.timeline
    assert timeline is not None
    assert (timeline.playhead - timeline.start, film.sim.app.page) == (60, "color")
    assert items(film)[1].grade.name == "Rushes Harbour"


def test_calls_stay_linear_in_the_number_of_clips(film: Suite) -> None:
    media = items(film)[0].media
    counts: list[int] = []
    for clips in (10, 20, 30):
        film.sim.timeline(f"Cut {clips}")
        for index in range(clips):
            film.sim.add_clip(media, at=index * 48)
        film.sim.forget_calls()
        assert film.run(GRADE, on="all").done == clips
        assert film.run(UNGRADE, on="all").done == clips
        counts.append(film.sim.calls)
    assert counts[2] - counts[1] == counts[1] - counts[0]
    assert (counts[1] - counts[0]) / 10 < 80  # reading the timeline twice included


def test_a_grade_that_fails_does_not_forget_where_the_former_one_came_from(film: Suite) -> None:
    """Ungrade would show the clip's first version instead of the one that was active."""
    first, second = items(film)
    grades_of(film).all.append(replace(grades_of(film).all[0], name="Night"))
    handle = film.sim.handle(first)
    handle.AddVersion("Client", 0)
    film.run(GRADE, grade="Harbour")
    film.sim.refuse("TimelineItem.AddVersion", 1)
    outcome = film.run(GRADE, grade="Night", on="all")
    assert (outcome.done, first.grade.name, second.grade.name) == (1, "Rushes Harbour", "Rushes Night")
    film.run(UNGRADE)
    assert first.grade.name == "Client"


def test_a_grade_that_was_killed_halfway_can_be_taken_back(film: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    first = items(film)[0]
    film.sim.handle(first).AddVersion("Client", 0)
    monkeypatch.setattr(grading, "_back", lambda *_: None)  # a killed script puts nothing back
    monkeypatch.setattr(grade_action, "keep_note", _killed(grade_action.keep_note))
    film.sim.refuse("TimelineItem.SetCDL", 9)
    with pytest.raises(RuntimeError, match="killed"):
        film.run(GRADE)
    assert first.grade.name == "Rushes Harbour"
    monkeypatch.undo()
    film.run(UNGRADE)
    assert first.grade.name == "Client"


def _killed(keep: Callable[..., None]) -> Callable[..., None]:
    """Notes are kept once, then the script is gone."""
    calls: list[int] = []

    def once(*given: Any) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("killed")
        keep(*given)

    return once


def test_one_clip_that_cannot_go_back_does_not_keep_the_others(film: Suite) -> None:
    film.run(GRADE, on="all")
    film.sim.refuse("TimelineItem.LoadVersionByName", 1)
    outcome = film.run(UNGRADE, on="all")
    assert outcome.done == 1
    assert any("former grade version" in note for note in outcome.notes)


def test_a_changed_look_leaves_what_the_colourist_built_on_the_former_one(film: Suite) -> None:
    film.run(GRADE)
    first = items(film)[0]
    first.grade.nodes.append(NodeState(tools=["Curves"]))
    grades_of(film).result = replace(grades_of(film).result, cdl=CDL(saturation=0.5), lut=None)
    outcome = film.run(GRADE)
    assert [one.name for one in first.versions] == ["Version 1", "Rushes Harbour", "Rushes Harbour 2"]
    assert [node.tools for node in first.versions[1].nodes][1] == ["Curves"]
    assert (first.grade.name, len(first.grade.nodes)) == ("Rushes Harbour 2", 1)
    assert any("stays there" in note for note in outcome.notes)
    assert film.run(GRADE).done == 0
    film.run(UNGRADE)
    assert first.grade.name == "Version 1"
    assert film.run(GRADE).done == 1
    assert first.grade.name == "Rushes Harbour 2"


def test_a_second_version_that_fails_leaves_the_first(film: Suite) -> None:
    film.run(GRADE)
    first = items(film)[0]
    first.grade.nodes.append(NodeState(tools=["Curves"]))
    grades_of(film).result = replace(grades_of(film).result, cdl=CDL(saturation=0.5), lut=None)
    before = film.sim.snapshot()
    film.sim.refuse("TimelineItem.SetCDL", 9)
    with pytest.raises(ResolveError):
        film.run(GRADE)
    assert film.sim.snapshot() == before
