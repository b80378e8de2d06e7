""".cube files: as OpenColorIO reads them, as Resolve and Adobe write them, and what is wrong with the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rushes.delivery.colour_cube import Cube, Range, read_cube, write_cube
from rushes.delivery.colour_spaces import apply, ocio, processor
from rushes.errors import InputError

CODES = np.random.default_rng(5).random((500, 3)).astype(np.float32)


def lattice(size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    axis = np.linspace(0.0, 1.0, size, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)


def span(low: float, high: float) -> Range:
    return (low, low, low), (high, high, high)


def bent(size: int = 9) -> Cube:
    grid = lattice(size)
    return Cube(np.stack([grid[..., 0] ** 2, grid[..., 1] * grid[..., 0], 1.2 - grid[..., 2]], axis=-1))


def test_red_changes_fastest(tmp_path: Path) -> None:
    write_cube(tmp_path / "a.cube", Cube(lattice(2)), "A\nlook")
    lines = (tmp_path / "a.cube").read_text().splitlines()
    assert lines[:3] == ["# A look", "LUT_3D_SIZE 2", ""]
    assert lines[3:6] == ["0.000000 0.000000 0.000000", "1.000000 0.000000 0.000000", "0.000000 1.000000 0.000000"]


@pytest.mark.parametrize("size", [2, 17, 33])
def test_written_read_and_read_by_opencolorio(tmp_path: Path, size: int) -> None:
    path, cube = tmp_path / "a.cube", bent(size)
    write_cube(path, cube, "look")
    back = read_cube(path)
    assert back.table == pytest.approx(cube.table, abs=1e-6)
    theirs = apply(processor(ocio.FileTransform(src=str(path), interpolation=ocio.INTERP_TETRAHEDRAL)), CODES)
    assert back.applier()(CODES) == pytest.approx(theirs, abs=2e-6)


def test_one_table_and_the_two_of_resolve(tmp_path: Path) -> None:
    ramp = np.linspace(0.0, 1.0, 16, dtype=np.float32)
    curve = np.stack([ramp**2, ramp, 1 - ramp], axis=-1)
    for name, cube in (
        ("1d", Cube(None, curve, span(-0.5, 1.5))),
        ("both", Cube(bent().table, curve, span(0.0, 1.0), span(0.0, 2.0))),
    ):
        path = tmp_path / f"{name}.cube"
        write_cube(path, cube, name)
        theirs = apply(processor(ocio.FileTransform(src=str(path), interpolation=ocio.INTERP_TETRAHEDRAL)), CODES)
        assert apply(processor(read_cube(path).transform()), CODES) == pytest.approx(theirs, abs=2e-5)


def test_adobes_domain_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "adobe.cube"
    rows = "\n".join(f"{r} {g} {b} # row" for b in (0, 1) for g in (0, 1) for r in (0, 1))
    path.write_text(
        f'\ufeff# made elsewhere\nTITLE "x"\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 2 1 1\nLUT_3D_SIZE 2\n\n{rows}\n', "utf-8"
    )
    cube = read_cube(path)
    assert cube.domain == ((0.0, 0.0, 0.0), (2.0, 1.0, 1.0))
    assert cube.applier()(np.array([[1.0, 0.5, 0.5]], np.float32))[0] == pytest.approx([0.5, 0.5, 0.5], abs=1e-6)
    write_cube(tmp_path / "ours.cube", cube, "plain")  # Resolve has no words for it: one table over 0..1
    assert read_cube(tmp_path / "ours.cube").applier()(CODES) == pytest.approx(CODES * [0.5, 1, 1], abs=1e-5)


def test_highlights_beyond_the_table_go_on() -> None:
    found = Cube(lattice(5) * np.float32(0.5)).applier()(np.array([[1.0] * 3, [1.3] * 3, [-0.2] * 3], np.float32))
    assert found[:, 0] == pytest.approx([0.5, 0.8, -0.2], abs=1e-6)


GOOD = "LUT_3D_SIZE 2\n" + "0 0 0\n" * 8


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "no LUT_1D_SIZE"),
        ("0 0 0\n", 1, "no LUT_1D_SIZE"),
        ("LUT_3D_SIZE two\n", 1, "a number|one number"),
        ("LUT_3D_SIZE 1\n0 0 0\n", 1, "from 2 to 129"),
        ("LUT_3D_SIZE 4096\n", 1, "from 2 to 129"),
        (GOOD.replace("0 0 0\n", "0 0 zero\n", 1), 2, "a row needs 3 numbers"),
        (GOOD.replace("0 0 0\n", "0 nan 0\n", 1), 2, "a row needs 3 numbers"),
        (GOOD + "1 1 1\n", 10, "more than the 8 rows"),
        ("LUT_3D_SIZE 2\n0 0 0\n0 0 0\n", 3, "after 2 of 8 rows"),
        ("\n\nLUT_IN_VIDEO_RANGE\n" + GOOD, 3, "video levels"),
        ("WHAT_IS_THIS 1\n" + GOOD, 1, "not known"),
        ("LUT_3D_INPUT_RANGE 1 1\n" + GOOD, 1, "range is empty"),
    ],
)
def test_a_bad_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "bad.cube"
    path.write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        read_cube(path)
    assert caught.value.code == "grade.cube"
    assert f"line {line}" in caught.value.message
    assert caught.value.hint


def test_a_missing_or_binary_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_cube(tmp_path / "gone.cube")
    (tmp_path / "noise.cube").write_bytes(bytes(range(256)) * 8)
    with pytest.raises(InputError, match=r"noise\.cube, line"):
        read_cube(tmp_path / "noise.cube")
