"""Resolve, ProjectManager and MediaStorage."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import api, handle
from rushes.testing.resolve.fusion import FusionResolve
from rushes.testing.resolve.interchange import InterchangeResolve
from rushes.testing.resolve.names import PAGES, default_settings
from rushes.testing.resolve.pool import import_into
from rushes.testing.resolve.render import RenderResolve
from rushes.testing.resolve.state import App, ProjectState
from rushes.testing.resolve.tail import MediaStorageTail, ProjectManagerTail, ResolveTail

__all__ = ["MediaStorage", "ProjectManager", "Resolve"]


@handle(App)
class Resolve(FusionResolve, RenderResolve, InterchangeResolve, ResolveTail):
    """The application. Its enum numbers are attributes: `resolve.EXPORT_OTIO` (rule enum.objects)."""

    _scope = "app"

    @api()
    def GetProjectManager(self) -> Any:
        """The project manager."""
        return ProjectManager(self._app, self._app)

    @api()
    def GetMediaStorage(self) -> Any:
        """The media storage."""
        return MediaStorage(self._app, self._app)

    @api(write=True)
    def OpenPage(self, pageName: str) -> Any:
        """False for a page that this version has not, or without a project."""
        since = PAGES.get(pageName) if isinstance(pageName, str) else None
        if since is None or not self._app.profile.has(since) or self._app.project is None:
            return False
        self._app.page = pageName
        return True

    @api()
    def GetCurrentPage(self) -> Any:
        """None while a dialog is up (rule page.null)."""
        return None if self._app.page_null else self._app.page

    @api()
    def GetProductName(self) -> Any:
        """ "DaVinci Resolve Studio", or "DaVinci Resolve"."""
        return "DaVinci Resolve Studio" if self._app.profile.studio else "DaVinci Resolve"

    @api()
    def GetVersion(self) -> Any:
        """[major, minor, patch, build, suffix]."""
        return [*self._app.profile.version, self._app.profile.build, ""]

    @api()
    def GetVersionString(self) -> Any:
        """ "21.0.4.5"."""
        return ".".join(map(str, (*self._app.profile.version, self._app.profile.build)))

    @api("21.1", fail=False)
    def IsStudio(self) -> Any:
        """Edition."""
        return self._app.profile.studio

    @api("21.1")
    def GetCurrentTimeline(self) -> Any:
        """That of the open project."""
        return self._wrap(self._app.project.timeline) if self._app.project else None

    @api()
    def Quit(self) -> Any:
        """Ends the application."""
        self._app.quitting = True

    @api(write=True)
    def SaveLayoutPreset(self, presetName: str) -> Any:
        """False for a name that is taken."""
        if presetName in self._app.layouts:
            return False
        self._app.layouts.append(presetName)
        return True

    @api(write=True)
    def LoadLayoutPreset(self, presetName: str) -> Any:
        """False for an unknown one."""
        return presetName in self._app.layouts

    @api(write=True)
    def DeleteLayoutPreset(self, presetName: str) -> Any:
        """False for an unknown one."""
        if presetName not in self._app.layouts:
            return False
        self._app.layouts.remove(presetName)
        return True


class ProjectManager(ProjectManagerTail):
    """The project manager."""

    _scope = "app"
    _state: App

    def _named(self, name: Any) -> ProjectState | None:
        return next((each for each in self._app.projects if each.name == name), None)

    @api()
    def GetCurrentProject(self) -> Any:
        """None when none is open."""
        return self._wrap(self._app.project)

    @api()
    def CreateProject(self, projectName: str, mediaLocationPath: str | None = None) -> Any:
        """Opens it; None for a name that is taken."""
        if self._app.modal or not isinstance(projectName, str) or not projectName or self._named(projectName):
            return None
        project = ProjectState(projectName, settings=default_settings("24", (1920, 1080)))
        self._app.projects.append(project)
        return self._opened(project)

    @api()
    def LoadProject(self, projectName: str) -> Any:
        """Every handle of before goes stale (rule handle.stale)."""
        project = self._named(projectName)
        return None if project is None or self._app.modal else self._opened(project)

    def _opened(self, project: ProjectState) -> Any:
        self._app.project = project
        self._app.project_generation += 1
        self._app.manager_only = False
        return self._wrap(project)

    @api(write=True)
    def SaveProject(self) -> Any:
        """False for the untitled one (rule save.untitled). What an append left half done is gone (append.vanish)."""
        project = self._app.project
        if project is None or project.name == "Untitled Project":
            return False
        project.save()
        return True

    @api(write=True)
    def CloseProject(self, project: Any) -> Any:
        """Without saving."""
        found = self._state_of(project, ProjectState)
        if found is None or found is not self._app.project:
            return False
        self._app.project = None
        self._app.project_generation += 1
        self._app.manager_only = True
        return True

    @api(write=True)
    def DeleteProject(self, projectName: str) -> Any:
        """False for the open one."""
        project = self._named(projectName)
        if project is None or project is self._app.project:
            return False
        self._app.projects.remove(project)
        return True

    @api()
    def GetCurrentDatabase(self) -> Any:
        """The one on disk."""
        return {"DbType": "Disk", "DbName": "Local Database"}

    @api()
    def GetDatabaseList(self) -> Any:
        """The one on disk."""
        return [{"DbType": "Disk", "DbName": "Local Database"}]


class MediaStorage(MediaStorageTail):
    """Volumes and files."""

    _scope = "app"
    _state: App

    @api()
    def GetMountedVolumeList(self) -> Any:
        """The room of the double."""
        return [str(self._app.folder)]

    @api()
    def GetSubFolderList(self, folderPath: str) -> Any:
        """Paths of folders in a folder; [] when it is missing."""
        return self._inside(folderPath, folders=True)

    @api()
    def GetFileList(self, folderPath: str) -> Any:
        """Paths of files in a folder; [] when it is missing."""
        return self._inside(folderPath, folders=False)

    def _inside(self, path: Any, *, folders: bool) -> list[str]:
        folder = Path(path) if isinstance(path, str) else None
        if folder is None or not folder.is_dir():
            return []
        return [str(each) for each in sorted(folder.iterdir()) if each.is_dir() == folders]

    @api(write=True)
    def RevealInStorage(self, path: str) -> Any:
        """False for a path that is not there."""
        return isinstance(path, str) and Path(path).exists()

    @api()
    def AddItemListToMediaPool(self, first: Any, *others: Any) -> Any:
        """As MediaPool.ImportMedia: paths, a list of paths, or of {"media", "startFrame", "endFrame"}."""
        project = self._app.project
        if self._app.page_null or project is None:
            return None
        wanted: list[Any] = first if isinstance(first, list) and not others else [first, *others]
        paths = [each.get("media") if isinstance(each, dict) else each for each in wanted]
        if not all(isinstance(path, str) for path in paths):
            self._misuse("AddItemListToMediaPool takes paths as text")
            return []
        return [self._wrap(media) for media in import_into(project, paths, single_frames=True)]
