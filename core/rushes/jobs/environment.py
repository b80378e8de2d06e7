"""What a take was made on: said for comparison, when a replay differs."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rushes import __version__
from rushes.models.placement import choose, mixed, thread_count

__all__ = ["environment"]

_PACKAGES = ("torch", "diffusers", "numpy", "opencv-contrib-python-headless", "av")


def environment() -> dict[str, str]:
    """Rushes, Python, system, device and the libraries that touch pixels. Never imports torch."""
    found = {
        "rushes": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "device": _device(),
        "precision": _precision(),
        "threads": str(thread_count()),
    }
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _precision() -> str:
    """What networks with float32 weights compute in here; empty before torch is loaded."""
    if "torch" not in sys.modules:
        return ""
    return "bfloat16" if mixed(choose()) else "float32"


def _device() -> str:
    torch: Any = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return str(torch.cuda.get_device_name(0))
    return "CPU"
