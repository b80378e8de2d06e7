"""What a render of passes promises: nothing of the artist's is touched, and bad input is told in their words."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rushes.blender.launcher import BlenderCommand, run_inside
from rushes.contracts import FrameRange, PassesRequest, SceneInfo, Size, Vec3
from rushes.errors import (
    BlenderError,
    BlendError,
    BriefError,
    DiskFullError,
    InputError,
    JobCancelled,
    RushesError,
    SceneError,
)
from rushes.passes import render
from rushes.passes.read import DiskPasses, open_passes
from rushes.passes.render import inspect_blend, render_passes
from rushes.testing.contexts import RecordingContext

pytestmark = pytest.mark.blender
Rendered = Callable[..., tuple[DiskPasses, RecordingContext]]


class StopAt(RecordingContext):
    """A double that asks for a cancel once a stage is reached."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._stage = stage

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        super().progress(fraction, stage, message)
        if stage == self._stage:
            self.cancel()


@pytest.fixture(scope="module")
def info(scenes: Path, untouched: object, blender: BlenderCommand) -> SceneInfo:
    assert untouched
    return inspect_blend(scenes / "city.blend", blender=blender, context=RecordingContext())


def test_shots_come_from_cameras_bound_to_markers(info: SceneInfo) -> None:
    shots = {s.name: s for s in info.shots}
    assert list(shots) == ["Wide", "Tall_Détail", "Wide 2"]  # safe, unique; "Late" starts after the end
    assert shots["Wide"].range == FrameRange(1, 4)
    assert shots["Tall_Détail"].range == FrameRange(5, 8)
    assert shots["Wide 2"].range == FrameRange(9, 16)
    assert shots["Wide 2"].camera == "Cam Top"
    assert info.rate == Fraction(24000, 1001)
    assert info.cameras == ("Cam Pano", "Cam Tall", "Cam Top", "Cam Wide")
    assert [Path(p).name for p in info.libraries] == ["props.blend"]
    assert info.camera_matrices["Cam Wide"][0][3] == pytest.approx(13.0)


def test_briefs_come_from_properties_and_the_text(info: SceneInfo) -> None:
    brief = info.shots[0].brief
    assert (brief.subject, brief.style) == ("a harbour", "ink")
    assert brief.mood == "calm"  # the text `rushes_briefs` beats the camera's property


def test_the_scenes_sun_is_found(info: SceneInfo) -> None:
    assert info.sun is not None
    assert info.sun.strength == pytest.approx(2.5)
    assert info.sun.color == pytest.approx((1.0, 0.9, 0.8))
    assert info.sun.direction == pytest.approx((0.303046, -0.505076, 0.808122), abs=1e-5)


def test_the_artists_files_and_compositor_stay_as_they_were(
    rendered: Rendered, hashes: Callable[[], object], untouched: dict[str, tuple[str, int]]
) -> None:
    """city.blend has compositor nodes that would write files, and a lamp, materials and markers that passes replace."""
    rendered("city.blend", "Wide")
    rendered("many.blend", "Above")
    assert hashes() == untouched


def test_beauty_shows_materials_lamp_and_world(rendered: Rendered) -> None:
    passes = rendered("lit.blend", "Cam", beauty=True)[0]
    assert passes.manifest.passes[-1] == "beauty"
    frame = passes.frame(1)
    assert frame.beauty is not None
    box = next(o.id for o in passes.legend.objects if o.name == "Box")
    red, green, _ = frame.beauty[frame.ids == box].mean(0)
    assert red > 3.0 * green
    sky = frame.beauty[frame.ids == 0].mean(0)
    assert sky == pytest.approx((0.05, 0.1, 0.9), abs=0.05)
    assert rendered("lit.blend", "Cam")[0].frame(0).beauty is None


def test_beauty_leaves_the_other_passes_alone(rendered: Rendered) -> None:
    with_beauty = rendered("lit.blend", "Cam", beauty=True)[0].frame(0)
    without = rendered("lit.blend", "Cam")[0].frame(0)
    np.testing.assert_array_equal(with_beauty.depth, without.depth)
    np.testing.assert_array_equal(with_beauty.ids, without.ids)
    np.testing.assert_array_equal(with_beauty.direct, without.direct)


def test_the_same_request_gives_the_same_digest(
    scenes: Path, blender: BlenderCommand, rendered: Rendered, tmp_path: Path
) -> None:
    request = PassesRequest(str(scenes / "lit.blend"), "Cam")
    render_passes(request, tmp_path / "again", blender=blender, context=RecordingContext())
    assert open_passes(tmp_path / "again").digest == rendered("lit.blend", "Cam")[0].digest


def test_a_sun_direction_can_be_given(rendered: Rendered) -> None:
    asked: Vec3 = (0.0, 0.6, 0.8)
    passes = rendered("lit.blend", "Cam", sun_direction=asked)[0]
    assert passes.sun_direction == pytest.approx(asked)
    frame = passes.frame(0)
    flat = (frame.normal[..., 2] > 0.999) & (frame.direct > 0)
    assert frame.direct[flat] == pytest.approx(0.8, abs=1e-4)


def test_progress_names_stages_and_time_left(rendered: Rendered) -> None:
    context = rendered("city.blend", "Wide")[1]
    assert context.stages == ["open", "track", "passes"]
    assert context.fractions == sorted(context.fractions)
    assert context.fractions[-1] == pytest.approx(1.0)
    assert "frame 4 of 4, 0 s left" in [message for _, _, message in context.progresses]
    assert any("Mist" in note for note in context.notes)
    assert any("Sky Dome" in note for note in rendered("city.blend", "Wide")[0].manifest.notes)


INSPECT_ERRORS = {
    "not_one.blend": (BlendError, "blend.not_blend", "not a Blender file"),
    "newer.blend": (BlendError, "blend.newer", "9.99|99.9|99.99"),
    "newer_packed.blend": (BlendError, "blend.newer", "99"),
    "torn.blend": (BlendError, "blend.damaged", "cannot open"),
    "absent.blend": (BlendError, "blend.missing", "no file"),
    "moved/city.blend": (BlendError, "blend.library", "props.blend"),
    "bad_brief.blend": (BriefError, "brief.json", "not readable"),
}


@pytest.mark.parametrize("name", INSPECT_ERRORS)
def test_a_file_that_cannot_be_used_is_named_and_says_what_to_do(
    scenes: Path, blender: BlenderCommand, name: str
) -> None:
    kind, code, words = INSPECT_ERRORS[name]
    with pytest.raises(kind, match=words) as caught:
        inspect_blend(scenes / name, blender=blender, context=RecordingContext())
    assert caught.value.code == code
    assert caught.value.hint


RENDER_ERRORS: dict[str, tuple[str, dict[str, object], type[InputError], str, str]] = {
    "no camera": ("no_camera.blend", {"shot": "Cam"}, SceneError, "scene.no_camera", "Add a camera"),
    "unknown shot": ("city.blend", {"shot": "Wid"}, SceneError, "scene.shot", "Wide, Tall_Détail"),
    "unknown camera": ("city.blend", {"shot": "a", "camera": "Cam B"}, SceneError, "scene.camera", "Cam Tall"),
    "shot after the end": ("city.blend", {"shot": "Late"}, SceneError, "scene.range", "end frame"),
    "panorama": ("city.blend", {"shot": "Cam Pano"}, SceneError, "scene.panoramic", "Perspective"),
    "nothing seen": (
        "nothing_seen.blend",
        {"shot": "Away", "range": FrameRange(1, 1)},
        SceneError,
        "scene.empty",
        "Point",
    ),
}


@pytest.mark.parametrize("case", RENDER_ERRORS)
def test_a_shot_that_cannot_be_rendered_says_why_and_leaves_nothing(
    scenes: Path, blender: BlenderCommand, tmp_path: Path, case: str
) -> None:
    name, fields, kind, code, hint = RENDER_ERRORS[case]
    request = PassesRequest(str(scenes / name), **fields)  # pyright: ignore[reportArgumentType]
    with pytest.raises(kind) as caught:
        render_passes(request, tmp_path / "out", blender=blender, context=RecordingContext())
    assert caught.value.code == code
    assert hint in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_camera_and_a_range_make_a_shot(scenes: Path, blender: BlenderCommand, tmp_path: Path) -> None:
    request = PassesRequest(
        str(scenes / "city.blend"), "my label", camera="Cam Tall", range=FrameRange(2, 3), size=Size(32, 18)
    )
    manifest = render_passes(request, tmp_path / "out", blender=blender, context=RecordingContext())
    assert (manifest.shot.name, manifest.shot.camera) == ("my label", "Cam Tall")
    assert [f.frame for f in manifest.files] == [2, 3]
    passes = open_passes(tmp_path / "out")
    assert passes.camera_track.name == "Cam Tall"
    assert passes.cameras[0].matrix_world[2][3] == pytest.approx(5.0)  # not the marker's camera


def test_a_cancel_ends_blender_and_leaves_nothing(scenes: Path, blender: BlenderCommand, tmp_path: Path) -> None:
    request = PassesRequest(str(scenes / "city.blend"), "Wide", size=Size(640, 360))
    with pytest.raises(JobCancelled):
        render_passes(request, tmp_path / "out", blender=blender, context=StopAt("track"))
    assert list(tmp_path.iterdir()) == []


def test_a_killed_blender_is_reported_with_its_last_words(
    scenes: Path, blender: BlenderCommand, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Killer(RecordingContext):
        """Kills the child as soon as it works; a double of the kernel's out-of-memory killer."""

        def progress(self, fraction: float, stage: str, message: str = "") -> None:
            if stage == "track":
                os.kill(next(iter(_children(os.getpid()))), signal.SIGKILL)

    caplog.set_level(logging.CRITICAL)
    request = PassesRequest(str(scenes / "city.blend"), "Wide", size=Size(640, 360))
    with pytest.raises(BlenderError, match="SIGKILL") as caught:
        render_passes(request, tmp_path / "out", blender=blender, context=Killer())
    assert caught.value.code == "blender.crashed"
    assert isinstance(caught.value.details["log"], list)
    assert list(tmp_path.iterdir()) == []


def _children(pid: int) -> set[int]:
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        found |= {int(p) for p in (task / "children").read_text().split()}
    return found


def test_a_bug_inside_comes_back_with_its_trace(blender: BlenderCommand) -> None:
    with pytest.raises(BlenderError) as caught:
        run_inside("rushes.blender.inside.no_such", {}, blender=blender, context=RecordingContext())
    assert caught.value.code == "blender.failed"
    assert any("no_such" in line for line in caught.value.details["trace"])


def test_a_full_disk_is_said_before_the_work(
    scenes: Path, blender: BlenderCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1 << 20

    monkeypatch.setattr(render.shutil, "disk_usage", lambda _: Usage)
    with pytest.raises(DiskFullError, match="are free"):
        render_passes(
            PassesRequest(str(scenes / "lit.blend"), "Cam"),
            tmp_path / "out",
            blender=blender,
            context=RecordingContext(),
        )
    assert list(tmp_path.iterdir()) == []


def test_new_passes_take_the_place_of_old_ones_and_failures_do_not(
    scenes: Path, blender: BlenderCommand, tmp_path: Path
) -> None:
    request = PassesRequest(str(scenes / "lit.blend"), "Cam", range=FrameRange(1, 1), size=Size(32, 18))
    render_passes(request, tmp_path / "out", blender=blender, context=RecordingContext())
    first = open_passes(tmp_path / "out").digest
    with pytest.raises(RushesError):
        render_passes(
            PassesRequest(request.blend, "Cam", camera="None"),
            tmp_path / "out",
            blender=blender,
            context=RecordingContext(),
        )
    assert open_passes(tmp_path / "out").digest == first
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = tmp_path / f".out.{ended.pid}-0badcafe.part"  # as a worker killed with -9 leaves it
    left.mkdir()
    other = PassesRequest(request.blend, "Cam", range=FrameRange(1, 1), size=Size(16, 9))
    render_passes(other, tmp_path / "out", blender=blender, context=RecordingContext())
    assert open_passes(tmp_path / "out").size == Size(16, 9)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
