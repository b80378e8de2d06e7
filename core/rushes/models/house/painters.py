"""The sharp layers that the house model mixes a picture from, read off its input channels.

The network decides, smoothly, how much of each layer a pixel shows; edges, windows and joints come from the layers,
which know them exactly. The first ones are the block's colour as `rushes.training.twin` paints it, as far as inputs
tell.
"""

from __future__ import annotations

import torch

from rushes.models.house.paint_surface import Inputs, surface_color

__all__ = ["painters"]

_GAMMA = 1 / 2.2
_HAZE = 0.18
"""Power of the fog's veil that is the thin haze of clear air."""


def painters(features: torch.Tensor) -> torch.Tensor:
    """The layers of a picture, (B, LAYERS, 3, H, W), 0..1.

    Own colour and the same in direct light; panes; lit panes; clouds and their light; a constant; the first two without
    colour; the sky, its horizon and its glow around the sun; two veils of distance; own colour, with and without direct
    light, behind the nearer veil; what surfaces mirror of the sun; water, what it mirrors at grazing views, its waves;
    figures and vehicles; own colour in lamplight; what glows; falling rain or snow; lines, finer lines, hatching and
    paper of the board styles; and last nothing, where `rushes.models.house.pipeline.predict` puts what water and wet
    ground mirror of the picture itself.

    Args:
        features: (B, len(CHANNELS), H, W) as `rushes.models.house.features` gives them.
    """
    x = Inputs(features)
    albedo, sky, water = surface_color(x), x["class_sky"], x["class_water"]
    direct = ((x["direct"] + 1.0) * 0.5).clamp(1e-5, 1.0)
    one = torch.ones_like(albedo)
    grey = (albedo * x.color(0.2126, 0.7152, 0.0722)).sum(1, keepdim=True) * one
    body = ((x["coarse"] - 0.1) / 0.42).clamp(0.0, 1.0)
    own, lit = albedo**_GAMMA, (albedo * direct) ** _GAMMA
    near = x["veil"].clamp(0.0, 1.0)
    thin = near.clamp(min=1e-6) ** _HAZE
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
        (1.0 - thin) * (1.0 - sky) * one,
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
