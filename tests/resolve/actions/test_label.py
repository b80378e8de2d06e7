"""Label, through the simulator."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from resolve_scripts.actions.label import ACTION
from rushes.contracts.edit import AI_KEYWORD, ID_KEYS
from rushes.errors import ProductionError, ResolveError
from rushes.testing.resolve.profiles import SCRIPTED
from tests.resolve.conftest import Suite


@pytest.fixture
def film(suite: Callable[..., Suite], request: pytest.FixtureRequest) -> Suite:
    """A cut of 100 frames: camera 0-60, a take over 20-40 on V2, a hidden take on V3, another of ours 60-100."""
    made: Suite = suite(getattr(request, "param", "21.0.4-studio"))
    sim = made.sim
    sim.timeline("Edit & more", video=3)
    take = sim.add_media("SH010_T01.mov", frames=48)
    take.third_party |= {ID_KEYS["take"]: "t1", ID_KEYS["shot"]: "SH010"}
    camera = sim.add_media("A001.mov", frames=200)
    camera.metadata["Keywords"] = "boat, rain"
    kept = sim.add_media("restyled.mov", frames=48)
    kept.metadata["Keywords"] = f"night; {AI_KEYWORD}"
    made_here = sim.add_media("b.mov", frames=48)
    made_here.path = str(Path(made.desk.production) / "shots" / "SH020" / "takes" / "t9" / "clip.mp4")
    sim.add_clip(camera, at=0, frames=60)
    sim.add_clip(take, at=20, frames=20, track=2)
    sim.add_clip(take, at=0, frames=20, track=3).enabled = False
    sim.add_clip(kept, at=60, frames=30)
    sim.add_clip(made_here, at=90, frames=10)
    return made


@pytest.mark.parametrize("film", SCRIPTED, indirect=True)
def test_share_counts_what_is_seen_and_a_second_run_changes_nothing(film: Suite) -> None:
    outcome = film.run(ACTION)

    assert outcome.details["frames"] == 20 + 30 + 10
    assert outcome.details["total"] == 100
    assert outcome.text.startswith("60.0% of the cut is generated")
    timeline = film.sim.project.timeline
    assert timeline is not None
    marked = {item.name for item in timeline.items("video") for one in item.markers.values() if one.name == AI_KEYWORD}
    assert marked == {"SH010_T01.mov", "restyled.mov", "b.mov"}
    media = {one.name: one.metadata.get("Keywords") for one in film.sim.project.media() if not one.timeline}
    assert media["A001.mov"] == "boat, rain"
    assert media["SH010_T01.mov"] == AI_KEYWORD
    before = film.sim.snapshot()
    assert film.run(ACTION).done == 0
    assert film.sim.snapshot() == before
    assert film.sim.app.misuse == []


def test_colours_flags_and_markers_of_the_editor_stay(film: Suite) -> None:
    timeline = film.sim.project.timeline
    assert timeline is not None
    item = next(one for one in timeline.items("video") if one.name == "restyled.mov")
    item.color, item.flags = "Teal", ["Red"]
    film.sim.add_marker(0, "Red", "mine", "", on=item)
    film.run(ACTION)
    assert (item.color, item.flags, item.markers[0].name) == ("Teal", ["Red"], "mine")
    assert item.markers[1].name == AI_KEYWORD


def test_a_clip_that_shows_footage_again_loses_our_label_only(film: Suite) -> None:
    film.run(ACTION)
    timeline = film.sim.project.timeline
    assert timeline is not None
    item = timeline.tracks["video"][1].items[0]
    item.media = next(one for one in film.sim.project.media() if one.name == "A001.mov")
    film.sim.add_marker(5, "Blue", "AI-generated", "mine", on=item)
    outcome = film.run(ACTION)
    assert "1 labels were taken off" in outcome.text
    assert [one.note for one in item.markers.values()] == ["mine"]


def test_the_report_lists_every_stretch_with_timecode(film: Suite) -> None:
    outcome = film.run(ACTION)
    page = Path(outcome.details["report"])
    rows = list(csv.DictReader(io.StringIO(page.with_suffix(".csv").read_text("utf-8"))))
    assert [(row["Start"], row["End"], row["Generated"]) for row in rows] == [
        ("01:00:00:00", "01:00:00:19", "no"),
        ("01:00:00:20", "01:00:01:15", "yes"),
        ("01:00:01:16", "01:00:02:11", "no"),
        ("01:00:02:12", "01:00:03:17", "yes"),
        ("01:00:03:18", "01:00:04:03", "yes"),
    ]
    text = page.read_text("utf-8")
    assert "V2 Video 2" in text
    assert "Edit &amp; more" in text
    assert text.count("<rect") == 5
    assert "60.0%" in text


def test_an_empty_timeline_is_a_share_of_nothing(suite: Callable[..., Suite]) -> None:
    film: Suite = suite()
    film.sim.timeline("Empty")
    assert film.run(ACTION).text.startswith("0.0%")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder that cannot be written")
def test_a_production_that_cannot_be_written_still_gets_its_labels(film: Suite) -> None:
    folder = Path(film.desk.production)
    folder.chmod(0o555)
    try:
        with pytest.raises(ProductionError, match="cannot be written"):
            film.run(ACTION)
    finally:
        folder.chmod(0o755)


def test_no_timeline_and_stale_handles_are_told(film: Suite) -> None:
    session = film.session
    film.sim.reload_project()
    assert ACTION.run(session, film.desk, {}).done  # handles are fetched anew
    film.sim.no_project()
    with pytest.raises(ResolveError) as caught:
        film.run(ACTION)
    assert caught.value.code in ("resolve.no_project", "resolve.modal")
