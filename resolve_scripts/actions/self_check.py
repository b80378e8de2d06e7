"""Does this Resolve behave as the scripts expect?"""

from __future__ import annotations

import json
import logging
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import rushes
from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.host.keep import kept
from resolve_scripts.host.session import Session
from resolve_scripts.logic.words import count
from resolve_scripts.selfcheck.bench import NAME, Bench, bench
from resolve_scripts.selfcheck.probes import PROBES, Probe, Untried
from resolve_scripts.store import Store, read_json, write_json
from rushes.errors import JobCancelled, RushesError

__all__ = ["ACTION", "Finding", "rules"]

_log = logging.getLogger("rushes.resolve")


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    rule: str
    text: str
    """What the double of Resolve that we test with does."""
    source: str
    """Who says so."""
    confirmed_on: str | None
    """Build on which somebody measured it."""
    agrees: bool | None
    """None: it could not be tried."""
    seen: str


def rules() -> dict[str, dict[str, Any]]:
    """Id of a rule → its text, source and confirmed_on."""
    return read_json(Path(__file__).parent.parent / "selfcheck" / "rules.json")


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """Try every probe in a bin and a timeline of our own, take both away, write the report."""
    desk.progress(0.0, f"Makes a bin and a timeline “{NAME}”, tries calls on them, and removes both.")
    findings: list[Finding] = []
    with kept(session), bench(session) as own:
        for place, (rule, probe) in enumerate(PROBES.items()):
            if desk.cancelled:
                raise JobCancelled("The self-check was stopped; its bin and its timeline are removed again.")
            desk.progress(place / len(PROBES), rule)
            findings.append(_try(own, rule, probe))
    path = _write(session, desk, findings)
    other = [one for one in findings if one.agrees is False]
    notes = [f"{one.rule}: {one.seen}. Expected: {one.text}" for one in other]
    notes += [f"{what} could not be removed; please delete it." for what in own.left]
    tried = sum(one.agrees is not None for one in findings)
    verdict = f"{count(len(other), 'behaves', 'behave')} differently" if other else "all as expected"
    text = f"{session.label}: {count(tried, 'habit')} tried, {verdict}. Report: {path}"
    return Outcome(text, 0, tuple(notes), {"report": str(path), "findings": [asdict(one) for one in findings]})


def _try(own: Bench, rule: str, probe: Probe) -> Finding:
    known = rules().get(rule, {})
    words = (str(known.get("text", "")), str(known.get("source", "")), known.get("confirmed_on"))
    agrees: bool | None
    try:
        own.session.check()
        agrees, seen = probe(own)
    except (Untried, RushesError) as exc:
        agrees, seen = None, f"could not be tried: {exc}"
    except (TypeError, AttributeError, ValueError, KeyError, IndexError, OSError) as exc:
        # A call that is missing, or an answer of another kind than ever seen: that is what this is for.
        _log.info("%s", rule, exc_info=True)
        agrees, seen = False, f"{type(exc).__name__}: {exc}"
    return Finding(rule, *words, agrees, seen)


def _write(session: Session, desk: Desk, findings: list[Finding]) -> Path:
    store: Store = getattr(desk, "store", None) or Store(Path(desk.home).parent.parent)
    about = {
        "resolve": ".".join(map(str, session.resolve.GetVersion() or session.version)),
        "studio": session.studio,
        "rushes": rushes.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "when": time.strftime("%Y-%m-%d %H:%M:%S"),
    }
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{'.'.join(map(str, session.version))}"
    path = store.reports / f"{name}.json"
    write_json(path, {**about, "findings": [asdict(one) for one in findings]})
    path.with_suffix(".txt").write_text("\n".join(_lines(about, findings)) + "\n", "utf-8")
    return path.with_suffix(".txt")


def _lines(about: Mapping[str, Any], findings: list[Finding]) -> Iterator[str]:
    yield "Rushes self-check: " + json.dumps(about, ensure_ascii=False)
    for title, which in (
        ("Different from what Rushes expects", False),
        ("Could not be tried", None),
        ("As expected", True),
    ):
        chosen = [one for one in findings if one.agrees is which]
        yield f"\n{title}: {len(chosen)}"
        for one in chosen:
            where = f"measured on {one.confirmed_on}" if one.confirmed_on else "never measured"
            yield f"  {one.rule}: {one.seen}"
            if which is not True:
                yield f"      expected: {one.text} ({one.source}; {where})"


ACTION = Action(
    "self_check",
    "Self-Check",
    "Tries how this Resolve behaves, in a bin and a timeline of its own that it removes again, and writes a report.",
    run,
)
