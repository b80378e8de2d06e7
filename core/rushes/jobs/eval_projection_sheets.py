"""Picture sheets of the measured projections: what was rendered beside what rays say."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rushes.jobs.eval_projection_figures import Measured
from rushes.jobs.eval_projection_pictures import covered
from rushes.media.pictures import Bytes, save_png

__all__ = ["write_sheets"]

_GAP = 6
_SCALE = 2


def write_sheets(found: Measured, folder: Path, prefix: str) -> None:
    """One PNG a case in `folder`. Own cameras: take, render, difference times eight. Others: render, and which pixels
    the take reaches: white rightly, black rightly not, red leaked, yellow missed, blue nothing there."""
    folder.mkdir(parents=True, exist_ok=True)
    for case, view in found.views.items():
        frames = [f for f in view.frames if (found.out / f"{case}_{f}.png").exists()]
        rows = [_row(found, case, f) for f in frames[:3]]
        if rows:
            save_png(folder / f"{prefix}.{case}.png", _stacked(rows))


def _row(found: Measured, case: str, frame: int) -> list[Bytes]:
    picture = found.picture(case, frame)
    if case.startswith(("side", "grazing", "seam")):
        return [picture, _verdict(found, case, frame)]
    if not found.views[case].frames or case in ("cost", "restore"):
        return [picture]
    take, inside = found.take(case, frame)
    difference = np.minimum(255, 8 * np.abs(picture.astype(int) - take.astype(int))).astype(np.uint8)
    difference[~inside] = 64
    return [take, picture, difference]


def _verdict(found: Measured, case: str, frame: int) -> Bytes:
    truth, shown = found.truth(case, frame), covered(found.picture(case, frame))
    seen, there = truth.seen.any(0), truth.objects > 0
    made = np.zeros((*seen.shape, 3), np.uint8)
    made[seen & shown] = (255, 255, 255)
    made[~seen & shown] = (255, 0, 0)
    made[seen & ~shown] = (255, 220, 0)
    made[~there] = (60, 80, 140)
    return made


def _stacked(rows: list[list[Bytes]]) -> Bytes:
    lines: list[Bytes] = []
    for row in rows:
        big = [p.repeat(_SCALE, 0).repeat(_SCALE, 1) for p in row]
        gap = np.full((big[0].shape[0], _GAP, 3), 32, np.uint8)
        parts = [part for p in big for part in (p, gap)][:-1]
        lines.append(np.concatenate(parts, 1))
    gap = np.full((_GAP, lines[0].shape[1], 3), 32, np.uint8)
    return np.concatenate([part for line in lines for part in (line, gap)][:-1], 0)
