"""Which of a checkout's Blender environments renders."""

from __future__ import annotations

from pathlib import Path

import pytest

from rushes.blender import launcher
from rushes.blender.launcher import find_blender


def test_the_rendering_environment_comes_before_the_newer_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("bpy42", "bpy50", "bpy52"):
        python = tmp_path / ".venvs" / name / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.touch()
    monkeypatch.setattr(launcher, "__file__", str(tmp_path / "core" / "rushes" / "blender" / "launcher.py"))
    for variable in ("RUSHES_BLENDER", "RUSHES_BPY_PYTHON"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_blender().path == str(tmp_path / ".venvs/bpy50/bin/python")
    (tmp_path / ".venvs/bpy50/bin/python").unlink()
    assert find_blender().path == str(tmp_path / ".venvs/bpy52/bin/python")
