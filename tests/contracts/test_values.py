"""The small rules inside the contracts: ranges, sizes, cameras, briefs, metrics, errors."""

from __future__ import annotations

import errno
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushes import errors
from rushes.contracts import Brief, CameraFrame, FrameRange, FrameRule, Metric, Size, SizeRule

EYE = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))


def camera(**changes: object) -> CameraFrame:
    values: dict[str, object] = {
        "frame": 1,
        "matrix_world": EYE,
        "type": "PERSP",
        "lens": 36.0,
        "ortho_scale": 10.0,
        "sensor_width": 36.0,
        "sensor_height": 24.0,
        "sensor_fit": "AUTO",
        "shift_x": 0.0,
        "shift_y": 0.0,
        "clip_start": 0.1,
        "clip_end": 100.0,
    }
    return CameraFrame(**{**values, **changes})  # type: ignore[arg-type]


@given(st.integers(-1000, 1000), st.integers(0, 300), st.integers(1, 7))
def test_frame_range_counts_what_it_lists(start: int, length: int, step: int) -> None:
    span = FrameRange(start, start + length, step)
    assert len(span) == len(span.frames)
    assert span.frames[0] == start
    assert span.duration(Fraction(24)) == Fraction(len(span)) / span.playback_rate(Fraction(24))
    assert FrameRange.parse(f"{span.start}-{span.end}x{step}") == span


@pytest.mark.parametrize("bad", ["", "x", "10-1", "1-5x0", "a-b"])
def test_empty_or_wrong_ranges_say_what_to_write(bad: str) -> None:
    with pytest.raises(errors.SceneError) as caught:
        FrameRange.parse(bad)
    assert caught.value.hint


@given(st.integers(1, 400))
def test_wan_like_lengths_hold_what_was_asked(asked: int) -> None:
    length = FrameRule(multiple=4, offset=1, minimum=5).legal(asked)
    assert length >= max(asked, 5)
    assert length % 4 == 1
    assert length < max(asked, 5) + 4


def test_too_long_is_refused_with_the_limit() -> None:
    with pytest.raises(errors.SizeError, match="16"):
        FrameRule(maximum=16).legal(17)


@given(st.integers(16, 5000), st.integers(16, 5000))
def test_legal_sizes_are_on_the_grid_and_small_enough(width: int, height: int) -> None:
    rule = SizeRule(multiple=16, native=Size(256, 144), max_pixels=1280 * 720)
    made = rule.legal(width / height, Size(width, height))
    assert made.width % 16 == 0
    assert made.height % 16 == 0
    assert made.pixels <= 1280 * 720


def test_native_size_follows_the_aspect() -> None:
    rule = SizeRule(multiple=16, native=Size(256, 144), max_pixels=1280 * 720)
    assert rule.legal(16 / 9) == Size(256, 144)
    assert rule.legal(1.0) == Size(192, 192)
    assert rule.legal(9 / 16) == Size(144, 256)


def test_size_reads_both_signs() -> None:
    assert Size.parse("1280x720") == Size.parse("1280×720") == Size(1280, 720)
    with pytest.raises(errors.SizeError):
        Size.parse("big")


def test_intrinsics_fit_shift_and_ortho() -> None:
    wide, tall = Size(200, 100), Size(100, 200)
    assert camera().intrinsics(wide).fx == 200
    assert camera().intrinsics(tall).fx == 200
    assert camera(sensor_fit="HORIZONTAL").intrinsics(tall).fx == 100
    assert camera(sensor_fit="VERTICAL").intrinsics(wide).fx == pytest.approx(36 * 100 / 24)
    shifted = camera(shift_x=0.1, shift_y=0.2).intrinsics(wide)
    assert (shifted.cx, shifted.cy) == (pytest.approx(80), pytest.approx(90))
    flat = camera(type="ORTHO").intrinsics(wide)
    assert flat.orthographic
    assert flat.fx == 20
    stretched = camera().intrinsics(wide, (2.0, 1.0))
    assert stretched.fy == pytest.approx(2 * stretched.fx)


def test_brief_override_names_a_wrong_field() -> None:
    assert Brief(mood="warm").merged({"lighting": "dusk"}).items() == (("mood", "warm"), ("lighting", "dusk"))
    with pytest.raises(errors.BriefError, match="wether"):
        Brief().merged({"wether": "fog"})


def test_metric_judges_itself() -> None:
    assert Metric.judged("a", 1.0, "s", compare="<=", limit=1.1).ok
    assert not Metric.judged("a", 1.2, "s", compare="<=", limit=1.1).ok
    assert Metric.judged("a", 9.0, "s").ok


def test_errors_keep_kind_code_and_hint_over_the_wire_and_between_processes() -> None:
    before = errors.BlendError("No.", code="blend.newer", hint="Update Blender.", details={"file": "4.5"})
    for after in (errors.from_dict(before.to_dict()), pickle.loads(pickle.dumps(before))):  # noqa: S301
        assert type(after) is errors.BlendError
        assert (after.code, after.hint, after.details) == ("blend.newer", "Update Blender.", {"file": "4.5"})
    assert type(errors.from_dict({"kind": "Nonsense"})) is errors.RushesError


def test_only_a_full_disk_becomes_disk_full() -> None:
    with pytest.raises(errors.DiskFullError), errors.disk_full_as_error("clip.mp4"):
        raise OSError(errno.ENOSPC, "no space")
    with pytest.raises(PermissionError), errors.disk_full_as_error("clip.mp4"):
        raise PermissionError(errno.EACCES, "no")
