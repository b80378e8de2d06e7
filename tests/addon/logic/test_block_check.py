"""Check My Blocks finds what makes takes worse, and says nothing of a scene that is fine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from blender_addon.logic.block_check import Block, Eye, Scene, check

GROUND = Block("Street", "ground", size=(40.0, 40.0, 0.0))
HOUSE = Block("House", "building", size=(6.0, 6.0, 9.0), middle=(0.0, 10.0, 4.5))
EYE = Eye("Wide", "Camera", (0.0, -10.0, 1.7), (0.1, 1000.0), 2)
FINE = Scene((GROUND, HOUSE), (EYE,), suns=1)


def texts(scene: Scene) -> str:
    return "\n".join(f"{f.severity}: {f.text} {f.hint}" for f in check(scene))


def with_house(**fields: Any) -> Scene:
    return replace(FINE, blocks=(GROUND, replace(HOUSE, **fields)))


def test_a_fine_scene_has_no_findings() -> None:
    assert check(FINE) == ()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"source": "shape"}, "warning: No name tells what House is"),
        ({"wrong": "spaceport"}, "warning: House has a class that Rushes does not know"),
        ({"source": "own", "name": "Cube.003"}, "note: Cube.003 still has Blender's name"),
        ({"cls": "character"}, "warning: House is a character, but not as tall"),
        ({"negative": True}, "note: House is mirrored"),
        ({"renders": False}, "note: House shows in the 3D View, but not in renders"),
        ({"shows": False}, "note: House is hidden in the 3D View, but renders"),
        ({"particles": True}, "note: Particles of House"),
        ({"volume": True}, "note: House is only a volume"),
        ({"cards": True}, "warning: House is cut out"),
        ({"empty": True}, "note: House has no geometry"),
        ({"middle": (0.0, -10.0, 2.0)}, "warning: The camera of Wide stands inside House"),
        ({"size": (90000.0, 6.0, 9.0)}, "warning: The scene is huge: its largest block is 90 km"),
    ],
)
def test_each_kind_of_trouble_with_a_block(fields: dict[str, Any], words: str) -> None:
    found = check(with_house(**fields))
    assert len(found) == 1, texts(with_house(**fields))
    assert texts(with_house(**fields)).startswith(words)
    assert found[0].hint


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        (replace(FINE, eyes=()), "error: The scene has no camera"),
        (replace(FINE, eyes=(replace(EYE, seen=0),)), "error: Nothing is in view in Wide"),
        (replace(FINE, eyes=(replace(EYE, clip=(0.1, 5.0)),)), "error: The camera of Wide sees 5 m far"),
        (replace(FINE, eyes=(replace(EYE, clip=(3.0, 500.0)),)), "warning: The camera of Wide sees nothing nearer"),
        (replace(FINE, blocks=(HOUSE,)), "warning: Nothing is ground"),
        (replace(FINE, suns=0), "note: There is no sun"),
        (replace(FINE, suns=2), "note: There are 2 suns"),
        (replace(FINE, missing_files=("props.blend",)), "error: Linked files are missing: props.blend"),
        (replace(FINE, blocks=(GROUND, *[HOUSE] * 4001)), "warning: 4002 objects render"),
        (Scene((replace(GROUND, size=(0.1, 0.1, 0.0)),), (EYE,), suns=1), "warning: The whole scene is small"),
    ],
)
def test_each_kind_of_trouble_with_a_scene(scene: Scene, words: str) -> None:
    assert len(check(scene)) == 1, texts(scene)
    assert texts(scene).startswith(words)


def test_the_worst_comes_first_and_long_lists_are_cut() -> None:
    many = tuple(replace(HOUSE, name=f"House {n}", negative=True) for n in range(8))
    found = check(Scene((GROUND, *many), (), suns=1))
    assert [f.severity for f in found] == ["error", "note"]
    assert found[1].text == "House 0, House 1, House 2 and 5 more is mirrored by a negative scale."
    assert len(found[1].names) == 8
