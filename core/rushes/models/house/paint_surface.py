"""Surface colour as the model's inputs tell it; `rushes.training.twin_surface` paints the same into the targets."""

from __future__ import annotations

import torch

from rushes.models.house.features import CHANNELS

__all__ = ["Inputs", "surface_color"]


class Inputs:
    """Channels by name, (B, 1, H, W) float32."""

    def __init__(self, features: torch.Tensor) -> None:
        self.features = features

    def __getitem__(self, name: str) -> torch.Tensor:
        at = CHANNELS.index(name)
        return self.features[:, at : at + 1].float()

    def color(self, *rgb: float) -> torch.Tensor:
        """A constant colour, (1, 3, 1, 1)."""
        device = self.features.device
        # Not made on the device: that would wait for all work before it.
        return torch.tensor(rgb, dtype=torch.float32).view(1, 3, 1, 1).to(device, non_blocking=device.type == "cuda")

    @property
    def hint(self) -> torch.Tensor:
        """The painted colour, about linear, (B, 3, H, W)."""
        return ((torch.cat([self[f"hint_{c}"] for c in "rgb"], 1) + 1.0) * 0.5).clamp(0.0, 1.0) ** 2.2


def surface_color(x: Inputs) -> torch.Tensor:
    """Surface colour, about linear, (B, 3, H, W); 0 on panes and sky.

    The hint channels carry the painted colour (`rushes.models.house.style.draw`), so nothing is left to guess.
    """
    return (x.hint * (1.0 - x["glass"]) * (1.0 - x["class_sky"])).clamp(1e-5, 1.0)
