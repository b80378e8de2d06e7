"""The types our scripts are checked against: legal calls pass, mistakes are reported on their line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import resolve_stubs

GOOD = """
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from fusionscript import ColorGroup, Graph, Resolve, TimelineItem

def legal(resolve: Resolve) -> None:
    manager = resolve.GetProjectManager()
    project = manager.GetCurrentProject() if manager else None
    pool = project.GetMediaPool() if project else None
    timeline = project.GetCurrentTimeline() if project else None
    if project is None or pool is None or timeline is None:
        return
    clips = pool.ImportMedia(["/a.mov"]) or []
    pool.ImportMedia([{"FilePath": "f_%04d.exr", "StartIndex": 1001, "EndIndex": 1100}])
    pool.AppendToTimeline([{"mediaPoolItem": clips[0]}])
    pool.AppendToTimeline([{"mediaPoolItem": clips[0], "startFrame": 0, "endFrame": 24, "mediaType": 1,
                            "trackIndex": 1, "recordFrame": 86400}])
    pool.AppendToTimeline([clips[0]])
    pool.AppendToTimeline(clips[0], clips[0])
    pool.ImportTimelineFromFile("/a.otio")
    pool.ImportTimelineFromFile("/a.otio", {"timelineName": "cut", "importSourceClips": True})
    timeline.AddTrack("video")
    timeline.AddTrack("audio", "stereo")
    timeline.AddTrack("audio", {"audioType": "mono", "index": 2})
    timeline.AddMarker(10, "Blue", "n", "note", 1)
    timeline.AddMarker(10, "Blue", "n", "note", 1, "data")
    timeline.Export("/x.otio", resolve.EXPORT_OTIO)
    timeline.Export("/x.edl", resolve.EXPORT_EDL, resolve.EXPORT_NONE)
    timeline.Export("/x.ale", resolve.EXPORT_ALE)
    timeline.GetSelectedClips()
    timeline.DeleteClips([])
    timeline.DeleteClips([], True)
    clips[0].GetTimeline()
    clips[0].SetMetadata({"Shot": "010"})
    clips[0].SetMetadata("Shot", "010")
    both = (clips[0].GetMetadata(), clips[0].GetMetadata("Shot"), clips[0].GetClipProperty("FPS"))
    project.SetRenderSettings({"TargetDir": "/x", "SelectAllFrames": True, "AddFrameHandles": 8})
    project.StartRendering(["job"], False)
    status = project.GetRenderJobStatus("job")
    if isinstance(status, dict):
        status.get("CompletionPercentage")
    resolve.GetUserPreferencesPresetList()
    print(both)

def colour(item: TimelineItem, clip_group: ColorGroup, resolve: Resolve) -> int:
    item.SetCDL({"NodeIndex": "1", "Slope": "1 1 1", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"})
    graph: Graph | None = item.GetNodeGraph()
    if graph is not None:
        graph.SetLUT(1, "x.cube")
    item.AssignToColorGroup(clip_group)
    item.ExportLUT(resolve.EXPORT_LUT_33PTCUBE, "/x.cube")
    media = item.GetMediaPoolItem()
    if media is not None:
        item.AddTake(media)
        item.AddTake(media, 0, 20)
    fusion = resolve.Fusion()
    if fusion is not None:
        fusion.UIManager
    return item.GetStart() + item.GetEnd() + item.GetDuration()
""".replace("        fusion.UIManager\n", "        print(fusion.UIManager)\n")

BAD = """
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from fusionscript import MediaPool, MediaPoolItem, Project, Resolve, Timeline, TimelineItem

def wrong(resolve: Resolve, project: Project, pool: MediaPool, timeline: Timeline, item: TimelineItem,
          clip: MediaPoolItem) -> None:
    project.GetTimelineByName("x")  # no such method
    timeline.AddMarker(1, "Orange", "n", "n", 1)  # a clip colour, not a marker colour
    item.SetClipColor("Red")  # a marker colour, not a clip colour
    item.SetStart(5)  # nothing moves a clip
    timeline.GetItemListInTrack("vid", 1)  # no such track type
    project.SetRenderSettings({"TargetDirectory": "/x"})  # no such key
    project.GetCurrentTimeline().GetName()  # None
    item.GetNodeGraph().SetLUT(1, "x.cube")  # None
    item.SetCDL({"NodeIndex": 1, "Slope": "1", "Offset": "0", "Power": "1", "Saturation": "1"})  # all strings
    timeline.Export("/x.otio", "otio")  # a constant of the resolve object
    timeline.Export("/x.edl", resolve.EXPORT_EDL, resolve.EXPORT_EDL)  # a type as subtype
    item.ExportLUT(33, "/x.cube")  # a constant
    for placed in pool.AppendToTimeline([clip]): ...  # None
    for placed in pool.AppendToTimeline([clip]) or []: placed.GetStart()  # [None]
    pool.AppendToTimeline([{"mediaPoolItem": clip, "track": 1}])  # no such key
    pool.AppendToTimeline([{"startFrame": 1}])  # of what?
    project.GetRenderJobStatus("job")["JobStatus"]  # may be text
    item.GetLUT(1)  # deprecated
    resolve.OpenPage("colour")  # no such page
    resolve.GetCurrentPage().upper()  # None while a dialog is open
    timeline.GetCurrentTimecode(1)  # too many arguments
    item.AddVersion("ours")  # too few
"""


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[int, str]]:
    """Per file: line → pyright's message."""
    folder = tmp_path_factory.mktemp("overlay")
    resolve_stubs.write(folder / "typings/fusionscript/__init__.pyi")
    (folder / "good.py").write_text(GOOD, "utf-8")
    (folder / "bad.py").write_text(BAD, "utf-8")
    settings = {
        "include": ["good.py", "bad.py", "typings"],
        "extraPaths": ["typings"],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "reportMissingModuleSource": "none",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    command = [str(Path(sys.executable).with_name("pyright")), "--outputjson", "-p", str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found: dict[str, dict[int, str]] = {"good.py": {}, "bad.py": {}, "__init__.pyi": {}}
    for problem in json.loads(ran.stdout)["generalDiagnostics"]:
        found[Path(problem["file"]).name][problem["range"]["start"]["line"]] = problem["message"]
    return found


def test_legal_calls_pass(reported: dict[str, dict[int, str]]) -> None:
    assert reported["good.py"] == {}


def test_the_overlay_itself_is_sound(reported: dict[str, dict[int, str]]) -> None:
    assert reported["__init__.pyi"] == {}


def test_each_mistake_is_reported_on_its_line(reported: dict[str, dict[int, str]]) -> None:
    lines = BAD.splitlines()
    mistakes = {number for number, line in enumerate(lines) if "  # " in line}
    assert [lines[number] for number in sorted(mistakes - set(reported["bad.py"]))] == []
    assert set(reported["bad.py"]) <= mistakes


def test_another_version_of_the_stubs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve_stubs, "PINNED", "22.0.0")
    with pytest.raises(SystemExit, match=r"22\.0\.0"):
        resolve_stubs.installed_stub()


def test_written_once(tmp_path: Path) -> None:
    out = resolve_stubs.write(tmp_path / "a/b.pyi")
    before = out.stat().st_mtime_ns
    assert resolve_stubs.write(out).stat().st_mtime_ns == before
