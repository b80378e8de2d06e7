"""The papers of a folder of training pictures: a contact sheet, and a datasheet with counted figures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.errors import disk_full_as_error
from rushes.models.house.features import CHANNELS, CLASSES, FEATURE_VERSION
from rushes.models.house.vocabulary import DEFAULTS, FIELDS
from rushes.training.dataset import HELD_OUT
from rushes.training.lint import Scene, read_notes, token_of

__all__ = ["contact_sheet", "datasheet", "write_datasheet", "write_sheet"]

_CELL = (192, 108)
_LABEL = 18
_NORMALS = tuple(CHANNELS.index(f"normal_{axis}") for axis in "xyz")

Picture = NDArray[np.uint8]


def _rank(variant: dict[str, Any]) -> int:
    """Clear, cinematic, neutral pictures show a place best."""
    return sum(token_of(variant, name) != DEFAULTS[name] for name in ("weather", "style", "mood"))


def _chosen(scenes: Sequence[Scene], place: str, hour: str) -> tuple[int, int] | None:
    """Seed and number of the picture that stands for a place at an hour."""
    fitting = [
        (_rank(v), s.seed, k)
        for s in scenes
        if s.pair_of is None
        for k, v in enumerate(s.variants)
        if token_of(v, "place") == place and token_of(v, "time_of_day") == hour
    ]
    return min(fitting)[1:] if fitting else None


def _label(width: int, text: str) -> Picture:
    strip = np.full((_LABEL, width, 3), 24, np.uint8)
    cv2.putText(strip, text, (4, _LABEL - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (220, 220, 220), 1, cv2.LINE_AA)
    return strip


def _cell(folder: Path, at: tuple[int, int] | None, text: str) -> Picture:
    """Input normals beside the picture, with a label above."""
    if at is None:
        body = np.full((_CELL[1], 2 * _CELL[0], 3), 40, np.uint8)
        return np.concatenate([_label(2 * _CELL[0], f"{text}: none"), body])
    seed, k = at
    given = np.load(folder / f"features_{seed:06d}.npy", mmap_mode="r")[k]
    normals = np.clip(given[..., _NORMALS].astype(np.float32) * 127.5 + 127.5, 0, 255).astype(np.uint8)
    picture = np.load(folder / f"pictures_{seed:06d}.npy", mmap_mode="r")[k]
    both = [cv2.resize(np.ascontiguousarray(p), _CELL, interpolation=cv2.INTER_AREA) for p in (normals, picture)]
    return np.concatenate([_label(2 * _CELL[0], f"{text}  {seed}/{k}"), np.concatenate(both, 1).astype(np.uint8)])


def contact_sheet(folder: Path) -> Picture:
    """What the model is given (normals) and what it shall make, for every place (rows) at every hour (columns).

    Returns:
        (H, W, 3) uint8 sRGB.

    Raises:
        InputError: the folder holds no pictures.
    """
    scenes, _ = read_notes(folder)
    rows = [
        np.concatenate(
            [_cell(folder, _chosen(scenes, p, h), f"{p}, {h}") for h in FIELDS["time_of_day"]], 1
        )
        for p in FIELDS["place"]
    ]  # fmt: skip
    return np.concatenate(rows)


def write_sheet(folder: Path, file: Path) -> None:
    """Write `contact_sheet` as a PNG; DiskFullError when there is no room."""
    made, data = cv2.imencode(".png", cv2.cvtColor(contact_sheet(folder), cv2.COLOR_RGB2BGR))
    assert made
    with disk_full_as_error(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.tobytes())


def _table(title: str, counts: Counter[str], words: Sequence[str]) -> str:
    total = max(1, sum(counts.values()))
    rows = [f"| {word} | {counts[word]} | {100 * counts[word] / total:.1f} % |" for word in words]
    return "\n".join([f"| {title} | count | share |", "|---|---:|---:|", *rows])


def _classes(scenes: Sequence[Scene]) -> str:
    known = [s.content for s in scenes if s.content]
    rows = ["| class | share of all pixels | scenes that show it |", "|---|---:|---:|"]
    for name in CLASSES:
        shares = np.array([c["classes"].get(name, 0.0) for c in known] or [0.0])
        rows.append(f"| {name} | {100 * shares.mean():.1f} % | {100 * (shares > 0.002).mean():.0f} % |")
    return "\n".join(rows)


_TEXT = """# Datasheet: training pictures of the house model

Written by `rushes dataset datasheet`; every figure is counted from the folder. The questions are those of
"Datasheets for Datasets" (Gebru et al., 2018).

## Motivation
- **For what purpose was it made?** To train a small network that turns the blockout of a 3D scene into a
  picture: at an hour, in a weather, mood and style, with the colours and the variation that the artist asks
  for.
- **Who made it?** The Rushes project, with its own code. Nobody was paid for labelling: there are no labels
  made by hand.

## Composition
- **What does an instance hold?** {channels} input channels that describe a blockout (float16, {height}×{width};
  version {version}) and the picture of its detailed twin (sRGB, 8 bits), with the words it was painted for.
- **How many are there?** {pictures} pictures of {scenes} scenes. {pairs} of these scenes are also there a moment
  later (1/12 s), with the motion in between. {gigabytes:.2f} GB.
- **Is it a sample of something larger?** Yes: scenes follow from a seed, and seeds do not end. These are the
  seeds {seeds}.
- **Splits.** Scenes with seeds below {held_out}, and their later moments, are held out: {held_out_scenes} scenes. The
  rest is for training.
- **What is the least likely to be right?** Twins are painted, not filmed: light has one bounce, faces and text
  do not occur, figures are simple, cloth and water do not move.
- **People, private or offensive things?** None. No photograph, scan, text or picture of others went in.

{tables}

### What is seen
Counted on the blockouts' object ids.

{classes}

## Collection
- **How was it acquired?** Plans are drawn by a random generator from the seed. Blender (Cycles) renders
  blockout and twin: depth, normals, object ids, sunlight, skylight, lamps. NumPy code paints the twin from
  these, anew for each picture.
- **Who did it, and over what time?** A program: `rushes dataset make`. The same seed gives the same files.
- **Was anything left out?** Scenes that could not be rendered twice in a row: {failures}.

## Cleaning and labels
- **Labels** are what the program was told to make: hour, weather, place, mood, style. They cannot be wrong by
  oversight; they can be hard to see (a night in thick fog).
- **Checks:** `rushes dataset lint` looks for torn files, duplicates, empty frames, one-sidedness and wrong
  motion.

## Uses
- **Meant for:** training and measuring the house model, and small models like it.
- **Not meant for:** recognising real things, or judging how real places look. What the scenes hold is what
  previsualisation of European-looking streets, harbours, villages, deserts, forests, snow and rooms needs.

## Distribution and maintenance
- **Licence:** that of the project (see `LICENSE`); Blender's licence does not reach what it renders.
- **How is it kept?** It is not: it is made again by `make house-data`. `FEATURE_VERSION` is raised when inputs
  change their meaning, and older folders are then left out by the trainer.
"""


def _failures(folder: Path) -> str:
    path = folder / "failures.jsonl"
    if not path.exists():
        return "none"
    lines = [line for line in path.read_text("utf-8").splitlines() if '"try": 2' in line]
    return str(len(lines)) if lines else "none"


def _seeds(seeds: Sequence[int]) -> str:
    whole = seeds[-1] - seeds[0] + 1 == len(seeds)
    return f"{seeds[0]} to {seeds[-1]}" + (
        "" if whole else f", {seeds[-1] - seeds[0] + 1 - len(seeds)} of them missing"
    )


def datasheet(folder: Path) -> str:
    """The datasheet of a folder of prepared pictures, Markdown.

    Raises:
        InputError: the folder holds no pictures.
    """
    scenes, _ = read_notes(folder)
    firsts = sorted((s for s in scenes if s.pair_of is None), key=lambda s: s.seed)
    shape = next((np.load(f, mmap_mode="r").shape for f in sorted(folder.glob("pictures_*.npy"))), (0, 0, 0, 3))
    variants = [v for s in scenes for v in s.variants]
    tables = "\n\n".join(
        _table(name.replace("_", " "), Counter(token_of(v, name) for v in variants), words)
        for name, words in FIELDS.items()
    )
    size = sum(f.stat().st_size for f in folder.glob("*.npy"))
    return _TEXT.format(
        channels=len(CHANNELS),
        version=FEATURE_VERSION,
        height=shape[1],
        width=shape[2],
        pictures=len(variants),
        scenes=len(firsts),
        pairs=len(scenes) - len(firsts),
        gigabytes=math.ceil(size / 2**30 * 100) / 100,
        seeds=_seeds([s.seed for s in firsts] or [0]),
        held_out=HELD_OUT,
        held_out_scenes=sum(s.seed < HELD_OUT for s in firsts),
        tables=tables,
        classes=_classes(scenes),
        failures=_failures(folder),
    )


def write_datasheet(folder: Path, file: Path) -> None:
    """Write `datasheet`; DiskFullError when there is no room."""
    text = datasheet(folder)
    with disk_full_as_error(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
