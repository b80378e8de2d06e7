"""Shared shots and the tiny Wan VACE."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rushes.contracts import Size
from rushes.testing.analytic_shot import AnalyticShot, street
from rushes.testing.tiny_house import build_tiny_house
from rushes.testing.tiny_wan import build_tiny_wan


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Toy tensors are faster on one core, and other tests may hold the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUSHES_THREADS", "1")
        yield


@pytest.fixture(scope="session")
def tiny_wan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a Wan VACE at toy size with random weights."""
    return build_tiny_wan(tmp_path_factory.mktemp("tiny") / "wan-vace")


@pytest.fixture(scope="session")
def tiny_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a house model at toy size with random weights."""
    return build_tiny_house(tmp_path_factory.mktemp("tiny") / "house_model")


@pytest.fixture(scope="session")
def shot() -> AnalyticShot:
    """A street, 9 frames."""
    return street(Size(96, 64), frames=9)
