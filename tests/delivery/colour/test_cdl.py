"""CDL as OpenColorIO applies it, and its files in the three shapes they come in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rushes.contracts import CDL
from rushes.delivery.colour_cdl import apply_cdl, cdl_transform, read_cdls, undo_cdl, write_cdls
from rushes.delivery.colour_spaces import apply, ocio, processor
from rushes.errors import InputError

GRADE = CDL((1.1, 0.95, 0.8), (0.02, -0.03, 0.05), (1.2, 0.9, 1.05), 1.3)
OTHER = CDL((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.8, 0.8, 0.8), 0.0)


def test_it_is_what_opencolorio_does() -> None:
    codes = np.random.default_rng(0).uniform(-0.4, 2.0, (2000, 3)).astype(np.float32)
    assert apply_cdl(codes, GRADE) == pytest.approx(apply(processor(cdl_transform(GRADE)), codes), abs=2e-5)


def test_it_can_be_undone() -> None:
    codes = np.random.default_rng(1).uniform(-0.4, 2.0, (2000, 3))
    assert undo_cdl(apply_cdl(codes, GRADE), GRADE) == pytest.approx(codes, abs=1e-9)


@pytest.mark.parametrize("name", ["grades.cdl", "grades.ccc"])
def test_many_in_a_file_are_read_back_in_order(tmp_path: Path, name: str) -> None:
    entries = {"night & day <1>": GRADE, "夜": OTHER, **{f"shot {i}": CDL(saturation=i / 100) for i in range(50)}}
    write_cdls(tmp_path / name, entries, 'a "look" & more')
    assert list(read_cdls(tmp_path / name).items()) == list(entries.items())


@pytest.mark.parametrize("name", ["one.cc", "one.cdl", "one.ccc"])
def test_opencolorio_reads_our_files(tmp_path: Path, name: str) -> None:
    write_cdls(tmp_path / name, {"look": GRADE})
    codes = np.random.default_rng(3).random((100, 3)).astype(np.float32)
    found = apply(processor(ocio.FileTransform(src=str(tmp_path / name), cccId="look")), codes)
    assert found == pytest.approx(apply_cdl(codes, GRADE), abs=2e-5)


def test_what_others_write_is_read(tmp_path: Path) -> None:
    path = tmp_path / "theirs.ccc"
    path.write_text(
        """<?xml version="1.0"?><ColorCorrectionCollection xmlns="urn:ASC:CDL:v1.2"><ColorCorrection>
        <SOPNode><Slope>1.5  1 1</Slope><Offset>0 0 0.1</Offset><Power>1 1 1</Power></SOPNode>
        <SATNode><Saturation>0.5</Saturation></SATNode></ColorCorrection>
        <ColorCorrection id="sat"><SatNode><Saturation>2</Saturation></SatNode></ColorCorrection>
        </ColorCorrectionCollection>"""
    )
    found = read_cdls(path)
    assert found == {"1": CDL((1.5, 1.0, 1.0), (0.0, 0.0, 0.1), saturation=0.5), "sat": CDL(saturation=2.0)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no xml", "cannot be read"),
        ("<ColorCorrectionCollection/>", "no ColorCorrection"),
        ("<ColorCorrection id='a'><SOPNode><Slope>1 1</Slope></SOPNode></ColorCorrection>", "Slope of 'a' needs 3"),
        ("<ColorCorrection id='a'><SOPNode><Power>1 x 1</Power></SOPNode></ColorCorrection>", "Power of 'a' is not"),
        ("<ColorCorrection id='a'><SOPNode><Power>1 0 1</Power></SOPNode></ColorCorrection>", "above zero"),
        ("<ColorCorrection id='a'><SOPNode><Slope>1 nan 1</Slope></SOPNode></ColorCorrection>", "needs 3 numbers"),
        ("<C><ColorCorrection id='a'/><ColorCorrection id='a'/></C>", "twice"),
    ],
)
def test_a_bad_file_is_told_in_words(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.cdl"
    path.write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        read_cdls(path)
    assert caught.value.code == "grade.cdl_file"
    assert caught.value.hint


def test_a_cc_holds_one(tmp_path: Path) -> None:
    for name, entries in (("two.cc", {"a": GRADE, "b": OTHER}), ("one.txt", {"a": GRADE})):
        with pytest.raises(InputError, match="cannot hold"):
            write_cdls(tmp_path / name, entries)
    assert list(tmp_path.iterdir()) == []
