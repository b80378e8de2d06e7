"""The engine's settings: command line and environment, in one frozen value."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rushes.client.home import EngineHome, rushes_home

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """How one engine runs."""

    home: Path
    """Data folder; one engine a folder."""
    workers: int = 0
    """Worker processes; 0: one for each GPU, or one."""
    port: int = 0
    """0: any free one."""
    doubles: bool = False
    """Also offer the test doubles of `rushes.testing`."""
    blender: str | None = None
    """Blender executable for jobs; None: it is looked for."""
    idle_exit: float = 1800.0
    """Seconds without a job and without a request after which the engine ends; 0: never."""
    cancel_grace: float = 10.0
    """Seconds that a cancelled job gets to stop by itself before its worker is killed."""
    max_body: int = 8 * 1024 * 1024
    """Largest request body, bytes."""
    gpus: tuple[str, ...] = ()
    """GPUs to use, by number; empty: all."""
    restart_delay: float = 0.2
    """First wait before a lost worker is started again, seconds; doubles up to 30."""

    @property
    def files(self) -> EngineHome:
        """Where things are."""
        return EngineHome(self.home)

    @classmethod
    def parse(cls, arguments: Sequence[str] | None = None) -> Settings:
        """From the command line of `python -m rushes.engine`."""
        p = argparse.ArgumentParser(prog="rushes.engine", description="The Rushes engine (loopback only).")
        p.add_argument("--home", type=Path, default=None, help="data folder (default: RUSHES_HOME or the platform's)")
        p.add_argument("--workers", type=int, default=0, help="worker processes (default: one a GPU, else one)")
        p.add_argument("--port", type=int, default=0, help="TCP port (default: any free one)")
        p.add_argument("--blender", default=None, help="Blender executable")
        p.add_argument("--devices", default="", help="GPUs to use, as 0,1 (default: all)")
        p.add_argument("--idle-exit", type=float, default=cls.idle_exit, help="seconds idle before it ends; 0: never")
        p.add_argument("--cancel-grace", type=float, default=cls.cancel_grace, help="seconds before a cancel kills")
        p.add_argument("--doubles", action="store_true", help="offer the test doubles too")
        a = p.parse_args(arguments)
        return cls(
            home=(a.home or rushes_home()).absolute(),
            workers=max(0, a.workers),
            port=a.port,
            doubles=a.doubles,
            blender=a.blender,
            gpus=tuple(name.strip() for name in a.devices.split(",") if name.strip()),
            idle_exit=a.idle_exit,
            cancel_grace=a.cancel_grace,
        )

    def devices(self) -> tuple[str | None, ...]:
        """CUDA_VISIBLE_DEVICES of each worker; None leaves it as it is. Asks the driver, not torch."""
        gpus = self.gpus or _gpus()
        count = self.workers or max(1, len(gpus))
        return tuple(gpus[i % len(gpus)] if gpus else None for i in range(count))


def _gpus() -> tuple[str, ...]:
    """Names for CUDA_VISIBLE_DEVICES, one a GPU; empty when there is at most one to choose from."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    if given is not None:
        return tuple(name for name in given.split(",") if name.strip())
    if sys.platform != "linux":
        return ()
    folder = Path("/proc/driver/nvidia/gpus")
    count = len(list(folder.iterdir())) if folder.is_dir() else 0
    return tuple(str(i) for i in range(count)) if count > 1 else ()
