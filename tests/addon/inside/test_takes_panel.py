"""What artists do with takes and directions, from the operators to the engine and back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

from doubles import FakeClient
from layout_double import draw
from rushes.contracts import Brief, ExplorationCell, ExplorationRow, FrameRange, JobState, Rating
from rushes.errors import RecipeError
from states import add_shots, in_area

Tick = Callable[..., None]


@pytest.fixture
def root(tmp_path: Path, engine: FakeClient) -> str:
    folder = os.path.realpath(tmp_path / "Film für Åse")
    engine.add_production(folder)
    return folder


@pytest.fixture
def window(scene: Any, engine: FakeClient, root: str, tick: Tick, session: Callable[[], Any]) -> Any:
    """A scene with three shots and three takes of the first, all of it arrived; the newest is picked."""
    add_shots(bpy.context.scene)
    engine.add_take(root, "Wide", id="old", seed=11, brief=Brief(mood="noir", lighting="night"))
    engine.add_take(root, "Wide", id="middle", seed=12, notes="The one with the gull")
    engine.add_take(root, "Wide", id="new", seed=13)
    bpy.context.scene.rushes.production = root
    window = bpy.context.window_manager.rushes
    tick(lambda: [t.name for t in window.takes] == ["new", "middle", "old"] and session().known.descriptors)
    return window


def settings() -> Any:
    return bpy.context.scene.rushes.shots["Wide"]


def said(session: Callable[[], Any]) -> str:
    return "\n".join(f"{m.level} {m.text} {m.hint}" for m in session().known.messages)


def test_a_take_gives_its_seed_and_its_brief_back(window: Any) -> None:
    window.take_index = 2
    bpy.ops.rushes.take_seed()
    assert (settings().seed, settings().lock_seed) == (11, True)
    bpy.ops.rushes.take_brief()
    assert (settings().mood, settings().lighting, settings().subject) == ("noir", "night", "")


def test_rating_and_notes_reach_the_engine(window: Any, engine: FakeClient, root: str, tick: Tick) -> None:
    window.takes[0].rating = "kept"
    window.takes[0].notes = "Yes"
    tick(lambda: engine.takes_by_root[root]["new"].notes == "Yes")
    assert engine.takes_by_root[root]["new"].rating is Rating.KEPT
    bpy.ops.rushes.take_keep_only()
    tick(lambda: engine.takes_by_root[root]["old"].rating is Rating.REJECTED)
    assert engine.takes_by_root[root]["new"].rating is Rating.KEPT


def test_a_take_goes_into_the_trash_and_comes_back(window: Any, engine: FakeClient, root: str, tick: Tick) -> None:
    assert not bpy.ops.rushes.take_restore.poll()
    window.take_index, window.compare = 1, "middle"
    bpy.ops.rushes.take_trash()
    tick(lambda: [t.name for t in window.takes] == ["new", "old"])
    assert "middle" in engine.trash
    assert window.compare == ""
    bpy.ops.rushes.take_restore()
    tick(lambda: "middle" in [t.name for t in window.takes])
    assert engine.takes_by_root[root]["middle"].notes == "The one with the gull"
    assert not bpy.ops.rushes.take_restore.poll()


@pytest.mark.parametrize(
    ("result", "level", "words"),
    [
        ({"equal": True, "frames": 24, "different": []}, "INFO", "all 24 frames are the same to the bit"),
        ({"equal": False, "frames": 24, "different": [3], "environment": {}}, "WARNING", "1 of 24 frames differ"),
    ],
)
def test_a_replay_is_told_in_words(
    window: Any,
    engine: FakeClient,
    root: str,
    tick: Tick,
    session: Callable[[], Any],
    result: dict[str, Any],
    level: str,
    words: str,
) -> None:
    bpy.ops.rushes.take_replay()
    tick(lambda: engine.submitted)
    (job,) = engine.submitted
    assert (job.kind, job.params) == ("replay", {"production": root, "take": "new"})
    tick(lambda: len(window.jobs))
    engine.move(str(job.id), JobState.DONE, result={"take": "new", **result})
    tick(lambda: words in said(session))
    assert f"{level} Replay of seed 13 of Wide" in said(session)


def test_a_take_whose_recipe_or_clip_is_gone(window: Any, engine: FakeClient, root: str, tick: Tick) -> None:
    engine.add_take(root, "Wide", id="gone", missing=("clip", "poster", "pictures", "recipe"))
    tick(lambda: window.takes[0].name == "gone")
    window.take_index = 0
    assert window.takes[0].missing
    for name in ("take_replay", "take_play", "take_texture"):
        assert not getattr(bpy.ops.rushes, name).poll(), name
    assert bpy.ops.rushes.take_trash.poll()
    bpy.ops.rushes.take_trash()
    tick(lambda: window.takes[0].name == "new")


def test_two_takes_are_compared_with_their_recipes(
    window: Any, engine: FakeClient, part: Callable[[str], Any], tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipes = {"new": {"steps": 1, "strengths": {"color": 1.0}}, "old": {"steps": 4, "strengths": {"color": 1.0}}}
    monkeypatch.setattr(engine, "recipe", lambda root, take: recipes[take])
    bpy.ops.rushes.take_compare(take="old")
    panel, asked = part("ui.takes").RUSHES_PT_take_compare, part("host.asked")

    def texts() -> list[str]:
        with in_area("VIEW_3D") as context:
            found = draw(panel, context)
        assert found is not None
        return found.texts

    assert "Seed" in texts()
    assert "Steps" not in texts()
    tick(lambda: asked.recipe_of("new") and asked.recipe_of("old"))
    shown = texts()
    assert shown[shown.index("Steps") : shown.index("Steps") + 3] == ["Steps", "4", "1"]
    assert shown[shown.index("Mood") : shown.index("Mood") + 3] == ["Mood", "noir", "warm"]
    bpy.ops.rushes.take_compare(take="")
    assert "Mark This Take" in texts()


def test_a_recipe_that_cannot_be_had_is_not_asked_for_again_and_again(
    window: Any, engine: FakeClient, part: Callable[[str], Any], tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def gone(root: Any, take: str) -> Any:
        calls.append(take)
        raise RecipeError("It is gone.", code="recipe.missing")

    monkeypatch.setattr(engine, "recipe", gone)
    asked = part("host.asked")
    for _ in range(10):
        asked.recipe_of("new")
        tick()
    assert calls == ["new"]


def explored(root: str, sheet: str, created: str) -> ExplorationRow:
    cells = tuple(
        ExplorationCell(n, 100 + n, {"mood": "noir", "lighting": "dusk"}, {"mood": "noir"}, f"{root}/{n}.png")
        for n in range(1, 25)
    )
    return ExplorationRow(sheet, "Wide", "Camera", 5, created, "house", root, f"{root}/sheet.png", cells)


def test_a_direction_becomes_the_shots_brief_and_is_shot(
    window: Any, engine: FakeClient, root: str, part: Callable[[str], Any], tick: Tick, tmp_path: Path
) -> None:
    os.makedirs(root)
    asked = part("host.asked")
    engine.explored += [explored(root, "first", "2026-01-01"), explored(root, "second", "2026-01-02")]
    assert asked.sheets_of_picked() is None
    tick(asked.sheets_of_picked)
    assert [s.id for s in asked.sheets_of_picked()] == ["second", "first"]
    bpy.ops.rushes.take_brief()
    bpy.ops.rushes.direction_use(sheet="second", number=7)
    assert (settings().mood, settings().lighting, settings().seed) == ("noir", "dusk", 107)
    bpy.ops.rushes.direction_use(sheet="second", number=8, shoot=True)
    tick(lambda: engine.submitted)
    asked_for = engine.submitted[-1].params
    assert (asked_for["seed"], asked_for["brief"]["mood"]) == (108, "noir")
    assert bpy.ops.rushes.direction_use(sheet="second", number=99) == {"CANCELLED"}
    with in_area("VIEW_3D") as context:
        drawn = draw(part("ui.directions").RUSHES_PT_directions, context)
    assert drawn is not None
    assert len([t for t in drawn.texts if t.endswith("  Use")]) == 12


def test_a_new_sheet_shows_when_its_job_ends(
    window: Any, engine: FakeClient, root: str, part: Callable[[str], Any], tick: Tick, session: Callable[[], Any]
) -> None:
    asked = part("host.asked")
    asked.sheets_of_picked()
    tick(lambda: asked.sheets_of_picked() == ())
    os.makedirs(root)
    bpy.ops.rushes.explore()
    tick(lambda: len(window.jobs))
    engine.explored.append(explored(root, "made", "2026-01-03"))
    engine.move(str(engine.submitted[-1].id), JobState.DONE, result={})
    tick(asked.sheets_of_picked)
    assert [s.id for s in asked.sheets_of_picked()] == ["made"]


# -- textures


def frames(folder: Path, numbers: range) -> str:
    """Small PNGs named by scene frame; each is as bright as its number says."""
    folder.mkdir(parents=True)
    for number in numbers:
        image = bpy.data.images.new("frame", 4, 4)
        image.generated_color = (number / 255.0,) * 3 + (1.0,)
        image.filepath_raw, image.file_format = str(folder / f"{number:04d}.png"), "PNG"
        image.save()
        bpy.data.images.remove(image)
    return str(folder)


def textured(engine: FakeClient, root: str, window: Any, tick: Tick, **fields: Any) -> Any:
    """The Image Texture that the picked take became on a new plane."""
    engine.add_take(root, "Wide", id="textured", **fields)
    tick(lambda: window.takes[0].name == "textured")
    window.take_index = 0
    mesh = bpy.data.meshes.new("plane")
    plane = bpy.data.objects.new("plane", mesh)
    bpy.context.scene.collection.objects.link(plane)
    bpy.context.view_layer.objects.active = plane
    assert bpy.ops.rushes.take_texture() == {"FINISHED"}
    material = plane.active_material
    assert material.name == "Take textured"
    assert material["rushes_take"] == "textured"
    return next(n for n in material.node_tree.nodes if n.type == "TEX_IMAGE")


def shown_file(node: Any, frame: int) -> int:
    """Number of the file that Blender shows at a scene frame: held at both ends."""
    bpy.context.scene.frame_set(frame)
    tree = node.id_data.evaluated_get(bpy.context.evaluated_depsgraph_get())
    user = tree.nodes[node.name].image_user
    position = min(max(frame - user.frame_start + 1, 1), user.frame_duration)
    return position + user.frame_offset


def test_a_take_as_a_texture_plays_frame_by_frame(
    window: Any, engine: FakeClient, root: str, tick: Tick, tmp_path: Path
) -> None:
    pictures = frames(tmp_path / "pictures", range(101, 106))
    node = textured(engine, root, window, tick, pictures=pictures, range=FrameRange(101, 105), frame_count=5)
    assert node.image.source == "SEQUENCE"
    assert node.image_user.use_auto_refresh
    assert [shown_file(node, f) for f in (101, 102, 105)] == [101, 102, 105]
    shine = node.outputs["Color"].links[0].to_node
    assert shine.type == "EMISSION"


def test_a_take_of_every_second_frame_is_held(
    window: Any, engine: FakeClient, root: str, tick: Tick, tmp_path: Path
) -> None:
    pictures = frames(tmp_path / "pictures", range(11, 18, 2))
    node = textured(engine, root, window, tick, pictures=pictures, range=FrameRange(11, 18, 2), frame_count=4)
    assert [shown_file(node, f) for f in range(11, 19)] == [11, 11, 13, 13, 15, 15, 17, 17]


def test_a_still_is_a_plain_picture(window: Any, engine: FakeClient, root: str, tick: Tick, tmp_path: Path) -> None:
    pictures = frames(tmp_path / "pictures", range(7, 8))
    node = textured(engine, root, window, tick, pictures=pictures, range=FrameRange(7, 7), frame_count=1)
    assert node.image.source == "FILE"


def test_in_a_material_of_the_artist_the_take_waits_unconnected(
    window: Any, engine: FakeClient, root: str, tick: Tick, tmp_path: Path
) -> None:
    pictures = frames(tmp_path / "pictures", range(1, 3))
    engine.add_take(root, "Wide", id="textured", pictures=pictures, range=FrameRange(1, 2), frame_count=2)
    tick(lambda: window.takes[0].name == "textured")
    window.take_index = 0
    material = bpy.data.materials.new("Mine")
    mesh = bpy.data.meshes.new("plane")
    mesh.materials.append(material)
    plane = bpy.data.objects.new("plane", mesh)
    bpy.context.scene.collection.objects.link(plane)
    bpy.context.view_layer.objects.active = plane
    bpy.ops.rushes.take_texture()
    assert plane.active_material == material
    node = next(n for n in material.node_tree.nodes if n.type == "TEX_IMAGE")
    assert not node.outputs["Color"].is_linked
    assert not [m for m in bpy.data.materials if m.name.startswith("Take ")]


def test_a_take_that_went_meanwhile_is_refused(window: Any, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="gone from disk"):
        bpy.ops.rushes.take_texture()
    assert not bpy.data.materials
