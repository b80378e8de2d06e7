"""Figures of moving pictures: what changes although the surface under it does not, beside the painted twin's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rushes.contracts import Metric
from rushes.training.eval_measures import Bytes, flicker, psnr, warp_error
from rushes.training.eval_model import EvalModel, look_of
from rushes.training.eval_motion import motion_between, visible_points
from rushes.training.eval_scenes import SceneStore, Span, clip_plans, clip_seeds
from rushes.training.synth_plan import pair_plan, plan_scene
from rushes.training.twin import RenderedScene, Variant, draw_variant

__all__ = ["CLIP_FRAMES", "Clip", "clip_metrics", "clips_of", "fine_weather", "pair_metrics"]

CLIP_FRAMES = 12
_BAR = 1.2
_FLICKER_BAR = 1.25


@dataclass(frozen=True)
class Clip:
    """A moving shot: scenes in order, the model's frames and the twin's."""

    scenes: list[RenderedScene]
    made: list[Bytes]
    twins: list[Bytes]


def fine_weather(scene: RenderedScene, seed: int = 8, hour: str | None = None) -> Variant:
    """A clear, neutral, cinematic look that fits the sun's height, in colours of the place."""
    low, place = bool(scene.plan["low_sun"]), str(scene.plan["place"])
    return Variant(hour or ("dusk" if low else "day"), "clear", "neutral", place, seed)


def clips_of(model: EvalModel, store: SceneStore, span: Span, count: int = 2) -> list[Clip]:
    """Clips of 12 frames whose camera walks while a vehicle drives."""
    out: list[Clip] = []
    for number, seed in enumerate(clip_seeds(count)):
        part = span.part(number / count, (number + 1) / count)
        scenes = store.scenes(clip_plans(seed, CLIP_FRAMES), part.part(0.0, 0.5))
        look = fine_weather(scenes[0])
        made: list[Bytes] = []
        twins: list[Bytes] = []
        for k, scene in enumerate(scenes):
            part.part(0.5, 1.0).step(k, len(scenes), f"frames of clip {number + 1}:")
            made.append(model.paint(scene, look))
            twins.append(store.twin(scene, look))
        out.append(Clip(scenes, made, twins))
    return out


def _warp(scenes: Sequence[RenderedScene], pictures: Sequence[Bytes]) -> float:
    errors: list[float] = []
    for k in range(1, len(scenes)):
        motion, valid = motion_between(scenes[k - 1], scenes[k])
        if valid.mean() > 0.02:
            errors.append(warp_error(pictures[k - 1], pictures[k], motion, valid))
    return float(np.mean(errors)) if errors else float("nan")


def clip_metrics(clips: Sequence[Clip]) -> list[Metric]:
    """Warp error, flicker and PSNR over the clips."""
    own, twin = (float(np.mean([_warp(c.scenes, p(c)) for c in clips])) for p in (_made, _twins))
    still = [visible_points(c.scenes, len(c.scenes) // 2) for c in clips]
    shimmer, steady = (
        float(np.mean([flicker(p(c), motions, valid) for c, (motions, valid) in zip(clips, still, strict=True)]))
        for p in (_made, _twins)
    )
    near = [psnr(a, b) for c in clips for a, b in zip(c.made, c.twins, strict=True)]
    unit = "8-bit levels"
    what = f"{len(clips)} clips of {CLIP_FRAMES} frames, camera and vehicle moving"
    return [
        Metric.judged(
            "house.warp_error", own, unit, reference=twin, compare="<=", limit=round(_BAR * twin, 4),
            note=f"{what}; along true vectors, what was hidden left out; reference: the painted twin's own",
        ),
        Metric.judged(
            "house.flicker", shimmer, unit, reference=steady, compare="<=", limit=round(_FLICKER_BAR * steady, 4),
            note="what surface points do from frame to frame beyond steady change; reference: the twin's own",
        ),
        Metric("house.clip_psnr", float(np.mean(near)), "dB", note=what),
    ]  # fmt: skip


def _made(clip: Clip) -> list[Bytes]:
    return clip.made


def _twins(clip: Clip) -> list[Bytes]:
    return clip.twins


def pair_metrics(model: EvalModel, store: SceneStore, seeds: Sequence[int], span: Span) -> list[Metric]:
    """Warp error over pairs of frames 1/12 s apart, one for every fourth held-out scene, any look; nothing falls."""
    firsts = store.scenes([plan_scene(s) for s in seeds], span.part(0.0, 0.1))
    seconds = store.scenes([pair_plan(s) for s in seeds], span.part(0.1, 0.5))
    own: list[float] = []
    twin: list[float] = []
    for number, pair in enumerate(zip(firsts, seconds, strict=True)):
        span.part(0.5, 1.0).step(number, len(seeds), "pairs")
        look = draw_variant(pair[0], 0)
        if look.weather in ("rain", "snowfall"):  # what falls moves with no surface
            look = look_of(look, weather="overcast")
        own.append(_warp(pair, [model.paint(s, look) for s in pair]))
        twin.append(_warp(pair, [store.twin(s, look) for s in pair]))
    reference = float(np.nanmean(twin))
    return [
        Metric.judged(
            "house.warp_error_pairs", float(np.nanmean(own)), "8-bit levels", reference=reference,
            compare="<=", limit=round(_BAR * reference, 4),
            note=f"{len(seeds)} pairs of frames 1/12 s apart over all places and looks; reference: the twins' own",
        )
    ]  # fmt: skip
