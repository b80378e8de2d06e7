"""A Blender that stays open gives the same passes as a render to disk, moves the camera, survives bad asks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rushes.blender.launcher import BlenderCommand
from rushes.contracts import FrameRange, Size
from rushes.errors import BlenderError, BlendError, SceneError
from rushes.media.conditioning import ShotInputs
from rushes.passes.read import DiskPasses
from rushes.passes.view import BlenderView, ViewAsk
from rushes.testing.contexts import RecordingContext

pytestmark = pytest.mark.blender
SIZE = Size(96, 54)


@pytest.fixture(scope="module")
def view(blender: BlenderCommand) -> Iterator[BlenderView]:
    made = BlenderView(blender.path)
    yield made
    made.close()


def differing(one: ShotInputs, index: int, other: ShotInputs, theirs: int) -> dict[str, int]:
    """Pass → how many values differ by more than the last bits, which the missing motion may change."""
    a, b = one.frame(index, SIZE), other.frame(theirs, SIZE)
    names = ("ids", "depth", "normal", "direct")
    counts = {n: int((~np.isclose(getattr(a, n), getattr(b, n), rtol=1e-5, atol=1e-5)).sum()) for n in names}
    return {n: count for n, count in counts.items() if count}


def test_a_view_is_what_a_render_to_disk_gives(
    view: BlenderView, scenes: Path, rendered: Callable[..., tuple[DiskPasses, RecordingContext]]
) -> None:
    disk, _ = rendered("city.blend", "Wide", range=FrameRange(1, 3), size=SIZE, sun_direction=(0.3, -0.5, 0.8))
    scene = view.open(scenes / "city.blend", RecordingContext())
    assert {s.camera for s in scene.info.shots} >= {"Cam Wide", "Cam Tall"}
    for frame in (1, 3, 2):  # also backwards
        found = view.render(ViewAsk("Cam Wide", frame, SIZE, sun=(0.3, -0.5, 0.8)))
        assert not differing(found, 0, disk, frame - 1)
        assert found.cameras[0] == disk.cameras[frame - 1]
        names = {o.id: (o.name, o.matrix(0)) for o in found.legend.objects}
        for thing in disk.legend.objects:
            assert names[thing.id] == (thing.name, thing.matrix(frame - 1))


def test_a_free_camera_sees_what_the_scenes_camera_sees_from_there(view: BlenderView, scenes: Path) -> None:
    view.open(scenes / "city.blend", RecordingContext())
    own = view.render(ViewAsk("Cam Wide", 2, SIZE, sun=(0.3, -0.5, 0.8)))
    free = view.render(ViewAsk("", 2, SIZE, view=own.cameras[0], sun=(0.3, -0.5, 0.8)))
    assert (free.picture.ids == own.picture.ids).mean() > 0.999
    small = Size(48, 27)
    assert view.render(ViewAsk("Cam Wide", 2, small)).size == small
    assert own.sun_direction == (0.3, -0.5, 0.8)


def test_a_bad_ask_is_told_and_the_next_one_works(view: BlenderView, scenes: Path) -> None:
    view.open(scenes / "city.blend", RecordingContext())
    with pytest.raises(SceneError):
        view.render(ViewAsk("Nobody", 1, SIZE))
    with pytest.raises(SceneError):
        view.render(ViewAsk("Cam Pano", 1, SIZE))
    assert view.render(ViewAsk("Cam Wide", 1, SIZE)).picture.ids.any()


def test_a_saved_file_is_read_again(view: BlenderView, scenes: Path, tmp_path: Path) -> None:
    shutil.copy(scenes / "many.blend", tmp_path / "set.blend")
    before = view.open(tmp_path / "set.blend", RecordingContext())
    shutil.copy(scenes / "lit.blend", tmp_path / "set.blend")
    after = view.open(tmp_path / "set.blend", RecordingContext())
    assert before.objects != after.objects
    (tmp_path / "set.blend").write_bytes(b"half")
    with pytest.raises(BlendError):
        view.open(tmp_path / "set.blend", RecordingContext())
    view.open(scenes / "city.blend", RecordingContext())
    assert view.render(ViewAsk("Cam Wide", 1, SIZE)).picture.ids.any()


@pytest.mark.skipif(not Path("/proc/self/children").exists() and not shutil.which("pgrep"), reason="needs pgrep")
def test_a_killed_blender_is_a_sentence_and_can_be_opened_again(scenes: Path, blender: BlenderCommand) -> None:
    view = BlenderView(blender.path)
    try:
        view.open(scenes / "city.blend", RecordingContext())
        found = subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, text=True, check=False)
        newest = max(int(pid) for pid in found.stdout.split() if _is_live(int(pid)))
        os.kill(newest, signal.SIGKILL)
        with pytest.raises(BlenderError) as caught:
            view.render(ViewAsk("Cam Wide", 1, SIZE))
        assert "SIGKILL" in caught.value.message
        view.open(scenes / "city.blend", RecordingContext())
        assert view.render(ViewAsk("Cam Wide", 1, SIZE)).picture.ids.any()
    finally:
        view.close()


def _is_live(pid: int) -> bool:
    try:
        return b"inside.live" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
