"""Trains the house model on prepared pictures. `python -m rushes.training.house --help` for the options.

The state after every `save_every` steps is on disk whole (weights, EMA, optimiser, random state): a run that was
stopped goes on with the same numbers it would have had.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
import torch.distributed as distributed
import torch.nn.functional as functional
from numpy.typing import NDArray
from PIL import Image
from torch.multiprocessing.spawn import spawn

from rushes.models.house.build import HouseConfig
from rushes.models.house.features import CHANNELS
from rushes.models.house.pipeline import HouseModelPipeline, encode_prompts, predict, save_pipeline
from rushes.models.house.vocabulary import FIELDS
from rushes.training.dataset import Example, Pictures
from rushes.training.twin import Variant

__all__ = ["TrainConfig", "Trainer", "loss_of", "main", "prompt_of", "train"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainConfig:
    """What decides a training run."""

    data: Path
    """Folder made by `rushes.training.dataset.prepare`."""
    out: Path
    """Run folder: checkpoint, pictures, `final/` with the pipeline."""
    steps: int = 4000
    """Optimiser steps."""
    minutes: float = 0.0
    """Wall-clock budget that ends the run early and drives the learning rate; 0: none."""
    batch: int = 8
    crop: int = 96
    """Side of the square crops; a multiple of the network's size multiple."""
    rate: float = 5e-4
    """Peak learning rate."""
    warmup: int = 60
    seed: int = 0
    bf16: bool = True
    """Autocast to bfloat16."""
    threads: int = 1
    """Threads of a process: on a busy machine two processes of one thread do more than one of two."""
    processes: int = 1
    """Processes that share the work; each takes `batch` crops a step and gradients are averaged."""
    save_every: int = 100
    """Steps between checkpoints."""
    check_every: int = 200
    """Steps between validations on held-out scenes."""
    drop_text: float = 0.04
    """Chance per field of a prompt to be left open."""
    model: HouseConfig = field(default_factory=HouseConfig)


def prompt_of(variant: Variant, rng: random.Random | None = None, drop: float = 0.0) -> str:
    """The prompt of a picture; fields are left open ("<any>") with chance `drop`."""
    given = {"time_of_day": variant.hour, "weather": variant.weather, "place": variant.place, "mood": variant.mood}
    return " ".join("<any>" if rng is not None and rng.random() < drop else given[name] for name in FIELDS)


def loss_of(made: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor | None = None) -> torch.Tensor:
    """4·MSE + L1, by (B, 1, H, W) weights if given, + L1 of the picture's gradients, over (B, 3, H, W)."""
    dx = functional.l1_loss(made[..., 1:] - made[..., :-1], wanted[..., 1:] - wanted[..., :-1])
    dy = functional.l1_loss(made[..., 1:, :] - made[..., :-1, :], wanted[..., 1:, :] - wanted[..., :-1, :])
    off = made - wanted
    each = 4.0 * off * off + off.abs()
    return (each if weight is None else each * weight).mean() + dx + dy


def weight_of(given: torch.Tensor) -> torch.Tensor:
    """(B, 1, H, W) weights of the loss: figures and vehicles are small and looked at first."""
    at = {name: CHANNELS.index(f"class_{name}") for name in ("character", "vehicle", "vegetation")}
    heavy = 2.5 * given[:, at["character"]] + 1.5 * given[:, at["vehicle"]] + 0.5 * given[:, at["vegetation"]]
    return 1.0 + heavy[:, None]


def to_tensors(examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Features (B, C, h, w) and pictures (B, 3, h, w) in -1..1, float32."""
    given = torch.from_numpy(np.stack([e.features for e in examples]).astype(np.float32)).permute(0, 3, 1, 2)
    wanted = torch.from_numpy(np.stack([e.picture for e in examples]).astype(np.float32) / 127.5 - 1.0).permute(
        0, 3, 1, 2
    )
    return given, wanted


class Trainer:
    """One training run; `run` trains, `validate` looks at held-out scenes."""

    def __init__(self, config: TrainConfig, rank: int = 0) -> None:
        """`rank`: which of the `config.processes` this is; only the first writes files."""
        self.config = config
        self.rank = rank
        config.out.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        self.rng = random.Random(config.seed)
        self.pipeline = HouseModelPipeline.build(config.model)
        self.unet = self.pipeline.unet.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.text = self.pipeline.text_encoder
        self.parameters = [*self.unet.parameters(), *self.text.parameters()]
        self.optimizer = torch.optim.AdamW(self.parameters, config.rate, betas=(0.9, 0.99), weight_decay=0.01)
        self.ema = [p.detach().clone() for p in self.parameters]
        self.step = 0
        self.spent = 0.0
        self.pictures = Pictures(config.data, held_out=False)
        self.held_out = Pictures(config.data, held_out=True)
        if rank:
            self._own_chance()

    @property
    def checkpoint(self) -> Path:
        """Where the state is kept."""
        return self.config.out / "checkpoint.pt"

    def resume(self) -> bool:
        """Take up the run folder's checkpoint; False when there is none."""
        if not self.checkpoint.exists():
            return False
        state: dict[str, Any] = torch.load(self.checkpoint, weights_only=True)
        self.unet.load_state_dict(state["unet"])
        self.text.load_state_dict(state["text"])
        self.optimizer.load_state_dict(state["optimizer"])
        for mine, theirs in zip(self.ema, state["ema"], strict=True):
            mine.copy_(theirs)
        self.step, self.spent = int(state["step"]), float(state["spent"])
        if self.rank:
            self._own_chance()
            return True
        torch.set_rng_state(state["torch_rng"])
        version, internal, gauss = state["rng"]
        self.rng.setstate((version, tuple(internal), gauss))
        return True

    def _own_chance(self) -> None:
        """Give this process other crops and noise than its siblings."""
        seed = self.config.seed + 7919 * self.rank + 104729 * self.step
        self.rng = random.Random(seed)
        torch.manual_seed(seed)

    def save(self) -> None:
        """Write the whole state beside its name, then rename."""
        state = {
            "unet": self.unet.state_dict(),
            "text": self.text.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "ema": self.ema,
            "step": self.step,
            "spent": self.spent,
            "torch_rng": torch.get_rng_state(),
            "rng": [*self.rng.getstate()[:1], list(self.rng.getstate()[1]), self.rng.getstate()[2]],
        }
        part = self.checkpoint.with_suffix(f".{os.getpid()}")
        torch.save(state, part)
        part.replace(self.checkpoint)

    def progress(self) -> float:
        """Share of the run that is done, 0..1: by steps, or by the clock where a time budget is given."""
        by_steps = self.step / self.config.steps
        return min(1.0, max(by_steps, self.spent / (60 * self.config.minutes) if self.config.minutes else 0.0))

    def train_step(self) -> float:
        """One optimiser step; returns the loss."""
        c = self.config
        lr = (
            c.rate
            * min(1.0, (self.step + 1) / c.warmup)
            * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * self.progress())))
        )
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        examples = self.pictures.batch(self.rng, c.batch, c.crop)
        given, wanted = to_tensors(examples)
        prompts = [prompt_of(e.variant, self.rng, c.drop_text) for e in examples]
        noisy, sigma = self._start(wanted)
        with torch.autocast("cpu", torch.bfloat16, enabled=c.bf16):
            text = encode_prompts(self.pipeline.tokenizer, self.text, prompts)
            made = predict(self.unet, noisy, given, sigma, text)
        loss = loss_of(made.float(), wanted, weight_of(given))
        self.optimizer.zero_grad(set_to_none=True)
        cast(Any, loss).backward()
        if c.processes > 1:
            self._share()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.step += 1
        decay = min(0.995, (1 + self.step) / (20 + self.step))
        with torch.no_grad():
            for average, parameter in zip(self.ema, self.parameters, strict=True):
                average.lerp_(parameter.detach(), 1 - decay)
        return float(loss.detach())

    def _share(self) -> None:
        """Average the gradients, and the clock, over all processes."""
        grads = [p.grad if p.grad is not None else torch.zeros_like(p) for p in self.parameters]
        flat = torch.cat([g.reshape(-1) for g in grads] + [torch.tensor([self.spent])])
        distributed.all_reduce(flat)
        flat /= self.config.processes
        at = 0
        for parameter, grad in zip(self.parameters, grads, strict=True):
            parameter.grad = flat[at : at + grad.numel()].view_as(grad)
            at += grad.numel()
        self.spent = float(flat[-1])

    def _start(self, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """60 % pure start at zero, 15 % pure start at noise, the rest on the path, half of it without noise."""
        count = wanted.shape[0]
        pick = torch.rand(count)
        sigma = torch.where(pick < 0.75, torch.ones(count), torch.rand(count).clamp(0.02, 1.0))
        loud = ((pick >= 0.6) & (torch.rand(count) < 0.5)) | ((pick >= 0.6) & (pick < 0.75))
        noise = torch.randn_like(wanted) * loud.float().view(-1, 1, 1, 1)
        s = sigma.view(-1, 1, 1, 1)
        return (1 - s) * wanted + s * noise, sigma

    def averaged(self) -> HouseModelPipeline:
        """The pipeline with the averaged weights; the training weights are put back by `restore`."""
        self._kept = [p.detach().clone() for p in self.parameters]
        with torch.no_grad():
            for p, e in zip(self.parameters, self.ema, strict=True):
                p.copy_(e)
        return self.pipeline

    def restore(self) -> None:
        """Undo `averaged`."""
        with torch.no_grad():
            for p, k in zip(self.parameters, self._kept, strict=True):
                p.copy_(k)

    def validate(self, count: int = 24) -> float:
        """Mean PSNR (dB) of one-step pictures of held-out scenes; writes a grid beside the checkpoint."""
        pipeline = self.averaged()
        rows: list[NDArray[np.uint8]] = []
        psnr: list[float] = []
        for k in range(min(count, len(self.held_out))):
            example = self.held_out.example((k * 7) % len(self.held_out))
            given, _ = to_tensors([example])
            with torch.autocast("cpu", torch.bfloat16, enabled=self.config.bf16):
                made = pipeline(given, prompt_of(example.variant))[0]
            picture = (made.permute(1, 2, 0).float().numpy() * 255).round().astype(np.uint8)
            error = float(np.mean((picture.astype(np.float64) - example.picture) ** 2))
            psnr.append(10 * math.log10(255**2 / max(error, 1e-6)))
            rows.append(np.concatenate([picture, example.picture], 1))
        self.restore()
        if rows:
            while len(rows) % 3:
                rows.append(np.zeros_like(rows[0]))
            grid = np.concatenate([np.concatenate(rows[i : i + 3], 1) for i in range(0, len(rows), 3)], 0)
            Image.fromarray(grid).save(self.config.out / "held_out.png")
        return float(np.mean(psnr)) if psnr else float("nan")

    def finish(self) -> Path:
        """Save the averaged pipeline in `final/`."""
        folder = self.config.out / "final"
        save_pipeline(
            self.averaged(),
            folder,
            about={"steps": self.step, "pictures": len(self.pictures), "crop": self.config.crop},
        )
        self.restore()
        return folder

    def run(self) -> Path:
        """Train to the end and save; returns the folder of the pipeline."""
        c = self.config
        smooth: float | None = None
        while self.step < c.steps and self.progress() < 1.0:
            began = time.monotonic()
            loss = self.train_step()
            self.spent += time.monotonic() - began
            smooth = loss if smooth is None else 0.97 * smooth + 0.03 * loss
            if self.step % 20 == 0:
                self.pictures.refresh()
            if self.rank:
                continue
            if self.step % 20 == 0:
                _log.info(
                    "step %d loss %.4f, %.2f s a step, %d pictures",
                    self.step,
                    smooth,
                    self.spent / self.step,
                    len(self.pictures),
                )
                self.held_out.refresh()
            if self.step % c.check_every == 0:
                _log.info("step %d held-out PSNR %.2f dB", self.step, self.validate())
            if self.step % c.save_every == 0:
                self.save()
        if self.rank:
            return c.out
        self.save()
        _log.info("step %d held-out PSNR %.2f dB", self.step, self.validate())
        return self.finish()


def main(argv: Sequence[str] | None = None) -> int:
    """Command-line door."""
    parser = argparse.ArgumentParser(description="Train the house model on prepared pictures.")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--crop", type=int, default=96)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--no-bf16", action="store_true")
    parser.add_argument("--check-every", type=int, default=200)
    given = parser.parse_args(argv)
    config = TrainConfig(given.data, given.out, given.steps, given.minutes, given.batch, given.crop)
    config = replace(config, bf16=not given.no_bf16, processes=given.processes, check_every=given.check_every)
    config.out.mkdir(parents=True, exist_ok=True)
    (config.out / "config.json").write_text(json.dumps(asdict(config), indent=2, default=str) + "\n", "utf-8")
    train(config)
    return 0


def train(config: TrainConfig) -> Path:
    """Train, going on from the run folder's checkpoint if there is one; returns the folder of the pipeline."""
    if config.processes > 1:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the processes end with this one
        meeting = config.out / f"meeting_{os.getpid()}"
        spawn(_train_share, (config, meeting.resolve().as_uri()), config.processes, daemon=True)  # pyright: ignore[reportUnknownMemberType]
        meeting.unlink(missing_ok=True)
        return config.out / "final"
    return _train_one(config, 0)


def _train_share(rank: int, config: TrainConfig, meeting: str) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=config.processes)
    try:
        _train_one(config, rank)
        distributed.barrier()
    finally:
        distributed.destroy_process_group()


def _train_one(config: TrainConfig, rank: int) -> Path:
    trainer = Trainer(config, rank)
    if trainer.resume():
        _log.info("goes on at step %d", trainer.step)
    return trainer.run()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sys.exit(main())
