"""A timeline from a cut: the newest delivery or animatic, or an .otio that is named."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.actions.pull import Pulled, pull
from resolve_scripts.actions.subtitles import read_text
from resolve_scripts.host.building import CUT_KEY, Built, build, discard, set_rate
from resolve_scripts.host.keep import kept
from resolve_scripts.host.pool import Bins, PoolClip, import_into, pool_clips, write_ids
from resolve_scripts.host.read import project_rate
from resolve_scripts.host.session import Session
from resolve_scripts.host.subtitling import put_subtitles
from resolve_scripts.logic.bins import TOP, shot_bins
from resolve_scripts.logic.build import cut_digest, media_of, plan_build, rendered
from resolve_scripts.logic.deliveries import newest_file
from resolve_scripts.logic.frames import rate_of_setting, rate_setting
from resolve_scripts.logic.otio import Cut, read_otio
from resolve_scripts.logic.paths import first_file, shown_path
from resolve_scripts.logic.pull import COLORS
from resolve_scripts.logic.srt import srt_of
from resolve_scripts.logic.words import count
from rushes.contracts.codec import encode
from rushes.contracts.deliver import DeliverJob
from rushes.contracts.edit import EditClip, EditMedia, EditTimeline, MediaKind
from rushes.contracts.library import ProductionInfo
from rushes.errors import InputError, JobCancelled, ResolveError, RushesError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem

__all__ = ["ACTION", "run"]


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """Read the cut, have its media in the media pool, build, read back; nothing is left of a timeline that fails."""
    with kept(session):
        rate, drop = project_rate(session)
        path = options.get("file", "") or newest_file(desk.production, ".otio") or _delivered(desk, rate, drop)
        cut = _read(path)
        digest = cut_digest(cut.timeline)
        known = pool_clips(session)
        if options.get("again", "") != "yes" and any(one.data.get(CUT_KEY) == digest for one in known):
            return Outcome(
                f"Nothing to do: {os.path.basename(path)} is built already.",
                notes=("Choose again=yes to build it once more.",),
            )
        work = _Build(session, desk, path, cut, desk.state().info)
        try:
            work.rate_before = set_rate(session, cut.timeline)
            built = work.build(known, digest)
        except BaseException as exc:
            if not discard(session, work.made, work.rate_before) and isinstance(exc, RushesError):
                # Resolve changes it in an empty project only, and media are in the bins by now.
                rate = rate_setting(cut.timeline.rate, cut.timeline.drop)
                exc.hint = f"{exc.hint} The project was empty; it has the cut's {rate} fps now.".strip()
            raise
        finally:
            work.bins.drop_empty()
    return _outcome(cut.timeline, built, work)


def _delivered(desk: Desk, rate: Fraction, drop: bool) -> str:
    """The .otio of a delivery of the selects, made now at the project's rate."""
    desk.progress(0.0, "Delivering the selects")
    made = desk.run("deliver", encode(DeliverJob(desk.production, rate=rate, drop=drop)))
    found = [name for name in made["files"] if str(name).endswith(".otio")]
    if not found:
        raise InputError(
            "The delivery holds no cut.", code="resolve.no_cut", hint="Name an .otio file, or keep some takes."
        )
    return os.path.join(str(made["folder"]), str(found[0]))


def _read(path: str) -> Cut:
    cut = read_otio(read_text(path), os.path.basename(path), os.path.dirname(os.path.abspath(path)))
    folder = os.path.join(os.path.dirname(os.path.abspath(path)), "media", "plain")
    plain = rendered(cut.timeline, lambda clip: _rendered(folder, clip, cut.timeline))
    return replace(cut, timeline=plain)


def _rendered(folder: str, clip: EditClip, timeline: EditTimeline) -> EditMedia | None:
    """What a delivery rendered of a retimed clip: named like it, with the record frame at the end."""
    tail = f"_r{clip.record}"
    stem = (clip.media.reel if clip.media is not None else "") or clip.name
    path = os.path.join(folder, f"{stem[: 32 - len(tail)]}{tail}.mov")
    if not os.path.isfile(path):
        return None
    return EditMedia(path, MediaKind.MOVIE, timeline.rate, timeline.start + clip.record, clip.duration)


@dataclass
class _Build:
    session: Session
    desk: Desk
    path: str
    cut: Cut
    info: ProductionInfo
    rate_before: str | None = None
    notes: list[str] = field(default_factory=list)
    clips: dict[str, MediaPoolItem] = field(default_factory=dict)
    """By path in Resolve."""
    colors: dict[str, str] = field(default_factory=dict)
    """By take."""
    made: list[str] = field(default_factory=list)
    """Id of the timeline, once there is one."""

    def __post_init__(self) -> None:
        self.bins = Bins(self.session)

    def build(self, known: list[PoolClip], digest: str) -> Built:
        """The timeline and its subtitles."""
        timeline = self.cut.timeline
        self.notes += self.cut.notes
        self.media(known)
        plan = plan_build(timeline, self.available)
        self.notes += plan.notes

        def tell(number: int) -> None:
            if self.desk.cancelled:
                raise JobCancelled("Stopped; no timeline was built.", hint="The media are in their bins.")
            self.desk.progress(0.3 + 0.6 * number / len(plan.steps), f"Building {timeline.name}")

        where = (TOP, self.info.name, "Timelines")
        built = build(self.session, timeline, plan, self.clips, self.bins, where, digest, self.colors, tell, self.made)
        self.notes += built.notes
        self.subtitles()
        self.desk.progress(1.0, f"{built.name} is built")
        return built

    def media(self, known: list[PoolClip]) -> None:
        """Handles of all files of the cut, imported where they are missing."""
        wanted = media_of(self.cut.timeline)
        by_path = {one.path: one.handle for one in known if one.path}
        by_take = {one.take: one.handle for one in known if one.take}
        rows = {row.id: row for row in self.desk.takes()}
        takes = dict.fromkeys(clip.take for path, (_, clip) in wanted.items() if path not in by_path)
        by_take |= self._pulled([take for take in takes if take in rows and take not in by_take])
        self.colors = {take: COLORS[row.rating] for take, row in rows.items()}
        new: dict[tuple[str, ...], list[tuple[EditMedia, EditClip]]] = {}
        for path, (media, clip) in wanted.items():
            found = by_path.get(path) or self._same(by_take.get(clip.take), media)
            if found is not None:
                self.clips[path] = found
            elif os.path.exists(first_file(media)):
                bin = shot_bins(self.info.name, clip.shot) if clip.shot else (TOP, self.info.name, "Media")
                new.setdefault(bin, []).append((media, clip))
        self._import(new)

    def _pulled(self, takes: list[str]) -> dict[str, MediaPoolItem]:
        """Takes of the production as Pull Selects brings them; none where that fails, for the cut has copies."""
        try:
            done = pull(self.session, self.desk, takes, update=False) if takes else Pulled()
        except ResolveError as exc:
            if exc.code != "resolve.import":
                raise
            return {}
        self.notes += done.notes
        return done.clips

    def _same(self, clip: MediaPoolItem | None, media: EditMedia) -> MediaPoolItem | None:
        """A take that is in the media pool from elsewhere, when it has the same frames."""
        told = str(clip.GetClipProperty("Frames") or "") if clip is not None else ""
        return clip if told.isdigit() and int(told) == media.frames else None

    def _import(self, new: Mapping[tuple[str, ...], list[tuple[EditMedia, EditClip]]]) -> None:
        for number, (bin, wanted) in enumerate(new.items()):
            self.desk.progress(0.3 * number / len(new), f"Importing {bin[-1]}")
            found = import_into(self.bins, bin, [media for media, _ in wanted])
            for (media, clip), handle in zip(wanted, found):
                if handle is None:
                    self.notes.append(f"Resolve did not import {first_file(media)}.")
                    continue
                self.clips[shown_path(media)] = handle
                ids = {"take": clip.take, "shot": clip.shot, "production": self.info.id if clip.take else ""}
                write_ids(handle, ids if media.path == _path_of(clip) else {}, clip.metadata)

    def available(self, media: EditMedia) -> tuple[Fraction, int] | None:
        """(rate, frames) as Resolve sees the file."""
        clip = self.clips.get(shown_path(media))
        if clip is None:
            return None
        told: Any = clip.GetClipProperty("FPS")
        frames = str(clip.GetClipProperty("Frames") or "")
        if media.kind is MediaKind.AUDIO or not told:
            return self.cut.timeline.rate, int(media.frames * self.cut.timeline.rate / media.rate)
        return rate_of_setting(told)[0], int(frames) if frames.isdigit() else 0

    def subtitles(self) -> None:
        """The .srt beside the cut, else one made of the lines in it."""
        timeline = self.cut.timeline
        if not timeline.subtitles:
            return
        path = os.path.splitext(self.path)[0] + ".srt"
        if not os.path.isfile(path):
            path = os.path.join(self.desk.home, f"{cut_digest(timeline)[:12]}.srt")
            with open(path, "w", encoding="utf-8") as file:
                file.write(srt_of(timeline.subtitles, timeline.rate))
        done = put_subtitles(self.session, path, timeline.subtitles, (TOP, self.info.name, "Subtitles"))
        if done.in_bin:
            self.notes.append(f"{done.why}: the subtitles are in the bin {done.in_bin}; drag them onto the timeline.")


def _path_of(clip: EditClip) -> str:
    return clip.media.path if clip.media is not None else ""


def _outcome(timeline: EditTimeline, built: Built, work: _Build) -> Outcome:
    size = work.session.project().GetSetting("timelineResolutionWidth"), timeline.size.width
    notes = list(dict.fromkeys(work.notes))
    if str(size[0]) != str(size[1]):
        notes.append(f"The cut is {timeline.size.width} wide, the project {size[0]}: pictures are scaled.")
    if work.rate_before is not None:
        notes.append("The project was empty; it has the cut's frame rate now.")
    return Outcome(
        f"Built {built.name}: {count(len(built.placed), 'clip')}, {count(built.markers, 'marker')}.",
        len(built.placed),
        tuple(notes),
        {"timeline": built.name, "id": built.id, "clips": len(built.placed), "markers": built.markers},
    )


ACTION = Action(
    "build_timeline",
    "Build Timeline",
    "Builds the newest cut of the production as a timeline, with tracks, markers, subtitles and sound.",
    run,
    options={
        "file": "Absolute path of an .otio [the newest delivery or animatic; the selects where there is none].",
        "again": "yes: build a cut once more that is built already [no].",
    },
)
