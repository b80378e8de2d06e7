"""One process of `rushes.training.farm`: renders and paints the seeds that it is given, one after the other."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2

from rushes.errors import PassesError, RushesError
from rushes.training.dataset import paint_scene
from rushes.training.living import LivingBlender
from rushes.training.synth import scene_file
from rushes.training.synth_plan import pair_plan, plan_scene
from rushes.training.twin import RenderedScene, load_scene

__all__ = ["FarmJob", "has_pair", "work"]

_NICE = 5


@dataclass(frozen=True)
class FarmJob:
    """Where a farm works and how."""

    scenes: Path
    """Folder for rendered scenes."""
    pictures: Path
    """Folder for pictures and inputs."""
    variants: int = 3
    """Pictures a scene."""
    renderer: str | None = None
    """Blender, or the Python that has bpy; None finds one."""
    keep_scenes: bool = False
    """Whether rendered scenes stay when they are painted."""
    pair_every: int = 4
    """Every so manieth scene has a later moment; 0: none."""


def has_pair(seed: int, job: FarmJob) -> bool:
    """Whether a scene has a later moment."""
    return job.pair_every > 0 and seed % job.pair_every == 0


def work(pipe: Connection, job: FarmJob) -> None:
    """Take seeds from `pipe` until None comes; say after each what was done."""
    _settle_down()
    with LivingBlender(job.renderer) as blender:
        said: dict[str, Any] = {"kind": "here"}
        while True:
            try:
                pipe.send(said)
                seed = pipe.recv()
            except (EOFError, OSError):
                return  # the parent is gone
            if seed is None:
                return
            try:
                said = _make(int(seed), job, blender)
            except RushesError as exc:
                said = {"kind": "failed", "error": exc.to_dict()}
            except (OSError, ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as exc:
                said = {"kind": "failed", "error": {"message": f"{type(exc).__name__}: {exc}"}}


def _settle_down() -> None:
    """Stay out of others' way; end in good order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if hasattr(os, "nice"):
        os.nice(_NICE)
    cv2.setNumThreads(1)


def _make(seed: int, job: FarmJob, blender: LivingBlender) -> dict[str, Any]:
    plans = [plan_scene(seed), *([pair_plan(seed)] if has_pair(seed, job) else [])]
    files = [scene_file(job.scenes, p.seed) for p in plans]
    render = 0.0
    for plan, file in zip(plans, files, strict=True):
        if not file.exists():
            render += blender.render(plan.to_json(), file, compress=job.keep_scenes)
    began = time.monotonic()
    scenes = [_load(file) for file in files]
    size = paint_scene(scenes[0], scenes[1] if len(scenes) > 1 else None, job.pictures, job.variants)
    if not job.keep_scenes:
        for file in files:
            file.unlink(missing_ok=True)
    pictures = job.variants * len(scenes)
    return {"kind": "done", "pictures": pictures, "bytes": size, "render": render, "paint": time.monotonic() - began}


def _load(file: Path) -> RenderedScene:
    """Read a scene; a torn one is taken away, so that the next try renders it again."""
    try:
        return load_scene(file)
    except (OSError, ValueError, EOFError, LookupError) as exc:
        file.unlink(missing_ok=True)
        raise PassesError(f"The scene file {file.name} cannot be read: {exc}", code="passes.torn") from exc
