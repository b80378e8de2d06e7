"""Opens the panel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.desk import EngineDesk
from resolve_scripts.host.session import Session
from rushes.errors import ResolveError

__all__ = ["ACTION"]


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """Until its window is closed. ResolveError `resolve.panel_open` when there is one already."""
    from resolve_scripts.actions.registry import builtin_registry  # it lists this module
    from resolve_scripts.panel.panel import Panel

    assert isinstance(desk, EngineDesk), "the panel makes desks of its own"
    session.require("The panel", studio=True)
    lock = desk.store.lock("panel")
    if not lock.acquire():
        raise ResolveError(
            "The panel is open already.",
            code="resolve.panel_open",
            hint="It may lie behind Resolve's window. If it hangs: quit the process fuscript, then open it again.",
        )
    try:
        # Each look at `cancelled` also tells the menu's watch that Resolve answers.
        alive = partial(getattr, desk, "cancelled")
        Panel(session, builtin_registry(), store=desk.store, client=desk.client, alive=alive).run()
    finally:
        lock.release()
    return Outcome("The panel was closed. What was sent to the engine goes on.")


ACTION = Action(
    "open_panel",
    "Panel",
    "Opens a window with the takes and all actions.",
    run,
    studio=True,
)
