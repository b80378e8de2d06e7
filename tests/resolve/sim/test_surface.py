"""How the double answers: names it lacks, stale handles, dialogs, editions, threads. Each trap bites a plain script."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rushes.testing.resolve import FREE, PROFILES, RULES, STUDIO, Profile, Simulator
from tests.resolve.sim.handles import project_of

Start = Callable[..., Simulator]


def _named(profile: Profile) -> str:
    return profile.name


def test_a_name_it_lacks_is_there_and_none(start: Start) -> None:
    # surface.absent: hasattr lies, the call is a TypeError, dir tells the truth.
    pool = project_of(start()).GetMediaPool()
    assert hasattr(pool, "DuplicateTimeline")
    with pytest.raises(TypeError, match="'NoneType' object is not callable"):
        pool.DuplicateTimeline("B")
    assert "DuplicateTimeline" not in dir(pool)
    assert "AppendToTimeline" in dir(pool)


@pytest.mark.parametrize("profile", [p for p in PROFILES.values() if p.scripting], ids=_named)
def test_methods_come_with_their_version(start: Start, profile: Profile) -> None:
    # surface.version
    sim = start(profile)
    timeline = sim.handle(sim.timeline())
    item = sim.handle(sim.add_clip())
    assert ("GetSelectedClips" in dir(timeline)) == (profile.version >= (21, 0, 4))
    assert (timeline.GetSelectedClips is not None) == (profile.version >= (21, 0, 4))
    assert (item.SetName is None) == (profile.version < (20, 2, 0))
    assert (item.SetSpeed is None) == (profile.version < (21, 1, 0))
    assert timeline.GetMarkInOut() == {}


@pytest.mark.parametrize("profile", [p for p in STUDIO if p.version < (21, 1, 0)], ids=_named)
def test_nothing_moves_or_trims_an_item_before_211(start: Start, profile: Profile) -> None:
    # surface.no-edit
    sim = start(profile)
    sim.timeline()
    item = sim.handle(sim.add_clip())
    for name in ("SetStart", "SetEnd", "SetDuration", "Move", "Trim", "Split", "SetSpeed", "SetLeftOffset"):
        assert getattr(item, name) is None
    assert not item.SetProperty("Speed", 50)


def test_wrong_arguments_are_answered_with_nothing(start: Start) -> None:
    # surface.no-raise: too many, too few, by keyword, of another kind. Nothing is raised; the double takes a note.
    sim = start()
    timeline = sim.handle(sim.timeline())
    assert timeline.AddMarker(5, "Blue") is None
    assert timeline.AddMarker(frameId=5, color="Blue", name="", note="", duration=1) is None
    assert timeline.AddMarker("5", "Blue", "n", "", 1) is False
    assert project_of(sim).SetSetting("timelineFrameRate", 25) is False
    assert timeline.GetMarkers() == {}
    assert len(sim.app.misuse) == 4
    assert project_of(sim).GetMediaPool().ImportMedia([Path("/x.mov")]) == []


def test_a_stale_handle_answers_none_to_everything(start: Start) -> None:
    # handle.stale: deleting one timeline takes the handles of the others with it; a kept one writes nowhere.
    sim = start()
    kept, other = sim.timeline("Kept"), sim.timeline("Other")
    timeline, item = sim.handle(kept), sim.handle(sim.add_clip(timeline=kept))
    pool = project_of(sim).GetMediaPool()
    assert pool.DeleteTimelines([sim.handle(other)])
    assert timeline.AddMarker(5, "Blue", "n", "", 1) is None
    assert item.SetClipColor("Orange") is None
    assert item.GetName() is None
    assert kept.markers == {}
    again = project_of(sim).GetTimelineByIndex(1)
    assert again.AddMarker(5, "Blue", "n", "", 1) is True
    project = project_of(sim)
    assert sim.resolve.GetProjectManager().LoadProject("Film") is not None
    assert project.GetName() is None
    assert again.GetName() is None
    assert project_of(sim).GetName() == "Film"


def test_two_handles_of_one_thing_are_not_equal(start: Start) -> None:
    # handle.identity: `in` and == on handles never find anything.
    sim = start()
    sim.timeline()
    project = project_of(sim)
    first, second = project.GetCurrentTimeline(), project.GetCurrentTimeline()
    assert first != second
    assert first not in [second]
    assert first.GetUniqueId() == second.GetUniqueId()


def test_a_dialog_makes_writes_answer_none(start: Start) -> None:
    # page.null: a script that tests `is False` believes it worked.
    sim = start()
    timeline = sim.handle(sim.timeline())
    sim.open_modal("Media Management")
    assert sim.resolve.GetCurrentPage() is None
    assert timeline.AddMarker(5, "Blue", "n", "", 1) is None
    assert project_of(sim).GetMediaPool().CreateEmptyTimeline("New") is None
    assert timeline.GetName() == "Edit"
    sim.dismiss_modal()
    assert sim.resolve.GetCurrentPage() == "edit"
    assert timeline.AddMarker(5, "Blue", "n", "", 1) is True
    sim.no_project()
    assert sim.resolve.GetCurrentPage() is None
    assert project_of(sim) is None


@pytest.mark.parametrize("profile", [p for p in FREE if p.scripting], ids=_named)
def test_a_studio_call_in_free_poisons_what_follows(start: Start, profile: Profile) -> None:
    # edition.studio-call: the marker after it is refused although the free edition has markers.
    sim = start(profile)
    timeline, item = sim.handle(sim.timeline()), sim.handle(sim.add_clip())
    assert item.SmartReframe() is False
    assert timeline.AddMarker(5, "Blue", "n", "", 1) is False
    sim.dismiss_modal()
    assert timeline.AddMarker(5, "Blue", "n", "", 1) is True
    assert sim.resolve.GetProductName() == "DaVinci Resolve"


@pytest.mark.parametrize("profile", list(PROFILES.values()), ids=_named)
def test_where_python_runs(start: Start, profile: Profile) -> None:
    # edition.free-211, edition.external
    sim = start(profile)
    if profile.scripting:
        assert {"resolve", "fusion", "fu", "bmd"} <= sim.globals().keys()
        assert "__file__" not in sim.globals()
        assert sim.resolve.GetVersion()[:3] == list(profile.version)
    else:
        assert sim.globals() == {}
        assert sim.resolve is None
    assert (sim.scriptapp("Resolve") is not None) == profile.studio


def test_a_second_thread_under_runloop_is_a_deadlock(start: Start) -> None:
    # thread.deadlock
    sim = start()
    timeline = sim.handle(sim.timeline())
    worker = threading.Thread(target=timeline.GetName)
    worker.start()
    worker.join()
    assert not sim.app.deadlocked
    sim.run_loop()
    worker = threading.Thread(target=timeline.GetName)
    worker.start()
    worker.join()
    assert sim.app.deadlocked
    sim.run_loop(active=False)


def test_enum_numbers_are_on_resolve_and_differ(start: Start) -> None:
    # enum.objects
    sim = start()
    names = [name for name in dir(sim.resolve) if name.startswith("EXPORT_")]
    assert len({getattr(sim.resolve, name) for name in names}) == len(names) > 20
    assert start("19.1-studio").resolve.CACHE_ENABLED is not None


def test_calls_are_counted_by_name(start: Start) -> None:
    sim = start()
    sim.timeline()
    sim.add_clip()
    assert sim.calls == 0
    timeline = project_of(sim).GetCurrentTimeline()
    timeline.GetName()
    timeline.GetName()
    assert sim.counts["Timeline.GetName"] == 2
    assert sim.calls == 5
    sim.forget_calls()
    assert sim.calls == 0


def test_what_is_not_played_says_so(start: Start) -> None:
    sim = start()
    assert sim.resolve.GetProjectManager().ArchiveProject("Film", "/x.dra") is False
    assert sim.app.unmodelled == ["ProjectManager.ArchiveProject"]


def test_every_rule_is_played_and_proven() -> None:
    package = Path(__file__).parents[3] / "core/rushes/testing/resolve"
    played = "\n".join(
        path.read_text(encoding="utf-8") for path in package.glob("*.py") if not path.name.startswith("rules")
    )
    proven = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("*.py"))
    assert sorted(rule for rule in RULES if rule not in played) == []
    assert sorted(rule for rule in RULES if rule not in proven) == []
    assert all(rule.source and rule.text for rule in RULES.values())
