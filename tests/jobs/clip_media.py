"""Footage that tests send: small movies whose every frame can be told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from rushes.contracts import Size, encode
from rushes.contracts.clip import ClipJob, ClipResult, Treatment
from rushes.contracts.codec import decode
from rushes.jobs import clip
from rushes.media.master import MasterWriter
from rushes.media.pictures import Picture
from rushes.media.video import VideoWriter
from rushes.post.footage.trial import Scene
from rushes.testing.contexts import RecordingContext

from .conftest import Studio

__all__ = ["ask", "level", "levels", "scene_clip", "send", "stepped"]


def level(number: int) -> float:
    """Brightness of frame `number` in the media of `stepped`."""
    return 0.1 + 0.03 * (number % 26)


def stepped(path: Path, size: Size, frames: int, rate: Fraction = Fraction(24), **about: Any) -> Path:
    """A movie whose frame n is a flat grey of `level(n)`; H.264 with B-frames, or ProRes for .mov."""
    writer = MasterWriter if path.suffix == ".mov" else VideoWriter
    with writer(path, size, rate, about.get("metadata")) as out:
        for number in range(frames):
            out.write(np.full((*size.shape, 3), level(number), np.float32))
    return path


def scene_clip(path: Path, size: Size, frames: int, rate: Fraction = Fraction(24), seed: int = 3) -> list[Picture]:
    """Write a movie of the trial scene; its frames."""
    scene = Scene(size, seed)
    pictures = [scene.frame(i) for i in range(frames)]
    with MasterWriter(path, size, rate) as out:
        for picture in pictures:
            out.write(picture)
    return pictures


def levels(pictures: Any) -> list[int]:
    """Which frames of `stepped` these are."""
    return [round((float(p.mean()) - 0.1) / 0.03) for p in pictures]


def ask(studio: Studio, treatment: Treatment, media: Path | str, frames: int, **changes: Any) -> ClipJob:
    given: dict[str, Any] = {"id": "c1", "rate": Fraction(24), "first": 0, "name": "harbour", **changes}
    return ClipJob(str(studio.production.root), treatment=treatment, media=str(media), frames=frames, **given)


def send(studio: Studio, job: ClipJob, context: RecordingContext | None = None) -> ClipResult:
    return decode(ClipResult, clip.run(encode(job), context or RecordingContext(), studio.services))
