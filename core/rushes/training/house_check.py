"""Looks at a model in training: figures on pictures that it never saw, a grid for the eye, an alarm for overfitting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray

from rushes.models.house.features import CHANNELS
from rushes.training.losses import Features, _fine, carry, perceptual_loss
from rushes.training.picture_store import Batch, PictureStore

__all__ = ["Check", "OverfitWatch", "check", "grid", "psnr_each", "spread", "ssim"]

T = TypeVar("T")
Make = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""(noisy, features, sigma, token ids) → picture, all -1..1."""


@dataclass(frozen=True)
class Check:
    """Means over the pictures looked at."""

    psnr: float
    """dB over 0..1"""
    ssim: float
    psnr_noise: float
    """dB from a start of fixed noise instead of zeros"""
    detail: float
    """Strength of fine detail relative to the wanted pictures'; 1 is right, below is soft"""
    warp: float
    """Mean change along the true motion, 8-bit levels; NaN without pairs"""
    warp_twin: float
    """The same of the wanted pictures"""
    perceptual: float
    """Distance in our classifier's features; NaN without classifier"""


def spread(numbers: Sequence[T], count: int) -> list[T]:
    """At most `count` of them, evenly spread."""
    keep = min(count, len(numbers))
    return [numbers[k * len(numbers) // keep] for k in range(keep)]


def psnr_each(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """(B,) dB of pictures in -1..1."""
    error = ((made.clamp(-1, 1) - wanted) * 0.5).square().mean((1, 2, 3))
    return -10.0 * torch.log10(error.clamp(min=1e-10))


def ssim(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """(B,) structural similarity of pictures in -1..1; Gaussian window of 11 pixels, colours apart."""
    a, b = (made.clamp(-1, 1) + 1) * 0.5, (wanted + 1) * 0.5
    x = torch.arange(11, device=made.device, dtype=torch.float32) - 5
    g = torch.exp(-(x**2) / 4.5)
    g = g / g.sum()
    window = (g[:, None] * g[None, :]).expand(3, 1, 11, 11).contiguous()

    def mean(t: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(t, window, groups=3)

    ma, mb = mean(a), mean(b)
    va, vb, vab = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    top = (2 * ma * mb + 1e-4) * (2 * vab + 9e-4)
    return (top / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4))).mean((1, 2, 3))


def _from_zero(make: Make, batch: Batch) -> torch.Tensor:
    one = torch.ones(len(batch.wanted), device=batch.wanted.device)
    return make(torch.zeros_like(batch.wanted), batch.given, one, batch.ids).float().clamp(-1, 1)


def _from_noise(make: Make, batch: Batch) -> torch.Tensor:
    chance = torch.Generator().manual_seed(7)
    noise = torch.randn(batch.wanted.shape[1:], generator=chance).to(batch.wanted.device)
    one = torch.ones(len(batch.wanted), device=batch.wanted.device)
    return make(noise.expand_as(batch.wanted).contiguous(), batch.given, one, batch.ids).float()


@torch.no_grad()
def check(
    make: Make,
    store: PictureStore,
    which: Sequence[int],
    pairs: Sequence[tuple[int, int]],
    features: Features | None = None,
    at_once: int = 8,
) -> Check:
    """Figures over pictures and pairs by their numbers in a store; whole pictures, one step."""
    found: dict[str, list[torch.Tensor]] = {}
    for k in range(0, len(which), at_once):
        batch = store.batch(which[k : k + at_once])
        made = _from_zero(make, batch)
        found.setdefault("psnr", []).append(psnr_each(made, batch.wanted))
        found.setdefault("ssim", []).append(ssim(made, batch.wanted))
        found.setdefault("psnr_noise", []).append(psnr_each(_from_noise(make, batch), batch.wanted))
        found.setdefault("detail", []).append(
            _fine(made).mean((1, 2, 3)) / _fine(batch.wanted).mean((1, 2, 3)).clamp(min=1e-4)
        )
        if features is not None:
            found.setdefault("perceptual", []).append(perceptual_loss(features, made, batch.wanted)[None])
    half = max(1, at_once // 2)
    for k in range(0, len(pairs), half):
        some = pairs[k : k + half]
        batch = store.batch([*(a for a, _ in some), *(b for _, b in some)], len(some))
        for name, pictures in (("warp", _from_zero(make, batch)), ("warp_twin", batch.wanted)):
            change = (pictures[len(some) :] - carry(pictures[: len(some)], batch.motion)).abs() * batch.valid
            levels = 127.5 * change.sum((1, 2, 3)) / (3 * batch.valid.sum((1, 2, 3))).clamp(min=1.0)
            found.setdefault(name, []).append(levels)
    names = ("psnr", "ssim", "psnr_noise", "detail", "warp", "warp_twin", "perceptual")
    return Check(*(float(torch.cat(found[n]).mean()) if found.get(n) else float("nan") for n in names))


@torch.no_grad()
def grid(make: Make, store: PictureStore, which: Sequence[int]) -> NDArray[np.uint8]:
    """Rows of world normals | made | wanted, (H, W, 3) uint8, two pictures a row."""
    at = CHANNELS.index("normal_x")
    rows: list[NDArray[np.uint8]] = []
    for number in which:
        batch = store.batch([number])
        three = torch.cat([batch.given[:, at : at + 3], _from_zero(make, batch), batch.wanted], 3)[0]
        levels = ((three.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        rows.append(levels.permute(1, 2, 0).cpu().numpy())
    if not rows:
        return np.zeros((1, 1, 3), np.uint8)
    if len(rows) % 2:
        rows.append(np.zeros_like(rows[0]))
    return np.concatenate([np.concatenate(rows[i : i + 2], 1) for i in range(0, len(rows), 2)], 0)


class OverfitWatch:
    """Tells when held-out pictures get worse for several checks while those trained on get better."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.best, self.train_at_best, self.worse = float("-inf"), float("-inf"), 0

    def see(self, held_out: float, train: float) -> bool:
        """One check's PSNR on both; True: overfit."""
        if not held_out <= self.best:
            self.best, self.train_at_best, self.worse = held_out, train, 0
        else:
            self.worse += 1
        return self.worse >= self.patience and train > self.train_at_best

    def state_dict(self) -> dict[str, float]:
        """For a checkpoint."""
        return {"best": self.best, "train_at_best": self.train_at_best, "worse": float(self.worse)}

    def load_state_dict(self, state: dict[str, float]) -> None:
        """From a checkpoint."""
        self.best, self.train_at_best, self.worse = state["best"], state["train_at_best"], int(state["worse"])
