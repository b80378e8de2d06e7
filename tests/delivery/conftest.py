from __future__ import annotations

import shutil
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from rushes.contracts import FrameRange, Rating, ShootRequest, Size, encode
from rushes.generators.registry import Registry
from rushes.jobs import shoot
from rushes.jobs.registry import Services
from rushes.library.production import Production
from rushes.testing.analytic_door import AnalyticDoor, write_blend
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator


@dataclass
class Film:
    """A production with takes, made by doubles of Blender and of a model."""

    production: Production
    services: Services


@pytest.fixture(scope="session")
def shot_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two takes of SH010, one kept; one of SH020; one of SH030, rejected."""
    home = tmp_path_factory.mktemp("shot")
    production = Production.create(home / "film", "Harbour", Fraction(24), Size(96, 54))
    blend = write_blend(home / "set.blend")
    production.register_source(blend)
    services = Services(home / "home", registry=Registry({"fake": FakeGenerator}), door=AnalyticDoor())
    for take, shot, start in (("aa1", "SH010", 11), ("aa2", "SH010", 11), ("bb1", "SH020", 5), ("cc1", "SH030", 1)):
        request = ShootRequest(
            production=str(production.root),
            blend=str(blend),
            shot=shot,
            take_id=take,
            seed=len(take),
            generator="fake",
            camera="cam 010",
            range=FrameRange(start, start + 7),
            keep_frames=take == "aa1",
            brief={"subject": "a boat", "style": "ink"},
        )
        shoot.run(encode(request), RecordingContext(), services)
    production.rate_take("aa1", Rating.KEPT, "the light")
    production.rate_take("cc1", Rating.REJECTED)
    return production.root


@pytest.fixture
def film(shot_film: Path, tmp_path: Path) -> Film:
    """A copy: a production moves as one piece."""
    shutil.copytree(shot_film, tmp_path / "film")
    return Film(Production.open(tmp_path / "film"), Services(home=tmp_path / "home"))
