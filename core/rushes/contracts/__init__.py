"""The shared types: frozen dataclasses, standard library only, Python 3.10 syntax.

One definition of each type: hosts use them as they are, the engine validates them.
"""

from rushes.contracts.brief import Brief
from rushes.contracts.camera import CameraFrame, CameraTrack, Intrinsics
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
from rushes.contracts.look import LookPicture, LookRequest, LookStatus, LookUpdate
from rushes.contracts.metric import Metric
from rushes.contracts.shot import PassesManifest, PassesRequest, PassFile, SceneInfo, Shot
from rushes.contracts.take import ModelRef, PostStep, Rating, Recipe, ShootRequest, Take, TakeFiles
from rushes.contracts.timing import FrameRange

__all__ = [
    "Brief",
    "BriefReading",
    "CameraFrame",
    "CameraTrack",
    "Conditioning",
    "Descriptor",
    "EngineInfo",
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
    "PostStep",
    "Rating",
    "Recipe",
    "SceneInfo",
    "ShootRequest",
    "Shot",
    "Size",
    "SizeRule",
    "Sun",
    "Take",
    "TakeFiles",
    "Vec3",
    "VocabularyField",
    "canonical_json",
    "decode",
    "digest",
    "encode",
]
