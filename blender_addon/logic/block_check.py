"""Check My Blocks: what in a scene would make takes worse, each with what to do about it. Pure, on plain facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["Block", "Eye", "Finding", "Scene", "check"]

Vector = tuple[float, float, float]

_MOST_OBJECTS = 4000
_LONG_LIST = 3
_DEFAULT_NAME = re.compile(
    r"(Cube|Sphere|Icosphere|Cylinder|Cone|Plane|Torus|Grid|Circle|Suzanne|Mesh|BezierCurve|Text|Empty)(\.\d+)?$"
)


@dataclass(frozen=True)
class Block:
    """What is known of one object."""

    name: str
    cls: str
    """Its class, as it counts."""
    source: str = "name"
    """own, data, collection, name or shape."""
    size: Vector = (1.0, 1.0, 1.0)
    """Metres, in world space."""
    middle: Vector = (0.0, 0.0, 0.0)
    renders: bool = True
    shows: bool = True
    """In the 3D View."""
    negative: bool = False
    """Its scale mirrors it."""
    empty: bool = False
    """It has no geometry."""
    particles: bool = False
    volume: bool = False
    cards: bool = False
    """Its material cuts it out by transparency."""
    wrong: str = ""
    """A class that is none."""


@dataclass(frozen=True)
class Eye:
    """A camera of a shot."""

    shot: str
    camera: str
    place: Vector
    clip: tuple[float, float]
    seen: int = -1
    """Objects in view; -1: not known yet."""


@dataclass(frozen=True)
class Scene:
    """What the check looks at."""

    blocks: tuple[Block, ...] = ()
    eyes: tuple[Eye, ...] = ()
    suns: int = 0
    use_sun: bool = True
    missing_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    severity: str
    """error: the take will be wrong; warning: it may be; note: good to know."""
    text: str
    hint: str
    names: tuple[str, ...] = field(default=())
    """Objects it is about."""


def check(scene: Scene) -> tuple[Finding, ...]:
    """All findings, the worst first. None: the blocks are fine."""
    found = [finding for rule in _RULES for finding in rule(scene)]
    order = ("error", "warning", "note")
    return tuple(sorted(found, key=lambda f: order.index(f.severity)))


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LONG_LIST} more" if len(names) > _LONG_LIST else ""
    return ", ".join(names[:_LONG_LIST]) + more


def _about(scene: Scene, chosen: Callable[[Block], bool], severity: str, text: str, hint: str) -> Iterator[Finding]:
    """One finding about all the rendered blocks for which `chosen` says yes; `text` takes their names."""
    names = tuple(b.name for b in scene.blocks if b.renders and chosen(b))
    if names:
        yield Finding(severity, text.format(_list(names)), hint, names)


def _cameras(scene: Scene) -> Iterator[Finding]:
    if not scene.eyes:
        yield Finding("error", "The scene has no camera.", "Add one (Shift A, Camera) and bind it to a marker.")
    solid = [b for b in scene.blocks if b.renders and b.cls not in {"sky", "ground", "water"} and min(b.size) > 0.0]
    for eye in scene.eyes:
        inside = [b.name for b in solid if _holds(b, eye.place)]
        if inside:
            text = f"The camera of {eye.shot} stands inside {_list(inside)}."
            yield Finding("warning", text, "Move the camera out, or hide the block in renders.", (eye.camera, *inside))
        if eye.seen == 0:
            yield Finding("error", f"Nothing is in view in {eye.shot}.", "Point its camera at blocks.", (eye.camera,))
        yield from _clipped(scene, eye)


def _holds(block: Block, place: Vector) -> bool:
    return all(abs(p - m) < s / 2 for p, m, s in zip(place, block.middle, block.size))


def _clipped(scene: Scene, eye: Eye) -> Iterator[Finding]:
    away = [sum((m - p) ** 2 for m, p in zip(b.middle, eye.place)) ** 0.5 for b in scene.blocks if b.renders]
    if away and min(away) > eye.clip[1]:
        text = f"The camera of {eye.shot} sees {eye.clip[1]:g} m far; all blocks are farther."
        yield Finding("error", text, "Raise its Clip End (camera data, Lens).", (eye.camera,))
    elif eye.clip[0] > 2.0:
        text = f"The camera of {eye.shot} sees nothing nearer than {eye.clip[0]:g} m."
        yield Finding("warning", text, "Lower its Clip Start (camera data, Lens).", (eye.camera,))


def _ground(scene: Scene) -> Iterator[Finding]:
    if scene.blocks and not any(b.renders and b.cls in {"ground", "water"} for b in scene.blocks):
        hint = "Add a plane under the scene, or give what stands for it the class Ground."
        yield Finding("warning", "Nothing is ground: the model sees blocks float.", hint)


def _classes(scene: Scene) -> Iterator[Finding]:
    text = "{} has a class that Rushes does not know; it is guessed instead."
    yield from _about(scene, lambda b: bool(b.wrong), "warning", text, "Choose one of the classes above.")
    hint = "Give them a class, or a telling name."
    yield from _about(scene, lambda b: b.source == "shape", "warning", "No name tells what {} is; shape decides.", hint)
    text = "{} still has Blender's name."
    hint = "A name such as House or Crate tells the model what it is."
    yield from _about(
        scene, lambda b: b.source in {"own", "collection"} and bool(_DEFAULT_NAME.match(b.name)), "note", text, hint
    )


def _sizes(scene: Scene) -> Iterator[Finding]:
    sized = [b for b in scene.blocks if b.renders and b.cls != "sky" and max(b.size) > 0.0]
    if not sized:
        return
    largest = max(max(b.size) for b in sized)
    if largest < 0.5:
        text = f"The whole scene is small: its largest block is {largest:.2g} m."
        yield Finding("warning", text, "Scale it up: Rushes reads units as metres.")
    elif largest > 20_000.0:
        text = f"The scene is huge: its largest block is {largest / 1000:.3g} km."
        yield Finding("warning", text, "Scale it down, or make the block smaller: depth loses detail.")
    people = tuple(b.name for b in sized if b.cls == "character" and not 0.2 <= b.size[2] <= 6.0)
    if people:
        text = f"{_list(people)} is a character, but not as tall as one."
        yield Finding("warning", text, "A person is about 1.8 m tall: check the scale.", people)
    hint = "Apply the scale (Ctrl A, Scale) and recalculate normals."
    yield from _about(scene, lambda b: b.negative, "note", "{} is mirrored by a negative scale.", hint)


def _hidden(scene: Scene) -> Iterator[Finding]:
    unseen = tuple(b.name for b in scene.blocks if b.shows and not b.renders)
    if unseen:
        text = f"{_list(unseen)} shows in the 3D View, but not in renders: takes will not have it."
        yield Finding("note", text, "Switch on its camera icon in the Outliner if it is to be seen.", unseen)
    text = "{} is hidden in the 3D View, but renders: takes will have it."
    hint = "Switch off its camera icon in the Outliner if it is not to be seen."
    yield from _about(scene, lambda b: not b.shows, "note", text, hint)


def _left_out(scene: Scene) -> Iterator[Finding]:
    count = sum(1 for b in scene.blocks if b.renders)
    if count > _MOST_OBJECTS:
        text = f"{count} objects render; beyond {_MOST_OBJECTS} they are not told apart."
        yield Finding("warning", text, "Join what belongs together (Ctrl J).")
    hint = "Join or realise them where they matter."
    yield from _about(scene, lambda b: b.particles, "note", "Particles of {} are not told apart.", hint)
    text = "{} is only a volume: takes leave it out."
    yield from _about(scene, lambda b: b.volume, "note", text, "Write fog or smoke into the brief instead.")
    text = "{} is cut out by transparency; passes show the whole card."
    yield from _about(scene, lambda b: b.cards, "warning", text, "Model the outline roughly, or hide it in renders.")
    hint = "Delete it, or give it some geometry."
    yield from _about(scene, lambda b: b.empty, "note", "{} has no geometry.", hint)
    if scene.missing_files:
        text = f"Linked files are missing: {_list(scene.missing_files)}."
        yield Finding("error", text, "Find them again (File, External Data, Find Missing Files).")


def _light(scene: Scene) -> Iterator[Finding]:
    if scene.suns == 0 and scene.blocks:
        text = "There is no sun: light comes from behind the camera's right, 45 degrees high."
        yield Finding("note", text, "Add a sun lamp (Shift A, Light, Sun) to say where it comes from.")
    elif scene.suns > 1 and scene.use_sun:
        yield Finding("note", f"There are {scene.suns} suns; the strongest counts.", "Hide the others in renders.")


_RULES: tuple[Callable[[Scene], Iterator[Finding]], ...] = (
    *(_cameras, _ground, _classes, _sizes),
    *(_hidden, _left_out, _light),
)
