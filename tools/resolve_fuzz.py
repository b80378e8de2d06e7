"""Run random sequences of the Resolve actions against the double of Resolve, and tell what did not hold.

python tools/resolve_fuzz.py --sequences 1000 --seed 0
python tools/resolve_fuzz.py --only 4711          # one sequence again
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "core")]

from rushes.testing.resolve.fuzz import FuzzReport, run_sequences  # noqa: E402 (the paths come first)
from rushes.testing.resolve.world import fuzz_actions  # noqa: E402


def main() -> int:
    """1 when something did not hold."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sequences", type=int, default=1000)
    asked.add_argument("--steps", type=int, default=6)
    asked.add_argument("--seed", type=int, default=0, help="of the first sequence")
    asked.add_argument("--only", type=int, help="seed of the one sequence to run")
    given = asked.parse_args()
    seeds = range(given.seed, given.seed + given.sequences) if given.only is None else [given.only]
    logging.disable(logging.WARNING)
    report, begun = FuzzReport(), time.monotonic()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            report.add(run_sequences([seed], fuzz_actions, Path(folder), steps=given.steps))
    tell(report, time.monotonic() - begun)
    return int(bool(report.failures))


def tell(report: FuzzReport, seconds: float) -> None:
    """Figures, then failures."""
    print(f"{report.sequences} sequences, {report.steps} actions run, {seconds:.0f} s")
    for title, table in (("changed", report.done), ("nothing to do", report.idle), ("refused", report.refused)):
        print(f"{title}: {sum(table.values())}")
        for name, times in sorted(table.items(), key=lambda each: -each[1]):
            print(f"  {times:6} {name}")
    print(f"failures: {len(report.failures)}")
    for each in report.failures:
        print(f"  {each}")


if __name__ == "__main__":
    sys.exit(main())
