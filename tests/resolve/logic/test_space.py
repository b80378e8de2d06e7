"""In which space nodes act, from the project's settings; and where no grade may go."""

from __future__ import annotations

import pytest

from resolve_scripts.logic.space import input_space, node_space, output_space
from rushes.contracts.grade import Rendering, TimelineSpace
from rushes.errors import InputError, ResolveError

_21 = (21, 0, 4)
_MANAGED = {"colorScienceMode": "davinciYRGBColorManagedv2", "inputDRT": "None", "outputDRT": "None"}
_DWG = _MANAGED | {"colorSpaceTimeline": "DaVinci WG/Intermediate"}
_ACES = {"colorScienceMode": "acescct"}


@pytest.mark.parametrize(
    ("settings", "version", "aces", "space", "rendering"),
    [
        ({}, _21, "", TimelineSpace.REC709, Rendering.COLORIMETRIC),
        ({"colorScienceMode": "davinciYRGB"}, _21, "", TimelineSpace.REC709, Rendering.COLORIMETRIC),
        (_DWG, _21, "", TimelineSpace.DAVINCI, Rendering.COLORIMETRIC),
        (_DWG | {"colorScienceMode": "davinciYRGBColorManaged"}, _21, "", TimelineSpace.DAVINCI,
         Rendering.COLORIMETRIC),
        (
            _MANAGED | {"colorSpaceTimeline": "Rec.709 Gamma 2.4", "inputDRT": "DaVinci"},
            _21, "", TimelineSpace.REC709, Rendering.COLORIMETRIC,
        ),
        (
            _MANAGED
            | {
                "separateColorSpaceAndGamma": "1",
                "colorSpaceTimeline": "DaVinci WG",
                "colorSpaceTimelineGamma": "DaVinci Intermediate",
            },
            _21, "", TimelineSpace.DAVINCI, Rendering.COLORIMETRIC,
        ),
        (_MANAGED | {"colorSpaceTimeline": "ACEScct"}, _21, "", TimelineSpace.ACESCCT, Rendering.COLORIMETRIC),
        (_ACES, (19, 1, 3), "", TimelineSpace.ACESCCT, Rendering.ACES_1),
        (_ACES | {"acesVersion": "ACES 2.0"}, (21, 1, 0), "", TimelineSpace.ACESCCT, Rendering.ACES_2),
        (_ACES | {"acesVersion": "1.3"}, (21, 1, 0), "", TimelineSpace.ACESCCT, Rendering.ACES_1),
        (_ACES, _21, "2", TimelineSpace.ACESCCT, Rendering.ACES_2),
        (_ACES | {"colorAcesNodeLUTProcessingSpace": "acesccAp1"}, _21, "1", TimelineSpace.ACESCCT, Rendering.ACES_1),
    ],
)  # fmt: skip
def test_the_space(
    settings: dict[str, str], version: tuple[int, int, int], aces: str, space: TimelineSpace, rendering: Rendering
) -> None:
    found = node_space(settings, version, aces)
    assert (found.space, found.rendering, found.notes) == (space, rendering, ())


def test_what_is_assumed_is_said() -> None:
    assert "1.3 was assumed" in node_space(_ACES, _21).notes[0]
    unknown = {key: value for key, value in _DWG.items() if not key.endswith("DRT")}
    assert "None was assumed" in node_space(unknown, _21).notes[0]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (_DWG | {"inputDRT": "Simple"}, "Simple"),
        (_DWG | {"outputDRT": "Luminance Mapping"}, "Luminance Mapping"),
        (_MANAGED | {"colorSpaceTimeline": "Rec.2020 Gamma 2.4"}, "Rec.2020"),
        (_MANAGED | {"colorSpaceTimeline": "Rec.709 Gamma 2.2"}, "Gamma 2.2"),
        (_MANAGED, "not told"),
        (_ACES | {"colorAcesNodeLUTProcessingSpace": "acesAp0Linear"}, "linear AP0"),
        ({"colorScienceMode": "acescc"}, "ACEScc"),
        ({"colorScienceMode": "somethingNew"}, "somethingNew"),
    ],
)
def test_a_grade_that_would_come_out_wrong_is_refused_in_words(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ResolveError, match=words) as caught:
        node_space(settings, _21)
    assert caught.value.code == "resolve.color_space"
    assert "No grade was set" in caught.value.message


def test_a_version_of_aces_that_nobody_knows() -> None:
    with pytest.raises(InputError):
        node_space(_ACES, _21, "3")


def test_how_clips_are_read_and_renders_come_back() -> None:
    assert input_space({"colorSpaceInput": "Rec.709 Gamma 2.4"}) == "Rec.709 Gamma 2.4"
    assert output_space(_DWG | {"colorSpaceOutput": "Rec.709 Gamma 2.4"}) == "Rec.709 Gamma 2.4"
    assert output_space({"colorScienceMode": "davinciYRGB", "colorSpaceOutput": "sRGB"}) == ""
