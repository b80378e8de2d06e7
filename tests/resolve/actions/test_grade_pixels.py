"""Grade and Match with the engine's real jobs: what the double shows is what was meant, in each of the timeline spaces.

The double works out nodes and colour management with OpenColorIO and arithmetic of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from resolve_scripts.actions import match
from resolve_scripts.actions.grade import ACTIONS
from resolve_scripts.host.session import open_session
from rushes.contracts import Size
from rushes.contracts.edit import ID_KEYS
from rushes.contracts.grade import CDL
from rushes.delivery.colour_difference import display_delta_e, patches
from rushes.delivery.colour_grades import grades
from rushes.delivery.colour_realise import intended
from rushes.library.production import Production
from rushes.media.pictures import save_png, to_uint8
from rushes.testing.resolve import Simulator
from rushes.testing.resolve.desk import ProductionDesk
from rushes.testing.resolve.grading import apply_cdl
from rushes.testing.resolve.picture import picture_at
from rushes.testing.resolve.state import ItemState

GRADE, UNGRADE = ACTIONS
_MANAGED = {"colorScienceMode": "davinciYRGBColorManagedv2", "inputDRT": "None", "outputDRT": "None"}
SPACES: dict[str, dict[str, str]] = {
    "YRGB": {},
    "managed, Rec.709": _MANAGED | {"colorSpaceTimeline": "Rec.709 Gamma 2.4"},
    "managed, DaVinci WG/Intermediate": _MANAGED | {"colorSpaceTimeline": "DaVinci WG/Intermediate"},
    "managed, named apart": _MANAGED
    | {
        "separateColorSpaceAndGamma": "1",
        "colorSpaceInput": "Rec.709",
        "colorSpaceInputGamma": "Gamma 2.4",
        "colorSpaceTimeline": "DaVinci WG",
        "colorSpaceTimelineGamma": "DaVinci Intermediate",
        "colorSpaceOutput": "Rec.709",
        "colorSpaceOutputGamma": "Gamma 2.4",
    },
    "ACEScct 1.3": {"colorScienceMode": "acescct"},
    "ACEScct 2.0": {"colorScienceMode": "acescct", "acesVersion": "ACES 2.0"},
}


class Film:
    """A production and a Resolve with one take on the timeline: the ColorChecker, six patches by four."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.production = Production.create(folder / "film", "Film", Fraction(24), Size(24, 16))
        self.desk = ProductionDesk(self.production)
        self.sim = Simulator("21.0.4-studio", folder / "resolve")
        self.sim.new_project("24", "Film", (24, 16), **settings)
        self.timeline = self.sim.timeline("Edit")
        self.chart = patches().reshape(4, 6, 3)
        self.item = self.add(np.kron(self.chart, np.ones((4, 4, 1))), "chart", 0)

    def add(self, codes: np.ndarray, name: str, at: int) -> ItemState:
        folder = self.production.root / "pictures"
        folder.mkdir(exist_ok=True)
        wide = (np.clip(codes, 0, 1) * 65535 + 0.5).astype(np.uint16)
        for number in range(1, 4):
            assert cv2.imwrite(str(folder / f"{name}_{number:04d}.png"), wide[..., ::-1])
        media = self.sim.import_sequence(str(folder / f"{name}_%04d.png"), 1, 3)
        media.third_party |= {ID_KEYS["take"]: name, ID_KEYS["shot"]: "SH010"}
        return self.sim.add_clip(media, at=at)

    def shown(self, at: int = 1) -> np.ndarray:
        """(4, 6, 3) what each patch shows."""
        return picture_at(self.sim.app, self.timeline, self.timeline.start + at)[2::4, 2::4]

    def run(self, action: match.Action, **options: str) -> match.Outcome:
        self.sim.playhead(1)
        return action.run(open_session(self.sim.globals()), self.desk, options)


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Film]:
    def made(space: str) -> Film:
        found = Film(tmp_path, SPACES[space])
        monkeypatch.setenv("RUSHES_RESOLVE_LUT", str(found.sim.app.lut_folder))
        return found

    return made


def _cases() -> list[Any]:
    """All grades in all spaces; quickly one of them in the three spaces."""
    quick = {("Warm Evening", space) for space in ("YRGB", "managed, DaVinci WG/Intermediate", "ACEScct 1.3")}
    found = [(one.grade.name, space) for one in grades() for space in SPACES]
    return [pytest.param(*case, marks=() if case in quick else (pytest.mark.slow,)) for case in found]


@pytest.mark.parametrize(("name", "space"), _cases())
def test_the_graded_chart_is_the_intended_one(film: Callable[[str], Film], name: str, space: str) -> None:
    made = film(space)
    assert display_delta_e(made.shown(), made.chart).max() < 0.3  # ungraded, the project changes nothing
    wanted = intended(next(one.grade for one in grades() if one.grade.name == name))(made.chart)

    outcome = made.run(GRADE, grade=name)

    error = display_delta_e(made.shown(), wanted)
    told = any(
        "does not reach every Rec.709 colour" in note for note in outcome.notes
    )  # ACES 1.x cannot show it at all
    assert error.mean() <= 0.15, f"mean {error.mean():.2f}, worst {error.max():.2f}"
    assert error.max() <= (1.0 if told else 0.5), f"mean {error.mean():.2f}, worst {error.max():.2f}"
    assert outcome.done == 1
    assert made.run(GRADE, grade=name).done == 0
    made.run(UNGRADE)
    assert display_delta_e(made.shown(), made.chart).max() < 0.3
    assert made.sim.app.misuse == []


@pytest.mark.parametrize("space", ["YRGB", "managed, DaVinci WG/Intermediate", "ACEScct 1.3"])
def test_a_naive_grade_in_a_managed_timeline_is_wrong(film: Callable[[str], Film], space: str) -> None:
    """The grade's own CDL, set as it is, is right in Rec.709 alone."""
    made = film(space)
    grade = next(one.grade for one in grades() if one.grade.name == "Cold Morning")
    assert grade.lut is None
    wanted = intended(grade)(made.chart)
    item = made.sim.handle(made.item)
    item.SetCDL(
        {
            "NodeIndex": "1",
            "Slope": " ".join(map(str, grade.cdl.slope)),
            "Offset": " ".join(map(str, grade.cdl.offset)),
            "Power": " ".join(map(str, grade.cdl.power)),
            "Saturation": str(grade.cdl.saturation),
        }
    )
    wrong = display_delta_e(made.shown(), wanted).max()
    assert wrong < 0.5 if space == "YRGB" else wrong > 2


@pytest.mark.parametrize(
    "space", ["YRGB", "managed, DaVinci WG/Intermediate", pytest.param("ACEScct 1.3", marks=pytest.mark.slow)]
)
def test_the_grade_of_a_colour_group_shows_on_its_clips(film: Callable[[str], Film], space: str) -> None:
    made = film(space)
    group = made.sim.handle(made.sim.project).AddColorGroup("Day")
    made.sim.handle(made.item).AssignToColorGroup(group)
    wanted = intended(next(one.grade for one in grades() if one.grade.name == "Film Print"))(made.chart)
    made.run(GRADE, grade="Film Print", level="group")
    error = display_delta_e(made.shown(), wanted)
    assert error.mean() <= 0.5, f"mean {error.mean():.2f}, worst {error.max():.2f}"


def picture() -> np.ndarray:
    """A picture with many colours, (48, 72, 3)."""
    random = np.random.default_rng(4)
    base = patches()[random.integers(0, 24, (12, 18))]
    soft = cv2.resize(base, (72, 48), interpolation=cv2.INTER_CUBIC)
    return np.clip(soft, 0.02, 0.98).astype(np.float32)


_REGRADED = CDL((1.12, 1.0, 0.86), (0.02, 0.0, 0.015), (0.92, 1.0, 1.12), 1.2)


def regraded(codes: np.ndarray) -> np.ndarray:
    texts = {
        "Slope": " ".join(map(str, _REGRADED.slope)),
        "Offset": " ".join(map(str, _REGRADED.offset)),
        "Power": " ".join(map(str, _REGRADED.power)),
        "Saturation": str(_REGRADED.saturation),
    }
    return np.clip(apply_cdl(np.asarray(codes, np.float32), texts), 0, 1)


@pytest.mark.parametrize("space", ["YRGB", "managed, DaVinci WG/Intermediate", "ACEScct 1.3"])
def test_a_shot_is_matched_to_a_still_of_itself_graded_otherwise(film: Callable[[str], Film], space: str) -> None:
    made = film(space)
    made.timeline.size = (72, 48)
    made.sim.project.settings |= {"timelineResolutionWidth": "72", "timelineResolutionHeight": "48"}
    item = made.add(picture(), "shot", 10)
    item.grade.nodes[0].tools = ["Curves"]
    made.sim.playhead(11)
    mine = made.sim.snapshot()
    still = made.production.root / "still.png"
    save_png(still, to_uint8(regraded(picture())))

    outcome = match.ACTION.run(
        open_session(made.sim.globals()), made.desk, {"reference": str(still), "same_scene": "yes"}
    )

    seen = picture_at(made.sim.app, made.timeline, made.timeline.start + 11)
    error = display_delta_e(seen, regraded(picture()))
    assert error.mean() < 2.0, f"mean {error.mean():.2f}"
    assert display_delta_e(picture(), regraded(picture())).mean() > 5
    assert outcome.done == 1
    assert "before" in outcome.text
    assert any(note.endswith(".png") for note in outcome.notes)
    assert made.timeline.playhead - made.timeline.start == 11
    again = made.sim.snapshot()
    options = {"reference": str(still), "same_scene": "yes"}
    assert match.ACTION.run(open_session(made.sim.globals()), made.desk, options).done == 0
    assert made.sim.snapshot() == again
    UNGRADE.run(open_session(made.sim.globals()), made.desk, {})
    item.versions.pop()
    assert made.sim.snapshot() == mine
    assert made.sim.app.misuse == []
