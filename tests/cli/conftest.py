from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from rushes.library.production import Production
from rushes.testing.analytic_door import write_blend

_CORE = str(Path(__file__).parents[2] / "core")
_START = [sys.executable, "-c", "from rushes.cli.main import run; run()"]


@dataclass
class Shell:
    """Runs `rushes` in processes of its own, with an engine of its own on doubles."""

    home: Path
    folder: Path

    def environment(self, **changes: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("RUSHES_")}
        return {
            **kept,
            "PYTHONPATH": _CORE,
            "RUSHES_HOME": str(self.home),
            "RUSHES_GENERATOR": "fake",
            "RUSHES_ENGINE_OPTIONS": "--doubles --idle-exit 120",
            "TERM": "dumb",
            **changes,
        }

    def run(self, *words: str | Path, cwd: Path | None = None, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*_START, *map(str, words)],
            cwd=cwd or self.folder,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=60,
            check=False,
        )

    def start(self, words: Sequence[str | Path], cwd: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*_START, *map(str, words)],
            cwd=cwd,
            env=self.environment(PYTHONUNBUFFERED="1"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            # A shell without job control starts background processes with Ctrl-C ignored; undo that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("cli")
    made = Shell(folder / "home", folder)
    yield made
    made.run("engine", "stop")


@pytest.fixture
def film(tmp_path: Path) -> Production:
    write_blend(tmp_path / "film" / "set.blend")
    return Production.create(tmp_path / "film", "Harbour")
