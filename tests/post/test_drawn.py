"""Drawings are told from paintings, and their lines come out crisp."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import pytest

from post.scenes import FULL, LOW, Mask, edges, grown, resize, shot, truth
from rushes.media.pictures import Picture
from rushes.post import antialias, drawn, guides, upsample
from rushes.post.antialias import surface_labels
from rushes.post.drawn import DrawnSense
from rushes.post.guides import low_guide
from rushes.post.upsample import GuidedUpsample
from rushes.testing.contexts import RecordingContext

PAPER, INK = 0.92, 0.08


@functools.cache
def drawing(index: int) -> Picture:
    """Ink lines, a small pixel wide, on paper; averaged from full size."""
    lines = grown(edges(shot().frame(index).ids), 1)
    paper = np.where(lines, INK, PAPER).astype(np.float32)
    small = cv2.resize(paper, (LOW.width, LOW.height), interpolation=cv2.INTER_AREA)
    return np.repeat(np.asarray(small, np.float32)[..., None], 3, axis=2)


def up(pictures: list[Picture], **settings: bool) -> list[Picture]:
    return list(GuidedUpsample(FULL, **settings).apply(iter(pictures), shot(), RecordingContext()))


def nearer(index: int) -> Mask:
    frame = shot().frame(index)
    return drawn.edges(frame, surface_labels(frame)) > 0


def test_a_drawing_is_known_from_its_lines() -> None:
    guide = low_guide(shot().frame(0), LOW)
    assert DrawnSense().look(drawing(0), guide)
    assert not DrawnSense().look(truth(0, LOW), guide)
    assert not DrawnSense().look(np.full((*LOW.shape, 3), 0.5, np.float32), guide)


def test_one_odd_frame_does_not_change_its_mind() -> None:
    sense, guide = DrawnSense(), low_guide(shot().frame(0), LOW)
    assert all(sense.look(drawing(0), guide) for _ in range(4))
    assert sense.look(truth(0, LOW), guide)


def test_lines_are_dark_on_the_edges_and_gone_beside_them() -> None:
    made = up([drawing(0)])[0][..., 0]
    bicubic = resize(drawing(0), cv2.INTER_CUBIC)[..., 0]
    lost = up([drawing(0)], lines=False)[0][..., 0]
    on = nearer(0)
    around = edges(shot().frame(0).ids)
    beside, apart = grown(around, 3) & ~grown(around, 2), grown(around, 6) & ~grown(around, 3)
    assert made[on].mean() < 0.85 * bicubic[on].mean()
    assert made[on].mean() < 0.55 * lost[on].mean()
    assert made[beside].mean() > bicubic[beside].mean() + 0.12
    assert made[apart].mean() > PAPER - 0.04


def test_a_painting_is_not_touched_by_it() -> None:
    without, with_lines = (up([truth(0, LOW)], lines=on)[0] for on in (False, True))
    assert np.array_equal(without, with_lines)


def test_lines_move_with_what_they_outline() -> None:
    made = up([drawing(i) for i in range(4)])
    darkness = [float(m[..., 0][nearer(i)].mean()) for i, m in enumerate(made)]
    assert np.ptp(darkness) < 0.03
    # What was a line and is none any more has no ink left.
    left = nearer(0) & ~grown(nearer(3), 4)
    assert left.sum() > 20
    assert made[3][..., 0][left].mean() > PAPER - 0.1


def test_the_bits_do_not_depend_on_the_stripes(monkeypatch: pytest.MonkeyPatch) -> None:
    once = up([drawing(0)])[0]
    for module, rows in ((drawn, 33), (upsample, 50), (guides, 17), (antialias, 29)):
        monkeypatch.setattr(module, "_STRIPE", rows)
    assert np.array_equal(up([drawing(0)])[0], once)
