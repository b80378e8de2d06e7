"""One probe for each habit of Resolve that can be looked at without a user and without rendering.

A probe gives (whether it is as the double plays it, what was seen). It raises `Untried` where it cannot be tried here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from resolve_scripts.host.read import project_rate
from resolve_scripts.host.session import has, listed
from resolve_scripts.selfcheck.bench import FRAMES, Bench
from resolve_scripts.selfcheck.media import png

__all__ = ["PROBES", "Probe", "Seen", "Untried"]

Seen = tuple[bool, str]
Probe = Callable[[Bench], Seen]

PROBES: dict[str, Probe] = {}
"""Id of the double's rule → its probe."""

_NEEDED = (
    ("Resolve", "GetCurrentPage OpenPage GetVersion GetProductName"),
    ("Project", "GetSetting GetCurrentTimeline SetCurrentTimeline GetTimelineByIndex AddColorGroup RefreshLUTList"),
    ("MediaPool", "ImportMedia AppendToTimeline CreateEmptyTimeline DeleteTimelines AddSubFolder SetCurrentFolder"),
    ("Timeline", "AddTrack DeleteTrack GetItemListInTrack AddMarker GetMarkers SetTrackName SetTrackLock DeleteClips"),
    ("MediaPoolItem", "GetClipProperty SetMetadata SetThirdPartyMetadata GetThirdPartyMetadata SetClipColor AddFlag"),
    (
        "TimelineItem",
        "AddTake SelectTakeByIndex GetTakesCount SetCDL AddVersion LoadVersionByName GetNodeGraph GetStart GetEnd",
    ),
    ("Graph", "SetLUT GetLUT GetNumNodes ApplyGradeFromDRX ResetAllGrades"),
)


class Untried(Exception):
    """This cannot be tried in this project or this Resolve; says why."""


def _probe(rule: str) -> Callable[[Probe], Probe]:
    def add(function: Probe) -> Probe:
        PROBES[rule] = function
        return function

    return add


def _one(items: Any) -> Any:
    """The first thing of an answer that has an id, or None."""
    return next((one for one in listed(items) if one.GetUniqueId()), None)


def _need(thing: Any, what: str) -> Any:
    if thing is None:
        raise Untried(f"Resolve gave no {what}")
    return thing


@_probe("surface.absent")
def absent(bench: Bench) -> Seen:
    value = getattr(bench.project, "NoSuchCallOfRushes", "raised")
    return value is None and not has(bench.project, "NoSuchCallOfRushes"), f"an unknown name is {value!r}"


@_probe("surface.version")
def surface(bench: Bench) -> Seen:
    """All calls that the scripts use are there."""
    item = bench.placed()
    things = {
        "Resolve": bench.resolve,
        "Project": bench.project,
        "MediaPool": bench.pool,
        "Timeline": bench.timeline,
        "MediaPoolItem": item.GetMediaPoolItem(),
        "TimelineItem": item,
        "Graph": _need(item.GetNodeGraph(), "node graph"),
    }
    missing = [f"{kind}.{name}" for kind, names in _NEEDED for name in names.split() if not has(things[kind], name)]
    return not missing, "missing: " + ", ".join(missing) if missing else "all calls are there"


@_probe("handle.identity")
def identity(bench: Bench) -> Seen:
    same = bench.timeline == bench.project.GetCurrentTimeline()
    return not same, f"two handles of one timeline are {'equal' if same else 'not equal'}"


@_probe("enum.objects")
def enums(bench: Bench) -> Seen:
    path = bench.folder / "by_name.otio"
    done = bench.timeline.Export(str(path), "EXPORT_OTIO", "EXPORT_NONE")
    return not done and not path.exists(), f"Export by name answered {done!r}"


@_probe("export.subtype")
def subtype(bench: Bench) -> Seen:
    bench.placed()
    done = bench.timeline.Export(str(bench.folder / "cut.edl"), bench.resolve.EXPORT_EDL)
    return not done, f"Export of an EDL without a subtype answered {done!r}"


@_probe("export.fcpxml-folder")
def fcpxml(bench: Bench) -> Seen:
    path = bench.folder / "cut.fcpxml"
    done = bench.timeline.Export(str(path), bench.resolve.EXPORT_FCPXML_1_10, bench.resolve.EXPORT_NONE)
    what = "a folder" if path.is_dir() else "a file" if path.exists() else "nothing"
    return bool(done) and path.is_dir(), f"Export answered {done!r} and wrote {what}"


@_probe("rate.float")
def rate_kind(bench: Bench) -> Seen:
    value = bench.project.GetSetting("timelineFrameRate")
    drop = isinstance(value, str) and value.endswith("DF")
    return isinstance(value, float) or drop, f"timelineFrameRate is {value!r}"


@_probe("setting.timeline")
def timeline_setting(bench: Bench) -> Seen:
    if str(bench.timeline.GetSetting("useCustomSettings")) == "1":
        raise Untried("the new timeline has settings of its own already")
    done = bench.timeline.SetSetting("timelineResolutionWidth", "1280")
    return not done, f"SetSetting without useCustomSettings answered {done!r}"


@_probe("frames.nominal")
def nominal(bench: Bench) -> Seen:
    rate, drop = project_rate(bench.session)
    if drop:
        raise Untried("the project is drop-frame")
    if bench.timeline.GetStartTimecode() != "01:00:00:00":
        raise Untried(f"new timelines start at {bench.timeline.GetStartTimecode()} here")
    return bench.start == 3600 * round(rate), f"01:00:00:00 is frame {bench.start} at {float(rate):.3f}"


@_probe("frames.absolute")
def absolute(bench: Bench) -> Seen:
    item = bench.placed(at=10)
    bench.timeline.AddMarker(3, "Blue", "probe", "", 1)
    marks = sorted(int(frame) for frame in bench.timeline.GetMarkers() or {})
    bench.timeline.DeleteMarkerAtFrame(3)
    start = int(item.GetStart()) - bench.start
    return start == 10 and marks == [3], f"an item at 10 starts at {start} from the start, a marker at 3 is at {marks}"


@_probe("frames.end-exclusive")
def end_exclusive(bench: Bench) -> Seen:
    item = bench.placed()
    length, duration = int(item.GetEnd()) - int(item.GetStart()), int(item.GetDuration())
    return length == duration, f"GetEnd - GetStart is {length}, GetDuration {duration}"


@_probe("playhead.below-start")
def below_start(bench: Bench) -> Seen:
    if bench.start == 0:
        raise Untried("timelines start at 00:00:00:00 here")
    bench.resolve.OpenPage("edit")
    done = bench.timeline.SetCurrentTimecode("00:00:00:00")
    return not done, f"SetCurrentTimecode below the start answered {done!r}"


@_probe("marker.occupied")
def occupied(bench: Bench) -> Seen:
    first = bench.timeline.AddMarker(5, "Red", "one", "", 1)
    second = bench.timeline.AddMarker(5, "Blue", "two", "", 1)
    bench.timeline.DeleteMarkerAtFrame(5)
    return bool(first) and not second, f"the first marker answered {first!r}, a second on its frame {second!r}"


@_probe("marker.echo")
def echo(bench: Bench) -> Seen:
    far = 9_000_000
    bench.timeline.AddMarker(far, "Red", "far", "", 1)
    found = far in {int(frame) for frame in bench.timeline.GetMarkers() or {}}
    bench.timeline.DeleteMarkerAtFrame(far)
    return found, f"a marker far behind the end is {'listed' if found else 'not listed'}"


@_probe("palette.two")
def palettes(bench: Bench) -> Seen:
    clip = bench.clip
    clip_color, marker = clip.SetClipColor("Red"), clip.AddMarker(1, "Orange", "x", "", 1)
    right = clip.SetClipColor("Orange")
    seen = f"clip colour Red {clip_color!r}, Orange {right!r}; marker Orange {marker!r}"
    return not clip_color and not marker and bool(right), seen


@_probe("property.reel")
def reel(bench: Bench) -> Seen:
    clip = bench.clip
    done = clip.SetClipProperty("Reel Name", "RUSHES1")
    kept = clip.GetClipProperty("Reel Name") == "RUSHES1"
    return bool(done) and not kept, f"SetClipProperty answered {done!r}, the name is {'kept' if kept else 'not kept'}"


@_probe("metadata.names")
def metadata(bench: Bench) -> Seen:
    clip = bench.clip
    clip.SetMetadata("Comments", "from Rushes")
    clip.SetThirdPartyMetadata("rushes.probe", "42")
    own, third = clip.GetMetadata("Comments"), clip.GetThirdPartyMetadata("rushes.probe")
    bad = clip.SetMetadata("No Such Field Of Rushes", "x")
    seen = f"Comments {own!r}, third-party {third!r}, an unknown field {bad!r}"
    return own == "from Rushes" and third == "42" and not bad, seen


@_probe("import.folder")
def import_folder(bench: Bench) -> Seen:
    clip = _need(bench.still(), "clip")
    inside = clip.GetUniqueId() in {one.GetUniqueId() for one in listed(bench.bin.GetClipList())}
    return inside, f"an imported file is {'in' if inside else 'not in'} the current bin"


@_probe("import.missing")
def import_missing(bench: Bench) -> Seen:
    bench.enter()
    made = bench.pool.ImportMedia([str(bench.folder / "no_such_file.mov")])
    return made == [], f"importing a missing file answered {made!r}"


@_probe("import.no-dedupe")
def import_twice(bench: Bench) -> Seen:
    path = png(bench.folder / "twice" / "twice.png", 40)
    before = len(listed(bench.bin.GetClipList()))
    bench.file(path)
    bench.file(path)
    more = len(listed(bench.bin.GetClipList())) - before
    return more == 2, f"a file imported twice is there {more} times"


@_probe("import.sequence")
def import_sequence(bench: Bench) -> Seen:
    before = len(listed(bench.bin.GetClipList()))
    clip = bench.sequence("sequence")
    more = len(listed(bench.bin.GetClipList())) - before
    frames = clip.GetClipProperty("Frames") if clip is not None else None
    return more == 1 and str(frames) == str(FRAMES), f"{FRAMES} pictures became {more} clips of {frames} frames"


@_probe("import.sequence-path")
def sequence_path(bench: Bench) -> Seen:
    clip = _need(bench.sequence("path"), "clip")
    path = str(clip.GetClipProperty("File Path"))
    return path.endswith(f"path_[1001-{1000 + FRAMES}].png"), f"File Path ends with {os.path.basename(path)}"


@_probe("import.wav-rate")
def wav_rate(bench: Bench) -> Seen:
    clip = _need(bench.sound(), "sound")
    rate, _ = project_rate(bench.session)
    told = str(clip.GetClipProperty("FPS"))
    try:
        same = abs(float(told.removesuffix("DF").strip()) - float(rate)) < 0.01
    except ValueError:
        same = False
    return same, f"a WAV has the rate {told!r}, the project {float(rate):.3f}"


@_probe("folder.subfolder")
def subfolder(bench: Bench) -> Seen:
    parent = bench.bin
    first = _need(bench.pool.AddSubFolder(parent, "twin"), "bin")
    current = _need(bench.pool.GetCurrentFolder(), "current bin").GetUniqueId() == first.GetUniqueId()
    second = bench.pool.AddSubFolder(parent, "twin")
    taken = second is not None and second.GetUniqueId() != first.GetUniqueId()
    bench.enter()
    seen = f"a new bin is {'' if current else 'not '}opened, a second of its name is {'made' if taken else 'refused'}"
    return current and taken, seen


@_probe("append.current")
def append_current(bench: Bench) -> Seen:
    clip, track = bench.clip, bench.track()
    item = _one(bench.append(clip, track))
    there = item is not None and len(bench.items(track)) == 1
    return there, f"a clip was {'' if there else 'not '}placed on the current timeline"


@_probe("append.exclusive-end")
def append_end(bench: Bench) -> Seen:
    clip, track = bench.clip, bench.track()
    item = _need(_one(bench.append(clip, track, startFrame=0, endFrame=10)), "item")
    empty = _one(bench.append(clip, track, 100, startFrame=5, endFrame=5))
    length = int(item.GetDuration())
    return (
        length == 10 and empty is None,
        f"frames 0 to 10 became {length}; (5, 5) placed {'one' if empty else 'nothing'}",
    )


@_probe("append.eof-strict")
def append_whole(bench: Bench) -> Seen:
    clip, track = bench.clip, bench.track()
    item = _one(bench.append(clip, track, startFrame=0, endFrame=FRAMES))
    strict = bench.session.version < (20, 0, 0)
    seen = f"endFrame equal to the length placed {'nothing' if item is None else int(item.GetDuration())} frames"
    return (item is None) == strict, seen


@_probe("append.overlap")
def append_overlap(bench: Bench) -> Seen:
    clip, track = bench.clip, bench.track()
    first = _need(_one(bench.append(clip, track, 0, startFrame=0, endFrame=10)), "item")
    before = (int(first.GetStart()), int(first.GetEnd()))
    over = _one(bench.append(clip, track, 5, startFrame=0, endFrame=10))
    left = [(int(one.GetStart()), int(one.GetEnd())) for one in bench.items(track)]
    return over is None and left == [
        before
    ], f"over a clip {'nothing' if over is None else 'a clip'} was placed: {left}"


@_probe("append.locked")
def append_locked(bench: Bench) -> Seen:
    clip, track = bench.clip, bench.track()
    bench.timeline.SetTrackLock("video", track, True)
    made = bench.append(clip, track)
    bench.timeline.SetTrackLock("video", track, False)
    return made == [] and not bench.items(track), f"on a locked track AppendToTimeline answered {_shape(made)}"


@_probe("append.no-track")
def append_no_track(bench: Bench) -> Seen:
    clip = bench.clip
    count = int(bench.timeline.GetTrackCount("video"))
    made = bench.append(clip, count + 5)
    same = int(bench.timeline.GetTrackCount("video")) == count
    return made == [None] and same, f"on a track that is not there AppendToTimeline answered {_shape(made)}"


@_probe("append.still")
def append_still(bench: Bench) -> Seen:
    clip, track = _need(bench.still(), "still"), bench.track()
    item = _need(_one(bench.append(clip, track, startFrame=0, endFrame=10)), "item")
    return int(item.GetDuration()) == 150, f"a still of 10 frames is {int(item.GetDuration())} long"


@_probe("subtitle.append")
def subtitle_append(bench: Bench) -> Seen:
    clip = _need(bench.words(), "subtitle clip")
    kind = clip.GetClipProperty("Type")
    if not bench.timeline.GetTrackCount("subtitle"):
        bench.timeline.AddTrack("subtitle")
    bench.pool.AppendToTimeline([{"mediaPoolItem": clip}])
    count = len(bench.items(1, "subtitle"))
    return kind == "Subtitle" and count == 2, f"an SRT is {kind!r}; two lines became {count} on the track"


@_probe("timeline.name-taken")
def name_taken(bench: Bench) -> Seen:
    made = bench.pool.CreateEmptyTimeline(bench.name)
    if made is not None and made.GetUniqueId() != bench.timeline_id:
        bench.pool.DeleteTimelines([made])
    return made is None, f"CreateEmptyTimeline with a taken name answered {'None' if made is None else 'a timeline'}"


@_probe("timeline.current")
def timeline_current(bench: Bench) -> Seen:
    made = _need(bench.pool.CreateEmptyTimeline(f"{bench.name} other"), "timeline")
    current = _need(bench.project.GetCurrentTimeline(), "current timeline")
    same = current.GetUniqueId() == made.GetUniqueId()
    bench.pool.DeleteTimelines([made])
    return same, f"a new timeline {'becomes' if same else 'does not become'} the current one"


@_probe("handle.stale")
def stale(bench: Bench) -> Seen:
    kept = bench.timeline
    other = _need(bench.pool.CreateEmptyTimeline(f"{bench.name} gone"), "timeline")
    bench.pool.DeleteTimelines([other])
    gone, rest = other.GetName(), kept.GetName()
    seen = f"a deleted timeline's handle answers {gone!r}, another one's {rest!r}"
    return gone is None and rest is None, seen


@_probe("delete.page")
def delete_page(bench: Bench) -> Seen:
    item = bench.placed()
    track, kind = int(item.GetTrackTypeAndIndex()[1]), "video"
    bench.resolve.OpenPage("fairlight")
    there = bench.timeline.DeleteClips(bench.items(track, kind), False)
    bench.resolve.OpenPage("edit")
    here = bench.timeline.DeleteClips(bench.items(track, kind), False) if bench.items(track, kind) else "not needed"
    return not there and here is True, f"DeleteClips answered {there!r} on Fairlight, {here!r} on Edit"


@_probe("take.same-media")
def take_same(bench: Bench) -> Seen:
    item = bench.placed()
    done = item.AddTake(item.GetMediaPoolItem())
    count = int(item.GetTakesCount() or 0)
    return not done and count == 1, f"AddTake of its own media answered {done!r}, takes {count}"


@_probe("take.select")
def take_select(bench: Bench) -> Seen:
    item = bench.placed()
    other = _need(bench.sequence("take_b", 200), "clip")
    span = (int(item.GetStart()), int(item.GetEnd()))
    added = item.AddTake(other, 0, 10)
    chosen = item.SelectTakeByIndex(2)
    shown = _need(item.GetMediaPoolItem(), "media").GetUniqueId() == other.GetUniqueId()
    same = (int(item.GetStart()), int(item.GetEnd())) == span
    seen = f"AddTake {added!r}, SelectTakeByIndex {chosen!r}; shows {'the new' if shown else 'the old'} media, "
    return bool(added and chosen) and shown and same, seen + ("in its place" if same else "in another place")


@_probe("source.end")
def source_end(bench: Bench) -> Seen:
    item = bench.placed()
    if _rate_differs(bench, item):
        raise Untried("pictures come in at another rate than the timeline's here")
    first, last = int(item.GetSourceStartFrame()), int(item.GetSourceEndFrame())
    return last - first == 10, f"10 frames are {first} to {last}"


@_probe("cdl.text")
def cdl_text(bench: Bench) -> Seen:
    item = bench.placed()
    good = {"NodeIndex": "1", "Slope": "1.1 1 1", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    text, number = item.SetCDL(good), item.SetCDL({**good, "NodeIndex": 1})
    return bool(text) and not number, f"SetCDL with text answered {text!r}, with a number {number!r}"


@_probe("cdl.node")
def cdl_node(bench: Bench) -> Seen:
    item = bench.placed()
    cdl = {"NodeIndex": "9", "Slope": "1 1 1", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    done = item.SetCDL(cdl)
    return not done, f"SetCDL on a node that is not there answered {done!r}"


@_probe("version.add")
def version_add(bench: Bench) -> Seen:
    item = bench.placed()
    first = item.AddVersion("Rushes Probe", 0)
    now = (item.GetCurrentVersion() or {}).get("versionName")
    again = item.AddVersion("Rushes Probe", 0)
    seen = f"AddVersion {first!r}, active {now!r}, the same name again {again!r}"
    return bool(first) and now == "Rushes Probe" and not again, seen


@_probe("version.delete-current")
def version_delete(bench: Bench) -> Seen:
    item = bench.placed()
    item.AddVersion("Rushes Probe", 0)
    done = item.DeleteVersionByName("Rushes Probe", 0)
    return not done, f"deleting the active version answered {done!r}"


@_probe("lut.get")
def lut_get(bench: Bench) -> Seen:
    graph = _need(bench.placed().GetNodeGraph(), "node graph")
    none, bad = graph.GetLUT(1), graph.GetLUT(99)
    return none == "" and bad is None, f"GetLUT is {none!r} without one, {bad!r} for a node that is not there"


@_probe("lut.master")
def lut_master(bench: Bench) -> Seen:
    graph = _need(bench.placed().GetNodeGraph(), "node graph")
    path = bench.folder / "probe.cube"
    path.write_text("LUT_3D_SIZE 2\n" + "".join(f"{r} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1)))
    bench.project.RefreshLUTList()
    done = graph.SetLUT(1, str(path))
    return not done, f"SetLUT with a path outside the LUT folder answered {done!r}"


@_probe("still.current-frame")
def current_frame(bench: Bench) -> Seen:
    bench.placed()
    bench.resolve.OpenPage("edit")
    bench.timeline.SetCurrentTimecode(bench.timeline.GetStartTimecode())
    path = bench.folder / "frame.png"
    done = bench.project.ExportCurrentFrameAsStill(str(path))
    return bool(done) and path.is_file(), f"ExportCurrentFrameAsStill answered {done!r}, file {path.is_file()}"


@_probe("lut.export-page")
def lut_export(bench: Bench) -> Seen:
    item = bench.placed()
    bench.resolve.OpenPage("edit")
    edit = item.ExportLUT(bench.resolve.EXPORT_LUT_33PTCUBE, str(bench.folder / "edit.cube"))
    bench.resolve.OpenPage("color")
    bench.timeline.SetCurrentTimecode(bench.timeline.GetStartTimecode())
    color = item.ExportLUT(bench.resolve.EXPORT_LUT_33PTCUBE, str(bench.folder / "color.cube"))
    bench.resolve.OpenPage("edit")
    return not edit and bool(color), f"ExportLUT answered {edit!r} on Edit, {color!r} on Color"


@_probe("playhead.pages")
def playhead_pages(bench: Bench) -> Seen:
    timeline = bench.timeline
    bench.resolve.OpenPage("edit")
    edit = timeline.GetCurrentTimecode()
    bench.resolve.OpenPage("media")
    media = timeline.GetCurrentTimecode()
    bench.resolve.OpenPage("edit")
    return bool(edit) and not media, f"the current timecode is {edit!r} on Edit, {media!r} on Media"


@_probe("graph.layer")
def graph_layer(bench: Bench) -> Seen:
    item = bench.placed()
    first, far = item.GetNodeGraph(1), item.GetNodeGraph(99)
    seen = f"layer 1 has {'a' if first else 'no'} graph, layer 99 {'one too' if far else 'none'}"
    return first is not None and far is None, seen


@_probe("property.range")
def property_range(bench: Bench) -> Seen:
    item = bench.placed()
    item.SetProperty("ZoomX", 1000.0)
    x, y = item.GetProperty("ZoomX"), item.GetProperty("ZoomY")
    return x == y == 100.0, f"a ZoomX of 1000 became {x!r}, ZoomY {y!r}"


@_probe("media.delete")
def media_delete(bench: Bench) -> Seen:
    clip, track = _need(bench.sequence("deleted"), "clip"), bench.track()
    _need(_one(bench.append(clip, track)), "item")
    bench.pool.DeleteClips([clip])
    left = len(bench.items(track))
    return left == 0, f"{left} items of a deleted clip stay on the timeline"


@_probe("append.audio-track")
def append_sound(bench: Bench) -> Seen:
    """Twice at one place: the second needs a track of its own."""
    sound, tracks = _need(bench.sound(), "sound"), int(bench.timeline.GetTrackCount("audio"))
    info = {"mediaPoolItem": sound, "recordFrame": bench.start + 2000}
    made = [_one(bench.pool.AppendToTimeline([info])) for _ in range(2)]
    now = int(bench.timeline.GetTrackCount("audio"))
    seen = (
        f"the same place twice placed {sum(one is not None for one in made)} sounds; audio tracks {tracks}, then {now}"
    )
    on = {int(one.GetTrackTypeAndIndex()[1]) for one in made if one is not None}
    return all(made) and len(on) == 2, seen


def _shape(made: Any) -> str:
    """An answer of AppendToTimeline in words."""
    if not isinstance(made, list):
        return repr(made)
    return (
        "[" + ", ".join("None" if one is None else "item" if one.GetUniqueId() else "empty item" for one in made) + "]"
    )


def _rate_differs(bench: Bench, item: Any) -> bool:
    told = str(item.GetMediaPoolItem().GetClipProperty("FPS"))
    try:
        return abs(float(told) - float(project_rate(bench.session)[0])) > 0.01
    except ValueError:
        return True
