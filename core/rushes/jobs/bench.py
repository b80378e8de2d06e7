"""What `rushes bench` measures, on a real scene: the demo production's, or the one that is given.

A `BenchScene` holds a throw-away production; its passes are rendered once and shared by what follows.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections import abc
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rushes.contracts import FrameRange, JobContext, Metric, SceneInfo, ShootRequest, Size, decode, encode
from rushes.errors import JobFailed, ProductionError
from rushes.generators.protocol import GenerateRequest, Generator
from rushes.jobs.doors import OpenPasses
from rushes.jobs.forward_clock import ForwardClock
from rushes.jobs.memory_probe import ProbeRequest, ProbeResult
from rushes.jobs.registry import Services
from rushes.library.production import Production
from rushes.models.store import ModelStore, shipped_folders

__all__ = [
    "BenchScene",
    "BenchSettings",
    "demo_blend",
    "measure_encode",
    "measure_generate",
    "measure_house",
    "measure_memory",
    "measure_passes",
    "measure_replay",
    "measure_upsample",
    "shared",
]

_KEY = "bench.settings"
_FOLDER = "bench.folder"


@dataclass(frozen=True)
class BenchSettings:
    """What is measured, on what."""

    blend: Path | None = None
    """None: the demo production's."""
    generator: str = "house"
    frames: int = 24
    """Length of the measured shot."""
    long: int = 240
    """Length of the long shot of the memory figure."""
    memory_size: Size = field(default_factory=lambda: Size(512, 288))
    """Size of its takes."""
    baseline: Path | None = None
    """Another house model that is measured beside the first, on the same pictures."""
    sheets: Path | None = None
    """Where picture sheets of the house model, or of projections, are written; None: none are made."""
    blenders: tuple[str, ...] = ()
    """Versions or paths of the Blenders that projection is measured in; none: all of the checkout."""
    doubles: dict[str, str] = field(default_factory=dict)
    """For the memory figure's processes; see `memory_probe`. Tests only."""

    @classmethod
    def of(cls, services: Services) -> BenchSettings:
        """Those put into the services with `put`, else the defaults."""
        return services.cache.get(_KEY) or cls()

    def put(self, services: Services) -> None:
        """Use these for the benches that run with `services`."""
        services.cache[_KEY] = self


def demo_blend() -> Path:
    """The demo scene. ProductionError `demo.missing` when this installation has none."""
    for folder in shipped_folders():
        found = sorted((folder / "demo").glob("*.blend"))
        if found:
            return found[0]
    raise ProductionError(
        "The demo scene is not in this installation.",
        code="demo.missing",
        hint="Run it from a checkout, or give a .blend of your own.",
    )


@contextmanager
def shared(services: Services) -> abc.Generator[Path, None, None]:
    """A temporary folder; benches inside the block share it, and with it the passes they render."""
    outer = services.cache.get(_FOLDER)
    if outer is not None:
        yield outer
        return
    folder = Path(tempfile.mkdtemp(prefix="rushes-bench-"))
    services.cache[_FOLDER] = folder
    try:
        yield folder
    finally:
        del services.cache[_FOLDER]
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class BenchScene:
    """A production that lives as long as the measurement, and one shot in it."""

    production: Production
    blend: Path
    info: SceneInfo

    @classmethod
    @contextmanager
    def open(cls, services: Services, context: JobContext) -> abc.Generator[BenchScene, None, None]:
        """In the folder of `shared` when there is one, else in a temporary one, gone afterwards. What the
        .blend has to say is raised."""
        settings = BenchSettings.of(services)
        blend = settings.blend or demo_blend()
        with shared(services) as folder:
            root = folder / "bench"
            info = services.passes.inspect(blend, context)
            there = root.exists()
            production = Production.open(root) if there else Production.create(root, "Bench", info.rate, info.size)
            if not there:
                production.register_source(blend)
            yield cls(production, blend, info)

    def passes(self, settings: BenchSettings, services: Services, context: JobContext) -> OpenPasses:
        """The measured shot's passes at the scene's size, rendered unless they are there."""
        from rushes.jobs import passes

        shoot = self.shoot_request(settings, settings.frames)
        job = passes.PassesJob(shoot.production, shoot.blend, shoot.shot, shoot.camera, shoot.range)
        made = passes.run(encode(job), context, services)
        return services.passes.open(Path(made["folder"]))

    def shoot_request(self, settings: BenchSettings, frames: int, size: Size | None = None) -> ShootRequest:
        """A take of the first shot, `frames` long; past the shot's end the scene stands still."""
        shot = self.info.shots[0]
        start = shot.range.start
        return ShootRequest(
            production=str(self.production.root),
            blend=str(self.blend),
            shot=shot.name,
            take_id=f"bench-{uuid.uuid4().hex[:12]}",
            seed=1,
            generator=settings.generator,
            output_size=size,
            range=FrameRange(start, start + frames - 1),
            camera=shot.camera,
        )


def measure_passes(services: Services, context: JobContext) -> Iterable[Metric]:
    """Our passes against a bare Blender render of the same, per frame."""
    from rushes.passes.bench import passes_bench

    return passes_bench(context, blender=services.blender)


def measure_generate(services: Services, context: JobContext) -> Iterable[Metric]:
    """Seconds a frame at the generator's own size, and the share of them inside its networks."""
    settings = BenchSettings.of(services)
    generator = services.generators.get(settings.generator)
    generator.check_installed()
    with BenchScene.open(services, context) as scene:
        inputs = scene.passes(settings, services, context)
        request = _request(generator, scene, settings.frames)
        generator.load()
        next(iter(generator.generate(request, inputs, context)))  # the first frame pays for warming up
        with ForwardClock() as clock:
            start = time.perf_counter()
            count = sum(1 for _ in generator.generate(request, inputs, context))
            seconds = time.perf_counter() - start
    note = f"{count} frames of {request.size}, {request.steps} steps"
    name = f"generate.{settings.generator}"
    return [
        Metric.judged(f"{name}.seconds_per_frame", seconds / count, "s", note=note),
        Metric.judged(f"{name}.forward_share", clock.seconds / seconds, "", note="of it inside the networks"),
    ]


def _request(generator: Generator, scene: BenchScene, frames: int) -> GenerateRequest:
    rules = generator.descriptor
    return GenerateRequest(
        brief=scene.info.shots[0].brief,
        seed=1,
        size=rules.sizes.legal(scene.info.size.aspect),
        frames=rules.frames.legal(frames),
        steps=rules.steps[1],
    )


def measure_upsample(services: Services, context: JobContext) -> Iterable[Metric]:
    """Time of a frame to full size on the scene's passes, and how close it comes against interpolation."""
    from rushes.post.bench import upsample_bench

    settings = BenchSettings.of(services)
    with BenchScene.open(services, context) as scene:
        return upsample_bench(scene.passes(settings, services, context), context)


def measure_encode(services: Services, context: JobContext) -> Iterable[Metric]:
    """Time of a frame to write and to read, and what the coding costs."""
    from rushes.media.bench import encode_bench

    return encode_bench(context)


def measure_replay(services: Services, context: JobContext) -> Iterable[Metric]:
    """A take is shot and its recipe replayed: how many frames differ by a bit (none may), and what each cost."""
    from rushes.jobs import replay, shoot

    settings = BenchSettings.of(services)
    with BenchScene.open(services, context) as scene:
        asked = scene.shoot_request(settings, settings.frames)
        made = shoot.run(encode(asked), context, services)
        again = replay.ReplayRequest(asked.production, asked.take_id)
        found = replay.run(encode(again), context, services)
    metrics = [
        Metric.judged(
            "replay.different_frames",
            float(len(found["different"])),
            "frames",
            compare="==",
            limit=0,
            note=f"of {found['frames']}, compared to the bit",
        )
    ]
    count = int(made["frames"])
    for stage, seconds in made["timings"].items():
        metrics.append(Metric.judged(f"shoot.{stage}.seconds_per_frame", seconds / count, "s"))
    metrics.append(Metric.judged("shoot.seconds_per_frame", made["seconds"] / count, "s", note="all stages"))
    return metrics


def measure_memory(services: Services, context: JobContext) -> Iterable[Metric]:
    """Peak memory of whole shoots, short and long, each in a process of its own: equal within 5 %."""
    settings = BenchSettings.of(services)
    with BenchScene.open(services, context) as scene:
        results: list[ProbeResult] = []
        for frames in (settings.frames, settings.long):
            context.check()
            asked = scene.shoot_request(settings, frames, settings.memory_size)
            request = ProbeRequest(asked, str(services.home), services.blender, settings.doubles)
            results.append(_probe(request, scene.production.root.parent, context))
    short, long = results
    growth = abs(long.peak_mb / short.peak_mb - 1.0)
    metrics = [
        Metric.judged(f"memory.shoot_{short.frames}_frames", short.peak_mb, "MiB", note=str(settings.memory_size)),
        Metric.judged(f"memory.shoot_{long.frames}_frames", long.peak_mb, "MiB", reference=short.peak_mb),
        Metric.judged("memory.difference", growth * 100, "%", compare="<=", limit=5, note="of the peaks"),
    ]
    if short.children_mb and long.children_mb:
        metrics.append(
            Metric.judged(f"memory.blender_{long.frames}_frames", long.children_mb, "MiB", reference=short.children_mb)
        )
    return metrics


def _probe(request: ProbeRequest, folder: Path, context: JobContext) -> ProbeResult:
    name = request.shoot.take_id
    source, target, log = (folder / f"{name}.{end}" for end in ("in.json", "out.json", "log"))
    source.write_text(json.dumps(encode(request)), encoding="utf-8")
    command = [sys.executable, "-m", "rushes.jobs.memory_probe", str(source), str(target)]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            while process.poll() is None:
                context.check()
                time.sleep(0.1)
        finally:
            if process.poll() is None:
                process.terminate()
    if process.returncode != 0 or not target.exists():
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise JobFailed(
            f"The measured shoot ended with {process.returncode}: {said[-1] if said else 'no word'}",
            code="bench.probe",
            hint="Shoot the same shot with `rushes shoot` to see what is wrong.",
        )
    data: Any = json.loads(target.read_text(encoding="utf-8"))
    return decode(ProbeResult, data)


def measure_house(services: Services, context: JobContext) -> Iterable[Metric]:
    """Quality of the house model on held-out scenes; these are rendered once and kept in the home folder."""
    context.check()
    folder = ModelStore(home=services.home).find("house_model")  # before what is slow
    from rushes.training.evaluate import EvalSettings, evaluate

    given = BenchSettings.of(services)
    settings = EvalSettings(blender=services.blender, baseline=given.baseline, sheets=given.sheets)
    return evaluate(folder, services.home / "cache" / "house_scenes", context, settings)
