"""Bins, import, metadata and pool items, with real files."""

from __future__ import annotations

import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rushes.contracts import Size
from rushes.contracts.timecode import Timecode
from rushes.media.pictures import save_png
from rushes.media.video import VideoWriter
from rushes.testing.resolve import Simulator, profile
from tests.resolve.sim.handles import pool_of

Start = Callable[..., Simulator]
SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n00:00:03,000 --> 00:00:04,500\nWho is there?\n"


def movie(path: Path, frames: int = 6, rate: Fraction = Fraction(24), start: int | None = 90000) -> Path:
    """A small real movie."""
    path.parent.mkdir(parents=True, exist_ok=True)
    timecode = None if start is None else Timecode(start, rate)
    with VideoWriter(path, Size(64, 36), rate, timecode=timecode, preset="ultrafast") as out:
        for number in range(frames):
            out.write(np.full((36, 64, 3), 20 * number, np.uint8))
    return path


def frames(folder: Path, first: int = 1001, count: int = 4) -> str:
    """A small real sequence."""
    for number in range(first, first + count):
        save_png(folder / f"f_{number:04d}.png", np.full((36, 64, 3), number % 200, np.uint8))
    return str(folder / "f_%04d.png")


def test_import_lands_in_the_open_bin(start: Start, tmp_path: Path) -> None:
    # import.folder: a script that only walks to the bin imports beside it.
    sim = start()
    wanted = sim.bin("SQ010/SH010")
    path = str(movie(tmp_path / "a.mp4"))
    root = pool_of(sim).GetRootFolder()
    assert [each.GetName() for each in root.GetSubFolderList()] == ["SQ010"]
    pool_of(sim).ImportMedia([path])
    assert wanted.clips == []
    assert len(sim.project.root.clips) == 1
    assert pool_of(sim).SetCurrentFolder(root.GetSubFolderList()[0].GetSubFolderList()[0])
    pool_of(sim).ImportMedia([path])
    # import.no-dedupe: it is there twice now.
    assert [clip.path for folder in (sim.project.root, wanted) for clip in folder.clips] == [path, path]


def test_facts_come_from_the_file(start: Start, tmp_path: Path) -> None:
    sim = start()
    item = pool_of(sim).ImportMedia([str(movie(tmp_path / "a.mp4", 6, Fraction(30000, 1001), start=30))])[0]
    wanted = {"FPS": "29.97", "Frames": "6", "Start TC": "00:00:01:00", "Resolution": "64x36", "Type": "Video"}
    assert {key: item.GetClipProperty(key) for key in wanted} == wanted
    assert item.GetClipProperty()["File Path"] == str(tmp_path / "a.mp4")
    assert item.GetClipProperty("No Such") is None


def test_what_cannot_be_read_is_left_out_in_silence(start: Start, tmp_path: Path) -> None:
    # import.missing: `items[0]` raises, and with two paths the list no longer matches the paths.
    sim = start()
    (tmp_path / "broken.mp4").write_bytes(b"nothing")
    (tmp_path / "notes.txt").write_text("no media", encoding="utf-8")
    assert pool_of(sim).ImportMedia([str(tmp_path / name) for name in ("no.mp4", "broken.mp4", "notes.txt")]) == []
    got = pool_of(sim).ImportMedia([str(tmp_path / "no.mp4"), str(movie(tmp_path / "a.mp4"))])
    assert [item.GetName() for item in got] == ["a.mp4"]


def test_a_sequence_is_one_item(start: Start, tmp_path: Path) -> None:
    # import.sequence: EndIndex is inclusive. import.sequence-path: the path in the pool is no file.
    sim = start(rate="25")
    pattern = frames(tmp_path)
    info = {"FilePath": pattern, "StartIndex": 1001, "EndIndex": 1004}
    (item,) = pool_of(sim).ImportMedia([info])
    assert item.GetClipProperty("Frames") == "4"
    assert item.GetClipProperty("File Path") == str(tmp_path / "f_[1001-1004].png")
    assert not Path(item.GetClipProperty("File Path")).exists()
    assert item.GetClipProperty("FPS") == "25"
    assert pool_of(sim).ImportMedia([info | {"EndIndex": 1005}]) == []
    singles = start(profile("21.0").but(show_individual_frames=True))
    assert len(pool_of(singles).ImportMedia([info])) == 4


def test_sound_takes_the_rate_of_the_project(start: Start, tmp_path: Path) -> None:
    # import.wav-rate: half a second is 12 frames here, and Frames is empty.
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(48000)
        out.writeframes(b"\0" * 4 * 24000)
    sim = start(rate="25")
    (item,) = pool_of(sim).ImportMedia([str(path)])
    assert (item.GetClipProperty("FPS"), item.GetClipProperty("Frames"), item.GetClipProperty("Type")) == (
        "25",
        "",
        "Audio",
    )
    sim.timeline()
    (placed,) = pool_of(sim).AppendToTimeline([{"mediaPoolItem": item, "mediaType": 2, "trackIndex": 1}])
    assert placed.GetTrackTypeAndIndex() == ["audio", 1]
    assert placed.GetDuration() == 12


def test_subtitles_go_to_the_end_wherever_they_are_sent(start: Start, tmp_path: Path) -> None:
    # subtitle.append
    path = tmp_path / "a.srt"
    path.write_text(SRT, encoding="utf-8")
    sim = start(rate="25")
    timeline = sim.timeline()
    (item,) = pool_of(sim).ImportMedia([str(path)])
    assert item.GetClipProperty("Type") == "Subtitle"
    assert pool_of(sim).AppendToTimeline([{"mediaPoolItem": item}]) == [None]
    assert sim.handle(timeline).AddTrack("subtitle")
    pool_of(sim).AppendToTimeline([{"mediaPoolItem": item, "trackIndex": 1, "recordFrame": 95000}])
    track = sim.handle(timeline).GetItemListInTrack("subtitle", 1)
    assert [(each.GetName(), each.GetStart() - 90000, each.GetEnd() - 90000) for each in track] == [
        ("Hello.", 25, 50),
        ("Who is there?", 75, 113),
    ]
    pool_of(sim).AppendToTimeline([{"mediaPoolItem": item}])
    assert [each.start - 90000 for each in timeline.items("subtitle")] == [25, 75, 113 + 25, 113 + 75]


def test_a_new_bin_opens_and_may_be_a_twin(start: Start) -> None:
    # folder.subfolder: "make if missing" without a look makes twins, and the editor's bin is gone from view.
    sim = start()
    pool = pool_of(sim)
    root = pool.GetRootFolder()
    pool.AddSubFolder(root, "Takes")
    pool.AddSubFolder(root, "Takes")
    assert [each.GetName() for each in root.GetSubFolderList()] == ["Takes", "Takes"]
    assert pool.GetCurrentFolder().GetName() == "Takes"
    assert sim.project.folder is not sim.project.root


def test_metadata_has_names_of_the_panel_only(start: Start) -> None:
    # metadata.names: one foreign name and none of the dict is written.
    sim = start()
    item = sim.handle(sim.add_media())
    assert item.SetMetadata({"Shot": "SH010", "rushes.take": "abc"}) is False
    assert item.GetMetadata("Shot") == ""
    assert item.SetMetadata({"Shot": "SH010", "Keywords": "AI-generated"})
    assert item.SetThirdPartyMetadata({"rushes.take": "abc"})
    assert item.GetMetadata() == {"Shot": "SH010", "Keywords": "AI-generated"}
    assert item.GetThirdPartyMetadata("rushes.take") == "abc"
    assert item.GetClipProperty("Keyword") == "AI-generated"
    assert item.SetMetadata("Take", 3) is False


def test_some_properties_say_true_and_forget(start: Start) -> None:
    # property.reel
    item = (sim := start()).handle(sim.add_media())
    assert item.SetClipProperty("Reel Name", "A001") is True
    assert item.GetClipProperty("Reel Name") == ""
    assert item.SetClipProperty("Frames", "10") is False
    assert item.SetClipProperty("Comments", "good")
    assert item.GetClipProperty("Comments") == "good"
    # rate.float: Super Scale is a number.
    assert item.SetClipProperty("Super Scale", "2") is False
    assert item.SetClipProperty("Super Scale", 2)
    assert item.GetClipProperty("Super Scale") == 2


def test_the_two_palettes(start: Start) -> None:
    # palette.two
    sim = start()
    item = sim.handle(sim.add_media())
    assert not item.SetClipColor("Red")
    assert item.SetClipColor("Orange")
    assert not item.AddMarker(0, "Orange", "", "", 1)
    assert not item.AddFlag("Orange")
    assert item.AddFlag("Red")
    assert item.AddFlag("Green")
    assert item.GetFlagList() == ["Red", "Green"]
    assert item.ClearFlags("Red")
    assert item.GetFlagList() == ["Green"]
    # palette.generator
    sim.timeline()
    title = sim.handle(sim.add_clip(kind="title", frames=24))
    assert title.SetClipColor("Orange") is True
    assert title.GetClipColor() == ""


def test_a_proxy_must_agree_in_every_fact(start: Start, tmp_path: Path) -> None:
    # media.proxy: a proxy without the sequence's timecode is refused.
    sim = start(rate="24")
    item = sim.handle(sim.import_sequence(frames(tmp_path / "s"), 1001, 1004))
    assert not item.LinkProxyMedia(str(movie(tmp_path / "short.mp4", 3, start=1001)))
    assert not item.LinkProxyMedia(str(movie(tmp_path / "plain.mp4", 4, start=None)))
    assert not item.LinkProxyMedia(str(movie(tmp_path / "fast.mp4", 4, Fraction(25), start=1001)))
    assert not item.LinkProxyMedia(str(tmp_path / "none.mp4"))
    good = str(movie(tmp_path / "good.mp4", 4, start=1001))
    assert item.LinkProxyMedia(good)
    assert item.GetClipProperty("Proxy Media Path") == good
    assert item.UnlinkProxyMedia()
    assert item.GetClipProperty("Proxy") == "None"


def test_replacing_a_clip_changes_every_use_and_drops_what_was_written(start: Start, tmp_path: Path) -> None:
    # media.replace: a "new take" by ReplaceClip loses the metadata, and the old picture everywhere.
    sim = start()
    sim.timeline()
    media = sim.import_media(movie(tmp_path / "old.mp4"))
    items = [sim.add_clip(media, at=at) for at in (0, 100)]
    handle = sim.handle(media)
    handle.SetMetadata("Shot", "SH010")
    assert handle.ReplaceClip(str(movie(tmp_path / "new.mp4", 4)))
    assert handle.GetMetadata("Shot") == ""
    assert [item.media.path for item in items if item.media] == [str(tmp_path / "new.mp4")] * 2
    assert handle.ReplaceClip(str(tmp_path / "none.mp4")) is False


def test_deleting_from_the_pool_takes_the_cut_with_it(start: Start) -> None:
    # media.delete
    sim = start()
    timeline = sim.timeline()
    media = sim.add_media()
    sim.add_clip(media, frames=24)
    sim.add_clip(at=100, frames=24)
    assert pool_of(sim).DeleteClips([sim.handle(media)])
    assert len(timeline.tracks["video"][0].items) == 1
    assert not media.alive


def test_bins_move_and_go(start: Start) -> None:
    sim = start()
    here, there = sim.bin("A"), sim.bin("B/C")
    media = sim.add_media(folder="A")
    pool = pool_of(sim)
    assert pool.MoveClips([sim.handle(media)], sim.handle(there))
    assert (here.clips, there.clips) == ([], [media])
    assert not pool.MoveFolders([sim.handle(sim.bin("B"))], sim.handle(there))
    assert pool.MoveFolders([sim.handle(there)], sim.handle(here))
    assert sim.bin("A").folders == [there]
    pool.SetCurrentFolder(sim.handle(there))
    handle = sim.handle(media)
    assert pool.DeleteFolders([sim.handle(there)])
    assert handle.GetName() is None
    assert pool.GetCurrentFolder().GetName() == "Master"


def test_storage_lists_what_is_on_disk(start: Start, tmp_path: Path) -> None:
    sim = start()
    path = movie(tmp_path / "in" / "a.mp4")
    storage = sim.resolve.GetMediaStorage()
    assert storage.GetFileList(str(tmp_path / "in")) == [str(path)]
    assert storage.GetSubFolderList(str(tmp_path / "none")) == []
    assert storage.RevealInStorage(str(tmp_path / "none")) is False
    assert [item.GetName() for item in storage.AddItemListToMediaPool([str(path)])] == ["a.mp4"]


@pytest.mark.parametrize("version", ["19.1", "20.3"])
def test_names_of_pool_items_by_version(start: Start, version: str) -> None:
    sim = start(f"{version}-studio")
    item = sim.handle(sim.add_media())
    assert (item.SetName is None) == (version == "19.1")
    assert item.SetClipProperty("Clip Name", "SH010_T01")
    assert item.GetName() == "SH010_T01"


def test_clips_go_offline_and_are_found_again(start: Start, tmp_path: Path) -> None:
    # media.relink
    sim = start()
    media = sim.import_media(movie(tmp_path / "old" / "a.mp4"))
    pool, item = pool_of(sim), sim.handle(media)
    sim.offline(media)
    assert item.GetClipProperty("Online Status") == "Offline"
    assert pool.RelinkClips([item], str(tmp_path / "new")) is False
    moved = movie(tmp_path / "new" / "a.mp4")
    assert pool.RelinkClips([item], str(tmp_path / "new"))
    assert (item.GetClipProperty("Online Status"), item.GetClipProperty("File Path")) == ("Online", str(moved))
    assert pool.UnlinkClips([item])
    assert media.offline


def test_metadata_is_exported_as_a_table(start: Start, tmp_path: Path) -> None:
    sim = start()
    media = sim.add_media(frames=24)
    media.metadata["Shot"] = "SH010"
    assert pool_of(sim).ExportMetadata(str(tmp_path / "m.csv"), [sim.handle(media)])
    assert "A001.mov" in (tmp_path / "m.csv").read_text(encoding="utf-16")
    assert pool_of(sim).ExportMetadata(str(tmp_path / "none" / "m.csv"), [sim.handle(media)]) is False
