"""Writes what a take is made of, frame by frame: clip, hashes, poster, strip, pictures."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from PIL import Image

from rushes.contracts import FrameRange, Recipe, TakeFiles
from rushes.contracts.geometry import Size
from rushes.library.files import write_json
from rushes.media.pictures import Bytes, frame_sha256, save_png
from rushes.media.sheet import Thumbnails
from rushes.media.video import VideoWriter
from rushes.provenance.label import container_metadata, picture_text

__all__ = ["ClipWriter", "OpenClip", "TakeWriter", "png_bytes"]


class ClipWriter(Protocol):
    """What is needed of a video writer; VideoWriter is the real one."""

    def write(self, frame: Bytes) -> None: ...


OpenClip = Callable[[Path, Size, Fraction, Mapping[str, str]], AbstractContextManager[ClipWriter]]


class TakeWriter:
    """A context manager: `write` each frame in order. Holds a few pictures, whatever the length.

    Clip and pictures carry the recipe's label. Leaving the block well finishes all files but take.json.
    """

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        take_id: str,
        model_name: str,
        *,
        keep_frames: bool = False,
        open_clip: OpenClip = VideoWriter,
    ) -> None:
        self.files = TakeFiles(pictures="frames" if keep_frames else None)
        self.hashes: list[str] = []
        self._folder = folder
        self._range: FrameRange = recipe.range
        self._text = picture_text(recipe, take_id, model_name)
        self._thumbnails = Thumbnails(len(recipe.range))
        label = container_metadata(recipe, take_id, model_name)
        rate = recipe.range.playback_rate(recipe.rate)
        self._session = open_clip(folder / self.files.clip, recipe.output_size, rate, label)
        self._clip: ClipWriter | None = None

    def __enter__(self) -> TakeWriter:
        self._clip = self._session.__enter__()
        return self

    def write(self, frame: Bytes) -> None:
        """Append one (H, W, 3) uint8 frame. DiskFullError when there is no room."""
        assert self._clip is not None
        scene_frame = self._range.start + len(self.hashes) * self._range.step
        self._clip.write(frame)
        self.hashes.append(frame_sha256(frame))
        self._thumbnails.add(frame)
        if self.files.pictures is not None:
            save_png(self._folder / self.files.pictures / f"{scene_frame:04d}.png", frame, text=self._text)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        handled = self._session.__exit__(kind, error, trace)
        if kind is None:
            assert self._thumbnails.poster is not None
            save_png(self._folder / self.files.poster, self._thumbnails.poster, text=self._text)
            save_png(self._folder / self.files.strip, self._thumbnails.strip(), text=self._text)
            write_json(self._folder / self.files.frames, {"version": 1, "sha256": self.hashes})
        return handled


def png_bytes(frame: Bytes) -> bytes:
    """An 8-bit RGB picture as PNG, quick to make."""
    out = io.BytesIO()
    Image.fromarray(frame).save(out, format="PNG", compress_level=1)
    return out.getvalue()
