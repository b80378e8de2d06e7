"""Methods and objects of the Fusion side: `fusion`, `bmd`, compositions."""

# ruff: noqa: N802, N803

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import ApiObject, api, handle
from rushes.testing.resolve.screen import Dispatcher, UIManager
from rushes.testing.resolve.state import App, ItemState

__all__ = ["Bmd", "CompState", "Fusion", "FusionComp", "FusionItem", "FusionResolve", "FusionTimeline"]


@dataclass
class CompState:
    """A composition of an item, by name."""

    item: ItemState
    name: str

    @property
    def alive(self) -> bool:
        """As long as the item has it."""
        return self.item.alive and self.name in self.item.comps


@handle(CompState)
class FusionComp(ApiObject):
    """A composition; what is inside is not played."""

    _scope = "timeline"


class FusionResolve(ApiObject):
    """Fusion methods of Resolve."""

    @api()
    def Fusion(self) -> Any:
        return Fusion(self._app)


class FusionItem(ApiObject):
    """Fusion methods of TimelineItem. Pictures are not changed by compositions here."""

    def _comp(self, name: Any) -> Any:
        return self._wrap(CompState(self._state, name)) if name in self._state.comps else None

    def _add(self, wanted: str) -> Any:
        comps: list[str] = self._state.comps
        name = wanted if wanted not in comps else f"{wanted} {len(comps) + 1}"
        comps.append(name)
        return self._comp(name)

    @api()
    def GetFusionCompCount(self) -> Any:
        return len(self._state.comps)

    @api()
    def GetFusionCompByIndex(self, compIndex: Any) -> Any:
        comps = self._state.comps
        return self._comp(comps[compIndex - 1]) if isinstance(compIndex, int) and 1 <= compIndex <= len(comps) else None

    @api()
    def GetFusionCompNameList(self) -> Any:
        return list(self._state.comps)

    @api()
    def GetFusionCompNames(self) -> Any:
        """Old form of GetFusionCompNameList."""
        return {float(index): name for index, name in enumerate(self._state.comps, 1)}

    @api()
    def GetFusionCompByName(self, compName: Any) -> Any:
        return self._comp(compName)

    @api(write=True)
    def AddFusionComp(self) -> Any:
        return self._add(f"Composition {len(self._state.comps) + 1}")

    @api(write=True)
    def ImportFusionComp(self, path: Any) -> Any:
        """Rule fusion.no-mediaout: without MediaIn and MediaOut it is there and does nothing."""
        file = Path(str(path))
        if file.suffix != ".comp" or not file.is_file():
            return None
        text = file.read_text("utf-8", "replace")
        if "MediaIn" not in text or "MediaOut" not in text:
            self._app.unmodelled.append("a composition without MediaIn and MediaOut")
        return self._add(file.stem)

    @api(write=True)
    def ExportFusionComp(self, path: Any, compIndex: Any) -> Any:
        file = Path(str(path))
        known = isinstance(compIndex, int) and 1 <= compIndex <= len(self._state.comps)
        if not known or not file.parent.is_dir():
            return False
        file.write_text("Composition { MediaIn1, MediaOut1 }\n", "utf-8")
        return True

    @api(write=True)
    def DeleteFusionCompByName(self, compName: Any) -> Any:
        if compName not in self._state.comps:
            return False
        self._state.comps.remove(compName)
        return True

    @api(write=True)
    def LoadFusionCompByName(self, compName: Any) -> Any:
        return self._comp(compName)

    @api(write=True)
    def RenameFusionCompByName(self, oldName: Any, newName: Any) -> Any:
        comps: list[str] = self._state.comps
        if oldName not in comps or not newName or newName in comps:
            return False
        comps[comps.index(oldName)] = newName
        return True


class FusionTimeline(ApiObject):
    """Fusion methods of Timeline: none."""


class Fusion:
    """The global `fusion`. Names it does not have are None."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self._app.absent.append(f"Fusion.{name}")
        return None

    @property
    def UIManager(self) -> Any:
        """Rules edition.uimanager, ui.modal: None in the free edition, with the purchase dialog."""
        if not self._app.profile.studio:
            self._app.modal = "purchase"
            return None
        return UIManager(self._app)

    def GetResolve(self) -> Any:
        """`resolve`."""
        return ApiObject(self._app, self._app)._wrap(self._app)


class Bmd:
    """The global `bmd`. Names it does not have are None."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self._app.absent.append(f"bmd.{name}")
        return None

    def scriptapp(self, name: str) -> Any:
        """The application by name; None for another than Resolve or Fusion."""
        if name == "Fusion":
            return Fusion(self._app)
        return Fusion(self._app).GetResolve() if name == "Resolve" else None

    def UIDispatcher(self, ui: Any) -> Any:
        """Opens windows; None without a UIManager."""
        return None if ui is None else Dispatcher(self._app, ui)

    def fileexists(self, path: str) -> bool:
        """Whether a file is there."""
        return Path(path).exists()

    def gettime(self) -> float:
        """Seconds."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Does not really wait: tests have no time."""
