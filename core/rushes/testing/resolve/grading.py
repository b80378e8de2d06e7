"""The colour of the double: spaces, nodes and LUTs, worked out with OpenColorIO and a few lines of arithmetic.

Pixels are (..., 3) float32 code values. Nothing here is clipped above 1, as in Resolve's float pipeline.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import PyOpenColorIO
from numpy.typing import NDArray

from rushes.testing.resolve.state import App, NodeState, ProjectState

__all__ = [
    "ColourPath",
    "Pixels",
    "apply_cdl",
    "apply_nodes",
    "bake_cube",
    "cdl_at",
    "colour_path",
    "known_lut",
    "numbers",
]

ocio: Any = PyOpenColorIO  # its stubs lack most names

Pixels = NDArray[np.float32]
"""(..., 3) code values."""

_ACES_1 = "studio-config-v2.1.0_aces-v1.3_ocio-v2.3"
_ACES_2 = "studio-config-latest"
_DISPLAY = "Rec.1886 Rec.709 - Display"
_VIEWS = {_ACES_1: "ACES 1.0 - SDR Video", _ACES_2: "ACES 2.0 - SDR 100 nits (Rec.709)"}

_SPACES = {
    "Rec.709 Gamma 2.4": "Gamma 2.4 Rec.709 - Texture",
    "Rec.709 Gamma 2.2": "Gamma 2.2 Rec.709 - Texture",
    "Rec.709 (Scene)": "Camera Rec.709",
    "sRGB": "sRGB - Texture",
    "DaVinci WG/Intermediate": "DaVinci Intermediate WideGamut",
    "DaVinci Wide Gamut/Intermediate": "DaVinci Intermediate WideGamut",
    "ACEScct": "ACEScct",
    "ACEScc": "ACEScc",
    "ACEScg": "ACEScg",
}
"""Resolve's name of a space → OpenColorIO's, in `_ACES_1`."""
_PAIRS = {
    ("Rec.709", "Gamma 2.4"): "Rec.709 Gamma 2.4",
    ("Rec.709", "Gamma 2.2"): "Rec.709 Gamma 2.2",
    ("Rec.709", "Rec.709 (Scene)"): "Rec.709 (Scene)",
    ("Rec.709", "sRGB"): "sRGB",
    ("DaVinci WG", "DaVinci Intermediate"): "DaVinci WG/Intermediate",
    ("DaVinci Wide Gamut", "DaVinci Intermediate"): "DaVinci WG/Intermediate",
    ("ACES (AP1)", "ACEScct"): "ACEScct",
    ("ACES (AP1)", "ACEScc"): "ACEScc",
}
"""Primaries and curve, where the project keeps them apart."""
_KERNEL = Path("/proc/tty")
"""A folder in which Linux lets nobody make anything."""
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True)
class ColourPath:
    """From a clip's code values to the space its nodes act in, and from there to the screen."""

    enter: Callable[[Pixels], Pixels]
    leave: Callable[[Pixels], Pixels]
    around_lut: tuple[Callable[[Pixels], Pixels], Callable[[Pixels], Pixels]] | None = None
    """Into and out of the space in which node LUTs act, where it is another than the nodes' own."""


def _same(pixels: Pixels) -> Pixels:
    return pixels


@lru_cache(maxsize=4)
def _config(name: str) -> Any:
    return ocio.Config.CreateFromBuiltinConfig(name)


@lru_cache(maxsize=64)
def _convert(source: str, target: str) -> Callable[[Pixels], Pixels]:
    if source == target:
        return _same
    return _runner(_config(_ACES_1).getProcessor(source, target))


@lru_cache(maxsize=8)
def _output_transform(config: str, inverse: bool) -> Callable[[Pixels], Pixels]:
    """ACEScct through the ACES output transform to Rec.709 BT.1886, or back."""
    transform = ocio.DisplayViewTransform(src="ACEScct", display=_DISPLAY, view=_VIEWS[config])
    if inverse:
        transform.setDirection(ocio.TRANSFORM_DIR_INVERSE)
    return _runner(_config(config).getProcessor(transform))


def _runner(processor: Any) -> Callable[[Pixels], Pixels]:
    cpu = processor.getDefaultCPUProcessor()

    def run(pixels: Pixels) -> Pixels:
        out = np.array(pixels, np.float32, order="C", copy=True)
        cpu.applyRGB(out)
        return out

    return run


def colour_path(app: App, project: ProjectState, clip_space: str = "") -> ColourPath:
    """How a clip's pixels travel in this project. `clip_space` is its "Input Color Space", "" for the project's.

    Rule colour.unmanaged: without colour management nothing is converted. Rule colour.managed: nodes act in the
    timeline's space; input and output DRT "None" (rule colour.drt: `App.unmodelled` names the others). Rule
    colour.aces: nodes act in ACEScct, Rec.709 comes in through the inverse of the output transform.
    """
    settings = project.settings
    mode = str(settings.get("colorScienceMode", "davinciYRGB"))
    if mode.startswith("davinciYRGBColorManaged"):
        if {str(settings.get(key, "None")) for key in ("inputDRT", "outputDRT")} - {"None", ""}:
            app.unmodelled.append("tone mapping of DaVinci YRGB Color Managed")
        given = clip_space if clip_space in _SPACES else _named(app, settings, "colorSpaceInput")
        working = _named(app, settings, "colorSpaceTimeline")
        output = _named(app, settings, "colorSpaceOutput")
        return ColourPath(_convert(_SPACES[given], _SPACES[working]), _convert(_SPACES[working], _SPACES[output]))
    if mode in ("acescct", "acescc"):
        return _aces_path(settings, mode, clip_space)
    return ColourPath(_same, _same)


def _aces_path(settings: dict[str, Any], mode: str, clip_space: str) -> ColourPath:
    config = _ACES_2 if str(settings.get("acesVersion", "1.3")).startswith(("2", "ACES 2")) else _ACES_1
    working = "ACEScct" if mode == "acescct" else "ACEScc"
    enter = _output_transform(config, True)
    if _SPACES.get(clip_space, "").startswith(("ACES", "DaVinci")):
        enter = _convert(_SPACES[clip_space], "ACEScct")
    to_working, from_working = _convert("ACEScct", working), _convert(working, "ACEScct")
    leave = _output_transform(config, False)
    around = None
    if settings.get("colorAcesNodeLUTProcessingSpace") == "acesAp0Linear":
        around = (_convert(working, "ACES2065-1"), _convert("ACES2065-1", working))
    return ColourPath(lambda p: to_working(enter(p)), lambda p: leave(from_working(p)), around)


def _named(app: App, settings: dict[str, Any], key: str) -> str:
    name = str(settings.get(key, "Rec.709 Gamma 2.4"))
    if str(settings.get("separateColorSpaceAndGamma", "0")) == "1":
        name = _PAIRS.get((name, str(settings.get(f"{key}Gamma", ""))), name)
    if name not in _SPACES:
        app.unmodelled.append(f"{key} = {name}")
        return "Rec.709 Gamma 2.4"
    return name


def numbers(text: str) -> list[float] | None:
    """The numbers of "1.0 1.0 1.0"; None when one of them is not a number."""
    try:
        return [float(part) for part in text.split()]
    except ValueError:
        return None


def apply_cdl(pixels: Pixels, cdl: dict[str, str]) -> Pixels:
    """`(in·slope + offset) ^ power`, then saturation about BT.709 luma (rule cdl.math; Resolve's manual).

    Negative values pass the power untouched.
    """
    slope, offset, power = (np.array(numbers(cdl[key]), np.float32) for key in ("Slope", "Offset", "Power"))
    out = pixels * slope + offset
    if (power != 1).any():
        out = np.where(out > 0, np.power(np.maximum(out, np.float32(0)), power), out)
    saturation = np.float32(float(cdl["Saturation"]))
    if saturation != 1:
        luma = (out @ _LUMA)[..., None]
        out = luma + saturation * (out - luma)
    return np.asarray(out, np.float32)


def _lut(path: Path) -> Callable[[Pixels], Pixels]:
    stamp = path.stat()
    return _read_lut(str(path), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=32)
def _read_lut(path: str, _changed: int, _length: int) -> Callable[[Pixels], Pixels]:
    ocio.ClearAllCaches()
    # A configuration keeps its processors: a fresh one reads the file again.
    return _runner(ocio.Config.CreateRaw().getProcessor(ocio.FileTransform(src=path, interpolation=ocio.INTERP_LINEAR)))


def cdl_at(node: NodeState, frame: int) -> dict[str, str] | None:
    """A node's CDL at an absolute timeline frame: the keyframe at or before it, the first one before all."""
    if not node.keyframes:
        return node.cdl
    before = [key for key in node.keyframes if key <= frame]
    return node.keyframes[max(before) if before else min(node.keyframes)]


def make_lut_folder(app: App) -> None:
    """The master LUT folder; with rule lut.admin one that nobody can write, not even a superuser."""
    if not app.profile.quirks.admin_lut_folder:
        app.lut_folder.mkdir(exist_ok=True)
    elif os.geteuid() == 0 and _KERNEL.is_dir():
        app.lut_folder = _KERNEL
    else:
        app.lut_folder.mkdir(mode=0o555, exist_ok=True)


def known_lut(path: Path) -> bool:
    """Whether a file can be used as a node's LUT."""
    try:
        _lut(path)
    except (ocio.Exception, OSError):
        return False
    return True


def apply_nodes(
    app: App, pixels: Pixels, nodes: Iterable[NodeState], path: ColourPath, *, frame: int = 0, luts: bool = True
) -> Pixels:
    """Through the enabled nodes in turn: CDL, then LUT. A LUT whose file is gone leaves the picture as it is."""
    for node in nodes:
        if not node.enabled:
            continue
        cdl = cdl_at(node, frame)
        if cdl is not None:
            pixels = apply_cdl(pixels, cdl)
        file = app.lut_folder / node.lut
        if node.lut and luts and file.is_file():
            into, out = path.around_lut or (_same, _same)
            pixels = out(_lut(file)(into(pixels)))
    return pixels


def bake_cube(app: App, nodes: Iterable[NodeState], size: int, path: Path) -> None:
    """Write what the nodes do to code values 0 to 1 as a .cube of size³, red fastest."""
    axis = np.linspace(0, 1, size, dtype=np.float32)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    grid = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    table = apply_nodes(app, grid, nodes, ColourPath(_same, _same))
    rows = "\n".join(f"{r:.6f} {g:.6f} {b:.6f}" for r, g, b in table)
    path.write_text(f"LUT_3D_SIZE {size}\nLUT_3D_INPUT_RANGE 0.0 1.0\n\n{rows}\n", "utf-8")
