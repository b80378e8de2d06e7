"""Base colours: what a material may look like in each place.

Training scenes draw from it, and so do blocks that an artist left in Blender's default grey or white.
"""

from __future__ import annotations

import random

import numpy as np

from rushes.contracts import Vec3

__all__ = ["default_color", "draw_colors", "is_untouched"]

_TINTS: dict[str, tuple[str, ...]] = {
    "asphalt": ("4a4b50", "55565a", "5e5c5a", "6a6864"),
    "pavement": ("8a8781", "97938a", "7d7c7b"),
    "paving": ("8d8678", "9a8f7d", "77736c"),
    "quay": ("7c7a74", "8b8578", "6b6c6e"),
    "seabed": ("4c5a58",),
    "planks": ("7d6650", "6a5a4a"),
    "grass": ("6f8044", "7b8a4c", "5f7540", "87884f"),
    "moss": ("5c6a3c", "66703e"),
    "earth": ("8a7152", "7a6448", "947c5c"),
    "sand": ("d2aa72", "c99d66", "dab884", "c28f5c"),
    "snow": ("eef2f7", "e6ecf4", "f4f4f4"),
    "wall": (
        "b9aa97",
        "a8604a",
        "8c4f3e",
        "c9c2b4",
        "8f8d8b",
        "6f7680",
        "c4a27a",
        "9a7b64",
        "d8cfbf",
        "7c868c",
        "b5794e",
    ),
    "shed": ("8a5a48", "6f7b80", "8c8f8a", "4f6a72", "9c8c70", "7a3f34"),
    "house": ("e3d8c2", "d9c29a", "c98d63", "e8e2d6", "b9b0a0", "cfae86", "a8b0ae"),
    "adobe": ("cfa878", "d9b98c", "b98a5e", "e2c9a0", "c09a74"),
    "timber": ("6e4a32", "7f5a3c", "8f6b48", "5a4030"),
    "roof": ("8c4a38", "5d4a44", "6b5a50"),
    "crown": ("4f6b34", "5d7a3a", "46602f", "6d7f3c", "3f5a36", "8a8a3e", "b0722e"),
    "trunk": ("5c4634", "6a523c", "4d3f33"),
    "cloth": ("9c2f2a", "2f4668", "4a4a4c", "c79a3a", "3f5f4a", "6b4a6e", "d8d0c2", "20242c", "a85c32", "2a6f7c"),
    "car": ("b32d26", "2c4f86", "e4e4e2", "2b2d30", "c9a12c", "7d8489", "3d6b58", "8a3a20"),
    "boat": ("e8e4da", "2f5a7a", "8a2f28", "d8b04a", "3f4a52", "4c7a6a"),
    "container": ("b5462f", "2f5f8a", "c98a2a", "5f7f5a", "8f8f8c", "7a2f3a"),
    "crane": ("c9922a", "b8452f", "5f7f9a", "d8d0b8"),
    "crate": ("a57f52", "8f6b44", "b8905c"),
    "prop": ("b5442f", "d8a03a", "3a6a8a", "5a7a4a", "d8d4cc", "6a5a7a", "3f3f44", "c97a5a"),
    "metal": ("4a4e52", "6a6e70", "35383c"),
    "rock": ("8f8578", "7a7670", "a5835f"),
    "plaster": ("e6dfd2", "d8cdb8", "c9d0cc", "b8c2c4", "d9c3ae", "a9b39c", "8f9aa6", "efece6"),
    "tiles": ("b9b2a6", "cfc8ba", "8c8a86", "a8644a", "d8d6d0"),
    "carpet": ("7a4a44", "4a5a6a", "8a7f6e", "5f6a56", "6a5a70"),
    "fabric": ("8a4a3c", "46617a", "7d8a6a", "b59a72", "5a5560", "a8a39a", "3f4a44"),
    "shade": ("e8d8b8", "d8c9a8", "c98a5a", "d9d9d4"),
    "water": ("2f4f58", "2a4a5c", "3a5a52", "27424f"),
}
_PLACE_ROCK = {"desert": ("b5804f", "a8744a", "c2925f"), "snow": ("85888c", "9aa0a6")}
_PLACE_CROWN = {"desert": ("7f8450", "8f8a4e", "6b7548"), "snow": ("4f6350", "3f5548", "6a7a6a")}


def _linear(code: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    x = np.array([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)])
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def draw_colors(tints: list[str], place: str, seed: int) -> list[Vec3]:
    """A colour (linear Rec.709, 0..1) per object.

    Most follow the place's palette with some jitter; one scene in eight is left in the greys of an untouched blockout
    and one in eight is coloured at random, so that the model takes the artist's colours whatever they are.
    """
    rng = random.Random(f"palette-{seed}")
    mode = rng.random()
    out: list[Vec3] = []
    for tint in tints:
        choices = _TINTS[tint]
        if tint == "rock":
            choices = _PLACE_ROCK.get(place, choices)
        if tint == "crown":
            choices = _PLACE_CROWN.get(place, choices)
        base = _linear(rng.choice(choices)) * rng.uniform(0.75, 1.25)
        if mode < 0.125:
            base = np.full(3, rng.choice((0.8, 0.5, 0.3))) if mode < 0.06 else np.full(3, float(base.mean()))
        elif mode < 0.25 and rng.random() < 0.5:
            base = np.array([rng.random() ** 1.6 for _ in range(3)])
        base = np.clip(base * np.array([rng.uniform(0.9, 1.1) for _ in range(3)]), 0.012, 0.9)
        out.append((float(base[0]), float(base[1]), float(base[2])))
    return out


_BY_CLASS: dict[str, str] = {
    "building": "wall",
    "prop": "prop",
    "character": "cloth",
    "vegetation": "crown",
    "vehicle": "car",
    "water": "water",
    "light": "metal",
}
_BUILDING = {
    "harbour": "shed",
    "village": "house",
    "desert": "adobe",
    "forest": "timber",
    "snow": "timber",
    "interior": "plaster",
}
_GROUND = {
    "city": "asphalt",
    "harbour": "quay",
    "village": "earth",
    "desert": "sand",
    "forest": "grass",
    "snow": "snow",
    "interior": "planks",
}
_UNTOUCHED = (1.0, 0.8)
"""Greys of Blender's viewport colour and default material."""


def is_untouched(color: Vec3) -> bool:
    """Whether a flat colour is what Blender gives an object that nobody coloured."""
    return any(all(abs(c - grey) < 2e-3 for c in color) for grey in _UNTOUCHED)


def default_color(cls: str, place: str, seed: int, ident: int) -> Vec3:
    """A colour (linear Rec.709) for a block without one; another seed or id may give another."""
    tint = {"building": _BUILDING, "ground": _GROUND}.get(cls, {}).get(place) or _BY_CLASS.get(cls, "asphalt")
    # The ground is one surface in many pieces: its colour follows the place, not the id.
    rng = random.Random(f"color-{seed}" if cls in ("ground", "water") else f"color-{seed}-{ident}")
    choices = (_PLACE_CROWN.get(place) if tint == "crown" else None) or _TINTS[tint]
    base = _linear(rng.choice(choices)) * rng.uniform(0.85, 1.1)
    return (float(base[0]), float(base[1]), float(base[2]))
