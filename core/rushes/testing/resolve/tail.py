"""Methods that exist and whose effect is not played: they refuse, and the call is noted in `App.unmodelled`."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

from typing import Any

from rushes.testing.resolve.base import ApiObject, api

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


class ResolveTail(ApiObject):
    """What is left of Resolve."""

    @api(write=True)
    def UpdateLayoutPreset(self, presetName: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def ExportLayoutPreset(self, presetName: Any, presetFilePath: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def ImportLayoutPreset(self, presetFilePath: Any, presetName: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("19.0")
    def GetKeyframeMode(self) -> Any:
        """Not played."""
        return self._unmodelled(None)

    @api("19.0", write=True)
    def SetKeyframeMode(self, keyframeMode: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("20.2.2")
    def GetFairlightPresets(self) -> Any:
        """Not played."""
        return self._unmodelled([])

    @api("21.0")
    def DisableBackgroundTasksForCurrentResolveSession(self) -> Any:
        """Not played."""
        return self._unmodelled(None)

    @api("21.0.3")
    def GetLayoutPresetList(self) -> Any:
        """Not played."""
        return self._unmodelled([])

    @api("21.0.3")
    def GetBurnInPresetList(self) -> Any:
        """Not played."""
        return self._unmodelled([])


class ProjectManagerTail(ApiObject):
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
    def CreateFolder(self, folderName: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def DeleteFolder(self, folderName: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api()
    def GetProjectsInCurrentFolder(self) -> Any:
        """Not played."""
        return self._unmodelled({})

    @api()
    def GetFolderListInCurrentFolder(self) -> Any:
        """Not played."""
        return self._unmodelled([])

    @api()
    def GetFoldersInCurrentFolder(self) -> Any:
        """Not played."""
        return self._unmodelled({})

    @api(write=True)
    def GotoRootFolder(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def GotoParentFolder(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def OpenFolder(self, folderName: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def ImportProject(self, filePath: Any, projectName: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def ExportProject(self, projectName: Any, filePath: Any, withStillsAndLUTs: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def RestoreProject(self, filePath: Any, projectName: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def SetCurrentDatabase(self, dbInfo: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("18.6.6")
    def CreateCloudProject(self, cloudSettings: Any) -> Any:
        """Not played."""
        return self._unmodelled(None)

    @api("19.1")
    def LoadCloudProject(self, cloudSettings: Any) -> Any:
        """Not played."""
        return self._unmodelled(None)

    @api("18.6.6", write=True)
    def ImportCloudProject(self, filePath: Any, cloudSettings: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("18.6.6", write=True)
    def RestoreCloudProject(self, folderPath: Any, cloudSettings: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0.3")
    def GetProjectAttributesInCurrentFolder(self) -> Any:
        """Not played."""
        return self._unmodelled([])


class MediaStorageTail(ApiObject):
    """What is left of MediaStorage."""

    @api()
    def GetMountedVolumes(self) -> Any:
        """Not played."""
        return self._unmodelled({})

    @api()
    def GetSubFolders(self, folderPath: Any) -> Any:
        """Not played."""
        return self._unmodelled({})

    @api()
    def GetFiles(self, folderPath: Any) -> Any:
        """Not played."""
        return self._unmodelled({})

    @api()
    def AddItemsToMediaPool(self, item1: Any, *args: Any) -> Any:
        """Not played."""
        return self._unmodelled({})

    @api(write=True)
    def AddClipMattesToMediaPool(self, mediaPoolItem: Any, paths: Any, stereoEye: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api()
    def AddTimelineMattesToMediaPool(self, paths: Any) -> Any:
        """Not played."""
        return self._unmodelled([])


class ProjectTail(ApiObject):
    """What is left of Project."""

    @api()
    def GetPresetList(self) -> Any:
        """Not played."""
        return self._unmodelled([])

    @api()
    def GetPresets(self) -> Any:
        """Not played."""
        return self._unmodelled({})

    @api(write=True)
    def SetPreset(self, presetName: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("20.2.2", write=True)
    def ApplyFairlightPresetToCurrentTimeline(self, name: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0", studio=True, write=True)
    def ResetIntellisearchAnalysis(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0", studio=True)
    def GenerateSpeech(self, speechGenerationSettings: Any, timecode: Any) -> Any:
        """Not played."""
        return self._unmodelled(None)


class MediaPoolTail(ApiObject):
    """What is left of MediaPool."""

    @api(write=True)
    def ImportFolderFromFile(self, filePath: Any, sourceClipsPath: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api()
    def GetClipMatteList(self, mediaPoolItem: Any) -> Any:
        """Not played."""
        return self._unmodelled([])

    @api()
    def GetTimelineMatteList(self, folder: Any) -> Any:
        """Not played."""
        return self._unmodelled([])

    @api(write=True)
    def DeleteClipMattes(self, mediaPoolItem: Any, paths: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("18.6.6")
    def CreateStereoClip(self, LeftMediaPoolItem: Any, RightMediaPoolItem: Any) -> Any:
        """Not played."""
        return self._unmodelled(None)

    @api("19.1", write=True)
    def AutoSyncAudio(self, MediaPoolItems: Any, audioSyncSettings: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)


class FolderTail(ApiObject):
    """What is left of Folder."""

    @api(write=True)
    def Export(self, filePath: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("18.6.6", studio=True, write=True)
    def TranscribeAudio(self, useSpeakerDetection: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("18.6.6", studio=True, write=True)
    def ClearTranscription(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0", studio=True, write=True)
    def PerformAudioClassification(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0", studio=True, write=True)
    def ClearAudioClassification(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0", studio=True)
    def RemoveMotionBlur(self, deblurOption: Any) -> Any:
        """Not played."""
        return self._unmodelled([])

    @api("21.0", studio=True, write=True)
    def AnalyzeForIntellisearch(self, identifyFaces: Any, isBetterMode: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0", studio=True, write=True)
    def AnalyzeForSlate(self, markerColor: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)


class MediaPoolItemTail(ApiObject):
    """What is left of MediaPoolItem."""

    @api("20.0", write=True)
    def LinkFullResolutionMedia(self, fullResMediaPath: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(studio=True, write=True)
    def TranscribeAudio(self, useSpeakerDetection: Any = None) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(studio=True, write=True)
    def ClearTranscription(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0", studio=True, write=True)
    def PerformAudioClassification(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0", studio=True, write=True)
    def ClearAudioClassification(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("19.0", fail="")
    def GetAudioMapping(self) -> Any:
        """Not played."""
        return self._unmodelled("")

    @api("20.0", write=True)
    def MonitorGrowingFile(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0", studio=True)
    def RemoveMotionBlur(self, deblurOption: Any) -> Any:
        """Not played."""
        return self._unmodelled(None)

    @api("21.0", studio=True, write=True)
    def AnalyzeForIntellisearch(self, identifyFaces: Any, isBetterMode: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.0", studio=True, write=True)
    def AnalyzeForSlate(self, markerColor: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("21.1")
    def GetTranscription(self) -> Any:
        """Not played."""
        return self._unmodelled("")


class TimelineTail(ApiObject):
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
    def CreateSubtitlesFromAudio(self, autoCaptionSettings: Any = None) -> Any:
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

    @api("20.1", studio=True)
    def GetVoiceIsolationState(self, trackIndex: Any) -> Any:
        """Not played."""
        return self._unmodelled(None)

    @api("20.1", studio=True, write=True)
    def SetVoiceIsolationState(self, trackIndex: Any, voiceIsolationState: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)


class TimelineItemTail(ApiObject):
    """What is left of TimelineItem."""

    @api(write=True)
    def LoadBurnInPreset(self, presetName: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(write=True)
    def Stabilize(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api(studio=True, write=True)
    def SmartReframe(self) -> Any:
        """Not played."""
        return self._unmodelled(False)

    @api("19.0", fail="")
    def GetSourceAudioChannelMapping(self) -> Any:
        """Not played."""
        return self._unmodelled("")

    @api("20.1", studio=True)
    def GetVoiceIsolationState(self) -> Any:
        """Not played."""
        return self._unmodelled(None)

    @api("20.1", studio=True, write=True)
    def SetVoiceIsolationState(self, voiceIsolationState: Any) -> Any:
        """Not played."""
        return self._unmodelled(False)
