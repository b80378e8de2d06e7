"""Surface colour of the detailed twin; `rushes.models.house.paint_surface` reads the same off the model's inputs."""

from __future__ import annotations

import numpy as np

from rushes.models.house.noise import Array
from rushes.models.house.style import Style
from rushes.models.house.surface import Surface
from rushes.training.look import Light

__all__ = ["albedo"]


def albedo(s: Surface, style: Style, light: Light) -> Array:
    """Surface colour (H, W, 3) linear, before glass and water: the painted colour, darker where rain wets it."""
    soak = 0.45 * light.wet * np.clip(s.normal[..., 2:3] + 0.3, 0, 1)
    return np.clip(style.color * (1 - soak), 0.006, 0.92).astype(np.float32)
