"""The fixed scenes that the house model is measured on, rendered and painted once and kept.

The kept files are named by what decides them: the plan, the variant and the code that renders or paints. So a second
run is quick, and no figure is ever taken on a scene that this Rushes would not make.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import os
import shutil
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rushes.blender.launcher import run_inside
from rushes.contracts import JobContext
from rushes.errors import JobCancelled
from rushes.models.house.features import FEATURE_VERSION
from rushes.training.dataset import HELD_OUT
from rushes.training.eval_measures import Bytes
from rushes.training.eval_model import tokens_of
from rushes.training.synth_plan import ScenePlan, plan_scene
from rushes.training.twin import RenderedScene, Variant, draw_variant, load_scene, paint

__all__ = ["HELD", "SceneStore", "Span", "Still", "clip_plans", "clip_seeds", "held_stills"]

HELD = HELD_OUT
"""Scenes with seeds below this are measured on: six of each place. None is ever trained on."""
FRAME_SECONDS = 1.0 / 12.0
_MODULE = "rushes.blender.inside.eval_render"
_RENDERERS = (
    "blender/bodies.py",
    "blender/inside/synth_*.py",
    "blender/inside/eval_render.py",
    "blender/inside/pass_setup.py",
)
_NO_PAINTERS = (
    "backdrop",
    "build",
    "cast",
    "export",
    "features",
    "load",
    "paint",
    "pipeline",
    "relief",
    "sun",
    "synth_serve",
    "vocabulary",
)
"""Modules beside them that no twin is painted with."""
_PAINTERS = (
    "blender/bodies.py",
    "models/house/*.py",
    "training/twin*.py",
    "training/look*.py",
    "training/board*.py",
    "training/shade*.py",
    "training/grade*.py",
)


@dataclass(frozen=True)
class Span:
    """A stretch of a job's progress; `step` also notices a cancel."""

    context: JobContext
    start: float = 0.0
    end: float = 1.0

    def part(self, start: float, end: float) -> Span:
        """The stretch from `start` to `end` (0 to 1) of this one."""
        width = self.end - self.start
        return Span(self.context, self.start + start * width, self.start + end * width)

    def step(self, done: int, count: int, message: str) -> None:
        """Say that `done` of `count` are made. JobCancelled once a cancel was asked for."""
        self.context.check()
        share = done / max(1, count)
        self.context.progress(self.start + share * (self.end - self.start), "house", f"{message} {done} of {count}")


@dataclass(frozen=True)
class Still:
    """One held-out picture: a scene, how it is to look, and the painted twin."""

    scene: RenderedScene
    variant: Variant
    twin: Bytes

    @property
    def name(self) -> str:
        """ "seed 12: dusk fog harbour noir"."""
        return f"seed {self.scene.plan['seed']}: {' '.join(tokens_of(self.variant).values())}"


@functools.lru_cache(maxsize=8)
def _sources(patterns: tuple[str, ...]) -> str:
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(str(FEATURE_VERSION).encode())
    for file in sorted({f for pattern in patterns for f in root.glob(pattern)}):
        if not file.name.startswith(_NO_PAINTERS):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _digest(data: object) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


class SceneStore:
    """Renders and paints what is asked for, unless it is there."""

    def __init__(self, folder: Path, blender: str | None = None, processes: int = 2) -> None:
        """`folder`: where files are kept; those of another version of the code are removed."""
        self.root = folder
        self.blender = blender
        self.processes = processes
        self._rendered = folder / f"scenes-{_sources(_RENDERERS)}"
        self._painted = folder / f"painted-{_sources(_RENDERERS + _PAINTERS)}"

    def _ready(self, folder: Path) -> None:
        """Make the folder; what another version of the code left beside it goes."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in self.root.glob(folder.name.partition("-")[0] + "-*"):
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)

    def scenes(self, plans: Sequence[ScenePlan], span: Span, *, twin: bool = True) -> list[RenderedScene]:
        """The rendered scenes, in order; without `twin` their blockouts only.

        Raises:
            BlenderError: no Blender, or it failed; scenes done so far stay.
            JobCancelled: likewise.
        """
        asks: list[dict[str, Any]] = [
            {"plan": p.to_json(), "twin": twin, "out": str(self._file(p, twin))} for p in plans
        ]
        self._render(asks, span)
        return [load_scene(Path(a["out"])) for a in asks]

    def meshes(self, files: Sequence[Path], span: Span) -> list[RenderedScene]:
        """Blockouts given as meshes: see `rushes.blender.inside.eval_render.render_meshes`."""
        out = [self._rendered / f"mesh-{hashlib.sha256(f.read_bytes()).hexdigest()[:16]}.npz" for f in files]
        self._render([{"meshes": str(f.resolve()), "out": str(o)} for f, o in zip(files, out, strict=True)], span)
        return [load_scene(o) for o in out]

    def twin(self, scene: RenderedScene, variant: Variant) -> Bytes:
        """The painted twin, (H, W, 3)."""
        self._ready(self._painted)
        file = self._painted / f"{_digest([scene.plan, asdict(variant)])}.npy"
        if file.exists():
            return np.load(file)
        made = paint(scene, variant)
        part = file.with_suffix(f".{os.getpid()}.npy")
        np.save(part, made)
        part.replace(file)
        return made

    def _file(self, plan: ScenePlan, twin: bool) -> Path:
        return self._rendered / f"{'scene' if twin else 'block'}-{_digest(plan.to_json())}.npz"

    def _render(self, asks: Sequence[dict[str, Any]], span: Span) -> None:
        self._ready(self._rendered)
        todo = [a for a in {a["out"]: a for a in asks}.values() if not Path(a["out"]).exists()]
        if not todo:
            span.step(1, 1, "scenes rendered")
            return
        shares = [s for k in range(self.processes) if (s := todo[k :: self.processes])]
        talk = _Shared(span, len(todo))
        with ThreadPoolExecutor(len(shares)) as pool:
            jobs = [pool.submit(self._share, share, _Share(talk)) for share in shares]
            failures = [f for f in (job.exception() for job in jobs) if f is not None]
        failures.sort(key=lambda f: isinstance(f, JobCancelled))  # a Blender's own word comes before the stop it caused
        if failures:
            raise failures[0]

    def _share(self, asks: list[dict[str, Any]], context: _Share) -> None:
        try:
            run_inside(_MODULE, {"scenes": asks, "out": str(self._rendered)}, blender=self.blender, context=context)
        except BaseException:
            context.talk.stopped.set()
            raise


class _Shared:
    """What several Blenders at work tell one job."""

    def __init__(self, span: Span, count: int) -> None:
        self.span, self.count = span, count
        self.done = 0
        self.lock = threading.Lock()
        self.stopped = threading.Event()

    def finished(self) -> None:
        with self.lock:
            self.done += 1
            done = self.done
        share = self.span.start + (self.span.end - self.span.start) * done / self.count
        self.span.context.progress(share, "house", f"rendering scene {done} of {self.count}")


class _Share:
    """The job context of one of them."""

    def __init__(self, talk: _Shared) -> None:
        self.talk = talk

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        self.talk.finished()

    def note(self, text: str) -> None:
        self.talk.span.context.note(text)

    def preview(self, png: bytes) -> None:
        """Nothing is shown."""

    def should_stop(self) -> bool:
        return self.talk.stopped.is_set() or self.talk.span.context.should_stop()

    def check(self) -> None:
        self.talk.span.context.check()
        if self.talk.stopped.is_set():
            raise JobCancelled("Rendering was stopped; finished scenes are kept.", code="job.cancelled")


def held_stills(
    store: SceneStore, seeds: Iterable[int], span: Span, *, variants: int = 2, first: int = 0
) -> list[Still]:
    """Scenes with their variants from the `first`-th on, painted."""
    scenes = store.scenes([plan_scene(seed) for seed in seeds], span.part(0.0, 0.6))
    found: list[Still] = []
    painting = span.part(0.6, 1.0)
    for number, scene in enumerate(scenes):
        painting.step(number, len(scenes), "painting twins of scene")
        for k in range(first, first + variants):
            variant = draw_variant(scene, k)
            found.append(Still(scene, variant, store.twin(scene, variant)))
    return found


def clip_plans(seed: int, frames: int) -> list[ScenePlan]:
    """The scene over `frames` frames of 1/12 s: the camera walks aside and forward, the vehicle in view drives.

    Movers keep their own speed. Over 12 frames the camera walks 1.8 m aside and 1 m forward, a third of it indoors.
    """
    base = plan_scene(seed)
    (x, y, _), (tx, ty, _) = base.camera.location, base.camera.target
    length = math.hypot(tx - x, ty - y) or 1.0
    dx, dy = (tx - x) / length, (ty - y) / length
    pace = 0.35 if base.indoor else 1.0
    aside, ahead = 1.95 * pace, 1.1 * pace
    camera = replace(base.camera, velocity=(dy * aside + dx * ahead, -dx * aside + dy * ahead, 0.0), pan=0.0)
    driven = _vehicle_in_view(base)
    objects = list(base.objects)
    if driven is not None:
        thing = objects[driven]
        objects[driven] = replace(thing, velocity=(-3.0 * math.sin(thing.yaw), 3.0 * math.cos(thing.yaw)))
    moving = replace(base, camera=camera, objects=tuple(objects))
    name = 1_000_000 + 1000 * seed
    return [moving.after(k * FRAME_SECONDS, name + k) for k in range(frames)]


def _vehicle_in_view(plan: ScenePlan) -> int | None:
    """The nearest car well inside the picture, 8 to 20 m away, seen from about a figure's height."""
    (x, y, _), (tx, ty, _) = plan.camera.location, plan.camera.target
    heading = math.atan2(ty - y, tx - x)
    found: list[tuple[float, int]] = []
    if plan.camera.location[2] > 2.5 or plan.camera.lens > 50:
        return None
    for index, thing in enumerate(plan.objects):
        if thing.cls != "vehicle" or thing.size[1] > 5.5:
            continue
        ox, oy = thing.location[0] - x, thing.location[1] - y
        off = (math.atan2(oy, ox) - heading + math.pi) % (2 * math.pi) - math.pi
        far = math.hypot(ox, oy)
        if abs(off) < 0.7 * math.atan(18.0 / plan.camera.lens) and 8.0 < far < 20.0:
            found.append((far, index))
    return min(found)[1] if found else None


def clip_seeds(count: int, seeds: Iterable[int] = range(HELD)) -> list[int]:
    """The first seeds of different places with a car in view; others where there are too few."""
    found: dict[str, int] = {}
    for seed in seeds:
        plan = plan_scene(seed)
        if plan.place not in found and _vehicle_in_view(plan) is not None:
            found[plan.place] = seed
    chosen = list(found.values())[:count]
    return chosen + [s for s in seeds if s not in chosen][: count - len(chosen)]
