"""Footage: an exact range of a movie or a picture sequence as float frames, read as often as needed.

Frame n is the n-th picture in the order of showing, whatever the file's timestamps and B-frames. Nothing is held but
the decoder's own few frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter

from rushes.contracts import Size, rate_text
from rushes.errors import InputError
from rushes.media import exr
from rushes.media.master import VideoColor
from rushes.media.pictures import Picture, linear_to_srgb
from rushes.media.video import EXACT_SCALING, matrix_of, open_movie, probe

__all__ = ["Footage", "open_footage"]

_EXR = ".exr"
_STILLS = frozenset({".png", ".tif", ".tiff", ".dpx", ".jpg", ".jpeg", _EXR})


@dataclass(frozen=True)
class Footage:
    """Frames [first, first + count) of `path`; each iteration reads them again.

    Frames are (H, W, 3) float32, 0 to 1, the file's own code values with its matrix undone (a picture of linear EXR
    is brought through the sRGB curve).
    """

    path: Path
    """A movie, or the pattern of a sequence (shot_%04d.png)."""
    size: Size
    rate: Fraction
    total: int
    """Frames that the media has."""
    first: int
    count: int
    start_number: int | None = None
    """For a sequence: number of its first file; None: a movie."""
    color: VideoColor = VideoColor()
    aspect: Fraction = Fraction(1)
    """Width of a pixel over its height."""
    metadata: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What is lost or taken as something: alpha, fields."""

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Picture]:
        """InputError `video.unreadable` or `clip.sequence` when a frame cannot be read, `video.short` when the
        movie ends early."""
        if self.start_number is not None:
            return self._stills()
        return self._movie()

    def part(self, first: int, count: int) -> Footage:
        """Other frames of the same media. InputError `clip.range` naming the lengths when it has not that many."""
        if first < 0 or count < 1 or first + count > self.total:
            raise InputError(
                f"The clip asks for frames {first} to {first + count - 1}; {self.path.name} has {self.total} "
                f"(0 to {self.total - 1}).",
                code="clip.range",
                hint="Send the clip again; if the media was trimmed or replaced, relink it in the editor first.",
                details={"first": first, "frames": count, "total": self.total},
            )
        return replace(self, first=first, count=count)

    def _stills(self) -> Iterator[Picture]:
        assert self.start_number is not None
        for number in range(self.start_number + self.first, self.start_number + self.first + self.count):
            path = _still(self.path, number)
            picture = _read_still(path)
            if picture.shape != (*self.size.shape, 3):
                raise InputError(
                    f"{path.name} is {picture.shape[1]}×{picture.shape[0]}, the sequence began with {self.size}.",
                    code="clip.sequence",
                    hint="All pictures of a sequence have one size.",
                )
            yield picture

    def _movie(self) -> Iterator[Picture]:
        reformatter = VideoReformatter()
        done = 0
        with open_movie(self.path) as (container, stream):
            stream.thread_type = "AUTO"
            for frame in _from_frame(container, stream, self.first):
                picture = _to_float(frame, reformatter)
                if picture.shape != (*self.size.shape, 3):
                    raise InputError(
                        f"{self.path.name} changes its size to {picture.shape[1]}×{picture.shape[0]}.",
                        code="video.size",
                        hint="Render the clip as a movie of one size and send that.",
                    )
                yield picture
                done += 1
                if done == self.count:
                    return
        raise InputError(
            f"{self.path.name} ends after {self.first + done} frames, {self.first + self.count} were expected.",
            code="video.short",
            hint="The file is cut short or damaged; render or copy it again.",
        )


def open_footage(path: Path, rate: Fraction, start_number: int = 0) -> Footage:
    """All of a movie, or of a sequence when the name holds %d or %04d. `rate` is what counts as frames a second.

    InputError: `clip.media` when it is not there, `clip.sequence`, `video.unreadable`.
    """
    if "%" in path.name:
        return _open_sequence(path, rate, start_number)
    if not path.is_file():
        raise _missing(path)
    if path.suffix.lower() in _STILLS:
        raise InputError(
            f"{path.name} is a single picture.",
            code="clip.still",
            hint="Send a movie, or name a sequence with %04d where the number stands.",
        )
    return _open_movie(path, rate)


def _missing(path: Path) -> InputError:
    return InputError(
        f"The clip's media is not there: {path}.",
        code="clip.media",
        hint="It was moved, renamed, or its disk is not connected. Relink it in the editor and send the clip again.",
        details={"path": str(path)},
    )


def _open_movie(path: Path, rate: Fraction) -> Footage:
    info = probe(path)
    total = info.frames or _packets(path)
    notes: list[str] = []
    if abs(info.rate - rate) > rate / 2000:
        notes.append(
            f"{path.name} says {rate_text(info.rate)}, the timeline plays it at {rate_text(rate)}: frames were "
            "counted, not timed."
        )
    with open_movie(path) as (container, stream):
        frame: Any = next(container.decode(stream), None)
        if frame is None:
            raise InputError(
                f"There is no picture in {path.name}.", code="video.unreadable", hint="Render or copy it again."
            )
        turned = int(frame.rotation) % 180 == 90
        size = Size(frame.height, frame.width) if turned else Size(frame.width, frame.height)
        if bool(frame.interlaced_frame):
            notes.append("The clip is interlaced; its fields were treated as whole frames.")
        if len(frame.format.components) == 4:
            notes.append("The clip's alpha channel was left out.")
        aspect = Fraction(stream.sample_aspect_ratio or 1)
    color = VideoColor.of(int(frame.colorspace), int(frame.color_primaries), int(frame.color_trc))
    return Footage(path, size, rate, total, 0, total, None, color, aspect, info.metadata, tuple(notes))


def _packets(path: Path) -> int:
    """Frames of a file whose container does not count them."""
    with open_movie(path) as (container, stream):
        return sum(1 for packet in container.demux(stream) if packet.size)


def _open_sequence(pattern: Path, rate: Fraction, start: int) -> Footage:
    if pattern.suffix.lower() not in _STILLS:
        raise InputError(
            f"Sequences of {pattern.suffix or 'files without an ending'} are not read.",
            code="clip.sequence",
            hint="Use PNG, TIFF, DPX, JPEG or EXR, or a movie.",
        )
    if not _still(pattern, start).is_file():
        raise _missing(_still(pattern, start))
    total = 1
    while _still(pattern, start + total).is_file():
        total += 1
    first = _read_still(_still(pattern, start))
    notes: tuple[str, ...] = ()
    if pattern.suffix.lower() == _EXR:
        notes = ("Linear EXR was brought through the sRGB curve; what is brighter than white was cut.",)
    size = Size(first.shape[1], first.shape[0])
    return Footage(pattern, size, rate, total, 0, total, start, notes=notes)


def _still(pattern: Path, number: int) -> Path:
    try:
        return pattern.with_name(pattern.name % number)
    except (TypeError, ValueError) as exc:
        raise InputError(
            f"{pattern.name} is not the name of a sequence.",
            code="clip.sequence",
            hint="Write the number's place as %04d: shot_%04d.png.",
        ) from exc


def _read_still(path: Path) -> Picture:
    if not path.is_file():
        raise InputError(
            f"The sequence has a gap: {path.name} is missing.",
            code="clip.sequence",
            hint="Bring the file back, or send only the range before it.",
        )
    if path.suffix.lower() == _EXR:
        return _read_exr(path)
    with open_movie(path) as (container, stream):
        frame = next(container.decode(stream), None)
        if frame is None:
            raise InputError(f"{path.name} is empty.", code="video.unreadable", hint="Make the picture again.")
        return _to_float(frame, VideoReformatter())


def _read_exr(path: Path) -> Picture:
    found = exr.read_channels(path)
    if not all(name in found for name in "RGB"):
        raise InputError(
            f"{path.name} has no R, G and B channels.", code="clip.sequence", hint="Send the beauty picture."
        )
    linear = np.nan_to_num(np.stack([found[name] for name in "RGB"], axis=-1), nan=0.0, posinf=1.0, neginf=0.0)
    return np.clip(linear_to_srgb(np.maximum(linear, 0.0).astype(np.float32)), 0.0, 1.0)


def _from_frame(container: Any, stream: Any, first: int) -> Iterator[VideoFrame]:
    """Pictures from number `first` on, found by an index where the file has one with even steps, else by counting."""
    step = _even_step(stream)
    if first and step:
        start = int(stream.start_time or 0)
        # A decoder drops the leading pictures of an open group: then the group before is where to begin.
        back = 0
        while back < first:
            container.seek(start + (first - back) * step, stream=stream, backward=True)
            frames = container.decode(stream)
            found = next(frames, None)
            number = -1 if found is None or found.pts is None else round((found.pts - start) / step)
            if found is not None and 0 <= number <= first:
                yield from _counted(found, frames, first - number)
                return
            back = max(4, back * 3)
        container.seek(start, stream=stream, backward=True)
    frames = container.decode(stream)
    found = next(frames, None)
    if found is not None:
        yield from _counted(found, frames, first)


def _counted(found: VideoFrame, frames: Iterator[VideoFrame], skip: int) -> Iterator[VideoFrame]:
    if not skip:
        yield found
    for number, frame in enumerate(frames, 1):
        if number >= skip:
            yield frame


def _even_step(stream: Any) -> int:
    """Ticks between pictures when all are equal and all are in the index; 0 otherwise."""
    entries: Any = stream.index_entries
    if not entries or len(entries) < 2 or len(entries) != stream.frames:
        return 0
    times = np.fromiter((e.timestamp for e in entries), np.int64, len(entries))
    steps = np.diff(np.sort(times))
    return int(steps[0]) if steps[0] > 0 and bool((steps == steps[0]).all()) else 0


def _to_float(frame: VideoFrame, reformatter: VideoReformatter) -> Picture:
    rgb_source = frame.format.is_rgb
    full = rgb_source or int(frame.color_range) == int(ColorRange.JPEG) or frame.format.name.startswith("yuvj")
    # 16 bits a channel: 10-bit footage comes out as it went in.
    if rgb_source:
        deep = reformatter.reformat(frame, format="rgb48le")
    else:
        deep = reformatter.reformat(
            frame,
            format="rgb48le",
            src_colorspace=matrix_of(frame),
            src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=EXACT_SCALING,
        )
    picture = deep.to_ndarray().astype(np.float32) * np.float32(1.0 / 65535.0)
    turns = int(frame.rotation) // 90 % 4
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture
