"""The one seam between a client and an engine: bytes there, bytes back."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import Protocol

from rushes.errors import EngineUnreachable

__all__ = ["HttpTransport", "Reply", "Transport"]


@dataclass(frozen=True)
class Reply:
    """An engine's answer."""

    status: int
    """HTTP status."""
    body: bytes
    content_type: str = "application/json"
    etag: str = ""
    """Names the version of a picture; empty when the engine gave none."""


class Transport(Protocol):
    """Carries one request. EngineUnreachable when nothing answers; safe to use from several threads."""

    def request(self, method: str, path: str, body: bytes | None = None, *, timeout: float = 10.0) -> Reply:
        """`path` begins with "/" and may carry a query; `timeout` in seconds."""
        ...


class HttpTransport:
    """HTTP to this machine, or into a tunnel that begins on it. No proxy setting is read: the token stays inside.

    The engine is always asked as 127.0.0.1, whatever the tunnel is called at this end; it answers to no other name.
    """

    def __init__(self, port: int, token: str, host: str = "127.0.0.1") -> None:
        self._host = host
        self._port = port
        self._token = token

    def __repr__(self) -> str:
        return f"HttpTransport({self._host}:{self._port})"

    @property
    def address(self) -> str:
        """Where pages of the engine are."""
        return f"http://{self._host}:{self._port}"

    def request(self, method: str, path: str, body: bytes | None = None, *, timeout: float = 10.0) -> Reply:
        """One connection a request: cheap on the loopback, and nothing is shared between threads."""
        headers = {
            "Host": f"127.0.0.1:{self._port}",
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            etag = (answer.headers.get("ETag") or "").strip('"')
            return Reply(answer.status, answer.read(), answer.headers.get_content_type(), etag)
        except (OSError, http.client.HTTPException) as exc:
            raise EngineUnreachable(
                f"The engine does not answer ({type(exc).__name__}).",
                hint="It may be starting again; jobs that were queued are kept.",
            ) from exc
        finally:
            connection.close()
