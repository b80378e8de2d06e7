"""The habits of Resolve that the double plays, as a page: docs/resolve_rules.md."""

from __future__ import annotations

import sys
from pathlib import Path

import resolve_conform

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[1] / "docs/resolve_rules.md"

_HEAD = """# What the double of DaVinci Resolve plays

`rushes.testing.resolve` is a double of Resolve's scripting API, for tests. It is not Resolve, and none of these rules
was tried by us in one: each says where it comes from and on which build somebody measured it, if anybody did. Where
sources disagree the worse behaviour is the default. `Rushes - Self-Check`, run inside a real Resolve, tells where it
differs.

Made by `tools/resolve_rules.py`; not to be edited.
"""


def page() -> str:
    """The page's text."""
    from rushes.testing.resolve.rules import RULES

    lines = [_HEAD]
    area = ""
    for rule in sorted(RULES.values(), key=lambda rule: rule.id):
        if rule.id.split(".")[0] != area:
            area = rule.id.split(".")[0]
            lines += ["", f"## {area}", "", "| rule | what Resolve does | source | measured on |", "|---|---|---|---|"]
        cells = (f"`{rule.id}`", rule.text, rule.source, rule.confirmed_on or "nobody")
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    names = ", ".join(f"`{name}`" for name in resolve_conform.unplayed())
    lines += ["", "## Not played", "", f"These calls are there and only refuse: {names}.", ""]
    lines += ["Pictures: transforms, opacity, transitions, titles and Fusion do not show; sound is not rendered.", ""]
    return "\n".join(lines)


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, "core")
    sys.exit(main())
