"""Cuts in and out: ImportTimelineFromFile and Export."""

# ruff: noqa: N802, N803

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import ApiObject, api
from rushes.testing.resolve.cut import Cut, Finder, build
from rushes.testing.resolve.exports import edl_text, fcpxml_text, otio_text, table_text, xml_text
from rushes.testing.resolve.names import CONSTANTS, parse_rate_setting
from rushes.testing.resolve.placing import register_timeline
from rushes.testing.resolve.read_edl import read_edl
from rushes.testing.resolve.read_otio import read_otio
from rushes.testing.resolve.read_xml import read_xml
from rushes.testing.resolve.state import App, FolderState, ProjectState, TimelineState, new_id

__all__ = ["InterchangePool", "InterchangeResolve", "InterchangeTimeline"]

_OPTIONS = {"timelineName", "importSourceClips", "sourceClipsPath", "sourceClipsFolders", "interlaceProcessing"}
_NAMES = {number: name for name, (number, _) in CONSTANTS.items() if name.startswith("EXPORT_")}
_SUBTYPES = {
    "EXPORT_AAF": {"EXPORT_AAF_NEW", "EXPORT_AAF_EXISTING"},
    "EXPORT_EDL": {"EXPORT_NONE", "EXPORT_CDL", "EXPORT_SDL", "EXPORT_MISSING_CLIPS"},
}
"""Types that need a subtype, and which (rule export.subtype)."""
_VERSIONS = {"EXPORT_FCPXML_1_8": "1.8", "EXPORT_FCPXML_1_9": "1.9", "EXPORT_FCPXML_1_10": "1.10"}
_TABLES = {"EXPORT_TEXT_CSV": ",", "EXPORT_TEXT_TAB": "\t", "EXPORT_ALE": "\t", "EXPORT_ALE_CDL": "\t"}


class InterchangePool(ApiObject):
    """Import methods of MediaPool."""

    @api(write=True)
    def ImportTimelineFromFile(self, filePath: Any, importOptions: Any = None) -> Any:
        """Rules import.name-taken, import.otio-shape: None when the name is taken or the file is none of Resolve's."""
        options = importOptions if isinstance(importOptions, dict) else {}
        if set(options) - _OPTIONS:
            self._misuse(f"ImportTimelineFromFile knows no {sorted(set(options) - _OPTIONS)}")
        path = Path(str(filePath))
        project = self._project
        if not path.exists():
            return None
        if path.suffix.lower() == ".drt":
            return self._wrap(_read_drt(self._app, project, path))
        if path.suffix.lower() not in (".otio", ".xml", ".edl"):
            return self._unmodelled(None)
        cut = _read(project, path)
        if cut is None:
            return None
        cut.name = str(options.get("timelineName") or cut.name)
        if any(each.name == cut.name for each in project.timelines):
            return None
        folders = [self._state_of(each, FolderState) for each in options.get("sourceClipsFolders") or []]
        finder = _finder(project, path, options, [each for each in folders if each is not None])
        return self._wrap(build(project, cut, finder))


def _read(project: ProjectState, path: Path) -> Cut | None:
    if path.suffix.lower() == ".xml":
        return read_xml(path)
    parsed = parse_rate_setting(str(project.settings["timelineFrameRate"]))
    assert parsed is not None
    if path.suffix.lower() == ".edl":
        return read_edl(path, parsed[0])
    cut = read_otio(path)
    if cut is not None and cut.rate == parsed[0]:
        cut.drop = parsed[1]  # rule import.otio-drop
    return cut


def _finder(project: ProjectState, path: Path, options: dict[Any, Any], folders: list[FolderState]) -> Finder:
    """Rules import.otio-offline, import.otio-moved, import.xml-markers, import.edl-media."""
    kind = path.suffix.lower()
    imports = bool(options.get("importSourceClips", True))
    search = Path(str(options["sourceClipsPath"])) if options.get("sourceClipsPath") else None
    if kind == ".edl":
        return Finder(project, imports=False, folders=folders)
    if kind == ".otio":
        return Finder(project, imports=imports, by_name=not imports and bool(folders), folders=folders)
    return Finder(project, imports=imports, folders=folders, search=search)


class InterchangeTimeline(ApiObject):
    """Export methods of Timeline."""

    @api(write=True)
    def Export(self, fileName: Any, exportType: Any, exportSubtype: Any = None) -> Any:
        """Rules export.subtype, enum.objects: the constants of `resolve` and nothing else; False without a word."""
        name = _NAMES.get(exportType) if not isinstance(exportType, (str, bool)) else None
        subtype = _NAMES.get(exportSubtype) if exportSubtype is not None else None
        path = Path(str(fileName))
        if name is None or (exportSubtype is not None and subtype is None) or not path.parent.is_dir():
            return False
        if name in _SUBTYPES and subtype not in _SUBTYPES[name]:
            return False
        if name not in _SUBTYPES and subtype not in (None, "EXPORT_NONE"):
            return False
        if name == "EXPORT_FCPXML_1_10":
            return _write_folder(self._state, path)
        text = _text(self._app, self._state, path, name, subtype)
        if text is None:
            return self._unmodelled(False)
        path.write_text(text, "utf-8")
        return True


def _write_folder(timeline: TimelineState, path: Path) -> bool:
    """Rule export.fcpxml-folder."""
    if path.exists():
        return False
    path.mkdir()
    (path / "Info.fcpxml").write_text(fcpxml_text(timeline, "1.10"), "utf-8")
    return True


def _text(app: App, timeline: TimelineState, path: Path, name: str, subtype: str | None) -> str | None:
    if name == "EXPORT_OTIO":
        return otio_text(timeline)
    if name == "EXPORT_FCP_7_XML":
        return xml_text(timeline)
    if name == "EXPORT_EDL" and subtype != "EXPORT_SDL":
        return edl_text(timeline, cdl=subtype == "EXPORT_CDL", missing=subtype == "EXPORT_MISSING_CLIPS")
    if name in _VERSIONS:
        return fcpxml_text(timeline, _VERSIONS[name])
    if name in _TABLES:
        return table_text(timeline, _TABLES[name])
    if name == "EXPORT_DRT":
        app.extra.setdefault("drt", {})[str(path)] = copy.deepcopy(timeline)
        return "a timeline of the double of DaVinci Resolve\n"
    return None


def _read_drt(app: App, project: ProjectState, path: Path) -> TimelineState | None:
    """All is kept, and media that were moved are not found; a file that this double did not write is none."""
    kept = app.extra.get("drt", {}).get(str(path))
    if kept is None or any(each.name == kept.name for each in project.timelines):
        return None
    timeline = copy.deepcopy(kept)
    timeline.uid, timeline.alive = new_id(), True
    pool = {media.uid: media for media in project.media()}
    for item in timeline.items():
        item.uid, item.alive = new_id(), True
        item.media = pool.get(item.media.uid) if item.media else None
    register_timeline(project, timeline)
    return timeline


class InterchangeResolve(ApiObject):
    """Import and export methods of Resolve: none."""
