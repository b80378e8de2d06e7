"""Figures out of what the Blenders rendered and cast rays for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Metric
from rushes.jobs.eval_projection_pictures import covered, eroded, seam, silhouettes
from rushes.library.files import read_json
from rushes.media.exr import read_channels
from rushes.media.pictures import Bytes, load_png

__all__ = ["Measured", "Truth", "View", "figures"]

Mask = NDArray[np.bool_]

_VARIANTS = ("ortho", "portrait", "shift", "zoom", "late", "anamorphic")
_DEFORMING = ("Flag", "Pole")
_INSTANCED = ("Crate", "Lid")
_GRAZED = {"plane": ("Floor", "Slope"), "ball": ("Ball",), "facets": ("Facets",), "waves": ("Waves",)}
_SURE = 2
"""Pixels from the rim of what was seen within which a shadow map's grain shows."""


@dataclass(frozen=True)
class View:
    """What one case looked at."""

    frames: tuple[int, ...]
    extra: tuple[int, ...]
    """Frames outside the shot."""
    folders: tuple[Path, ...]
    """Projectors."""


@dataclass(frozen=True)
class Truth:
    """What rays found at one frame."""

    objects: NDArray[np.uint16]
    """(H, W) 0: nothing there."""
    seen: Mask
    """(eyes, H, W)"""
    names: tuple[str, ...]
    """Of the objects, from 1."""

    def of(self, names: Iterable[str]) -> Mask:
        """Pixels of these objects."""
        return np.isin(self.objects, [self.names.index(n) + 1 for n in names if n in self.names])


@dataclass(frozen=True)
class Measured:
    """One Blender's and one engine's pictures and answers."""

    out: Path
    answer: Mapping[str, Any]
    views: Mapping[str, View]

    def picture(self, case: str, frame: int) -> Bytes:
        """A render."""
        return load_png(self.out / f"{case}_{frame}.png")

    def truth(self, case: str, frame: int) -> Truth:
        """What rays found."""
        with np.load(self.out / f"{case}_{frame}.npz") as data:
            return Truth(data["object"], data["seen"], tuple(str(n) for n in data["names"]))

    def take(self, case: str, frame: int) -> tuple[Bytes, Mask]:
        """(the take's picture at a scene frame, where it can be compared: no sky, no silhouettes)."""
        folder = self.views[case].folders[0]
        about = read_json(folder / "projector.json", "The projector")
        name = f"{frame - int(about['first']) + 1:04d}"
        (depth,) = read_channels(folder / "depth" / f"{name}.exr").values()
        inside = (depth < 1e9) & ~silhouettes(depth, bool(about["orthographic"]))
        return load_png(folder / "color" / f"{name}.png"), inside


def figures(prefix: str, found: Measured) -> Iterator[Metric]:
    """All figures of the cases that were measured."""
    version = str(found.answer["version"])
    if "own" in found.views:
        yield from _own(prefix, found, version)
    variants = [v for v in _VARIANTS if v in found.views]
    if variants:
        yield from _variants(prefix, found, variants)
    for case in ("side", "side_ortho"):
        if case in found.views:
            yield from _leaks(f"{prefix}.{case}", case, found)
    if "grazing" in found.views:
        yield from _leaks(f"{prefix}.grazing", "grazing", found, besides=_GRAZED["waves"])
        yield from _acne(prefix, found)
    for case in ("seam", "seam_unequal"):
        if case in found.views:
            yield from _seams(f"{prefix}.{case}", case, found)
    if "cost" in found.answer:
        yield from _cost(prefix, found.answer["cost"])
    if "restore" in found.answer:
        yield _restored(prefix, found.answer["restore"])


# -- from the projector's own camera


def _error(found: Measured, case: str, frame: int, where: Mask | None = None) -> float:
    """Mean absolute error against the take, levels of 255."""
    take, inside = found.take(case, frame)
    chosen = inside if where is None else inside & where
    if not chosen.any():
        return float("nan")
    return float(np.abs(found.picture(case, frame).astype(int) - take.astype(int))[chosen].mean())


def _own(prefix: str, found: Measured, version: str) -> Iterator[Metric]:
    frames = found.views["own"].frames
    errors = [_error(found, "own", f) for f in frames]
    inside = np.mean([found.take("own", f)[1].mean() for f in frames])
    note = f"Blender {version}, {len(frames)} frames, the worst; {inside:.0%} of the pixels compared"
    yield Metric.judged(f"{prefix}.own", max(errors), "/255", compare="<=", limit=2.0, note=note)
    for name, things in (("deforming", _DEFORMING), ("instances", _INSTANCED)):
        parts = [_error(found, "own", f, found.truth("own", f).of(things)) for f in frames]
        yield Metric.judged(f"{prefix}.own_{name}", max(parts), "/255", compare="<=", limit=2.0, note=", ".join(things))
    everything = [_everything(found, f) for f in frames]
    yield Metric.judged(
        f"{prefix}.own_uncovered",
        100 * max(everything),
        "%",
        note="of all surfaces, silhouettes too, from its own camera",
    )


def _everything(found: Measured, frame: int) -> float:
    there = found.truth("own", frame).objects > 0
    return float((there & ~covered(found.picture("own", frame))).sum() / there.sum())


def _variants(prefix: str, found: Measured, variants: list[str]) -> Iterator[Metric]:
    for case in variants:
        view = found.views[case]
        error = max(_error(found, case, f) for f in view.frames)
        note = f"frames {', '.join(str(f) for f in view.frames)}, the worst"
        yield Metric.judged(f"{prefix}.own_{case}", error, "/255", compare="<=", limit=2.0, note=note)
        if view.extra:
            shown = max(float(covered(found.picture(case, f)).mean()) for f in view.extra)
            black = max(float((found.picture(case, f).max(-1) == 0).mean()) for f in view.extra)
            yield Metric.judged(
                f"{prefix}.outside_shot",
                100 * (shown - black),
                "%",
                compare="==",
                limit=0,
                note=f"take visible at frames {', '.join(str(f) for f in view.extra)}, outside the shot",
            )


# -- from elsewhere


def _leaks(name: str, case: str, found: Measured, besides: tuple[str, ...] = ()) -> Iterator[Metric]:
    """`besides`: objects with a figure of their own, without a bar: they are finer than the projector's pixels."""
    parts = [_shares(found, case, f, besides) for f in found.views[case].frames]
    leaked, missed, sure, apart = (100 * max(p[k] for p in parts) for k in range(4))
    note = f"of surface pixels: take visible where it was not seen; {sure:.3f} % away from borders"
    yield Metric.judged(f"{name}_leaked", leaked, "%", compare="<=", limit=0.5, note=note)
    yield Metric.judged(f"{name}_missed", missed, "%", note="seen, but the take is not visible")
    if besides:
        note = f"of the pixels of {', '.join(besides)}, finer than a pixel of the projector"
        yield Metric.judged(f"{name}_leaked_fine", apart, "%", note=note)


def _shares(found: Measured, case: str, frame: int, besides: tuple[str, ...]) -> tuple[float, float, float, float]:
    """(leaked, missed, leaked away from borders, leaked on `besides`), parts of the surface."""
    truth, shown = found.truth(case, frame), covered(found.picture(case, frame))
    apart = truth.of(besides)
    there, seen = (truth.objects > 0) & ~apart, truth.seen.any(axis=0)
    hidden = there & ~seen
    counts = ((hidden & shown), (there & seen & ~shown), (eroded(hidden, _SURE) & shown))
    leaked, missed, sure = (float(c.sum() / there.sum()) for c in counts)
    return leaked, missed, sure, float((apart & ~seen & shown).sum() / max(1, apart.sum()))


def _acne(prefix: str, found: Measured) -> Iterator[Metric]:
    truth, shown = found.truth("grazing", 1), covered(found.picture("grazing", 1))
    for name, things in (
        ("plane", ("Floor", "Slope")),
        ("ball", ("Ball",)),
        ("facets", ("Facets",)),
        ("waves", ("Waves",)),
    ):
        sure = eroded(truth.seen[0] & truth.of(things), _SURE)
        share = float((sure & ~shown).sum() / max(1, sure.sum()))
        bar: dict[str, Any] = {"compare": "<=", "limit": 1.0} if name == "plane" else {}
        note = f"holes in what was wholly seen at a grazing angle ({', '.join(things)}, {int(sure.sum())} pixels)"
        yield Metric.judged(f"{prefix}.acne_{name}", 100 * share, "%", note=note, **bar)


def _seams(name: str, case: str, found: Measured) -> Iterator[Metric]:
    truth, picture = found.truth(case, 1), found.picture(case, 1)
    line = seam(picture, truth.objects, truth.seen)
    bar: dict[str, Any] = {"compare": "<=", "limit": 2.0} if case == "seam" else {}
    note = f"step across over step beside ({line.across:.2f} and {line.inside:.2f} of 255, {line.pixels} pairs)"
    yield Metric.judged(f"{name}_visible", line.ratio, "", note=note, **bar)
    if case != "seam":
        return
    there = truth.objects > 0
    real, shown, both = (
        100 * float((there & part).sum() / there.sum())
        for part in (truth.seen.any(axis=0), covered(picture), truth.seen.all(axis=0))
    )
    note = f"of the surface; both takes: {both:.0f} %"
    yield Metric.judged(f"{name}_coverage", shown, "%", reference=real, note=note)


# -- cost and restoring


def _cost(prefix: str, cost: Mapping[str, float]) -> Iterator[Metric]:
    note = "1,000 objects with a mesh and a material each, the best of three"
    spent = f"{note}; {cost['cpu']:.2f} s of a processor"
    yield Metric.judged(f"{prefix}.build", cost["build"], "s", compare="<=", limit=2.0, note=spent)
    yield Metric.judged(f"{prefix}.remove", cost["remove"], "s", note=note)
    bar: dict[str, Any] = {"compare": "<=", "limit": 1.3}
    note = f"against the same with image textures: {cost['projected']:.2f} s and {cost['plain']:.2f} s"
    if cost["software"]:
        bar, note = {}, f"{note}; drawn by the processor, where the bar for graphics cards says nothing"
    yield Metric.judged(f"{prefix}.render_cost", cost["projected"] / cost["plain"], "", note=note, **bar)
    strict = cost["projected"] / cost["unlit"]
    note = f"against images that no light falls on: {cost['unlit']:.2f} s"
    yield Metric.judged(f"{prefix}.render_cost_unlit", strict, "", note=note)
    yield Metric.judged(
        f"{prefix}.first_render", cost["first"], "s", reference=cost["first_plain"],
        note="with the scene's upload and its shaders",
    )  # fmt: skip


def _restored(prefix: str, restored: Mapping[str, Any]) -> Metric:
    differs = list(restored["differs"])
    note = f"of {restored['ids']}; {restored['changed']} were changed while it lay there" + (
        f"; {', '.join(differs[:5])}" if differs else ""
    )
    return Metric.judged(f"{prefix}.restore_differs", float(len(differs)), "IDs", compare="==", limit=0, note=note)
