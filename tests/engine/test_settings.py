"""Settings from the command line, devices from the environment."""

from pathlib import Path

import pytest

from rushes.engine.settings import Settings


def test_the_command_line_fills_the_settings(tmp_path: Path) -> None:
    settings = Settings.parse(["--home", str(tmp_path), "--workers", "3", "--doubles", "--blender", "/opt/blender"])
    assert settings == Settings(home=tmp_path, workers=3, doubles=True, blender="/opt/blender")


def test_the_home_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUSHES_HOME", str(tmp_path / "elsewhere"))
    assert Settings.parse([]).home == tmp_path / "elsewhere"


def test_one_worker_a_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    assert Settings(tmp_path).devices() == ("2", "5")
    assert Settings(tmp_path, workers=3).devices() == ("2", "5", "2")
    assert Settings.parse(["--home", str(tmp_path), "--devices", "0, 7"]).devices() == ("0", "7")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert Settings(tmp_path).devices() == (None,)
    assert Settings(tmp_path, workers=2).devices() == (None, None)
