"""Paints the detailed twin of a training scene: deferred shading in NumPy.

One rendered scene (`rushes.blender.inside.synth_render`) becomes many pictures: hour, weather, mood, style, colours and
object codes are drawn anew while geometry and light transport stay. Every choice is visible in the model's inputs.
"""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, Matrix4, Vec3
from rushes.models.house.features import features
from rushes.models.house.noise import Array
from rushes.models.house.palette import draw_colors
from rushes.models.house.practical import falling
from rushes.models.house.style import draw
from rushes.models.house.surface import HouseFrame, HouseObject, Surface, survey
from rushes.training.board_styles import stylize
from rushes.training.grade import bloom, develop, exposure
from rushes.training.look import Light, light_for
from rushes.training.shade import shade

__all__ = ["RenderedScene", "Variant", "blockout_frame", "draw_variant", "inputs", "load_scene", "paint"]

_WEATHERS = {"clear": 0.40, "overcast": 0.15, "fog": 0.15, "rain": 0.15, "snowfall": 0.15}
_MOODS = {"neutral": 0.52, "warm": 0.12, "cold": 0.12, "noir": 0.12, "dreamlike": 0.12}
_STYLES = {"cinematic": 0.64, "pencil": 0.09, "ink": 0.09, "marker": 0.09, "watercolour": 0.09}


@dataclass(frozen=True)
class RenderedScene:
    """What the Blender side wrote for one plan."""

    plan: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Variant:
    """One way to paint a scene."""

    hour: str
    weather: str
    mood: str
    place: str
    seed: int
    style: str = "cinematic"


def load_scene(path: Path) -> RenderedScene:
    """Read a scene file; OSError or ValueError when it is missing or torn."""
    with np.load(path) as data:
        arrays = {k: data[k] for k in data.files if k != "plan"}
        return RenderedScene(json.loads(str(data["plan"])), arrays)


def draw_variant(scene: RenderedScene, index: int) -> Variant:
    """The index-th variant of a scene; hours fit the sun's height, inside a room any hour goes.

    Both scenes of a pair have the same variants.
    """
    plan = scene.plan
    first = plan.get("pair_of")
    seed = int(plan["seed"] if first is None else first)
    rng = random.Random(f"variant-{seed}-{index}")
    hours = ("dusk", "dawn") if plan["low_sun"] else ("day", "night")
    if plan["place"] == "interior":
        hours = ("day", "night", "dusk", "dawn")
    hour = hours[(index + rng.randrange(2) * (rng.random() < 0.3) + seed) % len(hours)]
    weather, mood, style = (rng.choices(tuple(t), tuple(t.values()))[0] for t in (_WEATHERS, _MOODS, _STYLES))
    return Variant(hour, weather, mood, plan["place"], rng.randrange(1 << 20), style)


def _camera(scene: RenderedScene) -> CameraFrame:
    matrix = scene.arrays["camera"]
    rows = cast(Matrix4, tuple(tuple(float(x) for x in row) for row in matrix))
    shift = scene.arrays.get("shift", np.zeros(2))
    return CameraFrame(
        frame=1, matrix_world=rows, type="PERSP", lens=float(scene.arrays["lens"]), ortho_scale=6.0, sensor_width=36.0,
        sensor_height=24.0, sensor_fit="AUTO", shift_x=float(shift[0]), shift_y=float(shift[1]), clip_start=0.05,
        clip_end=2000.0,
    )  # fmt: skip


def _things(scene: RenderedScene, variant: Variant) -> dict[int, HouseObject]:
    a, plans = scene.arrays, scene.plan["objects"]
    colors = draw_colors([o["tint"] for o in plans], variant.place, variant.seed)
    simple = a.get("simple", np.ones(len(plans), np.bool_))
    phases = a.get("phases", np.full(len(plans), math.nan))
    return {
        i + 1: HouseObject(
            i + 1,
            o["cls"],
            colors[i],
            a["matrices"][i],
            a["boxes"][i],
            simple=bool(simple[i]),
            phase=None if math.isnan(phases[i]) else float(phases[i]),
        )
        for i, o in enumerate(plans)
    }


def _frame(scene: RenderedScene, variant: Variant, suffix: str) -> HouseFrame:
    a = scene.arrays
    depth = a["z" + suffix].astype(np.float32)
    direct = a["direct"].astype(np.float32) / 255 if not suffix else np.zeros_like(depth)
    sun: Vec3 = tuple(scene.plan["sun"])
    return HouseFrame(
        depth=depth, normal=a["normal" + suffix].astype(np.float32) / 32000,
        ids=a["ids" + suffix].astype(np.int32), direct=direct,
        camera=_camera(scene), objects=_things(scene, variant), sun=sun, place=variant.place, seed=variant.seed,
        weather=variant.weather, time=float(scene.plan.get("time") or 0.0),
    )  # fmt: skip


def blockout_frame(scene: RenderedScene, variant: Variant) -> HouseFrame:
    """The blockout as the model gets it."""
    return _frame(scene, variant, "")


def inputs(scene: RenderedScene, variant: Variant) -> Array:
    """The model's input channels for the blockout, (144, 256, channels) float32."""
    return features(blockout_frame(scene, variant))


def paint(scene: RenderedScene, variant: Variant) -> NDArray[np.uint8]:
    """The twin's picture, (144, 256, 3) uint8 sRGB: painted at twice the size and averaged down."""
    s = survey(_frame(scene, variant, "2"))
    light = light_for(variant.hour, variant.weather)
    transport = scene.arrays["light2"].astype(np.float32)
    if transport.shape[2] < 3:
        transport = np.concatenate([transport, np.zeros_like(transport[..., :1])], -1)
    style = draw(s)
    linear = shade(s, style, light, transport)
    linear = bloom(linear * _gain(linear, s, variant), _spill(variant))
    full = _weather(develop(linear, variant.mood), s, light)
    if variant.style != "cinematic":
        full = stylize(full, s, style, variant.style, variant.seed)
    h, w = full.shape[:2]
    small = full.reshape(h // 2, 2, w // 2, 2, 3).mean((1, 3))
    return np.round(np.clip(small, 0, 1) * 255).astype(np.uint8)


_AIM = {"day": 0.21, "dawn": 0.17, "dusk": 0.14, "night": 0.075}
_AIM_INSIDE = {"day": 0.20, "dawn": 0.16, "dusk": 0.14, "night": 0.11}


def _gain(linear: Array, s: Surface, variant: Variant) -> np.float32:
    """The camera's exposure: outside it leans to the hour's key, a room is exposed for what there is."""
    if variant.place == "interior":
        return np.float32(exposure(linear, ~s.sky, _AIM_INSIDE[variant.hour], 8.0))
    aim = _AIM[variant.hour] * (1.45 if variant.place == "snow" or variant.weather in ("fog", "snowfall") else 1.0)
    if variant.mood == "noir":
        return np.float32(exposure(linear, ~s.sky, max(aim, 0.12), 5.0) ** 0.75)
    most = 3.2 if variant.hour == "night" else 1.8
    return np.float32(exposure(linear, ~s.sky, aim, most) ** 0.5)


def _spill(variant: Variant) -> float:
    base = {"fog": 1.7, "snowfall": 1.4, "rain": 1.2}.get(variant.weather, 0.8)
    return base * (2.0 if variant.mood == "dreamlike" else 1.0)


def _weather(picture: Array, s: Surface, light: Light) -> Array:
    """Rain or snow in front of a picture."""
    if light.falls == 0.0:
        return picture
    drops = falling(s, 2).repeat(2, 0).repeat(2, 1)[..., None]
    cool = (0.95, 1.0, 1.06) if s.frame.weather == "snowfall" else (0.85, 0.95, 1.05)
    return np.clip(picture + drops * np.array(cool, np.float32) * np.float32(light.falls), 0, 1)
