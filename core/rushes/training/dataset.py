"""Training pictures on disk: painted variants of rendered scenes, with the model's inputs.

For each scene `features_<seed>.npy` (V, 144, 256, channels) float16, `pictures_<seed>.npy` (V, 144, 256, 3) uint8
and, last, `variants_<seed>.json`. A scene without its json is not there yet; a run that was stopped goes on where it
was, and a trainer may read the folder while it still grows.
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

from rushes.models.house.features import FEATURE_VERSION
from rushes.training.twin import Variant, draw_variant, inputs, load_scene, paint

__all__ = ["HELD_OUT", "Example", "Pictures", "main", "prepare", "prepare_scene"]

_log = logging.getLogger(__name__)

HELD_OUT = 30
"""Scenes with seeds below this are never trained on."""


@dataclass(frozen=True)
class Example:
    """One picture and what the model is given for it."""

    features: NDArray[np.float16]
    """(h, w, channels)"""
    picture: NDArray[np.uint8]
    """(h, w, 3) sRGB"""
    variant: Variant


def prepare_scene(scene_file: Path, out: Path, variants: int) -> bool:
    """Paint one scene's variants; False when they were there already or the scene file cannot be read."""
    seed = int(scene_file.stem.split("_")[1])
    note = out / f"variants_{seed:06d}.json"
    if note.exists():
        return False
    try:
        scene = load_scene(scene_file)
    except (OSError, ValueError, EOFError) as exc:
        _log.warning("scene %s left out: %s", scene_file.name, exc)
        return False
    chosen = [draw_variant(scene, i) for i in range(variants)]
    np.save(out / f"features_{seed:06d}.npy", np.stack([inputs(scene, v) for v in chosen]).astype(np.float16))
    np.save(out / f"pictures_{seed:06d}.npy", np.stack([paint(scene, v) for v in chosen]))
    part = note.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps({"feature_version": FEATURE_VERSION, "variants": [asdict(v) for v in chosen]}), "utf-8")
    part.replace(note)
    return True


def prepare(scenes: Path, out: Path, *, variants: int = 3, share: tuple[int, int] = (0, 1)) -> int:
    """Paint all scenes of a folder that are not painted yet.

    Args:
        scenes: folder of `scene_<seed>.npz`.
        out: where pictures go.
        variants: pictures a scene.
        share: (k, n) handles every n-th scene from the k-th, so that n processes can work side by side.

    Returns:
        How many scenes were painted.
    """
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(scenes.glob("scene_*.npz"))[share[0] :: share[1]]
    return sum(prepare_scene(f, out, variants) for f in files)


class Pictures:
    """Random crops of a prepared folder; reads from disk through memory maps."""

    def __init__(self, folder: Path, *, held_out: bool) -> None:
        self.folder = folder
        self.held_out = held_out
        self.index: list[tuple[int, int, Variant]] = []
        self.refresh()

    def refresh(self) -> int:
        """Look for scenes that were added; returns how many pictures there are."""
        known = {seed for seed, _, _ in self.index}
        for note in sorted(self.folder.glob("variants_*.json")):
            seed = int(note.stem.split("_")[1])
            if seed in known or (seed < HELD_OUT) != self.held_out:
                continue
            data: dict[str, Any] = json.loads(note.read_text("utf-8"))
            if data["feature_version"] == FEATURE_VERSION:
                self.index += [(seed, k, Variant(**v)) for k, v in enumerate(data["variants"])]
        return len(self.index)

    def __len__(self) -> int:
        return len(self.index)

    def example(self, which: int, crop: tuple[int, int, int, int] | None = None) -> Example:
        """A picture, or the crop (top, left, height, width) of it."""
        seed, k, variant = self.index[which]
        top, left, height, width = crop or (0, 0, 10**6, 10**6)
        where = np.s_[k, top : top + height, left : left + width]
        found = np.load(self.folder / f"features_{seed:06d}.npy", mmap_mode="r")[where]
        picture = np.load(self.folder / f"pictures_{seed:06d}.npy", mmap_mode="r")[where]
        return Example(np.array(found), np.array(picture), variant)

    def batch(self, rng: random.Random, count: int, size: int) -> Sequence[Example]:
        """Random square crops with even corners."""
        out: list[Example] = []
        for _ in range(count):
            top = 2 * rng.randrange((144 - size) // 2 + 1)
            left = 2 * rng.randrange((256 - size) // 2 + 1)
            out.append(self.example(rng.randrange(len(self.index)), (top, left, size, size)))
        return out


def main(argv: Sequence[str] | None = None) -> int:
    """Command-line door."""
    parser = argparse.ArgumentParser(prog="rushes dataset prepare", description="Paint rendered scenes for training.")
    parser.add_argument("scenes", type=Path, help="folder made by `rushes dataset synth`")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument("--variants", type=int, default=3, help="pictures a scene")
    parser.add_argument("--share", default="0/1", help="k/n: every n-th scene from the k-th, for n processes")
    given = parser.parse_args(argv)
    k, _, n = given.share.partition("/")
    made = prepare(given.scenes, given.out, variants=given.variants, share=(int(k), int(n or 1)))
    _log.info("%d scenes painted in %s", made, given.out)
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sys.exit(main())
