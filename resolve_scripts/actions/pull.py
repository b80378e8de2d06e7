"""Takes into the media pool, and what has changed about them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.host.dress import put_dress, put_metadata, read_dress
from resolve_scripts.host.keep import kept
from resolve_scripts.host.pool import Bins, PoolClip, import_into, pool_clips
from resolve_scripts.host.read import project_rate
from resolve_scripts.host.session import Session, listed
from resolve_scripts.logic.frames import rate_of_setting, rate_setting
from resolve_scripts.logic.paths import first_file, on_disk, same_file, shown_path
from resolve_scripts.logic.pull import (
    COLORS,
    FLAGS,
    NOTES,
    RATING,
    Change,
    KnownClip,
    PullPlan,
    chosen_takes,
    plan_pull,
)
from resolve_scripts.logic.pull import ids_of as ids_for
from resolve_scripts.logic.words import count
from rushes.contracts.codec import decode, encode
from rushes.contracts.edit import EditorialJob, EditorialMedia, MediaKind
from rushes.contracts.library import ProductionInfo
from rushes.contracts.take import Rating
from rushes.contracts.timing import rate_text
from rushes.errors import ProductionError, ResolveError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem

__all__ = ["ACTION", "Pulled", "editorial", "pull", "run"]


@dataclass
class Pulled:
    """What a pull did. Handles are good for the action that pulled."""

    clips: dict[str, MediaPoolItem] = field(default_factory=dict)
    """By take."""
    media: dict[str, EditorialMedia] = field(default_factory=dict)
    """By take: those that were asked for."""
    new: int = 0
    changed: int = 0
    notes: list[str] = field(default_factory=list)


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """Bring the takes that are asked for, and update those that are there."""
    which = options.get("which", "kept")
    shots = tuple(name.strip() for name in options.get("shot", "").split(",") if name.strip())
    with kept(session):
        takes = chosen_takes(desk.takes(), which, shots)
        done = pull(session, desk, takes)
    if not takes and not done.changed:
        none = "The production has no takes." if which == "all" else f"No take is {which}."
        return Outcome(none, notes=tuple(done.notes))
    if not done.new and not done.changed:
        there = f"Nothing to do: {count(len(done.clips), 'take')} in the media pool already."
        text = there if done.clips else "Nothing was pulled."
        return Outcome(text, notes=tuple(done.notes))
    said = [f"{count(done.new, 'take')} pulled"] if done.new else []
    said += [f"{count(done.changed, 'clip')} updated"] if done.changed else []
    return Outcome(
        f"{', '.join(said).capitalize()}.",
        done.new + done.changed,
        tuple(done.notes),
        {"new": done.new, "changed": done.changed},
    )


def editorial(desk: Desk, takes: Sequence[str]) -> tuple[list[EditorialMedia], list[str]]:
    """Takes as media, made by the engine; those whose clip is gone are left out and told."""
    waiting, notes = list(takes), list[str]()
    while waiting:
        job = EditorialJob(desk.production, tuple(waiting))
        try:
            answer = desk.run("editorial", encode(job))
        except ProductionError as exc:
            lost = str(exc.details.get("take", ""))
            if exc.code != "editorial.clip" or lost not in waiting:
                raise
            waiting.remove(lost)
            notes.append(str(exc))
            continue
        return [decode(EditorialMedia, one) for one in answer["media"]], notes
    return [], notes


def pull(session: Session, desk: Desk, takes: Sequence[str], *, update: bool = True) -> Pulled:
    """Have these takes in the media pool; `update`: bring all other clips of ours up to date as well.

    The caller keeps page and bin. ResolveError `resolve.import` when Resolve takes none of what is new.
    """
    info = desk.state().info
    desk.progress(0.0, "Asking for media")
    media, notes = editorial(desk, takes)
    known = pool_clips(session)
    plan = plan_pull(
        info,
        desk.takes(),
        media,
        [KnownClip(clip.path, clip.data, not clip.take or on_disk(clip.path)) for clip in known],
        update=update,
    )
    done = Pulled(media={one.take: one for one in media}, notes=[*notes, *plan.notes])
    done.clips = {take: known[index].handle for take, index in plan.there.items() if take in done.media}
    _bring(session, desk, info, plan, done)
    _update(session, info, plan.changes, known, done)
    return done


def _bring(session: Session, desk: Desk, info: ProductionInfo, plan: PullPlan, done: Pulled) -> None:
    bins = Bins(session)
    project, _ = project_rate(session)
    total = max(1, sum(map(len, plan.new.values())))
    for names, media in plan.new.items():
        if desk.cancelled:
            left = total - done.new
            done.notes.append(f"Stopped: {count(left, 'take')} left to pull.")
            return
        desk.progress(min(1.0, done.new / total), f"Pulling {names[-1]}")
        try:
            found = import_into(bins, names, [one.media for one in media])
        except ResolveError:
            bins.drop_empty()
            raise
        for one, clip in zip(media, found):
            if clip is None:
                done.notes.append(_not_imported(one))
            else:
                done.clips[one.take] = clip
                done.new += 1
                done.notes += _write(clip, one, info.id, project)
    desk.progress(1.0, "Pulled")
    if done.new < total:
        bins.drop_empty()
    if plan.new and not done.new:
        raise ResolveError(
            "Resolve imported none of the takes.",
            code="resolve.import",
            hint="Are the files there, and can this Resolve play them? " + " ".join(done.notes[:3]),
        )


def _not_imported(one: EditorialMedia) -> str:
    path = first_file(one.media)
    why = "Resolve refused it" if os.path.exists(path) else f"{path} is not there"
    return f"{one.name} was not imported: {why}."


def _write(clip: MediaPoolItem, one: EditorialMedia, production: str, project: Fraction) -> list[str]:
    """Rate, ids, metadata, colour, flag and proxy onto a clip that was just imported."""
    failed: list[str] = []
    if one.media.kind is MediaKind.SEQUENCE and one.media.rate != project and not _conformed(clip, one.media.rate):
        # Pictures have no rate of their own: Resolve gives them the project's.
        failed.append(f"{rate_text(one.media.rate)} (set it in Clip Attributes)")
    if not clip.SetThirdPartyMetadata(ids_for(one, production)):
        failed.append("ids")
    failed += put_metadata(clip, one.metadata)
    if not clip.SetClipColor(COLORS[one.rating]):
        failed.append("clip colour")
    if one.rating in FLAGS and not clip.AddFlag(FLAGS[one.rating]):
        failed.append("flag")
    if one.media.proxy and not clip.LinkProxyMedia(one.media.proxy):
        failed.append("proxy")
    return [f"{one.name}: Resolve refused {', '.join(failed)}."] if failed else []


def _conformed(clip: MediaPoolItem, rate: Fraction) -> bool:
    clip.SetClipProperty("FPS", rate_setting(rate, drop=False))
    told = clip.GetClipProperty("FPS")
    return bool(told) and rate_of_setting(told)[0] == rate


def _update(
    session: Session, info: ProductionInfo, changes: Sequence[Change], known: Sequence[PoolClip], done: Pulled
) -> None:
    _relink(session, info, [change for change in changes if change.relink is not None], known, done)
    for change in changes:
        if change.adopt is not None or change.rating is not None or change.notes is not None:
            done.notes += _change(known[change.clip].handle, change, info.id)
    done.changed = len(changes)


def _change(clip: MediaPoolItem, change: Change, production: str) -> list[str]:
    notes: list[str] = []
    written: dict[str, str] = {}
    if change.adopt is not None:
        written |= ids_for(change.adopt, production)
        own = clip.GetMetadata()
        filled = own if isinstance(own, dict) else {}
        empty = {name: text for name, text in change.adopt.metadata.items() if not filled.get(name)}
        if empty and not clip.SetMetadata(empty):
            notes.append(f"{change.name}: Resolve refused its metadata.")
    if change.rating is not None:
        written[RATING] = change.rating.value
        notes += _recolour(clip, change.name, change.before, change.rating)
    if change.notes is not None:
        written[NOTES] = change.notes
        if (clip.GetMetadata("Comments") or "") == change.notes_before:
            clip.SetMetadata("Comments", change.notes)
        else:
            notes.append(f"{change.name}: your Comments were left; the take's notes are now: {change.notes}")
    if not clip.SetThirdPartyMetadata(written):
        notes.append(f"{change.name}: Resolve refused ids.")
    return notes


def _recolour(clip: MediaPoolItem, name: str, before: Rating | None, rating: Rating) -> list[str]:
    """Colour and flag of the new rating, where the editor has not put his own."""
    flags = set(listed(clip.GetFlagList()))
    old = FLAGS.get(before) if before is not None else None
    if old in flags and old != FLAGS.get(rating):
        clip.ClearFlags(old)
    if rating in FLAGS and FLAGS[rating] not in flags:
        clip.AddFlag(FLAGS[rating])
    color = clip.GetClipColor() or ""
    if color in ("", COLORS.get(before) if before is not None else ""):
        clip.SetClipColor(COLORS[rating])
        return []
    return [f"{name} is {rating.value} now; your clip colour was left."]


def _relink(
    session: Session, info: ProductionInfo, changes: Sequence[Change], known: Sequence[PoolClip], done: Pulled
) -> None:
    """Files that moved, folder by folder; where Resolve does not find one by its name, the clip is replaced."""
    by_folder: dict[str, list[Change]] = {}
    project, _ = project_rate(session)
    for change in changes:
        assert change.relink is not None
        by_folder.setdefault(os.path.dirname(shown_path(change.relink.media)), []).append(change)
    for folder, moved in by_folder.items():
        session.pool().RelinkClips([known[change.clip].handle for change in moved], folder)
        for change in moved:
            done.notes += _relinked(known[change.clip].handle, change, info.id, project)


def _relinked(clip: MediaPoolItem, change: Change, production: str, project: Fraction) -> list[str]:
    one = change.relink
    assert one is not None
    if same_file(str(clip.GetClipProperty("File Path") or ""), shown_path(one.media)):
        return []
    replace: Callable[[str], bool] = clip.ReplaceClip
    movie = one.media.proxy or one.media.path
    before = read_dress(clip)  # replacing a clip takes its metadata away, the editor's as well as ours
    if replace(movie) and same_file(str(clip.GetClipProperty("File Path") or ""), movie):
        if before.data:
            clip.SetThirdPartyMetadata(dict(before.data))
        lost = _write(clip, one, production, project)
        left = put_dress(clip, before)
        return [*lost, f"{change.name}: Resolve did not take back {', '.join(left)}."] if left else lost
    return [f"{change.name} could not be relinked to {first_file(one.media)}."]


ACTION = Action(
    "pull_selects",
    "Pull Selects",
    "Brings takes into bins by sequence and shot, with their metadata, and updates those that are there.",
    run,
    options={
        "which": "Takes by rating: kept, undecided or all [kept].",
        "shot": "Only these shots, with commas between [all shots].",
    },
)
