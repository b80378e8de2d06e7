"""An upsampler held against the truth: all figures of `measures` over a few frames, beside plain interpolation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Literal

import cv2
import numpy as np

from rushes.contracts import JobContext, Metric
from rushes.media.conditioning import ShotFrame, ShotInputs
from rushes.media.pictures import Picture
from rushes.post.measures import decibels, mean_rise, near_edges, silhouettes, thin_contrast, warp_error
from rushes.post.protocol import PostProcess

__all__ = ["Comparison"]

_SOFTEST = 1.5
"""How many times as soft as the truth's edges may be."""
_HALO = 0.06
"""Largest mean halo, as a share of the contrast it lies beside."""
_THIN = (0.85, 1.15)
"""Contrast that thin things keep."""
_RESTLESS = 1.25
"""How many times the truth's own warp error is borne."""


class Comparison:
    """Tallies of what was made, of plain interpolation, and of the truth itself."""

    def __init__(self, real: Callable[[ShotFrame], Picture], small: Callable[[ShotFrame], Picture]) -> None:
        """`real`: the truth at the upsampler's size for a frame of the passes; `small`: what the upsampler is given."""
        self._real, self._small = real, small
        self._found: dict[tuple[str, str], list[float]] = defaultdict(list)

    def run(self, step: PostProcess, guides: ShotInputs, passes: ShotInputs, context: JobContext, count: int) -> None:
        """Take in `count` frames of `step`, which sees `guides`; the truth is made from the full `passes`."""
        given: list[Picture] = []

        def pictures() -> Iterator[Picture]:
            for index in range(count):
                given[:] = [self._small(passes.frame(index, passes.size))]
                yield given[0]

        before: dict[str, Picture] = {}
        for index, made in enumerate(step.apply(pictures(), guides, context)):
            frame = guides.frame(index)
            real = self._real(passes.frame(index, passes.size))
            height, width = real.shape[:2]
            shown = {"guided": made, "truth": real}
            for name, how in (("bicubic", cv2.INTER_CUBIC), ("nearest", cv2.INTER_NEAREST)):
                plain = np.asarray(cv2.resize(given[0], (width, height), interpolation=how), np.float32)
                shown[name] = np.clip(plain, 0, 1)
            for name, picture in shown.items():
                self._still(name, picture, real, frame)
                if index:
                    error = warp_error(before[name], picture, guides.frame(index - 1), frame)
                    self._found[name, "warp"].append(error)
            before = shown

    def _still(self, name: str, picture: Picture, real: Picture, frame: ShotFrame) -> None:
        def put(what: str, value: float) -> None:
            self._found[name, what].append(value)

        put("psnr", decibels(picture, real))
        put("edges", decibels(picture, real, near_edges(frame.ids)))
        found = silhouettes(picture, real, frame.ids)
        if found is not None:
            put("rise", mean_rise(found.profile))
            put("halo", found.halo)
        thin = thin_contrast(picture, real, frame.ids)
        if thin is not None:
            put("thin", thin[0])

    def _mean(self, name: str, what: str) -> float | None:
        values = self._found[name, what]
        return float(np.mean(values)) if values else None

    def metrics(self, prefix: str, note: str) -> list[Metric]:
        """Judged figures. What the frames do not show (no silhouettes, nothing thin, one frame) is left out."""
        metrics: list[Metric] = []

        def put(
            name: str,
            what: str,
            unit: str,
            beside: str,
            compare: Literal["<=", ">="],
            limit: Callable[[float], float],
            words: str,
        ) -> None:
            value, other = self._mean("guided", what), self._mean(beside, what)
            if value is None or other is None:
                return
            bar = limit(other)
            metrics.append(
                Metric.judged(f"{prefix}.{name}", value, unit, reference=other, compare=compare, limit=bar, note=words)
            )

        put("psnr", "psnr", "dB", "bicubic", ">=", lambda b: b, f"{note}; reference: bicubic")
        put("psnr_near_edges", "edges", "dB", "bicubic", ">=", lambda b: b, "within 3 pixels of an object's edge")
        put("psnr_over_nearest", "psnr", "dB", "nearest", ">=", lambda n: n, "reference: nearest neighbour")
        put("edge_rise", "rise", "px", "truth", "<=", lambda t: _SOFTEST * t, "10 % to 90 % of an edge; the truth's")
        put("halo", "halo", "", "bicubic", "<=", lambda _: _HALO, "error beside silhouettes, share of the contrast")
        put("thin_contrast", "thin", "", "bicubic", ">=", lambda _: _THIN[0], "of things 1 to 3 pixels wide; 1: all")
        put("thin_excess", "thin", "", "bicubic", "<=", lambda _: _THIN[1], "the same, not exaggerated")
        put("warp_error", "warp", "levels", "truth", "<=", lambda t: _RESTLESS * t, "along exact motion; the truth's")
        return metrics
