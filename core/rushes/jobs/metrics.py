"""Figures as a table and as JSON; every bench and evaluation is written in this one form."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rushes.contracts import Metric
from rushes.errors import disk_full_as_error

__all__ = ["HEADINGS", "all_ok", "metric_row", "table_rows", "to_json", "write_json"]

HEADINGS = ("figure", "value", "reference", "bar", "", "note")
"""Column titles of `table_rows`."""


def all_ok(metrics: Iterable[Metric]) -> bool:
    """True when every figure holds its bar."""
    return all(_ok(m) for m in metrics)


def table_rows(metrics: Sequence[Metric]) -> list[tuple[str, ...]]:
    """One row a metric, as text, in the order of `HEADINGS`; "ok" or "MISSED" where there is a bar."""
    return [metric_row(m) for m in metrics]


def metric_row(metric: Metric) -> tuple[str, ...]:
    """One row of the table."""
    verdict = ("ok" if _ok(metric) else "MISSED") if metric.bar or not _ok(metric) else ""
    unit = f" {metric.unit}" if metric.unit else ""
    reference = "" if metric.reference is None else f"{_figure(metric.reference)}{unit}"
    return (metric.name, f"{_figure(metric.value)}{unit}", reference, metric.bar, verdict, metric.note)


def to_json(metrics: Sequence[Metric]) -> dict[str, Any]:
    """`{"version", "ok", "metrics": [{"name", "value", "unit", "reference", "bar", "ok", "note"}]}`.

    A value that is not a finite number becomes null and is not ok.
    """
    rows = [
        {
            "name": m.name,
            "value": _finite(m.value),
            "unit": m.unit,
            "reference": None if m.reference is None else _finite(m.reference),
            "bar": m.bar,
            "ok": _ok(m),
            "note": m.note,
        }
        for m in metrics
    ]
    return {"version": 1, "ok": all_ok(metrics), "metrics": rows}


def write_json(metrics: Sequence[Metric], path: Path) -> None:
    """Write `to_json` to `path`, beside it first. DiskFullError when there is no room."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with disk_full_as_error(path):
            draft.write_text(json.dumps(to_json(metrics), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _ok(metric: Metric) -> bool:
    return metric.ok and math.isfinite(metric.value)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _figure(value: float) -> str:
    if not math.isfinite(value):
        return "—"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.4g}"
