"""What a model can do with this scene, in words, from its descriptor."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from rushes.contracts import Descriptor, Negotiation, Size
from rushes.contracts.negotiate import negotiate
from rushes.contracts.timing import rate_text
from rushes.errors import InputError, SizeError

from .words import seconds_text

__all__ = ["Forecast", "Knob", "agree", "clamped", "forecast", "knobs", "parsed_size", "size_choices"]

_NAMES = {
    "depth": "Depth",
    "normal": "Normals",
    "index": "Object ID",
    "direct": "Direct Light",
    "color": "Colours",
    "motion": "Motion",
    "edges": "Edges",
    "mask": "Mask",
    "first_frame": "First Frame",
    "reference": "Reference",
    "prompt": "Brief",
}
_SAID = ("The model works at ", "The model makes ")
"""Notes of every take, which `Forecast.sizes` says shorter or which change nothing for the artist."""


def size_choices(descriptor: Descriptor | None, width: int, height: int) -> list[tuple[str, str, str]]:
    """(identifier, name, description) of the sizes offered: the model's own, and larger ones up to what it can."""
    items = [("native", "Model's Own", "The size the model was made for, at the scene's shape")]
    if descriptor is None:
        return items
    scene = Size(width, height)
    rule = descriptor.sizes
    own = rule.legal(scene.aspect)
    items[0] = ("native", f"{own} (its own)", items[0][2])
    seen = {own}
    for share in (1.5, 2.0, 2.5, 3.0, 4.0):
        asked = Size(round(own.width * share), round(own.height * share))
        size = rule.legal(scene.aspect, asked)
        if size in seen or size.width > width or size.height > height or size.pixels < asked.pixels * 0.9:
            continue
        seen.add(size)
        items.append(
            (
                f"{size.width}x{size.height}",
                str(size),
                f"Finer; takes about {size.pixels / own.pixels:.1f} times as long",
            )
        )
    return items


def parsed_size(text: str) -> Size | None:
    """The size to work at, as the .blend keeps it; None for the model's own, also when the text is no size."""
    try:
        return Size.parse(text) if text else None
    except InputError:
        return None


@lru_cache(maxsize=64)
def agree(
    descriptor: Descriptor, size: Size, frames: int, rate: Fraction, model_size: Size | None
) -> tuple[Negotiation | None, str]:
    """(what will be made, "") or (None, why the model cannot). Quick enough for a draw: the answer is remembered."""
    try:
        return negotiate(descriptor, size, frames, rate, model_size=model_size), ""
    except SizeError as exc:
        return None, str(exc)


@dataclass(frozen=True)
class Forecast:
    """What a press on Generate Clip will make."""

    makes: str = ""
    """ "48 frames, 2.0 s at 24 fps"; empty when the model cannot make it."""
    sizes: str = ""
    """ "256×144 brought to 1280×720"."""
    notes: tuple[str, ...] = ()
    """What the artist should know: what differs from the scene beyond that, and why."""
    trouble: str = ""
    """Why nothing can be made."""


def forecast(
    descriptor: Descriptor | None, size: Size, frames: int, rate: Fraction, model_size: Size | None
) -> Forecast:
    """In words. Without a descriptor (the engine has not told yet) only what the scene asks for."""
    plural = "s" if frames != 1 else ""
    makes = f"{frames} frame{plural}, {seconds_text(float(frames / rate))} at {rate_text(rate)}"
    if descriptor is None:
        return Forecast(makes, str(size))
    agreed, trouble = agree(descriptor, size, frames, rate, model_size)
    if agreed is None:
        return Forecast(trouble=trouble)
    works, output = agreed.model_size, agreed.output_size
    sizes = str(output) if works == output else f"{works} brought to {output}"
    return Forecast(makes, sizes, tuple(n for n in agreed.notes if not n.startswith(_SAID)))


@dataclass(frozen=True)
class Knob:
    """One conditioning as the panel shows it."""

    name: str
    label: str
    required: bool
    """The model always heeds it: ticked and greyed."""
    limits: tuple[float, float] | None
    """Legal strengths; None when there is no knob."""

    @property
    def range_text(self) -> str:
        """ "0 to 1"."""
        return f"{self.limits[0]:g} to {self.limits[1]:g}" if self.limits else ""


@lru_cache(maxsize=16)
def knobs(descriptor: Descriptor) -> tuple[Knob, ...]:
    """Those it always heeds first, then those with a strength; what needs a picture of its own is left out."""
    shown = [c for c in descriptor.conditionings if c.required or c.strength is not None]
    made = [Knob(c.name, _NAMES.get(c.name, c.name.replace("_", " ").title()), c.required, c.strength) for c in shown]
    return tuple(sorted(made, key=lambda k: not k.required))


def clamped(descriptor: Descriptor | None, name: str, value: float) -> float:
    """A strength within the model's limits; as it is when they are not known."""
    limits = next((c.strength for c in descriptor.conditionings if c.name == name), None) if descriptor else None
    return min(max(value, limits[0]), limits[1]) if limits else value
