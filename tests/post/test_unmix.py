"""How a small picture was mixed is found out and undone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from post.scenes import FULL, LOW, flat, shot, truth
from rushes.media.pictures import Picture, linear_to_srgb, srgb_to_linear
from rushes.post.guides import Low, low_guide
from rushes.post.truth import soft_sample
from rushes.post.unmix import Unmixer


def low() -> Low:
    return low_guide(shot().frame(0), LOW)


def averaged(picture: Picture) -> Picture:
    linear = cv2.resize(srgb_to_linear(picture), (LOW.width, LOW.height), interpolation=cv2.INTER_AREA)
    return linear_to_srgb(np.asarray(linear, np.float32))


def seen(picture: Picture) -> Unmixer:
    found = Unmixer()
    found.clean(picture, low(), 1.0)
    return found


def test_sampled_and_averaged_pictures_are_told_apart() -> None:
    real = flat(shot().frame(0))
    assert seen(averaged(real)).averaged > 0.8
    assert seen(soft_sample(real, LOW, 0.01)).averaged < 0.2


def test_softness_is_measured() -> None:
    real = truth(0, FULL)
    blurs = [seen(soft_sample(real, LOW, by)).blur for by in (0.01, 0.5, 0.7)]
    assert blurs[0] < 0.03 < 0.06 < blurs[1] < 0.14 < blurs[2] <= 0.24


@pytest.mark.parametrize("how", ["averaged", "soft"])
def test_each_pixel_gets_its_own_objects_colour(how: str) -> None:
    frame = shot().frame(0)
    real, guide = flat(frame), low()
    picture = averaged(real) if how == "averaged" else soft_sample(real, LOW, 0.5)
    own = flat(shot().frame(0, LOW))
    clean = Unmixer().clean(picture, guide, 1.0)
    before, after = (np.abs(p - own).max(axis=2) for p in (picture, clean))
    touched = (before > 0.03) & (guide.purity > 0.4)
    assert touched.sum() > 200
    assert after[touched].mean() < 0.45 * before[touched].mean()
    assert np.abs(clean - picture)[before < 1e-3].mean() < 0.004


def test_a_flat_picture_stays_flat() -> None:
    grey = np.full((*LOW.shape, 3), 0.4, np.float32)
    assert np.abs(Unmixer().clean(grey, low(), 1.0) - grey).max() < 1e-5


def test_what_was_found_is_kept_in_mind() -> None:
    mixer = Unmixer()
    for _ in range(3):
        mixer.clean(soft_sample(truth(0, FULL), LOW, 0.6), low(), 1.0)
    before = mixer.blur
    mixer.clean(np.full((*LOW.shape, 3), 0.4, np.float32), low(), 1.0)
    assert mixer.blur == pytest.approx(before, rel=0.1)
