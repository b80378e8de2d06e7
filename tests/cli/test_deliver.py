"""`rushes deliver resolve` and `rushes conform` as an artist types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from rushes.library.production import Production

from .conftest import Shell


@pytest.fixture(scope="module")
def shot(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from rushes.testing.analytic_door import write_blend

    root = tmp_path_factory.mktemp("deliver") / "film"
    write_blend(root / "set.blend")
    Production.create(root, "Harbour")
    done = shell.run("shoot", "set.blend", "--shot", "010", cwd=root)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def film(shot: Path, tmp_path: Path) -> Path:
    shutil.copytree(shot, tmp_path / "film")
    return tmp_path / "film"


def test_a_cut_goes_out_and_comes_back(shell: Shell, film: Path) -> None:
    done = shell.run("deliver", "resolve", "--zip", cwd=film)
    assert done.returncode == 0, done.stderr
    folder = film / "deliveries" / "Harbour_v01"
    assert str(folder / "HOW_TO.pdf") in done.stdout
    assert "100% of the picture AI-generated" in done.stdout
    assert (film / "deliveries" / "Harbour_v01.zip").is_file()
    done = shell.run("conform", folder / "Harbour.xml", "--against", folder, "--json", "c.json", "--keep", cwd=film)
    assert done.returncode == 0, done.stderr
    assert "1 takes used" in done.stdout
    assert "kept now:" in done.stdout
    found = json.loads((film / "c.json").read_text("utf-8"))
    assert found["share"] == 1.0
    assert [r["matched"] for r in found["report"]["rows"]] == ["id"]
    assert found["report"]["changes"] == []
    kept = [t.id for t in Production.open(film).takes() if t.rating.value == "kept"]
    assert kept == found["kept"] == found["report"]["used"]


def test_wrong_words_are_told(shell: Shell, film: Path) -> None:
    (film / "out").mkdir()
    done = shell.run("deliver", "resolve", "--out", "out", cwd=film)
    assert (done.returncode, "is there already" in done.stderr) == (1, True)
    done = shell.run("deliver", "resolve", "--fps", "fast", cwd=film)
    assert (done.returncode, "'fast' is not a frame rate" in done.stderr) == (1, True)
    done = shell.run("deliver", "resolve", "--drop", cwd=film)
    assert (done.returncode, "does not exist at 24 fps" in done.stderr) == (1, True)
    (film / "cut.edl").write_text("no cut")
    done = shell.run("conform", "cut.edl", cwd=film)
    assert (done.returncode, "no edit list" in done.stderr) == (1, True)
    assert [p.name for p in (film / "out").iterdir()] == []
    assert not list(film.rglob("*.part"))
