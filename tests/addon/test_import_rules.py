"""The import contracts name every part of the package that hosts must not see."""

from __future__ import annotations

from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parents[2]
HOSTS_MAY_SEE = {"client", "contracts", "errors", "projection"}


def test_the_addons_contract_forbids_all_that_hosts_must_not_see() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (forbidden,) = (set(r["forbidden_modules"]) for r in rules if r.get("source_modules") == ["blender_addon"])
    parts = {p.stem for p in (ROOT / "core" / "rushes").iterdir() if p.is_dir() or p.suffix == ".py"}
    parts -= {"__init__", "__pycache__"}
    assert {f"rushes.{part}" for part in parts - HOSTS_MAY_SEE} == forbidden
