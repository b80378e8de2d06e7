"""How a hand-held camera moved, frame by frame: by libvidstab, or by points that are followed.

libvidstab comes with the FFmpeg of imageio-ffmpeg; where that program is missing, points found in one frame are
followed into the next (Lucas and Kanade, 1981) and a shift, turn and zoom is fitted to them.
"""

from __future__ import annotations

import logging
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.post.footage.flow import FlowFinder, Grey, grey8, is_cut
from rushes.post.footage.protocol import Source

__all__ = ["CameraMotion", "followed", "vidstab", "vidstab_program"]

_log = logging.getLogger(__name__)
Motions = NDArray[np.float64]
"""(frames, 4): x and y in pixels at the centre of the picture (y down), turn in radians, logarithm of the zoom; row i
says how the picture moved from frame i - 1 to i; row 0 is zero."""


@dataclass(frozen=True)
class CameraMotion:
    """The camera's motion over a clip."""

    steps: Motions
    cuts: tuple[int, ...]
    """Frames that begin another scene; their step is zero."""
    by: str
    """What found it."""


def vidstab_program() -> Path | None:
    """The FFmpeg that has libvidstab, or None."""
    try:
        import imageio_ffmpeg

        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as exc:  # RuntimeError: the package is there, its program is not
        _log.info("no FFmpeg with libvidstab: %s", exc)
        return None


def _greys(source: Source, each: Callable[[int], None]) -> Iterator[Grey]:
    for number, picture in enumerate(source):
        each(number)
        yield grey8(picture)


def _cut(last: Grey, now: Grey, finder: FlowFinder) -> bool:
    """Cheap where nothing much changed."""
    if float(np.abs(last.astype(np.int16) - now).mean()) < 12:
        return False
    return is_cut(last, now, finder.between(last, now), finder.between(now, last))


def followed(source: Source, each: Callable[[int], None] = lambda number: None) -> CameraMotion:
    """By points. `each` is called before every frame and may raise to cancel."""
    finder, steps, cuts = FlowFinder(), [np.zeros(4)], list[int]()
    last: Grey | None = None
    for number, now in enumerate(_greys(source, each)):
        if last is not None:
            if _cut(last, now, finder):
                cuts.append(number)
                steps.append(np.zeros(4))
            else:
                steps.append(_fitted(last, now) * (*(source.size.width / now.shape[1],) * 2, 1, 1))
        last = now
    return CameraMotion(np.array(steps), tuple(cuts), "points followed from frame to frame")


def _fitted(last: Grey, now: Grey) -> NDArray[np.float64]:
    """(x, y, turn, zoom) of the still part of the picture."""
    points: Any = cv2.goodFeaturesToTrack(last, 600, 0.01, max(4, last.shape[1] // 60))
    if points is None or len(points) < 8:
        return np.zeros(4)
    track: Any = cv2.calcOpticalFlowPyrLK
    there, found, _ = track(last, now, points, None, winSize=(21, 21), maxLevel=4)
    back, returned, _ = track(now, last, there, None, winSize=(21, 21), maxLevel=4)
    good = (found[:, 0] > 0) & (returned[:, 0] > 0) & (np.linalg.norm(points - back, axis=2)[:, 0] < 0.5)
    if good.sum() < 8:
        return np.zeros(4)
    centre = np.array((last.shape[1] / 2, last.shape[0] / 2), np.float32)
    matrix: Any
    matrix, _ = cv2.estimateAffinePartial2D(
        points[good][:, 0] - centre,
        there[good][:, 0] - centre,
        method=cv2.RANSAC,
        ransacReprojThreshold=1.0,
        maxIters=4000,
        confidence=0.999,
    )
    if matrix is None:
        return np.zeros(4)
    zoom = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    return np.array((matrix[0, 2], matrix[1, 2], np.arctan2(matrix[1, 0], matrix[0, 0]), np.log(max(zoom, 1e-3))))


def vidstab(source: Source, program: Path, each: Callable[[int], None] = lambda number: None) -> CameraMotion | None:
    """By libvidstab, in its two passes; None when the program cannot do it. `each` as in `followed`."""
    if not os.access(program, os.X_OK):
        _log.info("%s cannot be started", program)
        return None
    with tempfile.TemporaryDirectory(prefix="rushes-vidstab-") as folder:
        found = _detect(source, program, Path(folder), each)
        if found is None:
            return None
        size, cuts = found
        steps = _global(program, Path(folder), size, len(source))
    if steps is None:
        return None
    steps[:, :2] *= source.size.width / size[0]
    steps[list(cuts)] = 0.0
    return CameraMotion(steps, cuts, "libvidstab")


def _detect(
    source: Source, program: Path, folder: Path, each: Callable[[int], None]
) -> tuple[tuple[int, int], tuple[int, ...]] | None:
    """First pass: ((width, height) looked at, cuts); None when the program ends with an error."""
    finder, cuts = FlowFinder(), list[int]()
    process: subprocess.Popen[bytes] | None = None
    last: Grey | None = None
    try:
        for number, now in enumerate(_greys(source, each)):
            if process is None:
                process = _started(program, folder, (now.shape[1], now.shape[0]))
            elif last is not None and _cut(last, now, finder):
                cuts.append(number)
            assert process.stdin is not None
            process.stdin.write(np.ascontiguousarray(now).tobytes())
            last = now
        if process is None or last is None:
            return None
        assert process.stdin is not None
        process.stdin.close()
        return ((last.shape[1], last.shape[0]), tuple(cuts)) if process.wait() == 0 else None
    except BrokenPipeError:
        _log.info("libvidstab ended early")
        return None
    finally:
        if process is not None:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stderr):
                if stream is not None:
                    try:
                        stream.close()
                    except BrokenPipeError:
                        _log.debug("the pipe to libvidstab was closed")


def _started(program: Path, folder: Path, size: tuple[int, int]) -> subprocess.Popen[bytes]:
    filters = "vidstabdetect=result=motions.trf:shakiness=8:accuracy=15:stepsize=4"
    command = [str(program), "-v", "quiet", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{size[0]}x{size[1]}"]
    command += ["-r", "24", "-i", "-", "-vf", filters, "-f", "null", "-"]
    return subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _global(program: Path, folder: Path, size: tuple[int, int], frames: int) -> Motions | None:
    """Second pass: what libvidstab makes of the single motions. It looks at no picture, so it is given black ones."""
    command = [str(program), "-v", "quiet", "-f", "lavfi", "-i", f"color=black:s={size[0]}x{size[1]}:r=24"]
    command += ["-frames:v", str(frames), "-vf", "format=gray,vidstabtransform=input=motions.trf:debug=1:smoothing=0"]
    command += ["-f", "null", "-"]
    made = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    path = folder / "global_motions.trf"
    if made.returncode or not path.is_file():
        return None
    rows = [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]
    steps = np.zeros((frames, 4))
    for number, row in enumerate(rows[:frames]):
        x, y, turn, zoom = (float(v) for v in row[1:5])
        # It tells how to move a frame back onto the one before; turns count the other way, the zoom is in percent.
        steps[number] = (-x, -y, turn, -np.log1p(zoom / 100))
    return steps
