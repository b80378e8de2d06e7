"""Paints the detailed twin of a training scene: deferred shading in NumPy.

One rendered scene (`rushes.blender.inside.synth_render`) becomes many pictures: hour, weather, mood, colours and object
codes are drawn anew while geometry and light transport stay. Every choice is visible in the model's inputs.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, Matrix4, Vec3
from rushes.models.house.features import features
from rushes.models.house.noise import Array, fbm
from rushes.models.house.palette import draw_colors
from rushes.models.house.style import Style, draw
from rushes.models.house.surface import CLASSES, HouseFrame, HouseObject, Surface, survey
from rushes.training.look import Light, bloom, develop, haze_color, light_for, sky_radiance
from rushes.training.twin_surface import albedo

__all__ = ["RenderedScene", "Variant", "blockout_frame", "draw_variant", "inputs", "load_scene", "paint"]

_GROUND, _BUILDING, _PROP, _CHARACTER, _VEGETATION, _VEHICLE, _WATER, _LIGHT, _SKY = range(len(CLASSES))


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


def load_scene(path: Path) -> RenderedScene:
    """Read a scene file; OSError or ValueError when it is missing or torn."""
    with np.load(path) as data:
        arrays = {k: data[k] for k in data.files if k != "plan"}
        return RenderedScene(json.loads(str(data["plan"])), arrays)


def draw_variant(scene: RenderedScene, index: int) -> Variant:
    """The index-th variant of a scene; hours fit the sun's height."""
    rng = random.Random(f"variant-{scene.plan['seed']}-{index}")
    hours = ("dusk", "dawn") if scene.plan["low_sun"] else ("day", "night")
    hour = hours[index % 2] if rng.random() < 0.8 else hours[0]
    weather = rng.choices(("clear", "overcast", "fog", "rain"), (0.58, 0.12, 0.16, 0.14))[0]
    mood = rng.choices(("neutral", "warm", "cold", "noir", "dreamlike"), (0.56, 0.12, 0.12, 0.12, 0.08))[0]
    return Variant(hour, weather, mood, scene.plan["place"], rng.randrange(1 << 20))


def _camera(scene: RenderedScene) -> CameraFrame:
    matrix = scene.arrays["camera"]
    rows = cast(Matrix4, tuple(tuple(float(x) for x in row) for row in matrix))
    return CameraFrame(
        frame=1, matrix_world=rows, type="PERSP", lens=float(scene.arrays["lens"]), ortho_scale=6.0, sensor_width=36.0,
        sensor_height=24.0, sensor_fit="AUTO", shift_x=0.0, shift_y=0.0, clip_start=0.05, clip_end=2000.0,
    )  # fmt: skip


def _frame(scene: RenderedScene, variant: Variant, suffix: str) -> HouseFrame:
    plans = scene.plan["objects"]
    colors = draw_colors([o["tint"] for o in plans], variant.place, variant.seed)
    things = {
        i + 1: HouseObject(i + 1, o["cls"], colors[i], scene.arrays["matrices"][i], scene.arrays["boxes"][i])
        for i, o in enumerate(plans)
    }
    a = scene.arrays
    depth = a["z" + suffix].astype(np.float32)
    direct = a["direct"].astype(np.float32) / 255 if not suffix else np.zeros_like(depth)
    sun: Vec3 = tuple(scene.plan["sun"])
    return HouseFrame(
        depth=depth, normal=a["normal" + suffix].astype(np.float32) / 32000,
        ids=a["ids" + suffix].astype(np.int32), direct=direct,
        camera=_camera(scene), objects=things, sun=sun, place=variant.place, seed=variant.seed,
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
    style = draw(s)
    light = light_for(variant.hour, variant.weather)
    picture = _shade(s, style, light, scene.arrays["light2"].astype(np.float32))
    spill = cv2.GaussianBlur(np.maximum(picture - 1.1, 0), (0, 0), 5.0)
    full = develop(bloom(picture, spill.astype(np.float32)), variant.mood)
    h, w = full.shape[:2]
    small = full.reshape(h // 2, 2, w // 2, 2, 3).mean((1, 3))
    return np.round(small * 255).astype(np.uint8)


def _mirror(s: Surface, light: Light, bend: Array | None) -> tuple[Array, Array]:
    """Sky seen in a surface and the Fresnel share, (H, W, 3) and (H, W, 1)."""
    normal = s.normal if bend is None else s.normal + bend
    normal = normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
    cos = np.clip(-np.sum(s.view * normal, -1, keepdims=True), 0.02, 1)
    away = s.view + 2.0 * cos * normal
    away[..., 2] = np.where(s.normal[..., 2] > 0.5, np.abs(away[..., 2]) + 0.02, away[..., 2])
    sky = sky_radiance(light, away, s.frame.sun, None)
    down = np.clip(-away[..., 2:3] * 3, 0, 1)
    sky = sky * (1 - down) + 0.45 * light.dome * down
    return sky, 0.03 + 0.97 * (1 - cos) ** 5


def _shade(s: Surface, style: Style, light: Light, transport: Array) -> Array:
    """Linear radiance (H, W, 3) of every pixel."""
    sun_part, sky_part = transport[..., :1], transport[..., 1:]
    bounce = np.clip(sky_part, 0, 1.4)
    falling = light.sun * np.clip(sun_part, 0, 1.6) + light.dome * bounce**1.25
    color = albedo(s, style, light)
    out = color * falling
    glass = style.glass[..., None]
    if np.any(style.glass > 0):
        sky, fresnel = _mirror(s, light, None)
        shine = np.clip(0.16 + fresnel, 0, 0.9)
        pane = 0.035 * falling + sky * shine
        lamp = np.where(
            s.code[..., 3:4] > 0, np.array([1.5, 0.86, 0.36], np.float32), np.array([1.35, 1.0, 0.62], np.float32)
        )
        pane = pane + light.lamps * style.lit[..., None] * lamp
        out = out * (1 - glass) + pane * glass
    out = _polish(s, style, light, out, falling)
    haze = 1.0 - np.exp(-np.minimum(s.frame.depth, 3000.0) * light.haze)
    out = out * (1 - haze[..., None]) + haze_color(light, s.view, s.frame.sun) * haze[..., None]
    sky = sky_radiance(light, s.view, s.frame.sun, (style.coarse, style.part, style.fine))
    if light.haze > 0.02:
        veil = np.exp(-np.clip(s.view[..., 2:3], 0, 1) * 3.0) * 0.85 + 0.1
        sky = sky * (1 - veil) + haze_color(light, s.view, s.frame.sun) * veil
    return np.where(s.sky[..., None], sky, out).astype(np.float32)


def _polish(s: Surface, style: Style, light: Light, out: Array, falling: Array) -> Array:
    """Water, wet ground, car paint and lamps of cars."""
    water = s.cls == _WATER
    if np.any(water):
        p = s.point * np.array([0.55, 0.9, 1.0], np.float32)
        width = s.foot / s.facing
        ripple = fbm(p, s.frame.seed + 1, 3, width * 0.7)
        calm = np.clip(1.3 - 1.5 * width, 0.12, 1)[..., None]
        bend = (
            np.stack(
                [0.085 * style.fine + 0.07 * ripple, 0.085 * style.coarse - 0.05 * ripple, np.zeros_like(ripple)], -1
            )
            * calm
        )
        sky, fresnel = _mirror(s, light, bend)
        deep = s.hint * 0.75 * falling
        out = np.where(water[..., None], deep * (1 - fresnel) + sky * np.clip(fresnel * 1.25, 0, 1), out)
    if light.wet > 0:
        puddle = np.clip(0.5 + 1.6 * style.coarse, 0.15, 1)[..., None]
        sky, fresnel = _mirror(s, light, None)
        floor = (s.cls == _GROUND) & (s.normal[..., 2] > 0.8)
        out = np.where(floor[..., None], out + sky * np.clip(fresnel * 1.1 + 0.05, 0, 0.85) * puddle * 0.8, out)
    car = s.cls == _VEHICLE
    if np.any(car):
        sky, fresnel = _mirror(s, light, None)
        paint_ = (1 - style.glass[..., None]) * (style.part[..., None] > -0.3)
        out = np.where(car[..., None], out + sky * paint_ * np.clip(fresnel * 0.6 + 0.03, 0, 0.4), out)
        lamp = np.clip(style.part, 0, 1)[..., None] * car[..., None]
        color = np.where(
            style.part[..., None] > 0.7,
            np.array([1.6, 1.35, 0.95], np.float32),
            np.array([1.2, 0.06, 0.03], np.float32),
        )
        out = out * (1 - 0.7 * lamp) + color * lamp * (0.25 + light.lamps)
    return out
