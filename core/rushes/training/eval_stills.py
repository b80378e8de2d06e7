"""Figures of single pictures: fidelity, geometry, detail, look and distribution, against the painted twins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from rushes.contracts import Metric
from rushes.models.house.vocabulary import FIELDS
from rushes.training.classifier import readable
from rushes.training.eval_measures import (
    Bytes,
    Mask,
    detail_ratio,
    edge_score,
    frechet,
    geometry_edges,
    picture_edges,
    psnr,
    ssim,
)
from rushes.training.eval_model import tokens_of
from rushes.training.eval_scenes import Still
from rushes.training.twin import RenderedScene

__all__ = [
    "Judge",
    "between",
    "detail_metrics",
    "edges_of",
    "fidelity_metrics",
    "frechet_metrics",
    "geometry_metrics",
    "look_metrics",
]

_LOOK_BARS = {"time_of_day": 0.95, "weather": 0.95, "place": 0.90}


class Judge(Protocol):
    """Our own classifier of looks."""

    def tokens(self, pictures: Sequence[Bytes]) -> list[dict[str, str]]:
        """Per picture: field of the vocabulary → the word it takes the picture for."""
        ...

    def pooled(self, pictures: Sequence[Bytes]) -> NDArray[np.float32]:
        """(N, D) features before the heads."""
        ...


def between(name: str, value: float, unit: str, low: float, high: float, *, note: str = "") -> Metric:
    """A metric that is to lie between two bars."""
    return Metric(name, value, unit, 1.0, f"{low:g} to {high:g}", low <= value <= high, note)


def _by(stills: Sequence[Still], values: Sequence[float], field: str) -> str:
    """Means by a field's words, worst first: "night 24.1, day 28.0"."""
    groups: dict[str, list[float]] = defaultdict(list)
    for still, value in zip(stills, values, strict=True):
        groups[tokens_of(still.variant)[field]].append(value)
    ranked = sorted((float(np.mean(v)), k) for k, v in groups.items())
    return ", ".join(f"{k} {v:.3g}" for v, k in ranked)


def _mean_color(picture: Bytes) -> Bytes:
    flat = np.round(picture.mean((0, 1))).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(flat, picture.shape))


def fidelity_metrics(
    stills: Sequence[Still], made: Sequence[Bytes], baseline: Sequence[Bytes] | None = None
) -> list[Metric]:
    """PSNR and SSIM: mean, worst tenth, and what a plain colour (and the baseline model) reaches."""
    twins = [s.twin for s in stills]
    plain = [_mean_color(t) for t in twins]
    out: list[Metric] = []
    measures: tuple[tuple[str, Callable[[Bytes, Bytes], float], str, float], ...] = (
        ("psnr", psnr, "dB", 27.0),
        ("ssim", ssim, "", 0.85),
    )
    for name, measure, unit, bar in measures:
        found = [measure(a, b) for a, b in zip(made, twins, strict=True)]
        flat = float(np.mean([measure(a, b) for a, b in zip(plain, twins, strict=True)]))
        note = f"mean of {len(found)} held-out pictures; reference: the mean colour. {_by(stills, found, 'place')}"
        out.append(
            Metric.judged(
                f"house.{name}", float(np.mean(found)), unit, reference=flat, compare=">=", limit=bar, note=note
            )
        )
        worst = int(np.argmin(found))
        low = float(np.mean(sorted(found)[: max(1, len(found) // 10)]))
        note = f"mean of the worst tenth; the worst is {stills[worst].name}. By style: {_by(stills, found, 'style')}"
        out.append(Metric(f"house.{name}_worst_tenth", low, unit, note=note))
        photo = [v for v, s in zip(found, stills, strict=True) if tokens_of(s.variant)["style"] == "cinematic"]
        if photo and len(photo) < len(found):
            note = f"the {len(photo)} cinematic pictures alone. By hour: {_by(stills, found, 'time_of_day')}"
            out.append(Metric(f"house.{name}_cinematic", float(np.mean(photo)), unit, note=note))
        if baseline is not None:
            old = float(np.mean([measure(a, b) for a, b in zip(baseline, twins, strict=True)]))
            out.append(Metric(f"house.{name}_baseline", old, unit, note="the baseline model on the same pictures"))
    return out


def edges_of(scene: RenderedScene) -> Mask:
    """(H, W) the geometry's edges at the picture's size: the twin's where it is there, else the blockout's."""
    suffix = "2" if "z2" in scene.arrays else ""
    a = scene.arrays
    normal = a["normal" + suffix].astype(np.float32) / 32000
    edges = geometry_edges(a["z" + suffix], normal, a["ids" + suffix].astype(np.int64))
    if not suffix:
        return edges
    h, w = edges.shape
    return np.asarray(edges.reshape(h // 2, 2, w // 2, 2).any((1, 3)), np.bool_)


def geometry_metrics(stills: Sequence[Still], made: Sequence[Bytes]) -> list[Metric]:
    """F-score of the pictures' edges against edges of depth, normals and ids, beside the twin's own."""
    out: list[Metric] = []
    wanted = [edges_of(s.scene) for s in stills]
    ours, theirs = ([picture_edges(p) for p in pictures] for pictures in (made, [s.twin for s in stills]))
    for tolerance in (1, 2):
        own, twin = (
            float(np.mean([edge_score(e, w, tolerance) for e, w in zip(edges, wanted, strict=True)]))
            for edges in (ours, theirs)
        )
        note = f"edges of the picture against depth, normal and id edges, within {tolerance} px; reference: the twin's"
        name = f"house.geometry_{tolerance}px"
        out.append(Metric.judged(name, own, "F", reference=twin, compare=">=", limit=round(0.9 * twin, 4), note=note))
    return out


def detail_metrics(stills: Sequence[Still], made: Sequence[Bytes]) -> list[Metric]:
    """High-frequency energy against the twin's."""
    note = "energy of the two finest Laplacian bands against the twin's; 1 is right, below is soft"
    ratio = detail_ratio(made, [s.twin for s in stills])
    each = [detail_ratio([m], [s.twin]) for m, s in zip(made, stills, strict=True)]
    note += f". By style: {_by(stills, each, 'style')}"
    return [between("house.detail", ratio, "×", 0.8, 1.2, note=note)]


def _right(judge: Judge, pictures: Sequence[Bytes], stills: Sequence[Still]) -> dict[str, Mask]:
    """Per field, which pictures are taken for what was asked."""
    found = judge.tokens(pictures)
    wanted = [tokens_of(s.variant) for s in stills]
    return {field: np.array([f[field] == w[field] for f, w in zip(found, wanted, strict=True)]) for field in found[0]}


def _shown(stills: Sequence[Still]) -> dict[str, NDArray[np.bool_]]:
    """Per field, which pictures can show it."""
    told = [tokens_of(s.variant) for s in stills]
    labels = torch.tensor([[words.index(t[name]) for name, words in FIELDS.items()] for t in told])
    return dict(zip(FIELDS, readable(labels).T.numpy(), strict=True))


def look_metrics(judge: Judge, stills: Sequence[Still], made: Sequence[Bytes]) -> list[Metric]:
    """Share of pictures that our classifier takes for what was asked, per field, among those that can show it
    (`classifier.readable`); reference: of held-out twins."""
    ours, twins = (_right(judge, p, stills) for p in (made, [s.twin for s in stills]))
    shown = _shown(stills)
    out: list[Metric] = []
    for field, found in ours.items():
        bar, known, right = _LOOK_BARS.get(field), twins[field][shown[field]], found[shown[field]]
        if not len(right):
            continue
        given = f"; where the twin is taken right: {100 * float(right[known].mean()):.1f} %" if known.any() else ""
        out.append(
            Metric.judged(
                f"house.look_{field}",
                100 * float(right.mean()),
                "%",
                reference=100 * float(known.mean()),
                compare=None if bar is None else ">=",
                limit=None if bar is None else 100 * bar,
                note=f"of {len(right)} pictures that can show it; reference: of the twins{given}",
            )
        )
    return out


def frechet_metrics(
    judge: Judge, stills: Sequence[Still], made: Sequence[Bytes], others: Sequence[Bytes]
) -> list[Metric]:
    """Fréchet distance of the model's pictures from the held-out twins; reference: of training twins (`others`)."""
    twins = judge.pooled([s.twin for s in stills])
    own = frechet(judge.pooled(made), twins)
    reference = frechet(judge.pooled(others), twins)
    note = (
        f"in our own classifier's features, {len(made)} against {len(stills)} pictures, so not comparable with papers; "
        "reference: training twins against held-out twins"
    )
    limit = round(3 * reference, 6)
    return [Metric.judged("house.frechet", own, "", reference=reference, compare="<=", limit=limit, note=note)]
