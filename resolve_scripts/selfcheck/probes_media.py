"""Probes of the surface, settings, markers, import and bins."""

from __future__ import annotations

import os

from resolve_scripts.host.read import project_rate
from resolve_scripts.host.session import has, listed
from resolve_scripts.selfcheck.bench import FRAMES, Bench
from resolve_scripts.selfcheck.media import png
from resolve_scripts.selfcheck.probing import Seen, Untried, need, probe

__all__: list[str] = []

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


@probe("surface.absent")
def absent(bench: Bench) -> Seen:
    value = getattr(bench.project, "NoSuchCallOfRushes", "raised")
    return value is None and not has(bench.project, "NoSuchCallOfRushes"), f"an unknown name is {value!r}"


@probe("surface.version")
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
        "Graph": need(item.GetNodeGraph(), "node graph"),
    }
    missing = [f"{kind}.{name}" for kind, names in _NEEDED for name in names.split() if not has(things[kind], name)]
    return not missing, "missing: " + ", ".join(missing) if missing else "all calls are there"


@probe("handle.identity")
def identity(bench: Bench) -> Seen:
    same = bench.timeline == bench.project.GetCurrentTimeline()
    return not same, f"two handles of one timeline are {'equal' if same else 'not equal'}"


@probe("enum.objects")
def enums(bench: Bench) -> Seen:
    path = bench.folder / "by_name.otio"
    done = bench.timeline.Export(str(path), "EXPORT_OTIO", "EXPORT_NONE")
    return not done and not path.exists(), f"Export by name answered {done!r}"


@probe("export.subtype")
def subtype(bench: Bench) -> Seen:
    bench.placed()
    done = bench.timeline.Export(str(bench.folder / "cut.edl"), bench.resolve.EXPORT_EDL)
    return not done, f"Export of an EDL without a subtype answered {done!r}"


@probe("export.fcpxml-folder")
def fcpxml(bench: Bench) -> Seen:
    path = bench.folder / "cut.fcpxml"
    done = bench.timeline.Export(str(path), bench.resolve.EXPORT_FCPXML_1_10, bench.resolve.EXPORT_NONE)
    what = "a folder" if path.is_dir() else "a file" if path.exists() else "nothing"
    return bool(done) and path.is_dir(), f"Export answered {done!r} and wrote {what}"


@probe("rate.float")
def rate_kind(bench: Bench) -> Seen:
    value = bench.project.GetSetting("timelineFrameRate")
    drop = isinstance(value, str) and value.endswith("DF")
    return isinstance(value, float) or drop, f"timelineFrameRate is {value!r}"


@probe("setting.timeline")
def timeline_setting(bench: Bench) -> Seen:
    if str(bench.timeline.GetSetting("useCustomSettings")) == "1":
        raise Untried("the new timeline has settings of its own already")
    done = bench.timeline.SetSetting("timelineResolutionWidth", "1280")
    return not done, f"SetSetting without useCustomSettings answered {done!r}"


@probe("frames.nominal")
def nominal(bench: Bench) -> Seen:
    rate, drop = project_rate(bench.session)
    if drop:
        raise Untried("the project is drop-frame")
    if bench.timeline.GetStartTimecode() != "01:00:00:00":
        raise Untried(f"new timelines start at {bench.timeline.GetStartTimecode()} here")
    return bench.start == 3600 * round(rate), f"01:00:00:00 is frame {bench.start} at {float(rate):.3f}"


@probe("frames.absolute")
def absolute(bench: Bench) -> Seen:
    item = bench.placed(at=10)
    bench.timeline.AddMarker(3, "Blue", "probe", "", 1)
    marks = sorted(int(frame) for frame in bench.timeline.GetMarkers() or {})
    bench.timeline.DeleteMarkerAtFrame(3)
    start = int(item.GetStart()) - bench.start
    return start == 10 and marks == [3], f"an item at 10 starts at {start} from the start, a marker at 3 is at {marks}"


@probe("frames.end-exclusive")
def end_exclusive(bench: Bench) -> Seen:
    item = bench.placed()
    length, duration = int(item.GetEnd()) - int(item.GetStart()), int(item.GetDuration())
    return length == duration, f"GetEnd - GetStart is {length}, GetDuration {duration}"


@probe("playhead.below-start")
def below_start(bench: Bench) -> Seen:
    if bench.start == 0:
        raise Untried("timelines start at 00:00:00:00 here")
    bench.resolve.OpenPage("edit")
    done = bench.timeline.SetCurrentTimecode("00:00:00:00")
    return not done, f"SetCurrentTimecode below the start answered {done!r}"


@probe("marker.occupied")
def occupied(bench: Bench) -> Seen:
    first = bench.timeline.AddMarker(5, "Red", "one", "", 1)
    second = bench.timeline.AddMarker(5, "Blue", "two", "", 1)
    bench.timeline.DeleteMarkerAtFrame(5)
    return bool(first) and not second, f"the first marker answered {first!r}, a second on its frame {second!r}"


@probe("marker.echo")
def echo(bench: Bench) -> Seen:
    far = 9_000_000
    bench.timeline.AddMarker(far, "Red", "far", "", 1)
    found = far in {int(frame) for frame in bench.timeline.GetMarkers() or {}}
    bench.timeline.DeleteMarkerAtFrame(far)
    return found, f"a marker far behind the end is {'listed' if found else 'not listed'}"


@probe("palette.two")
def palettes(bench: Bench) -> Seen:
    clip = bench.clip
    clip_color, marker = clip.SetClipColor("Red"), clip.AddMarker(1, "Orange", "x", "", 1)
    right = clip.SetClipColor("Orange")
    seen = f"clip colour Red {clip_color!r}, Orange {right!r}; marker Orange {marker!r}"
    return not clip_color and not marker and bool(right), seen


@probe("property.reel")
def reel(bench: Bench) -> Seen:
    clip = bench.clip
    done = clip.SetClipProperty("Reel Name", "RUSHES1")
    kept = clip.GetClipProperty("Reel Name") == "RUSHES1"
    return bool(done) and not kept, f"SetClipProperty answered {done!r}, the name is {'kept' if kept else 'not kept'}"


@probe("metadata.names")
def metadata(bench: Bench) -> Seen:
    clip = bench.clip
    clip.SetMetadata("Comments", "from Rushes")
    clip.SetThirdPartyMetadata("rushes.probe", "42")
    own, third = clip.GetMetadata("Comments"), clip.GetThirdPartyMetadata("rushes.probe")
    bad = clip.SetMetadata("No Such Field Of Rushes", "x")
    seen = f"Comments {own!r}, third-party {third!r}, an unknown field {bad!r}"
    return own == "from Rushes" and third == "42" and not bad, seen


@probe("import.folder")
def import_folder(bench: Bench) -> Seen:
    clip = need(bench.still(), "clip")
    inside = clip.GetUniqueId() in {one.GetUniqueId() for one in listed(bench.bin.GetClipList())}
    return inside, f"an imported file is {'in' if inside else 'not in'} the current bin"


@probe("import.missing")
def import_missing(bench: Bench) -> Seen:
    bench.enter()
    made = bench.pool.ImportMedia([str(bench.folder / "no_such_file.mov")])
    return made == [], f"importing a missing file answered {made!r}"


@probe("import.no-dedupe")
def import_twice(bench: Bench) -> Seen:
    path = png(bench.folder / "twice" / "twice.png", 40)
    before = len(listed(bench.bin.GetClipList()))
    bench.file(path)
    bench.file(path)
    more = len(listed(bench.bin.GetClipList())) - before
    return more == 2, f"a file imported twice is there {more} times"


@probe("import.sequence")
def import_sequence(bench: Bench) -> Seen:
    before = len(listed(bench.bin.GetClipList()))
    clip = bench.sequence("sequence")
    more = len(listed(bench.bin.GetClipList())) - before
    frames = clip.GetClipProperty("Frames") if clip is not None else None
    return more == 1 and str(frames) == str(FRAMES), f"{FRAMES} pictures became {more} clips of {frames} frames"


@probe("import.sequence-path")
def sequence_path(bench: Bench) -> Seen:
    clip = need(bench.sequence("path"), "clip")
    path = str(clip.GetClipProperty("File Path"))
    return path.endswith(f"path_[1001-{1000 + FRAMES}].png"), f"File Path ends with {os.path.basename(path)}"


@probe("import.wav-rate")
def wav_rate(bench: Bench) -> Seen:
    clip = need(bench.sound(), "sound")
    rate, _ = project_rate(bench.session)
    told = str(clip.GetClipProperty("FPS"))
    try:
        same = abs(float(told.removesuffix("DF").strip()) - float(rate)) < 0.01
    except ValueError:
        same = False
    return same, f"a WAV has the rate {told!r}, the project {float(rate):.3f}"


@probe("folder.subfolder")
def subfolder(bench: Bench) -> Seen:
    parent = bench.bin
    first = need(bench.pool.AddSubFolder(parent, "twin"), "bin")
    current = need(bench.pool.GetCurrentFolder(), "current bin").GetUniqueId() == first.GetUniqueId()
    second = bench.pool.AddSubFolder(parent, "twin")
    taken = second is not None and second.GetUniqueId() != first.GetUniqueId()
    bench.enter()
    seen = f"a new bin is {'' if current else 'not '}opened, a second of its name is {'made' if taken else 'refused'}"
    return current and taken, seen
