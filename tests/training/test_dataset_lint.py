"""The lint finds what is put into a folder; sheet and datasheet say what is there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from rushes.contracts import Metric
from rushes.errors import InputError
from rushes.models.house.features import CHANNELS, CLASSES, FEATURE_VERSION
from rushes.models.house.vocabulary import FIELDS
from rushes.training.datasheet import contact_sheet, datasheet, write_sheet
from rushes.training.lint import lint, near_duplicates, picture_hash
from rushes.training.synth_plan import PAIR_OFFSET

H, W = 24, 32
SCENES = 70


def pattern(seed: int, shift: int = 0) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A smooth picture of its own."""
    coarse = np.random.default_rng(seed).uniform(0, 255, (6, 8, 3)).astype(np.float32)
    return np.roll(cv2.resize(coarse, (W, H), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8), shift, 1)


def add(folder: Path, seed: int, pair_of: int | None = None) -> None:
    """A scene of two pictures in which every word gets its turn."""
    first = seed if pair_of is None else pair_of
    variants = [
        {
            "hour": FIELDS["time_of_day"][(first + k) % 4],
            "weather": FIELDS["weather"][(first + k) % 5],
            "mood": FIELDS["mood"][(first // 2 + k) % 5],
            "place": FIELDS["place"][first % 7],
            "style": FIELDS["style"][(first // 3 + k) % 5],
            "seed": k,
        }
        for k in range(2)
    ]
    pictures = np.stack([pattern(2 * first + k, 2 if pair_of is not None else 0) for k in range(2)])
    np.save(folder / f"pictures_{seed:06d}.npy", pictures)
    np.save(folder / f"features_{seed:06d}.npy", np.zeros((2, H, W, len(CHANNELS)), np.float16))
    if pair_of is not None:
        motion = np.zeros((H, W, 3), np.float16)
        motion[:, 2:, 0], motion[:, 2:, 2] = -2, 1
        np.save(folder / f"motion_{seed:06d}.npy", motion)
    content = {"classes": dict.fromkeys(CLASSES, 1 / len(CLASSES)), "largest": 0.4, "objects": 9}
    note = {"feature_version": FEATURE_VERSION, "pair_of": pair_of, "variants": variants, "content": content}
    (folder / f"variants_{seed:06d}.json").write_text(json.dumps(note))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    for seed in range(SCENES):
        add(folder, seed)
    add(folder, PAIR_OFFSET + 4, 4)
    return folder


@pytest.fixture
def folder(clean: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(clean, tmp_path / "pictures"))


def figures(folder: Path) -> dict[str, Metric]:
    return {m.name.removeprefix("dataset."): m for m in lint(folder)}


def missed(folder: Path) -> set[str]:
    return {name for name, m in figures(folder).items() if not m.ok}


def test_a_clean_folder_passes(clean: Path) -> None:
    found = figures(clean)
    assert {n for n, m in found.items() if not m.ok} == set()
    assert (found["scenes"].value, found["pictures"].value) == (SCENES, 2 * SCENES + 2)
    assert found["scenes"].note.startswith("42 ")
    assert found["motion_valid"].value == pytest.approx(30 / 32, abs=0.01)


def _tear(folder: Path) -> None:
    (folder / "features_000003.npy").write_bytes(b"torn")


def _resize(folder: Path) -> None:
    np.save(folder / "pictures_000003.npy", np.zeros((1, H, W, 3), np.uint8))


def _garble(folder: Path) -> None:
    (folder / "variants_000003.json").write_text("{")


def _spoil(folder: Path) -> None:
    given = np.load(folder / "features_000003.npy")
    given[1, 2, 3, 4] = np.inf
    np.save(folder / "features_000003.npy", given)


def _repeat(folder: Path) -> None:
    pictures = np.load(folder / "pictures_000003.npy")
    np.save(folder / "pictures_000004.npy", np.clip(pictures.astype(int) + 2, 0, 255).astype(np.uint8))


def _flatten(folder: Path) -> None:
    for seed in (0, 1, 3, 7, 15, 16, 30, 31):
        note = json.loads((folder / f"variants_{seed:06d}.json").read_text())
        for v in note["variants"]:
            v.update(weather="clear", style="cinematic")
        (folder / f"variants_{seed:06d}.json").write_text(json.dumps(note))
        np.save(folder / f"pictures_{seed:06d}.npy", np.full((2, H, W, 3), 90 + seed, np.uint8))


def _empty(folder: Path) -> None:
    for seed in range(3):
        path = folder / f"variants_{seed:06d}.json"
        note = json.loads(path.read_text())
        note["content"]["largest"] = 0.99
        path.write_text(json.dumps(note))


def _one_sided(folder: Path) -> None:
    for path in folder.glob("variants_*.json"):
        path.write_text(path.read_text().replace('"fog"', '"clear"'))


def _no_lamps(folder: Path) -> None:
    for path in folder.glob("variants_*.json"):
        note = json.loads(path.read_text())
        note["content"]["classes"]["light"] = 0.0
        path.write_text(json.dumps(note))


def _turn_motion(folder: Path) -> None:
    path = folder / f"motion_{PAIR_OFFSET + 4:06d}.npy"
    np.save(path, np.load(path) * np.array([-1, 1, 1], np.float16))


def _hide_motion(folder: Path) -> None:
    path = folder / f"motion_{PAIR_OFFSET + 4:06d}.npy"
    np.save(path, np.zeros((H, W, 3), np.float16))


def _part_pair(folder: Path) -> None:
    (folder / "variants_000004.json").unlink()


@pytest.mark.parametrize(
    ("harm", "figure"),
    [
        (_tear, "unreadable"),
        (_resize, "unreadable"),
        (_garble, "unreadable"),
        (_spoil, "not_finite"),
        (_repeat, "duplicates"),
        (_flatten, "flat_pictures"),
        (_empty, "empty_frames"),
        (_one_sided, "rarest.weather"),
        (_no_lamps, "rarest.class"),
        (_turn_motion, "motion_right"),
        (_hide_motion, "motion_valid"),
        (_part_pair, "pairs_alone"),
    ],
)
def test_harm_is_found(folder: Path, harm: Callable[[Path], None], figure: str) -> None:
    harm(folder)
    assert figure in missed(folder)


def test_near_duplicates_of_one_scene_do_not_count() -> None:
    hashes = np.stack([picture_hash(pattern(k)) for k in (1, 1, 2, 3, 2)])
    groups = np.array([0, 0, 1, 2, 3])
    assert near_duplicates(hashes, groups, block=2) == [(2, 4)]


def test_few_scenes_are_not_judged_for_balance(tmp_path: Path) -> None:
    add(tmp_path, 0)
    assert missed(tmp_path) == set()
    with pytest.raises(InputError, match="no training pictures"):
        lint(tmp_path / "nothing")


def test_sheet(clean: Path, tmp_path: Path) -> None:
    sheet = contact_sheet(clean)
    assert sheet.shape == (7 * (108 + 18), 4 * 2 * 192, 3)
    write_sheet(clean, tmp_path / "sheet.png")
    written = cv2.imread(str(tmp_path / "sheet.png"))
    assert written is not None
    assert written.shape == sheet.shape


def test_datasheet_counts(clean: Path) -> None:
    text = datasheet(clean)
    assert f"{2 * SCENES + 2} pictures of {SCENES} scenes" in text
    assert "seeds 0 to 69." in text
    assert "{" not in text
    for heading in ("Motivation", "Composition", "Collection", "Uses", "Licence"):
        assert heading in text
