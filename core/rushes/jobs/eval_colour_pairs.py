"""Pictures and grades of known kind to measure a match on: the demo's takes, and pictures made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rushes.delivery.colour_pictures import read_picture, scaled
from rushes.delivery.colour_spaces import Colours
from rushes.models.store import shipped_folders

__all__ = ["REGRADES", "Pair", "demo_pictures", "pairs", "synthetic_pictures"]

Codes = NDArray[np.float64]
_LUMA = np.array([0.2126, 0.7152, 0.0722])
_WIDTH = 480


def _luma(c: Codes) -> Codes:
    return (c @ _LUMA)[..., None]


def _film(c: Codes) -> Codes:
    """Crosstalk of dyes, then a curve a channel with a toe and a shoulder."""
    c = np.clip(c @ np.array([[0.90, 0.07, 0.03], [0.05, 0.90, 0.05], [0.02, 0.10, 0.88]]).T, 0.0, 1.0)
    bent = c ** np.array([1.9, 1.75, 1.55])
    return 0.035 + 0.93 * bent / (bent + 0.62 * (1.0 - c) ** 1.1 + 1e-6)


def _bleach(c: Codes) -> Codes:
    base, silver = _luma(c) + (c - _luma(c)) * 0.55, _luma(c)
    return np.where(base < 0.5, 2 * base * silver, 1 - 2 * (1 - base) * (1 - silver))


def _split(c: Codes) -> Codes:
    light = _luma(c)
    return c + (1 - light) * np.array([-0.06, 0.01, 0.13]) + light**2 * np.array([0.14, 0.03, -0.22])


REGRADES: Mapping[str, Callable[[Codes], Codes]] = {
    "contrast": lambda c: (c - 0.42) * 1.5 + 0.40,
    "saturation": lambda c: _luma(c) + (c - _luma(c)) * 1.9,
    "warm": lambda c: c * np.array([1.15, 1.0, 0.72]) + np.array([0.03, 0.005, -0.01]),
    "cool": lambda c: c ** np.array([1.45, 1.10, 0.75]),
    "lifted": lambda c: 0.16 + 0.74 * (_luma(c) + (c - _luma(c)) * 0.7),
    "film": _film,
    "split": _split,
    "bleach": _bleach,
    "low key": lambda c: np.clip(c, 0, 1) ** 1.7 * np.array([0.85, 0.92, 1.0]),
}
"""(..., 3) display codes → display codes, clipped to 0..1 and rounded to 8 bits by `pairs`."""


def demo_pictures() -> dict[str, Colours]:
    """Takes of the demo production as the documentation shows them; empty outside of a checkout."""
    folder = shipped_folders()[0].parent / "docs" / "pictures"
    paths = [folder / f"take_{name}.jpg" for name in ("arrival", "overlook", "quay")]
    return {p.stem: scaled(read_picture(p), _WIDTH) for p in paths if p.is_file()}


def synthetic_pictures() -> dict[str, Colours]:
    """A sweep of hues from black to white, and patches of many colours under a soft light."""
    y, x = np.mgrid[0:180, 0:320] / np.array([179.0, 319.0])[:, None, None]
    hue = np.abs((x[..., None] * 6 + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1
    sweep = y[..., None] * (0.3 + 0.7 * np.clip(hue, 0, 1))
    chance = np.random.default_rng(3)
    patches = np.kron(chance.random((9, 16, 3)), np.ones((20, 20, 1))) * (0.35 + 0.65 * np.sqrt(y * x))[..., None]
    noise = chance.normal(0.0, 0.01, patches.shape)
    return {"sweep": sweep.astype(np.float32), "patches": np.clip(patches + noise, 0, 1).astype(np.float32)}


@dataclass(frozen=True, eq=False)
class Pair:
    """A picture and the same picture regraded, (N, 3) codes."""

    name: str
    picture: Colours
    reference: Colours
    held: NDArray[np.bool_]
    """(N,) pixels that a fit must not see."""


def pairs(pictures: Mapping[str, Colours]) -> list[Pair]:
    """Every regrade, the pictures taken in turn; half of the pixels held out."""
    names = list(pictures)
    made: list[Pair] = []
    for place, (regrade, change) in enumerate(REGRADES.items()):
        picture = pictures[names[place % len(names)]].reshape(-1, 3)
        graded = np.round(np.clip(change(picture.astype(np.float64)), 0.0, 1.0) * 255) / 255
        held = np.random.default_rng(place).random(len(picture)) < 0.5
        made.append(Pair(f"{names[place % len(names)]}, {regrade}", picture, graded.astype(np.float32), held))
    return made
