"""A hand-held shot made steady: the camera's path is found, smoothed, and each picture moved onto it.

The first reading of the clip finds the path (`camera_motion`), the second moves the pictures, in float and once, with a
Lanczos kernel. All are enlarged by the same factor, just enough that no border shows; where that would be too much
the path is followed more closely instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from rushes.contracts import JobContext, Size
from rushes.errors import InputError
from rushes.media.pictures import Picture
from rushes.post.footage.camera_motion import CameraMotion, Motions, followed, vidstab, vidstab_program
from rushes.post.footage.protocol import FrameForFrame, Source

__all__ = ["Finder", "Stabilise", "builtin_finder"]

Finder = Callable[[Source, Callable[[int], None]], CameraMotion]
"""Finds the camera's motion of a source; calls back before every frame."""

_F = np.float32
_LONGEST = 30.0
"""Standard deviation, in frames, of what the path is smoothed with at full strength."""
_MOST = 1.25
"""Largest factor that pictures are enlarged by."""
_FIRST = 0.4
"""Share of the progress that finding the path takes."""


def builtin_finder(source: Source, each: Callable[[int], None]) -> CameraMotion:
    """libvidstab where its program is there, else by points."""
    program = vidstab_program()
    found = vidstab(source, program, each) if program is not None else None
    return found if found is not None else followed(source, each)


@dataclass(frozen=True)
class _Plan:
    moves: Motions
    """(frames, 4): what each picture is moved by."""
    zoom: float
    kept: float
    """Share of the smoothing that the allowed enlargement leaves."""


class Stabilise(FrameForFrame):
    """`strength` 0 to 1: how long the smoothing is, up to about two seconds."""

    def __init__(self, strength: float = 0.5, find: Finder = builtin_finder) -> None:
        if not 0 <= strength <= 1:
            raise InputError(
                f"Stabilise cannot work at a strength of {strength:g}.", code="clip.strength", hint="Give 0 to 1."
            )
        self.strength = strength
        self._find = find
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """See Filter."""
        return tuple(self._notes)

    def apply(self, source: Source, context: JobContext) -> Iterator[Picture]:
        """See Filter."""
        count = len(source)

        def each(number: int) -> None:
            context.check()
            context.progress(_FIRST * number / count, "stabilise", f"Following the camera: frame {number + 1}")

        found = self._find(source, each)
        plan = _plan(found, self.strength, source.size)
        self._tell(found, plan)
        for number, picture in enumerate(source):
            context.check()
            yield _moved(picture, plan.moves[number], plan.zoom)
            done = _FIRST + (1 - _FIRST) * (number + 1) / count
            context.progress(done, "stabilise", f"Frame {number + 1} of {count}")

    def _tell(self, found: CameraMotion, plan: _Plan) -> None:
        self._notes.append(f"The camera's path was found by {found.by}.")
        if plan.zoom > 1.0005:
            self._notes.append(f"The picture is {plan.zoom - 1:.1%} larger, so that no border shows.")
        if plan.kept < 0.999:
            self._notes.append(
                f"The camera moves so much that only {plan.kept:.0%} of the smoothing fits into the picture."
            )


def _plan(found: CameraMotion, strength: float, size: Size) -> _Plan:
    moves = np.zeros_like(found.steps)
    bounds = (0, *found.cuts, len(found.steps))
    for start, end in pairwise(bounds):
        path = np.cumsum(found.steps[start:end], axis=0)
        moves[start:end] = _smooth(path, strength * _LONGEST) - path
    kept = 1.0
    while kept > 0.02 and _needed(moves * kept, size) > _MOST:
        kept *= 0.9
    moves *= kept
    return _Plan(moves, min(_MOST, _needed(moves, size)), kept)


def _smooth(path: Motions, sigma: float) -> Motions:
    """The path without its shake. It goes on beyond both ends as a turned copy of itself, so that a pan is kept."""
    count = len(path)
    if count < 3 or sigma < 0.1:
        return path
    pad = int(3 * sigma) + 1
    longer = np.pad(path, ((pad, pad), (0, 0)), mode="reflect", reflect_type="odd")
    smoothed = gaussian_filter1d(longer, sigma, axis=0, mode="nearest")
    return np.asarray(smoothed[pad : pad + count], np.float64)


def _needed(moves: Motions, size: Size) -> float:
    """The least factor by which no border of any moved picture shows."""
    half = np.array((size.width / 2, size.height / 2))
    corners = np.array([(x, y) for x in (-1, 1) for y in (-1, 1)]) * half
    most = 1.0
    for x, y, turn, zoom in moves:
        cos, sin, scale = np.cos(-turn), np.sin(-turn), np.exp(-zoom)
        back = np.array([[cos, -sin], [sin, cos]]) * scale
        # Where the corners of the frame look in the picture, for a zoom f: back @ (corner / f - move).
        shift = back @ np.array((x, y))
        reach = np.abs(corners @ back.T).max(axis=0)
        room = half - np.abs(shift)
        if (room <= 0).any():
            return float("inf")
        most = max(most, float((reach / room).max()))
    return most


def _moved(picture: Picture, move: NDArray[np.float64], zoom: float) -> Picture:
    height, width = picture.shape[:2]
    x, y, turn, grow = move
    scale = float(np.exp(grow)) * zoom
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    turned = np.array([[cos, -sin], [sin, cos]])
    centre = np.array(((width - 1) / 2, (height - 1) / 2))
    shift = centre + zoom * np.array((x, y)) - turned @ centre
    matrix = np.concatenate([turned, shift[:, None]], axis=1)
    out = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(out, 0, 1).astype(_F)
