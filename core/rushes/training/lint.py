"""Looks a folder of training pictures through before training: what is torn, twice there, empty, or one-sided."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Metric
from rushes.errors import InputError
from rushes.models.house.features import CHANNELS, CLASSES, FEATURE_VERSION
from rushes.models.house.vocabulary import DEFAULTS, FIELDS
from rushes.training.dataset import HELD_OUT, first_seed

__all__ = ["Scene", "lint", "near_duplicates", "picture_hash", "read_notes", "token_of"]

NEAR = 6
"""Pictures whose hashes differ in at most so many of 256 bits are taken for the same."""
EMPTY = 0.97
"""More than this share of sky, or of one object, and there is nothing to learn."""
FLAT = 4.0
"""Least standard deviation of a picture's grey levels."""
FEWEST = 70
"""With fewer scenes nothing is said about balance."""
_LEAST = {"time_of_day": 0.08, "weather": 0.03, "place": 0.07, "mood": 0.04, "style": 0.02}
"""Least share of pictures that each word of a field must have."""
_LEAST_CLASS = 0.05
_KEYS = {"time_of_day": "hour"}


@dataclass(frozen=True)
class Scene:
    """A scene's note."""

    seed: int
    pair_of: int | None
    variants: Sequence[dict[str, Any]]
    content: dict[str, Any]
    """Class shares, share of the largest object, number of objects; empty where the note has none."""


@dataclass
class _Found:
    """What was seen while reading."""

    broken: list[str] = field(default_factory=list[str])
    not_finite: list[str] = field(default_factory=list[str])
    flat: list[str] = field(default_factory=list[str])
    names: list[str] = field(default_factory=list[str])
    scenes: list[int] = field(default_factory=list[int])
    hashes: list[NDArray[np.uint64]] = field(default_factory=list[NDArray[np.uint64]])
    valid: list[float] = field(default_factory=list[float])
    better: list[bool] = field(default_factory=list[bool])
    """Per pair: carried along its motion the first picture is nearer to the second than it is as it stands."""


def token_of(variant: dict[str, Any], name: str) -> str:
    """A variant's word for a field of the vocabulary."""
    return str(variant.get(_KEYS.get(name, name), DEFAULTS[name]))


def read_notes(folder: Path) -> tuple[list[Scene], list[str]]:
    """The scenes of a folder by seed, and the names of notes that cannot be read.

    Raises:
        InputError: there are none.
    """
    scenes: list[Scene] = []
    broken: list[str] = []
    for path in sorted(folder.glob("variants_*.json")):
        seed = int(path.stem.split("_")[1])
        try:
            data: dict[str, Any] = json.loads(path.read_text("utf-8"))
            if data["feature_version"] != FEATURE_VERSION:
                raise ValueError("another version")
            scenes.append(Scene(seed, data.get("pair_of"), data["variants"], data.get("content", {})))
        except (OSError, ValueError, LookupError) as exc:
            broken.append(f"{path.name} ({exc})")
    if not scenes and not broken:
        raise InputError(
            f"There are no training pictures in {folder}.",
            code="dataset.empty",
            hint="Make some: `rushes dataset make SCENES PICTURES`.",
        )
    return scenes, broken


def picture_hash(picture: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """256 bits (4 numbers) that near-equal pictures share: signs of the low frequencies of the grey picture.

    Args:
        picture: (H, W, 3).
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:17, :17].ravel()[1:257]
    return np.packbits(low > np.median(low)).view(np.uint64)


def near_duplicates(
    hashes: NDArray[np.uint64], groups: NDArray[np.int64], *, near: int = NEAR, block: int = 512
) -> list[tuple[int, int]]:
    """Pairs of pictures of different groups whose hashes differ in at most `near` bits.

    Args:
        hashes: (N, 4).
        groups: (N,) pictures of one group are never compared.
        near: bits.
        block: rows compared at once.
    """
    found: list[tuple[int, int]] = []
    for start in range(0, len(hashes), block):
        rows = hashes[start : start + block]
        apart = np.bitwise_count(rows[:, None] ^ hashes[None, start:]).sum(-1, dtype=np.int64)
        close = (apart <= near) & (groups[start : start + block, None] != groups[None, start:])
        found += [(start + int(i), start + int(j)) for i, j in np.argwhere(close) if j > i]
    return found


def lint(folder: Path, *, every: int = 1) -> list[Metric]:
    """Figures of a folder of prepared pictures, each with its bar.

    Args:
        folder: made by `rushes dataset make` or `prepare`.
        every: read only every so manieth scene's arrays; notes are always read.

    Raises:
        InputError: the folder holds no pictures.
    """
    scenes, broken = read_notes(folder)
    found = _Found(broken=broken)
    for scene in scenes[:: max(1, every)]:
        try:
            _look_at(folder, scene, found)
        except (OSError, ValueError, EOFError) as exc:
            found.broken.append(f"{scene.seed} ({exc})")
    firsts = [s for s in scenes if s.pair_of is None]
    return [
        _count("dataset.scenes", len(firsts), note=f"{sum(s.seed < HELD_OUT for s in firsts)} of them held out"),
        _count("dataset.pictures", sum(len(s.variants) for s in scenes), note=f"{len(scenes) - len(firsts)} pairs"),
        _none("dataset.unreadable", found.broken, "files missing, torn, or of another version"),
        _none("dataset.not_finite", found.not_finite, "inputs that hold something that is no number"),
        _duplicates(found),
        _few("dataset.empty_frames", _empty(scenes), len(scenes), 0.02, "nothing but sky or one object"),
        _few("dataset.flat_pictures", found.flat, len(found.names), 0.02, "hardly anything to see"),
        *_balance(firsts),
        *_pairs(found, scenes),
    ]


def _look_at(folder: Path, scene: Scene, found: _Found) -> None:
    pictures: NDArray[np.uint8] = np.load(folder / f"pictures_{scene.seed:06d}.npy")
    given = np.load(folder / f"features_{scene.seed:06d}.npy", mmap_mode="r")
    count = len(scene.variants)
    if len(pictures) != count or given.shape != (count, *pictures.shape[1:3], len(CHANNELS)):
        raise ValueError("its arrays have another size than its note says")
    if not all(np.isfinite(given[k]).all() for k in range(count)):
        found.not_finite.append(str(scene.seed))
    for k, picture in enumerate(pictures):
        name = f"{scene.seed}/{k}"
        found.names.append(name)
        found.scenes.append(first_seed(scene.seed))
        found.hashes.append(picture_hash(picture))
        if float(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).std()) < FLAT and not _may_be_flat(scene.variants[k]):
            found.flat.append(name)
    if scene.pair_of is not None:
        _look_at_pair(folder, scene, pictures, found)


def _may_be_flat(variant: dict[str, Any]) -> bool:
    """Fog hides things, and paper is white."""
    return token_of(variant, "weather") == "fog" or token_of(variant, "style") != DEFAULTS["style"]


def _look_at_pair(folder: Path, scene: Scene, pictures: NDArray[np.uint8], found: _Found) -> None:
    motion = np.load(folder / f"motion_{scene.seed:06d}.npy").astype(np.float32)
    before: NDArray[np.uint8] = np.load(folder / f"pictures_{scene.pair_of:06d}.npy")
    if not np.isfinite(motion).all():
        found.not_finite.append(f"motion {scene.seed}")
        return
    h, w = motion.shape[:2]
    valid = motion[..., 2] > 0.5
    found.valid.append(float(valid.mean()))
    if not valid.any():
        return
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    carried = cv2.remap(
        before[0].astype(np.float32),
        x + motion[..., 0],
        y + motion[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    after = pictures[0].astype(np.float32)
    moved, still = (float(np.abs(p - after)[valid].mean()) for p in (carried, before[0].astype(np.float32)))
    found.better.append(moved <= still + 0.25)


def _count(name: str, value: int, note: str = "") -> Metric:
    return Metric.judged(name, value, "", note=note)


def _some(names: Sequence[str]) -> str:
    return (": " + ", ".join(names[:6]) + (" ..." if len(names) > 6 else "")) if names else ""


def _none(name: str, found: Sequence[str], note: str) -> Metric:
    return Metric.judged(name, len(found), "", compare="<=", limit=0, note=note + _some(found))


def _few(name: str, found: Sequence[str], total: int, limit: float, note: str) -> Metric:
    share = len(found) / max(1, total)
    return Metric.judged(name, share, "", compare="<=", limit=limit, note=f"{note}{_some(found)}")


def _duplicates(found: _Found) -> Metric:
    twice: list[tuple[int, int]] = []
    if found.hashes:
        twice = near_duplicates(np.stack(found.hashes), np.array(found.scenes, np.int64))
    names = [f"{found.names[a]}={found.names[b]}" for a, b in twice]
    affected = len({i for two in twice for i in two})
    return Metric.judged(
        "dataset.duplicates", affected / max(1, len(found.names)), "", compare="<=", limit=0.01,
        note=f"pictures that look like one of another scene{_some(names)}",
    )  # fmt: skip


def _empty(scenes: Iterable[Scene]) -> list[str]:
    return [
        str(s.seed)
        for s in scenes
        if s.content and max(s.content["classes"].get("sky", 0.0), s.content["largest"]) > EMPTY
    ]


def _balance(firsts: Sequence[Scene]) -> list[Metric]:
    """Rarest word of each field, how even places are, rarest class; without bars where there is little to judge."""
    judged = len(firsts) >= FEWEST
    out: list[Metric] = []
    for name, words in FIELDS.items():
        counts = Counter(token_of(v, name) for s in firsts for v in s.variants)
        total = max(1, sum(counts.values()))
        told = ", ".join(f"{word} {counts[word] / total:.0%}" for word in words)
        least = min(counts[word] for word in words) / total
        out.append(_at_least(f"dataset.rarest.{name}", least, _LEAST[name], judged, told))
    places = Counter(token_of(s.variants[0], "place") for s in firsts)
    out.append(_even("dataset.places_uneven", [places[p] for p in FIELDS["place"]], judged))
    with_content = [s for s in firsts if s.content]
    if with_content:
        seen = {c: np.mean([s.content["classes"].get(c, 0.0) > 0.002 for s in with_content]) for c in CLASSES}
        told = ", ".join(f"{c} {share:.0%}" for c, share in seen.items())
        out.append(_at_least("dataset.rarest.class", float(min(seen.values())), _LEAST_CLASS, judged, told))
        objects = float(np.median([s.content["objects"] for s in with_content]))
        out.append(Metric.judged("dataset.objects_seen", objects, "", note="median a scene"))
    return out


def _at_least(name: str, value: float, limit: float, judged: bool, note: str) -> Metric:
    if not judged:
        return Metric.judged(name, value, "", note=f"too few scenes to judge; {note}")
    return Metric.judged(name, value, "", compare=">=", limit=limit, note=note)


def _even(name: str, counts: Sequence[int], judged: bool) -> Metric:
    """Chi-square of counts against even ones, over its degrees of freedom: about 1 for even draws."""
    mean = sum(counts) / len(counts)
    value = sum((c - mean) ** 2 for c in counts) / max(mean, 1e-9) / (len(counts) - 1)
    if not judged or not math.isfinite(value):
        return Metric.judged(name, value, "", note="too few scenes to judge")
    return Metric.judged(name, value, "", compare="<=", limit=3.0, note="chi-square per degree of freedom")


def _pairs(found: _Found, scenes: Sequence[Scene]) -> list[Metric]:
    there = {s.seed for s in scenes}
    alone = [str(s.seed) for s in scenes if s.pair_of is not None and s.pair_of not in there]
    out = [_none("dataset.pairs_alone", alone, "later moments without their first")]
    if found.valid:
        out.append(
            Metric.judged(
                "dataset.motion_valid",
                float(np.median(found.valid)),
                "",
                compare=">=",
                limit=0.3,
                note=f"share of pixels seen in both moments, median; least {min(found.valid):.2f}",
            )
        )
    if found.better:
        out.append(
            Metric.judged(
                "dataset.motion_right",
                float(np.mean(found.better)),
                "",
                compare=">=",
                limit=0.9,
                note="pairs whose first picture, carried along, comes no farther from the second",
            )
        )
    return out
