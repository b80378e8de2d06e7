"""What our scripts do not need, played all the same: presets, project folders, AI calls that lack their download."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import ApiObject, api
from rushes.testing.resolve.names import CONSTANTS, MARKER_COLORS
from rushes.testing.resolve.render import burn_in_presets
from rushes.testing.resolve.state import App, FolderState, ItemState, MediaState, ProjectState, TimelineState, new_id

__all__ = [
    "FolderExtras",
    "MediaPoolExtras",
    "MediaPoolItemExtras",
    "MediaStorageExtras",
    "ProjectExtras",
    "ProjectManagerExtras",
    "ResolveExtras",
    "TimelineExtras",
    "TimelineItemExtras",
    "project_names",
]

_FAIRLIGHT = ["Dialogue Cleanup", "Podcast"]
_SETTINGS_PRESETS = [{"Name": "Current Project"}, {"Name": "Timeline Default"}]
_KEYFRAMES = {number for name, (number, _) in CONSTANTS.items() if name.startswith("KEYFRAME_MODE")}
_NO_EXTRA = "The AI Extra is not installed."
"""Rule ai.extras: AI calls fail until the user has downloaded their Extra."""


def _write(known: Any, path: Any, text: str) -> bool:
    out = Path(str(path))
    if not known or not out.parent.is_dir():
        return False
    out.write_text(text, "utf-8")
    return True


def _take(path: Any, name: Any, into: list[str]) -> bool:
    """A preset from a file, under its own name or a given one."""
    file = Path(str(path))
    wanted = str(name or file.stem)
    if not file.is_file() or wanted in into:
        return False
    into.append(wanted)
    return True


class ResolveExtras(ApiObject):
    """Of Resolve."""

    def _preferences(self) -> list[str]:
        return self._app.extra.setdefault("preferences", [])

    @api(write=True)
    def UpdateLayoutPreset(self, presetName: Any) -> Any:
        return presetName in self._app.layouts

    @api(write=True)
    def ExportLayoutPreset(self, presetName: Any, presetFilePath: Any) -> Any:
        return _write(presetName in self._app.layouts, presetFilePath, f"layout {presetName}\n")

    @api(write=True)
    def ImportLayoutPreset(self, presetFilePath: Any, presetName: Any = None) -> Any:
        return _take(presetFilePath, presetName, self._app.layouts)

    @api("21.0.3")
    def GetLayoutPresetList(self) -> Any:
        return list(self._app.layouts)

    @api("19.0", pages=("color",))
    def GetKeyframeMode(self) -> Any:
        """On the color page only."""
        return self._app.extra.get("keyframes", 0)

    @api("19.0", write=True, pages=("color",))
    def SetKeyframeMode(self, keyframeMode: Any) -> Any:
        """False for the mode that is set already, as measured on 20.3."""
        if keyframeMode not in _KEYFRAMES or keyframeMode == self._app.extra.get("keyframes", 0):
            return False
        self._app.extra["keyframes"] = keyframeMode
        return True

    @api("20.2.2")
    def GetFairlightPresets(self) -> Any:
        return list(_FAIRLIGHT)

    @api("21.0")
    def DisableBackgroundTasksForCurrentResolveSession(self) -> Any:
        """Answers nothing, and nothing turns them on again."""
        self._app.extra["background"] = False

    @api("21.0.3")
    def GetUserPreferencesPresetList(self) -> Any:
        return list(self._preferences())

    @api("21.0.3", write=True)
    def LoadUserPreferencesPreset(self, presetName: Any) -> Any:
        return presetName in self._preferences()

    @api("21.0.3", write=True)
    def SaveUserPreferencesPreset(self, presetName: Any) -> Any:
        if not isinstance(presetName, str) or not presetName or presetName in self._preferences():
            return False
        self._preferences().append(presetName)
        return True

    @api("21.0.3", write=True)
    def DeleteUserPreferencesPreset(self, presetName: Any) -> Any:
        if presetName not in self._preferences():
            return False
        self._preferences().remove(presetName)
        return True

    @api("21.0.3", write=True)
    def ImportUserPreferencesPreset(self, filePath: Any, presetName: Any = None) -> Any:
        return _take(filePath, presetName, self._preferences())

    @api("21.0.3", write=True)
    def ExportUserPreferencesPreset(self, presetName: Any, exportPath: Any) -> Any:
        return _write(presetName in self._preferences(), exportPath, f"preferences {presetName}\n")


def _here(app: App) -> str:
    return app.extra.setdefault("project folder", "")


def project_names(app: App) -> list[str]:
    """Of the current folder; a project made anywhere lies at the root."""
    return [] if _here(app) else [project.name for project in app.projects]


class ProjectManagerExtras(ApiObject):
    """Of ProjectManager: folders, files of projects. There is no cloud library and one database."""

    def _folders(self) -> set[str]:
        return self._app.extra.setdefault("project folders", set())

    def _inside(self) -> list[str]:
        here = _here(self._app)
        found = [each for each in self._folders() if each.rpartition("/")[0] == here]
        return sorted(each.rpartition("/")[2] for each in found)

    def _path(self, name: Any) -> str:
        return f"{_here(self._app)}/{name}".strip("/")

    @api(write=True)
    def CreateFolder(self, folderName: Any) -> Any:
        if not isinstance(folderName, str) or not folderName or self._path(folderName) in self._folders():
            return False
        self._folders().add(self._path(folderName))
        return True

    @api(write=True)
    def DeleteFolder(self, folderName: Any) -> Any:
        path = self._path(folderName)
        if path not in self._folders():
            return False
        self._app.extra["project folders"] = {each for each in self._folders() if not f"{each}/".startswith(f"{path}/")}
        return True

    @api(write=True)
    def OpenFolder(self, folderName: Any) -> Any:
        if self._path(folderName) not in self._folders():
            return False
        self._app.extra["project folder"] = self._path(folderName)
        return True

    @api(write=True)
    def GotoRootFolder(self) -> Any:
        self._app.extra["project folder"] = ""
        return True

    @api(write=True)
    def GotoParentFolder(self) -> Any:
        here = _here(self._app)
        self._app.extra["project folder"] = here.rpartition("/")[0]
        return bool(here)

    @api(fail="")
    def GetCurrentFolder(self) -> Any:
        return _here(self._app).rpartition("/")[2]

    @api()
    def GetProjectListInCurrentFolder(self) -> Any:
        return project_names(self._app)

    @api()
    def GetFolderListInCurrentFolder(self) -> Any:
        return self._inside()

    @api()
    def GetProjectsInCurrentFolder(self) -> Any:
        """Old form of GetProjectListInCurrentFolder."""
        return dict(enumerate(project_names(self._app), 1))

    @api()
    def GetFoldersInCurrentFolder(self) -> Any:
        """Old form of GetFolderListInCurrentFolder."""
        return dict(enumerate(self._inside(), 1))

    @api("21.0.3")
    def GetProjectAttributesInCurrentFolder(self) -> Any:
        about = {
            "lastModifiedDate": "2026-11-21T10:00:00+00:00",
            "creationDate": "2026-11-20T10:00:00+00:00",
            "notes": "",
            "liveCollaborationMode": "single_user",
        }
        return {name: dict(about) for name in project_names(self._app)}

    @api(write=True)
    def ExportProject(self, projectName: Any, filePath: Any, withStillsAndLUTs: Any = True) -> Any:
        project = next((each for each in self._app.projects if each.name == projectName), None)
        if not _write(project is not None, filePath, "a project of the double of DaVinci Resolve\n"):
            return False
        self._app.extra.setdefault("drp", {})[str(filePath)] = copy.deepcopy(project)
        return True

    @api(write=True)
    def ImportProject(self, filePath: Any, projectName: Any = None) -> Any:
        kept: ProjectState | None = self._app.extra.get("drp", {}).get(str(filePath))
        name = projectName or (kept.name if kept else "")
        if kept is None or any(each.name == name for each in self._app.projects):
            return False
        project = copy.deepcopy(kept)
        project.name, project.uid = name, new_id()
        self._app.projects.append(project)
        return True

    @api(write=True)
    def SetCurrentDatabase(self, dbInfo: Any) -> Any:
        return dbInfo == {"DbType": "Disk", "DbName": "Local Database"}

    @api("18.6.6")
    def CreateCloudProject(self, cloudSettings: Any) -> Any:
        return None

    @api("19.1")
    def LoadCloudProject(self, cloudSettings: Any) -> Any:
        return None

    @api("18.6.6", write=True)
    def ImportCloudProject(self, filePath: Any, cloudSettings: Any) -> Any:
        return False

    @api("18.6.6", write=True)
    def RestoreCloudProject(self, folderPath: Any, cloudSettings: Any) -> Any:
        return False


class MediaStorageExtras(ApiObject):
    """Of MediaStorage: the old forms, numbered from 1."""

    def _listed(self, folder: Any, *, folders: bool) -> dict[int, str]:
        path = Path(str(folder))
        found = sorted(each for each in path.iterdir() if each.is_dir() == folders) if path.is_dir() else []
        return {number: str(each) for number, each in enumerate(found, 1)}

    @api()
    def GetMountedVolumes(self) -> Any:
        return {1: str(self._app.folder)}

    @api()
    def GetSubFolders(self, folderPath: Any) -> Any:
        return self._listed(folderPath, folders=True)

    @api()
    def GetFiles(self, folderPath: Any) -> Any:
        return self._listed(folderPath, folders=False)

    @api()
    def AddItemsToMediaPool(self, item1: Any, *args: Any) -> Any:
        """No longer supported: an empty dictionary."""
        return {}


class ProjectExtras(ApiObject):
    """Of Project."""

    @api()
    def GetPresetList(self) -> Any:
        return [dict(each) for each in _SETTINGS_PRESETS]

    @api()
    def GetPresets(self) -> Any:
        """Old form of GetPresetList."""
        return dict(enumerate((dict(each) for each in _SETTINGS_PRESETS), 1))

    @api(write=True)
    def SetPreset(self, presetName: Any) -> Any:
        return any(each["Name"] == presetName for each in _SETTINGS_PRESETS)

    @api("20.2.2", write=True)
    def ApplyFairlightPresetToCurrentTimeline(self, name: Any) -> Any:
        return self._project.timeline is not None and name in _FAIRLIGHT

    @api("21.0", studio=True, write=True)
    def ResetIntellisearchAnalysis(self) -> Any:
        return False

    @api("21.0", studio=True)
    def GenerateSpeech(self, speechGenerationSettings: Any, timecode: Any) -> Any:
        """Text that says what is missing, not an object."""
        return _NO_EXTRA


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
        return _NO_EXTRA

    @api("21.0", studio=True, write=True)
    def AnalyzeForSlate(self, markerColor: Any) -> Any:
        return _NO_EXTRA if markerColor in MARKER_COLORS else False


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
        if not _write(True, filePath, "a bin of the double of DaVinci Resolve\n"):
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
