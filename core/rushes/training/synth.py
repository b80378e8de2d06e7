"""Renders the scenes of the house model's training set in Blenders of its own, side by side.

`python -m rushes.training.synth OUT --scenes 1600` renders scenes 0 to 1599; a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rushes.blender.launcher import run_inside
from rushes.errors import JobCancelled
from rushes.training.synth_plan import pair_plan, plan_scene

__all__ = ["main", "render_plans", "scene_file"]

_log = logging.getLogger(__name__)

_MODULE = "rushes.blender.inside.synth_render"


class _Quiet:
    """A job context for work at the command line; stops all its Blenders when one fails."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        _log.info("%3.0f %% %s", 100 * fraction, message)

    def note(self, text: str) -> None:
        _log.info("%s", text)

    def preview(self, png: bytes) -> None:
        pass

    def should_stop(self) -> bool:
        return self.stopped.is_set()

    def check(self) -> None:
        if self.stopped.is_set():
            raise JobCancelled("Rendering was stopped; finished scenes are kept.", code="job.cancelled")


def scene_file(folder: Path, ident: int) -> Path:
    """Where the scene of a plan is kept."""
    return folder / f"scene_{ident:06d}.npz"


def render_plans(
    plans: Sequence[dict[str, Any]],
    out: Path,
    *,
    blender: str | None = None,
    processes: int = 2,
) -> list[Path]:
    """Render plans (`ScenePlan.to_json`); scenes that are there already are kept.

    Args:
        plans: what to render; a plan's `seed` names its file.
        out: folder for the scene files.
        blender: which Blender, or the Python that has bpy; None finds one.
        processes: how many Blenders at once, one thread each.

    Returns:
        The scene files, in the order of `plans`.

    Raises:
        BlenderError: a Blender failed; scenes done so far stay.
    """
    out.mkdir(parents=True, exist_ok=True)
    todo = [p for p in plans if not scene_file(out, int(p["seed"])).exists()]
    shares = [share for k in range(max(1, processes)) if (share := todo[k :: max(1, processes)])]
    context = _Quiet()

    def work(share: list[dict[str, Any]]) -> None:
        try:
            request = {"plans": share, "out": str(out.resolve())}
            run_inside(_MODULE, request, blender=blender, context=context)
        except BaseException:
            context.stopped.set()
            raise

    with ThreadPoolExecutor(max_workers=max(1, len(shares))) as pool:
        failures = [f.exception() for f in [pool.submit(work, share) for share in shares]]
    for failure in failures:
        if failure is not None and not isinstance(failure, JobCancelled):
            raise failure
    return [scene_file(out, int(p["seed"])) for p in plans]


def main(argv: Sequence[str] | None = None) -> int:
    """Command-line door."""
    parser = argparse.ArgumentParser(prog="rushes dataset synth", description="Render scenes for training.")
    parser.add_argument("out", type=Path, help="folder for the scenes")
    parser.add_argument("--scenes", type=int, default=600, help="how many, from --first on")
    parser.add_argument("--first", type=int, default=0, help="seed of the first scene; those below 42 are held out")
    parser.add_argument("--pair-every", type=int, default=4, help="every so manieth scene has a later moment; 0: none")
    parser.add_argument("--processes", type=int, default=2, help="Blenders at once, one thread each")
    parser.add_argument("--blender", default=None, help="Blender, or the Python that has bpy")
    given = parser.parse_args(argv)
    seeds = range(given.first, given.first + given.scenes)
    plans = [plan_scene(seed).to_json() for seed in seeds]
    if given.pair_every > 0:
        plans += [pair_plan(seed).to_json() for seed in seeds if seed % given.pair_every == 0]
    files = render_plans(plans, given.out, blender=given.blender, processes=given.processes)
    _log.info("%d scenes in %s", len(files), given.out)
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sys.exit(main())
