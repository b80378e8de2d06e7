"""Control pictures for models that take a video: depth as near = white, edges as black lines on white."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Size
from rushes.generators.protocol import Picture
from rushes.media.conditioning import SKY_DEPTH, ShotFrame, ShotInputs

__all__ = ["NOTHING", "DepthScale", "depth_picture", "depth_scale", "edge_picture", "plain_picture"]

NOTHING = np.float32(127.0 / 255.0)
"""Grey that says "no control here"."""

_PROBES = 32
_PROBE_SIDE = 192


@dataclass(frozen=True)
class DepthScale:
    """Inverse depths (1/metres) that become black and white; one pair for a whole shot, so nothing pumps."""

    far: float
    near: float


def depth_scale(inputs: ShotInputs) -> DepthScale:
    """The 1st and 99th percentile of inverse depth over the shot, sky left out.

    Looks at up to 32 frames spread over the shot, small, so that its cost does not grow with length.
    """
    count = min(_PROBES, len(inputs))
    shrink = min(1.0, _PROBE_SIDE / max(inputs.size.width, inputs.size.height))
    small = Size(max(1, round(inputs.size.width * shrink)), max(1, round(inputs.size.height * shrink)))
    values: list[NDArray[np.float32]] = []
    for index in np.linspace(0, len(inputs) - 1, count).round().astype(int).tolist():
        depth = inputs.frame(int(index), small).depth
        values.append(1.0 / depth[depth < SKY_DEPTH])
    seen = np.concatenate(values)
    if not seen.size:
        return DepthScale(0.0, 1.0)
    far, near = (float(v) for v in np.percentile(seen, (1.0, 99.0)))
    # A wall square to the camera has one depth only: show it white, not as noise.
    return DepthScale(far, near) if near - far > 1e-6 * near else DepthScale(0.0, near)


def depth_picture(frame: ShotFrame, scale: DepthScale) -> Picture:
    """(H, W, 3) inverse depth, near white, far and sky black."""
    inverse = np.where(frame.depth < SKY_DEPTH, 1.0 / np.maximum(frame.depth, 1e-6), 0.0)
    grey = np.clip((inverse - scale.far) / (scale.near - scale.far), 0.0, 1.0)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.float32)


def edge_picture(frame: ShotFrame) -> Picture:
    """(H, W, 3) black lines on white where objects, creases or steps in depth meet."""
    inverse = 1.0 / np.maximum(frame.depth, 1e-6)
    line = np.zeros(frame.ids.shape, np.bool_)
    for axis in (0, 1):
        a = tuple(slice(None, -1) if i == axis else slice(None) for i in range(2))
        b = tuple(slice(1, None) if i == axis else slice(None) for i in range(2))
        differ = frame.ids[a] != frame.ids[b]
        crease = (frame.normal[a] * frame.normal[b]).sum(axis=-1) < 0.7
        solid = (frame.ids[a] > 0) & (frame.ids[b] > 0)
        step = np.abs(inverse[a] - inverse[b]) > 0.2 * np.maximum(inverse[a], inverse[b])
        line[a] |= differ | (solid & (crease | step))
    return np.repeat(np.where(line, 0.0, 1.0)[..., None], 3, axis=2).astype(np.float32)


def plain_picture(size: Size) -> Picture:
    """(H, W, 3) of the grey that says nothing."""
    return np.full((*size.shape, 3), NOTHING, np.float32)
