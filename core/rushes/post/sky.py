"""A sky without the glow that soft pictures have around what stands before it.

A generator that is not quite sharp lets buildings and trees bleed a few small pixels into the sky. Edges are
then exact, and the glow beside them shows. The sky is smooth, so what lies beside an edge is taken from farther in.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.media.pictures import Picture
from rushes.post.guides import Low

__all__ = ["clean_sky"]

_REACH = 7
"""Small pixels: side of the square that must be all sky for a pixel to be believed fully."""
_SPREAD = 2.5
"""Small pixels: how far the believed ones are carried towards the edge."""
_LEAST = np.float32(1e-3)


def clean_sky(picture: Picture, low: Low) -> Picture:
    """The small picture with its sky (id 0) renewed beside other objects; the rest is the same to the bit."""
    sky = low.ids == 0
    if not sky.any() or sky.all():
        return picture
    own: NDArray[Any] = np.where(sky, low.purity, 0).astype(np.float32)
    share = np.asarray(cv2.blur(own, (_REACH, _REACH), borderType=cv2.BORDER_REPLICATE), np.float32)
    trust = share**8 * own
    weight = np.asarray(cv2.GaussianBlur(trust, (0, 0), _SPREAD), np.float32)[..., None]
    carried = np.asarray(cv2.GaussianBlur(picture * trust[..., None], (0, 0), _SPREAD), np.float32)
    # Where no believed sky is near (between leaves), the picture's own colour stays.
    renewed = (carried + _LEAST * picture) / (weight + _LEAST)
    part = np.minimum(trust * 2, 1)[..., None]
    return np.where(sky[..., None], picture * part + renewed * (1 - part), picture).astype(np.float32)
