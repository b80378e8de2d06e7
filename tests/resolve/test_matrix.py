"""Every action in every Resolve, and in every bad state: done well, or refused with words and the cut as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.actions.registry import Entry, builtin_registry
from rushes.errors import RushesError
from rushes.testing.resolve import PROFILES, Profile, Quirks, Simulator, profile
from rushes.testing.resolve.desk import FakeDesk, movie
from rushes.testing.resolve.invariants import broken, changed, left_behind
from rushes.testing.resolve.state import TakeState
from rushes.testing.resolve.world import MAKES_TIMELINES, ONCE, UNTESTED, deliver, make_desk, matrix_options, run_entry

ENTRIES = [entry for entry in builtin_registry().entries() if entry.action.id not in UNTESTED]
SCRIPTING = [each for each in PROFILES.values() if each.scripting]


def _id(value: object) -> str:
    return value.id if isinstance(value, Entry) else value.name if isinstance(value, Profile) else str(value)


def _sometimes(which: Profile) -> Any:
    """The oldest, the newest and a free one every time; all nine in the long run."""
    often = which.name in ("19.1-studio", "21.0-free", "21.1-studio")
    return which if often else pytest.param(which, marks=pytest.mark.slow)


def _film(
    which: Profile | str, folder: Path, rate: str = "24", start_tc: str | None = None
) -> tuple[Simulator, FakeDesk]:
    """A cut with footage, sound, a placeholder and a take, and takes in the production; the playhead is on the take."""
    sim = Simulator(which, folder / "resolve")
    sim.new_project(rate, "Film", (64, 36))
    timeline = sim.timeline("Cut", start_tc=start_tc, video=2, audio=2)
    desk = make_desk(folder, timeline.rate)
    for number in range(2):
        desk.add_take("SH010", f"aaaa0000000{number}", 24)
    desk.add_take("SH020", "bbbb00000001", 36, pictures=True)
    footage = sim.import_media(movie(folder / "footage" / "A001_C001.mp4", 300, timeline.rate), folder="Day 1")
    sim.add_clip(footage, at=200, frames=48, source=20)
    sim.add_clip(footage, at=300, frames=48, source=60, track=2)
    sim.add_clip(sim.add_media("music.wav", kind="audio", audio_channels=2, frames=400), at=0, track_kind="audio")
    sim.add_clip(kind="title", at=400, frames=24, name="Title")
    sim.add_marker(48, "Blue", "SH020", "").duration = 30.0  # shorter than the take
    sim.app.page = "edit"
    registry = {entry.id: entry for entry in ENTRIES}
    run_entry(registry["pull_selects"], desk, sim, {})
    deliver(desk, timeline.rate, drop=timeline.drop, start=timeline.start)
    shown, other = (
        next(each for each in sim.project.media() if each.third_party.get("rushes.take") == f"aaaa0000000{number}")
        for number in (1, 0)
    )
    placed = sim.add_clip(shown, at=100)
    placed.takes, placed.take = [TakeState(other, 0, 24), TakeState(shown, 0, 24)], 2
    sim.playhead(110)
    return sim, desk


def _run(entry: Entry, sim: Simulator, desk: FakeDesk) -> str:
    """The code of a refusal; "" when it worked. Everything else is a failure."""
    try:
        run_entry(entry, desk, sim, matrix_options(entry, desk))
    except RushesError as exc:
        refusal = exc
    else:
        return ""
    assert refusal.code
    assert refusal.hint, f"{entry.id}: {refusal} gives no hint"
    return refusal.code


def _unharmed(entry: Entry, sim: Simulator, before: dict[str, Any], code: str = "") -> None:
    after = sim.snapshot()
    assert broken(before, after, refused=bool(code)) == []
    assert left_behind(before, after, timelines=entry.action.id in MAKES_TIMELINES and not code) == []
    assert sim.app.misuse == []
    assert not sim.app.deadlocked


@pytest.mark.parametrize("entry", ENTRIES, ids=_id)
@pytest.mark.parametrize("which", [_sometimes(each) for each in SCRIPTING], ids=_id)
def test_every_action_in_every_resolve(tmp_path: Path, which: Profile, entry: Entry) -> None:
    sim, desk = _film(which, tmp_path)
    before = sim.snapshot()
    code = _run(entry, sim, desk)
    assert code in (("",) if which.studio else ("", "resolve.studio")), code
    _unharmed(entry, sim, before, code)
    assert sim.app.modal is None, "a Studio-only call was made in the free edition"
    sim.project.save()
    _unharmed(entry, sim, before)
    if entry.action.id not in ONCE and not code:
        after = sim.snapshot()
        assert run_entry(entry, desk, sim, matrix_options(entry, desk)) == 0
        assert changed(after, sim.snapshot()) == []


STATES: dict[str, Callable[[Simulator, FakeDesk], object]] = {
    "no project": lambda sim, desk: sim.no_project(),
    "no timeline": lambda sim, desk: setattr(sim.project, "timeline", None),
    "a dialog": lambda sim, desk: sim.open_modal("Media Management"),
    "the Project Manager": lambda sim, desk: setattr(sim.app, "manager_only", True),
    **{
        f"the {page} page": lambda sim, desk, page=page: setattr(sim.app, "page", page)
        for page in ("media", "cut", "fusion", "color", "fairlight", "deliver")
    },
    "all tracks locked": lambda sim, desk: [
        setattr(track, "locked", True)
        for timeline in sim.project.timelines
        for tracks in timeline.tracks.values()
        for track in tracks
    ],
    "the playhead in a gap": lambda sim, desk: sim.playhead(150),
    "the playhead on footage": lambda sim, desk: sim.playhead(210),
    "the playhead on a title": lambda sim, desk: sim.playhead(405),
    "the playhead after the end": lambda sim, desk: sim.playhead(5000),
    "the engine is not running": lambda sim, desk: setattr(desk, "unreachable", True),
    "media missing": lambda sim, desk: _missing(sim),
    "read-only LUT folder": lambda sim, desk: sim.app.lut_folder.chmod(0o555),
    "appends are refused": lambda sim, desk: sim.refuse("MediaPool.AppendToTimeline", 99),
    "imports are refused": lambda sim, desk: sim.refuse("MediaPool.ImportMedia", 99),
    "tracks are refused": lambda sim, desk: sim.refuse("Timeline.AddTrack", 99),
    "rendering is refused": lambda sim, desk: sim.refuse("Project.AddRenderJob", 99),
    "bins are refused": lambda sim, desk: sim.refuse("MediaPool.AddSubFolder", 99),
    "takes are refused": lambda sim, desk: sim.refuse("TimelineItem.AddTake", 99),
    "versions are refused": lambda sim, desk: sim.refuse("TimelineItem.AddVersion", 99),
}


def _missing(sim: Simulator) -> None:
    for media in sim.project.media():
        for file in media.files:
            Path(file).unlink(missing_ok=True)
        sim.offline(media)


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=_id)
@pytest.mark.parametrize("state", STATES)
def test_every_action_in_every_bad_state(tmp_path: Path, state: str, entry: Entry) -> None:
    sim, desk = _film("21.0.4-studio", tmp_path)
    STATES[state](sim, desk)
    before = sim.snapshot()
    code = _run(entry, sim, desk)
    _unharmed(entry, sim, before, code)
    if state in ("no project", "a dialog", "the Project Manager"):
        assert code in ("resolve.modal", "resolve.no_project")
        assert changed(before, sim.snapshot()) == []


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=_id)
@pytest.mark.parametrize(
    ("rate", "start_tc"),
    [("23.976", None), ("25", "00:00:00:00"), ("29.97 DF", None), ("29.97", "10:00:00:00"), ("60", "00:00:00:00")],
)
def test_every_action_at_every_rate(tmp_path: Path, rate: str, start_tc: str | None, entry: Entry) -> None:
    sim, desk = _film("21.0.4-studio", tmp_path, rate, start_tc)
    before = sim.snapshot()
    assert _run(entry, sim, desk) == ""
    _unharmed(entry, sim, before)


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=_id)
@pytest.mark.parametrize(
    "habit",
    [
        "inclusive_end",
        "eof_strict",
        "append_returns_audio",
        "delete_refused_once",
        "source_frames_off_by_one",
        "admin_lut_folder",
        "localised_status",
        "show_individual_frames",
        "lut_render_flaky",
    ],
)
def test_every_action_with_every_habit(tmp_path: Path, habit: str, entry: Entry) -> None:
    turned = not getattr(Quirks(), habit)
    sim, desk = _film(profile("21.0.4").but(**{habit: turned}), tmp_path)
    before = sim.snapshot()
    code = _run(entry, sim, desk)
    _unharmed(entry, sim, before, code)


def test_where_no_python_runs_there_is_nothing_to_start(tmp_path: Path) -> None:
    sim = Simulator("21.1-free", tmp_path)
    assert sim.globals() == {}
    with pytest.raises(RushesError) as caught:
        run_entry(ENTRIES[0], make_desk(tmp_path / "desk"), sim, {})
    assert caught.value.code == "resolve.not_running"
