"""What our scripts do not need of clips, bins and timelines, played all the same: AI calls, sound, mattes."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import ApiObject, api
from rushes.testing.resolve.extras import NO_EXTRA, write_text
from rushes.testing.resolve.names import CONSTANTS, MARKER_COLORS
from rushes.testing.resolve.render import burn_in_presets
from rushes.testing.resolve.state import FolderState, ItemState, MediaState, TimelineState, new_id

__all__ = ["FolderExtras", "MediaPoolExtras", "MediaPoolItemExtras", "TimelineExtras", "TimelineItemExtras"]


class _Analysed(ApiObject):
    """What clips and bins have in common (rule ai.extras)."""

    @api("18.6.6", studio=True, write=True)
    def TranscribeAudio(self, useSpeakerDetection: Any = None) -> Any:
        return False

    @api("18.6.6", studio=True, write=True)
    def ClearTranscription(self) -> Any:
        return True

    @api("21.0", studio=True, write=True)
    def PerformAudioClassification(self) -> Any:
        return False

    @api("21.0", studio=True, write=True)
    def ClearAudioClassification(self) -> Any:
        return True

    @api("21.0", studio=True)
    def AnalyzeForIntellisearch(self, identifyFaces: Any, isBetterMode: Any) -> Any:
        """Text that says what is missing: true as it stands."""
        return NO_EXTRA

    @api("21.0", studio=True, write=True)
    def AnalyzeForSlate(self, markerColor: Any) -> Any:
        return NO_EXTRA if markerColor in MARKER_COLORS else False


class MediaPoolExtras(ApiObject):
    """Of MediaPool."""

    @api()
    def GetClipMatteList(self, mediaPoolItem: Any) -> Any:
        return []

    @api()
    def GetTimelineMatteList(self, folder: Any) -> Any:
        return []

    @api(write=True)
    def DeleteClipMattes(self, mediaPoolItem: Any, paths: Any) -> Any:
        return False

    @api("19.1", write=True)
    def AutoSyncAudio(self, MediaPoolItems: Any, audioSyncSettings: Any) -> Any:
        """At least one picture and one sound; keys are the numbers on `resolve` (rule enum.objects)."""
        found = [self._state_of(each, MediaState) for each in MediaPoolItems or []]
        keys = {number for name, (number, _) in CONSTANTS.items() if name.startswith("AUDIO_SYNC")}
        sounds = [each for each in found if each is not None and each.kind == "audio"]
        pictures = [each for each in found if each is not None and each.kind in ("movie", "sequence")]
        if None in found or not sounds or not pictures or set(audioSyncSettings or {}) - keys:
            return False
        for picture in pictures:
            picture.properties["Synced Audio"] = sounds[0].name
        return True

    @api(write=True)
    def ImportFolderFromFile(self, filePath: Any, sourceClipsPath: Any = "") -> Any:
        kept = self._app.extra.get("drb", {}).get(str(filePath))
        if kept is None:
            return False
        folder = copy.deepcopy(kept)
        for each in folder.walk():
            each.uid = new_id()
            for clip in each.clips:
                clip.uid = new_id()
        self._project.folder.folders.append(folder)
        return True


class FolderExtras(_Analysed):
    """Of Folder."""

    _state: FolderState

    @api(write=True)
    def Export(self, filePath: Any) -> Any:
        if not write_text(True, filePath, "a bin of the double of DaVinci Resolve\n"):
            return False
        self._app.extra.setdefault("drb", {})[str(filePath)] = copy.deepcopy(self._state)
        return True

    @api("21.0", studio=True)
    def RemoveMotionBlur(self, deblurOption: Any) -> Any:
        return []


def _mapping(channels: int) -> str:
    tracks = {"1": {"channel_idx": list(range(1, channels + 1)), "mute": False, "type": "Stereo"}} if channels else {}
    return json.dumps({"embedded_audio_channels": channels, "linked_audio": {}, "track_mapping": tracks})


class MediaPoolItemExtras(_Analysed):
    """Of MediaPoolItem."""

    @api("20.0", write=True)
    def LinkFullResolutionMedia(self, fullResMediaPath: Any) -> Any:
        """The pool item becomes the proxy of the file."""
        path = Path(str(fullResMediaPath))
        if not path.is_file():
            return False
        self._state.proxy, self._state.path, self._state.files = self._state.path, str(path), (str(path),)
        return True

    @api("19.0", fail="")
    def GetAudioMapping(self) -> Any:
        return _mapping(self._state.audio_channels)

    @api("20.0", write=True)
    def MonitorGrowingFile(self) -> Any:
        """False: the double's files are complete."""
        return False

    @api("21.0", studio=True)
    def RemoveMotionBlur(self, deblurOption: Any) -> Any:
        return None

    @api("21.1")
    def GetTranscription(self) -> Any:
        return {}


class _Isolated(ApiObject):
    """Voice isolation by key."""

    def _isolation(self, key: str) -> dict[str, Any]:
        return dict(self._app.extra.get(f"isolation {key}", {"isEnabled": False, "amount": 100}))

    def _isolate(self, key: str, state: Any) -> bool:
        good = isinstance(state, dict) and set(state) == {"isEnabled", "amount"}
        if not good or not isinstance(state["amount"], int) or not 0 <= state["amount"] <= 100:
            return False
        self._app.extra[f"isolation {key}"] = dict(state)
        return True


class TimelineExtras(_Isolated):
    """Of Timeline."""

    _state: TimelineState

    @api(studio=True, write=True)
    def CreateSubtitlesFromAudio(self, autoCaptionSettings: Any = None) -> Any:
        """Rule subtitle.auto: True, and perhaps nothing made; count what is on the subtitle tracks."""
        keys = {number for name, (number, _) in CONSTANTS.items() if name.startswith("SUBTITLE_")}
        return any(True for _ in self._state.items("audio")) and not set(autoCaptionSettings or {}) - keys

    def _audio(self, index: Any) -> bool:
        return isinstance(index, int) and 1 <= index <= len(self._state.tracks["audio"])

    @api("20.1", studio=True)
    def GetVoiceIsolationState(self, trackIndex: Any) -> Any:
        return self._isolation(f"{self._state.uid} {trackIndex}") if self._audio(trackIndex) else None

    @api("20.1", studio=True, write=True)
    def SetVoiceIsolationState(self, trackIndex: Any, voiceIsolationState: Any) -> Any:
        return self._audio(trackIndex) and self._isolate(f"{self._state.uid} {trackIndex}", voiceIsolationState)


class TimelineItemExtras(_Isolated):
    """Of TimelineItem."""

    _state: ItemState

    @api(write=True)
    def LoadBurnInPreset(self, presetName: Any) -> Any:
        return presetName in burn_in_presets(self._app)

    @api("19.0", fail="")
    def GetSourceAudioChannelMapping(self) -> Any:
        return _mapping(self._state.media.audio_channels if self._state.media else 0)

    @api("20.1", studio=True)
    def GetVoiceIsolationState(self) -> Any:
        return self._isolation(self._state.uid) if self._state.audio else None

    @api("20.1", studio=True, write=True)
    def SetVoiceIsolationState(self, voiceIsolationState: Any) -> Any:
        return self._state.audio and self._isolate(self._state.uid, voiceIsolationState)
