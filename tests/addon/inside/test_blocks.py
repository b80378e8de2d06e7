"""Classes and words of blocks: assigned, shown, selected, coloured, checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
import pytest

Part = Callable[[str], Any]


def block(name: str, at: tuple[float, float, float] = (0, 0, 0), half: float = 1.0) -> Any:
    mesh = bpy.data.meshes.new("m")
    points = [(x * half, y * half, z * half) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    mesh.from_pydata(points, [], [(0, 1, 3, 2), (4, 5, 7, 6)])
    made = bpy.data.objects.new(name, mesh)
    made.location = at
    bpy.context.scene.collection.objects.link(made)
    return made


def select(*objects: Any) -> None:
    bpy.context.view_layer.update()
    for obj in bpy.context.view_layer.objects:
        obj.select_set(obj in objects)
    bpy.context.view_layer.objects.active = objects[0] if objects else None


@pytest.fixture
def known(scene: Any, part: Part) -> Callable[[], dict[str, str]]:
    """`known()` → each block's name and class, worked out at once."""
    assert scene

    def get() -> dict[str, str]:
        bpy.context.view_layer.update()
        classes = part("host.blocks").classes_now(bpy.context.scene).classes
        return {o.name: classes[o.session_uid].value for o in bpy.context.scene.objects if o.session_uid in classes}

    return get


def test_a_class_is_given_and_taken_off_again(known: Callable[[], dict[str, str]]) -> None:
    house, other = block("House"), block("Other house")
    select(house)
    assert bpy.ops.rushes.block_class(cls="water") == {"FINISHED"}
    assert house["rushes_class"] == "water"
    assert known() == {"House": "water", "Other house": "building"}
    bpy.ops.rushes.block_class(cls="NONE")
    assert "rushes_class" not in house
    assert known()["House"] == known()["Other house"] == "building"
    assert "rushes_class" not in other


def test_a_collection_speaks_for_what_is_in_it(known: Callable[[], dict[str, str]], part: Part) -> None:
    kit = bpy.data.collections.new("Kit")
    bpy.context.scene.collection.children.link(kit)
    crate = block("Thing")
    bpy.context.scene.collection.objects.unlink(crate)
    kit.objects.link(crate)
    layer = bpy.context.view_layer
    layer.active_layer_collection = layer.layer_collection
    assert bpy.ops.rushes.block_class(cls="vehicle", target="COLLECTION") == {"CANCELLED"}
    layer.active_layer_collection = layer.layer_collection.children["Kit"]
    assert bpy.ops.rushes.block_class(cls="vehicle", target="COLLECTION") == {"FINISHED"}
    assert bpy.ops.rushes.block_prompt(prompt=" rusty ", target="COLLECTION") == {"FINISHED"}
    assert known() == {"Thing": "vehicle"}
    assert part("host.blocks").answer_of(crate).sentence == "Set on the collection Kit"
    assert part("host.blocks").prompt_for(crate) == "rusty"


def test_select_by_class(known: Callable[[], dict[str, str]]) -> None:
    first, second, third = block("Pine"), block("Oak"), block("House")
    select(third)
    bpy.ops.rushes.block_select(cls="vegetation")
    assert {o.name for o in bpy.context.selected_objects} == {first.name, second.name}


def test_object_colours_follow_classes_and_undo_brings_them_back(known: Callable[[], dict[str, str]]) -> None:
    block("Pine").color = (0.1, 0.2, 0.3, 1.0)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.rushes.block_colors()
    green = bpy.data.objects["Pine"].color
    assert green[1] > green[0]
    assert green[1] > green[2]
    bpy.ops.ed.undo_push(message="coloured")
    bpy.ops.ed.undo()
    assert tuple(bpy.data.objects["Pine"].color) == pytest.approx((0.1, 0.2, 0.3, 1.0))


def test_classes_follow_edits_while_somebody_looks(scene: Any, part: Part, tick: Callable[..., None]) -> None:
    blocks = part("host.blocks")
    house = block("House")

    def counts() -> dict[str, int]:
        blocks.wish()
        blocks._state.edited = 0.0
        return {c.value: n for c, n in blocks.counts().items()}

    bpy.context.view_layer.update()
    tick(lambda: counts() == {"building": 1})
    house["rushes_class"] = "prop"
    house.update_tag()
    bpy.context.view_layer.update()
    tick(lambda: counts() == {"prop": 1})
    bpy.data.objects.remove(house)
    bpy.context.view_layer.update()
    tick(lambda: counts() == {})


def test_the_check_reports_and_selects(known: Callable[[], dict[str, str]], tick: Callable[..., None]) -> None:
    window = bpy.context.window_manager.rushes
    thing = block("Xyz")
    thing.scale.x = -1.0
    bpy.context.view_layer.update()
    assert bpy.ops.rushes.blocks_check() == {"FINISHED"}
    assert window.checked
    said = {row.text: row for row in window.findings}
    assert any("no camera" in text for text in said)
    assert any("no sun" in text for text in said)
    index = next(i for i, row in enumerate(window.findings) if "mirrored" in row.text)
    select()
    bpy.ops.rushes.finding_select(index=index)
    assert bpy.context.selected_objects == [thing]
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    tick()
    assert not bpy.context.window_manager.rushes.checked
    assert not len(bpy.context.window_manager.rushes.findings)


def test_boxes_of_the_overlay_follow_the_objects(scene: Any, part: Part) -> None:
    overlay, blocks = part("host.overlay"), part("host.blocks")
    house = block("House", (5.0, 0.0, 0.0))
    bpy.context.view_layer.update()
    overlay._bring_up_to_date(bpy.context.scene)
    uid = house.session_uid
    assert overlay._state.boxes[uid].mean(0) == pytest.approx((5.0, 0.0, 0.0))
    house.location.x = 8.0
    bpy.context.view_layer.update()
    assert overlay._state.boxes[uid].mean(0) == pytest.approx((8.0, 0.0, 0.0))
    bpy.data.objects.remove(house)
    blocks.classes_now(bpy.context.scene)
    overlay._bring_up_to_date(bpy.context.scene)
    assert overlay._state.boxes == {}


def test_an_instanced_collection_gets_one_box_around_all_of_it(scene: Any, part: Part) -> None:
    overlay = part("host.overlay")
    bpy.ops.mesh.primitive_cube_add(location=(5.0, 0.0, 0.0))
    source = bpy.context.object
    tree = bpy.data.collections.new("Tree")
    for home in list(source.users_collection):
        home.objects.unlink(source)
    tree.objects.link(source)
    empty = bpy.data.objects.new("Tree", None)
    empty.instance_type, empty.instance_collection, empty.location = "COLLECTION", tree, (0.0, 0.0, 3.0)
    scene.collection.objects.link(empty)
    bpy.context.view_layer.update()
    overlay._bring_up_to_date(scene)
    box = overlay._state.boxes[empty.session_uid]
    assert box.min(0) == pytest.approx((4.0, -1.0, 2.0), abs=0.05)
    assert box.max(0) == pytest.approx((6.0, 1.0, 4.0), abs=0.05)
