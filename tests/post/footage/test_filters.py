"""Every footage filter keeps the one contract, and each does what it is for against a plain baseline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rushes.contracts import Size
from rushes.errors import InputError, JobCancelled
from rushes.media.pictures import Picture
from rushes.post.footage import stabilise as stabilise_module
from rushes.post.footage.camera_motion import CameraMotion, followed, vidstab, vidstab_program
from rushes.post.footage.denoise import Denoise, grain_of
from rushes.post.footage.foreground import Foreground
from rushes.post.footage.interpolate import Interpolate
from rushes.post.footage.protocol import Filter, with_neighbours
from rushes.post.footage.stabilise import Stabilise
from rushes.post.footage.trial import Rolled, Scene, Shake, noisy, psnr
from rushes.post.footage.upscale import Upscale, lanczos
from rushes.testing.contexts import RecordingContext

SIZE = Size(160, 120)

FILTERS: dict[str, Callable[[], Filter]] = {
    "denoise": lambda: Denoise(0.6),
    "stabilise": lambda: Stabilise(0.5, followed_only),
    "interpolate": lambda: Interpolate(3),
    "upscale": lambda: Upscale(2),
    "foreground": Foreground,
}


def followed_only(source: object, each: Callable[[int], None]) -> CameraMotion:
    return followed(source, each)  # type: ignore[arg-type]


@pytest.fixture(params=sorted(FILTERS))
def step(request: pytest.FixtureRequest) -> Callable[[], Filter]:
    return FILTERS[request.param]


def _run(step: Filter, source: Rolled, context: RecordingContext | None = None) -> list[Picture]:
    return list(step.apply(source, context or RecordingContext()))


@pytest.mark.parametrize("frames", [1, 2, 6])
@pytest.mark.parametrize("size", [Size(96, 64), Size(65, 49), Size(20, 16)])
def test_every_filter_gives_what_it_promises(step: Callable[[], Filter], size: Size, frames: int) -> None:
    made, context = step(), RecordingContext()
    out = _run(made, Scene(size, 1).rolled(frames), context)
    assert len(out) == made.output_frames(frames)
    due = made.output_size(size)
    for picture in out:
        assert picture.shape == (*due.shape, 3)
        assert picture.dtype == np.float32
        assert np.isfinite(picture).all()
        assert 0 <= picture.min() <= picture.max() <= 1
    assert context.fractions == sorted(context.fractions)
    assert context.fractions[-1] == pytest.approx(1.0)
    assert context.checks >= len(out)
    assert isinstance(made, Filter)
    assert all(made.notes)


def test_every_filter_repeats_itself(step: Callable[[], Filter]) -> None:
    source = Scene(Size(96, 64), 1).rolled(5)
    np.testing.assert_array_equal(_run(step(), source), _run(step(), source))


def test_every_filter_stops_when_told(step: Callable[[], Filter]) -> None:
    context = RecordingContext(cancel_after=3)
    with pytest.raises(JobCancelled):
        _run(step(), Scene(Size(96, 64), 1).rolled(6), context)
    assert context.checks == 3


def test_every_filter_reads_a_long_clip_a_little_at_a_time(step: Callable[[], Filter]) -> None:
    alive = {"now": 0, "most": 0}

    class Counted(np.ndarray):  # type: ignore[type-arg]
        """A picture that tells when it is let go."""

        def __del__(self) -> None:
            if self.base is None or not isinstance(self.base, Counted):
                alive["now"] -= 1

    def make(index: int) -> Picture:
        picture = np.full((48, 64, 3), 0.3 + 0.01 * (index % 7), np.float32).view(Counted)
        alive["now"] += 1
        alive["most"] = max(alive["most"], alive["now"])
        return picture  # type: ignore[return-value]

    for _ in step().apply(Rolled(Size(64, 48), 40, make), RecordingContext()):
        pass
    assert alive["most"] < 20


def test_a_window_slides_over_neighbours() -> None:
    assert list(with_neighbours(range(4), 1)) == [([0, 1], 0), ([0, 1, 2], 1), ([1, 2, 3], 1), ([2, 3], 1)]
    assert list(with_neighbours([], 2)) == []


# Denoise


def test_denoise_comes_closer_than_a_plain_mean() -> None:
    scene, frames = Scene(SIZE, 3), 7
    source = noisy(scene, frames, grain=0.04)
    sent, made = list(source), _run(Denoise(0.6), source)
    mean = [np.mean(sent[max(0, i - 2) : i + 3], axis=0) for i in range(frames)]
    for index in range(2, 5):
        truth = scene.frame(index)
        assert psnr(made[index], truth) > psnr(sent[index], truth) + 5
        assert psnr(made[index], truth) > psnr(mean[index].astype(np.float32), truth) + 3


def test_denoise_evens_flicker_and_keeps_a_fade() -> None:
    scene, frames = Scene(SIZE, 3, speed=0.3), 9
    source = noisy(scene, frames, grain=0.01, flicker=0.06)
    offs = [[float((p - scene.frame(i)).mean()) for i, p in enumerate(f)] for f in (source, _run(Denoise(1.0), source))]
    before, after = (float(np.std(o[2:-2])) for o in offs)
    assert after < 0.5 * before
    held = [float((p - scene.frame(i)).mean()) for i, p in enumerate(_run(Denoise(1.0, flicker=False), source))]
    assert float(np.std(held[2:-2])) > 0.8 * before
    fade = Rolled(SIZE, frames, lambda i: (scene.frame(i) * (1 - 0.08 * i)).astype(np.float32))
    for index, picture in enumerate(_run(Denoise(1.0), fade)):
        assert float(picture.mean()) == pytest.approx(float(fade.make(index).mean()), rel=0.03)


def test_denoise_mixes_nothing_across_a_cut() -> None:
    bright, dark = Scene(SIZE, 1), Scene(SIZE, 8)
    cut = Rolled(SIZE, 8, lambda i: (bright if i < 4 else dark).frame(i))
    for index, picture in enumerate(_run(Denoise(1.0), cut)):
        assert psnr(picture, cut.make(index)) > 38


def test_a_strength_of_nothing_changes_nothing() -> None:
    source = noisy(Scene(SIZE, 3), 3, grain=0.04)
    np.testing.assert_array_equal(_run(Denoise(0.0), source), list(source))


def test_grain_is_measured() -> None:
    flat = np.full((200, 300, 3), 0.5, np.float32) + np.random.default_rng(1).normal(0, 0.03, (200, 300, 3))
    assert grain_of(flat.astype(np.float32)) == pytest.approx(0.03, rel=0.25)


# Interpolate


@pytest.mark.parametrize("factor", [2, 5])
def test_interpolation_beats_a_blend_and_keeps_its_own_frames(factor: int) -> None:
    scene, frames = Scene(SIZE, 3, speed=1.5), 4
    source = scene.rolled(frames)
    sent, made = list(source), _run(Interpolate(factor), source)
    for index, picture in enumerate(made):
        whole, part = divmod(index, factor)
        if not part:
            assert np.array_equal(picture, sent[whole])
            continue
        t = part / factor
        blend = sent[whole] * (1 - t) + sent[whole + 1] * t
        truth = scene.frame(index / factor)
        assert psnr(picture, truth) > psnr(blend.astype(np.float32), truth) + 5


def test_interpolation_never_morphs_across_a_cut() -> None:
    first, second = Scene(SIZE, 1), Scene(SIZE, 8)
    cut = Rolled(SIZE, 4, lambda i: (first if i < 2 else second).frame(i))
    step = Interpolate(4)
    made = _run(step, cut)
    for index in range(5, 8):
        assert any(np.array_equal(made[index], cut.make(i)) for i in (1, 2))
    assert "cut before frame 2" in step.notes[0]


def test_fast_motion_and_flashes_are_no_cuts() -> None:
    scene = Scene(SIZE, 3, speed=4)
    step = Interpolate(2)
    _run(step, scene.rolled(4))
    assert step.notes == ()
    flash = Rolled(SIZE, 4, lambda i: np.clip(scene.frame(0) * (1.5 if i == 2 else 1.0), 0, 1).astype(np.float32))
    step = Interpolate(2)
    _run(step, flash)
    assert step.notes == ()


@pytest.mark.parametrize("factor", [0, 1, 9])
def test_other_factors_are_refused(factor: int) -> None:
    with pytest.raises(InputError):
        Interpolate(factor)


# Stabilise


def _wobble(frames: list[Picture]) -> float:
    """Pixels by which the motion changes from frame to frame."""
    steps = followed(Rolled(Size(frames[0].shape[1], frames[0].shape[0]), len(frames), lambda i: frames[i])).steps[1:]
    change = np.diff(steps, axis=0)[2:-2, :2]
    return float(np.sqrt((change**2).mean()))


@pytest.mark.parametrize("by", ["libvidstab", "points"])
def test_a_shaken_shot_comes_out_steady(by: str) -> None:
    frames = 20
    shaken = Scene(Size(256, 144), 1, speed=0.5, shake=Shake.by_chance(frames, 1, 2.5)).rolled(frames)
    program = vidstab_program()
    assert program is not None

    def find(source: object, each: Callable[[int], None]) -> CameraMotion:
        found = vidstab(source, program, each) if by == "libvidstab" else followed(source, each)  # type: ignore[arg-type]
        assert found is not None
        return found

    step = Stabilise(0.5, find)
    made = _run(step, shaken)
    assert _wobble(made) < 0.12 * _wobble(list(shaken))
    assert any("larger" in n for n in step.notes)
    # No border shows: a black frame line would.
    assert min(float(p[:3].min(axis=2).max()) for p in made) > 0.1


def test_without_the_program_points_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shaken = Scene(SIZE, 1, shake=Shake.by_chance(6, 1, 2.0)).rolled(6)
    for program in (None, Path("/nowhere/ffmpeg")):
        monkeypatch.setattr(stabilise_module, "vidstab_program", lambda program=program: program)
        step = Stabilise(0.5)
        _run(step, shaken)
        assert "points" in step.notes[0]


def test_a_steady_pan_stays_as_it_is() -> None:
    pan = Scene(Size(320, 180), 1, speed=1.0).rolled(14)
    step = Stabilise(0.5, followed_only)
    for a, b in zip(_run(step, pan), pan, strict=True):
        assert psnr(a, b) > 27


# Matte, upscale


def test_the_foreground_is_what_moves_by_itself() -> None:
    scene = Scene(Size(320, 180), 3)
    for index, picture in enumerate(_run(Foreground(), scene.rolled(6))):
        truth, found = scene.mask(index) > 0.5, picture > 0.5
        assert (truth & found).sum() / (truth | found).sum() > 0.75


def test_lanczos_is_sharper_than_bilinear_and_does_not_ring() -> None:
    import cv2

    scene = Scene(Size(320, 180), 3)
    truth = scene.frame(0)
    small = np.asarray(cv2.resize(truth, (160, 90), interpolation=cv2.INTER_AREA), np.float32)
    plain = np.asarray(cv2.resize(small, (320, 180), interpolation=cv2.INTER_LINEAR), np.float32)
    assert psnr(lanczos(small, Size(320, 180)), truth) > psnr(plain, truth) + 0.3
    edge = np.zeros((32, 32, 3), np.float32) + 0.2
    edge[:, 16:] = 0.8
    big = lanczos(edge, Size(128, 128))
    assert 0.2 - 1e-3 <= big.min() <= big.max() <= 0.8 + 1e-3


def test_a_matte_of_a_travelling_camera_says_that_it_is_a_guess() -> None:
    near, far = Scene(Size(320, 180), 1, speed=9), Scene(Size(320, 180), 2, speed=0.2)

    def make(index: int) -> Picture:
        picture = far.frame(index).copy()
        picture[:, 230:] = near.frame(index)[:, 230:]  # a wall that the camera passes
        return picture

    step = Foreground()
    _run(step, Rolled(Size(320, 180), 3, make))
    assert any("guess" in n for n in step.notes)
    steady = Foreground()
    _run(steady, Scene(Size(320, 180), 3).rolled(3))
    assert not any("guess" in n for n in steady.notes)
