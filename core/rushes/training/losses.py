"""What the house model is trained for: right pixels, steady in time, right to a viewer's eye. All over (B, 3, H, W)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as functional
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from rushes.models.house.features import CHANNELS

__all__ = [
    "Discriminator", "LossWeights", "carry", "condition_of", "detail_loss", "fake_loss", "perceptual_loss",
    "real_loss", "reconstruction", "temporal_loss", "weight_of",
]  # fmt: skip

Features = Callable[[torch.Tensor], tuple[Sequence[torch.Tensor], torch.Tensor]]


@dataclass(frozen=True)
class LossWeights:
    """Weights of the losses; 0 leaves one out."""

    pixels: float = 1.0
    gradients: float = 1.0
    temporal: float = 1.0
    perceptual: float = 0.3
    adversarial: float = 0.0
    detail: float = 0.1


def weight_of(given: torch.Tensor) -> torch.Tensor:
    """(B, 1, H, W) weights of the pixels: figures and vehicles are small and looked at first."""
    heavy = torch.zeros_like(given[:, :1])
    for name, more in (("character", 2.5), ("vehicle", 1.5), ("vegetation", 0.5), ("light", 1.0)):
        at = CHANNELS.index(f"class_{name}")
        heavy = heavy + more * given[:, at : at + 1].clamp(min=0.0)
    return 1.0 + heavy


def reconstruction(
    made: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """4·MSE + L1, by (B, 1, H, W) weights if given; and L1 of the picture's gradients."""
    off = made - wanted
    each = 4.0 * off * off + off.abs()
    pixels = (each if weight is None else each * weight).mean()
    dx = (off[..., 1:] - off[..., :-1]).abs().mean()
    dy = (off[..., 1:, :] - off[..., :-1, :]).abs().mean()
    return pixels, dx + dy


def carry(picture: torch.Tensor, motion: torch.Tensor) -> torch.Tensor:
    """A picture carried along.

    Args:
        picture: (P, C, H, W), the first of two.
        motion: (P, 2, H, W) pixels, y down: the second's pixel (x, y) was at (x + m0, y + m1) in the first.
    """
    h, w = picture.shape[-2:]
    x = torch.arange(w, device=picture.device, dtype=torch.float32) + 0.5
    y = torch.arange(h, device=picture.device, dtype=torch.float32)[:, None] + 0.5
    grid = torch.stack([(x + motion[:, 0]) * (2.0 / w) - 1.0, (y + motion[:, 1]) * (2.0 / h) - 1.0], -1)
    return functional.grid_sample(picture, grid, mode="bilinear", padding_mode="border", align_corners=False)


def temporal_loss(made: torch.Tensor, wanted: torch.Tensor, motion: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """How much more the made pictures change along the motion than the wanted ones do.

    Args:
        made, wanted: (2·P or more, 3, H, W), firsts, then seconds.
        motion: (P, 2, H, W) as in `carry`.
        valid: (P, 1, H, W) 1 where the point was visible before.

    Returns:
        Mean L1 of the difference of the two changes over valid pixels: what the picture itself changes is allowed.
    """
    pairs = motion.shape[0]
    if not pairs:
        return made.sum() * 0.0
    off = made[: 2 * pairs] - wanted[: 2 * pairs]
    h, w = valid.shape[-2:]
    x = torch.arange(w, device=valid.device) + motion[:, :1]
    y = torch.arange(h, device=valid.device)[:, None] + motion[:, 1:]
    inside = valid * ((x >= 0) & (x <= w - 1) & (y >= 0) & (y <= h - 1))
    change = (off[pairs:] - carry(off[:pairs], motion)).abs() * inside
    return change.sum() / (3.0 * inside.sum() + 1.0)


def perceptual_loss(features: Features, made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """L1 between the feature maps of two pictures, each pixel's features brought to length 1, mean over the layers."""
    with torch.no_grad():
        theirs, _ = features(wanted)
    mine, _ = features(made)
    total = torch.zeros((), device=made.device)
    for a, b in zip(mine, theirs, strict=True):
        a, b = functional.normalize(a.float(), dim=1), functional.normalize(b.float(), dim=1)
        total = total + (a - b).abs().sum(1).mean() / a.shape[1] ** 0.5
    return total / len(theirs)


def _fine(picture: torch.Tensor) -> torch.Tensor:
    """Local strength of fine detail, (B, 3, H/8, W/8)."""
    blurred = functional.avg_pool2d(functional.pad(picture, (1, 1, 1, 1), mode="replicate"), 3, 1)
    return (functional.avg_pool2d((picture - blurred) ** 2, 8) + 1e-5).sqrt()


def detail_loss(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """L1 between the strengths of fine detail in 8×8 cells: softness costs even where detail is misplaced."""
    return 4.0 * (_fine(made) - _fine(wanted)).abs().mean()


_CONDITIONS = tuple(
    CHANNELS.index(c)
    for c in (
        "log_depth", "normal_x", "normal_y", "normal_z", "lambert", "direct", "hint_r", "hint_g", "hint_b",
        "class_building", "class_character", "class_vegetation", "class_vehicle", "class_sky", "trim", "detail",
    )
)  # fmt: skip


def condition_of(given: torch.Tensor) -> torch.Tensor:
    """The few input channels that the discriminator sees beside a picture, (B, 16, H, W)."""
    return torch.cat([given[:, i : i + 1] for i in _CONDITIONS], 1)


class Discriminator(nn.Module):
    """Says of every patch (about 40 pixels wide) of a picture whether it is a painted twin's. Spectral norm."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        sizes = (3 + len(_CONDITIONS), width, 2 * width, 3 * width)
        steps: list[nn.Module] = []
        for k in range(3):
            steps += [spectral_norm(nn.Conv2d(sizes[k], sizes[k + 1], 4, 2, 1)), nn.LeakyReLU(0.2)]
        steps += [spectral_norm(nn.Conv2d(sizes[3], sizes[3], 3, 1, 1)), nn.LeakyReLU(0.2)]
        self.body = nn.Sequential(*steps, spectral_norm(nn.Conv2d(sizes[3], 1, 3, 1, 1)))

    def forward(self, picture: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """(B, 1, H/8, W/8) scores, above 0 for a twin."""
        out: Any = self.body(torch.cat([picture, condition], 1))
        return out


def fake_loss(scores: torch.Tensor) -> torch.Tensor:
    """What the model wants of the discriminator's scores of its pictures."""
    return -scores.float().mean()


def real_loss(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """Hinge loss of the discriminator."""
    return 0.5 * (functional.relu(1.0 - real.float()).mean() + functional.relu(1.0 + fake.float()).mean())
