"""What every action is: one function from the open Resolve and the desk to an outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from resolve_scripts.host.session import Session
from rushes.contracts.job import JobRequest, JobStatus
from rushes.contracts.library import ProductionState, TakeRow
from rushes.contracts.take import Rating

__all__ = ["Action", "Desk", "Outcome", "Run"]


@dataclass(frozen=True)
class Outcome:
    """What an action did, for the editor."""

    text: str
    """One sentence: "Placed 3 takes on track Rushes."."""
    done: int = 0
    """Things changed; 0 when everything was as it should be already."""
    notes: tuple[str, ...] = ()
    """What the editor should know: what was left out and why."""
    details: dict[str, Any] = field(default_factory=dict)
    """For programs."""


class Desk(Protocol):
    """What an action needs besides Resolve. `resolve_scripts.desk.EngineDesk` in use, a double in tests."""

    @property
    def production(self) -> str:
        """Absolute folder of the production this Resolve project belongs to. InputError `resolve.no_production`."""
        ...

    @property
    def home(self) -> str:
        """Absolute folder for what we note down for this Resolve project (clips sent, grades applied)."""
        ...

    @property
    def cancelled(self) -> bool:
        """True once the editor asked to stop; long actions look between steps."""
        ...

    def progress(self, fraction: float, text: str) -> None:
        """0 to 1, shown in the panel or the console."""
        ...

    def run(self, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Have the engine do a short job and wait for its result. RushesError as the engine tells it."""
        ...

    def submit(self, request: JobRequest) -> JobStatus:
        """Have the engine begin a long job."""
        ...

    def status(self, job: str) -> JobStatus:
        """How it stands."""
        ...

    def state(self) -> ProductionState:
        """The production."""
        ...

    def takes(self, shots: tuple[str, ...] = ()) -> tuple[TakeRow, ...]:
        """Takes of the production, oldest first; all shots when none is named."""
        ...

    def rate_take(self, take: str, rating: Rating | None = None, notes: str | None = None) -> TakeRow:
        """Rate a take or write its notes."""
        ...


Run = Callable[[Session, Desk, Mapping[str, str]], Outcome]
"""The third is the action's options as text, by name; a missing one has its default."""


@dataclass(frozen=True)
class Action:
    """An entry of the menu and the panel."""

    id: str
    """"pull_selects": also the launcher's file name."""
    label: str
    """"Pull Selects"."""
    about: str
    """One sentence for the panel's tooltip and the docs."""
    run: Run
    studio: bool = False
    """True: needs Studio."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Option → what it means, with its default in brackets."""
    menu: bool = True
    """False: in the panel only (it needs a choice)."""
