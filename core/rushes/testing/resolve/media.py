"""MediaPoolItem and Folder."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from rushes.contracts.timecode import Timecode
from rushes.testing.resolve.base import api, handle
from rushes.testing.resolve.colour import ColourMedia
from rushes.testing.resolve.facts import import_file
from rushes.testing.resolve.marking import Colored, InOut, Marked
from rushes.testing.resolve.names import METADATA, parse_rate_setting, rate_setting
from rushes.testing.resolve.state import FolderState, MediaState, TimelineState
from rushes.testing.resolve.tail import FolderTail, MediaPoolItemTail

__all__ = ["Folder", "MediaPoolItem"]

_TYPES = {
    "movie": "Video",
    "sequence": "Video",
    "still": "Still",
    "audio": "Audio",
    "subtitle": "Subtitle",
    "timeline": "Timeline",
    "generator": "Generator",
}
_WRITABLE = frozenset(
    {
        "Alpha mode",
        "Angle",
        "Camera #",
        "Clip Name",
        "Comments",
        "Data Level",
        "Description",
        "Enable Deinterlacing",
        "Field Dominance",
        "Good Take",
        "H-FLIP",
        "IDT",
        "In",
        "Input Color Space",
        "Input LUT",
        "Input Sizing Preset",
        "Keyword",
        "Noise Reduction",
        "Out",
        "PAR",
        "Reel Name",
        "Roll/Card",
        "S3D Sync",
        "Scene",
        "Sharpness",
        "Shot",
        "Slate TC",
        "Start KeyKode",
        "Start TC",
        "Super Scale",
        "Take",
        "V-FLIP",
    }
)
_AS_METADATA = {
    "Keyword": "Keywords",
    **{name: name for name in ("Comments", "Description", "Scene", "Shot", "Take", "Angle", "Good Take", "Camera #")},
}


@handle(MediaState)
class MediaPoolItem(Marked, Colored, InOut, ColourMedia, MediaPoolItemTail):
    """A clip of the media pool."""

    _state: MediaState

    @api()
    def GetName(self) -> Any:
        """Clip name."""
        return self._state.name

    @api("20.2", write=True)
    def SetName(self, name: str) -> Any:
        """Since 20.2; before, SetClipProperty("Clip Name")."""
        if not isinstance(name, str) or not name:
            return False
        self._state.name = name
        return True

    @api()
    def GetUniqueId(self) -> Any:
        """Unique id."""
        return self._state.uid

    @api()
    def GetMediaId(self) -> Any:
        """Id of the media under it."""
        return f"media-{self._state.uid}"

    @api()
    def GetMetadata(self, metadataType: str | None = None) -> Any:
        """Text of a field ("" when empty), or all as a dict."""
        if metadataType is None:
            return dict(self._state.metadata)
        return self._state.metadata.get(metadataType, "")

    @api(write=True)
    def SetMetadata(self, metadataType: str | dict[str, str], metadataValue: str | None = None) -> Any:
        """Names of the panel only (rule metadata.names): one other name refuses the whole dict."""
        return self._write(self._state.metadata, metadataType, metadataValue, METADATA)

    @api("19.0")
    def GetThirdPartyMetadata(self, metadataType: str | None = None) -> Any:
        """Text of a field, or all as a dict."""
        if metadataType is None:
            return dict(self._state.third_party)
        return self._state.third_party.get(metadataType, "")

    @api("19.0", write=True)
    def SetThirdPartyMetadata(self, metadataType: str | dict[str, str], metadataValue: str | None = None) -> Any:
        """Any name."""
        return self._write(self._state.third_party, metadataType, metadataValue, None)

    def _write(self, store: dict[str, str], key: Any, value: Any, known: frozenset[str] | None) -> bool:
        fields: dict[Any, Any] = key if isinstance(key, dict) else {key: value}
        if not all(isinstance(each, str) for pair in fields.items() for each in pair):
            self._misuse(f"metadata is text: {fields!r}")
            return False
        if not fields or (known is not None and not known >= fields.keys()):
            return False
        store.update(fields)
        return True

    @api()
    def GetClipProperty(self, propertyName: str | None = None) -> Any:
        """Text, "" for what it has not; None for an unknown name; all as a dict without. Super Scale is a number."""
        properties = _properties(self._state)
        return properties if propertyName is None else properties.get(propertyName)

    @api(write=True)
    def SetClipProperty(self, propertyName: str, propertyValue: Any) -> Any:
        """False for what cannot be written; Reel Name is True and not stored (rule property.reel)."""
        if propertyName == "FPS":
            return self._set_rate(propertyValue)
        if propertyName not in _WRITABLE:
            return False
        if propertyName == "Super Scale":
            if propertyValue not in (0, 1, 2, 3, 4) or isinstance(propertyValue, (bool, str)):
                return False
            self._state.properties[propertyName] = propertyValue
            return True
        if not isinstance(propertyValue, str):
            self._misuse(f"SetClipProperty({propertyName!r}) takes text, got {propertyValue!r}")
            return False
        if propertyName == "Reel Name":
            return True
        if propertyName == "Clip Name":
            self._state.name = propertyValue
        elif propertyName in _AS_METADATA:
            self._state.metadata[_AS_METADATA[propertyName]] = propertyValue
        else:
            self._state.properties[propertyName] = propertyValue
        return True

    def _set_rate(self, value: Any) -> bool:
        """Clip attributes can conform pictures to another rate, while no timeline uses them."""
        parsed = parse_rate_setting(value) if isinstance(value, str) else None
        used = any(item.media is self._state for timeline in self._project.timelines for item in timeline.items())
        if parsed is None or used or self._state.kind not in ("movie", "sequence", "still"):
            return False
        self._state.rate = parsed[0]
        return True

    @api(write=True)
    def LinkProxyMedia(self, proxyMediaFilePath: str) -> Any:
        """False for a file of another length, rate or start timecode (rule media.proxy)."""
        if not isinstance(proxyMediaFilePath, str):
            self._misuse("LinkProxyMedia takes text")
            return False
        proxy = import_file(Path(proxyMediaFilePath), self._state.rate)
        if proxy is None or proxy.kind != "movie" or self._state.kind not in ("movie", "sequence"):
            return False
        if (proxy.frames, proxy.rate) != (self._state.frames, self._state.rate) or proxy.start != self._state.start:
            return False
        self._state.proxy = proxyMediaFilePath
        return True

    @api(write=True)
    def UnlinkProxyMedia(self) -> Any:
        """False when there is none."""
        linked, self._state.proxy = self._state.proxy, ""
        return bool(linked)

    @api(write=True)
    def ReplaceClip(self, filePath: str) -> Any:
        """The file and the metadata change under every use (rule media.replace)."""
        return self._replace(filePath)

    @api("20.0", write=True)
    def ReplaceClipPreserveSubClip(self, filePath: str) -> Any:
        """As ReplaceClip."""
        return self._replace(filePath)

    def _replace(self, path: Any) -> bool:
        found = import_file(Path(path), self._state.rate) if isinstance(path, str) else None
        if found is None:
            return False
        state = self._state
        for name in ("name", "path", "kind", "rate", "frames", "start", "size", "codec", "audio_channels", "files"):
            setattr(state, name, getattr(found, name))
        state.cues, state.proxy = found.cues, ""
        for store in (state.metadata, state.third_party, state.properties):
            store.clear()
        return True

    @api("21.0.4")
    def GetTimeline(self) -> Any:
        """The timeline this item stands for; None for a clip."""
        found = next((each for each in self._project.timelines if each.uid == self._state.timeline), None)
        return self._wrap(found)


def _rate_text(rate: Fraction) -> str:
    try:
        return rate_setting(rate, False)
    except KeyError:
        return f"{float(rate):.3f}"


def _timecode(frame: int, rate: Fraction) -> str:
    return str(Timecode(max(0, frame), rate))


def _properties(media: MediaState) -> dict[str, Any]:
    """What the clip attributes show."""
    sound = media.kind == "audio"
    pictures = media.size is not None
    path = Path(media.path) if media.path else None
    found: dict[str, Any] = {
        "Clip Name": media.name,
        "File Name": path.name if path else "",
        "File Path": media.path,
        "Type": "Video + Audio" if media.kind == "movie" and media.audio_channels else _TYPES[media.kind],
        "FPS": _rate_text(media.rate),
        "Frames": "" if sound else str(media.frames),
        "Duration": _timecode(media.frames, media.rate),
        "Start": "0" if not sound else "",
        "End": str(media.frames - 1) if not sound else "",
        "Start TC": media.properties.get("Start TC", _timecode(media.start, media.rate)),
        "End TC": _timecode(media.start + media.frames, media.rate),
        "Resolution": f"{media.size[0]}x{media.size[1]}" if pictures and media.size else "",
        "Video Codec": media.codec if pictures else "",
        "Audio Codec": media.codec if sound else "",
        "Audio Ch": str(media.audio_channels) if media.audio_channels else "",
        "Proxy": f"{media.size[0]}x{media.size[1]}" if media.proxy and media.size else "None",
        "Proxy Media Path": media.proxy,
        "Super Scale": media.properties.get("Super Scale", 1),
        "Alpha mode": media.properties.get("Alpha mode", "None"),
        "Input Color Space": media.properties.get("Input Color Space", "Project"),
        "Data Level": media.properties.get("Data Level", "Auto"),
        "Reel Name": "",
        "Online Status": "Offline" if media.offline else "Online",
        "Flags": ",".join(media.flags),
        "Clip Color": media.color,
    }
    found |= {name: media.metadata.get(field, "") for name, field in _AS_METADATA.items()}
    return found | {name: media.properties.get(name, "") for name in _WRITABLE - found.keys()}


@handle(FolderState)
class Folder(FolderTail):
    """A bin."""

    _state: FolderState

    @api()
    def GetName(self) -> Any:
        """Name; the root's is "Master"."""
        return self._state.name

    @api("19.0")
    def GetUniqueId(self) -> Any:
        """Unique id."""
        return self._state.uid

    @api()
    def GetClipList(self) -> Any:
        """Items of this bin, timelines among them."""
        return [self._wrap(self._fresh(clip)) for clip in self._state.clips]

    def _fresh(self, clip: MediaState) -> MediaState:
        """A timeline's item follows its timeline's name and length."""
        timeline: TimelineState | None = next(
            (each for each in self._project.timelines if clip.timeline and each.uid == clip.timeline), None
        )
        if timeline is not None:
            clip.name, clip.frames, clip.start = timeline.name, timeline.end - timeline.start, timeline.start
        return clip

    @api()
    def GetClips(self) -> Any:
        """{1: item, …}."""
        return dict(enumerate((self._wrap(self._fresh(clip)) for clip in self._state.clips), 1))

    @api()
    def GetSubFolderList(self) -> Any:
        """Bins right below."""
        return [self._wrap(folder) for folder in self._state.folders]

    @api()
    def GetSubFolders(self) -> Any:
        """{1: bin, …}."""
        return dict(enumerate((self._wrap(folder) for folder in self._state.folders), 1))

    @api(fail=False)
    def GetIsFolderStale(self) -> Any:
        """Only true in shared projects."""
        return False
