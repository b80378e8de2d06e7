"""The use cases by name, and what a worker keeps warm for them.

A use case is a function `run(params, context, services) -> result` in a module of its own;
it is imported when its first job runs, so that the engine and the command line stay light.

A lost worker's job is run again from the start with the same params: a use case must give
the same result when what it makes is already there (a take is named by its client).
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from rushes.contracts import ClipJob, EditorialJob, GradeJob, JobContext, MatchJob, ProjectorJob, ShootRequest
from rushes.contracts.bake import BakeJob, FillJob
from rushes.contracts.deliver import ConformJob, DeliverJob
from rushes.errors import JobFailed, ProtocolError

if TYPE_CHECKING:
    from rushes.generators.registry import Registry
    from rushes.jobs.doors import PassesDoor, ProjectionDoor

__all__ = ["USE_CASES", "Entry", "Services", "UseCase", "use_case"]


@dataclass
class Services:
    """What outlives a job in a worker. One per process; jobs run one at a time."""

    home: Path
    """Rushes' own data folder (models, settings)."""
    blender: str | None = None
    """Blender executable preferred by the user; None: it is looked for."""
    asked: str | None = None
    """Blender that the running job asks for, before `blender`."""
    registry: Registry | None = None
    """Generators; None: the built-in ones, made on first use."""
    door: PassesDoor | None = None
    """How passes are made and read; None: Blender."""
    stage: ProjectionDoor | None = None
    """How scenes with takes on them are rendered; None: Blender."""
    cache: dict[str, Any] = field(default_factory=dict)
    """Anything else a use case wants to keep warm, by its own key."""

    @property
    def generators(self) -> Registry:
        """The registry; the same object for every job, so that loaded weights stay loaded."""
        if self.registry is None:
            from rushes.generators.registry import builtin_registry

            self.registry = builtin_registry()
        return self.registry

    @property
    def passes(self) -> PassesDoor:
        """The door to Blender, the one that the running job asks for."""
        if self.door is None:
            from rushes.jobs.doors import BlenderDoor

            return BlenderDoor(self.asked or self.blender)
        return self.door

    @property
    def projection(self) -> ProjectionDoor:
        """The door to a Blender that throws takes onto scenes, the one that the running job asks for."""
        if self.stage is None:
            from rushes.jobs.doors import BlenderProjection

            return BlenderProjection(self.asked or self.blender)
        return self.stage

    def rest(self) -> None:
        """Let go of weights and of everything that is kept warm; the next job loads it again."""
        if self.registry is not None:
            self.registry.unload()
        self.cache.clear()
        gc.collect()
        torch = sys.modules.get("torch")  # never imported for this alone
        if torch is not None and torch.cuda.is_available():
            torch.cuda.empty_cache()


UseCase = Callable[[Mapping[str, Any], JobContext, Services], dict[str, Any]]
"""Returns plain JSON data; raises a RushesError that tells the artist what to do."""


@dataclass(frozen=True)
class Entry:
    """One use case."""

    target: str
    """"module:function", imported on first use."""
    params: type[Any] | None = None
    """Contract that `JobRequest.params` must decode to (checked when the job is submitted); None: a free object."""


USE_CASES: Mapping[str, Entry] = MappingProxyType(
    {
        "scene": Entry("rushes.jobs.scene:run"),
        "passes": Entry("rushes.jobs.passes:run"),
        "shoot": Entry("rushes.jobs.shoot:run", ShootRequest),
        "explore": Entry("rushes.jobs.explore:run"),
        "replay": Entry("rushes.jobs.replay:run"),
        "projector": Entry("rushes.jobs.projector:run", ProjectorJob),
        "bake": Entry("rushes.jobs.bake:run", BakeJob),
        "fill": Entry("rushes.jobs.fill:run", FillJob),
        "project": Entry("rushes.jobs.project:run"),
        "editorial": Entry("rushes.jobs.editorial:run", EditorialJob),
        "grade": Entry("rushes.jobs.grade:run", GradeJob),
        "grades": Entry("rushes.jobs.grade:list_grades"),
        "match": Entry("rushes.jobs.match:run", MatchJob),
        "clip": Entry("rushes.jobs.clip:run", ClipJob),
        "deliver": Entry("rushes.jobs.deliver:run", DeliverJob),
        "conform": Entry("rushes.jobs.conform:run", ConformJob),
    }
)
"""The built-in use cases. Tests pass a table of their own."""


def use_case(kind: str, table: Mapping[str, Entry] = USE_CASES) -> UseCase:
    """The function for `kind`, imported now.

    ProtocolError `job.kind` for a name that is not in the table, JobFailed `job.import` for a
    module that lacks the function.
    """
    entry = table.get(kind)
    if entry is None:
        raise ProtocolError(
            f"There is no job called {kind!r}.",
            code="job.kind",
            hint="Known jobs: " + ", ".join(sorted(table)) + ".",
        )
    module, _, name = entry.target.partition(":")
    found = getattr(importlib.import_module(module), name, None)
    if not callable(found):
        raise JobFailed(f"{entry.target} is not there.", code="job.import", hint="Install Rushes again.")
    return cast(UseCase, found)
