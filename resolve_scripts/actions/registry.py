"""All actions by id, as the menu and the panel show them. A module is imported when its action is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.host.keep import kept
from resolve_scripts.host.session import Session
from resolve_scripts.host.stage import recover, undo_file
from rushes.errors import InputError, ResolveError

__all__ = ["MODULES", "VARIANTS", "Entry", "Registry", "Variant", "builtin_registry"]

MODULES = (
    "pull",
    "place",
    "takes",
    "build",
    "subtitles",
    "grade",
    "match",
    "send",
    "bring_back",
    "notes",
    "label",
    "panel",
    "choose_production",
    "self_check",
    "stop",
)
"""Modules of this package that hold actions, in the order of the panel."""

_UNGUARDED = frozenset({"open_panel", "stop"})
"""Actions that may start while another one runs."""


@dataclass(frozen=True)
class Variant:
    """An entry of its own for one choice of an action's options."""

    id: str
    label: str
    options: Mapping[str, str]
    about: str = ""


VARIANTS: Mapping[str, tuple[Variant, ...]] = {
    "place": (
        Variant(
            "place_placeholder",
            "Place on Placeholder",
            {"where": "placeholder"},
            "Puts the judged take of the shot at the playhead where its placeholder lies, on a free track.",
        ),
    ),
    "send": (
        Variant("send_take", "Send - Another Take", {"treatment": "take"}, "Sends clips for another take of the shot."),
        Variant(
            "send_upscale",
            "Send - Upscale",
            {"treatment": "upscale", "set.scale": "2"},
            "Sends clips to be made larger, 2 times.",
        ),
        Variant("send_denoise", "Send - Denoise", {"treatment": "denoise"}, "Sends clips to lose grain and flicker."),
        Variant("send_stabilise", "Send - Stabilise", {"treatment": "stabilise"}, "Sends clips to be made steady."),
        Variant(
            "send_slow_motion",
            "Send - Slow Motion",
            {"treatment": "interpolate", "set.factor": "2"},
            "Sends clips to run at half speed, with new frames in between.",
        ),
        Variant("send_matte", "Send - Matte", {"treatment": "matte"}, "Sends clips for a matte of the foreground."),
        Variant(
            "send_extend",
            "Send - Extend",
            {"treatment": "extend", "set.after": "24"},
            "Sends clips for 24 more frames after the end.",
        ),
    ),
    "notes": (
        Variant(
            "notes_to_takes",
            "Markers to Notes",
            {"direction": "to_notes"},
            "Review notes on markers become notes on the takes under them.",
        ),
        Variant(
            "notes_to_markers",
            "Notes to Markers",
            {"direction": "to_markers"},
            "Notes on takes become markers on their clips.",
        ),
    ),
}
"""Id of an action → entries made of it."""

_INSTEAD = frozenset({"send", "notes"})
"""Actions of which the menu shows the variants only; the panel has the action itself."""


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    action: Action
    variant: Variant | None = None

    @property
    def id(self) -> str:
        """Unique; the launcher passes it."""
        return self.variant.id if self.variant else self.action.id

    @property
    def label(self) -> str:
        """What the menu says."""
        return self.variant.label if self.variant else self.action.label

    @property
    def about(self) -> str:
        """One sentence."""
        return (self.variant.about if self.variant else "") or self.action.about

    @property
    def menu(self) -> bool:
        """Whether it gets a launcher."""
        return self.variant is not None or (self.action.menu and self.action.id not in _INSTEAD)

    @property
    def guarded(self) -> bool:
        """Whether it waits for no other action: only one that changes the project runs at a time."""
        return self.action.id not in _UNGUARDED

    def run(self, session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
        """Run the action; given options go before the variant's own. What a killed render left is undone first."""
        own = self.variant.options if self.variant else {}
        said = _swept(session, desk) if self.guarded else ()
        outcome = self.action.run(session, desk, {**own, **options})
        return replace(outcome, notes=(*said, *outcome.notes)) if said else outcome


def _swept(session: Session, desk: Desk) -> tuple[str, ...]:
    undo = undo_file(desk.home)
    if not undo.is_file():
        return ()
    try:
        with kept(session):
            return recover(session, undo)
    except ResolveError as exc:
        return (exc.message,)  # the action says itself what it cannot do


@dataclass(frozen=True)
class Registry:
    """Actions of some modules. InputError `resolve.action` for an unknown id; ids that clash raise ValueError."""

    modules: Sequence[str]
    package: str = "resolve_scripts.actions"
    variants: Mapping[str, Sequence[Variant]] = field(default_factory=dict)

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for entry in self._read():
            if entry.id in found:
                raise ValueError(f"two actions are called {entry.id}")
            found[entry.id] = entry
        return found

    def _read(self) -> Iterator[Entry]:
        for name in self.modules:
            module = importlib.import_module(f"{self.package}.{name}")
            actions: Sequence[Action] = getattr(module, "ACTIONS", None) or (module.ACTION,)
            for action in actions:
                yield Entry(action)
                for variant in self.variants.get(action.id, ()):
                    yield Entry(action, variant)

    def entries(self) -> tuple[Entry, ...]:
        """All, in order."""
        return tuple(self._entries.values())

    def menu(self) -> tuple[Entry, ...]:
        """Those that get a launcher."""
        return tuple(entry for entry in self.entries() if entry.menu)

    def get(self, id: str) -> Entry:
        """One of them."""
        entry = self._entries.get(id)
        if entry is None:
            raise InputError(
                f"There is no action {id!r} in this version of Rushes.",
                code="resolve.action",
                hint="Install the menu again: rushes resolve install",
            )
        return entry


def builtin_registry() -> Registry:
    """The actions that ship."""
    return Registry(MODULES, variants=VARIANTS)
