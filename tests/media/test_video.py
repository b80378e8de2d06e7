"""Clips: exact, tagged, playable from the start, and whole or not there."""

from __future__ import annotations

import errno
import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rushes.contracts import Size
from rushes.contracts.timecode import Timecode
from rushes.errors import DiskFullError, InputError, JobCancelled, SizeError
from rushes.media import video
from rushes.media.pictures import Bytes, to_float
from rushes.media.video import VideoWriter, fit, probe, read_video, reel

FILM = Fraction(24000, 1001)
SMALL = Size(64, 48)


def ramp(index: int, size: Size = SMALL) -> Bytes:
    """A soft picture that moves with its index."""
    x = (np.arange(size.width) * 2 + index * 9) % 256
    y = np.linspace(30, 220, size.height)
    planes = np.broadcast_to(x, size.shape), np.broadcast_to(y[:, None], size.shape), np.full(size.shape, 90)
    return np.stack(planes, axis=2).astype(np.uint8)


def make(path: Path, frames: int = 5, *, size: Size = SMALL, rate: Fraction = FILM, level: int | None = None) -> Path:
    with VideoWriter(path, size, rate) as writer:
        for i in range(frames):
            writer.write(ramp(i, size) if level is None else np.full((*size.shape, 3), level, np.uint8))
    return path


def psnr(a: Bytes, b: Bytes) -> float:
    error = np.mean((a.astype(float) - b) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


@pytest.mark.parametrize("rate", [FILM, Fraction(30000, 1001), Fraction(24), Fraction(25, 2), Fraction(8)])
def test_the_rate_and_the_length_are_exact(tmp_path: Path, rate: Fraction) -> None:
    info = probe(make(tmp_path / "a.mp4", 7, rate=rate))
    assert info.rate == rate
    assert info.frames == 7
    assert info.seconds == 7 / rate


def test_the_form_of_a_clip(tmp_path: Path) -> None:
    info = probe(make(tmp_path / "a.mp4"))
    assert (info.codec, info.pixel_format, info.size) == ("h264", "yuv420p", SMALL)
    assert info.color == ("bt709", "bt709", "bt709", "tv")
    assert info.faststart


def test_pictures_come_back_in_order_and_close(tmp_path: Path) -> None:
    frames = list(read_video(make(tmp_path / "a.mp4", 6)))
    assert len(frames) == 6
    for i, frame in enumerate(frames):
        assert psnr(frame, ramp(i)) > 34


@pytest.mark.parametrize("colour", [(255, 78, 0), (10, 200, 30), (0, 0, 255), (0, 0, 0), (255, 255, 255)])
def test_colours_are_coded_by_bt709(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    import av

    with VideoWriter(tmp_path / "a.mp4", SMALL, FILM, crf=1) as writer:
        writer.write(np.full((*SMALL.shape, 3), colour, np.uint8))
    r, g, b = (c / 255 for c in colour)
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    theory = (16 + 219 * luma, 128 + 224 * (b - luma) / 1.8556, 128 + 224 * (r - luma) / 1.5748)
    with av.open(str(tmp_path / "a.mp4")) as container:
        frame = next(container.decode(video=0))
        planes = [int(np.frombuffer(bytes(p), np.uint8)[0]) for p in frame.planes]
    assert planes == pytest.approx(theory, abs=1.5)
    assert next(read_video(tmp_path / "a.mp4"))[10, 10].tolist() == pytest.approx(colour, abs=2)


def test_every_frame_is_tagged(tmp_path: Path) -> None:
    import av

    make(tmp_path / "a.mp4", 3)
    with av.open(str(tmp_path / "a.mp4")) as container:
        for frame in container.decode(video=0):
            tags = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
            assert [int(t) for t in tags] == [1, 1, 1, 1]


def test_metadata_and_timecode_survive(tmp_path: Path) -> None:
    words = {"title": "Ærø – take 3", "comment": "AI-generated", "digitalSourceType": "http://x/y", "seed": "7"}
    start = Timecode.parse("01:00:00:00", FILM)
    with VideoWriter(tmp_path / "a.mp4", SMALL, FILM, words, timecode=start) as writer:
        writer.write(ramp(0))
    info = probe(tmp_path / "a.mp4")
    assert words.items() <= info.metadata.items()
    assert info.timecode == "01:00:00:00"


def test_same_frames_same_bytes(tmp_path: Path) -> None:
    a, b = make(tmp_path / "a.mp4", 12), make(tmp_path / "b.mp4", 12)
    assert a.read_bytes() == b.read_bytes()


def test_float_pictures_are_taken(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", SMALL, FILM) as writer:
        writer.write(to_float(ramp(0)))
    make(tmp_path / "b.mp4", 1)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_odd_sizes_are_padded_by_their_edge(tmp_path: Path) -> None:
    odd = Size(63, 47)
    info = probe(make(tmp_path / "a.mp4", 2, size=odd))
    assert info.size == Size(64, 48)
    frame = next(read_video(tmp_path / "a.mp4"))
    assert psnr(frame[:47, :63], ramp(0, odd)) > 30
    assert frame[47, 20].tolist() == pytest.approx(frame[46, 20].tolist(), abs=12)


def test_nothing_is_there_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with VideoWriter(path, SMALL, FILM) as writer:
        writer.write(ramp(0))
        assert not path.exists()
    assert path.exists()


@pytest.mark.parametrize("error", [JobCancelled("stop"), KeyboardInterrupt()])
def test_a_cancel_leaves_nothing_and_the_old_clip(tmp_path: Path, error: BaseException) -> None:
    path = make(tmp_path / "a.mp4")
    before = path.read_bytes()

    def cancelled() -> None:
        with VideoWriter(path, SMALL, FILM) as writer:
            writer.write(ramp(0))
            raise error

    with pytest.raises(type(error)):
        cancelled()
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_an_empty_clip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SizeError) as caught, VideoWriter(tmp_path / "a.mp4", SMALL, FILM):
        pass
    assert caught.value.code == "video.empty"
    assert list(tmp_path.iterdir()) == []


def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SizeError) as caught, VideoWriter(tmp_path / "a.mp4", SMALL, FILM) as writer:
        writer.write(ramp(0, Size(32, 32)))
    assert caught.value.code == "video.size"


def test_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A device that is always full stands in for the draft; FFmpeg itself meets the error.
    def draft(path: Path) -> Path:
        link = path.with_name(".draft.mp4")
        link.symlink_to("/dev/full")
        return link

    monkeypatch.setattr("rushes.media.pictures.draft_name", draft)
    with pytest.raises(DiskFullError):
        make(tmp_path / "a.mp4", 300)
    assert list(tmp_path.iterdir()) == []


def test_full_disk_while_encoding_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(VideoWriter, "_mux", full)
    with pytest.raises(DiskFullError):
        make(tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [None, b"", b"not a film at all"])
def test_what_is_not_a_clip_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    for read in (probe, lambda p: next(read_video(p))):
        with pytest.raises(InputError) as caught:
            read(path)
        assert caught.value.code == "video.unreadable"


def test_writing_holds_no_frames(tmp_path: Path) -> None:
    size = Size(256, 144)

    def peak(frames: int) -> int:
        tracemalloc.start()
        make(tmp_path / "a.mp4", frames, size=size)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(2)
    frame_bytes = size.pixels * 3
    assert peak(60) < peak(10) + 2 * frame_bytes


def test_reading_is_lazy(tmp_path: Path) -> None:
    frames = read_video(make(tmp_path / "a.mp4", 3))
    assert next(frames).shape == (48, 64, 3)
    frames.close()  # type: ignore[attr-defined]


def test_a_reel_joins_clips_of_several_sizes_and_rates(tmp_path: Path) -> None:
    first = make(tmp_path / "a.mp4", 6, rate=Fraction(24))
    half = make(tmp_path / "b.mp4", 3, rate=Fraction(12), level=200)
    tall = make(tmp_path / "c.mp4", 4, rate=Fraction(24), size=Size(24, 48), level=200)
    slate = np.full((*SMALL.shape, 3), 60, np.uint8)
    info = reel(
        [first, half, tall],
        tmp_path / "reel.mp4",
        slates=[None, slate],
        slate_seconds=Fraction(1, 4),
        metadata={"k": "v"},
    )
    assert (info.size, info.rate, info.metadata["k"]) == (SMALL, Fraction(24), "v")
    frames = list(read_video(tmp_path / "reel.mp4"))
    assert len(frames) == 6 + 6 + 6 + 4
    assert psnr(frames[2], ramp(2)) > 30
    assert frames[6][24, 32].mean() == pytest.approx(60, abs=4)
    assert frames[13][24, 32].mean() == pytest.approx(200, abs=4)
    # The tall clip stands in the middle, black on both sides.
    assert frames[-1][24, 4].mean() == pytest.approx(0, abs=4)
    assert frames[-1][24, 32].mean() == pytest.approx(200, abs=4)


def test_a_faster_clip_keeps_its_duration(tmp_path: Path) -> None:
    fast = make(tmp_path / "a.mp4", 12, rate=Fraction(48))
    reel([fast], tmp_path / "reel.mp4", rate=Fraction(24))
    frames = list(read_video(tmp_path / "reel.mp4"))
    assert len(frames) == 6
    assert psnr(frames[3], ramp(6)) > 30


def test_a_cancelled_reel_leaves_nothing(tmp_path: Path) -> None:
    clip = make(tmp_path / "a.mp4", 3)

    def stop() -> None:
        raise JobCancelled("stop")

    with pytest.raises(JobCancelled):
        reel([clip], tmp_path / "reel.mp4", check=stop)
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_a_reel_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        reel([], tmp_path / "reel.mp4")


def test_fit_keeps_the_aspect() -> None:
    out = fit(np.full((50, 100, 3), 255, np.uint8), Size(100, 100))
    assert out.shape == (100, 100, 3)
    assert out[:24].max() == 0
    assert out[26:74].min() == 255


def test_only_this_package_knows_pyav() -> None:
    root = Path(video.__file__).parents[1]
    users = {p.parent for p in root.rglob("*.py") if "import av\n" in p.read_text() or "from av" in p.read_text()}
    users.discard(root / "testing" / "resolve")  # the double probes files as Resolve would, without our eyes
    assert users == {root / "media"}
