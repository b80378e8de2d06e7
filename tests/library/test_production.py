"""Productions on disk: made, moved, shared, broken and repaired."""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path

import pytest

from rushes.contracts import Rating, Size
from rushes.errors import BlendError, DiskFullError, ProductionError
from rushes.library.files import host_tag
from rushes.library.index import Index
from rushes.library.production import Production

from .conftest import MakeTake


def test_create_and_open_keep_what_was_given(production: Production) -> None:
    again = Production.open(production.root)
    assert again.about == production.about
    assert again.name == "Harbour"
    assert again.rate == Fraction(24000, 1001)
    assert again.size == Size(640, 360)


def test_create_refuses_a_folder_that_is_a_production(production: Production) -> None:
    before = (production.root / "production.json").read_bytes()
    with pytest.raises(ProductionError, match="already") as caught:
        Production.create(production.root, "Other")
    assert caught.value.code == "production.exists"
    assert (production.root / "production.json").read_bytes() == before


def test_create_on_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "film").write_text("")
    with pytest.raises(ProductionError) as caught:
        Production.create(tmp_path / "film")
    assert caught.value.code == "production.path"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "production.unreadable"),
        ('{"version": 99}', "production.newer"),
        ('{"version": 1}', "production.unreadable"),
    ],
)
def test_open_tells_what_is_wrong(production: Production, content: str, code: str) -> None:
    (production.root / "production.json").write_text(content)
    with pytest.raises(ProductionError) as caught:
        Production.open(production.root)
    assert caught.value.code == code
    assert caught.value.hint


def test_open_without_production(tmp_path: Path) -> None:
    with pytest.raises(ProductionError) as caught:
        Production.open(tmp_path)
    assert caught.value.code == "production.missing"


def test_find_looks_in_parents(production: Production, tmp_path: Path) -> None:
    deep = production.root / "shots" / "010"
    deep.mkdir()
    assert Production.find(deep) == production.root
    assert Production.find(tmp_path) is None


def test_moves_as_one_piece(production: Production, make_take: MakeTake, tmp_path: Path) -> None:
    outside = tmp_path / "outside.blend"
    outside.write_bytes(b"BLENDER")
    inside = production.root / "scenes" / "set.blend"
    inside.parent.mkdir()
    inside.write_bytes(b"BLENDER")
    production.register_source(outside)
    production.register_source(inside)
    take = make_take(production, "t1")
    text = "".join(p.read_text() for p in production.root.rglob("*.json"))
    assert str(production.root) not in text
    moved = tmp_path / "elsewhere" / "film2"
    moved.parent.mkdir()
    shutil.move(production.root, moved)
    again = Production.open(moved)
    assert again.takes() == (take,)
    assert again.take_folder("t1").is_relative_to(moved)
    assert again.check_source(moved / "scenes" / "set.blend") == moved / "scenes" / "set.blend"
    assert set(again.sources()) == {outside, moved / "scenes" / "set.blend"}


def test_sources_outside_must_be_registered(production: Production, tmp_path: Path) -> None:
    blend = tmp_path / "set.blend"
    blend.write_bytes(b"BLENDER")
    with pytest.raises(ProductionError) as caught:
        production.check_source(blend)
    assert caught.value.code == "production.source"
    production.register_source(blend)
    production.register_source(blend)
    assert Production.open(production.root).check_source(blend) == blend
    assert len(production.about.sources) == 1
    blend.unlink()
    with pytest.raises(BlendError) as gone:
        production.check_source(blend)
    assert gone.value.code == "blend.missing"


def test_source_may_not_leave_by_dots_or_links(production: Production, tmp_path: Path) -> None:
    secret = tmp_path / "secret.blend"
    secret.write_bytes(b"BLENDER")
    (production.root / "link.blend").symlink_to(secret)
    for path in ("../secret.blend", production.root / "link.blend", production.root / ".." / "secret.blend"):
        with pytest.raises(ProductionError) as caught:
            production.check_source(path)
        assert caught.value.code == "production.source"


def test_take_appears_whole_and_once(production: Production, make_take: MakeTake) -> None:
    with production.stage_take("010", "t1") as folder:
        (folder / "clip.mp4").write_bytes(b"half")
        assert production.takes() == ()
        assert production.find_take("t1") is None
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "take.json").write_text("{}")
    shutil.rmtree(production.shot_folder("010") / "takes" / "t1")
    take = make_take(production, "t1")
    assert production.takes("010") == (take,)
    assert production.takes("020") == ()
    with pytest.raises(ProductionError) as caught:
        make_take(production, "t1", seed=2)
    assert caught.value.code == "production.take_exists"
    assert production.takes() == (take,)


def test_failed_or_unfinished_staging_leaves_nothing(production: Production) -> None:
    with pytest.raises(IsADirectoryError), production.stage_take("010", "t1") as folder:
        folder.write_bytes(b"half")
    with pytest.raises(ProductionError) as caught, production.stage_take("010", "t2"):
        pass
    assert caught.value.code == "production.unfinished"
    assert list((production.root / "shots" / "010" / "takes").iterdir()) == []


def test_full_disk_is_said_and_leaves_nothing(production: Production) -> None:
    with pytest.raises(DiskFullError), production.stage_take("010", "t1"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert production.takes() == ()
    assert list((production.root / "shots" / "010" / "takes").iterdir()) == []


_DIE = """
import os, sys
from rushes.library.production import Production
with Production.open(sys.argv[1]).stage_take("010", "killed") as folder:
    (folder / "clip.mp4").write_bytes(b"half")
    os._exit(9)
"""


def _python(code: str, *args: str) -> subprocess.CompletedProcess[str]:
    core = str(Path(__file__).parents[2] / "core")
    env = {**os.environ, "PYTHONPATH": core}
    return subprocess.run([sys.executable, "-c", code, *args], env=env, text=True, capture_output=True, check=False)


def test_leftovers_of_a_dead_process_are_cleaned_at_open(production: Production, make_take: MakeTake) -> None:
    assert _python(_DIE, str(production.root)).returncode == 9
    takes = production.root / "shots" / "010" / "takes"
    assert len(list(takes.iterdir())) == 1
    alive = takes / f".staging-t-x-{host_tag()}-{os.getpid()}"
    other_machine = takes / ".staging-t-x-zzzzzz-999999"
    alive.mkdir()
    other_machine.mkdir()
    assert production.takes() == ()
    again = Production.open(production.root)
    assert set(takes.iterdir()) == {alive, other_machine}
    make_take(again, "killed")
    assert [t.id for t in again.takes()] == ["killed"]


@pytest.mark.parametrize("bad", ["../t", "a/b", "", ".hidden", "a" * 65, "t\n"])
def test_ids_cannot_leave_the_production(production: Production, bad: str) -> None:
    for attempt in (production.find_take, production.take_folder, production.trash, production.passes_folder):
        with pytest.raises(ProductionError):
            attempt(bad)
    with pytest.raises(ProductionError), production.stage_take("010", bad):
        pass


def test_linked_folders_are_refused(production: Production, make_take: MakeTake, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (production.root / "shots" / "010").symlink_to(outside)
    with pytest.raises(ProductionError) as caught:
        make_take(production, "t1")
    assert caught.value.code == "production.path"
    assert list(outside.iterdir()) == []
    assert production.takes() == ()


def test_shots_named_like_paths_stay_inside(production: Production, make_take: MakeTake) -> None:
    take = make_take(production, "t1", shot="../../up/Größe: 1")
    assert production.takes("../../up/Größe: 1") == (take,)
    assert production.take_folder("t1").parents[2] == production.root / "shots"


def test_reindex_gives_the_same_takes(production: Production, make_take: MakeTake) -> None:
    for n in range(4):
        make_take(production, f"t{n}", shot=f"0{n % 2}0", seed=n)
    production.rate_take("t2", Rating.KEPT, "best light")
    before = production.takes()
    (production.root / "index.sqlite").write_bytes(b"not a database at all" * 100)
    assert Production.open(production.root).takes() == before
    assert production.reindex() == 4
    assert production.takes() == before


def test_index_follows_edits_by_others(production: Production, make_take: MakeTake) -> None:
    make_take(production, "t1")
    make_take(production, "t2", seed=2)
    production.takes()
    path = production.take_folder("t1") / "take.json"
    data = json.loads(path.read_text())
    data["notes"] = "by hand"
    path.write_text(json.dumps(data))
    shutil.rmtree(production.take_folder("t2"))
    assert [(t.id, t.notes) for t in production.takes()] == [("t1", "by hand")]


def test_damaged_take_is_left_out_and_said(
    production: Production, make_take: MakeTake, caplog: pytest.LogCaptureFixture
) -> None:
    make_take(production, "t1")
    make_take(production, "t2", seed=2)
    (production.take_folder("t2") / "take.json").write_text("{")
    shutil.copytree(production.take_folder("t1"), production.take_folder("t1").with_name("copy"))
    with caplog.at_level(logging.WARNING):
        assert [t.id for t in production.takes()] == ["t1"]
    assert "damaged" in caplog.text
    assert "copy" in caplog.text


def test_ratings_and_notes(production: Production, make_take: MakeTake) -> None:
    make_take(production, "t1")
    assert production.rate_take("t1", Rating.KEPT).rating is Rating.KEPT
    assert production.rate_take("t1", notes="light ✓").rating is Rating.KEPT
    again = Production.open(production.root).find_take("t1")
    assert again is not None
    assert (again.rating, again.notes) == (Rating.KEPT, "light ✓")
    with pytest.raises(ProductionError) as caught:
        production.rate_take("t9", Rating.KEPT)
    assert caught.value.code == "production.take"


def test_trash_keeps_and_restore_brings_back(production: Production, make_take: MakeTake) -> None:
    take = make_take(production, "t1")
    gone = production.trash("t1")
    assert (gone / "clip.mp4").read_bytes() == b"clip"
    assert production.takes() == ()
    make_take(production, "t1", seed=2)
    with pytest.raises(ProductionError):
        production.restore("t1")
    second = production.trash("t1")
    assert second != gone
    assert production.restore("t1") == take
    assert production.takes() == (take,)


def test_match_take_by_part_of_its_id(production: Production, make_take: MakeTake) -> None:
    make_take(production, "261120-aaa")
    make_take(production, "261120-bbb", seed=2)
    assert production.match_take("bbb").id == "261120-bbb"
    with pytest.raises(ProductionError, match="2 takes fit"):
        production.match_take("261120")
    with pytest.raises(ProductionError, match="no take"):
        production.match_take("ccc")


def test_an_index_that_another_process_is_making_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.3, other.execute, ("ROLLBACK",))
    done.start()
    try:
        with Index(path).writing() as db:  # SQLite itself refuses to change the journal while it is locked, at once
            assert Index.stamps(db) == {}
    finally:
        done.join()
        other.close()


_WRITER = """
import sys
from fractions import Fraction
from rushes.contracts import Brief, Rating, Size, Take, encode
from rushes.library.files import write_json
from rushes.library.production import Production
root, who = sys.argv[1:]
p = Production.open(root)
for n in range(12):
    take = Take(f"{who}{n}", "010", f"2026-11-20T10:00:{n:02d}+00:00", n, Brief(), "fake", "0" * 64, Size(2, 2), 1,
                Fraction(24), 0.1)
    with p.stage_take("010", take.id) as folder:
        write_json(folder / "take.json", encode(take))
    shared = p.find_take("shared")
    p.rate_take("shared", notes=who)
    p.rate_take(take.id, Rating.KEPT)
    p.register_source(f"{root}/{who}.blend") if n == 5 else None
    p.takes()
"""


def test_two_processes_write_at_once(production: Production, make_take: MakeTake) -> None:
    make_take(production, "shared")
    for who in "ab":
        (production.root / f"{who}.blend").write_bytes(b"BLENDER")
    core = str(Path(__file__).parents[2] / "core")
    env = {**os.environ, "PYTHONPATH": core}
    running = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(production.root), who], env=env, stderr=subprocess.PIPE)
        for who in "ab"
    ]
    errors = [p.communicate(timeout=60)[1].decode() for p in running]
    assert [p.returncode for p in running] == [0, 0], errors
    takes = Production.open(production.root).takes()
    assert len(takes) == 25
    assert sum(t.rating is Rating.KEPT for t in takes) == 24
    assert {p.name for p in Production.open(production.root).sources()} == {"a.blend", "b.blend"}
