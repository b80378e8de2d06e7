"""The registry: explicit, atomic, lazy, and one broken generator does not break the others."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from rushes.contracts import ModelRef
from rushes.errors import ModelError
from rushes.generators.protocol import Generator
from rushes.generators.registry import BUILTINS, ENTRY_POINTS, Registry, builtin_registry
from rushes.testing.fake_generator import FakeGenerator


class Unweighted(FakeGenerator):
    """A double whose weights are missing."""

    def __init__(self) -> None:
        super().__init__("unweighted")

    def check_installed(self) -> None:
        raise ModelError("No weights.", code="model.missing", hint="Put them there.")

    def model_ref(self) -> ModelRef:
        raise AssertionError("listing must not hash weights")


def boom() -> Generator:
    raise ZeroDivisionError("foreign trouble")


def test_made_once_on_first_use() -> None:
    made: list[int] = []

    def make() -> Generator:
        made.append(1)
        return FakeGenerator()

    registry = Registry({"fake": make})
    assert registry.ids() == ("fake",)
    assert not made
    assert registry.get("fake") is registry.get("fake")
    assert len(made) == 1


def test_duplicates_raise_and_add_is_all_or_nothing() -> None:
    registry = Registry({"fake": FakeGenerator})
    with pytest.raises(ValueError, match="'fake' is registered already"):
        registry.add({"new": lambda: FakeGenerator("new"), "fake": FakeGenerator})
    assert registry.ids() == ("fake",)
    with pytest.raises(ValueError, match="without spaces"):
        registry.add({"new": lambda: FakeGenerator("new"), " ": FakeGenerator})
    assert registry.ids() == ("fake",)


def test_unknown_id_lists_the_known() -> None:
    with pytest.raises(ModelError, match="no generator named 'nope'") as caught:
        Registry({"fake": FakeGenerator}).get("nope")
    assert caught.value.code == "model.unknown"
    assert "fake" in caught.value.hint


def test_a_broken_one_is_reported_and_the_others_work() -> None:
    registry = Registry({"boom": boom, "liar": FakeGenerator, "not": dict, "fake": FakeGenerator})  # type: ignore[dict-item]
    rows = {row.id: row for row in registry.listings()}
    assert "foreign trouble" in rows["boom"].hint
    assert "its descriptor says 'fake'" in rows["liar"].hint
    assert "not a Generator" in rows["not"].hint
    assert rows["fake"].installed
    assert [d.id for d in registry.descriptors()] == ["fake"]
    with pytest.raises(ModelError) as caught:
        registry.get("boom")
    assert caught.value.code == "model.broken"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_missing_weights_are_listed_with_the_hint() -> None:
    row = Registry({"unweighted": Unweighted}).listings()[0]
    assert row.descriptor is not None
    assert not row.installed
    assert "Put them there." in row.hint


def test_unload_keeps_the_one_in_use() -> None:
    registry = Registry({"a": lambda: FakeGenerator("a"), "b": lambda: FakeGenerator("b")})
    a, b = registry.get("a"), registry.get("b")
    a.load()
    b.load()
    registry.unload(keep="a")
    a.load()
    b.load()
    assert isinstance(a, FakeGenerator)
    assert isinstance(b, FakeGenerator)
    assert (a.loads, b.loads) == (1, 2)


def test_third_parties_come_by_entry_point() -> None:
    where = "rushes.testing.fake_generator:FakeGenerator"
    points = [
        EntryPoint("fake", where, ENTRY_POINTS),
        EntryPoint("gone", "no.such.module:Thing", ENTRY_POINTS),
        EntryPoint("house", where, ENTRY_POINTS),
        EntryPoint("fake", where, ENTRY_POINTS),
    ]
    registry = builtin_registry(points)
    assert registry.ids() == (*BUILTINS, "fake", "gone")
    assert registry.get("fake").descriptor.id == "fake"
    row = registry._listing("gone")
    assert row.descriptor is None
    assert "No module named" in row.hint


def test_listing_the_builtins_never_imports_torch() -> None:
    code = (
        "import sys; from rushes.generators.registry import builtin_registry, BUILTINS\n"
        "found = [d.id for d in builtin_registry([]).descriptors()]\n"
        "heavy = [m for m in ('torch', 'diffusers', 'transformers') if m in sys.modules]\n"
        "assert not heavy, heavy\nprint(','.join(found))"
    )
    env_path = ":".join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": env_path}, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().split(",") == list(BUILTINS)
