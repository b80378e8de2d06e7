"""Grades in other timeline spaces, through the files, by OpenColorIO's own conversions and readers."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from rushes.contracts import CDL, Grade, Rendering, TimelineSpace
from rushes.delivery.colour_cdl import apply_cdl
from rushes.delivery.colour_cube import Cube, read_cube, write_cube
from rushes.delivery.colour_difference import display_delta_e, lab_of, patches
from rushes.delivery.colour_files import grade_files
from rushes.delivery.colour_grades import find_grade, grades
from rushes.delivery.colour_realise import intended, realise
from rushes.delivery.colour_spaces import Working
from rushes.errors import InputError
from rushes.jobs.eval_colour import end_to_end, random_cdl, shown

REC709, DAVINCI, ACESCCT = TimelineSpace.REC709, TimelineSpace.DAVINCI, TimelineSpace.ACESCCT


def built_in(name: str) -> Grade:
    return find_grade(name, grades()).grade


@pytest.mark.parametrize("name", ["Noir", "Film Print", "Warm Evening"])
@pytest.mark.parametrize(
    "target",
    [Working(DAVINCI), Working(ACESCCT), Working(ACESCCT, Rendering.ACES_2)],
    ids=lambda w: w.label,
)
def test_patches_land_where_they_should(tmp_path: Path, name: str, target: Working) -> None:
    meant, tetrahedral, trilinear, _ = end_to_end(built_in(name), target, tmp_path)
    assert display_delta_e(meant, patches()).max() > 3  # it is a grade at all
    assert display_delta_e(tetrahedral, meant).max() <= 0.5
    assert display_delta_e(trilinear, meant).max() <= 0.5


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("space", [DAVINCI, ACESCCT])
def test_a_grade_of_a_log_space_on_a_rec709_timeline(tmp_path: Path, space: TimelineSpace, seed: int) -> None:
    meant, one, two, _ = end_to_end(Grade("log", space, random_cdl(seed)), Working(REC709), tmp_path)
    assert max(display_delta_e(one, meant).max(), display_delta_e(two, meant).max()) <= 0.5


def test_the_numbers_of_a_rec709_grade_are_wrong_in_another_space() -> None:
    """What happens without the conversion."""
    grade = Grade("x", REC709, CDL((1.1, 1.0, 0.85), (0.02, 0.0, -0.02), (1.0, 1.0, 1.0), 1.2))
    working = Working(DAVINCI)
    naive = working.to_display(apply_cdl(working.from_display(patches()), grade.cdl))
    assert display_delta_e(naive, intended(grade)(patches())).mean() > 5


def test_in_its_own_space_a_grade_is_what_it_was() -> None:
    grade = built_in("Dream")
    assert grade.lut is not None
    made = realise(grade, Working(REC709))
    assert made.cdl == grade.cdl
    assert made.cube is not None
    assert made.cube.table == pytest.approx(read_cube(Path(grade.lut)).table)
    assert made.error.worst == 0.0


def test_a_grade_that_does_nothing_needs_no_lut() -> None:
    for target in (Working(DAVINCI), Working(ACESCCT)):
        made = realise(Grade("nothing", REC709), target)
        assert made.cube is None
        assert apply_cdl(target.from_display(patches()), made.cdl) == pytest.approx(
            target.from_display(patches()), abs=2e-3
        )


@pytest.mark.parametrize("name", ["Noir", "Dream", "Film Print"])
def test_ramps_rise_blacks_are_clean_and_highlights_live(name: str) -> None:
    grade, target = built_in(name), Working(DAVINCI)
    made = realise(grade, target)
    assert made.cube is not None
    apply = made.cube.applier()
    ramp = np.repeat(np.linspace(0.0, 1.0, 1024, dtype=np.float32)[:, None], 3, axis=1)
    found = target.to_display(apply(apply_cdl(target.from_display(ramp), made.cdl)))
    lab = lab_of(found)
    assert np.diff(lab[:, 0]).min() > -0.02  # no step back, so no band
    meant = intended(grade)(ramp)
    assert display_delta_e(found, meant).max() < 1.5
    assert display_delta_e(found, meant).mean() < 0.15
    assert np.abs(np.diff(lab - lab_of(meant), axis=0)).max() < 0.25  # no kinks that the grade has not
    assert display_delta_e(found[:1], meant[:1])[0] < 1.0
    bright = np.repeat(np.array([0.55, 0.65, 0.75, 0.85], np.float32)[:, None], 3, axis=1)  # up to 12 times white
    steps = np.diff(apply(apply_cdl(bright, made.cdl))[:, 1])
    assert steps.min() > 0.05


def test_files_are_named_by_what_they_are_made_of_and_kept(tmp_path: Path) -> None:
    grade = Grade("Late, Sun/Set", REC709, CDL((1.1, 1.0, 0.9)))
    first = grade_files(grade, ACESCCT, tmp_path)
    assert first.lut is not None
    assert Path(first.lut).name.startswith("late,_sun_set.acescct.")
    assert {p.suffix for p in tmp_path.iterdir()} == {".cdl", ".cube", ".json"}
    before = {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir()}
    assert grade_files(grade, ACESCCT, tmp_path) == first
    assert {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir()} == before
    Path(first.lut).unlink()  # a file that went missing is made again, the same to the byte
    assert grade_files(grade, ACESCCT, tmp_path) == first
    assert Path(first.lut).is_file()
    other = grade_files(grade, ACESCCT, tmp_path, Rendering.ACES_2)
    assert other.lut != first.lut
    assert "aces_2" in str(other.lut)


def test_another_lut_under_the_same_name_is_another_grade(tmp_path: Path) -> None:
    lut = tmp_path / "mine.cube"
    axis = np.linspace(0.0, 1.0, 5, dtype=np.float32)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    found: list[str | None] = []
    for scale in (1.0, 0.8):
        write_cube(lut, Cube(grid * np.float32(scale)), "mine")
        found.append(grade_files(Grade("mine", DAVINCI, lut=str(lut)), DAVINCI, tmp_path / "out").lut)
    assert found[0] != found[1]


def test_a_lut_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.cube cannot be read"):
        grade_files(Grade("x", REC709, lut=str(tmp_path / "gone.cube")), DAVINCI, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_measure_sees_a_wrong_lut(tmp_path: Path) -> None:
    """The end-to-end check is no tautology: another grade's files miss by far."""
    target = Working(DAVINCI)
    meant = end_to_end(built_in("Noir"), target, tmp_path)[0]
    wrong = grade_files(built_in("Dream"), DAVINCI, Path(tempfile.mkdtemp(dir=tmp_path)))
    assert wrong.lut is not None
    assert display_delta_e(shown(target, [wrong.lut], patches()), meant).max() > 10
