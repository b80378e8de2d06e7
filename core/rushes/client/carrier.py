"""Carrying calls to the engine and back: tries again, finds an engine that was started again, raises its errors."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from rushes.client.transport import Reply, Transport
from rushes.contracts.codec import decode
from rushes.errors import AuthError, EngineUnreachable, ProtocolError, from_dict

__all__ = ["Carrier"]

T = TypeVar("T")

_BACK_OFF = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


class Carrier:
    """What all calls of a client share."""

    def __init__(
        self,
        transport: Transport,
        *,
        reconnect: Callable[[], Transport] | None = None,
        patience: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = transport
        self._reconnect = reconnect
        self._patience = patience
        self._sleep = sleep
        self._lock = threading.Lock()

    def _get(self, kind: type[T], path: str, timeout: float = 10.0) -> T:
        return decode(kind, self._call("GET", path, timeout=timeout))

    def _call(self, method: str, path: str, data: Any = None, timeout: float = 10.0) -> Any:
        body = None if data is None else json.dumps(data).encode("utf-8")
        return self._json(self._send(method, path, body, timeout))

    @staticmethod
    def _json(reply: Reply) -> Any:
        """The reply's data; ProtocolError when it is not JSON."""
        return _json(reply)

    def _send(self, method: str, path: str, body: bytes | None, timeout: float) -> Reply:
        start = time.monotonic()
        tries = 0
        while True:
            transport = self._transport
            try:
                return _checked(transport.request(method, path, body, timeout=timeout))
            except EngineUnreachable:
                if self._reconnect is None or time.monotonic() - start > self._patience:
                    raise
            except AuthError:  # a new engine may have taken the old one's port
                if self._reconnect is None or tries >= 2:
                    raise
            self._sleep(_BACK_OFF[min(tries, len(_BACK_OFF) - 1)])
            tries += 1
            self._replace(transport)

    def _replace(self, broken: Transport) -> None:
        """Look for the engine again, unless another thread has done so meanwhile."""
        with self._lock:
            if self._transport is not broken or self._reconnect is None:
                return
            try:
                self._transport = self._reconnect()
            except (EngineUnreachable, AuthError):
                return  # the next try looks again


def _checked(reply: Reply) -> Reply:
    if reply.status < 400:
        return reply
    data = _json(reply)
    error: Any = cast("dict[str, Any]", data).get("error") if isinstance(data, dict) else None
    if not isinstance(error, dict):
        raise ProtocolError(f"The engine answered {reply.status} without a reason.", code="engine.answer")
    raise from_dict(cast("dict[str, Any]", error))


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except ValueError as exc:
        raise ProtocolError(
            f"The engine's answer ({reply.status}) is not JSON.",
            code="engine.answer",
            hint="Is the engine of the same version as this program?",
        ) from exc
