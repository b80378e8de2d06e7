"""Methods that exist and whose effect is not played: they refuse, and the call is noted in `App.unmodelled`."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

from typing import Any

from rushes.testing.resolve.base import api
from rushes.testing.resolve.extras import MediaStorageExtras, ProjectExtras, ProjectManagerExtras, ResolveExtras
from rushes.testing.resolve.extras_media import (
    FolderExtras,
    MediaPoolExtras,
    MediaPoolItemExtras,
    TimelineExtras,
    TimelineItemExtras,
)

__all__ = [
    "ResolveTail",
    "ProjectManagerTail",
    "MediaStorageTail",
    "ProjectTail",
    "MediaPoolTail",
    "FolderTail",
    "MediaPoolItemTail",
    "TimelineTail",
    "TimelineItemTail",
]


class ResolveTail(ResolveExtras):
    """What is left of Resolve."""


class ProjectManagerTail(ProjectManagerExtras):
    """What is left of ProjectManager."""

    @api(write=True)
    def ArchiveProject(
        self,
        projectName: Any,
        filePath: Any,
        isArchiveSrcMedia: Any = None,
        isArchiveRenderCache: Any = None,
        isArchiveProxyMedia: Any = None,
    ) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def RestoreProject(self, filePath: Any, projectName: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)


class MediaStorageTail(MediaStorageExtras):
    """What is left of MediaStorage."""

    @api(write=True)
    def AddClipMattesToMediaPool(self, mediaPoolItem: Any, paths: Any, stereoEye: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api()
    def AddTimelineMattesToMediaPool(self, paths: Any) -> Any:
        """Not played."""
        return self._unmodelled([])


class ProjectTail(ProjectExtras):
    """What is left of Project."""


class MediaPoolTail(MediaPoolExtras):
    """What is left of MediaPool."""

    @api("18.6.6")
    def CreateStereoClip(self, LeftMediaPoolItem: Any, RightMediaPoolItem: Any) -> Any:
        """Not played."""
        return self._unmodelled(None)


class FolderTail(FolderExtras):
    """What is left of Folder."""


class MediaPoolItemTail(MediaPoolItemExtras):
    """What is left of MediaPoolItem."""


class TimelineTail(TimelineExtras):
    """What is left of Timeline."""

    @api()
    def CreateCompoundClip(self, timelineItems: Any, clipInfo: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(None)

    @api()
    def CreateFusionClip(self, timelineItems: Any) -> Any:
        """Not played."""
        return self._unmodelled(None)

    @api(write=True)
    def ImportIntoTimeline(self, filePath: Any, importOptions: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(studio=True, write=True)
    def DetectSceneCuts(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("18.6.6", write=True)
    def ConvertTimelineToStereo(self) -> Any:
        """Not played."""
        return self._unmodelled(False)


class TimelineItemTail(TimelineItemExtras):
    """What is left of TimelineItem."""

    @api(write=True)
    def Stabilize(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(studio=True, write=True)
    def SmartReframe(self) -> Any:
        """Not played."""
        return self._unmodelled(False)
