"""Requests, recipes and takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import Any

from rushes.contracts.brief import Brief
from rushes.contracts.codec import digest
from rushes.contracts.geometry import Size
from rushes.contracts.timing import FrameRange

__all__ = ["ModelRef", "PostStep", "Recipe", "Rating", "ShootRequest", "Take", "TakeFiles"]


@dataclass(frozen=True)
class ShootRequest:
    """One take to be made: what a client submits."""

    production: str
    """Absolute path of the production folder."""
    blend: str
    """Absolute path of the .blend; must be one of the production's registered sources or lie inside it."""
    shot: str
    take_id: str
    """Chosen by the client (see `rushes.client.new_take_id`), so that a retry never makes a second take."""
    seed: int
    generator: str = "house"
    brief: dict[str, str] = field(default_factory=dict)
    """Fields that override the shot's brief in the .blend."""
    steps: int | None = None
    strengths: dict[str, float] = field(default_factory=dict)
    model_size: Size | None = None
    output_size: Size | None = None
    """None: the shot's size."""
    range: FrameRange | None = None
    """None: the shot's range."""
    camera: str | None = None
    """A camera with `range`, for a shot that has no marker."""
    keep_frames: bool = False
    """Store PNG frames beside the clip."""
    object_seeds: dict[str, int] = field(default_factory=dict)
    """Object name → its own seed, to lock or re-roll one object."""
    use_scene_sun: bool = True
    set_takes: tuple[str, ...] = ()
    """Takes that the location is to agree with: thrown onto the set, they are kept where the shot sees them. The last
    one lies on top."""
    origin: dict[str, str] = field(default_factory=dict)
    """Words of the client about where the take comes from; kept with it, never read by us, no part of the recipe."""


@dataclass(frozen=True)
class ModelRef:
    """The weights a take was made with."""

    id: str
    files: dict[str, str]
    """Relative file name → SHA-256."""

    @property
    def sha256(self) -> str:
        """One hash over all files."""
        return digest(self.files)


@dataclass(frozen=True)
class PostStep:
    """One step of the post chain with all its settings."""

    name: str
    version: int
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """Everything that affects a take's pixels. `hash` names it; replaying it gives the same take."""

    version: int
    shot: str
    camera: str
    range: FrameRange
    rate: Fraction
    brief: Brief
    reading: dict[str, str]
    """How the generator understood the brief."""
    seed: int
    object_seeds: dict[str, int]
    generator: str
    model: ModelRef
    steps: int
    strengths: dict[str, float]
    model_size: Size
    model_frames: int
    output_size: Size
    passes: str
    """Digest of the passes manifest."""
    post: tuple[PostStep, ...]

    @property
    def hash(self) -> str:
        """SHA-256 (hex) over all fields."""
        return digest(self)


class Rating(str, Enum):
    """Where a take stands."""

    UNDECIDED = "undecided"
    KEPT = "kept"
    REJECTED = "rejected"


@dataclass(frozen=True)
class TakeFiles:
    """File names inside the take's folder."""

    clip: str = "clip.mp4"
    poster: str = "poster.png"
    strip: str = "strip.png"
    recipe: str = "recipe.json"
    frames: str = "frames.json"
    """SHA-256 of every frame's pixels (8-bit RGB, row by row), before encoding."""
    pictures: str | None = None
    """Folder of PNG frames, when asked for."""


@dataclass(frozen=True)
class Take:
    """One generated result for a shot; never overwritten."""

    id: str
    shot: str
    created: str
    """UTC, ISO 8601."""
    seed: int
    brief: Brief
    generator: str
    recipe_hash: str
    size: Size
    frame_count: int
    rate: Fraction
    seconds: float
    """Wall time it took to make."""
    files: TakeFiles = TakeFiles()
    rating: Rating = Rating.UNDECIDED
    notes: str = ""
    ai_generated: bool = True
    messages: tuple[str, ...] = ()
    """What the artist was told: unknown words, negotiated sizes."""
    environment: dict[str, str] = field(default_factory=dict)
    """Device and library versions; said for comparison, not part of the recipe."""
    origin: dict[str, str] = field(default_factory=dict)
    """The request's `origin`."""
