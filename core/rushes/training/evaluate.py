"""Measures the house model on scenes and clips that it never saw: `rushes eval house`.

The held-out set is fixed: scenes 0 to 41, six of each place, two looks each; pairs of frames; two clips. What it needs
is rendered and painted once into a work folder and kept there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rushes.contracts import JobContext, Metric
from rushes.errors import ModelError
from rushes.training.eval_clips import clip_metrics, clips_of, pair_metrics
from rushes.training.eval_look import find_judge
from rushes.training.eval_measures import Bytes, psnr, warp_error
from rushes.training.eval_model import EvalModel
from rushes.training.eval_scenes import HELD, SceneStore, Span, Still, held_stills
from rushes.training.eval_seeds import seed_metrics
from rushes.training.eval_stills import (
    Judge,
    detail_metrics,
    fidelity_metrics,
    frechet_metrics,
    geometry_metrics,
    look_metrics,
)

__all__ = ["EvalSettings", "evaluate", "psnr", "warp_error"]


@dataclass(frozen=True)
class EvalSettings:
    """What is measured, and with what."""

    blender: str | None = None
    """Which Blender renders the scenes; None finds one."""
    baseline: Path | None = None
    """Another house model, measured on the same pictures."""
    sheets: Path | None = None
    """Folder for picture sheets; None: none are made."""
    classifier: Path | None = None
    """Our classifier of looks; None: the one that ships."""
    scenes: int = HELD
    """How many of the held-out scenes; fewer for a quick look, which no bar is meant for."""
    clips: int = 2


def evaluate(
    folder: Path,
    work: Path,
    context: JobContext,
    settings: EvalSettings | None = None,
    store: SceneStore | None = None,
) -> list[Metric]:
    """Measure the pipeline in `folder`.

    Args:
        folder: the house model.
        work: where scenes are rendered and painted to, and kept for the next time.
        context: hears of the progress, and may cancel.
        settings: None: the defaults.
        store: where scenes come from; None: Blender, and `work`.

    Raises:
        BlenderError: no Blender, or it failed.
        ModelError: the model is missing or of another version.
        JobCancelled: scenes done so far stay.
    """
    settings = settings or EvalSettings()
    whole = Span(context)
    model = EvalModel(folder)  # before what is slow
    other = EvalModel(settings.baseline) if settings.baseline else None
    store = store or SceneStore(work, settings.blender)
    stills = held_stills(store, range(settings.scenes), whole.part(0.0, 0.35))
    made = _painted(model, stills, whole.part(0.35, 0.45))
    old = _painted(other, stills, whole.part(0.45, 0.5)) if other else None
    metrics = fidelity_metrics(stills, made, old)
    metrics += geometry_metrics(stills, made) + detail_metrics(stills, made)
    metrics += _look(settings, store, stills, made, whole.part(0.5, 0.7))
    metrics += seed_metrics(model, stills, store, whole.part(0.7, 0.77))
    metrics += clip_metrics(clips_of(model, store, whole.part(0.77, 0.87), settings.clips))
    metrics += pair_metrics(model, store, range(0, settings.scenes, 4), whole.part(0.87, 0.92))
    metrics += _speed(model)
    if settings.sheets is not None:
        from rushes.training.house_sheets import make_sheets

        make_sheets(model, store, stills, made, settings.sheets, whole.part(0.92, 1.0))
    return metrics


def _painted(model: EvalModel, stills: Sequence[Still], span: Span) -> list[Bytes]:
    made: list[Bytes] = []
    for number, still in enumerate(stills):
        span.step(number, len(stills), "the model's pictures:")
        made.append(model.paint(still.scene, still.variant))
    return made


def _look(
    settings: EvalSettings, store: SceneStore, stills: Sequence[Still], made: Sequence[Bytes], span: Span
) -> list[Metric]:
    """What our classifier says; one metric that is not ok when there is no classifier."""
    try:
        judge: Judge = find_judge(settings.classifier)
    except ModelError as exc:
        return [Metric("house.look", 0.0, "%", ok=False, note=f"not measured: {exc}")]
    others = held_stills(store, range(HELD, HELD + settings.scenes), span)
    return look_metrics(judge, stills, made) + frechet_metrics(judge, stills, made, [o.twin for o in others])


def _speed(model: EvalModel) -> list[Metric]:
    """What a frame costs at 256×144, medians over all pictures made here."""
    features, network = float(np.median(model.seconds_features)), float(np.median(model.seconds_network))
    where = f"median at 256×144 on {model.placement.device}"
    return [
        Metric("house.seconds_features", features, "s/frame", note=f"{where}: the network's inputs"),
        Metric("house.seconds_network", network, "s/frame", note=f"{where}: one step"),
        Metric.judged(
            "house.seconds_frame", features + network, "s/frame", compare="<=", limit=round(5 / 24, 4),
            note=f"{where}: both; the bar is 24 frames in 5 s on 2 cores",
        ),
        Metric("house.seconds_load", model.seconds_load, "s", note="the model from disk to ready"),
    ]  # fmt: skip
