"""What artists do with takes: rate, note, trash. Sent to the engine; the answer comes with the next look."""

from __future__ import annotations

from typing import Any

from rushes.contracts import Rating, TakeRow
from rushes.errors import RushesError

from .. import runtime
from . import mirror

__all__ = ["picked_take", "rate", "trash"]


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
    """Move a take to the production's trash; it can be brought back."""
    now = runtime.session()
    if now is None:
        return
    root = now.bridge.watch.wish.production

    def done(_: Any) -> None:
        now.bridge.watch.wake()
        mirror.stale(["takes", "shots"])

    now.bridge.call(lambda client: client.trash_take(root, take_id), done)
