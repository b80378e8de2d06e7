"""One frame of a shot in many visual directions, on one sheet: what a director chooses a look from.

The first direction is the shot's own brief; the others change hour, weather, mood, style and seed. Everything is kept
in the production, `shots/<shot>/explore/<id>/`, so that any direction can be shot later:

    sheet.png       all pictures, numbered
    explore.json    seed and brief of each
    01.png ...      the pictures
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from rushes.contracts import Brief, FrameRange, JobContext, PassesRequest, Shot, Size, Vec3, decode, encode
from rushes.contracts.negotiate import legal_steps, legal_strengths, negotiate
from rushes.errors import InputError, ProductionError, disk_full_as_error
from rushes.generators.protocol import GenerateRequest, Generator, Picture
from rushes.jobs.directions import Direction, plan_directions
from rushes.jobs.doors import OpenPasses
from rushes.jobs.registry import Services
from rushes.jobs.shot_passes import Scene, all_shots, find_shot, inspect, obtain_passes, passes_key
from rushes.jobs.stages import Stages
from rushes.jobs.take_files import png_bytes
from rushes.jobs.warm import current_model
from rushes.library.explorations import Cell, Exploration, read_exploration
from rushes.library.files import write_json
from rushes.library.ids import check_id, utc_now
from rushes.library.production import Production
from rushes.media.looks_sheet import LookCell, looks_sheet
from rushes.media.pictures import Bytes, save_png, to_uint8

__all__ = ["MOST", "ExploreJob", "run"]

MOST = 96
"""Directions on a sheet, at most."""
_WEIGHTS = {"passes": 0.25, "generate": 0.7, "sheet": 0.05}
_PREVIEW_EVERY = 0.7  # seconds
_ABOUT = "explore.json"


@dataclass(frozen=True)
class ExploreJob:
    """What to explore."""

    production: str
    """Absolute path of the production folder."""
    blend: str
    """A registered source, or a file inside the production."""
    explore_id: str
    """Chosen by the client, so that a retry makes no second sheet."""
    shot: str | None = None
    """None: the first one in the .blend."""
    count: int = 24
    frame: int | None = None
    """Scene frame; None: the middle of the shot."""
    seed: int = 1
    """Of the first direction; the others follow."""
    generator: str = "house"
    brief: dict[str, str] = field(default_factory=dict)
    """Fields that override the shot's brief in the .blend."""
    keep: tuple[str, ...] = ()
    """Aspects that stay as the brief has them; see `jobs.directions.KEEPABLE`."""
    strengths: dict[str, float] = field(default_factory=dict)
    camera: str | None = None
    use_scene_sun: bool = True


@runtime_checkable
class _SideBySide(Protocol):
    """A generator that makes pictures of several requests at once."""

    def generate_each(
        self, wanted: Sequence[tuple[GenerateRequest, OpenPasses]], context: JobContext
    ) -> Iterator[Picture]: ...


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Make the sheet of an ExploreJob. One with this id that is there already is the result.

    Gives `explore`, `shot`, `frame`, `folder`, `sheet`, `cells` (number, seed, brief, words, picture), `timings`.
    """
    job = decode(ExploreJob, dict(params))
    check_id(job.explore_id, "exploration")
    if not 1 <= job.count <= MOST:
        raise InputError(
            f"A sheet holds 1 to {MOST} directions, not {job.count}.", code="explore.count", hint="Ask for 24."
        )
    production = Production.open(job.production)
    made = next((f for f in production.root.glob(f"shots/*/explore/{job.explore_id}") if f.is_dir()), None)
    if made is not None:
        return _result(made, {})
    return _Exploring(job, production, context, services).run()


def _result(folder: Path, timings: Mapping[str, float]) -> dict[str, Any]:
    about = read_exploration(folder)
    return {
        "explore": about.id,
        "shot": about.shot,
        "frame": about.frame,
        "folder": str(folder),
        "sheet": str(folder / "sheet.png"),
        "cells": [{**encode(c), "picture": str(folder / c.picture)} for c in about.cells],
        "timings": {k: round(v, 4) for k, v in timings.items()},
    }


class _Exploring:
    """One run of the job."""

    def __init__(self, job: ExploreJob, production: Production, context: JobContext, services: Services) -> None:
        self.job = job
        self.production = production
        self.services = services
        self.generator: Generator = services.generators.get(job.generator)
        self.stages = Stages(context, _WEIGHTS)

    def run(self) -> dict[str, Any]:
        self.generator.check_installed()
        blend = self.production.check_source(self.job.blend)
        passes = self.stages.stage("passes")
        passes.progress(0.0, "passes", "Looking into the scene")
        clock = time.perf_counter()
        scene = inspect(self.production, blend, self.services.passes, passes)
        name = self.job.shot or all_shots(scene.info)[0].name
        shot = find_shot(scene.info, name, self.job.camera)
        brief = shot.brief.merged(self.job.brief)
        reading = self.generator.read_brief(brief)
        rules = self.generator.descriptor
        directions = plan_directions(rules, reading.values, self.job.count, self.job.seed, self.job.keep)
        agreed = negotiate(rules, scene.info.size, 1, scene.info.rate)
        frame = self.frame(shot)
        model = current_model(self.services, self.generator)
        lit = self.passes(scene, shot, frame, agreed.model_size, brief, directions)
        self.stages.spent("passes", clock)
        self.stages.update("passes", 1.0)
        strengths, notes = legal_strengths(rules, self.job.strengths)
        for text in notes:
            self.stages.note(text)
        wanted = [
            (
                GenerateRequest(
                    brief.merged(d.brief),
                    d.seed,
                    agreed.model_size,
                    agreed.model_frames,
                    legal_steps(rules, None)[0],
                    strengths,
                ),
                lit[d.number],
            )
            for d in directions
        ]
        pictures = self.pictures(wanted)
        about = Exploration(
            version=1,
            id=self.job.explore_id,
            shot=shot.name,
            camera=shot.camera,
            frame=frame,
            created=utc_now(),
            generator=rules.id,
            model=model.sha256,
            blend=self.production.source_name(blend),
            size=agreed.model_size,
            strengths=strengths,
            use_scene_sun=self.job.use_scene_sun,
            cells=tuple(self.cell(d) for d in directions),
        )
        return self.keep(about, pictures, brief)

    def cell(self, direction: Direction) -> Cell:
        """Its brief holds what the caller asked for as well."""
        brief = {**self.job.brief, **direction.brief}
        return Cell(direction.number, direction.seed, brief, direction.words, f"{direction.number:02d}.png")

    def frame(self, shot: Shot) -> int:
        """The frame to show; InputError `explore.frame` for one outside the shot."""
        frames = shot.range.frames
        if self.job.frame is None:
            return frames[len(frames) // 2]
        if self.job.frame not in frames:
            raise InputError(
                f"Frame {self.job.frame} is not in the shot {shot.name!r}.",
                code="explore.frame",
                hint=f"It runs from {frames[0]} to {frames[-1]}.",
            )
        return self.job.frame

    def passes(
        self, scene: Scene, shot: Shot, frame: int, size: Size, brief: Brief, directions: Sequence[Direction]
    ) -> dict[int, OpenPasses]:
        """Direction's number → the frame's passes, lit as a take with that brief would be."""
        found: dict[Vec3 | None, OpenPasses] = {}
        lit: dict[int, OpenPasses] = {}
        context = self.stages.stage("passes")
        for direction in directions:
            sun = self.sun(scene, shot, brief.merged(direction.brief))
            if sun not in found:
                context.progress(len(found) / 5, "passes", f"frame {frame}, light {len(found) + 1}")
                request = PassesRequest(
                    str(scene.blend), shot.name, shot.camera, FrameRange(frame, frame), size, sun_direction=sun
                )
                key = passes_key(scene, request, self.services.passes)
                found[sun], _ = obtain_passes(self.production, key, request, self.services.passes, _Quiet(context))
                for text in found[sun].manifest.notes:
                    self.stages.note(text)
            lit[direction.number] = found[sun]
        return lit

    def sun(self, scene: Scene, shot: Shot, brief: Brief) -> Vec3 | None:
        """As `jobs.shoot` decides it."""
        if scene.info.sun is not None and self.job.use_scene_sun:
            return scene.info.sun.direction
        return None if shot.camera_matrix is None else self.generator.sun_direction(brief, shot.camera_matrix)

    def pictures(self, wanted: Sequence[tuple[GenerateRequest, OpenPasses]]) -> list[Bytes]:
        """The first picture of each request."""
        generate = self.stages.stage("generate")
        generate.progress(0.0, "generate", "Loading the model")
        clock = time.perf_counter()
        self.generator.load()
        found: list[Bytes] = []
        shown = float("-inf")
        for picture in self.each(wanted):
            found.append(to_uint8(picture))
            self.stages.update("generate", len(found) / len(wanted), f"Direction {len(found)} of {len(wanted)}")
            if time.perf_counter() - shown > _PREVIEW_EVERY:
                shown = time.perf_counter()
                self.stages.context.preview(png_bytes(found[-1]))
        self.stages.spent("generate", clock)
        return found

    def each(self, wanted: Sequence[tuple[GenerateRequest, OpenPasses]]) -> Iterator[Picture]:
        """One picture a request, side by side where the generator can."""
        quiet = _Quiet(self.stages.stage("generate"))
        if isinstance(self.generator, _SideBySide) and all(request.frames == 1 for request, _ in wanted):
            yield from self.generator.generate_each(wanted, quiet)
            return
        for request, inputs in wanted:
            made = self.generator.generate(request, inputs, quiet)
            yield next(made)
            close = getattr(made, "close", None)
            if close is not None:
                close()

    def keep(self, about: Exploration, pictures: Sequence[Bytes], brief: Brief) -> dict[str, Any]:
        """Write the folder, whole or not at all."""
        self.stages.update("sheet", 0.0, "Laying out the sheet")
        clock = time.perf_counter()
        home = self.production.shot_folder(about.shot) / "explore"
        target, staging = home / about.id, home / f".{about.id}.{os.getpid()}.part"
        text = {"Description": "AI-generated pictures, made with Rushes."}
        try:
            with disk_full_as_error(target):
                shutil.rmtree(staging, ignore_errors=True)
                staging.mkdir(parents=True)
                for cell, picture in zip(about.cells, pictures, strict=True):
                    save_png(staging / cell.picture, picture, text=text)
                save_png(staging / "sheet.png", self.sheet(about, pictures, brief), text=text)
                write_json(staging / _ABOUT, encode(about))
                self.stages.context.check()
                os.rename(staging, target)
        except OSError as exc:
            if not target.is_dir():
                raise ProductionError(
                    f"The sheet could not be kept in {home}: {exc.strerror}.",
                    code="explore.folder",
                    hint="May you write to the production?",
                ) from exc
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        self.stages.spent("sheet", clock)
        self.stages.update("sheet", 1.0)
        return _result(target, self.stages.seconds)

    def sheet(self, about: Exploration, pictures: Sequence[Bytes], brief: Brief) -> Bytes:
        """The labelled sheet."""
        name = f"{self.production.name} · {about.shot}" if self.production.name else about.shot
        facts = [f"frame {about.frame}", f"camera {about.camera}", f"{len(pictures)} directions", about.generator]
        text = brief.text()
        cells = [
            LookCell(c.number, c.seed, tuple(c.words.values()), picture)
            for c, picture in zip(about.cells, pictures, strict=True)
        ]
        return looks_sheet(name, [*facts, f"“{text}”"] if text else facts, cells)


class _Quiet:
    """The stage's context for work that reports progress of its own kind: only notes and the cancel pass."""

    def __init__(self, context: JobContext) -> None:
        self._context = context

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """Not of interest here."""

    def note(self, text: str) -> None:
        """See JobContext."""
        self._context.note(text)

    def preview(self, png: bytes) -> None:
        """Not of interest here."""

    def should_stop(self) -> bool:
        """See JobContext."""
        return self._context.should_stop()

    def check(self) -> None:
        """See JobContext."""
        self._context.check()
