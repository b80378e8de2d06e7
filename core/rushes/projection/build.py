"""Throws takes onto objects, and takes them away again. All that is known of it stands in the .blend itself."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from rushes.contracts import ProjectorData, decode
from rushes.errors import InputError, ProductionError, ProtocolError
from rushes.projection import materials, targets
from rushes.projection.composite import composite_of, rebuild, take_groups
from rushes.projection.names import FOLDER, LIT, OVER, PLAIN, PROJECTED, SHOT, SLOTS, TAKE
from rushes.projection.projector import make_projector, remove_projector
from rushes.projection.take_group import Options, build_group, projector_of, remove_group

__all__ = [
    "MOST",
    "Projected",
    "Report",
    "move",
    "objects_of",
    "project",
    "project_steps",
    "projected",
    "read_projector",
    "remove",
    "set_lit",
    "set_over",
    "set_strength",
]

_PLAIN_OPTIONS = Options()
MOST = 8
"""Takes in a scene: EEVEE reads no more object properties in a material."""
_SLICE = 40
"""Materials between two steps."""


@dataclass(frozen=True)
class Report:
    """What became of it."""

    take: str
    objects: int
    """Objects that it falls on."""
    materials: int
    """Materials that show it."""
    left_out: tuple[str, ...] = ()
    """What could not be reached, as sentences."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Projected:
    """A take that is thrown in a scene."""

    take: str
    shot: str
    folder: str
    strength: float
    lit: bool
    over: bool
    has_albedo: bool
    group: Any
    """Its node group."""
    projector: Any | None
    """Its camera object; None when it was deleted by hand."""


def read_projector(folder: Path | str) -> ProjectorData:
    """projector.json of a projector's folder. ProductionError `projection.files` when it is missing or damaged."""
    path = Path(folder, "projector.json")
    try:
        return decode(ProjectorData, json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, ProtocolError) as exc:
        raise ProductionError(
            f"There is no whole projector in {path.parent}.",
            code="projection.files",
            hint="Project the take again; its projector is made anew.",
        ) from exc


def projected(scene: Any) -> tuple[Projected, ...]:
    """The takes of a scene, the top one first."""
    return tuple(_described(tree) for tree in take_groups(scene))


def _described(tree: Any) -> Projected:
    return Projected(
        take=str(tree[TAKE]),
        shot=str(tree.get(SHOT, "")),
        folder=str(tree.get(FOLDER, "")),
        strength=float(tree.nodes["Strength"].inputs[0].default_value),
        lit=bool(tree.get(LIT)),
        over=bool(tree.get(OVER)),
        has_albedo="Albedo" in tree.nodes,
        group=tree,
        projector=projector_of(tree),
    )


def objects_of(scene: Any, take: str) -> tuple[Any, ...]:
    """Objects that a take falls on."""
    return tuple(targets.chosen(scene, take))


def project(
    scene: Any, folder: Path | str, objects: Iterable[Any] | None = None, options: Options = _PLAIN_OPTIONS
) -> Report:
    """Throw the take of a projector's folder onto objects (None: all of the scene that render), above takes there are.

    A take that is there already is exchanged and keeps its place. InputError `projection.many`, `projection.objects`,
    ProductionError `projection.files`; nothing has changed then.
    """
    work = project_steps(scene, folder, objects, options)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def project_steps(
    scene: Any, folder: Path | str, objects: Iterable[Any] | None = None, options: Options = _PLAIN_OPTIONS
) -> Generator[float, None, Report]:
    """`project` in slices of a few milliseconds; gives 0 to 1, returns the Report. To give up: `remove`."""
    data = read_projector(folder)
    wanted = targets.all_that_render(scene) if objects is None else [o for o in objects if targets.choosable(o)]
    if not wanted:
        raise InputError(
            "There is nothing that the take could fall on.",
            code="projection.objects",
            hint="Select meshes, curves, texts or instances of collections.",
        )
    groups = take_groups(scene)
    former = next((t for t in groups if t[TAKE] == data.take), None)
    if former is None and len(groups) >= MOST:
        raise InputError(
            f"{MOST} takes are projected in this scene already.",
            code="projection.many",
            hint="Remove one, or bake them.",
        )
    projector = make_projector(scene, data)
    try:
        tree = build_group(data, Path(folder), projector, options)
    except (ProductionError, RuntimeError):
        remove_projector(projector)
        raise
    rebuild(scene, [tree if t == former else t for t in groups] if former is not None else [tree, *groups])
    if former is not None:
        targets.unchoose(scene, data.take)
        _drop(former)
        tree.name = tree.name.removesuffix(".001")
    yield 0.2
    done, foreign = targets.choose(wanted, data.take)
    reached, closed = yield from _reach(scene)
    return Report(data.take, len(done), reached, _left_out(foreign, closed), ())


def _left_out(foreign: Sequence[Any], closed: Sequence[str]) -> tuple[str, ...]:
    said: list[str] = []
    if foreign:
        said.append(f"{_listed([o.name for o in foreign])}: linked from another file, cannot be changed here.")
    if closed:
        said.append(f"{_listed(closed)}: linked or without an output node; the take does not show on it.")
    return tuple(said)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more


def _reach(scene: Any) -> Generator[float, None, tuple[int, list[str]]]:
    """Bring slots and materials in line with the objects that are chosen now: (materials that show takes, left out)."""
    composite = composite_of(scene)
    takes = [str(t[TAKE]) for t in take_groups(scene)]
    chosen = {o for take in takes for o in targets.chosen(scene, take)}
    shown = targets.shown_objects(chosen)
    plains = materials.plain_twins()
    closed: list[str] = []
    wanted: dict[Any, None] = {}
    for obj in shown:
        if not materials.plain_slots(obj, plains):
            closed.append(obj.name)
        wanted.update({s.material: None for s in obj.material_slots if s.material is not None})
    wanted.update(dict.fromkeys(targets.extra_materials(scene, shown)))
    yield 0.3
    count = 0
    for number, material in enumerate(wanted):
        if not _show(material, composite):
            closed.append(material.name)
        else:
            count += 1
        if number % _SLICE == _SLICE - 1:
            yield 0.3 + 0.7 * number / len(wanted)
    _tidy(composite, wanted, set(shown))
    return count, closed


def _show(material: Any, composite: Any) -> bool:
    if material.library is not None or material.override_library is not None or not materials.has_nodes(material):
        return False
    return materials.installed(material, composite) or materials.install(material, composite)


def _tidy(composite: Any | None, wanted: Iterable[Any], shown: set[Any]) -> None:
    """Out of materials and slots that no take needs any more."""
    keep = set(wanted)
    if composite is not None:
        for material in bpy.data.materials:
            if material in keep or material.node_tree is None or material.library is not None:
                continue
            if materials.installed(material, composite):
                materials.uninstall(material, composite)
    materials.restore_slots([o for o in bpy.data.objects if SLOTS in o and o not in shown and o.library is None])
    for material in [m for m in bpy.data.materials if m.get(TAKE) == PLAIN and not m.users]:
        bpy.data.materials.remove(material)


def remove(scene: Any, take: str | None = None) -> tuple[str, ...]:
    """Take a take (None: all) away; materials, slots and objects are as before. The takes that were removed."""
    groups = take_groups(scene)
    gone = [t for t in groups if take is None or t[TAKE] == take]
    if not gone:
        return ()
    names = tuple(str(t[TAKE]) for t in gone)
    for name in names:
        targets.unchoose(scene, name)
    stay = [t for t in groups if t not in gone]
    if stay:
        rebuild(scene, stay)
        for _ in _reach(scene):
            pass
    else:
        composite = composite_of(scene)
        _tidy(composite, (), set())
        del scene[PROJECTED]
        if composite is not None:
            bpy.data.node_groups.remove(composite)
    for tree in gone:
        _drop(tree)
    return names


def _drop(tree: Any) -> None:
    projector = projector_of(tree)
    remove_group(tree)
    if projector is not None and TAKE in projector:
        remove_projector(projector)


def _tree(scene: Any, take: str) -> Any:
    found = next((t for t in take_groups(scene) if t[TAKE] == take), None)
    if found is None:
        raise InputError(
            f"The take {take} is not projected in this scene.", code="projection.take", hint="Project it first."
        )
    return found


def set_strength(scene: Any, take: str, strength: float) -> None:
    """0 to 1: how much of the own material the take covers. InputError `projection.take`."""
    _tree(scene, take).nodes["Strength"].inputs[0].default_value = min(1.0, max(0.0, strength))


def set_lit(scene: Any, take: str, lit: bool) -> None:
    """Lit by the scene's lamps, or shown as generated. InputError `projection.take`."""
    _tree(scene, take)[LIT] = int(lit)
    rebuild(scene, take_groups(scene))


def set_over(scene: Any, take: str, over: bool) -> None:
    """Cover takes below, or blend with them. InputError `projection.take`."""
    _tree(scene, take)[OVER] = int(over)
    rebuild(scene, take_groups(scene))


def move(scene: Any, take: str, steps: int) -> None:
    """Up (negative) or down in the order. InputError `projection.take`."""
    tree = _tree(scene, take)
    groups = take_groups(scene)
    place = groups.index(tree)
    groups.insert(min(len(groups) - 1, max(0, place + steps)), groups.pop(place))
    rebuild(scene, groups)
