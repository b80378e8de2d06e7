"""What was asked against what a model can make: sizes, length, steps and strengths. Pure; says what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from rushes.contracts.generator import Descriptor, Negotiation
from rushes.contracts.geometry import Size
from rushes.contracts.timing import rate_text
from rushes.errors import InputError

__all__ = ["legal_steps", "legal_strengths", "negotiate"]

_SAME_SHAPE = 0.01
"""Aspect ratios closer than this (relative) look the same."""


def negotiate(
    descriptor: Descriptor,
    shot_size: Size,
    frames: int,
    rate: Fraction,
    *,
    model_size: Size | None = None,
    output_size: Size | None = None,
) -> Negotiation:
    """Legal sizes and length for a take of `frames` frames, with a note for each thing that differs from the ask.

    `shot_size` is the scene's; `output_size` None means that; `model_size` None means the model's native pixel
    count at the take's aspect, or less for a take that is smaller. SizeError when the model cannot make it.
    """
    output = output_size or shot_size
    works = _model_size(descriptor, output, model_size)
    makes = descriptor.frames.legal(frames)
    notes = [
        *_size_notes(descriptor, shot_size, output, works, model_size),
        *_length_notes(descriptor, frames, makes),
        *_rate_notes(descriptor, rate),
    ]
    return Negotiation(works, output, frames, makes, tuple(notes))


def legal_steps(descriptor: Descriptor, asked: int | None) -> tuple[int, str]:
    """(steps, note): the model's own number when none is asked, else the nearest it allows; note is often empty."""
    least, default, most = descriptor.steps
    if asked is None:
        return default, ""
    steps = min(max(asked, least), most)
    if steps == asked:
        return steps, ""
    return steps, f"{descriptor.name} takes {least} to {most} steps: {asked} became {steps}."


def legal_strengths(descriptor: Descriptor, asked: Mapping[str, float]) -> tuple[dict[str, float], tuple[str, ...]]:
    """(strengths, notes): asked values brought into the model's limits.

    InputError `generator.strength` for a name the model has no knob for.
    """
    knobs = {c.name: c.strength for c in descriptor.conditionings if c.strength is not None}
    strengths: dict[str, float] = {}
    notes: list[str] = []
    for name, value in asked.items():
        if name not in knobs:
            known = ", ".join(f"{n} ({low:g} to {high:g})" for n, (low, high) in knobs.items()) or "none"
            raise InputError(
                f"{descriptor.name} has no strength called {name!r}.",
                code="generator.strength",
                hint=f"Its strengths are: {known}.",
            )
        low, high = knobs[name]
        strengths[name] = min(max(value, low), high)
        if strengths[name] != value:
            notes.append(f"The strength of {name} goes from {low:g} to {high:g}: {value:g} became {strengths[name]:g}.")
    return strengths, tuple(notes)


def _model_size(descriptor: Descriptor, output: Size, asked: Size | None) -> Size:
    rule = descriptor.sizes
    wanted = asked or rule.legal(output.aspect)
    if wanted.width > output.width or wanted.height > output.height:
        wanted = output  # more pixels than the take shows would be thrown away
    works = rule.legal(output.aspect, wanted)
    if works.width <= output.width and works.height <= output.height:
        return works
    under = Size(max(1, output.width - rule.multiple // 2), max(1, output.height - rule.multiple // 2))
    return rule.legal(output.aspect, under)


def _size_notes(descriptor: Descriptor, shot: Size, output: Size, works: Size, asked: Size | None) -> list[str]:
    notes: list[str] = []
    if output != shot:
        shape = "" if _alike(output, shot) else "; the camera's view is fitted to that shape, as Blender does it"
        notes.append(f"The shot is {shot} in the scene; the take is made at {output}{shape}.")
    if asked is not None and asked != works:
        rule = descriptor.sizes
        if asked.width > output.width or asked.height > output.height:
            why = f"the take is only {output}"
        elif asked.pixels > rule.max_pixels:
            why = f"it makes {rule.max_pixels} pixels at most"
        else:
            why = f"its sides are multiples of {rule.multiple}, {rule.min_side} at least"
        notes.append(f"The model cannot work at {asked} ({why}).")
    if works != output:
        notes.append(f"The model works at {works}; the take is brought to {output} on the geometry.")
    return notes


def _alike(a: Size, b: Size) -> bool:
    return abs(a.aspect / b.aspect - 1) < _SAME_SHAPE


def _length_notes(descriptor: Descriptor, frames: int, makes: int) -> list[str]:
    notes: list[str] = []
    rule = descriptor.frames
    if makes != frames:
        notes.append(f"The model makes {makes} frames; the take keeps the first {frames}, the length of the shot.")
    if rule.window and makes > rule.window:
        notes.append(
            f"The shot is longer than the {rule.window} frames the model makes in one go; "
            f"it is made in windows that share {rule.overlap} frames."
        )
    return notes


def _rate_notes(descriptor: Descriptor, rate: Fraction) -> list[str]:
    if not descriptor.rates or rate in descriptor.rates:
        return []
    made_for = " or ".join(rate_text(r) for r in descriptor.rates)
    return [f"The model was made for {made_for}; at {rate_text(rate)} motion may look too fast or too slow."]
