"""FCP7 XML (xmeml 5), the cut that most programs relink.

Written by hand: the adapters leave out what Resolve needs (sequence format, drop-frame, timecode of files). After
Apple's "Final Cut Pro XML Interchange Format": `start` and `end` count on the sequence, `in` and `out` at the clip's
own rate from the file's first frame. Speed is not written: Resolve does not build it from this format, so retimed clips
are rendered first (`delivery.plain`).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction
from urllib.parse import quote

from rushes.contracts import (
    ID_KEYS,
    EditClip,
    EditMarker,
    EditMedia,
    EditTimeline,
    EditTrack,
    MediaKind,
    Rating,
    Size,
    Timecode,
    TrackKind,
)
from rushes.delivery.otio_write import sequence_name
from rushes.delivery.seen import base_name
from rushes.delivery.times import Rate, source_end

__all__ = ["fcp7_text", "path_url"]


def fcp7_text(timeline: EditTimeline) -> str:
    """The file's text."""
    return _Writer(timeline).text()


def path_url(path: str) -> str:
    """ "file://localhost/a/b%20c.mov"; Windows drives keep their colon."""
    text = path.replace("\\", "/")
    if not text.startswith("/"):
        text = "/" + text
    return "file://localhost" + quote(text, safe="/:")


def _add(parent: ET.Element, tag: str, text: object | None = None) -> ET.Element:
    made = ET.SubElement(parent, tag)
    if text is not None:
        made.text = str(text)
    return made


def _flag(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _add_rate(parent: ET.Element, rate: Fraction) -> None:
    found = Rate.of(rate)
    made = _add(parent, "rate")
    _add(made, "timebase", found.timebase)
    _add(made, "ntsc", _flag(found.ntsc))


def _add_timecode(parent: ET.Element, timecode: Timecode) -> ET.Element:
    made = _add(parent, "timecode")
    _add_rate(made, timecode.rate)
    _add(made, "string", timecode)
    _add(made, "frame", timecode.frame)
    _add(made, "displayformat", "DF" if timecode.drop else "NDF")
    return made


def _add_size(parent: ET.Element, size: Size) -> ET.Element:
    made = _add(parent, "samplecharacteristics")
    _add(made, "width", size.width)
    _add(made, "height", size.height)
    _add(made, "anamorphic", "FALSE")
    _add(made, "pixelaspectratio", "square")
    _add(made, "fielddominance", "none")
    return made


class _Writer:
    def __init__(self, timeline: EditTimeline) -> None:
        self.timeline = timeline
        self.files: dict[str, str] = {}
        """Path → id; a file is described once and referred to after that."""
        self.count = 0

    def text(self) -> str:
        """See fcp7_text."""
        top = ET.Element("xmeml", version="5")
        self.sequence(top)
        ET.indent(top, " ")
        body = ET.tostring(top, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{body}\n'

    def sequence(self, top: ET.Element) -> None:
        timeline = self.timeline
        made = _add(top, "sequence")
        made.set("id", "sequence-1")
        _add(made, "name", timeline.name)
        _add(made, "duration", timeline.duration)
        _add_rate(made, timeline.rate)
        _add(made, "in", -1)
        _add(made, "out", -1)
        _add_timecode(made, Timecode(timeline.start, timeline.rate, timeline.drop))
        media = _add(made, "media")
        self.video(_add(media, "video"))
        self.audio(_add(media, "audio"))
        for marker in timeline.markers:
            _add_marker(made, marker)

    def video(self, parent: ET.Element) -> None:
        characteristics = _add_size(_add(parent, "format"), self.timeline.size)
        _add_rate(characteristics, self.timeline.rate)
        for track in self.timeline.tracks:
            if track.kind is TrackKind.VIDEO:
                self.track(parent, track)

    def audio(self, parent: ET.Element) -> None:
        _add(parent, "numOutputChannels", 2)
        characteristics = _add(_add(parent, "format"), "samplecharacteristics")
        _add(characteristics, "depth", 16)
        _add(characteristics, "samplerate", 48000)
        for track in self.timeline.tracks:
            if track.kind is TrackKind.AUDIO:
                self.track(parent, track)

    def track(self, parent: ET.Element, track: EditTrack) -> None:
        made = _add(parent, "track")
        for clip in track.clips:
            self.clip(made, clip, track.kind)
        _add(made, "enabled", _flag(track.enabled))
        _add(made, "locked", "FALSE")

    def clip(self, parent: ET.Element, clip: EditClip, kind: TrackKind) -> None:
        rate = clip.media.rate if clip.media else self.timeline.rate
        self.count += 1
        made = _add(parent, "clipitem")
        made.set("id", f"clipitem-{self.count}")
        _add(made, "name", clip.name)
        _add(made, "duration", clip.media.frames if clip.media else clip.duration)
        _add_rate(made, rate)
        _add(made, "start", clip.record)
        _add(made, "end", clip.end)
        _add(made, "enabled", _flag(clip.enabled))
        _add(made, "in", clip.source)
        _add(made, "out", source_end(clip, self.timeline.rate))
        self.file(made, clip, kind)
        if kind is TrackKind.AUDIO:
            source = _add(made, "sourcetrack")
            _add(source, "mediatype", "audio")
            _add(source, "trackindex", 1)
        else:
            _add(made, "compositemode", "normal")
        for marker in clip.markers:
            _add_marker(made, marker, clip.source, Rate.of(rate).exact / self.timeline.rate)
        _add_logging(made, clip)

    def file(self, parent: ET.Element, clip: EditClip, kind: TrackKind) -> None:
        made = _add(parent, "file")
        if clip.media is None:
            made.set("id", f"file-offline-{self.count}")
            _add(made, "name", clip.name)
            return
        known = self.files.get(clip.media.path)
        made.set("id", known or f"file-{len(self.files) + 1}")
        if known:
            return
        self.files[clip.media.path] = made.get("id", "")
        media = clip.media
        path = media.path
        if media.kind is MediaKind.SEQUENCE:
            path = sequence_name(path, media.start, media.frames)
        _add(made, "name", base_name(path))
        _add(made, "pathurl", path_url(path))
        _add_rate(made, media.rate)
        _add(made, "duration", media.frames)
        timecode = _add_timecode(made, Timecode(media.start, media.rate))
        if media.reel:
            _add(_add(timecode, "reel"), "name", media.reel)
        _describe(_add(made, "media"), media, kind)


def _describe(parent: ET.Element, media: EditMedia, kind: TrackKind) -> None:
    if media.kind is not MediaKind.AUDIO and media.size is not None:
        video = _add(parent, "video")
        _add(video, "duration", media.frames)
        _add_rate(_add_size(video, media.size), media.rate)
    if media.audio_channels or kind is TrackKind.AUDIO:
        audio = _add(parent, "audio")
        characteristics = _add(audio, "samplecharacteristics")
        _add(characteristics, "samplerate", 48000)
        _add(characteristics, "depth", 16)
        _add(audio, "channelcount", media.audio_channels or 1)


def _add_marker(parent: ET.Element, marker: EditMarker, start: int = 0, step: Fraction = Fraction(1)) -> None:
    made = _add(parent, "marker")
    _add(made, "name", marker.name)
    _add(made, "comment", marker.note)
    first = start + round(marker.frame * step)
    _add(made, "in", first)
    _add(made, "out", first + max(1, round(marker.duration * step)) if marker.duration > 1 else -1)


def _add_logging(parent: ET.Element, clip: EditClip) -> None:
    """Notes for people, and our ids where other programs leave them alone."""
    logged = _add(parent, "logginginfo")
    for tag, key in (("description", "Description"), ("scene", "Scene"), ("shottake", "Take"), ("lognote", "Comments")):
        _add(logged, tag, clip.metadata.get(key, ""))
    _add(logged, "good", _flag(clip.rating is Rating.KEPT))
    comments = _add(parent, "comments")
    told = {key: clip.metadata.get(key, "") for key in ID_KEYS.values()}
    ids = {**told, ID_KEYS["take"]: clip.take, ID_KEYS["shot"]: clip.shot}
    _add(comments, "mastercomment1", clip.metadata.get("Keywords", ""))
    _add(comments, "mastercomment2", " ".join(f"{k}={quote(v)}" for k, v in ids.items() if v))
    if clip.rating is Rating.KEPT:
        _add(_add(parent, "labels"), "label2", "Best Take")
