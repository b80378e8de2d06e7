"""Which engine the artist wants, as plain data that background threads may read."""

from __future__ import annotations

from dataclasses import dataclass, field

from rushes import client
from rushes.client import Client
from rushes.errors import EngineError

__all__ = ["EngineChoice", "choose", "chosen", "pause"]


@dataclass(frozen=True)
class EngineChoice:
    """The engine part of the preferences."""

    remote: str = ""
    """"host:port" of an engine on another machine (through a tunnel); empty: this machine's."""
    token: str = field(default="", repr=False)
    """Never shown, and not in what this says of itself."""
    python: str = ""
    """Python of an engine installed by hand; empty: it is looked for."""
    blender: str = ""
    """Blender for passes; empty: it is looked for."""
    devices: str = ""
    """GPUs for a newly started engine, as "0,1"; empty: all."""

    def connect(self) -> Client:
        """A client; starts this machine's engine when none runs. EngineError and DependencyError go through."""
        if _paused and not self.remote:
            raise EngineError(_paused, code="engine.paused", hint="It is asked again when that is done.")
        if self.remote:
            return client.remote(self.remote, self.token)
        options: list[str] = []
        if self.devices:
            options += ["--devices", self.devices]
        return client.ensure_engine(python=self.python or None, options=options)


_chosen = EngineChoice()
_paused = ""


def choose(choice: EngineChoice) -> bool:
    """Set what `chosen` gives; True when it is another one."""
    global _chosen
    changed = choice != _chosen
    _chosen = choice
    return changed


def chosen() -> EngineChoice:
    """The engine to use now."""
    return _chosen


def pause(why: str) -> None:
    """Let nobody start or ask this machine's engine, for `why`; an empty text ends that."""
    global _paused
    _paused = why
