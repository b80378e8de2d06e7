"""`rushes explore` and `rushes look` as an artist meets them, on doubles."""

from __future__ import annotations

import json
import re
from pathlib import Path

from rushes.library.production import Production
from rushes.testing.analytic_door import write_blend

from .conftest import Shell


def test_explore_then_pick_then_shoot(shell: Shell, film: Production) -> None:
    sheet, figures = film.root / "board.png", film.root / "figures.json"
    options = ("--count", "6", "--seed", "40", "--keep", "seed", "--out", sheet, "--json", figures)
    done = shell.run("explore", "set.blend", *options, cwd=film.root)
    assert done.returncode == 0, done.stderr
    assert sheet.read_bytes().startswith(b"\x89PNG")
    found = json.loads(figures.read_text("utf-8"))
    assert [c["seed"] for c in found["cells"]] == [40] * 6
    assert Path(found["sheet"]).is_relative_to(film.root)
    assert "explore 010 --pick NUMBER --shoot" in done.stdout

    third = found["cells"][2]
    picked = shell.run("explore", "010", "--pick", "3", cwd=film.root)
    assert picked.returncode == 0, picked.stderr
    assert "--seed 40" in picked.stdout
    assert all(f"{field}={text}" in picked.stdout.replace("'", "") for field, text in third["brief"].items())
    assert film.takes() == ()

    shot = shell.run("explore", "010", "--pick", "3", "--shoot", cwd=film.root)
    assert shot.returncode == 0, shot.stderr
    (take,) = film.takes("010")
    assert take.seed == 40
    assert third["words"]["time_of_day"] in (take.brief.lighting or "day")


def test_a_shot_by_name_is_found_in_the_productions_scenes(shell: Shell, film: Production) -> None:
    film.register_source(film.root / "set.blend")
    done = shell.run("explore", "020", "--count", "2", cwd=film.root)
    assert done.returncode == 0, done.stderr
    assert re.search(r"shots/020/explore/\S+/sheet\.png", done.stdout)
    for words in (("explore", "030"), ("explore", "020", "--pick", "9"), ("explore", "020", "--keep", "plot")):
        wrong = shell.run(*words, cwd=film.root)
        assert wrong.returncode == 1
        assert "Error" in wrong.stderr
        assert "Traceback" not in wrong.stderr


def test_look_keeps_the_newest_picture_and_counts(shell: Shell, tmp_path: Path) -> None:
    blend = write_blend(tmp_path / "set.blend")
    out, figures = tmp_path / "now.png", tmp_path / "look.json"
    options = ("--play", "--seconds", "2", "--out", out, "--json", figures, "--brief", "lighting=night")
    done = shell.run("look", blend, *options)
    assert done.returncode == 0, done.stderr
    assert "http://127.0.0.1:" in done.stdout
    assert out.read_bytes().startswith(b"\x89PNG")
    found = json.loads(figures.read_text("utf-8"))
    assert found["pictures"] > 2
    assert found["per_second"] > 0


def test_look_tells_what_is_wrong(shell: Shell, tmp_path: Path) -> None:
    blend = write_blend(tmp_path / "set.blend")
    (tmp_path / "bad.blend").write_bytes(b"BLENDER-double")
    for words in (("look", tmp_path / "none.blend"), ("look", blend, "--brief", "smell=salt")):
        done = shell.run(*words)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "Error" in done.stderr
