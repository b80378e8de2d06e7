"""Generate still, generate clip, explore: what is sent, and what the artist is told when it cannot be."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

from doubles import FakeClient
from rushes.contracts import JobState
from rushes.errors import EngineUnreachable
from states import SHOTS, add_shots, on_disk

Tick = Callable[..., None]


@pytest.fixture
def root(engine: FakeClient, scene: Any, session: Any, tick: Tick, tmp_path: Path) -> str:
    """A production with three shots in the scene."""
    folder = on_disk(engine, tmp_path)
    add_shots(scene)
    scene.rushes.production = folder
    tick(lambda: session().known.production is not None and [r.name for r in _wm().shots] == list(SHOTS))
    return folder


def _wm() -> Any:
    return bpy.context.window_manager.rushes


def refused(operator: Any, **options: Any) -> str:
    """What an operator says when it refuses."""
    with pytest.raises(RuntimeError) as caught:
        operator(**options)
    return str(caught.value)


def test_a_clip_is_the_picked_shot_with_what_the_panel_shows(
    root: str, scene: Any, engine: FakeClient, tick: Tick
) -> None:
    _wm().shot_index = 1
    scene.rushes.variants = 2
    scene.rushes.keep_frames = False
    bpy.ops.rushes.shot_brief()
    scene.rushes.shots[0].lighting = "dusk"
    bpy.ops.rushes.generate_clip()
    tick(lambda: len(engine.submitted) == 2)
    one, two = (job.params for job in engine.submitted)
    assert (one["shot"], one["camera"], one["range"]["start"], one["range"]["end"]) == (
        "Close up",
        "Camera Close up",
        25,
        48,
    )
    assert one["brief"]["lighting"] == "dusk"
    assert one["seed"] != two["seed"]
    assert not one["keep_frames"]
    assert one["blend"] in engine.productions[root].sources


def test_a_still_is_the_current_frame_inside_the_shot(root: str, scene: Any, engine: FakeClient, tick: Tick) -> None:
    scene.frame_set(9)
    bpy.ops.rushes.generate_still()
    scene.frame_set(70)  # outside the first shot: its last frame
    bpy.ops.rushes.generate_still()
    tick(lambda: len(engine.submitted) == 2)
    assert [j.params["range"]["start"] for j in engine.submitted] == [9, 24]


def test_unsaved_changes_go_into_a_copy_and_the_file_stays(
    root: str, engine: FakeClient, tick: Tick, tmp_path: Path
) -> None:
    own = tmp_path / "Straße Ö.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(own))
    before = own.read_bytes()
    bpy.ops.rushes.generate_clip()
    bpy.context.scene.objects[0].location.x += 1.0
    bpy.context.view_layer.update()
    bpy.ops.ed.undo_push(message="moved")
    bpy.ops.rushes.generate_clip()
    bpy.ops.rushes.generate_clip()
    tick(lambda: len(engine.submitted) == 3)
    blends = [Path(j.params["blend"]) for j in engine.submitted]
    assert blends[0] == own or blends[0].parent == Path(root, "scenes")
    assert blends[1].parent == Path(root, "scenes")
    assert blends[1].name.startswith("Straße Ö-")
    assert blends[1].is_file()
    assert blends[1] == blends[2]  # nothing changed between them: passes are used again
    assert own.read_bytes() == before
    assert bpy.data.filepath == str(own)


def test_a_file_never_saved_works_too(root: str, engine: FakeClient, tick: Tick) -> None:
    assert not bpy.data.filepath
    bpy.ops.rushes.generate_still()
    tick(lambda: bool(engine.submitted))
    assert Path(engine.submitted[0].params["blend"]).name.startswith("untitled-")


def test_without_a_production_or_a_camera_the_button_says_why(engine: FakeClient, scene: Any, tmp_path: Path) -> None:
    assert "production" in refused(bpy.ops.rushes.generate_clip)
    scene.rushes.production = on_disk(engine, tmp_path)
    assert "camera" in refused(bpy.ops.rushes.generate_clip)
    assert engine.submitted == []


@pytest.mark.skipif(os.name == "nt" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="root may write anywhere")
def test_a_read_only_production_is_said(root: str, engine: FakeClient) -> None:
    os.chmod(root, stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert "writable" in refused(bpy.ops.rushes.generate_clip)
    finally:
        os.chmod(root, stat.S_IRWXU)


def test_a_production_that_cannot_hold_the_copy_is_said(root: str, engine: FakeClient, session: Any) -> None:
    Path(root, "scenes").write_text("a file where the folder should be")
    assert "cannot be written" in refused(bpy.ops.rushes.generate_clip)
    assert engine.submitted == []
    assert session().known.pending == {}


def test_a_very_long_name_is_no_trouble(root: str, scene: Any, engine: FakeClient, tick: Tick) -> None:
    marker = scene.timeline_markers[0]
    marker.name = "Ü" * 31  # the longest that Blender takes
    tick(lambda: _wm().shots[0].name == marker.name)
    bpy.ops.rushes.generate_still()
    tick(lambda: bool(engine.submitted))
    assert engine.submitted[0].params["shot"] == marker.name


def test_the_engine_dies_in_the_middle_and_nothing_is_forgotten(
    root: str, engine: FakeClient, session: Any, tick: Tick
) -> None:
    bpy.ops.rushes.generate_clip()
    tick(lambda: len(_wm().jobs) == 1)
    engine.trouble = EngineUnreachable("The engine does not answer.")
    tick(lambda: session().known.engine.state == "lost")
    assert len(_wm().jobs) == 1  # still shown
    engine.trouble = None
    engine.finish(str(engine.submitted[0].id))
    tick(lambda: len(_wm().jobs) == 1 and _wm().jobs[0].state == "done" and len(_wm().takes) == 1)


def test_asked_while_the_engine_is_away_is_told_and_can_be_asked_again(
    root: str, engine: FakeClient, session: Any, tick: Tick
) -> None:
    engine.trouble = EngineUnreachable("The engine does not answer.", hint="Try again.")
    bpy.ops.rushes.generate_clip()
    tick(lambda: bool(session().known.messages))
    assert session().known.messages[0].text == "The engine does not answer."
    assert session().known.pending == {}
    engine.trouble = None
    bpy.ops.rushes.generate_clip()
    tick(lambda: len(engine.submitted) == 1)


def test_a_shot_deleted_while_its_take_is_made_keeps_the_take(
    root: str, scene: Any, engine: FakeClient, session: Any, tick: Tick
) -> None:
    _wm().shot_index = 1
    bpy.ops.rushes.generate_clip()
    tick(lambda: len(engine.submitted) == 1)
    scene.timeline_markers.remove(scene.timeline_markers[1])
    bpy.data.objects.remove(bpy.data.objects["Camera Close up"])
    engine.finish(str(engine.submitted[0].id))
    tick(lambda: len(_wm().jobs) == 1 and _wm().jobs[0].state == "done")
    tick(lambda: "Close up" not in [s.name for s in _wm().shots])
    assert any(t.shot == "Close up" for t in engine.takes_by_root[root].values())


def test_undo_during_a_job_loses_nothing(root: str, scene: Any, engine: FakeClient, tick: Tick) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.object.empty_add()
    bpy.ops.ed.undo_push(message="added")
    bpy.ops.rushes.generate_clip()
    tick(lambda: len(engine.submitted) == 1)
    bpy.ops.ed.undo()
    engine.move(str(engine.submitted[0].id), progress=0.5, stage="generate")
    tick(lambda: len(_wm().jobs) == 1 and _wm().jobs[0].stage == "Generating")
    engine.finish(str(engine.submitted[0].id))
    tick(lambda: len(_wm().takes) == 1)


def test_a_job_goes_on_while_blender_is_closed_and_is_shown_again(
    root: str, engine: FakeClient, session: Any, connect_to: Any, tick: Tick, tmp_path: Path
) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "street.blend"))
    bpy.ops.rushes.generate_clip()
    tick(lambda: len(engine.submitted) == 1)
    engine.move(str(engine.submitted[0].id), progress=0.3, stage="generate")
    connect_to(lambda: engine)  # Blender ends and starts again
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "street.blend"))
    tick(lambda: len(_wm().jobs) == 1 and _wm().jobs[0].state == "running")
    assert _wm().jobs[0].progress == pytest.approx(0.3)


def test_two_blenders_on_one_production_see_each_others_takes(root: str, engine: FakeClient, tick: Tick) -> None:
    engine.add_take(root, "Wide", notes="from the other one")
    tick(lambda: len(_wm().takes) == 1)
    assert _wm().takes[0].notes == "from the other one"
    assert _wm().shots[0].badge == "takes"


def test_cancel_reaches_that_job(root: str, scene: Any, engine: FakeClient, tick: Tick) -> None:
    scene.rushes.variants = 2
    bpy.ops.rushes.generate_clip()
    tick(lambda: len(engine.submitted) == 2)
    keep, drop = (str(j.id) for j in engine.submitted)
    bpy.ops.rushes.job_cancel(job=drop)
    tick(lambda: engine.job_list[drop].state is JobState.CANCELLED)
    assert engine.job_list[keep].state is JobState.QUEUED


def test_rating_and_notes_reach_the_production(root: str, engine: FakeClient, tick: Tick) -> None:
    take = engine.add_take(root, "Wide")
    tick(lambda: len(_wm().takes) == 1)
    _wm().takes[0].rating = "kept"
    _wm().takes[0].notes = "The one, für immer"
    tick(lambda: engine.takes_by_root[root][take.id].notes == "The one, für immer")
    assert engine.takes_by_root[root][take.id].rating.value == "kept"
    tick(lambda: _wm().shots[0].badge == "kept")


def test_a_sheet_of_directions_is_asked_for(root: str, scene: Any, engine: FakeClient, tick: Tick) -> None:
    scene.rushes.directions = 12
    scene.frame_set(10)
    bpy.ops.rushes.explore()
    tick(lambda: bool(engine.submitted))
    job = engine.submitted[0]
    assert (job.kind, job.params["count"], job.params["frame"], job.params["shot"]) == ("explore", 12, 10, "Wide")


def test_a_renamed_marker_keeps_its_brief_and_finds_its_takes(
    root: str, scene: Any, engine: FakeClient, tick: Tick
) -> None:
    engine.add_take(root, "Wide")
    bpy.ops.rushes.shot_brief()
    scene.rushes.shots[0].mood = "noir"
    tick(lambda: len(_wm().takes) == 1)
    scene.timeline_markers[0].name = "010 Opening"
    tick(lambda: _wm().shots[0].name == "010 Opening" and len(_wm().takes) == 1)
    assert len(scene.rushes.shots) == 1
    bpy.ops.rushes.generate_still()
    tick(lambda: bool(engine.submitted))
    assert engine.submitted[0].params["shot"] == "010 Opening"
    assert engine.submitted[0].params["brief"]["mood"] == "noir"


def test_briefs_are_saved_where_the_command_line_reads_them(root: str, scene: Any, tmp_path: Path) -> None:
    bpy.ops.rushes.shot_brief()
    scene.rushes.shots[0].lighting = "night"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    assert '"lighting": "night"' in bpy.data.texts["rushes_briefs"].as_string()


def test_an_artists_own_text_of_briefs_is_left_alone(root: str, scene: Any, tmp_path: Path) -> None:
    text = bpy.data.texts.new("rushes_briefs")
    text.from_string('{"Wide": {"mood": "tense"}}')
    bpy.ops.rushes.shot_brief()
    assert scene.rushes.shots[0].mood == "tense"  # taken over
    scene.rushes.shots[0].mood = "calm"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    assert text.as_string().strip() == '{"Wide": {"mood": "tense"}}'


def test_who_looks_at_the_newest_take_sees_the_one_that_comes(root: str, engine: FakeClient, tick: Tick) -> None:
    engine.add_take(root, "Wide")
    tick(lambda: len(_wm().takes) == 1)
    newest = engine.add_take(root, "Wide")
    tick(lambda: len(_wm().takes) == 2 and _wm().takes[0].name == newest.id)
    assert _wm().take_index == 0
    _wm().take_index = 1  # an older one is being looked at: it stays picked
    older = _wm().takes[1].name
    engine.add_take(root, "Wide")
    tick(lambda: len(_wm().takes) == 3 and _wm().takes[_wm().take_index].name == older)
