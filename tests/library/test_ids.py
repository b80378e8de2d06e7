"""Names that every file system takes."""

from __future__ import annotations

import pytest

from rushes.client import new_take_id
from rushes.errors import ProductionError
from rushes.library.ids import check_id, folder_name


@pytest.mark.parametrize("name", ["010", "Shot 10", "Größe", "港の朝", "a.b", "Konsole"])
def test_good_names_stay(name: str) -> None:
    assert folder_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["a/b", "a\\b", "..", ".", "con", "CON.txt", "LPT1", "x.", "a\x00b", "a\u202eb", ".hid", "x" * 300, "港" * 90],
)
def test_other_names_become_safe(name: str) -> None:
    safe = folder_name(name)
    assert safe != name
    assert not set(safe) & set('<>:"/\\|?*\x00\u202e')
    assert not safe.startswith(".")
    assert safe.rstrip(". ") == safe
    assert safe.split(".")[0].lower() not in {"con", "lpt1"}
    assert len(safe.encode()) < 140


def test_different_names_get_different_folders() -> None:
    names = ["a/b", "a:b", "a_b", "con", "_con", "x.", "x"]
    assert len({folder_name(n) for n in names}) == len(names)


def test_composed_and_decomposed_are_one_name() -> None:
    assert folder_name("Gro\u0308ße") == folder_name("Größe")


@pytest.mark.parametrize("name", ["", "  "])
def test_a_shot_needs_a_name(name: str) -> None:
    with pytest.raises(ProductionError):
        folder_name(name)


def test_new_ids_are_legal_and_differ() -> None:
    ids = [new_take_id() for _ in range(200)]
    assert len(set(ids)) == 200
    assert [i[:16] for i in ids] == sorted(i[:16] for i in ids)
    assert all(check_id(i) == i for i in ids)
