"""Grading: versions, node graphs, CDL, LUTs, DRX, colour groups."""

# ruff: noqa: N802, N803

from __future__ import annotations

import copy
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import ApiObject, api, handle
from rushes.testing.resolve.grading import bake_cube, known_lut, numbers
from rushes.testing.resolve.names import CONSTANTS
from rushes.testing.resolve.state import (
    ColorGroupState,
    ItemState,
    NodeState,
    TimelineState,
    VersionState,
)

__all__ = ["ColorGroup", "ColourItem", "ColourMedia", "ColourProject", "ColourTimeline", "Graph", "GraphState"]
__all__ += ["drx_text"]

LUT_FILES = {".cube", ".3dl", ".dat", ".m3d", ".olut", ".mga"}
"""What a node's LUT slot lists; a DCTL is not among them (rule lut.dctl)."""
_CUBES = {"EXPORT_LUT_17PTCUBE": 17, "EXPORT_LUT_33PTCUBE": 33, "EXPORT_LUT_65PTCUBE": 65}
_CDL_KEYS = {"NodeIndex", "Slope", "Offset", "Power", "Saturation"}
_CACHES = {CONSTANTS[name][0] for name in ("CACHE_AUTO_ENABLED", "CACHE_DISABLED", "CACHE_ENABLED")}
_DRX_NODES = re.compile(r"<!-- nodes of the double: (.*) -->")


@dataclass
class GraphState:
    """Which node graph: of an item's active version, of a colour group, or of a timeline."""

    owner: ItemState | ColorGroupState | TimelineState
    part: str
    """clip, pre, post, timeline."""

    @property
    def alive(self) -> bool:
        """As long as its owner."""
        return self.owner.alive

    @property
    def nodes(self) -> list[NodeState]:
        """The live list."""
        if isinstance(self.owner, ItemState):
            return self.owner.grade.nodes
        if isinstance(self.owner, ColorGroupState):
            return self.owner.pre if self.part == "pre" else self.owner.post
        return self.owner.nodes


def drx_text(nodes: list[NodeState]) -> str:
    """A .drx of the double: Resolve's own holds the grade as a closed block, ours as JSON in a comment."""
    data = json.dumps([asdict(node) for node in nodes])
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<SM_Project>\n<!-- nodes of the double: {data} -->\n</SM_Project>\n'
    )


def _nodes_of_drx(path: Path) -> list[NodeState] | None:
    """What applying a .drx puts into a graph; None when it is none. A foreign one does nothing to pixels."""
    if path.suffix.lower() != ".drx" or not path.is_file():
        return None
    text = path.read_text("utf-8", "replace")
    if not text.lstrip().startswith("<"):
        return None
    found = _DRX_NODES.search(text)
    if found is None:
        return [NodeState(drx=str(path))]
    nodes = [NodeState(**each) for each in json.loads(found[1])]
    for node in nodes:
        node.drx = str(path)
        node.keyframes = {int(frame): cdl for frame, cdl in node.keyframes.items()}
    return nodes


def _node(nodes: list[NodeState], index: Any) -> NodeState | None:
    """By its number from 1."""
    if isinstance(index, bool) or not isinstance(index, int) or not 1 <= index <= len(nodes):
        return None
    return nodes[index - 1]


def _set_lut(target: ApiObject, nodes: list[NodeState], index: Any, path: Any) -> bool:
    """Rule lut.master: only a file below the master LUT folder that the last RefreshLUTList has seen."""
    node = _node(nodes, index)
    if node is None or not isinstance(path, str):
        return False
    app = target._app
    root = app.lut_folder.as_posix() + "/"
    name = path[len(root) :] if path.startswith(root) else path
    if name and (name not in app.luts or not known_lut(app.lut_folder / name)):
        return False
    node.lut = name
    app.extra["lut_set"] = True
    return True


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
        node = _node(self._state.grade.nodes, int(number) if number.isdecimal() else 0)
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
        return _set_lut(self, self._state.grade.nodes, nodeIndex, lutPath) if self._gradable() else False

    @api()
    def GetLUT(self, nodeIndex: Any) -> Any:
        node = _node(self._state.grade.nodes, nodeIndex) if self._gradable() else None
        return None if node is None else node.lut

    @api()
    def GetNodeLabel(self, nodeIndex: Any) -> Any:
        node = _node(self._state.grade.nodes, nodeIndex)
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
        return self._cache("color cache", cache_value, _CACHES - {CONSTANTS["CACHE_AUTO_ENABLED"][0]})

    @api("19.1", write=True)
    def SetFusionOutputCache(self, cache_value: Any) -> Any:
        return self._cache("fusion cache", cache_value, _CACHES)

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


@handle(GraphState)
class Graph(ApiObject):
    """A node graph."""

    _scope = "timeline"

    @api("19.0")
    def GetNumNodes(self) -> Any:
        return len(self._state.nodes)

    @api("19.0", write=True)
    def SetLUT(self, nodeIndex: Any, lutPath: Any) -> Any:
        return _set_lut(self, self._state.nodes, nodeIndex, lutPath)

    @api("19.0")
    def GetLUT(self, nodeIndex: Any) -> Any:
        """Rule lut.get: "" where there is none, None when the call fails."""
        node = _node(self._state.nodes, nodeIndex)
        return None if node is None else node.lut

    @api("19.1", write=True)
    def SetNodeCacheMode(self, nodeIndex: Any, cache_value: Any) -> Any:
        node = _node(self._state.nodes, nodeIndex)
        if node is None or cache_value not in _CACHES:
            return False
        node.cache = cache_value
        return True

    @api("19.1")
    def GetNodeCacheMode(self, nodeIndex: Any) -> Any:
        node = _node(self._state.nodes, nodeIndex)
        if node is None:
            return None
        return CONSTANTS["CACHE_AUTO_ENABLED"][0] if node.cache is None else node.cache

    @api("19.0")
    def GetNodeLabel(self, nodeIndex: Any) -> Any:
        node = _node(self._state.nodes, nodeIndex)
        return None if node is None else node.label

    @api("19.0")
    def GetToolsInNode(self, nodeIndex: Any) -> Any:
        """Names of the tools used; None where nothing is."""
        node = _node(self._state.nodes, nodeIndex)
        if node is None:
            return None
        tools = [*node.tools, *(["Primaries"] if node.cdl or node.keyframes else []), *(["LUT"] if node.lut else [])]
        return tools or None

    @api("19.0", write=True)
    def SetNodeEnabled(self, nodeIndex: Any, isEnabled: Any) -> Any:
        node = _node(self._state.nodes, nodeIndex)
        if node is None or not isinstance(isEnabled, bool):
            return False
        node.enabled = isEnabled
        return True

    @api("19.1", write=True)
    def ApplyGradeFromDRX(self, path: Any, gradeMode: Any) -> Any:
        """Rules drx.replaces, drx.group: all nodes are replaced; refused for a clip in a colour group."""
        state: GraphState = self._state
        if isinstance(state.owner, ItemState) and state.owner.group:
            return False
        nodes = _nodes_of_drx(Path(path)) if isinstance(path, str) and gradeMode in (0, 1, 2) else None
        if nodes is None:
            return False
        state.nodes[:] = nodes
        return True

    @api("19.1", write=True)
    def ApplyArriCdlLut(self) -> Any:
        """False: the double has no ARRI footage."""
        return False

    @api("19.1", write=True)
    def ResetAllGrades(self) -> Any:
        self._state.nodes[:] = [NodeState()]
        return True


@handle(ColorGroupState)
class ColorGroup(ApiObject):
    """A colour group."""

    @api("19.0")
    def GetName(self) -> Any:
        return self._state.name

    @api("19.0", write=True)
    def SetName(self, groupName: Any) -> Any:
        if not isinstance(groupName, str) or any(each.name == groupName for each in self._project.groups):
            return False
        for timeline in self._project.timelines:
            for item in timeline.items("video"):
                item.group = groupName if item.group == self._state.name else item.group
        self._state.name = groupName
        return True

    @api("19.0")
    def GetClipsInTimeline(self, timeline: Any = None) -> Any:
        chosen = self._project.timeline if timeline is None else self._state_of(timeline, TimelineState)
        if chosen is None:
            return None
        return [self._wrap(item) for item in chosen.items("video") if item.group == self._state.name]

    @api("19.0")
    def GetPreClipNodeGraph(self) -> Any:
        return self._wrap(GraphState(self._state, "pre"))

    @api("19.0")
    def GetPostClipNodeGraph(self) -> Any:
        return self._wrap(GraphState(self._state, "post"))
