"""Every panel, menu, list, dialog and the preferences draw in every state, with what this Blender has."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import pytest

from doubles import FakeClient, no_engine
from layout_double import DrawError, LayoutDouble, Standin, draw
from states import SHOTS, add_shots, busy_queue, in_area, judged_takes, on_disk, variations

PACKAGE = "bl_ext.user_default.rushes"


@dataclass
class Drawer:
    """Draws all that the add-on has."""

    classes: tuple[type, ...]
    subtests: pytest.Subtests

    def all(self, state: str = "") -> dict[str, LayoutDouble]:
        """Class → what it drew; a class whose poll says no is left out. Each class is a test of its own."""
        drawn: dict[str, LayoutDouble] = {}
        for cls in self.classes:
            with self.subtests.test(f"{cls.__name__} {state}".strip()):
                layout = self.one(cls)
                if layout is not None:
                    drawn[cls.__name__] = layout
        for name, layout in self.appended(state):
            drawn[name] = layout
        return drawn

    def one(self, cls: Any) -> LayoutDouble | None:
        """Draw one class; None when it has nothing to draw or does not show itself."""
        if issubclass(cls, bpy.types.Panel):
            with in_area(cls.bl_space_type, cls.bl_region_type) as context:
                return draw(cls, context)
        if issubclass(cls, bpy.types.AddonPreferences):
            return draw(cls, bpy.context, real=bpy.context.preferences.addons[PACKAGE].preferences)
        if issubclass(cls, bpy.types.Menu | bpy.types.Header):
            with in_area("VIEW_3D") as context:
                return draw(cls, context)
        if issubclass(cls, bpy.types.Operator) and "draw" in vars(cls):
            return draw(cls, bpy.context)
        return None

    def appended(self, state: str) -> Generator[tuple[str, LayoutDouble]]:
        """What we hang on Blender's own menus, panels and headers."""
        for name in dir(bpy.types):
            cls = getattr(bpy.types, name)
            for function in getattr(getattr(cls, "draw", None), "_draw_funcs", ()):
                if function.__module__.startswith(PACKAGE):
                    layout = LayoutDouble()
                    with self.subtests.test(f"{name} + {function.__name__} {state}"), in_area("VIEW_3D") as context:
                        function(Standin(cls, layout), context)
                    yield f"{name} + {function.__name__}", layout


@pytest.fixture
def panels(
    part: Callable[[str], Any], subtests: pytest.Subtests, capfd: pytest.CaptureFixture[str]
) -> Generator[Drawer]:
    """Draws everything; what Blender prints of errors in callbacks fails the test too."""
    capfd.readouterr()
    yield Drawer(part("registration").classes(), subtests)
    said = "".join(capfd.readouterr())
    assert "Traceback" not in said, said


@pytest.fixture
def root(tmp_path: Path, engine: FakeClient) -> str:
    """A production with takes, known to the double of the engine."""
    folder = on_disk(engine, tmp_path, "Film für Åse")
    judged_takes(engine, folder)
    return folder


@pytest.fixture
def working(scene: Any, engine: FakeClient, root: str, tick: Callable[..., None], session: Callable[[], Any]) -> str:
    """Shots, takes and a busy queue, all of it arrived; gives the production's folder."""
    scene = bpy.context.scene
    add_shots(scene)
    busy_queue(engine, root)
    scene.rushes.production = root
    window = bpy.context.window_manager.rushes
    tick(lambda: len(window.shots) == len(SHOTS) and len(window.jobs) and session().known.production)
    window.shot_index = 0
    tick(lambda: len(window.takes) and session().known.previews and session().known.descriptors)
    tick()
    return root


def test_an_empty_file_without_an_engine_or_a_production(scene: Any, panels: Drawer) -> None:
    assert scene
    assert panels.all()


def test_a_scene_without_a_production(scene: Any, panels: Drawer, tick: Callable[..., None]) -> None:
    add_shots(scene)
    tick(lambda: len(bpy.context.window_manager.rushes.shots) == len(SHOTS))
    assert panels.all()


def test_everything_at_once(working: str, panels: Drawer) -> None:
    drawn = panels.all()
    texts = "\n".join(t for layout in drawn.values() for t in layout.texts)
    assert all(name in texts for name in SHOTS), texts
    for shot in range(len(SHOTS)):
        bpy.context.window_manager.rushes.shot_index = shot
        panels.all(f"shot {shot}")


def test_each_take_and_each_job_when_it_is_picked(working: str, panels: Drawer) -> None:
    window = bpy.context.window_manager.rushes
    for name in ("take_index", "job_index"):
        for index in range(len(getattr(window, name.replace("_index", "s")))):
            setattr(window, name, index)
            panels.all(f"{name} {index}")


def test_every_switch_and_choice(working: str, panels: Drawer) -> None:
    groups = (
        bpy.context.scene.rushes,
        bpy.context.window_manager.rushes,
        bpy.context.preferences.addons[PACKAGE].preferences,
    )
    for group in groups:
        for words, change in variations(group):
            change()
            panels.all(words)


def test_a_production_that_cannot_be_written(
    working: str, engine: FakeClient, panels: Drawer, tick: Callable[..., None], session: Callable[[], Any]
) -> None:
    engine.add_production(working, writable=False)
    tick(lambda: not session().known.production.info.writable)
    panels.all()


def test_a_production_that_is_gone(
    working: str, engine: FakeClient, panels: Drawer, tick: Callable[..., None], session: Callable[[], Any]
) -> None:
    del engine.productions[working]
    tick(lambda: session().known.production_error)
    panels.all()


def test_an_engine_that_is_not_installed(
    working: str,
    connect_to: Callable[..., Any],
    panels: Drawer,
    tick: Callable[..., None],
    session: Callable[[], Any],
) -> None:
    connect_to(no_engine).bridge.start()
    tick(lambda: session().known.engine.state == "missing")
    drawn = panels.all()
    texts = [t for layout in drawn.values() for t in layout.texts]
    assert any("install" in t.lower() for t in texts), texts


def test_shots_deleted_while_their_jobs_run(working: str, panels: Drawer, tick: Callable[..., None]) -> None:
    scene = bpy.context.scene
    for camera in [o for o in scene.objects if o.type == "CAMERA"]:
        bpy.data.objects.remove(camera)
    scene.timeline_markers.clear()
    panels.all("before the list follows")
    bpy.context.view_layer.update()
    tick()
    panels.all()


def test_panels_stand_where_the_artist_looks(part: Callable[[str], Any]) -> None:
    names = {cls.__name__ for cls in part("registration").classes()}
    for cls in part("registration").classes():
        if issubclass(cls, bpy.types.Panel) and cls.bl_region_type == "UI":
            assert cls.bl_category == "Rushes", cls
            parent = getattr(cls, "bl_parent_id", "")
            assert not parent or parent in names, f"{cls} hangs on {parent}, which is not there"


def test_the_double_refuses_what_this_blender_does_not_have() -> None:
    """The double itself: a draw that is wrong must not pass."""
    layout, scene = LayoutDouble(), bpy.context.scene
    wrong: tuple[Callable[[], Any], ...] = (
        lambda: layout.prop(scene, "no_such_property"),
        lambda: layout.prop(scene, '["no_such_custom_property"]'),
        lambda: layout.label(text="a", icon="NO_SUCH_ICON"),
        lambda: layout.label(text=None),
        lambda: layout.operator("rushes.no_such_operator"),
        lambda: setattr(layout.operator("object.delete"), "no_such_setting", True),
        lambda: layout.menu("RUSHES_MT_no_such_menu"),
        lambda: layout.popover(panel="RUSHES_PT_no_such_panel"),
        lambda: layout.template_list("RUSHES_UL_none", "", scene, "objects", scene, "frame_current"),
        lambda: layout.no_such_function(),
        lambda: layout.row(no_such_parameter=True),
        lambda: setattr(layout, "alignment", "SIDEWAYS"),
        lambda: layout.prop(scene),
    )
    for number, call in enumerate(wrong):
        try:
            call()
        except DrawError:
            continue
        pytest.fail(f"number {number} was let through")
