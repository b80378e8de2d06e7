"""Training pictures on disk: painted variants of rendered scenes, with the model's inputs.

For each scene `features_<seed>.npy` (V, 144, 256, channels) float16, `pictures_<seed>.npy` (V, 144, 256, 3) uint8
and, last, `variants_<seed>.json`. A scene without its json is not there yet; a run that was stopped goes on where it
was, and a trainer may read the folder while it still grows.

Some scenes have a pair: the same scene a moment later, painted in the same ways, under the seed
`seed + PAIR_OFFSET`. `motion_<that seed>.npy` (144, 256, 3) float16 leads from the later picture back to the first:
pixels right, pixels down, and 1 where that point was seen in the first.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.errors import PassesError, disk_full_as_error
from rushes.models.house.features import CLASSES, FEATURE_VERSION
from rushes.training.eval_motion import motion_between
from rushes.training.synth_plan import PAIR_OFFSET
from rushes.training.twin import RenderedScene, Variant, draw_variant, inputs, load_scene, paint

__all__ = [
    "HELD_OUT",
    "Example",
    "Pictures",
    "first_seed",
    "is_done",
    "main",
    "note_file",
    "paint_scene",
    "prepare",
    "prepare_scene",
    "share_of",
]

_log = logging.getLogger(__name__)

HELD_OUT = 42
"""Scenes with seeds below this are never trained on: seven places, six times."""
_ROUND = 7
"""So many consecutive seeds show every place once."""


@dataclass(frozen=True)
class Example:
    """One picture and what the model is given for it."""

    features: NDArray[np.float16]
    """(h, w, channels)"""
    picture: NDArray[np.uint8]
    """(h, w, 3) sRGB"""
    variant: Variant


def first_seed(seed: int) -> int:
    """The seed of the scene that a pair's later moment belongs to; any other seed is its own."""
    return seed - PAIR_OFFSET if PAIR_OFFSET <= seed < 2 * PAIR_OFFSET else seed


def note_file(out: Path, seed: int) -> Path:
    """The file whose presence says that a scene is painted."""
    return out / f"variants_{seed:06d}.json"


def is_done(out: Path, seed: int, *, pair: bool) -> bool:
    """Whether a scene is painted, and its pair too where it has one."""
    return note_file(out, seed).exists() and (not pair or note_file(out, seed + PAIR_OFFSET).exists())


def share_of(seeds: Sequence[int], share: tuple[int, int]) -> list[int]:
    """The k-th of n shares; seven seeds that show every place stay together."""
    k, n = share
    return [s for s in seeds if (first_seed(s) // _ROUND) % n == k]


def paint_scene(first: RenderedScene, later: RenderedScene | None, out: Path, variants: int) -> int:
    """Paint a scene and its pair into a folder; what is there already is written again.

    Args:
        first: the scene.
        later: its pair, if it has one.
        out: folder for the files; it exists.
        variants: pictures a scene.

    Returns:
        Bytes written.

    Raises:
        PassesError: an input holds something that is no number.
        DiskFullError: no room; the scene is not there, others are whole.
    """
    seed = int(first.plan["seed"])
    chosen = [draw_variant(first, i) for i in range(variants)]
    with disk_full_as_error(out / f"scene {seed}"):
        size = _write(first, chosen, out)
        if later is not None:
            moved, seen = motion_between(first, later)
            way = np.concatenate([moved, seen[..., None]], -1).astype(np.float16)
            _finite(way, seed, "motion")
            np.save(out / f"motion_{later.plan['seed']:06d}.npy", way)
            size += way.nbytes + _write(later, chosen, out)
    return size


def _write(scene: RenderedScene, chosen: Sequence[Variant], out: Path) -> int:
    seed = int(scene.plan["seed"])
    given = np.stack([inputs(scene, v).astype(np.float16) for v in chosen])
    _finite(given, seed, "inputs")
    pictures = np.stack([paint(scene, v) for v in chosen])
    np.save(out / f"features_{seed:06d}.npy", given)
    np.save(out / f"pictures_{seed:06d}.npy", pictures)
    note = note_file(out, seed)
    data = {
        "feature_version": FEATURE_VERSION,
        "place": scene.plan["place"],
        "pair_of": scene.plan.get("pair_of"),
        "variants": [asdict(v) for v in chosen],
        "content": content(scene),
    }
    part = note.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(data), "utf-8")
    part.replace(note)
    return given.nbytes + pictures.nbytes


def _finite(values: NDArray[Any], seed: int, what: str) -> None:
    if not np.isfinite(values).all():
        raise PassesError(
            f"The {what} of scene {seed} hold something that is no number; it was left out.",
            code="passes.not_finite",
            hint="Render the scene again; if it stays so, its plan is at fault.",
        )


def content(scene: RenderedScene) -> dict[str, Any]:
    """What is in the picture: share of each class and of the largest object, how many objects are seen."""
    ids = np.asarray(scene.arrays["ids"]).astype(np.int64)
    counts = np.bincount(ids.ravel(), minlength=len(scene.plan["objects"]) + 1) / ids.size
    classes = dict.fromkeys(CLASSES, 0.0)
    classes["sky"] = float(counts[0])
    for thing, count in zip(scene.plan["objects"], counts[1:], strict=False):
        classes[thing["cls"]] += float(count)
    return {
        "classes": {name: round(share, 4) for name, share in classes.items()},
        "largest": round(float(counts[1:].max(initial=0.0)), 4),
        "objects": int((counts[1:] > 0.0005).sum()),
    }


def prepare_scene(scene_file: Path, out: Path, variants: int) -> bool:
    """Paint one scene's variants, and its pair's if the pair lies beside it.

    Returns:
        False when they were there already, the file is a pair's, or it cannot be read.
    """
    seed = int(scene_file.stem.split("_")[1])
    beside = scene_file.with_name(f"scene_{seed + PAIR_OFFSET:06d}.npz")
    if first_seed(seed) != seed or is_done(out, seed, pair=beside.exists()):
        return False
    try:
        scene = load_scene(scene_file)
        later = load_scene(beside) if beside.exists() else None
    except (OSError, ValueError, EOFError, KeyError) as exc:
        _log.warning("scene %s left out: %s", scene_file.name, exc)
        return False
    paint_scene(scene, later, out, variants)
    return True


def prepare(scenes: Path, out: Path, *, variants: int = 3, share: tuple[int, int] = (0, 1)) -> int:
    """Paint all scenes of a folder that are not painted yet.

    Args:
        scenes: folder of `scene_<seed>.npz`.
        out: where pictures go.
        variants: pictures a scene.
        share: (k, n) handles every n-th seven scenes from the k-th, so that n processes can work side by side.

    Returns:
        How many scenes were painted; a pair counts with its scene.
    """
    out.mkdir(parents=True, exist_ok=True)
    mine = set(share_of([_seed_of(f) for f in scenes.glob("scene_*.npz")], share))
    return sum(prepare_scene(f, out, variants) for f in sorted(scenes.glob("scene_*.npz")) if _seed_of(f) in mine)


def _seed_of(path: Path) -> int:
    return int(path.stem.split("_")[1])


class Pictures:
    """Random crops of a prepared folder; reads from disk through memory maps."""

    def __init__(self, folder: Path, *, held_out: bool) -> None:
        self.folder = folder
        self.held_out = held_out
        self.index: list[tuple[int, int, Variant]] = []
        """Seed, number of the variant, variant; a pair's later moments are pictures too."""
        self.pairs: list[tuple[int, int]] = []
        """Places in `index` of a first picture and of the same a moment later."""
        self._known: set[int] = set()

        self.refresh()

    def refresh(self) -> int:
        """Look for scenes that were added; returns how many pictures there are."""
        for note in sorted(self.folder.glob("variants_*.json")):
            seed = _seed_of(note)
            if seed in self._known or (first_seed(seed) < HELD_OUT) != self.held_out:
                continue
            self._known.add(seed)
            data: dict[str, Any] = json.loads(note.read_text("utf-8"))
            if data["feature_version"] == FEATURE_VERSION:
                self.index += [(seed, k, Variant(**v)) for k, v in enumerate(data["variants"])]
        at = {(seed, k): i for i, (seed, k, _) in enumerate(self.index)}
        self.pairs = [
            (at[first_seed(seed), k], i)
            for (seed, k), i in at.items()
            if first_seed(seed) != seed and (first_seed(seed), k) in at
        ]
        return len(self.index)

    def __len__(self) -> int:
        return len(self.index)

    def example(self, which: int, crop: tuple[int, int, int, int] | None = None) -> Example:
        """A picture, or the crop (top, left, height, width) of it."""
        seed, k, variant = self.index[which]
        where = (k, *_window(crop))
        found = np.load(self.folder / f"features_{seed:06d}.npy", mmap_mode="r")[where]
        picture = np.load(self.folder / f"pictures_{seed:06d}.npy", mmap_mode="r")[where]
        return Example(np.array(found), np.array(picture), variant)

    def pair(self, which: int, crop: tuple[int, int, int, int] | None = None) -> tuple[Example, Example, NDArray[Any]]:
        """The first moment, the later one, and the way back: (h, w, 3) float16, pixels right, down, 1 where seen."""
        first, later = self.pairs[which]
        moved = np.load(self.folder / f"motion_{self.index[later][0]:06d}.npy", mmap_mode="r")[_window(crop)]
        return self.example(first, crop), self.example(later, crop), np.array(moved)

    def batch(self, rng: random.Random, count: int, size: int) -> Sequence[Example]:
        """Random square crops with even corners."""
        out: list[Example] = []
        for _ in range(count):
            top = 2 * rng.randrange((144 - size) // 2 + 1)
            left = 2 * rng.randrange((256 - size) // 2 + 1)
            out.append(self.example(rng.randrange(len(self.index)), (top, left, size, size)))
        return out


def _window(crop: tuple[int, int, int, int] | None) -> tuple[slice, slice]:
    if crop is None:
        return slice(None), slice(None)
    top, left, height, width = crop
    return slice(top, top + height), slice(left, left + width)


def parse_share(text: str) -> tuple[int, int]:
    """ "k/n" as numbers; ValueError otherwise."""
    k, _, n = text.partition("/")
    share = (int(k), int(n or 1))
    if not 0 <= share[0] < share[1]:
        raise ValueError(f"{text} is no share: k/n with k from 0 to n-1")
    return share


def main(argv: Sequence[str] | None = None) -> int:
    """Command-line door."""
    parser = argparse.ArgumentParser(prog="rushes dataset prepare", description="Paint rendered scenes for training.")
    parser.add_argument("scenes", type=Path, help="folder made by `rushes dataset synth`")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument("--variants", type=int, default=3, help="pictures a scene")
    parser.add_argument("--share", type=parse_share, default=(0, 1), help="k/n: one of n processes' shares, from 0/n")
    given = parser.parse_args(argv)
    made = prepare(given.scenes, given.out, variants=given.variants, share=given.share)
    _log.info("%d scenes painted in %s", made, given.out)
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sys.exit(main())
