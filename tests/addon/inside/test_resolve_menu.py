"""Rushes is put into Resolve's menu from Blender's preferences, and taken out again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

import rushes
from layout_double import draw


@pytest.fixture
def menu(part: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The state, with its notes in a folder of the test's and a home in which no Resolve is installed."""
    from resolve_scripts.store import Store

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    host, logic = part("host.resolve_menu"), part("logic.resolve_menu")
    host._menu = logic.ResolveMenu(Store(tmp_path / "rushes" / "resolve"))
    yield host._menu
    host.stop()
    host.start()


def said(part: Callable[[str], Any]) -> str:
    assert bpy.context.preferences is not None
    prefs = bpy.context.preferences.addons["bl_ext.user_default.rushes"].preferences
    drawn = draw(part("prefs").RushesPreferences, bpy.context, real=prefs)
    assert drawn is not None
    return "\n".join(drawn.texts)


def test_without_resolve_it_says_so(addon: Any, menu: Any, part: Callable[[str], Any]) -> None:
    with pytest.raises(RuntimeError, match="Resolve"):
        bpy.ops.rushes.resolve_install()
    assert not menu.version
    assert not bpy.ops.rushes.resolve_remove.poll()


def test_put_in_seen_and_taken_out(addon: Any, menu: Any, part: Callable[[str], Any], tmp_path: Path) -> None:
    scripts = tmp_path / ".local/share/DaVinciResolve/Fusion/Scripts"
    scripts.mkdir(parents=True)
    assert bpy.ops.rushes.resolve_install() == {"FINISHED"}
    assert menu.version == rushes.__version__
    there = [p.name for p in scripts.rglob("*.py")]
    assert any("Pull" in name for name in there)
    package = Path(json.loads(menu.store().installed.read_text())["package"])
    assert (package / "resolve_scripts" / "__init__.py").is_file()
    assert (package / "rushes" / "client").is_dir()
    assert "In DaVinci Resolve's menu" in said(part)
    assert bpy.ops.rushes.resolve_remove() == {"FINISHED"}
    assert not list(scripts.rglob("*.py"))
    assert "Taken out" in said(part)
