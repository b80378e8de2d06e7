from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from rushes.contracts import ShootRequest, Size, encode
from rushes.generators.registry import Registry
from rushes.jobs import shoot
from rushes.jobs.registry import Services
from rushes.library.production import Production
from rushes.testing.analytic_door import AnalyticDoor, write_blend
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator


@dataclass
class Studio:
    """A production with a scene, on doubles: no Blender, no weights."""

    production: Production
    blend: Path
    door: AnalyticDoor
    services: Services

    def request(self, take_id: str = "t1", **changes: Any) -> dict[str, Any]:
        given: dict[str, Any] = {"shot": "010", "seed": 7, "generator": "fake", **changes}
        return encode(
            ShootRequest(production=str(self.production.root), blend=str(self.blend), take_id=take_id, **given)
        )

    def shoot(self, take_id: str = "t1", context: RecordingContext | None = None, **changes: Any) -> dict[str, Any]:
        return shoot.run(self.request(take_id, **changes), context or RecordingContext(), self.services)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    production = Production.create(tmp_path / "film", "Harbour", Fraction(24), Size(96, 54))
    blend = write_blend(tmp_path / "set.blend")
    production.register_source(blend)
    door = AnalyticDoor()
    registry = Registry({"fake": FakeGenerator})
    return Studio(production, blend, door, Services(home=tmp_path / "home", registry=registry, door=door))
