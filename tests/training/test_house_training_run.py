"""The house model's training at toy size: repeatable, resumable, fed while the folder grows, and it learns."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rushes.errors import InputError
from rushes.models.house.build import HouseConfig
from rushes.models.house.features import CHANNELS, FEATURE_VERSION
from rushes.training.classifier import Classifier, save_classifier
from rushes.training.dataset import HELD_OUT
from rushes.training.house import TrainConfig, Trainer, train
from rushes.training.house_config import config_from
from rushes.training.losses import LossWeights
from rushes.training.picture_store import PictureStore, crop_window

TINY = HouseConfig(channels=(16, 16, 32), text_width=16, groups=8)
CPU = torch.device("cpu")


def write_scene(folder: Path, seed: int, pair_of: int | None = None) -> None:
    """Two small pictures of random inputs that are their colour hints; a pair's has moved 2 pixels to the right."""
    rng = np.random.default_rng(seed if pair_of is None else pair_of)
    features = rng.uniform(-1, 1, (2, 48, 64, len(CHANNELS))).astype(np.float16)
    if pair_of is not None:
        features = np.roll(features, 2, 2)
        motion = np.zeros((48, 64, 3), np.float16)
        motion[..., 0], motion[:, 2:, 2] = -2.0, 1.0
        np.save(folder / f"motion_{seed:06d}.npy", motion)
    at = CHANNELS.index("hint_r")
    np.save(folder / f"features_{seed:06d}.npy", features)
    np.save(folder / f"pictures_{seed:06d}.npy", ((features[..., at : at + 3] + 1) * 127).astype(np.uint8))
    notes = [
        {"hour": h, "weather": "fog", "mood": "noir", "place": "city", "seed": k} for k, h in enumerate(("day", "dusk"))
    ]
    data = {"feature_version": FEATURE_VERSION, "pair_of": pair_of, "variants": notes}
    (folder / f"variants_{seed:06d}.json").write_text(json.dumps(data))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes to train on and one held out, one of each with a pair."""
    folder = tmp_path_factory.mktemp("pictures")
    for seed in (0, HELD_OUT, HELD_OUT + 1):
        write_scene(folder, seed)
    write_scene(folder, 500_000, 0)
    write_scene(folder, 500_000 + HELD_OUT, HELD_OUT)
    return folder


def config(data: Path, out: Path, **changes: Any) -> TrainConfig:
    base = TrainConfig(
        data, out, steps=6, batch=4, crops=((32, 48),), crop_share=0.5, warmup=1, bf16=False, cpu=True,
        log_every=2, check_every=100, model=TINY,
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


def weights(trainer: Trainer) -> list[torch.Tensor]:
    return [p.detach().clone() for p in (*trainer.parameters, *trainer.averaged.parameters())]


def test_resume_gives_the_same_bits(data: Path, tmp_path: Path) -> None:
    losses = LossWeights(adversarial=0.1)
    whole = Trainer(config(data, tmp_path / "whole", losses=losses, adversarial_after=0.3))
    for _ in range(6):
        whole.train_step()
    first = Trainer(config(data, tmp_path / "halves", losses=losses, adversarial_after=0.3))
    for _ in range(3):
        first.train_step()
    first.save()
    second = Trainer(config(data, tmp_path / "halves", losses=losses, adversarial_after=0.3))
    assert second.resume()
    assert second.step == 3
    for _ in range(3):
        second.train_step()
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(second), strict=True))
    assert whole.adversary is not None
    assert second.adversary is not None
    theirs = zip(whole.adversary.parameters, second.adversary.parameters, strict=True)
    assert all(torch.equal(a, b) for a, b in theirs)


def test_it_learns(data: Path, tmp_path: Path) -> None:
    trainer = Trainer(config(data, tmp_path, steps=60, rate=3e-3))
    losses = [float(trainer.train_step()["pixels"]) for _ in range(25)]
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:3])


def test_a_run_leaves_a_model_figures_and_curves(data: Path, tmp_path: Path) -> None:
    from rushes.models.house.load import load_house
    from rushes.models.placement import Placement

    folder = train(config(data, tmp_path, steps=2, check_every=1, grid_every=2))
    assert load_house(folder, Placement("cpu", "float32")).unet is not None
    told = json.loads((tmp_path / "progress.json").read_text())
    assert told["step"] == 2
    assert told["checks"][0]["psnr"] > 0
    assert told["checks"][0]["warp_twin"] == pytest.approx(0, abs=0.1)
    assert (tmp_path / "held_out.png").exists()
    assert (tmp_path / "grids" / "step_000002.png").exists()
    assert list((tmp_path / "curves").iterdir())
    save_classifier(Classifier((8, 16)), tmp_path / "eye", {})
    again = train(config(data, tmp_path, steps=3, log_every=1, start=folder, classifier=tmp_path / "eye"))
    assert json.loads((tmp_path / "progress.json").read_text())["losses"]["perceptual"] > 0
    assert json.loads((again / "rushes.json").read_text())["steps"] == 3


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_sigterm_stops_with_a_checkpoint(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Trainer.train_step

    def told_to_stop(self: Trainer) -> dict[str, torch.Tensor]:
        if self.step == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return step(self)

    monkeypatch.setattr(Trainer, "train_step", told_to_stop)
    train(config(data, tmp_path, steps=50))
    trainer = Trainer(config(data, tmp_path))
    assert trainer.resume()
    assert trainer.step == 2
    assert json.loads((tmp_path / "progress.json").read_text())["stopped"]


@pytest.mark.slow
def test_two_processes_share_the_work(data: Path, tmp_path: Path) -> None:
    train(config(data, tmp_path, steps=2, processes=2, threads=1))
    assert json.loads((tmp_path / "final" / "rushes.json").read_text())["batch"] == 8


def test_the_store_takes_up_what_is_added(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no prepared pictures"):
        PictureStore(tmp_path, CPU).wait(seconds=0.1)
    write_scene(tmp_path, 500_100, 100)
    store = PictureStore(tmp_path, CPU)
    assert (len(store), store.pairs) == (2, [])
    write_scene(tmp_path, 100)
    (tmp_path / "variants_000101.json").write_text('{"feature_version": 2, "variants"')  # half written
    assert store.refresh() == 4
    assert store.pairs == [(2, 0), (3, 1)]
    batch = store.draw(random.Random(0), 6, 2)
    assert batch.given.shape == (6, len(CHANNELS), 48, 64)
    assert float(batch.valid.mean()) > 0.9
    assert torch.equal(batch.wanted[2:4, ..., 2:], batch.wanted[:2, ..., :-2])


def test_a_resident_store_gives_the_same_batches(data: Path) -> None:
    mapped = PictureStore(data, CPU)
    held = PictureStore(data, CPU, max_gb=0.05, resident=True)
    a, b = (s.draw(random.Random(3), 5, 1, (4, 6, 32, 48)) for s in (mapped, held))
    for x, y in zip(dataclasses.astuple(a), dataclasses.astuple(b), strict=True):
        assert torch.equal(x, y)
    full = PictureStore(data, CPU, max_gb=0.0014, resident=True)
    assert len(full.tokens) == 4


def test_held_out_scenes_and_their_pairs_are_not_trained_on(data: Path) -> None:
    store = PictureStore(data, CPU)
    assert len(store.train) == 6
    assert len(store.held_out) == 4
    assert len(store.pairs) == len(store.held_out_pairs) == 2
    assert not set(store.train) & set(store.held_out)


def test_a_windows_mirror_points_inside_or_nowhere() -> None:
    given = torch.zeros(1, len(CHANNELS), 16, 32)
    mx, my, m = (CHANNELS.index(c) for c in ("mirror_x", "mirror_y", "mirror"))
    given[:, m] = 1.0
    given[:, mx] = (torch.arange(32) + 0.5) * 2 / 32 - 1  # every pixel mirrors itself
    given[:, my] = ((torch.arange(16) + 0.5) * 2 / 16 - 1)[:, None]
    made, _ = crop_window(given, given[:, :3], 4, 8, 8, 16)
    x, y = (made[0, mx] + 1) * 8 - 0.5, (made[0, my] + 1) * 4 - 0.5
    assert torch.allclose(x, torch.arange(16.0).expand(8, 16), atol=1e-4)
    assert torch.allclose(y, torch.arange(8.0)[:, None].expand(8, 16), atol=1e-4)
    given[:, mx] = -1.0
    made, _ = crop_window(given, given[:, :3], 4, 8, 8, 16)
    assert float(made[:, [mx, my, m]].abs().max()) == 0.0


def test_the_command_line_says_everything(tmp_path: Path) -> None:
    made = config_from(
        [str(tmp_path), "run", "--minutes", "2", "--temporal", "0", "--crops", "64x96", "--channels", "32,64"]
    )
    assert (made.minutes, made.losses.temporal, made.crops, made.model.channels) == (2.0, 0.0, ((64, 96),), (32, 64))


def test_a_machine_that_cannot_compile_trains_all_the_same(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def compiled(*_: Any, **__: Any) -> Any:
        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError("no C compiler")

        return fail

    monkeypatch.setattr(torch, "compile", compiled)
    trainer = Trainer(config(data, tmp_path, compile=True))
    assert "not compiled: no C compiler" in caplog.text
    assert float(trainer.train_step()["loss"]) > 0
