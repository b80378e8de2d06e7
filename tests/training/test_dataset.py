"""Painted scenes on disk: pairs, shares, resuming, and what is said when something is wrong."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.errors import DiskFullError, PassesError
from rushes.training import dataset
from rushes.training.dataset import HELD_OUT, Pictures, paint_scene, prepare, prepare_scene, share_of
from rushes.training.synth_plan import PAIR_OFFSET
from rushes.training.twin import RenderedScene
from training.fake_renderer import toy_arrays


def scene(seed: int, pair_of: int | None = None) -> RenderedScene:
    objects = [{"cls": "building", "tint": "wall"}, {"cls": "ground", "tint": "asphalt"}]
    plan = {"seed": seed, "place": "city", "low_sun": False, "sun": [0.0, -0.6, 0.8], "objects": objects}
    return RenderedScene(plan | {"pair_of": pair_of}, toy_arrays(2, 0.1 * (pair_of is not None)))


def write(folder: Path, made: RenderedScene) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"scene_{made.plan['seed']:06d}.npz"
    everything: dict[str, Any] = {"plan": np.array(json.dumps(made.plan)), **made.arrays}
    np.savez(path, **everything)
    return path


def test_a_pair_is_painted_with_its_scene(tmp_path: Path) -> None:
    first = write(tmp_path / "scenes", scene(50))
    later = write(tmp_path / "scenes", scene(50 + PAIR_OFFSET, 50))
    out = tmp_path / "pictures"
    out.mkdir()
    assert not prepare_scene(later, out, 2)
    assert prepare_scene(first, out, 2)
    assert not prepare_scene(first, out, 2)
    (out / f"variants_{50 + PAIR_OFFSET:06d}.json").unlink()
    assert prepare_scene(first, out, 2)
    pictures = Pictures(out, held_out=False)
    assert len(pictures) == 4
    assert pictures.pairs == [(0, 2), (1, 3)]
    before, after, motion = pictures.pair(1)
    assert before.variant == after.variant
    assert before.picture.shape == (24, 32, 3)
    assert motion.shape == (24, 32, 3)
    wall = motion[9, 16]  # 12 m away; the camera went 0.1 m to the right, 35 mm on 32 pixels
    assert wall[:2] == pytest.approx([0.1 / 12 * 35 / 36 * 32, 0.0], abs=0.02)
    assert wall[2] == 1
    assert motion[0, 0, 2] == 0  # the sky
    assert pictures.pair(0, (2, 4, 6, 8))[2].shape == (6, 8, 3)


def test_later_moments_of_held_out_scenes_are_held_out(tmp_path: Path) -> None:
    for seed in (HELD_OUT - 1, HELD_OUT):
        paint_scene(scene(seed), scene(seed + PAIR_OFFSET, seed), tmp_path, 1)
    assert {s for s, _, _ in Pictures(tmp_path, held_out=True).index} == {HELD_OUT - 1, PAIR_OFFSET + HELD_OUT - 1}
    assert {s for s, _, _ in Pictures(tmp_path, held_out=False).index} == {HELD_OUT, PAIR_OFFSET + HELD_OUT}


def test_pictures_grow(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path, held_out=False)
    assert len(pictures) == 0
    paint_scene(scene(60), None, tmp_path, 2)
    assert pictures.refresh() == 2
    assert pictures.refresh() == 2


def test_shares_cut_nothing_apart() -> None:
    seeds = [*range(100), *(s + PAIR_OFFSET for s in range(100))]
    shares = [share_of(seeds, (k, 3)) for k in range(3)]
    assert sorted(s for part in shares for s in part) == seeds
    for part in shares:
        assert {s - PAIR_OFFSET for s in part if s >= PAIR_OFFSET} == {s for s in part if s < PAIR_OFFSET}
        assert len({s % 7 for s in part}) == 7
    with pytest.raises(ValueError, match="no share"):
        dataset.parse_share("3/3")


def test_prepare_takes_its_share_and_leaves_torn_files(tmp_path: Path) -> None:
    scenes, out = tmp_path / "scenes", tmp_path / "pictures"
    for seed in (0, 1, 7):
        write(scenes, scene(seed))
    (scenes / "scene_000002.npz").write_bytes(b"torn")
    assert prepare(scenes, out, variants=1, share=(1, 2)) == 1
    assert prepare(scenes, out, variants=1) == 2
    assert not (out / "variants_000002.json").exists()


def test_what_is_no_number_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoilt(*_: Any) -> Any:
        return np.full((24, 32, 55), np.nan, np.float32)

    monkeypatch.setattr(dataset, "inputs", spoilt)
    with pytest.raises(PassesError, match="scene 3"):
        paint_scene(scene(3), None, tmp_path, 1)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(DiskFullError, match="disk is full"):
        paint_scene(scene(3), None, tmp_path, 1)
    assert not (tmp_path / "variants_000003.json").exists()
