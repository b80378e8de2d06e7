"""What the Deliver page of the double knows and writes: formats, settings, and the rendered files.

Movies are H.264 whatever codec was asked for, in the container's name; pictures are 8 bit; sound is not rendered.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from rushes.contracts.geometry import Size
from rushes.contracts.timecode import Timecode
from rushes.media.pictures import to_uint8
from rushes.media.video import VideoWriter
from rushes.testing.resolve.picture import Projector
from rushes.testing.resolve.state import App, ItemState, ProjectState, RenderJobState, TimelineState

__all__ = ["CODECS", "FORMATS", "PRESETS", "QUICK", "STATUS", "accepts", "codecs", "render", "sane"]

FORMATS = {
    "EXR": "exr",
    "JPEG": "jpg",
    "MP4": "mp4",
    "MXF OP1A": "mxf",
    "PNG": "png",
    "QuickTime": "mov",
    "TIFF": "tif",
    "Wave": "wav",
}
"""Name → extension, which is what the calls want."""
CODECS: dict[str, dict[str, str]] = {
    "mp4": {"H.264": "H264", "H.265": "H265"},
    "mov": {
        "Apple ProRes 422": "ProRes422",
        "Apple ProRes 422 HQ": "ProRes422HQ",
        "Apple ProRes 4444": "ProRes4444",
        "DNxHR HQ": "DNxHRHQ",
        "H.264": "H264",
        "H.265": "H265",
    },
    "mxf": {"DNxHR HQ": "DNxHRHQ"},
    "tif": {"RGB 8 bits": "RGB8", "RGB 16 bits": "RGB16"},
    "png": {"RGB 8 bits": "RGB8"},
    "jpg": {"RGB 8 bits": "RGB8"},
    "exr": {"RGB half": "RGBHalf", "RGB float": "RGBFloat"},
    "wav": {},
}
"""Extension → description → id. Rule render.codec-id: calls want the id."""
PRESETS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "H.264 Master": ("mov", "H264", {}),
    "ProRes 422 HQ": ("mov", "ProRes422HQ", {}),
    "YouTube - 1080p": ("mp4", "H264", {"FormatWidth": 1920, "FormatHeight": 1080}),
    "Audio Only": ("mov", "H264", {"ExportVideo": False, "ExportAudio": True}),
}
QUICK = ("H.264 Master", "ProRes 422 HQ", "YouTube", "Vimeo", "TikTok")
STATUS = {
    "Ready": "Bereit",
    "Rendering": "Rendern",
    "Complete": "Abgeschlossen",
    "Failed": "Fehlgeschlagen",
    "Cancelled": "Abgebrochen",
}
"""Status in English → in German, for the habit `localised_status`."""
_MOVIES = {"mov", "mp4", "mxf"}
_PICTURES = {"tif": "TIFF", "png": "PNG", "jpg": "JPEG"}

_KEYS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("SelectAllFrames", "ExportVideo", "ExportAudio", "ExportAlpha", "MultiPassEncode"), (bool,)),
    **dict.fromkeys(("NetworkOptimization", "ExportSubtitle"), (bool,)),
    **dict.fromkeys(("MarkIn", "MarkOut", "UniqueFilenameStyle", "FormatWidth", "FormatHeight"), (int,)),
    **dict.fromkeys(("AudioBitDepth", "AudioSampleRate", "AlphaMode", "ClipStartFrame"), (int,)),
    **dict.fromkeys(("TargetDir", "CustomName", "PixelAspectRatio", "AudioCodec", "ColorSpaceTag", "GammaTag"), (str,)),
    **dict.fromkeys(("EncodingProfile", "TimelineStartTimecode", "SubtitleFormat"), (str,)),
    "FrameRate": (int, float),
    "VideoQuality": (int, str),
}
_KEYS_2104: dict[str, tuple[type, ...]] = {"UseFullExtents": (bool,), "AddFrameHandles": (int,), "DataBurnIn": (str,)}
_CHOICES: dict[str, tuple[Any, ...]] = {
    "UniqueFilenameStyle": (0, 1),
    "AlphaMode": (0, 1),
    "PixelAspectRatio": ("square", "cinemascope", "16_9", "4_3"),
    "SubtitleFormat": ("BurnIn", "EmbeddedCaptions", "SeparateFile"),
}
_QUALITIES = ("Least", "Low", "Medium", "High", "Best")


def codecs(app: App, extension: str) -> dict[str, str]:
    """Description → id; {} for an unknown format. Rule render.wave: Wave has no codec before 21.1."""
    if extension == "wav" and app.profile.version >= (21, 1, 0):
        return {"Linear PCM": "lpcm"}
    return dict(CODECS.get(extension, {}))


def accepts(app: App, project: ProjectState, settings: dict[Any, Any]) -> bool:
    """Whether the whole dictionary is taken.

    Rule render.whole-dict: one bad key or value refuses all of it. Rules render.replace, render.subtitle and
    render.quality: some that are documented are bad.
    """
    known = _KEYS | (_KEYS_2104 if app.profile.has("21.0.4") else {})
    if not settings or not all(_value(known, key, value) for key, value in settings.items()):
        return False
    render = project.render
    quality = settings.get("VideoQuality")
    if isinstance(quality, str) and (quality not in _QUALITIES or (render.format, render.codec) == ("mp4", "H264")):
        return False
    if "EncodingProfile" in settings and render.codec not in ("H264", "H265"):
        return False
    if "MultiPassEncode" in settings and render.codec != "H264":
        return False
    if "AlphaMode" in settings and not settings.get("ExportAlpha", render.settings.get("ExportAlpha")):
        return False
    if "ExportSubtitle" in settings and "SubtitleFormat" not in settings:
        return False
    return _rate_known(app, project, settings.get("FrameRate"))


def _value(known: dict[str, tuple[type, ...]], key: Any, value: Any) -> bool:
    kinds = known.get(key)
    if kinds is None or not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        return False
    if key in _CHOICES and value not in _CHOICES[key]:
        return False
    if key in ("FormatWidth", "FormatHeight"):
        return value >= 16 and value % 2 == 0
    return not (key == "AddFrameHandles" and value < 0)


def _rate_known(app: App, project: ProjectState, rate: Any) -> bool:
    timeline = project.timeline
    if rate is None or timeline is None or abs(float(rate) - float(timeline.rate)) < 0.005:
        return True
    app.unmodelled.append("a render rate that is not the timeline's")
    return False


def sane(project: ProjectState, settings: dict[str, Any]) -> bool:
    """Whether a job can be queued: a timeline with something on it, a folder, marks inside it."""
    timeline = project.timeline
    if timeline is None or timeline.end == timeline.start:
        return False
    folder = Path(str(settings.get("TargetDir", "")))
    if not settings.get("TargetDir") or not folder.is_dir():
        return False
    first, last = _range(timeline, settings)
    return timeline.start <= first <= last < timeline.end


def _range(timeline: TimelineState, settings: dict[str, Any]) -> tuple[int, int]:
    """First and last absolute frame. Rule render.mark-out: MarkOut is the last frame, not the one after."""
    if settings.get("SelectAllFrames", True):
        return timeline.start, timeline.end - 1
    return int(settings.get("MarkIn", timeline.start)), int(settings.get("MarkOut", timeline.end - 1))


def render(app: App, project: ProjectState, job: RenderJobState) -> None:
    """Write the job's files and note them; a job that cannot be played fails with its reason."""
    if not job.settings.get("ExportVideo", True):
        job.status, job.error = "Failed", "The double renders no sound."
        app.unmodelled.append("rendering of sound")
        return
    if job.format not in _MOVIES and job.format not in _PICTURES:
        job.status, job.error = "Failed", f"The double writes no {job.format}."
        app.unmodelled.append(f"rendering of {job.format}")
        return
    # Rule lut.render.
    luts = not (app.profile.quirks.lut_render_flaky and app.extra.get("lut_set"))
    projector = Projector(app, project, luts=luts)
    for name, first, last, item in _parts(job):
        job.files += _write(job, projector, _free(app, job, name), first, last, item)
    job.status, job.percent = "Complete", 100


def _parts(job: RenderJobState) -> Iterator[tuple[str, int, int, ItemState | None]]:
    """(name, first frame, last frame, item): the whole range, or one part for each clip in it (mode 0)."""
    settings, timeline = job.settings, job.timeline
    first, last = _range(timeline, settings)
    name = str(settings.get("CustomName") or timeline.name)
    if job.mode == 1:
        yield name, first, last, None
        return
    for track, each in enumerate(timeline.tracks["video"], 1):
        for item in each.items:
            if each.enabled and item.enabled and item.kind == "clip" and item.start <= last and item.end > first:
                yield f"{name}_V{track}-{item.uid[:8]}", *_with_handles(timeline, item, settings, first, last), item


def _with_handles(
    timeline: TimelineState, item: ItemState, settings: dict[str, Any], first: int, last: int
) -> tuple[int, int]:
    """The clip's frames with the handles that its media has (rule render.handles)."""
    start, end = max(first, item.start), min(last, item.end - 1)
    media = item.media
    if media is None or item.speed != 1:
        return start, end
    ratio = timeline.rate / media.rate
    head, tail = int(item.source * ratio), int((media.frames - item.source - item.source_frames) * ratio)
    if settings.get("UseFullExtents"):
        return item.start - head, item.end - 1 + tail
    handles = int(settings.get("AddFrameHandles", 0))
    return start - min(handles, head), end + min(handles, tail)


def _free(app: App, job: RenderJobState, name: str) -> Path:
    """Where it goes. Rule render.suffix: the name gets a number, so look for what begins with it."""
    folder = Path(str(job.settings["TargetDir"]))
    extension = job.format
    if not app.profile.quirks.render_suffix:
        return folder / f"{name}.{extension}"
    number = 0
    while True:
        path = folder / f"{name}_{number:02}.{extension}"
        if not path.exists() and str(path) not in job.files:
            return path
        number += 1


def _write(
    job: RenderJobState, projector: Projector, path: Path, first: int, last: int, item: ItemState | None
) -> list[str]:
    timeline = job.timeline
    width = int(job.settings.get("FormatWidth", timeline.size[0]))
    height = int(job.settings.get("FormatHeight", timeline.size[1]))

    def picture(frame: int) -> Any:
        shown = projector.show(timeline, frame) if item is None else projector.show_item(timeline, item, frame)
        if shown.shape[:2] != (height, width):
            shown = np.asarray(cv2.resize(shown, (width, height), interpolation=cv2.INTER_AREA), np.float32)
        return to_uint8(shown)

    if job.format in _PICTURES:
        written: list[str] = []
        for frame in range(first, last + 1):
            file = path.with_name(f"{path.stem}_{frame:08}{path.suffix}")
            Image.fromarray(picture(frame)).save(file, format=_PICTURES[job.format])
            written.append(str(file))
        return written
    timecode = _start(job, first)
    with VideoWriter(path, Size(width, height), timeline.rate, timecode=timecode, crf=6, preset="veryfast") as writer:
        for frame in range(first, last + 1):
            writer.write(picture(frame))
    return [str(path)]


def _start(job: RenderJobState, first: int) -> Timecode:
    """Of the file: the timeline's at its first frame, or counted from the job's own start timecode."""
    timeline = job.timeline
    given = job.settings.get("TimelineStartTimecode")
    if given:
        return Timecode.parse(str(given), timeline.rate) + (first - timeline.start)
    return Timecode(first, Fraction(timeline.rate), timeline.drop)
