"""Picture sheets of the house model: what a director would leaf through. `rushes eval house --sheets FOLDER`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, radians, sin
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from rushes.media.lettering import Color, ellipsis, write
from rushes.models.house.vocabulary import FIELDS
from rushes.training.eval_clips import fine_weather
from rushes.training.eval_measures import Bytes, psnr
from rushes.training.eval_model import EvalModel, look_of
from rushes.training.eval_scenes import HELD, SceneStore, Span, Still, clip_plans, clip_seeds
from rushes.training.eval_seeds import FIRST_SEED, SEEDS, chosen, largest_building, reroll
from rushes.training.house_unseen import UNSEEN, frame_of, write_blockout
from rushes.training.synth_plan import ScenePlan, plan_scene
from rushes.training.twin import RenderedScene, Variant, blockout_frame

__all__ = ["Cell", "clay", "draw_sheet", "make_sheets"]

_PAPER: Color = (24, 24, 26)
_TEXT: Color = (206, 206, 210)
_BRIGHT: Color = (238, 238, 240)
_WIDTH = 384
_LINE, _HEAD, _GAP = 22, 46, 6
_HOURS = FIELDS["time_of_day"]
_STRIP = 24


@dataclass(frozen=True)
class Cell:
    """One picture and what is written under it."""

    picture: Bytes
    label: str = ""


def draw_sheet(title: str, cells: Sequence[Cell], columns: int, width: int = _WIDTH) -> Bytes:
    """Cells in rows under a title, each `width` pixels wide, (H, W, 3)."""
    shape = cells[0].picture.shape
    height = round(shape[0] * width / shape[1])
    rows = -(-len(cells) // columns)
    size = (columns * (width + _GAP) + _GAP, _HEAD + rows * (height + _LINE + _GAP))
    image = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(image)
    write(draw, (_GAP + 4, 31), ellipsis(title, 21, size[0] - 3 * _GAP), 21, _BRIGHT)
    for number, cell in enumerate(cells):
        x = _GAP + number % columns * (width + _GAP)
        y = _HEAD + number // columns * (height + _LINE + _GAP)
        shown = np.asarray(cv2.resize(cell.picture, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
        image.paste(Image.fromarray(shown), (x, y))
        write(draw, (x + 3, y + height + 16), ellipsis(cell.label, 14, width - 6), 14, _TEXT)
    return np.asarray(image, np.uint8)


def clay(scene: RenderedScene) -> Bytes:
    """The blockout as it looks in a viewport: grey, lit by its sun."""
    a = scene.arrays
    direct, normal = a["direct"].astype(np.float32) / 255, a["normal"].astype(np.float32) / 32000
    shade = 60 + 45 * np.clip(normal[..., 2] * 0.5 + 0.5, 0, 1) + 120 * direct
    shade = np.where(a["ids"] == 0, 205, shade)
    return np.repeat(np.clip(shade, 0, 255).astype(np.uint8)[..., None], 3, -1)


def make_sheets(
    model: EvalModel, store: SceneStore, stills: Sequence[Still], made: Sequence[Bytes], out: Path, span: Span
) -> list[Path]:
    """Write all sheets into `out` as PNG.

    Args:
        stills, made: the held-out set and the model's pictures of it.
    """
    out.mkdir(parents=True, exist_ok=True)
    shots = chosen(stills)
    shot = shots[0] if shots else stills[0]
    sheets = (
        ("held_out", lambda s: _held_out(stills, made)),
        ("places_and_hours", lambda s: _places(model, store, s)),
        ("styles", lambda s: _styles(model, shots or list(stills[:3]))),
        ("seeds", lambda s: _seeds(model, shot)),
        ("one_object", lambda s: _one_object(model, shot)),
        ("moving", lambda s: _moving(model, store, s)),
        ("unseen", lambda s: _unseen(model, store, s)),
    )
    files: list[Path] = []
    for number, (name, make) in enumerate(sheets):
        span.step(number, len(sheets), "sheets")
        picture = make(span.part(number / len(sheets), (number + 1) / len(sheets)))
        files.append(out / f"{name}.png")
        Image.fromarray(picture).save(files[-1], optimize=True)
    return files


def _suns(plan: ScenePlan) -> tuple[ScenePlan, ScenePlan]:
    """The scene under a low sun and under a high one, from the same side."""
    x, y, _ = plan.sun
    flat = hypot(x, y) or 1.0

    def under(degrees: float) -> tuple[float, float, float]:
        level = cos(radians(degrees)) / flat
        return (x * level, y * level, sin(radians(degrees)))

    return (replace(plan, low_sun=True, sun=under(9.0)), replace(plan, low_sun=False, sun=under(42.0)))


def _typical(place_number: int) -> ScenePlan:
    """A held-out scene of a place, from near the ground and with things in it."""
    places = len(FIELDS["place"])
    plans = [plan_scene(seed) for seed in range(place_number, HELD, places)]

    def rank(plan: ScenePlan) -> tuple[bool, bool, int]:
        kinds = {o.cls for o in plan.objects}
        return (plan.camera.location[2] < 3, plan.camera.lens <= 50, len(kinds))

    return max(plans, key=rank)


def _places(model: EvalModel, store: SceneStore, span: Span) -> Bytes:
    plans = [_typical(k) for k in range(len(FIELDS["place"]))]
    scenes = store.scenes([p for plan in plans for p in _suns(plan)], span, twin=False)
    cells: list[Cell] = []
    for low, high in zip(scenes[::2], scenes[1::2], strict=True):
        for hour in _HOURS:
            scene = low if hour in ("dawn", "dusk") else high
            look = fine_weather(scene, 11, hour)
            cells.append(Cell(model.paint(scene, look), f"{look.place}, {hour}"))
    return draw_sheet("House model: seven places, four times of day (unseen scenes, 256×144)", cells, len(_HOURS))


def _styles(model: EvalModel, shots: Sequence[Still]) -> Bytes:
    cells: list[Cell] = []
    for still in shots[:3]:
        for style in FIELDS["style"]:
            look = look_of(still.variant, style=style)
            cells.append(Cell(model.paint(still.scene, look), f"{look.place}, {look.hour}, {style}"))
    return draw_sheet("House model: styles", cells, len(FIELDS["style"]))


def _seeds(model: EvalModel, still: Still) -> Bytes:
    looks = [look_of(still.variant, seed=FIRST_SEED + k) for k in range(SEEDS)]
    cells = [Cell(model.paint(still.scene, v), f"seed {v.seed}") for v in looks]
    return draw_sheet("House model: eight seeds of one shot", cells, 4)


def _one_object(model: EvalModel, still: Still) -> Bytes:
    ident = largest_building(still)
    look = still.variant
    frame = blockout_frame(still.scene, look)
    cells = [Cell(model.paint_frame(frame, look), "the shot's own seed")]
    if ident is not None:
        rolls = [reroll(frame, ident, 100 + k) for k in range(SEEDS - 1)]
        cells += [Cell(model.paint_frame(f, look), f"object {ident}: seed {100 + k}") for k, f in enumerate(rolls)]
    return draw_sheet("House model: one building re-rolled, the rest locked", cells, 4)


def _moving(model: EvalModel, store: SceneStore, span: Span) -> Bytes:
    scenes = store.scenes(clip_plans(clip_seeds(1)[0], _STRIP), span, twin=False)
    look = fine_weather(scenes[0])
    cells = [Cell(model.paint(s, look), f"frame {k + 1}") for k, s in enumerate(scenes)]
    return draw_sheet("House model: 24 frames, camera and vehicle moving", cells, 6, 300)


def _unseen(model: EvalModel, store: SceneStore, span: Span) -> Bytes:
    blockouts = [make() for make in UNSEEN]
    with tempfile.TemporaryDirectory() as folder:
        files = [write_blockout(b, Path(folder) / f"{k}.npz") for k, b in enumerate(blockouts)]
        scenes = store.meshes(files, span)
    cells: list[Cell] = []
    for blockout, scene in zip(blockouts, scenes, strict=True):
        look = Variant("day", "clear", "neutral", blockout.place, 3)
        look = look_of(look, **blockout.words)
        picture = model.paint_frame(frame_of(scene, blockout), look)
        words = " ".join(blockout.words.values())
        cells += [Cell(clay(scene), blockout.name), Cell(picture, f"{blockout.name}: {blockout.place} {words}".strip())]
    return draw_sheet("House model: blockouts the training kit never makes", cells, 4)


def _held_out(stills: Sequence[Still], made: Sequence[Bytes], count: int = 12) -> Bytes:
    """The three worst, then others evenly from bad to good."""
    scores = [psnr(a, s.twin) for a, s in zip(made, stills, strict=True)]
    order = sorted(range(len(scores)), key=scores.__getitem__)
    picked = order[:3] + [order[k] for k in np.linspace(3, len(order) - 1, count - 3).round().astype(int).tolist()]
    picked = list(dict.fromkeys(picked[: len(order)]))
    cells: list[Cell] = []
    for k in picked:
        still = stills[k]
        cells.append(Cell(clay(still.scene), still.name))
        cells.append(Cell(made[k], f"model, {scores[k]:.1f} dB"))
        cells.append(Cell(still.twin, "detailed twin, painted"))
    return draw_sheet("House model: blockout, model, twin; held-out scenes, the worst first", cells, 6, 300)
