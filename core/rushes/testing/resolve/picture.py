"""What a timeline of the double shows at a frame, as pixels: the top-most clip, its take, its grade.

Played: which clip is on top, source frames by rate and speed, takes, fit into the timeline's size, input and output
colour, node graphs of the clip's active version, its colour group and the timeline. Not played: transforms, opacity,
transitions, titles (black), generators (mid grey), Fusion.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from rushes.errors import RushesError
from rushes.media.exr import read_channels
from rushes.media.pictures import to_float
from rushes.media.video import read_video
from rushes.testing.resolve.grading import Pixels, apply_nodes, colour_path
from rushes.testing.resolve.state import App, ItemState, MediaState, ProjectState, TimelineState

__all__ = ["Projector", "item_at", "picture_at", "source_frame"]

OFFLINE = (0.65, 0.1, 0.1)
"""Resolve shows "Media Offline" on red."""
_GREY = 0.5
_MOVIES = 4
"""Kept open at a time; the one that was shown longest ago is closed first."""
_FULL = {"uint8": 255, "uint16": 65535}


def item_at(timeline: TimelineState, frame: int) -> ItemState | None:
    """The item seen at an absolute frame: enabled, on the highest enabled video track that has one there."""
    for track in reversed(timeline.tracks["video"]):
        if not track.enabled:
            continue
        for item in track.items:
            if item.enabled and item.kind != "transition" and item.start <= frame < item.end:
                return item
    return None


def source_frame(item: ItemState, frame: int, rate: Fraction) -> int:
    """Which frame of the item's media is shown at an absolute timeline frame; `rate` is the timeline's."""
    media = item.media
    if media is None or media.kind in ("still", "generator"):
        return 0
    # Rule import.reverse: what plays backwards begins at `source` and goes down from there.
    at = item.source + math.floor((frame - item.start) * media.rate * item.speed / rate)
    return max(0, min(media.frames - 1, at))


class Projector:
    """Shows frames of timelines; keeps the movies open between them, so playing forwards decodes each frame once."""

    def __init__(self, app: App, project: ProjectState, *, luts: bool = True) -> None:
        self._app = app
        self._project = project
        self._luts = luts
        self._open: dict[str, tuple[Iterator[Pixels], int, Pixels]] = {}

    def show(self, timeline: TimelineState, frame: int) -> Pixels:
        """(H, W, 3) float32 at the timeline's size, code values of the output space; black where nothing is."""
        item = item_at(timeline, frame)
        if item is None:
            return np.zeros((timeline.size[1], timeline.size[0], 3), np.float32)
        return self.show_item(timeline, item, frame)

    def show_item(self, timeline: TimelineState, item: ItemState, frame: int) -> Pixels:
        """`show` of one item whatever lies over it; frames outside the item are its handles."""
        width, height = timeline.size
        if item.kind == "title":
            return np.zeros((height, width, 3), np.float32)
        raw = self._raw(item, frame, timeline)
        small, top, left = _fit(raw, width, height)
        graded = self._grade(small, item, timeline, frame)
        out = np.zeros((height, width, 3), np.float32)
        out[top : top + graded.shape[0], left : left + graded.shape[1]] = graded
        return out

    def _raw(self, item: ItemState, frame: int, timeline: TimelineState) -> Pixels:
        media = item.media
        width, height = timeline.size
        if item.kind == "generator":
            return np.full((height, width, 3), _GREY, np.float32)
        found = self.source(media, source_frame(item, frame, timeline.rate)) if media else None
        return np.full((height, width, 3), OFFLINE, np.float32) if found is None else found

    def _grade(self, pixels: Pixels, item: ItemState, timeline: TimelineState, frame: int) -> Pixels:
        media = item.media
        space = str(media.properties.get("Input Color Space", "")) if media else ""
        path = colour_path(self._app, self._project, space)
        group = next((each for each in self._project.groups if each.name == item.group), None)
        graphs = [item.grade.nodes, timeline.nodes]  # rule group.order
        if group is not None:
            graphs = [group.pre, item.grade.nodes, group.post, timeline.nodes]
        pixels = path.enter(pixels)
        for nodes in graphs:
            pixels = apply_nodes(self._app, pixels, nodes, path, frame=frame, luts=self._luts)
        return path.leave(pixels)

    def source(self, media: MediaState, index: int) -> Pixels | None:
        """Frame `index` of a pool item as it is on disk; None: offline."""
        files = media.files or (media.path,)
        still = media.kind in ("sequence", "still")
        path = Path(files[min(index, len(files) - 1)] if still else files[0])
        if not path.is_file():
            return None
        try:
            return _still(path) if still else self._movie_frame(path, index)
        except (RushesError, KeyError):
            return None

    def _movie_frame(self, path: Path, index: int) -> Pixels | None:
        key = str(path)
        frames, at, held = self._open.get(key, (None, -1, None))
        if frames is None or index < at:
            frames, at, held = (to_float(each) for each in read_video(path)), -1, None
        while at < index and (following := next(frames, None)) is not None:
            held, at = following, at + 1
        if held is None:
            return None
        self._open.pop(key, None)
        self._open[key] = (frames, at, held)
        while len(self._open) > _MOVIES:
            del self._open[next(iter(self._open))]
        return held


def _still(path: Path) -> Pixels | None:
    if path.suffix.lower() == ".exr":
        channels = {name.rpartition(".")[2]: plane for name, plane in read_channels(path).items()}
        return np.stack([channels[name] for name in "RGB"], axis=-1).astype(np.float32)
    read = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if read is None:
        return None
    scale = np.float32(1.0 / _FULL[str(read.dtype)]) if str(read.dtype) in _FULL else np.float32(1)
    colour = read if read.ndim == 3 else np.repeat(read[..., None], 3, axis=2)
    return np.ascontiguousarray(colour[..., 2::-1]).astype(np.float32) * scale


def _fit(pixels: Pixels, width: int, height: int) -> tuple[Pixels, int, int]:
    """The picture scaled into the frame, and where it lies in it: (pixels, top, left)."""
    high, wide = pixels.shape[:2]
    if (wide, high) == (width, height):
        return np.asarray(pixels, np.float32), 0, 0
    scale = min(width / wide, height / high)
    inner = (max(1, min(width, round(wide * scale))), max(1, min(height, round(high * scale))))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(np.ascontiguousarray(pixels), inner, interpolation=how)
    return np.asarray(scaled, np.float32), (height - inner[1]) // 2, (width - inner[0]) // 2


def picture_at(app: App, timeline: TimelineState, frame: int) -> Pixels:
    """`Projector.show` for one frame of the current project's timeline."""
    assert app.project is not None
    return Projector(app, app.project).show(timeline, frame)
