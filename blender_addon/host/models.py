"""The model's settings on the scene, kept in step with its descriptor."""

from __future__ import annotations

from typing import Any

from rushes.contracts import Descriptor

from .. import runtime

__all__ = ["descriptor_of", "strengths_of", "sync_strengths"]


def descriptor_of(settings: Any) -> Descriptor | None:
    """Of the model that is set; None until the engine has told."""
    now = runtime.session()
    return now.known.descriptor(settings.generator_id) if now is not None else None


def sync_strengths(settings: Any) -> None:
    """One line for each conditioning of the model; values of those it shares with the former model stay."""
    descriptor = descriptor_of(settings)
    if descriptor is None:
        return
    wanted = [c for c in descriptor.conditionings if c.strength is not None]
    former = {s.name: (s.use, s.value) for s in settings.strengths}
    if [s.name for s in settings.strengths] == [c.name for c in wanted]:
        return
    settings.strengths.clear()
    for conditioning in wanted:
        line = settings.strengths.add()
        line.name = conditioning.name
        line.use, line.value = former.get(conditioning.name, (conditioning.default > 0, conditioning.default))


def strengths_of(settings: Any) -> dict[str, float]:
    """What differs from the model's defaults: name → strength, 0 for what is switched off."""
    descriptor = descriptor_of(settings)
    if descriptor is None:
        return {}
    found: dict[str, float] = {}
    for conditioning in descriptor.conditionings:
        line = settings.strengths.get(conditioning.name)
        if line is None or conditioning.strength is None:
            continue
        low, high = conditioning.strength
        value = min(max(line.value, low), high) if line.use else low
        if value != conditioning.default:
            found[conditioning.name] = value
    return found
