"""A simulator per test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rushes.testing.resolve import Profile, Simulator


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Simulator]:
    """`start("21.0-studio", rate="25")`: a simulator with an empty film."""

    def made(which: Profile | str = "21.0.4-studio", rate: str = "24", **settings: Any) -> Simulator:
        sim = Simulator(which, tmp_path / "resolve")
        sim.new_project(rate, "Film", **settings)
        return sim

    return made
