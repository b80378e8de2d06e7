"""Our own eye: a small network that reads hour, weather, place, mood and style off a picture.

Trained on painted twins only. Its features measure how far two pictures, or two sets of pictures, are apart
(`perceptual_loss`, Fréchet distance). `rushes train classifier --help` for training.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import math
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
import torch.nn.functional as functional
from safetensors.torch import load_file, save_file
from torch import nn

from rushes.errors import ModelError
from rushes.models.house.vocabulary import FIELDS
from rushes.training.picture_store import PictureStore

__all__ = ["VERSION", "Classifier", "load_classifier", "main", "readable", "save_classifier", "train_classifier"]

_log = logging.getLogger(__name__)

VERSION = 2
_WIDTHS = (32, 64, 96, 128, 160)


def readable(labels: torch.Tensor) -> torch.Tensor:
    """Which words a picture can show at all: no hour or weather in a room, none in grey drawings, no hour in noir.

    Args:
        labels: (B, fields) place of each field's token in `FIELDS`.

    Returns:
        (B, fields) bool.
    """
    names = list(FIELDS)

    def has(field: str, *words: str) -> torch.Tensor:
        at = torch.tensor([FIELDS[field].index(w) for w in words], device=labels.device)
        return torch.isin(labels[:, names.index(field)], at)

    coloured = ~has("style", "pencil", "ink")
    outside = ~has("place", "interior")
    always = torch.ones_like(coloured)
    seen = {
        "time_of_day": coloured & outside & ~has("mood", "noir"),
        "weather": coloured & outside,
        "mood": coloured,
    }
    return torch.stack([seen.get(name, always) for name in names], 1)


class _Block(nn.Module):
    """Halves the size, then a residual convolution."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(before, after, 3, 2, 1)
        self.norm = nn.GroupNorm(8, after)
        self.more = nn.Conv2d(after, after, 3, 1, 1)
        self.norm_more = nn.GroupNorm(8, after)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.silu(self.norm(self.down(x)))
        return x + functional.silu(self.norm_more(self.more(x)))


class Classifier(nn.Module):
    """Pictures (B, 3, H, W) in -1..1, about 256×144, to logits a field."""

    def __init__(self, widths: Sequence[int] = _WIDTHS) -> None:
        super().__init__()
        self.widths = tuple(widths)
        sizes = (3, *self.widths)
        self.blocks = nn.ModuleList(_Block(a, b) for a, b in itertools.pairwise(sizes))
        self.drop = nn.Dropout(0.25)
        self.heads = nn.ModuleDict({name: nn.Linear(sizes[-1], len(tokens)) for name, tokens in FIELDS.items()})

    def features(self, picture: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        """Maps at 1/4, 1/8 … 1/64 of the size, and the last one's mean (B, 160)."""
        x = functional.avg_pool2d(picture, 2).contiguous(memory_format=torch.channels_last)
        maps: list[torch.Tensor] = []
        for block in self.blocks:
            x = block(x)
            maps.append(x)
        return maps, x.mean((2, 3))

    def forward(self, picture: torch.Tensor) -> dict[str, torch.Tensor]:
        """(B, tokens) logits for each field of the vocabulary."""
        _, pooled = self.features(picture)
        pooled = self.drop(pooled)
        return {name: head(pooled) for name, head in self.heads.items()}


def save_classifier(model: Classifier, folder: Path, about: dict[str, Any]) -> None:
    """Weights as safetensors (half precision), the rest as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {k: v.detach().half().cpu().contiguous() for k, v in model.state_dict().items()}
    save_file(weights, folder / "model.safetensors")
    note = {
        "version": VERSION,
        "widths": list(model.widths),
        "fields": {k: list(v) for k, v in FIELDS.items()},
        **about,
    }
    (folder / "classifier.json").write_text(json.dumps(note, indent=2) + "\n", "utf-8")


def load_classifier(folder: Path, device: torch.device | None = None) -> Classifier:
    """The classifier of a folder, frozen, float32.

    Raises:
        ModelError: `model.missing`, `model.version`.
    """
    try:
        note: dict[str, Any] = json.loads((folder / "classifier.json").read_text("utf-8"))
        weights = load_file(folder / "model.safetensors")
    except (OSError, ValueError) as exc:
        raise ModelError(
            f"{folder} holds no classifier: a file is missing or unreadable.",
            code="model.missing",
            hint="Train one: rushes train classifier PICTURES FOLDER.",
            details={"folder": str(folder)},
        ) from exc
    if note.get("version") != VERSION or note.get("fields") != {k: list(v) for k, v in FIELDS.items()}:
        raise ModelError(
            f"The classifier in {folder} was trained for another version of Rushes.",
            code="model.version",
            hint="Train it again: rushes train classifier PICTURES FOLDER.",
            details={"folder": str(folder)},
        )
    model = Classifier(note["widths"])
    model.load_state_dict({k: v.float() for k, v in weights.items()})
    model = model.to(device) if device is not None else model
    return model.to(memory_format=torch.channels_last).eval().requires_grad_(False)  # pyright: ignore[reportCallIssue]


@torch.no_grad()
def accuracy(model: Classifier, store: PictureStore, which: Sequence[int]) -> dict[str, float]:
    """Share of pictures whose token is read right, by field, among those that show it."""
    right, seen = dict.fromkeys(FIELDS, 0.0), dict.fromkeys(FIELDS, 0.0)
    for k in range(0, len(which), 32):
        batch = store.batch(which[k : k + 32])
        found = model(batch.wanted)
        shown = readable(batch.labels)
        for i, name in enumerate(FIELDS):
            right[name] += float(((found[name].argmax(1) == batch.labels[:, i]) & shown[:, i]).sum())
            seen[name] += float(shown[:, i].sum())
    return {name: round(value / max(1.0, seen[name]), 4) for name, value in right.items()}


def train_classifier(
    folder: Path,
    out: Path,
    *,
    minutes: float = 2.0,
    steps: int = 100_000,
    batch: int = 64,
    seed: int = 0,
    first: int = 8,
    cpu: bool = False,
    start: Path | None = None,
) -> dict[str, float]:
    """Train on the painted pictures of a folder that may still grow; returns the accuracy on held-out ones.

    Args:
        folder: made by `rushes.training.dataset.prepare`.
        out: where the classifier goes.
        minutes: time to train.
        steps: at most so many steps.
        batch: pictures a step.
        seed: of all chance.
        first: pictures to wait for before the first step, ten minutes at most.
        cpu: do not use a GPU.
        start: classifier to go on from; None: random weights.

    Raises:
        InputError: `training.no_pictures`.
    """
    device = torch.device("cuda" if torch.cuda.is_available() and not cpu else "cpu")
    torch.manual_seed(seed)
    store = PictureStore(folder, device, max_gb=2.0, features=False)
    store.wait(first)
    store.start()
    model = Classifier() if start is None else load_classifier(start).requires_grad_(True).train()
    model = model.to(device).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    peak = 1.5e-3 if start is None else 5e-4
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, weight_decay=0.03, fused=device.type == "cuda")
    began, step = time.monotonic(), 0
    while step < steps and (done := (time.monotonic() - began) / (60 * minutes)) < 1.0:
        done = max(done, step / steps)
        for group in optimizer.param_groups:
            group["lr"] = peak * min(1.0, (step + 1) / 50) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        loss = _learn(model, store, random.Random(seed * 7919 + step), batch)
        optimizer.zero_grad(set_to_none=True)
        cast(Any, loss).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            _log.info("classifier step %d loss %.3f, %d pictures", step, float(loss.detach()), len(store))
    store.stop()
    found = accuracy(model.eval(), store, store.held_out)
    _log.info("classifier on %d held-out pictures: %s", len(store.held_out), found)
    about = {"steps": step, "pictures": len(store), "held_out_pictures": len(store.held_out), "accuracy": found}
    save_classifier(model, out, about)
    return found


def _learn(model: Classifier, store: PictureStore, rng: random.Random, count: int) -> torch.Tensor:
    """The loss of one batch: a window of the pictures, mirrored half the time, with noise."""
    batch = store.draw(rng, count)
    h, w = store.size
    ch, cw = (rng.randrange(max(16, s // 2), s + 1) for s in (h, w))
    top, left = rng.randrange(h - ch + 1), rng.randrange(w - cw + 1)
    picture = batch.wanted[..., top : top + ch, left : left + cw] if rng.random() < 0.5 else batch.wanted
    picture = picture.flip(-1) if rng.random() < 0.5 else picture
    # float32 on a CPU: with bfloat16 three of ten short runs collapsed to one answer (none did in float32)
    with torch.autocast(picture.device.type, torch.bfloat16, enabled=picture.device.type == "cuda"):
        found = model(picture)
    shown = readable(batch.labels)
    each = [
        functional.cross_entropy(found[n].float(), batch.labels[:, i].where(shown[:, i], -100), label_smoothing=0.05)
        for i, n in enumerate(FIELDS)
        if bool(shown[:, i].any())
    ]
    return torch.stack(each).sum()


def main(argv: Sequence[str] | None = None) -> int:
    """Command-line door."""
    parser = argparse.ArgumentParser(prog="rushes train classifier", description="Train the classifier of pictures.")
    parser.add_argument("data", type=Path, metavar="PICTURES", help="folder made by `rushes dataset prepare`")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder for the classifier")
    parser.add_argument("--minutes", type=float, default=2.0, help="time to train")
    parser.add_argument("--steps", type=int, default=100_000, help="at most so many steps")
    parser.add_argument("--batch", type=int, default=64, help="pictures a step")
    parser.add_argument("--seed", type=int, default=0, help="of all chance")
    parser.add_argument("--first", type=int, default=8, help="pictures to wait for before the first step")
    parser.add_argument("--start", type=Path, help="classifier to go on from; none: random weights")
    parser.add_argument("--cpu", action="store_true", help="do not use a GPU")
    given = parser.parse_args(argv)
    train_classifier(
        given.data,
        given.out,
        minutes=given.minutes,
        steps=given.steps,
        batch=given.batch,
        seed=given.seed,
        first=given.first,
        cpu=given.cpu,
        start=given.start,
    )
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sys.exit(main())
