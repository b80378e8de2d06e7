"""The live look: a view restyled as fast as it changes. The newest wish wins; what is stale is never begun.

Two kinds of threads share what is wanted. One has Blender render the view whenever camera, frame or light changed;
painters take the newest passes with the newest brief and seeds. So a change of brief or seed shows without Blender, and
the next view is rendered while the last one is painted.
"""

from __future__ import annotations

import os
import threading
import time
from collections import abc
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from rushes.contracts import (
    Brief,
    CameraFrame,
    JobContext,
    LookPicture,
    LookRequest,
    LookUpdate,
    Shot,
    Size,
    Vec3,
)
from rushes.contracts.negotiate import legal_steps, negotiate
from rushes.errors import BlenderError, JobCancelled, RushesError, SceneError
from rushes.generators.protocol import GenerateRequest, Generator
from rushes.media.conditioning import ShotInputs
from rushes.media.pictures import Bytes, to_uint8
from rushes.models.placement import thread_count
from rushes.passes.view import OpenScene, ViewAsk

__all__ = ["LANES", "Look", "LookEvents", "ViewDoor", "share_threads"]

LANES = 2
"""Pictures painted at the same time: two on a core each come quicker than one on two cores."""

_STAT_EVERY = 0.5
"""Seconds between two looks at the .blend's time stamp."""
_PATIENCE = 3
"""Deaths of Blender in a row, without a picture between them, after which the look ends."""


@contextmanager
def share_threads() -> abc.Generator[int, None, None]:
    """How many painters to use here; inside the block each generator takes its share of the processor."""
    threads = thread_count()
    painters = min(LANES, threads)
    before = os.environ.get("RUSHES_THREADS")
    os.environ["RUSHES_THREADS"] = str(max(1, threads // painters))
    try:
        yield painters
    finally:
        if before is None:
            del os.environ["RUSHES_THREADS"]
        else:
            os.environ["RUSHES_THREADS"] = before


class ViewDoor(Protocol):
    """How views are rendered: `passes.view.BlenderView`, or a double."""

    def open(self, blend: Path, context: JobContext) -> OpenScene:
        """Open a scene, or open it again."""
        ...

    def render(self, ask: ViewAsk) -> ShotInputs:
        """The passes of a view."""
        ...

    def close(self) -> None:
        """End it; from any thread."""
        ...


class LookEvents(Protocol):
    """Who hears of a look; called from its threads, one call at a time."""

    def opened(self, scene: OpenScene, frames: tuple[int, int]) -> None:
        """The scene is open; `frames` are those of the camera's shot."""
        ...

    def picture(self, about: LookPicture, picture: Bytes) -> None:
        """A new picture, newer than all before."""
        ...

    def message(self, text: str) -> None:
        """What is wrong now, empty when it is well again."""
        ...

    def note(self, text: str) -> None:
        """Something the artist should know."""
        ...

    def restarted(self) -> None:
        """Blender was lost and is started again."""
        ...

    def ended(self, error: RushesError | None) -> None:
        """The last call. None: in order."""
        ...


@dataclass(frozen=True)
class _Wish:
    """What is wanted now."""

    camera: str | None
    frame: int | None
    view: CameraFrame | None
    brief: Mapping[str, str]
    seed: int
    object_seeds: Mapping[str, int]
    update: int = 0

    def changed(self, update: LookUpdate, number: int) -> _Wish:
        """With what an update says."""
        view, camera, frame = self.view, self.camera, self.frame
        if update.view is not None:
            view, frame = update.view, update.view.frame
        if update.camera is not None:
            view, camera = None, update.camera
        if update.frame is not None:
            frame = update.frame
            view = None if view is None else replace(view, frame=frame)
        return _Wish(
            camera,
            frame,
            view,
            self.brief if update.brief is None else dict(update.brief),
            self.seed if update.seed is None else update.seed,
            self.object_seeds if update.object_seeds is None else dict(update.object_seeds),
            number,
        )

    @property
    def look(self) -> tuple[Any, ...]:
        """What needs new paint, but no new passes."""
        return (tuple(sorted(self.brief.items())), self.seed, tuple(sorted(self.object_seeds.items())))


@dataclass(frozen=True)
class _Seen:
    """Passes of a view, and what they were made for."""

    ask: ViewAsk
    inputs: ShotInputs
    brief: Brief
    """The shot's own."""
    update: int
    seconds: float
    key: int


@dataclass
class _Shared:
    """What the threads share, under `lock`."""

    wish: _Wish
    lock: threading.Condition = field(default_factory=threading.Condition)
    reload: bool = False
    stop: bool = False
    seen: _Seen | None = None
    taken: tuple[Any, ...] | None = None
    """What the last painter took."""
    begun: int = 0
    shown: int = 0
    sent: int = 0
    """Updates so far."""


class Look:
    """A live look at one scene. `start` returns at once; `update` and `close` may be called from any thread."""

    def __init__(
        self, request: LookRequest, generator: Generator, door: ViewDoor, events: LookEvents, *, painters: int = 2
    ) -> None:
        """`painters`: pictures painted at the same time."""
        self._request = request
        self._generator = generator
        self._door = door
        self._events = events
        self._telling = threading.Lock()
        self._loading = threading.Lock()
        start = _Wish(
            request.camera, request.frame, request.view, dict(request.brief), request.seed, dict(request.object_seeds)
        )
        self._shared = _Shared(start)
        self._scene: OpenScene | None = None
        self._ended = False
        self._troubled = False
        names = ["rushes-view", *(f"rushes-painter-{i}" for i in range(painters))]
        work = [self._view, *([self._paint] * painters)]
        self._threads = [
            threading.Thread(target=self._guarded, args=(w,), name=n, daemon=True)
            for n, w in zip(names, work, strict=True)
        ]

    def start(self) -> None:
        """Begin; the first picture comes when Blender and the model are up."""
        for thread in self._threads:
            thread.start()

    def update(self, update: LookUpdate) -> int:
        """Take a wish; its number. It takes effect with the next picture that is begun."""
        Brief().merged(update.brief or {})
        shared = self._shared
        with shared.lock:
            shared.sent += 1
            shared.wish = shared.wish.changed(update, shared.sent)
            shared.reload = shared.reload or update.reload
            shared.lock.notify_all()
            return shared.sent

    def close(self) -> None:
        """End it; waits for the threads, unless called from one of them."""
        self._end(None)
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(15.0)

    # Within

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except JobCancelled:
            self._end(None)
        except RushesError as exc:
            self._end(exc)

    def _end(self, error: RushesError | None) -> None:
        with self._shared.lock:
            first, self._ended = not self._ended, True
            self._shared.stop = True
            self._shared.lock.notify_all()
        if first:
            self._door.close()
            self._tell(lambda: self._events.ended(error))

    def _tell(self, say: Callable[[], None]) -> None:
        with self._telling:
            say()

    def _trouble(self, text: str) -> None:
        if text or self._troubled:
            self._troubled = bool(text)
            self._tell(lambda: self._events.message(text))

    # The view

    def _view(self) -> None:
        shared, deaths, key = self._shared, 0, 0
        stamp, shut, last = self._open(), False, None
        while True:
            with shared.lock:
                shared.lock.wait_for(partial(self._stale, last), _STAT_EVERY)
                if shared.stop:
                    return
                wish, again = shared.wish, shared.reload
                shared.reload = False
            try:
                now = _stamp(Path(self._request.blend))
                if shut or again or now not in (None, stamp):
                    stamp, shut, last = now, True, None
                    self._open()
                    shut = False
                ask, brief = self._ask(wish)
                if ask == last or not self._stale(last):
                    continue
                clock = time.perf_counter()
                inputs = self._door.render(ask)
                key += 1
                self._see(_Seen(ask, inputs, brief, wish.update, time.perf_counter() - clock, key))
                last, deaths = ask, 0
                self._trouble("")
            except BlenderError as exc:
                deaths += 1
                if shared.stop or deaths > _PATIENCE:
                    raise
                shut, last = True, None
                self._tell(self._events.restarted)
                self._trouble(f"{exc.message} It is started again.")
            except RushesError as exc:
                if isinstance(exc, JobCancelled):
                    raise
                self._trouble(f"{exc.message} {exc.hint or ''}".strip())
                last = self._wait_for_another(wish, stamp)

    def _stale(self, last: ViewAsk | None) -> bool:
        """Whether there may be something to do. Called under the lock."""
        shared = self._shared
        if shared.stop or shared.reload or last is None:
            return True
        if shared.seen is not None and (shared.taken is None or shared.taken[0] != shared.seen.key):
            return False  # the last view still waits for a painter; a newer one would only take its time away
        return not self._fulfils(last, shared.wish)

    def _fulfils(self, ask: ViewAsk, wish: _Wish) -> bool:
        try:
            return self._ask(wish)[0] == ask
        except RushesError:
            return False

    def _see(self, seen: _Seen) -> None:
        with self._shared.lock:
            self._shared.seen = seen
            self._shared.lock.notify_all()

    def _wait_for_another(self, wish: _Wish, stamp: int | None) -> None:
        """After a wish that cannot be fulfilled: wait until there is another one, or another file."""
        shared = self._shared
        with shared.lock:
            while not (shared.stop or shared.reload or shared.wish is not wish):
                shared.lock.wait(_STAT_EVERY)
                if _stamp(Path(self._request.blend)) != stamp:
                    return

    def _open(self) -> int | None:
        """Open the scene; the stamp of the file before that."""
        blend = Path(self._request.blend)
        stamp = _stamp(blend)
        scene = self._door.open(blend, _Notes(self._events, self._tell))
        self._scene = scene
        with self._shared.lock:
            wish = self._shared.wish
        shot = self._shot(wish, scene)
        frames = scene.frames if shot is None else (shot.range.start, shot.range.end)
        self._tell(lambda: self._events.opened(scene, frames))
        return stamp

    def _shot(self, wish: _Wish, scene: OpenScene) -> Shot | None:
        """The shot of the camera looked through: the one that holds the frame, else its first."""
        name = wish.camera or scene.camera
        named = [s for s in scene.info.shots if s.camera == name] if name else list(scene.info.shots)
        inside = [s for s in named if wish.frame is not None and wish.frame in s.range.frames]
        first = inside or named or list(scene.info.shots)
        return first[0] if first else None

    def _ask(self, wish: _Wish) -> tuple[ViewAsk, Brief]:
        """The view that fulfils a wish, and the brief of its shot."""
        scene = self._scene
        assert scene is not None
        shot = self._shot(wish, scene)
        camera = "" if wish.view is not None else wish.camera or scene.camera or (shot.camera if shot else "")
        if wish.view is None and camera not in scene.info.cameras:
            raise SceneError(
                f"There is no camera {camera!r} in the scene." if camera else "The scene has no camera.",
                code="scene.camera",
                hint="Cameras are: " + (", ".join(scene.info.cameras) or "none") + ".",
            )
        own = shot.brief if shot is not None else Brief()
        brief = own.merged(wish.brief)
        frame = wish.frame if wish.frame is not None else shot.range.start if shot is not None else scene.frames[0]
        sun = self._sun(scene, shot, wish, camera, brief)
        return ViewAsk(camera, frame, self._size(scene), wish.view, sun), own

    def _sun(self, scene: OpenScene, shot: Shot | None, wish: _Wish, camera: str, brief: Brief) -> Vec3 | None:
        """As a take would have it: the scene's sun, else the generator's for this brief, which does not turn while
        the camera moves."""
        if scene.info.sun is not None and self._request.use_scene_sun:
            return scene.info.sun.direction
        stands = scene.info.camera_matrices
        matrix = shot.camera_matrix if shot is not None and camera in ("", shot.camera) else stands.get(camera)
        if matrix is None:
            matrix = wish.view.matrix_world if wish.view is not None else next(iter(stands.values()), None)
        return None if matrix is None else self._generator.sun_direction(brief, matrix)

    def _size(self, scene: OpenScene) -> Size:
        asked = self._request.size
        rules = self._generator.descriptor
        if asked is not None:
            return rules.sizes.legal(asked.aspect, asked)
        return negotiate(rules, scene.info.size, 1, scene.info.rate).model_size

    # The paint

    def _paint(self) -> None:
        with self._loading:
            self._generator.load()
        shared = self._shared
        while True:
            with shared.lock:
                shared.lock.wait_for(lambda: shared.stop or self._waiting() is not None)
                if shared.stop:
                    return
                seen, wish = shared.seen, shared.wish
                assert seen is not None
                shared.taken = (seen.key, wish.look)
                shared.lock.notify_all()
                shared.begun += 1
                number = shared.begun
            try:
                about, picture = self._painted(number, seen, wish)
            except RushesError as exc:
                if isinstance(exc, JobCancelled) or shared.stop:
                    raise
                self._trouble(f"{exc.message} {exc.hint or ''}".strip())
                continue
            with self._telling:
                if number > shared.shown and not self._ended:
                    shared.shown = number
                    self._events.picture(about, picture)

    def _waiting(self) -> _Seen | None:
        """Passes that were not yet painted as they are wanted now."""
        shared = self._shared
        if shared.seen is None or shared.taken == (shared.seen.key, shared.wish.look):
            return None
        return shared.seen

    def _painted(self, number: int, seen: _Seen, wish: _Wish) -> tuple[LookPicture, Bytes]:
        clock = time.perf_counter()
        brief = seen.brief.merged(wish.brief)
        rules = self._generator.descriptor
        ids = {o.name: o.id for o in seen.inputs.legend.objects}
        request = GenerateRequest(
            brief,
            wish.seed,
            seen.ask.size,
            rules.frames.legal(1),
            legal_steps(rules, None)[0],
            object_seeds={ids[name]: seed for name, seed in wish.object_seeds.items() if name in ids},
        )
        made = self._generator.generate(request, seen.inputs, _Notes(self._events, self._tell, self._stopped))
        picture = to_uint8(next(made))
        close = getattr(made, "close", None)
        if close is not None:
            close()
        reading = self._generator.read_brief(brief)
        about = LookPicture(
            number=number,
            frame=seen.ask.frame,
            camera=seen.ask.camera,
            seed=wish.seed,
            words=dict(reading.values),
            unknown=tuple(reading.unknown),
            seconds_passes=round(seen.seconds, 4),
            seconds_paint=round(time.perf_counter() - clock, 4),
            # Of an update that needs new passes the old ones show nothing yet.
            update=wish.update if self._fulfils(seen.ask, wish) else seen.update,
        )
        return about, picture

    def _stopped(self) -> bool:
        return self._shared.stop


class _Notes:
    """JobContext that passes notes on."""

    def __init__(
        self,
        events: LookEvents,
        tell: Callable[[Callable[[], None]], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._events = events
        self._tell = tell
        self._stopped = stopped

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """Pictures are too quick for progress."""

    def note(self, text: str) -> None:
        """See JobContext."""
        self._tell(lambda: self._events.note(text))

    def preview(self, png: bytes) -> None:
        """Pictures are their own preview."""

    def should_stop(self) -> bool:
        """See JobContext."""
        return self._stopped()

    def check(self) -> None:
        """See JobContext."""
        if self._stopped():
            raise JobCancelled("The look was closed.")


def _stamp(blend: Path) -> int | None:
    """When the file was saved; None while Blender replaces it."""
    try:
        return blend.stat().st_mtime_ns
    except OSError:
        return None
