"""Shoots one take in a process of its own and says how much memory that took at most.

Run as `python -m rushes.jobs.memory_probe REQUEST.json RESULT.json`; `bench.memory` does. The request may
name doubles ("module:Class") for the generator and for the door to Blender.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rushes.contracts import ShootRequest, decode, encode
from rushes.jobs.registry import Services

__all__ = ["ProbeRequest", "ProbeResult", "SilentContext", "main", "peak_mb"]


@dataclass(frozen=True)
class ProbeRequest:
    """What to shoot, and with what."""

    shoot: ShootRequest
    home: str
    blender: str | None = None
    doubles: dict[str, str] = field(default_factory=dict)
    """"door" or a generator's id → "module:Class"; empty: the real ones."""


@dataclass(frozen=True)
class ProbeResult:
    """What it took."""

    frames: int
    seconds: float
    peak_mb: float
    """Of the process that generates, finishes and encodes, MiB."""
    children_mb: float
    """Of its biggest child (Blender), MiB; 0 where the system does not say."""


class SilentContext:
    """A job context for measurements: nobody listens and nobody cancels."""

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """Nobody listens."""

    def note(self, text: str) -> None:
        """Nobody listens."""

    def preview(self, png: bytes) -> None:
        """Nobody looks."""

    def should_stop(self) -> bool:
        """Never."""
        return False

    def check(self) -> None:
        """Never raises."""


def peak_mb() -> tuple[float, float]:
    """(this process, its biggest child that has ended), MiB."""
    import resource

    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    status = Path("/proc/self/status")
    if status.exists():
        # Linux lets ru_maxrss start at the size of the process that forked us; VmHWM is our own.
        rows = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        own = float(rows["VmHWM"].split()[0]) / 1024
    return own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit


def _services(request: ProbeRequest) -> Services:
    from rushes.generators.registry import Registry

    services = Services(home=Path(request.home), blender=request.blender)
    for name, target in request.doubles.items():
        module, _, cls = target.partition(":")
        made: Any = getattr(importlib.import_module(module), cls)
        if name == "door":
            services.door = made()
        else:
            services.registry = Registry({name: made})
    return services


def main(arguments: list[str]) -> None:
    """Read the request, shoot, write the result."""
    from rushes.jobs.shoot import run

    source, target = (Path(a) for a in arguments)
    request = decode(ProbeRequest, json.loads(source.read_text(encoding="utf-8")))
    start = time.perf_counter()
    made = run(encode(request.shoot), SilentContext(), _services(request))
    own, children = peak_mb()
    result = ProbeResult(int(made["frames"]), time.perf_counter() - start, own, children)
    target.write_text(json.dumps(encode(result)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
