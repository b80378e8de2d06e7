"""Figures as table and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rushes.contracts import Metric
from rushes.jobs.metrics import HEADINGS, all_ok, table_rows, to_json, write_json

GOOD = Metric.judged("passes.ratio", 1.05, "", reference=1.0, compare="<=", limit=1.1)
BAD = Metric.judged("memory.difference", 7.25, "%", compare="<=", limit=5, note="of the peaks")
PLAIN = Metric.judged("generate.seconds_per_frame", 0.0934567, "s")


def test_rows() -> None:
    rows = table_rows([GOOD, BAD, PLAIN])
    assert all(len(row) == len(HEADINGS) for row in rows)
    assert rows[0] == ("passes.ratio", "1.05", "1", "<= 1.1", "ok", "")
    assert rows[1] == ("memory.difference", "7.25 %", "", "<= 5", "MISSED", "of the peaks")
    assert rows[2][1:5] == ("0.09346 s", "", "", "")


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "bench.json"
    write_json([GOOD, BAD], path)
    data = json.loads(path.read_text())
    assert data["ok"] is False
    assert data["metrics"][0] == {
        "name": "passes.ratio",
        "value": 1.05,
        "unit": "",
        "reference": 1.0,
        "bar": "<= 1.1",
        "ok": True,
        "note": "",
    }
    assert [p.name for p in path.parent.iterdir()] == ["bench.json"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_not_ok(value: float) -> None:
    metric = Metric.judged("x", value, "s", compare=">=", limit=0)
    assert not all_ok([metric])
    assert json.loads(json.dumps(to_json([metric]), allow_nan=False))["metrics"][0]["value"] is None
    assert table_rows([metric])[0][4] == "MISSED"


def test_all_ok() -> None:
    assert all_ok([GOOD, PLAIN])
    assert not all_ok([GOOD, BAD])
