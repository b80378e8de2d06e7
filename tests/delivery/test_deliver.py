"""A whole delivery out of a production, and the way back."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import subprocess
import sys
import wave
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from rushes.contracts import AI_KEYWORD, EditTimeline, Rating, Size, TrackKind, decode, encode
from rushes.contracts.deliver import ConformJob, DeliverJob
from rushes.delivery.conform import ConformReport
from rushes.delivery.cut_read import read_cut
from rushes.errors import DiskFullError, InputError, JobCancelled, ProductionError
from rushes.jobs import conform, deliver
from rushes.library.files import host_tag
from rushes.media.pictures import load_png
from rushes.media.video import probe, read_video
from rushes.provenance.label import is_labelled
from rushes.testing.contexts import RecordingContext

from .conftest import Film
from .readers import walk_xmeml


def _deliver(film: Film, context: RecordingContext | None = None, **given: Any) -> dict[str, Any]:
    job = DeliverJob(production=str(film.production.root), **given)
    return deliver.run(encode(job), context or RecordingContext(), film.services)


def _conform(film: Film, *files: Path, **given: Any) -> tuple[ConformReport, list[str]]:
    job = ConformJob(str(film.production.root), tuple(map(str, files)), **given)
    found = conform.run(encode(job), RecordingContext(), film.services)
    return decode(ConformReport, found["report"]), found["kept"]


def _cut(folder: Path) -> EditTimeline:
    return decode(EditTimeline, json.loads((folder / "cut.json").read_text("utf-8")))


def test_a_delivery_is_whole(film: Film) -> None:
    context = RecordingContext()
    found = _deliver(film, context, zip=True)
    folder = Path(found["folder"])
    assert folder == film.production.root / "deliveries" / "Harbour_v01"
    assert {p.name for p in folder.iterdir()} == {
        "HOW_TO.pdf",
        "Harbour.ale",
        "Harbour.otio",
        "Harbour.xml",
        "Harbour_V1.edl",
        "Harbour_markers.edl",
        "Harbour_metadata.csv",
        "README.txt",
        "cut.json",
        "manifest.json",
        "media",
    }
    clips = _cut(folder).tracks[0].clips
    # By scene frame: SH020 begins at 5, SH010 at 11. The kept take stands for SH010, the newest for SH020.
    assert [(c.take, c.record, c.duration) for c in clips] == [("bb1", 0, 8), ("aa1", 8, 8)]
    assert all(c.generated and AI_KEYWORD in c.metadata["Keywords"] for c in clips)
    for clip, start in zip(clips, (5, 11), strict=True):
        assert clip.media is not None
        assert clip.media.path == str(folder / "media" / f"{clip.name}.mov")
        info = probe(Path(clip.media.path))
        assert (info.timecode, info.frames) == (f"00:00:00:{start:02}", 8)
        assert is_labelled(info.metadata)
    assert (found["clips"], found["takes"], found["share"]) == (2, 2, 1.0)
    assert (folder / "HOW_TO.pdf").read_bytes().startswith(b"%PDF-")
    assert "starts at 01:00:00:00" in (folder / "README.txt").read_text("utf-8")
    assert context.fractions == sorted(context.fractions)
    assert context.fractions[-1] == pytest.approx(1.0)


def test_the_manifest_names_every_file_and_take(film: Film) -> None:
    folder = Path(_deliver(film)["folder"])
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"manifest.json"}
    assert set(listed) == there
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert sorted((t["take"], t["kept"]) for t in manifest["takes"]) == [("aa1", True), ("bb1", False)]
    assert all(len(t["recipe_sha256"]) == 64 for t in manifest["takes"])
    assert manifest["ai_generated_share"] == 1.0


def test_nothing_is_ever_overwritten(film: Film, tmp_path: Path) -> None:
    first = Path(_deliver(film)["folder"])
    assert Path(_deliver(film)["folder"]).name == "Harbour_v02"
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    for target in (mine, first):
        with pytest.raises(ProductionError) as told:
            _deliver(film, out=str(target))
        assert told.value.code == "deliver.exists"
    assert [p.name for p in mine.iterdir()] == ["notes.txt"]


def test_a_cancel_at_any_time_leaves_nothing(film: Film, tmp_path: Path) -> None:
    out = tmp_path / "out" / "cut"
    _deliver(film)  # what editorial media cost is another test's
    counted = RecordingContext()
    _deliver(film, counted, zip=True)
    for after in (1, 2, 3, *range(4, counted.checks + 1, counted.checks // 6), counted.checks):
        with pytest.raises(JobCancelled):
            _deliver(film, RecordingContext(cancel_after=after), out=str(out), zip=True)
        assert not out.exists()
        assert not out.parent.exists() or list(out.parent.iterdir()) == []
    assert Path(_deliver(film, out=str(out))["folder"]) == out


def test_what_a_killed_delivery_left_is_swept_up(film: Film, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    home = tmp_path / "out"
    dead, alive = (f".cut.{host_tag()}-{pid}.part" for pid in (gone.pid, os.getppid()))
    elsewhere = ".cut.other0-1.part"
    for name in (dead, alive, elsewhere):
        (home / name / "media").mkdir(parents=True)
    _deliver(film, out=str(home / "cut"))
    assert sorted(p.name for p in home.iterdir()) == sorted([elsewhere, alive, "cut"])


def test_a_full_disk_leaves_nothing(film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out" / "cut"

    def full(path: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("rushes.jobs.deliver.page_pdf", lambda facts, posters: full(""))
    with pytest.raises(DiskFullError):
        _deliver(film, out=str(out))
    assert list(out.parent.iterdir()) == []


def test_the_zip_holds_the_folder(film: Film) -> None:
    found = _deliver(film, zip=True)
    folder = Path(found["folder"])
    with zipfile.ZipFile(found["zip"]) as packed:
        assert packed.testzip() is None
        names = {f"{folder.name}/{name}" for name in found["files"]}
        assert set(packed.namelist()) == names


def test_kept_frames_come_along_when_asked_for(film: Film) -> None:
    context = RecordingContext()
    folder = Path(_deliver(film, context, frames=True)["folder"])
    frames = sorted(p.name for p in (folder / "media" / "frames" / "SH010_T01_aa1").iterdir())
    assert frames == [f"SH010_T01_aa1.{n:04d}.png" for n in range(11, 19)]
    # The cut names the movie, which every format can.
    assert all(c.media and c.media.path.endswith(".mov") for c in _cut(folder).tracks[0].clips)
    assert "No frames were kept of SH020_T01_bb1: there the movies are all there is." in context.notes


def test_prores_for_those_who_read_no_h264(film: Film) -> None:
    folder = Path(_deliver(film, prores=True)["folder"])
    assert not (folder / "media" / "frames").exists()
    for name, start in (("SH010_T01_aa1", 11), ("SH020_T01_bb1", 5)):
        info = probe(folder / "media" / f"{name}.mov")
        assert (info.codec, info.frames, info.timecode) == ("prores", 8, f"00:00:00:{start:02}")
        assert is_labelled(info.metadata)
        assert "major_brand" not in {k for k in info.metadata if info.metadata[k] == "isom"}
    # Out of the kept frames: as near to them as ProRes comes, nearer than H.264 was.
    take = film.production.take_folder("aa1")
    kept = load_png(take / "frames" / "0013.png").astype(int)
    made = list(read_video(folder / "media" / "SH010_T01_aa1.mov"))[2].astype(int)
    clip = list(read_video(take / "clip.mp4"))[2].astype(int)
    assert abs(made - kept).mean() < abs(clip - kept).mean()


def test_paths_of_another_machine(film: Film) -> None:
    folder = Path(_deliver(film, at="D:\\Film\\Cut 1")["folder"])
    made = otio.adapters.read_from_file(str(folder / "Harbour.otio"))
    urls = [c.media_reference.target_url for c in made.find_clips()]
    assert urls[0] == "D:\\Film\\Cut 1\\media\\SH020_T01_bb1.mov"
    _, tracks = walk_xmeml((folder / "Harbour.xml").read_text("utf-8"))
    assert tracks[0][0].file == "/D:/Film/Cut 1/media/SH020_T01_bb1.mov"
    assert "* FROM CLIP NAME: SH020_T01_bb1.mov" in (folder / "Harbour_V1.edl").read_text("utf-8")
    report, _ = _conform(film, folder / "Harbour.xml")
    assert report.used == ("bb1", "aa1")


def test_as_in_the_scene_shots_stand_at_their_frames(film: Film) -> None:
    folder = Path(_deliver(film, arrangement="scene", takes=("aa2", "bb1", "cc1"))["folder"])
    tracks = _cut(folder).tracks
    # Frames 1-8, 5-12 and 11-18: the second overlaps the first.
    assert [[(c.take, c.record) for c in t.clips] for t in tracks] == [[("cc1", 0), ("aa2", 10)], [("bb1", 4)]]
    assert {p.name for p in folder.glob("*.edl")} == {"Harbour_V1.edl", "Harbour_V2.edl", "Harbour_markers.edl"}


def test_another_rate_and_drop_frame(film: Film) -> None:
    given = {"rate": Fraction(30000, 1001), "drop": True, "size": Size(1920, 1080), "name": "Reel / 1"}
    context = RecordingContext()
    folder = Path(_deliver(film, context, **given)["folder"])
    cut = _cut(folder)
    assert (cut.start, cut.drop, cut.size, cut.tracks[0].clips[0].duration) == (107892, True, Size(1920, 1080), 9)
    assert "starts at 01:00:00;00" in (folder / "README.txt").read_text("utf-8")
    # Lists cannot count at another rate: what they name is rendered, frame for frame, at the list's own.
    plain = sorted(p.name for p in (folder / "media" / "plain").iterdir())
    assert plain == ["SH010_T01_aa1_r9.mov", "SH020_T01_bb1_r0.mov"]
    info = probe(folder / "media" / "plain" / plain[0])
    assert (info.rate, info.frames) == (Fraction(30000, 1001), 9)
    assert is_labelled(info.metadata)
    assert any("another rate" in note for note in context.notes)
    for name in ("Reel_1.otio", "Reel_1.xml", "Reel_1_V1.edl"):
        report, _ = _conform(film, folder / name, against=str(folder))
        assert (report.used, report.start) == (("bb1", "aa1"), "01:00:00;00")
        assert [(r.record, r.duration) for r in report.rows] == [(0, 9), (9, 9)]


def test_a_cut_of_the_editors_is_delivered_with_our_media(film: Film, tmp_path: Path) -> None:
    first = Path(_deliver(film)["folder"])
    given = otio.adapters.read_from_file(str(first / "Harbour.otio"))
    clips = given.find_clips()
    clips[0].source_range = otio.opentime.TimeRange(
        clips[0].source_range.start_time + otio.opentime.RationalTime(2, 24), otio.opentime.RationalTime(4, 24)
    )
    clips[1].effects.append(otio.schema.LinearTimeWarp(time_scalar=0.5))
    clips[1].source_range = otio.opentime.TimeRange(
        clips[1].source_range.start_time, otio.opentime.RationalTime(12, 24)
    )
    otio.adapters.write_to_file(given, str(tmp_path / "editor.otio"))
    folder = Path(_deliver(film, timeline=str(tmp_path / "editor.otio"), name="Second")["folder"])
    shown = [(c.take, c.record, c.duration, c.source, c.speed) for c in _cut(folder).tracks[0].clips]
    assert shown == [("bb1", 0, 4, 2, 1), ("aa1", 4, 12, 0, Fraction(1, 2))]
    # XML has no speeds: the slow clip is rendered for it.
    _, tracks = walk_xmeml((folder / "Second.xml").read_text("utf-8"))
    assert Path(tracks[0][1].file).name == "SH010_T01_aa1_r4.mov"
    assert probe(folder / "media" / "plain" / "SH010_T01_aa1_r4.mov").frames == 12
    report, _ = _conform(film, folder / "Second.otio", against=str(first))
    assert report.changes == (
        "SH020_T01_bb1 at 01:00:00:00 is shorter by 2 frames at its head and shorter by 2 frames at its tail.",
        "SH010_T01_aa1 at 01:00:00:04 is retimed from 100% to 50%.",
        "SH010_T01_aa1 at 01:00:00:04 was at 01:00:00:08.",
    )


def test_every_table_and_cut_names_the_production_and_the_recipe(film: Film) -> None:
    first = Path(_deliver(film)["folder"])
    again = Path(_deliver(film, timeline=str(first / "Harbour.otio"))["folder"])
    ident = film.production.info().id
    recipes = {take["recipe_sha256"] for take in json.loads((first / "manifest.json").read_text("utf-8"))["takes"]}
    for folder in (first, again):
        rows = list(csv.DictReader((folder / "Harbour_metadata.csv").read_text("utf-8").splitlines()))
        assert [row["rushes.production"] for row in rows] == [ident] * 2
        assert {row["rushes.recipe"] for row in rows} == recipes
        for name in ("Harbour.otio", "Harbour.xml"):
            assert [clip.ids["rushes.production"] for clip in read_cut(folder / name).clips] == [ident] * 2


def test_frames_that_the_media_do_not_have_are_told(film: Film, tmp_path: Path) -> None:
    given = otio.adapters.read_from_file(str(Path(_deliver(film)["folder"]) / "Harbour.otio"))
    clip = given.find_clips()[0]
    long = otio.opentime.RationalTime(20, 24)
    clip.source_range = otio.opentime.TimeRange(clip.source_range.start_time, long)
    otio.adapters.write_to_file(given, str(tmp_path / "long.otio"))
    context = RecordingContext()
    _deliver(film, context, timeline=str(tmp_path / "long.otio"))
    assert "SH020_T01_bb1 at 01:00:00:00 asks for 12 frames that its media do not have." in context.notes


@pytest.mark.parametrize("channels", [1, 2])
def test_an_editors_sound_goes_along_as_it_is(film: Film, tmp_path: Path, channels: int) -> None:
    """A mono file that an XML calls stereo is refused when Premiere relinks it."""
    with wave.open(str(tmp_path / "song.wav"), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(48000)
        out.writeframes(bytes(48000 * channels))  # half a second
    (tmp_path / "noise.wav").write_bytes(b"this is no sound")
    given = otio.adapters.read_from_file(str(Path(_deliver(film)["folder"]) / "Harbour.otio"))
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(2, 24), otio.opentime.RationalTime(8, 24))
    track = otio.schema.Track("Audio 1", kind=otio.schema.TrackKind.Audio)
    for name in ("song.wav", "noise.wav"):
        track.append(otio.schema.Clip(name, otio.schema.ExternalReference(str(tmp_path / name)), span))
    given.tracks.append(track)
    otio.adapters.write_to_file(given, str(tmp_path / "sound.otio"))
    context = RecordingContext()
    folder = Path(_deliver(film, context, timeline=str(tmp_path / "sound.otio"), name="S")["folder"])
    song, noise = next(t for t in _cut(folder).tracks if t.kind is TrackKind.AUDIO).clips
    assert song.media is not None
    assert (song.media.audio_channels, song.media.frames) == (channels, 12)
    assert f"<channelcount>{channels}</channelcount>" in (folder / "S.xml").read_text("utf-8")
    assert noise.media is None
    assert "noise.wav on Audio 1 is not here; it is delivered without media." in context.notes


def test_a_cut_keeps_its_rate(film: Film) -> None:
    first = Path(_deliver(film)["folder"])
    for name in ("Harbour.otio", "cut.json"):
        with pytest.raises(InputError, match="runs at 24 fps; it cannot be delivered at 25 fps"):
            _deliver(film, timeline=str(first / name), rate=Fraction(25))


def test_a_rate_that_resolve_has_not(film: Film) -> None:
    for rate, other in (
        (Fraction(12), "24"),
        (Fraction(25, 2), "25"),
        (Fraction(12000, 1001), "23.976"),
        (Fraction(23), "23.976"),
    ):
        with pytest.raises(InputError, match="no timeline at") as told:
            _deliver(film, rate=rate)
        assert f"--fps {other}:" in told.value.hint


def test_our_own_cut_keeps_subtitles_and_what_is_not_ours(film: Film, tmp_path: Path) -> None:
    first = Path(_deliver(film)["folder"])
    plain = json.loads((first / "cut.json").read_text("utf-8"))
    plain["subtitles"] = [{"start": 0, "end": 12, "text": "Hello"}]
    plain["tracks"][0]["clips"][0]["media"]["path"] = "/nowhere/camera.mov"
    plain["tracks"][0]["clips"][0] |= {"take": "", "generated": False, "metadata": {}, "markers": []}
    (tmp_path / "cut.json").write_text(json.dumps(plain))
    context = RecordingContext()
    found = _deliver(film, context, timeline=str(tmp_path / "cut.json"), name="With words")
    folder = Path(found["folder"])
    assert "Hello" in (folder / "With_words.srt").read_text("utf-8")
    assert found["share"] == 0.5
    assert any("without media" in note for note in context.notes)
    assert "Subtitles" in (folder / "README.txt").read_text("utf-8")


@pytest.mark.slow
def test_one_grade_for_all(film: Film) -> None:
    folder = Path(_deliver(film, grade="warm evening", space="acescct")["folder"])
    luts = list((folder / "luts").glob("*.cube"))
    cdls = list((folder / "cdl").glob("*.cdl")) if (folder / "cdl").exists() else []
    assert luts or cdls
    assert all("acescct" in p.name for p in luts)
    text = (folder / "Harbour_V1.edl").read_text("utf-8")
    assert ("*ASC_SOP" in text) == bool(cdls)
    with pytest.raises(InputError, match="no grade 'nothing'"):
        _deliver(film, grade="nothing")


def test_drx_files_of_the_production_come_along(film: Film) -> None:
    (film.production.root / "grades").mkdir()
    (film.production.root / "grades" / "night.drx").write_text("drx")
    found = _deliver(film)
    assert "drx/night.drx" in found["files"]


def test_nothing_to_deliver_is_said(film: Film) -> None:
    with pytest.raises(InputError, match="sideways"):
        _deliver(film, arrangement="sideways")
    for take in film.production.takes():
        film.production.rate_take(take.id, Rating.REJECTED)
    with pytest.raises(ProductionError) as told:
        _deliver(film)
    assert told.value.code == "deliver.empty"


def test_used_takes_can_be_kept(film: Film) -> None:
    folder = Path(_deliver(film)["folder"])
    report, kept = _conform(film, folder / "Harbour_V1.edl")
    assert (report.used, report.unused, kept) == (("bb1", "aa1"), (), [])
    _, kept = _conform(film, folder / "Harbour_V1.edl", keep=True)
    assert kept == ["bb1"]
    assert film.production.match_take("bb1").rating is Rating.KEPT
    film.production.trash("bb1")
    report, kept = _conform(film, folder / "Harbour.xml", keep=True)
    assert report.rows[0].problems == ("trashed",)
    assert (report.used, kept) == (("aa1",), [])


def test_the_delivered_cut_reads_like_its_formats(film: Film) -> None:
    folder = Path(_deliver(film)["folder"])
    cuts = [read_cut(folder / name) for name in ("cut.json", "Harbour.otio", "Harbour.xml", "Harbour_V1.edl")]
    places = [[(c.record, c.duration, c.source, c.ids["rushes.take"]) for c in cut.clips] for cut in cuts]
    assert places[0] == places[1] == places[2] == places[3]
    assert os.stat(folder / "media" / "SH020_T01_bb1.mov").st_nlink > 1  # no second copy on the same disk
