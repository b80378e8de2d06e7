"""The panel at work: events in, actions and engine calls out, one step every 40 ms.

Resolve is only called from the main thread; the engine only from worker threads. While an action waits for the engine,
the window's loop goes on turning, so nothing freezes and Cancel works.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from resolve_scripts.actions.registry import Entry, Registry
from resolve_scripts.desk import EngineDesk
from resolve_scripts.host.session import Session
from resolve_scripts.host.tell import Teller
from resolve_scripts.panel.model import PanelModel, panel_entries
from resolve_scripts.panel.window import ID, Window, button_id
from resolve_scripts.panel.worker import Task, Worker
from resolve_scripts.store import Store
from rushes.client import Client
from rushes.contracts.clip import Treatment
from rushes.contracts.take import Rating
from rushes.errors import JobCancelled, ResolveError, RushesError

__all__ = ["Panel"]

_log = logging.getLogger("rushes.resolve")
_STEP = 0.04
"""Seconds between two turns of the loop."""
_LOOK = 2.0
"""Seconds between two looks at the engine."""
_LATER = 10.0
"""Seconds until the next look when it did not answer."""


class Panel:
    """One window. `run` returns when it was closed."""

    def __init__(
        self,
        session: Session,
        registry: Registry,
        *,
        store: Store,
        client: Callable[[], Client],
        teller: Teller | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        alive: Callable[[], Any] = lambda: None,
    ) -> None:
        self._session = session
        self._registry = registry
        self._store = store
        self._client = client
        self._teller = teller or Teller()
        self._sleep = sleep
        self._clock = clock
        self._alive = alive
        self._actor, self._watcher = Worker("rushes-actions"), Worker("rushes-watch")
        self._open = True
        self._stop = False
        self._wanted: tuple[Entry, dict[str, str]] | None = None
        self._answers: list[tuple[Task, Callable[[Any], None], Callable[[str], None]]] = []
        self._look: Task | None = None
        self._due = 0.0
        self._turned = 0.0
        self._project = session.project().GetUniqueId()
        self.model = PanelModel(project=session.project().GetName())
        ui = session.fusion.UIManager if session.fusion is not None else None
        self._dispatcher: Any = session.bmd.UIDispatcher(ui) if ui is not None and session.bmd is not None else None
        if self._dispatcher is None:
            raise ResolveError(
                "Resolve opens no windows for scripts here.",
                code="resolve.no_window",
                hint="Use the entries of Workspace > Scripts > Rushes instead; they need no window.",
            )
        self._read_production()
        self.window = Window(ui, self._dispatcher, self.model, panel_entries(registry.entries()))
        self.window.show_treatment()
        self._bind()

    def run(self) -> None:
        """Until the window is closed; an action that runs then is brought to its end."""
        try:
            while self._open:
                self._turn()
                self._begin_wanted()
        finally:
            self.window.window.Hide()
            self._actor.close()
            self._watcher.close()

    def _turn(self) -> None:
        """One step of the loop: events, answers, a look at the engine, the window brought up to date."""
        self._step()
        self._sleep(_STEP)

    def _step(self) -> None:
        self._turned = self._clock()
        self._alive()
        self._dispatcher.StepLoop()
        self._take_answers()
        self._look_around()
        if self._open:
            self.window.refresh()

    # What the editor does; handlers note it down, the loop acts on it.

    def _bind(self) -> None:
        on = self.window.on
        on(ID, "Close", self._close)
        on("Refresh", "Clicked", lambda event: self._look_now())
        on("Choose", "Clicked", lambda event: self._want("choose_production"))
        on("Production", "ReturnPressed", lambda event: self._typed_production())
        on("Production", "EditingFinished", lambda event: self._typed_production())
        on("Shot", "CurrentIndexChanged", lambda event: self._filter())
        on("Takes", "ItemClicked", lambda event: self._pick())
        on("Takes", "CurrentItemChanged", lambda event: self._pick())
        on("Keep", "Clicked", lambda event: self._rate(Rating.KEPT))
        on("Reject", "Clicked", lambda event: self._rate(Rating.REJECTED))
        on("Undecided", "Clicked", lambda event: self._rate(Rating.UNDECIDED))
        on("Treatment", "CurrentIndexChanged", lambda event: self._treat())
        on("Send", "Clicked", lambda event: self._send())
        on("Cancel", "Clicked", lambda event: self._cancel())
        for entry in panel_entries(self._registry.entries()):
            on(button_id(entry), "Clicked", lambda event, id=entry.id: self._want(id))

    def _close(self, event: Mapping[str, Any]) -> None:
        self._open = False

    def _want(self, id: str, **more: str) -> None:
        if self.model.busy or self._wanted is not None:
            return
        try:
            entry = self._registry.get(id)
        except RushesError as exc:
            self.model.message = str(exc)
            return
        self._wanted = (entry, {**self.model.options(entry), **more})

    def _typed_production(self) -> None:
        folder = self.window.value("Production").strip()
        if folder and folder != self.model.production:
            self._want("choose_production", folder=folder)

    def _filter(self) -> None:
        shots = self.model.shots()
        self.model.shot = shots[min(max(0, self.window.number("Shot")), len(shots) - 1)]

    def _pick(self) -> None:
        self.model.chosen = self.window.picked()

    def _treat(self) -> None:
        self.model.treatment = tuple(Treatment)[self.window.number("Treatment")]
        self.window.show_treatment()

    def _send(self) -> None:
        self.model.settings = self.window.slots()
        self._want("send", **self.model.send_options())

    def _cancel(self) -> None:
        self._stop = True
        self.model.message = "Stopping …"

    def _rate(self, rating: Rating) -> None:
        take = self.model.chosen
        if not take:
            return
        try:
            desk = self._desk()
        except ResolveError as exc:  # no project is open, or another one than the action works in
            self._tell(str(exc))
            return
        self._ask(lambda: desk.rate_take(take, rating), self.model.replace_take)

    # The engine, on the watcher's thread.

    def _desk(self, **more: Any) -> EngineDesk:
        project = self._session.project().GetUniqueId()
        return EngineDesk(project, store=self._store, client=self._client, **more)

    def _ask(
        self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[str], None] | None = None
    ) -> Task:
        task = self._watcher.ask(work)
        self._answers.append((task, then, failed or self._tell))
        return task

    def _tell(self, text: str) -> None:
        if not self.model.busy:
            self.model.message = text

    def _take_answers(self) -> None:
        ended = [one for one in self._answers if one[0].ended.is_set()]
        self._answers = [one for one in self._answers if not one[0].ended.is_set()]
        for task, then, failed in ended:
            try:
                then(task.result())
            except RushesError as exc:
                failed(str(exc))
            except Exception:  # noqa: BLE001 - the thread's edge: what it could not do must not close the window
                _log.exception("The panel could not ask the engine")
                failed(f"Something went wrong; the details are in {self._store.log}")

    def _look_now(self) -> None:
        self._due = 0.0
        self.model.revision = ""

    def _look_around(self) -> None:
        """Every two seconds: have takes or jobs changed? Never two questions at once."""
        if self._look is not None and not self._look.ended.is_set():
            return
        if self._clock() < self._due or not self._open:
            return
        self._due = self._clock() + _LOOK
        if not self.model.busy:
            self._notice_project()
        if not self.model.production:
            return
        root, known = self.model.production, self.model.revision

        def look() -> tuple[Any, Any, Any]:
            engine = self._client()
            state = engine.production(root, known)
            takes = engine.takes(root) if state is not None else None
            return state, takes, engine.jobs(active=True)

        self._look = self._ask(look, self._seen, self._not_seen)

    def _not_seen(self, text: str) -> None:
        self.model.miss_engine(text)
        self._due = self._clock() + _LATER

    def _notice_project(self) -> None:
        """The editor may have opened another project, which belongs to another production."""
        try:
            project = self._session.project()
            id, name = project.GetUniqueId(), project.GetName()
        except ResolveError as exc:
            self.model.message = str(exc)
            return
        if id != self._project:
            self._project, self.model.project, self.model.message = id, name, ""
            self._read_production()
            self.model.revision = ""
            self.model.set_takes(())

    def _seen(self, found: tuple[Any, Any, Any]) -> None:
        state, takes, jobs = found
        self.model.see_jobs(jobs)
        if state is not None:
            self.model.revision = state.revision
            self.model.set_takes(takes)

    def _read_production(self) -> None:
        try:
            self.model.production = self._desk().production
        except RushesError as exc:
            self.model.production = ""
            self.model.message = str(exc)

    # Actions, on this thread.

    def _begin_wanted(self) -> None:
        if self._wanted is None:
            return
        (entry, options), self._wanted, self._stop = self._wanted, None, False
        self.model.begin(entry.label)
        self.window.refresh()
        text, notes = self._run(entry, options)
        self.model.end(text, notes)
        self._read_production_again()
        if not self._open:
            self._teller.done(text, notes)

    def _run(self, entry: Entry, options: dict[str, str]) -> tuple[str, tuple[str, ...]]:
        lock = self._store.lock("action")
        if not lock.acquire():
            return "Another action of Rushes is still running.", ()
        try:
            self._session.check()
            if entry.action.studio:
                self._session.require(entry.label, studio=True)
            begun = time.time()
            desk = self._desk(
                report=self._report, stop=lambda: self._stop or self._store.stop_asked(begun), wait=self._wait
            )
            outcome = entry.run(self._session, desk, options)
        except JobCancelled as exc:
            return exc.message, ()
        except RushesError as exc:
            return exc.message, (exc.hint,)
        except Exception as exc:  # noqa: BLE001 - the panel's edge: one action's fault must not close the window
            _log.exception("%s broke off", entry.id)
            return f"{entry.label} broke off ({type(exc).__name__}).", (f"The details are in {self._store.log}",)
        finally:
            lock.release()
        return outcome.text, outcome.notes

    def _report(self, fraction: float, text: str) -> None:
        self.model.fraction = fraction
        self.model.message = text
        if self._clock() - self._turned >= _STEP:
            self._step()

    def _wait(self, work: Callable[[], Any]) -> Any:
        """Engine work of an action: on its thread, the window's loop turning meanwhile."""
        task = self._actor.ask(work)
        while not task.ended.is_set():
            self._turn()
        return task.result()

    def _read_production_again(self) -> None:
        message = self.model.message
        before = self.model.production
        self._read_production()
        self.model.message = message
        if self.model.production != before:
            self.model.set_takes(())
        self._look_now()
