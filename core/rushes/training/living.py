"""A Blender that stays alive and renders one training scene after the other."""

from __future__ import annotations

import json
import queue
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from rushes.blender.launcher import run_inside
from rushes.errors import BlenderError, JobCancelled, RushesError

__all__ = ["LivingBlender"]

_MODULE = "rushes.blender.inside.synth_serve"
_PLANS_A_BLENDER = 120
"""A Blender is started afresh after so many: what it leaks does not pile up."""

Answer = dict[str, Any]


class _Stop:
    """The launcher's job context; ends the child when `event` is set."""

    def __init__(self) -> None:
        self.event = threading.Event()

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def preview(self, png: bytes) -> None:
        pass

    def should_stop(self) -> bool:
        return self.event.is_set()

    def check(self) -> None:
        if self.event.is_set():
            raise JobCancelled("Rendering was stopped; finished scenes are kept.", code="job.cancelled")


class LivingBlender:
    """Starts at the first scene, is started again after a crash, and ends with the `with` block."""

    def __init__(self, blender: str | None = None, *, seconds: float = 180.0) -> None:
        """`blender`: which one, or the Python that has bpy; `seconds`: the longest a scene may take."""
        self._blender = blender
        self._seconds = seconds
        self._thread: threading.Thread | None = None
        self._answers: queue.Queue[Answer | RushesError] = queue.Queue()
        self._stop = _Stop()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._asked = 0

    def __enter__(self) -> LivingBlender:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def render(self, plan: dict[str, Any], target: Path, *, compress: bool = True) -> float:
        """Render a plan into `target`; returns the seconds it took.

        Raises:
            BlenderError: the scene failed, took too long, or Blender died; the next call starts another.
        """
        if self._asked >= _PLANS_A_BLENDER:
            self.close()
        if self._folder is None:
            self._start()
        self._ask({"plan": plan, "file": str(target.resolve()), "compress": compress})
        try:
            answer = self._answers.get(timeout=self._seconds)
        except queue.Empty:
            self.close()
            raise BlenderError(
                f"Scene {plan['seed']} took longer than {self._seconds:g} s; its Blender was ended.",
                code="blender.slow",
                hint="The scene is tried once more; others go on.",
            ) from None
        if isinstance(answer, RushesError):
            self.close()
            raise answer
        if answer["type"] == "failed":
            raise BlenderError(
                f"Scene {plan['seed']} could not be rendered: {answer['error']}",
                code="blender.failed",
                hint="The scene is tried once more; others go on.",
            )
        return float(answer["seconds"])

    def close(self) -> None:
        """End this Blender, at once."""
        self._stop.event.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rushes-feed-", ignore_cleanup_errors=True)
        self._stop, self._answers, self._asked = _Stop(), queue.Queue(), 0
        self._thread = threading.Thread(
            target=self._follow, args=(self._folder.name, self._stop, self._answers), daemon=True
        )
        self._thread.start()

    def _follow(self, feed: str, stop: _Stop, answers: queue.Queue[Answer | RushesError]) -> None:
        try:
            run_inside(
                _MODULE, {"feed": feed, "out": "the scene"}, blender=self._blender, context=stop, on_event=answers.put
            )
        except RushesError as exc:
            answers.put(exc)
        except OSError as exc:
            answers.put(BlenderError(f"Blender could not be followed: {exc}", code="blender.crashed"))

    def _ask(self, request: dict[str, Any]) -> None:
        assert self._folder is not None
        path = Path(self._folder.name) / f"{self._asked}.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(request), "utf-8")
        part.replace(path)
        self._asked += 1
