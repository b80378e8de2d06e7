"""A grade from the engine, put on a clip by API calls, comes out on the screen as it was meant.

The double works its pixels out with a configuration and arithmetic of its own; deltaE is colour-science's.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from rushes.contracts import CDL, Grade, TimelineSpace
from rushes.contracts.grade import Rendering
from rushes.delivery.colour_files import grade_files
from rushes.testing.resolve import Simulator
from rushes.testing.resolve.picture import picture_at

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it misses its plotting library
    import colour

MANAGED = {
    "colorScienceMode": "davinciYRGBColorManagedv2",
    "colorSpaceTimeline": "DaVinci WG/Intermediate",
    "inputDRT": "None",
    "outputDRT": "None",
}
PROJECTS: dict[str, tuple[TimelineSpace, Rendering | None, dict[str, str]]] = {
    "rec709": (TimelineSpace.REC709, None, {}),
    "davinci": (TimelineSpace.DAVINCI, Rendering.COLORIMETRIC, MANAGED),
    "aces 1": (TimelineSpace.ACESCCT, Rendering.ACES_1, {"colorScienceMode": "acescct"}),
    "aces 2": (TimelineSpace.ACESCCT, Rendering.ACES_2, {"colorScienceMode": "acescct", "acesVersion": "2.0"}),
}
WARM = CDL((1.12, 1.0, 0.86), (0.01, 0.0, -0.012), (0.95, 1.0, 1.06), 0.85)


def chart() -> Any:
    """24 ColorChecker patches as Rec.709 BT.1886 codes, (24, 3)."""
    found = colour.CCS_COLOURCHECKERS["ColorChecker24 - After November 2014"]
    xyz = [colour.xyY_to_XYZ(np.asarray(each)) for each in found.data.values()]
    adapted = colour.adaptation.chromatic_adaptation_VonKries(
        np.asarray(xyz), colour.xy_to_XYZ(found.illuminant), colour.xy_to_XYZ([0.3127, 0.329]), "Bradford"
    )
    linear = colour.XYZ_to_RGB(adapted, "ITU-R BT.709", [0.3127, 0.329], None)
    return np.clip(linear, 0, 1) ** (1 / 2.4)


def delta_e(one: Any, other: Any) -> Any:
    def lab(codes: Any) -> Any:
        linear = np.clip(codes, 0, 1) ** 2.4
        return colour.XYZ_to_Lab(colour.RGB_to_XYZ(linear, "ITU-R BT.709", [0.3127, 0.329], None), [0.3127, 0.329])

    return colour.delta_E(lab(one), lab(other), method="CIE 2000")


def meant(codes: Any, cdl: CDL) -> Any:
    out = np.clip(codes * np.array(cdl.slope) + np.array(cdl.offset), 0, None) ** np.array(cdl.power)
    luma = (out * [0.2126, 0.7152, 0.0722]).sum(-1, keepdims=True)
    return np.clip(luma + cdl.saturation * (out - luma), 0, 1)


def on_the_screen(sim: Simulator) -> Any:
    timeline = sim.project.timeline
    assert timeline is not None
    return picture_at(sim.app, timeline, timeline.start).reshape(4, 4, 6, 4, 3).mean((1, 3)).reshape(24, 3)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == "aces 1" else name for name in PROJECTS]
)
def test_a_grade_of_the_engine_comes_out_as_meant(name: str, tmp_path: Path) -> None:
    space, rendering, settings = PROJECTS[name]
    codes = chart()
    big = np.repeat(np.repeat(codes.reshape(4, 6, 3), 4, axis=0), 4, axis=1)
    cv2.imwrite(str(tmp_path / "chart.tif"), np.round(big[..., ::-1] * 65535).astype(np.uint16))
    sim = Simulator("21.0.4-studio", tmp_path / "resolve")
    sim.new_project(size=(24, 16), **settings)
    sim.timeline()
    item = sim.handle(sim.add_clip(sim.import_media(tmp_path / "chart.tif"), frames=5))
    # The published inverse of ACES 1's red modifier is not quite one: 0.26 on orange.
    assert delta_e(on_the_screen(sim), codes).max() < 0.3, "ungraded it comes through"
    grade = Grade("warm", TimelineSpace.REC709, WARM)
    made = grade_files(grade, space, tmp_path / "grades", rendering)
    assert item.AddVersion("Rushes", 0) is True
    triples = {
        key.title(): " ".join(f"{x:.6f}" for x in getattr(made.cdl, key)) for key in ("slope", "offset", "power")
    }
    assert item.SetCDL({"NodeIndex": "1", **triples, "Saturation": f"{made.cdl.saturation:.6f}"}) is True
    if made.lut is not None:
        (sim.app.lut_folder / "look.cube").write_bytes(Path(made.lut).read_bytes())
        assert sim.handle(sim.project).RefreshLUTList() is True
        assert item.GetNodeGraph().SetLUT(1, "look.cube") is True
    error = delta_e(on_the_screen(sim), meant(codes, WARM))
    print(f"{name}: mean {error.mean():.3f}, worst {error.max():.3f}")  # noqa: T201
    assert error.max() < 0.5
    assert sim.app.unmodelled == []
