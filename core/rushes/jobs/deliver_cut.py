"""The cut that is delivered: out of the production's selects, or as an editor or a program gave it."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from rushes.contracts import (
    AI_KEYWORD,
    CDL,
    ID_KEYS,
    EditClip,
    EditMedia,
    EditorialMedia,
    EditTimeline,
    EditTrack,
    JobContext,
    MediaKind,
    Timecode,
    TrackKind,
    decode,
    rate_text,
)
from rushes.contracts.deliver import DeliverJob
from rushes.delivery.conform import beyond, shown_range
from rushes.delivery.cut import Arrangement, Frame, cut_selects, marker_of
from rushes.delivery.cut_read import read_cut, read_timeline_json
from rushes.delivery.match import Match, Matcher
from rushes.delivery.seen import SeenClip, SeenCut, base_name
from rushes.delivery.times import check_timeline_rate
from rushes.errors import InputError, ProductionError
from rushes.jobs.editorial import editorial_media
from rushes.jobs.known_takes import known_takes
from rushes.library.production import Production
from rushes.media.sound import probe_sound
from rushes.media.video import probe

__all__ = ["as_movie", "delivered_cut"]


def delivered_cut(
    production: Production, job: DeliverJob, context: JobContext
) -> tuple[EditTimeline, tuple[EditorialMedia, ...]]:
    """The cut with media as they lie on this machine, and the takes in it.

    InputError `deliver.empty` when there is nothing to deliver, `deliver.arrangement`; errors of `read_cut`.
    """
    if job.timeline:
        return _given(production, job, context)
    takes = job.takes or _selects(production)
    if not takes:
        raise ProductionError(
            f"The production {production.name!r} has no takes to deliver.",
            code="deliver.empty",
            hint="Shoot some, and keep the ones you want: `rushes takes keep ID`.",
        )
    rate = job.rate or production.rate
    check_timeline_rate(rate)
    made = _media(production, takes, job, context)
    start = Timecode.parse(job.start, rate)
    frame = Frame(job.name or production.name, rate, job.size or production.size, start.frame, job.drop or start.drop)
    if frame.drop:
        frame = replace(frame, start=Timecode.parse(_dropping(job.start), rate).frame)
    try:
        arrangement = Arrangement(job.arrangement)
    except ValueError as exc:
        raise InputError(
            f"Selects cannot be arranged {job.arrangement!r}.",
            code="deliver.arrangement",
            hint='Say "joined" or "scene".',
        ) from exc
    return cut_selects([as_movie(m) for m in made], frame, arrangement), made


def _dropping(text: str) -> str:
    return f"{text[:8]};{text[9:]}"


def _selects(production: Production) -> tuple[str, ...]:
    """Of every shot the newest kept take, else the newest that is not rejected."""
    state = production.state()
    return tuple(shot.judged for shot in state.shots if shot.judged) if state else ()


def _media(
    production: Production, takes: Sequence[str], job: DeliverJob, context: JobContext
) -> tuple[EditorialMedia, ...]:
    """The takes' media, with our ids in what every format says of their clips."""
    made = editorial_media(production, takes, context, sequences=job.frames or job.prores)
    production_id = production.info().id
    return tuple(
        replace(m, metadata={**m.metadata, ID_KEYS["recipe"]: m.recipe_hash, ID_KEYS["production"]: production_id})
        for m in made
    )


def as_movie(select: EditorialMedia) -> EditorialMedia:
    """The take as a movie, which every format can name."""
    media = select.media
    if media.kind is not MediaKind.SEQUENCE or media.proxy is None:
        return select
    info = probe(Path(media.proxy))
    movie = replace(media, path=media.proxy, kind=MediaKind.MOVIE, size=info.size, rate=info.rate, proxy=None)
    return replace(select, media=movie)


# A given cut


def _given(
    production: Production, job: DeliverJob, context: JobContext
) -> tuple[EditTimeline, tuple[EditorialMedia, ...]]:
    path = Path(job.timeline)
    ours = _our_json(path)
    if ours is not None:
        _check_rate(job, ours.rate)
        return _from_json(production, job, ours, context)
    cut = read_cut(path, job.rate or production.rate)
    _check_rate(job, cut.rate)
    for note in cut.notes:
        context.note(note)
    matcher = Matcher(known_takes(production))
    found = [matcher.find(clip) for clip in cut.clips]
    wanted = dict.fromkeys(m.known.take for m in found if m is not None and not m.known.gone)
    made = _media(production, tuple(wanted), job, context) if wanted else ()
    by_take = {m.take: as_movie(m) for m in made}
    clips = [_clip(cut, clip, match, by_take, context) for clip, match in zip(cut.clips, found) if clip.duration > 0]
    if not clips:
        raise InputError(f"There is no clip in {path.name}.", code="deliver.empty", hint="Give a cut with clips.")
    start = Timecode.parse(job.start, cut.rate).frame if not cut.start and path.suffix.lower() == ".edl" else cut.start
    timeline = EditTimeline(
        name=job.name or cut.name or path.stem,
        rate=cut.rate,
        size=job.size or cut.size or production.size,
        start=start,
        drop=cut.drop,
        tracks=_tracks(clips),
        markers=cut.markers,
    )
    return timeline, made


def _check_rate(job: DeliverJob, rate: Fraction) -> None:
    if job.rate is not None and job.rate != rate:
        raise InputError(
            f"The cut runs at {rate_text(rate)}; it cannot be delivered at {rate_text(job.rate)}.",
            code="deliver.rate",
            hint="Leave the rate out, or export the cut at the other rate from the editor's program.",
        )


def _our_json(path: Path) -> EditTimeline | None:
    """The cut when the file is an EditTimeline as JSON."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None  # `read_cut` tells
    if not text.lstrip().startswith("{") or '"OTIO_SCHEMA"' in text:
        return None
    return read_timeline_json(text, path.name)


def _of_take(clip: EditClip, select: EditorialMedia) -> EditClip:
    """The clip with what is known of its take."""
    generated = AI_KEYWORD in select.metadata.get("Keywords", "")
    markers = clip.markers
    if generated and not any(m.name == AI_KEYWORD for m in markers):
        markers = (marker_of(select), *(m for m in markers if m.frame))
    return replace(
        clip,
        media=select.media,
        take=select.take,
        shot=select.shot,
        generated=generated,
        rating=select.rating,
        markers=markers,
    )


def _from_json(
    production: Production, job: DeliverJob, ours: EditTimeline, context: JobContext
) -> tuple[EditTimeline, tuple[EditorialMedia, ...]]:
    """A cut of ours, which says everything; its takes get media that can be told apart."""
    wanted = dict.fromkeys(c.take for t in ours.tracks for c in t.clips if c.take and production.find_take(c.take))
    made = _media(production, tuple(wanted), job, context) if wanted else ()
    by_take = {m.take: as_movie(m) for m in made}

    def clip(given: EditClip) -> EditClip:
        if given.take in by_take:
            return _of_take(given, by_take[given.take])
        if given.media is None or Path(given.media.path).is_file():
            return given
        context.note(f"{given.name or 'A clip'} is not here; it is delivered without media.")
        return replace(given, media=None)

    tracks = tuple(replace(track, clips=tuple(map(clip, track.clips))) for track in ours.tracks)
    return replace(ours, name=job.name or ours.name, size=job.size or ours.size, tracks=tracks), made


Placed = tuple[TrackKind, str, EditClip]


def _tracks(clips: list[Placed]) -> tuple[EditTrack, ...]:
    names = sorted({(kind is TrackKind.AUDIO, _number(name), name, kind) for kind, name, _ in clips})
    made: list[EditTrack] = []
    for _, _, name, kind in names:
        own = sorted((c for k, n, c in clips if (k, n) == (kind, name)), key=lambda c: c.record)
        made.append(EditTrack(kind, name, tuple(own)))
    return tuple(made)


def _number(name: str) -> int:
    digits = re.search(r"\d+", name)
    return int(digits[0]) if digits else 1


def _clip(
    cut: SeenCut, clip: SeenClip, match: Match | None, made: dict[str, EditorialMedia], context: JobContext
) -> Placed:
    first, last = shown_range(clip, match, cut.rate)
    select = made.get(match.known.take) if match else None
    cdl = decode(CDL, json.loads(clip.ids["cdl"])) if "cdl" in clip.ids else None
    placed = EditClip(
        name=clip.name or base_name(clip.path),
        record=clip.record,
        duration=clip.duration,
        media=select.media if select else _foreign(cut, clip),
        source=max(0, first or 0),
        speed=clip.speed,
        generated=AI_KEYWORD in clip.ids.get("Keywords", ""),
        enabled=clip.enabled,
        cdl=cdl,
        markers=clip.markers,
        metadata={k: v for k, v in clip.ids.items() if k[:1].isupper()},
    )
    if select is not None:
        placed = replace(_of_take(placed, select), name=select.name, metadata=dict(select.metadata))
    elif placed.media is None:
        context.note(f"{clip.name or 'A clip'} on {clip.track} is not here; it is delivered without media.")
    over = beyond(first, last, placed.media.frames) if placed.media else 0
    if over:
        at = Timecode(cut.start + clip.record, cut.rate, cut.drop)
        context.note(f"{placed.name} at {at} asks for {over} frames that its media do not have.")
    return clip.kind, clip.track, placed


def _foreign(cut: SeenCut, clip: SeenClip) -> EditMedia | None:
    """Media that are not ours, when they are on this machine."""
    path = Path(clip.path)
    if not clip.path or not path.is_file():
        return None
    reel = re.sub(r"[^A-Za-z0-9_]+", "_", clip.reel or path.stem)[:32]
    if clip.kind is TrackKind.AUDIO:
        return _sound(path, clip, clip.rate or cut.rate, reel)
    try:
        info = probe(path)
    except InputError:
        return None
    start = Timecode.parse(info.timecode, info.rate).frame if info.timecode else clip.media_start or 0
    return EditMedia(os.fspath(path), MediaKind.MOVIE, info.rate, start, info.frames, info.size, reel)


def _sound(path: Path, clip: SeenClip, rate: Fraction, reel: str) -> EditMedia | None:
    try:
        info = probe_sound(path)
    except InputError:
        return None
    said = clip.media_frames or int(clip.source or 0) + clip.duration
    frames = math.ceil(info.seconds * rate) if info.seconds else said
    return EditMedia(str(path), MediaKind.AUDIO, rate, clip.media_start or 0, frames, None, reel, info.channels)
