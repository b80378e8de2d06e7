"""Lines of the lists, in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from rushes.contracts import JobState, JobStatus, TakeRow

__all__ = ["job_row", "job_title", "left_text", "running_by_shot", "take_label"]

_GUESSED_FROM = 0.05
"""Progress from which the time left is shown."""
_STAGES = {
    "passes": "Rendering passes",
    "generate": "Generating",
    "upsample": "Bringing to full size",
    "encode": "Writing the clip",
    "sheet": "Laying out the sheet",
    "pictures": "Gathering pictures",
    "depth": "Gathering depth",
    "light": "Finding its light",
    "takes": "Gathering takes",
    "bake": "Baking",
    "fill": "Filling gaps",
}
_KINDS = {
    "shoot": "Take",
    "explore": "Directions",
    "replay": "Replay",
    "passes": "Passes",
    "projector": "Projection",
    "bake": "Bake",
    "fill": "Fill",
    "scene": "Look into the file",
}


def running_by_shot(jobs: Iterable[JobStatus]) -> Counter[str]:
    """Shot → how many takes of it run or wait."""
    live = (j for j in jobs if not j.state.ended and j.request.kind == "shoot")
    return Counter(str(j.request.params.get("shot", "")) for j in live)


def take_label(take: TakeRow) -> str:
    """ "14:05  seed 7  48 f": how artists tell takes apart; the day too when it is not today's."""
    try:
        made = datetime.fromisoformat(take.created.replace("Z", "+00:00")).astimezone()
    except ValueError:
        return take.id
    today = datetime.now(timezone.utc).astimezone().date() == made.date()
    when = f"{made:%H:%M}" if today else f"{made:%d %b %H:%M}"
    length = "still" if take.frame_count == 1 else f"{take.frame_count} f"
    return f"{when}  seed {take.seed}  {length}"


def job_title(job: JobStatus) -> str:
    """ "Take of 010, seed 7"."""
    params: Mapping[str, Any] = job.request.params
    kind = _KINDS.get(job.request.kind, job.request.kind)
    shot = str(params.get("shot") or "")
    if job.request.kind == "shoot":
        frames = params.get("range")
        still = isinstance(frames, Mapping) and frames.get("start") == frames.get("end")
        return f"{'Still' if still else 'Clip'} of {shot}, seed {params.get('seed', '?')}"
    return f"{kind} of {shot}" if shot else kind


def left_text(seconds: float | None) -> str:
    """ "1 min 20 s", coarser the longer it is; nothing when it is not known."""
    if seconds is None:
        return ""
    grain = 1 if seconds < 15 else 5 if seconds < 120 else 15
    whole = max(1, round(seconds / grain) * grain)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def _can_guess(job: JobStatus) -> bool:
    """The first guesses are far too long: the model still loads, Blender still starts."""
    return job.state is JobState.RUNNING and job.progress >= _GUESSED_FROM


def job_row(job: JobStatus, left: float | None = None) -> dict[str, Any]:
    """Property → value of a line of the queue; `left` are seconds, None: as the engine guesses."""
    error = job.error or {}
    row: dict[str, Any] = {
        "name": job.id,
        "title": job_title(job),
        "kind": job.request.kind,
        "state": job.state.value,
        "progress": job.progress,
        "left": left_text(job.seconds_left if left is None else left) if _can_guess(job) else "",
        "stage": "",
        "message": "",
        "hint": "",
    }
    if job.cancel_requested and not job.state.ended:
        row["stage"] = "Stopping"
    elif job.state is JobState.QUEUED:
        row["stage"] = f"Waits, number {job.position}" if job.position else "Waits"
    elif job.state is JobState.RUNNING:
        row["stage"] = _STAGES.get(job.stage, job.stage or "Starting")
        row["message"] = re.sub(r",? \d+ (s|min) left$", "", job.message)  # the row says it already
        if job.attempt > 1:
            row["message"] = f"Attempt {job.attempt}. {job.message}".strip()
    elif job.state is JobState.FAILED:
        row["stage"], row["message"] = "Failed", str(error.get("message", ""))
        row["hint"] = str(error.get("hint", ""))
    else:
        row["stage"] = "Done" if job.state is JobState.DONE else "Cancelled"
    return row
