"""Surface colour as the model's inputs tell it; `rushes.training.twin_surface` paints the same into the targets."""

from __future__ import annotations

import torch

from rushes.models.house.features import CHANNELS

__all__ = ["Inputs", "surface_color"]

_SKIN = ((0.55, 0.32, 0.22), (0.38, 0.20, 0.13), (0.20, 0.105, 0.07))


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
        """The artist's colour, about linear, (B, 3, H, W)."""
        return ((torch.cat([self[f"hint_{c}"] for c in "rgb"], 1) + 1.0) * 0.5).clamp(0.0, 1.0) ** 2.2


def _person(x: Inputs, hint: torch.Tensor) -> torch.Tensor:
    """Shoes, trousers, coat, skin and hair by the part channel."""
    gain = torch.exp(0.3 * x["detail"])
    dark = torch.where(x["code_0"] > 0, x.color(0.045, 0.055, 0.09), 0.35 * hint + 0.03) * gain
    tone = (x["code_1"] + 1.0) * 1.5
    skin = torch.where(tone < 1, x.color(*_SKIN[0]), torch.where(tone < 2, x.color(*_SKIN[1]), x.color(*_SKIN[2])))
    hair = torch.where(x["code_3"] > 0.4, x.color(0.22, 0.12, 0.05), x.color(0.03, 0.022, 0.018))
    stops = (torch.full_like(hint, 0.03), dark, hint * gain, skin, hair)
    at = ((x["part"] + 1.0) * 2.0).clamp(0.0, 4.0)
    return sum((stop * (1.0 - (at - k).abs()).clamp(min=0.0) for k, stop in enumerate(stops)), torch.zeros_like(hint))


def surface_color(x: Inputs) -> torch.Tensor:
    """Surface colour, about linear, (B, 3, H, W); 0 on panes and sky."""
    hint, trim, up = x.hint, x["trim"], x["normal_z"]
    gain = torch.exp((0.24 + 0.10 * x["class_ground"] + 0.38 * x["class_vegetation"]) * x["detail"])
    pale, dark = trim.clamp(min=0.0), (-trim).clamp(min=0.0)
    albedo = hint * gain
    albedo = albedo * (1.0 - pale) + (0.45 * hint + 0.36) * pale
    albedo = albedo * (1.0 - 0.62 * dark)
    roof = x["class_building"] * (up >= 0.4)
    tiles = torch.where(x["code_3"] > 0, x.color(0.30, 0.095, 0.05), x.color(0.10, 0.10, 0.115))
    albedo = torch.where(roof * (up < 0.95) > 0.5, tiles * gain, albedo)
    albedo = torch.where(roof * (up >= 0.95) > 0.5, (0.45 * hint + 0.05) * gain, albedo)
    albedo = torch.where(x["class_character"] > 0.5, _person(x, hint), albedo)
    tyre = (-x["part"]).clamp(0.0, 1.0) * x["class_vehicle"]
    albedo = albedo * (1.0 - tyre) + 0.022 * tyre
    return (albedo * (1.0 - x["glass"]) * (1.0 - x["class_sky"])).clamp(1e-5, 1.0)
