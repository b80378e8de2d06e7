"""Match, through the simulator: what it matches to, and what a failure leaves. The fit itself is a double here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resolve_scripts.actions import match
from resolve_scripts.actions.grade import ACTIONS
from rushes.contracts import decode, encode
from rushes.contracts.edit import ID_KEYS
from rushes.contracts.grade import CDL, GradeResult, MatchJob, MatchResult
from rushes.contracts.take import Rating
from rushes.errors import InputError, ResolveError, RushesError
from rushes.media.pictures import save_png
from rushes.testing.resolve.desk import movie
from rushes.testing.resolve.profiles import SCRIPTED, profile
from rushes.testing.resolve.state import ItemState, NodeState
from tests.resolve.conftest import Suite

MATCH = match.ACTION
UNGRADE = ACTIONS[1]


class Fit:
    """DOUBLE of the job "match"; keeps the pictures it was given."""

    def __init__(self) -> None:
        self.jobs: list[MatchJob] = []
        self.picture = b""
        self.fail: RushesError | None = None

    def __call__(self, params: Mapping[str, Any]) -> dict[str, Any]:
        job = decode(MatchJob, dict(params))
        self.jobs.append(job)
        self.picture = Path(job.picture).read_bytes()
        if self.fail is not None:
            raise self.fail
        grade = GradeResult(job.space, CDL(saturation=0.9), None, 0.0, 0.0)
        return encode(MatchResult(grade, 10.4, 1.9, 1.7, "/film/grades/sheet.png"))


@pytest.fixture
def film(suite: Callable[..., Suite], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Suite:
    made = suite(getattr(request, "param", "21.0.4-studio"), size=(32, 18))
    monkeypatch.setenv("RUSHES_RESOLVE_LUT", str(made.sim.app.lut_folder))
    made.sim.timeline("Edit", video=2)
    for index, take in enumerate(("t1", "t2")):
        row = made.desk.add_take("SH010", take, 24, rating=Rating.KEPT if take == "t2" else Rating.UNDECIDED)
        Path(row.folder).mkdir(parents=True)
        save_png(Path(row.poster), np.full((18, 32, 3), 90 + index, np.uint8))
        clip = made.sim.import_media(movie(Path(made.desk.production) / f"{take}.mov"))
        clip.third_party |= {ID_KEYS["take"]: take, ID_KEYS["shot"]: "SH010"}
        made.sim.add_clip(clip, at=index * 24)
    made.desk.answers["match"] = Fit()
    made.sim.playhead(3)
    return made


def fit(film: Suite) -> Fit:
    found = film.desk.answers["match"]
    assert isinstance(found, Fit)
    return found


def first(film: Suite) -> ItemState:
    timeline = film.sim.project.timeline
    assert timeline is not None
    return timeline.tracks["video"][0].items[0]


@pytest.fixture
def still(tmp_path: Path) -> str:
    path = tmp_path / "reference.png"
    save_png(path, np.full((18, 32, 3), 120, np.uint8))
    return str(path)


@pytest.mark.parametrize("film", SCRIPTED, indirect=True)
def test_matched_in_its_own_version_and_once(film: Suite, still: str) -> None:
    item = first(film)
    item.grade.nodes = [NodeState(tools=["Curves"])]
    before = film.sim.snapshot()
    outcome = film.run(MATCH, reference=still)
    assert "deltaE 10.4 before, 1.7 with the CDL" in outcome.text
    assert any("/film/grades/sheet.png" in note for note in outcome.notes)
    assert [one.name for one in item.versions] == ["Version 1", "Rushes Match"]
    assert item.versions[0].nodes[0].tools == ["Curves"]
    again = film.sim.snapshot()
    assert film.run(MATCH, reference=still).done == 0
    assert film.sim.snapshot() == again
    film.run(UNGRADE)
    item.versions.pop()
    assert film.sim.snapshot() == before
    assert film.sim.app.misuse == []


def test_the_still_of_the_clip_is_its_own_picture_without_the_grade(film: Suite, still: str) -> None:
    """A naive script exports the graded frame and fits a grade for what is graded already."""
    film.run(MATCH, reference=still)
    plain = fit(film).picture
    film.run(UNGRADE)
    cdl = {"Slope": "0 0 0", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    first(film).grade.nodes = [NodeState(cdl=cdl)]
    save_png(Path(still), np.full((18, 32, 3), 130, np.uint8))
    film.run(MATCH, reference=still)
    assert fit(film).picture == plain
    assert [one.name for one in first(film).versions] == ["Version 1", "Rushes Match", "Rushes Match 2"]
    assert film.run(UNGRADE).notes == (f"{first(film).name}: Version 1",)


def test_a_frame_that_others_cover_is_not_taken(film: Suite, still: str) -> None:
    film.sim.add_clip(first(film).media, at=8, frames=14, track=2)
    film.sim.playhead(3)
    film.run(MATCH, reference=still)
    covered = fit(film).picture
    timeline = film.sim.project.timeline
    assert timeline is not None
    timeline.tracks["video"][1].items.clear()
    film.run(UNGRADE)
    save_png(Path(still), np.full((18, 32, 3), 131, np.uint8))
    film.run(MATCH, reference=still)
    assert covered != fit(film).picture  # frame 7 of the clip, not its middle
    assert timeline.playhead - timeline.start == 3


def test_the_newest_still_of_the_gallery(suite: Callable[..., Suite], film: Suite) -> None:
    film.sim.app.profile = profile("21.0.4").but(gallery_visible=True)
    timeline = film.sim.handle(film.sim.project.timeline)
    film.sim.playhead(30)
    timeline.GrabStill()
    film.sim.playhead(3)
    outcome = film.run(MATCH)
    assert "the still 1.1.1" in outcome.text
    assert film.sim.app.page == "edit"


def test_a_closed_gallery_is_told_and_nothing_changes(film: Suite) -> None:
    film.sim.handle(film.sim.project.timeline).GrabStill()
    before = film.sim.snapshot()
    with pytest.raises(ResolveError, match="Gallery is closed"):
        film.run(MATCH)
    assert film.sim.snapshot() == before


def test_without_a_still_the_kept_takes_poster(film: Suite) -> None:
    film.run(MATCH)
    assert fit(film).jobs[0].reference == film.desk.rows["t2"].poster
    film.run(UNGRADE)
    assert "take t1" in film.run(MATCH, reference="t1").text


def test_nothing_to_match_to(film: Suite) -> None:
    film.desk.trash("t2")
    with pytest.raises(InputError) as caught:
        film.run(MATCH)
    assert caught.value.code == "resolve.reference"
    with pytest.raises(InputError, match="neither a picture nor a take"):
        film.run(MATCH, reference="/nowhere.png")


@pytest.mark.parametrize("case", ["engine", "still", "cdl", "version"])
def test_a_failure_leaves_the_clip_as_it_was(film: Suite, still: str, case: str) -> None:
    first(film).grade.nodes = [NodeState(tools=["Curves"])]
    before = film.sim.snapshot()
    if case == "engine":
        fit(film).fail = InputError("The picture is black.", code="match.picture")
    elif case == "still":
        film.sim.refuse("Project.ExportCurrentFrameAsStill", 1)
    elif case == "cdl":
        film.sim.refuse("TimelineItem.SetCDL", 5)
    else:
        film.sim.refuse("TimelineItem.AddVersion", 1)
    with pytest.raises(RushesError):
        film.run(MATCH, reference=still)
    film.sim.app.refusals.clear()
    assert film.sim.snapshot() == before


def test_whatever_breaks_a_match_off_the_clip_shows_its_grade_again(film: Suite, still: str) -> None:
    """A fault that is none of ours (a file that is gone) must not leave the clip in a version without a grade."""
    item = first(film)
    item.grade.nodes = [NodeState(tools=["Curves"])]
    before = film.sim.snapshot()

    def breaks(params: Any) -> dict[str, Any]:
        raise FileNotFoundError(2, "No such file")

    film.desk.answers["match"] = breaks
    with pytest.raises(FileNotFoundError):
        film.run(MATCH, reference=still)
    assert film.sim.snapshot() == before
