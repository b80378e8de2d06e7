"""What the double plays, rule by rule, with the public source of each.

`confirmed_on` is the build on which somebody measured it, "build not told" where the measurement does not name it, and
None where a rule is only documented, reported, or assumed for the worse. Nothing here was ever run by us against a real
Resolve: the self-check script reports where one differs.
"""

from __future__ import annotations

from dataclasses import dataclass

from rushes.testing.resolve.rules_grade import GRADE_RULES

__all__ = ["RULES", "Rule"]

README = "Blackmagic README 24 Jul 2026"
STUBS = "fusionscript-stubs"
MCP = "live measurement, samuelgursky/davinci-resolve-mcp"
SUBS = "auto-subs"
KAITOI = "Kaitoi plugin"
REPORTS = "field reports"
ASSUMED = "assumed, the worse case"
UNTOLD = "build not told"


@dataclass(frozen=True)
class Rule:
    """One habit of Resolve."""

    id: str
    text: str
    source: str
    confirmed_on: str | None = None


_ALL = (
    Rule(
        "surface.absent",
        "An unknown name is an attribute that is None; hasattr is always true; dir() is truthful.",
        MCP,
        UNTOLD,
    ),
    Rule("surface.no-raise", "A call never raises; wrong arguments are answered with None.", README),
    Rule("surface.version", "A method exists from the version that brought it on.", STUBS),
    Rule("surface.no-edit", "Before 21.1 nothing trims, moves, splits or retimes an item.", README),
    Rule(
        "handle.stale",
        "After LoadProject, DeleteTimelines or deletion a handle answers None to everything; deleting a "
        "timeline invalidates the handles of the others.",
        MCP,
        UNTOLD,
    ),
    Rule("handle.identity", "Two handles of one thing are not equal; compare GetUniqueId.", ASSUMED),
    Rule(
        "page.null",
        "While a dialog is up or only the Project Manager is open GetCurrentPage is None and writes answer None.",
        REPORTS,
        "21.0.4.5 or 21.1.0.14",
    ),
    Rule(
        "edition.studio-call",
        "A Studio-only call in the free edition is False and raises a dialog that makes later calls False "
        "until it is dismissed.",
        MCP,
        UNTOLD,
    ),
    Rule("edition.uimanager", "UIManager is None in the free edition since 19.1.", SUBS),
    Rule(
        "edition.free-211",
        "The free edition runs no Python from 21.1 on.",
        "Resolve 21.1 release notes; field reports",
        "21.1",
    ),
    Rule("edition.external", "scriptapp from outside is None in the free edition.", REPORTS),
    Rule("thread.deadlock", "A call from another thread while RunLoop is active never returns.", KAITOI, "21.0"),
    Rule(
        "enum.objects",
        "Enum arguments must be the numbers on `resolve`; their names as text are refused.",
        MCP,
        UNTOLD,
    ),
    Rule(
        "frames.absolute",
        "Items and record frames count from 00:00:00:00; markers and in/out marks from the start of the "
        "timeline; a new timeline starts at 01:00:00:00.",
        SUBS,
    ),
    Rule("frames.nominal", "Timecode counts nominal frames: 01:00:00:00 is 86400 at 23.976.", REPORTS),
    Rule("frames.end-exclusive", "GetEnd of an item is the frame after its last.", SUBS),
    Rule("playhead.below-start", "SetCurrentTimecode below the start of the timeline is False.", MCP, UNTOLD),
    Rule("playhead.current", "Only the timeline that is open has a current timecode.", ASSUMED),
    Rule(
        "playhead.pages", "The current timecode is known on the cut, edit, color, fairlight and deliver pages.", README
    ),
    Rule("playhead.item", "GetCurrentVideoItem answers for the selected track on some pages.", KAITOI, "21.0"),
    Rule(
        "rate.float",
        "GetSetting(timelineFrameRate) is a float, superScale an int, all else text; drop-frame is '29.97 DF'.",
        REPORTS,
    ),
    Rule(
        "rate.fixed",
        "The project's rate cannot change once there is media or a timeline; timelinePlaybackFrameRate never.",
        MCP,
        UNTOLD,
    ),
    Rule(
        "setting.timeline",
        "Timeline.SetSetting is refused until useCustomSettings is '1'; its rate changes from 21.1 on while empty.",
        REPORTS,
        "21.0.4.5 or 21.1.0.14",
    ),
    Rule("marker.occupied", "AddMarker on an occupied frame is False.", REPORTS),
    Rule("marker.echo", "GetMarkers echoes whatever frame was given, even one that shows nowhere.", MCP, UNTOLD),
    Rule(
        "palette.two",
        "Clip colours and marker or flag colours are two lists of 16 with 5 names in common.",
        MCP,
        UNTOLD,
    ),
    Rule("palette.generator", "A clip colour on a generator is True and not stored.", MCP, UNTOLD),
    Rule("property.reel", "Setting Reel Name is True and not stored.", MCP, UNTOLD),
    Rule(
        "property.range", "SetProperty clips to the range; ZoomGang is on by default and ties ZoomX and ZoomY.", README
    ),
    Rule("metadata.names", "SetMetadata takes the panel's names; third-party metadata any name.", ASSUMED),
    Rule("import.folder", "ImportMedia and new timelines land in the current bin.", README),
    Rule("import.missing", "A missing or unreadable file gives an empty list, no error.", REPORTS),
    Rule("import.no-dedupe", "A file imported twice is in the bin twice.", REPORTS),
    Rule(
        "import.sequence",
        "A sequence is one item for {FilePath, StartIndex, EndIndex}, EndIndex inclusive, unless single "
        "frames are shown.",
        README,
    ),
    Rule("import.sequence-path", "File Path of a sequence is written f_[1001-1100].png.", ASSUMED),
    Rule("import.wav-rate", "Sound takes the project's rate at import and keeps it.", MCP, UNTOLD),
    Rule("folder.subfolder", "AddSubFolder opens the new bin and does not refuse a name that is taken.", ASSUMED),
    Rule("media.replace", "ReplaceClip swaps the file and the metadata under every use.", REPORTS),
    Rule("media.relink", "RelinkClips finds files by their name in the folder and leaves the metadata.", README),
    Rule("media.delete", "DeleteClips of the pool also takes the clips off the timelines.", ASSUMED),
    Rule("media.proxy", "LinkProxyMedia refuses a file of another length, rate or start timecode.", ASSUMED),
    Rule("append.current", "AppendToTimeline acts on the current timeline only.", README),
    Rule(
        "append.exclusive-end", "endFrame is exclusive; equal start and end fail.", MCP, "19.1.3, 21.0, 21.0.4.5, 21.1"
    ),
    Rule("append.eof-strict", "endFrame equal to the clip's length appended nothing.", MCP, "19.1.3.7"),
    Rule("append.inclusive-end", "One report has endFrame inclusive.", REPORTS),
    Rule(
        "append.floor",
        "Source frames become timeline frames rounded down, so mixed rates leave gaps of one frame.",
        MCP,
        UNTOLD,
    ),
    Rule(
        "append.overlap",
        "On one track the earlier item wins: the later is dropped, or comes back as an item without an id.",
        MCP,
        UNTOLD,
    ),
    Rule("append.locked", "Appending to a locked track gives an empty list.", SUBS),
    Rule("append.no-track", "Appending to a track that does not exist gives [None].", ASSUMED),
    Rule("append.audio-track", "Without trackIndex the sound goes to the next free audio track.", REPORTS),
    Rule(
        "append.marks",
        "Without startFrame and endFrame a clip with in and out marks is appended from in to out.",
        ASSUMED,
    ),
    Rule("append.still", "A still is 150 frames long whatever endFrame says.", REPORTS),
    Rule("append.vanish", "Items of an append that failed in part are gone at the next save.", MCP, UNTOLD),
    Rule(
        "subtitle.append",
        "A subtitle file is appended to an existing subtitle track, after what is there; the place given is ignored.",
        REPORTS,
        "21.1.0.17",
    ),
    Rule(
        "timeline.name-taken",
        "CreateEmptyTimeline, SetName and ImportTimelineFromFile refuse a name that is taken.",
        MCP,
        UNTOLD,
    ),
    Rule(
        "timeline.from-clips",
        "CreateTimelineFromClips needs the clips' own bin as the current one and drops repeated items.",
        MCP,
        "19.1.3.7",
    ),
    Rule("timeline.current", "A new, duplicated or imported timeline becomes the current one.", ASSUMED),
    Rule("delete.page", "Timeline.DeleteClips works on the edit page only.", MCP, UNTOLD),
    Rule("delete.linked", "Timeline.DeleteClips leaves linked sound where it is.", MCP, UNTOLD),
    Rule("delete.ripple", "Rippling moves what follows on all unlocked tracks.", ASSUMED),
    Rule(
        "take.same-media",
        "AddTake with the item's own media is False and yet makes a selector of one.",
        MCP,
        "21.0.4.5",
    ),
    Rule("take.select", "Selecting a take swaps the item's media; its place and length stay.", MCP, "21.0.4.5"),
    Rule(
        "source.end",
        "GetSourceEndFrame is exclusive where the rates agree, else inclusive; GetSource*Time counts from the "
        "media's timecode.",
        MCP,
        UNTOLD,
    ),
    Rule("save.untitled", "SaveProject of the untitled project is False.", MCP, UNTOLD),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in (*_ALL, *(Rule(*each) for each in GRADE_RULES))}
"""By id; those of grading, stills, rendering, interchange and the interface are in `rules_grade`."""
