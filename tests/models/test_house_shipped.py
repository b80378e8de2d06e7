"""The weights that ship: they fit this code, and they do what the words say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rushes.contracts import Brief, Size
from rushes.errors import ModelError
from rushes.generators.house import HouseGenerator
from rushes.generators.protocol import GenerateRequest
from rushes.models.store import ModelStore
from rushes.testing.analytic_shot import street
from rushes.testing.contexts import RecordingContext

SIZE = Size(128, 80)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return ModelStore([], home=tmp_path_factory.mktemp("home")).find("house_model")
    except ModelError:
        pytest.skip("assets/house_model is not there")


@pytest.fixture(scope="module")
def generator(folder: Path) -> HouseGenerator:
    return HouseGenerator(folder, device="cpu")


def picture(generator: HouseGenerator, **brief: str) -> np.ndarray:
    request = GenerateRequest(Brief(**brief), 7, SIZE, 1, 1)
    return next(iter(generator.generate(request, street(SIZE, frames=1), RecordingContext())))


def test_small_and_documented(folder: Path) -> None:
    assert sum(f.stat().st_size for f in folder.rglob("*")) < 60e6
    card = (folder / "README.md").read_text("utf-8")
    assert "CC0-1.0" in card
    assert "FIGURES" not in card


def test_the_brief_shows(generator: HouseGenerator) -> None:
    day, night = picture(generator, lighting="day"), picture(generator, lighting="night")
    dusk, fog = picture(generator, lighting="dusk"), picture(generator, environment="fog")
    noir = picture(generator, mood="noir")
    assert night.mean() < 0.7 * day.mean()
    assert (dusk[..., 0] - dusk[..., 2]).mean() > (day[..., 0] - day[..., 2]).mean() + 0.05
    assert fog.std() < day.std()
    assert np.ptp(noir, axis=-1).mean() < 0.6 * np.ptp(day, axis=-1).mean()


def test_the_artists_colours_show(generator: HouseGenerator) -> None:
    """The street's car is red."""
    shot = street(SIZE, frames=1)
    red = next(o for o in shot.legend.objects if o.color[0] > 2 * max(o.color[1:]))
    seen = shot.frame(0, SIZE).ids == red.id
    assert seen.sum() > 20
    shown = picture(generator, lighting="day")[seen].mean(0)
    assert shown[0] > 1.2 * shown[1]
