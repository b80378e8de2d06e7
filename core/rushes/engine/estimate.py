"""How long a job will still take, from the progress that it reports."""

from __future__ import annotations

import math

__all__ = ["Estimate"]


class Estimate:
    """Smoothed seconds left.

    The speed is an average in which older progress counts less and less, so that a slow stage moves
    the figure without making it jump.
    """

    def __init__(self, now: float, memory: float = 10.0) -> None:
        """`now` in seconds of any steady clock; what is older than `memory` seconds hardly counts."""
        self._memory = memory
        self._time = now
        self._fraction = 0.0
        self._seconds = 0.0
        self._done = 0.0

    def update(self, now: float, fraction: float) -> float | None:
        """Seconds left at `fraction` (0 to 1); None until there is something to go by."""
        elapsed = max(0.0, now - self._time)
        keep = math.exp(-elapsed / self._memory)
        self._seconds = self._seconds * keep + elapsed
        self._done = self._done * keep + max(0.0, fraction - self._fraction)
        self._time, self._fraction = now, fraction
        if self._done <= 0.0 or self._seconds <= 0.0:
            return None
        return max(0.0, 1.0 - fraction) * self._seconds / self._done
