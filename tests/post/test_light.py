"""Whether a picture has the sun that the passes have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from post.scenes import LOW, shot, truth
from rushes.post.guides import guides
from rushes.post.light import LightSense


def follow(*pictures: np.ndarray[tuple[int, int, int], np.dtype[np.float32]]) -> float:
    sense, amount = LightSense(), np.float32(0)
    for picture in pictures:
        amount = sense.follow(picture, guides(shot().frame(0), LOW)[1])
    return float(amount)


def test_a_sunny_picture_is_followed() -> None:
    assert follow(truth(0, LOW)) == 1.0


def test_a_flat_picture_is_not() -> None:
    assert follow(np.full((*LOW.shape, 3), 0.5, np.float32)) < 0.1


def test_light_from_the_other_side_is_not() -> None:
    assert follow(1 - truth(0, LOW)) == 0.0


def test_it_is_remembered_from_frame_to_frame() -> None:
    flat = np.full((*LOW.shape, 3), 0.5, np.float32)
    after_sun = follow(truth(0, LOW), truth(0, LOW), flat)
    assert after_sun > follow(flat)


def test_with_no_shadow_in_sight_the_light_is_believed_in_part() -> None:
    low = guides(shot().frame(0), LOW)[1]
    apart = replace(low, ids=np.arange(low.ids.size, dtype=np.int32).reshape(low.ids.shape))
    assert 0.2 < float(LightSense().follow(truth(0, LOW), apart)) <= 1.0
