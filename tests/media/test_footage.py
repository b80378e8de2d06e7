"""Footage at exact frames, and masters: what is written is what is read, frame for frame."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import imageio_ffmpeg
import numpy as np
import OpenEXR
import pytest

from rushes.contracts import Size
from rushes.contracts.timecode import Timecode
from rushes.errors import InputError, SizeError
from rushes.media.footage import open_footage
from rushes.media.master import MasterWriter, VideoColor
from rushes.media.pictures import linear_to_srgb
from rushes.media.video import probe

NTSC = Fraction(30000, 1001)
SIZE = Size(64, 48)


def _grey(number: int) -> float:
    return 0.05 + 0.015 * number


def _encode(path: Path, frames: int, codec: str = "libx264", **options: str) -> Path:
    """Frame n is a flat grey of `_grey(n)`."""
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream(codec, rate=Fraction(24000, 1001), options=options)
        stream.width, stream.height, stream.pix_fmt = SIZE.width, SIZE.height, "yuv420p"
        for number in range(frames):
            flat = np.full((*SIZE.shape, 3), round(_grey(number) * 255), np.uint8)
            picture = av.VideoFrame.from_ndarray(flat, format="rgb24").reformat(format="yuv420p")
            picture.pts = number
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return path


def _numbers(footage: object) -> list[int]:
    return [round((float(p.mean()) - 0.05) / 0.015) for p in footage]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("suffix", "codec", "options"),
    [
        (".mp4", "libx264", {"bf": "3", "g": "12", "x264-params": "open-gop=1"}),
        (".mp4", "libx264", {"bf": "2", "g": "250"}),
        (".mkv", "libx264", {"bf": "3", "g": "10"}),
        (".mov", "mpeg4", {"g": "7", "bf": "2", "qmin": "1", "qmax": "2"}),
    ],
)
def test_any_range_of_any_coding_is_exact(tmp_path: Path, suffix: str, codec: str, options: dict[str, str]) -> None:
    footage = open_footage(_encode(tmp_path / f"a{suffix}", 50, codec, **options), Fraction(24000, 1001))
    assert footage.total == 50
    for first in (0, 1, 10, 11, 12, 13, 23, 36, 48):
        count = min(3, 50 - first)
        assert _numbers(footage.part(first, count)) == list(range(first, first + count))
    assert _numbers(footage.part(5, 2)) == _numbers(footage.part(5, 2))


def test_uneven_frame_times_are_counted(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "vfr.mp4"), "w") as out:
        stream: Any = out.add_stream("libx264", rate=30, options={"g": "8"})
        stream.width, stream.height, stream.pix_fmt = SIZE.width, SIZE.height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 90)
        at = 0
        for number in range(30):
            flat = np.full((*SIZE.shape, 3), round(_grey(number) * 255), np.uint8)
            picture = av.VideoFrame.from_ndarray(flat, format="rgb24").reformat(format="yuv420p")
            picture.pts, picture.time_base = at, Fraction(1, 90)
            at += 3 + number % 3
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    footage = open_footage(tmp_path / "vfr.mp4", Fraction(24))
    assert _numbers(footage.part(17, 4)) == [17, 18, 19, 20]
    assert any("counted" in n for n in footage.notes)


def test_a_range_past_the_end_names_the_lengths(tmp_path: Path) -> None:
    footage = open_footage(_encode(tmp_path / "a.mp4", 10), Fraction(24000, 1001))
    with pytest.raises(InputError) as caught:
        footage.part(8, 4)
    assert (caught.value.code, caught.value.details["total"]) == ("clip.range", 10)
    assert "8 to 11" in caught.value.message


def test_a_file_that_is_cut_short_is_told(tmp_path: Path) -> None:
    path = _encode(tmp_path / "a.mp4", 40, movflags="faststart", g="1")
    front = tmp_path / "front.mp4"
    # The index at the front promises frames that are not there.
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-c", "copy", "-movflags", "faststart", front],
        check=True,
    )
    whole = front.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: int(len(whole) * 0.75)])
    footage = open_footage(tmp_path / "cut.mp4", Fraction(24000, 1001))
    with pytest.raises(InputError) as caught:
        list(footage)
    assert caught.value.code in ("video.short", "video.unreadable")


@pytest.mark.parametrize("size", [SIZE, Size(65, 49), Size(66, 49)])
def test_a_master_keeps_ten_bits_size_rate_timecode_and_words(tmp_path: Path, size: Size) -> None:
    ramp = np.linspace(0.02, 0.98, size.width, dtype=np.float32)[None, :, None] * np.ones((*size.shape, 3), np.float32)
    with MasterWriter(
        tmp_path / "m.mov", size, NTSC, {"note": "für Ömer"}, timecode=Timecode(1800, NTSC, True)
    ) as writer:
        writer.write(ramp)
        writer.write(ramp * np.float32(0.5))
    info = probe(tmp_path / "m.mov")
    assert (info.size, info.rate, info.frames, info.codec) == (size, NTSC, 2, "prores")
    assert info.timecode == "00:01:00;02"
    assert info.metadata["note"] == "für Ömer"
    assert info.color == ("bt709", "bt709", "bt709", "tv")
    first, second = open_footage(tmp_path / "m.mov", NTSC)
    assert np.abs(first - ramp).max() < 1.5 / 1023
    assert np.abs(second - ramp * 0.5).max() < 1.5 / 1023


def test_a_masters_colour_tags_are_the_sources(tmp_path: Path) -> None:
    wide = VideoColor(9, 9, 16)  # BT.2020, PQ
    with MasterWriter(tmp_path / "w.mov", SIZE, NTSC, color=wide, aspect=Fraction(4, 3)) as writer:
        picture = np.full((*SIZE.shape, 3), (0.7, 0.2, 0.1), np.float32)
        writer.write(picture)
    footage = open_footage(tmp_path / "w.mov", NTSC)
    assert (footage.color, footage.aspect) == (wide, Fraction(4, 3))
    assert np.abs(next(iter(footage)) - picture).max() < 3 / 1023


def test_a_master_refuses_another_size_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SizeError), MasterWriter(tmp_path / "m.mov", SIZE, NTSC) as writer:
        writer.write(np.zeros((10, 10, 3), np.float32))
    assert list(tmp_path.iterdir()) == []


def test_sequences_of_deep_pictures(tmp_path: Path) -> None:
    for number in (7, 8, 9):
        deep = np.full((*SIZE.shape, 3), number * 4000 + 3, np.uint16)
        cv2.imwrite(str(tmp_path / f"t.{number:03d}.tif"), deep)
    footage = open_footage(tmp_path / "t.%03d.tif", Fraction(24), 7)
    assert footage.total == 3
    assert [round(float(p.mean()) * 65535) for p in footage.part(1, 2)] == [32003, 36003]


def test_linear_exr_is_brought_through_the_curve(tmp_path: Path) -> None:
    value = np.full(SIZE.shape, 0.18, np.float32)
    channels = {"R": value, "G": value * np.float32(0.5), "B": value * np.float32(20)}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, channels).write(str(tmp_path / "e_0001.exr"))
    footage = open_footage(tmp_path / "e_%04d.exr", Fraction(24), 1)
    (picture,) = footage
    expected = linear_to_srgb(np.array([0.18, 0.09, 3.6], np.float32)).clip(0, 1)
    assert np.abs(picture[5, 5] - expected).max() < 0.002
    assert footage.notes


def test_what_is_no_footage_is_refused(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), np.zeros((8, 8, 3), np.uint8))
    for name, code in (
        ("gone.mov", "clip.media"),
        ("one.png", "clip.still"),
        ("x_%d.webp", "clip.sequence"),
        ("x_%s_%d.png", "clip.sequence"),
        ("x_%04d.png", "clip.media"),
    ):
        with pytest.raises(InputError) as caught:
            open_footage(tmp_path / name, Fraction(24))
        assert caught.value.code == code


def test_a_phones_rotation_is_undone(tmp_path: Path) -> None:
    picture = np.zeros((*SIZE.shape, 3), np.float32)
    picture[:, :8] = 1.0  # white at the left
    with MasterWriter(tmp_path / "m.mov", SIZE, NTSC) as writer:
        writer.write(picture)
    turned = tmp_path / "turned.mov"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-display_rotation:v:0", "90", "-i"]
    subprocess.run([*command, str(tmp_path / "m.mov"), "-c", "copy", str(turned)], check=True)
    footage = open_footage(turned, NTSC)
    shown = next(iter(footage))
    assert footage.size == Size(48, 64)
    # As FFmpeg itself shows it.
    raw = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(turned), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        check=True,
        capture_output=True,
    ).stdout
    theirs = np.frombuffer(raw, np.uint8).reshape(64, 48, 3).astype(np.float32) / 255
    assert np.abs(shown - theirs).mean() < 0.02
