"""What hosts list: shots, takes and explorations, and that a revision tells of every change."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from rushes.contracts import ExplorationCell, FrameRange, Rating, Size, decode, encode
from rushes.contracts.take import Take
from rushes.errors import ProductionError
from rushes.library import place
from rushes.library.explorations import Cell, Exploration, list_explorations
from rushes.library.files import write_json
from rushes.library.production import Production

from .conftest import MakeTake


def edit(production: Production, take: str, **changes: object) -> None:
    """By hand, past the library."""
    path = production.take_folder(take) / "take.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


def revision(production: Production) -> str:
    state = production.state()
    assert state is not None
    return state.revision


def test_a_shot_is_judged_by_its_newest_kept_take(production: Production, make_take: MakeTake) -> None:
    for seed in (1, 2, 3):
        make_take(production, f"t{seed}", "010", seed)
    edit(production, "t1", origin={"camera": "one"})
    edit(production, "t2", origin={"camera": "two"})
    make_take(production, "u1", "020", 1)

    def judged() -> list[tuple[str, int, int, str, str, dict[str, str]]]:
        state = production.state()
        assert state is not None
        return [(s.shot, s.count, s.kept, s.newest, s.judged, s.origin) for s in state.shots]

    production.rate_take("u1", Rating.REJECTED)
    assert judged() == [("010", 3, 0, "t3", "t3", {}), ("020", 1, 0, "u1", "", {})]
    production.rate_take("t3", Rating.REJECTED)
    assert judged()[0] == ("010", 3, 0, "t3", "t2", {"camera": "two"})
    production.rate_take("t1", Rating.KEPT)
    assert judged()[0] == ("010", 3, 1, "t3", "t1", {"camera": "one"})


CHANGES: dict[str, Callable[[Production, MakeTake], object]] = {
    "a new take": lambda p, make: make(p, "t2", "010", 2),
    "a rating": lambda p, make: Production.open(p.root).rate_take("t1", Rating.KEPT),
    "a note": lambda p, make: p.rate_take("t1", notes="wider"),
    "the trash": lambda p, make: p.trash("t1"),
    "an edit by hand": lambda p, make: edit(p, "t1", notes="by hand"),
    "a new source": lambda p, make: p.register_source(_blend(p)),
}


def _blend(production: Production) -> Path:
    path = production.root / "x.blend"
    path.write_bytes(b"")
    return path


@pytest.mark.parametrize("change", CHANGES)
def test_the_revision_tells_of(change: str, production: Production, make_take: MakeTake) -> None:
    make_take(production, "t1")
    before = revision(production)
    assert production.state(before) is None
    CHANGES[change](production, make_take)
    after = production.state(before)
    assert after is not None
    assert after.revision != before


def test_a_revision_is_found_without_the_index(production: Production, make_take: MakeTake) -> None:
    make_take(production, "t1")
    known = revision(production)
    (production.root / "index.sqlite").write_bytes(b"not a database")
    assert production.state(known) is None
    assert (production.root / "index.sqlite").read_bytes() == b"not a database"


def test_a_row_says_where_files_are_and_which_are_gone(production: Production, make_take: MakeTake) -> None:
    make_take(production, "t1")
    folder = production.take_folder("t1")
    (folder / "poster.png").write_bytes(b"png")
    write_json(folder / "recipe.json", {"camera": "Cam.A", "range": {"start": 5, "end": 9, "step": 2}})
    write_json(folder / "measures.json", {"version": 1, "warp_error": 1.25})
    edit(production, "t1", origin={"blend": "/scenes/a.blend"}, files={"pictures": "frames"})
    row = production.row("t1")
    assert (row.clip, row.poster) == (str(folder / "clip.mp4"), str(folder / "poster.png"))
    assert (row.camera, row.range, row.warp_error) == ("Cam.A", FrameRange(5, 9, 2), 1.25)
    assert row.origin == {"blend": "/scenes/a.blend"}
    assert row.missing == ("pictures",)
    (folder / "clip.mp4").unlink()
    (folder / "frames").mkdir()
    assert production.row("t1").missing == ("clip",)


def test_rows_of_some_shots_oldest_first(production: Production, make_take: MakeTake) -> None:
    for take, shot, seed in (("c", "010", 9), ("a", "010", 3), ("b", "020", 5), ("d", "030", 1)):
        make_take(production, take, shot, seed)
    assert [r.id for r in production.rows(["010", "020", "nowhere"])] == ["a", "b", "c"]
    assert [r.id for r in production.rows()] == ["d", "a", "b", "c"]


def test_damaged_recipes_leave_facts_empty(production: Production, make_take: MakeTake) -> None:
    make_take(production, "t1")
    folder = production.take_folder("t1")
    (folder / "recipe.json").write_text('{"range": "yes", "camera": null}')
    (folder / "measures.json").write_text("{")
    edit(production, "t1", notes="read it again")
    row = production.row("t1")
    assert (row.camera, row.range, row.warp_error) == ("", None, None)


def test_takes_from_before_origins_are_read(production: Production, make_take: MakeTake) -> None:
    make_take(production, "t1")
    path = production.take_folder("t1") / "take.json"
    data = json.loads(path.read_text("utf-8"))
    del data["origin"]
    path.write_text(json.dumps(data), "utf-8")
    assert production.row("t1").origin == {}
    assert decode(Take, data).origin == {}


def test_an_index_of_the_first_form_is_made_again(production: Production, make_take: MakeTake) -> None:
    take = make_take(production, "t1")
    index = production.root / "index.sqlite"
    index.unlink(missing_ok=True)
    first = Path(place.__file__).with_name("migrations") / "0001_takes.sql"
    db = sqlite3.connect(index)
    db.executescript(first.read_text("utf-8") + "PRAGMA user_version = 1;")
    row = ("gone", "gone", "010", "", "kept", "", json.dumps(encode(take)))
    db.execute("INSERT INTO takes VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    db.commit()
    db.close()
    assert [r.id for r in production.rows()] == ["t1"]


def test_what_cannot_be_written_can_be_looked_at(
    production: Production, make_take: MakeTake, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_take(production, "t1")
    (production.root / "index.sqlite").unlink(missing_ok=True)
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and may(path, mode))
    there = Production.open(production.root)
    state = there.state()
    assert state is not None
    assert not state.info.writable
    assert [r.id for r in there.rows(["010"])] == ["t1"]
    for change in (lambda: there.rate_take("t1", Rating.KEPT), lambda: there.trash("t1"), there.prune_scenes):
        with pytest.raises(ProductionError, match="read-only") as caught:
            change()
        assert caught.value.code == "production.read_only"
    assert not (production.root / "index.sqlite").exists()


def test_the_same_production_may_be_made_twice(tmp_path: Path) -> None:
    made = Production.create(tmp_path / "film", "Film", Fraction(25), id="abc")
    again = Production.create(tmp_path / "film", "Film", Fraction(25), id="abc")
    assert again.about == made.about
    with pytest.raises(ProductionError, match="already"):
        Production.create(tmp_path / "film", "Film", Fraction(25), id="other")


def test_a_take_in_use_stays_where_it_is(
    production: Production, make_take: MakeTake, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_take(production, "t1")

    def busy(source: object, target: object) -> None:
        raise PermissionError(13, "in use")

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", busy)
        with pytest.raises(ProductionError) as caught:
            production.trash("t1")
    assert caught.value.code == "production.busy"
    assert production.find_take("t1") is not None


def test_explorations_with_whole_paths(production: Production) -> None:
    for number, name in enumerate(("e2", "e1")):
        folder = production.shot_folder("010") / "explore" / name
        folder.mkdir(parents=True)
        about = Exploration(
            version=1,
            id=name,
            shot="010",
            camera="Cam",
            frame=12,
            created=f"2026-11-2{number}",
            generator="house",
            model="",
            blend="a.blend",
            size=Size(64, 36),
            strengths={},
            use_scene_sun=True,
            cells=(Cell(1, 7, {"mood": "noir"}, {"mood": "noir"}, "01.png"),),
        )
        write_json(folder / "explore.json", encode(about))
    (production.shot_folder("010") / "explore" / "broken").mkdir()
    rows = list_explorations(production, "010")
    assert [r.id for r in rows] == ["e2", "e1"]
    home = production.shot_folder("010") / "explore" / "e2"
    assert rows[0].sheet == str(home / "sheet.png")
    assert rows[0].cells == (ExplorationCell(1, 7, {"mood": "noir"}, {"mood": "noir"}, str(home / "01.png")),)
    assert list_explorations(production, "nowhere") == ()
