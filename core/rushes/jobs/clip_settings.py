"""The settings of a clip job, read strictly: what a treatment does not know is refused, not ignored."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from rushes.contracts import Brief
from rushes.contracts.clip import ClipJob
from rushes.errors import InputError

__all__ = ["brief_changes", "check_known", "number_of", "seed_of", "text_of", "whole_of"]


def check_known(job: ClipJob, known: Collection[str]) -> None:
    """InputError `clip.setting` for a setting that the treatment does not have."""
    unknown = sorted(set(job.settings) - set(known))
    if unknown:
        raise InputError(
            f"{job.treatment.value} has no setting {unknown[0]!r}.",
            code="clip.setting",
            hint=f"Its settings are: {', '.join(sorted(known))}." if known else "It has none.",
        )


def text_of(job: ClipJob, name: str, default: str = "", choices: Collection[str] = ()) -> str:
    """A word; one of `choices` when there are any."""
    text = job.settings.get(name, default).strip() or default
    if choices and text not in choices:
        raise InputError(f"{name} cannot be {text!r}.", code="clip.setting", hint=f"Choose {' or '.join(choices)}.")
    return text


def number_of(job: ClipJob, name: str, default: float, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    text = job.settings.get(name, "").strip()
    try:
        value = float(text) if text else default
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise InputError(
            f"{name} cannot be {text!r}.", code="clip.setting", hint=f"Give a number from {low:g} to {high:g}."
        )
    return value


def whole_of(job: ClipJob, name: str, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    value = number_of(job, name, default, low, high)
    if value != int(value):
        raise InputError(
            f"{name} cannot be {value:g}.", code="clip.setting", hint=f"Give a whole number from {low} to {high}."
        )
    return int(value)


def seed_of(job: ClipJob, not_this: int | None = None) -> int:
    """The seed that is set, else one that follows from the job's id, so that a job run again makes the same."""
    if job.settings.get("seed", "").strip():
        return whole_of(job, "seed", 0, 0, 2**31 - 1)
    seed = int.from_bytes(hashlib.sha256(job.id.encode()).digest()[:4], "little") % 1_000_000
    return seed + 1 if seed == not_this else seed


def brief_changes(settings: Mapping[str, str]) -> dict[str, str]:
    """Those settings that are fields of a brief; an empty one is one that was not filled in."""
    return {name: settings[name] for name in Brief.fields() if settings.get(name, "").strip()}
