"""`rushes eval resolve`: the actions of the Resolve scripts, measured against the DOUBLE of Resolve."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from resolve_scripts.actions import grade, place, pull
from resolve_scripts.host.session import open_session
from rushes.contracts import ID_KEYS, JobContext, Metric, Rating, Size, Timecode
from rushes.jobs.registry import Services
from rushes.media.video import read_video
from rushes.testing.resolve import Simulator
from rushes.testing.resolve.desk import FakeDesk, ProductionDesk
from rushes.testing.resolve.fuzz import FuzzReport, run_sequences
from rushes.testing.resolve.names import parse_rate_setting
from rushes.testing.resolve.picture import picture_at
from rushes.testing.resolve.world import fuzz_actions

__all__ = ["SPACES", "grade_errors", "measure_resolve", "placed_right", "pull_calls"]

SEQUENCES = 1000
RATES = ("23.976", "24", "25", "29.97 DF", "60")
SOURCES = ("same", "24", "25", "60")
_MANAGED = {"colorScienceMode": "davinciYRGBColorManagedv2", "inputDRT": "None", "outputDRT": "None"}
SPACES = {
    "rec709": {},
    "davinci_intermediate": _MANAGED | {"colorSpaceTimeline": "DaVinci WG/Intermediate"},
    "acescct": {"colorScienceMode": "acescct", "acesVersion": "ACES 2.0"},
    "acescct_aces1": {"colorScienceMode": "acescct"},
}
"""Settings of a project, by the space its nodes work in."""
_HELD = ("rec709", "davinci_intermediate", "acescct")
"""Those with a bar; ACES 1.x cannot show every colour of Rec.709 at all."""


def measure_resolve(services: Services, context: JobContext) -> Iterator[Metric]:
    """Random sequences, calls, placements and grades. Services are not used: the desks are doubles with real jobs."""
    with tempfile.TemporaryDirectory(prefix="rushes-resolve-") as name:
        folder = Path(name)
        yield from _fuzz(folder / "fuzz", context)
        yield from _calls(folder / "calls", context)
        context.progress(0.75, "place", "Placing at every rate")
        right = [
            placed_right(folder / f"place-{n}", *case)
            for n, case in enumerate(product(RATES, ("00", "01"), SOURCES))
            if context.check() is None
        ]
        note = f"{len(right)} of rate, start and source rate; four frames of each looked at"
        yield Metric.judged("resolve.place.exact", sum(right) / len(right), "", compare="==", limit=1, note=note)
        yield from _grades(folder / "grade", context)


def _fuzz(folder: Path, context: JobContext) -> Iterator[Metric]:
    total = FuzzReport()
    for first in range(0, SEQUENCES, 20):
        context.check()
        context.progress(0.6 * first / SEQUENCES, "fuzz", f"{first} of {SEQUENCES} sequences")
        with tempfile.TemporaryDirectory(dir=_made(folder)) as block:
            found = run_sequences(range(first, first + 20), fuzz_actions, Path(block), steps=6)
        total.sequences += found.sequences
        total.steps += found.steps
        total.failures += found.failures
        for into, one in ((total.done, found.done), (total.idle, found.idle), (total.refused, found.refused)):
            for key, number in one.items():
                into[key] = into.get(key, 0) + number
    yield Metric("resolve.fuzz.sequences", total.sequences, "", note=f"{total.steps} actions and their repetitions")
    note = total.failures[0][:200] if total.failures else "nothing moved, covered, lost; everything put back"
    yield Metric.judged("resolve.fuzz.failures", len(total.failures), "", compare="==", limit=0, note=note)
    yield Metric("resolve.fuzz.changed", sum(total.done.values()), "runs", note="that changed something")
    yield Metric("resolve.fuzz.refused", sum(total.refused.values()), "runs", note="with words, and nothing touched")


def pull_calls(folder: Path, takes: int, shots: int, *, pictures: bool = False) -> int:
    """API calls of Pull Selects for so many kept takes in so many shots."""
    desk = FakeDesk(folder / "film")
    for index in range(takes):
        shot = index % shots
        name = f"SQ{shot // 20:03d}_SH{shot:03d}"
        desk.add_take(name, f"t-{index:06d}", 2, rating=Rating.KEPT, pictures=pictures)
    sim = Simulator("21.0.4-studio", folder / "resolve")
    sim.new_project("24", "Film")
    sim.forget_calls()
    pull.run(open_session(sim.globals()), desk, {})
    return sim.calls


def _calls(folder: Path, context: JobContext) -> Iterator[Metric]:
    context.progress(0.62, "pull", "Pulling 500 takes")
    half, whole = (pull_calls(folder / str(n), n, n // 10) for n in (250, 500))
    yield Metric.judged("resolve.pull.calls", whole / 500, "a clip", compare="<=", limit=6, note="500 takes, 50 shots")
    growth = whole / half
    yield Metric.judged("resolve.pull.growth", growth, "times", compare="<=", limit=2.05, note="500 against 250 takes")
    apart = pull_calls(folder / "apart", 500, 500) / 500
    note = "500 takes, 500 shots: a bin for each"
    yield Metric.judged("resolve.pull.calls_a_shot_each", apart, "a clip", compare="<=", limit=6, note=note)
    most = pull_calls(folder / "most", 500, 500, pictures=True) / 500
    yield Metric("resolve.pull.calls_most", most, "a clip", note=f"{note}, and a proxy for each")


def placed_right(folder: Path, rate: str, hour: str, source: str) -> bool:
    """Whether a take of 120 frames on a placeholder of 40, ten seconds in, shows the frames it should.

    `rate` as the project's setting, `hour` of the start timecode, `source`: rate of the take or "same". Each frame of
    the take is a grey of its own, about 7 levels from its neighbours; what the double shows is read from its pixels.
    """
    parsed = parse_rate_setting(rate)
    assert parsed is not None
    fps, drop = parsed
    own = fps if source == "same" else Fraction(source)
    desk = FakeDesk(folder / "film", rate=own)
    desk.add_take("SH010", "t-1", 120, rating=Rating.KEPT)
    sim = Simulator("21.0.4-studio", folder / "resolve")
    sim.new_project(rate, "Film")
    mark = ";" if drop else ":"
    timeline = sim.timeline(start_tc=f"{hour}:00:00{mark}00")
    at = Timecode.parse(f"00:00:10{mark}00", fps).frame
    sim.add_clip(None, kind="title", at=at, frames=40, name="SH010")
    sim.playhead(at + 20)
    place.run(open_session(sim.globals()), desk, {})
    items = [i for i in timeline.items("video") if i.media is not None and i.media.third_party.get(ID_KEYS["take"])]
    if len(items) != 1 or items[0].start != timeline.start + at:
        return False
    media, last = items[0].media, items[0].duration - 1
    assert media is not None
    greys = [float(frame.mean()) for frame in read_video(Path(media.files[0]))]
    return abs(items[0].duration - 40) <= (own != fps) and all(
        abs(_grey(sim, timeline.start + at + k) - greys[int(k * own / fps)]) < 1.5 for k in (0, 1, last // 2, last)
    )


def _grey(sim: Simulator, frame: int) -> float:
    """Mean of what is seen, 0 to 255."""
    timeline = sim.project.timeline
    assert timeline is not None
    return float(picture_at(sim.app, timeline, frame).mean()) * 255


def grade_errors(folder: Path, settings: dict[str, str]) -> dict[str, float]:
    """Grade → worst deltaE 2000 of the ColorChecker's 24 patches, through the action, the real job and the pixels."""
    from rushes.delivery.colour_difference import display_delta_e, patches
    from rushes.delivery.colour_grades import grades
    from rushes.delivery.colour_realise import intended
    from rushes.library.production import Production

    desk = ProductionDesk(Production.create(_made(folder) / "film", "Film", Fraction(24), Size(24, 16)))
    sim = Simulator("21.0.4-studio", folder / "resolve")
    sim.new_project("24", "Film", (24, 16), **settings)
    timeline = sim.timeline("Edit")
    chart = patches().reshape(4, 6, 3)
    wide = (np.kron(chart, np.ones((4, 4, 1))) * 65535 + 0.5).astype(np.uint16)
    for number in range(1, 4):
        cv2.imwrite(str(folder / f"chart_{number:04d}.png"), wide[..., ::-1])
    media = sim.import_sequence(str(folder / "chart_%04d.png"), 1, 3)
    media.third_party |= {ID_KEYS["take"]: "chart", ID_KEYS["shot"]: "SH010"}
    sim.add_clip(media, at=0)
    sim.playhead(1)
    errors: dict[str, float] = {}
    with _lut_folder(sim.app.lut_folder):
        for one in grades():
            grade.ACTIONS[0].run(open_session(sim.globals()), desk, {"grade": one.grade.name})
            seen = picture_at(sim.app, timeline, timeline.start + 1)[2::4, 2::4]
            errors[one.grade.name] = float(display_delta_e(seen, intended(one.grade)(chart)).max())
    return errors


def _grades(folder: Path, context: JobContext) -> Iterator[Metric]:
    for number, (space, settings) in enumerate(SPACES.items()):
        context.check()
        context.progress(0.8 + 0.05 * number, "grade", f"Grading in {space}")
        errors = grade_errors(folder / space, settings)
        worst = max(errors, key=lambda name: errors[name])
        note = f"worst of 24 patches over {len(errors)} grades: {worst}"
        if space in _HELD:
            yield Metric.judged(f"resolve.grade.{space}", errors[worst], "dE2000", compare="<=", limit=0.5, note=note)
        else:
            yield Metric(f"resolve.grade.{space}", errors[worst], "dE2000", note=f"{note}; no bar")


@contextmanager
def _lut_folder(folder: Path) -> Generator[None, None, None]:
    """Name the double's LUT folder as the machine's, for a while."""
    before = os.environ.get("RUSHES_RESOLVE_LUT")
    os.environ["RUSHES_RESOLVE_LUT"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["RUSHES_RESOLVE_LUT"]
        else:
            os.environ["RUSHES_RESOLVE_LUT"] = before


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
