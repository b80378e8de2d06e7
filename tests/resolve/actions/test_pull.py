"""Pull Selects, against every Resolve that runs scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.actions.pull import ACTION
from rushes.contracts import AI_KEYWORD, Rating
from rushes.errors import EngineUnreachable, InputError, ResolveError
from rushes.testing.resolve import SCRIPTED, profile
from rushes.testing.resolve.state import MediaState
from tests.resolve.conftest import Suite

Start = Callable[..., Suite]


def _bins(one: Suite) -> dict[str, list[MediaState]]:
    found: dict[str, list[MediaState]] = {}

    def walk(folder: Any, path: str) -> None:
        if folder.clips:
            found[path] = list(folder.clips)
        for sub in folder.folders:
            walk(sub, f"{path}/{sub.name}" if path else sub.name)

    walk(one.sim.project.root, "")
    return found


@pytest.mark.parametrize("which", SCRIPTED)
def test_kept_takes_land_in_their_bins_with_all_that_is_known_of_them(suite: Start, which: str) -> None:
    one = suite(which)
    one.desk.add_take("SQ010_SH010", "t-aaa111", notes="the one")
    one.desk.add_take("SQ010_SH010", "t-bbb222", rating=Rating.REJECTED)
    one.desk.add_take("SQ010_SH020", "t-ccc333", pictures=True)
    one.desk.add_take("opening", "t-ddd444")
    one.sim.bin("Dailies")
    one.sim.timeline()
    one.sim.project.folder = one.sim.bin("Dailies")
    at = one.sim.snapshot()["projects"][one.sim.project.uid]["at"]
    outcome = one.run(ACTION)
    bins = _bins(one)
    del bins[""]  # the timeline's own item
    assert {path: [clip.name for clip in clips] for path, clips in bins.items()} == {
        "Rushes/Film/SQ010/SH010": ["SQ010_SH010_T01_aaa111.mov"],
        "Rushes/Film/SQ010/SH020": ["SQ010_SH020_T01_ccc333.[0101-0124].png"],
        "Rushes/Film/opening": ["opening_T01_ddd444.mov"],
    }
    (clip,) = bins["Rushes/Film/SQ010/SH010"]
    assert clip.third_party["rushes.take"] == "t-aaa111"
    assert clip.third_party["rushes.shot"] == "SQ010_SH010"
    assert clip.third_party["rushes.production"] == "prod-1"
    assert clip.third_party["rushes.recipe"] == "hash-t-aaa111"
    assert (clip.metadata["Shot"], clip.metadata["Take"], clip.metadata["Comments"]) == ("SQ010_SH010", "1", "the one")
    assert AI_KEYWORD in clip.metadata["Keywords"]
    assert (clip.color, clip.flags) == ("Green", [])
    (sequence,) = bins["Rushes/Film/SQ010/SH020"]
    assert (sequence.kind, sequence.frames) == ("sequence", 24)
    assert outcome.done == 3
    assert outcome.text == "3 takes pulled."
    assert sequence.proxy.endswith("SQ010_SH020_T01_ccc333.mov")
    assert outcome.notes == ()
    assert one.sim.snapshot()["projects"][one.sim.project.uid]["at"] == at
    assert one.sim.app.misuse == []
    assert one.sim.app.unmodelled == []


def test_the_second_run_changes_nothing(suite: Start) -> None:
    one = suite()
    for shot in ("SH010", "SH020"):
        one.desk.add_take(shot, f"t-{shot}", notes="good")
    one.run(ACTION)
    before = one.sim.snapshot()
    outcome = one.run(ACTION)
    assert outcome.done == 0
    assert outcome.text == "Nothing to do: 2 takes in the media pool already."
    assert one.sim.snapshot() == before


def test_options_choose_takes(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-kept")
    one.desk.add_take("SH010", "t-open", rating=Rating.UNDECIDED)
    one.desk.add_take("SH020", "t-no", rating=Rating.REJECTED)
    assert one.run(ACTION, which="undecided").done == 1
    assert [(c.third_party["rushes.take"], c.color, c.flags) for c in one.sim.project.media()] == [
        ("t-open", "Yellow", [])
    ]
    assert one.run(ACTION, which="all", shot="SH020").done == 1
    assert [(c.color, c.flags) for c in one.sim.project.media()][1] == ("Orange", ["Red"])
    assert one.run(ACTION, which="all").details == {"new": 1, "changed": 0}
    with pytest.raises(InputError, match="no takes of SH099"):
        one.run(ACTION, shot="SH099")
    with pytest.raises(InputError, match="no choice of takes"):
        one.run(ACTION, which="best")


def test_no_take_to_pull_is_said(suite: Start) -> None:
    one = suite()
    before = one.sim.snapshot()
    assert one.run(ACTION).text == "No take is kept."
    assert one.run(ACTION, which="all").text == "The production has no takes."
    assert one.sim.snapshot() == before


def test_a_new_rating_and_new_notes_reach_the_clip_and_only_those(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", notes="good")
    one.desk.add_take("SH010", "t-2")
    one.run(ACTION)
    one.desk.rate_take("t-1", Rating.REJECTED, "too dark")
    other = next(c for c in one.sim.project.media() if c.third_party["rushes.take"] == "t-2")
    other_before = (dict(other.metadata), dict(other.third_party), other.color)
    outcome = one.run(ACTION)
    (clip,) = [c for c in one.sim.project.media() if c.third_party["rushes.take"] == "t-1"]
    assert (clip.color, clip.flags, clip.metadata["Comments"]) == ("Orange", ["Red"], "too dark")
    assert (other.metadata, other.third_party, other.color) == other_before
    assert outcome.text == "1 clip updated."
    assert one.run(ACTION).done == 0


def test_what_the_editor_wrote_himself_is_left_and_told(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", notes="good")
    one.run(ACTION)
    (clip,) = one.sim.project.media()
    clip.color, clip.metadata["Comments"] = "Navy", "use the tail"
    clip.flags.append("Cyan")
    one.desk.rate_take("t-1", Rating.UNDECIDED, "hm")
    outcome = one.run(ACTION, which="all")
    assert (clip.color, clip.flags, clip.metadata["Comments"]) == ("Navy", ["Cyan"], "use the tail")
    assert any("your clip colour was left" in note for note in outcome.notes)
    assert any("your Comments were left; the take's notes are now: hm" in note for note in outcome.notes)
    assert one.run(ACTION, which="all").done == 0


def test_files_that_moved_are_linked_again(suite: Start, tmp_path: Path) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1")
    one.desk.add_take("SH010", "t-2", pictures=True)
    one.run(ACTION)
    clips = list(one.sim.project.media())
    ids = [clip.uid for clip in clips]
    one.desk.moved(tmp_path / "archive")
    outcome = one.run(ACTION)
    assert all(str(tmp_path / "archive") in clip.path for clip in clips)
    assert [clip.uid for clip in one.sim.project.media()] == ids
    assert [clip.metadata["Shot"] for clip in clips] == ["SH010", "SH010"]
    assert outcome.text == "2 clips updated."
    assert one.run(ACTION).done == 0


def test_where_relinking_is_refused_the_clip_is_replaced_with_its_metadata(suite: Start, tmp_path: Path) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1")
    one.run(ACTION)
    one.desk.moved(tmp_path / "archive")
    one.sim.refuse("MediaPool.RelinkClips")
    one.run(ACTION)
    (clip,) = one.sim.project.media()
    assert str(tmp_path / "archive") in clip.path
    assert (clip.metadata["Shot"], clip.third_party["rushes.take"], clip.color) == ("SH010", "t-1", "Green")


def test_a_take_in_the_trash_is_left_in_the_pool_and_said(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1")
    one.desk.add_take("SH010", "t-2")
    one.run(ACTION)
    one.desk.trash("t-1")
    before = one.sim.snapshot()
    outcome = one.run(ACTION)
    assert one.sim.snapshot() == before
    assert outcome.notes == ("No longer in the production, left in the media pool: SH010_T01_t1.mov.",)


def test_a_file_the_editor_imported_himself_becomes_ours_and_keeps_his_words(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", notes="good")
    media = one.desk.media("t-1").media
    own = one.sim.import_media(Path(media.path), folder="Mine")
    own.metadata["Comments"] = "mine"
    outcome = one.run(ACTION)
    assert outcome.details == {"new": 0, "changed": 1}
    assert [clip.uid for clip in one.sim.project.media()] == [own.uid]
    assert own.metadata["Comments"] == "mine"
    assert own.metadata["Shot"] == "SH010"
    assert one.run(ACTION).done == 0


def test_a_lost_clip_is_left_out_and_the_others_come(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1")
    one.desk.add_take("SH020", "t-2")
    one.desk.lost.add("t-1")
    outcome = one.run(ACTION)
    assert outcome.done == 1
    assert outcome.notes == ("The clip of take t-1 is gone. Replay it.",)


def test_a_file_that_resolve_cannot_read_is_named(suite: Start) -> None:
    one = suite()
    for take in ("t-1", "t-2", "t-3"):
        one.desk.add_take("SH010", take)
    Path(one.desk.media("t-2").media.path).write_bytes(b"no film")
    outcome = one.run(ACTION)
    assert [clip.third_party["rushes.take"] for clip in one.sim.project.media()] == ["t-1", "t-3"]
    assert outcome.notes == ("SH010_T02_t2 was not imported: Resolve refused it.",)


def test_a_name_of_metadata_that_this_resolve_lacks_does_not_cost_the_others(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1")
    one.sim.refuse("MediaPoolItem.SetMetadata", 2)  # the dict, then the first name alone
    outcome = one.run(ACTION)
    (clip,) = one.sim.project.media()
    assert clip.metadata["Take"] == "1"
    assert outcome.notes == ("SH010_T01_t1: Resolve refused Shot.",)


@pytest.mark.parametrize(("rate", "source"), [("25", 24), ("29.97 DF", 25), ("23.976", 24)])
def test_pictures_keep_the_rate_they_were_made_for(suite: Start, rate: str, source: int) -> None:
    one = suite(rate=rate, source=Fraction(source))
    one.desk.add_take("SH010", "t-1", pictures=True)
    outcome = one.run(ACTION)
    (clip,) = one.sim.project.media()
    assert clip.rate == source
    assert clip.proxy.endswith(".mov")
    assert outcome.notes == ()


def test_pictures_that_cannot_have_their_rate_are_named(suite: Start) -> None:
    one = suite(rate="25", source=Fraction(24))
    one.desk.add_take("SH010", "t-1", pictures=True)
    one.sim.refuse("MediaPoolItem.SetClipProperty")
    outcome = one.run(ACTION)
    assert outcome.notes == ("SH010_T01_t1: Resolve refused 24 fps (set it in Clip Attributes), proxy.",)


def test_kept_frames_that_went_leave_the_movie(suite: Start) -> None:
    one = suite()
    row = one.desk.add_take("SH010", "t-1", pictures=True)
    one.run(ACTION)
    (clip,) = one.sim.project.media()
    for file in clip.files:
        Path(file).unlink()
    one.desk.rows["t-1"] = replace(row, pictures=None)
    assert one.run(ACTION).text == "1 clip updated."
    assert clip.path.endswith("SH010_T01_t1.mov")
    assert (clip.third_party["rushes.take"], clip.metadata["Shot"], clip.color) == ("t-1", "SH010", "Green")


def test_stopping_leaves_whole_shots(suite: Start) -> None:
    one = suite()
    for shot in ("SH010", "SH020", "SH030"):
        one.desk.add_take(shot, f"t-{shot}")
    told = one.desk.progress

    def progress(fraction: float, text: str) -> None:
        told(fraction, text)
        one.desk.cancelled = text == "Pulling SH020"

    one.desk.progress = progress
    outcome = one.run(ACTION)
    assert [clip.metadata["Shot"] for clip in one.sim.project.media()] == ["SH010", "SH020"]
    assert outcome.notes == ("Stopped: 1 take left to pull.",)
    one.desk.progress, one.desk.cancelled = told, False
    assert one.run(ACTION).details == {"new": 1, "changed": 0}


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("no project", "resolve.no_project"),
        ("modal", "resolve.modal"),
        ("engine", "engine.unreachable"),
        ("bin", "resolve.bin"),
        ("import", "resolve.import"),
    ],
)
def test_bad_input_leaves_the_project_as_it_was(suite: Start, case: str, code: str) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1")
    one.sim.timeline()
    if case == "no project":
        one.sim.no_project()
    elif case == "modal":
        one.sim.open_modal()
    elif case == "engine":
        one.desk.unreachable = True
    elif case == "bin":
        one.sim.refuse("MediaPool.AddSubFolder")
    else:
        one.sim.refuse("MediaPool.ImportMedia")
    before = one.sim.snapshot()
    with pytest.raises((ResolveError, EngineUnreachable)) as refused:
        one.run(ACTION)
    # Without a project GetCurrentPage is None as well: either is true.
    assert refused.value.code in (code, "resolve.modal")
    assert refused.value.hint
    assert one.sim.snapshot() == before


def test_it_works_on_any_page_and_without_a_timeline(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1")
    one.sim.app.page = "media"
    assert one.run(ACTION).done == 1
    assert one.sim.app.page == "media"


def test_single_frames_shown_as_stills_are_noticed(suite: Start) -> None:
    one = suite(profile("21.0").but(show_individual_frames=True))
    one.desk.add_take("SH010", "t-1", frames=3, pictures=True)
    with pytest.raises(ResolveError, match="SH010_T01_t1 was not imported"):
        one.run(ACTION)


def _calls(one: Suite) -> int:
    one.sim.forget_calls()
    one.run(ACTION)
    return one.sim.calls


def _takes(one: Suite, number: int, shots: int, pictures: bool = False) -> None:
    for index in range(number):
        shot = index % shots
        one.desk.add_take(f"SQ{shot // 20:03d}_SH{shot:03d}", f"t-{index:06d}", 2, pictures=pictures)


@pytest.mark.parametrize("pictures", [False, True])
def test_500_takes_of_50_shots_cost_less_than_six_calls_each(suite: Start, pictures: bool) -> None:
    one = suite()
    _takes(one, 500, 50, pictures)
    calls = _calls(one)
    assert len(list(one.sim.project.media())) == 500
    assert calls <= (4.6 if pictures else 3.6) * 500
    assert _calls(one) <= 2.5 * 500  # nothing new


@pytest.mark.parametrize("pictures", [False, True])
def test_with_a_bin_for_every_take_the_bins_of_sequences_are_on_top(suite: Start, pictures: bool) -> None:
    one = suite()
    _takes(one, 500, 500, pictures)
    sequences, session = 25, 75
    assert _calls(one) <= (6 if pictures else 5) * 500 + sequences + session


def test_calls_grow_with_the_takes_and_not_faster(suite: Start, tmp_path: Path) -> None:
    counted: list[int] = []
    for number in (20, 40, 80):
        one = suite()
        for index in range(number):
            one.desk.add_take(f"SH{index // 4:03d}", f"t-{number}-{index:06d}", 2)
        counted.append(_calls(one))
    assert counted[2] - counted[1] == 2 * (counted[1] - counted[0])


def test_what_the_editor_did_to_a_clip_outlives_its_replacement(suite: Start, tmp_path: Path) -> None:
    """ReplaceClip takes all metadata away, whoever wrote it."""
    one = suite()
    one.desk.add_take("SH010", "t-1")
    one.run(ACTION)
    (clip,) = one.sim.project.media()
    clip.metadata |= {"Comments": "use the head", "Good Take": "1"}
    clip.third_party["other.tool"] = "7"
    clip.properties["Input Color Space"] = "Rec.709 Gamma 2.4"
    clip.color = "Pink"
    before = {**clip.metadata}, {**clip.third_party}, {**clip.properties}, clip.color, [*clip.flags]
    one.desk.moved(tmp_path / "archive")
    one.sim.refuse("MediaPool.RelinkClips")
    one.run(ACTION)
    assert str(tmp_path / "archive") in clip.path
    assert (clip.metadata, clip.third_party, clip.properties, clip.color, clip.flags) == before
