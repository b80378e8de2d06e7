"""Writes the grades that come with Rushes, and a contact sheet of them. Every one is a formula in this file.

    .venvs/engine/bin/python assets/grades/make_grades.py [--sheet docs/pictures/grades.jpg]

All act on display-referred Rec.709, gamma 2.4: `c` is (N, 3) codes from 0 to 1, before them comes the CDL.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from rushes.contracts import CDL, Grade, TimelineSpace
from rushes.delivery.colour_cdl import write_cdls
from rushes.delivery.colour_cube import Cube, write_cube
from rushes.delivery.colour_grades import file_stem, save_grade
from rushes.delivery.colour_pictures import read_picture, scaled
from rushes.delivery.colour_realise import intended
from rushes.media.lettering import Color, write
from rushes.media.pictures import beside, to_uint8

HERE = Path(__file__).resolve().parent
PICTURES = HERE.parents[1] / "docs" / "pictures"
SIZE = 17
"""Points of the cubes a side; the formulas are smooth in display codes."""

Codes = NDArray[np.float64]
LUMA = np.array([0.2126, 0.7152, 0.0722])


def luma(c: Codes) -> Codes:
    """(N, 1) BT.709 luma of codes."""
    return (c @ LUMA)[..., None]


def saturate(c: Codes, amount: float) -> Codes:
    """Chroma scaled about luma."""
    return luma(c) + (c - luma(c)) * amount


def s_curve(c: Codes, slope: float, pivot: float) -> Codes:
    """A logistic curve through black and white: 0 stays 0, 1 stays 1, steepest at `pivot`."""
    low, high = 1 / (1 + np.exp(slope * pivot)), 1 / (1 + np.exp(-slope * (1 - pivot)))
    return (1 / (1 + np.exp(-slope * (c - pivot))) - low) / (high - low)


def mixed(one: Codes, other: Codes, share: float | Codes) -> Codes:
    """`share` of the other."""
    return one + (other - one) * share


def noir(c: Codes) -> Codes:
    """Black and white through an orange filter (skies darken, skin stays light), then contrast."""
    grey = (c @ np.array([0.32, 0.57, 0.11]))[..., None]
    return np.repeat(mixed(grey, s_curve(grey, 6.0, 0.52), 0.85), 3, axis=-1)


def bleach(c: Codes) -> Codes:
    """Bleach bypass: the silver stays in, a black and white copy lies over the colour (soft light, W3C formula)."""
    base, silver = saturate(c, 0.72), luma(c)
    root = np.where(silver <= 0.25, ((16 * base - 12) * base + 4) * base, np.sqrt(np.maximum(base, 0.0)))
    darker = base - (1 - 2 * silver) * base * (1 - base)
    lighter = base + (2 * silver - 1) * (root - base)
    return saturate(mixed(base, np.where(silver <= 0.5, darker, lighter), 0.85), 0.85)


def dream(c: Codes) -> Codes:
    """Lifted lilac blacks, a soft shoulder, pastel colours, rose highlights."""
    soft = 0.075 + 0.905 * (1 - (1 - saturate(c, 0.82)) ** 1.12)
    light = luma(np.clip(soft, 0, 1))
    tint = (1 - light) ** 2 * np.array([0.012, -0.006, 0.035]) + light**2 * np.array([0.022, -0.006, -0.004])
    return soft + tint


def film_print(c: Codes) -> Codes:
    """A print: dyes subtract from each other in density, an S-curve a channel, cool shadows, warm highlights."""
    density = -np.log10(np.clip(c, 1e-3, 1.0))
    mean = density.mean(axis=-1, keepdims=True)
    dyes = 10.0 ** -(mean + (density - mean) * 1.03)
    dyes = np.where(c < 0.02, mixed(c, dyes, np.clip(c / 0.02, 0, 1)), dyes)
    curved = np.concatenate(
        [s_curve(dyes[..., i : i + 1], k, p) for i, (k, p) in enumerate(((4.6, 0.46), (4.4, 0.455), (4.1, 0.45)))],
        axis=-1,
    )
    printed = saturate(mixed(dyes, curved, 0.6), 0.96)
    light = luma(np.clip(printed, 0, 1))
    cool = (1 - light) ** 3 * light * 4 * np.array([-0.018, 0.002, 0.016])
    warm = light**2 * (1 - light) * 4 * np.array([0.016, 0.004, -0.020])
    return 0.012 + 0.972 * (printed + cool + warm)


@dataclass(frozen=True)
class Recipe:
    """A grade's name, what to say of it, and its formulas."""

    name: str
    about: str
    cdl: CDL = CDL()
    formula: Callable[[Codes], Codes] | None = None


RECIPES = (
    Recipe("Noir", "Black and white through an orange filter, deep and contrasty. For Film Noir.", formula=noir),
    Recipe("Bleach", "Bleach bypass: silver in the shadows, little colour, hard light.", formula=bleach),
    Recipe("Dream", "Lifted lilac blacks, soft highlights, pastel. For dreamlike moods.", formula=dream),
    Recipe(
        "Warm Evening",
        "Low sun: amber lights, shadows kept neutral. CDL alone.",
        CDL((1.08, 1.0, 0.86), (0.0, -0.004, -0.006), (0.97, 1.0, 1.05), 1.06),
    ),
    Recipe(
        "Cold Morning",
        "Before sunrise: blue middle, whites kept clean, a little less colour. CDL alone.",
        CDL((0.93, 1.0, 1.06), (0.0, 0.004, 0.012), (1.06, 1.0, 0.94), 0.86),
    ),
    Recipe(
        "Film Print", "A print on film: dense colours, cool shadows, warm highlights, soft ends.", formula=film_print
    ),
)


def make(folder: Path) -> list[Grade]:
    """Write .cube, .cdl and .grade.json of every recipe into the folder; the grades."""
    axis = np.linspace(0.0, 1.0, SIZE)
    lattice = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    made: list[Grade] = []
    for recipe in RECIPES:
        stem = f"{file_stem(recipe.name)}.{TimelineSpace.REC709.value}"
        lut = folder / f"{stem}.cube" if recipe.formula else None
        if lut is not None and recipe.formula is not None:
            table = np.clip(recipe.formula(lattice.reshape(-1, 3)), 0.0, 1.0).reshape(lattice.shape)
            write_cube(lut, Cube(table.astype(np.float32)), f"{recipe.name} (rec709)")
        write_cdls(folder / f"{stem}.cdl", {file_stem(recipe.name): recipe.cdl}, f"{recipe.name}, acts in rec709")
        grade = Grade(recipe.name, TimelineSpace.REC709, recipe.cdl, str(lut) if lut else None)
        save_grade(folder, grade, recipe.about)
        made.append(grade)
    return made


_INK: Color = (230, 230, 232)


def sheet(grades: list[Grade], pictures: list[Path], out: Path) -> None:
    """Every grade on every picture, ungraded first, as a JPEG."""
    frames = [scaled(read_picture(path), 256) for path in pictures]
    looks = [("ungraded", lambda c: c), *((g.name, intended(g)) for g in grades)]
    wide, tall = frames[0].shape[1], max(f.shape[0] for f in frames)
    image = Image.new("RGB", (len(frames) * (wide + 6) + 120, len(looks) * (tall + 6) + 6), (24, 24, 26))
    draw = ImageDraw.Draw(image)
    for row, (name, look) in enumerate(looks):
        y = 6 + row * (tall + 6)
        write(draw, (10, y + tall // 2 + 6), name, 16, _INK)
        for column, frame in enumerate(frames):
            graded = np.asarray(look(frame), np.float32)
            image.paste(Image.fromarray(to_uint8(graded)), (120 + column * (wide + 6), y))
    with beside(out) as draft:
        image.save(draft, quality=68, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--sheet", type=Path)
    asked = parser.parse_args()
    made = make(asked.out)
    if asked.sheet is not None:
        sheet(made, [PICTURES / f"take_{name}.jpg" for name in ("arrival", "overlook", "quay")], asked.sheet)


if __name__ == "__main__":
    main()
