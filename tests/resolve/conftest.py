"""A simulator of Resolve, a session in it, a desk beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.actions.base import Action, Outcome
from resolve_scripts.host import subtitling
from resolve_scripts.host.session import Session, open_session
from rushes.testing.resolve import Profile, Simulator
from rushes.testing.resolve.desk import FakeDesk
from rushes.testing.resolve.names import parse_rate_setting


@dataclass
class Suite:
    """Resolve (a double) and the desk (a double)."""

    sim: Simulator
    desk: FakeDesk

    @property
    def session(self) -> Session:
        return open_session(self.sim.globals())

    def run(self, action: Action, **options: str) -> Outcome:
        """Run an action as the menu does, in a session of its own."""
        return action.run(self.session, self.desk, options)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The double needs no time to settle."""
    monkeypatch.setattr(subtitling.time, "sleep", lambda _: None)


@pytest.fixture
def suite(tmp_path: Path) -> Callable[..., Suite]:
    """`suite("21.0-studio", rate="25")`: an open, empty film and a production of the same rate."""

    def made(
        which: Profile | str = "21.0.4-studio", rate: str = "24", source: Fraction | None = None, **more: Any
    ) -> Suite:
        sim = Simulator(which, tmp_path / "resolve")
        sim.new_project(rate, "Film", **more)
        parsed = parse_rate_setting(rate)
        assert parsed is not None
        return Suite(sim, FakeDesk(tmp_path / "film", rate=source or parsed[0]))

    return made
