"""`rushes project` and `shoot --keep-set`, with an engine on doubles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rushes.library.production import Production
from rushes.media.video import probe

from .conftest import Shell


@pytest.fixture
def take(shell: Shell, film: Production) -> str:
    done = shell.run("shoot", "set.blend", "--shot", "010", "--frames", "1-3", "--png", cwd=film.root)
    assert done.returncode == 0, done.stderr
    (made,) = film.takes()
    return made.id


def test_a_take_from_another_camera(shell: Shell, film: Production, take: str, tmp_path: Path) -> None:
    words = ("project", "set.blend", "--take", take[-5:], "--render-from", "cam 020", "--out", tmp_path / "seen")
    done = shell.run(*words, "--save", tmp_path / "new.blend", "--size", "64x36", cwd=film.root)
    assert done.returncode == 0, done.stderr
    assert "3 frames" in done.stdout
    assert str(tmp_path / "seen" / "clip.mp4") in done.stdout
    assert probe(tmp_path / "seen" / "clip.mp4").frames == 3
    assert (tmp_path / "new.blend").is_file()
    assert json.loads((tmp_path / "seen" / "projection.json").read_text())["takes"][0]["take"] == take
    again = shell.run(*words, "--save", tmp_path / "new.blend", "--size", "64x36", cwd=film.root)
    assert "3 of them there already" in again.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--take", "nothing", "--render-from", "cam 020"), 1, "nothing"),
        (("--take", "TAKE", "--render-from", "Kamera"), 1, "cam 010, cam 020"),
        (("--take", "TAKE", "--render-from", "cam 020", "--frames", "x"), 1, "1-48"),
        (("--take", "TAKE", "--render-from", "cam 020", "--engine", "workbench"), 2, "cycles"),
        (("--render-from", "cam 020"), 2, "--take"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    shell: Shell, film: Production, take: str, words: tuple[str, ...], code: int, said: str
) -> None:
    done = shell.run("project", "set.blend", *(take if w == "TAKE" else w for w in words), cwd=film.root)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_take_that_keeps_the_set_of_another(shell: Shell, film: Production, take: str) -> None:
    done = shell.run("shoot", "set.blend", "--shot", "020", "--frames", "1-2", "--keep-set", take[-5:], cwd=film.root)
    assert done.returncode == 0, done.stderr
    (made,) = film.takes("020")
    recipe = json.loads((film.take_folder(made.id) / "recipe.json").read_text())
    assert recipe["post"][-1]["settings"]["takes"] == [take]
    assert "reach" in done.stderr
