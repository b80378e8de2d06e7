"""Guided upsampling: edges where the geometry has them, colours from the picture, the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest

from post.scenes import FULL, LOW, Mask, edges, flat, grown, psnr, resize, shot, truth
from rushes.contracts import Size
from rushes.errors import RecipeError, SizeError
from rushes.media.pictures import Picture
from rushes.post import bilateral, guides, upsample
from rushes.post.antialias import surface_labels
from rushes.post.measures import mean_rise, silhouettes, thin_contrast, warp_error
from rushes.post.truth import soft_sample
from rushes.post.upsample import GuidedUpsample
from rushes.testing.analytic_shot import AnalyticShot, street
from rushes.testing.contexts import RecordingContext


def up(pictures: list[Picture], inputs: AnalyticShot | None = None, **settings: float) -> list[Picture]:
    step = GuidedUpsample(FULL, **settings)  # type: ignore[arg-type]
    return list(step.apply(iter(pictures), inputs or shot(), RecordingContext()))


def test_it_beats_plain_interpolation() -> None:
    real = truth(1, FULL)
    made = up([truth(0, LOW), truth(1, LOW)])[1]
    bicubic, nearest = (resize(truth(1, LOW), how) for how in (cv2.INTER_CUBIC, cv2.INTER_NEAREST))
    assert psnr(made, real) > psnr(bicubic, real) + 3
    assert psnr(made, real) > psnr(nearest, real) + 4
    near = grown(edges(shot().frame(1).ids), 3)
    assert psnr(made, real, near) > psnr(bicubic, real, near) + 4
    assert psnr(made, real, ~near) > psnr(bicubic, real, ~near)


def far_from_edges(by: int) -> Mask:
    """Pixels of objects that the small picture knows, farther than `by` from any edge of the first frame
    (-1: anywhere)."""
    frame, small = shot().frame(0), shot().frame(0, LOW)
    known = [i for i in np.unique(small.ids) if (small.ids == i).sum() > 50]
    keep = np.isin(frame.ids, known)
    return keep & ~grown(edges(frame.ids), by) if by >= 0 else keep


def test_a_colour_step_stays_within_a_pixel_of_the_edge() -> None:
    real, small = flat(shot().frame(0)), flat(shot().frame(0, LOW))
    beyond = far_from_edges(1)
    error = np.abs(up([small])[0] - real).max(axis=2)[beyond]
    halo = np.abs(resize(small, cv2.INTER_CUBIC) - real).max(axis=2)[beyond]
    assert (error > 0.02).mean() < 0.002
    assert (halo > 0.02).mean() > 0.04  # what interpolation does at the same places
    assert error.max() < 0.15 < halo.max()


def test_edges_are_exact_without_smoothing() -> None:
    real = flat(shot().frame(0))
    error = np.abs(up([flat(shot().frame(0, LOW))], smooth_edges=False)[0] - real).max(axis=2)
    at_edges = edges(shot().frame(0).ids) & far_from_edges(-1)
    assert at_edges.sum() > 1500
    assert (error[at_edges] > 0.05).mean() < 0.02


def test_a_thing_too_thin_for_the_small_picture_keeps_its_colour() -> None:
    # At this size the wire falls between the small picture's samples almost everywhere.
    tiny = Size(48, 27)
    frame, small = shot().frame(0), shot().frame(0, tiny)
    wire, post = 11, 10
    assert (frame.ids == wire).sum() > 80 > 5 > (small.ids == wire).sum()
    picture = shot().picture(0)
    sampled = np.ascontiguousarray(picture[5::10, 5::10])
    made = up([sampled], smooth_edges=False)[0]
    for number in (wire, post):
        own = frame.ids == number
        around = grown(own, 4) & ~own
        kept = np.abs(made[own].mean(0) - picture[own].mean(0)).max()
        lost = np.abs(picture[around].mean(0) - picture[own].mean(0)).max()
        assert kept < 0.35 * lost


def test_a_thin_thing_does_not_flicker() -> None:
    inputs = shot()
    small = [np.clip(inputs.picture(i), 0, 1)[2::5, 2::5] for i in range(4)]
    made = up([np.ascontiguousarray(s) for s in small], smooth_edges=False)
    levels = [float(m[inputs.frame(i).ids == 9].mean()) for i, m in enumerate(made)]
    real = [float(inputs.picture(i)[inputs.frame(i).ids == 9].mean()) for i in range(4)]
    assert np.ptp(np.subtract(levels, real)) < 0.03


@pytest.mark.parametrize("blur", [0.01, 0.5, 0.7])
def test_a_soft_picture_gets_no_halos_and_loses_nothing_thin(blur: float) -> None:
    frame, real = shot().frame(1), truth(1, FULL)
    small = [soft_sample(truth(i, FULL), LOW, blur) for i in range(2)]
    made, mixed, plain = up(small)[1], up(small, unmix=False)[1], np.clip(resize(small[1], cv2.INTER_CUBIC), 0, 1)
    found, left, usual = (silhouettes(p, real, frame.ids) for p in (made, mixed, plain))
    assert found
    assert left
    assert usual
    assert found.halo < 0.08 < usual.halo
    assert found.halo < left.halo + 0.002
    assert mean_rise(found.profile) < 1.2 * mean_rise(found.true_profile)
    kept, lost = (thin_contrast(p, real, frame.ids) for p in (made, plain))
    assert kept
    assert lost
    assert 0.85 < kept[0] < 1.15
    assert lost[0] < 0.3


def test_it_is_as_still_as_the_truth() -> None:
    made = up([truth(i, LOW) for i in range(4)])
    errors = np.array(
        [
            [warp_error(p[i - 1], p[i], shot().frame(i - 1), shot().frame(i)) for i in range(1, 4)]
            for p in (made, [truth(i, FULL) for i in range(4)])
        ]
    )
    assert errors[0].mean() < 1.15 * errors[1].mean()


def test_cast_shadows_are_crisp() -> None:
    frame = shot().frame(0)
    ground = frame.ids == 1
    lit = (frame.direct > 0).astype(np.int32)
    rim = ground & grown(edges(lit) & ground, 3) & ~grown(edges(frame.ids), 4)
    assert rim.sum() > 150
    real = truth(0, FULL)
    made, bicubic = up([truth(0, LOW)])[0], resize(truth(0, LOW), cv2.INTER_CUBIC)
    assert psnr(made, real, rim) > psnr(bicubic, real, rim) + 3.5  # the wire's shadow is thinner than a pixel


def test_shadows_of_the_pass_stay_out_of_a_picture_without_them() -> None:
    # Overcast: the passes have a sun, the picture has none.
    inputs = shot()
    frame, small = inputs.frame(0), inputs.frame(0, LOW)
    grey = np.repeat((0.3 + 0.3 * (small.ids % 3))[..., None] / 1.2, 3, axis=2).astype(np.float32)
    made = up([grey] * 2)[1]
    ground = (frame.ids == 1) & ~grown(edges(frame.ids), 3)
    shadow = ground & (frame.direct == 0)
    assert shadow.sum() > 300
    assert abs(float(made[shadow].mean()) - float(made[ground & ~shadow].mean())) < 0.002
    assert np.abs(made[ground] - np.median(made[ground])).max() < 0.02


def test_a_soft_picture_leaves_no_glow_in_the_sky() -> None:
    frame, real = shot().frame(0), truth(0, FULL)
    soft = np.asarray(cv2.GaussianBlur(truth(0, LOW), (0, 0), 1.3), np.float32)
    beside = (frame.ids == 0) & grown(frame.ids != 0, 12) & ~grown(frame.ids != 0, 1)
    glowing, clean = (up([soft], clean_sky=c)[0] for c in (False, True))
    assert psnr(clean, real, beside) > psnr(glowing, real, beside) + 3
    sharp = up([truth(0, LOW)], clean_sky=True)[0]
    assert psnr(sharp, real, frame.ids == 0) > 32  # a sharp picture's clouds stay
    assert np.abs(clean - glowing)[grown(frame.ids != 0, 1) & (frame.ids > 2)].max() < 0.05


def test_surfaces_are_smooth_inside() -> None:
    # A gradient over the whole picture, on the sky alone: no small-pixel blocks, no ripples.
    empty = AnalyticShot([], shot().cameras, FULL)
    ramp = np.linspace(0.2, 0.8, LOW.width, dtype=np.float32)
    small = np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (*LOW.shape, 3)))
    made = up([small], empty)[0]
    bend = np.abs(np.diff(made[:, 20:-20], n=2, axis=1)).max()
    step = (ramp[1] - ramp[0]) / 5
    assert bend < 0.02 * step
    assert np.abs(np.diff(made, axis=0)).max() < 1e-6


def test_sharpening_brings_detail_back() -> None:
    real = truth(1, FULL)
    inside = ~grown(edges(shot().frame(1).ids), 3)
    soft, crisp = (up([truth(1, LOW)] * 2, sharpen=s)[1] for s in (0.0, 1.0))
    assert psnr(crisp, real, inside) > psnr(soft, real, inside) + 0.5


def test_smoothing_edges_takes_the_staircase_away() -> None:
    frame = shot().frame(1)
    rim = edges(frame.ids)
    stairs, smooth = (up([flat(shot().frame(1, LOW))] * 2, smooth_edges=s)[1] for s in (False, True))
    fine = street(Size(FULL.width * 2, FULL.height * 2), 4).frame(1)
    wanted = resize(flat(fine), cv2.INTER_AREA)
    assert psnr(smooth, wanted, rim) > psnr(stairs, wanted, rim) + 0.5
    far = ~grown(edges(surface_labels(frame)), 2)
    assert np.abs(smooth - stairs)[far].max() < 1e-6


def test_the_bits_do_not_depend_on_how_the_work_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    once = up([truth(0, LOW)])[0]
    monkeypatch.setattr(bilateral, "_BAND", 7)
    monkeypatch.setattr(bilateral, "_CHUNK", 1000)
    monkeypatch.setattr(guides, "_STRIPE", 11)
    monkeypatch.setattr(upsample, "_STRIPE", 50)
    assert np.array_equal(up([truth(0, LOW)])[0], once)


def test_plain_places_are_made_the_short_way_to_the_same_end() -> None:
    frame, small = shot().frame(0), truth(0, LOW)
    full, low = guides.guides(frame, LOW)
    assert 0.3 < low.plain.mean() < 0.95
    short, _ = bilateral.bilateral(small, full, low)
    long, _ = bilateral.bilateral(small, full, replace(low, plain=np.zeros_like(low.plain)))
    apart = np.abs(short - long)
    assert apart.mean() < 2e-4
    assert (apart > 0.004).mean() < 0.01
    assert apart.max() < 0.03


@pytest.mark.parametrize("low", [LOW, Size(80, 45), Size(77, 43), FULL])
def test_any_ratio_will_do(low: Size) -> None:
    made = up([truth(0, low)])[0]
    assert made.shape == (*FULL.shape, 3)
    bicubic = resize(truth(0, low), cv2.INTER_CUBIC)
    if low != FULL:
        assert psnr(made, truth(0, FULL)) > psnr(bicubic, truth(0, FULL)) + 1.5


def test_frames_beyond_the_shot_use_its_last_passes() -> None:
    short = street(FULL, 1)
    made = up([truth(0, LOW)] * 3, short, sharpen=1.0)
    assert len(made) == 3
    assert np.abs(made[2] - made[0]).max() < 0.2


def test_an_id_that_the_legend_lacks_is_no_obstacle() -> None:
    inputs = street(FULL, 1)
    inputs.legend = type(inputs.legend)(inputs.legend.objects[:3])
    assert np.isfinite(up([truth(0, LOW)], inputs)[0]).all()


def test_a_picture_larger_than_the_result_is_refused() -> None:
    with pytest.raises(SizeError) as caught:
        up([np.zeros((720, 1280, 3), np.float32)])
    assert caught.value.code == "post.size"


def test_it_takes_one_frame_for_each_it_gives() -> None:
    taken = 0

    def frames() -> Iterator[Picture]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield truth(0, LOW)

    stream = GuidedUpsample(FULL).apply(frames(), shot(), RecordingContext())
    next(stream)
    next(stream)
    assert taken == 2


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(RecipeError):
        GuidedUpsample(FULL, sharpen=2.0)
