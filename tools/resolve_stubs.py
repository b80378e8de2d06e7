"""Types of Resolve's scripting API to check our scripts against, made from fusionscript-stubs.

As shipped the stubs reject legal calls (`GetStart()`, `AddTake(item)`, `SetCDL` with the documented strings) and take
no account of None, which nearly every call of Resolve may return. This writes a corrected copy to
`.build/typings/fusionscript/__init__.pyi`; nothing of it is kept in the repository.

Sources: fusionscript-stubs 21.0.0 (MIT; Resolve's README of May 2026), the additions of the README of 24 July 2026
(21.0.3 and 21.0.4), and field reports for what returns None.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from importlib import metadata
from pathlib import Path

PINNED = "21.0.0"
OUT = Path(".build/typings/fusionscript/__init__.pyi")

TYPED_ALIASES = ("CacheValue", "KeyframeMode", "LUTExportType", "TimelineExportType", "TimelineExportSubtype")
"""Arguments that take a constant of the `resolve` object and nothing else: an own type each."""
CONSTANT_KEYED = ("AudioSyncSettings", "AutoCaptionSettings", "CloudProjectsSettings")
"""Dicts keyed by such constants; a string as key is refused silently."""
PARTIAL = (
    "RenderSettings",
    "TimelineImportOptions",
    "QuickExportRenderSettings",
    "NewTrackOptions",
    "TimelineClipInfo",
    "DeblurOption",
    "SpeechGenerationSettings",
)
"""Dicts of which any subset of keys is legal."""
OPTIONAL = {"subframe_precision", "importOptions", "exportSubtype", "analysisType"}
"""Arguments the README brackets and the stubs require."""

ALIASES = {
    "GalleryStillExportFormat": "Literal['dpx', 'cin', 'tif', 'jpg', 'png', 'ppm', 'bmp', 'xpm', 'drx']",
    "PageName": "Literal['media', 'cut', 'edit', 'fusion', 'color', 'fairlight', 'deliver', 'photo']",
    "SubTrackType": "str",
}
CLASSES = {
    "CDLMap": "NodeIndex: str\nSlope: str\nOffset: str\nPower: str\nSaturation: str",
    "NewTrackOptions": "audioType: str\nindex: int",
    "MediaPoolClipInfo": (
        "mediaPoolItem: MediaPoolItem\nstartFrame: NotRequired[int]\nendFrame: NotRequired[int]\n"
        "mediaType: NotRequired[MediaType]\ntrackIndex: NotRequired[int]\nrecordFrame: NotRequired[int]"
    ),
    "VersionInfo": "versionName: str\nversionType: VersionType",
    "Fusion": "UIManager: Any\ndef GetResolve(self) -> Resolve | None: ...",
    "FusionComp": "def __getattr__(self, name: str) -> Any: ...",
}
"""Bodies that replace the stubs' own."""
NEW_CLASSES = {"VersionInfo": "TypedDict"}
EXTRA_KEYS = {"RenderSettings": "UseFullExtents: bool\nAddFrameHandles: int\nDataBurnIn: str"}
"""21.0.4."""
ADDED = {
    "Resolve": (
        "def GetLayoutPresetList(self) -> List[str] | None: ...\n"
        "def GetBurnInPresetList(self) -> List[str] | None: ...\n"
        "def DeleteBurnInPreset(self, presetName: str) -> bool: ...\n"
        "def GetUserPreferencesPresetList(self) -> List[str] | None: ...\n"
        "def LoadUserPreferencesPreset(self, presetName: str) -> bool: ...\n"
        "def SaveUserPreferencesPreset(self, presetName: str) -> bool: ...\n"
        "def DeleteUserPreferencesPreset(self, presetName: str) -> bool: ...\n"
        "def ImportUserPreferencesPreset(self, filePath: str, presetName: str = ...) -> bool: ...\n"
        "def ExportUserPreferencesPreset(self, presetName: str, exportPath: str) -> bool: ...\n"
        "EXPORT_ALE: TimelineExportType\nEXPORT_ALE_CDL: TimelineExportType"
    ),
    "ProjectManager": "def GetProjectAttributesInCurrentFolder(self) -> dict[str, dict[str, Any]] | None: ...",
    "MediaPoolItem": "def GetTimeline(self) -> Timeline | None: ...",
    "Timeline": "def GetSelectedClips(self) -> List[TimelineItem] | None: ...",
}
"""In Resolve's README of 24 July 2026 (21.0.3 and 21.0.4), not in the stubs (EXPORT_ALE is used but undeclared)."""

_FRAMES = "def {0}(self) -> int: ...\n@overload\ndef {0}(self, subframe_precision: bool) -> int | float: ..."
_METADATA = "def {0}(self) -> dict[str, str] | None: ...\n@overload\ndef {0}(self, {1}: str) -> str | None: ..."
_PROPERTY = "def {0}(self) -> dict[str, Any] | None: ...\n@overload\ndef {0}(self, {1}: str) -> {2}: ..."
_SETTING = _PROPERTY.format("GetSetting", "settingName", "str | int | float | None")
REWRITTEN = {
    **{("TimelineItem", name): _FRAMES.format(name) for name in ("GetStart", "GetEnd", "GetDuration")},
    **{("TimelineItem", name): _FRAMES.format(name) for name in ("GetLeftOffset", "GetRightOffset")},
    ("MediaPoolItem", "GetMetadata"): _METADATA.format("GetMetadata", "metadataType"),
    ("MediaPoolItem", "GetThirdPartyMetadata"): _METADATA.format("GetThirdPartyMetadata", "metadataType"),
    ("MediaPoolItem", "GetClipProperty"): _PROPERTY.format("GetClipProperty", "propertyName", "str | None"),
    ("TimelineItem", "GetProperty"): _PROPERTY.format("GetProperty", "propertyKey", "Any"),
    ("Project", "GetSetting"): _SETTING,
    ("Timeline", "GetSetting"): _SETTING,
    ("Timeline", "AddTrack"): (
        "def AddTrack(self, trackType: TrackType, subTrackType: SubTrackType = ...) -> bool: ...\n"
        "@overload\ndef AddTrack(self, trackType: TrackType, newTrackOptions: NewTrackOptions) -> bool: ..."
    ),
    ("Timeline", "DeleteClips"): (
        "def DeleteClips(self, timelineItems: List[TimelineItem], ripple: bool = ...) -> bool: ..."
    ),
    ("Timeline", "GetMarkInOut"): "def GetMarkInOut(self) -> MarkInOutSet | None: ...",
    ("MediaPool", "ExportMetadata"): (
        "def ExportMetadata(self, fileName: str, clips: List[MediaPoolItem] = ...) -> bool: ..."
    ),
    ("TimelineItem", "GetCurrentVersion"): "def GetCurrentVersion(self) -> VersionInfo | None: ...",
    ("Project", "GetRenderJobStatus"): "def GetRenderJobStatus(self, jobId: str) -> dict[str, Any] | str | None: ...",
    ("Project", "GetRenderJobList"): "def GetRenderJobList(self) -> List[dict[str, Any]] | None: ...",
    ("Project", "GenerateSpeech"): (
        "def GenerateSpeech(self, speechGenerationSettings: SpeechGenerationSettings, timecode: str)"
        " -> MediaPoolItem | str | None: ..."
    ),
    ("Resolve", "GetVersion"): "def GetVersion(self) -> List[int | str] | None: ...",
    ("TimelineItem", "ClearFlags"): "def ClearFlags(self, color: FlagColor | Literal['All']) -> bool: ...",
}
"""Methods whose stub is wrong or coarser than what is known."""
MAY_BE_NONE = {("Resolve", "GetCurrentPage"), ("Graph", "GetLUT"), ("TimelineItem", "GetLUT")}
"""Text getters whose None means something: a dialog is open; the call failed."""


def installed_stub() -> Path:
    """Where the pinned fusionscript-stubs are. SystemExit when they are missing or of another version."""
    try:
        found = metadata.distribution("fusionscript-stubs")
    except metadata.PackageNotFoundError:
        raise SystemExit("fusionscript-stubs is not installed here: run `make setup`.") from None
    if found.version != PINNED:
        raise SystemExit(f"fusionscript-stubs {found.version} is installed; these corrections are for {PINNED}.")
    return Path(str(found.locate_file("fusionscript-stubs/fusionscript.pyi")))


def overlay(stub: str) -> str:
    """The corrected stub as text."""
    tree = ast.parse(stub)
    aliases = _constants_by_alias(tree)
    body: list[ast.stmt] = []
    for node in tree.body:
        body += _top_level(node, aliases)
    for name, base in NEW_CLASSES.items():
        body += ast.parse(f"class {name}({base}):\n  ...").body
        _replace_body(body[-1])
    body += ast.parse("def scriptapp(name: str, host: str = ..., timeout: float = ...) -> Resolve | None: ...").body
    header = (
        "# Made by tools/resolve_stubs.py from fusionscript-stubs; not to be edited.\n"
        "from typing import Any, List, Literal, NewType, NotRequired, Optional, Tuple, TypedDict, overload\n"
        "from typing_extensions import deprecated as _deprecated\n\n"
    )
    types = "".join(f'{name} = NewType("{name}", int)\n' for name in TYPED_ALIASES)
    return header + types + ast.unparse(ast.fix_missing_locations(ast.Module(body, []))) + "\n"


def _constants_by_alias(tree: ast.Module) -> dict[str, str]:
    """Constant of `Resolve` → the alias it belongs to."""
    found: dict[str, str] = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.Assign) and isinstance(target, ast.Name) and target.id in TYPED_ALIASES:
            parts = [part for part in ast.walk(node.value) if isinstance(part, ast.Attribute)]
            found |= {part.attr: target.id for part in parts}
    return found


def _top_level(node: ast.stmt, aliases: dict[str, str]) -> list[ast.stmt]:
    if isinstance(node, (ast.Import, ast.ImportFrom)) or _is_text(node):
        return []
    if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name):
        if target.id in TYPED_ALIASES:
            return []
        if target.id in CONSTANT_KEYED:
            return ast.parse(f"{target.id} = dict[int, Any]").body
        if target.id in ALIASES:
            return ast.parse(f"{target.id} = {ALIASES[target.id]}").body
        return [node]
    if isinstance(node, ast.AnnAssign):
        return ast.parse(f"{ast.unparse(node.target)}: int").body
    if isinstance(node, ast.ClassDef) and node.name != "ValueRange":
        return [_class(node, aliases)]
    return []


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _class(node: ast.ClassDef, aliases: dict[str, str]) -> ast.ClassDef:
    if _replace_body(node):
        return node
    if node.name in PARTIAL:
        node.keywords.append(ast.keyword("total", ast.Constant(False)))
    members = [member for member in node.body if not _is_text(member)]
    methods = [member for member in members if isinstance(member, ast.FunctionDef)]
    counts = Counter(each.name for each in methods if not _deprecated(each) or (node.name, each.name) in REWRITTEN)
    body: list[ast.stmt] = []
    for member in members:
        if isinstance(member, ast.FunctionDef):
            body += _method(node.name, member, counts)
        elif node.name == "Resolve":
            body.append(_constant(member, aliases))
        else:
            body.append(member)
    for extra in (EXTRA_KEYS, ADDED):
        body += ast.parse(extra.get(node.name, "")).body
    node.body = _overloaded(body) or [ast.Pass()]
    return node


def _replace_body(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef) and node.name in CLASSES:
        node.body = ast.parse(CLASSES[node.name]).body
        return True
    return False


def _constant(member: ast.stmt, aliases: dict[str, str]) -> ast.stmt:
    target = member.target if isinstance(member, ast.AnnAssign) else None
    if isinstance(member, ast.Assign):
        target = member.targets[0]
    assert isinstance(target, ast.Name), ast.unparse(member)
    return ast.parse(f"{target.id}: {aliases.get(target.id, 'int')}").body[0]


def _deprecated(node: ast.FunctionDef) -> bool:
    return any("deprecated" in ast.unparse(mark) for mark in node.decorator_list)


def _method(owner: str, node: ast.FunctionDef, counts: Counter[str]) -> list[ast.stmt]:
    """The corrected method; nothing for a form that Resolve no longer supports or that was rewritten already."""
    written = REWRITTEN.get((owner, node.name))
    if written is not None:
        counts[node.name] -= 1
        return ast.parse(written).body if not counts[node.name] else []
    deprecated = _deprecated(node)
    if deprecated and counts[node.name]:
        return []
    node.decorator_list = []
    if deprecated:
        node.decorator_list = [ast.parse("_deprecated('deprecated in Resolve')", mode="eval").body]
    node.body = [ast.Expr(ast.Constant(...))]
    _mark_optional(node)
    node.returns = _expression(_returns(owner, node))
    return [node]


def _mark_optional(node: ast.FunctionDef) -> None:
    """Give every argument that may be left out a default, and drop the defaults' values."""
    arguments = node.args
    required = len(arguments.args) - len(arguments.defaults)
    optional: list[bool] = []
    for index, argument in enumerate(arguments.args):
        declared = ast.unparse(argument.annotation) if argument.annotation else ""
        optional.append(index >= required or declared.startswith("Optional") or argument.arg in OPTIONAL)
        if index and not declared:
            argument.annotation = _expression("Any")
        if index >= required and "None" in ast.unparse(arguments.defaults[index - required]) and declared:
            argument.annotation = _expression(f"Optional[{declared}]")
    trailing = 0
    while trailing < len(optional) and optional[len(optional) - 1 - trailing]:
        trailing += 1
    arguments.defaults = [ast.Constant(...)] * trailing


def _returns(owner: str, node: ast.FunctionDef) -> str:
    """The return type with the None that Resolve answers instead of raising."""
    declared = ast.unparse(node.returns) if node.returns else "Any"
    if node.name == "AppendToTimeline":
        return "List[TimelineItem | None] | None"
    if declared in ("bool", "int", "float", "None", "Any") or declared.endswith("| None"):
        return declared
    if declared.startswith("str") or declared.split(" ")[0] in ("CacheValue", "KeyframeMode", "RenderMode"):
        return f"{declared} | None" if (owner, node.name) in MAY_BE_NONE else declared
    if declared in ("SubTrackType", "ClipColor", "PageName"):
        return f"{declared} | None" if (owner, node.name) in MAY_BE_NONE else "str"
    return f"{declared} | None"


def _overloaded(body: list[ast.stmt]) -> list[ast.stmt]:
    """Every method that is defined more than once marked as an overload, the others not."""
    counts = Counter(member.name for member in body if isinstance(member, ast.FunctionDef))
    for member in body:
        if isinstance(member, ast.FunctionDef):
            kept = [mark for mark in member.decorator_list if "overload" not in ast.unparse(mark)]
            member.decorator_list = kept + ([_expression("overload")] if counts[member.name] > 1 else [])
    return body


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def write(out: Path = OUT) -> Path:
    """Write the overlay when it is missing or differs; returns where."""
    text = overlay(installed_stub().read_text("utf-8"))
    if not out.is_file() or out.read_text("utf-8") != text:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = out.with_name(out.name + ".part")
        draft.write_text(text, "utf-8")
        draft.replace(out)
    return out


def main(arguments: list[str] | None = None) -> int:
    """`python tools/resolve_stubs.py [--out FILE]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    print(write(parser.parse_args(arguments).out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
