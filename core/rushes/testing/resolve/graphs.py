"""Node graphs: of an item's active version, of a colour group, of a timeline; LUTs, DRX."""

# ruff: noqa: N802, N803

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import ApiObject, api, handle
from rushes.testing.resolve.grading import known_lut
from rushes.testing.resolve.names import CONSTANTS
from rushes.testing.resolve.state import ColorGroupState, ItemState, NodeState, TimelineState

__all__ = ["CACHES", "ColorGroup", "Graph", "GraphState", "drx_text", "node_of", "set_lut"]

CACHES = {CONSTANTS[name][0] for name in ("CACHE_AUTO_ENABLED", "CACHE_DISABLED", "CACHE_ENABLED")}
"""Values of a cache mode."""
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


def node_of(nodes: list[NodeState], index: Any) -> NodeState | None:
    """By its number from 1."""
    if isinstance(index, bool) or not isinstance(index, int) or not 1 <= index <= len(nodes):
        return None
    return nodes[index - 1]


def set_lut(target: ApiObject, nodes: list[NodeState], index: Any, path: Any) -> bool:
    """Rule lut.master: only a file below the master LUT folder that the last RefreshLUTList has seen."""
    node = node_of(nodes, index)
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


@handle(GraphState)
class Graph(ApiObject):
    """A node graph."""

    _scope = "timeline"

    @api("19.0")
    def GetNumNodes(self) -> Any:
        return len(self._state.nodes)

    @api("19.0", write=True)
    def SetLUT(self, nodeIndex: Any, lutPath: Any) -> Any:
        return set_lut(self, self._state.nodes, nodeIndex, lutPath)

    @api("19.0")
    def GetLUT(self, nodeIndex: Any) -> Any:
        """Rule lut.get: "" where there is none, None when the call fails."""
        node = node_of(self._state.nodes, nodeIndex)
        return None if node is None else node.lut

    @api("19.1", write=True)
    def SetNodeCacheMode(self, nodeIndex: Any, cache_value: Any) -> Any:
        node = node_of(self._state.nodes, nodeIndex)
        if node is None or cache_value not in CACHES:
            return False
        node.cache = cache_value
        return True

    @api("19.1")
    def GetNodeCacheMode(self, nodeIndex: Any) -> Any:
        node = node_of(self._state.nodes, nodeIndex)
        if node is None:
            return None
        return CONSTANTS["CACHE_AUTO_ENABLED"][0] if node.cache is None else node.cache

    @api("19.0")
    def GetNodeLabel(self, nodeIndex: Any) -> Any:
        node = node_of(self._state.nodes, nodeIndex)
        return None if node is None else node.label

    @api("19.0")
    def GetToolsInNode(self, nodeIndex: Any) -> Any:
        """Names of the tools used; None where nothing is."""
        node = node_of(self._state.nodes, nodeIndex)
        if node is None:
            return None
        tools = [*node.tools, *(["Primaries"] if node.cdl or node.keyframes else []), *(["LUT"] if node.lut else [])]
        return tools or None

    @api("19.0", write=True)
    def SetNodeEnabled(self, nodeIndex: Any, isEnabled: Any) -> Any:
        node = node_of(self._state.nodes, nodeIndex)
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
