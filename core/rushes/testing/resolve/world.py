"""What random sequences of our actions need: a desk (double) with takes, and every action of the registry."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np

from resolve_scripts.actions.registry import Entry, builtin_registry
from resolve_scripts.host import subtitling
from resolve_scripts.host.session import open_session
from rushes.contracts import (
    EditClip,
    EditMarker,
    EditSubtitle,
    EditTimeline,
    EditTrack,
    MediaKind,
    Rating,
    Size,
    TrackKind,
)
from rushes.contracts.clip import ClipJob, ClipResult, Treatment
from rushes.contracts.codec import decode, encode
from rushes.contracts.grade import CDL, Grade, GradeJob, GradeResult, MatchJob, MatchResult, TimelineSpace
from rushes.delivery.otio_write import otio_text
from rushes.errors import RushesError
from rushes.media.pictures import save_png
from rushes.testing.resolve import Simulator
from rushes.testing.resolve.desk import FakeDesk, movie
from rushes.testing.resolve.fuzz import FuzzAction
from rushes.testing.resolve.names import parse_rate_setting
from rushes.testing.resolve.random_cut import CutOptions, lay_pulled

__all__ = [
    "MAKES_TIMELINES",
    "ONCE",
    "SHOTS",
    "UNTESTED",
    "deliver",
    "fuzz_actions",
    "make_desk",
    "matrix_options",
    "run_entry",
]

SHOTS = ("SH010", "SH020", "SH030")
UNTESTED = frozenset({"open_panel", "choose_production", "stop"})
"""They change nothing in Resolve and wait for the editor."""
RATES = (Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60))

_SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n00:00:03,000 --> 00:00:04,500\nWho is there?\n"
_FOOTAGE = {"A001_C001": Fraction(24), "A001_C002": Fraction(25)}
_CUBE = "LUT_3D_SIZE 2\n" + "".join(f"{r} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))


def make_desk(folder: Path, rate: Fraction = Fraction(24)) -> FakeDesk:
    """A desk whose engine answers with small real files."""
    cube = folder / "look.cube"
    cube.parent.mkdir(parents=True, exist_ok=True)
    cube.write_text(_CUBE, encoding="utf-8")
    save_png(folder / "still.png", np.full((18, 32, 3), 90, np.uint8))
    desk = FakeDesk(folder / "film", rate=rate)
    ink = Grade("Ink", TimelineSpace.REC709, CDL(slope=(1.1, 1.0, 0.9)), lut=str(cube))

    def grade(params: Mapping[str, Any]) -> dict[str, Any]:
        job = decode(GradeJob, dict(params))
        return encode(GradeResult(job.space, job.grade.cdl, job.grade.lut, 0.1, 0.2))

    def match(params: Mapping[str, Any]) -> dict[str, Any]:
        job = decode(MatchJob, dict(params))
        result = GradeResult(job.space, CDL(offset=(0.01, 0.0, 0.0)), str(cube), 0.5, 1.0)
        return encode(MatchResult(result, 10.0, 3.0, 1.0, str(cube)))

    def clip(params: Mapping[str, Any]) -> dict[str, Any]:
        job = decode(ClipJob, dict(params))
        factor = int(job.settings.get("factor", "2")) if job.treatment is Treatment.INTERPOLATE else 1
        frames = job.frames * factor
        if job.treatment is Treatment.EXTEND:
            frames += int(job.settings.get("before", "0")) + int(job.settings.get("after", "0"))
        path = movie(Path(desk.production) / "returns" / job.id / f"{job.name}.mp4", frames, job.rate, job.timecode)
        return encode(ClipResult(job.id, str(path), job.rate, frames, job.head * factor, Size(32, 18)))

    desk.answers = {
        "grades": lambda params: {"grades": [encode(ink), encode(replace(ink, name="Plain", lut=None))]},
        "grade": grade,
        "match": match,
        "clip": clip,
    }
    return desk


def deliver(desk: FakeDesk, rate: Fraction, *, drop: bool = False, start: int = 0) -> None:
    """A delivery on disk: a cut of all takes with a gap, a marker, a retime and subtitles, as .otio and .srt."""
    folder = Path(desk.production) / "deliveries" / "Film_v01"
    folder.mkdir(parents=True, exist_ok=True)
    clips: list[EditClip] = []
    at = 10
    for number, take in enumerate(desk.rows):
        one = desk.media(take)
        media = replace(one.media, path=one.media.proxy or one.media.path, kind=MediaKind.MOVIE)
        skip = 3 if media.frames > 8 and number % 2 else 0
        length = int((media.frames - 2 * skip) * rate / media.rate)
        if length:
            clips.append(EditClip(one.name, at, length, media, skip, take=take, shot=one.shot, generated=True))
            at += length + 5 * (number % 2)
    cut = EditTimeline(
        "Film_v01",
        rate,
        Size(64, 36),
        start,
        drop,
        (EditTrack(TrackKind.VIDEO, "Rushes", tuple(clips)),),
        (EditMarker(5, "look here", "please"),),
        (EditSubtitle(12, 30, "Hello."),),
    )
    (folder / "Film_v01.otio").write_text(otio_text(cut), encoding="utf-8")
    (folder / "Film_v01.srt").write_text(_SRT, encoding="utf-8")


def run_entry(entry: Entry, desk: FakeDesk, sim: Simulator, options: Mapping[str, str]) -> int:
    """As the menu runs it; how many things it changed."""
    session = open_session(sim.globals())
    session.check()
    if entry.action.studio:
        session.require(entry.label, studio=True)
    unhurried = patch.object(subtitling.time, "sleep", lambda _: None)
    with unhurried, patch.dict(os.environ, RUSHES_RESOLVE_LUT=str(sim.app.lut_folder)):
        return entry.run(session, desk, options).done


def fuzz_actions(rng: Random, room: Path) -> tuple[CutOptions, list[FuzzAction]]:
    """A production with a few takes, and every action that works on it."""
    desk = make_desk(room, rng.choice(RATES))
    for number in range(rng.choice([0, 1, 3, 4, 5, 6])):
        desk.add_take(
            rng.choice(SHOTS),
            f"{rng.getrandbits(48):012x}",
            rng.choice([1, 12, 24, 36]),
            rate=rng.choice([None, None, Fraction(24), Fraction(30)]),
            rating=rng.choice([Rating.KEPT, Rating.KEPT, Rating.UNDECIDED, Rating.REJECTED]),
            notes=rng.choice(["", "too dark"]),
            start=rng.choice([0, 101, 1001]),
            pictures=number == 0,
        )
    families: dict[str, list[Entry]] = {}
    for entry in builtin_registry().entries():
        if entry.action.id not in UNTESTED:
            families.setdefault(entry.action.id, []).append(entry)
    entries = [family[0] if rng.random() < 0.5 else rng.choice(family) for family in families.values()]
    footage = [movie(room / "footage" / f"{name}.mp4", 300, rate) for name, rate in _FOOTAGE.items()]
    options = CutOptions(shots=SHOTS, size=(64, 36), footage=footage, begin=partial(_begin, entries, desk))
    often = [entry for entry in entries if entry.action.id in _OFTEN]
    return options, [_action(entry, desk) for entry in (*entries, *often)]


def _begin(entries: list[Entry], desk: FakeDesk, rng: Random, sim: Simulator) -> None:
    """Two times in three the takes are pulled, and often placed, before the sequence."""
    parsed = parse_rate_setting(str(sim.project.settings["timelineFrameRate"]))
    assert parsed is not None
    rate, drop = parsed if rng.random() < 0.8 else (Fraction(24), False)
    if rng.random() < 0.8:
        deliver(desk, rate, drop=drop, start=rng.choice([0, 3600 * round(rate)]))
    wanted = {"pull_selects": {"which": "all"}, "place_all": {}}
    for entry in entries:
        if entry.id in wanted and rng.random() < 0.7:
            with suppress(RushesError):
                run_entry(entry, desk, sim, wanted[entry.id])
    for timeline in sim.project.timelines:
        lay_pulled(rng, sim, timeline)
        ours = [item for item in timeline.items("video") if item.media and item.media.third_party]
        if ours and rng.random() < 0.6:
            timeline.playhead = rng.choice(ours).start
            timeline.selected = []


def _action(entry: Entry, desk: FakeDesk) -> FuzzAction:
    def run(sim: Simulator, options: Mapping[str, str]) -> int:
        desk.unreachable = options.get("engine") == "off"
        desk.lost = set(list(desk.rows)[:1]) if options.get("clip") == "gone" else set()
        return run_entry(entry, desk, sim, options)

    known = ({},) if entry.variant else _OPTIONS.get(entry.action.id, ({},))
    choices = [{key: _filled(text, desk) for key, text in each.items()} for each in known]
    makes = entry.action.id in MAKES_TIMELINES
    return FuzzAction(
        entry.id,
        run,
        lambda rng: rng.choice(choices),
        entry.action.id not in ONCE,
        makes,
        _FOLLOW.get(entry.action.id, ""),
    )


def matrix_options(entry: Entry, desk: FakeDesk) -> Mapping[str, str]:
    """Options with which an action has something to do in an ordinary film."""
    given = _ORDINARY.get(entry.id, {})
    return {key: _filled(text, desk) for key, text in given.items()}


def _filled(text: str, desk: FakeDesk) -> str:
    return text.replace("{still}", str(Path(desk.production).parent / "still.png"))


_ORDINARY: dict[str, Mapping[str, str]] = {
    "grade": {"grade": "Ink"},
    "match": {"reference": "{still}"},
    "send": {"treatment": "denoise"},
    "place": {"shot": "SH020", "where": "placeholder"},
    "place_placeholder": {"shot": "SH020"},
}
MAKES_TIMELINES = frozenset({"build", "build_timeline"})
"""Actions that are there to make timelines."""
_OPTIONS: dict[str, tuple[Mapping[str, str], ...]] = {
    "pull_selects": ({}, {"which": "all"}, {"shot": "SH010"}),
    "place": (
        {},
        {"shot": "SH010", "where": "playhead"},
        {"shot": "SH020", "where": "placeholder"},
        {"shot": "SH030", "where": "playhead"},
    ),
    "add_take": ({}, {"on": "all"}),
    "first_take": ({}, {"on": "all"}),
    "grade": ({"grade": "Ink"}, {"grade": "Plain", "on": "all"}, {"grade": "Ink", "node": "1"}, {"grade": "None"}),
    "ungrade": ({}, {"on": "all"}),
    "match": ({"reference": "{still}"}, {}, {"reference": "{still}", "on": "all"}),
    "send": (
        {"treatment": "upscale"},
        {"treatment": "denoise", "handles": "0", "picture": "seen"},
        {"treatment": "take"},
        {"treatment": "interpolate", "set.factor": "2", "on": "all"},
    ),
}
_OFTEN = frozenset({"place", "send", "bring_back", "add_take", "build_timeline"})
_FOLLOW = {"send": "bring_back", "add_take": "first_take", "grade": "ungrade"}
ONCE = frozenset({"next_take", "previous_take", "self_check"})
"""Actions that are meant to do more each time."""
