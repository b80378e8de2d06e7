"""CIEDE2000 against its authors' data and an independent library; the chart against its own values."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from rushes.delivery.colour_difference import codes_of, delta_e, lab_of, open_lab_of, patch_names, patches

# Sharma, Wu, Dalal: "The CIEDE2000 Color-Difference Formula", table 1; pairs 1, 7, 9, 14, 17, 21, 25, 33, 34.
SHARMA = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
    ((50.0, -0.001, 2.49), (50.0, 0.0011, -2.49), 4.7461),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (50.0, 3.1736, 0.5854), 1.0),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "two", "wanted"), SHARMA)
def test_the_authors_pairs(one: Any, two: Any, wanted: float) -> None:
    assert float(delta_e(np.array(one), np.array(two))) == pytest.approx(wanted, abs=1e-4)
    assert float(delta_e(np.array(two), np.array(one))) == pytest.approx(wanted, abs=1e-4)


def test_an_independent_library_agrees() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of plotting that is not installed
        import colour

    chance = np.random.default_rng(2)
    lab = chance.random((2, 500, 3)) * [100, 120, 120] - [0, 60, 60]
    assert delta_e(lab[0], lab[1]) == pytest.approx(
        np.asarray(colour.delta_E(lab[0], lab[1], method="CIE 2000")), abs=1e-6
    )


def test_the_chart_is_the_chart() -> None:
    lab = dict(zip(patch_names(), lab_of(patches())))
    assert len(lab) == 24
    assert lab["neutral 5"] == pytest.approx([50.8, 0.0, 0.0], abs=1.2)
    assert lab["white 9.5"][0] == pytest.approx(95.2, abs=0.3)
    assert lab["red"][1] > 45
    assert lab["blue"][2] < -45
    assert patches()[17][0] == 0.0  # cyan lies outside of BT.709


def test_lab_goes_both_ways_beyond_the_display() -> None:
    codes = np.random.default_rng(4).uniform(-0.05, 1.4, (500, 3))
    assert codes_of(open_lab_of(codes)) == pytest.approx(codes, abs=2e-4)
