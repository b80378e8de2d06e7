"""How good the treatments of footage are, on synthetic clips whose truth is known, each against a plain baseline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from rushes.contracts import JobContext, Metric, Size
from rushes.jobs.bench import BenchSettings
from rushes.jobs.registry import Services
from rushes.media.pictures import Picture, save_png, to_uint8
from rushes.post.footage.camera_motion import followed
from rushes.post.footage.denoise import Denoise
from rushes.post.footage.flow import FlowFinder, carried, grey8
from rushes.post.footage.foreground import Foreground
from rushes.post.footage.interpolate import Interpolate
from rushes.post.footage.protocol import Filter, Source
from rushes.post.footage.stabilise import Stabilise, builtin_finder
from rushes.post.footage.trial import Rolled, Scene, Shake, noisy, psnr
from rushes.post.footage.upscale import lanczos

__all__ = ["ClipTrial", "measure_clip"]

_SIZE = Size(480, 270)


@dataclass(frozen=True)
class ClipTrial:
    """How much is measured; smaller in tests."""

    size: Size = _SIZE
    frames: int = 12
    shaken: int = 60
    seeds: tuple[int, ...] = (1, 2, 3)
    sheets: Path | None = None


class _Quiet:
    """Lets a filter's own progress go unheard; cancels still arrive."""

    def __init__(self, context: JobContext) -> None:
        self.check = context.check
        self.should_stop = context.should_stop

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """Not shown."""

    def note(self, text: str) -> None:
        """Not shown."""

    def preview(self, png: bytes) -> None:
        """Not shown."""


def measure_clip(services: Services, context: JobContext) -> Iterable[Metric]:
    """Denoise, interpolation, stabilisation, foreground and upscaling."""
    return clip_metrics(ClipTrial(sheets=BenchSettings.of(services).sheets), context)


def clip_metrics(trial: ClipTrial, context: JobContext) -> Iterator[Metric]:
    """See `measure_clip`."""
    parts: tuple[Callable[[ClipTrial, JobContext], Iterator[Metric]], ...] = (
        _denoise,
        _interpolate,
        _stabilise,
        _foreground,
        _upscale,
    )
    quiet = _Quiet(context)
    for done, part in enumerate(parts):
        context.progress(done / len(parts), "clip", part.__name__.strip("_"))
        yield from part(trial, quiet)


def _run(step: Filter, source: Source, context: JobContext) -> tuple[list[Picture], float]:
    """(pictures, milliseconds for each that is new)."""
    start = time.perf_counter()
    made = list(step.apply(source, context))
    new = len(made) - len(source) if len(made) != len(source) else len(made)
    return made, (time.perf_counter() - start) / max(1, new) * 1000


def _closeness(pictures: Sequence[Picture], truth: Sequence[Picture], edge: int = 0) -> float:
    inner = range(edge, len(pictures) - edge)
    return float(np.mean([psnr(pictures[i], truth[i]) for i in inner]))


def _unrest(pictures: Sequence[Picture], truth: Sequence[Picture]) -> float:
    """Levels of 255 by which a frame differs from the one before, moved along the true flow."""
    finder = FlowFinder()
    found: list[float] = []
    for (a, b), (real_a, real_b) in zip(pairwise(pictures), pairwise(truth)):
        flow = finder.between(grey8(real_b), grey8(real_a))
        found.append(float(np.abs(carried(a, flow) - b).mean()) * 255)
    return float(np.mean(found))


def _sheet(trial: ClipTrial, name: str, rows: Sequence[Sequence[Picture]]) -> None:
    if trial.sheets is not None:
        trial.sheets.mkdir(parents=True, exist_ok=True)
        save_png(trial.sheets / f"clip_{name}.png", to_uint8(np.vstack([np.hstack(list(row)) for row in rows])))


def _denoise(trial: ClipTrial, context: JobContext) -> Iterator[Metric]:
    sent_db, mean_db, made_db = list[float](), list[float](), list[float]()
    sent_unrest, made_unrest, floor, times = list[float](), list[float](), list[float](), list[float]()
    for seed in trial.seeds:
        scene = Scene(trial.size, seed)
        source = noisy(scene, trial.frames, grain=0.04, flicker=0.04, seed=seed)
        truth, sent = [scene.frame(i) for i in range(trial.frames)], list(source)
        mean = [np.mean(sent[max(0, i - 2) : i + 3], axis=0).astype(np.float32) for i in range(trial.frames)]
        made, spent = _run(Denoise(0.6), source, context)
        for into, pictures in ((sent_db, sent), (mean_db, mean), (made_db, made)):
            into.append(_closeness(pictures, truth, 2))
        sent_unrest.append(_unrest(sent[2:-2], truth[2:-2]))
        made_unrest.append(_unrest(made[2:-2], truth[2:-2]))
        floor.append(_unrest(truth[2:-2], truth[2:-2]))
        times.append(spent)
        if seed == trial.seeds[0]:
            middle = trial.frames // 2
            _sheet(trial, "denoise", [(sent[middle], made[middle]), (mean[middle], truth[middle])])
    note = f"{trial.size}, grain 10 levels, flicker 4 %"
    got, plain = float(np.mean(made_db)), float(np.mean(mean_db))
    yield Metric.judged("clip.denoise.psnr_sent", float(np.mean(sent_db)), "dB", note=note)
    yield Metric.judged(
        "clip.denoise.psnr",
        got,
        "dB",
        reference=plain,
        compare=">=",
        limit=round(plain + 3, 1),
        note="reference: mean of five",
    )
    yield Metric.judged(
        "clip.denoise.unrest",
        float(np.mean(made_unrest)),
        "levels",
        reference=float(np.mean(sent_unrest)),
        compare="<=",
        limit=round(float(np.mean(sent_unrest)) / 2, 2),
        note=f"along the true flow; clean: {np.mean(floor):.2f}",
    )
    yield Metric.judged("clip.denoise.ms_per_frame", float(np.mean(times)), "ms", note=str(trial.size))


def _interpolate(trial: ClipTrial, context: JobContext) -> Iterator[Metric]:
    for factor in (2, 4):
        blend_db, made_db, worst, times = list[float](), list[float](), list[float](), list[float]()
        for seed in trial.seeds:
            scene, frames = Scene(trial.size, seed, speed=2.0), max(3, trial.frames // 2)
            source = scene.rolled(frames)
            sent = list(source)
            made, spent = _run(Interpolate(factor), source, context)
            between = [i for i in range(len(made)) if i % factor]
            truth = [scene.frame(i / factor) for i in between]
            blend = [_blend(sent, i, factor) for i in between]
            new = [made[i] for i in between]
            blend_db.append(_closeness(blend, truth))
            made_db.append(_closeness(new, truth))
            worst.append(min(psnr(a, b) for a, b in zip(new, truth)))
            times.append(spent)
            if seed == trial.seeds[0]:
                middle = len(between) // 2
                error = np.clip(np.abs(new[middle] - truth[middle]) * 4, 0, 1).astype(np.float32)
                _sheet(trial, f"interpolate_{factor}", [(blend[middle], new[middle]), (error, truth[middle])])
        plain = float(np.mean(blend_db))
        yield Metric.judged(
            f"clip.interpolate_{factor}.psnr",
            float(np.mean(made_db)),
            "dB",
            reference=plain,
            compare=">=",
            limit=round(plain + 6, 1),
            note=f"new frames only; reference: blend; worst frame {min(worst):.1f} dB",
        )
        yield Metric.judged(f"clip.interpolate_{factor}.ms_per_frame", float(np.mean(times)), "ms", note="a new frame")


def _blend(sent: Sequence[Picture], index: int, factor: int) -> Picture:
    whole, part = divmod(index, factor)
    t = part / factor
    return (sent[whole] * (1 - t) + sent[whole + 1] * t).astype(np.float32)


def _wobble(pictures: Sequence[Picture], size: Size) -> float:
    """Pixels, root mean square, by which the motion changes from frame to frame."""
    steps = followed(Rolled(size, len(pictures), lambda i: pictures[i])).steps[1:]
    change = np.diff(steps, axis=0)[2:-2, :2]
    return float(np.sqrt((change**2).mean()))


def _stabilise(trial: ClipTrial, context: JobContext) -> Iterator[Metric]:
    finders = {"vidstab": builtin_finder, "points": followed}
    before: list[float] = []
    after: dict[str, list[float]] = {name: [] for name in finders}
    times: dict[str, list[float]] = {name: [] for name in finders}
    said: dict[str, str] = {}
    for seed in trial.seeds:
        shake = Shake.by_chance(trial.shaken, seed, 4.0)
        scene = Scene(trial.size, seed, speed=0.5, shake=shake)
        sent = list(scene.rolled(trial.shaken))
        source = Rolled(trial.size, len(sent), sent.__getitem__)
        before.append(_wobble(sent, trial.size))
        for name, find in finders.items():
            step = Stabilise(0.5, find)
            made, spent = _run(step, source, context)
            after[name].append(_wobble(made, trial.size))
            times[name].append(spent)
            said[name] = step.notes[0]
            if seed == trial.seeds[0] and name == "vidstab":
                _sheet(trial, "stabilise", [sent[10:13], made[10:13]])
    plain = float(np.mean(before))
    for name in finders:
        yield Metric.judged(
            f"clip.stabilise_{name}.wobble",
            float(np.mean(after[name])),
            "px",
            reference=plain,
            compare="<=",
            limit=round(plain / 20, 3),
            note=f"change of motion from frame to frame; {said[name]}",
        )
        yield Metric.judged(f"clip.stabilise_{name}.ms_per_frame", float(np.mean(times[name])), "ms")


def _foreground(trial: ClipTrial, context: JobContext) -> Iterator[Metric]:
    found, flicker, times = list[float](), list[float](), list[float]()
    for seed in trial.seeds:
        scene = Scene(trial.size, seed)
        made, spent = _run(Foreground(), scene.rolled(trial.frames), context)
        masks = [scene.mask(i) > 0.5 for i in range(trial.frames)]
        hits = [m > 0.5 for m in made]
        shares = [float((a & b).sum() / max(1, (a | b).sum())) for a, b in zip(masks, hits)]
        found.append(float(np.mean(shares)))
        flicker.append(float(np.abs(np.diff(shares)).mean()))
        times.append(spent)
        if seed == trial.seeds[0]:
            picks = (0, trial.frames // 2, trial.frames - 1)
            _sheet(trial, "matte", [[scene.frame(i) for i in picks], [made[i] for i in picks]])
    yield Metric.judged(
        "clip.matte.overlap",
        float(np.mean(found)),
        "",
        compare=">=",
        limit=0.8,
        note=f"of two moving things with the truth; changes {np.mean(flicker):.3f} a frame",
    )
    yield Metric.judged("clip.matte.ms_per_frame", float(np.mean(times)), "ms")


def _upscale(trial: ClipTrial, context: JobContext) -> Iterator[Metric]:
    plain, made, times = list[float](), list[float](), list[float]()
    for seed in trial.seeds:
        context.check()
        truth = Scene(trial.size, seed).frame(0)
        half = (trial.size.width // 2, trial.size.height // 2)
        small = np.asarray(cv2.resize(truth, half, interpolation=cv2.INTER_AREA), np.float32)
        start = time.perf_counter()
        big = lanczos(small, trial.size)
        times.append((time.perf_counter() - start) * 1000)
        shape = (trial.size.width, trial.size.height)
        plain.append(psnr(np.asarray(cv2.resize(small, shape, interpolation=cv2.INTER_LINEAR), np.float32), truth))
        made.append(psnr(big, truth))
    bilinear = float(np.mean(plain))
    yield Metric.judged(
        "clip.upscale_lanczos.psnr",
        float(np.mean(made)),
        "dB",
        reference=bilinear,
        compare=">=",
        limit=round(bilinear, 1),
        note="times 2; reference: bilinear",
    )
    yield Metric.judged("clip.upscale_lanczos.ms_per_frame", float(np.mean(times)), "ms", note=f"to {trial.size}")
