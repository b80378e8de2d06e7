"""What our scripts do not need of the application, played all the same: presets, project folders, old forms."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import ApiObject, api
from rushes.testing.resolve.names import CONSTANTS
from rushes.testing.resolve.state import App, ProjectState, new_id

__all__ = [
    "NO_EXTRA",
    "MediaStorageExtras",
    "ProjectExtras",
    "ProjectManagerExtras",
    "ResolveExtras",
    "project_names",
    "write_text",
]

_FAIRLIGHT = ["Dialogue Cleanup", "Podcast"]
_SETTINGS_PRESETS = [{"Name": "Current Project"}, {"Name": "Timeline Default"}]
_KEYFRAMES = {number for name, (number, _) in CONSTANTS.items() if name.startswith("KEYFRAME_MODE")}
NO_EXTRA = "The AI Extra is not installed."
"""Rule ai.extras: AI calls fail until the user has downloaded their Extra."""


def write_text(known: Any, path: Any, text: str) -> bool:
    """A file, when what it is about is known and its folder is there."""
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
        return write_text(presetName in self._app.layouts, presetFilePath, f"layout {presetName}\n")

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
        return write_text(presetName in self._preferences(), exportPath, f"preferences {presetName}\n")


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
        if not write_text(project is not None, filePath, "a project of the double of DaVinci Resolve\n"):
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
        return NO_EXTRA
