"""Grades by name: the shipped ones are their formulas, a production's are found, moved and told when damaged."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest

from rushes.contracts import CDL, Grade, Rendering, TimelineSpace
from rushes.delivery.colour_cdl import read_cdls
from rushes.delivery.colour_cube import read_cube
from rushes.delivery.colour_grades import find_grade, grades, save_grade
from rushes.errors import InputError

ASSETS = Path(__file__).parents[3] / "assets" / "grades"


def test_the_shipped_ones() -> None:
    found = grades()
    assert [n.grade.name for n in found] == ["Bleach", "Cold Morning", "Dream", "Film Print", "Noir", "Warm Evening"]
    for named in found:
        assert named.shipped
        assert named.about
        assert named.grade.lut is None or Path(named.grade.lut).is_file()
        assert list(read_cdls(next(ASSETS.glob(f"{named.path.name.split('.')[0]}.*.cdl"))).values()) == [
            named.grade.cdl
        ]


def test_the_shipped_files_are_what_their_formulas_say(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_grades", ASSETS / "make_grades.py")
    assert spec is not None
    assert spec.loader is not None
    script: Any = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["make_grades"] = script
    spec.loader.exec_module(script)
    script.make(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {
        p.name for p in ASSETS.iterdir() if p.is_file() and p.suffix != ".py"
    }
    for path in tmp_path.glob("*.cube"):
        assert read_cube(path).table == pytest.approx(read_cube(ASSETS / path.name).table, abs=3e-6)


def test_a_production_has_its_own_and_may_move(tmp_path: Path) -> None:
    home = tmp_path / "film" / "grades"
    home.mkdir(parents=True)
    lut = home / "night.cube"
    shutil.copy(ASSETS / "noir.rec709.cube", lut)
    night = Grade("Night", TimelineSpace.ACESCCT, CDL(saturation=0.8), str(lut), rendering=Rendering.ACES_2)
    save_grade(home, night, "ours")
    save_grade(home, Grade("NOIR", TimelineSpace.REC709, CDL(saturation=0.1)))
    found = grades(tmp_path / "film")
    assert find_grade(" night ", found).grade == night
    assert find_grade("noir", found).grade.cdl.saturation == 0.1  # the production's stands before the shipped one
    (tmp_path / "film").rename(tmp_path / "moved")
    again = find_grade("night", grades(tmp_path / "moved")).grade
    assert again.lut == str(tmp_path / "moved" / "grades" / "night.cube")
    assert Path(again.lut or "").is_file()


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(InputError, match="'Nior'") as caught:
        find_grade("Nior", grades())
    assert "Noir" in caught.value.hint


@pytest.mark.parametrize("text", ["{", "[]", '{"kind": "look"}', '{"kind": "grade", "grade": {"name": 3}}'])
def test_a_damaged_grade_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "grades").mkdir()
    (tmp_path / "grades" / "bad.grade.json").write_text(text)
    with pytest.raises(InputError, match=r"bad\.grade\.json cannot be read") as caught:
        grades(tmp_path)
    assert caught.value.code == "grade.file"
