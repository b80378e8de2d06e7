"""What the panel shows and decides, as plain data. Knows no window and no Resolve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from resolve_scripts.actions.registry import Entry
from rushes.contracts.clip import Treatment
from rushes.contracts.job import JobState, JobStatus
from rushes.contracts.library import TakeRow
from rushes.contracts.take import Rating

__all__ = ["ALL_SHOTS", "COLUMNS", "FIELDS", "Field", "PanelModel", "bar", "job_line", "panel_entries", "row_texts"]

ALL_SHOTS = "All shots"
COLUMNS = ("Shot", "Take", "Rating", "Length", "Notes")
_RATINGS = {Rating.KEPT: "✓ kept", Rating.REJECTED: "✗ rejected", Rating.UNDECIDED: "–"}
_ELSEWHERE = frozenset({"open_panel", "choose_production", "self_check", "stop", "send"})
"""Actions with a place of their own in the panel, or none there."""


@dataclass(frozen=True)
class Field:
    """A setting of a treatment."""

    name: str
    """As `ClipJob.settings` has it."""
    label: str
    default: str = ""
    hint: str = ""


FIELDS: Mapping[Treatment, tuple[Field, ...]] = {
    Treatment.ANOTHER: (Field("seed", "Seed", "", "a number; empty: a new one"),),
    Treatment.RESTYLE: (Field("style", "Style", "", "ink, watercolour, noir …"), Field("mood", "Mood", "", "tense")),
    Treatment.UPSCALE: (Field("scale", "Times", "2", "2 or 4"),),
    Treatment.DENOISE: (Field("strength", "Strength", "0.5", "0 to 1"),),
    Treatment.STABILISE: (Field("strength", "Strength", "0.5", "0 to 1"),),
    Treatment.INTERPOLATE: (Field("factor", "Times slower", "2", "2 to 8"),),
    Treatment.MATTE: (Field("class", "Of", "foreground", "foreground, or a class: building, tree …"),),
    Treatment.EXTEND: (Field("before", "Before", "0", "frames"), Field("after", "After", "24", "frames")),
}
LABELS: Mapping[Treatment, str] = {
    Treatment.ANOTHER: "Another take",
    Treatment.RESTYLE: "Restyle",
    Treatment.UPSCALE: "Upscale",
    Treatment.DENOISE: "Denoise",
    Treatment.STABILISE: "Stabilise",
    Treatment.INTERPOLATE: "Slow motion",
    Treatment.MATTE: "Matte",
    Treatment.EXTEND: "Extend",
}


@dataclass
class PanelModel:
    """State of the panel."""

    project: str = ""
    """Name of the open Resolve project."""
    production: str = ""
    takes: tuple[TakeRow, ...] = ()
    shot: str = ALL_SHOTS
    """The filter."""
    chosen: str = ""
    """Id of the take that is picked in the list."""
    treatment: Treatment = Treatment.ANOTHER
    running: str = ""
    """Label of the action that runs; empty: none."""
    fraction: float = 0.0
    message: str = ""
    jobs: tuple[JobStatus, ...] = ()
    """Of the engine, those that wait or run."""
    engine: str = ""
    """What it does, or why it could not be asked."""
    trouble: bool = False
    """It could not be asked."""
    revision: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    """What was typed, by field of the treatment."""

    @property
    def busy(self) -> bool:
        """Whether an action runs; buttons are greyed out then."""
        return bool(self.running)

    def shots(self) -> tuple[str, ...]:
        """Choices of the filter."""
        return (ALL_SHOTS, *dict.fromkeys(sorted(take.shot for take in self.takes)))

    def rows(self) -> tuple[TakeRow, ...]:
        """The takes of the list: by shot, the newest first."""
        shown = [take for take in self.takes if self.shot in (ALL_SHOTS, take.shot)]
        newest = sorted(shown, key=lambda take: take.created, reverse=True)
        return tuple(sorted(newest, key=lambda take: take.shot))

    def set_takes(self, takes: Iterable[TakeRow]) -> None:
        """News from the engine. A filter or a choice that is gone falls back."""
        self.takes = tuple(takes)
        if self.shot not in self.shots():
            self.shot = ALL_SHOTS
        if self.chosen not in {take.id for take in self.takes}:
            self.chosen = ""

    def see_jobs(self, jobs: Iterable[JobStatus]) -> None:
        """The engine told what waits and runs."""
        now = tuple(jobs)
        if now or self.jobs or self.trouble:
            self.engine = job_line(now, len(self.jobs))
        self.jobs, self.trouble = now, False

    def miss_engine(self, why: str) -> None:
        """It did not answer."""
        self.engine, self.trouble = why, True

    def replace_take(self, row: TakeRow) -> None:
        """One take changed."""
        self.takes = tuple(row if take.id == row.id else take for take in self.takes)

    def fields(self) -> tuple[Field, ...]:
        """Settings of the chosen treatment."""
        return FIELDS[self.treatment]

    def options(self, entry: Entry) -> dict[str, str]:
        """Options for an action, from what is picked in the panel."""
        wanted, given = entry.action.options, dict[str, str]()
        if "take" in wanted and self.chosen:
            given["take"] = self.chosen
        if "shot" in wanted and self.shot != ALL_SHOTS:
            given["shot"] = self.shot
        return given

    def send_options(self) -> dict[str, str]:
        """Options for Send. Fields that were left empty are not passed."""
        given = {"treatment": self.treatment.value}
        for one in self.fields():
            value = self.settings.get(one.name, one.default).strip()
            if value:
                given[f"set.{one.name}"] = value
        return given

    def begin(self, label: str) -> None:
        """An action starts."""
        self.running, self.fraction, self.message = label, 0.0, f"{label} …"

    def end(self, text: str, notes: Sequence[str] = ()) -> None:
        """It ended."""
        self.running, self.fraction = "", 0.0
        self.message = " ".join([text, *notes])


def panel_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Entries that get a button."""
    return tuple(one for one in entries if one.variant is None and one.action.id not in _ELSEWHERE)


def row_texts(take: TakeRow) -> tuple[str, ...]:
    """A take as the list shows it, by `COLUMNS`. The second is its id."""
    seconds = float(take.frame_count / take.rate)
    notes = " ".join(take.notes.split())
    return (take.shot, take.id, _RATINGS[take.rating], f"{seconds:.1f} s", notes[:80])


def bar(fraction: float, width: int = 24) -> str:
    """A progress bar of letters."""
    full = round(max(0.0, min(1.0, fraction)) * width)
    return f"{'█' * full}{'░' * (width - full)} {max(0.0, min(1.0, fraction)):4.0%}"


def job_line(jobs: Sequence[JobStatus], before: int = 0) -> str:
    """What the engine does, in one line. `before`: how many jobs there were last time."""
    if not jobs:
        return "The engine is done. Clips that were sent can be brought back." if before else ""
    running = [job for job in jobs if job.state is JobState.RUNNING]
    waiting = len(jobs) - len(running)
    parts = [f"{_kind(job)} {job.progress:.0%}" for job in running]
    if waiting:
        parts.append(f"{waiting} waiting")
    return "Engine: " + ", ".join(parts)


def _kind(job: JobStatus) -> str:
    treatment = str(job.request.params.get("treatment", ""))
    shot = str(job.request.params.get("shot", ""))
    known = {one.value: label.lower() for one, label in LABELS.items()}
    return " ".join(part for part in (known.get(treatment, job.request.kind), shot) if part)
