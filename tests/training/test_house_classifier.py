"""Losses with known answers, the classifier and the ablations at toy size."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from rushes.errors import ModelError
from rushes.models.house.build import HouseConfig
from rushes.models.house.features import CHANNELS, FEATURE_VERSION
from rushes.models.house.pipeline import HouseModelPipeline, save_pipeline
from rushes.models.house.vocabulary import FIELDS
from rushes.training import ablate
from rushes.training.classifier import Classifier, load_classifier, main
from rushes.training.dataset import HELD_OUT
from rushes.training.house_check import OverfitWatch, psnr_each, ssim
from rushes.training.losses import LossWeights, carry, detail_loss, perceptual_loss, temporal_loss, weight_of


def test_a_carried_picture_lands_where_the_motion_says() -> None:
    picture = torch.rand(1, 3, 8, 12)
    motion = torch.zeros(1, 2, 8, 12)
    motion[:, 0], motion[:, 1] = 2.0, -1.0
    made = carry(picture, motion)
    assert torch.allclose(made[..., 1:, :-2], picture[..., :-1, 2:], atol=1e-5)


def test_only_flicker_that_the_twin_has_not_costs() -> None:
    first = torch.rand(1, 3, 8, 12)
    motion, valid = torch.zeros(1, 2, 8, 12), torch.ones(1, 1, 8, 12)
    wanted = torch.cat([first, first * 0.5])
    assert float(temporal_loss(wanted + 0.1, wanted, motion, valid)) == pytest.approx(0, abs=1e-6)
    shaky = wanted + torch.tensor([0.1, -0.1]).view(2, 1, 1, 1)
    assert float(temporal_loss(shaky, wanted, motion, valid)) == pytest.approx(0.2, rel=0.02)
    assert float(temporal_loss(shaky, wanted, motion, 0 * valid)) == 0.0
    assert float(temporal_loss(shaky, wanted, motion[:0], valid[:0])) == 0.0


def test_softness_costs_detail() -> None:
    sharp = torch.rand(1, 3, 32, 32)
    soft = torch.nn.functional.avg_pool2d(sharp, 3, 1, 1)
    assert float(detail_loss(sharp, sharp)) == 0.0
    assert float(detail_loss(soft, sharp)) > 0.1


def test_figures_weigh_more() -> None:
    given = torch.zeros(1, len(CHANNELS), 2, 2)
    given[:, CHANNELS.index("class_character"), 0] = 1.0
    assert weight_of(given)[0, 0].tolist() == [[3.5, 3.5], [1.0, 1.0]]


def test_figures_of_a_check() -> None:
    a = torch.rand(2, 3, 16, 16) * 2 - 1
    assert torch.allclose(ssim(a, a), torch.ones(2), atol=1e-4)
    assert float(ssim(a, -a).max()) < 0
    assert torch.allclose(psnr_each(torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.2)), torch.tensor([20.0]))


def test_overfit_is_told_after_its_patience() -> None:
    watch = OverfitWatch(2)
    assert [watch.see(h, t) for h, t in ((20, 20), (21, 22), (20.5, 23), (20.2, 24))] == [False, False, False, True]
    other = OverfitWatch(2)
    other.load_state_dict(watch.state_dict())
    assert other.see(20.1, 25)
    assert not other.see(22.0, 25)
    watch = OverfitWatch(1)
    assert [watch.see(h, t) for h, t in ((20, 20), (19, 19))] == [False, False]  # both get worse: not overfit


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures whose brightness is their hour."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for seed in (0, *range(HELD_OUT, HELD_OUT + 4)):
        levels = np.array([40, 100, 160, 220])[:, None, None, None]
        pictures = np.clip(levels + rng.normal(0, 8, (4, 48, 64, 3)), 0, 255).astype(np.uint8)
        np.save(folder / f"pictures_{seed:06d}.npy", pictures)
        np.save(folder / f"features_{seed:06d}.npy", rng.uniform(0, 1, (4, 48, 64, len(CHANNELS))).astype(np.float16))
        notes = [{"hour": h, "weather": "clear", "mood": "neutral", "place": "city"} for h in FIELDS["time_of_day"]]
        note = {"feature_version": FEATURE_VERSION, "variants": notes}
        (folder / f"variants_{seed:06d}.json").write_text(json.dumps(note))
    return folder


def test_the_classifier_learns_loads_and_judges(data: Path, tmp_path: Path) -> None:
    assert sum(p.numel() for p in Classifier().parameters()) < 1_500_000
    assert main([str(data), str(tmp_path), "--steps", "40", "--batch", "16", "--cpu"]) == 0
    told = json.loads((tmp_path / "classifier.json").read_text())
    assert told["accuracy"]["time_of_day"] == 1.0
    model = load_classifier(tmp_path)
    dark, light = torch.full((1, 3, 48, 64), -0.7), torch.full((1, 3, 48, 64), 0.7)
    made = model(torch.cat([dark, light]))["time_of_day"].argmax(1).tolist()
    assert made == [0, 3]
    maps, pooled = model.features(dark)
    assert [m.shape[-1] for m in maps] == [16, 8, 4, 2, 1]
    assert pooled.shape == (1, 160)
    assert float(perceptual_loss(model.features, dark, dark)) == 0.0
    near = dark + 0.05
    assert float(perceptual_loss(model.features, near, dark)) < float(perceptual_loss(model.features, light, dark))


def test_a_folder_without_classifier_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no classifier"):
        load_classifier(tmp_path)
    (tmp_path / "classifier.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(ModelError, match="another version"):
        load_classifier(tmp_path)


def test_every_loss_is_left_out_once(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sets = ablate.variants(LossWeights(adversarial=0.1), judged=False)
    assert list(sets) == ["all", *(f"without {n}" for n in ("gradients", "temporal", "adversarial", "detail"))]
    assert sets["without temporal"] == dataclasses.replace(sets["all"], temporal=0.0)
    save_pipeline(HouseModelPipeline.build(HouseConfig((16, 16, 32), text_width=16, groups=8)), tmp_path / "model")
    monkeypatch.setattr(ablate, "variants", lambda base, judged: {k: sets[k] for k in ("all", "without temporal")})
    assert (
        ablate.main(
            [str(tmp_path / "model"), str(data), str(tmp_path / "out"), "--steps", "1", "--batch", "2", "--cpu"]
        )
        == 0
    )
    rows = json.loads((tmp_path / "out" / "ablation.json").read_text())["rows"]
    assert list(rows) == ["start", "all", "without temporal"]
    assert rows["all"]["psnr"] != rows["without temporal"]["psnr"] or rows["all"]["warp"] is None
    assert "| without temporal |" in (tmp_path / "out" / "ablation.md").read_text()
