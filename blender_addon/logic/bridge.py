"""All talk with the engine, off the main thread: commands go in, events come out.

Three threads of one Bridge share one client: "talk" does what the artist asked for, in order; "slow" does what may
take long (pictures, descriptors); "watch" asks how jobs and the production stand. The main thread only ever takes
events out of a queue, with a budget.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from rushes.client import Client
from rushes.errors import RushesError

from .watch import JobNews, PreviewNews, Watch, WatchEvent

__all__ = ["Answer", "Bridge", "EngineNews", "Event", "Lane"]

_log = logging.getLogger(__name__)

Lane = Literal["talk", "slow"]


@dataclass(frozen=True)
class EngineNews:
    """How the engine stands: "off", "starting", "running", "missing" (not installed), "lost"."""

    state: str
    message: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Answer:
    """What a command gave, with what is to be done with it on the main thread."""

    done: Callable[[Any], None] | None
    failed: Callable[[RushesError], None] | None
    value: Any = None
    error: RushesError | None = None


Event = EngineNews | Answer | WatchEvent


class Bridge:
    """Owns the threads. `connect` makes the client (it may start an engine, so it may take seconds)."""

    def __init__(self, connect: Callable[[], Client]) -> None:
        self._connect = connect
        self._client: Client | None = None
        self._lock = threading.Lock()
        self._connecting = threading.Lock()
        self._stop = threading.Event()
        self._answers: deque[Answer] = deque()
        self._latest: dict[str, EngineNews | WatchEvent] = {}
        self._lanes: dict[Lane, queue.Queue[_Command | None]] = {"talk": queue.Queue(), "slow": queue.Queue()}
        self._threads: list[threading.Thread] = []
        self._asides: list[threading.Thread] = []
        self._state = EngineNews("off")
        self.watch = Watch()

    # -- for the main thread; nothing here waits

    @property
    def state(self) -> EngineNews:
        """How the engine stood when last heard of."""
        return self._state

    @property
    def started(self) -> bool:
        """True once something was asked of the engine."""
        return bool(self._threads)

    def call(
        self,
        work: Callable[[Client], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[RushesError], None] | None = None,
        lane: Lane = "talk",
    ) -> None:
        """Do `work` in the background. `done` or `failed` is called on the main thread when events are taken."""
        self.start()
        self._lanes[lane].put(_Command(work, done, failed))

    def aside(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[RushesError], None] | None = None,
    ) -> None:
        """Do `work` that needs no engine (small files) in a thread of its own; `done` and `failed` as with `call`."""
        if self._stop.is_set():
            return
        self._asides = [t for t in self._asides if t.is_alive()]
        thread = threading.Thread(target=lambda: self._answer(work, done, failed), name="rushes-aside", daemon=True)
        self._asides.append(thread)
        thread.start()

    def start(self) -> None:
        """Start the threads, and with them the engine when `connect` does so. Doing it twice is fine."""
        if self._threads or self._stop.is_set():
            return
        jobs: list[tuple[str, Callable[[], None]]] = [
            ("talk", lambda: self._run("talk")),
            ("slow", lambda: self._run("slow")),
            ("watch", self._watch),
        ]
        for name, target in jobs:
            thread = threading.Thread(target=target, name=f"rushes-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def take(self) -> Event | None:
        """The next event, or None. While nobody takes them (a long render) only the newest of each kind is kept."""
        if self._answers:
            return self._answers.popleft()
        with self._lock:
            key = next(iter(self._latest), None)
            return None if key is None else self._latest.pop(key)

    def forget_client(self) -> None:
        """Connect anew with the next command: the settings have changed."""
        self._client = None
        self.watch.wake()

    def close(self, wait: float = 2.0) -> bool:
        """End the threads; True when all ended within `wait` seconds. Jobs and the engine go on."""
        self._stop.set()
        self.watch.wake()
        for lane in self._lanes.values():
            lane.put(None)
        end = time.monotonic() + wait
        threads = [*self._threads, *self._asides]
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._threads.clear()
        self._asides.clear()
        return not any(t.is_alive() for t in threads)

    # -- within the threads

    def _run(self, lane: Lane) -> None:
        commands = self._lanes[lane]
        while True:
            command = commands.get()
            if command is None or self._stop.is_set():
                return
            work = command.work
            self._answer(lambda work=work: work(self._ready()), command.done, command.failed)

    def _answer(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[RushesError], None] | None,
    ) -> None:
        try:
            value = work()
        except RushesError as exc:
            self._say(Answer(done, failed, error=exc))
        except Exception as exc:  # noqa: BLE001  (the thread's edge: a bug must be told, not end the thread)
            self._say(Answer(done, failed, error=_bug(exc)))
        else:
            self._say(Answer(done, failed, value=value))

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                events = self.watch.look(self._ready())
                self._news(EngineNews("running"))
            except RushesError as exc:
                events = ()
                self._trouble(exc)
            except Exception as exc:  # noqa: BLE001  (as above)
                events = ()
                self._news(EngineNews("lost", _bug(exc).message, _bug(exc).hint))
                self.watch.slow_down()
            for event in events:
                self._say(event)
            self.watch.pause()

    def _ready(self) -> Client:
        with self._connecting:
            if self._client is None:
                if self._state.state == "off":
                    self._news(EngineNews("starting", "The engine is starting."))
                try:
                    self._client = self._connect()
                except RushesError as exc:
                    self._trouble(exc)
                    raise
            return self._client

    def _trouble(self, exc: RushesError) -> None:
        missing = exc.code in ("engine.python", "engine.not_installed")
        if exc.code.startswith("engine") or missing:
            self._news(EngineNews("missing" if missing else "lost", exc.message, exc.hint))
        self.watch.slow_down()

    def _news(self, news: EngineNews) -> None:
        if news != self._state:
            self._state = news
            self._say(news)

    def _say(self, event: Event) -> None:
        if isinstance(event, Answer):
            self._answers.append(event)
            return
        with self._lock:
            self._latest[_kind(event)] = event


def _bug(exc: Exception) -> RushesError:
    _log.error("Unexpected in the background", exc_info=exc)
    return RushesError(
        f"Something unexpected happened in the background ({type(exc).__name__}: {exc}).",
        code="addon.bug",
        hint="Nothing on disk was changed by it. The console shows where; please report it.",
    )


def _kind(event: EngineNews | WatchEvent) -> str:
    """News of one kind replaces older news of it."""
    if isinstance(event, JobNews):
        return f"job {event.job.id}"
    if isinstance(event, PreviewNews):
        return f"preview {event.job}"
    return type(event).__name__


@dataclass(frozen=True)
class _Command:
    work: Callable[[Client], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[RushesError], None] | None
