"""Takes behind (or over) the camera, to match against: frame by frame with the scene."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import bpy

from rushes.contracts import TakeRow

from . import shots
from .strips import shown_path
from .take_files import files_of

__all__ = ["of_shot", "remove", "show"]

_TAKE, _SHOT = "rushes_take", "rushes_shot"


def show(
    scene: Any, camera: Any, take: TakeRow, names: tuple[str, ...], opacity: float = 0.5, front: bool = True
) -> Any:
    """Put the take into the camera's background; the former take of this shot goes, other backgrounds stay.

    The PNG frames when they were kept, else the clip. ProductionError `take.clip_gone` when both are gone from disk.
    """
    path, numbers, count = files_of(take)
    first = take.range.start if take.range is not None else scene.frame_start
    span = len(take.range) * take.range.step if take.range is not None else _span(scene, take)
    image = bpy.data.images.load(shown_path(path), check_existing=False)
    remove(camera, names)
    image.source = "MOVIE" if not numbers else "SEQUENCE" if count > 1 else "FILE"
    image.name = f"{names[0]} seed {take.seed}"
    image[_TAKE], image[_SHOT] = take.id, names[0]
    background = camera.data.background_images.new()
    background.source, background.image = "IMAGE", image
    background.alpha, background.frame_method = opacity, "FIT"
    background.display_depth = "FRONT" if front else "BACK"
    user = background.image_user
    user.frame_start, user.frame_duration = first, max(1, span)
    user.use_cyclic, user.use_auto_refresh = False, True
    _keep_time(camera, first, numbers, Fraction(count, max(1, span)))
    camera.data.show_background_images = True
    return background


def of_shot(camera: Any, names: tuple[str, ...] = ()) -> tuple[Any, ...]:
    """Our backgrounds of a camera, of this shot only when names are given."""
    return tuple(
        b
        for b in camera.data.background_images
        if b.image is not None and _TAKE in b.image and (not names or b.image.get(_SHOT) in names)
    )


def remove(camera: Any, names: tuple[str, ...] = ()) -> int:
    """Take our backgrounds off a camera; how many there were. Pictures that nothing else uses leave the file too."""
    found = of_shot(camera, names)
    for background in reversed(found):
        index = list(camera.data.background_images).index(background)
        _forget_time(camera, index)
        image = background.image
        background.image = None  # removing it would not count the picture as unused
        camera.data.background_images.remove(background)
        if image.users == 0:
            bpy.data.images.remove(image)
    return len(found)


def _span(scene: Any, take: TakeRow) -> int:
    return round(Fraction(take.frame_count) * shots.scene_rate(scene) / take.rate)


def _keep_time(camera: Any, first: int, numbers: tuple[int, ...], ratio: Fraction) -> None:
    """Let the picture of each scene frame be shown.

    Blender shows picture `frame - start + 1 + offset`: of a sequence the file with that number. With a picture for
    each frame the offset is a number; else a driver works it out (a simple expression: it runs without Python).
    """
    index = len(camera.data.background_images) - 1
    user = camera.data.background_images[index].image_user
    start = numbers[0] if numbers else 1
    stride = numbers[1] - numbers[0] if len(numbers) > 1 else 1
    user.frame_offset = start - 1
    if ratio == 1 and stride == 1:
        return
    driver = camera.data.driver_add(_path(index)).driver
    driver.type = "SCRIPTED"
    shown = f"floor((frame - {first}) * {ratio.numerator} / {ratio.denominator})"
    driver.expression = f"{start} + {shown} * {stride} - (frame - {first}) - 1"


def _forget_time(camera: Any, gone: int) -> None:
    """Drivers go by position: that of the background that goes is removed, later ones move up."""
    data = camera.data.animation_data
    if data is None:
        return
    for index in range(gone, len(camera.data.background_images)):
        found = next((d for d in data.drivers if d.data_path == _path(index)), None)
        if found is None:
            continue
        if index == gone:
            data.drivers.remove(found)
        else:
            found.data_path = _path(index - 1)


def _path(index: int) -> str:
    return f"background_images[{index}].image_user.frame_offset"
