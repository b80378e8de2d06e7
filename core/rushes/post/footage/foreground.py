"""A matte of what stands out in footage: what moves by itself, else what draws the eye.

GrabCut (Rother et al., 2004) cuts each picture along its colours; it is seeded by motion that is not the camera's and
by salience, later by the matte before, carried along the flow. The cut is made small, brought to full size along the
picture's own edges (guided filter: He et al., 2013), and steadied over time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import JobContext
from rushes.media.pictures import Picture
from rushes.post.footage.flow import FlowFinder, Grey, carried, consistent, is_cut
from rushes.post.footage.protocol import FrameForFrame, Source

__all__ = ["Foreground"]

_F = np.float32
_SIDE = 320
"""Longest side of the picture that GrabCut works on."""
_PROBES = 3
"""How many frames ahead the first seed looks for motion."""
_SETTLING = 4
"""How often the first cut is made again around its own edge."""
_AT_THE_RIM = 0.12
"""Share of the picture's rim from which on what moves is taken for near things that a travelling camera passes."""
_LIMITS = (
    "The matte is cut along colours and motion, not along what things are: check it where subject and background have "
    "the same colour. Hair, glass and motion blur come out hard-edged."
)


class Foreground(FrameForFrame):
    """Black and white: the foreground is white."""

    def __init__(self) -> None:
        self._notes: list[str] = [_LIMITS]
        self._finder = FlowFinder()

    @property
    def notes(self) -> tuple[str, ...]:
        """See Filter."""
        return tuple(self._notes)

    def apply(self, source: Source, context: JobContext) -> Iterator[Picture]:
        """See Filter."""
        ahead = _Ahead(source)
        last: Grey | None = None
        matte: NDArray[np.float32] | None = None
        back: NDArray[np.float32] | None = None
        for number, picture in enumerate(source):
            context.check()
            small = ahead.small(number)
            grey = _grey(small)
            if last is not None and matte is not None:
                to_last, from_last = self._finder.between(grey, last), self._finder.between(last, grey)
                if is_cut(last, grey, from_last, to_last):
                    matte = None
                else:
                    back = consistent(to_last, from_last)
                    matte = carried(matte, to_last)
            if matte is None:
                seed = self._seed(ahead, number, context)
                matte, back = _cut_out(small, seed, steady=False), None
                for _ in range(_SETTLING):  # flow is wide of the edge: the cut comes closer in steps
                    matte = _cut_out(small, matte, steady=True)
            else:
                cut = _cut_out(small, matte, steady=True)
                # Where the flow can be trusted half of the matte before stays: edges do not flicker.
                held = _F(0.5) * back if back is not None else _F(0)
                matte = np.asarray(cut * (1 - held) + matte * held, _F)
            last = grey
            yield _full_size(matte, picture)
            context.progress((number + 1) / len(source), "matte", f"Frame {number + 1} of {len(source)}")

    def _seed(self, ahead: _Ahead, number: int, context: JobContext) -> NDArray[np.float32]:
        """(h, w) 0 to 1: how likely each pixel is foreground, with no matte before."""
        small = ahead.small(number)
        here, moving = _grey(small), np.zeros(small.shape[:2], _F)
        for step in range(1, _PROBES + 1):
            context.check()
            there = ahead.peek(number + step)
            if there is None:
                break
            flow = self._finder.between(here, _grey(there))
            if is_cut(here, _grey(there), flow, self._finder.between(_grey(there), here)):
                break
            moving = _own_motion(flow)
        # A pixel of its own way in all, and well above what the flow is wrong by elsewhere.
        enough = max(1.0, 6 * float(np.median(moving)))
        salient = _salience(small)
        if float((moving > enough).mean()) > 0.002:
            # Motion says more than looks.
            if _rim_share(moving > enough) > _AT_THE_RIM:
                self._say(
                    "What moves by itself reaches along the picture's edge: the camera seems to travel, and then near "
                    "things count as moving. This matte is a guess."
                )
            return np.asarray(0.9 * np.clip(0.6 * moving / enough, 0, 1) + 0.1 * salient, _F)
        self._say("Nothing moves by itself at the start: the foreground was guessed from what draws the eye.")
        return salient

    def _say(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)


class _Ahead:
    """Small versions of a source's pictures, a few ahead of the one that is worked on."""

    def __init__(self, source: Source) -> None:
        self._stream = iter(source)
        self._kept: dict[int, Picture] = {}
        self._next = 0

    def peek(self, number: int) -> Picture | None:
        """The small picture, or None past the end."""
        while self._next <= number:
            picture = next(self._stream, None)
            if picture is None:
                return None
            scale = min(1.0, _SIDE / max(picture.shape[:2]))
            size = (max(16, round(picture.shape[1] * scale)), max(16, round(picture.shape[0] * scale)))
            self._kept[self._next] = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), _F)
            self._next += 1
        return self._kept.get(number)

    def small(self, number: int) -> Picture:
        """The small picture; those before it are forgotten."""
        found = self.peek(number)
        assert found is not None
        for old in [n for n in self._kept if n < number]:
            del self._kept[old]
        return found


def _grey(small: Picture) -> Grey:
    return np.asarray(cv2.cvtColor(_eight(small), cv2.COLOR_RGB2GRAY), np.uint8)


def _eight(small: Picture) -> Any:
    return np.clip(small * 255 + 0.5, 0, 255).astype(np.uint8)


def _own_motion(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """(h, w) pixels a frame that the camera's motion does not explain."""
    height, width = flow.shape[:2]
    y, x = np.mgrid[0:height:6, 0:width:6].reshape(2, -1)
    here = np.stack([x, y], 1).astype(_F)
    there = here + flow[y, x]
    found: Any = cv2.findHomography(here, there, cv2.RANSAC, 1.0)[0] if len(here) >= 8 else None
    if found is None:
        return np.asarray(np.linalg.norm(flow, axis=-1), _F)
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(_F).reshape(-1, 1, 2)
    by_camera = (cv2.perspectiveTransform(grid, found) - grid).reshape(height, width, 2)
    return np.asarray(cv2.GaussianBlur(np.linalg.norm(flow - by_camera, axis=-1), (0, 0), 1.5), _F)


def _rim_share(inside: NDArray[np.bool_]) -> float:
    rim = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    return float(rim.mean())


def _salience(small: Picture) -> NDArray[np.float32]:
    """(h, w) 0 to 1: how unlike the borders a pixel's colour is, more in the middle."""
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    height, width = lab.shape[:2]
    rim = max(2, min(height, width) // 16)
    border = np.concatenate(
        [lab[:rim].reshape(-1, 3), lab[-rim:].reshape(-1, 3), lab[:, :rim].reshape(-1, 3), lab[:, -rim:].reshape(-1, 3)]
    )
    mean, spread = border.mean(axis=0), np.cov(border.T) + np.eye(3) * 4
    apart = lab - mean
    distance = np.sqrt(np.einsum("hwi,ij,hwj->hw", apart, np.linalg.inv(spread), apart))
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    found = cv2.GaussianBlur((distance * np.exp(-(x**2 + y**2) / 0.7)).astype(_F), (0, 0), 3)
    return np.asarray(np.clip(found / max(1e-3, float(np.percentile(found, 99))), 0, 1), _F)


def _cut_out(small: Picture, likely: NDArray[np.float32], *, steady: bool) -> NDArray[np.float32]:
    """(h, w) 0 or 1 by GrabCut from how likely each pixel is foreground."""
    labels = np.full(likely.shape, cv2.GC_PR_BGD, np.uint8)
    labels[likely > 0.5] = cv2.GC_PR_FGD
    if steady:
        # Only a band around the carried edge is open.
        inside = (likely > 0.5).astype(np.uint8)
        band = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13))
        labels[cv2.erode(inside, band) > 0] = cv2.GC_FGD
        labels[cv2.dilate(inside, band) == 0] = cv2.GC_BGD
    else:
        core = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
        labels[cv2.erode((likely > 0.6).astype(np.uint8), core) > 0] = cv2.GC_FGD
        labels[cv2.dilate((likely > 0.3).astype(np.uint8), core) == 0] = cv2.GC_BGD
    known = labels & 1
    if known.all() or not known.any():
        return np.asarray(known, _F)
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    grab: Any = cv2.grabCut  # its stub does not know that the rectangle may be left out
    grab(_eight(small)[..., ::-1].copy(), labels, None, *models, 2 if steady else 5, cv2.GC_INIT_WITH_MASK)
    cut = (labels & 1).astype(np.uint8)
    return np.asarray(cv2.medianBlur(cut, 3), _F)


def _full_size(matte: NDArray[np.float32], picture: Picture) -> Picture:
    """(H, W, 3) along the edges of the picture."""
    height, width = picture.shape[:2]
    big = cv2.resize(matte, (width, height), interpolation=cv2.INTER_LINEAR)
    scale = max(1, round(width / matte.shape[1]))
    refined = cv2.ximgproc.guidedFilter(picture, big, 2 * scale + 1, 1e-4)
    sharp = np.clip((refined - 0.5) * 1.6 + 0.5, 0, 1).astype(_F)
    return np.repeat(sharp[..., None], 3, axis=2)
