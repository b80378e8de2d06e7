"""Facts of real files, as the media pool would show them."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pysubs2
from av.error import FFmpegError
from PIL import Image, UnidentifiedImageError

from rushes.contracts.timecode import Timecode
from rushes.errors import RushesError
from rushes.media.exr import exr_size
from rushes.media.video import probe
from rushes.testing.resolve.state import MediaState

__all__ = ["import_file", "import_sequence"]

MOVIES = {".mp4", ".mov", ".mkv", ".mxf", ".avi", ".webm"}
STILLS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".dpx", ".bmp"}
SOUNDS = {".wav", ".mp3", ".aac", ".flac", ".aif", ".aiff", ".m4a"}


def import_file(path: Path, rate: Fraction) -> MediaState | None:
    """A pool item of one file in a project of `rate`; None when it is missing or no media (rule import.missing)."""
    if not path.is_file():
        return None
    suffix = path.suffix.lower()
    if suffix == ".srt":
        return _subtitles(path, rate)
    if suffix in STILLS:
        return _still(path, rate)
    if suffix in SOUNDS:
        return _sound(path, rate)
    return _movie(path) if suffix in MOVIES else None


def import_sequence(pattern: str, first: int, last: int, rate: Fraction) -> MediaState | None:
    """A pool item of the frames `first` to `last` inclusive of "/…/f_%04d.png"; None when one is missing (rules
    import.sequence, import.sequence-path)."""
    if not re.search(r"%0?\d*d", pattern) or last < first:
        return None
    files = [Path(pattern % number) for number in range(first, last + 1)]
    if not all(file.is_file() for file in files):
        return None
    size = _picture_size(files[0])
    if size is None:
        return None
    width = re.search(r"%0?(\d*)d", pattern)
    digits = int(width[1] or 1) if width else 1
    shown = re.sub(r"%0?\d*d", f"[{first:0{digits}}-{last:0{digits}}]", pattern)
    return MediaState(
        name=Path(shown).name,
        path=shown,
        kind="sequence",
        rate=rate,
        frames=len(files),
        start=first,
        size=size,
        codec=files[0].suffix[1:].upper(),
        files=tuple(str(file) for file in files),
    )


def _movie(path: Path) -> MediaState | None:
    try:
        info = probe(path)
        with av.open(str(path)) as container:
            channels = container.streams.audio[0].codec_context.channels if container.streams.audio else 0
    except (RushesError, FFmpegError):
        return None
    start = 0
    if info.timecode:
        try:
            start = Timecode.parse(info.timecode, info.rate).frame
        except RushesError:
            start = 0
    frames = info.frames or round(info.seconds * info.rate)
    return MediaState(
        name=path.name,
        path=str(path),
        kind="movie",
        rate=info.rate,
        frames=frames,
        start=start,
        size=(info.size.width, info.size.height),
        codec=info.codec,
        audio_channels=channels,
        files=(str(path),),
    )


def _sound(path: Path, rate: Fraction) -> MediaState | None:
    """Sound has no rate of its own: it takes the project's and keeps it (rule import.wav-rate)."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return None
            stream: Any = container.streams.audio[0]
            if stream.duration is not None and stream.time_base is not None:
                seconds = Fraction(stream.duration) * stream.time_base
            else:
                seconds = Fraction(container.duration or 0, 1_000_000)
            channels = int(stream.codec_context.channels)
            codec = str(stream.codec_context.name)
    except FFmpegError:
        return None
    frames = math.floor(seconds * rate)
    return MediaState(
        path.name, str(path), "audio", rate, frames, codec=codec, audio_channels=channels, files=(str(path),)
    )


def _still(path: Path, rate: Fraction) -> MediaState | None:
    size = _picture_size(path)
    if size is None:
        return None
    codec = path.suffix[1:].upper()
    return MediaState(path.name, str(path), "still", rate, 1, size=size, codec=codec, files=(str(path),))


def _picture_size(path: Path) -> tuple[int, int] | None:
    try:
        if path.suffix.lower() == ".exr":
            return exr_size(path)
        with Image.open(path) as image:
            return image.size
    except (RushesError, UnidentifiedImageError, OSError):
        return None


def _subtitles(path: Path, rate: Fraction) -> MediaState | None:
    try:
        events = pysubs2.load(str(path), encoding="utf-8").events
    except (pysubs2.exceptions.Pysubs2Error, UnicodeDecodeError, OSError):
        return None
    cues = [
        (Fraction(line.start, 1000), Fraction(line.end, 1000), line.plaintext)
        for line in events
        if line.end > line.start
    ]
    if not cues:
        return None
    frames = math.ceil(max(end for _, end, _ in cues) * rate)
    return MediaState(path.name, str(path), "subtitle", rate, frames, files=(str(path),), cues=cues)
