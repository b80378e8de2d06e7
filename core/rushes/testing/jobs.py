"""TEST DOUBLES of use cases: they stand in for real jobs and make nothing an artist would want.

The engine offers them when it runs with `--doubles`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rushes.contracts import JobContext
from rushes.errors import SceneError
from rushes.jobs.registry import Entry, Services

__all__ = ["DOUBLES", "TINY_PNG", "crash", "echo", "fail", "noisy", "sleep", "stubborn", "write"]

TINY_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000020001"
    "48afa4710000000049454e44ae426082"
)
"""A 1×1 grey PNG."""


def echo(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """DOUBLE: gives its params back, with the number of jobs that this worker has echoed so far."""
    count = services.cache["echoed"] = services.cache.get("echoed", 0) + 1
    context.note("echo is a test double")
    return {"params": dict(params), "pid": os.getpid(), "count": count}


def sleep(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """DOUBLE: sleeps `seconds` in `steps` steps with progress, a preview and cooperative cancel."""
    seconds, steps = float(params.get("seconds", 1.0)), int(params.get("steps", 20))
    for step in range(steps):
        context.check()
        context.progress(step / steps, "sleep", f"step {step + 1} of {steps}")
        if step == steps // 2:
            context.preview(TINY_PNG)
        time.sleep(seconds / steps)
    return {"slept": seconds, "pid": os.getpid()}


def fail(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """DOUBLE: raises a SceneError for `how` "foreseen", what torch raises for "cuda", else a ValueError."""
    if params.get("how") == "foreseen":
        raise SceneError("The scene has no camera.", code="scene.no_camera", hint="Add one.")
    if params.get("how") == "cuda":
        raise RuntimeError("CUDA error: device-side assert triggered (double)")
    raise ValueError("a double that breaks")


def crash(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """DOUBLE: kills its own process with kill -9 as long as fewer than `times` crashes are counted in `tally`."""
    tally = Path(params["tally"])
    crashes = tally.stat().st_size if tally.exists() else 0
    if crashes < int(params.get("times", 1)):
        with tally.open("ab") as out:
            out.write(b"x")
        if sys.platform == "win32":
            os._exit(9)
        os.kill(os.getpid(), signal.SIGKILL)
    return {"crashes": crashes}


def noisy(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """DOUBLE of a library that prints, in Python and in C, in the middle of a job."""
    sys.stdout.write('{"event": "end", "job": "not mine", "state": "done", "result": {}}\n')
    sys.stdout.flush()
    os.write(1, b"progress: 100% and no newline")
    return {"heard": True}


def stubborn(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """DOUBLE: never looks whether it should stop."""
    context.progress(0.1, "stubborn")
    time.sleep(float(params.get("seconds", 60.0)))
    return {}


def write(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """DOUBLE of a take: writes `lines` lines to `file` slowly, beside its name, and renames it when it is whole."""
    target, lines = Path(params["file"]), int(params.get("lines", 20))
    if target.exists():  # a former try got that far
        return {"file": str(target), "lines": lines, "again": True}
    beside = target.with_name(target.name + ".new")
    with beside.open("w", encoding="ascii") as out:
        for line in range(lines):
            context.check()
            context.progress(line / lines, "write")
            out.write(f"line {line} of {lines}\n")
            out.flush()
            time.sleep(float(params.get("pause", 0.01)))
    os.replace(beside, target)
    return {"file": str(target), "lines": lines, "again": False}


DOUBLES: Mapping[str, Entry] = MappingProxyType(
    {
        f"double.{name}": Entry(f"rushes.testing.jobs:{name}")
        for name in ("echo", "sleep", "fail", "crash", "noisy", "stubborn", "write")
    }
)
"""Names under which the engine offers them."""
