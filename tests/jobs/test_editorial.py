"""Takes as media for editors."""

from __future__ import annotations

import errno
import os
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.contracts import AI_KEYWORD, EditorialJob, EditorialMedia, MediaKind, Rating, decode, encode
from rushes.errors import DiskFullError, JobCancelled, ProductionError
from rushes.jobs import editorial
from rushes.jobs.editorial import LONGEST_NAME, take_name
from rushes.media.pictures import load_png
from rushes.media.video import probe, read_video
from rushes.provenance.label import is_labelled
from rushes.testing.contexts import RecordingContext

from .conftest import Studio


def _run(studio: Studio, *takes: str, context: RecordingContext | None = None, **more: Any) -> list[EditorialMedia]:
    job = encode(EditorialJob(str(studio.production.root), takes, **more))
    found = editorial.run(job, context or RecordingContext(), studio.services)
    return [decode(EditorialMedia, m) for m in found["media"]]


def test_a_take_becomes_a_movie_with_timecode_and_a_name_of_its_own(studio: Studio) -> None:
    shot = studio.shoot("261121-101010-xxa1b2c3", brief={"style": "ink, noir", "subject": "a boat"})
    (made,) = _run(studio, "261121-101010-xxa1b2c3")
    assert made.name == made.media.reel == "010_T01_a1b2c3"
    path = Path(made.media.path)
    assert path == studio.production.root / "editorial" / "010" / "010_T01_a1b2c3.mov"
    info, clip = probe(path), probe(Path(shot["folder"]) / "clip.mp4")
    assert info.timecode == "00:00:00:01"  # the shot's first scene frame is 1
    assert (made.media.start, made.media.frames, made.media.rate) == (1, clip.frames, clip.rate)
    assert (info.frames, info.rate, info.size, info.codec) == (clip.frames, clip.rate, clip.size, "h264")
    assert is_labelled(info.metadata)
    assert info.metadata["recipe_sha256"] == shot["recipe_hash"]
    assert b"010_T01_a1b2c3" in path.read_bytes()  # the reel, in the timecode track
    before = list(read_video(Path(shot["folder"]) / "clip.mp4"))
    assert all(np.array_equal(a, b) for a, b in zip(before, read_video(path), strict=True))
    assert made.metadata["Keywords"] == f"{AI_KEYWORD}, ink, noir"
    assert (made.metadata["Shot"], made.metadata["Take"], made.metadata["Scene"]) == ("010", "1", "Harbour")
    assert "a boat" in made.metadata["Description"]


def test_kept_frames_come_as_a_sequence_that_counts_like_the_movie(studio: Studio) -> None:
    shot = studio.shoot("t1", keep_frames=True)
    (made,) = _run(studio, "t1")
    assert made.media.kind is MediaKind.SEQUENCE
    assert made.media.proxy is not None
    assert probe(Path(made.media.proxy)).timecode == "00:00:00:01"
    for k in range(made.media.frames):
        picture = load_png(Path(made.media.path % (made.media.start + k)))
        kept = load_png(Path(shot["folder"]) / "frames" / f"{1 + k:04d}.png")
        assert np.array_equal(picture, kept)
    (movie,) = _run(studio, "t1", sequences=False)
    assert movie.media.kind is MediaKind.MOVIE


def test_lost_frames_leave_the_movie(studio: Studio) -> None:
    shot = studio.shoot("t1", keep_frames=True)
    (Path(shot["folder"]) / "frames" / "0002.png").unlink()
    context = RecordingContext()
    (made,) = _run(studio, "t1", context=context)
    assert made.media.kind is MediaKind.MOVIE
    assert "t1" in context.notes[0]


def test_without_names_all_that_are_kept(studio: Studio) -> None:
    for take, shot in (("t1", "020"), ("t2", "010"), ("t3", "010")):
        studio.shoot(take, shot=shot)
    assert _run(studio) == []
    studio.production.rate_take("t1", Rating.KEPT, "the one")
    studio.production.rate_take("t3", Rating.KEPT)
    made = _run(studio)
    assert [(m.shot, m.take, m.number) for m in made] == [("010", "t3", 2), ("020", "t1", 1)]
    assert made[1].metadata["Comments"] == made[1].notes == "the one"


def test_a_number_stays_when_other_takes_go_and_come_back(studio: Studio) -> None:
    for take in ("t1", "t2", "t3"):
        studio.shoot(take)
    studio.production.trash("t1")  # before numbers were ever given
    assert [m.number for m in _run(studio, "t2", "t3")] == [2, 3]
    studio.production.trash("t2")
    shutil.rmtree(studio.production.root / ".trash")
    (studio.production.root / ".trash").mkdir()
    studio.shoot("t4")
    assert [m.number for m in _run(studio, "t3", "t4")] == [3, 4]


def test_running_again_changes_nothing_and_mends_what_is_damaged(studio: Studio) -> None:
    studio.shoot("t1", keep_frames=True)
    (first,) = _run(studio, "t1")
    assert first.media.proxy is not None
    movie = Path(first.media.proxy)
    before = os.stat(movie).st_mtime_ns, os.stat(Path(first.media.path).parent).st_mtime_ns
    (again,) = _run(studio, "t1")
    assert again == first
    assert (os.stat(movie).st_mtime_ns, os.stat(Path(first.media.path).parent).st_mtime_ns) == before
    movie.write_bytes(movie.read_bytes()[:500])
    Path(first.media.path % 2).unlink()
    context = RecordingContext()
    assert _run(studio, "t1", context=context) == [first]
    assert probe(movie).frames == first.media.frames
    assert Path(first.media.path % 2).is_file()
    assert "damaged" in context.notes[0]


def test_a_clip_that_is_gone_is_named(studio: Studio) -> None:
    shot = studio.shoot("t1")
    (Path(shot["folder"]) / "clip.mp4").write_bytes(b"no video")
    with pytest.raises(ProductionError, match=r"take t1 of shot 010 cannot be read") as broken:
        _run(studio, "t1")
    assert broken.value.code == "editorial.clip"
    (Path(shot["folder"]) / "clip.mp4").unlink()
    with pytest.raises(ProductionError, match=r"take t1 of shot 010 is gone"):
        _run(studio, "t1")
    with pytest.raises(ProductionError, match="no take 'nobody'"):
        _run(studio, "nobody")
    assert not list((studio.production.root / "editorial").rglob("*.mov"))


def test_a_cancel_leaves_no_half_files(studio: Studio) -> None:
    studio.shoot("t1", keep_frames=True)
    for after in range(1, 9):
        with pytest.raises(JobCancelled):
            _run(studio, "t1", context=RecordingContext(cancel_after=after))
        kept = [p.name for p in (studio.production.root / "editorial" / "010").iterdir()]
        assert not [n for n in kept if n.startswith(".")]
        for movie in (studio.production.root / "editorial").rglob("*.mov"):
            assert probe(movie).frames == 5


def test_a_full_disk_is_told_as_one(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.shoot("t1", keep_frames=True)

    def full(*paths: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DiskFullError):
        _run(studio, "t1")
    assert {p.suffix for p in (studio.production.root / "editorial" / "010").iterdir()} == {".mov", ".json"}


def test_every_second_frame_is_counted_without_holes(studio: Studio) -> None:
    from rushes.contracts import FrameRange

    studio.shoot("t1", keep_frames=True, range=FrameRange(11, 19, 2), camera="cam 010")
    (made,) = _run(studio, "t1")
    assert (made.media.start, made.media.frames, made.media.rate) == (11, 5, Fraction(12))
    assert [Path(made.media.path % n).is_file() for n in range(11, 17)] == [True] * 5 + [False]


def test_names_are_plain_and_short() -> None:
    assert take_name("SH010", 3, "261121-101010-xxa1b2c3") == "SH010_T03_a1b2c3"
    assert take_name("Straße am Hafen / Nacht", 12, "t-1") == "Strae_am_Hafen_Nacht_T12_t1"
    assert take_name("海", 1, "abcdef123456") == "shot_T01_123456"
    long = take_name("a" * 200, 100, "261121-101010-xxa1b2c3")
    assert len(long) == LONGEST_NAME
    assert long.endswith("_T100_a1b2c3")
