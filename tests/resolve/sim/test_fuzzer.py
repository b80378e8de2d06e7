"""The fuzzer finds what plain scripts break, and nothing where a script is careful."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rushes.errors import ResolveError
from rushes.testing.resolve import Simulator
from rushes.testing.resolve.fuzz import FuzzAction, FuzzReport, run_sequences
from rushes.testing.resolve.random_cut import CutOptions, random_film
from tests.resolve.sim.handles import pool_of, project_of, timeline_of

Plain = Callable[[Any], Any]


def _first_item(sim: Simulator) -> Any:
    return next(iter(timeline_of(sim).GetItemListInTrack("video", 1)), None)


def _ripple(sim: Simulator) -> None:
    sim.resolve.OpenPage("edit")
    item = _first_item(sim)
    if item is not None:
        timeline_of(sim).DeleteClips([item], True)


def _page(sim: Simulator) -> None:
    sim.resolve.OpenPage("deliver")


def _unlock(sim: Simulator) -> None:
    for index in range(timeline_of(sim).GetTrackCount("video")):
        timeline_of(sim).SetTrackLock("video", index + 1, False)


def _bin(sim: Simulator) -> None:
    pool_of(sim).AddSubFolder(pool_of(sim).GetRootFolder(), "Takes")


def _comment(sim: Simulator) -> None:
    item = _first_item(sim)
    if item is not None and item.GetMediaPoolItem() is not None:
        item.GetMediaPoolItem().SetMetadata("Comments", "ours")


def _color(sim: Simulator) -> None:
    item = _first_item(sim)
    if item is not None:
        item.SetClipColor("Violet")


def _batch(sim: Simulator) -> None:
    clips = [clip for clip in pool_of(sim).GetRootFolder().GetClipList() if clip.GetClipProperty("Type") == "Video"]
    if clips:
        end = timeline_of(sim).GetEndFrame()
        info = {"mediaPoolItem": clips[0], "mediaType": 1, "trackIndex": 1}
        pool_of(sim).AppendToTimeline([info | {"recordFrame": end}, info | {"recordFrame": end}])


def _playhead(sim: Simulator) -> None:
    sim.resolve.OpenPage("edit")
    timeline_of(sim).SetCurrentTimecode(timeline_of(sim).GetStartTimecode())


def _crash(sim: Simulator) -> None:
    timeline_of(sim).GetItemListInTrack("video", 9)[0].GetName()


def _keyword(sim: Simulator) -> None:
    timeline_of(sim).GetItemListInTrack(trackType="video", index=1)


def _mark_again(sim: Simulator) -> None:
    frame = 0
    while not timeline_of(sim).AddMarker(frame, "Blue", "ours", "", 1) and frame < 1000:
        frame += 1


def _grade(sim: Simulator) -> None:
    item = _first_item(sim)
    if item is not None:
        nothing = {"NodeIndex": "1", "Slope": "2 1 1", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
        item.SetCDL(nothing)


def _track(sim: Simulator) -> None:
    timeline_of(sim).AddTrack("video")


def _scratch(sim: Simulator) -> None:
    keep = timeline_of(sim)
    pool_of(sim).CreateEmptyTimeline("scratch")
    project_of(sim).SetCurrentTimeline(keep)


@pytest.mark.parametrize(
    ("plain", "finding"),
    [
        (_ripple, "is gone"),
        (_page, "left page at deliver"),
        (_unlock, "locked was True"),
        (_bin, "not put back: /folder"),
        (_comment, "metadata Comments was"),
        (_color, "its colour was"),
        (_batch, "the next save loses"),
        (_playhead, "playhead was"),
        (_crash, "TypeError"),
        (_keyword, "a wrong call"),
        (_mark_again, "a second run"),
        (_grade, "a grade version changed"),
        (_track, "an empty video track"),
        (_bin, "an empty bin"),
        (_scratch, "the timeline scratch was left behind"),
    ],
    ids=lambda each: each.__name__[1:] if callable(each) else "",
)
def test_a_plain_script_is_found_out(tmp_path: Path, plain: Plain, finding: str) -> None:
    def run(sim: Simulator, options: Mapping[str, str]) -> int:
        plain(sim)
        return 0

    report = _run(tmp_path, run, range(70))
    assert any(finding in each for each in report.failures), report.failures[:5]


def test_a_script_that_works_under_a_dialog_is_found_out(tmp_path: Path) -> None:
    def run(sim: Simulator, options: Mapping[str, str]) -> int:
        return 0

    report = _run(tmp_path, run, range(40))
    assert {each.rsplit(": ", 1)[1] for each in report.failures} == {"it did not stop at the dialog"}


def test_a_careful_script_passes(tmp_path: Path) -> None:
    def run(sim: Simulator, options: Mapping[str, str]) -> int:
        if sim.resolve.GetCurrentPage() is None:
            raise ResolveError("A dialog is open.", code="resolve.modal", hint="Close it.")
        timeline = timeline_of(sim)
        if timeline.GetMarkerByCustomData("rushes"):
            return 0
        taken = timeline.GetMarkers()
        frame = next(frame for frame in range(10_000) if frame not in taken)
        return int(bool(timeline.AddMarker(frame, "Blue", "ours", "", 1, "rushes")))

    report = _run(tmp_path, run, range(60))
    assert report.failures == []
    assert report.sequences == 60
    assert report.done["it"] > 20
    assert report.refused


def test_a_seed_makes_the_same_film_again(tmp_path: Path) -> None:
    films = [random_film(Random(7), tmp_path / str(number), CutOptions(shots=("SH010",))) for number in range(2)]
    first, second = (
        [(each.name, each.rate, each.start, [(item.start, item.duration) for item in each.items()]) for each in cuts]
        for cuts in (film.project.timelines for film in films)
    )
    assert first == second
    assert films[0].profile == films[1].profile


def test_films_are_of_every_kind(tmp_path: Path) -> None:
    films = [random_film(Random(seed), tmp_path / str(seed), CutOptions(shots=("SH010",))) for seed in range(80)]
    timelines = [timeline for film in films for timeline in film.project.timelines]
    assert len({film.profile.name for film in films}) == 9
    assert {timeline.drop for timeline in timelines} == {True, False}
    assert len({timeline.rate for timeline in timelines}) == 8
    assert 0 in {timeline.start for timeline in timelines}
    assert {item.kind for timeline in timelines for item in timeline.items()} == {"clip", "title", "generator"}
    assert any(track.locked for timeline in timelines for track in timeline.tracks["video"])
    assert any(item.takes for timeline in timelines for item in timeline.items())


def _run(folder: Path, run: Callable[[Simulator, Mapping[str, str]], int], seeds: Sequence[int]) -> FuzzReport:
    def actions(rng: Random, room: Path) -> tuple[CutOptions, list[FuzzAction]]:
        return CutOptions(shots=("SH010", "SH020")), [FuzzAction("it", run)]

    return run_sequences(seeds, actions, folder)
