"""Whether a take still shows what the scene has: fingerprints then and now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from rushes.contracts import ShotTakes

__all__ = ["THINGS", "canonical", "changed", "differences", "digest", "number", "short"]

THINGS = {"camera": "camera", "geometry": "geometry in view", "brief": "brief", "look": "look"}
"""Key in a take's origin → how artists call it."""


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What has changed, in words. A thing whose fingerprint is not known on either side counts as the same."""
    return tuple(word for key, word in THINGS.items() if then.get(key) and now.get(key) and then[key] != now[key])


def changed(found: Sequence[ShotTakes], now: Mapping[str, str]) -> tuple[str, ...]:
    """What has changed since the take that counts: of several names of a shot, the newest judged one."""
    judged = [s for s in found if s.judged]
    if not judged:
        return ()
    return differences(max(judged, key=lambda s: s.judged).origin, now)


def canonical(value: Any) -> str:
    """Text that is the same for the same state: floats with six significant digits, sets and dicts in order."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return "0" if abs(value) < 1e-7 else f"{value:.6g}"
    if isinstance(value, str):
        return f"{len(value)}:{value}"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{canonical(k)}={canonical(value[k])}" for k in sorted(value, key=str)) + "}"
    if isinstance(value, set | frozenset):
        return "<" + ",".join(sorted(canonical(v) for v in value)) + ">"
    return "(" + ",".join([canonical(v) for v in value]) + ")"


def digest(value: Any) -> int:
    """A number of 64 bits that stands for the state."""
    return number(canonical(value).encode())


def number(data: bytes) -> int:
    """64 bits that stand for these bytes."""
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")


def short(value: int) -> str:
    """A digest as it is kept with a take: 16 hex digits."""
    return f"{value & (2**64 - 1):016x}"
