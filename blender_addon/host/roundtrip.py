"""Projected takes and back: what lies on the set goes into the next take."""

from __future__ import annotations

from typing import Any

from rushes import projection

__all__ = ["takes_to_keep"]


def takes_to_keep(scene: Any) -> tuple[str, ...]:
    """Ids of the takes whose location new takes keep, the topmost last; none unless the artist wants it. What is
    turned down to nothing is left out."""
    if not scene.rushes.keep_set:
        return ()
    return tuple(found.take for found in reversed(projection.projected(scene)) if found.strength > 0.0)
