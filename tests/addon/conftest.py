"""The add-on's tests. Those in `inside/` run in Blender's own Python; `test_matrix.py` starts them there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

collect_ignore = ["inside"]


@pytest.fixture(scope="session")
def extension_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, built from the checkout as it is."""
    out = tmp_path_factory.mktemp("extension")
    command = [sys.executable, str(ROOT / "tools" / "build_extension.py"), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("rushes-*.zip")
    return built
