"""The double has the surface of the real API, and the check that says so finds faults that are put in."""

from __future__ import annotations

from typing import Any

import pytest
import resolve_conform
import resolve_rules
import resolve_since
import resolve_stubs

from rushes.testing.resolve.base import ApiObject, api
from rushes.testing.resolve.names import CONSTANTS
from rushes.testing.resolve.objects import MediaPoolItem, TimelineItem

README_2104 = {
    "Resolve": 9,
    "ProjectManager": 1,
    "MediaPoolItem": 1,
    "Timeline": 1,
}
"""Methods in the README of 24 July 2026 that the stubs of 21.0.0 lack, by class."""


@pytest.fixture(scope="module")
def overlay() -> str:
    return resolve_stubs.overlay(resolve_stubs.installed_stub().read_text("utf-8"))


def test_the_double_has_the_surface_of_the_api(overlay: str) -> None:
    report = resolve_conform.compare(
        resolve_conform.surface(overlay),
        resolve_conform.double(),
        names=resolve_conform.constants(overlay),
        since=resolve_since.since(),
    )
    assert report.lines() == []


def test_what_came_after_the_stubs_is_in(overlay: str) -> None:
    stub = resolve_conform.surface(resolve_stubs.installed_stub().read_text("utf-8"))
    full = resolve_conform.surface(overlay)
    added = {owner: len(set(names) - set(stub[owner])) for owner, names in full.items() if owner in stub}
    assert {owner: count for owner, count in added.items() if count and owner != "Fusion"} == README_2104
    assert not {owner for owner in full if set(stub.get(owner, ())) - set(full[owner])}, "nothing was lost"


def test_every_addition_has_its_version() -> None:
    versions = resolve_since.since()
    added = [name for name, version in versions.items() if version in ("21.0.3", "21.0.4")]
    assert len(added) == sum(README_2104.values())
    assert versions["TimelineItem.SetName"] == "20.2"


class Faulty(ApiObject):
    """A stand-in for a class of the double, with faults."""

    @api()
    def GetName(self, formal: Any) -> Any:
        """One argument too many."""

    @api("19.0")
    def SetName(self, name: Any) -> Any:
        """There from too early a version."""

    @api()
    def Trim(self, frames: Any) -> Any:
        """Resolve has no such thing."""


def test_faults_that_are_put_in_are_found(overlay: str) -> None:
    want = resolve_conform.surface(overlay)
    report = resolve_conform.compare(want, {**resolve_conform.double(), "MediaPoolItem": Faulty})
    assert report.extra == ["MediaPoolItem.Trim"]
    assert report.arity == ["MediaPoolItem.GetName takes 1, the API 0"]
    assert "MediaPoolItem.AddMarker" in report.missing
    late = resolve_conform.compare(want, {"MediaPoolItem": Faulty}, since=resolve_since.since())
    assert late.early == ["MediaPoolItem.SetName is since 20.2, the double says 19.0"]
    assert "Timeline" in late.missing, "a whole class"


def test_a_constant_that_is_lost_or_shared_is_found(overlay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = resolve_conform.constants(overlay)
    monkeypatch.delitem(CONSTANTS, "EXPORT_OTIO")
    monkeypatch.setitem(CONSTANTS, "EXPORT_EDL", CONSTANTS["EXPORT_AAF"])
    number = CONSTANTS["EXPORT_AAF"][0]
    found = resolve_conform.compare({}, {}, names=names).constants
    assert sorted(found) == sorted(["EXPORT_OTIO is missing", f"{number} stands for several"])


def test_what_only_refuses_is_told_from_what_plays() -> None:
    listed = resolve_conform.unplayed()
    assert "TimelineItem.SetCDL" not in listed
    assert "Timeline.ConvertTimelineToStereo" in listed
    assert not {name for name in listed if name.split(".")[1] in vars(TimelineItem) | vars(MediaPoolItem)}


def test_the_page_of_rules_is_as_the_code_has_it() -> None:
    assert resolve_rules.PAGE.read_text("utf-8") == resolve_rules.page(), "run tools/resolve_rules.py"
