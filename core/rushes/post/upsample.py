"""To HD by geometry: small pictures brought to full size, guided by full-size passes.

The generator works at about 256×144; the passes know at full size where every edge is. The small picture's sky is
cleaned (`sky`) and its surfaces sharpened (`_sharpened`); each pixel becomes a mean of small pixels on its own
surface and in its own light (`bilateral`), as far as the picture shows that light at all (`light`); what has no such
pixel borrows from its object (`object_colour`); the staircase that point-sampled passes leave is smoothed
(`antialias`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import JobContext, PostStep, Size
from rushes.errors import RecipeError, SizeError
from rushes.media.conditioning import ShotInputs
from rushes.media.pictures import Picture
from rushes.post.antialias import antialias, surface_labels
from rushes.post.bilateral import Plan, samples_of, stripe, wider
from rushes.post.drawn import DrawnSense, edges, lift
from rushes.post.guides import Full, full_guide, low_guide
from rushes.post.light import LightSense
from rushes.post.object_colour import ObjectColours
from rushes.post.sky import clean_sky
from rushes.post.unmix import Unmixer

__all__ = ["GuidedUpsample"]

_VERSION = 2
_SWITCHES = ("smooth_edges", "clean_sky", "unmix", "lines")
_F = np.float32
_STRIPE = 144
"""Rows of the full size that are made at a time."""
_WEAK = _F(0.12)
"""Total weight below which a pixel also looks at a wider ring and at its object's colour."""
_HELP = _F(0.1)
"""What that help counts, on the scale of the total weight."""
_OBJECT_WEIGHT = _F(0.05)
"""What the object as a whole counts beside its samples in the ring."""


@dataclass(frozen=True)
class _Clip:
    """What is learned from picture to picture."""

    colours: ObjectColours
    light: LightSense = field(default_factory=LightSense)
    mix: Unmixer = field(default_factory=Unmixer)
    drawn: DrawnSense = field(default_factory=DrawnSense)


class GuidedUpsample:
    """Brings pictures to `size`. Edges come out where the passes have them; colours come from the pictures.

    `sharpen` (0 to 1) undoes the softness of the interpolation inside surfaces; `smooth_edges` mixes the
    pixels along edges by the area the edge cuts, at most one pixel wide; `clean_sky` takes away the glow that a soft
    picture has in the sky beside other things; `unmix` takes out of small pixels what is not their own object's;
    `lines` finds drawings and draws their lines anew.
    """

    def __init__(
        self,
        size: Size,
        *,
        sharpen: float = 1.0,
        smooth_edges: bool = True,
        clean_sky: bool = True,
        unmix: bool = True,
        lines: bool = True,
    ) -> None:
        if not 0 <= sharpen <= 1:
            raise RecipeError(
                f"guided_upsample cannot sharpen by {sharpen:g}.", code="recipe.post", hint="Give 0 to 1."
            )
        self.size = size
        self.sharpen = float(sharpen)
        self.smooth_edges = smooth_edges
        self.clean_sky = clean_sky
        self.unmix = unmix
        self.lines = lines

    @property
    def spec(self) -> PostStep:
        """See `PostProcess.spec`."""
        settings: dict[str, Any] = {"width": self.size.width, "height": self.size.height, "sharpen": self.sharpen}
        return PostStep("guided_upsample", _VERSION, settings | {name: getattr(self, name) for name in _SWITCHES})

    @classmethod
    def from_settings(cls, version: int, settings: Mapping[str, Any]) -> GuidedUpsample:
        """The step of a recipe; RecipeError (`recipe.post`) for another version or settings it does not have."""
        if version != _VERSION or set(settings) != {"width", "height", "sharpen", *_SWITCHES}:
            raise RecipeError(
                f"The recipe's guided_upsample (version {version}) is not the one of this Rushes.",
                code="recipe.post",
                hint="Open it with the Rushes that made it.",
            )
        size = Size(int(settings["width"]), int(settings["height"]))
        switches = {name: bool(settings[name]) for name in _SWITCHES}
        return cls(size, sharpen=float(settings["sharpen"]), **switches)

    def output_size(self, size: Size) -> Size:
        """Always `self.size`."""
        return self.size

    def apply(self, frames: Iterator[Picture], inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        """(H, W, 3) pictures of `self.size`, 0 to 1. Pictures beyond the shot's end use its last passes.

        SizeError (`post.size`) when a picture is larger than `self.size`.
        """
        clip = _Clip(ObjectColours(inputs.legend))
        for index, picture in enumerate(frames):
            context.check()
            if picture.shape[0] > self.size.height or picture.shape[1] > self.size.width:
                raise SizeError(
                    f"A picture of {picture.shape[1]}×{picture.shape[0]} is larger than {self.size}.",
                    code="post.size",
                    hint="Give an output size at least as large as the model's.",
                )
            yield self._one(np.asarray(picture, _F), inputs, min(index, len(inputs) - 1), clip)

    def _one(self, picture: Picture, inputs: ShotInputs, index: int, clip: _Clip) -> Picture:
        frame = inputs.frame(index, self.size)
        low_size = Size(picture.shape[1], picture.shape[0])
        low = low_guide(frame, low_size)
        follow = clip.light.follow(picture, low)
        low = replace(low, direct=low.direct * follow)
        labels = surface_labels(frame)
        lines, edge = None, None
        if self.lines and clip.drawn.look(picture, low):
            edge = edges(frame, labels)
            picture, lines = lift(picture, edge)
        elif self.unmix:
            picture = clip.mix.clean(picture, low, self.sharpen)
        if self.clean_sky:
            picture = clean_sky(picture, low)
        rest = samples_of(clip.colours.learn(picture, low), low)
        plan = Plan(picture, low, self.size.shape)
        made = np.empty((*self.size.shape, 3), _F)
        for top in range(0, self.size.height, _STRIPE):
            rows = slice(top, min(self.size.height, top + _STRIPE))
            full = full_guide(frame, low_size, rows)
            full = replace(full, direct=full.direct * follow)
            planes, weight = stripe(plan, full, rows)
            _fill(planes, weight, rest, full, rows, plan, clip.colours)
            made[rows] = np.moveaxis(planes, 0, 2)
        if self.smooth_edges:
            antialias(made, labels)
        if lines is not None and edge is not None:
            lines.draw(made, edge)
        return np.clip(made, 0, 1, out=made)


def _fill(
    planes: NDArray[Any],
    weight: NDArray[Any],
    rest: NDArray[Any],
    full: Full,
    rows: slice,
    plan: Plan,
    colours: ObjectColours,
) -> None:
    """Better colours, in place, for the few pixels that have little of their own within 3×3.

    `rest` are samples of the small picture less what the objects' colours and the light explain of it: neighbours
    in another light help with that, and the light of the pixel itself is put back on.
    """
    weak = np.flatnonzero(weight.reshape(-1) < _WEAK)
    if not len(weak):
        return
    flat, own = planes.reshape(3, -1), weight.reshape(-1)[weak]
    sums, weights = wider(rest, plan, full, rows, weak)
    lit, different = colours.expected(full, weak)
    wide = lit + (sums + different * _OBJECT_WEIGHT) / (weights + _OBJECT_WEIGHT)
    help_weight = _HELP * np.clip((_WEAK - own) * (2 / _WEAK), 0, 1)
    flat[:, weak] = (flat[:, weak] * own + wide * help_weight) / (own + help_weight)
