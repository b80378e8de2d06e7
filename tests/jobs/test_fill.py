"""What the fill does with a texture's gaps: only islands, in the tone of what is seen, the same in every frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rushes.contracts import Size, encode
from rushes.contracts.bake import BAKE_VERSION, BakeData, BakedObject, FillJob
from rushes.errors import InputError, JobCancelled, ProductionError
from rushes.jobs import fill
from rushes.jobs.registry import Services
from rushes.library.files import write_json
from rushes.library.production import Production
from rushes.testing.contexts import RecordingContext

SIDE = 56
FIRST, SECOND = (slice(4, 44), slice(4, 20)), (slice(4, 44), slice(28, 44))
"""Two islands."""


def _mask() -> Any:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[FIRST] = mask[SECOND] = True
    return mask


def _place() -> Any:
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    return np.stack([columns / 10.0, rows / 10.0, np.zeros_like(rows)], -1)


def test_the_tone_of_what_is_seen_goes_on_over_the_own_material() -> None:
    mask, seen = _mask(), np.zeros((SIDE, SIDE), bool)
    seen[4:24, 4:20] = True
    own = np.full((SIDE, SIDE, 3), 0.2, np.float32)
    own[:, ::2] = 0.4  # planks
    mean = (own * np.array((2.0, 1.0, 0.5), np.float32)).astype(np.float32)
    found = fill.filled_in(np.where(seen[..., None], mean, 0.0).astype(np.float32), seen, mask, own, _place())
    assert np.allclose(found[seen], mean[seen])
    unseen = mask & ~seen  # the rest of the first island, and the second one, which no take reaches
    assert np.allclose(found[unseen], mean[unseen], rtol=0.02)


def test_tones_differ_by_place() -> None:
    mask, seen = _mask(), np.zeros((SIDE, SIDE), bool)
    seen[4:10, 4:20] = seen[38:44, 4:20] = True
    mean = np.zeros((SIDE, SIDE, 3), np.float32)
    mean[4:10], mean[38:44] = (0.6, 0.1, 0.1), (0.1, 0.1, 0.6)
    found = fill.filled_in(mean, seen, mask, np.full_like(mean, 0.3), _place())
    for island in (10, 34):
        column = found[:, island]
        assert column[12, 0] > 2 * column[12, 2]
        assert column[36, 2] > 2 * column[36, 0]
        middle = column[10:38, 0]
        assert (np.diff(middle) <= 1e-3).all()  # no step, nothing stretched


def test_without_anything_seen_it_is_the_own_material() -> None:
    own = np.random.default_rng(1).random((SIDE, SIDE, 3), np.float32)
    none = np.zeros((SIDE, SIDE), bool)
    assert np.array_equal(fill.filled_in(np.zeros_like(own), none, _mask(), own, _place()), own)


@pytest.fixture
def baked(tmp_path: Path) -> tuple[Production, Path]:
    """A production with a bake of one object in two frames: a take wanders over its first island."""
    production = Production.create(tmp_path / "film", "Film", Fraction(24), Size(96, 54))
    home = production.root / "bakes" / "b1" / "Wall"
    (home / "frames").mkdir(parents=True)
    mask = np.repeat((_mask() * 255).astype(np.uint8)[..., None], 3, -1)
    Image.fromarray(mask).save(home / "mask.png")
    Image.fromarray(np.full((SIDE, SIDE, 3), 120, np.uint8)).save(home / "own.png")
    np.save(home / "place.npy", _place())
    for number, rows in ((1, slice(4, 20)), (2, slice(12, 28))):
        picture = np.zeros((SIDE, SIDE, 4), np.uint8)
        picture[rows, 4:20] = (200, 60, 40, 255)
        Image.fromarray(picture, "RGBA").save(home / "frames" / f"{number:04d}.png")
    about = BakedObject("Wall", "Wall", "Rushes Bake", True, 24)
    write_json(home.parent / "bake.json", encode(BakeData(BAKE_VERSION, ("t1",), False, SIDE, 1, 2, (about,))))
    return production, home


def _run(production: Production, bake: str = "b1", context: RecordingContext | None = None) -> dict[str, Any]:
    job = encode(FillJob(str(production.root), bake))
    return fill.run(job, context or RecordingContext(), Services(home=production.root.parent / "home"))


def test_textures_have_no_gap_and_seen_texels_stay(baked: tuple[Production, Path]) -> None:
    production, home = baked
    result = _run(production)
    assert result["filled"] == pytest.approx(1.0 - 24 * 16 / (2 * 40 * 16))
    for number in (1, 2):
        before = np.array(Image.open(home / "frames" / f"{number:04d}.png"))
        after = np.array(Image.open(home / "filled" / f"{number:04d}.png"))
        seen = before[..., 3] == 255
        assert (after[_mask()][:, 3] == 255).all()
        assert np.abs(after[seen].astype(int) - before[seen]).max() <= 1
        assert np.abs(after[_mask()][:, :3].astype(int) - (200, 60, 40)).max() <= 3  # all of it in the take's tone
        assert after[55, 55, 3] == 0  # far from any island


def test_what_another_frame_shows_is_taken_from_there(baked: tuple[Production, Path]) -> None:
    production, home = baked
    picture = np.array(Image.open(home / "frames" / "0002.png"))
    picture[24:28, 4:20, :3] = (20, 160, 220)
    Image.fromarray(picture, "RGBA").save(home / "frames" / "0002.png")
    _run(production)
    after = np.array(Image.open(home / "filled" / "0001.png")).astype(int)
    assert after[25, 10, 2] > after[25, 10, 0] + 60  # not seen in the first frame


def test_a_cancelled_fill_leaves_nothing_half_made(baked: tuple[Production, Path]) -> None:
    production, home = baked
    with pytest.raises(JobCancelled):
        _run(production, context=RecordingContext(cancel_after=3))
    assert sorted(p.name for p in home.iterdir()) == ["frames", "mask.png", "own.png", "place.npy"]


def test_a_broken_bake_is_said(baked: tuple[Production, Path]) -> None:
    production, home = baked
    with pytest.raises(InputError, match="no bake"):
        _run(production, "../shots")
    (home / "frames" / "0002.png").write_bytes(b"torn")
    with pytest.raises(ProductionError, match="not whole"):
        _run(production)
    (home.parent / "bake.json").unlink()
    with pytest.raises(ProductionError, match="not whole"):
        _run(production)
