"""Who may talk to the engine: the Host header, the token, the size of what is sent.

Plain ASGI, outside of everything else, so that nothing is parsed for a stranger.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import time
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rushes.errors import AuthError, ProtocolError, RushesError

__all__ = ["Guard", "Tickets", "send_error"]

_HOST = re.compile(rb"(127\.0\.0\.1|localhost):\d{1,5}")
"""Keeps out a web page whose name was pointed at 127.0.0.1 (DNS rebinding): the name it was loaded from is another one.
Any port: that of a tunnel is the client's own."""


class Tickets:
    """Single-use passes of a few seconds for a page's event stream, which cannot send a header."""

    def __init__(self, seconds: float = 30.0) -> None:
        self._seconds = seconds
        self._until: dict[str, float] = {}

    def issue(self) -> str:
        """A new ticket."""
        now = time.monotonic()
        self._until = {t: end for t, end in self._until.items() if end > now}
        ticket = secrets.token_urlsafe(24)
        self._until[ticket] = now + self._seconds
        return ticket

    def redeem(self, ticket: str) -> bool:
        """True once for a ticket that is still good."""
        return self._until.pop(ticket, 0.0) > time.monotonic()


class Guard:
    """ASGI middleware. Wrong Host or token: 403 or 401; too much data: 413; each as a RushesError in JSON."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str,
        max_body: int,
        tickets: Tickets,
        views: Callable[[str], bool] = lambda key: False,
    ) -> None:
        """`views` knows the secret names of pages, `/view/<name>/...`, which need no token."""
        self._app = app
        self._token = token.encode("ascii")
        self._max_body = max_body
        self._tickets = tickets
        self._views = views
        self.last_seen = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no web sockets here; the server closes the connection
        headers: dict[bytes, bytes] = dict(scope["headers"])
        status, error = self._refusal(scope, headers)
        if error is not None:
            await send_error(send, status, error)
            return
        self.last_seen = time.monotonic()
        await self._app(scope, self._counted(receive), send)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, RushesError | None]:
        if not _HOST.fullmatch(headers.get(b"host", b"").lower()):
            return 403, AuthError("This engine answers on this machine only.", code="engine.host")
        if not (self._knows(headers.get(b"authorization", b"")) or self._has_ticket(scope) or self._is_view(scope)):
            return 401, AuthError(
                "The engine's token is missing or wrong.",
                hint="Start Rushes again; if it stays so, stop the engine and start it again.",
            )
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._max_body:
            return 413, _too_large(self._max_body)
        return 200, None

    def _knows(self, authorization: bytes) -> bool:
        scheme, _, given = authorization.partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(given.strip(), self._token)

    def _has_ticket(self, scope: Scope) -> bool:
        if scope["method"] != "GET" or scope["path"] != "/events":
            return False
        given = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])[0]
        return self._tickets.redeem(given)

    def _is_view(self, scope: Scope) -> bool:
        parts = str(scope["path"]).split("/")
        return len(parts) in (3, 4) and parts[:2] == ["", "view"] and self._views(parts[2])

    def _counted(self, receive: Receive) -> Receive:
        """A body without a length is cut off when it grows too large."""
        total = 0

        async def counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self._max_body:
                raise HTTPException(413, _too_large(self._max_body).message)
            return message

        return counted


def _too_large(limit: int) -> ProtocolError:
    return ProtocolError(f"A request may hold {limit} bytes at most.", code="engine.too_large")


async def send_error(send: Send, status: int, error: RushesError) -> None:
    """Answer with the error as JSON."""
    body = json.dumps({"error": error.to_dict()}).encode("utf-8")
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode("ascii"))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
