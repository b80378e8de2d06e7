"""What each loss is good for: from one model, train on with all losses and with each left out, and compare.

`rushes train ablate MODEL PICTURES OUT` writes `ablation.json` and `ablation.md`.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rushes.training.house import Trainer
from rushes.training.house_check import Check
from rushes.training.house_config import TrainConfig
from rushes.training.losses import LossWeights
from rushes.training.picture_store import PictureStore

__all__ = ["ablate", "main", "markdown", "variants"]

_log = logging.getLogger(__name__)

_COLUMNS = ("psnr", "ssim", "detail", "warp", "warp_twin", "perceptual")


def variants(base: LossWeights, *, judged: bool) -> dict[str, LossWeights]:
    """Named sets of losses: all, and all but one for each that is on and can be left out."""
    if not judged:
        base = replace(base, perceptual=0.0)
    named = {"all": base}
    for name, weight in asdict(base).items():
        if weight > 0 and name != "pixels":
            named[f"without {name}"] = replace(base, **{name: 0.0})
    return named


def markdown(rows: dict[str, dict[str, Any]]) -> str:
    """The table for reading."""
    lines = ["| losses | " + " | ".join(_COLUMNS) + " |", "|---" * (len(_COLUMNS) + 1) + "|"]
    for name, row in rows.items():
        values = (row.get(c) for c in _COLUMNS)
        cells = ["–" if v is None or not math.isfinite(v) else f"{v:.3f}" for v in values]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def ablate(base: TrainConfig, losses: LossWeights) -> dict[str, dict[str, Any]]:
    """Train on from `base.start` for `base.steps` steps with every set of losses, each with the same batches.

    Args:
        base: the run; `out` gets a folder a set and the tables. Sets that have a checkpoint at the end are not trained
            again.
        losses: all losses with their weights.

    Returns:
        Figures on held-out pictures by name of the set; "start" before any step.
    """
    rows: dict[str, dict[str, Any]] = {}
    store: PictureStore | None = None
    for name, chosen in variants(losses, judged=base.classifier is not None).items():
        out = base.out / name.replace(" ", "_")
        trainer = Trainer(replace(base, out=out, losses=chosen, adversarial_after=0.0), store)
        store = trainer.store
        store.wait()
        trainer.resume()
        if "start" not in rows:
            rows["start"] = _figures(trainer, trainer.step == 0)
        while trainer.step < base.steps:
            trainer.train_step()
        trainer.save()
        rows[name] = _figures(trainer, True)
        _log.info("%s: %s", name, rows[name])
        told = {
            k: {c: v if v is not None and math.isfinite(v) else None for c, v in r.items()} for k, r in rows.items()
        }
        (base.out / "ablation.json").write_text(
            json.dumps({"steps": base.steps, "rows": told}, indent=2) + "\n", "utf-8"
        )
        (base.out / "ablation.md").write_text(markdown(rows), "utf-8")
    return rows


def _figures(trainer: Trainer, known: bool) -> dict[str, Any]:
    seen: Check | None = trainer.validate() if known else None
    return asdict(seen) if seen is not None else {}


def main(argv: Sequence[str] | None = None) -> int:
    """Command-line door."""
    parser = argparse.ArgumentParser(prog="rushes train ablate", description="Measure what each loss is good for.")
    parser.add_argument("model", type=Path, metavar="MODEL", help="house model to start from")
    parser.add_argument("data", type=Path, metavar="PICTURES", help="folder made by `rushes dataset prepare`")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder for runs and tables")
    parser.add_argument("--steps", type=int, default=300, help="steps for each set of losses")
    parser.add_argument("--rate", type=float, default=1e-4, help="peak learning rate")
    parser.add_argument("--batch", type=int, default=0, help="pictures a step; 0: by device")
    parser.add_argument("--max-gb", type=float, default=0.0, help="GPU memory for pictures; 0: half of what is free")
    parser.add_argument("--adversarial", type=float, default=0.02, help="weight of the adversarial loss; 0: left out")
    parser.add_argument("--classifier", type=Path, help="our classifier's folder, for the perceptual loss")
    parser.add_argument("--cpu", action="store_true", help="do not use a GPU")
    given = parser.parse_args(argv)
    base = TrainConfig(
        given.data, given.out, steps=given.steps, rate=given.rate, batch=given.batch, max_gb=given.max_gb, warmup=20,
        average=0.98, start=given.model, classifier=given.classifier, cpu=given.cpu,
    )  # fmt: skip
    base.out.mkdir(parents=True, exist_ok=True)
    ablate(base, replace(LossWeights(), adversarial=given.adversarial))
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sys.exit(main())
