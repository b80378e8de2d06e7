"""Where models run: the device, its number format, and the settings that make runs repeatable.

Import this before diffusers or transformers: it closes their way to the network. torch itself is
imported inside the functions, so that looking at a placement stays cheap.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rushes.errors import DependencyError, ModelError

if TYPE_CHECKING:
    import torch

__all__ = ["DEVICES", "Placement", "choose", "deterministic", "go_offline", "mixed", "thread_count"]

log = logging.getLogger(__name__)

DEVICES = ("cuda", "mps", "cpu")
"""Kinds of devices, best first."""


def go_offline() -> None:
    """Forbid the hub libraries to reach the network. Called when this module is imported."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"
    # cuBLAS reads this once, when CUDA starts; without it matrix products differ from run to run.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


go_offline()


@dataclass(frozen=True)
class Placement:
    """A device and the number format models use on it."""

    device: str
    """"cuda", "cuda:1", "mps" or "cpu"."""
    dtype: str
    """"float32", "bfloat16" or "float16"."""
    free_mb: int = 0
    """Memory of the device that was free when it was chosen; 0 where it cannot be asked."""
    total_mb: int = 0
    """All memory of the device; 0 where it cannot be asked."""

    @property
    def kind(self) -> str:
        """The device without its number."""
        return self.device.partition(":")[0]

    @property
    def torch_dtype(self) -> torch.dtype:
        """The number format as torch names it."""
        import torch

        return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[self.dtype]


def choose(preferred: str | None = None) -> Placement:
    """The best device here, or `preferred` (else `RUSHES_DEVICE`). ModelError `model.device` when that
    one is not there; DependencyError without torch."""
    try:
        import torch
    except ModuleNotFoundError as exc:
        raise DependencyError(
            "Generating needs torch, which is not installed.",
            code="dependency.missing",
            hint='Install Rushes with its engine: pip install "rushes[engine]".',
        ) from exc
    asked = preferred or os.environ.get("RUSHES_DEVICE") or ""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    device = asked or next(d for d in DEVICES if there[d])
    if not there.get(device.partition(":")[0], False):
        raise ModelError(
            f"There is no device {device!r} on this machine.",
            code="model.device",
            hint="Devices here: "
            + ", ".join(d for d in DEVICES if there[d])
            + ". Set RUSHES_DEVICE or leave it empty.",
        )
    if device.startswith("cuda"):
        free, total = torch.cuda.mem_get_info(device)
        dtype = "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
        return Placement(device, dtype, free >> 20, total >> 20)
    # bfloat16 is slower than float32 on most CPUs and incomplete on MPS.
    return Placement(device, "float32")


def mixed(placement: Placement) -> bool:
    """Whether a network whose weights are float32 runs quicker, and as well, with bfloat16 inside (autocast).

    On CPUs only where the processor multiplies bfloat16 itself. `RUSHES_PRECISION` ("float32", "bfloat16") decides
    otherwise. Takes made one way and the other differ by a fraction of an 8-bit level; see `jobs.environment`.
    """
    asked = os.environ.get("RUSHES_PRECISION", "")
    if asked in ("float32", "bfloat16"):
        return asked == "bfloat16"
    import torch

    if placement.kind == "cuda":
        return placement.dtype == "bfloat16"
    if placement.kind != "cpu":
        return False
    # torch has no public name for these questions, only for the coarser one that precedes them.
    asks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, ask, bool)()) for ask in asks)


@contextmanager
def deterministic(placement: Placement, threads: int | None = None) -> Generator[None, None, None]:
    """Same inputs, same bits inside the block: repeatable kernels, a fixed number of CPU threads.

    `threads`: None takes `thread_count()`; the sums of a CPU depend on it, so it is fixed for the block.
    Former settings come back after it.
    """
    import torch

    count = threads or thread_count()
    before = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.get_num_threads(),
        torch.backends.cudnn.benchmark,
    )
    # A few kernels have no repeatable form on GPUs; refusing to run would be worse than saying so.
    torch.use_deterministic_algorithms(True, warn_only=placement.kind != "cpu")
    torch.set_num_threads(count)
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        torch.set_num_threads(before[2])
        torch.backends.cudnn.benchmark = before[3]


def thread_count() -> int:
    """CPU threads that `deterministic` uses: `RUSHES_THREADS`, else the cores this process may use."""
    given = os.environ.get("RUSHES_THREADS", "")
    if given.isdigit() and int(given) > 0:
        return int(given)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        return os.cpu_count() or 1
