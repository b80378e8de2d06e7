"""The list of generators: explicit built-ins, third parties by entry point, injectable in tests.

Nothing is imported until a generator is asked for, and no weights load before its first use, so
listing what there is never needs torch.
"""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from rushes.contracts import Descriptor
from rushes.errors import DependencyError, ModelError, RushesError
from rushes.generators.protocol import Generator

__all__ = ["BUILTINS", "ENTRY_POINTS", "Factory", "Listing", "Registry", "builtin_registry"]

log = logging.getLogger(__name__)

Factory = Callable[[], Generator]
"""Makes a generator; called once, on first use."""

ENTRY_POINTS = "rushes.generators"
"""Entry point group of third parties: name = id, object = a class or function without arguments."""

BUILTINS: Mapping[str, str] = {
    "house": "rushes.generators.house:HouseGenerator",
    "wan-vace": "rushes.generators.wan_vace:WanVaceGenerator",
}
"""Id → where its class is."""


@dataclass(frozen=True)
class Listing:
    """One line of `rushes models`."""

    id: str
    descriptor: Descriptor | None
    """None when the generator is broken."""
    installed: bool
    """Its weights are there and it can be used."""
    hint: str = ""
    """Why it cannot be used and what to do about it."""


class Registry:
    """Generators by id. Each is made on first use and then kept, so its weights stay warm."""

    def __init__(self, factories: Mapping[str, Factory] | None = None) -> None:
        self._factories: dict[str, Factory] = {}
        self._made: dict[str, Generator] = {}
        self._lock = threading.RLock()
        self.add(factories or {})

    def add(self, factories: Mapping[str, Factory]) -> None:
        """Register all of them or, when one id is empty or taken, none (ValueError)."""
        with self._lock:
            taken = sorted(set(factories) & set(self._factories))
            if taken:
                raise ValueError(f"A generator named {taken[0]!r} is registered already.")
            if any(not i or i != i.strip() for i in factories):
                raise ValueError("A generator needs an id without spaces around it.")
            self._factories = {**self._factories, **factories}

    def ids(self) -> tuple[str, ...]:
        """All ids, in order of registration."""
        return tuple(self._factories)

    def get(self, id: str) -> Generator:
        """The generator. ModelError `model.unknown` for an id that is not registered, `model.broken`
        when it cannot be made."""
        with self._lock:
            if id not in self._factories:
                known = ", ".join(self._factories) or "none"
                raise ModelError(
                    f"There is no generator named {id!r}.",
                    code="model.unknown",
                    hint=f"Choose one of: {known}.",
                )
            if id not in self._made:
                self._made[id] = self._make(id)
            return self._made[id]

    def _make(self, id: str) -> Generator:
        try:
            made: Any = self._factories[id]()
            found = made.descriptor.id if isinstance(made, Generator) else None
        except RushesError:
            raise
        except Exception as exc:  # broad on purpose: foreign code may raise anything; the others must go on
            raise _broken(id, f"{type(exc).__name__}: {exc}") from exc
        if found != id:
            reason = "it is not a Generator" if found is None else f"its descriptor says {found!r}"
            raise _broken(id, reason)
        return cast(Generator, made)

    def descriptors(self) -> tuple[Descriptor, ...]:
        """Descriptors of all generators that can be made, installed or not; without weights or torch."""
        return tuple(row.descriptor for row in self.listings() if row.descriptor is not None)

    def listings(self) -> tuple[Listing, ...]:
        """Every registered id with whether it can be used and, if not, what to do. Never raises for one."""
        return tuple(self._listing(id) for id in self.ids())

    def _listing(self, id: str) -> Listing:
        try:
            generator = self.get(id)
        except RushesError as exc:
            log.warning("Generator %s cannot be used: %s", id, exc)
            return Listing(id, None, False, str(exc))
        try:
            generator.check_installed()
        except RushesError as exc:
            return Listing(id, generator.descriptor, False, str(exc))
        return Listing(id, generator.descriptor, True)

    def unload(self, keep: str | None = None) -> None:
        """Free the weights of all generators but `keep`."""
        with self._lock:
            for id, generator in self._made.items():
                if id != keep:
                    generator.unload()


def _broken(id: str, reason: str) -> ModelError:
    return ModelError(
        f"The generator {id!r} is broken: {reason}.",
        code="model.broken",
        hint="Update or remove the package that brings it; the other generators are not affected.",
    )


def _lazy(id: str, where: str) -> Factory:
    module, _, name = where.partition(":")

    def make() -> Generator:
        try:
            return cast(Generator, getattr(importlib.import_module(module), name)())
        except ModuleNotFoundError as exc:
            raise DependencyError(
                f"The generator {id!r} needs {exc.name}, which is not installed.",
                code="dependency.missing",
                hint='Install Rushes with its engine: pip install "rushes[engine]".',
            ) from exc

    return make


def _third_party(found: Iterable[EntryPoint]) -> dict[str, Factory]:
    factories: dict[str, Factory] = {}
    for point in found:
        if point.name in BUILTINS or point.name in factories:
            log.warning("Generator %r of %s is left out: the name is taken.", point.name, point.value)
            continue
        factories[point.name] = _from_entry_point(point)
    return factories


def _from_entry_point(point: EntryPoint) -> Factory:
    return lambda: cast(Generator, point.load()())


def builtin_registry(points: Iterable[EntryPoint] | None = None) -> Registry:
    """A new registry with the built-ins and what installed packages offer (`points` replaces those in tests)."""
    registry = Registry({id: _lazy(id, where) for id, where in BUILTINS.items()})
    registry.add(_third_party(entry_points(group=ENTRY_POINTS) if points is None else points))
    return registry
