"""Keep the Set: what is projected goes into the next take when the artist wants it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

import projecting as kit
from doubles import FakeClient
from rushes import projection
from states import add_shots, on_disk

Tick = Callable[..., None]


@pytest.fixture
def two_takes(engine: FakeClient, scene: Any, session: Any, tick: Tick, tmp_path: Path) -> tuple[str, str]:
    """A shot, and two takes that are projected, the second one on top."""
    root = on_disk(engine, tmp_path)
    kit.blocks(scene)
    add_shots(scene, ("Wide",))
    scene.rushes.production = root
    camera = kit.add_camera(scene, "Throws", (0, -9, 1), (0, 0, 1))
    for name in ("ta", "tb"):
        folder = tmp_path / name
        kit.projector_folder(scene, camera, folder, take=name, frames=(1,), size=(16, 9))
        projection.project(scene, folder)
    tick(lambda: session().known.production is not None)
    return "ta", "tb"


def _generated(engine: FakeClient, tick: Tick) -> Any:
    before = len(engine.submitted)
    assert bpy.ops.rushes.generate_clip() == {"FINISHED"}
    tick(lambda: len(engine.submitted) > before)
    return engine.submitted[-1].params["set_takes"]


def test_projected_takes_go_along_only_when_wanted(
    two_takes: tuple[str, str], engine: FakeClient, scene: Any, tick: Tick
) -> None:
    assert list(_generated(engine, tick)) == []
    scene.rushes.keep_set = True
    assert list(_generated(engine, tick)) == ["ta", "tb"]  # the last one lies on top, as in the scene
    projection.set_strength(scene, "tb", 0.0)
    assert list(_generated(engine, tick)) == ["ta"]
    projection.remove(scene)
    assert list(_generated(engine, tick)) == []
