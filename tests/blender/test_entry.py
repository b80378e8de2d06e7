"""The script that Blender's Python starts with sees our package, and nothing that is installed beside it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

CORE = Path(__file__).parents[2] / "core"


def test_packages_beside_ours_are_for_another_python(tmp_path: Path) -> None:
    """An installed engine: rushes lies in site-packages, beside the engine's own NumPy."""
    site = tmp_path / "site-packages"
    shutil.copytree(CORE / "rushes", site / "rushes", ignore=shutil.ignore_patterns("__pycache__", "*.html"))
    (site / "only_for_the_engine.py").write_text("def run(data, channel):\n    return {}\n")
    (tmp_path / "request.json").write_text("{}")
    entry = site / "rushes" / "blender" / "inside" / "entry.py"

    def answer(module: str) -> str:
        events = tmp_path / f"{module}.jsonl"
        events.touch()
        files = [str(tmp_path / "request.json"), str(events)]
        child = subprocess.Popen([sys.executable, "-S", str(entry), "--", module, *files], stdin=subprocess.PIPE)
        child.wait(60)
        if child.stdin is not None:
            child.stdin.close()
        return events.read_text("utf-8")

    assert "No module named 'only_for_the_engine'" in answer("only_for_the_engine")
    ours = answer("rushes.contracts")  # found, though it has nothing to run
    assert "No module named" not in ours
    assert "has no attribute 'run'" in json.dumps(ours)
