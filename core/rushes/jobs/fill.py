"""What no take reaches, filled in the textures of a bake: never stretched, and still from frame to frame.

A texel that some frame shows has its colour from those frames. One that none shows gets the own material's colour in
the tone that takes have given it nearby: their ratio spreads over the same island of the UV map, and to islands that no
take reaches it comes from the nearest ones in space. Only islands are filled; what takes show stays as it is.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from rushes.contracts import JobContext, decode
from rushes.contracts.bake import BakeData, BakedObject, FillJob
from rushes.errors import InputError, ProductionError, ProtocolError, disk_full_as_error
from rushes.jobs.bake import FOLDER
from rushes.jobs.registry import Services
from rushes.library.files import read_json
from rushes.library.production import Production
from rushes.media.pictures import linear_to_srgb, srgb_to_linear

__all__ = ["filled_in", "run"]

Float = NDArray[np.float32]
Mask = NDArray[np.bool_]

_SURE = 0.5
"""Coverage from which a texel counts as seen."""
_DARKEST = 0.02
"""Of an own colour that guides."""
_NEAR = 1500
"""Places from which islands that no take reaches take their tone."""


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Fill a bake (params: FillJob): writes `filled/` beside each object's `frames/`; what is there already is kept.

    Gives `folder`, `bake`, `objects`, `filled` (part of all texels that was filled). ProductionError `bake.files` when
    the bake is not whole.
    """
    job = decode(FillJob, dict(params))
    production = Production.open(job.production)
    folder = production.root / FOLDER / job.bake
    if Path(job.bake).name != job.bake or not folder.is_dir():
        raise InputError(f"There is no bake {job.bake!r}.", code="bake.files", hint="Bake the takes first.")
    data = _data(folder)
    shares: list[float] = []
    for number, one in enumerate(data.objects):
        told = _Told(context, number, len(data.objects), one.name)
        shares.append(_fill(folder / one.folder, one, data.count, told))
    return {
        "folder": str(folder),
        "bake": job.bake,
        "objects": [o.name for o in data.objects],
        "filled": float(np.mean(shares)) if shares else 0.0,
    }


def _data(folder: Path) -> BakeData:
    try:
        return decode(BakeData, read_json(folder / "bake.json", "The bake"))
    except (OSError, ProductionError, ProtocolError) as exc:
        raise _broken(folder) from exc


def _broken(folder: Path) -> ProductionError:
    return ProductionError(f"The bake in {folder} is not whole.", code="bake.files", hint="Bake the takes again.")


@dataclass(frozen=True)
class _Told:
    """Progress of one object."""

    context: JobContext
    done: int
    total: int
    name: str

    def part(self, fraction: float) -> None:
        self.context.check()
        self.context.progress((self.done + fraction) / self.total, "fill", self.name)


def _fill(home: Path, one: BakedObject, count: int, told: _Told) -> float:
    """Fill one object's textures: part of its texels that was filled."""
    mask = _read(home / "mask.png")[..., 0] > 127
    own = _linear(_read(home / "own.png")[..., :3])
    place = _places(home / "place.npy")
    mean, seen = _mean(home, count, mask, told)
    still = filled_in(mean, seen, mask, own, place)
    target, staging = home / "filled", home / f".filled.{os.getpid()}.part"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        with disk_full_as_error(target):
            staging.mkdir()
            for number in range(1, count + 1):
                told.part(0.5 + 0.5 * number / count)
                picture = _read(home / "frames" / f"{number:04d}.png")
                made = _closed(picture, still, mean, seen, mask)
                Image.fromarray(made, "RGBA").save(staging / f"{number:04d}.png", compress_level=4)
            shutil.rmtree(target, ignore_errors=True)
            os.rename(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return float((mask & ~seen).sum()) / max(1.0, float(mask.sum()))


def _mean(home: Path, count: int, mask: Mask, told: _Told) -> tuple[Float, Mask]:
    """(mean linear colour over the frames that show a texel, which texels some frame shows)."""
    total = np.zeros((*mask.shape, 3), np.float32)
    weight = np.zeros(mask.shape, np.float32)
    for number in range(1, count + 1):
        picture = _read(home / "frames" / f"{number:04d}.png")
        shown = picture[..., 3].astype(np.float32) / 255.0
        shown = np.where(shown >= _SURE, shown, 0.0).astype(np.float32)
        total += _linear(picture[..., :3]) * shown[..., None]
        weight += shown
        told.part(0.5 * number / count)
    mean = np.asarray(total / np.maximum(weight, 1e-6)[..., None], np.float32)
    return mean, (weight > 0.0) & mask


def filled_in(mean: Float, seen: Mask, mask: Mask, own: Float, place: Float) -> Float:
    """(H, W, 3) linear: `mean` where `seen`; in the rest of `mask` (islands) `own`, in the tone of what is seen.

    `place`: (H, W, 3) metres. Without anything seen it is the own colour.
    """
    if not seen.any():
        return own
    guide = np.maximum(own, _DARKEST) if float(own[mask].max(initial=0.0)) > _DARKEST else np.ones_like(own)
    ratio = np.log(np.maximum(mean, 1e-3) / guide).astype(np.float32)
    tone = np.zeros_like(ratio)
    labels, islands = _islands(mask)
    far: list[int] = []
    for label in range(1, labels):
        island = islands == label
        known = island & seen
        if int(known.sum()) < max(4, int(0.002 * island.sum())):
            far.append(label)
            continue
        box = _box(island)
        inner = _spread(ratio[box], known[box])
        tone[box] = np.where(island[box][..., None], inner, tone[box])
    rest = np.isin(islands, far) & ~seen
    if rest.any():
        tone[rest] = _from_space(ratio, seen, place, rest)
    full = np.exp(np.clip(tone, -5.0, 5.0)) * guide
    return np.where(seen[..., None], mean, np.clip(full, 0.0, 1.0)).astype(np.float32)


def _islands(mask: Mask) -> tuple[int, NDArray[np.int32]]:
    found: Any = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    return int(found[0]), np.asarray(found[1], np.int32)


def _box(island: Mask) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(island.any(1)), np.flatnonzero(island.any(0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _spread(values: Float, known: Mask) -> Float:
    """Known values go on smoothly over all of a picture: averaged down a pyramid, and brought up into the gaps."""
    levels: list[tuple[Float, Float]] = [(values * known[..., None], known.astype(np.float32))]
    while max(levels[-1][1].shape) > 1 and float(levels[-1][1].min()) <= 0.0:
        total, weight = levels[-1]
        size = (max(1, (weight.shape[1] + 1) // 2), max(1, (weight.shape[0] + 1) // 2))
        total: Float = np.asarray(cv2.resize(total, size, interpolation=cv2.INTER_AREA), np.float32)
        weight: Float = np.asarray(cv2.resize(weight, size, interpolation=cv2.INTER_AREA), np.float32)
        full = np.minimum(1.0, weight * 4.0)  # a quarter known is enough to stand for the whole
        scale = full / np.maximum(weight, 1e-9)
        levels.append(((total * scale[..., None]).astype(np.float32), full.astype(np.float32)))
    total, weight = levels.pop()
    found: Float = np.asarray(total / np.maximum(weight, 1e-6)[..., None], np.float32)
    while levels:
        total, weight = levels.pop()
        size = (weight.shape[1], weight.shape[0])
        found = np.asarray(cv2.resize(found, size, interpolation=cv2.INTER_LINEAR), np.float32).reshape(total.shape)
        found = np.asarray(total + found * np.maximum(0.0, 1.0 - weight)[..., None], np.float32)
    return found


def _from_space(ratio: Float, seen: Mask, place: Float, rest: Mask) -> Float:
    """Tones for islands that no take reaches, from the nearest seen places; (N, 3) for the texels of `rest`."""
    at = np.flatnonzero(seen)
    at = at[:: max(1, len(at) // _NEAR)]
    source, tones = place.reshape(-1, 3)[at], ratio.reshape(-1, 3)[at]
    wanted = place[rest]
    size = max(1e-6, float(np.linalg.norm(wanted.max(0) - wanted.min(0))))
    cells, back = np.unique(np.round(wanted / (size / 48.0)).astype(np.int64), axis=0, return_inverse=True)
    middle = cells.astype(np.float32) * (size / 48.0)
    found = np.empty((len(cells), 3), np.float32)
    for begin in range(0, len(cells), 512):
        some = middle[begin : begin + 512]
        weight = 1.0 / (((some[:, None] - source) ** 2).sum(-1) + (0.02 * size) ** 2) ** 1.5
        found[begin : begin + 512] = (weight @ tones) / weight.sum(1, keepdims=True)
    return found[back.reshape(-1)]


def _closed(picture: NDArray[np.uint8], still: Float, mean: Float, seen: Mask, mask: Mask) -> NDArray[np.uint8]:
    """One frame's texture without gaps: where it shows nothing, `still`, as bright as this frame is."""
    color, alpha = _linear(picture[..., :3]), picture[..., 3:].astype(np.float32) / np.float32(255.0)
    both = seen & (alpha[..., 0] >= _SURE)
    gain: Float = np.ones(3, np.float32)
    if int(both.sum()) > 16:
        ratio = color[both].mean(0) / np.maximum(mean[both].mean(0), 1e-4)
        gain = np.asarray(np.clip(ratio, 0.5, 2.0), np.float32)
    whole: Float = np.asarray(color * alpha + np.clip(still * gain, 0.0, 1.0) * (1.0 - alpha), np.float32)
    rim = np.ones((9, 9), np.uint8)  # what is filtered at the rims of islands
    near = np.asarray(cv2.dilate(mask.astype(np.uint8), rim)) > 0
    spread = _spread(whole, mask)
    whole = np.where(mask[..., None], whole, np.where(alpha > 0.0, whole, spread))
    made = np.concatenate([linear_to_srgb(whole), near[..., None].astype(np.float32)], -1)
    return (np.clip(made, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


def _read(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            return np.array(image.convert("RGBA"), np.uint8)
    except (OSError, UnidentifiedImageError) as exc:
        raise _broken(path.parent) from exc


def _places(path: Path) -> Float:
    try:
        return np.asarray(np.load(path, allow_pickle=False), np.float32)
    except (OSError, ValueError) as exc:
        raise _broken(path.parent) from exc


_CURVE = srgb_to_linear(np.arange(256, dtype=np.float32) / np.float32(255.0))


def _linear(levels: NDArray[np.uint8]) -> Float:
    return _CURVE[levels]
