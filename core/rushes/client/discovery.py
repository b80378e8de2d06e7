"""Finding the engine that runs for a data folder, and making sure it is that one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from rushes.client.home import EngineHome
from rushes.client.locks import FileLock
from rushes.client.transport import HttpTransport
from rushes.contracts.codec import decode
from rushes.errors import AuthError, EngineUnreachable, ProtocolError

__all__ = ["EngineRecord", "discover", "engine_holds_lock", "read_record"]


@dataclass(frozen=True)
class EngineRecord:
    """engine.json."""

    pid: int
    port: int
    version: str
    started: float
    """Unix time, seconds."""


def read_record(home: Path) -> EngineRecord | None:
    """What the last engine wrote about itself, or None. It may be dead by now."""
    try:
        data: Any = json.loads(EngineHome(home).record.read_text("utf-8"))
        return decode(EngineRecord, data)
    except (OSError, ValueError, ProtocolError):
        return None


def engine_holds_lock(home: Path) -> bool:
    """True while an engine lives (it may still be starting)."""
    return FileLock(EngineHome(home).engine_lock).taken_elsewhere()


def discover(home: Path, *, timeout: float = 3.0) -> HttpTransport:
    """A transport to the running engine of `home`.

    A record left by a killed engine is never followed: its port may belong to someone else by now,
    who must not see the token. EngineUnreachable when no engine runs or it does not answer,
    AuthError when its token file does not fit.
    """
    record = read_record(home)
    if record is None or not engine_holds_lock(home):
        raise EngineUnreachable("No engine is running.", code="engine.none", hint="Start one with: rushes engine start")
    try:
        token = EngineHome(home).token.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise EngineUnreachable(
            "The engine's token cannot be read.",
            code="engine.token",
            hint=f"Is {EngineHome(home).token} there, and yours? Otherwise stop the engine and start it again.",
        ) from exc
    transport = HttpTransport(record.port, token)
    reply = transport.request("GET", "/info", timeout=timeout)
    if reply.status == 401:
        raise AuthError("The engine does not accept its own token file.", hint="Stop the engine and start it again.")
    try:
        answer = cast("dict[str, Any]", json.loads(reply.body))
    except ValueError:
        answer = {}
    if reply.status != 200 or answer.get("pid") != record.pid:
        raise EngineUnreachable("Something else answers at the engine's port.", hint="Start the engine again.")
    return transport
