"""What probes share: their table, and what they raise.

A probe gives (whether it is as the double plays it, what was seen). It raises `Untried` where it cannot be tried here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from resolve_scripts.host.session import listed
from resolve_scripts.selfcheck.bench import Bench

__all__ = ["PROBES", "Probe", "Seen", "Untried", "need", "only", "probe"]

Seen = tuple[bool, str]
Probe = Callable[[Bench], Seen]

PROBES: dict[str, Probe] = {}
"""Id of the double's rule → its probe."""


class Untried(Exception):
    """This cannot be tried in this project or this Resolve; says why."""


def probe(rule: str) -> Callable[[Probe], Probe]:
    """Put a function into the table."""

    def add(function: Probe) -> Probe:
        PROBES[rule] = function
        return function

    return add


def only(items: Any) -> Any:
    """The first thing of an answer that has an id, or None."""
    return next((one for one in listed(items) if one.GetUniqueId()), None)


def need(thing: Any, what: str) -> Any:
    """The thing; Untried when there is none."""
    if thing is None:
        raise Untried(f"Resolve gave no {what}")
    return thing
