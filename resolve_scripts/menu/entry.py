"""Runs one action as the Scripts menu starts it, and tells how it ended. Nothing is ever raised into Resolve."""

from __future__ import annotations

import logging
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import rushes
from resolve_scripts.actions.base import Outcome
from resolve_scripts.actions.registry import Entry, Registry, builtin_registry
from resolve_scripts.desk import EngineDesk, find_client
from resolve_scripts.host.session import Session, open_session
from resolve_scripts.host.tell import Teller
from resolve_scripts.menu.console import open_log, without_secrets
from resolve_scripts.menu.watch import Watch
from resolve_scripts.store import Store, write_json
from rushes.client import Client
from rushes.errors import EngineError, JobCancelled, RushesError

__all__ = ["Start", "main"]

_log = logging.getLogger("rushes.resolve")
_SILENT = 25.0
"""Seconds without an answer of Resolve after which the editor is told."""
_HUNG = "Resolve has not answered for a while. Is a dialog open? Close it and the action goes on."


@dataclass
class Start:
    """What `main` uses of the machine; tests put doubles here."""

    store: Store
    teller: Teller
    registry: Registry
    client: Callable[[], Client] = find_client
    leave: Callable[[int], None] = os._exit
    silent: float = _SILENT

    @classmethod
    def default(cls) -> Start:
        """In use."""
        return cls(Store.default(), Teller(), builtin_registry())


def main(
    action: str,
    given: Mapping[str, Any],
    stamp: str = "",
    *,
    options: Mapping[str, str] | None = None,
    start: Start | None = None,
) -> Outcome | None:
    """Run the action with this id.

    Args:
        action: an id of the registry: "pull_selects".
        given: the launcher's globals; Resolve puts `resolve`, `fusion` and `bmd` there.
        stamp: the version that wrote the launcher.
        options: of the action, by name.
        start: for tests.

    Returns:
        What was done; None when it was told to the editor that it could not be.
    """
    # A program started outside Resolve may crash while Python takes itself down, after all went well (field reports).
    outside = given.get("__name__") == "__main__" and given.get("resolve") is None and given.get("bmd") is None
    use = start or Start.default()
    outcome: Outcome | None = None
    try:
        open_log(use.store.log)
        outcome = _guarded(use, action, given, stamp, dict(options or {}))
    finally:
        if outside:
            logging.shutdown()
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
            use.leave(0 if outcome is not None else 1)
    return outcome


def _guarded(use: Start, action: str, given: Mapping[str, Any], stamp: str, options: dict[str, str]) -> Outcome | None:
    try:
        if stamp and stamp != rushes.__version__:
            raise EngineError(
                f"This menu entry is of Rushes {stamp}; {rushes.__version__} is loaded.",
                code="resolve.stamp",
                hint="Restart Resolve. If that does not help: rushes resolve install",
            )
        entry = use.registry.get(action)
        with Watch(use.silent, lambda: use.teller.problem(_HUNG)) as watch:
            outcome = _run(use, entry, given, options, watch)
    except JobCancelled as exc:
        use.teller.done(exc.message)
    except RushesError as exc:
        _log.info("%s: %s", action, exc.code, extra={"quiet": True})
        use.teller.problem(exc.message, [exc.hint])
    except Exception as exc:  # noqa: BLE001 - the script's edge: nothing may be raised into Resolve
        _log.exception("%s broke off", action)
        words = without_secrets(f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__)
        use.teller.problem(
            f"{action} broke off ({words}).", [f"This is a fault in Rushes. The details are in {use.store.log}"]
        )
    else:
        use.teller.done(outcome.text, outcome.notes)
        return outcome
    return None


def _run(use: Start, entry: Entry, given: Mapping[str, Any], options: dict[str, str], watch: Watch) -> Outcome:
    session = open_session(given)
    _note_start(use.store, session)
    session.check()
    if entry.action.studio:
        session.require(entry.label, studio=True)
    if not entry.guarded:
        return entry.run(session, _desk(use, session, watch), options)
    lock = use.store.lock("action")
    if not lock.acquire():
        raise EngineError(
            "Another action of Rushes is still running.",
            code="resolve.busy",
            hint="Wait until it says that it is done. Rushes > Stop ends it.",
        )
    try:
        return entry.run(session, _desk(use, session, watch), options)
    finally:
        lock.release()


def _desk(use: Start, session: Session, watch: Watch) -> EngineDesk:
    begun = time.time()

    def asked() -> bool:
        watch.pet()
        return use.store.stop_asked(begun)

    def report(fraction: float, text: str) -> None:
        watch.pet()
        use.teller.step(f"{fraction:4.0%}  {text}")

    def wait(work: Callable[[], Any]) -> Any:
        watch.pet()
        return work()

    project = session.project().GetUniqueId()
    return EngineDesk(project, store=use.store, client=use.client, report=_sparse(report), stop=asked, wait=wait)


def _sparse(report: Callable[[float, str], None], seconds: float = 2.0) -> Callable[[float, str], None]:
    """Other words, or the same after a while: a console is not a progress bar."""
    last: list[Any] = ["", 0.0]

    def less(fraction: float, text: str) -> None:
        now = time.monotonic()
        if text != last[0] or now - last[1] >= seconds:
            last[:] = [text, now]
            report(fraction, text)

    return less


def _note_start(store: Store, session: Session) -> None:
    """For `rushes resolve doctor`: that a menu entry ran, in which Resolve, with which Python."""
    found = {
        "when": time.strftime("%Y-%m-%d %H:%M:%S"),
        "resolve": session.label,
        "studio": session.studio,
        "python": platform.python_version(),
        "executable": sys.executable or "",
        "rushes": rushes.__version__,
    }
    try:
        write_json(store.seen, found)
    except (RushesError, OSError) as exc:
        _log.warning("%s was not written: %s", store.seen, exc)
