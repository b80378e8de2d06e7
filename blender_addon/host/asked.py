"""Recipes of the takes that are compared, and sheets of directions: asked for when a panel wants them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from rushes.contracts import ExplorationRow, JobState, JobStatus
from rushes.errors import RushesError

from .. import runtime
from ..logic import compare
from ..logic.known import Pending
from . import mirror

__all__ = ["job_done", "recipe_of", "sheets_of_picked", "start", "step", "stop"]

_AGAIN = 20.0
"""Seconds until something that could not be had is asked for again."""

_recipes: dict[str, Mapping[str, Any]] = {}
_sheets: dict[tuple[str, ...], tuple[ExplorationRow, ...]] = {}
"""Names of the shot → its sheets, the newest first."""
_wishes: dict[Any, None] = {}
_asked: set[Any] = set()
_refused: dict[Any, float] = {}
_root = ""
_listening: Any = None


def recipe_of(take: str) -> Mapping[str, Any] | None:
    """A take's recipe; None until the engine has told it. Quick: for drawing."""
    found = _recipes.get(take)
    if found is None:
        _wishes[take] = None
    return found


def sheets_of_picked() -> tuple[ExplorationRow, ...] | None:
    """Sheets of directions of the shot that is picked, the newest first; None until they are known. Quick."""
    now = runtime.session()
    names = now.bridge.watch.wish.shots if now is not None else ()
    if not names:
        return ()
    if names not in _sheets:
        _wishes[names] = None
    return _sheets.get(names)


def step(now: runtime.Session) -> None:
    """Ask for what panels wished for."""
    global _root, _listening
    if _listening is not now:
        _listening = now
        now.known.on_done.append(job_done)
    root = now.bridge.watch.wish.production
    if root != _root:
        _forget()
        _root = root
    if not root or now.known.engine.state != "running":
        return
    since = time.monotonic() - _AGAIN
    for wish in [w for w in _wishes if w not in _asked and _refused.get(w, 0.0) < since][:4]:
        _asked.add(wish)
        _ask(now, root, wish)
    _wishes.clear()


def _ask(now: runtime.Session, root: str, wish: Any) -> None:
    def done(found: Any) -> None:
        _asked.discard(wish)
        if root != _root:
            return
        if isinstance(wish, str):
            _recipes[wish] = found
        else:
            _sheets[wish] = found
        mirror.redraw()

    def failed(error: RushesError) -> None:
        _asked.discard(wish)
        _refused[wish] = time.monotonic()
        if not isinstance(wish, str):  # a recipe that is gone shows as missing in the take's line
            now.known.tell(error)

    def work(client: Any) -> Any:
        if isinstance(wish, str):
            return client.recipe(root, wish)
        found = [row for name in wish for row in client.explorations(root, name)]
        return tuple(sorted(found, key=lambda row: row.created, reverse=True))

    now.bridge.call(work, done, failed, lane="slow")


def job_done(job: JobStatus, pending: Pending | None) -> None:
    """A sheet or a replay has ended."""
    now = runtime.session()
    if now is None or job.state is not JobState.DONE:
        return
    if job.request.kind == "explore":
        _sheets.clear()
        mirror.redraw()
    elif job.request.kind == "replay" and job.result is not None:
        take = now.known.take(str(job.result.get("take", "")))
        label = f"seed {take.seed} of {take.shot}" if take is not None else str(job.result.get("take", "the take"))
        text, hint, same = compare.replay_words(job.result, label)
        now.known.tell(text, hint, "INFO" if same else "WARNING")


def _forget() -> None:
    for kept in (_recipes, _sheets, _wishes, _asked, _refused):
        kept.clear()


def start() -> None:
    """Listen to the tick."""
    from . import pulse

    pulse.TICKS.append(step)


def stop() -> None:
    """Forget all."""
    global _root, _listening
    from . import pulse

    if step in pulse.TICKS:
        pulse.TICKS.remove(step)
    if _listening is not None and job_done in _listening.known.on_done:
        _listening.known.on_done.remove(job_done)
    _root, _listening = "", None
    _forget()
