"""Writes the double's rules for the self-check inside Resolve: python tools/resolve_selfcheck.py

resolve_scripts/selfcheck/rules.json    id → text, source, confirmed_on, of every rule that has a probe
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "resolve_scripts" / "selfcheck" / "rules.json"
sys.path[:0] = [str(ROOT), str(ROOT / "core")]


def table() -> dict[str, dict[str, Any]]:
    """Rules that have a probe."""
    from resolve_scripts.selfcheck.probes import PROBES
    from rushes.testing.resolve.rules import RULES

    return {
        id: {"text": RULES[id].text, "source": RULES[id].source, "confirmed_on": RULES[id].confirmed_on}
        for id in sorted(PROBES)
    }


def main() -> int:
    TARGET.write_text(json.dumps(table(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"[rules] {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
