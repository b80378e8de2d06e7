"""Grading on the double: what a script that trusts the call's name gets wrong, and the pixels that come of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.contracts.geometry import Size
from rushes.media.pictures import save_png
from rushes.media.video import VideoWriter
from rushes.testing.resolve import Simulator, profile
from rushes.testing.resolve.colour import drx_text
from rushes.testing.resolve.picture import picture_at
from rushes.testing.resolve.state import ItemState, NodeState
from tests.resolve.sim.handles import project_of, timeline_of

CDL = {"NodeIndex": "1", "Slope": "1.2 1 0.8", "Offset": "0.02 0 -0.01", "Power": "0.9 1 1.1", "Saturation": "0.7"}
CUBE = "LUT_3D_SIZE 2\n" + "\n".join(f"{1 - r} {1 - g} {1 - b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)) + "\n"
"""Inverts."""


def graded(pixels: Any, cdl: dict[str, str] = CDL) -> Any:
    """The formula of the manual, written once more."""
    slope, offset, power = (np.array([float(x) for x in cdl[k].split()]) for k in ("Slope", "Offset", "Power"))
    out = np.clip(pixels * slope + offset, 0, None) ** power
    luma = (out * [0.2126, 0.7152, 0.0722]).sum(-1, keepdims=True)
    return luma + float(cdl["Saturation"]) * (out - luma)


@pytest.fixture
def still(tmp_path: Path) -> Path:
    """A 16×8 ramp."""
    ramp = np.linspace(20, 230, 16 * 8 * 3).reshape(8, 16, 3).astype(np.uint8)
    save_png(tmp_path / "ramp.png", ramp)
    return tmp_path / "ramp.png"


@pytest.fixture
def sim(tmp_path: Path) -> Simulator:
    made = Simulator("21.0.4-studio", tmp_path / "resolve")
    made.new_project(size=(16, 8))
    made.timeline()
    return made


@pytest.fixture
def item(sim: Simulator, still: Path) -> ItemState:
    return sim.add_clip(sim.import_media(still), frames=10)


def shown(sim: Simulator, offset: int = 0) -> Any:
    timeline = sim.project.timeline
    assert timeline is not None
    return picture_at(sim.app, timeline, timeline.start + offset)


def put_lut(sim: Simulator, name: str = "Rushes/invert.cube", text: str = CUBE) -> Path:
    path = sim.app.lut_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_cdl_reaches_the_pixels(sim: Simulator, item: ItemState) -> None:
    """Rules cdl.math, colour.unmanaged."""
    before = shown(sim)
    assert sim.handle(item).SetCDL(CDL) is True
    assert np.abs(shown(sim) - graded(before)).max() < 1e-5


@pytest.mark.parametrize(
    "wrong",
    [
        {**CDL, "NodeIndex": 1},
        {**CDL, "NodeIndex": "2"},
        {**CDL, "Slope": (1.2, 1, 0.8)},
        {**CDL, "Saturation": 0.7},
        {**CDL, "Slope": "1,2 1 0,8"},
        {key: value for key, value in CDL.items() if key != "Saturation"},
    ],
)
def test_numbers_and_missing_keys_are_refused_without_a_word(
    sim: Simulator, item: ItemState, wrong: dict[str, Any]
) -> None:
    """Rules cdl.text, cdl.node."""
    before = shown(sim)
    assert sim.handle(item).SetCDL(wrong) is False
    assert np.array_equal(shown(sim), before)


def test_a_cdl_written_into_the_users_version_is_lost_work(sim: Simulator, item: ItemState) -> None:
    """Rules version.add, version.delete-current, cdl.active."""
    handle = sim.handle(item)
    handle.SetCDL({**CDL, "Slope": "2 2 2"})
    users = shown(sim)
    assert handle.AddVersion("Rushes", 0) is True
    assert handle.GetCurrentVersion() == {"versionName": "Rushes", "versionType": 0}
    assert np.array_equal(shown(sim), users), "a new version is a copy"
    handle.SetCDL(CDL)
    assert not np.allclose(shown(sim), users)
    assert handle.DeleteVersionByName("Rushes", 0) is False, "the active one stays"
    assert handle.AddVersion("Rushes", 0) is False, "the name is taken"
    assert handle.LoadVersionByName("Version 1", 0) is True
    assert np.array_equal(shown(sim), users)
    assert handle.DeleteVersionByName("Rushes", 0) is True
    assert handle.GetVersionNameList(0) == ["Version 1"]


def test_there_is_nothing_to_read_a_cdl_with(sim: Simulator, item: ItemState) -> None:
    """Rule cdl.write-only."""
    assert sim.handle(item).GetCDL is None
    assert sim.app.absent == ["TimelineItem.GetCDL"]


def test_a_keyframed_node_says_true_and_changes_one_keyframe(sim: Simulator, item: ItemState) -> None:
    """Rule cdl.keyframed."""
    plain = {key: value for key, value in CDL.items() if key != "NodeIndex"}
    item.grade.nodes[0].keyframes = {
        item.start: {**plain, "Slope": "1 1 1"},
        item.start + 5: {**plain, "Slope": "2 2 2"},
    }
    late = shown(sim, 7)
    sim.playhead(0)
    assert sim.handle(item).SetCDL({**CDL, "Slope": "0 0 0"}) is True
    assert not np.array_equal(shown(sim, 0), late)
    assert np.array_equal(shown(sim, 7), late)


def test_a_lut_is_unknown_until_the_list_is_refreshed(sim: Simulator, item: ItemState) -> None:
    """Rules lut.refresh, lut.get, lut.master."""
    graph = sim.handle(item).GetNodeGraph()
    path = put_lut(sim)
    assert graph.SetLUT(1, "Rushes/invert.cube") is False
    project_of(sim).RefreshLUTList()
    before = shown(sim)
    assert graph.GetLUT(1) == ""
    assert graph.SetLUT(1, "Rushes\\invert.cube") is False
    assert graph.SetLUT(1, "Rushes/other.cube") is False
    assert graph.SetLUT(2, "Rushes/invert.cube") is False
    assert graph.SetLUT(1, "Rushes/invert.cube") is True
    assert graph.GetLUT(1) == "Rushes/invert.cube"
    assert graph.GetLUT(2) is None
    assert np.abs(shown(sim) - (1 - before)).max() < 1e-5
    path.write_text(CUBE.replace("1", "0"))
    assert not np.allclose(shown(sim), 1 - before), "the file's new content is seen"


def test_a_lut_elsewhere_or_broken_does_not_load(sim: Simulator, item: ItemState, tmp_path: Path) -> None:
    """Rules lut.master, lut.dctl."""
    outside = tmp_path / "mine.cube"
    outside.write_text(CUBE)
    put_lut(sim, "broken.cube", "LUT_3D_SIZE 2\n1 1 1\n")
    put_lut(sim, "code.dctl", "x")
    project_of(sim).RefreshLUTList()
    graph = sim.handle(item).GetNodeGraph()
    assert [graph.SetLUT(1, str(each)) for each in (outside, "broken.cube", "code.dctl")] == [False] * 3


def test_cdl_comes_before_the_lut_on_a_node(sim: Simulator, item: ItemState) -> None:
    put_lut(sim)
    project_of(sim).RefreshLUTList()
    before = shown(sim)
    handle = sim.handle(item)
    handle.SetCDL({**CDL, "Slope": "0.5 0.5 0.5", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"})
    handle.GetNodeGraph().SetLUT(1, "Rushes/invert.cube")
    assert np.abs(shown(sim) - (1 - 0.5 * before)).max() < 1e-5


def test_a_drx_replaces_the_whole_graph(sim: Simulator, item: ItemState, tmp_path: Path) -> None:
    """Rule drx.replaces."""
    plain = {key: value for key, value in CDL.items() if key != "NodeIndex"}
    (tmp_path / "look.drx").write_text(drx_text([NodeState(cdl=plain), NodeState(label="grain")]))
    before = shown(sim)
    graph = sim.handle(item).GetNodeGraph()
    assert graph.ApplyGradeFromDRX(str(tmp_path / "none.drx"), 0) is False
    assert graph.ApplyGradeFromDRX(str(tmp_path / "look.drx"), 0) is True
    assert graph.GetNumNodes() == 2
    assert np.abs(shown(sim) - graded(before)).max() < 1e-5


def test_a_drx_is_refused_for_a_clip_in_a_colour_group(sim: Simulator, item: ItemState, tmp_path: Path) -> None:
    """Rule drx.group."""
    (tmp_path / "look.drx").write_text(drx_text([NodeState()]))
    handle, project = sim.handle(item), project_of(sim)
    group = project.AddColorGroup("Exteriors")
    assert project.AddColorGroup("Exteriors") is None
    assert handle.AssignToColorGroup(group) is True
    assert handle.GetNodeGraph().ApplyGradeFromDRX(str(tmp_path / "look.drx"), 0) is False
    assert [each.GetUniqueId() for each in group.GetClipsInTimeline()] == [item.uid]
    assert handle.RemoveFromColorGroup() is True
    assert handle.RemoveFromColorGroup() is False
    assert handle.GetNodeGraph().ApplyGradeFromDRX(str(tmp_path / "look.drx"), 0) is True


def test_group_graphs_act_before_and_after_the_clips_own(sim: Simulator, item: ItemState) -> None:
    """Rule group.order."""
    handle, project = sim.handle(item), project_of(sim)
    before = shown(sim)
    handle.AssignToColorGroup(project.AddColorGroup("A"))
    one = {"Slope": "1 1 1", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    sim.project.groups[0].pre[0].cdl = {**one, "Offset": "0.1 0.1 0.1"}
    sim.project.groups[0].post[0].cdl = {**one, "Power": "2 2 2"}
    handle.SetCDL({"NodeIndex": "1", **one, "Slope": "0.5 0.5 0.5"})
    assert np.abs(shown(sim) - ((before + 0.1) * 0.5) ** 2).max() < 1e-5


def test_resetting_takes_everything_off(sim: Simulator, item: ItemState) -> None:
    before = shown(sim)
    handle = sim.handle(item)
    handle.SetCDL(CDL)
    assert handle.GetNodeGraph().GetToolsInNode(1) == ["Primaries"]
    assert handle.GetNodeGraph().SetNodeEnabled(1, False) is True
    assert np.array_equal(shown(sim), before)
    assert handle.GetNodeGraph().ResetAllGrades() is True
    assert handle.GetNodeGraph().GetToolsInNode(1) is None


def test_copied_grades_are_copies(sim: Simulator, item: ItemState, still: Path) -> None:
    other = sim.add_clip(item.media, at=20, frames=10)
    sim.handle(item).SetCDL(CDL)
    assert sim.handle(item).CopyGrades([sim.handle(other)]) is True
    assert sim.handle(item).CopyGrades([]) is False
    assert np.array_equal(shown(sim, 20), shown(sim, 0))
    sim.handle(item).GetNodeGraph().ResetAllGrades()
    assert not np.array_equal(shown(sim, 20), shown(sim, 0))


def test_a_lut_is_exported_from_the_color_page_only(sim: Simulator, item: ItemState, tmp_path: Path) -> None:
    """Rule lut.export-page."""
    handle, resolve = sim.handle(item), sim.resolve
    handle.SetCDL(CDL)
    assert handle.ExportLUT(resolve.EXPORT_LUT_17PTCUBE, str(tmp_path / "a")) is False
    resolve.OpenPage("color")
    assert handle.ExportLUT(17, str(tmp_path / "a")) is False
    assert handle.ExportLUT(resolve.EXPORT_LUT_17PTCUBE, str(tmp_path / "a")) is True
    want = shown(sim)
    handle.GetNodeGraph().ResetAllGrades()
    put_lut(sim, "baked.cube", (tmp_path / "a.cube").read_text())
    resolve.GetProjectManager().GetCurrentProject().RefreshLUTList()
    handle.GetNodeGraph().SetLUT(1, "baked.cube")
    assert np.abs(shown(sim) - want).max() < 0.01


@pytest.mark.parametrize(
    "settings",
    [
        {
            "colorScienceMode": "davinciYRGBColorManagedv2",
            "colorSpaceTimeline": "DaVinci WG/Intermediate",
            "inputDRT": "None",
            "outputDRT": "None",
        },
        {"colorScienceMode": "acescct"},
        {"colorScienceMode": "acescct", "acesVersion": "2.0"},
    ],
)
def test_a_rec709_grade_is_wrong_in_a_managed_project(
    sim: Simulator, item: ItemState, settings: dict[str, str]
) -> None:
    """Rules colour.managed, colour.aces."""
    before = shown(sim)
    sim.project.settings |= settings
    assert np.abs(shown(sim) - before).max() < 0.004, "without a grade the picture comes through"
    sim.handle(item).SetCDL(CDL)
    assert np.abs(shown(sim) - graded(before)).max() > 0.03, "the CDL acts in another space"
    assert sim.app.unmodelled == []


def test_tone_mapping_that_is_not_public_is_reported(sim: Simulator, item: ItemState) -> None:
    """Rule colour.drt."""
    sim.project.settings |= {"colorScienceMode": "davinciYRGBColorManagedv2", "outputDRT": "DaVinci"}
    shown(sim)
    assert sim.app.unmodelled == ["tone mapping of DaVinci YRGB Color Managed"]


def test_primaries_and_curve_apart_mean_the_same(sim: Simulator, item: ItemState) -> None:
    sim.handle(item).SetCDL(CDL)
    sim.project.settings |= {
        "colorScienceMode": "davinciYRGBColorManagedv2",
        "colorSpaceTimeline": "DaVinci WG/Intermediate",
    }
    together = shown(sim)
    sim.project.settings |= {"separateColorSpaceAndGamma": "1"}
    for key, pair in {"Input": ("Rec.709", "Gamma 2.4"), "Timeline": ("DaVinci WG", "DaVinci Intermediate")}.items():
        sim.project.settings |= {f"colorSpace{key}": pair[0], f"colorSpace{key}Gamma": pair[1]}
    sim.project.settings |= {"colorSpaceOutput": "Rec.709", "colorSpaceOutputGamma": "Gamma 2.4"}
    assert np.array_equal(shown(sim), together)


def test_the_top_enabled_clip_shows_the_right_source_frame(sim: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "count.mp4"
    with VideoWriter(path, Size(16, 8), Fraction(48), crf=1) as writer:
        for number in range(24):
            writer.write(np.full((8, 16, 3), 10 * number, np.uint8))
    media = sim.import_media(path)
    below = sim.add_clip(media, at=0, frames=10, source=2)
    above = sim.add_clip(media, at=4, frames=2, source=0, track=2)

    def level(offset: int) -> int:
        return round(float(shown(sim, offset).mean()) * 25.5)

    assert [level(offset) for offset in (0, 3, 4, 5, 6)] == [2, 8, 0, 2, 14], "two source frames a timeline frame"
    above.enabled = False
    assert level(4) == 10
    below.speed = Fraction(-1)
    assert [level(0), level(1)] == [2, 0], "backwards from its first frame on"
    assert shown(sim, 30).max() == 0


def test_media_that_is_gone_shows_red(sim: Simulator) -> None:
    sim.add_clip(sim.add_media("gone.mov"), frames=5)
    assert shown(sim)[0, 0, 0] > 0.5 > shown(sim)[0, 0, 1]


def test_grading_methods_of_a_version_that_lacks_them_are_none(tmp_path: Path, still: Path) -> None:
    """Rule drx.timeline."""
    sim = Simulator(profile("19.1"), tmp_path / "old")
    sim.timeline()
    handle = sim.handle(sim.add_clip(sim.import_media(still), frames=5))
    assert handle.ResetAllNodeColors is None
    timeline = timeline_of(sim)
    assert timeline.ApplyGradeFromDRX is None
    assert handle.GetNodeGraph().ApplyGradeFromDRX is not None


def test_layers_above_the_stack_are_none(sim: Simulator, item: ItemState) -> None:
    """Rules graph.layer, version.remote."""
    handle = sim.handle(item)
    assert handle.GetNodeGraph(2) is None
    assert handle.GetNodeGraph(1).GetNumNodes() == 1
    assert handle.AddVersion("Shared", 1) is True
    assert (handle.GetVersionNameList(0), handle.GetVersionNameList(1)) == (["Version 1"], ["Shared"])


def test_a_mask_needs_somebody_who_clicks(sim: Simulator, item: ItemState) -> None:
    """Rule mask.clicks."""
    sim.resolve.OpenPage("color")
    assert sim.handle(item).CreateMagicMask("F") is False


def test_the_lut_folder_may_not_be_ours_to_write(tmp_path: Path) -> None:
    """Rule lut.admin."""
    sim = Simulator(profile("21.0").but(admin_lut_folder=True), tmp_path / "denied")
    with pytest.raises((PermissionError, FileNotFoundError)):
        put_lut(sim)
    assert sim.handle(sim.project).RefreshLUTList() is True
