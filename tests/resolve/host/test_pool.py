"""Bins and imports: made once, found again, and counted."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from resolve_scripts.host.pool import Bins, find_media, import_into, imported
from rushes.contracts import EditMedia, MediaKind
from rushes.errors import ResolveError
from rushes.testing.resolve import profile
from rushes.testing.resolve.desk import movie
from rushes.testing.resolve.pool import import_into as import_files
from rushes.testing.resolve.state import MediaState
from tests.resolve.conftest import Suite

Start = Callable[..., Suite]
NAMES = ("Rushes", "Film", "SQ010", "SH020")


@pytest.mark.parametrize("opens", [True, False])
def test_bins_are_made_once(suite: Start, opens: bool) -> None:
    one = suite(profile("21.0").but(subfolder_becomes_current=opens))
    one.sim.bin("Rushes/Film")
    Bins(one.session).get(NAMES)
    Bins(one.session).get(NAMES)
    assert [folder.name for folder in one.sim.project.root.walk()] == ["Master", *NAMES]
    bins = Bins(one.session)
    bins.open((*NAMES[:3], "SH030"))
    assert one.sim.project.folder.name == "SH030"
    bins.open(NAMES)
    assert one.sim.project.folder.name == "SH020"


def test_a_bin_that_is_refused(suite: Start) -> None:
    one = suite()
    one.sim.refuse("MediaPool.AddSubFolder")
    with pytest.raises(ResolveError) as refused:
        Bins(one.session).get(NAMES)
    assert refused.value.code == "resolve.bin"


def _media(one: Suite, name: str, frames: int = 6) -> EditMedia:
    path = movie(one.sim.app.folder / "files" / name, frames)
    return EditMedia(str(path), MediaKind.MOVIE, Fraction(24), 0, frames)


def test_media_come_back_in_the_order_they_were_given(suite: Start) -> None:
    one = suite()
    given = [_media(one, name) for name in ("c.mov", "a.mov", "b.mov")]
    gone = EditMedia("/nowhere/d.mov", MediaKind.MOVIE, Fraction(24), 0, 6)
    bins = Bins(one.session)
    found = import_into(bins, NAMES, given)
    assert [clip.GetName() for clip in found] == ["c.mov", "a.mov", "b.mov"]
    found = import_into(bins, NAMES, [gone, *given])
    assert [clip and clip.GetName() for clip in found] == [None, "c.mov", "a.mov", "b.mov"]


def test_an_answer_in_another_order_is_sorted_out_by_path(suite: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    one = suite()
    given = [_media(one, name) for name in ("a.mov", "b.mov", "c.mov")]

    def turned(*args: Any, **kwargs: Any) -> list[MediaState]:
        return import_files(*args, **kwargs)[::-1]

    monkeypatch.setattr("rushes.testing.resolve.pool.import_into", turned)
    found = import_into(Bins(one.session), NAMES, given)
    assert [clip.GetName() for clip in found] == ["a.mov", "b.mov", "c.mov"]


def test_a_file_is_imported_once_and_found_by_id_or_path(suite: Start) -> None:
    one = suite()
    media = _media(one, "a.mov")
    ids = {"take": "t1", "shot": "SH010", "production": "p"}
    clip = imported(one.session, media, NAMES, ids, {"Shot": "SH010"})
    again = imported(one.session, media, NAMES, ids)
    assert clip.GetUniqueId() == again.GetUniqueId()
    assert clip.GetThirdPartyMetadata() == {
        "rushes.take": "t1",
        "rushes.shot": "SH010",
        "rushes.production": "p",
    }
    assert clip.GetMetadata("Shot") == "SH010"
    by_path, by_take = find_media(one.session, path=media.path), find_media(one.session, take="t1")
    assert by_path is not None
    assert by_take is not None
    assert by_path.GetUniqueId() == by_take.GetUniqueId() == clip.GetUniqueId()
    assert find_media(one.session, take="t2") is None


def test_a_file_that_is_gone(suite: Start) -> None:
    one = suite()
    with pytest.raises(ResolveError, match=r"did not import /nowhere/d\.mov") as refused:
        imported(one.session, EditMedia("/nowhere/d.mov", MediaKind.MOVIE, Fraction(24), 0, 6), NAMES, {})
    assert refused.value.code == "resolve.import"
