"""What differs between two takes, and what a replay found, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from rushes.contracts import Brief, TakeRow

from .briefs import field_title

__all__ = ["Difference", "differences", "frames_text", "replay_words", "steadiness", "take_facts"]

_STEADY, _FLICKERS = 2.0, 6.0
"""Levels of 255 between one frame and the next, moved along with the surfaces."""


@dataclass(frozen=True)
class Difference:
    """A line of the table."""

    what: str
    first: str
    second: str


def steadiness(warp_error: float | None, frames: int) -> str:
    """How still surfaces stand from frame to frame, in plain words; empty for a still."""
    if frames < 2:
        return ""
    if warp_error is None:
        return "Not measured"
    word = "Steady" if warp_error < _STEADY else "Moves a little" if warp_error < _FLICKERS else "Flickers"
    return f"{word} ({warp_error:.1f} of 255)"


def take_facts(take: TakeRow, recipe: Mapping[str, Any] | None = None) -> dict[str, str]:
    """What can be told of a take, by name; strengths and steps when its recipe is known."""
    facts = {
        "Seed": str(take.seed),
        **{field_title(name): str(getattr(take.brief, name)).strip() for name in Brief.fields()},
        "Model": take.generator,
        **_recipe_facts(recipe or {}),
        "Size": str(take.size),
        "Frames": _frames(take),
        "Rate": f"{float(take.rate):g} fps",
        "Shot With": take.camera,
        "Steadiness": steadiness(take.warp_error, take.frame_count),
        "Made In": f"{take.seconds:.0f} s" if take.seconds >= 10 else f"{take.seconds:.1f} s",
        "Rating": take.rating.value,
    }
    return facts


def differences(
    first: TakeRow,
    second: TakeRow,
    recipes: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None] = (None, None),
) -> tuple[Difference, ...]:
    """Lines of what is not the same; what only one recipe tells is left out until both are known."""
    known = recipes if recipes[0] is not None and recipes[1] is not None else (None, None)
    one, two = take_facts(first, known[0]), take_facts(second, known[1])
    names = [*one, *(n for n in two if n not in one)]
    return tuple(
        Difference(n, one.get(n, "") or "–", two.get(n, "") or "–") for n in names if one.get(n, "") != two.get(n, "")
    )


def frames_text(positions: Sequence[int]) -> str:
    """ "1 to 3, 7" for the positions 0, 1, 2, 6."""
    runs: list[list[int]] = []
    for position in sorted(set(positions)):
        if runs and position == runs[-1][1] + 1:
            runs[-1][1] = position
        else:
            runs.append([position, position])
    texts = [f"{a + 1}" if a == b else f"{a + 1} to {b + 1}" for a, b in runs]
    return ", ".join(texts[:6]) + (" and more" if len(texts) > 6 else "")


def replay_words(result: Mapping[str, Any], label: str) -> tuple[str, str, bool]:
    """(sentence, hint, whether all is the same) of a replay's result. `label` names the take."""
    frames = int(result.get("frames", 0))
    different = [int(i) for i in cast("Sequence[Any]", result.get("different", ()))]
    if result.get("equal"):
        what = "its picture is" if frames == 1 else f"all {frames} frames are"
        return f"Replay of {label}: {what} the same to the bit.", "", True
    changed = cast("Mapping[str, Sequence[str]]", result.get("environment") or {})
    notes = [f"{name} was {then or 'missing'}, is {now or 'missing'}" for name, (then, now) in changed.items()]
    hint = "Since the take: " + "; ".join(notes[:4]) + "." if notes else "The take on disk stays as it was."
    count = f"{len(different)} of {frames} frames differ (number {frames_text(different)})"
    return f"Replay of {label}: {count if frames > 1 else 'its picture differs'}.", hint, False


def _frames(take: TakeRow) -> str:
    if take.range is None or take.frame_count == 1:
        return "still" if take.frame_count == 1 else str(take.frame_count)
    return f"{take.frame_count} ({take.range.start} to {take.range.end})"


def _recipe_facts(recipe: Mapping[str, Any]) -> dict[str, str]:
    facts: dict[str, str] = {}
    if "steps" in recipe:
        facts["Steps"] = str(recipe["steps"])
    if isinstance(recipe.get("model_size"), Mapping):
        size = cast("Mapping[str, Any]", recipe["model_size"])
        facts["Worked At"] = f"{size.get('width', '?')}×{size.get('height', '?')}"
    for name, value in sorted(cast("Mapping[str, Any]", recipe.get("strengths") or {}).items()):
        facts[f"{field_title(str(name))} Strength"] = f"{float(value):.2f}"
    return facts
