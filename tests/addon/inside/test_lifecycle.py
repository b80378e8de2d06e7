"""Enable, disable, load, undo, delete: the add-on goes on working and leaves nothing behind."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import bpy.utils.previews
import pytest

from doubles import FakeClient
from states import SHOTS, add_shots, busy_queue, in_area, judged_takes, on_disk

PACKAGE = "bl_ext.user_default.rushes"
TIMES = 50


def enable() -> None:
    """As the artist does in the preferences."""
    bpy.ops.preferences.addon_enable(module=PACKAGE)


def disable() -> None:
    """As the artist does in the preferences."""
    bpy.ops.preferences.addon_disable(module=PACKAGE)


class Ledger:
    """Notes what is hung on Blender through the functions that have no list to look at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.timers: set[Any] = set()
        self.drawers: set[Any] = set()
        register = bpy.app.timers.register

        def timer(function: Any, *given: Any, **named: Any) -> Any:
            self.timers.add(function)
            return register(function, *given, **named)

        monkeypatch.setattr(bpy.app.timers, "register", timer)
        for name in ("SpaceView3D", "SpaceSequenceEditor", "SpaceImageEditor", "SpaceNodeEditor"):
            self._watch_drawers(getattr(bpy.types, name), monkeypatch)

    def _watch_drawers(self, space: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        add, remove = space.draw_handler_add, space.draw_handler_remove

        def added(*given: Any) -> Any:
            handle = add(*given)
            self.drawers.add(handle)
            return handle

        def removed(handle: Any, *given: Any) -> Any:
            self.drawers.discard(handle)
            return remove(handle, *given)

        monkeypatch.setattr(space, "draw_handler_add", staticmethod(added))
        monkeypatch.setattr(space, "draw_handler_remove", staticmethod(removed))

    @property
    def running_timers(self) -> int:
        """Timers that were registered and still are."""
        return sum(1 for t in self.timers if bpy.app.timers.is_registered(t))


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """From here on, what is hung on Blender is noted."""
    return Ledger(monkeypatch)


def footprint(ledger: Ledger) -> dict[str, Any]:
    """All that an add-on can leave in Blender, counted or named."""
    handlers = bpy.app.handlers
    lists = {n: getattr(handlers, n) for n in dir(handlers) if isinstance(getattr(handlers, n), list)}
    keymaps = bpy.context.window_manager.keyconfigs.addon.keymaps
    return {
        "handlers": {name: list(functions) for name, functions in lists.items()},
        "timers": ledger.running_timers,
        "draw handlers": len(ledger.drawers),
        "types": sorted(n for n in dir(bpy.types) if n.lower().startswith("rushes")),
        "operators": sorted(dir(bpy.ops.rushes)),
        "menus": _appended(),
        "key bindings": sum(len(k.keymap_items) for k in keymaps),
        "previews": len(bpy.utils.previews._uuid_open),
        "threads": sorted(t.name for t in threading.enumerate() if t.name.startswith("rushes")),
        "properties": {t: _properties(t) for t in ("Scene", "WindowManager", "Object", "Collection", "WorkSpace")},
    }


def _appended() -> list[str]:
    found: list[str] = []
    for name in dir(bpy.types):
        functions = getattr(getattr(getattr(bpy.types, name), "draw", None), "_draw_funcs", ())
        found += [f"{name}: {f.__module__}.{f.__name__}" for f in functions if f.__module__.startswith(PACKAGE)]
    return found


def _properties(name: str) -> list[str]:
    return sorted(p.identifier for p in getattr(bpy.types, name).bl_rna.properties if "rushes" in p.identifier)


@pytest.fixture
def disabled(scene: Any) -> None:
    """The add-on is off at the start; `addon` turns it on again at the end."""
    assert scene
    disable()


def test_fifty_times_on_and_off_leaves_nothing(disabled: None, ledger: Ledger) -> None:
    enable()
    disable()
    off = footprint(ledger)
    enable()
    on = footprint(ledger)
    disable()
    for _ in range(TIMES):
        enable()
        assert footprint(ledger) == on
        disable()
        assert footprint(ledger) == off


def test_off_means_nothing_of_ours_is_left(disabled: None, ledger: Ledger) -> None:
    enable()
    on = footprint(ledger)
    assert on["timers"]
    assert on["types"]
    assert any(on["handlers"].values())
    disable()
    off = footprint(ledger)
    ours = [f for functions in off["handlers"].values() for f in functions if f.__module__.startswith(PACKAGE)]
    for what in ("timers", "draw handlers", "types", "operators", "menus", "threads"):
        assert not off[what], (what, off[what])
    assert not ours
    assert not any(off["properties"].values())


def test_no_classes_pile_up(disabled: None) -> None:
    for _ in range(3):
        enable()
        disable()
    before = _our_classes()
    for _ in range(10):
        enable()
        disable()
    assert _our_classes() <= before


def _our_classes() -> int:
    gc.collect()
    return sum(1 for o in gc.get_objects() if isinstance(o, type) and str(o.__module__).startswith(PACKAGE))


def test_off_and_on_while_a_job_runs(working: FakeClient, ledger: Ledger) -> None:
    running = {t.name for t in threading.enumerate()}
    assert any(name.startswith("rushes") for name in running)
    disable()
    assert not [t for t in threading.enumerate() if t.name.startswith("rushes")]
    assert "cancel" not in working.calls
    assert "shutdown" not in working.calls
    enable()
    with in_area("VIEW_3D") as context:
        assert hasattr(context.scene, "rushes")


def test_what_the_file_keeps_survives_off_and_on(working: FakeClient) -> None:
    before = bpy.context.scene.rushes.production
    assert before
    disable()
    enable()
    assert bpy.context.scene.rushes.production == before


@pytest.fixture
def working(
    scene: Any, engine: FakeClient, tmp_path: Path, tick: Callable[..., None], session: Callable[[], Any]
) -> FakeClient:
    """Shots, takes and a busy queue in a saved file, all of it arrived."""
    folder = on_disk(engine, tmp_path)
    judged_takes(engine, folder)
    busy_queue(engine, folder)
    add_shots(bpy.context.scene)
    bpy.context.scene.rushes.production = folder
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    tick(lambda: _shown() and session().known.production)
    return engine


def _shown() -> bool:
    window = bpy.context.window_manager.rushes
    return len(window.shots) == len(SHOTS) and len(window.takes) > 0 and len(window.jobs) > 0


def test_another_file_shows_its_own(working: FakeClient, tick: Callable[..., None], session: Callable[[], Any]) -> None:
    path = bpy.data.filepath
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    window = bpy.context.window_manager.rushes
    tick(lambda: not window.shots and not window.takes)
    assert session().known.production is None
    bpy.ops.wm.open_mainfile(filepath=path)
    tick(_shown)
    assert session().known.production.info.name == "Film"


def test_undo_and_redo_keep_lists_and_jobs(
    working: FakeClient, tick: Callable[..., None], session: Callable[[], Any]
) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.context.scene.timeline_markers[SHOTS[-1]].name = "Renamed"
    bpy.ops.ed.undo_push(message="a marker renamed")
    bpy.context.view_layer.update()
    tick(lambda: _names() == [*SHOTS[:-1], "Renamed"])
    bpy.ops.ed.undo()
    tick(lambda: _names() == list(SHOTS))
    bpy.ops.ed.redo()
    tick(lambda: _names() == [*SHOTS[:-1], "Renamed"])
    assert session().known.jobs


def _names() -> list[str]:
    return [row.name for row in bpy.context.window_manager.rushes.shots]


def test_a_deleted_scene_is_no_trouble(
    working: FakeClient, tick: Callable[..., None], session: Callable[[], Any], capfd: pytest.CaptureFixture[str]
) -> None:
    old = bpy.context.scene
    new = bpy.data.scenes.new("Other")
    bpy.context.window.scene = new
    bpy.data.scenes.remove(old)
    waiting = next(j.id for j in working.job_list.values() if j.request.params["take_id"] == "asked-0")
    working.finish(waiting)
    tick(times=20)
    add_shots(new)
    bpy.context.view_layer.update()
    tick(lambda: len(bpy.context.window_manager.rushes.shots) == len(SHOTS))
    assert "Traceback" not in "".join(capfd.readouterr())
    assert session() is not None


def test_the_timer_waits_while_blender_saves_or_renders(
    working: FakeClient, session: Callable[[], Any], part: Any
) -> None:
    now, pulse = session(), part("host.pulse")
    running = next(j.id for j in working.job_list.values() if not j.state.ended)
    for state in ("saving", "rendering"):
        setattr(now, state, True)
        working.move(running, progress=0.5)
        now.bridge.watch.wake()
        time.sleep(0.05)
        before = now.known.jobs[running].sequence
        pulse.tick(now)
        assert now.known.jobs[running].sequence == before, state
        setattr(now, state, False)


def test_a_file_can_be_saved_and_reopened_without_the_addon(working: FakeClient) -> None:
    path = bpy.data.filepath
    disable()
    bpy.ops.wm.open_mainfile(filepath=path)
    bpy.ops.wm.save_mainfile()
    enable()
    bpy.ops.wm.open_mainfile(filepath=path)
    assert bpy.context.scene.rushes.production


def test_factory_settings_turn_it_off_and_enabling_brings_it_back(working: FakeClient, ledger: Ledger) -> None:
    path = bpy.data.filepath
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert bpy.context.preferences.addons.get(PACKAGE) is None
    assert not [t for t in threading.enumerate() if t.name.startswith("rushes")]
    enable()
    bpy.ops.wm.open_mainfile(filepath=path)
    assert bpy.context.scene.rushes.production
