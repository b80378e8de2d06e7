"""What passes cost: our seconds per frame against a bare Blender render of the same passes, in the same run."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from rushes.blender.launcher import find_blender, run_inside
from rushes.contracts import FrameRange, JobContext, Metric, PassesRequest, Size
from rushes.passes.render import render_passes

__all__ = ["OBJECTS", "passes_bench"]

OBJECTS = 220
_BENCH = "rushes.blender.inside.bench_render"
_LIMIT = 1.1


def passes_bench(
    context: JobContext, *, size: Size | None = None, frames: int = 6, repeats: int = 3, blender: str | None = None
) -> list[Metric]:
    """Render `frames` frames of a scene of 220 objects at `size` (1280×720 by default) both ways, `repeats` times each
    in turn, and compare the fastest of each. Both times hold everything: Blender's start, loading, rendering,
    writing; ours also tracking, hashing and checking.
    """
    command = find_blender(blender)
    picture = size or Size(1280, 720)
    span = FrameRange(1, frames)
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as name:
        folder = Path(name)
        blend = folder / "bench.blend"
        run_inside(_BENCH, {"make": str(blend), "objects": OBJECTS}, blender=command, context=context)
        for turn in range(repeats):
            (folder / f"bare{turn}").mkdir()
            plain = {
                "blend": str(blend),
                "out": str(folder / f"bare{turn}"),
                "size": [picture.width, picture.height],
                "frames": [span.start, span.end],
            }
            began = _clocks()
            run_inside(_BENCH, plain, blender=command, context=context)
            bare.append(_since(began, frames))
            request = PassesRequest(str(blend), "Cam", range=span, size=picture, sun_direction=(0.3, -0.5, 0.8))
            began = _clocks()
            render_passes(request, folder / "ours", blender=command, context=context)
            ours.append(_since(began, frames))
    return _metrics(_fastest(ours), _fastest(bare), picture, frames)


def _clocks() -> tuple[float, float]:
    """Wall time, and processor time of this process and the children it has waited for."""
    spent = os.times()
    return time.perf_counter(), spent.user + spent.system + spent.children_user + spent.children_system


def _since(began: tuple[float, float], frames: int) -> tuple[float, float]:
    now = _clocks()
    return (now[0] - began[0]) / frames, (now[1] - began[1]) / frames


def _fastest(runs: list[tuple[float, float]]) -> tuple[float, float]:
    return min(r[0] for r in runs), min(r[1] for r in runs)


def _metrics(ours: tuple[float, float], bare: tuple[float, float], size: Size, frames: int) -> list[Metric]:
    note = f"{OBJECTS} objects, {size}, {frames} frames, one process, start included"
    return [
        Metric.judged("passes.seconds_per_frame", ours[0], "s/frame", reference=bare[0], note=note),
        Metric.judged(
            "passes.against_bare_render", ours[0] / bare[0], "×", reference=1.0, compare="<=", limit=_LIMIT, note=note
        ),
        Metric.judged("passes.cpu_seconds_per_frame", ours[1], "s/frame", reference=bare[1], note=note),
        Metric.judged(
            "passes.cpu_against_bare_render",
            ours[1] / bare[1],
            "×",
            reference=1.0,
            compare="<=",
            limit=_LIMIT,
            note="processor time: steady on a busy machine",
        ),
    ]
