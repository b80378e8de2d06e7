"""Writes the tables of docs/resolve.md from the actions themselves: python tools/resolve_docs.py"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "resolve.md"
sys.path[:0] = [str(ROOT), str(ROOT / "core")]


def actions() -> str:
    """Every entry of the menu and every button of the panel."""
    from resolve_scripts.actions.registry import builtin_registry
    from resolve_scripts.setup.launchers import file_name

    rows = ["| entry | what it does | where |", "|---|---|---|"]
    for entry in builtin_registry().entries():
        studio = "Studio" if entry.action.studio else ""
        panel = "" if entry.variant is not None or entry.id in _MENU_ONLY else "panel"
        where = ", ".join(part for part in ("menu" if entry.menu else "", panel, studio) if part)
        name = file_name(entry).removesuffix(".py") if entry.menu else entry.label
        rows.append(f"| **{name}** | {entry.about} | {where} |")
    return "\n".join(rows)


def options() -> str:
    """Options of the actions, for programs that start them."""
    from resolve_scripts.actions.registry import builtin_registry

    rows = ["| action | option | meaning, with its default in brackets |", "|---|---|---|"]
    for entry in builtin_registry().entries():
        if entry.variant is None:
            rows += [
                f"| `{entry.id}` | `{name}` | {_cell(text)} |" for name, text in sorted(entry.action.options.items())
            ]
    return "\n".join(rows)


_MENU_ONLY = frozenset({"open_panel", "self_check", "stop"})
PARTS: dict[str, Callable[[], str]] = {"actions": actions, "options": options}


def filled(text: str) -> str:
    """The page with its tables made anew. ValueError when a place for one is missing."""
    for name, make in PARTS.items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
        head, found, rest = text.partition(begin)
        _, closed, tail = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"docs/resolve.md has no place for {name}")
        text = head + begin + make() + end + tail
    return text


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    TARGET.write_text(filled(TARGET.read_text("utf-8")), "utf-8")
    print(f"[docs] {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
