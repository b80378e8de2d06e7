"""`rushes grades` as a colourist types it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from rushes.cli.main import app
from rushes.delivery.colour_cdl import read_cdls
from rushes.delivery.colour_cube import read_cube
from rushes.errors import InputError
from rushes.media.pictures import save_png


def rushes(*words: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["grades", *map(str, words)])


def test_list_and_show() -> None:
    listed = rushes("list")
    assert listed.exit_code == 0
    assert "Film Print" in listed.output
    shown = rushes("show", "warm evening")
    assert "0.8600" in shown.output
    assert "warm_evening.grade.json" in shown.output.replace("\n", "")
    assert isinstance(rushes("show", "Warmth").exception, InputError)


def test_convert_writes_files_for_the_timeline(tmp_path: Path) -> None:
    done = rushes("convert", "Warm Evening", "--space", "acescct", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert "worst patch" in done.output
    cdl, cube = next(tmp_path.glob("*.cdl")), next(tmp_path.glob("warm_evening.acescct.*.cube"))
    assert list(read_cdls(cdl)) == ["warm_evening"]
    assert read_cube(cube).table is not None


@pytest.mark.parametrize("words", [("--space", "aces"), ("--space", "acescct", "--rendering", "aces_9")])
def test_a_wrong_word_lists_the_right_ones(words: tuple[str, ...]) -> None:
    done = rushes("convert", "Noir", *words)
    assert done.exit_code == 2
    assert "Choose one of" in done.output.replace("\n", " ")


def test_match_says_how_near_it_comes(tmp_path: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 200, (40, 60, 3)).astype(np.uint8)
    save_png(tmp_path / "a.png", grey)
    save_png(tmp_path / "b.png", np.minimum(grey * np.array([1.2, 1.0, 0.8]), 255).astype(np.uint8))
    done = rushes(
        "match", tmp_path / "a.png", tmp_path / "b.png", "--space", "rec709", "--same-scene", "--out", tmp_path / "out"
    )
    assert done.exit_code == 0, done.output
    assert "with the CDL alone" in done.output
    assert next((tmp_path / "out").glob("*.png")).is_file()


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    save_png(tmp_path / "a.png", np.full((20, 30, 3), 90, np.uint8))
    convert = rushes("convert", "Warm Evening", "--space", "rec709", "--out", tmp_path / "file")
    match = rushes("match", tmp_path / "a.png", tmp_path / "a.png", "--space", "rec709", "--out", tmp_path / "file")
    for done in (convert, match):
        assert isinstance(done.exception, InputError), done.exception
        assert done.exception.code == "cli.out"
        assert str(tmp_path / "file") in done.exception.message
