"""What a script gets hold of first."""

from __future__ import annotations

from typing import Any

from rushes.testing.resolve import Simulator

__all__ = ["pool_of", "project_of", "timeline_of"]


def project_of(sim: Simulator) -> Any:
    """The open project, as a script sees it."""
    return sim.resolve.GetProjectManager().GetCurrentProject()


def pool_of(sim: Simulator) -> Any:
    """Its media pool."""
    return project_of(sim).GetMediaPool()


def timeline_of(sim: Simulator) -> Any:
    """Its open timeline."""
    return project_of(sim).GetCurrentTimeline()
