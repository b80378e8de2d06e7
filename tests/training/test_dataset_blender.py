"""From seeds to a judged folder, through the commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from rushes.blender.launcher import find_blender
from rushes.cli.datasets import dataset_app
from rushes.errors import BlenderError
from rushes.models.house.features import CHANNELS
from rushes.training.dataset import Pictures

pytestmark = [pytest.mark.blender, pytest.mark.slow]


def run(*arguments: object) -> str:
    done = CliRunner().invoke(dataset_app, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_from_seeds_to_pictures(tmp_path: Path) -> None:
    """Two scenes: one and its later moment, made at once and in two steps; the same bits."""
    try:
        find_blender()
    except BlenderError as exc:
        pytest.skip(str(exc))
    scenes, pictures, again = tmp_path / "scenes", tmp_path / "pictures", tmp_path / "again"
    run("synth", scenes, "--scenes", 1, "--processes", 1)
    run("prepare", scenes, again, "--variants", 1)
    run("make", tmp_path / "own", pictures, "--scenes", 1, "--processes", 1, "--variants", 1)
    assert not list((tmp_path / "own").iterdir())
    made = Pictures(pictures, held_out=True)
    assert len(made) == 2
    first, later, motion = made.pair(0)
    assert first.features.shape == (144, 256, len(CHANNELS))
    assert first.variant == later.variant
    assert motion[..., 2].mean() > 0.3
    for file in again.glob("*.npy"):
        assert np.array_equal(np.load(file), np.load(pictures / file.name)), file.name
    run("lint", pictures, "--json", tmp_path / "lint.json")
    figures = {m["name"]: m["value"] for m in json.loads((tmp_path / "lint.json").read_text())["metrics"]}
    assert figures["dataset.motion_right"] == 1
    run("sheet", pictures)
    run("datasheet", pictures)
    assert (pictures / "sheet.png").stat().st_size > 5000
    assert "2 pictures of 1 scenes." in (pictures / "DATASHEET.md").read_text()
