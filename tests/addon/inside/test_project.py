"""Project Take: asked of the engine, built when it is ready, one step of undo; the panel in its states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

import projecting as kit
from doubles import FakeClient
from layout_double import draw
from rushes import projection
from rushes.contracts import JobState
from rushes.errors import RecipeError
from states import add_shots, in_area, on_disk

Tick = Callable[..., None]


def _wm() -> Any:
    return bpy.context.window_manager.rushes


@pytest.fixture
def take(engine: FakeClient, scene: Any, session: Any, tick: Tick, tmp_path: Path) -> str:
    """A scene with blocks, a shot with one take that is picked."""
    root = on_disk(engine, tmp_path)
    kit.blocks(scene)
    add_shots(scene, ("Wide",))
    for obj in bpy.context.selected_objects:
        obj.select_set(False)
    engine.add_take(root, "Wide", id="t1")
    scene.rushes.production = root
    tick(lambda: session().known.production is not None and len(_wm().takes) == 1)
    return "t1"


def _projector(engine: FakeClient, scene: Any, folder: Path) -> None:
    """Let the projector's job end well."""
    camera = kit.add_camera(scene, "Throws", (0, -9, 1), (0, 0, 1))
    kit.projector_folder(scene, camera, folder, frames=(1,), size=(16, 9))
    engine.move(str(engine.submitted[-1].id), JobState.DONE, progress=1.0, result={"folder": str(folder)})


def _panel() -> Any:
    cls = bpy.types.RUSHES_PT_projection
    with in_area("VIEW_3D", "UI") as context:
        return draw(cls, context)


def test_a_take_comes_onto_all_blocks_and_goes_again(
    take: str, engine: FakeClient, scene: Any, session: Any, tick: Tick, tmp_path: Path
) -> None:
    before = kit.dump()
    assert bpy.ops.rushes.project_take() == {"FINISHED"}
    tick(lambda: bool(engine.submitted))
    (job,) = engine.submitted
    assert job.kind == "projector"
    assert job.params == {"production": scene.rushes.production, "take": take, "rate": None}
    assert not bpy.ops.rushes.project_take.poll()  # on its way
    _projector(engine, scene, tmp_path / "p")
    tick(lambda: bool(projection.projected(scene)))
    assert len(projection.objects_of(scene, take)) == 3
    tick(times=3)
    assert [s.name for s in _wm().shots] == ["Wide", "Throws"]  # the projector is no shot
    bpy.ops.rushes.projection_remove(take=take)
    bpy.data.objects.remove(bpy.data.objects["Throws"])
    bpy.data.cameras.remove(bpy.data.cameras["Throws"])
    assert kit.dump() == before
    assert session().known.pending == {}


def test_only_the_selected_objects_and_with_the_panels_settings(
    take: str, engine: FakeClient, scene: Any, session: Any, tick: Tick, tmp_path: Path
) -> None:
    bpy.data.objects["Cube"].select_set(True)
    bpy.data.objects["Cone"].select_set(True)
    scene.rushes.project_lit = True
    bpy.ops.rushes.project_take()
    tick(lambda: bool(engine.submitted))
    bpy.data.objects.remove(bpy.data.objects["Cone"])  # meanwhile
    _projector(engine, scene, tmp_path / "p")
    tick(lambda: bool(projection.projected(scene)))
    assert [o.name for o in projection.objects_of(scene, take)] == ["Cube"]
    assert projection.projected(scene)[0].lit
    assert any("gone" in m.text for m in session().known.messages)


def test_what_the_engine_refuses_is_told_and_can_be_asked_again(
    take: str, engine: FakeClient, session: Any, tick: Tick
) -> None:
    bpy.ops.rushes.project_take()
    tick(lambda: bool(engine.submitted))
    engine.fail(str(engine.submitted[0].id), RecipeError("The passes are gone.", hint="Shoot a new take."))
    tick(lambda: any("passes are gone" in m.text for m in session().known.messages))
    assert bpy.ops.rushes.project_take.poll()
    engine.trouble = RecipeError("The engine is tired.")
    bpy.ops.rushes.project_take()
    tick(lambda: any("tired" in m.text for m in session().known.messages))
    engine.trouble = None
    assert bpy.ops.rushes.project_take.poll()


def test_a_projector_that_is_not_whole_is_told(
    take: str, engine: FakeClient, scene: Any, session: Any, tick: Tick, tmp_path: Path
) -> None:
    bpy.ops.rushes.project_take()
    tick(lambda: bool(engine.submitted))
    engine.move(str(engine.submitted[0].id), JobState.DONE, progress=1.0, result={"folder": str(tmp_path / "nothing")})
    tick(lambda: any("whole" in m.text for m in session().known.messages))
    assert projection.projected(scene) == ()


def test_the_panel_says_what_is_on_and_its_buttons_work(
    take: str, engine: FakeClient, scene: Any, tick: Tick, tmp_path: Path
) -> None:
    scene.view_settings.view_transform = "AgX"
    assert "rushes.project_take" in [e["operator"] for e in _panel().drawn("operator")]
    bpy.ops.rushes.project_take()
    tick(lambda: bool(engine.submitted))
    _projector(engine, scene, tmp_path / "p")
    tick(lambda: bool(projection.projected(scene)))
    drawn = _panel()
    named = [e["operator"] for e in drawn.drawn("operator")]
    assert {"rushes.projection_remove", "rushes.projection_lit", "rushes.projection_view"} <= set(named)
    assert any("AgX" in text for text in drawn.texts)
    bpy.ops.rushes.projection_view()
    assert "rushes.projection_view" not in [e["operator"] for e in _panel().drawn("operator")]
    bpy.ops.rushes.projection_lit(take=take)
    assert projection.projected(scene)[0].lit
    bpy.ops.rushes.projection_lit(take=take)
    assert not projection.projected(scene)[0].lit
    bpy.ops.rushes.projection_over(take=take)
    assert projection.projected(scene)[0].over
    bpy.ops.rushes.projection_objects(take=take)
    assert {o.name for o in bpy.context.selected_objects} == {"Plane", "Cube", "Cone"}
    kit.projector_folder(scene, scene.camera, tmp_path / "q", take="t2", frames=(1,), size=(16, 9))
    projection.project(scene, tmp_path / "q")
    bpy.ops.rushes.projection_move(take="t2", steps=1)
    assert [p.take for p in projection.projected(scene)] == [take, "t2"]
    assert "rushes.projection_remove_all" in [e["operator"] for e in _panel().drawn("operator")]
    bpy.ops.rushes.projection_remove_all()
    assert projection.projected(scene) == ()
    assert not bpy.ops.rushes.projection_remove.poll()


def test_a_projected_take_makes_no_take_stale(take: str, scene: Any, part: Any, tmp_path: Path) -> None:
    scene.camera.location = (0, -9, 1)
    scene.camera.rotation_euler = (1.5708, 0, 0)
    fingerprint, shots = part("host.fingerprint"), part("host.shots")
    (shot,) = shots.scene_shots(scene)
    before = fingerprint.prints_now(scene, shot)
    assert "geometry" in before
    kit.projector_folder(scene, scene.camera, tmp_path / "p", frames=(1,), size=(16, 9))
    projection.project(scene, tmp_path / "p")
    fingerprint.forget()
    assert fingerprint.prints_now(scene, shot) == before
    assert shots.scene_shots(scene) == (shot,)


def test_undo_takes_it_back_in_one_step(take: str, engine: FakeClient, scene: Any, tick: Tick, tmp_path: Path) -> None:
    camera = kit.add_camera(scene, "Throws", (0, -9, 1), (0, 0, 1))
    kit.projector_folder(scene, camera, tmp_path / "p", frames=(1,), size=(16, 9))
    bpy.ops.ed.undo_push(message="before")
    before = kit.dump()
    bpy.ops.rushes.project_take()
    tick(lambda: bool(engine.submitted))
    engine.move(str(engine.submitted[0].id), JobState.DONE, progress=1.0, result={"folder": str(tmp_path / "p")})
    tick(lambda: bool(projection.projected(bpy.context.scene)))
    with_it = kit.dump()
    bpy.ops.ed.undo()
    assert kit.dump() == before
    bpy.ops.ed.redo()
    assert kit.dump() == with_it
    bpy.ops.rushes.projection_remove(take=take)
    assert kit.dump() == before
