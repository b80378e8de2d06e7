"""Clips for an editor's timeline: ProRes in QuickTime, 10 bits, with start timecode.

ProRes is what every edition of Resolve reads on every system; H.264 is not read by its free edition on Linux.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from rushes.contracts import Size
from rushes.contracts.timecode import Timecode
from rushes.errors import SizeError, disk_full_as_error
from rushes.media.pictures import Bytes, Picture
from rushes.media.video import EXACT_SCALING, VideoWriter

__all__ = ["MasterWriter", "VideoColor"]

_UNSAID = 2
"""H.273's "unspecified"."""
_MATRICES = frozenset({int(Colorspace.ITU709), int(Colorspace.ITU601), int(Colorspace.SMPTE170M), 9})


@dataclass(frozen=True)
class VideoColor:
    """Tags of a stream as code points of ITU-T H.273; BT.709 unless the source says another."""

    matrix: int = int(Colorspace.ITU709)
    primaries: int = int(ColorPrimaries.BT709)
    transfer: int = int(ColorTrc.BT709)

    @classmethod
    def of(cls, matrix: int, primaries: int, transfer: int) -> VideoColor:
        """Those of a frame; what it leaves unsaid, or has a matrix for that ProRes has not, is BT.709."""
        return cls(
            matrix if matrix in _MATRICES else cls.matrix,
            primaries if primaries not in (0, _UNSAID) else cls.primaries,
            transfer if transfer not in (0, _UNSAID) else cls.transfer,
        )


class MasterWriter(VideoWriter):
    """Writes one ProRes 422 HQ .mov (4444 when the width is odd, which 4:2:2 cannot hold), frame by frame.

    A context manager as VideoWriter: whole or not at all. Pictures keep their size, also an odd one.
    """

    _container_format = "mov"

    def __init__(
        self,
        path: Path,
        size: Size,
        rate: Fraction,
        metadata: Mapping[str, str] | None = None,
        *,
        timecode: Timecode | None = None,
        color: VideoColor | None = None,
        aspect: Fraction = Fraction(1),
    ) -> None:
        super().__init__(path, size, rate, metadata, timecode=timecode)
        self.coded_size = size
        self._color = color or VideoColor()
        self._aspect = aspect
        odd = bool(size.width % 2)
        self._pixels = "yuv444p10le" if odd else "yuv422p10le"
        self._options = {"profile": "4444" if odd else "hq", "vendor": "apl0"}

    def _add_stream(self) -> VideoStream:
        stream: Any = self._container.add_stream("prores_ks", rate=self.rate, options=self._options)
        codec = stream.codec_context
        codec.width, codec.height = self.size.width, self.size.height
        codec.pix_fmt = self._pixels
        codec.time_base = 1 / self.rate
        codec.sample_aspect_ratio = self._aspect
        codec.color_range = ColorRange.MPEG
        codec.colorspace = self._color.matrix
        codec.color_primaries = self._color.primaries
        codec.color_trc = self._color.transfer
        return stream

    def write(self, frame: Bytes | Picture) -> None:
        """Append one frame of the writer's size; floats (0 to 1) keep 10 bits, NaN becomes 0.

        SizeError for another size; DiskFullError when there is no room.
        """
        if frame.shape != (*self.size.shape, 3):
            raise SizeError(
                f"Frame {self.frames} is {frame.shape[1]}×{frame.shape[0]}, the clip is {self.size}.",
                code="video.size",
                hint="All frames of a clip have one size.",
            )
        picture = self._reformatter.reformat(
            VideoFrame.from_ndarray(_deep(frame), format="rgb48le"),
            format=self._pixels,
            dst_colorspace=self._color.matrix,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=EXACT_SCALING,
        )
        picture.color_range = ColorRange.MPEG
        picture.colorspace = self._color.matrix
        picture.color_primaries = self._color.primaries
        picture.color_trc = self._color.transfer
        picture.pts = self.frames
        picture.time_base = 1 / self.rate
        with disk_full_as_error(self.path):
            self._mux(picture)
        self.frames += 1


def _deep(frame: Bytes | Picture) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """(H, W, 3) in 16 bits."""
    if frame.dtype == np.uint8:
        return frame.astype(np.uint16) * np.uint16(257)
    level = np.fmin(np.fmax(frame, np.float32(0)), np.float32(1)) * np.float32(65535.0) + np.float32(0.5)
    return level.astype(np.uint16)
