"""Grading: versions, node graphs, CDL, LUTs, DRX, colour groups."""

# ruff: noqa: N802, N803

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import ApiObject, api
from rushes.testing.resolve.grading import bake_cube, numbers
from rushes.testing.resolve.graphs import CACHES, ColorGroup, Graph, GraphState, drx_text, node_of, set_lut
from rushes.testing.resolve.names import CONSTANTS
from rushes.testing.resolve.state import ColorGroupState, ItemState, VersionState

__all__ = [
    "ColorGroup",
    "ColourItem",
    "ColourMedia",
    "ColourProject",
    "ColourTimeline",
    "Graph",
    "GraphState",
    "drx_text",
]

LUT_FILES = {".cube", ".3dl", ".dat", ".m3d", ".olut", ".mga"}
"""What a node's LUT slot lists; a DCTL is not among them (rule lut.dctl)."""
_CUBES = {"EXPORT_LUT_17PTCUBE": 17, "EXPORT_LUT_33PTCUBE": 33, "EXPORT_LUT_65PTCUBE": 65}
_CDL_KEYS = {"NodeIndex", "Slope", "Offset", "Power", "Saturation"}


class ColourItem(ApiObject):
    """Grading methods of TimelineItem."""

    def _gradable(self) -> bool:
        item: ItemState = self._state
        timeline = self._owner(item)
        found = timeline.find(item) if timeline else None
        return found is not None and found[0] == "video" and item.kind != "transition"

    def _version(self, name: Any, kind: Any) -> VersionState | None:
        item: ItemState = self._state
        return next((each for each in item.versions if each.name == name and each.kind == kind), None)

    @api(write=True)
    def SetCDL(self, cdlMap: Any) -> Any:
        """Rules cdl.text, cdl.node, cdl.active, cdl.write-only, cdl.keyframed."""
        if not isinstance(cdlMap, dict) or set(cdlMap) != _CDL_KEYS or not self._gradable():
            return False
        if not all(isinstance(value, str) for value in cdlMap.values()):
            return False
        number = cdlMap["NodeIndex"]
        node = node_of(self._state.grade.nodes, int(number) if number.isdecimal() else 0)
        triples = [numbers(cdlMap[key]) for key in ("Slope", "Offset", "Power")]
        saturation = numbers(cdlMap["Saturation"])
        if node is None or any(each is None or len(each) != 3 for each in triples):
            return False
        if saturation is None or len(saturation) != 1:
            return False
        cdl = {key: value for key, value in cdlMap.items() if key != "NodeIndex"}
        if node.keyframes:
            timeline = self._owner(self._state)
            assert timeline is not None
            node.keyframes[timeline.playhead] = cdl
            return True
        node.cdl = cdl
        return True

    @api(write=True)
    def AddVersion(self, versionName: Any, versionType: Any) -> Any:
        """Rules version.add, version.remote: copies the grade and makes the copy the active version."""
        item: ItemState = self._state
        if not self._gradable() or not isinstance(versionName, str) or not versionName or versionType not in (0, 1):
            return False
        if self._version(versionName, versionType) is not None:
            return False
        item.versions.append(VersionState(versionName, int(versionType), copy.deepcopy(item.grade.nodes)))
        item.version = len(item.versions) - 1
        return True

    @api(fail=None)
    def GetCurrentVersion(self) -> Any:
        """{} for what cannot be graded."""
        if not self._gradable():
            return {}
        return {"versionName": self._state.grade.name, "versionType": self._state.grade.kind}

    @api(write=True)
    def LoadVersionByName(self, versionName: Any, versionType: Any) -> Any:
        found = self._version(versionName, versionType)
        if found is None:
            return False
        self._state.version = self._state.versions.index(found)
        return True

    @api(write=True)
    def DeleteVersionByName(self, versionName: Any, versionType: Any) -> Any:
        """Rule version.delete-current: False for the active one."""
        item: ItemState = self._state
        found = self._version(versionName, versionType)
        if found is None or found is item.grade:
            return False
        active = item.grade
        item.versions = [each for each in item.versions if each is not found]
        item.version = next(index for index, each in enumerate(item.versions) if each is active)
        return True

    @api(write=True)
    def RenameVersionByName(self, oldName: Any, newName: Any, versionType: Any) -> Any:
        found = self._version(oldName, versionType)
        if found is None or not newName or self._version(newName, versionType) is not None:
            return False
        found.name = newName
        return True

    @api()
    def GetVersionNameList(self, versionType: Any) -> Any:
        return [each.name for each in self._state.versions if each.kind == versionType] if self._gradable() else []

    @api()
    def GetVersionNames(self, versionType: Any) -> Any:
        """Old form of GetVersionNameList."""
        names = [each.name for each in self._state.versions if each.kind == versionType]
        return {float(index): name for index, name in enumerate(names, 1)}

    @api("19.0")
    def GetNodeGraph(self, layerIdx: Any = 1) -> Any:
        """Rule graph.layer; layers above the first are not played."""
        layers = int(self._project.settings.get("nodeStackLayers", "1"))
        if not self._gradable() or not isinstance(layerIdx, int) or not 1 <= layerIdx <= layers:
            return None
        return self._unmodelled(None) if layerIdx > 1 else self._wrap(GraphState(self._state, "clip"))

    @api()
    def GetNumNodes(self) -> Any:
        return len(self._state.grade.nodes) if self._gradable() else 0

    @api(write=True)
    def SetLUT(self, nodeIndex: Any, lutPath: Any) -> Any:
        return set_lut(self, self._state.grade.nodes, nodeIndex, lutPath) if self._gradable() else False

    @api()
    def GetLUT(self, nodeIndex: Any) -> Any:
        node = node_of(self._state.grade.nodes, nodeIndex) if self._gradable() else None
        return None if node is None else node.lut

    @api()
    def GetNodeLabel(self, nodeIndex: Any) -> Any:
        node = node_of(self._state.grade.nodes, nodeIndex)
        return None if node is None else node.label

    @api(write=True)
    def CopyGrades(self, tgtTimelineItems: Any) -> Any:
        targets = [self._state_of(each, ItemState) for each in tgtTimelineItems or []]
        if not targets or None in targets or not self._gradable():
            return False
        for target in targets:
            target.grade.nodes = copy.deepcopy(self._state.grade.nodes)
        return True

    @api("19.0", write=True, pages=("color",))
    def ExportLUT(self, exportType: Any, path: Any) -> Any:
        """Rule lut.export-page: on the color page only. The extension is added when it is missing or another."""
        size = next((size for name, size in _CUBES.items() if CONSTANTS[name][0] == exportType), None)
        if exportType == CONSTANTS["EXPORT_LUT_PANASONICVLUT"][0]:
            return self._unmodelled(False)
        if size is None or not isinstance(path, str) or not Path(path).parent.is_dir() or not self._gradable():
            return False
        out = path if path.lower().endswith(".cube") else f"{path}.cube"
        bake_cube(self._app, self._state.grade.nodes, size, Path(out))
        return True

    @api("19.0")
    def GetColorGroup(self) -> Any:
        groups = self._project.groups
        return self._wrap(next((each for each in groups if each.name == self._state.group), None))

    @api("19.0", write=True)
    def AssignToColorGroup(self, colorGroup: Any) -> Any:
        group = self._state_of(colorGroup, ColorGroupState)
        if group is None or not self._gradable():
            return False
        self._state.group = group.name
        return True

    @api("19.0", write=True)
    def RemoveFromColorGroup(self) -> Any:
        had = bool(self._state.group)
        self._state.group = ""
        return had

    @api("20.2", write=True)
    def ResetAllNodeColors(self) -> Any:
        return self._gradable()

    @api("19.1")
    def GetIsColorOutputCacheEnabled(self) -> Any:
        return self._app.extra.get(f"color cache {self._state.uid}", CONSTANTS["CACHE_DISABLED"][0])

    @api("19.1")
    def GetIsFusionOutputCacheEnabled(self) -> Any:
        return self._app.extra.get(f"fusion cache {self._state.uid}", CONSTANTS["CACHE_AUTO_ENABLED"][0])

    @api("19.1", write=True)
    def SetColorOutputCache(self, cache_value: Any) -> Any:
        return self._cache("color cache", cache_value, CACHES - {CONSTANTS["CACHE_AUTO_ENABLED"][0]})

    @api("19.1", write=True)
    def SetFusionOutputCache(self, cache_value: Any) -> Any:
        return self._cache("fusion cache", cache_value, CACHES)

    def _cache(self, key: str, value: Any, allowed: set[int]) -> bool:
        if value not in allowed or not self._gradable():
            return False
        self._app.extra[f"{key} {self._state.uid}"] = value
        return True

    @api(write=True)
    def UpdateSidecar(self) -> Any:
        """Only for BRAW and R3D, which the double does not read."""
        return False

    @api(studio=True, write=True, pages=("color",))
    def CreateMagicMask(self, mode: Any) -> Any:
        """Rule mask.clicks: False until somebody has clicked on the picture."""
        return False

    @api(studio=True, write=True, pages=("color",))
    def RegenerateMagicMask(self) -> Any:
        return False

    @api()
    def GetStereoConvergenceValues(self) -> Any:
        return {}

    @api()
    def GetStereoLeftFloatingWindowParams(self) -> Any:
        return {}

    @api()
    def GetStereoRightFloatingWindowParams(self) -> Any:
        return {}


class ColourProject(ApiObject):
    """Grading methods of Project."""

    @api(write=True)
    def RefreshLUTList(self) -> Any:
        """Rule lut.refresh: a file copied to the LUT folder is unknown until this is called."""
        root = self._app.lut_folder
        files = [file for file in root.rglob("*") if file.suffix.lower() in LUT_FILES] if root.is_dir() else []
        self._app.luts = {file.relative_to(root).as_posix() for file in files}
        return True

    @api("19.0")
    def GetColorGroupsList(self) -> Any:
        return [self._wrap(group) for group in self._project.groups]

    @api("19.0", write=True, fail=None)
    def AddColorGroup(self, groupName: Any) -> Any:
        if not isinstance(groupName, str) or not groupName or any(g.name == groupName for g in self._project.groups):
            return None
        group = ColorGroupState(groupName)
        self._project.groups.append(group)
        return self._wrap(group)

    @api("19.0", write=True)
    def DeleteColorGroup(self, colorGroup: Any) -> Any:
        group = self._state_of(colorGroup, ColorGroupState)
        if group is None:
            return False
        group.alive = False
        self._project.groups = [each for each in self._project.groups if each is not group]
        for timeline in self._project.timelines:
            for item in timeline.items("video"):
                item.group = "" if item.group == group.name else item.group
        return True


class ColourTimeline(ApiObject):
    """Grading methods of Timeline; ApplyGradeFromDRX is none of them (rule drx.timeline)."""

    @api("19.0")
    def GetNodeGraph(self) -> Any:
        return self._wrap(GraphState(self._state, "timeline"))

    @api("19.0", studio=True, write=True)
    def AnalyzeDolbyVision(self, timelineItems: Any = None, analysisType: Any = None) -> Any:
        """Refused: the project is no Dolby Vision project."""
        return False


class ColourMedia(ApiObject):
    """Grading methods of MediaPoolItem: none."""
