"""Methods and objects of the Fusion side: UIManager, dispatcher, compositions."""

from __future__ import annotations

from rushes.testing.resolve.base import ApiObject
from rushes.testing.resolve.state import App

__all__ = ["Bmd", "Fusion", "FusionItem", "FusionResolve", "FusionTimeline"]


class FusionResolve(ApiObject):
    """Fusion methods of Resolve."""


class FusionItem(ApiObject):
    """Fusion methods of TimelineItem."""


class FusionTimeline(ApiObject):
    """Fusion methods of Timeline."""


class Fusion:
    """The global `fusion`."""

    def __init__(self, app: App) -> None:
        self._app = app


class Bmd:
    """The global `bmd`."""

    def __init__(self, app: App) -> None:
        self._app = app
