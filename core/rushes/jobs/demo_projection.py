"""The demo's fourth picture: a take thrown back onto the harbour, seen from a camera that leaves the take's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from rushes.contracts import (
    CameraFrame,
    JobRequest,
    Matrix4,
    ProjectorData,
    ProjectorJob,
    Size,
    Take,
    Vec3,
    decode,
    encode,
)
from rushes.errors import disk_full_as_error
from rushes.jobs.project import ProjectJob
from rushes.library.files import read_json
from rushes.library.production import Production
from rushes.media.pictures import Bytes, load_png, save_png
from rushes.media.video import fit, read_video

__all__ = ["MOVE", "project_take", "second_camera"]

MOVE: Vec3 = (-1.7, 0.8, -3.2)
"""Metres to the right, up and back that the second camera moves over the shot: forward too, so that the frame that the
take fills stays filled."""
_SIZE = Size(640, 360)
_SAMPLES = 12


def second_camera(data: ProjectorData, move: Vec3 = MOVE) -> tuple[CameraFrame, ...]:
    """A camera for each frame of a take: its own at the first frame, `move` metres (right, up, back) off at the last,
    easing in and out."""
    span = max(1, data.count - 1)
    return tuple(
        replace(f.camera, frame=f.frame, matrix_world=_moved(f.camera.matrix_world, move, _eased(k / span)))
        for k, f in enumerate(data.frames)
    )


def _eased(share: float) -> float:
    return share * share * (3.0 - 2.0 * share)


def _moved(matrix: Matrix4, move: Vec3, share: float) -> Matrix4:
    """Along the camera's own axes."""
    place = [row[3] + share * sum(row[k] * move[k] for k in range(3)) for row in matrix[:3]]
    rows = [(*row[:3], at) for row, at in zip(matrix[:3], place)]
    return (rows[0], rows[1], rows[2], matrix[3])


def project_take(
    production: Production, take: Take, blend: Path, out: Path, run: Callable[[str, JobRequest], dict[str, Any]]
) -> dict[str, str]:
    """Write `out/projected.mp4` and `out/projected.png` (left the take, right the second camera's last frame); both."""
    label = f"{take.shot} from a second camera"
    root = str(production.root)
    made = run(f"{take.shot} projector", JobRequest("projector", encode(ProjectorJob(root, take.id))))
    data = decode(ProjectorData, read_json(Path(made["folder"]) / "projector.json", "The projector"))
    size = Size(_SIZE.width, 2 * round(_SIZE.width / take.size.aspect / 2))
    job = ProjectJob(root, str(blend), (take.id,), views=second_camera(data), size=size, samples=_SAMPLES)
    found = run(label, JobRequest("project", encode(job)))
    clip, still = out / "projected.mp4", out / "projected.png"
    with disk_full_as_error(clip):
        shutil.copyfile(found["clip"], clip)
    last = data.first + data.count - 1
    right = load_png(Path(found["folder"]) / "frames" / f"{last:04d}.png")
    own = fit(_last(production.take_folder(take.id) / take.files.clip), size)
    text = {"Title": label, "Description": "AI-generated pictures, made with Rushes.", "ai_generated": "true"}
    save_png(still, np.concatenate([own, np.full((own.shape[0], 8, 3), 255, np.uint8), right], axis=1), text=text)
    return {"clip": str(clip), "still": str(still), "take": take.id}


def _last(clip: Path) -> Bytes:
    frames = read_video(clip)
    last = next(frames)
    for following in frames:
        last = following
    return last
