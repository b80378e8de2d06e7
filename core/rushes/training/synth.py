"""Renders the scenes of the house model's training set with a Blender of its own, several processes side by side."""

from __future__ import annotations

import json
import logging
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from rushes.errors import BlenderError
from rushes.training.synth_plan import plan_scene

__all__ = ["render_scenes"]

_log = logging.getLogger(__name__)

_MODULE = "rushes.blender.inside.synth_render"


def render_scenes(out: Path, *, seeds: Sequence[int], python: Path, processes: int = 2) -> list[Path]:
    """Render the plans of `seeds`; scenes that are there already are kept.

    Args:
        out: folder for `scene_<seed>.npz`.
        seeds: which scenes.
        python: interpreter that has bpy, NumPy and OpenEXR.
        processes: how many Blenders at once, one thread each.

    Returns:
        The scene files, in the order of `seeds`.

    Raises:
        BlenderError: a Blender process failed; scenes done so far stay.
    """
    out.mkdir(parents=True, exist_ok=True)
    source = Path(__file__).resolve().parents[2]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(source), os.environ.get("PYTHONPATH", "")])}
    running: list[tuple[subprocess.Popen[bytes], Path]] = []
    for k in range(max(1, processes)):
        mine = list(seeds)[k :: max(1, processes)]
        if not mine:
            continue
        plans, log = out / f"plans_{k}.json", out / f"render_{k}.log"
        plans.write_text(json.dumps([plan_scene(s).to_json() for s in mine]), "utf-8")
        with log.open("wb") as stream:
            command = [str(python), "-W", "ignore", "-m", _MODULE, str(plans), str(out)]
            running.append((subprocess.Popen(command, env=env, stdout=stream, stderr=subprocess.STDOUT), log))
    failed = [(log, code) for process, log in running if (code := process.wait()) != 0]
    if failed:
        log, code = failed[0]
        raise BlenderError(
            f"Blender ended with {code} while rendering training scenes; finished scenes are kept.",
            code="blender.synth",
            hint=f"See {log} and run the command again.",
        )
    files = [out / f"scene_{s:06d}.npz" for s in seeds]
    _log.info("%d scenes in %s", len(files), out)
    return files
