"""The tests in `inside/`, run by each Blender's own Python with the built extension installed.

RUSHES_TEST_BLENDERS names the Blenders: "5.0 5.2" unless set; `make test-blender` runs all of them.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSIDE = Path(__file__).with_name("inside")
BLENDERS = os.environ.get("RUSHES_TEST_BLENDERS", "5.0 5.2").split()
HIDDEN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST")


@pytest.mark.blender
@pytest.mark.timeout(900)
@pytest.mark.parametrize("version", BLENDERS)
def test_inside_blender(version: str, extension_zip: Path, tmp_path: Path) -> None:
    name = "blender" + version.replace(".", "")
    python = ROOT / ".venvs" / name.replace("blender", "bpy") / "bin" / "python"
    assert python.exists(), f"Blender {version} is not set up: python3 tools/setup_env.py {name}"
    report = tmp_path / "report.xml"
    command = [str(python), "-X", "faulthandler", "-m", "pytest", "-c", str(INSIDE / "pytest.ini"), "--rootdir"]
    command += [str(INSIDE), f"--basetemp={tmp_path / 'inside'}", f"--junitxml={report}", "-v", str(INSIDE)]
    env = {k: v for k, v in os.environ.items() if k not in HIDDEN}
    env |= {"RUSHES_EXTENSION": str(extension_zip), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    failures = _failures(report)
    if done.returncode or failures or not report.exists():
        what = "\n\n".join(failures) or f"No report; the last lines were:\n{_tail(done.stdout)}"
        pytest.fail(f"Blender {version}: exit {done.returncode}, {len(failures)} failed\n\n{what}", pytrace=False)


def _failures(report: Path) -> list[str]:
    if not report.exists():
        return []
    found: list[str] = []
    for case in ElementTree.parse(report).iter("testcase"):
        for bad in (*case.iter("failure"), *case.iter("error")):
            found.append(f"--- {case.get('classname')}::{case.get('name')}\n{bad.text or bad.get('message')}")
    return found


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-60:])
