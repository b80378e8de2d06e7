"""The shared types: frozen dataclasses, standard library only, Python 3.10 syntax.

One definition of each type: hosts use them as they are, the engine validates them.
"""

from rushes.contracts.brief import Brief
from rushes.contracts.camera import CameraFrame, CameraTrack, Intrinsics
from rushes.contracts.classes import class_from_property, guess_class
from rushes.contracts.clip import ClipJob, ClipResult, Treatment
from rushes.contracts.codec import canonical_json, decode, digest, encode
from rushes.contracts.edit import (
    AI_KEYWORD,
    ID_KEYS,
    EditClip,
    EditMarker,
    EditMedia,
    EditorialJob,
    EditorialMedia,
    EditSubtitle,
    EditTimeline,
    EditTrack,
    MediaKind,
    TrackKind,
)
from rushes.contracts.generator import (
    BriefReading,
    Conditioning,
    Descriptor,
    FrameRule,
    Negotiation,
    SizeRule,
    VocabularyField,
)
from rushes.contracts.geometry import Matrix4, Size, Vec3
from rushes.contracts.grade import CDL, Grade, GradeJob, GradeResult, MatchJob, MatchResult, Rendering, TimelineSpace
from rushes.contracts.job import EngineInfo, JobContext, JobRequest, JobState, JobStatus
from rushes.contracts.legend import Legend, LegendObject, ObjectClass, Sun
from rushes.contracts.library import (
    ExplorationCell,
    ExplorationRow,
    Picture,
    ProductionInfo,
    ProductionState,
    ShotTakes,
    TakeRow,
)
from rushes.contracts.look import LookPicture, LookRequest, LookStatus, LookUpdate
from rushes.contracts.metric import Metric
from rushes.contracts.negotiate import legal_steps, legal_strengths, negotiate
from rushes.contracts.projection import (
    ProjectorAlbedo,
    ProjectorData,
    ProjectorFrame,
    ProjectorJob,
    ProjectorLens,
)
from rushes.contracts.shot import PassesManifest, PassesRequest, PassFile, SceneInfo, Shot
from rushes.contracts.take import ModelRef, PostStep, Rating, Recipe, ShootRequest, Take, TakeFiles
from rushes.contracts.timecode import Timecode, parse_rate
from rushes.contracts.timing import FrameRange, rate_text

__all__ = [
    "AI_KEYWORD",
    "Brief",
    "BriefReading",
    "CDL",
    "CameraFrame",
    "CameraTrack",
    "ClipJob",
    "ClipResult",
    "Conditioning",
    "Descriptor",
    "EditClip",
    "EditMarker",
    "EditMedia",
    "EditSubtitle",
    "EditTimeline",
    "EditTrack",
    "EditorialJob",
    "EditorialMedia",
    "EngineInfo",
    "ExplorationCell",
    "ExplorationRow",
    "FrameRange",
    "FrameRule",
    "Grade",
    "GradeJob",
    "GradeResult",
    "ID_KEYS",
    "Intrinsics",
    "JobContext",
    "JobRequest",
    "JobState",
    "JobStatus",
    "Legend",
    "LegendObject",
    "LookPicture",
    "LookRequest",
    "LookStatus",
    "LookUpdate",
    "MatchJob",
    "MatchResult",
    "Matrix4",
    "MediaKind",
    "Metric",
    "ModelRef",
    "Negotiation",
    "ObjectClass",
    "PassFile",
    "PassesManifest",
    "PassesRequest",
    "Picture",
    "PostStep",
    "ProductionInfo",
    "ProductionState",
    "ProjectorAlbedo",
    "ProjectorData",
    "ProjectorFrame",
    "ProjectorJob",
    "ProjectorLens",
    "Rating",
    "Recipe",
    "Rendering",
    "SceneInfo",
    "ShootRequest",
    "Shot",
    "ShotTakes",
    "Size",
    "SizeRule",
    "Sun",
    "Take",
    "TakeFiles",
    "TakeRow",
    "Timecode",
    "TimelineSpace",
    "TrackKind",
    "Treatment",
    "Vec3",
    "VocabularyField",
    "canonical_json",
    "class_from_property",
    "decode",
    "digest",
    "encode",
    "guess_class",
    "legal_steps",
    "legal_strengths",
    "negotiate",
    "parse_rate",
    "rate_text",
]
