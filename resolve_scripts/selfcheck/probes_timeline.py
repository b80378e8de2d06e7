"""Probes of placing, takes, grades and pages."""

from __future__ import annotations

from typing import Any

from resolve_scripts.host.read import project_rate
from resolve_scripts.selfcheck.bench import FRAMES, Bench
from resolve_scripts.selfcheck.probing import Seen, Untried, need, only, probe

__all__: list[str] = []


@probe("append.current")
def append_current(bench: Bench) -> Seen:
    clip, track = bench.clip, bench.track()
    item = only(bench.append(clip, track))
    there = item is not None and len(bench.items(track)) == 1
    return there, f"a clip was {'' if there else 'not '}placed on the current timeline"


@probe("append.exclusive-end")
def append_end(bench: Bench) -> Seen:
    clip, track = bench.clip, bench.track()
    item = need(only(bench.append(clip, track, startFrame=0, endFrame=10)), "item")
    empty = only(bench.append(clip, track, 100, startFrame=5, endFrame=5))
    length = int(item.GetDuration())
    return (
        length == 10 and empty is None,
        f"frames 0 to 10 became {length}; (5, 5) placed {'one' if empty else 'nothing'}",
    )


@probe("append.eof-strict")
def append_whole(bench: Bench) -> Seen:
    clip, track = bench.clip, bench.track()
    item = only(bench.append(clip, track, startFrame=0, endFrame=FRAMES))
    strict = bench.session.version < (20, 0, 0)
    seen = f"endFrame equal to the length placed {'nothing' if item is None else int(item.GetDuration())} frames"
    return (item is None) == strict, seen


@probe("append.overlap")
def append_overlap(bench: Bench) -> Seen:
    clip, track = bench.clip, bench.track()
    first = need(only(bench.append(clip, track, 0, startFrame=0, endFrame=10)), "item")
    before = (int(first.GetStart()), int(first.GetEnd()))
    over = only(bench.append(clip, track, 5, startFrame=0, endFrame=10))
    left = [(int(one.GetStart()), int(one.GetEnd())) for one in bench.items(track)]
    return over is None and left == [
        before
    ], f"over a clip {'nothing' if over is None else 'a clip'} was placed: {left}"


@probe("append.locked")
def append_locked(bench: Bench) -> Seen:
    clip, track = bench.clip, bench.track()
    bench.timeline.SetTrackLock("video", track, True)
    made = bench.append(clip, track)
    bench.timeline.SetTrackLock("video", track, False)
    return made == [] and not bench.items(track), f"on a locked track AppendToTimeline answered {_shape(made)}"


@probe("append.no-track")
def append_no_track(bench: Bench) -> Seen:
    clip = bench.clip
    count = int(bench.timeline.GetTrackCount("video"))
    made = bench.append(clip, count + 5)
    same = int(bench.timeline.GetTrackCount("video")) == count
    return made == [None] and same, f"on a track that is not there AppendToTimeline answered {_shape(made)}"


@probe("append.still")
def append_still(bench: Bench) -> Seen:
    clip, track = need(bench.still(), "still"), bench.track()
    item = need(only(bench.append(clip, track, startFrame=0, endFrame=10)), "item")
    return int(item.GetDuration()) == 150, f"a still of 10 frames is {int(item.GetDuration())} long"


@probe("subtitle.append")
def subtitle_append(bench: Bench) -> Seen:
    clip = need(bench.words(), "subtitle clip")
    kind = clip.GetClipProperty("Type")
    if not bench.timeline.GetTrackCount("subtitle"):
        bench.timeline.AddTrack("subtitle")
    bench.pool.AppendToTimeline([{"mediaPoolItem": clip}])
    count = len(bench.items(1, "subtitle"))
    return kind == "Subtitle" and count == 2, f"an SRT is {kind!r}; two lines became {count} on the track"


@probe("timeline.name-taken")
def name_taken(bench: Bench) -> Seen:
    made = bench.pool.CreateEmptyTimeline(bench.name)
    if made is not None and made.GetUniqueId() != bench.timeline_id:
        bench.pool.DeleteTimelines([made])
    return made is None, f"CreateEmptyTimeline with a taken name answered {'None' if made is None else 'a timeline'}"


@probe("timeline.current")
def timeline_current(bench: Bench) -> Seen:
    made = need(bench.pool.CreateEmptyTimeline(f"{bench.name} other"), "timeline")
    current = need(bench.project.GetCurrentTimeline(), "current timeline")
    same = current.GetUniqueId() == made.GetUniqueId()
    bench.pool.DeleteTimelines([made])
    return same, f"a new timeline {'becomes' if same else 'does not become'} the current one"


@probe("handle.stale")
def stale(bench: Bench) -> Seen:
    kept = bench.timeline
    other = need(bench.pool.CreateEmptyTimeline(f"{bench.name} gone"), "timeline")
    bench.pool.DeleteTimelines([other])
    gone, rest = other.GetName(), kept.GetName()
    seen = f"a deleted timeline's handle answers {gone!r}, another one's {rest!r}"
    return gone is None and rest is None, seen


@probe("delete.page")
def delete_page(bench: Bench) -> Seen:
    item = bench.placed()
    track, kind = int(item.GetTrackTypeAndIndex()[1]), "video"
    bench.resolve.OpenPage("fairlight")
    there = bench.timeline.DeleteClips(bench.items(track, kind), False)
    bench.resolve.OpenPage("edit")
    here = bench.timeline.DeleteClips(bench.items(track, kind), False) if bench.items(track, kind) else "not needed"
    return not there and here is True, f"DeleteClips answered {there!r} on Fairlight, {here!r} on Edit"


@probe("take.same-media")
def take_same(bench: Bench) -> Seen:
    item = bench.placed()
    done = item.AddTake(item.GetMediaPoolItem())
    count = int(item.GetTakesCount() or 0)
    return not done and count == 1, f"AddTake of its own media answered {done!r}, takes {count}"


@probe("take.select")
def take_select(bench: Bench) -> Seen:
    item = bench.placed()
    other = need(bench.sequence("take_b", 200), "clip")
    span = (int(item.GetStart()), int(item.GetEnd()))
    added = item.AddTake(other, 0, 10)
    chosen = item.SelectTakeByIndex(2)
    shown = need(item.GetMediaPoolItem(), "media").GetUniqueId() == other.GetUniqueId()
    same = (int(item.GetStart()), int(item.GetEnd())) == span
    seen = f"AddTake {added!r}, SelectTakeByIndex {chosen!r}; shows {'the new' if shown else 'the old'} media, "
    return bool(added and chosen) and shown and same, seen + ("in its place" if same else "in another place")


@probe("source.end")
def source_end(bench: Bench) -> Seen:
    item = bench.placed()
    if _rate_differs(bench, item):
        raise Untried("pictures come in at another rate than the timeline's here")
    first, last = int(item.GetSourceStartFrame()), int(item.GetSourceEndFrame())
    return last - first == 10, f"10 frames are {first} to {last}"


@probe("cdl.text")
def cdl_text(bench: Bench) -> Seen:
    item = bench.placed()
    good = {"NodeIndex": "1", "Slope": "1.1 1 1", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    text, number = item.SetCDL(good), item.SetCDL({**good, "NodeIndex": 1})
    return bool(text) and not number, f"SetCDL with text answered {text!r}, with a number {number!r}"


@probe("cdl.node")
def cdl_node(bench: Bench) -> Seen:
    item = bench.placed()
    cdl = {"NodeIndex": "9", "Slope": "1 1 1", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    done = item.SetCDL(cdl)
    return not done, f"SetCDL on a node that is not there answered {done!r}"


@probe("version.add")
def version_add(bench: Bench) -> Seen:
    item = bench.placed()
    first = item.AddVersion("Rushes Probe", 0)
    now = (item.GetCurrentVersion() or {}).get("versionName")
    again = item.AddVersion("Rushes Probe", 0)
    seen = f"AddVersion {first!r}, active {now!r}, the same name again {again!r}"
    return bool(first) and now == "Rushes Probe" and not again, seen


@probe("version.delete-current")
def version_delete(bench: Bench) -> Seen:
    item = bench.placed()
    item.AddVersion("Rushes Probe", 0)
    done = item.DeleteVersionByName("Rushes Probe", 0)
    return not done, f"deleting the active version answered {done!r}"


@probe("lut.get")
def lut_get(bench: Bench) -> Seen:
    graph = need(bench.placed().GetNodeGraph(), "node graph")
    none, bad = graph.GetLUT(1), graph.GetLUT(99)
    return none == "" and bad is None, f"GetLUT is {none!r} without one, {bad!r} for a node that is not there"


@probe("lut.master")
def lut_master(bench: Bench) -> Seen:
    graph = need(bench.placed().GetNodeGraph(), "node graph")
    path = bench.folder / "probe.cube"
    path.write_text("LUT_3D_SIZE 2\n" + "".join(f"{r} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1)))
    bench.project.RefreshLUTList()
    done = graph.SetLUT(1, str(path))
    return not done, f"SetLUT with a path outside the LUT folder answered {done!r}"


@probe("still.current-frame")
def current_frame(bench: Bench) -> Seen:
    bench.placed()
    bench.resolve.OpenPage("edit")
    bench.timeline.SetCurrentTimecode(bench.timeline.GetStartTimecode())
    path = bench.folder / "frame.png"
    done = bench.project.ExportCurrentFrameAsStill(str(path))
    return bool(done) and path.is_file(), f"ExportCurrentFrameAsStill answered {done!r}, file {path.is_file()}"


@probe("lut.export-page")
def lut_export(bench: Bench) -> Seen:
    item = bench.placed()
    bench.resolve.OpenPage("edit")
    edit = item.ExportLUT(bench.resolve.EXPORT_LUT_33PTCUBE, str(bench.folder / "edit.cube"))
    bench.resolve.OpenPage("color")
    bench.timeline.SetCurrentTimecode(bench.timeline.GetStartTimecode())
    color = item.ExportLUT(bench.resolve.EXPORT_LUT_33PTCUBE, str(bench.folder / "color.cube"))
    bench.resolve.OpenPage("edit")
    return not edit and bool(color), f"ExportLUT answered {edit!r} on Edit, {color!r} on Color"


@probe("playhead.pages")
def playhead_pages(bench: Bench) -> Seen:
    timeline = bench.timeline
    bench.resolve.OpenPage("edit")
    edit = timeline.GetCurrentTimecode()
    bench.resolve.OpenPage("media")
    media = timeline.GetCurrentTimecode()
    bench.resolve.OpenPage("edit")
    return bool(edit) and not media, f"the current timecode is {edit!r} on Edit, {media!r} on Media"


@probe("graph.layer")
def graph_layer(bench: Bench) -> Seen:
    item = bench.placed()
    first, far = item.GetNodeGraph(1), item.GetNodeGraph(99)
    seen = f"layer 1 has {'a' if first else 'no'} graph, layer 99 {'one too' if far else 'none'}"
    return first is not None and far is None, seen


@probe("property.range")
def property_range(bench: Bench) -> Seen:
    item = bench.placed()
    item.SetProperty("ZoomX", 1000.0)
    x, y = item.GetProperty("ZoomX"), item.GetProperty("ZoomY")
    return x == y == 100.0, f"a ZoomX of 1000 became {x!r}, ZoomY {y!r}"


@probe("media.delete")
def media_delete(bench: Bench) -> Seen:
    clip, track = need(bench.sequence("deleted"), "clip"), bench.track()
    need(only(bench.append(clip, track)), "item")
    bench.pool.DeleteClips([clip])
    left = len(bench.items(track))
    return left == 0, f"{left} items of a deleted clip stay on the timeline"


@probe("append.audio-track")
def append_sound(bench: Bench) -> Seen:
    """Twice at one place: the second needs a track of its own."""
    sound, tracks = need(bench.sound(), "sound"), int(bench.timeline.GetTrackCount("audio"))
    info = {"mediaPoolItem": sound, "recordFrame": bench.start + 2000}
    made = [only(bench.pool.AppendToTimeline([info])) for _ in range(2)]
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
