"""What a generator can do: its descriptor, and the negotiation of size and length."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rushes.contracts.geometry import Size
from rushes.errors import SizeError

__all__ = [
    "BriefReading",
    "Conditioning",
    "Descriptor",
    "FrameRule",
    "Negotiation",
    "SizeRule",
    "VocabularyField",
]


@dataclass(frozen=True)
class FrameRule:
    """Legal lengths are `multiple·n + offset`, between `minimum` and `maximum` (0: no upper end)."""

    multiple: int = 1
    offset: int = 0
    minimum: int = 1
    maximum: int = 0
    window: int = 0
    """Longest length made in one go; longer shots are made in windows. 0: frames are independent."""
    overlap: int = 0
    """Frames that neighbouring windows share."""

    def legal(self, asked: int) -> int:
        """The smallest legal length that holds `asked` frames; the extra ones are trimmed from the take."""
        if asked < 1:
            raise SizeError("A take needs at least one frame.", code="size.frames", hint="Set a frame range.")
        length = max(asked, self.minimum)
        short = (length - self.offset) % self.multiple
        length += (self.multiple - short) % self.multiple
        if self.maximum and length > self.maximum:
            raise SizeError(
                f"{asked} frames are too many for this model; it makes {self.maximum} at most.",
                code="size.frames",
                hint="Shorten the shot, or choose a model without this limit.",
            )
        return length


@dataclass(frozen=True)
class SizeRule:
    """Legal sizes are multiples of `multiple` within pixel limits; `native` is what it was trained at."""

    multiple: int
    native: Size
    max_pixels: int
    min_side: int = 16

    def legal(self, aspect: float, asked: Size | None = None) -> Size:
        """The legal size nearest to `asked`, or to the native pixel count at this aspect ratio."""
        if asked is None:
            height = (self.native.pixels / aspect) ** 0.5
            asked = Size(max(1, round(height * aspect)), max(1, round(height)))
        shrink = min(1.0, (self.max_pixels / asked.pixels) ** 0.5)
        width = self._snap(asked.width * shrink)
        height_px = self._snap(asked.height * shrink)
        while width * height_px > self.max_pixels and max(width, height_px) > self.multiple:
            if width >= height_px:
                width -= self.multiple
            else:
                height_px -= self.multiple
        return Size(width, height_px)

    def _snap(self, side: float) -> int:
        low = -(-self.min_side // self.multiple) * self.multiple
        return max(low, round(side / self.multiple) * self.multiple)


@dataclass(frozen=True)
class Conditioning:
    """One way to steer the generator."""

    name: str
    """depth, normal, index, direct, color, motion, edges, mask, first_frame, reference, video (a clip that steers)"""
    required: bool = False
    strength: tuple[float, float] | None = None
    """Legal strengths (low, high), or None when there is no knob."""
    default: float = 1.0


@dataclass(frozen=True)
class VocabularyField:
    """Words that the generator knows for one aspect of the brief; empty `words` means free text."""

    name: str
    """The aspect: "time_of_day"."""
    words: tuple[str, ...]
    default: str = ""
    field: str = ""
    """Field of the brief that says it best ("lighting"); the other fields are read too. Empty: not told."""
    synonyms: tuple[tuple[str, str], ...] = ()
    """(what an artist may write, the word of `words` it stands for), lower case; phrases have spaces in them."""


@dataclass(frozen=True)
class BriefReading:
    """How a generator reads a brief."""

    values: dict[str, str]
    """Aspect → word it understood (time_of_day → dusk)."""
    unknown: tuple[str, ...] = ()
    """Words of the brief that it does not know; shown to the artist, never swallowed."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Descriptor:
    """What callers may know of a generator; UI and planner read it instead of branching on names."""

    id: str
    name: str
    family: str
    licence: str
    sizes: SizeRule
    frames: FrameRule
    rates: tuple[Fraction, ...]
    """Rates it was made for; empty: any."""
    conditionings: tuple[Conditioning, ...]
    vocabulary: tuple[VocabularyField, ...]
    """Empty: reads free text."""
    steps: tuple[int, int, int]
    """(least, default, most) sampling steps."""
    memory_mb: int
    """Rough memory need at native size; 0: not known."""
    limits: str = ""
    """One plain sentence about what it cannot do."""


@dataclass(frozen=True)
class Negotiation:
    """What was asked, what will be made, and why, in words for the artist."""

    model_size: Size
    """Size the generator works at."""
    output_size: Size
    """Size of the take after upsampling."""
    frames: int
    """Frames in the take."""
    model_frames: int
    """Frames the generator makes; the extra ones are trimmed."""
    notes: tuple[str, ...] = ()
