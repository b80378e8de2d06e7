"""Whether a take still shows what the scene has: fingerprints then and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rushes.contracts import ShotTakes

__all__ = ["THINGS", "changed", "differences"]

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
