"""Video in and out: the only door to PyAV.

Clips are H.264 in MP4, 8-bit 4:2:0, BT.709 (tags on the stream and its frames, converted with the same
matrix), `moov` first, the rate exact. Frames stream; nothing is held but the encoder's own few frames.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from rushes.contracts import Size
from rushes.contracts.timecode import Timecode
from rushes.errors import InputError, SizeError, disk_full_as_error
from rushes.media.pictures import Bytes, Picture, beside, to_uint8

__all__ = ["EXACT_SCALING", "VideoInfo", "VideoWriter", "fit", "matrix_of", "open_movie", "probe", "read_video", "reel"]

_log = logging.getLogger(__name__)

# Part of what makes the bytes repeatable: x264 divides its work by the number of threads.
_THREADS = 4
EXACT_SCALING = int(
    Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP | Interpolation.FULL_CHR_H_INT
)


class VideoWriter:
    """Writes one H.264 MP4, frame by frame.

    A context manager: the file appears under `path` when the block ends well and not at all when it raises.
    Same frames and settings give the same bytes. H.264 with 4:2:0 needs even sides; an odd side is padded by
    repeating its last row or column (`coded_size`). Custom metadata keys are kept.
    """

    _container_format = "mp4"

    def __init__(
        self,
        path: Path,
        size: Size,
        rate: Fraction,
        metadata: Mapping[str, str] | None = None,
        *,
        timecode: Timecode | None = None,
        crf: int = 15,
        preset: str = "medium",
    ) -> None:
        self.path = path
        self.size = size
        self.rate = rate
        self.coded_size = Size(size.width + size.width % 2, size.height + size.height % 2)
        self.frames = 0
        """Written so far."""
        self._metadata = dict(metadata or {})
        self._timecode = timecode
        # x264 looks 40 frames ahead by default and holds them all: at 1280×720 a long clip would take 67 MiB
        # more than one of 24 frames. With 12 both take the same, and the file is no bigger.
        self._options = {"crf": str(crf), "preset": preset, "rc-lookahead": "12"}
        self._container: Any = None
        self._stream: Any = None
        self._reformatter = VideoReformatter()
        self._session = self._open()

    def __enter__(self) -> VideoWriter:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._session.__exit__(kind, error, trace)

    @contextmanager
    def _open(self) -> Generator[None, None, None]:
        done = False
        with beside(self.path) as draft:
            self._container = av.open(
                str(draft),
                "w",
                format=self._container_format,
                options={"movflags": "+faststart+use_metadata_tags+write_colr"},
            )
            try:
                self._container.metadata.update(self._metadata)
                if self._timecode is not None:
                    self._container.metadata["timecode"] = str(self._timecode)
                self._stream = self._add_stream()
                yield
                if not self.frames:
                    raise SizeError("A clip needs at least one frame.", code="video.empty", hint="Write one first.")
                self._mux(None)
                done = True
            finally:
                self._close(done)

    def _close(self, done: bool) -> None:
        if done:
            self._container.close()
            return
        try:
            self._container.close()
        except (FFmpegError, OSError) as exc:
            # The error that led here is the one to tell.
            _log.debug("closing an abandoned clip: %s", exc)

    def _mux(self, picture: VideoFrame | None) -> None:
        for packet in self._stream.encode(picture):
            self._container.mux(packet)

    def _add_stream(self) -> VideoStream:
        stream: Any = self._container.add_stream("libx264", rate=self.rate, options=self._options)
        codec = stream.codec_context
        codec.width, codec.height = self.coded_size.width, self.coded_size.height
        codec.pix_fmt = "yuv420p"
        codec.time_base = 1 / self.rate
        codec.thread_count = _THREADS
        codec.color_range = ColorRange.MPEG
        codec.colorspace = Colorspace.ITU709
        codec.color_primaries = ColorPrimaries.BT709
        codec.color_trc = ColorTrc.BT709
        return stream

    def write(self, frame: Bytes | Picture) -> None:
        """Append one frame of the writer's size; float pictures are rounded to 8 bits.

        SizeError for another size; DiskFullError when there is no room.
        """
        pixels = to_uint8(frame)
        if pixels.shape != (*self.size.shape, 3):
            raise SizeError(
                f"Frame {self.frames} is {pixels.shape[1]}×{pixels.shape[0]}, the clip is {self.size}.",
                code="video.size",
                hint="All frames of a clip have one size.",
            )
        if self.coded_size != self.size:
            right, below = self.coded_size.width - self.size.width, self.coded_size.height - self.size.height
            pixels = np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="edge")
        picture = _to_yuv(np.ascontiguousarray(pixels), self._reformatter)
        picture.pts = self.frames
        picture.time_base = 1 / self.rate
        with disk_full_as_error(self.path):
            self._mux(picture)
        self.frames += 1


def _to_yuv(pixels: Bytes, reformatter: VideoReformatter) -> VideoFrame:
    """BT.709 limited-range 4:2:0, tagged."""
    source = VideoFrame.from_ndarray(pixels, format="rgb24")
    frame = reformatter.reformat(
        source,
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=EXACT_SCALING,
    )
    frame.color_range = ColorRange.MPEG
    frame.colorspace = Colorspace.ITU709
    frame.color_primaries = ColorPrimaries.BT709
    frame.color_trc = ColorTrc.BT709
    return frame


@dataclass(frozen=True)
class VideoInfo:
    """What a clip's container and first video stream say."""

    size: Size
    rate: Fraction
    """Exact frames per second."""
    frames: int
    """As the container counts them."""
    seconds: Fraction
    codec: str
    pixel_format: str
    color: tuple[str, str, str, str]
    """(matrix, primaries, transfer, range) as FFmpeg names them; "unspecified" where untagged."""
    timecode: str | None
    faststart: bool
    """True when the index (`moov`) precedes the pictures."""
    metadata: dict[str, str]


def _unreadable(path: Path, why: object) -> InputError:
    return InputError(
        f"{path} cannot be read as a video: {why}.", code="video.unreadable", hint="Give a clip that plays."
    )


@contextmanager
def open_movie(path: Path) -> Generator[tuple[Any, Any], None, None]:
    """(container, first video stream); FFmpeg's complaints become InputError."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise _unreadable(path, "no picture in it")
            first: Any = container.streams.video[0]
            if first.codec_context is None:  # its description is cut off
                raise _unreadable(path, "it is damaged")
            yield container, first
    except FFmpegError as exc:
        raise _unreadable(path, exc.strerror) from exc


def probe(path: Path) -> VideoInfo:
    """Facts about a clip. InputError (`video.unreadable`) when it is missing, broken or has no picture."""
    with open_movie(path) as (container, stream):
        context = stream.codec_context
        rate = Fraction(stream.average_rate or stream.guessed_rate)
        metadata = {str(k): str(v) for k, v in container.metadata.items()}
        return VideoInfo(
            size=Size(context.width, context.height),
            rate=rate,
            frames=int(stream.frames),
            seconds=Fraction((stream.duration or 0) * stream.time_base),
            codec=str(context.name),
            pixel_format=str(context.pix_fmt),
            color=(
                _tag_name(Colorspace, context.colorspace),
                _tag_name(ColorPrimaries, context.color_primaries),
                _tag_name(ColorTrc, context.color_trc),
                _tag_name(ColorRange, context.color_range),
            ),
            timecode=_timecode(container),
            faststart=_moov_first(path),
            metadata=metadata,
        )


def _tag_name(kind: Any, value: int) -> str:
    names = {"ITU709": "bt709", "BT709": "bt709", "MPEG": "tv", "JPEG": "pc", "ITU601": "smpte170m"}
    try:
        name = str(kind(value).name)
    except ValueError:
        return "unspecified"
    return names.get(name, name.lower())


def _timecode(container: Any) -> str | None:
    for stream in container.streams:
        if "timecode" in stream.metadata:
            return str(stream.metadata["timecode"])
    return None


def _moov_first(path: Path) -> bool:
    """Whether an MP4's index comes before its pictures; False for other containers."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if kind in (b"moov", b"mdat"):
                return kind == b"moov"
            skip = struct.unpack(">Q", file.read(8))[0] - 16 if length == 1 else length - 8
            if skip < 0:
                return False
            file.seek(skip, 1)
    return False


def read_video(path: Path) -> Iterator[Bytes]:
    """The pictures of a clip, one by one, (H, W, 3) uint8, converted with the matrix the clip is tagged with.

    An untagged clip is taken as BT.709 from 720 lines up, else as BT.601. InputError as `probe`.
    """
    reformatter = VideoReformatter()
    with open_movie(path) as (container, stream):
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            yield _to_rgb(frame, reformatter)


def matrix_of(frame: VideoFrame) -> Colorspace:
    """What a frame is tagged with; BT.709 from 720 lines up, else BT.601, where it is not."""
    tagged = {int(c): c for c in Colorspace}.get(int(frame.colorspace))
    return tagged or (Colorspace.ITU709 if frame.height >= 720 else Colorspace.ITU601)


def _to_rgb(frame: VideoFrame, reformatter: VideoReformatter) -> Bytes:
    full = int(frame.color_range) == int(ColorRange.JPEG)
    rgb = reformatter.reformat(
        frame,
        format="rgb24",
        src_colorspace=matrix_of(frame),
        src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=EXACT_SCALING,
    )
    return np.asarray(rgb.to_ndarray(), np.uint8)


def fit(frame: Bytes, size: Size) -> Bytes:
    """The picture scaled to fit inside `size`, centred on black (letterbox or pillarbox)."""
    import cv2

    height, width = frame.shape[:2]
    if (width, height) == (size.width, size.height):
        return frame
    scale = min(size.width / width, size.height / height)
    inner = (max(1, min(size.width, round(width * scale))), max(1, min(size.height, round(height * scale))))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    out = np.zeros((*size.shape, 3), np.uint8)
    top, left = (size.height - inner[1]) // 2, (size.width - inner[0]) // 2
    out[top : top + inner[1], left : left + inner[0]] = cv2.resize(frame, inner, interpolation=how)
    return out


def reel(
    paths: Sequence[Path],
    out: Path,
    *,
    size: Size | None = None,
    rate: Fraction | None = None,
    slates: Sequence[Bytes | None] = (),
    slate_seconds: Fraction = Fraction(1),
    metadata: Mapping[str, str] | None = None,
    check: Callable[[], None] = lambda: None,
) -> VideoInfo:
    """Clips one after another as one MP4, encoded again from their frames.

    `size` and `rate` are the first clip's unless given. Other sizes are letterboxed; other rates are
    re-timed by taking the nearest earlier frame, so durations stay. `slates[i]`, if any, is held for
    `slate_seconds` before clip i. `check` is called before each frame and may raise to cancel.
    """
    if not paths:
        raise InputError("A reel needs at least one clip.", code="video.empty", hint="Keep a take first.")
    first = probe(paths[0])
    size, rate = size or first.size, rate or first.rate
    with VideoWriter(out, size, rate, metadata) as writer:
        for index, path in enumerate(paths):
            slate = slates[index] if index < len(slates) else None
            held = round(slate_seconds * rate) if slate is not None else 0
            for _ in range(held):
                check()
                assert slate is not None
                writer.write(fit(slate, size))
            for frame in _retimed(path, rate):
                check()
                writer.write(fit(frame, size))
    return probe(out)


def _retimed(path: Path, rate: Fraction) -> Iterator[Bytes]:
    own = probe(path).rate
    made = 0
    for index, frame in enumerate(read_video(path)):
        # Output frame k shows what the clip shows at time k / rate.
        while made * own < (index + 1) * rate:
            yield frame
            made += 1
