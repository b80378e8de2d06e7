"""TEST DOUBLE of the way to the engine: answers come from a function, nothing leaves the process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rushes.client import Reply
from rushes.contracts import encode
from rushes.errors import RushesError

__all__ = ["FakeTransport"]


class FakeTransport:
    """DOUBLE. `answer(method, path, data)` gives a contract value or plain data, or raises.

    A RushesError it raises comes back over the "wire" as status 400, except EngineUnreachable and
    friends that `raises` names: those are raised by the transport itself.
    """

    def __init__(self, answer: Callable[[str, str, Any], Any], *, raises: tuple[type[RushesError], ...] = ()) -> None:
        self._answer = answer
        self._raises = raises
        self.calls: list[tuple[str, str, Any]] = []

    def request(self, method: str, path: str, body: bytes | None = None, *, timeout: float = 10.0) -> Reply:
        """See `rushes.client.Transport`."""
        data = None if body is None else json.loads(body)
        self.calls.append((method, path, data))
        try:
            value = self._answer(method, path, data)
        except self._raises:
            raise
        except RushesError as error:
            return Reply(400, json.dumps({"error": error.to_dict()}).encode())
        return Reply(200, json.dumps(encode(value)).encode())
