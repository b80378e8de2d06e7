"""Ends the action that runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.host.session import Session
from resolve_scripts.store import Store

__all__ = ["ACTION"]


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """Ask it to stop; it does so between two steps, and what it has finished stays."""
    store: Store = getattr(desk, "store", None) or Store(Path(desk.home).parent.parent)
    lock = store.lock("action")
    if not lock.taken_elsewhere():
        return Outcome("No action of Rushes is running.")
    store.ask_stop()
    return Outcome("Asked the running action to stop. What it has finished stays.", done=1)


ACTION = Action(
    "stop",
    "Stop",
    "Ends the action of Rushes that runs; what it has finished stays. Work that was sent to the engine goes on.",
    run,
)
