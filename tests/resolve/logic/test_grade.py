"""LUT folders and names, .cube arithmetic, the choice of a grade."""

from __future__ import annotations

import pytest

from resolve_scripts.logic.cube import apply_cdl, combined, read_cube
from resolve_scripts.logic.grade import GradeNote, Wanted, cdl_texts, pick_grade, version_before
from resolve_scripts.logic.luts import lut_folders, lut_name, same_lut
from rushes.contracts import Brief
from rushes.contracts.grade import CDL, Grade, TimelineSpace
from rushes.errors import InputError


@pytest.mark.parametrize(
    ("platform", "environment", "folders"),
    [
        ("darwin", {}, ("/Library/Application Support/Blackmagic Design/DaVinci Resolve/LUT",)),
        ("win32", {"PROGRAMDATA": "D:\\Data"}, ("D:\\Data\\Blackmagic Design\\DaVinci Resolve\\Support\\LUT",)),
        ("win32", {}, ("C:\\ProgramData\\Blackmagic Design\\DaVinci Resolve\\Support\\LUT",)),
        ("linux", {}, ("/opt/resolve/LUT", "/home/resolve/LUT")),
        ("linux", {"RUSHES_RESOLVE_LUT": "/srv/LUT"}, ("/srv/LUT",)),
    ],
)
def test_where_resolve_keeps_luts(platform: str, environment: dict[str, str], folders: tuple[str, ...]) -> None:
    assert lut_folders(platform, environment) == folders


def test_a_lut_is_named_by_its_content_in_plain_letters() -> None:
    assert lut_name("Späte Wärme / 2", b"a").startswith("Rushes/spate_warme_2_")
    assert lut_name("夜", b"a").startswith("Rushes/grade_")
    assert lut_name("x", b"a") != lut_name("x", b"b")


@pytest.mark.parametrize("told", ["Rushes/a.cube", "Rushes\\a.cube", "/opt/resolve/LUT/Rushes/a.cube"])
def test_however_resolve_tells_it_the_lut_is_known_again(told: str) -> None:
    assert same_lut(told, "Rushes/a.cube")
    assert not same_lut("Other/Rushesa.cube", "Rushes/a.cube")
    assert same_lut("", "")
    assert not same_lut(None, "Rushes/a.cube")


def test_a_cdl_is_all_text() -> None:
    texts = cdl_texts(2, CDL((1, 2, 3), (0.1, 0, -0.1), (1, 1, 1.5), 0.25))
    assert texts == {
        "NodeIndex": "2",
        "Slope": "1.000000 2.000000 3.000000",
        "Offset": "0.100000 0.000000 -0.100000",
        "Power": "1.000000 1.000000 1.500000",
        "Saturation": "0.250000",
    }


def test_what_is_wanted_is_named_by_all_that_is_set() -> None:
    base = Wanted("Rushes A", CDL())
    others = [
        Wanted("Rushes A", CDL(saturation=0.5)),
        Wanted("Rushes A", CDL(), "l"),
        Wanted("Rushes A", CDL(), node=2),
    ]
    assert len({base.digest, *(one.digest for one in others)}) == 4


def test_a_cdl_and_a_lut_as_one() -> None:
    invert = "LUT_3D_SIZE 2\n" + "\n".join(
        f"{1 - r} {1 - g} {1 - b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)
    )  # fmt: skip
    cdl = CDL((0.5, 1.0, 1.0), (0.1, 0.0, 0.0), (1.0, 2.0, 1.0))
    made = read_cube(combined(cdl, read_cube(invert)))
    for color in ((0.25, 0.5, 0.75), (0.0, 1.0, 0.5)):
        moved = apply_cdl(cdl, color)
        assert made.at(color) == pytest.approx([1 - value for value in moved], abs=2e-3)


def test_curves_and_ranges_of_a_cube() -> None:
    text = "TITLE x\nLUT_1D_SIZE 3\nLUT_1D_INPUT_RANGE -1 1\n0 0 0\n0.5 0.25 0.5\n1 1 1\n"
    cube = read_cube(text)
    assert cube.at((0.0, 0.0, 0.5)) == pytest.approx((0.5, 0.25, 0.75))
    assert cube.at((-3.0, 9.0, 0.0)) == pytest.approx((0.0, 1.0, 0.5))


@pytest.mark.parametrize("text", ["", "LUT_3D_SIZE 2\n0 0 0\n", "LUT_3D_SIZE x\n", "DOMAIN_MAX 2 2 2\n", "<html>"])
def test_a_broken_cube_is_told(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_cube(text)
    assert caught.value.code == "grade.cube"


def _grades(*names: str) -> list[Grade]:
    return [Grade(name, TimelineSpace.REC709) for name in names]


def test_which_grade_is_meant() -> None:
    shipped = ("Noir", "Dream")
    every = _grades("Noir", "Dream", "Harbour")
    assert pick_grade(every, "noir", None, shipped).name == "Noir"
    assert pick_grade(every, "", Brief(mood="Dream"), shipped).name == "Dream"
    assert pick_grade(every, "", Brief(mood="bright"), shipped).name == "Harbour"
    with pytest.raises(InputError, match="Dream, Noir"):
        pick_grade(_grades("Noir", "Dream"), "", None, shipped)
    with pytest.raises(InputError, match="no grade yet"):
        pick_grade([], "", None)


def test_the_version_to_go_back_to() -> None:
    note = GradeNote("Mine", 0, "Rushes A", "x")
    assert version_before(note, {0: ["Version 1", "Mine", "Rushes A"], 1: []}) == ("Mine", 0)
    assert version_before(note, {0: ["Version 1", "Rushes A"], 1: []}) == ("Version 1", 0)
    assert version_before(None, {0: ["Rushes A"], 1: ["Remote 1"]}) == ("Remote 1", 1)
    assert version_before(None, {0: ["Rushes A"], 1: []}) is None
