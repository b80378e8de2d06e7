"""Takes behind the camera."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import pytest

from rushes.contracts import FrameRange
from rushes.errors import ProductionError

CLIPS = Path(__file__).with_name("clips")


@pytest.fixture
def camera(scene: Any) -> Any:
    scene.render.fps, scene.frame_start, scene.frame_end = 24, 1, 120
    made = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(made)
    return made


@pytest.fixture
def make(engine: Any, tmp_path: Path) -> Callable[..., Any]:
    engine.add_production(str(tmp_path))

    def take(frames: FrameRange, clip: str = "a48", pictures: bool = False, **more: Any) -> Any:
        home = tmp_path / f"take {len(engine.takes_by_root[str(tmp_path)])}"
        (home / "frames").mkdir(parents=True)
        for number in frames.frames if pictures else ():
            (home / "frames" / f"{number:04d}.png").write_bytes(b"not looked at")
        if clip:
            shutil.copy(CLIPS / f"{clip}.mp4", home / "clip.mp4")
        given = {"range": frames, "frame_count": len(frames), "rate": Fraction(24, frames.step), "missing": ()}
        given |= {"folder": str(home), "clip": str(home / "clip.mp4"), "pictures": str(home / "frames")}
        return engine.add_take(str(tmp_path), "020", **given | more)

    return take


def shown(scene: Any, camera: Any, index: int, frame: int) -> int:
    """Number of the picture that Blender shows: of a sequence the file's number."""
    scene.frame_set(frame)
    data = camera.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    user = data.background_images[index].image_user
    return frame - user.frame_start + 1 + user.frame_offset


@pytest.mark.parametrize(
    ("frames", "pictures", "clip", "expected"),
    [
        (FrameRange(25, 72), True, "a48", {25: 25, 26: 26, 72: 72}),
        (FrameRange(25, 72), False, "a48", {25: 1, 26: 2, 72: 48}),
        (FrameRange(25, 72, 2), True, "half24", {25: 25, 26: 25, 27: 27, 72: 71}),
        (FrameRange(25, 72, 2), False, "half24", {25: 1, 26: 1, 27: 2, 72: 24}),
    ],
)
def test_each_scene_frame_shows_its_picture(
    scene: Any,
    camera: Any,
    part: Any,
    make: Any,
    frames: FrameRange,
    pictures: bool,
    clip: str,
    expected: dict[int, int],
) -> None:
    background = part("host.backgrounds").show(scene, camera, make(frames, clip, pictures), ("020",), 0.25, False)
    assert background.image.source == ("SEQUENCE" if pictures else "MOVIE")
    assert (background.image_user.frame_start, background.image_user.frame_duration) == (25, 48)
    assert (round(background.alpha, 3), background.display_depth) == (0.25, "BACK")
    assert camera.data.show_background_images
    assert {f: shown(scene, camera, 0, f) for f in expected} == expected


def test_only_our_former_one_is_replaced_and_drivers_stay_with_theirs(
    scene: Any, camera: Any, part: Any, make: Any
) -> None:
    host = part("host.backgrounds")
    half, full = make(FrameRange(25, 72, 2), "half24"), make(FrameRange(25, 72))
    mine = bpy.data.images.new("mine", 4, 4)
    host.show(scene, camera, half, ("010",))
    camera.data.background_images.new().image = mine
    host.show(scene, camera, half, ("020",))
    host.show(scene, camera, full, ("020", "old name"))
    names = [b.image.name for b in camera.data.background_images]
    assert names[1] == "mine"
    assert sorted(names) == sorted(i.name for i in bpy.data.images)
    assert [d.data_path for d in camera.data.animation_data.drivers] == ["background_images[0].image_user.frame_offset"]
    assert shown(scene, camera, 2, 30) == 6
    assert host.remove(camera) == 2
    assert [b.image for b in camera.data.background_images] == [mine]
    assert not len(camera.data.animation_data.drivers)


def test_lost_files_are_told_and_the_former_one_stays(scene: Any, camera: Any, part: Any, make: Any) -> None:
    host = part("host.backgrounds")
    host.show(scene, camera, make(FrameRange(25, 72)), ("020",))
    with pytest.raises(ProductionError) as told:
        host.show(scene, camera, make(FrameRange(25, 72), ""), ("020",))
    assert told.value.code == "take.clip_gone"
    assert len(host.of_shot(camera)) == 1
