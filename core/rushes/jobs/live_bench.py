"""How quick the looks are: a clip at the model's size, a sheet of directions, a view that follows the camera."""

from __future__ import annotations

import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from rushes.contracts import FrameRange, JobContext, LookPicture, LookRequest, LookUpdate, Metric, Size, encode
from rushes.contracts.negotiate import negotiate
from rushes.errors import JobFailed, RushesError
from rushes.generators.protocol import GenerateRequest, Generator
from rushes.jobs import explore, passes
from rushes.jobs.bench import BenchScene, BenchSettings
from rushes.jobs.look import Look, ViewDoor, share_threads
from rushes.jobs.registry import Services
from rushes.media.pictures import Bytes
from rushes.passes.view import BlenderView, OpenScene

__all__ = ["LIVE_DOOR", "measure_live"]

LIVE_DOOR = "live.door"
"""Key in `Services.cache` of a function that makes the door of the live look; tests put a double there."""
_SECONDS = 10.0
_RATE = 24.0
"""Wishes a second while playing."""
_DIRECTIONS = 24


def measure_live(services: Services, context: JobContext) -> Iterable[Metric]:
    """Seconds for 24 frames and for 24 directions; live pictures a second, with and without new passes."""
    settings = BenchSettings.of(services)
    generator = services.generators.get(settings.generator)
    generator.check_installed()
    with BenchScene.open(services, context) as scene:
        size = negotiate(generator.descriptor, scene.info.size, 1, scene.info.rate).model_size
        metrics = _clip(scene, generator, size, services, context)
        context.progress(0.4, "explore", f"{_DIRECTIONS} directions")
        metrics += _sheet(scene, settings.generator, services, context)
        context.progress(0.6, "look", "The camera moves")
        metrics += _look(scene, generator, size, services, context)
    return metrics


def _clip(scene: BenchScene, generator: Generator, size: Size, services: Services, context: JobContext) -> list[Metric]:
    """A clip from its passes, at the model's size, without what comes after."""
    settings = BenchSettings.of(services)
    asked = scene.shoot_request(settings, settings.frames)
    job = passes.PassesJob(asked.production, asked.blend, asked.shot, asked.camera, asked.range, size)
    inputs = services.passes.open(Path(passes.run(encode(job), context, services)["folder"]))
    rules = generator.descriptor
    frames = rules.frames.legal(settings.frames)
    request = GenerateRequest(scene.info.shots[0].brief, 1, size, frames, rules.steps[1])
    generator.unload()
    clock = time.perf_counter()
    generator.load()
    loading = time.perf_counter() - clock
    seconds: list[float] = []
    count = 0
    for _ in range(2):
        clock = time.perf_counter()
        count = sum(1 for _ in generator.generate(request, inputs, context))
        seconds.append(time.perf_counter() - clock)
    note = f"{count} frames of {size}, inputs and network; the second time"
    limit = 5.0 if count == 24 else None
    return [
        Metric.judged("live.clip_seconds", seconds[-1], "s", compare="<=", limit=limit, note=note),
        Metric.judged("live.clip_seconds_first", seconds[0], "s", note="the first time, which warms up"),
        Metric.judged("live.load_seconds", loading, "s", note="loading the model"),
    ]


def _sheet(scene: BenchScene, generator: str, services: Services, context: JobContext) -> list[Metric]:
    """A sheet of directions, passes rendered and passes there."""
    seconds: list[float] = []
    for _ in range(2):
        job = explore.ExploreJob(
            str(scene.production.root),
            str(scene.blend),
            f"bench-{uuid.uuid4().hex[:12]}",
            count=_DIRECTIONS,
            generator=generator,
        )
        clock = time.perf_counter()
        explore.run(encode(job), context, services)
        seconds.append(time.perf_counter() - clock)
    note = f"{_DIRECTIONS} directions on a sheet, passes there"
    return [
        Metric.judged("explore.seconds", seconds[1], "s", compare="<=", limit=8.0, note=note),
        Metric.judged("explore.seconds_with_passes", seconds[0], "s", note="passes rendered too"),
    ]


class _Counter:
    """LookEvents that notes when pictures came."""

    def __init__(self) -> None:
        self.pictures: list[tuple[float, LookPicture]] = []
        self.frames = (1, 1)
        self.error: RushesError | None = None
        self.over = threading.Event()
        self.first = threading.Event()

    def opened(self, scene: OpenScene, frames: tuple[int, int]) -> None:
        """See LookEvents."""
        self.frames = frames

    def picture(self, about: LookPicture, picture: Bytes) -> None:
        """See LookEvents."""
        self.pictures.append((time.perf_counter(), about))
        self.first.set()

    def message(self, text: str) -> None:
        """Not of interest."""

    def note(self, text: str) -> None:
        """Not of interest."""

    def restarted(self) -> None:
        """Not of interest."""

    def ended(self, error: RushesError | None) -> None:
        """See LookEvents."""
        self.error = error
        self.over.set()
        self.first.set()


def _look(scene: BenchScene, generator: Generator, size: Size, services: Services, context: JobContext) -> list[Metric]:
    shot = scene.info.shots[0]
    counter = _Counter()
    make: Callable[[], ViewDoor] = services.cache.get(LIVE_DOOR) or (lambda: BlenderView(services.blender))
    request = LookRequest(str(scene.blend), camera=shot.camera, size=size, generator=generator.descriptor.id)
    with share_threads() as painters, closing(Look(request, generator, make(), counter, painters=painters)) as look:
        clock = time.perf_counter()
        look.start()
        while not counter.first.wait(0.2):
            context.check()
        first = time.perf_counter() - clock
        moving = _measured(look, counter, context, lambda n: LookUpdate(frame=_frame(shot.range, n)))
        still = _measured(look, counter, context, lambda n: LookUpdate(seed=n + 1))
    if counter.error is not None:
        raise counter.error
    note = f"{size}, every picture a new view, passes included"
    return [
        Metric.judged("look.pictures_per_second", moving[0], "1/s", compare=">=", limit=4.0, note=note),
        Metric.judged("look.latency", moving[1], "s", note="from a wish to its picture, median"),
        Metric.judged("look.pictures_per_second_without_passes", still[0], "1/s", note="another seed each time"),
        Metric.judged("look.latency_without_passes", still[1], "s"),
        Metric.judged("look.first_picture_seconds", first, "s", note="Blender starts and opens the scene"),
    ]


def _frame(frames: FrameRange, number: int) -> int:
    return frames.frames[number % len(frames)]


def _measured(
    look: Look, counter: _Counter, context: JobContext, wish: Callable[[int], LookUpdate]
) -> tuple[float, float]:
    """(pictures a second, median seconds from a wish to the picture that shows it)."""
    before = len(counter.pictures)
    sent: dict[int, float] = {}
    began = time.perf_counter()
    number = 0
    while time.perf_counter() - began < _SECONDS and not counter.over.is_set():
        context.check()
        number += 1
        sent[look.update(wish(number))] = time.perf_counter()
        time.sleep(1.0 / _RATE)
    spent = time.perf_counter() - began
    made = counter.pictures[before:]
    waits = [at - sent[about.update] for at, about in made if about.update in sent]
    if not waits:
        raise counter.error or JobFailed("The live look showed no picture in time.", code="look.slow")
    return len(made) / spent, statistics.median(waits)
