"""Rules of grading, stills, rendering, interchange and the user interface: (id, text, source, confirmed on).

`rules` makes `Rule`s of them.
"""

from __future__ import annotations

__all__ = ["GRADE_RULES"]

README = "Blackmagic README 24 Jul 2026"
MANUAL = "DaVinci Resolve manual"
MCP = "live measurement, samuelgursky/davinci-resolve-mcp"
KAITOI = "Kaitoi plugin"
SUBS = "auto-subs"
REPORTS = "field reports"
ASSUMED = "assumed, the worse case"

GRADE_RULES: tuple[tuple[str, str, str, str | None], ...] = (
    (
        "cdl.text",
        "SetCDL takes five keys, all text, numbers apart by spaces; a number as NodeIndex is refused.",
        MCP,
        "build not told",
    ),
    ("cdl.node", "NodeIndex is between 1 and the number of nodes.", README, None),
    ("cdl.active", "SetCDL writes the active version and replaces what the node's CDL was.", MCP, "build not told"),
    ("cdl.write-only", "Nothing reads a CDL back.", README, None),
    ("cdl.keyframed", "In a node with keyframes SetCDL is True and changes one keyframe only.", REPORTS, None),
    ("cdl.math", "out = (in · slope + offset) ^ power, then saturation about BT.709 luma.", MANUAL, None),
    (
        "version.add",
        "AddVersion copies the grade and makes the copy the active version; a name that is taken is refused.",
        REPORTS,
        None,
    ),
    ("version.delete-current", "The active version cannot be deleted.", REPORTS, None),
    (
        "version.remote",
        "Remote versions are shared by all uses of a clip; the double keeps them by item.",
        MANUAL,
        None,
    ),
    ("graph.layer", "GetNodeGraph is None outside 1 to nodeStackLayers.", README, None),
    (
        "lut.master",
        "SetLUT takes only files below the master LUT folder, relative with forward slashes.",
        MCP,
        "build not told",
    ),
    ("lut.refresh", "A file copied there is unknown until RefreshLUTList.", README, None),
    ("lut.get", "GetLUT is '' where there is none and None when the call failed.", REPORTS, None),
    ("lut.admin", "The LUT folder may need administrator rights.", REPORTS, None),
    ("lut.dctl", "A DCTL does not load in a node's LUT slot.", REPORTS, None),
    (
        "lut.export-page",
        "ExportLUT is False on the edit page, True on the color page.",
        REPORTS,
        "21.0.4.5 or 21.1.0.14",
    ),
    ("lut.render", "A job queued by the process that set a LUT was reported to render without it.", REPORTS, None),
    ("drx.replaces", "ApplyGradeFromDRX replaces the whole node graph.", REPORTS, None),
    ("drx.group", "ApplyGradeFromDRX is refused for a clip in a colour group.", REPORTS, None),
    ("drx.timeline", "Timeline.ApplyGradeFromDRX went with 19.1.", "fusionscript-stubs", None),
    ("group.order", "Pre-clip, clip, post-clip and timeline graphs act in this order.", MANUAL, None),
    ("mask.clicks", "CreateMagicMask is False until somebody has clicked on the picture.", MCP, "build not told"),
    ("colour.unmanaged", "In DaVinci YRGB nothing is converted: nodes act on the clip's code values.", MANUAL, None),
    ("colour.managed", "In a managed project nodes act in the timeline's colour space.", MANUAL, None),
    (
        "colour.aces",
        "In an ACES project nodes act in ACEScct and Rec.709 comes in by the inverse output transform.",
        MANUAL,
        None,
    ),
    (
        "colour.drt",
        "Input and output DRT other than None are not public; the double leaves them out and says so.",
        MANUAL,
        None,
    ),
    (
        "still.current-frame",
        "ExportCurrentFrameAsStill writes the graded frame under the playhead (4 of 4).",
        MCP,
        "build not told",
    ),
    ("still.grab", "GrabStill works from the edit and color pages.", REPORTS, "21.0.4.5 or 21.1.0.14"),
    ("still.thumbnail", "GetCurrentClipThumbnailImage works on the color page only.", README, None),
    ("gallery.visible", "ExportStills is False unless the Gallery panel is open.", MCP, "build not told"),
    ("gallery.drx", "ExportStills often writes no .drx.", MCP, "build not told"),
    ("render.page", "Formats, settings and jobs are taken on the deliver page.", KAITOI, "21.0"),
    (
        "render.cold",
        "The first SetCurrentRenderFormatAndCodec of a session is refused until GetRenderCodecs was called.",
        KAITOI,
        "21.0",
    ),
    ("render.codec-id", "Codecs go by their id; GetRenderCodecs is description → id.", README, None),
    ("render.wave", "Wave has no codec before 21.1.", REPORTS, "21.0.4.5 or 21.1.0.14"),
    ("render.whole-dict", "One bad key or value refuses the whole dictionary; nothing says which.", KAITOI, "21.0.4.5"),
    ("render.replace", "ReplaceExistingFilesInPlace is documented and refused.", REPORTS, "21.0.4.5"),
    ("render.subtitle", "ExportSubtitle alone is refused, with SubtitleFormat taken.", MCP, "19.1.3.7"),
    ("render.quality", "A quality by name is refused for H.264 in MP4.", KAITOI, "21.0"),
    ("render.odd-size", "Odd widths and heights are refused.", KAITOI, "21.0"),
    (
        "render.handles",
        "UseFullExtents, AddFrameHandles and DataBurnIn came with 21.0.4; handles go with individual clips.",
        README,
        None,
    ),
    (
        "render.sticky",
        "Settings stay from run to run, stack on the loaded preset and cannot be read back.",
        MCP,
        "build not told",
    ),
    ("render.refused", "AddRenderJob answers '' when it refuses.", KAITOI, "21.0"),
    ("render.mark-out", "MarkIn and MarkOut are absolute frames, MarkOut the last one rendered.", KAITOI, "21.0"),
    ("render.suffix", "The file's name gets a suffix.", KAITOI, "21.0"),
    ("render.start", "StartRendering takes job ids; indices are no longer supported.", README, None),
    ("render.status", "GetRenderJobStatus may be text instead of a dictionary.", REPORTS, None),
    ("render.localised", "JobStatus is in the language of the interface.", SUBS, None),
    ("render.job-list", "The job list says IsExportVideo, IsExportAudio.", REPORTS, None),
    ("export.subtype", "Export needs a subtype for AAF and EDL.", README, None),
    (
        "export.fcpxml-folder",
        "FCPXML is written as a folder with Info.fcpxml; a second export to it is False.",
        MCP,
        "build not told",
    ),
    ("export.edl", "An EDL holds the first video track and the first sound.", MCP, "19.1.3"),
    (
        "export.edl-cdl",
        "EXPORT_EDL with EXPORT_CDL writes the first node's CDL as comments; not measured.",
        README,
        None,
    ),
    ("import.name-taken", "ImportTimelineFromFile is None when timelineName exists.", MCP, "build not told"),
    (
        "import.otio-shape",
        "An OTIO must be in Resolve's shape, else it is refused or its clips are offline.",
        MCP,
        "19.1.3",
    ),
    ("import.otio-offline", "OTIO clips are offline unless importSourceClips is True.", MCP, "19.1.3"),
    (
        "import.reverse",
        "What plays backwards begins at the start of an OTIO's source range, at the end of an EDL's. Nobody has told.",
        ASSUMED,
        None,
    ),
    ("import.otio-drop", "OTIO says nothing of drop-frame: the project does, where the rates agree.", ASSUMED, None),
    ("import.otio-moved", "OTIO finds no media that was moved.", MCP, "19.1.3"),
    (
        "import.otio-warp",
        "A LinearTimeWarp.1 is built, also backwards; source_range.duration is the record span.",
        MCP,
        "19.1.3",
    ),
    ("import.xml-speed", "Retimes of an FCP7 XML are not built.", MCP, "19.1.3"),
    (
        "import.xml-markers",
        "An FCP7 XML loses clip colours and markers and finds moved media by name.",
        MCP,
        "19.1.3",
    ),
    (
        "import.edl-tracks",
        "An EDL becomes one video and one sound track, linked by reel or clip name.",
        MCP,
        "19.1.3",
    ),
    ("import.edl-media", "An EDL brings no media in: it links to what is in the pool.", MCP, "19.1.3"),
    (
        "ui.modal",
        "Asking for UIManager in the free edition raises the purchase dialog.",
        "nakano000/Resolve_Script PR 22",
        None,
    ),
    (
        "ui.events",
        "Text edits, Return and clicks on rows arrive only where the element's Events switch them on.",
        REPORTS,
        None,
    ),
    ("ui.timer", "A ui.Timer's Timeout never reaches Python.", KAITOI, "21.0"),
    ("ui.runloop", "RunLoop keeps other threads from calling Resolve.", KAITOI, "21.0"),
    ("ai.extras", "AI calls are refused, some with a text, until their Extra was downloaded.", README, None),
    ("subtitle.auto", "CreateSubtitlesFromAudio is True and may have made nothing.", REPORTS, None),
    (
        "fusion.no-mediaout",
        "A composition without MediaIn to MediaOut is ignored or kills the render.",
        MCP,
        "build not told",
    ),
)
