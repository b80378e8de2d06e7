"""Figures, vehicles and plants of training scenes, as an artist blocks them and as their detailed twins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rushes.blender.inside.synth_shapes import (
    Family,
    Mesh,
    Options,
    Size3,
    box,
    capsule,
    displaced,
    join,
    lathe,
    lumps,
    sphere,
)

__all__ = ["BODIES"]


def _crown(s: Size3, o: Options, twin: bool) -> Mesh:
    if not twin:
        return sphere(s, 16)
    verts, faces = sphere(s, 40)
    return displaced(verts, s, 0.17), faces


def _conifer(s: Size3, o: Options, twin: bool) -> Mesh:
    if not twin:
        return lathe([(0.5, 0.0), (0.0, 1.0)], 16, s)
    tiers = [
        lathe([(0.5 * (1 - 0.2 * k), 0.19 * k), (0.5 * (1 - 0.2 * k) * 0.25, 0.19 * k + 0.24 if k < 4 else 1.0)], 18, s)
        for k in range(5)
    ]
    verts, faces = join(*tiers)
    unit = (verts - np.array([0, 0, s[2] / 2])) / (np.asarray(s) / 2)
    push = 1.0 + 0.1 * lumps(unit)
    verts = verts * np.stack([push, push, np.ones_like(push)], -1)
    return verts, faces


def _person(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    if twin:
        legs = [
            lathe([(0.36, 0.0), (0.5, 1.0)], 10, (w * 0.36, d * 0.42, h * 0.48), (side * w * 0.2, 0.0, 0.0))
            for side in (-1, 1)
        ]
        arms = [
            lathe(
                [(0.0, 0.0), (0.5, 0.06), (0.5, 0.94), (0.0, 1.0)],
                8,
                (w * 0.2, d * 0.34, h * 0.4),
                (side * w * 0.4, 0.0, h * 0.42),
            )
            for side in (-1, 1)
        ]
        torso = lathe(
            [(0.42, 0.0), (0.46, 0.35), (0.5, 0.8), (0.3, 0.97), (0.16, 1.0)],
            14,
            (w * 0.76, d * 0.66, h * 0.4),
            (0.0, 0.0, h * 0.44),
        )
        neck = lathe([(0.5, 0.0), (0.5, 1.0)], 8, (w * 0.2, d * 0.26, h * 0.06), (0.0, 0.0, h * 0.82))
        head = sphere((w * 0.36, d * 0.52, h * 0.145), 14, (0.0, 0.0, h * 0.855))
        return join(*legs, *arms, torso, neck, head)
    form = int(o.get("form", 0))
    if form == 0:
        return capsule(s)
    if form == 1:
        return join(
            lathe([(0.5, 0.0), (0.5, 1.0)], 16, (w * 0.9, d * 0.9, h * 0.85)),
            sphere((w * 0.5, d * 0.6, h * 0.15), 14, (0, 0, h * 0.85)),
        )
    if form == 2:
        return join(
            lathe([(0.5, 0.0), (0.3, 1.0)], 16, (w, d, h * 0.85)),
            sphere((w * 0.5, d * 0.6, h * 0.16), 14, (0, 0, h * 0.84)),
        )
    return box((w * 0.8, d * 0.7, h))


def _wheels(w: float, d: float, r: float, at: Sequence[float]) -> list[Mesh]:
    out: list[Mesh] = []
    for y in at:
        for side in (-1, 1):
            verts, faces = lathe([(0.5, 0.0), (0.5, 1.0)], 16, (2 * r, 2 * r, 0.22))
            turned = np.stack([verts[:, 2] - 0.11 + side * (w / 2 - 0.12), verts[:, 1] + y * d, verts[:, 0] + r], -1)
            out.append((turned, faces))
    return out


def _car(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    form = int(o.get("form", 0))
    if twin:
        body = box((w * 0.98, d, h * 0.44), (0, 0, h * 0.16), (0.96, 0.98))
        cabin = box((w * 0.92, d * 0.56, h * 0.4), (0, -0.03 * d, h * 0.6), (0.78, 0.66))
        return join(body, cabin, *_wheels(w, d, h * 0.21, (-0.31, 0.31)))
    if form == 0:
        return box(s)
    return join(
        box((w, d, h * 0.6)),
        box((w * 0.92, d * 0.55, h * 0.4), (0, -0.03 * d, h * 0.6), (0.85, 0.75) if form == 2 else (1.0, 1.0)),
    )


def _truck(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    if twin:
        cab = box((w * 0.96, d * 0.24, h * 0.72), (0, d * 0.38, h * 0.15), (0.94, 0.8))
        cargo = box((w, d * 0.7, h * 0.78), (0, -d * 0.13, h * 0.22))
        return join(cab, cargo, *_wheels(w, d, min(0.5, h * 0.17), (-0.38, -0.2, 0.34)))
    if int(o.get("form", 0)) == 0:
        return box(s)
    return join(box((w, d * 0.72, h), (0, -d * 0.14, 0)), box((w, d * 0.28, h * 0.85), (0, d * 0.36, 0)))


BODIES: dict[str, Family] = {
    "car": _car,
    "conifer": _conifer,
    "crown": _crown,
    "person": _person,
    "truck": _truck,
}
"""Families by name."""
