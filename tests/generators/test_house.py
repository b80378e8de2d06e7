"""The house generator with random toy weights: what it does around its network."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch

from rushes.contracts import Brief, Legend, Size
from rushes.errors import ModelError, SizeError
from rushes.generators.house import HouseGenerator
from rushes.generators.house_frames import guess_boxes
from rushes.generators.protocol import GenerateRequest
from rushes.media.conditioning import ShotInputs
from rushes.models.house.build import HouseConfig
from rushes.models.house.pipeline import HouseModelPipeline, save_pipeline
from rushes.models.house.vocabulary import FIELDS
from rushes.testing.analytic_shot import AnalyticShot
from rushes.testing.contexts import RecordingContext

SIZE = Size(96, 64)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    where = tmp_path_factory.mktemp("house")
    save_pipeline(HouseModelPipeline.build(HouseConfig(channels=(32, 32, 32), text_width=16, groups=8)), where)
    return where


@pytest.fixture(scope="module")
def generator(folder: Path) -> HouseGenerator:
    return HouseGenerator(folder, device="cpu")


def asked(**changes: object) -> GenerateRequest:
    return dataclasses.replace(GenerateRequest(Brief(lighting="dusk"), 7, SIZE, 1, 1), **changes)  # type: ignore[arg-type]


def first(generator: HouseGenerator, shot: AnalyticShot, **changes: object) -> np.ndarray:
    return next(iter(generator.generate(asked(**changes), shot, RecordingContext())))


def test_brief_is_read_in_the_vocabulary(generator: HouseGenerator) -> None:
    reading = generator.read_brief(Brief(lighting="sunset", environment="misty docks with zeppelins"))
    assert reading.values == {
        "time_of_day": "dusk",
        "weather": "fog",
        "place": "harbour",
        "mood": "neutral",
        "style": "cinematic",
    }
    assert reading.unknown == ("zeppelins",)
    assert reading.notes == tuple(f"{n}, since the brief does not say" for n in ("mood: neutral", "style: cinematic"))
    assert {f.name for f in generator.descriptor.vocabulary} == set(FIELDS)


def test_the_brief_moves_the_sun(generator: HouseGenerator) -> None:
    camera = ((1.0, 0.0, 0.0, 0.0), (0.0, 0.0, -1.0, 0.0), (0.0, 1.0, 0.0, 1.6), (0.0, 0.0, 0.0, 1.0))
    noon = generator.sun_direction(Brief(lighting="noon"), camera)
    dusk = generator.sun_direction(Brief(lighting="sunset"), camera)
    assert noon is not None
    assert dusk is not None
    assert noon[2] > 0.6 > 0.2 > dusk[2] > 0


def test_a_shot_that_is_too_short_holds_its_last_frame(generator: HouseGenerator, shot: AnalyticShot) -> None:
    frames = len(shot) + 2
    made = list(generator.generate(asked(frames=frames), shot, RecordingContext()))
    assert len(made) == frames
    assert np.array_equal(made[-1], made[len(shot) - 1])
    assert made[-1] is not made[len(shot) - 1]


def test_seeds(generator: HouseGenerator, shot: AnalyticShot) -> None:
    assert not np.array_equal(first(generator, shot), first(generator, shot, seed=8))
    ident = shot.legend.objects[1].id
    assert not np.array_equal(first(generator, shot), first(generator, shot, object_seeds={ident: 99}))


def test_colours_can_be_let_go(generator: HouseGenerator, shot: AnalyticShot) -> None:
    assert not np.array_equal(first(generator, shot), first(generator, shot, strengths={"color": 0.0}))
    assert np.array_equal(first(generator, shot), first(generator, shot, strengths={"color": 1.0}))


class _Unbounded:
    """A shot whose legend, as older passes have it, says no bounds."""

    def __init__(self, shot: AnalyticShot) -> None:
        self._shot = shot
        self.legend = Legend(tuple(dataclasses.replace(o, bounds=None) for o in shot.legend.objects), shot.legend.sun)

    def __len__(self) -> int:
        return len(self._shot)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shot, name)


def test_bounds_are_guessed_where_the_legend_has_none(shot: AnalyticShot) -> None:
    assert guess_boxes(shot, SIZE) == {}
    found = guess_boxes(cast(ShotInputs, _Unbounded(shot)), SIZE)
    true = {o.id: np.asarray(o.bounds) for o in shot.legend.objects}
    assert found
    for ident, box in found.items():
        assert (box[1] >= box[0]).all()
        slack = 0.05 * (true[ident][1] - true[ident][0]).max() + 0.05
        assert (box[0] >= true[ident][0] - slack).all()
        assert (box[1] <= true[ident][1] + slack).all()


def test_illegal_size_is_refused_before_loading(folder: Path, shot: AnalyticShot) -> None:
    with pytest.raises(SizeError):
        HouseGenerator(folder, device="cpu").generate(asked(size=Size(97, 64)), shot, RecordingContext())


def test_a_missing_model_says_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        HouseGenerator(tmp_path).check_installed()
    assert caught.value.code == "model.missing"
    assert caught.value.hint


def test_requests_side_by_side_give_what_each_gives_alone(
    generator: HouseGenerator, shot: AnalyticShot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUSHES_THREADS", "2")
    looks = ("dusk", "noon", "night")
    wanted = [(asked(brief=Brief(lighting=look), seed=i), shot) for i, look in enumerate(looks)]
    together = list(generator.generate_each(wanted, RecordingContext()))
    again = list(generator.generate_each(wanted, RecordingContext()))
    assert all(np.array_equal(a, b) for a, b in zip(together, again, strict=True))
    monkeypatch.setenv("RUSHES_THREADS", "1")  # another number of threads for a frame may round otherwise
    for (request, inputs), picture in zip(wanted, together, strict=True):
        assert np.array_equal(next(iter(generator.generate(request, inputs, RecordingContext()))), picture)
    assert np.abs(together[0] - together[1]).max() > 0.05
