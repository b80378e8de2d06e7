"""Writes constraints/*.txt from the environments as they are: versions only, no URLs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from setup_env import BLENDERS

ROOT = Path(__file__).resolve().parent.parent
HEADS = {
    "engine": ("engine.txt", "# Exact versions for the engine's environment (Python 3.11). Made by: make constraints"),
} | {
    which.environment: (
        Path(which.pins).name,
        f"# Exact versions for the Blender {which.version} environment (Python {which.python[0]}.{which.python[1]}; "
        "bpy pins Python and NumPy). Made by: make constraints",
    )
    for which in BLENDERS.values()
}


def frozen(env: str) -> list[str]:
    """name==version lines of one environment, our own package left out."""
    python = ROOT / ".venvs" / env / "bin" / "python"
    out = subprocess.run(
        [str(ROOT / ".venvs/boot/bin/uv"), "pip", "freeze", "-p", str(python)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [line for line in out.splitlines() if "==" in line and "@" not in line and not line.startswith("rushes==")]


def main() -> None:
    for env, (name, head) in HEADS.items():
        if (ROOT / ".venvs" / env).exists():
            (ROOT / "constraints" / name).write_text("\n".join([head, *frozen(env)]) + "\n")


if __name__ == "__main__":
    main()
