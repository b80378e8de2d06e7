"""Calls about productions: their shots, takes, explorations and pictures. The engine does all the reading."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from rushes.client.carrier import Carrier
from rushes.contracts.codec import decode, encode
from rushes.contracts.geometry import Size
from rushes.contracts.library import ExplorationRow, Picture, ProductionState, TakeRow
from rushes.contracts.take import Rating

__all__ = ["LibraryCalls"]

Folder = str | Path
"""Absolute folder of a production, as the engine's machine sees it."""
_READING = 60.0
"""Longest wait for a production whose index must be built first, seconds."""


class LibraryCalls(Carrier):
    """Every call raises ProductionError when the folder holds no production or the take is not there."""

    def production(self, root: Folder, known: str = "") -> ProductionState | None:
        """What a production is and which shots have takes; None when its revision is still `known`."""
        reply = self._send("GET", _path("/production", root=root, known=known), None, _READING)
        return None if reply.status == 204 else decode(ProductionState, self._json(reply))

    def create_production(self, root: Folder, name: str, rate: Fraction, size: Size) -> ProductionState:
        """A new production in the folder `root`. ProductionError `production.exists` when there is one."""
        data = {"root": str(root), "name": name, "rate": encode(rate), "size": encode(size), "id": uuid.uuid4().hex}
        return decode(ProductionState, self._call("POST", "/production", data))

    def register_source(self, root: Folder, blend: str | Path) -> ProductionState:
        """Let jobs of this production read a .blend. BlendError `blend.missing`."""
        data = {"root": str(root), "blend": str(blend)}
        return decode(ProductionState, self._call("POST", "/production/sources", data))

    def takes(self, root: Folder, shots: Sequence[str] = ()) -> tuple[TakeRow, ...]:
        """Takes of these shots, oldest first; of all shots when none is named."""
        path = _path("/production/takes", root=root, shot=list(shots))
        return self._get(tuple[TakeRow, ...], path, timeout=_READING)

    def rate_take(self, root: Folder, take: str, rating: Rating | None = None, notes: str | None = None) -> TakeRow:
        """Change a take's rating, notes or both; None leaves them."""
        return decode(TakeRow, self._take(root, take, "", rating=encode(rating), notes=notes))

    def trash_take(self, root: Folder, take: str) -> None:
        """Put a take aside, into the production's .trash; nothing is deleted."""
        self._take(root, take, "/trash")

    def restore_take(self, root: Folder, take: str) -> TakeRow:
        """Bring a take back from the trash."""
        return decode(TakeRow, self._take(root, take, "/restore"))

    def recipe(self, root: Folder, take: str) -> dict[str, Any]:
        """The take's recipe as plain data. RecipeError when it is damaged or gone."""
        return self._get(dict[str, Any], _path(f"/production/takes/{quote(take, safe='')}/recipe", root=root))

    def explorations(self, root: Folder, shot: str) -> tuple[ExplorationRow, ...]:
        """The shot's explorations, oldest first."""
        return self._get(tuple[ExplorationRow, ...], _path("/production/explorations", root=root, shot=shot))

    def picture(self, root: Folder, path: str | Path, side: int) -> Picture | None:
        """A PNG or JPEG inside the production, scaled down to fit `side` x `side` pixels (1 to 4096).

        None when the file is gone. ProductionError for a path outside or a file that is no picture.
        """
        return self._picture(_path("/production/picture", root=root, file=path, side=side))

    def job_picture(self, job_id: str, side: int) -> Picture | None:
        """A job's newest preview, scaled down to fit; None when there is none yet."""
        return self._picture(_path(f"/jobs/{quote(job_id, safe='')}/picture", side=side))

    def _picture(self, path: str) -> Picture | None:
        reply = self._send("GET", path, None, 20.0)
        return None if reply.status == 204 else Picture.unpacked(reply.body)

    def _take(self, root: Folder, take: str, what: str, **data: Any) -> Any:
        path = f"/production/takes/{quote(take, safe='')}{what}"
        return self._call("POST", path, {"root": str(root), **data}, timeout=_READING)


def _path(path: str, **query: Any) -> str:
    given = {name: value if isinstance(value, list) else str(value) for name, value in query.items()}
    return f"{path}?{urlencode(given, doseq=True)}"
