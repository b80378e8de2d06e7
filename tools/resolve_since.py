"""From which version on each method exists, 18.5 for all that are not here.

Worked out from the published versions of fusionscript-stubs (18.5.0 to 21.0.0) and, for 21.0.3 and 21.0.4, from the
changelog that ships with Resolve.
"""

__all__ = ["FIRST", "since"]

FIRST: dict[str, dict[str, str]] = {
    "18.6.6": {
        "Folder": "ClearTranscription TranscribeAudio",
        "GalleryStillAlbum": "ImportStills",
        "MediaPool": "CreateStereoClip",
        "ProjectManager": "CreateCloudProject ImportCloudProject RestoreCloudProject",
        "Resolve": "ExportBurnInPreset ExportRenderPreset ImportBurnInPreset ImportRenderPreset",
        "Timeline": "ConvertTimelineToStereo",
    },
    "19.0": {
        "ColorGroup": "GetClipsInTimeline GetName GetPostClipNodeGraph GetPreClipNodeGraph SetName",
        "Graph": "GetLUT GetNodeLabel GetNumNodes GetToolsInNode SetLUT SetNodeEnabled",
        "MediaPool": "GetSelectedClips SetSelectedClip",
        "MediaPoolItem": "GetAudioMapping GetThirdPartyMetadata SetThirdPartyMetadata",
        "Project": "AddColorGroup DeleteColorGroup GetColorGroupsList",
        "Resolve": "GetKeyframeMode SetKeyframeMode",
        "Timeline": "AnalyzeDolbyVision GetNodeGraph GetTrackSubType",
        "TimelineItem": (
            "AssignToColorGroup ExportLUT GetColorGroup GetLinkedItems GetNodeGraph "
            "GetSourceAudioChannelMapping GetSourceEndFrame GetSourceEndTime GetSourceStartFrame "
            "GetSourceStartTime GetTrackTypeAndIndex RemoveFromColorGroup"
        ),
    },
    "19.1": {
        "Gallery": "CreateGalleryPowerGradeAlbum CreateGalleryStillAlbum GetGalleryPowerGradeAlbums",
        "Graph": "ApplyArriCdlLut ApplyGradeFromDRX GetNodeCacheMode ResetAllGrades SetNodeCacheMode",
        "MediaPool": "AutoSyncAudio",
        "MediaPoolItem": "ClearMarkInOut GetMarkInOut SetMarkInOut",
        "Project": "DeleteRenderPreset GetQuickExportRenderPresets RenderWithQuickExport",
        "ProjectManager": "LoadCloudProject",
        "Timeline": "ClearMarkInOut GetMarkInOut GetMediaPoolItem SetMarkInOut",
        "TimelineItem": (
            "GetIsColorOutputCacheEnabled GetIsFusionOutputCacheEnabled SetColorOutputCache SetFusionOutputCache"
        ),
    },
    "20.0": {
        "MediaPoolItem": "LinkFullResolutionMedia MonitorGrowingFile ReplaceClipPreserveSubClip",
    },
    "20.1": {
        "Timeline": "GetVoiceIsolationState SetVoiceIsolationState",
        "TimelineItem": "GetVoiceIsolationState SetVoiceIsolationState",
    },
    "20.2": {
        "MediaPoolItem": "SetName",
        "TimelineItem": "ResetAllNodeColors SetName",
    },
    "20.2.2": {
        "Project": "ApplyFairlightPresetToCurrentTimeline",
        "Resolve": "GetFairlightPresets",
    },
    "21.0": {
        "Folder": (
            "AnalyzeForIntellisearch AnalyzeForSlate ClearAudioClassification "
            "PerformAudioClassification RemoveMotionBlur"
        ),
        "MediaPoolItem": (
            "AnalyzeForIntellisearch AnalyzeForSlate ClearAudioClassification "
            "PerformAudioClassification RemoveMotionBlur"
        ),
        "Project": "GenerateSpeech ResetIntellisearchAnalysis",
        "Resolve": "DisableBackgroundTasksForCurrentResolveSession",
    },
    "21.0.3": {
        "ProjectManager": "GetProjectAttributesInCurrentFolder",
        "Resolve": (
            "DeleteBurnInPreset DeleteUserPreferencesPreset ExportUserPreferencesPreset "
            "GetBurnInPresetList GetLayoutPresetList GetUserPreferencesPresetList "
            "ImportUserPreferencesPreset LoadUserPreferencesPreset SaveUserPreferencesPreset"
        ),
    },
    "21.0.4": {
        "MediaPoolItem": "GetTimeline",
        "Timeline": "GetSelectedClips",
    },
}
"""Version → class → names of methods."""


def since() -> dict[str, str]:
    """ "TimelineItem.SetName" → "20.2"."""
    return {
        f"{owner}.{name}": version
        for version, owners in FIRST.items()
        for owner, names in owners.items()
        for name in names.split()
    }
