"""Pictures keep their values, their text and their identity; files are whole or not there."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rushes.errors import DiskFullError, InputError
from rushes.media import pictures
from rushes.media.pictures import (
    beside,
    frame_sha256,
    linear_to_srgb,
    load_png,
    png_text,
    save_png,
    srgb_to_linear,
    to_float,
    to_uint8,
)


@pytest.fixture
def frame() -> pictures.Bytes:
    return np.random.default_rng(3).integers(0, 256, (9, 16, 3), np.uint8)


def test_png_keeps_pixels_and_text(tmp_path: Path, frame: pictures.Bytes) -> None:
    text = {"Title": "Ærø – 你好", "seed": "7"}
    save_png(tmp_path / "deep" / "a.png", frame, text=text)
    assert np.array_equal(load_png(tmp_path / "deep" / "a.png"), frame)
    assert png_text(tmp_path / "deep" / "a.png") == text


def test_png_says_srgb(tmp_path: Path, frame: pictures.Bytes) -> None:
    save_png(tmp_path / "a.png", frame)
    with Image.open(tmp_path / "a.png") as image:
        assert image.info["srgb"] == 0


def test_same_picture_same_file(tmp_path: Path, frame: pictures.Bytes) -> None:
    for name in ("a.png", "b.png"):
        save_png(tmp_path / name, frame, text={"seed": "7"})
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize("content", [None, b"", b"not a picture", b"\x89PNG\r\n\x1a\n"])
def test_a_picture_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_png(path)
    assert caught.value.code == "picture.unreadable"


def test_a_cut_off_picture_is_told(tmp_path: Path, frame: pictures.Bytes) -> None:
    save_png(tmp_path / "a.png", frame)
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "b.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError):
        load_png(tmp_path / "b.png")


def test_full_disk_leaves_the_old_picture(
    tmp_path: Path, frame: pictures.Bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    save_png(path, frame)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(DiskFullError):
        save_png(path, 255 - frame)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> None:
        with beside(tmp_path / "a.txt") as draft:
            draft.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_frames_differ_by_content_and_by_shape(frame: pictures.Bytes) -> None:
    other = frame.copy()
    other[0, 0, 0] ^= 1
    assert frame_sha256(frame) != frame_sha256(other)
    assert frame_sha256(frame) != frame_sha256(frame.reshape(16, 9, 3))
    assert frame_sha256(frame) == frame_sha256(np.asfortranarray(frame))
    # The form is written into frames.json of every take; it must never change.
    assert frame_sha256(frame) == hashlib.sha256(b"16x9 rgb8\n" + frame.tobytes()).hexdigest()


def test_eight_bits_round_trip_and_clip() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    assert np.array_equal(to_uint8(to_float(levels)), levels)
    odd = np.array([[[-1.0, 2.0, np.nan]]], np.float32)
    assert to_uint8(odd).tolist() == [[[0, 255, 0]]]


@given(st.floats(0, 1, width=32))
def test_srgb_curve_and_back(value: float) -> None:
    there = linear_to_srgb(np.full((1, 1, 3), value, np.float32))
    assert there.dtype == np.float32
    assert np.allclose(srgb_to_linear(there), value, atol=2e-6)


def test_srgb_curve_values() -> None:
    # IEC 61966-2-1: middle grey, and the two pieces meeting at the knee.
    assert srgb_to_linear(np.array([0.5, 0.04045, 1.0], np.float32)) == pytest.approx(
        [0.2140411, 0.0031308, 1.0], abs=1e-6
    )
    assert linear_to_srgb(np.array([0.18], np.float32)) == pytest.approx([0.4613561], abs=1e-6)
