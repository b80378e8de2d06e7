"""Deliver and the gallery on the double: what refuses silently, and the real files that come out."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.contracts.geometry import Size
from rushes.contracts.timecode import Timecode
from rushes.media.pictures import load_png
from rushes.media.video import VideoWriter, probe, read_video
from rushes.testing.resolve import PROFILES, SCRIPTED, Simulator, profile
from rushes.testing.resolve.render import finish_renders
from tests.resolve.sim.handles import project_of


def levels(path: Path) -> list[int]:
    """Frame numbers as painted (white is 26)."""
    return [math.ceil(float(frame.mean()) / 10 - 0.4) for frame in read_video(path)]


def make(folder: Path, version: str = "21.0.4", **quirks: bool) -> Simulator:
    """A timeline with 12 numbered frames (sources 4 to 15 of 24) at 01:00:00:00."""
    made = Simulator(profile(version).but(**quirks), folder / "resolve")
    made.new_project(size=(32, 16))
    made.timeline()
    path = folder / "count.mp4"
    if not path.exists():
        with VideoWriter(path, Size(32, 16), Fraction(24), crf=1) as writer:
            for number in range(24):
                writer.write(np.full((16, 32, 3), 10 * number, np.uint8))
    made.add_clip(made.import_media(path), at=0, frames=12, source=4)
    return made


@pytest.fixture
def sim(tmp_path: Path) -> Simulator:
    return make(tmp_path)


def queue(sim: Simulator, target: Path, **settings: Any) -> str:
    """What a careful script does."""
    sim.resolve.OpenPage("deliver")
    project = project_of(sim)
    project.GetRenderCodecs("mov")
    assert project.SetCurrentRenderFormatAndCodec("mov", "ProRes422HQ") is True
    assert project.SetRenderSettings({"TargetDir": str(target), "CustomName": "send", **settings}) is True
    return project.AddRenderJob()


def wait(sim: Simulator, job: str) -> dict[str, Any]:
    project = project_of(sim)
    status = project.GetRenderJobStatus(job)
    for _ in range(10):
        if status["CompletionPercentage"] == 100:
            break
        status = project.GetRenderJobStatus(job)
    return status


def test_a_range_is_rendered_to_a_real_file_with_its_timecode(sim: Simulator, tmp_path: Path) -> None:
    """Rules render.mark-out, render.suffix, render.start."""
    start = 86400
    job = queue(sim, tmp_path, SelectAllFrames=False, MarkIn=start + 2, MarkOut=start + 5)
    assert project_of(sim).StartRendering([job], isInteractiveMode=False) is True
    assert not list(tmp_path.glob("send*")), "it takes its time"
    assert wait(sim, job)["JobStatus"] == "Complete"
    assert not (tmp_path / "send.mov").exists(), "the name got a suffix"
    (made,) = tmp_path.glob("send*.mov")
    assert levels(made) == [6, 7, 8, 9], "MarkOut is the last frame"
    info = probe(made)
    assert (info.rate, info.timecode) == (Fraction(24), str(Timecode(start + 2, Fraction(24))))


def test_the_grade_is_in_the_file(sim: Simulator, tmp_path: Path) -> None:
    item = next(sim.project.timelines[0].items("video"))
    cdl = {"NodeIndex": "1", "Slope": "2 2 2", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    assert sim.handle(item).SetCDL(cdl) is True
    job = queue(sim, tmp_path, SelectAllFrames=True)
    project_of(sim).StartRendering([job])
    wait(sim, job)
    assert levels(next(iter(tmp_path.glob("send*.mov")))) == [min(26, 2 * number) for number in range(4, 16)]


def test_nothing_is_taken_away_from_the_deliver_page(sim: Simulator, tmp_path: Path) -> None:
    """Rules render.page, render.refused."""
    project = project_of(sim)
    project.GetRenderCodecs("mov")
    assert project.SetCurrentRenderFormatAndCodec("mov", "H264") is False
    assert project.SetRenderSettings({"TargetDir": str(tmp_path)}) is False
    assert project.AddRenderJob() == ""


def test_a_cold_deliver_page_refuses_the_first_format(sim: Simulator) -> None:
    """Rules render.cold, render.codec-id."""
    sim.resolve.OpenPage("deliver")
    project = project_of(sim)
    assert project.SetCurrentRenderFormatAndCodec("mp4", "H264") is False
    assert project.SetCurrentRenderFormatAndCodec("mp4", "H264") is True
    assert project.SetCurrentRenderFormatAndCodec("mp4", "H.264") is False, "the id, not the description"
    assert project.SetCurrentRenderFormatAndCodec("MP4", "H264") is False, "the extension, not the name"
    assert project.GetCurrentRenderFormatAndCodec() == {"format": "mp4", "codec": "H264"}


@pytest.mark.parametrize(
    "bad",
    [
        {"TargetFolder": "/x"},
        {"FormatWidth": 33},
        {"FormatHeight": "16"},
        {"VideoQuality": "Excellent"},
        {"EncodingProfile": "High"},
        {"ReplaceExistingFilesInPlace": True},
        {"ExportSubtitle": True},
        {"AlphaMode": 1},
        {"ExportVideo": 1},
    ],
)
def test_one_bad_key_refuses_all(sim: Simulator, tmp_path: Path, bad: dict[str, Any]) -> None:
    """Rules render.whole-dict, render.odd-size, render.replace, render.subtitle."""
    queue(sim, tmp_path)
    project = project_of(sim)
    assert project.SetRenderSettings({"CustomName": "other", **bad}) is False
    project.StartRendering([project.AddRenderJob()])
    finish_renders(sim.app)
    assert [path.name for path in tmp_path.glob("*.mov")] == ["send_00.mov"]


def test_quality_by_name_is_refused_for_h264_in_mp4(sim: Simulator) -> None:
    """Rule render.quality."""
    sim.resolve.OpenPage("deliver")
    project = project_of(sim)
    project.GetRenderCodecs("mp4")
    project.SetCurrentRenderFormatAndCodec("mp4", "H264")
    assert project.SetRenderSettings({"VideoQuality": "Best"}) is False
    assert project.SetRenderSettings({"VideoQuality": 8000}) is True


def test_settings_of_the_last_run_stick(sim: Simulator, tmp_path: Path) -> None:
    """Rule render.sticky."""
    queue(sim, tmp_path, SelectAllFrames=False, MarkIn=86402, MarkOut=86403)
    job = queue(sim, tmp_path, CustomName="all")
    project_of(sim).StartRendering([job])
    finish_renders(sim.app)
    assert len(levels(next(iter(tmp_path.glob("all*.mov"))))) == 2, "the marks of the run before"


@pytest.mark.parametrize(("first", "last"), [(86399, 86405), (86402, 86412), (86405, 86402)])
def test_marks_outside_the_cut_are_answered_with_nothing(sim: Simulator, tmp_path: Path, first: int, last: int) -> None:
    assert queue(sim, tmp_path, SelectAllFrames=False, MarkIn=first, MarkOut=last) == ""


def test_a_missing_folder_is_answered_with_nothing(sim: Simulator, tmp_path: Path) -> None:
    """Rule render.refused."""
    assert queue(sim, tmp_path / "none") == ""


def test_handles_need_individual_clips_and_21_0_4(sim: Simulator, tmp_path: Path) -> None:
    """Rule render.handles."""
    project = project_of(sim)
    assert project.SetCurrentRenderMode(0) is True
    job = queue(sim, tmp_path, SelectAllFrames=True, AddFrameHandles=3)
    project.StartRendering([job])
    finish_renders(sim.app)
    (made,) = tmp_path.glob("send*.mov")
    assert levels(made) == list(range(1, 19))
    assert probe(made).timecode == str(Timecode(86397, Fraction(24)))
    old = make(tmp_path, "21.0")
    old.resolve.OpenPage("deliver")
    assert project_of(old).SetRenderSettings({"AddFrameHandles": 3}) is False


def test_a_localised_status_is_not_complete(tmp_path: Path) -> None:
    """Rule render.localised."""
    sim = make(tmp_path, localised_status=True)
    job = queue(sim, tmp_path)
    project_of(sim).StartRendering([job])
    status = wait(sim, job)
    assert (status["JobStatus"], status["CompletionPercentage"]) == ("Abgeschlossen", 100)


def test_status_of_an_unknown_job_is_text(sim: Simulator) -> None:
    """Rule render.status."""
    assert isinstance(project_of(sim).GetRenderJobStatus("none"), str)


def test_jobs_can_be_stopped_and_removed(sim: Simulator, tmp_path: Path) -> None:
    """Rule render.job-list."""
    project = project_of(sim)
    job = queue(sim, tmp_path)
    assert project.StartRendering(["none"]) is False
    assert project.StartRendering(job) is True
    assert project.DeleteRenderJob(job) is False, "it is running"
    project.StopRendering()
    assert project.GetRenderJobStatus(job)["JobStatus"] == "Cancelled"
    assert project.GetRenderJobList()[0]["IsExportVideo"] is True
    assert project.DeleteRenderJob(job) is True
    assert (project.DeleteRenderJob(job), project.GetRenderJobList()) == (False, [])


def test_presets_replace_the_settings(sim: Simulator, tmp_path: Path) -> None:
    """Rule render.sticky."""
    queue(sim, tmp_path)
    project = project_of(sim)
    assert project.SaveAsNewRenderPreset("mine") is True
    assert project.LoadRenderPreset("YouTube - 1080p") is True
    assert project.AddRenderJob() == "", "the folder is gone"
    assert project.LoadRenderPreset("mine") is True
    assert project.GetCurrentRenderFormatAndCodec()["codec"] == "ProRes422HQ"
    assert project.AddRenderJob() != ""
    assert (project.DeleteRenderPreset("YouTube - 1080p"), project.DeleteRenderPreset("mine")) == (False, True)


def test_quick_export_answers_text_when_it_refuses(sim: Simulator, tmp_path: Path) -> None:
    project = project_of(sim)
    assert isinstance(project.RenderWithQuickExport("YouTube", {"TargetDir": str(tmp_path / "none")}), str)
    status = project.RenderWithQuickExport("YouTube", {"TargetDir": str(tmp_path), "CustomName": "q"})
    assert status["JobStatus"] == "Complete"
    assert len(list(tmp_path.glob("q*.mp4"))) == 1


def test_a_job_after_a_lut_may_render_without_it(tmp_path: Path) -> None:
    """Rule lut.render."""
    for flaky, want in ((False, 0), (True, 4)):
        sim = make(tmp_path, lut_render_flaky=flaky)
        (sim.app.lut_folder / "black.cube").write_text("LUT_3D_SIZE 2\n" + "0 0 0\n" * 8)
        project_of(sim).RefreshLUTList()
        item = next(sim.project.timelines[0].items("video"))
        assert sim.handle(item).GetNodeGraph().SetLUT(1, "black.cube") is True
        job = queue(sim, tmp_path, CustomName=f"lut{flaky}")
        project_of(sim).StartRendering([job])
        finish_renders(sim.app)
        assert levels(next(iter(tmp_path.glob(f"lut{flaky}*.mov"))))[0] == want


def test_the_current_frame_as_a_still(sim: Simulator, tmp_path: Path) -> None:
    """Rule still.current-frame."""
    project = project_of(sim)
    sim.playhead(3)
    assert project.ExportCurrentFrameAsStill(str(tmp_path / "still")) is False
    assert project.ExportCurrentFrameAsStill(str(tmp_path / "none" / "still.png")) is False
    assert project.ExportCurrentFrameAsStill(str(tmp_path / "still.png")) is True
    assert round(float(load_png(tmp_path / "still.png").mean()) / 10) == 7


def test_stills_leave_the_gallery_only_when_it_is_open(tmp_path: Path) -> None:
    """Rules gallery.visible, gallery.drx."""
    for visible in (False, True):
        sim = make(tmp_path, gallery_visible=visible)
        sim.resolve.OpenPage("color")
        still = project_of(sim).GetCurrentTimeline().GrabStill()
        album = project_of(sim).GetGallery().GetCurrentStillAlbum()
        assert album.ExportStills([still], str(tmp_path), "grab", "png") is visible
    assert [path.suffix for path in tmp_path.glob("grab*")] == [".png"], "no .drx beside it"
    assert album.SetLabel(still, "before") is True
    assert album.GetLabel(still) == "before"
    assert album.ImportStills([str(tmp_path / "none.png")]) is False
    assert album.ImportStills([str(next(iter(tmp_path.glob("grab*"))))]) is True
    assert len(album.GetStills()) == 2
    assert album.DeleteStills([still]) is True
    assert album.GetLabel(still) is None


def test_albums(sim: Simulator) -> None:
    gallery = project_of(sim).GetGallery()
    made = gallery.CreateGalleryStillAlbum()
    assert gallery.SetAlbumName(made, "Rushes") is True
    assert [gallery.GetAlbumName(each) for each in gallery.GetGalleryStillAlbums()] == ["Stills 1", "Rushes"]
    assert gallery.SetCurrentStillAlbum(made) is True
    assert gallery.GetAlbumName(gallery.GetCurrentStillAlbum()) == "Rushes"
    assert gallery.GetGalleryPowerGradeAlbums() == []


def test_stills_are_grabbed_from_edit_and_color_only(sim: Simulator) -> None:
    """Rules still.grab, still.thumbnail."""
    timeline = project_of(sim).GetCurrentTimeline()
    sim.resolve.OpenPage("deliver")
    assert not timeline.GrabStill()
    assert timeline.GetCurrentClipThumbnailImage() is None
    sim.resolve.OpenPage("color")
    assert timeline.GetCurrentClipThumbnailImage()["width"] == 256
    assert len(timeline.GrabAllStills(2)) == 1


def test_wave_has_no_codec_before_21_1(tmp_path: Path) -> None:
    """Rule render.wave."""
    found = {version: project_of(make(tmp_path, version)).GetRenderCodecs("wav") for version in ("21.0.4", "21.1")}
    assert found == {"21.0.4": {}, "21.1": {"Linear PCM": "lpcm"}}


@pytest.mark.parametrize("name", SCRIPTED)
def test_a_careful_script_works_on_every_resolve(name: str, tmp_path: Path) -> None:
    """Grades in a version of its own, renders, exports, and leaves the queue empty."""
    sim = Simulator(PROFILES[name], tmp_path / "resolve")
    sim.new_project(size=(32, 16))
    timeline = sim.timeline()
    with VideoWriter(tmp_path / "a.mp4", Size(32, 16), Fraction(24), crf=1) as writer:
        for number in range(6):
            writer.write(np.full((16, 32, 3), 10 * number, np.uint8))
    item = sim.handle(sim.add_clip(sim.import_media(tmp_path / "a.mp4")))
    assert item.AddVersion("Rushes", 0) is True
    cdl = {"NodeIndex": "1", "Slope": "2 2 2", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"}
    assert item.SetCDL(cdl) is True
    job = queue(sim, tmp_path, SelectAllFrames=True)
    assert project_of(sim).StartRendering([job]) is True
    assert wait(sim, job)["JobStatus"] == "Complete"
    assert levels(next(iter(tmp_path.glob("send*.mov")))) == [0, 2, 4, 6, 8, 10]
    assert project_of(sim).DeleteRenderJob(job) is True
    handle = sim.handle(timeline)
    assert handle.Export(str(tmp_path / "cut.otio"), sim.resolve.EXPORT_OTIO) is True
    assert (sim.app.misuse, sim.app.absent, sim.app.unmodelled, sim.app.modal) == ([], [], [], None)
