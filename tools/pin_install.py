"""Writes constraints/install.txt: the versions that an artist's engine is installed with.

One list for Linux, Windows and macOS and for Python 3.11 to 3.13, so it has markers where versions differ.
It starts from constraints/engine.txt, which the tests run with. What torch pins by itself for each graphics
card (CUDA's libraries, triton) is left out: another build of torch wants other versions of them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parent.parent
HEAD = (
    "# Versions for an installed engine: Python 3.11 to 3.13; Linux, Windows, macOS.\n"
    "# Made by: python tools/pin_install.py\n"
)
OLDEST = "3.11"
LEFT_TO_TORCH = re.compile(r"^(nvidia-|cuda-|triton|pytorch-triton)")


def wanted() -> list[str]:
    """The requirements of the extra `engine`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return list(project["optional-dependencies"]["engine"])


def resolve(requirements: list[str], preferred: str) -> list[str]:
    """name==version lines, with markers."""
    with tempfile.TemporaryDirectory() as folder:
        ask, out = Path(folder, "requirements.in"), Path(folder, "pins.txt")
        ask.write_text("\n".join(requirements), "utf-8")
        out.write_text(preferred, "utf-8")
        command = [ROOT / ".venvs/boot/bin/uv", "pip", "compile", ask, "-o", out, "--universal"]
        options = ["--python-version", OLDEST, "--no-annotate", "--no-header", "-q"]
        subprocess.run([*map(str, command), *options], check=True)
        return [line for line in out.read_text("utf-8").splitlines() if "==" in line]


def main() -> int:
    pins = resolve(wanted(), (ROOT / "constraints/engine.txt").read_text("utf-8"))
    kept = [line for line in pins if not (LEFT_TO_TORCH.match(line) or "== 'emscripten'" in line)]
    (ROOT / "constraints/install.txt").write_text(HEAD + "\n".join(kept) + "\n", "utf-8")
    print(f"constraints/install.txt: {len(kept)} versions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
