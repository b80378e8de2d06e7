"""What the panels say and offer in the states an artist gets into."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import pytest

from doubles import FakeClient, no_engine
from layout_double import LayoutDouble, draw
from rushes.contracts import Size
from rushes.errors import EngineError, EngineUnreachable
from states import add_shots, busy_queue, in_area, judged_takes, shoot_request

Tick = Callable[..., None]


@pytest.fixture
def shown(part: Callable[[str], Any]) -> Callable[[str], LayoutDouble]:
    """`shown("production")` → what that panel draws now."""

    def show(name: str) -> LayoutDouble:
        cls = getattr(part(f"ui.{name}"), f"RUSHES_PT_{name}")
        with in_area("VIEW_3D") as context:
            drawn = draw(cls, context)
        assert drawn is not None
        return drawn

    return show


def said(drawn: LayoutDouble) -> str:
    return " ".join(drawn.texts)


def offered(drawn: LayoutDouble) -> list[str]:
    return [a["operator"] for a in drawn.drawn("operator")]


@pytest.fixture
def root(tmp_path: Path, scene: Any, engine: FakeClient, tick: Tick, session: Callable[[], Any]) -> str:
    """A production that has arrived, in a scene of its rate and size, with three shots."""
    folder = os.path.realpath(tmp_path / "Film für Åse")
    engine.add_production(folder, "Åse")
    current = bpy.context.scene
    add_shots(current)
    current.render.fps, current.render.fps_base = 24, 1.0
    current.render.resolution_x, current.render.resolution_y = 1280, 720
    current.rushes.production = folder
    tick(lambda: session().known.production and session().known.descriptors and bpy.context.window_manager.rushes.shots)
    return folder


# -- production


def test_without_a_production_there_are_two_ways_and_a_reason(scene: Any, engine: FakeClient, shown: Any) -> None:
    drawn = shown("production")
    assert offered(drawn)[:2] == ["rushes.production_new", "rushes.production_choose"]
    assert "folder" in said(drawn)


def test_a_production_shows_its_name_and_its_folder(root: str, shown: Any) -> None:
    drawn = shown("production")
    assert "Åse" in drawn.texts
    assert "rushes.production_reveal" in offered(drawn)
    assert "rushes.production_match" not in offered(drawn)
    assert "Engine ready" in drawn.texts


def test_another_rate_and_size_are_told_and_can_be_matched(
    root: str, engine: FakeClient, shown: Any, tick: Tick, session: Callable[[], Any]
) -> None:
    info = engine.productions[root]
    engine.productions[root] = type(info)(
        info.root, info.id, info.name, Fraction(24000, 1001), Size(1920, 1080), (), True
    )
    engine._revision += 1
    tick(lambda: session().known.production.info.size == Size(1920, 1080))
    words = said(shown("production"))
    assert "24 fps" in words
    assert "23.976 fps" in words
    assert "1920×1080" in words
    assert bpy.ops.rushes.production_match() == {"FINISHED"}
    render = bpy.context.scene.render
    assert (render.fps, round(render.fps_base, 6), render.resolution_x) == (24, 1.001, 1920)
    assert "rushes.production_match" not in offered(shown("production"))


def test_a_folder_that_is_read_only_says_what_cannot_be_done(
    root: str, engine: FakeClient, shown: Any, tick: Tick, session: Callable[[], Any]
) -> None:
    engine.add_production(root, "Åse", writable=False)
    tick(lambda: not session().known.production.info.writable)
    assert "read-only" in said(shown("production"))


def test_a_folder_that_is_gone_can_be_found(
    root: str, engine: FakeClient, shown: Any, tick: Tick, session: Callable[[], Any]
) -> None:
    del engine.productions[root]
    tick(lambda: session().known.production_error)
    drawn = shown("production")
    assert "Find Folder..." in drawn.texts
    assert "cannot be read" in said(drawn)


def test_choosing_a_folder_inside_a_production_finds_it(root: str, tmp_path: Path) -> None:
    folder = tmp_path / "Other" / "takes" / "010"
    folder.mkdir(parents=True)
    (tmp_path / "Other" / "production.json").write_text('{"id": "other id"}')
    assert bpy.ops.rushes.production_choose(directory=str(folder)) == {"FINISHED"}
    settings = bpy.context.scene.rushes
    assert settings.production_id == "other id"
    assert os.path.basename(settings.production.rstrip("/\\")) == "Other"


# -- engine and messages


def test_an_engine_that_is_missing_offers_to_set_it_up(
    root: str, connect_to: Any, shown: Any, tick: Tick, session: Callable[[], Any]
) -> None:
    connect_to(no_engine).bridge.start()
    tick(lambda: session().known.engine.state == "missing")
    assert "rushes.engine_setup_show" in offered(shown("production"))


def test_an_engine_that_does_not_answer_offers_log_and_another_try(
    root: str, connect_to: Any, shown: Any, tick: Tick, session: Callable[[], Any]
) -> None:
    def lost() -> Any:
        raise EngineUnreachable("Nothing answers.", code="engine.none", hint="Is it running?")

    connect_to(lost).bridge.start()
    tick(lambda: session().known.engine.state == "lost")
    drawn = shown("production")
    assert {"rushes.engine_connect", "rushes.log_show"} <= set(offered(drawn))
    assert "Nothing answers." in drawn.texts


def test_a_long_message_takes_three_lines_and_can_be_read(root: str, shown: Any, session: Callable[[], Any]) -> None:
    text = "The model does not know these words of the brief: " + ", ".join(f"word{n}" for n in range(60))
    session().known.tell(text, "Short hint")
    drawn = shown("production")
    lines = [t for t in drawn.texts if "word" in t]
    assert 1 <= len(lines) <= 3
    assert lines[-1].endswith("…")
    assert "rushes.read_more" in offered(drawn)


def test_messages_are_counted_newest_first_and_cleared(root: str, shown: Any, session: Callable[[], Any]) -> None:
    known = session().known
    for text in ("First.", "Second.", "First."):
        known.tell(text)
    drawn = shown("production")
    told = [t for t in drawn.texts if t.startswith(("First", "Second"))]
    assert told == ["First. (2 times)", "Second."]
    assert bpy.ops.rushes.messages_clear() == {"FINISHED"}
    assert "Messages" not in shown("production").texts


# -- shots


def test_no_camera_says_what_to_do(scene: Any, engine: FakeClient, shown: Any) -> None:
    drawn = shown("shots")
    assert "Add a camera" in said(drawn)
    assert not offered(drawn)


def test_what_will_be_made_is_said_before(root: str, shown: Any) -> None:
    words = said(shown("shots"))
    assert "24 frames, 1.0 s at 24 fps" in words
    assert "256×144 brought to 1280×720" in words


def test_the_badge_of_the_picked_shot_is_said_in_words(root: str, engine: FakeClient, shown: Any, tick: Tick) -> None:
    window = bpy.context.window_manager.rushes
    assert "No take yet" in said(shown("shots"))
    judged_takes(engine, root)
    tick(lambda: [r.badge for r in window.shots] == ["kept", "stale", "none"])
    assert "4 takes, 1 kept" in shown("shots").texts
    window.shot_index = 1
    assert "Changed since the take" in said(shown("shots"))


def test_a_shot_that_is_too_long_for_the_model_says_so(root: str, shown: Any, tick: Tick) -> None:
    bpy.context.scene.frame_end = 2000
    bpy.context.window_manager.rushes.shot_index = 2
    tick(lambda: bpy.context.window_manager.rushes.shots[2].last == 2000)
    assert "481 at most" in said(shown("shots"))


def test_going_to_a_shot_picks_it(root: str) -> None:
    assert bpy.ops.rushes.shot_go(shot="Close up") == {"FINISHED"}
    assert bpy.context.scene.frame_current == 25
    assert bpy.context.scene.camera.name == "Camera Close up"
    assert bpy.context.window_manager.rushes.shot_index == 1


def test_two_shots_do_not_begin_at_the_same_frame(root: str, tick: Tick) -> None:
    bpy.context.scene.frame_set(1)
    assert bpy.ops.rushes.shot_add() == {"CANCELLED"}
    bpy.context.scene.frame_set(12)
    assert bpy.ops.rushes.shot_add() == {"FINISHED"}
    tick()
    window = bpy.context.window_manager.rushes
    assert [r.name for r in window.shots][:2] == ["Wide", "010"]
    assert window.shots[window.shot_index].name == "010"


def test_all_shots_that_are_due_are_generated_from_one_copy(root: str, engine: FakeClient, tick: Tick) -> None:
    os.makedirs(root, exist_ok=True)
    judged_takes(engine, root)  # Wide is up to date; Close up was made of another scene
    rows = bpy.context.window_manager.rushes.shots
    tick(lambda: [r.badge for r in rows] == ["kept", "stale", "none"])
    assert bpy.ops.rushes.generate_due() == {"FINISHED"}
    tick(lambda: len(engine.submitted) == 2)
    assert [r.params["shot"] for r in engine.submitted] == ["Close up", "Über die Brücke"]
    assert len({r.params["blend"] for r in engine.submitted}) == 1
    assert len(os.listdir(os.path.join(root, "scenes"))) == 1
    tick(lambda: [r.badge for r in rows] == ["kept", "running", "running"])
    assert not bpy.ops.rushes.generate_due.poll()


# -- model


def test_what_the_model_always_heeds_is_greyed_and_the_rest_has_a_strength(root: str, shown: Any) -> None:
    drawn = shown("model")
    assert "Depth" in drawn.texts
    drawn_props = [(a["data"].name, a["property"]) for a in drawn.drawn("prop") if a["property"] in ("use", "value")]
    assert drawn_props == [("normal", "use"), ("normal", "value"), ("color", "use"), ("color", "value")]
    assert "makes nothing" in said(drawn)
    assert "GPL-3.0-or-later" in said(drawn)


def test_a_strength_stays_within_the_models_limits(root: str) -> None:
    lines = bpy.context.scene.rushes.strengths
    lines["normal"].value = 1.8
    lines["color"].value = 1.8
    assert (lines["normal"].value, round(lines["color"].value, 5)) == (1.0, 1.8)


def test_a_model_that_is_not_here_is_told(root: str, shown: Any) -> None:
    bpy.context.scene.rushes.generator_id = "wan"
    assert "wan is not on this machine" in said(shown("model"))


# -- queue


def test_an_empty_queue_is_one_line(root: str, shown: Any) -> None:
    assert shown("queue").texts == ["Nothing is being made"]


def test_the_queue_shows_progress_what_waits_and_what_failed(
    root: str, engine: FakeClient, shown: Any, tick: Tick, session: Callable[[], Any]
) -> None:
    busy_queue(engine, root)
    session().bridge.watch.refresh()  # as when Blender opens: ended ones too
    tick(lambda: len(bpy.context.window_manager.rushes.jobs) == 8)
    drawn = shown("queue")
    bars = drawn.drawn("progress")
    assert [round(b["factor"], 1) for b in bars] == [0.4, 0.9]
    assert "left" in bars[0]["text"]
    assert {"rushes.job_cancel", "rushes.jobs_cancel_all", "rushes.copy_details", "rushes.log_show"} <= set(
        offered(drawn)
    )
    assert "SIGKILL" in said(drawn)
    assert "Try again." in said(drawn)


def test_a_long_queue_is_counted(root: str, engine: FakeClient, shown: Any, tick: Tick) -> None:
    for number in range(30):
        engine.submit(shoot_request(root, "Wide", f"asked-{number}"))
    tick(lambda: len(bpy.context.window_manager.rushes.jobs) == 30)
    drawn = shown("queue")
    assert "and 22 more" in drawn.texts
    assert offered(drawn).count("rushes.job_cancel") == 8


def test_all_jobs_can_be_cancelled(root: str, engine: FakeClient, tick: Tick) -> None:
    for number in range(3):
        engine.submit(shoot_request(root, "Wide", f"asked-{number}"))
    tick(lambda: len(bpy.context.window_manager.rushes.jobs) == 3)
    bpy.ops.rushes.jobs_cancel_all()
    tick(lambda: all(j.state.ended for j in engine.job_list.values()))


def test_details_of_a_failed_job_are_for_a_report(root: str, engine: FakeClient, part: Any, tick: Tick) -> None:
    job = engine.submit(shoot_request(root, "Wide", "asked"))
    tick(lambda: len(bpy.context.window_manager.rushes.jobs))
    engine.fail(job.id, EngineError("It broke.", code="worker.lost", hint="Try again.", details={"log": ["line 1"]}))
    tick(lambda: bpy.context.window_manager.rushes.jobs and bpy.context.window_manager.rushes.jobs[0].state == "failed")
    text = part("ops.queue")._details(part("ops.queue")._job(job.id))
    for word in (job.id, "worker.lost", "It broke.", "line 1", bpy.app.version_string):
        assert word in text


def test_a_log_that_is_not_there_is_said(root: str, session: Callable[[], Any]) -> None:
    with pytest.raises(RuntimeError, match="no log"):
        bpy.ops.rushes.log_show()
    assert "There is no log" in session().known.messages[0].text


def test_every_operator_says_what_it_does(part: Callable[[str], Any]) -> None:
    for cls in part("registration").classes():
        if issubclass(cls, bpy.types.Operator):
            about = cls.__doc__ or getattr(cls, "bl_description", "")
            assert about, cls
            assert not about.strip().endswith("."), f"Blender adds the full stop itself: {cls}"
