"""What a model can do with this scene, in words, from its descriptor."""

from __future__ import annotations

from fractions import Fraction

from rushes.contracts import Descriptor, Negotiation, Size
from rushes.contracts.negotiate import negotiate
from rushes.errors import SizeError

__all__ = ["agree", "size_choices"]


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


def agree(
    descriptor: Descriptor, size: Size, frames: int, rate: Fraction, model_size: Size | None
) -> tuple[Negotiation | None, str]:
    """(what will be made, "") or (None, why the model cannot)."""
    try:
        return negotiate(descriptor, size, frames, rate, model_size=model_size), ""
    except SizeError as exc:
        return None, str(exc)
