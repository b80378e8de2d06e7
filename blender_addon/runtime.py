"""The one Session of an enabled add-on: the bridge to the engine and what is known. Never saved, never undone."""

from __future__ import annotations

import time
from collections import deque

from rushes.client import Client

from .logic.bridge import Bridge
from .logic.known import Known
from .logic.watch import Wish

__all__ = ["Session", "session", "start", "stop"]


class Session:
    """Lives from enable to disable. All of it is for the main thread; the bridge has the other threads."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.known = Known()
        self.rendering = False
        """Between render_init and its end: the tick does nothing."""
        self.held_at = float("-inf")
        """When the engine was last asked to hold (monotonic), while Blender renders."""
        self.saving = False
        self.edits = 0
        """Grows with every change of the scene, so that a saved copy is known to be fresh."""
        self.stale_lists: set[str] = set()
        """Lists that are to be filled anew: shots, takes, jobs."""
        self.tick_times: deque[float] = deque(maxlen=5000)
        """Seconds the main thread spent in each tick that had something to do or not."""

    def drain(self, budget: float = 0.002) -> int:
        """Take in events for about `budget` seconds; how many were taken."""
        end = time.perf_counter() + budget
        count = 0
        while (event := self.bridge.take()) is not None:
            self.known.take_in(event)
            count += 1
            if time.perf_counter() > end:
                break
        return count

    def want(self, production: str, shots: tuple[str, ...]) -> None:
        """Watch this production and the takes of this shot."""
        if production != self.bridge.watch.wish.production:
            self.known.forget_production()
        self.bridge.watch.want(Wish(production, shots))
        if production:
            self.bridge.start()


_session: Session | None = None


def session() -> Session | None:
    """The session; None while the add-on is disabled."""
    return _session


def start(bridge: Bridge | None = None) -> Session:
    """Make the session; handlers and the timer are registered by `host.pulse`. Tests pass a bridge of their own."""
    global _session
    from .host import pulse

    _session = Session(bridge or Bridge(connect))
    pulse.start()
    return _session


def stop() -> None:
    """End the session: threads, handlers, timer."""
    global _session
    from .host import pulse

    pulse.stop()
    if _session is not None:
        _session.bridge.close()
    _session = None


def connect() -> Client:
    """A client as the preferences say. Runs in the background: it reads the plain copy that `prefs` keeps."""
    from .logic.engine_choice import chosen

    return chosen().connect()
