"""What artists do with takes: rate, note, trash, replay. Sent to the engine; the answer comes with the next look."""

from __future__ import annotations

from typing import Any

from rushes.client import new_job_id
from rushes.contracts import JobRequest, Rating, TakeRow
from rushes.errors import RushesError

from .. import runtime
from ..logic.known import Pending
from ..logic.rows import take_label
from . import mirror

__all__ = ["last_trashed", "picked_take", "rate", "replay", "restore", "start", "stop", "trash"]

_trashed: list[tuple[str, str, str]] = []
"""(production, take, label) of what was put into the trash since Blender started, the newest last."""


def picked_take(context: Any) -> TakeRow | None:
    """The take that the list has picked."""
    now, window = runtime.session(), context.window_manager.rushes
    if now is None or not 0 <= window.take_index < len(window.takes):
        return None
    return now.known.take(window.takes[window.take_index].name)


def rate(take_id: str, rating: str | None = None, notes: str | None = None) -> None:
    """Set rating or notes. When that fails the list goes back to what is stored, and the artist is told."""
    now = runtime.session()
    if now is None:
        return
    root = now.bridge.watch.wish.production

    def failed(error: RushesError) -> None:
        now.known.tell(error)
        now.stale_lists.add("takes")

    now.bridge.call(
        lambda client: client.rate_take(root, take_id, Rating(rating) if rating else None, notes),
        lambda _: now.bridge.watch.wake(),
        failed,
    )


def trash(take_id: str) -> None:
    """Move a take to the production's trash; `restore` brings it back."""
    now = runtime.session()
    if now is None:
        return
    root = now.bridge.watch.wish.production
    take = now.known.take(take_id)
    label = take_label(take) if take is not None else take_id

    def done(_: Any) -> None:
        _trashed.append((root, take_id, label))
        now.bridge.watch.wake()
        mirror.stale(["takes", "shots"])

    now.bridge.call(lambda client: client.trash_take(root, take_id), done)


def last_trashed() -> tuple[str, str] | None:
    """(take, label) of the newest take of this production that went into the trash and can be brought back."""
    now = runtime.session()
    root = now.bridge.watch.wish.production if now is not None else ""
    return next(((take, label) for place, take, label in reversed(_trashed) if place == root), None)


def restore(take_id: str) -> None:
    """Bring a take back from the trash; told when it is not there any more."""
    now = runtime.session()
    if now is None:
        return
    root = now.bridge.watch.wish.production
    _trashed[:] = [t for t in _trashed if t[:2] != (root, take_id)]

    def done(_: Any) -> None:
        now.bridge.watch.wake()
        mirror.stale(["takes", "shots"])

    now.bridge.call(lambda client: client.restore_take(root, take_id), done)


def replay(scene: Any, take: TakeRow) -> None:
    """Make the take's frames again and compare them; what was found is told when the job ends."""
    now = runtime.session()
    if now is None:
        return
    root = now.bridge.watch.wish.production
    job = JobRequest("replay", {"production": root, "take": take.id}, id=new_job_id())
    now.known.pending[str(job.id)] = Pending(str(job.id), scene.name, take.shot, "")

    def failed(error: RushesError) -> None:
        now.known.pending.pop(str(job.id), None)
        now.known.tell(error)

    now.bridge.call(lambda client: client.submit(job), lambda _: now.bridge.watch.wake(), failed)
    now.known.changed.add("jobs")


def start() -> None:
    """Nothing is in the trash yet."""
    _trashed.clear()


def stop() -> None:
    """Takes stay in the trash; they are only no longer offered."""
    _trashed.clear()
