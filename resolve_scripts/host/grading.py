"""Sets grades on clips, in versions of our own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.host.session import Session
from resolve_scripts.logic.grade import (
    GradeNote,
    Wanted,
    cdl_texts,
    former_version,
    is_ours,
    numbered,
    unnumbered,
    version_before,
)
from resolve_scripts.logic.luts import FOLDER, same_lut
from rushes.errors import ResolveError

if TYPE_CHECKING:
    from fusionscript import Graph, TimelineItem

__all__ = [
    "Applied",
    "Version",
    "apply_grade",
    "clear_group_lut",
    "fresh_version",
    "grade_mark",
    "go_back",
    "leave_version",
    "set_group_lut",
    "version_of",
]

Version = tuple[str, int]
"""(name, 0 local or 1 remote)."""
Applied = tuple[GradeNote, bool, tuple[str, ...]]
"""(note to keep, whether anything was changed, what the editor should know)."""


def version_of(item: TimelineItem) -> Version:
    """The active version."""
    told = cast("dict[str, Any]", item.GetCurrentVersion() or {})
    return str(told.get("versionName", "")), int(told.get("versionType", 0) or 0)


def grade_mark(item: TimelineItem) -> tuple[Any, ...]:
    """What can be told of a clip's grade: another one after a change means that the change took it along."""
    graph = item.GetNodeGraph()
    count = (graph.GetNumNodes() or 0) if graph is not None else 0
    nodes = [(graph.GetLUT(n), tuple(graph.GetToolsInNode(n) or ())) for n in range(1, count + 1)] if graph else []
    return (version_of(item), *nodes)


def fresh_version(item: TimelineItem, base: str) -> tuple[str, Version]:
    """Make a new version without any grade and show it: (its name, the version that was active before).

    ResolveError `resolve.grade`; the clip is as it was then.
    """
    names = item.GetVersionNameList(0) or []
    name = next(one for one in (base, *(f"{base} {n}" for n in range(2, len(names) + 3))) if one not in names)
    before, _ = own_version(item, name)
    graph = _graph(item)
    if not _clean(graph) and not graph.ResetAllGrades():
        _back(item, before, name)
        raise _refused(item, "Resolve did not clear our copy of its nodes", "Run it again from the Color page.")
    return name, before


def leave_version(item: TimelineItem, before: Version, made: str) -> None:
    """Show the former version again and take away the one that was made."""
    _back(item, before, made)


def own_version(item: TimelineItem, name: str) -> tuple[Version, bool]:
    """Make our version of a clip the active one: (the version that was active before, whether ours was made now).

    ResolveError `resolve.grade`; the clip is as it was then.
    """
    before = version_of(item)
    if not item.GetNodeGraph() or not (_graph(item).GetNumNodes() or 0):
        raise _refused(item, "it has no node", "Add a corrector node on the Color page, or grade another clip.")
    if before == (name, 0):
        return before, False
    known = name in (item.GetVersionNameList(0) or [])
    done = item.LoadVersionByName(name, 0) if known else item.AddVersion(name, 0)
    if not done or version_of(item) != (name, 0):
        _back(item, before, None if known else name)
        raise _refused(item, "Resolve made no grade version", "Open the Color page and run it again.")
    return before, not known


def apply_grade(session: Session, item: TimelineItem, wanted: Wanted, note: GradeNote | None) -> Applied:
    """Set a grade on a clip in our version of it. What is set already is left.

    ResolveError `resolve.grade`; the clip shows its former version then, and a version we made is gone.
    """
    if note is not None and numbered(note.version, wanted.version):
        wanted = replace(wanted, version=note.version)
    before, made = own_version(item, wanted.version)
    same = note is not None and note.version == wanted.version and note.digest == wanted.digest
    if same and not made and same_lut_set(_graph(item), wanted):
        assert note is not None
        return note, before != (wanted.version, 0), ()
    fresh = wanted.version if made else None
    kept: tuple[str, ...] = ()
    try:
        if not made and not wanted.node and (_graph(item).GetNumNodes() or 0) > 1:
            # Setting ours anew would clear what the colourist built on it.
            fresh, _ = fresh_version(item, unnumbered(wanted.version))
            kept = (f"{item.GetName()}: what you added in {wanted.version} stays there; the new grade is in {fresh}.",)
            wanted = replace(wanted, version=fresh)
        notes = _set(session, item, wanted, None if is_ours(before[0]) else before[0])
    except BaseException:
        _back(item, before, fresh)
        raise
    return GradeNote(*former_version(before, note), wanted.version, wanted.digest), True, (*kept, *notes)


def same_lut_set(graph: Graph, wanted: Wanted) -> bool:
    """Whether the LUT of our node is still the one we set; a .drx brings its own."""
    return bool(wanted.drx) or same_lut(graph.GetLUT(wanted.node or 1), wanted.lut)


def go_back(item: TimelineItem, note: GradeNote | None) -> str | None:
    """Show the version that was active before ours; its name, or None when no version of ours is active.

    ResolveError `resolve.grade`.
    """
    if not is_ours(version_of(item)[0]):
        return None
    names = {kind: item.GetVersionNameList(cast("Any", kind)) or [] for kind in (0, 1)}
    found = version_before(note, names)
    if found is None or not item.LoadVersionByName(found[0], cast("Any", found[1])) or version_of(item) != found:
        raise _refused(item, "its former grade version is not there", "Choose a version on the Color page.")
    return found[0]


def _set(session: Session, item: TimelineItem, wanted: Wanted, before: str | None) -> tuple[str, ...]:
    graph = _graph(item)
    notes: list[str] = []
    if wanted.drx:
        if item.GetColorGroup() is None and graph.ApplyGradeFromDRX(wanted.drx, 0):
            return ()
        why = "a clip in a colour group takes none" if item.GetColorGroup() is not None else "Resolve refused it"
        notes.append(f"{item.GetName()}: the .drx was not applied ({why}); its CDL and LUT were set.")
    if not wanted.node and not _clean(graph):
        if not graph.ResetAllGrades():
            raise _refused(item, "Resolve did not clear our copy of its nodes", "Run it again from the Color page.")
        if before is not None:
            notes.append(f"{item.GetName()}: the grade it had is in {before}; ours begins on a clean graph.")
    node = wanted.node or 1
    count = graph.GetNumNodes() or 0
    if not 1 <= node <= count:
        raise _refused(item, f"it has {count} nodes, not {node}", "Choose another node, or leave the option out.")
    if not _set_cdl(session, item, node, wanted):
        raise _refused(item, "Resolve took no CDL", "Open the Color page and run it again.")
    if wanted.node:
        notes.append(f"{item.GetName()}: if node {node} has keyframes, only one of them carries the CDL.")
    if not same_lut(graph.GetLUT(node), wanted.lut) and not _lut_set(graph, node, wanted.lut):
        notes.append(
            f"{item.GetName()}: Resolve took the CDL, but not the LUT {wanted.lut}. Choose Update Lists in Project "
            "Settings > Color Management and run it again."
        )
    return tuple(notes)


def _lut_set(graph: Graph, node: int, lut: str) -> bool:
    """Set it and read it back."""
    return bool(graph.SetLUT(node, lut)) and same_lut(graph.GetLUT(node), lut)


def _set_cdl(session: Session, item: TimelineItem, node: int, wanted: Wanted) -> bool:
    """Where the open page refuses it, from the Color page; `kept` puts the page back."""
    texts = cast("Any", cdl_texts(node, wanted.cdl))
    if item.SetCDL(texts):
        return True
    return session.resolve.GetCurrentPage() != "color" and session.resolve.OpenPage("color") and item.SetCDL(texts)


def set_group_lut(item: TimelineItem, lut: str) -> tuple[str, int, bool]:
    """Set a LUT on a free node of the post-clip graph of a clip's colour group: (group, node, whether it was changed).

    ResolveError `resolve.group`.
    """
    group = item.GetColorGroup()
    graph = group.GetPostClipNodeGraph() if group is not None else None
    if group is None or graph is None:
        raise _refused(item, "it is in no colour group", "Leave out level=group, or put it into a group first.")
    count = graph.GetNumNodes() or 0
    for node in range(1, count + 1):
        if same_lut(graph.GetLUT(node), lut):
            return group.GetName(), node, False
    for node in range(count, 0, -1):
        free = not graph.GetToolsInNode(node) and graph.GetLUT(node) == ""
        if (free or _ours(graph, node)) and _lut_set(graph, node, lut):
            return group.GetName(), node, True
    raise _refused(
        item,
        f"no node after the clips of its group {group.GetName()} is free",
        "Add a corrector node to the group's post-clip graph on the Color page, then run it again.",
    )


def clear_group_lut(item: TimelineItem) -> tuple[str, int] | None:
    """Take our LUT off the post-clip graph of a clip's colour group: (group, node); None when it has none of ours.

    ResolveError `resolve.group` when it stays.
    """
    group = item.GetColorGroup()
    graph = group.GetPostClipNodeGraph() if group is not None else None
    if group is None or graph is None:
        return None
    for node in range(1, (graph.GetNumNodes() or 0) + 1):
        if _ours(graph, node):
            if graph.SetLUT(node, "") and not graph.GetLUT(node):
                return group.GetName(), node
            raise ResolveError(
                f"The LUT of the colour group {group.GetName()} was not taken off.",
                code="resolve.group",
                hint=f"Choose No LUT on node {node} of the group's post-clip graph on the Color page.",
            )
    return None


def _ours(graph: Graph, node: int) -> bool:
    """Whether a node's LUT lies in our folder."""
    told = (graph.GetLUT(node) or "").replace("\\", "/")
    return f"/{FOLDER}/".casefold() in f"/{told}".casefold()


def _clean(graph: Graph) -> bool:
    """One node in which nothing is set. Keyframes show as tools too."""
    return (graph.GetNumNodes() or 0) == 1 and not graph.GetToolsInNode(1) and graph.GetLUT(1) == ""


def _graph(item: TimelineItem) -> Graph:
    graph = item.GetNodeGraph()
    if graph is None:
        raise _refused(item, "Resolve does not give its nodes", "Is it a title or a generator? Grade another clip.")
    return graph


def _back(item: TimelineItem, before: Version, made: str | None) -> None:
    if version_of(item) != before and before[0]:
        item.LoadVersionByName(before[0], cast("Any", before[1]))
    if made is not None and version_of(item)[0] != made:
        item.DeleteVersionByName(made, 0)


def _refused(item: TimelineItem, why: str, hint: str) -> ResolveError:
    return ResolveError(f"{item.GetName() or 'The clip'} was not graded: {why}.", code="resolve.grade", hint=hint)
