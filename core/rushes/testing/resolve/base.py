"""What all objects of the API have in common: how they answer, refuse and go stale."""

from __future__ import annotations

import functools
import inspect
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from rushes.testing.resolve.state import App, Call, ItemState, ProjectState, TimelineState

__all__ = ["ApiObject", "Facts", "api", "constants", "handle", "methods"]

_F = TypeVar("_F", bound=Callable[..., Any])
_C = TypeVar("_C", bound=type[Any])


@dataclass(frozen=True)
class Facts:
    """What a method's decorator says about it."""

    since: str = "18.5"
    removed: str | None = None
    studio: bool = False
    write: bool = False
    fail: Any = None
    """Answer when it refuses."""
    pages: tuple[str, ...] = ()
    """Pages it works on; empty: all."""
    keywords: bool = False
    """May be called with keyword arguments."""


def api(
    since: str = "18.5",
    *,
    removed: str | None = None,
    studio: bool = False,
    write: bool = False,
    fail: Any = None,
    pages: tuple[str, ...] = (),
    keywords: bool = False,
) -> Callable[[_F], _F]:
    """Make a method part of the scripting API. `write=True` answers False when it refuses, unless `fail` is given.

    A call of another version (rule surface.version), of a stale handle, or into a dialog never reaches the method.
    """
    refusal = False if write and fail is None else fail
    facts = Facts(since, removed, studio, write, refusal, pages, keywords)

    def mark(function: _F) -> _F:
        setattr(function, "__api__", facts)  # noqa: B010 (functions have no such attribute of their own)
        return function

    return mark


_HANDLES: dict[type, type[ApiObject]] = {}
_CONSTANTS: dict[str, tuple[int, str]] = {}


def handle(state: type) -> Callable[[_C], _C]:
    """Make a class the handle of a kind of state: `_wrap` finds it."""

    def mark(cls: _C) -> _C:
        _HANDLES[state] = cls
        return cls

    return mark


def constants(table: dict[str, tuple[int, str]]) -> None:
    """Add names of `resolve.NAME` → (number, since)."""
    _CONSTANTS.update(table)


def methods(cls: type) -> dict[str, Facts]:
    """The API methods of a class."""
    found: dict[str, Facts] = {}
    for name in dir(cls):
        facts = getattr(inspect.getattr_static(cls, name), "__api__", None)
        if facts is not None:
            found[name] = facts
    return found


_signature = functools.cache(inspect.signature)


class _Bound:
    """A method as a script sees it."""

    def __init__(self, target: ApiObject, name: str, function: Callable[..., Any], facts: Facts) -> None:
        self._parts = (target, name, function, facts)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _answer(*self._parts, args, kwargs)


class ApiObject:
    """An object of the API: a handle on a piece of state.

    Names that start with an underscore belong to the double. Every other name is a method of this version, a constant,
    or None (rule surface.absent). Handles are never equal to each other: compare `GetUniqueId()` (handle.identity).
    """

    _scope = "project"
    """What makes it stale: "app" nothing, "project" another project, "timeline" also DeleteTimelines."""

    def __init__(self, app: App, state: Any) -> None:
        self._app = app
        self._state = state
        self._born = (app.project_generation, app.timeline_generation)

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return object.__getattribute__(self, name)
        cls = type(self)
        app: App = object.__getattribute__(self, "_app")
        function = inspect.getattr_static(cls, name, None)
        facts: Facts | None = getattr(function, "__api__", None)
        if facts is not None and app.profile.has(facts.since, facts.removed):
            return _Bound(self, name, function, facts)
        constant = _CONSTANTS.get(name) if cls.__name__ == "Resolve" else None
        if constant is not None and app.profile.has(constant[1]):
            return constant[0]
        app.absent.append(f"{cls.__name__}.{name}")
        return None

    def __dir__(self) -> list[str]:
        app = self._app
        names = [name for name, facts in methods(type(self)).items() if app.profile.has(facts.since, facts.removed)]
        if type(self).__name__ == "Resolve":
            names += [name for name, (_, since) in _CONSTANTS.items() if app.profile.has(since)]
        return sorted(names)

    def __repr__(self) -> str:
        return f"<double of {type(self).__name__}>"

    @property
    def _stale(self) -> bool:
        if self._scope == "app":
            return False
        project, timeline = self._born
        if project != self._app.project_generation or not getattr(self._state, "alive", True):
            return True
        return self._scope == "timeline" and timeline != self._app.timeline_generation

    @property
    def _project(self) -> ProjectState:
        project = self._app.project
        assert project is not None
        return project

    def _wrap(self, state: Any) -> Any:
        """The handle of a piece of state; None stays None."""
        return None if state is None else _HANDLES[type(state)](self._app, state)

    def _state_of(self, value: Any, kind: type) -> Any:
        """The state behind a handle that a script passed; None when it is something else or stale."""
        if isinstance(value, ApiObject) and isinstance(value._state, kind) and not value._stale:
            return value._state
        return None

    def _misuse(self, what: str) -> None:
        self._app.misuse.append(what)

    def _unmodelled(self, answer: Any, *args: Any) -> Any:
        """Refuse, and note that the double does not play this method."""
        caller = sys._getframe(1).f_code.co_name
        self._app.unmodelled.append(f"{type(self).__name__}.{caller}")
        return answer

    def _owner(self, item: ItemState) -> TimelineState | None:
        """The timeline an item lies on."""
        for timeline in self._project.timelines:
            if timeline.find(item) is not None:
                return timeline
        return None


def _answer(
    target: ApiObject,
    name: str,
    function: Callable[..., Any],
    facts: Facts,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    app = target._app
    called = f"{type(target).__name__}.{name}"
    thread = threading.get_ident()
    app.log.append(Call(called, args, thread))
    app.counts[called] += 1
    if app.loop_thread is not None and thread != app.loop_thread:
        app.deadlocked = True
        return None
    if target._stale:
        return None
    if facts.studio and not app.profile.studio:
        app.modal = "purchase"  # rule edition.studio-call
        return False
    if facts.write and app.page_null:
        # The purchase dialog was seen to make later calls return False, other dialogs None.
        return False if app.modal == "purchase" else None
    if app.refusals[called] > 0:
        app.refusals[called] -= 1
        return facts.fail
    if facts.pages and app.page not in facts.pages:
        return facts.fail
    if not _fits(target, called, function, facts, args, kwargs):
        return None
    return function(target, *args, **kwargs)


def _fits(
    target: ApiObject,
    called: str,
    function: Callable[..., Any],
    facts: Facts,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> bool:
    """Whether the arguments can be passed at all; wrong ones are answered with None (rule surface.no-raise)."""
    if kwargs and not facts.keywords:
        target._misuse(f"{called}: keyword arguments are ignored by Resolve: {sorted(kwargs)}")
        return False
    try:
        _signature(function).bind(target, *args, **kwargs)
    except TypeError as exc:
        target._misuse(f"{called}: {exc}")
        return False
    return True
