"""Runs random sequences of actions on random films, and tells where what must hold did not.

It knows nothing of the actions: they come as `FuzzAction`. After each the editor's clips lie where they lay and keep
what was written on them; page, bin, timeline, playhead, locks and render format are as they were; a second run changes
nothing; a refusal leaves all timelines alone; what was placed outlives a save; no wrong call was made (`invariants`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rushes.errors import RushesError
from rushes.testing.resolve.invariants import broken, changed, left_behind
from rushes.testing.resolve.random_cut import CutOptions, edit, random_film
from rushes.testing.resolve.simulator import Simulator

__all__ = ["FuzzAction", "FuzzReport", "run_sequences"]


@dataclass(frozen=True)
class FuzzAction:
    """An action under test."""

    name: str
    run: Callable[[Simulator, Mapping[str, str]], int]
    """Runs it with options; how many things it changed. RushesError: it refused, with words."""
    options: Callable[[Random], Mapping[str, str]] = field(default=lambda rng: {})
    repeatable: bool = True
    """False: running it again is meant to do something (go to the next take)."""
    timelines: bool = False
    """It makes timelines; else one that is left behind is a failure."""
    follow: str = ""
    """Name of the action that often comes next."""


@dataclass
class FuzzReport:
    """What a number of sequences came to."""

    sequences: int = 0
    steps: int = 0
    done: dict[str, int] = field(default_factory=dict)
    """Action → runs that changed something."""
    idle: dict[str, int] = field(default_factory=dict)
    """Action → runs that found nothing to change."""
    refused: dict[str, int] = field(default_factory=dict)
    """Action: code → how often it refused."""
    failures: list[str] = field(default_factory=list)
    """With seed and step; each can be run again by its seed alone."""

    def add(self, other: FuzzReport) -> None:
        """Take over the figures of another one."""
        self.sequences += other.sequences
        self.steps += other.steps
        self.failures += other.failures
        for mine, theirs in ((self.done, other.done), (self.idle, other.idle), (self.refused, other.refused)):
            for name, times in theirs.items():
                mine[name] = mine.get(name, 0) + times


def run_sequences(
    seeds: Sequence[int],
    actions: Callable[[Random, Path], tuple[CutOptions, Sequence[FuzzAction]]],
    folder: Path,
    *,
    steps: int = 4,
) -> FuzzReport:
    """One sequence for each seed. `actions(rng, folder)` makes what it needs outside Resolve, and the actions."""
    report = FuzzReport()
    for seed in seeds:
        rng = Random(seed)
        room = folder / f"seed-{seed}"
        options, each = actions(rng, room)
        sim = random_film(rng, room / "resolve", options)
        _Run(seed, rng, sim, options, report).play(each, steps)
        report.sequences += 1
    return report


@dataclass
class _Run:
    """One sequence."""

    seed: int
    rng: Random
    sim: Simulator
    options: CutOptions
    report: FuzzReport
    told: list[str] = field(default_factory=list)

    def play(self, actions: Sequence[FuzzAction], steps: int) -> None:
        self.options.begin(self.rng, self.sim)
        follow = ""
        for _ in range(steps):
            if self.rng.random() < 0.5:
                self.told.append(f"the editor {edit(self.rng, self.sim, self.options)}")
            likely = [each for each in actions if follow and each.name == follow and self.rng.random() < 0.6]
            action = self.rng.choice(likely or list(actions))
            follow = action.follow
            options = dict(action.options(self.rng))
            self.told.append(f"{action.name} {options}" if options else action.name)
            self.report.steps += 1
            if not self._step(action, options):
                return

    def _step(self, action: FuzzAction, options: Mapping[str, str]) -> bool:
        """Whether all held; the sequence ends where something did not."""
        fault = self._fault()
        before = self.sim.snapshot()
        done, refusal, crash = self._try(action, options)
        after = self.sim.snapshot()
        self.sim.app.refusals.clear()
        problems = [crash] if crash else []
        problems += broken(before, after, refused=refusal)
        problems += left_behind(before, after, timelines=action.timelines and not refusal)
        problems += self._calls()
        if self.sim.app.modal and not before["modal"]:
            problems.append(f"a dialog is up: {self.sim.app.modal}")
        if fault == "dialog":
            self.sim.dismiss_modal()
            if not refusal or changed(before, after):
                problems.append("it did not stop at the dialog")
        elif not fault and not crash:
            problems += self._again(action, options, done)
        problems += self._saved()
        self.report.failures += [f"seed {self.seed}, {'; '.join(self.told)}: {each}" for each in problems]
        return not problems

    def _fault(self) -> str:
        """Sometimes Resolve is in a mood: a dialog is up, or it refuses a call without a reason."""
        if self.rng.random() < 0.06:
            self.sim.open_modal("Media Management")
            self.told.append("(a dialog is up)")
            return "dialog"
        if self.rng.random() < 0.2:
            call = self.rng.choice(_TELLING if self.rng.random() < 0.6 else _REFUSABLE)
            self.sim.refuse(call, self.rng.choice([1, 1, 2, 50]))
            self.told.append(f"({call} is refused)")
            return "refusal"
        return ""

    def _try(self, action: FuzzAction, options: Mapping[str, str]) -> tuple[int, bool, str]:
        """(things done, refused, what it crashed with)."""
        try:
            done = action.run(self.sim, options)
        except RushesError as exc:
            key = f"{action.name}: {exc.code}"
            self.report.refused[key] = self.report.refused.get(key, 0) + 1
            return 0, True, "" if exc.code and str(exc) else "a refusal without words"
        except Exception as exc:  # noqa: BLE001 (anything else is the finding)
            return 0, False, f"{type(exc).__name__}: {exc}"
        table = self.report.done if done else self.report.idle
        table[action.name] = table.get(action.name, 0) + 1
        return done, False, ""

    def _again(self, action: FuzzAction, options: Mapping[str, str], done: int) -> list[str]:
        if not action.repeatable:
            return []
        before = self.sim.snapshot()
        again, _, crash = self._try(action, options)
        found = [f"the second run: {crash}"] if crash else []
        if again:
            found.append(f"a second run did {again} more (the first {done})")
        different = changed(before, self.sim.snapshot())
        return [*found, *(f"a second run changed {each}" for each in different[:3])]

    def _calls(self) -> list[str]:
        app = self.sim.app
        found = [f"a wrong call: {each}" for each in app.misuse[:3]]
        found += ["a call from another thread"] if app.deadlocked else []
        app.misuse.clear()
        return found

    def _saved(self) -> list[str]:
        before = self.sim.snapshot()
        self.sim.project.save()
        return [f"the next save loses {each}" for each in changed(before, self.sim.snapshot())[:3]]


_TELLING = (
    "MediaPool.AppendToTimeline",
    "MediaPool.ImportMedia",
    "Timeline.AddTrack",
    "TimelineItem.AddTake",
    "Project.AddRenderJob",
)
"""Where most depends on what is done after a refusal."""
_REFUSABLE = (
    "MediaPool.AppendToTimeline",
    "MediaPool.ImportMedia",
    "MediaPool.AddSubFolder",
    "MediaPool.CreateEmptyTimeline",
    "MediaPool.DeleteTimelines",
    "MediaPool.CreateTimelineFromClips",
    "MediaPool.RelinkClips",
    "MediaPoolItem.ReplaceClip",
    "Timeline.SetTrackName",
    "Timeline.DeleteClips",
    "TimelineItem.LoadVersionByName",
    "TimelineItem.SetProperty",
    "Graph.ApplyGradeFromDRX",
    "Timeline.AddTrack",
    "Timeline.AddMarker",
    "TimelineItem.AddTake",
    "TimelineItem.SelectTakeByIndex",
    "TimelineItem.AddVersion",
    "TimelineItem.SetCDL",
    "Graph.SetLUT",
    "MediaPoolItem.SetMetadata",
    "MediaPoolItem.SetThirdPartyMetadata",
    "MediaPoolItem.LinkProxyMedia",
    "Project.SetRenderSettings",
    "Project.AddRenderJob",
    "Project.StartRendering",
)
