"""`rushes eval projection`: takes made in code, thrown onto small scenes in every Blender there is, and measured.

The scenes are made by the first Blender; their passes, takes and projectors go through the real jobs. Each Blender
then projects and renders in Cycles and in EEVEE, casts rays for what the projectors saw, and is held to the bars.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rushes.blender.launcher import BlenderCommand, find_blender, repository_blenders, run_inside
from rushes.contracts import FrameRange, JobContext, Metric, ProjectorJob, ShootRequest, Size, encode
from rushes.errors import BlenderError, InputError
from rushes.generators.registry import Registry
from rushes.jobs import projector, shoot
from rushes.jobs.bench import BenchSettings, shared
from rushes.jobs.eval_projection_figures import Measured, View, figures
from rushes.jobs.eval_projection_pictures import PatternGenerator, WorldGenerator
from rushes.jobs.eval_projection_sheets import write_sheets
from rushes.jobs.registry import Services
from rushes.library.production import Production

__all__ = ["ProjectionSettings", "measure_projection"]

log = logging.getLogger(__name__)

_MAKE = "rushes.blender.inside.project_eval_scenes"
_RUN = "rushes.blender.inside.project_eval"
_KEY = "projection.settings"
_SIZE = Size(256, 144)
_ENGINES = ("CYCLES", "EEVEE")


@dataclass(frozen=True)
class ProjectionSettings:
    """What is measured, in which Blenders."""

    blenders: tuple[str, ...] = ()
    """Versions of the checkout's environments ("5.0") or paths; none: all there are."""
    engines: tuple[str, ...] = _ENGINES
    cases: tuple[str, ...] = ()
    """Names of what is measured (see `_PLANS`); none: everything."""
    sheets: Path | None = None
    """Where picture sheets are written; None: none are made."""
    newest: bool = False
    """Only the newest of the Blenders."""

    @classmethod
    def of(cls, services: Services) -> ProjectionSettings:
        """Those put into the services with `put`, else what `rushes eval` was told."""
        told = BenchSettings.of(services)
        return services.cache.get(_KEY) or cls(told.blenders, sheets=told.sheets)

    def put(self, services: Services) -> None:
        """Use these for measurements that run with `services`."""
        services.cache[_KEY] = self


@dataclass(frozen=True)
class _Shot:
    """A take that is made."""

    blend: str
    camera: str
    range: FrameRange = FrameRange(1, 5)
    size: Size = _SIZE
    generator: str = "measure-pattern"
    seed: int = 100


@dataclass(frozen=True)
class _Plan:
    """Something to look at in every Blender."""

    kind: str
    takes: tuple[str, ...]
    camera: str = ""
    """Empty: the first take's."""
    frames: tuple[int, ...] = (1,)
    eyes: bool = False
    """Whether rays are cast for what the takes' cameras saw."""
    size: Size = _SIZE
    extra: tuple[int, ...] = field(default=())
    """Frames outside the shot."""


_SHOTS: dict[str, _Shot] = {
    "main": _Shot("set", "Main"),
    "ortho": _Shot("set", "Ortho"),
    "portrait": _Shot("set", "Tall", size=Size(144, 256)),
    "shift": _Shot("set", "Shift"),
    "zoom": _Shot("set", "Zoom"),
    "late": _Shot("set", "Late", FrameRange(101, 109, 2)),
    "anamorphic": _Shot("anamorphic", "Main"),
    "low": _Shot("grazing", "Low", FrameRange(1, 1)),
    "left": _Shot("corner", "Left", FrameRange(1, 1), generator="measure-world"),
    "right": _Shot("corner", "Right", FrameRange(1, 1), generator="measure-world"),
    "brighter": _Shot("corner", "Right", FrameRange(1, 1), generator="measure-world", seed=110),
    "town": _Shot("thousand", "Town", FrameRange(1, 1)),
}
_OWN = (1, 2, 3, 4, 5)
_PLANS: dict[str, _Plan] = {
    "own": _Plan("show", ("main",), frames=_OWN, eyes=True),
    "ortho": _Plan("show", ("ortho",), frames=(1, 5)),
    "portrait": _Plan("show", ("portrait",), frames=(1, 5), size=Size(144, 256)),
    "shift": _Plan("show", ("shift",), frames=(1, 5)),
    "zoom": _Plan("show", ("zoom",), frames=(1, 3, 5)),
    "late": _Plan("show", ("late",), frames=(101, 105, 109), extra=(100, 110)),
    "anamorphic": _Plan("show", ("anamorphic",), frames=(1, 5)),
    "side": _Plan("show", ("main",), "Side", frames=(1, 3, 5), eyes=True),
    "side_ortho": _Plan("show", ("ortho",), "Side", frames=(3,), eyes=True),
    "grazing": _Plan("show", ("low",), "Above", eyes=True),
    "seam": _Plan("show", ("left", "right"), "Between", eyes=True),
    "seam_unequal": _Plan("show", ("left", "brighter"), "Between", eyes=True),
    "restore": _Plan("restore", ("main", "ortho")),
    "cost": _Plan("cost", ("town",), size=Size(640, 360)),
}


def measure_projection(services: Services, context: JobContext) -> Iterable[Metric]:
    """Figures of camera projection, by Blender and engine; see the module."""
    settings = ProjectionSettings.of(services)
    plans = _chosen(settings.cases)
    found = _blenders(settings.blenders)[-1 if settings.newest else 0 :]
    metrics: list[Metric] = []
    with shared(services) as folder:
        stage = _Stage(folder / "projection", found[0][1], services, context)
        takes = stage.prepare({t for p in plans.values() for t in p.takes})
        for label, command in found:
            for engine in settings.engines:
                out = folder / "projection" / f"{label}_{engine.lower()}"
                metrics += stage.measured(label, engine, command, _Round(plans, takes, out), settings.sheets)
    return metrics


def _chosen(names: Sequence[str]) -> dict[str, _Plan]:
    unknown = [n for n in names if n not in _PLANS]
    if unknown:
        raise InputError(
            f"Projection has no case {unknown[0]!r}.", code="eval.case", hint="Choose from: " + ", ".join(_PLANS) + "."
        )
    return {n: p for n, p in _PLANS.items() if not names or n in names}


def _blenders(asked: Sequence[str]) -> list[tuple[str, BlenderCommand]]:
    """(label, command), the oldest first; without a wish all of the checkout, else the one that is found."""
    own = repository_blenders()
    found: list[tuple[str, BlenderCommand]] = []
    for text in sorted(asked, key=lambda t: (t not in own, t)):
        if re.fullmatch(r"\d+\.\d+", text) and text not in own:
            raise BlenderError(
                f"There is no environment for Blender {text}.",
                code="blender.missing",
                hint="There are: " + (", ".join(own) or "none") + "; give the path of any other Blender.",
            )
        found.append((text, own[text]) if text in own else (Path(text).name, find_blender(text)))
    if found:
        return found
    return list(own.items()) or [("blender", find_blender())]


@dataclass(frozen=True)
class _Round:
    """What one Blender does."""

    plans: dict[str, _Plan]
    takes: dict[str, Path]
    """Take → its projector's folder."""
    out: Path


class _Stage:
    """Scenes and takes, made once."""

    def __init__(self, folder: Path, blender: BlenderCommand, services: Services, context: JobContext) -> None:
        self.folder = folder
        self.blender = blender
        self.context = context
        registry = Registry({"measure-pattern": PatternGenerator, "measure-world": WorldGenerator})
        self.services = replace(services, blender=blender.path, asked=None, registry=registry, cache={})

    def prepare(self, wanted: set[str]) -> dict[str, Path]:
        """Make the scenes, shoot the takes, make their projectors."""
        shutil.rmtree(self.folder, ignore_errors=True)
        scenes = self.folder / "scenes"
        scenes.mkdir(parents=True)
        run_inside(_MAKE, {"folder": str(scenes)}, blender=self.blender, context=self.context)
        made: dict[str, Path] = {}
        for number, name in enumerate(n for n in _SHOTS if n in wanted):
            self.context.progress(number / len(wanted), "takes", name)
            made[name] = self._take(name, _SHOTS[name])
        return made

    def _take(self, name: str, shot: _Shot) -> Path:
        blend = self.folder / "scenes" / f"{shot.blend}.blend"
        root = self.folder / f"film_{shot.blend}"
        if root.exists():
            production = Production.open(root)
        else:
            production = Production.create(
                root, "Measure", self.services.passes.inspect(blend, self.context).rate, _SIZE
            )
            production.register_source(blend)
        request = ShootRequest(
            production=str(root),
            blend=str(blend),
            shot=name,
            take_id=name,
            seed=shot.seed,
            generator=shot.generator,
            output_size=shot.size,
            range=shot.range,
            camera=shot.camera,
            keep_frames=True,
        )
        shoot.run(encode(request), self.context, self.services)
        job = ProjectorJob(str(root), name)
        return Path(projector.run(encode(job), self.context, self.services)["folder"])

    def measured(
        self, label: str, engine: str, command: BlenderCommand, round: _Round, sheets: Path | None
    ) -> list[Metric]:
        """One Blender with one engine. Where EEVEE cannot draw on this machine, that is said and nothing is missed."""
        prefix = f"projection.{label}.{engine.lower()}"
        round.out.mkdir(parents=True, exist_ok=True)
        if engine == "EEVEE" and not self._draws(command, round.out):
            return [Metric(f"{prefix}.skipped", 1.0, "", note="EEVEE cannot draw on this machine")]
        tasks = [t for name, plan in round.plans.items() for t in self._tasks(name, plan, round, engine)]
        request = {"tasks": tasks, "engine": engine, "out": str(round.out)}
        answer = run_inside(_RUN, request, blender=command, context=self.context)
        measured = Measured(round.out, answer, self._views(round))
        if sheets is not None:
            write_sheets(measured, sheets, prefix)
        return list(figures(prefix, measured))

    def _draws(self, command: BlenderCommand, out: Path) -> bool:
        """Whether EEVEE renders an unprojected scene here; without GL it ends Blender."""
        blend = str(self.folder / "scenes" / "grazing.blend")
        task = {"kind": "show", "name": "probe", "blend": blend, "folders": [], "camera": "Above"}
        task |= {"frames": [1], "size": [16, 16]}
        try:
            run_inside(
                _RUN, {"tasks": [task], "engine": "EEVEE", "out": str(out)}, blender=command, context=self.context
            )
        except BlenderError as exc:
            log.warning("EEVEE does not draw in %s: %s", command.path, exc)
            return False
        return True

    def _tasks(self, name: str, plan: _Plan, round: _Round, engine: str) -> Iterator[dict[str, Any]]:
        if plan.kind == "restore" and engine != "CYCLES":
            return
        shots = [_SHOTS[t] for t in plan.takes]
        yield {
            "kind": plan.kind,
            "name": name,
            "blend": str(self.folder / "scenes" / f"{shots[0].blend}.blend"),
            "folders": [str(round.takes[t]) for t in plan.takes],
            "camera": plan.camera or shots[0].camera,
            "frames": [*plan.frames, *plan.extra],
            "size": [plan.size.width, plan.size.height],
            "eyes": [s.camera for s in shots] if plan.eyes else [],
        }

    def _views(self, round: _Round) -> dict[str, View]:
        return {
            name: View(plan.frames, plan.extra, tuple(round.takes[t] for t in plan.takes))
            for name, plan in round.plans.items()
        }
