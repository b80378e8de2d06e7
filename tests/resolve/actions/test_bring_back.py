"""Bring Back: where a return goes, and what a kill in between leaves. The engine's work is a double here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.logic.sent import SentState
from resolve_scripts.sent import SentNotes
from rushes.contracts.edit import ID_KEYS
from rushes.testing.resolve.profiles import profile
from rushes.testing.resolve.state import NodeState
from tests.resolve.conftest import Suite
from tests.resolve.sending import BACK, SEND, Engine, Killed, engine, in_bin, items, made_film, states


@pytest.fixture
def film(suite: Callable[..., Suite], request: pytest.FixtureRequest) -> Suite:
    return made_film(suite, getattr(request, "param", "21.0.4-studio"))


def test_slow_motion_and_extension_go_above_with_all_their_frames(film: Suite) -> None:
    film.run(SEND, treatment="interpolate", **{"set.factor": "3"})
    film.run(BACK)
    timeline = film.sim.project.timeline
    assert timeline is not None
    item = items(film)[0]
    (placed,) = timeline.tracks["video"][2].items
    assert timeline.tracks["video"][2].name == "Rushes"
    assert (placed.start, placed.duration, placed.source) == (item.start, 72, 30)
    assert item.takes == []

    film.sim.playhead(25)
    film.sim.select(item)
    film.run(SEND, treatment="extend", **{"set.before": "8", "set.after": "4"})
    film.run(BACK)
    (longer,) = timeline.tracks["video"][3].items
    assert (longer.start, longer.duration, longer.source) == (item.start - 8, 8 + 24 + 4, 10)


def test_what_comes_back_never_hides_the_rest_of_the_cut(film: Suite) -> None:
    film.run(SEND, treatment="interpolate", **{"set.factor": "3"})  # 72 frames at 20; other footage is seen from 60 on
    outcome = film.run(BACK)
    timeline = film.sim.project.timeline
    assert timeline is not None
    (slow,) = timeline.tracks["video"][2].items
    assert not slow.enabled
    assert any("switched off" in note for note in outcome.notes)
    film.run(SEND, treatment="matte")
    film.run(BACK)
    (matte,) = timeline.tracks["video"][3].items
    assert (matte.start, matte.duration, matte.enabled) == (slow.start, 24, False)
    assert items(film)[0].takes == []


def test_a_sequence_goes_by_its_pattern(suite: Callable[..., Suite]) -> None:
    film: Suite = suite(size=(32, 18))
    film.sim.timeline("Edit")
    film.desk.add_take("SH010", "t1", 24, pictures=True)
    media = film.desk.media("t1").media
    clip = film.sim.import_sequence(media.path, 101, 124)
    clip.third_party |= {ID_KEYS["take"]: "t1", ID_KEYS["shot"]: "SH010"}
    film.sim.add_clip(clip, at=0)
    film.desk.answers["clip"] = Engine(Path(film.desk.production))
    film.sim.playhead(5)
    film.run(SEND, treatment="denoise")
    (job,) = engine(film).jobs
    assert (job.media, job.start_number, job.frames) == (media.path, 101, 24)


# What the editor does meanwhile


def test_a_clip_that_moved_gets_its_return_where_it_is(film: Suite) -> None:
    film.run(SEND, treatment="denoise")
    item = items(film)[0]
    item.start += 300
    film.run(BACK)
    assert (item.take, item.start - film.sim.project.timeline.start) == (2, 320)  # type: ignore[union-attr]


def test_a_clip_trimmed_within_its_handles_still_fits(film: Suite) -> None:
    film.run(SEND, treatment="denoise")
    item = items(film)[0]
    item.source, item.source_frames, item.duration = 4, 36, 36
    film.run(BACK)
    assert (item.take, item.source, item.duration) == (2, 4, 36)


@pytest.mark.parametrize("change", ["trimmed", "deleted", "timeline", "replaced", "locked"])
def test_what_has_no_place_any_more_stays_in_its_bin_and_is_told(film: Suite, change: str) -> None:
    film.run(SEND, treatment="denoise", handles="2")
    timeline = film.sim.project.timeline
    assert timeline is not None
    item = items(film)[0]
    if change == "trimmed":
        item.source, item.source_frames, item.duration = 2, 40, 40
    elif change == "deleted":
        timeline.tracks["video"][0].items.remove(item)
        item.alive = False
    elif change == "timeline":
        film.sim.timeline("Another")
        film.sim.project.timelines.remove(timeline)
        timeline.alive = False
    elif change == "replaced":
        item.media, item.duration = items(film)[1].media, 12
    else:
        film.sim.lock("video", 1)
    cut = film.sim.snapshot()["projects"][film.sim.project.uid]["timelines"]

    outcome = film.run(BACK)

    assert outcome.details["binned"] == 1
    assert "is in its bin" in outcome.notes[-1]
    assert len(in_bin(film, "Rushes/Film/SH010")) == 1
    assert film.sim.snapshot()["projects"][film.sim.project.uid]["timelines"] == cut
    assert film.run(BACK).done == 0


def test_where_resolve_takes_no_take_it_goes_above(film: Suite) -> None:
    film.run(SEND, treatment="denoise")
    film.sim.refuse("TimelineItem.AddTake", 2)
    outcome = film.run(BACK)
    timeline = film.sim.project.timeline
    assert timeline is not None
    item = items(film)[0]
    assert item.takes == []
    (placed,) = timeline.tracks["video"][2].items
    assert (placed.start, placed.duration, placed.source) == (item.start, item.duration, 10)
    assert any("did not take it" in note for note in outcome.notes)


@pytest.mark.parametrize("method", ["MediaPool.ImportMedia", "MediaPool.SetCurrentFolder", "MediaPool.AddSubFolder"])
def test_a_refused_import_leaves_no_empty_bin_and_is_done_the_next_time(film: Suite, method: str) -> None:
    film.run(SEND, treatment="denoise")
    before = film.sim.snapshot()
    film.sim.refuse(method, 1)
    if method == "MediaPool.SetCurrentFolder":
        film.sim.app.profile = profile("21.0.4").but(subfolder_becomes_current=False)
    outcome = film.run(BACK)
    assert outcome.details["out"] == 1
    assert film.sim.snapshot() == before
    film.sim.app.refusals.clear()
    assert film.run(BACK).details["returned"] == 1


def test_a_resolve_that_gives_takes_their_own_grade_is_told(suite: Callable[..., Suite]) -> None:
    film = made_film(suite, profile("21.0.4").but(take_keeps_grade=False))
    items(film)[0].grade.nodes = [NodeState(tools=["Curves"])]
    film.run(SEND, treatment="denoise")
    outcome = film.run(BACK)
    assert outcome.details["returned"] == 1
    assert any("a grade of its own" in note for note in outcome.notes)


def test_a_clip_on_another_timeline_is_brought_back_there(film: Suite) -> None:
    film.run(SEND, treatment="denoise")
    item = items(film)[0]
    other = film.sim.timeline("Another")
    film.run(BACK)
    assert item.take == 2
    assert film.sim.project.timeline is other


# Interruptions


@pytest.mark.parametrize("treatment", ["denoise", "interpolate"])
@pytest.mark.parametrize("at", range(12))
def test_a_kill_between_any_two_steps_loses_nothing(
    film: Suite, monkeypatch: pytest.MonkeyPatch, at: int, treatment: str
) -> None:
    """Each written note is a place to be killed after; so is each before it."""
    film.sim.playhead(70)
    item = items(film)[1]
    before = film.sim.snapshot()
    write, count = SentNotes.write, [0]

    def killing(self: SentNotes, note: Any) -> Any:
        count[0] += 1
        if count[0] == at // 2 + 1 and at % 2 == 0:
            raise Killed
        done = write(self, note)
        if count[0] == at // 2 + 1:
            raise Killed
        return done

    with monkeypatch.context() as patch:
        patch.setattr(SentNotes, "write", killing)
        try:
            film.run(SEND, treatment=treatment)
            film.run(BACK)
        except Killed:
            pass
    film.run(SEND, treatment=treatment) if not engine(film).jobs else None
    film.run(BACK)

    assert len(engine(film).jobs) == 1
    assert len(in_bin(film, "Rushes/Film/Returns")) == 1
    timeline = film.sim.project.timeline
    assert timeline is not None
    if treatment == "denoise":
        assert (len(item.takes), item.take) == (2, 2)
    else:
        assert [(one.start, one.duration) for one in timeline.tracks["video"][2].items] == [(item.start, 60)]
        assert len(timeline.tracks["video"]) == 3
    assert all(state is SentState.RETURNED for state in states(film))
    after = film.sim.snapshot()
    for key in ("page", "modal"):
        assert after[key] == before[key]
    assert [one.name for one in film.sim.project.timelines] == ["Edit"]
    assert film.run(BACK).done == 0
