"""A production is found again wherever the folders went."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blender_addon.logic.place import beside, default_folder, find_production, production_id


def production(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "production.json").write_text(json.dumps({"id": name}))
    return folder


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A job's folder with a .blend and its production side by side."""
    production(tmp_path / "job" / "film", "one")
    (tmp_path / "job" / "scenes").mkdir()
    (tmp_path / "job" / "scenes" / "a.blend").touch()
    return tmp_path


def test_where_it_was(film: Path) -> None:
    root = str(film / "job" / "film")
    blend = str(film / "job" / "scenes" / "a.blend")
    assert beside(root, blend) == "../film"
    assert find_production(root, "../film", "one", blend) == root


def test_moved_together(film: Path) -> None:
    (film / "job").rename(film / "Auftrag für Ö")
    blend = str(film / "Auftrag für Ö" / "scenes" / "a.blend")
    assert find_production(str(film / "job" / "film"), "../film", "one", blend) == str(film / "Auftrag für Ö" / "film")


def test_another_production_at_the_old_place_is_not_taken(film: Path) -> None:
    (film / "job" / "film").rename(film / "job" / "film_v2")
    production(film / "job" / "film", "another")
    blend = str(film / "job" / "scenes" / "a.blend")
    found = find_production(str(film / "job" / "film"), "../film", "one", blend)
    assert found == str(film / "job" / "film_v2")  # near by, by its id


def test_the_default_folder_is_looked_into(film: Path, tmp_path: Path) -> None:
    production(tmp_path / "productions" / "moved", "one")
    found = find_production("/gone", "", "one", "", [str(tmp_path / "productions")])
    assert found == str(tmp_path / "productions" / "moved")


def test_the_blend_inside_its_production(tmp_path: Path) -> None:
    root = production(tmp_path / "film", "one")
    (root / "scenes").mkdir()
    assert find_production("/gone", "", "one", str(root / "scenes" / "a.blend")) == str(root)


def test_nowhere(tmp_path: Path) -> None:
    assert find_production(str(tmp_path / "gone"), "../gone", "one", str(tmp_path / "a.blend")) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": 0}', '"x"'])
def test_a_damaged_production_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "production.json").write_text(text)
    assert production_id(tmp_path) is None


def test_a_new_one_is_offered_beside_the_file_or_where_the_artist_keeps_them() -> None:
    assert default_folder("/jobs/street.blend", "") == "/jobs/street_production"
    assert default_folder("/jobs/street.blend", "/films") == "/films/street_production"
    assert default_folder("", "/films") == "/films/untitled_production"
