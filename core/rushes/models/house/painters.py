"""The sharp layers that the house model mixes a picture from, read off its input channels.

The network decides, smoothly, how much of each layer a pixel shows; edges, windows and joints come from the layers,
which know them exactly. The first ones are the block's colour as `rushes.training.twin` paints it, as far as inputs
tell.
"""

from __future__ import annotations

import torch

from rushes.models.house.features import CHANNELS

__all__ = ["painters"]

_GAMMA = 1 / 2.2
_FOG, _HAZE = 42.0, 240.0
"""Distances in metres at which the two depth layers fade."""
_SKIN = ((0.55, 0.32, 0.22), (0.38, 0.20, 0.13), (0.20, 0.105, 0.07))


class _Inputs:
    """Channels by name, (B, 1, H, W) float32."""

    def __init__(self, features: torch.Tensor) -> None:
        self.features = features

    def __getitem__(self, name: str) -> torch.Tensor:
        at = CHANNELS.index(name)
        return self.features[:, at : at + 1].float()

    def color(self, *rgb: float) -> torch.Tensor:
        """A constant colour, (1, 3, 1, 1)."""
        return torch.tensor(rgb, dtype=torch.float32, device=self.features.device).view(1, 3, 1, 1)

    @property
    def hint(self) -> torch.Tensor:
        """The artist's colour, about linear, (B, 3, H, W)."""
        return ((torch.cat([self[f"hint_{c}"] for c in "rgb"], 1) + 1.0) * 0.5).clamp(0.0, 1.0) ** 2.2


def _person(x: _Inputs, hint: torch.Tensor) -> torch.Tensor:
    """Shoes, trousers, coat, skin and hair by the part channel."""
    gain = torch.exp(0.3 * x["detail"])
    dark = torch.where(x["code_0"] > 0, x.color(0.045, 0.055, 0.09), 0.35 * hint + 0.03) * gain
    tone = (x["code_1"] + 1.0) * 1.5
    skin = torch.where(tone < 1, x.color(*_SKIN[0]), torch.where(tone < 2, x.color(*_SKIN[1]), x.color(*_SKIN[2])))
    hair = torch.where(x["code_3"] > 0.4, x.color(0.22, 0.12, 0.05), x.color(0.03, 0.022, 0.018))
    stops = (torch.full_like(hint, 0.03), dark, hint * gain, skin, hair)
    at = ((x["part"] + 1.0) * 2.0).clamp(0.0, 4.0)
    return sum((stop * (1.0 - (at - k).abs()).clamp(min=0.0) for k, stop in enumerate(stops)), torch.zeros_like(hint))


def _albedo(x: _Inputs) -> torch.Tensor:
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


def painters(features: torch.Tensor) -> torch.Tensor:
    """The layers of a picture, (B, LAYERS, 3, H, W), 0..1.

    Own colour and the same in direct light; panes; lit panes; clouds and their light; a constant; the first two without
    colour; the sky, its horizon and its glow around the sun; two veils of distance; own colour, with and without direct
    light, behind the nearer veil; what surfaces mirror of the sun; water, what it mirrors at grazing views, its waves;
    figures and vehicles.

    Args:
        features: (B, len(CHANNELS), H, W) as `rushes.models.house.features` gives them.
    """
    x = _Inputs(features)
    albedo, sky, water = _albedo(x), x["class_sky"], x["class_water"]
    direct = ((x["direct"] + 1.0) * 0.5).clamp(1e-5, 1.0)
    one = torch.ones_like(albedo)
    grey = (albedo * x.color(0.2126, 0.7152, 0.0722)).sum(1, keepdim=True) * one
    body = ((x["coarse"] - 0.1) / 0.42).clamp(0.0, 1.0)
    own, lit = albedo**_GAMMA, (albedo * direct) ** _GAMMA
    depth = 10.0 ** ((x["log_depth"] + 0.5) * 2.0)
    near = torch.exp(-depth / _FOG)
    glow, up = x["glow"].clamp(0.0, 1.0), x["view_up"].clamp(0.0, 1.0)
    layers = (
        own,
        lit,
        x["glass"] * one,
        x["lit"] * one,
        sky * body * body * (3.0 - 2.0 * body) * one,
        sky * x["part"] * one,
        one,
        grey**_GAMMA,
        (grey * direct) ** _GAMMA,
        sky * one,
        sky * torch.exp(-7.0 * up) * one,
        sky * glow**8 * one,
        (1.0 - near) * (1.0 - sky) * one,
        (1.0 - torch.exp(-depth / _HAZE)) * (1.0 - sky) * one,
        own * near,
        lit * near,
        (1.0 - sky) * glow**12 * one,
        water * one,
        water * (1.0 - x["view_up"].abs().clamp(0.0, 1.0)) ** 5 * one,
        water * x["fine"] * one,
        (x["class_character"] + x["class_vehicle"]) * one,
        (albedo * x.color(1.0, 0.72, 0.42) * x["practical"].clamp(1e-5, 1.0)).clamp(min=1e-5) ** _GAMMA,
        x["emit"] * x.color(1.0, 0.86, 0.62),
        x["precip"] * one,
        x["line"] * one,
        x["line_fine"] * one,
        x["hatch"] * one,
        x["paper"] * one,
        0.0 * one,
    )
    return torch.stack(layers, 1)
