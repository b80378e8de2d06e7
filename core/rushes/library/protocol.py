"""What use cases need of a library; `Production` is the one on disk."""

from __future__ import annotations

from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from rushes.contracts import Rating, Size, Take

__all__ = ["Library"]


class Library(Protocol):
    """Shots, takes and ratings of one production."""

    @property
    def root(self) -> Path:
        """Folder that everything lies in."""
        ...

    @property
    def rate(self) -> Fraction: ...

    @property
    def size(self) -> Size: ...

    def check_source(self, blend: Path | str) -> Path:
        """The .blend, when the production may read it; ProductionError or BlendError otherwise."""
        ...

    def takes(self, shot: str | None = None) -> tuple[Take, ...]:
        """Whole takes, oldest first."""
        ...

    def find_take(self, take_id: str) -> Take | None:
        """The take with exactly this id, or None."""
        ...

    def take_folder(self, take_id: str) -> Path:
        """Folder of a take; ProductionError when there is none."""
        ...

    def stage_take(self, shot: str, take_id: str) -> AbstractContextManager[Path]:
        """A folder to build a take in; it becomes the take when the block ends well and take.json is in it."""
        ...

    def rate_take(self, take_id: str, rating: Rating | None = None, notes: str | None = None) -> Take:
        """Change rating, notes or both; None leaves them."""
        ...

    def trash(self, take_id: str) -> Path:
        """Put a take aside; its new folder."""
        ...

    def passes_folder(self, key: str) -> Path:
        """Where passes with this key lie or will lie."""
        ...

    def shot_folder(self, shot: str) -> Path:
        """Folder of a shot."""
        ...
