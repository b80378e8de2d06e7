"""What the child says to its parent: JSON lines appended to the events file."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any

from rushes.errors import RushesError

__all__ = ["Channel"]


class Channel:
    """Writes one event a line and flushes it, so that the parent sees it at once."""

    def __init__(self, path: Path) -> None:
        self._stream = open(path, "a", encoding="utf-8")  # noqa: SIM115  closed by __exit__

    def __enter__(self) -> Channel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def send(self, kind: str, **data: Any) -> None:
        """An event of `kind` with JSON data."""
        self._stream.write(json.dumps({"type": kind, **data}) + "\n")
        self._stream.flush()

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """0 to 1 over this child's work."""
        self.send("progress", fraction=fraction, stage=stage, message=message)

    def note(self, text: str) -> None:
        """Something the artist should know."""
        self.send("note", text=text)

    def result(self, data: dict[str, Any]) -> None:
        """The answer; the last event."""
        self.send("result", data=data)

    def error(self, error: RushesError) -> None:
        """Why there is no answer; the last event."""
        self.send("error", error=error.to_dict())
