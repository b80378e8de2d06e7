"""Reads a cut back: which takes an editor used, and what became of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from rushes.contracts import JobContext, Rating, decode, encode
from rushes.contracts.deliver import ConformJob
from rushes.delivery.compare import changes
from rushes.delivery.conform import ConformReport, conform
from rushes.delivery.cut_read import read_cut, read_cuts
from rushes.delivery.match import Matcher
from rushes.errors import InputError
from rushes.jobs.known_takes import known_takes
from rushes.jobs.registry import Services
from rushes.library.production import Production

__all__ = ["CUT_FILE", "conform_files", "run"]

CUT_FILE = "cut.json"
"""The delivered cut, in a delivery's folder."""


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Params: ConformJob. Gives `{"report": ConformReport, "share": 0 to 1, "kept": [ids]}`.

    InputError: `cut.missing`, `cut.unreadable`, `cut.timecode`.
    """
    job = decode(ConformJob, dict(params))
    production = Production.open(job.production)
    report = conform_files(production, [Path(f) for f in job.files], job.against, job.rate, context)
    kept = _keep(production, report) if job.keep else []
    context.progress(1.0, "conform")
    return {"report": encode(report), "share": report.share, "kept": kept}


def conform_files(
    production: Production, files: list[Path], against: str, rate: Fraction | None, context: JobContext
) -> ConformReport:
    """The report on a cut, with its changes when there is something to compare it with."""
    if not files:
        raise InputError("There is no file to read.", code="cut.missing", hint="Give the file the editor exported.")
    context.progress(0.1, "conform", "reading")
    cut = read_cuts(files, rate or production.rate)
    context.check()
    context.progress(0.5, "conform", "finding takes")
    matcher = Matcher(known_takes(production))
    report = conform(cut, matcher, os.path.exists)
    if against:
        delivered = conform(read_cut(_delivered(Path(against)), rate or production.rate), matcher, os.path.exists)
        report = replace(report, changes=changes(delivered, report))
    return report


def _delivered(path: Path) -> Path:
    return path / CUT_FILE if path.is_dir() else path


def _keep(production: Production, report: ConformReport) -> list[str]:
    """Rate what is used as kept; those that changed."""
    kept: list[str] = []
    for take in report.used:
        found = production.find_take(take)
        if found is not None and found.rating is not Rating.KEPT:
            production.rate_take(take, Rating.KEPT)
            kept.append(take)
    return kept
