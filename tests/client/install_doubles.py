"""Doubles of uv and of Pythons: small programs that do what an installer's children do, in no time.

One script plays all parts. It is told by a plan (JSON, named by $RUSHES_DOUBLE) what to say and how to end, and
notes every call beside it.
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Doubles", "make_wheel"]

SCRIPT = """#!{python} -IS
import json, os, pathlib, shutil, subprocess, sys, time
plan_path = pathlib.Path(os.environ["RUSHES_DOUBLE"])
plan = json.loads(plan_path.read_text("utf-8"))
args = sys.argv[1:]
with open(plan_path.with_suffix(".calls"), "a", encoding="utf-8") as calls:
    calls.write(json.dumps([sys.argv[0], *args]) + "\\n")
text = " ".join(args)

def environment(folder):
    (folder / "bin").mkdir(parents=True)
    shutil.copy(__file__, folder / "bin" / "python")

def install():
    cache = pathlib.Path(args[args.index("--cache-dir") + 1])
    cache.mkdir(parents=True, exist_ok=True)
    print("downloads here before:", len(list(cache.glob("download*"))), flush=True)
    (cache / ("download%d" % os.getpid())).touch()
    for line in plan["lines"]:
        print(line, flush=True)
    if plan["hang"]:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        pathlib.Path(plan["hang"]).write_text("%d %d" % (os.getpid(), child.pid))
        time.sleep(600)
    sys.exit(plan["code"])

if args == ["--version"]:
    print("uv 9.9.9 (a double)")
elif text == "pip install --help":
    print("--torch-backend")
elif text.endswith("-m pip --version"):
    print("pip 25.0 from here (python 3.11)")
elif "venv" in args[:1] or args[1:3] == ["-m", "venv"]:
    environment(pathlib.Path(args[-1]))
elif "install" in args:
    install()
elif "'tested '" in text:
    if not plan["runs"]:
        sys.exit("ImportError: a double that does not run")
    print('tested {{"torch": "2.0", "device": "cpu"}}')
elif "rushes.__version__" in text:
    print(json.dumps([plan["version"], plan["missing"]]))
elif "version_info" in text:
    print(plan["python"])
"""


class Doubles:
    """A uv and a Python that follow a plan. `folder` is where they are."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self._plan = folder / "plan.json"
        self.data: dict[str, Any] = {}
        monkeypatch.setenv("RUSHES_DOUBLE", str(self._plan))
        monkeypatch.delenv("RUSHES_ENGINE_PYTHON", raising=False)
        self.plan(lines=[], hang="", code=0, runs=True, version="9.9.9", missing=[], python="3.11")
        self.uv, self.python = folder / "uv", folder / "python"
        for path in (self.uv, self.python):
            path.write_text(SCRIPT.format(python=sys.executable), "utf-8")
            path.chmod(0o755)

    def plan(self, **changes: Any) -> None:
        """Change what they do: lines, hang (a file for their process ids), code, runs, version, missing, python."""
        self.data.update(changes)
        self._plan.write_text(json.dumps(self.data), "utf-8")

    @property
    def calls(self) -> list[list[str]]:
        """Every command line so far."""
        return [json.loads(line) for line in self._plan.with_suffix(".calls").read_text("utf-8").splitlines()]

    @property
    def install(self) -> list[str]:
        """The last command line that installed packages."""
        return [call for call in self.calls if "install" in call and "--help" not in call][-1]


def make_wheel(folder: Path) -> Path:
    """A file that looks like our wheel from outside."""
    path = folder / "rushes-9.9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rushes/assets/constraints.txt", "torch==2.0\nnumpy==2.0\n")
    return path
