"""Cuts to try every format with."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from rushes.contracts import (
    AI_KEYWORD,
    CDL,
    EditClip,
    EditMarker,
    EditMedia,
    EditSubtitle,
    EditTimeline,
    EditTrack,
    Timecode,
    TrackKind,
)
from rushes.delivery.times import shown_frame

from .footage import SIZE, coded_media

F = Fraction
NTSC24, NTSC30 = F(24000, 1001), F(30000, 1001)
RATES: dict[str, tuple[Fraction, bool, Fraction]] = {
    "23.976": (NTSC24, False, NTSC30),
    "24": (F(24), False, F(60)),
    "25": (F(25), False, F(24)),
    "29.97 drop": (NTSC30, True, NTSC24),
    "60": (F(60), False, F(24)),
}
"""Name → rate of the timeline, drop-frame, rate of the other media."""
STARTS = {"0": "00:00:00:00", "1 h": "01:00:00:00"}


def start_frame(text: str, rate: Fraction, drop: bool) -> int:
    return Timecode.parse(f"{text[:8]};{text[9:]}" if drop else text, rate).frame


def two_media(folder: Path, rate: Fraction, other: Fraction) -> tuple[EditMedia, EditMedia]:
    """A clip of the timeline's rate that starts at frame 101, and one of another rate."""
    folder.mkdir(exist_ok=True)
    return coded_media(folder, 1, rate, 60, 101), coded_media(folder, 2, other, 60, 1000)


def cut(
    first: EditMedia, other: EditMedia, rate: Fraction, start: int = 0, *, drop: bool = False, retimed: bool = True
) -> EditTimeline:
    """Trims, a gap, media of both rates, repeated media, speeds; a second track, one clip switched off."""
    cdl = CDL((1.1, 1.0, 0.9), (0.0, 0.01, -0.02), (1.0, 1.05, 1.1), 0.9)
    marker = EditMarker(3, AI_KEYWORD, "take 1 · a boat", "Lavender", 2, {"rushes.take": "t1"})
    about = {"Description": "a boat", "Scene": "SQ010", "Shot": "SH001", "Take": "1", "Keywords": f"{AI_KEYWORD}, ink"}
    clips = [
        EditClip(
            "A", 0, 12, first, 5, take="t1", shot="SH001", generated=True, cdl=cdl, markers=(marker,), metadata=about
        ),
        EditClip("B", 16, 8, other, 6, take="t2", shot="SH002", generated=True),
        EditClip("A", 24, 9, first, 40, take="t1", shot="SH001", generated=True),
        EditClip("B", 40, 5, other, 30),
    ]
    if retimed:
        clips += [
            EditClip("A", 45, 10, first, 10, speed=F(1, 2), take="t1"),
            EditClip("A", 55, 8, first, 30, speed=F(-1), take="t1"),
            EditClip("A", 63, 6, first, 2, speed=F(2), take="t1"),
        ]
    above = [EditClip("A", 20, 6, first, 50, take="t1", generated=True), EditClip("A", 30, 4, first, 0, enabled=False)]
    tracks = (EditTrack(TrackKind.VIDEO, "Video 1", tuple(clips)), EditTrack(TrackKind.VIDEO, "Video 2", tuple(above)))
    markers = (EditMarker(2, "Check", "too dark", "Red"), EditMarker(30, "Cut here", "", "Green", 12))
    words = (EditSubtitle(0, 12, "The boat is late."), EditSubtitle(24, 33, "It always is.\nLook."))
    return EditTimeline("Harbour & Night", rate, SIZE, start, drop, tracks, markers, words)


def picture_codes(timeline: EditTimeline, track: int = 0) -> list[tuple[int, int] | None]:
    """(clip, frame) that each record frame of a track should show; (0, 0): nothing; clips by their media's name."""
    clips = timeline.tracks[track].clips
    codes: list[tuple[int, int] | None] = [(0, 0)] * max(c.end for c in clips)
    for clip in clips:
        assert clip.media is not None
        number = int(clip.media.reel[2:5])
        for offset in range(clip.duration):
            codes[clip.record + offset] = (number, shown_frame(clip, offset, timeline.rate))
    return codes
