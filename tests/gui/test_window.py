"""A day at a real Blender: install, produce, generate, cancel, keep, cut, quit in the middle, a killed engine.

The tests of one Blender follow each other, as a day does. Photographs go to .build/gui_shots/<version>/.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from gui.artist import Artist

pytestmark = [pytest.mark.gui, pytest.mark.slow, pytest.mark.timeout(1800)]

JOBS = "[[j.name, j.state] for j in bpy.context.window_manager.rushes.jobs]"
TAKES = "bpy.context.window_manager.rushes.takes"
SHOT = "bpy.context.window_manager.rushes.shots[bpy.context.window_manager.rushes.shot_index].name"
PERSPECTIVE = (
    "next(a.spaces.active.region_3d.view_perspective for w in bpy.context.window_manager.windows "
    "for a in w.screen.areas if a.type == 'VIEW_3D')"
)
WIDTH = 420


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension's zip, as `make extension` builds it."""
    import build_extension  # a tool, found by conftest

    folder = tmp_path_factory.mktemp("dist")
    assert build_extension.main(["--out", str(folder)]) == 0
    return next(folder.glob("*.zip"))


def states(artist: Artist) -> dict[str, str]:
    """Job id → state, as the queue shows them."""
    return dict(artist.window.value(JOBS))


def job_after(artist: Artist, before: dict[str, str]) -> str:
    """The id of the job that has appeared since."""
    artist.window.wait(f"[n for n, s in {JOBS} if n not in {list(before)}]", 60, "a new job in the queue")
    return next(n for n in states(artist) if n not in before)


def wait_for_job(artist: Artist, job: str, state: str, seconds: float) -> None:
    artist.window.wait(f"dict({JOBS}).get({job!r}) == {state!r}", seconds, f"job {job} {state}")


def progress_of(job: str) -> str:
    return f"next((j.progress for j in bpy.context.window_manager.rushes.jobs if j.name == {job!r}), 0)"


def production_of(artist: Artist) -> Path:
    """The production's folder, outside the room."""
    inside: str = artist.window.value("bpy.context.scene.rushes.production")
    return artist.room.home / Path(inside).relative_to("/home/artist")


def takes_on_disk(artist: Artist) -> list[dict[str, Any]]:
    found = production_of(artist).glob("shots/*/takes/*/take.json")
    return [json.loads(p.read_text("utf-8")) for p in sorted(found)]


def test_install_and_open_the_demo(artist: Artist, archive: Path) -> None:
    artist.install(archive)
    artist.window.start(artist.demo())
    assert "bl_ext.user_default.rushes" in artist.window.value("list(bpy.context.preferences.addons.keys())")
    artist.open_tab()
    artist.widen(WIDTH)
    artist.look_through_camera()
    shots = artist.window.wait("[s.name for s in bpy.context.window_manager.rushes.shots]", 20)
    assert shots == ["arrival", "quay", "overlook"]
    artist.shoot("opened")


def test_make_a_production(artist: Artist) -> None:
    artist.open_panel("Production")
    artist.press("rushes.production_new", "New")
    time.sleep(1)
    artist.shoot("new_production")
    artist.click_text(r"\bOK\b", artist.window.region("VIEW_3D", "WINDOW"))
    artist.window.wait("bpy.context.scene.rushes.production", 90, "a production")
    assert (production_of(artist) / "production.json").exists()
    artist.window.wait("session.known.production is not None", 30)
    artist.shoot("production", artist.sidebar)


def test_every_panel(artist: Artist) -> None:
    for title in artist.panels().values():
        artist.shoot(f"panel_{title.lower().replace(' ', '_')}", artist.open_panel(title))


def test_generate_still(artist: Artist) -> None:
    artist.open_panel("Shots")
    before = states(artist)
    artist.press("rushes.generate_still", "Still")
    job = job_after(artist, before)
    wait_for_job(artist, job, "done", 300)
    artist.window.wait(f"len({TAKES}) == 1", 20, "the take in the list")
    (take,) = takes_on_disk(artist)
    assert take["shot"] == "arrival"
    assert take["frame_count"] == 1
    artist.shoot("still")


def test_generate_clip_with_preview(artist: Artist) -> None:
    artist.open_panel("Shots")
    before = states(artist)
    artist.window.value("session.tick_times.clear()")
    artist.press("rushes.generate_clip", "Clip")
    job = job_after(artist, before)
    artist.window.wait(f"{progress_of(job)} > 0.02", 120)
    artist.shoot("clip_passes", artist.open_panel("Queue"))
    artist.window.wait(f"{job!r} in session.known.previews and {progress_of(job)} > 0.5", 600, "a preview")
    artist.shoot("clip_preview")
    wait_for_job(artist, job, "done", 900)
    note_ticks(artist)
    artist.window.wait(f"len({TAKES}) == 2", 20, "the take in the list")
    artist.open_panel("Takes")
    artist.shoot("takes")


def note_ticks(artist: Artist) -> None:
    """Write what the timer cost, beside the photographs."""
    seconds = sorted(artist.window.value("list(session.tick_times)"))
    p99 = seconds[int(len(seconds) * 0.99)]
    text = f"{len(seconds)} ticks: p50 {seconds[len(seconds) // 2] * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms, "
    (artist.window.shots / "ticks.txt").write_text(f"{text}max {seconds[-1] * 1e3:.2f} ms\n")


def test_the_take_lies_in_the_sequencer(artist: Artist) -> None:
    strips = artist.window.wait(
        "[[s.name, s.frame_final_start, s.frame_final_duration, s.get('rushes_take')] "
        "for scene in bpy.data.scenes if scene.sequence_editor for s in strips(scene)]",
        30,
        "a strip",
    )
    assert [(s[1], s[2]) for s in strips] == [(1, 36)]
    assert strips[0][3] in {t["id"] for t in takes_on_disk(artist)}
    artist.turn_into("VIEW_3D", "Video Sequencer")
    side = artist.open_tab("SEQUENCE_EDITOR")
    artist.press("rushes.edit_open", "Open Edit", side)
    time.sleep(2)
    artist.shoot("sequencer")
    artist.turn_into("SEQUENCE_EDITOR", "3D Viewport")
    artist.show_scene("Harbour Street")
    artist.open_tab()


def test_cancel(artist: Artist) -> None:
    artist.open_panel("Shots")
    artist.click_text(r"quay|37\W72")
    artist.window.wait(f"{SHOT} == 'quay'", 10)
    before, takes = states(artist), len(takes_on_disk(artist))
    artist.press("rushes.generate_clip", "Clip")
    job = job_after(artist, before)
    wait_for_job(artist, job, "running", 60)
    artist.open_panel("Queue")
    artist.press("rushes.job_cancel")
    wait_for_job(artist, job, "cancelled", 60)
    artist.shoot("cancelled")
    assert len(takes_on_disk(artist)) == takes


def test_keep(artist: Artist) -> None:
    artist.open_panel("Shots")
    artist.click_text(r"arrival|\b1\W36")
    artist.window.wait(f"{SHOT} == 'arrival' and len({TAKES}) == 2", 20)
    artist.open_panel("Takes")
    picked: str = artist.window.value(f"{TAKES}[bpy.context.window_manager.rushes.take_index].name")
    artist.press_setting(".rating", r"\bKept\b")
    artist.window.wait(f"next(t for t in {TAKES} if t.name == {picked!r}).rating == 'kept'", 20)
    end = time.monotonic() + 20
    while next(t for t in takes_on_disk(artist) if t["id"] == picked)["rating"] != "kept":
        assert time.monotonic() < end, "the rating is not on disk"
        time.sleep(0.2)
    artist.shoot("kept", artist.sidebar)


def test_blocks(artist: Artist) -> None:
    artist.open_panel("Blocks")
    artist.press_setting("show_classes", "Show Classes")
    artist.window.wait("bpy.context.window_manager.rushes.show_classes", 10)
    time.sleep(1)
    artist.shoot("classes")
    artist.press("rushes.blocks_check", "Check")
    time.sleep(2)
    artist.shoot("blocks_checked")
    artist.press_setting("show_classes", "Show Classes")


def test_quit_during_a_job_and_come_back(artist: Artist) -> None:
    window = artist.window
    artist.save()
    artist.open_panel("Shots")
    before = states(artist)
    artist.press("rushes.generate_clip", "Clip")
    job = job_after(artist, before)
    wait_for_job(artist, job, "running", 60)
    window.quit()
    assert artist.room.pids("-m rushes.engine "), "the engine ended with Blender"
    window.start(artist.film)
    artist.open_tab()
    wait_for_job(artist, job, "running", 60)
    artist.open_panel("Queue")
    artist.shoot("came_back")


def test_the_engine_is_killed(artist: Artist) -> None:
    (job,) = [n for n, s in states(artist).items() if s == "running"]
    assert artist.room.kill("-m rushes.engine ") == 1
    artist.window.wait(f"{progress_of(job)} == 0", 60, "the job queued again")
    artist.shoot("engine_killed")
    wait_for_job(artist, job, "done", 900)
    takes = [t for t in takes_on_disk(artist) if t["shot"] == "arrival"]
    assert len(takes) == 3
    artist.open_panel("Takes")
    artist.shoot("recovered")


def test_project(artist: Artist) -> None:
    """The kept take is thrown onto the blocks through its own camera."""
    if artist.window.value(PERSPECTIVE) != "CAMERA":  # 4.3 leaves it when the edit scene is shown
        artist.look_through_camera()
    artist.open_panel("Projection")
    artist.press("rushes.project_take", "Project")
    projectors = "[o.name for o in bpy.data.objects if o.name.startswith('Rushes Projector')]"
    artist.window.wait(projectors, 300, "a projector")
    time.sleep(90)  # shaders; slow without a graphics card, so this comes late in the day
    artist.shoot("projected")


def test_blender_says_nothing_bad(artist: Artist) -> None:
    artist.window.quit()
    log = (artist.room.home / "blender.log").read_text("utf-8", "replace")
    assert "Traceback" not in log, log[log.index("Traceback") :][:4000]
