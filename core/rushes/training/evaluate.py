"""Measures the house model on scenes that it never saw.

`evaluate` renders what it needs into a work folder (kept there for the next time): 24 held-out scenes, and a clip whose
camera moves. Figures: PSNR against the painted twin, warp error along the true motion, time a frame, and how much of
the picture the prompt and the seed decide.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from rushes.contracts import Metric
from rushes.models.house.features import features
from rushes.models.house.load import load_house
from rushes.models.house.noise import Array
from rushes.models.house.pipeline import HouseModelPipeline
from rushes.models.placement import choose, deterministic
from rushes.training.dataset import prepare_scene
from rushes.training.house import prompt_of
from rushes.training.synth import render_plans
from rushes.training.synth_plan import clip_plans, plan_scene
from rushes.training.twin import Variant, blockout_frame, draw_variant, load_scene, paint

__all__ = ["evaluate", "psnr", "warp_error"]

_SCENES = 24
_CLIP_SEED = 12
_CLIP_FRAMES = 12


def psnr(made: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> float:
    """Peak signal to noise in dB over 8-bit values; 100 for equal pictures."""
    error = float(np.mean((made.astype(np.float64) - wanted.astype(np.float64)) ** 2))
    return 100.0 if error < 1e-6 else 10.0 * math.log10(255.0**2 / error)


def warp_error(before: NDArray[np.uint8], after: NDArray[np.uint8], motion: Array, valid: NDArray[np.bool_]) -> float:
    """Mean difference in 8-bit levels between a frame and the frame before it, carried along.

    Args:
        before, after: (H, W, 3).
        motion: (H, W, 2) pixels, y down: this point was at (x + m0, y + m1) in `before`.
        valid: (H, W) points that were visible before.
    """
    h, w = valid.shape
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    carried = cv2.remap(before.astype(np.float32), x + motion[..., 0], y + motion[..., 1], cv2.INTER_LINEAR)
    return float(np.abs(carried - after.astype(np.float32))[valid].mean()) if valid.any() else 0.0


def _motion(a: dict[str, NDArray[Any]], b: dict[str, NDArray[Any]]) -> tuple[Array, NDArray[np.bool_]]:
    """Where the points of frame `b` were in frame `a` of a still scene, and which were visible there."""
    z = np.minimum(np.asarray(b["z"], np.float64), 1e4)
    h, w = z.shape
    fx = float(np.asarray(b["lens"])) * w / 36.0
    x, y = np.meshgrid(np.arange(w) + 0.5, np.arange(h) + 0.5)
    local = np.stack([(x - w / 2) / fx * z, -(y - h / 2) / fx * z, -z, np.ones_like(z)], -1)
    there = local @ (np.linalg.inv(np.asarray(a["camera"], np.float64)) @ np.asarray(b["camera"], np.float64)).T
    depth = np.maximum(-there[..., 2], 1e-3)
    u, v = w / 2 + fx * there[..., 0] / depth, h / 2 - fx * there[..., 1] / depth
    motion = np.stack([u - x, v - y], -1).astype(np.float32)
    inside = (u > 1) & (u < w - 1) & (v > 1) & (v < h - 1)
    column, row = np.clip(u, 0, w - 1).astype(int), np.clip(v, 0, h - 1).astype(int)
    seen = np.asarray(a["z"], np.float64)[row, column]
    same = np.asarray(a["ids"])[row, column] == np.asarray(b["ids"])
    return motion, inside & same & (np.abs(seen - depth) < 0.02 * depth + 0.05) & (np.asarray(b["ids"]) > 0)


class _Model:
    def __init__(self, folder: Path) -> None:
        self.placement = choose()
        self.pipeline: HouseModelPipeline = load_house(folder, self.placement)

    def paint(self, given: Array, prompt: str, steps: int = 1) -> NDArray[np.uint8]:
        tensor = torch.from_numpy(given.astype(np.float32)).permute(2, 0, 1)[None]
        with deterministic(self.placement):
            made = self.pipeline(tensor, prompt, num_inference_steps=steps)
        return (made[0].permute(1, 2, 0).cpu().numpy() * 255).round().astype(np.uint8)


def evaluate(folder: Path, work: Path, *, blender: str | None = None, scenes: int = _SCENES) -> list[Metric]:
    """Measure the pipeline in `folder`.

    Args:
        folder: the house model.
        work: where held-out scenes and the clip are rendered to and kept.
        blender: which Blender renders them; None finds one.
        scenes: how many held-out scenes.

    Raises:
        BlenderError: no Blender, or it failed.
        ModelError: the model is missing or of another version.
    """
    model = _Model(folder)
    found = _stills(model, work, blender, scenes)
    return found + _clip(model, work, blender)


def _stills(model: _Model, work: Path, blender: str | None, count: int) -> list[Metric]:
    files = render_plans([plan_scene(seed).to_json() for seed in range(count)], work, blender=blender)
    found: list[float] = []
    base: list[float] = []
    prompts: list[float] = []
    for file in files:
        prepare_scene(file, work, 2)
        seed = int(file.stem.split("_")[1])
        given = np.load(work / f"features_{seed:06d}.npy")
        wanted: NDArray[np.uint8] = np.load(work / f"pictures_{seed:06d}.npy")
        scene = load_scene(file)
        for k in range(given.shape[0]):
            made = model.paint(given[k], prompt_of(draw_variant(scene, k)))
            found.append(psnr(made, wanted[k]))
            base.append(psnr(np.broadcast_to(wanted[k].mean((0, 1)).astype(np.uint8), made.shape), wanted[k]))
        day, night = (model.paint(given[0], f"{hour} clear city neutral") for hour in ("day", "night"))
        prompts.append(float(np.abs(day.astype(float) - night).mean()))
    low = float(np.percentile(found, 10))
    return [
        Metric.judged(
            "house.psnr", float(np.mean(found)), "dB", reference=float(np.mean(base)), compare=">=", limit=22.0,
            note=f"mean over {len(found)} pictures of {count} held-out scenes; reference: the picture's mean colour",
        ),
        Metric.judged("house.psnr_p10", low, "dB", compare=">=", limit=17.0, note="one picture in ten is worse"),
        Metric.judged(
            "house.prompt_effect", float(np.mean(prompts)), "8-bit levels", compare=">=", limit=10.0,
            note="mean difference between day and night on the same geometry",
        ),
    ]  # fmt: skip


def _clip(model: _Model, work: Path, blender: str | None) -> list[Metric]:
    files = render_plans([p.to_json() for p in clip_plans(_CLIP_SEED, _CLIP_FRAMES)], work, blender=blender)
    scenes = [load_scene(f) for f in files]
    variant = Variant("dusk" if scenes[0].plan["low_sun"] else "day", "clear", "neutral", scenes[0].plan["place"], 5)
    prompt = prompt_of(variant)
    began = time.perf_counter()
    given = [features(blockout_frame(s, variant)) for s in scenes]
    at_features = (time.perf_counter() - began) / len(scenes)
    began = time.perf_counter()
    made = [model.paint(g, prompt) for g in given]
    at_model = (time.perf_counter() - began) / len(scenes)
    truth = [paint(s, variant) for s in scenes]
    arrays = [s.arrays for s in scenes]
    own, reference = _flicker(arrays, made), _flicker(arrays, truth)
    other = dataclasses.replace(blockout_frame(scenes[0], variant), seed=variant.seed + 1)
    seeds = model.paint(features(other), prompt)
    return [
        Metric.judged(
            "house.warp_error", own, "8-bit levels", reference=reference, compare="<=", limit=1.5 * reference + 0.5,
            note="moving camera, along true motion; reference: the painted twin",
        ),
        Metric.judged("house.clip_psnr", float(np.mean([psnr(a, b) for a, b in zip(made, truth, strict=True)])), "dB"),
        Metric.judged("house.seconds_features", at_features, "s/frame", note="256×144, inputs of the network"),
        Metric.judged("house.seconds_network", at_model, "s/frame", note="256×144, one step, this machine's device"),
        Metric.judged(
            "house.seed_effect", float(np.abs(seeds.astype(float) - made[0]).mean()), "8-bit levels",
            compare=">=", limit=0.5, note="another seed, the same colours",
        ),
    ]  # fmt: skip


def _flicker(arrays: Sequence[dict[str, NDArray[Any]]], pictures: Sequence[NDArray[np.uint8]]) -> float:
    errors: list[float] = []
    for k in range(1, len(pictures)):
        motion, valid = _motion(arrays[k - 1], arrays[k])
        errors.append(warp_error(pictures[k - 1], pictures[k], motion, valid))
    return float(np.mean(errors))
