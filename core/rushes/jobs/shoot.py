"""The main job: a shot in a .blend becomes a take.

passes (rendered or reused) → generator → post chain → clip, hashes, poster, strip, recipe → one rename.
Frames stream one by one through all of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from rushes.contracts import (
    Brief,
    BriefReading,
    JobContext,
    ModelRef,
    Negotiation,
    PassesRequest,
    Recipe,
    ShootRequest,
    Shot,
    Take,
    decode,
    encode,
)
from rushes.contracts.negotiate import legal_steps, legal_strengths, negotiate
from rushes.contracts.timing import rate_text
from rushes.errors import ProductionError
from rushes.generators.protocol import GenerateRequest, Generator, Picture, guides
from rushes.jobs.consistency import WarpMeter
from rushes.jobs.doors import OpenPasses
from rushes.jobs.environment import environment
from rushes.jobs.registry import Services
from rushes.jobs.set_pictures import DiskSet, kept_frames, obtain_set, steps_with
from rushes.jobs.sheets import update_sheet
from rushes.jobs.shot_passes import Scene, find_shot, inspect, obtain_passes, passes_key
from rushes.jobs.stages import Stages
from rushes.jobs.take_files import TakeWriter, png_bytes
from rushes.jobs.warm import current_model
from rushes.library.files import read_json, write_json
from rushes.library.ids import check_id, utc_now
from rushes.library.production import Production
from rushes.media.pictures import Bytes, to_uint8
from rushes.post import chain
from rushes.post.protocol import PostProcess
from rushes.post.set_blend import SetBlend, SetPictures
from rushes.post.upsample import GuidedUpsample

__all__ = ["RECIPE_VERSION", "WEIGHTS", "result_of_take", "run", "take_frames"]

RECIPE_VERSION = 1
WEIGHTS = {"passes": 0.3, "generate": 0.45, "upsample": 0.15, "encode": 0.1}
"""Shares of the progress bar, from times measured on two cores."""
_WEIGHTS_SET = {"passes": 0.2, "set": 0.25, "generate": 0.35, "upsample": 0.12, "encode": 0.08}
_PREVIEW_EVERY = 0.7  # seconds
_MEASURES = "measures.json"


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Make the take of a ShootRequest. A take with this id that is there already is the result.

    Gives `take`, `shot`, `folder`, `files`, `seed`, `recipe_hash`, `frames`, `seconds`, `warp_error` (levels of 255),
    `timings`, `sheet`, `messages`.
    Raises what production, .blend, brief, generator and disk have to say; then no take is left behind.
    """
    request = decode(ShootRequest, dict(params))
    production = Production.open(request.production)
    found = production.find_take(check_id(request.take_id))
    if found is not None:
        return result_of_take(production, found)
    try:
        return _Shooting(request, production, context, services).run()
    except ProductionError as exc:
        twin = production.find_take(request.take_id) if exc.code == "production.take_exists" else None
        if twin is None:
            raise
        return result_of_take(production, twin)  # another worker with the same job was faster


def result_of_take(production: Production, take: Take, timings: Mapping[str, float] | None = None) -> dict[str, Any]:
    """The job's result for a take."""
    folder = production.take_folder(take.id)
    files = {n: str(folder / f) for n, f in encode(take.files).items() if f is not None}
    sheet = production.shot_folder(take.shot) / "sheet.png"
    return {
        "take": take.id,
        "shot": take.shot,
        "folder": str(folder),
        "files": files,
        "seed": take.seed,
        "recipe_hash": take.recipe_hash,
        "frames": take.frame_count,
        "seconds": take.seconds,
        "warp_error": _warp_error(folder),
        "timings": {k: round(v, 4) for k, v in (timings or {}).items()},
        "sheet": str(sheet) if sheet.exists() else None,
        "messages": list(take.messages),
    }


def _warp_error(folder: Path) -> float | None:
    try:
        found = read_json(folder / _MEASURES, "The take's measures").get("warp_error")
    except (OSError, ProductionError):
        return None
    return float(found) if isinstance(found, (int, float)) else None


@dataclass(frozen=True)
class _Plan:
    """What is decided before anything slow starts."""

    scene: Scene
    shot: Shot
    brief: Brief
    reading: BriefReading
    agreed: Negotiation
    steps: int
    strengths: dict[str, float]
    model: ModelRef


class _Shooting:
    """One run of the job."""

    def __init__(self, request: ShootRequest, production: Production, context: JobContext, services: Services) -> None:
        self.request = request
        self.production = production
        self.services = services
        self.generator: Generator = services.generators.get(request.generator)
        self.stages = Stages(context, _WEIGHTS_SET if request.set_takes else WEIGHTS)
        self.messages: list[str] = []
        self.set: DiskSet | None = None

    def run(self) -> dict[str, Any]:
        started = time.monotonic()
        plan = self.plan()
        passes_request = self.passes_request(plan)
        key = passes_key(plan.scene, passes_request, self.services.passes)
        clock = time.perf_counter()
        inputs, reused = obtain_passes(
            self.production, key, passes_request, self.services.passes, self.stages.stage("passes")
        )
        self.stages.spent("passes", clock)
        self.stages.update("passes", 1.0, "Passes were there already" if reused else "")
        for text in inputs.manifest.notes:
            self.say(text)
        self.set = self.set_pictures(plan, passes_request)
        recipe = self.recipe(plan, inputs)
        with self.production.stage_take(self.request.shot, self.request.take_id) as folder:
            writer = self.write_frames(folder, recipe, inputs)
            write_json(folder / writer.files.recipe, encode(recipe))
            source = {
                "version": 1,
                "blend": self.production.source_name(plan.scene.blend),
                "passes": key,
                "request": encode(replace(passes_request, blend="")),
                **({"set": self.set.key} if self.set else {}),
            }
            write_json(folder / "source.json", source)
            take = self.take(recipe, writer, time.monotonic() - started)
            self.stages.context.check()  # the last moment at which a cancel leaves nothing
            write_json(folder / "take.json", encode(take))
        update_sheet(self.production, take.shot, self.stages.context)
        self.stages.update("encode", 1.0)
        return result_of_take(self.production, take, self.stages.seconds)

    def say(self, text: str) -> None:
        """Tell the artist, now and in the take."""
        if text and text not in self.messages:
            self.messages.append(text)
            self.stages.note(text)

    def plan(self) -> _Plan:
        """Everything that can be refused cheaply is refused here."""
        request, context = self.request, self.stages.stage("passes")
        blend = self.production.check_source(request.blend)
        self.generator.check_installed()
        strengths, strength_notes = legal_strengths(self.generator.descriptor, request.strengths)
        steps, step_note = legal_steps(self.generator.descriptor, request.steps)
        context.progress(0.0, "passes", "Looking into the scene")
        scene = inspect(self.production, blend, self.services.passes, context)
        shot = find_shot(scene.info, request.shot, request.camera, request.range)
        brief = shot.brief.merged(request.brief)
        reading = self.generator.read_brief(brief)
        rate = shot.range.playback_rate(scene.info.rate)
        agreed = negotiate(
            self.generator.descriptor,
            scene.info.size,
            len(shot.range),
            rate,
            model_size=request.model_size,
            output_size=request.output_size,
        )
        for text in (*_brief_notes(reading), *agreed.notes, step_note, *strength_notes):
            self.say(text)
        if scene.info.rate != self.production.rate:
            self.say(
                f"The scene runs at {rate_text(scene.info.rate)}, the production at {rate_text(self.production.rate)}; "
                "the take keeps the scene's rate, so that it lasts as long as in Blender."
            )
        return _Plan(
            scene, shot, brief, reading, agreed, steps, strengths, current_model(self.services, self.generator)
        )

    def passes_request(self, plan: _Plan) -> PassesRequest:
        """The scene's own sun when there is one and it is wanted, else the generator's for this brief."""
        sun = plan.scene.info.sun.direction if plan.scene.info.sun and self.request.use_scene_sun else None
        if sun is None and plan.shot.camera_matrix is not None:
            sun = self.generator.sun_direction(plan.brief, plan.shot.camera_matrix)
        return PassesRequest(
            blend=str(plan.scene.blend),
            shot=plan.shot.name,
            camera=plan.shot.camera,
            range=plan.shot.range,
            size=plan.agreed.output_size,
            sun_direction=sun,
        )

    def set_pictures(self, plan: _Plan, request: PassesRequest) -> DiskSet | None:
        """The set as the named takes show it; None when none is named."""
        if not self.request.set_takes:
            return None
        clock = time.perf_counter()
        inner = self.stages.stage("set")
        found = obtain_set(self.production, plan.scene, request, self.request.set_takes, self.services, inner)
        self.stages.spent("set", clock)
        self.stages.update("set", 1.0)
        self.say(f"Takes that are kept on the set reach {found.reached:.0%} of the picture.")
        return found

    def recipe(self, plan: _Plan, inputs: OpenPasses) -> Recipe:
        """All that affects the pixels."""
        agreed = plan.agreed
        steps: list[PostProcess] = []
        if agreed.model_size != agreed.output_size:
            steps.append(GuidedUpsample(agreed.output_size))
        if self.set is not None:
            starts = any(c.name == "mask" for c in self.generator.descriptor.conditionings)
            steps.append(SetBlend(self.set, first_frame=starts))
        names = {o.name for o in inputs.legend.objects}
        for name in sorted(set(self.request.object_seeds) - names):
            self.say(f"There is no object {name!r} in this shot; its seed has no effect.")
        return Recipe(
            version=RECIPE_VERSION,
            shot=plan.shot.name,
            camera=plan.shot.camera,
            range=plan.shot.range,
            rate=plan.scene.info.rate,
            brief=plan.brief,
            reading=dict(plan.reading.values),
            seed=self.request.seed,
            object_seeds={n: s for n, s in self.request.object_seeds.items() if n in names},
            generator=self.request.generator,
            model=plan.model,
            steps=plan.steps,
            strengths=plan.strengths,
            model_size=agreed.model_size,
            model_frames=agreed.model_frames,
            output_size=agreed.output_size,
            passes=inputs.digest,
            post=chain.specs(steps),
        )

    def write_frames(self, folder: Path, recipe: Recipe, inputs: OpenPasses) -> TakeWriter:
        """Generate, finish and encode, one frame at a time."""
        writer = TakeWriter(
            folder,
            recipe,
            self.request.take_id,
            self.generator.descriptor.name,
            keep_frames=self.request.keep_frames,
        )
        meter = WarpMeter(inputs)
        with writer:
            for frame in take_frames(recipe, self.generator, inputs, self.stages, meter, self.set):
                clock = time.perf_counter()
                writer.write(frame)
                self.stages.spent("encode", clock)
                self.stages.update("encode", 0.98 * len(writer.hashes) / len(inputs))
        write_json(folder / _MEASURES, {"version": 1, "warp_error": meter.error})
        return writer

    def take(self, recipe: Recipe, writer: TakeWriter, seconds: float) -> Take:
        """take.json."""
        return Take(
            id=self.request.take_id,
            shot=self.request.shot,
            created=utc_now(),
            seed=recipe.seed,
            brief=recipe.brief,
            generator=recipe.generator,
            recipe_hash=recipe.hash,
            size=recipe.output_size,
            frame_count=len(writer.hashes),
            rate=recipe.range.playback_rate(recipe.rate),
            seconds=round(seconds, 3),
            files=writer.files,
            messages=tuple(self.messages),
            environment=environment(),
            origin=dict(self.request.origin),
        )


def take_frames(
    recipe: Recipe,
    generator: Generator,
    inputs: OpenPasses,
    stages: Stages,
    meter: WarpMeter | None = None,
    set_: SetPictures | None = None,
) -> Iterator[Bytes]:
    """The finished 8-bit frames of a recipe, streamed; as many as the passes have.

    The same for shooting and for replaying. Stages "generate" and "upsample" are reported and timed; `meter` sees
    the generator's pictures; `set_` is what a recipe that keeps a set needs.
    """
    request = replace(GenerateRequest.of(recipe, inputs.legend), kept=kept_frames(recipe, set_))
    steps = chain.build(recipe.post, steps_with(set_))
    generate = stages.stage("generate")
    generate.progress(0.0, "generate", "Loading the model")
    clock = time.perf_counter()
    generator.load()
    stages.spent("generate", clock)
    made = generator.generate(request, inputs, generate)
    count = len(inputs)
    timed = _timed(islice(made, count), stages, count, meter)
    finished = chain.run(steps, timed, guides(generator, request, inputs), stages.stage("upsample"))
    done = 0
    try:
        while True:
            stages.context.check()
            clock, inner = time.perf_counter(), stages.seconds["generate"]
            picture = next(finished, None)
            spent = time.perf_counter() - clock
            stages.seconds["upsample"] += spent - (stages.seconds["generate"] - inner)
            if picture is None:
                return
            done += 1
            stages.update("upsample", done / count)
            yield to_uint8(picture)
    finally:
        _close(finished)
        timed.close()
        _close(made)


def _timed(pictures: Iterator[Picture], stages: Stages, count: int, meter: WarpMeter | None) -> Any:
    """The generator's pictures, timed, with a preview now and then."""
    shown = float("-inf")
    done = 0
    while True:
        clock = time.perf_counter()
        picture = next(pictures, None)
        now = stages.spent("generate", clock)
        if picture is None:
            return
        done += 1
        stages.update("generate", done / count, f"Frame {done} of {count}")
        if now - shown > _PREVIEW_EVERY:
            shown = now
            stages.context.preview(png_bytes(to_uint8(picture)))
        if meter is not None:
            meter.add(done - 1, picture)
        yield picture


def _close(pictures: Iterator[Any]) -> None:
    """End a generator that was not run to its end, so that it lets go of its memory now."""
    close = getattr(pictures, "close", None)
    if close is not None:
        with closing(pictures):  # pyright: ignore[reportArgumentType]
            pass


def _brief_notes(reading: BriefReading) -> list[str]:
    notes = list(reading.notes)
    if reading.unknown:
        words = ", ".join(f"“{w}”" for w in reading.unknown)
        notes.insert(0, f"The model does not know these words of the brief and leaves them out: {words}.")
    return notes
