"""A clip in another wrapper, its pictures untouched: QuickTime with a timecode track and a reel name."""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from rushes.contracts.timecode import Timecode
from rushes.errors import InputError
from rushes.media.pictures import beside

__all__ = ["remux", "said_metadata"]

_CONTAINERS_OWN = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder", "timecode"})


def said_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """What a file says of its content, without what its container says of itself."""
    return {k: v for k, v in metadata.items() if k not in _CONTAINERS_OWN}


def remux(
    source: Path,
    target: Path,
    timecode: Timecode,
    reel: str,
    metadata: Mapping[str, str] | None = None,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Copy a clip's streams into a .mov that starts at `timecode`; nothing is encoded again.

    The source's metadata stays, `metadata` is added. The file appears under `target` when it is whole. InputError
    (`video.unreadable`) when the source is missing or broken; DiskFullError when there is no room. `check` is called
    between packets and may raise to cancel.
    """
    options = {"movflags": "+faststart+use_metadata_tags+write_colr"}
    with beside(target) as draft:
        try:
            with av.open(str(source)) as given, av.open(str(draft), "w", format="mov", options=options) as made:
                kept = said_metadata({str(k): str(v) for k, v in given.metadata.items()})
                made.metadata.update({**kept, **(metadata or {}), "timecode": str(timecode)})
                _copy(given, made, timecode.rate, reel, check)
        except FFmpegError as exc:
            if isinstance(exc, OSError) and (exc.errno in (errno.ENOSPC, errno.EDQUOT) or exc.filename == str(draft)):
                raise  # of the disk, not of the clip
            raise InputError(
                f"{source} cannot be read as a video: {exc.strerror}.",
                code="video.unreadable",
                hint="Give a clip that plays.",
            ) from exc


def _copy(given: Any, made: Any, rate: Fraction, reel: str, check: Callable[[], None]) -> None:
    streams = [s for s in given.streams if s.type in ("video", "audio")]
    copies: dict[int, Any] = {}
    for stream in streams:
        copy = made.add_stream_from_template(stream)
        if stream.type == "video":
            copy.codec_context.framerate = rate  # the timecode track counts by it
            copy.metadata["reel_name"] = reel
        copies[stream.index] = copy
    for packet in given.demux(streams):
        check()
        if packet.dts is not None:  # the end of a stream is told by an empty packet
            packet.stream = copies[packet.stream.index]
            made.mux(packet)
