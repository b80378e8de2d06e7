"""Random films in the double: cuts as editors leave them, and what editors do between two actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from pathlib import Path
from random import Random

from rushes.contracts.timecode import Timecode
from rushes.testing.resolve.names import MARKER_COLORS, parse_rate_setting
from rushes.testing.resolve.placing import is_free, timeline_frames
from rushes.testing.resolve.profiles import PROFILES, Profile, Quirks
from rushes.testing.resolve.simulator import Simulator
from rushes.testing.resolve.state import ColorGroupState, ItemState, MediaState, TakeState, TimelineState, VersionState

__all__ = ["RATES", "CutOptions", "edit", "lay_pulled", "random_film", "random_profile"]

RATES = ("23.976", "24", "25", "29.97", "29.97 DF", "30", "50", "59.94", "59.94 DF", "60")
_PAGES = ("media", "cut", "edit", "fusion", "color", "fairlight", "deliver")
_COLOR: tuple[dict[str, str], ...] = (
    {},
    {},
    {
        "colorScienceMode": "davinciYRGBColorManagedv2",
        "colorSpaceTimeline": "DaVinci WG/Intermediate",
        "inputDRT": "None",
        "outputDRT": "None",
    },
    {"colorScienceMode": "acescct", "colorSpaceTimeline": "ACEScct"},
)
_RANDOM_QUIRKS = (
    "eof_strict",
    "inclusive_end",
    "overlap_null_item",
    "append_returns_audio",
    "subfolder_becomes_current",
    "take_keeps_grade",
    "drop_rate_as_float",
    "delete_refused_once",
    "source_frames_off_by_one",
    "cold_deliver",
    "localised_status",
)


@dataclass(frozen=True)
class CutOptions:
    """What to make."""

    shots: Sequence[str] = ()
    """Names that markers and clips get now and then, as placeholders for these shots."""
    profiles: Sequence[str] = tuple(name for name, each in PROFILES.items() if each.scripting)
    rates: Sequence[str] = RATES
    size: tuple[int, int] = (1920, 1080)
    """Of the timelines; small where pictures are rendered."""
    begin: Callable[[Random, Simulator], None] = field(default=lambda rng, sim: None)
    """Done before the first step: an hour of work that went well."""
    footage: Sequence[Path] = ()
    """Real movies of at least 260 frames that are the editor's own."""


def random_profile(rng: Random, names: Sequence[str]) -> Profile:
    """One of the profiles, a few of its habits turned round."""
    found = PROFILES[rng.choice(list(names))]
    known = {each.name for each in fields(Quirks)}
    turned = [name for name in _RANDOM_QUIRKS if name in known and rng.random() < 0.2]
    quirks = replace(found.quirks, **{name: not getattr(found.quirks, name) for name in turned})
    return replace(found, quirks=quirks)


def random_film(rng: Random, folder: Path, options: CutOptions) -> Simulator:
    """A film with one to three timelines; one is open, the playhead and the page are anywhere."""
    sim = Simulator(random_profile(rng, options.profiles), folder)
    sim.new_project(rng.choice(list(options.rates)), "Film", options.size, **rng.choice(_COLOR))
    for path in options.footage:
        sim.import_media(path, folder="Foreign")
    for number in range(rng.randint(1, 3)):
        _timeline(rng, sim, f"Cut {number + 1}", options)
    project = sim.project
    project.timeline = rng.choice(project.timelines)
    project.folder = rng.choice(list(project.root.walk()))
    sim.app.page = rng.choice(_PAGES)
    project.render.format, project.render.codec = rng.choice([("mov", "H264"), ("mp4", "H264"), ("mov", "ProRes422HQ")])
    project.render.mode = rng.choice([0, 1])
    return sim


def _timeline(rng: Random, sim: Simulator, name: str, options: CutOptions) -> TimelineState:
    own = rng.choice(list(options.rates)) if rng.random() < 0.2 else None
    parsed = parse_rate_setting(own or str(sim.project.settings["timelineFrameRate"]))
    assert parsed is not None
    rate, drop = parsed
    start = Timecode(rng.choice([0, 0, 3600, 36000, 3599]) * round(rate), rate, drop)
    start_tc = str(start)
    timeline = sim.timeline(
        name, own, start_tc, video=rng.randint(1, 4), audio=rng.randint(1, 3), subtitle=rng.randint(0, 1)
    )
    for _ in range(rng.randint(0, 8)):
        _clip(rng, sim, timeline, options)
    for _ in range(rng.randint(0, 5)):
        _marker(rng, sim, timeline, options)
    for kind in ("video", "audio", "subtitle"):
        for track in timeline.tracks[kind]:
            track.locked = rng.random() < 0.2
            track.enabled = rng.random() > 0.1
            if rng.random() < 0.2:
                track.name = rng.choice(["Rushes", "Rushes 2", "Graphics", "Main", "rushes"])
    timeline.target = rng.randint(1, len(timeline.tracks["video"]))
    items = list(timeline.items())
    timeline.playhead = timeline.start + _somewhere(rng, timeline)
    timeline.selected = [item.uid for item in rng.sample(items, min(len(items), rng.randint(0, 2)))]
    if rng.random() < 0.2:
        timeline.marks["video"] = (5, 50)
    return timeline


def _clip(rng: Random, sim: Simulator, timeline: TimelineState, options: CutOptions) -> ItemState | None:
    kind = rng.choice(["clip", "clip", "clip", "clip", "sound", "title", "generator"])
    track_kind = "audio" if kind == "sound" else "video"
    index = rng.randint(1, len(timeline.tracks[track_kind]))
    track = timeline.tracks[track_kind][index - 1]
    at = rng.choice([track.items[-1].end - timeline.start if track.items else 0, rng.randint(0, 400)])
    length = rng.randint(1, 120)
    if not is_free(track, timeline.start + at, timeline.start + at + length):
        return None
    shot = rng.choice([*options.shots, "A001", "B002", "C003"])
    name = rng.choice([f"{shot}.mov", shot, f"{shot} placeholder"])
    if kind in ("title", "generator"):
        return sim.add_clip(kind=kind, at=at, frames=length, track=index, timeline=timeline, name=name)
    media = _media(rng, sim, name, kind)
    if kind != "sound":
        _write_on(rng, media.metadata)
    linked = kind == "clip" and media.audio_channels > 0
    linked = linked and is_free(timeline.tracks["audio"][0], timeline.start + at, timeline.start + at + length)
    linked = linked and index == 1
    item = sim.add_clip(
        media,
        at=at,
        frames=length,
        source=rng.randint(0, 20),
        track=index,
        track_kind=track_kind,
        with_audio=linked,
        timeline=timeline,
    )
    _dress(rng, sim, item)
    return item


def _media(rng: Random, sim: Simulator, name: str, kind: str) -> MediaState:
    """Footage that is there, a take the editor dragged in himself, or a file that was never on this disk."""
    there = [each for each in sim.project.media() if each.kind == "movie" and each.frames >= 260 and each.files]
    real = [each for each in there if Path(each.files[0]).is_file()]
    if kind == "clip" and real and rng.random() < 0.5:
        return rng.choice(real)
    return sim.add_media(
        name,
        frames=rng.randint(260, 400),
        rate=rng.choice([None, "24", "25", "30", "60"]),
        start=rng.choice([0, 86400]),
        kind="audio" if kind == "sound" else "movie",
        audio_channels=2 if kind == "sound" or rng.random() < 0.3 else 0,
        folder=rng.choice(["", "Foreign", "Rushes", "Foreign/Day 1"]),
    )


def _write_on(rng: Random, metadata: dict[str, str]) -> None:
    if rng.random() < 0.3:
        metadata["Comments"] = "the editor's"
        metadata["Keywords"] = "boat, sea"


def _dress(rng: Random, sim: Simulator, item: ItemState) -> None:
    """What editors and colourists leave on a clip."""
    if rng.random() < 0.35:
        item.color = rng.choice(["Orange", "Teal"])
        item.flags.append("Red")
    if rng.random() < 0.2:
        sim.add_marker(rng.randint(0, item.duration), "Green", "mind this", on=item)
    if rng.random() < 0.2:
        item.grade.nodes[0].cdl = {"Slope": "1.1 1 1", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    if rng.random() < 0.1:
        item.versions.append(VersionState("Night"))
        item.version = 1
    if rng.random() < 0.1:
        item.enabled = False
    if rng.random() < 0.1:
        item.properties = {"ZoomX": 1.5, "ZoomY": 1.5, "Opacity": 80.0}
    if rng.random() < 0.08:
        item.speed = rng.choice([Fraction(1, 2), Fraction(2), Fraction(-1)])
    if rng.random() < 0.08 and not item.audio:
        item.comps.append("Composition 1")
    if rng.random() < 0.1 and not item.audio:
        if not sim.project.groups:
            sim.project.groups.append(ColorGroupState("Day"))
        item.group = "Day"
    if rng.random() < 0.1 and item.media and not item.audio:
        other = sim.add_media(f"alt {item.media.name}", frames=item.media.frames, folder="Foreign")
        item.takes = [TakeState(item.media, item.source, item.source + item.source_frames), TakeState(other, 0, 50)]
        item.take = 1


def _marker(rng: Random, sim: Simulator, timeline: TimelineState, options: CutOptions) -> None:
    frame = rng.randint(0, max(1, timeline.end - timeline.start))
    if float(frame) in timeline.markers:
        return
    name = rng.choice([*options.shots, "ask the director", ""])
    marker = sim.add_marker(frame, rng.choice(MARKER_COLORS), name, rng.choice(["", "darker please"]), on=timeline)
    marker.duration = float(rng.choice([1, 1, 24, 48]))
    marker.custom = rng.choice(["", "", "other tool's data"])


def edit(rng: Random, sim: Simulator, options: CutOptions) -> str:
    """One thing an editor does between two actions; its name."""
    timeline = sim.project.timeline
    choices: dict[str, Callable[[], object]] = {
        "opens another page": lambda: setattr(sim.app, "page", rng.choice(_PAGES)),
        "opens another bin": lambda: setattr(sim.project, "folder", rng.choice(list(sim.project.root.walk()))),
        "saves": sim.project.save,
    }
    if timeline is not None:
        choices |= {
            "moves the playhead": lambda: sim.playhead(_somewhere(rng, timeline)),
            "lays a clip": lambda: _clip(rng, sim, timeline, options),
            "lays a pulled clip": lambda: lay_pulled(rng, sim, timeline),
            "sets a marker": lambda: _marker(rng, sim, timeline, options),
            "opens another timeline": lambda: setattr(sim.project, "timeline", rng.choice(sim.project.timelines)),
            "locks or unlocks a track": lambda: _turn_lock(rng, timeline),
            "selects": lambda: setattr(timeline, "selected", [item.uid for item in timeline.items()][:1]),
        }
    name = rng.choice(list(choices))
    choices[name]()
    return name


def _somewhere(rng: Random, timeline: TimelineState) -> int:
    """Offset from the start, mostly within a clip."""
    items = list(timeline.items("video"))
    if items and rng.random() < 0.7:
        item = rng.choice(items)
        return rng.randint(item.start, item.end - 1) - timeline.start
    return rng.randint(0, max(1, timeline.end - timeline.start + 20))


def lay_pulled(rng: Random, sim: Simulator, timeline: TimelineState) -> None:
    """A clip that an action brought in, laid by the editor's hand."""
    ours = [each for each in sim.project.media() if each.third_party and each.kind in ("movie", "sequence")]
    if not ours:
        return
    media = rng.choice(ours)
    at = rng.randint(0, 400)
    track = rng.choice(timeline.tracks["video"])
    length = timeline_frames(media.frames, media.rate, timeline.rate)
    if length and is_free(track, timeline.start + at, timeline.start + at + length):
        sim.add_clip(media, at=at, track=timeline.tracks["video"].index(track) + 1, timeline=timeline)


def _turn_lock(rng: Random, timeline: TimelineState) -> None:
    track = rng.choice([track for tracks in timeline.tracks.values() for track in tracks])
    track.locked = not track.locked
