"""A new timeline from a plan, or none at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.host.placing import Placed, Placement, add_track, lost, place
from resolve_scripts.host.pool import Bins
from resolve_scripts.host.read import project_rate
from resolve_scripts.host.session import Session, has, listed
from resolve_scripts.logic.build import BuildPlan, Kind, Step, custom_data, percent, wrong_rate
from resolve_scripts.logic.frames import rate_setting, timecode_text
from resolve_scripts.logic.paths import shown_path
from resolve_scripts.logic.placing import free_name
from rushes.contracts.edit import EditMarker, EditTimeline
from rushes.errors import ResolveError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, Timeline, TimelineItem

__all__ = ["CUT_KEY", "Built", "build", "discard", "set_rate"]

CUT_KEY = "rushes.cut"
"""Third-party metadata of a timeline's item in the media pool: which cut it was built from."""
_NAMES = 5


@dataclass
class Built:
    """A timeline that was made."""

    name: str
    id: str
    placed: list[Placed] = field(default_factory=list)
    markers: int = 0
    notes: list[str] = field(default_factory=list)


def set_rate(session: Session, cut: EditTimeline) -> str | None:
    """Give the project the cut's rate while it can be changed; its setting before, None when it was right.

    InputError `resolve.rate` when the project keeps another one.
    """
    rate, drop = project_rate(session)
    if rate == cut.rate:
        return None
    project = session.project()
    before = rate_setting(rate, drop)
    if (
        not project.SetSetting("timelineFrameRate", rate_setting(cut.rate, cut.drop))
        or project_rate(session)[0] != cut.rate
    ):
        raise wrong_rate(cut, rate)
    return before


def build(
    session: Session,
    cut: EditTimeline,
    plan: BuildPlan,
    clips: Mapping[str, MediaPoolItem],
    bins: Bins,
    bin: Sequence[str],
    digest: str,
    colors: Mapping[str, str],
    tell: Callable[[int], None],
    made_ids: list[str],
) -> Built:
    """Make the timeline; the caller discards it when this raises.

    Args:
        clips: handles by path in Resolve.
        bin: where the timeline's own item goes.
        colors: clip colour by take.
        tell: called with the number of clips that lie; may raise to stop.
        made_ids: gets the timeline's id as soon as it is there, for `discard`.
    """
    made = _empty(session, cut, bins, bin, digest, made_ids)
    _tracks(session, plan)
    handles = {clip.GetUniqueId(): clip for clip in clips.values()}
    ids = {path: clip.GetUniqueId() for path, clip in clips.items()}
    start = session.timeline().GetStartFrame()
    for number, step in enumerate(plan.steps):
        tell(number)
        made.placed += place(session, [_placement(step, start, ids)], handles, check=False, timeline=made.id)
        short = made.placed[-1].short
        if short:
            made.notes.append(f"{step.clip.name} is {short} frames shorter than in the cut.")
    gone = lost(session, made.placed)
    if gone:
        raise ResolveError(
            f"{gone[0].placement.name} did not stay on the timeline.",
            code="resolve.append",
            hint="Start the action again. Nothing of yours was touched.",
        )
    _dress(session, plan, made, colors)
    made.markers += _mark(session.timeline(), cut.markers, made.notes, "the timeline")
    for kind, index in plan.hidden:
        session.timeline().SetTrackEnable(kind, index, False)
    return made


def _placement(step: Step, start: int, ids: Mapping[str, str]) -> Placement:
    clip = step.clip
    record = start + clip.record
    return Placement(ids[shown_path(step.media)], step.track, record, clip.source, step.frames, step.kind, clip.name)


def _empty(session: Session, cut: EditTimeline, bins: Bins, bin: Sequence[str], digest: str, ids: list[str]) -> Built:
    """An empty timeline with a name that is free and the cut's start timecode."""
    folder = bins.open(bin)
    taken = {one.GetName() for one in session.timelines()}
    timeline: Timeline | None = None
    for _ in range(_NAMES):
        name = free_name(taken, cut.name)
        timeline = bins.pool.CreateEmptyTimeline(name)
        if timeline is not None:
            break
        taken.add(name)  # a name can be taken by something that is no timeline
    if timeline is None:
        raise ResolveError(
            f"Resolve refused a new timeline called {cut.name}.",
            code="resolve.timeline",
            hint="Can the project be written to? Nothing was changed.",
        )
    name, id = timeline.GetName(), timeline.GetUniqueId()
    ids.append(id)
    if session.open_timeline(id) is None:
        raise ResolveError(
            f"Resolve did not open the new timeline {name}.",
            code="resolve.timeline",
            hint="Start the action again. Nothing of yours was touched.",
        )
    made = Built(name, id)
    for clip in listed(folder.GetClipList()):
        if clip.GetName() == name and not clip.GetClipProperty("File Path"):
            clip.SetThirdPartyMetadata(CUT_KEY, digest)
    _, drop = project_rate(session)
    wanted = timecode_text(cut.start, cut.rate, drop)
    if timeline.GetStartFrame() != cut.start and not timeline.SetStartTimecode(wanted):
        made.notes.append(f"The timeline starts at {timeline.GetStartTimecode()}, the cut at {wanted}.")
    return made


def _tracks(session: Session, plan: BuildPlan) -> None:
    timeline = session.timeline()
    wanted: tuple[tuple[Kind, tuple[str, ...]], ...] = (("video", plan.video), ("audio", plan.audio))
    for kind, names in wanted:
        there = timeline.GetTrackCount(kind) or 0
        for index, name in enumerate(names, 1):
            if index > there:
                add_track(session, kind, name)
            else:
                timeline.SetTrackName(kind, index, name)


def _dress(session: Session, plan: BuildPlan, made: Built, colors: Mapping[str, str]) -> None:
    """What is not placed but set: on or off, colour, markers."""
    timeline = session.timeline()
    live = _items(timeline, plan)
    failed: list[str] = []
    for step, placed in zip(plan.steps, made.placed):
        item = live.get(placed.item)
        if item is None:
            continue
        clip = step.clip
        if not clip.enabled and not item.SetClipEnabled(False):
            failed.append(clip.name)
        if clip.take in colors:
            item.SetClipColor(cast("Any", colors[clip.take]))
        if clip.speed != 1:
            made.notes.append(_speed(item, step))
        made.markers += _mark(item, clip.markers, made.notes, clip.name)
    if failed:
        made.notes.append(f"Resolve did not switch off {', '.join(failed)}.")


def _items(timeline: Timeline, plan: BuildPlan) -> dict[str, TimelineItem]:
    found: dict[str, TimelineItem] = {}
    wanted: tuple[tuple[Kind, int], ...] = (("video", len(plan.video)), ("audio", len(plan.audio)))
    for kind, count in wanted:
        for index in range(1, count + 1):
            for item in listed(timeline.GetItemListInTrack(kind, index)):
                found[item.GetUniqueId()] = item
    return found


def _speed(item: TimelineItem, step: Step) -> str:
    """What to tell about a retimed clip. From 21.1 on Resolve can set speeds; what the argument means is published
    nowhere, so percent is tried and the place is read back."""
    speed = percent(step.clip.speed)
    before = item.GetStart(), item.GetEnd()
    if has(item, "SetSpeed"):
        change: Any = getattr(item, "SetSpeed")  # noqa: B009 (not in the published stubs)
        done = change(float(step.clip.speed * 100))
        if (item.GetStart(), item.GetEnd()) != before:
            change(100.0)
            if (item.GetStart(), item.GetEnd()) != before:
                raise ResolveError(
                    f"{step.clip.name} moved when its speed was set.",
                    code="resolve.speed",
                    hint="Build from a delivery, which brings retimed clips rendered.",
                )
        elif done:
            return f"{step.clip.name} was set to {speed}: look whether it shows the right frames."
    return (
        f"{step.clip.name} runs at {speed} in the cut and at 100 % here: set it with Change Clip Speed, or build from "
        "a delivery, which brings it rendered."
    )


def _mark(where: Timeline | TimelineItem, markers: Sequence[EditMarker], notes: list[str], name: str) -> int:
    done = 0
    for marker in markers:
        given = (marker.frame, marker.color, marker.name, marker.note, marker.duration, custom_data(marker))
        if where.AddMarker(*cast("Any", given)):
            done += 1
        else:
            notes.append(f"Resolve refused the marker {marker.name} at frame {marker.frame} of {name}.")
    return done


def discard(session: Session, ids: Sequence[str], restore_rate: str | None) -> bool:
    """Take away the timelines that this build made, by id, and put the project's rate back: whether it has it again.

    What the editor made meanwhile stays. Handles of all other timelines are stale afterwards.
    """
    ours = [one for one in session.timelines() if one.GetUniqueId() in ids] if ids else []
    if ours:
        session.pool().DeleteTimelines(ours)
    return restore_rate is None or bool(session.project().SetSetting("timelineFrameRate", restore_rate))
