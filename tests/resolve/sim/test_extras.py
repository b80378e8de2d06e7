"""The corners of the API that our scripts leave alone, as the double plays them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rushes.testing.resolve import Simulator
from tests.resolve.sim.handles import pool_of


@pytest.fixture
def sim(tmp_path: Path) -> Simulator:
    made = Simulator("21.1-studio", tmp_path / "resolve")
    made.new_project()
    made.timeline()
    return made


def test_ai_calls_without_their_extra_answer_false_or_a_text_that_is_true(sim: Simulator) -> None:
    """Rule ai.extras."""
    clip = sim.handle(sim.add_media())
    project = sim.handle(sim.project)
    answers = [clip.AnalyzeForIntellisearch(True, False), project.GenerateSpeech({}, "01:00:00:00")]
    assert all(isinstance(each, str) for each in answers), "a script that asks `if answer:` takes these for success"
    assert clip.TranscribeAudio() is False
    assert clip.RemoveMotionBlur({}) is None


def test_automatic_subtitles_say_true_and_make_nothing(sim: Simulator) -> None:
    """Rules subtitle.auto, enum.objects."""
    timeline = sim.handle(sim.project.timeline)
    assert timeline.CreateSubtitlesFromAudio() is False, "no sound"
    sim.add_clip(sim.add_media(audio_channels=2), with_audio=True)
    assert timeline.CreateSubtitlesFromAudio({"SUBTITLE_GAP": 1}) is False, "names as text"
    assert timeline.CreateSubtitlesFromAudio({sim.resolve.SUBTITLE_GAP: 1}) is True
    assert timeline.GetTrackCount("subtitle") == 0


def test_folders_of_projects(sim: Simulator) -> None:
    manager = sim.resolve.GetProjectManager()
    assert manager.CreateFolder("Show") is True
    assert (manager.CreateFolder("Show"), manager.OpenFolder("None")) == (False, False)
    assert manager.OpenFolder("Show") is True
    assert (manager.GetCurrentFolder(), manager.GetProjectListInCurrentFolder()) == ("Show", [])
    assert manager.GotoParentFolder() is True
    assert "Film" in manager.GetProjectAttributesInCurrentFolder()
    assert (manager.DeleteFolder("Show"), manager.GetFolderListInCurrentFolder()) == (True, [])


def test_projects_and_bins_as_files(sim: Simulator, tmp_path: Path) -> None:
    manager = sim.resolve.GetProjectManager()
    assert manager.ExportProject("None", str(tmp_path / "a.drp")) is False
    assert manager.ExportProject("Film", str(tmp_path / "a.drp")) is True
    assert manager.ImportProject(str(tmp_path / "a.drp")) is False, "the name is taken"
    assert manager.ImportProject(str(tmp_path / "a.drp"), "Film 2") is True
    assert "Film 2" in manager.GetProjectListInCurrentFolder()
    sim.add_media(folder="SQ010")
    pool = manager.GetCurrentProject().GetMediaPool()
    assert sim.handle(sim.bin("SQ010")).Export(str(tmp_path / "bin.drb")) is True
    assert pool.ImportFolderFromFile(str(tmp_path / "none.drb")) is False
    assert pool.ImportFolderFromFile(str(tmp_path / "bin.drb")) is True
    assert [len(folder.clips) for folder in sim.project.root.folders] == [1, 1]


@pytest.mark.parametrize("kind", ["Layout", "UserPreferences"])
def test_presets(sim: Simulator, tmp_path: Path, kind: str) -> None:
    resolve: Any = sim.resolve

    def call(verb: str, *args: str) -> Any:
        return getattr(resolve, f"{verb}{kind}Preset")(*args)

    names = getattr(resolve, f"Get{kind}PresetList")
    assert call("Save", "Desk") is True
    assert (call("Save", "Desk"), call("Load", "None")) == (False, False)
    assert call("Export", "Desk", str(tmp_path / "desk.preset")) is True
    assert call("Import", str(tmp_path / "desk.preset"), "Copy") is True
    assert names() == ["Desk", "Copy"]
    assert call("Delete", "Desk") is True
    assert names() == ["Copy"]


def test_keyframe_mode_is_of_the_color_page(sim: Simulator) -> None:
    resolve = sim.resolve
    assert resolve.SetKeyframeMode(resolve.KEYFRAME_MODE_SIZING) is False
    resolve.OpenPage("color")
    assert resolve.SetKeyframeMode(resolve.KEYFRAME_MODE_ALL) is False, "it is set already"
    assert resolve.SetKeyframeMode(resolve.KEYFRAME_MODE_SIZING) is True
    assert resolve.GetKeyframeMode() == resolve.KEYFRAME_MODE_SIZING


def test_sound(sim: Simulator) -> None:
    video, sound = sim.add_media(audio_channels=2), sim.add_media("a.wav", kind="audio", audio_channels=1)
    pool = pool_of(sim)
    handles = [sim.handle(video), sim.handle(sound)]
    mode = {sim.resolve.AUDIO_SYNC_MODE: sim.resolve.AUDIO_SYNC_TIMECODE}
    assert pool.AutoSyncAudio(handles[:1], mode) is False
    assert pool.AutoSyncAudio(handles, {"AUDIO_SYNC_MODE": 1}) is False
    assert pool.AutoSyncAudio(handles, mode) is True
    assert json.loads(handles[0].GetAudioMapping())["embedded_audio_channels"] == 2
    timeline = sim.handle(sim.project.timeline)
    assert timeline.SetVoiceIsolationState(2, {"isEnabled": True, "amount": 50}) is False
    assert timeline.SetVoiceIsolationState(1, {"isEnabled": True, "amount": 150}) is False
    assert timeline.SetVoiceIsolationState(1, {"isEnabled": True, "amount": 50}) is True
    assert timeline.GetVoiceIsolationState(1) == {"isEnabled": True, "amount": 50}


def test_burn_in_presets(sim: Simulator, tmp_path: Path) -> None:
    resolve, item = sim.resolve, sim.handle(sim.add_clip(frames=5))
    assert resolve.GetBurnInPresetList() == ["Dailies"]
    assert (item.LoadBurnInPreset("Dailies"), item.LoadBurnInPreset("None")) == (True, False)
    assert resolve.ExportBurnInPreset("Dailies", str(tmp_path / "Copy.drbip")) is True
    assert resolve.ImportBurnInPreset(str(tmp_path / "Copy.drbip")) is True
    assert resolve.DeleteBurnInPreset("Dailies") is True
    assert resolve.GetBurnInPresetList() == ["Copy"]
