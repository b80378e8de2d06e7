"""What a host imports is the standard library and us, in old syntax too."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "core"
HOST_FILES = [
    *(CORE / "rushes" / "client").glob("*.py"),
    *(CORE / "rushes" / "contracts").glob("*.py"),
    CORE / "rushes" / "errors.py",
]


def test_a_host_needs_nothing_installed() -> None:
    """-S: no site-packages at all."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import rushes.client, json; print(json.dumps(list(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(CORE)], capture_output=True, check=True, timeout=60
    )
    ours = {m for m in json.loads(out.stdout) if m.startswith("rushes.")}
    assert {m.split(".")[1] for m in ours} == {"client", "contracts", "errors"}
    foreign = {m.split(".")[0] for m in json.loads(out.stdout)} - set(sys.stdlib_module_names) - {"rushes"}
    assert foreign <= {"__main__"}


@pytest.mark.parametrize("path", HOST_FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_the_syntax_is_that_of_python_3_10(path: Path) -> None:
    ast.parse(path.read_text("utf-8"), feature_version=(3, 10))
