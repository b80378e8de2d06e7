"""EXR files as Blender's passes come in them: many float channels, one part a pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from rushes.errors import PassesError, disk_full_as_error

__all__ = ["add_part", "exr_size", "read_channels", "strip_clock", "write_plane"]

Float = NDArray[np.float32]

_CLOCK = re.compile(rb"cycles\.[^\0]{1,255}?\.(?:render|total|synchronization)_time\0string\0")
_HEADER_BYTES = 65536
_BLENDER_4 = {"IndexOB": "Object Index", "DiffDir": "Diffuse Direct"}


def read_channels(path: Path) -> dict[str, Float]:
    """Channel name → (H, W) float32, row 0 at the top. "ViewLayer.Depth.Z" stands under "Depth.Z".

    Raises PassesError `passes.unreadable` when the file is not a whole EXR.
    """
    found: dict[str, Float] = {}
    with _opened(path, header_only=True) as exr:
        parts = len(exr.parts)
    with _opened(path) as exr:
        if len(exr.parts) < parts:  # the library leaves a torn part out and only warns
            raise _unreadable(path, "it ends too early")
        for part in exr.parts:
            for name, channel in cast("Mapping[str, Any]", part.channels).items():
                found[_short(name)] = np.asarray(channel.pixels, np.float32)
    return found


def _short(name: str) -> str:
    """The last two of "layer.pass.component", as Blender 5 names them; a layer's name may hold dots itself."""
    *_, first, last = ["", *name.split(".")]
    first = _BLENDER_4.get(first, first)
    return f"{first}.{last}" if first else last


def exr_size(path: Path) -> tuple[int, int]:
    """(width, height) from the header alone."""
    with _opened(path, header_only=True) as exr:
        low, high = exr.parts[0].header["dataWindow"]
        return int(high[0] - low[0] + 1), int(high[1] - low[1] + 1)


def _opened(path: Path, *, header_only: bool = False) -> Any:
    try:
        return OpenEXR.File(str(path), separate_channels=True, header_only=header_only)
    except (RuntimeError, OSError, ValueError) as exc:
        raise _unreadable(path, str(exc)) from exc


def _unreadable(path: Path, why: str) -> PassesError:
    return PassesError(
        f"{path.name} is not a whole EXR file: {why}.",
        code="passes.unreadable",
        hint="Render the passes again.",
        details={"path": str(path)},
    )


def add_part(path: Path, name: str, picture: Float) -> None:
    """Write `picture` (H, W, 3) as the channels NAME.R, NAME.G, NAME.B of a further part, in place."""
    with _opened(path) as exr:
        parts = [OpenEXR.Part(_plain(part.header), part.channels, part.name()) for part in exr.parts]
        header = {"compression": OpenEXR.ZIPS_COMPRESSION, "type": OpenEXR.scanlineimage}
        channels = {f"{name}.{c}": np.ascontiguousarray(picture[..., i]) for i, c in enumerate("RGB")}
        parts.append(OpenEXR.Part(header, channels, name))
        fresh = path.with_name(path.name + ".part")
        try:
            with disk_full_as_error(path):
                OpenEXR.File(parts).write(str(fresh))
                fresh.replace(path)
        except RuntimeError as exc:
            raise PassesError(
                f"{path.name} could not be written: {exc}",
                code="passes.write",
                hint="Check that there is room on the disk and run it again.",
            ) from exc


def write_plane(path: Path, plane: Float) -> None:
    """Write (H, W) float32 as an EXR of one channel, "V". DiskFullError, PassesError `passes.write`."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    try:
        with disk_full_as_error(path):
            OpenEXR.File(header, {"V": np.ascontiguousarray(plane, np.float32)}).write(str(path))
    except RuntimeError as exc:
        raise PassesError(
            f"{path.name} could not be written: {exc}",
            code="passes.write",
            hint="Check that there is room on the disk and run it again.",
        ) from exc


def _plain(header: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in header.items() if k not in ("channels", "chunkCount", "name")}


def strip_clock(path: Path) -> None:
    """Blank how long Cycles took, in place, so that equal pictures are equal files."""
    with open(path, "r+b") as stream:
        head = stream.read(_HEADER_BYTES)
        for match in _CLOCK.finditer(head):
            length = int.from_bytes(head[match.end() : match.end() + 4], "little")
            stream.seek(match.end() + 4)
            stream.write(b"0" * length)
