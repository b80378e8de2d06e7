"""Live looks: one process each, started, fed, watched and ended by the engine.

Updates go to the process as they come; it decides which are stale. A session ends when its client asks for it or has
not been heard for the time it gave. A process that dies is started again with what was wanted last.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import rushes
from rushes.contracts import LookPicture, LookRequest, LookStatus, LookUpdate, decode, encode
from rushes.engine.settings import Settings
from rushes.errors import EngineUnreachable, InputError, RushesError, WorkerLost, from_dict

__all__ = ["Looks"]

log = logging.getLogger(__name__)

_MOST = 4
"""Sessions at a time: each has a Blender and a model in memory."""
_LIVES = 3
"""Times a process may be lost without having shown a picture."""
_KEPT = 60.0
"""Seconds that the last word about an ended session can be asked for."""


class Looks:
    """All sessions of an engine."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sessions: dict[str, _Session] = {}

    def knows(self, look_id: str) -> bool:
        """Whether there is such a session; ids cannot be guessed."""
        return look_id in self._sessions

    @property
    def busy(self) -> bool:
        """Whether a session lives."""
        return any(not s.ended for s in self._sessions.values())

    def start(self, request: LookRequest) -> LookStatus:
        """Start a session. InputError `look.blend`, `look.many`."""
        if not Path(request.blend).is_absolute() or not Path(request.blend).is_file():
            raise InputError(
                f"There is no file {request.blend}.", code="look.blend", hint="Save the scene, and give its whole path."
            )
        if sum(not s.ended for s in self._sessions.values()) >= _MOST:
            raise InputError(
                f"{_MOST} looks are open already.", code="look.many", hint="Close one; each holds a Blender in memory."
            )
        session = _Session(secrets.token_urlsafe(18), request, self._settings)
        self._sessions[session.id] = session
        session.begin()
        return session.status

    def list(self) -> list[LookStatus]:
        """Sessions that live."""
        return [s.status for s in self._sessions.values() if not s.ended]

    def get(self, look_id: str) -> _Session:
        """The session; InputError `look.unknown`. Counts as a word from its client."""
        session = self._sessions.get(look_id)
        if session is None:
            raise InputError(
                "There is no such look; it may have ended.", code="look.unknown", hint="Start it again: rushes look."
            )
        session.heard = time.monotonic()
        return session

    async def keep(self) -> None:
        """End what nobody watches, forget what has ended. Called now and then."""
        now = time.monotonic()
        for session in list(self._sessions.values()):
            if session.ended:
                if now - session.heard > _KEPT:
                    del self._sessions[session.id]
            elif now - session.heard > session.status.request.idle:
                log.info("nobody looks at %s any more", session.status.request.blend)
                await session.stop()

    async def close(self) -> None:
        """End all sessions."""
        await asyncio.gather(*(s.stop() for s in self._sessions.values()))


class _Session:
    """One look."""

    def __init__(self, look_id: str, request: LookRequest, settings: Settings) -> None:
        self.id = look_id
        self.status = LookStatus(look_id, request, "starting", 1, message="Blender and the model are starting.")
        self.heard = time.monotonic()
        self._settings = settings
        self._folder = settings.files.folder / "looks" / look_id
        self._log = settings.files.worker_logs / "look.log"
        self._wanted = LookUpdate()
        """All updates so far in one, for a process that is started again."""
        self._file: Path | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def ended(self) -> bool:
        """Whether it shows no more pictures."""
        return self.status.state == "ended"

    def begin(self) -> None:
        """Start the process; returns at once."""
        self._task = asyncio.create_task(self._live(), name=f"look-{self.id}")

    async def update(self, update: LookUpdate) -> LookStatus:
        """Pass a wish on. InputError `look.ended`."""
        if self.ended:
            raise InputError("This look has ended.", code="look.ended", hint="Start it again.")
        given = {k: v for k, v in encode(update).items() if v is not None}
        if update.camera is not None:
            self._wanted = replace(self._wanted, view=None)
        self._wanted = decode(LookUpdate, {**encode(self._wanted), **given, "reload": False})
        self._set(updates=self.status.updates + 1)
        await self._send(op="update", update=encode(update))
        return self.status

    async def news(self, after: int, wait: float) -> LookStatus:
        """The status, as soon as its sequence is another one than `after`."""
        await self._until(lambda: self.status.sequence != after or self.ended, wait)
        return self.status

    async def picture(self, after: int, wait: float) -> tuple[LookPicture, bytes] | None:
        """The newest picture (PNG), as soon as there is one with another number than `after`; None: not in time."""
        await self._until(lambda: self._newer(after) or self.ended, wait)
        about, file = self.status.picture, self._file
        if about is None or file is None or about.number == after:
            return None
        try:
            return about, file.read_bytes()
        except OSError:
            return None  # the session has just ended and its folder with it

    async def stop(self) -> None:
        """End it; waits until the process is gone."""
        if self._stopping:
            return
        self._stopping = True
        await self._send(op="quit")
        if self._task is not None:
            # One that is starting cannot hear yet, and holds nothing that is worth waiting for.
            patience = 0.05 if self.status.state == "starting" else 3.0
            done, _ = await asyncio.wait({self._task}, timeout=patience)
            if not done and self._process is not None:
                _kill_group(self._process)
                await asyncio.wait({self._task}, timeout=5.0)

    # Within

    def _newer(self, after: int) -> bool:
        return self.status.picture is not None and self.status.picture.number != after

    async def _until(self, there: Any, wait: float) -> None:
        end = time.monotonic() + wait
        while not there():
            left = end - time.monotonic()
            if left <= 0:
                return
            changed = self._changed
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(changed.wait(), left)
            self.heard = time.monotonic()

    def _set(self, **changes: Any) -> None:
        self.status = replace(self.status, sequence=self.status.sequence + 1, **changes)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _live(self) -> None:
        lost = 0
        error: dict[str, Any] | None = None
        try:
            while True:
                shown = self.status.picture.number if self.status.picture is not None else 0
                over, error = await self._one_life(shown)
                if over or self._stopping:
                    break
                after = self.status.picture.number if self.status.picture is not None else 0
                lost = 1 if after > shown else lost + 1
                if lost >= _LIVES:
                    error = _lost(self._log).to_dict()
                    break
                text = "The look's process was lost and is started again."
                self._set(state="starting", restarts=self.status.restarts + 1, message=text)
        except OSError as exc:
            log.error("a look cannot be started: %s", exc)
            error = _lost(self._log).to_dict()
        finally:
            said = from_dict(error) if error is not None and not self._stopping else None
            self._set(
                state="ended",
                error=None if said is None else error,
                message="" if said is None else said.message,
            )
            self._file = None
            shutil.rmtree(self._folder, ignore_errors=True)

    async def _one_life(self, shown: int) -> tuple[bool, dict[str, Any] | None]:
        """(it ended in order, why)."""
        process = self._process = await self._spawn(shown)
        assert process.stdout is not None
        try:
            start = encode(replace(self.status.request, **_start(self.status.request, self._wanted)))
            await self._line(json.dumps(start))
            while line := await process.stdout.readline():
                if not line.endswith(b"\n"):
                    break
                said: dict[str, Any] = json.loads(line)
                if said["event"] == "end":
                    return True, said["error"]
                self._hear(said)
            return False, None
        finally:
            _kill_group(process)
            await process.wait()
            self._process = None

    def _hear(self, said: dict[str, Any]) -> None:
        event = said["event"]
        if event == "opened":
            self._set(
                cameras=tuple(said["cameras"]),
                frames=(int(said["frames"][0]), int(said["frames"][1])),
                rate=float(said["rate"]),
                objects=tuple(said["objects"]),
                vocabulary={name: tuple(words) for name, words in said["vocabulary"].items()},
            )
        elif event == "picture":
            self._file = self._folder / said["name"]
            fresh = self.status.state != "live"
            self._set(
                state="live",
                picture=decode(LookPicture, said["about"]),
                message="" if fresh else self.status.message,
            )
        elif event == "message":
            self._set(message=said["text"])
        elif event == "note" and said["text"] not in self.status.notes:
            self._set(notes=(*self.status.notes, said["text"])[-20:])
        elif event == "restarted":
            self._set(restarts=self.status.restarts + 1)

    async def _spawn(self, shown: int) -> asyncio.subprocess.Process:
        settings = self._settings
        self._folder.mkdir(parents=True, exist_ok=True)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "rushes.engine.look_worker", "--home", str(settings.home)]
        command += ["--folder", str(self._folder), "--parent", str(os.getpid()), "--first", str(shown)]
        if settings.blender:
            command += ["--blender", settings.blender]
        if settings.doubles:
            command.append("--doubles")
        env = dict(os.environ)
        root = str(Path(rushes.__file__).resolve().parent.parent)
        env["PYTHONPATH"] = os.pathsep.join([root, *filter(None, [env.get("PYTHONPATH")])])
        env["RUSHES_HOME"] = str(settings.home)
        with self._log.open("ab") as out:
            return await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=out,
                env=env,
                limit=8 * 1024 * 1024,
                start_new_session=True,  # a group of its own, so that its Blender can be ended with it
            )

    async def _send(self, **order: Any) -> None:
        await self._line(json.dumps(order))

    async def _line(self, text: str) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return  # it is started again with all that is wanted
        with contextlib.suppress(ConnectionError, RuntimeError):
            process.stdin.write(text.encode("utf-8") + b"\n")
            await process.stdin.drain()


def _start(request: LookRequest, wanted: LookUpdate) -> dict[str, Any]:
    """Fields of the request as the updates so far have changed them."""
    view = wanted.view if wanted.view is not None else None if wanted.camera is not None else request.view
    return {
        "camera": wanted.camera if wanted.camera is not None else request.camera,
        "view": view,
        "frame": wanted.frame if wanted.frame is not None else request.frame if view is None else view.frame,
        "brief": wanted.brief if wanted.brief is not None else request.brief,
        "seed": wanted.seed if wanted.seed is not None else request.seed,
        "object_seeds": wanted.object_seeds if wanted.object_seeds is not None else request.object_seeds,
    }


def _lost(log_file: Path) -> RushesError:
    return WorkerLost(
        "The live look stopped again and again before it showed a picture.",
        code="look.lost",
        hint=f"The reason is in {log_file}.",
    )


def _kill_group(process: asyncio.subprocess.Process) -> None:
    """End the process and its Blender."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def stopping() -> EngineUnreachable:
    """For requests that come while the engine ends."""
    return EngineUnreachable("The engine is stopping.", hint="Try again in a moment.")
