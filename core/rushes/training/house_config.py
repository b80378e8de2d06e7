"""What decides a training run of the house model, and the command line that says it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from rushes.models.house.build import HouseConfig
from rushes.training.losses import LossWeights

__all__ = ["TrainConfig", "config_from", "parser"]


@dataclass(frozen=True)
class TrainConfig:
    """What decides a training run."""

    data: Path
    """Folder made by `rushes.training.dataset.prepare`; may grow while the run lasts."""
    out: Path
    """Run folder: checkpoint, pictures, curves, `progress.json`, `final/` with the pipeline."""
    steps: int = 4000
    """Optimiser steps."""
    minutes: float = 0.0
    """Wall-clock budget that ends the run early and drives the learning rate; 0: none."""
    batch: int = 0
    """Pictures a step and process; 0: 32 on a GPU, 4 on a CPU."""
    crops: tuple[tuple[int, int], ...] = ((96, 160), (112, 192))
    """Sizes (height, width) of windows; multiples of 16."""
    crop_share: float = -1.0
    """Share of steps on a window instead of whole pictures; negative: 0.3 on a GPU, 1 on a CPU."""
    pair_share: float = 0.5
    """Share of a batch that is pairs of consecutive pictures."""
    rate: float = 5e-4
    """Peak learning rate; a cosine leads from it to 1 % of it."""
    warmup: int = 100
    """Steps until the peak."""
    warmup_minutes: float = 0.0
    """Minutes until the peak; counts instead of `warmup` when above 0."""
    seed: int = 0
    bf16: bool = True
    """Autocast to bfloat16 where the device has it."""
    compile: bool = False
    """Compile the U-Net; goes on without when that fails."""
    cpu: bool = False
    """Train on the CPU though there is a GPU."""
    threads: int = 0
    """Threads of a process on a CPU; 0: as torch likes."""
    processes: int = 1
    """Processes that share the work; gradients are averaged."""
    max_gb: float = 0.0
    """GPU memory for pictures; 0: half of what is free."""
    first: int = 1
    """Pictures to wait for before the first step."""
    first_seconds: float = 600.0
    """Longest wait for them."""
    log_every: int = 20
    save_every: int = 1000
    """Steps between checkpoints."""
    save_seconds: float = 300.0
    """Longest time between checkpoints."""
    check_every: int = 200
    """Steps between validations on held-out scenes."""
    check_count: int = 32
    """Pictures and pairs a validation looks at."""
    grid_every: int = 600
    """Steps between kept picture grids; a multiple of `check_every`."""
    patience: int = 4
    """Validations in a row that may be worse than the best before an overfit is told."""
    drop_text: float = 0.04
    """Chance per field of a prompt to be left open."""
    average: float = 0.999
    """Decay of the averaged weights."""
    clip: float = 1.0
    """Longest gradient."""
    start: Path | None = None
    """A house model to start from; None: random weights."""
    classifier: Path | None = None
    """Our classifier's folder, taken up when it appears; None: no perceptual loss."""
    losses: LossWeights = field(default_factory=LossWeights)
    adversarial_after: float = 0.4
    """Share of the run from which the adversarial loss counts; its discriminator starts 5 % earlier."""
    discriminator_rate: float = 2e-4
    model: HouseConfig = field(default_factory=HouseConfig)


_HELP = {
    "steps": "optimiser steps", "minutes": "end after so much time, which drives the learning rate too; 0: by steps",
    "batch": "pictures a step; 0: 32 on a GPU, 4 on a CPU", "crop_share": "share of steps on windows; -1: by device",
    "pair_share": "share of a batch that is pairs of consecutive pictures", "rate": "peak learning rate",
    "warmup": "steps to the peak", "warmup_minutes": "minutes to the peak, instead of steps", "seed": "of all chance",
    "threads": "CPU threads of a process; 0: as torch likes", "processes": "processes that share the work",
    "max_gb": "GPU memory for pictures; 0: half of what is free", "first": "pictures to wait for before the first step",
    "first_seconds": "longest wait for them",
    "log_every": "steps between log lines",
    "save_every": "steps between checkpoints", "save_seconds": "longest time between checkpoints",
    "check_every": "steps between validations", "check_count": "pictures a validation looks at",
    "grid_every": "steps between kept picture grids", "patience": "worse validations in a row that tell an overfit",
    "drop_text": "chance of a prompt's field to be left open", "average": "decay of the averaged weights",
    "clip": "longest gradient", "adversarial_after": "share of the run after which the adversarial loss counts",
    "discriminator_rate": "learning rate of the discriminator",
}  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The command line of `rushes train house`."""
    made = argparse.ArgumentParser(prog="rushes train house", description="Train the house model on prepared pictures.")
    made.add_argument("data", type=Path, metavar="PICTURES", help="folder made by `rushes dataset prepare`")
    made.add_argument("out", type=Path, metavar="RUN", help="run folder; a run that stopped there goes on")
    known = {f.name: f.default for f in fields(TrainConfig)}
    for name, text in _HELP.items():
        default = known[name]
        made.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default, help=text)
    for f in fields(LossWeights):
        made.add_argument(f"--{f.name}", type=float, default=f.default, help=f"weight of the {f.name} loss; 0: off")
    made.add_argument("--crops", default="96x160,112x192", help="heights x widths of windows, multiples of 16")
    made.add_argument("--start", type=Path, help="house model to start from; none: random weights")
    made.add_argument(
        "--classifier", type=Path, help="our classifier's folder, for the perceptual loss; it may appear later"
    )
    made.add_argument("--channels", default="64,128,192", help="widths of the U-Net's levels")
    made.add_argument("--layers", type=int, default=1, help="residual blocks a level")
    made.add_argument("--patch", type=int, default=2, help="pixel-unshuffle factor")
    made.add_argument("--text-width", type=int, default=64, help="width of the text encoder")
    made.add_argument("--groups", type=int, default=16, help="groups of the group norms")
    made.add_argument("--compile", action="store_true", help="compile the U-Net (needs a C compiler)")
    made.add_argument("--cpu", action="store_true", help="do not use a GPU")
    made.add_argument("--no-bf16", action="store_true", help="train in float32")
    return made


def config_from(argv: Sequence[str] | None = None) -> TrainConfig:
    """Read a command line."""
    given = parser().parse_args(argv)
    crops = [tuple(int(x) for x in text.split("x")) for text in given.crops.split(",") if text]
    model = HouseConfig(
        channels=tuple(int(x) for x in given.channels.split(",")),
        layers=given.layers,
        patch=given.patch,
        text_width=given.text_width,
        groups=given.groups,
    )
    losses = LossWeights(**{f.name: getattr(given, f.name) for f in fields(LossWeights)})
    config = TrainConfig(given.data, given.out, **{name: getattr(given, name) for name in _HELP})
    return replace(
        config,
        crops=tuple((h, w) for h, w in crops),
        bf16=not given.no_bf16,
        compile=given.compile,
        cpu=given.cpu,
        start=given.start,
        classifier=given.classifier,
        losses=losses,
        model=model,
    )
