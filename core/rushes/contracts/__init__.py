"""The shared types: frozen dataclasses, standard library only, Python 3.10 syntax.

One definition of each type: hosts use them as they are, the engine validates them.
"""

from rushes.contracts.brief import Brief
from rushes.contracts.camera import CameraFrame, CameraTrack, Intrinsics
from rushes.contracts.classes import class_from_property, guess_class
from rushes.contracts.codec import canonical_json, decode, digest, encode
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
from rushes.contracts.timing import FrameRange, rate_text

__all__ = [
    "Brief",
    "BriefReading",
    "CameraFrame",
    "CameraTrack",
    "Conditioning",
    "Descriptor",
    "EngineInfo",
    "ExplorationCell",
    "ExplorationRow",
    "FrameRange",
    "FrameRule",
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
    "Matrix4",
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
    "rate_text",
]
