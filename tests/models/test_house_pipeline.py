"""The pipeline at toy size: built, run, saved, loaded; and where its light comes from."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

from rushes.errors import ModelError
from rushes.models.house.build import HouseConfig, build_tokenizer
from rushes.models.house.features import CHANNELS, LAYERS
from rushes.models.house.load import load_house
from rushes.models.house.painters import painters
from rushes.models.house.palette import default_color, is_untouched
from rushes.models.house.pipeline import HouseModelPipeline, save_pipeline
from rushes.models.house.sun import ELEVATION, default_sun
from rushes.models.placement import Placement

TINY = HouseConfig(channels=(32, 32, 32), text_width=16, groups=8)
CPU = Placement("cpu", "float32")


@pytest.fixture(scope="module")
def pipeline() -> HouseModelPipeline:
    torch.manual_seed(0)
    return HouseModelPipeline.build(TINY)


@pytest.fixture(scope="module")
def given() -> torch.Tensor:
    return torch.rand(2, len(CHANNELS), 16, 24, generator=torch.Generator().manual_seed(1)) * 2 - 1


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_pictures(pipeline: HouseModelPipeline, given: torch.Tensor, steps: int) -> None:
    made = pipeline(given, "dusk clear city neutral", num_inference_steps=steps)
    assert made.shape == (2, 3, 16, 24)
    assert 0 <= float(made.min()) <= float(made.max()) <= 1
    assert torch.equal(made, pipeline(given, "dusk clear city neutral", num_inference_steps=steps))


def test_one_step_from_zero_is_the_networks_own_picture(pipeline: HouseModelPipeline, given: torch.Tensor) -> None:
    one = pipeline(given, "day clear city neutral")
    assert torch.equal(one, pipeline(given, "day clear city neutral", latents=torch.zeros(2, 3, 16, 24)))


def test_words_change_the_picture(pipeline: HouseModelPipeline, given: torch.Tensor) -> None:
    day, night = (pipeline(given, f"{hour} clear city neutral") for hour in ("day", "night"))
    assert float((day - night).abs().max()) > 1e-5
    assert torch.equal(pipeline(given, ["day clear city neutral", "night clear city neutral"])[:1], day[:1])


def test_features_change_the_picture(pipeline: HouseModelPipeline, given: torch.Tensor) -> None:
    assert not torch.equal(pipeline(given, "day"), pipeline(given * 0.5, "day"))


def test_unknown_words_are_any() -> None:
    tokenizer = build_tokenizer()
    assert tokenizer("zorgblatt").input_ids == tokenizer("<any>").input_ids


def test_layers(given: torch.Tensor) -> None:
    made = painters(given)
    assert made.shape == (2, LAYERS, 3, 16, 24)
    assert torch.isfinite(made).all()


def test_save_and_load(
    pipeline: HouseModelPipeline, given: torch.Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUSHES_PRECISION", "float32")
    folder = tmp_path / "house"
    save_pipeline(pipeline, folder, about={"steps": 1})
    assert not list(folder.rglob("*.bin"))
    assert json.loads((folder / "model_index.json").read_text())["tokenizer"][1] == "PreTrainedTokenizerFast"
    one, two = load_house(folder, CPU)(given, "dusk fog"), load_house(folder, CPU)(given, "dusk fog")
    assert torch.equal(one, two)
    assert torch.allclose(one, pipeline(given, "dusk fog"), atol=1e-5)


def test_weights_for_other_inputs_are_refused(pipeline: HouseModelPipeline, tmp_path: Path) -> None:
    save_pipeline(pipeline, tmp_path)
    note = json.loads((tmp_path / "rushes.json").read_text())
    (tmp_path / "rushes.json").write_text(json.dumps({**note, "feature_version": 0}))
    with pytest.raises(ModelError) as caught:
        load_house(tmp_path, CPU)
    assert caught.value.code == "model.version"
    assert caught.value.hint


def test_damaged_weights_are_named(pipeline: HouseModelPipeline, tmp_path: Path) -> None:
    save_pipeline(pipeline, tmp_path)
    weights = next((tmp_path / "unet").glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ModelError) as caught:
        load_house(tmp_path, CPU)
    assert caught.value.code == "model.unreadable"


@pytest.mark.parametrize("hour", sorted(ELEVATION))
def test_the_default_sun_lights_what_the_camera_sees(hour: str) -> None:
    looking_north = ((1, 0, 0, 0), (0, 0, -1, 0), (0, 1, 0, 1.6), (0, 0, 0, 1))
    x, y, z = default_sun(hour, looking_north)
    assert math.isclose(math.hypot(x, y, z), 1.0, abs_tol=1e-9)
    assert x > 0
    assert y < 0
    assert math.isclose(math.degrees(math.asin(z)), ELEVATION[hour], abs_tol=1e-6)
    straight_down = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 30), (0, 0, 0, 1))
    assert math.isfinite(sum(default_sun(hour, straight_down)))


def test_untouched_blocks_get_a_colour_of_the_place() -> None:
    assert is_untouched((0.8, 0.8, 0.8))
    assert is_untouched((1.0, 1.0, 1.0))
    assert not is_untouched((0.79, 0.8, 0.8))
    assert default_color("building", "city", 1, 2) == default_color("building", "city", 1, 2)
    assert default_color("ground", "snow", 1, 2) == default_color("ground", "snow", 1, 7)
    assert len({default_color("building", "city", 1, i) for i in range(20)}) > 10
