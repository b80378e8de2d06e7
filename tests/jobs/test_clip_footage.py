"""Footage through the clip job: the file that comes back replaces what was sent, frame for frame."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file

from rushes.contracts import Size
from rushes.contracts.clip import ClipJob, Treatment
from rushes.errors import DiskFullError, InputError, JobCancelled, ModelError, SizeError
from rushes.media.footage import open_footage
from rushes.media.master import MasterWriter
from rushes.media.pictures import save_png, to_uint8
from rushes.media.video import probe
from rushes.post.footage.trial import psnr
from rushes.provenance.label import is_labelled
from rushes.testing.contexts import RecordingContext

from .clip_media import ask, level, levels, scene_clip, send, stepped
from .conftest import Studio

NTSC = Fraction(24000, 1001)
SMALL = Size(64, 48)


def _left(studio: Studio) -> list[str]:
    home = studio.production.root / "returns"
    return sorted(p.relative_to(home).as_posix() for p in home.rglob("*")) if home.exists() else []


@pytest.mark.parametrize(
    ("treatment", "settings"),
    [
        (Treatment.DENOISE, {"strength": "0.6"}),
        (Treatment.STABILISE, {"strength": "0.4"}),
        (Treatment.UPSCALE, {"scale": "2"}),
        (Treatment.INTERPOLATE, {"factor": "3"}),
        (Treatment.MATTE, {}),
    ],
)
def test_what_comes_back_fits_in_place_of_what_was_sent(
    studio: Studio, tmp_path: Path, treatment: Treatment, settings: dict[str, str]
) -> None:
    scene_clip(tmp_path / "a.mov", Size(96, 72), 12, NTSC)
    job = ask(
        studio, treatment, tmp_path / "a.mov", 7, first=3, head=2, tail=1, rate=NTSC, timecode=86403, settings=settings
    )
    context = RecordingContext()
    found = send(studio, job, context)
    factor = 3 if treatment is Treatment.INTERPOLATE else 1
    scale = 2 if treatment is Treatment.UPSCALE else 1
    info = probe(Path(found.path))
    assert (found.frames, found.head) == (6 * factor + 1, 2 * factor)
    assert (info.frames, info.rate, info.size) == (found.frames, NTSC, Size(96 * scale, 72 * scale))
    assert found.size == info.size
    assert info.timecode == "01:00:00:03"
    assert found.generated == (treatment is Treatment.INTERPOLATE) == is_labelled(info.metadata)
    assert context.fractions == sorted(context.fractions)
    assert context.fractions[-1] == 1.0
    assert set(found.notes) <= set(context.notes)
    assert context.previews


def test_the_frames_are_those_that_were_named(studio: Studio, tmp_path: Path) -> None:
    media = stepped(tmp_path / "long.mp4", SMALL, 40)
    for first in (0, 11, 33):
        job = ask(studio, Treatment.DENOISE, media, 5, id=f"c{first}", first=first, settings={"flicker": "keep"})
        assert levels(open_footage(Path(send(studio, job).path), Fraction(24))) == [
            n % 26 for n in range(first, first + 5)
        ]


def test_interpolation_keeps_both_ends_and_meets_the_truth_between(studio: Studio, tmp_path: Path) -> None:
    media = stepped(tmp_path / "a.mov", SMALL, 4)
    found = send(studio, ask(studio, Treatment.INTERPOLATE, media, 3, first=1, settings={"factor": "2"}))
    means = [float(p.mean()) for p in open_footage(Path(found.path), Fraction(24))]
    assert len(means) == 5
    assert means == pytest.approx([level(1), level(1.5), level(2), level(2.5), level(3)], abs=0.004)  # type: ignore[arg-type]


def test_a_job_again_gives_the_same_file_without_work(studio: Studio, tmp_path: Path) -> None:
    media = stepped(tmp_path / "a.mov", SMALL, 6)
    job = ask(studio, Treatment.DENOISE, media, 6)
    first = send(studio, job)
    stamp = Path(first.path).stat().st_mtime_ns
    media.unlink()  # not needed any more
    assert send(studio, job) == first
    assert Path(first.path).stat().st_mtime_ns == stamp
    about = json.loads((Path(first.path).parent / "return.json").read_text())
    assert about["request"]["media"] == str(media)
    assert about["result"]["frames"] == 6
    with pytest.raises(InputError) as caught:
        send(studio, replace(job, frames=5))
    assert caught.value.code == "clip.id"


def test_a_return_whose_file_was_taken_away_is_made_again(studio: Studio, tmp_path: Path) -> None:
    job = ask(studio, Treatment.DENOISE, stepped(tmp_path / "a.mov", SMALL, 4), 4)
    first = send(studio, job)
    Path(first.path).unlink()
    again = send(studio, job)
    assert again == first
    assert Path(again.path).is_file()


@pytest.mark.parametrize("treatment", [Treatment.DENOISE, Treatment.STABILISE, Treatment.INTERPOLATE, Treatment.MATTE])
def test_a_cancel_stops_within_a_frame_and_leaves_nothing(studio: Studio, tmp_path: Path, treatment: Treatment) -> None:
    scene_clip(tmp_path / "a.mov", SMALL, 10)
    context = RecordingContext(cancel_after=6)
    with pytest.raises(JobCancelled):
        send(studio, ask(studio, treatment, tmp_path / "a.mov", 10), context)
    assert context.checks == 6
    assert _left(studio) == []


def test_what_a_killed_process_left_is_cleared(studio: Studio, tmp_path: Path) -> None:
    from rushes.library.files import host_tag

    dead = studio.production.root / "returns" / f".staging-c0-{host_tag()}-999999999"
    dead.mkdir(parents=True)
    (dead / "half.mov").write_bytes(b"half")
    other = dead.with_name(".staging-c9-0ther0-1")
    other.mkdir()
    send(studio, ask(studio, Treatment.DENOISE, stepped(tmp_path / "a.mov", SMALL, 3), 3))
    assert not dead.exists()
    assert other.exists()  # of another machine: it may be at work


def test_a_full_disk_is_told_and_leaves_nothing(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = stepped(tmp_path / "a.mov", SMALL, 5)
    write = MasterWriter.write

    def full(self: MasterWriter, frame: np.ndarray) -> None:
        if self.frames == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, frame)

    monkeypatch.setattr(MasterWriter, "write", full)
    with pytest.raises(DiskFullError):
        send(studio, ask(studio, Treatment.DENOISE, media, 5))
    assert _left(studio) == []


def test_wrong_clips_are_refused_in_words(studio: Studio, tmp_path: Path) -> None:
    media = stepped(tmp_path / "a.mov", SMALL, 10)
    cases: list[tuple[ClipJob, str, str]] = [
        (ask(studio, Treatment.DENOISE, media, 5, first=8), "clip.range", "frames 8 to 12; a.mov has 10"),
        (ask(studio, Treatment.DENOISE, tmp_path / "gone.mov", 5), "clip.media", "gone.mov"),
        (ask(studio, Treatment.ANOTHER, media, 5), "clip.no_take", "footage"),
        (ask(studio, Treatment.DENOISE, media, 5, settings={"force": "1"}), "clip.setting", "strength"),
        (ask(studio, Treatment.DENOISE, media, 5, settings={"strength": "a lot"}), "clip.setting", "0 to 1"),
        (ask(studio, Treatment.UPSCALE, media, 5, settings={"scale": "3"}), "clip.scale", "2 or 4"),
        (ask(studio, Treatment.DENOISE, media, 5, drop=True), "time.drop", "29.97"),
    ]
    for job, code, words in cases:
        with pytest.raises(InputError) as caught:
            send(studio, job)
        assert caught.value.code == code
        assert words in str(caught.value)
    broken = tmp_path / "broken.mov"
    broken.write_bytes(b"not a movie")
    with pytest.raises(InputError) as caught:
        send(studio, ask(studio, Treatment.DENOISE, broken, 5))
    assert caught.value.code == "video.unreadable"
    assert _left(studio) == []


def test_an_odd_size_and_a_drop_frame_timecode_are_kept(studio: Studio, tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    media = stepped(tmp_path / "odd.mov", Size(65, 49), 4, rate)
    found = send(studio, ask(studio, Treatment.DENOISE, media, 4, rate=rate, timecode=107892, drop=True))
    info = probe(Path(found.path))
    assert (info.size, info.rate, info.timecode) == (Size(65, 49), rate, "01:00:00;00")


def test_a_sequence_is_read_from_its_numbers(studio: Studio, tmp_path: Path) -> None:
    for number in range(1001, 1007):
        flat = np.full((48, 64, 3), level(number - 1001), np.float32)
        save_png(tmp_path / f"s_{number:04d}.png", to_uint8(flat))
    job = ask(studio, Treatment.DENOISE, tmp_path / "s_%04d.png", 3, first=2, start_number=1001)
    assert levels(open_footage(Path(send(studio, job).path), Fraction(24))) == [2, 3, 4]
    (tmp_path / "s_1004.png").unlink()
    with pytest.raises(InputError) as caught:
        send(studio, replace(job, id="c2"))
    assert "has 3" in str(caught.value)


def test_a_generated_clip_keeps_its_label_through_a_filter(studio: Studio, tmp_path: Path) -> None:
    made = studio.shoot("t1")
    clip = Path(made["files"]["clip"])
    found = send(studio, ask(studio, Treatment.DENOISE, clip, 5, take="t1"))
    metadata = probe(Path(found.path)).metadata
    assert found.generated
    assert is_labelled(metadata)
    assert metadata["take"] == "t1"
    assert "denoise" in metadata["comment"]


def test_a_users_model_upscales_and_labels_what_it_invents(studio: Studio, tmp_path: Path) -> None:
    import torch
    from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact

    media = stepped(tmp_path / "a.mov", SMALL, 2)
    job = ask(studio, Treatment.UPSCALE, media, 2, settings={"scale": "2", "model": "tiny"})
    with pytest.raises(ModelError) as caught:
        send(studio, job)
    assert "upscale" in caught.value.hint
    folder = studio.services.home / "models" / "upscale"
    folder.mkdir(parents=True)
    torch.manual_seed(0)
    model = SRVGGNetCompact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=2, upscale=2, act_type="prelu")
    save_file(model.state_dict(), folder / "tiny.safetensors")
    found = send(studio, replace(job, settings={"scale": "2"}))  # the only one there is, so it need not be named
    metadata = probe(Path(found.path)).metadata
    assert found.generated
    assert is_labelled(metadata)
    assert metadata["model"] == "tiny"
    assert found.size == Size(128, 96)
    plain = send(studio, replace(job, id="c2", settings={"scale": "2", "model": "Lanczos"}))
    assert not plain.generated
    with pytest.raises(InputError) as wrong:
        send(studio, replace(job, id="c3", settings={"scale": "4", "model": "tiny"}))
    assert wrong.value.code == "clip.scale"


def test_upscaling_past_what_films_use_is_refused(studio: Studio, tmp_path: Path) -> None:
    media = stepped(tmp_path / "a.mov", Size(2400, 16), 1)
    with pytest.raises(SizeError):
        send(studio, ask(studio, Treatment.UPSCALE, media, 1, settings={"scale": "4"}))


def test_denoise_through_the_whole_job_comes_closer_to_the_truth(studio: Studio, tmp_path: Path) -> None:
    from rushes.post.footage.trial import Scene, noisy

    size, frames = Size(128, 96), 7
    scene = Scene(size, 3)
    with MasterWriter(tmp_path / "n.mov", size, Fraction(24)) as out:
        for picture in noisy(scene, frames, grain=0.05):
            out.write(picture)
    found = send(studio, ask(studio, Treatment.DENOISE, tmp_path / "n.mov", frames))
    sent = list(open_footage(tmp_path / "n.mov", Fraction(24)))
    clean = list(open_footage(Path(found.path), Fraction(24)))
    gain = [psnr(c, scene.frame(i)) - psnr(s, scene.frame(i)) for i, (c, s) in enumerate(zip(clean, sent))]
    assert min(gain[1:-1]) > 4
