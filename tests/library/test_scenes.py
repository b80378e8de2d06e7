"""Copies of scenes: the old ones that nothing needs go, all others stay."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rushes.library.files import write_json
from rushes.library.production import Production

from .conftest import MakeTake

DAY = 86400


def copy(production: Production, name: str, days: float = 30) -> Path:
    path = production.root / "scenes" / f"{name}.blend"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"BLENDER")
    then = time.time() - days * DAY
    os.utime(path, (then, then))
    return path


def test_only_old_copies_that_nothing_needs_are_removed(production: Production, make_take: MakeTake) -> None:
    for take in ("taken", "trashed"):
        make_take(production, take)
        write_json(production.take_folder(take) / "source.json", {"blend": f"scenes/{take}.blend"})
    production.trash("trashed")
    write_json(_folder(production, "shots/010/explore/e1") / "explore.json", {"blend": "scenes/explored.blend"})
    stay = [copy(production, name) for name in ("taken", "trashed", "explored", "queued", "registered")]
    production.register_source(stay[-1])
    stay.append(copy(production, "young", days=6))
    gone = [copy(production, name) for name in ("forgotten", "Straße")]
    for name in ("taken", "forgotten"):
        write_json(_cache(production) / f"scene-{name}.json", _summary(name))
    assert set(production.prune_scenes(keep=[stay[3]])) == set(gone)
    assert sorted((production.root / "scenes").iterdir()) == sorted(stay)
    assert [p.name for p in (production.root / ".cache").glob("*.json")] == ["scene-taken.json"]
    assert production.prune_scenes(days=5, keep=[stay[3]]) == (stay[-1],)


def _cache(production: Production) -> Path:
    folder = production.root / ".cache"
    folder.mkdir(exist_ok=True)
    return folder


def _summary(name: str) -> object:
    return {"info": {"blend": f"scenes/{name}.blend"}}


def _folder(production: Production, name: str) -> Path:
    folder = production.root / name
    folder.mkdir(parents=True)
    return folder


def test_nothing_goes_while_a_source_cannot_be_read(
    production: Production, make_take: MakeTake, caplog: pytest.LogCaptureFixture
) -> None:
    make_take(production, "t1")
    (production.take_folder("t1") / "source.json").write_text("{")
    old = copy(production, "old")
    assert production.prune_scenes() == ()
    assert old.exists()
    assert "kept" in caplog.text


def test_links_and_strangers_are_left_alone(production: Production, tmp_path: Path) -> None:
    outside = tmp_path / "outside.blend"
    outside.write_bytes(b"BLENDER")
    os.utime(outside, (0, 0))
    old = copy(production, "old")
    (production.root / "scenes" / "link.blend").symlink_to(outside)
    (production.root / "scenes" / "notes.txt").write_text("mine")
    os.utime(production.root / "scenes" / "notes.txt", (0, 0))
    assert production.prune_scenes() == (old,)
    assert outside.exists()
    assert len(list((production.root / "scenes").iterdir())) == 2
