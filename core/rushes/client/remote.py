"""An engine on another machine, through a tunnel that ends on this one."""

from __future__ import annotations

from ipaddress import ip_address

from rushes.client.client import Client
from rushes.client.transport import HttpTransport
from rushes.errors import AuthError, EngineError, EngineUnreachable

__all__ = ["remote"]

_TUNNEL = "Open a tunnel first: ssh -L 9000:127.0.0.1:PORT MACHINE; the address is then 127.0.0.1:9000."


def remote(address: str, token: str, *, timeout: float = 5.0) -> Client:
    """A client of the engine at "host:port", asked once so that a wrong address or token shows here.

    `host` is this machine (127.0.0.1, localhost or [::1]): the token travels as plain text, so what lies between
    the machines must be a tunnel. EngineError `engine.address` for another one, EngineUnreachable when nothing
    answers within `timeout` seconds, AuthError when it does not accept the token. Paths in jobs are those of the
    engine's machine.
    """
    host, port = _parsed(address)
    if not token.strip().isascii() or len(token.split()) != 1:
        raise AuthError(
            "The engine's token is missing or is not one word.",
            hint="Copy it from the file engine/token in Rushes' folder on the engine's machine.",
        )
    client = Client(HttpTransport(port, token.strip(), host))
    try:
        client.info(timeout)
    except EngineUnreachable as exc:
        raise EngineUnreachable(
            f"No engine answers at {address}.",
            code="engine.remote",
            hint=f"Does the engine run there, and is the tunnel open? {_TUNNEL}",
        ) from exc
    except AuthError as exc:
        raise AuthError(
            f"The engine at {address} does not accept this token.",
            hint="It has a new one each time it starts: copy engine/token again from Rushes' folder on its machine.",
        ) from exc
    return client


def _parsed(address: str) -> tuple[str, int]:
    host, colon, port = address.strip().removeprefix("http://").rstrip("/").rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not port.isdecimal() or not 0 < int(port) < 65536:
        raise EngineError(f"{address!r} is not an address.", code="engine.address", hint="Write it as 127.0.0.1:9000.")
    if not _is_this_machine(host):
        raise EngineError(
            f"{host!r} is another machine; a remote engine is reached through a tunnel.",
            code="engine.address",
            hint=_TUNNEL,
        )
    return host, int(port)


def _is_this_machine(host: str) -> bool:
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
