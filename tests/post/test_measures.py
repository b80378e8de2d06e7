"""The figures say what an eye would: soft edges, halos, lost and restless things."""

from __future__ import annotations

import cv2
import numpy as np

from post.scenes import FULL, shot, truth
from rushes.media.pictures import Picture
from rushes.post.measures import mean_rise, silhouettes, thin_contrast, warp_error

IDS = np.repeat(np.where(np.arange(64) < 32, 1, 2)[None], 64, axis=0).astype(np.int32)
EDGE: Picture = np.repeat(np.where(IDS == 1, 0.2, 0.8)[..., None], 3, axis=2).astype(np.float32)


def blurred(picture: Picture, by: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), by), np.float32)


def test_a_crisp_edge_rises_within_a_pixel_and_has_no_halo() -> None:
    found = silhouettes(EDGE, EDGE, IDS)
    assert found is not None
    assert mean_rise(found.profile) < 1
    assert found.halo == 0


def test_a_soft_edge_takes_longer() -> None:
    found = silhouettes(blurred(EDGE, 1.2), EDGE, IDS)
    assert found is not None
    assert 2.2 < mean_rise(found.profile) < 4  # 2.56 sigma for a Gaussian


def test_a_glow_beside_a_crisp_edge_is_a_halo_and_not_softness() -> None:
    glow = EDGE.copy()
    glow[:, 26:32] += 0.06
    found = silhouettes(glow, EDGE, IDS)
    assert found is not None
    assert 0.03 < found.halo < 0.06  # a tenth of the contrast, on one side
    assert mean_rise(found.profile) < 1


def test_nothing_is_said_where_no_silhouette_is() -> None:
    assert silhouettes(EDGE, EDGE, np.ones_like(IDS)) is None
    assert thin_contrast(EDGE, EDGE, IDS) is None


def test_thin_things_keep_lose_or_exaggerate_their_contrast() -> None:
    ids = np.ones((64, 64), np.int32)
    ids[:, 30:32] = 2
    real = np.where(ids[..., None] == 2, 0.1, 0.7).astype(np.float32) * np.ones(3, np.float32)
    for share in (0.0, 0.5, 1.0, 1.5):
        made = (real + (share - 1) * np.where(ids[..., None] == 2, -0.6, 0)).astype(np.float32)
        found = thin_contrast(made, real, ids)
        assert found is not None
        assert abs(found[0] - share) < 1e-3
        assert abs(found[1] - abs(share - 1)) < 1e-3


def test_flicker_counts_and_motion_does_not() -> None:
    first, second = shot().frame(0), shot().frame(1)
    still = warp_error(truth(0, FULL), truth(1, FULL), first, second)
    darker = warp_error(truth(0, FULL), truth(1, FULL) * np.float32(0.9), first, second)
    assert darker > 1.5 * still > 0
    unmoved = warp_error(truth(0, FULL), truth(0, FULL), first, second)
    assert unmoved > still
