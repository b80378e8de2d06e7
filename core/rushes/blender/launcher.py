"""Finds a Blender and runs one of our modules in its interpreter, in a process of its own.

The child's standard output belongs to Blender's own talk and goes to a log; what the child has
to say travels as JSON lines through an events file. The child's standard input is a pipe that
closes when the parent dies, and the child then ends itself.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rushes.contracts import JobContext
from rushes.errors import BlenderError, RushesError, disk_full_as_error, from_dict

__all__ = ["MINIMUM_VERSION", "BlenderCommand", "find_blender", "repository_blenders", "run_inside"]

_log = logging.getLogger("rushes.blender")

MINIMUM_VERSION = (4, 2)
_ENTRY = Path(__file__).resolve().parent / "inside" / "entry.py"
_POLL_SECONDS = 0.05
_LOG_LINES = 25
_FIRST_ENVIRONMENT = "bpy50"  # every checkout has it; the newer ones are there to test the add-on

Event = dict[str, Any]


@dataclass(frozen=True)
class BlenderCommand:
    """How to start Blender's interpreter."""

    path: str
    """The `blender` executable, or the Python that has the bpy package."""
    kind: Literal["executable", "python"]

    def argv(self, *arguments: str) -> list[str]:
        """Command line that runs our entry script with `arguments`."""
        if self.kind == "python":
            return [self.path, str(_ENTRY), "--", *arguments]
        quiet = ["--background", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1"]
        return [self.path, *quiet, "--python", str(_ENTRY), "--", *arguments]


def find_blender(preferred: str | None = None, *, configured: str | None = None) -> BlenderCommand:
    """The Blender to use: given, then $RUSHES_BLENDER, then configured, then `blender` on the PATH
    (when it is new enough), then the bpy environment ($RUSHES_BPY_PYTHON or the repository's own).

    Raises BlenderError `blender.missing` when a named one does not exist or none is found.
    """
    for source, path in (
        ("given", preferred),
        ("RUSHES_BLENDER", os.environ.get("RUSHES_BLENDER")),
        ("set", configured),
    ):
        if path:
            return _named(path, source)
    on_path = shutil.which("blender")
    if on_path and _executable_version(on_path) >= MINIMUM_VERSION:
        return BlenderCommand(on_path, "executable")
    own = os.environ.get("RUSHES_BPY_PYTHON")
    if own:
        return _named(own, "RUSHES_BPY_PYTHON")
    for python in _repository_pythons():
        return BlenderCommand(str(python), "python")
    raise BlenderError(
        "No Blender was found.",
        code="blender.missing",
        hint="Install Blender 4.2 or newer, or name yours: set RUSHES_BLENDER to its path, or run `make setup`.",
    )


def _named(path: str, source: str) -> BlenderCommand:
    found = shutil.which(path)
    if found is None:
        raise BlenderError(
            f"There is no Blender at {path!r} ({source}).",
            code="blender.missing",
            hint="Give the path of the Blender program itself, or leave it out to use the one Rushes finds.",
        )
    kind = "python" if Path(found).name.lower().startswith("python") else "executable"
    return BlenderCommand(found, kind)


def repository_blenders() -> dict[str, BlenderCommand]:
    """The checkout's own bpy environments by version ("4.2"), the oldest first; none in an installed engine."""
    found = {p.parents[1].name.removeprefix("bpy"): p for p in _repository_pythons()}
    return {f"{n[0]}.{n[1:]}": BlenderCommand(str(p), "python") for n, p in sorted(found.items()) if n.isdigit()}


def _repository_pythons() -> Iterator[Path]:
    folder = Path(__file__).resolve().parents[3] / ".venvs"
    for environment in sorted(folder.glob("bpy*"), key=lambda e: (e.name == _FIRST_ENVIRONMENT, e.name), reverse=True):
        for python in (environment / "bin" / "python", environment / "Scripts" / "python.exe"):
            if python.exists():
                yield python


@functools.lru_cache(maxsize=8)
def _executable_version(path: str) -> tuple[int, int]:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    match = re.search(r"Blender (\d+)\.(\d+)", done.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def run_inside(
    module: str,
    request: Mapping[str, Any],
    *,
    blender: BlenderCommand | str | None,
    context: JobContext,
    on_event: Callable[[Event], None] | None = None,
) -> dict[str, Any]:
    """Run `module.run(request, channel)` in Blender's interpreter and return its answer.

    `request` and the answer are plain JSON data. Events of the kinds "progress" and "note" go to
    `context`, all others to `on_event`. A cancel kills the child at once (JobCancelled). The child's
    own RushesError comes back as it was; a child that dies raises BlenderError `blender.crashed`
    with the last lines of its log in `details["log"]`.
    """
    command = blender if isinstance(blender, BlenderCommand) else find_blender(blender)
    with tempfile.TemporaryDirectory(prefix="rushes-blender-") as name:
        folder = Path(name)
        events = folder / "events.jsonl"
        with disk_full_as_error(folder):
            (folder / "request.json").write_text(json.dumps(dict(request)), encoding="utf-8")
            events.touch()
        argv = command.argv(module, str(folder / "request.json"), str(events))
        with _child(argv, folder, command) as child:
            return _listen(child, events, folder / "log.txt", context, on_event)


@contextmanager
def _child(argv: list[str], folder: Path, command: BlenderCommand) -> Generator[subprocess.Popen[bytes]]:
    with open(folder / "log.txt", "wb") as log:
        try:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,
            )
        except OSError as exc:
            raise BlenderError(
                f"Blender could not be started: {command.path} ({exc.strerror}).",
                code="blender.start",
                hint="Check that this file is a working Blender, or let Rushes use its own.",
            ) from exc
    try:
        yield child
    finally:
        _end(child)


def _environment(folder: Path) -> dict[str, str]:
    """The user's settings, add-ons and recent files stay out of it; so does the engine's own Python."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV")
    kept = {k: v for k, v in os.environ.items() if k not in hidden}
    return {**kept, "BLENDER_USER_RESOURCES": str(folder / "user"), "PYTHONDONTWRITEBYTECODE": "1"}


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        try:
            if sys.platform == "win32":
                child.kill()
            else:
                os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
    if child.stdin is not None:
        child.stdin.close()


def _listen(
    child: subprocess.Popen[bytes],
    events: Path,
    log: Path,
    context: JobContext,
    on_event: Callable[[Event], None] | None,
) -> dict[str, Any]:
    """Follow the events file until the child has answered, failed or died."""
    result: dict[str, Any] | None = None
    with open(events, "rb") as stream:
        pending = b""
        while True:
            ended = child.poll() is not None  # asked before reading, so the last lines are never missed
            pending += stream.read()
            *lines, pending = pending.split(b"\n")
            for line in lines:
                event: Event = json.loads(line)
                if event["type"] == "error":
                    raise _child_error(event["error"], log)
                if event["type"] == "result":
                    result = event["data"]
                else:
                    _pass_on(event, context, on_event)
            context.check()
            if result is not None:
                return result
            if ended:
                raise _crashed(child.returncode, log)
            time.sleep(_POLL_SECONDS)


def _pass_on(event: Event, context: JobContext, on_event: Callable[[Event], None] | None) -> None:
    if event["type"] == "progress":
        context.progress(event["fraction"], event["stage"], event.get("message", ""))
    elif event["type"] == "note":
        context.note(event["text"])
    elif on_event is not None:
        on_event(event)


def _child_error(data: dict[str, Any], log: Path) -> RushesError:
    error = from_dict(data)
    if isinstance(error, BlenderError):
        error.details.setdefault("log", _last_lines(log))
    return error


def _last_lines(log: Path) -> list[str]:
    with open(log, "rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - 16384))
        return stream.read().decode("utf-8", "replace").splitlines()[-_LOG_LINES:]


def _crashed(code: int, log: Path) -> BlenderError:
    lines = _last_lines(log)
    _log.error("Blender ended with %s:\n%s", code, "\n".join(lines))
    if code < 0:
        name = signal.Signals(-code).name if -code in {s.value for s in signal.Signals} else str(-code)
        how = f"was ended by signal {name}"
    else:
        how = f"ended with code {code} and no answer"
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return BlenderError(
        f"Blender {how}; nothing was kept of this run." + (f" Its last words: {last}" if last else ""),
        code="blender.crashed",
        hint="Run it again; if it happens again, the scene may need more memory than there is, or a simpler "
        "modifier setup. The log's last lines are in the details.",
        details={"returncode": code, "log": lines},
    )
