"""The one error tree of Rushes.

    RushesError
    ├── InputError               what the artist gave cannot be used as it is
    │   ├── BlendError           the .blend: not one, newer, library missing
    │   ├── SceneError           the scene: no camera, panoramic camera, empty range
    │   ├── PassesError          passes on disk: missing frame, NaN, another size
    │   ├── BriefError           the brief
    │   ├── SizeError            a size or length no model can make
    │   ├── RecipeError          a recipe that cannot be replayed as it was
    │   └── ProductionError      the production folder, a shot or a take
    ├── SystemFault              the machine lacks something
    │   ├── BlenderError         no Blender, or Blender failed
    │   ├── ModelError           weights missing, changed or unreadable
    │   ├── DiskFullError        no room to write
    │   ├── ResolveError         DaVinci Resolve is not ready, or refused a call
    │   └── DependencyError      a package or system library is missing
    ├── EngineError              between a client and the engine
    │   ├── EngineUnreachable    nothing answers
    │   ├── AuthError            wrong or missing token, wrong Host
    │   └── ProtocolError        an answer that makes no sense, an unknown job
    └── JobError                 a job ended without its result
        ├── JobCancelled         because somebody asked for it
        ├── JobFailed            it broke; carries the cause
        └── WorkerLost           its worker process died

Every error has a `code` (stable, dotted, for programs), a message (what is wrong
and what state remains) and a `hint` (what to do next). `to_dict` and `from_dict`
carry it over the wire.
"""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = [
    "AuthError",
    "BlendError",
    "BlenderError",
    "BriefError",
    "DependencyError",
    "DiskFullError",
    "EngineError",
    "EngineUnreachable",
    "InputError",
    "JobCancelled",
    "JobError",
    "JobFailed",
    "ModelError",
    "PassesError",
    "ProductionError",
    "ProtocolError",
    "RecipeError",
    "ResolveError",
    "RushesError",
    "SceneError",
    "SizeError",
    "SystemFault",
    "WorkerLost",
    "disk_full_as_error",
    "from_dict",
]


class RushesError(Exception):
    """Base of the tree.

    `code` is dotted and stable ("blend.newer"); `hint` tells the artist what to do.
    """

    default_code = "rushes"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint
        self.details: dict[str, Any] = dict(details or {})

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return (from_dict, (self.to_dict(),))

    def to_dict(self) -> dict[str, Any]:
        """Plain data: kind, code, message, hint, details."""
        return {
            "kind": type(self).__name__,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "details": self.details,
        }


class InputError(RushesError):
    default_code = "input"


class BlendError(InputError):
    default_code = "blend"


class SceneError(InputError):
    default_code = "scene"


class PassesError(InputError):
    default_code = "passes"


class BriefError(InputError):
    default_code = "brief"


class SizeError(InputError):
    default_code = "size"


class RecipeError(InputError):
    default_code = "recipe"


class ProductionError(InputError):
    default_code = "production"


class SystemFault(RushesError):
    default_code = "system"


class BlenderError(SystemFault):
    default_code = "blender"


class ModelError(SystemFault):
    default_code = "model"


class DiskFullError(SystemFault):
    default_code = "disk.full"


class ResolveError(SystemFault):
    default_code = "resolve"


class DependencyError(SystemFault):
    default_code = "dependency"


class EngineError(RushesError):
    default_code = "engine"


class EngineUnreachable(EngineError):
    default_code = "engine.unreachable"


class AuthError(EngineError):
    default_code = "engine.auth"


class ProtocolError(EngineError):
    default_code = "engine.protocol"


class JobError(RushesError):
    default_code = "job"


class JobCancelled(JobError):
    default_code = "job.cancelled"


class JobFailed(JobError):
    default_code = "job.failed"


class WorkerLost(JobError):
    default_code = "job.worker_lost"


def _tree(cls: type[RushesError]) -> dict[str, type[RushesError]]:
    found = {cls.__name__: cls}
    for sub in cls.__subclasses__():
        found.update(_tree(sub))
    return found


def from_dict(data: dict[str, Any]) -> RushesError:
    """The error that `to_dict` described; an unknown kind becomes a plain RushesError."""
    cls = _tree(RushesError).get(str(data.get("kind", "")), RushesError)
    return cls(
        str(data.get("message", "")),
        code=str(data.get("code", cls.default_code)),
        hint=str(data.get("hint", "")),
        details=dict(data.get("details") or {}),
    )


@contextmanager
def disk_full_as_error(where: Path | str) -> Generator[None, None, None]:
    """Translate "no space left" and "quota exceeded" into DiskFullError; other OSErrors pass through."""
    try:
        yield
    except OSError as exc:
        if exc.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFullError(
            f"The disk is full; {where} was not written.",
            hint="Free some space and run the job again; finished takes are untouched.",
            details={"path": str(where)},
        ) from exc
