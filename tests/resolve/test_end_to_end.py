"""From takes that were shot to a timeline: a real production and real jobs, Resolve alone is a double."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from resolve_scripts.actions.build import ACTION as BUILD
from resolve_scripts.actions.place import ACTIONS as PLACE
from resolve_scripts.actions.pull import ACTION as PULL
from resolve_scripts.actions.takes import ACTIONS as TAKES
from resolve_scripts.host import subtitling
from resolve_scripts.host.session import open_session
from rushes.contracts import Rating, ShootRequest, Size, encode
from rushes.generators.registry import Registry
from rushes.jobs import shoot
from rushes.jobs.registry import Services
from rushes.library.production import Production
from rushes.media.video import read_video
from rushes.testing.analytic_door import AnalyticDoor, write_blend
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator
from rushes.testing.resolve import Simulator
from rushes.testing.resolve.desk import ProductionDesk
from rushes.testing.resolve.picture import picture_at

Shoot = Callable[..., None]


@pytest.fixture
def film(tmp_path: Path) -> tuple[Production, Shoot]:
    production = Production.create(tmp_path / "film", "Harbour", Fraction(24), Size(96, 54))
    blend = write_blend(tmp_path / "set.blend")
    production.register_source(blend)
    services = Services(tmp_path / "home", registry=Registry({"fake": FakeGenerator}), door=AnalyticDoor())

    def take(id: str, shot: str, frames: bool = False) -> None:
        asked = ShootRequest(
            str(production.root), str(blend), shot, id, seed=len(id), generator="fake", keep_frames=frames
        )
        shoot.run(encode(asked), RecordingContext(), services)
        production.rate_take(id, Rating.KEPT)

    return production, take


def test_from_the_library_to_the_screen(
    film: tuple[Production, Shoot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subtitling.time, "sleep", lambda _: None)
    production, take = film
    take("t-aaaaaa", "010")
    take("t-bbbbbb", "020")
    desk = ProductionDesk(production)
    sim = Simulator("21.0.4-studio", tmp_path / "resolve")
    sim.new_project("24", "Film", size=(96, 54))
    session = open_session(sim.globals())

    assert PULL.run(session, desk, {}).done == 2
    built = BUILD.run(session, desk, {})
    timeline = sim.project.timeline
    assert timeline is not None
    assert built.done == 2
    assert built.notes == ()
    takes = [list(read_video(Path(row.clip))) for row in production.rows()]
    shown = [picture_at(sim.app, timeline, frame) for frame in range(timeline.start, timeline.end)]
    meant = [picture for clip in takes for picture in clip]
    assert len(shown) == len(meant)
    for seen, wanted in zip(shown, meant):
        assert np.abs(np.asarray(seen) * 255 - wanted).mean() < 1.5

    # A newer take of the first shot goes into its place, the other stays.
    take("t-cccccc-longer-seed", "010")
    sim.playhead(0)
    outcome = TAKES[0].run(session, desk, {})
    assert "take 2 of 2" in outcome.text
    first = timeline.tracks["video"][0].items[0]
    assert first.media is not None
    assert first.media.third_party["rushes.take"] == "t-cccccc-longer-seed"

    # Placed by the names of the shots on another timeline.
    edit = sim.timeline("Edit", start_tc="00:00:00:00")
    sim.add_marker(5, name="020")
    assert PLACE[1].run(session, desk, {}).done == 1
    seen = picture_at(sim.app, edit, 5 + 3)
    assert np.abs(np.asarray(seen) * 255 - takes[1][3]).mean() < 1.5
    assert sim.app.misuse == []


@pytest.mark.parametrize("rate", ["23.976", "25", "29.97 DF"])
def test_a_film_of_24_in_a_project_of_another_rate_keeps_its_time(
    film: tuple[Production, Shoot], tmp_path: Path, rate: str
) -> None:
    production, take = film
    take("t-aaaaaa", "010", frames=True)
    take("t-bbbbbb", "020", frames=True)
    desk = ProductionDesk(production)
    sim = Simulator("20.3-studio", tmp_path / "resolve")
    sim.new_project(rate, "Film", size=(96, 54))
    session = open_session(sim.globals())
    assert PULL.run(session, desk, {}).notes == ()
    assert BUILD.run(session, desk, {}).done == 2
    timeline = sim.project.timeline
    assert timeline is not None
    assert timeline.drop == ("DF" in rate)
    for item, row in zip(timeline.tracks["video"][0].items, production.rows(), strict=True):
        assert item.media is not None
        assert (item.media.kind, item.media.rate) == ("sequence", 24)
        pictures = list(read_video(Path(row.clip)))
        for offset in range(item.duration):
            seen = np.asarray(picture_at(sim.app, timeline, item.start + offset)) * 255
            # Kept frames against the movie that was encoded from them.
            assert np.abs(seen - pictures[int(offset * 24 / timeline.rate)]).mean() < 4
