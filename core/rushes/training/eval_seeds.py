"""What a seed decides: another one shows in facades and leaves the geometry; an object's own changes that object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np

from rushes.contracts import Metric
from rushes.models.house.surface import HouseFrame
from rushes.training.eval_measures import Bytes, Mask, difference, edge_score, picture_edges
from rushes.training.eval_model import EvalModel, look_of
from rushes.training.eval_scenes import SceneStore, Span, Still
from rushes.training.eval_stills import edges_of
from rushes.training.twin import blockout_frame

__all__ = ["FIRST_SEED", "SEEDS", "chosen", "largest_building", "reroll", "seed_metrics"]

SEEDS = 8
FIRST_SEED = 8
"""With the seven after it: palettes of the place, neither grey nor random."""
_SHOTS = 4
_LEAST = 0.04
"""Least share of the picture that a building fills to be looked at."""
_REACH = 10
"""Pixels around an object that its glow, its mirror image and the network's sight may touch."""


def largest_building(still: Still) -> int | None:
    """Id of the building that fills most of the picture, if one fills enough; not one that fills it all."""
    ids = still.scene.arrays["ids"]
    houses = [i + 1 for i, o in enumerate(still.scene.plan["objects"]) if o["cls"] == "building"]
    sizes = sorted(((float((ids == i).mean()), i) for i in houses), reverse=True)
    return next((i for share, i in sizes if _LEAST <= share <= 0.6), None)


def reroll(frame: HouseFrame, ident: int, seed: int) -> HouseFrame:
    """The frame with another seed for one object."""
    thing = frame.objects[ident]
    return replace(frame, objects={**frame.objects, ident: replace(thing, seed=seed)})


def _apart(pictures: Sequence[Bytes], where: Mask) -> float:
    """Mean difference of all pairs, in 8-bit levels, over the pixels `where`."""
    return float(np.mean([difference(a, b, where) for a, b in combinations(pictures, 2)]))


def _facades(still: Still) -> Mask:
    houses = [i + 1 for i, o in enumerate(still.scene.plan["objects"]) if o["cls"] == "building"]
    return np.isin(still.scene.arrays["ids"], houses)


def _built_up(still: Still) -> tuple[int, float]:
    """How many buildings are large enough to be looked at (six are enough), and the facades' share of the picture."""
    ids, where = still.scene.arrays["ids"], _facades(still)
    shares = np.bincount(ids[where].astype(np.int64)) / ids.size
    return min(6, int((shares > 0.015).sum())), float(where.mean())


def chosen(stills: Sequence[Still], count: int = _SHOTS) -> list[Still]:
    """Pictures of different places with most buildings in them, in clear weather; fewer where there are none.

    Their colours are the place's own: seeds whose palette is neither grey nor random.
    """
    found: dict[str, tuple[tuple[int, float], Still]] = {}
    for still in stills:
        place, rank = still.variant.place, _built_up(still)
        known = found.get(place)
        if place == "interior" or largest_building(still) is None or (known is not None and known[0] >= rank):
            continue
        hour = "dusk" if still.scene.plan["low_sun"] else "day"
        look = look_of(still.variant, hour=hour, weather="clear", mood="neutral", style="cinematic", seed=FIRST_SEED)
        found[place] = (rank, replace(still, variant=look))
    ranked = sorted(found.values(), key=lambda pair: pair[0], reverse=True)
    return [still for _, still in ranked[:count]]


def seed_metrics(model: EvalModel, stills: Sequence[Still], store: SceneStore, span: Span) -> list[Metric]:
    """Diversity over seeds on facades, edges over seeds, and the re-roll of one object."""
    shots = chosen(stills)
    if not shots:
        return [Metric("house.diversity", 0.0, "8-bit levels", ok=False, note="no held-out scene shows a building")]
    ours: list[float] = []
    twins: list[float] = []
    edges: list[float] = []
    inside: list[float] = []
    outside: list[float] = []
    for number, still in enumerate(shots):
        span.step(number, len(shots), "seeds of shot")
        looks = [look_of(still.variant, seed=FIRST_SEED + k) for k in range(SEEDS)]
        made = [model.paint(still.scene, v) for v in looks]
        where = _facades(still)
        ours.append(_apart(made, where))
        twins.append(_apart([store.twin(still.scene, v) for v in looks], where))
        wanted = edges_of(still.scene)
        scores = [edge_score(picture_edges(p), wanted, 2) for p in made]
        edges.append(min(scores) / max(max(scores), 1e-6))
        changed, rest = _rerolled(model, still)
        inside.append(changed)
        outside.append(rest)
    unit = "8-bit levels"
    return [
        Metric.judged(
            "house.diversity", float(np.mean(ours)), unit, reference=float(np.mean(twins)),
            compare=">=", limit=round(0.8 * float(np.mean(twins)), 3),
            note=f"mean difference on facades between {SEEDS} seeds, {len(shots)} shots; reference: the twins'",
        ),
        Metric.judged(
            "house.seed_edges", float(np.mean(edges)), "", compare=">=", limit=0.75,
            note="worst seed's geometry score over the best seed's: geometry stays whatever the seed",
        ),
        Metric.judged(
            "house.reroll_inside", float(np.mean(inside)), unit, compare=">=", limit=2.0,
            note="one building given another seed: change on it",
        ),
        Metric.judged(
            "house.reroll_outside", float(np.max(outside)), unit, compare="<=", limit=1.0,
            note=f"and elsewhere, {_REACH} px from it and further; the largest of {len(shots)} shots",
        ),
    ]  # fmt: skip


def _rerolled(model: EvalModel, still: Still) -> tuple[float, float]:
    """Change inside and outside of the building that gets another seed."""
    ident = largest_building(still)
    assert ident is not None
    look = still.variant
    frame = blockout_frame(still.scene, look)
    before = model.paint_frame(frame, look)
    after = model.paint_frame(reroll(frame, ident, look.seed + 101), look)
    mask = np.asarray(still.scene.arrays["ids"] == ident)
    around = cv2.dilate(mask.astype(np.uint8), np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8)) > 0
    return difference(before, after, mask), difference(before, after, ~around)
