"""Trains the house model on prepared pictures. `rushes train house --help` for the options.

All chance is drawn from generators seeded by the step, and a checkpoint holds weights, averages and optimisers whole:
a run that was stopped goes on with the same numbers it would have had.
"""

from __future__ import annotations

import json
import logging
import math
import os
import random
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.multiprocessing.spawn import spawn

from rushes.errors import ModelError
from rushes.models.house.pipeline import save_pipeline
from rushes.training.classifier import Classifier, load_classifier
from rushes.training.house_check import Check, OverfitWatch, check, grid, spread
from rushes.training.house_config import TrainConfig, config_from
from rushes.training.house_network import Adversary, Network, State, accelerator_for, start_of, try_compile
from rushes.training.losses import detail_loss, perceptual_loss, reconstruction, temporal_loss, weight_of
from rushes.training.picture_store import Batch, PictureStore

__all__ = ["TrainConfig", "Trainer", "main", "train"]

_log = logging.getLogger(__name__)


class Trainer:
    """One training run; `run` trains, `validate` looks at held-out scenes."""

    def __init__(self, config: TrainConfig, store: PictureStore | None = None) -> None:
        """`store`: pictures that are in memory already."""
        self.config = config
        logging.getLogger("accelerate").setLevel(logging.WARNING)
        config.out.mkdir(parents=True, exist_ok=True)
        self.accelerator = accelerator_for(config)
        self.device = self.accelerator.device
        self.rank, self.main = self.accelerator.process_index, self.accelerator.is_main_process
        self.on_gpu = self.device.type != "cpu"
        if self.on_gpu:
            torch.set_float32_matmul_precision("high")
            torch.backends.cudnn.benchmark = True
        elif config.threads:
            torch.set_num_threads(config.threads)
        self.batch = config.batch or (32 if self.on_gpu else 4)
        torch.manual_seed(config.seed)
        self.network = Network.build(config).to(self.device)
        self.averaged = self.network.copy()
        self.parameters = list(self.network.parameters())
        fused = self.device.type == "cuda"
        optimizer = torch.optim.AdamW(self.parameters, config.rate, (0.9, 0.99), weight_decay=0.01, fused=fused)
        if config.compile:
            try_compile(self.network, self.device, (self.batch, *config.crops[0]), self.accelerator)
        self.model, self.optimizer = cast(Any, self.accelerator).prepare(self.network, optimizer)
        self.adversary = Adversary(config, self.device) if config.losses.adversarial > 0 else None
        self.step, self.spent, self.smooth = 0, 0.0, {}
        self.judge: Classifier | None = None
        self._find_judge()
        self.watch = OverfitWatch(config.patience)
        self.history: list[dict[str, Any]] = []
        self.overfit = self.stopping = False
        self.accelerator.register_for_checkpointing(State(self))
        self.store = store or PictureStore(config.data, self.device, max_gb=config.max_gb)
        self.curves: Any = None

    @property
    def checkpoint(self) -> Path:
        """Folder of the state."""
        return self.config.out / "checkpoint"

    def resume(self) -> bool:
        """Take up the run folder's checkpoint; False when there is none."""
        found = [f for f in (self.checkpoint, self.checkpoint.with_suffix(".old")) if f.is_dir()]
        if not found:
            return False
        self.accelerator.load_state(str(found[0]))
        return True

    def save(self) -> None:
        """Write the whole state beside its name, then rename."""
        part, old = self.checkpoint.with_suffix(".new"), self.checkpoint.with_suffix(".old")
        if self.main:
            shutil.rmtree(part, ignore_errors=True)
        self.accelerator.wait_for_everyone()
        self.accelerator.save_state(str(part))
        self.accelerator.wait_for_everyone()
        if self.main:
            shutil.rmtree(old, ignore_errors=True)
            if self.checkpoint.exists():
                self.checkpoint.rename(old)
            part.rename(self.checkpoint)
            shutil.rmtree(old, ignore_errors=True)

    def progress(self) -> float:
        """Share of the run that is done, 0..1: by steps, or by the clock where a time budget is given."""
        by_time = self.spent / (60 * self.config.minutes) if self.config.minutes else 0.0
        return min(1.0, max(self.step / self.config.steps, by_time))

    def rate(self) -> float:
        """Learning rate of the next step."""
        c = self.config
        warm = self.spent / (60 * c.warmup_minutes) if c.warmup_minutes else (self.step + 1) / max(1, c.warmup)
        return c.rate * min(1.0, max(0.01, warm)) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.progress())))

    def draw(self) -> tuple[Batch, torch.Generator]:
        """This step's batch and its generator of chance, both a function of seed, process and step."""
        c = self.config
        key = c.seed * 1_000_003 + self.rank * 7919 + self.step * 104_729
        rng = random.Random(key)
        share = c.crop_share if c.crop_share >= 0 else (0.3 if self.on_gpu else 1.0)
        window = None
        h, w = self.store.size
        if random.Random(f"{c.seed}-{self.step}").random() < share and c.crops:
            ch, cw = random.Random(f"{c.seed}+{self.step}").choice(c.crops[:1] if c.compile else c.crops)
            ch, cw = min(ch, h), min(cw, w)
            window = (rng.randrange(h - ch + 1), rng.randrange(w - cw + 1), ch, cw)
        batch = self.store.draw(rng, self.batch, int(self.batch * c.pair_share) // 2, window)
        return batch, torch.Generator(self.device).manual_seed(key)

    def train_step(self) -> dict[str, torch.Tensor]:
        """One optimiser step; returns the losses as they were, without waiting for the device."""
        c = self.config
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        batch, chance = self.draw()
        noisy, sigma, ids = start_of(batch, chance, c.drop_text)
        made = self.model(noisy, batch.given, sigma, ids)
        parts = self._parts(made, batch)
        weights = asdict(c.losses)
        loss = sum((weights[name] * part for name, part in parts.items()), torch.zeros((), device=self.device))
        self.optimizer.zero_grad(set_to_none=True)
        self.accelerator.backward(loss)
        norm = self.accelerator.clip_grad_norm_(self.parameters, c.clip)
        self.optimizer.step()
        if self.adversary is not None and self.adversary.learns(self.progress()):
            parts["discriminator"] = self.adversary.learn(made.detach(), batch, self.accelerator)
        self.step += 1
        decay = min(c.average, (1 + self.step) / (20 + self.step))
        lerp_all: Any = torch._foreach_lerp_  # pyright: ignore[reportPrivateImportUsage]
        lerp_all(list(self.averaged.parameters()), [p.detach() for p in self.parameters], 1 - decay)
        parts |= {"loss": loss, "norm": cast(torch.Tensor, norm)}
        return {name: part.detach() for name, part in parts.items()}

    def _parts(self, made: torch.Tensor, batch: Batch) -> dict[str, torch.Tensor]:
        """The losses, not weighted."""
        on = self.config.losses
        pixels, gradients = reconstruction(made, batch.wanted, weight_of(batch.given))
        parts = {"pixels": pixels, "gradients": gradients}
        if on.temporal > 0:
            parts["temporal"] = temporal_loss(made, batch.wanted, batch.motion, batch.valid)
        if on.detail > 0:
            parts["detail"] = detail_loss(made, batch.wanted)
        if on.perceptual > 0 and self.judge is not None:
            with self.accelerator.autocast():
                parts["perceptual"] = perceptual_loss(self.judge.features, made, batch.wanted)
        if self.adversary is not None and self.adversary.counts(self.progress()):
            parts["adversarial"] = self.adversary.judge(made, batch, self.accelerator)
        return parts

    def make(self, noisy: torch.Tensor, given: torch.Tensor, sigma: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        """One step of the averaged network."""
        with torch.no_grad(), self.accelerator.autocast():
            return self.averaged(noisy, given, sigma, ids)

    def validate(self) -> Check:
        """Look at held-out pictures and at as many that are trained on; writes figures, curves and a grid."""
        c = self.config
        features = self.judge.features if self.judge is not None else None
        held = spread(sorted(self.store.held_out), c.check_count)
        seen = check(self.make, self.store, held, spread(self.store.held_out_pairs, c.check_count), features)
        train = check(self.make, self.store, spread(self.store.train, min(16, c.check_count)), [])
        self.overfit = self.watch.see(seen.psnr, train.psnr)
        if self.overfit:
            _log.warning("overfit: held-out pictures get worse (%.2f dB) while trained ones get better", seen.psnr)
        self.history.append({"step": self.step, **asdict(seen), "train_psnr": train.psnr})
        _log.info(
            "step %d held-out %.2f dB, SSIM %.3f, detail %.2f, warp %.2f (twin %.2f); trained on %.2f dB",
            self.step, seen.psnr, seen.ssim, seen.detail, seen.warp, seen.warp_twin, train.psnr,
        )  # fmt: skip
        picture = grid(self.make, self.store, spread(sorted(self.store.held_out), 12))
        Image.fromarray(picture).save(c.out / "held_out.png")
        if self.step % c.grid_every == 0:
            (c.out / "grids").mkdir(exist_ok=True)
            Image.fromarray(picture).save(c.out / "grids" / f"step_{self.step:06d}.png")
        self._draw_curves({f"held_out/{k}": v for k, v in asdict(seen).items()} | {"train/psnr": train.psnr}, picture)
        self._tell()
        return seen

    def _draw_curves(self, values: dict[str, float], picture: NDArray[np.uint8] | None = None) -> None:
        if self.curves is None:
            return
        try:
            for name, value in values.items():
                if math.isfinite(value):
                    self.curves.add_scalar(name, value, self.step)
            if picture is not None:
                self.curves.add_image("held_out", picture, self.step, dataformats="HWC")
        except Exception as exc:  # noqa: BLE001 - curves are no reason to lose a run
            _log.warning("no curves from here on: %s", exc)
            self.curves = None

    def _tell(self) -> None:
        """Write `progress.json`."""
        data = {
            "step": self.step, "steps": self.config.steps, "progress": round(self.progress(), 4),
            "seconds": round(self.spent, 1), "pictures": len(self.store), "pairs": len(self.store.pairs),
            "held_out_pictures": len(self.store.held_out), "losses": self.smooth, "rate": self.rate(),
            "overfit": self.overfit, "stopped": self.stopping, "checks": self.history,
        }  # fmt: skip
        part = self.config.out / f"progress.{os.getpid()}"
        text = json.dumps(data, indent=1, default=str)
        part.write_text(text.replace("NaN", "null"), "utf-8")
        part.replace(self.config.out / "progress.json")

    def finish(self) -> Path:
        """Save the averaged pipeline in `final/`."""
        folder = self.config.out / "final"
        about = {"steps": self.step, "pictures": len(self.store), "batch": self.batch * self.accelerator.num_processes}
        save_pipeline(self.averaged.pipeline, folder, about=about)
        return folder

    def run(self) -> Path:
        """Train to the end, or until told to stop, and save; returns the folder of the pipeline."""
        c = self.config
        self.store.wait(c.first, c.first_seconds)
        self.store.start()
        self._open_curves()
        kept = began = time.monotonic()
        recent: list[dict[str, torch.Tensor]] = []
        while self.step < c.steps and self.progress() < 1.0 and not self.stopping:
            recent.append(self.train_step())
            if self.step % c.log_every == 0:
                self._log(recent)
                recent = []
            if self.step % c.check_every == 0 and self.main:
                self.validate()
            now = time.monotonic()
            self.spent, began = self.spent + now - began, now
            due = self._agree(now - kept > c.save_seconds)
            if due or self.step % c.save_every == 0:
                self.save()
                kept = time.monotonic()
        self.store.stop()
        self.save()
        if self.main:
            if not self.history or self.history[-1]["step"] != self.step:
                self.validate()
            self._tell()
            self.finish()
        self.accelerator.wait_for_everyone()
        if self.curves is not None:
            self.curves.close()
        return c.out / "final"

    def _agree(self, due: bool) -> bool:
        """Let all processes see the same clock and the same wishes to save and to stop; True: save now."""
        if self.accelerator.num_processes == 1:
            return due
        mine = torch.tensor([self.spent, float(due), float(self.stopping)], device=self.device)
        shared = cast(torch.Tensor, self.accelerator.reduce(mine, "sum")).tolist()
        self.spent, self.stopping = shared[0] / self.accelerator.num_processes, shared[2] > 0
        return shared[1] > 0

    def _log(self, recent: Sequence[dict[str, torch.Tensor]]) -> None:
        names = list(recent[-1])
        rows = [torch.stack([r[n].float() for r in recent if n in r]).mean() for n in names]
        self.smooth = dict(zip(names, (round(x, 5) for x in torch.stack(rows).tolist()), strict=True))
        if not math.isfinite(self.smooth["loss"]):
            raise ModelError(
                f"The training ran away at step {self.step}: the loss is no number any more.",
                code="training.diverged",
                hint="Go on from the last checkpoint with a lower --rate.",
                details={"step": self.step, "losses": self.smooth},
            )
        self._find_judge()
        if not self.main:
            return
        told = " ".join(f"{n} {v:.4f}" for n, v in self.smooth.items())
        each = self.spent / max(1, self.step)
        _log.info("step %d %s, %.3f s a step, %d pictures, %d pairs", self.step, told, each, len(self.store),
                  len(self.store.pairs))  # fmt: skip
        self._draw_curves({f"train/{n}": v for n, v in self.smooth.items()} | {"train/rate": self.rate()})
        self._tell()

    def _find_judge(self) -> None:
        """Take up the classifier; it may come later than the run, which has no perceptual loss until then."""
        folder = self.config.classifier
        if self.judge is None and folder is not None and (folder / "classifier.json").exists():
            self.judge = load_classifier(folder, self.device)
            _log.info("step %d: the classifier in %s judges from here on", self.step, folder)

    def _open_curves(self) -> None:
        if not self.main:
            return
        try:
            from torch.utils.tensorboard import SummaryWriter

            self.curves = SummaryWriter(str(self.config.out / "curves"), purge_step=self.step)
        except Exception as exc:  # noqa: BLE001 - curves are no reason to lose a run
            _log.warning("no curves: tensorboard is missing or of another time: %s", exc)


def train(config: TrainConfig) -> Path:
    """Train, going on from the run folder's checkpoint if there is one; returns the folder of the pipeline."""
    if config.processes <= 1:
        return _train_one(config)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    spawn(_train_share, (config, port), config.processes, daemon=True)  # pyright: ignore[reportUnknownMemberType]
    return config.out / "final"


def _train_share(rank: int, config: TrainConfig, port: int) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    count = str(config.processes)
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=count, LOCAL_WORLD_SIZE=count)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    if config.cpu or not torch.cuda.is_available():
        os.environ["ACCELERATE_USE_CPU"] = "true"
    trainer = _train_one(config)
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
    _log.debug("process %d made %s", rank, trainer)


def _train_one(config: TrainConfig) -> Path:
    trainer = Trainer(config)

    def stop(*_: object) -> None:
        trainer.stopping = True

    if threading.current_thread() is not threading.main_thread():
        before: Any = None  # signals are the main thread's
    else:
        before = signal.signal(signal.SIGTERM, stop)
    try:
        if trainer.resume():
            _log.info("goes on at step %d", trainer.step)
        return trainer.run()
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def main(argv: Sequence[str] | None = None) -> int:
    """Command-line door."""
    config = config_from(argv)
    config.out.mkdir(parents=True, exist_ok=True)
    (config.out / "config.json").write_text(json.dumps(asdict(config), indent=2, default=str) + "\n", "utf-8")
    train(config)
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sys.exit(main())
