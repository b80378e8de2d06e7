"""Clips that a format cannot say as plain ones: their frames rendered at the timeline's rate, at normal speed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rushes.contracts import EditClip, EditMedia, EditTimeline, EditTrack, MediaKind, Timecode, TrackKind
from rushes.delivery.times import Rate, shown_frame, source_end
from rushes.media.footage import Footage, open_footage
from rushes.media.master import MasterWriter
from rushes.media.remux import said_metadata
from rushes.media.video import VideoWriter, probe

__all__ = ["Picker", "Render", "master", "plain_rate", "plain_speed", "render_plain", "with_plain"]

Picker = Callable[[EditClip, EditTimeline], bool]
"""True for clips that need it."""
Render = Callable[[EditClip, EditTimeline], EditMedia]
"""Media with exactly the clip's frames."""


def plain_speed(clip: EditClip, timeline: EditTimeline) -> bool:
    """Whether the clip is retimed, or its media run at a rate that a timebase cannot say, such as 12.5."""
    if clip.media is None:
        return False
    return clip.speed != 1 or Rate.of(clip.media.rate).exact != clip.media.rate


def plain_rate(clip: EditClip, timeline: EditTimeline) -> bool:
    """Whether an edit list cannot count its media: at another rate than the timeline, or, where the timeline drops
    numbers and the media do not, after the first minute."""
    if clip.media is None:
        return False
    last = clip.media.start + source_end(clip, timeline.rate)
    return clip.media.rate != timeline.rate or (timeline.drop and last > 60 * round(timeline.rate))


def with_plain(timeline: EditTimeline, picker: Picker, render: Render) -> EditTimeline:
    """The timeline with rendered media in place of the video clips that `picker` names."""

    def swapped(clip: EditClip) -> EditClip:
        if clip.media is None or not picker(clip, timeline):
            return clip
        media = render(clip, timeline)
        return replace(clip, name=media.reel, media=media, source=0, speed=type(clip.speed)(1))

    def track(given: EditTrack) -> EditTrack:
        return replace(given, clips=tuple(map(swapped, given.clips))) if given.kind is TrackKind.VIDEO else given

    return replace(timeline, tracks=tuple(map(track, timeline.tracks)))


def render_plain(
    clip: EditClip,
    timeline: EditTimeline,
    path: Path,
    reel: str,
    check: Callable[[], None] = lambda: None,
) -> EditMedia:
    """Write the frames that the clip shows as ProRes to `path`; its timecode begins at 00:00:00:00, where counting with
    and without dropping agrees.

    Before and after the media its first and last frame are held. InputError when the media cannot be read.
    """
    assert clip.media is not None
    source = open_footage(Path(clip.media.path), clip.media.rate, clip.media.start)
    first = Timecode(0, timeline.rate)
    aspect, color = source.aspect, source.color
    with MasterWriter(
        path, source.size, timeline.rate, said_metadata(source.metadata), timecode=first, color=color, aspect=aspect
    ) as out:
        wanted = [min(max(shown_frame(clip, k, timeline.rate), 0), source.total - 1) for k in range(clip.duration)]
        _write(out, source, wanted, check)
    return EditMedia(str(path), MediaKind.MOVIE, timeline.rate, 0, clip.duration, source.size, reel)


def master(
    media: EditMedia, path: Path, frames: EditMedia | None = None, check: Callable[[], None] = lambda: None
) -> None:
    """Write all of a movie as ProRes to `path`, with its own timecode and metadata: for programs that read no H.264.

    `frames`: the same pictures as a sequence, which are taken where they have the movie's size. InputError as
    `render_plain`.
    """
    info = probe(Path(media.path))
    source = open_footage(Path(media.path), media.rate)
    if frames is not None and frames.size == source.size:
        source = open_footage(Path(frames.path), media.rate, frames.start)
    first = Timecode(media.start, media.rate)
    with MasterWriter(path, source.size, media.rate, said_metadata(info.metadata), timecode=first) as out:
        for picture in source:
            check()
            out.write(picture)


def _write(out: VideoWriter, source: Footage, wanted: list[int], check: Callable[[], None]) -> None:
    """Forward pieces are decoded once; what plays backwards is looked up frame by frame."""
    if wanted == sorted(wanted):
        first = wanted[0]
        at = 0
        for number, picture in enumerate(source.part(first, wanted[-1] - first + 1), first):
            while at < len(wanted) and wanted[at] == number:
                check()
                out.write(picture)
                at += 1
        return
    for number in wanted:
        check()
        out.write(next(iter(source.part(number, 1))))
