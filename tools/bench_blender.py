"""What the add-on costs Blender: python tools/bench_blender.py [--blenders 5.0 5.2] [--json FILE]

Two things are measured in a Blender of its own, with the built extension really installed and a scene of 200 shots:

    the timer   main-thread time of each tick while a job runs and the artist works, against the same without a job
    opening     a .blend whose production has 5,000 takes, with the add-on (and an engine) and without

Each figure is held against its baseline from the same run. The engine of the first is a double, so that a picture
and news come at a known pace; that of the second is a real one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from rushes.cli.output import table
from rushes.contracts import Brief, FrameRange, Metric, Rating, Size, Take, encode
from rushes.jobs.metrics import HEADINGS, all_ok, table_rows, write_json
from rushes.library.production import Production
from rushes.testing.engine import running_engine

ROOT = Path(__file__).resolve().parent.parent
INSIDE = Path(__file__).with_name("bench_blender_inside.py")
SHOTS, TAKES_EACH = 200, 25


def synthetic_production(root: Path) -> None:
    """200 shots with 25 takes each; the files of a take are there, their pictures are empty."""
    Production.create(root, "Bench", Fraction(24), Size(1280, 720))
    for number in range(SHOTS * TAKES_EACH):
        shot = f"{number // TAKES_EACH:03d}"
        take = _take(number, shot)
        folder = root / "shots" / shot / "takes" / take.id
        folder.mkdir(parents=True)
        recipe = {"camera": f"Camera {shot}", "range": encode(FrameRange(1, 24))}
        (folder / "take.json").write_text(json.dumps(encode(take)), encoding="utf-8")
        (folder / "recipe.json").write_text(json.dumps(recipe), encoding="utf-8")
        for name in ("clip.mp4", "poster.png"):
            (folder / name).touch()
    Production.open(root).reindex()


def _take(number: int, shot: str) -> Take:
    take = Take(
        id=f"t{number:06d}",
        shot=shot,
        created=f"2026-01-01T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}+00:00",
        seed=number,
        brief=Brief(subject="a boat", mood="warm"),
        generator="fake",
        recipe_hash=f"{number:064x}",
        size=Size(1280, 720),
        frame_count=24,
        rate=Fraction(24),
        seconds=10.0,
        origin={"camera": "ab12cd34", "geometry": "cd34ab12", "brief": "ef", "look": "12", "blend": "/x/y.blend"},
    )
    return replace(take, rating=Rating.KEPT) if number % TAKES_EACH == 0 else take


def measure(version: str, extension: Path, folder: Path) -> list[Metric]:
    """Run the inside part in one Blender, next to a real engine."""
    python = ROOT / ".venvs" / ("bpy" + version.replace(".", "")) / "bin" / "python"
    if not python.exists():
        sys.exit(f"Blender {version} is not set up: python3 tools/setup_env.py blender{version.replace('.', '')}")
    production, home = folder / "Bench", folder / "engine home"
    synthetic_production(production)
    answer = folder / "figures.json"
    with running_engine(home):
        env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
        env |= {
            "RUSHES_EXTENSION": str(extension),
            "RUSHES_HOME": str(home),
            "BLENDER_USER_RESOURCES": str(folder / "user"),
        }
        command = [str(python), str(INSIDE), str(production), str(SHOTS), str(answer)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode or not answer.exists():
        sys.exit(f"Blender {version} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}")
    return judged(version, json.loads(answer.read_text(encoding="utf-8")))


def judged(version: str, found: dict[str, float]) -> list[Metric]:
    """The figures against their bars."""

    def tick(what: str, limit: float | None) -> Metric:
        return Metric.judged(
            f"{version}: timer {what}",
            found[f"busy_{what}"],
            "ms",
            reference=found[f"idle_{what}"],
            compare="<=" if limit else None,
            limit=limit,
            note=f"{found['ticks']:.0f} ticks; without a job: {found[f'idle_{what}']:.2f}",
        )

    return [
        tick("p50", None),
        tick("p99", 4.0),
        tick("max", 16.0),
        Metric.judged(
            f"{version}: opening adds",
            found["open_with"] - found["open_without"],
            "ms",
            reference=found["open_without"],
            compare="<=",
            limit=100.0,
            note=f"{found['open_with']:.1f} with, {found['open_without']:.1f} without; median of {found['opens']:.0f}",
        ),
        Metric.judged(f"{version}: ticks until lists show", found["settle_sum"], "ms", note="main-thread time in all"),
        Metric.judged(f"{version}: longest of them", found["settle_max"], "ms", compare="<=", limit=16.0),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what the add-on costs Blender.")
    parser.add_argument("--blenders", nargs="+", default=["5.0", "5.2"], metavar="VERSION")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    given = parser.parse_args()
    metrics: list[Metric] = []
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as name:
        build = [sys.executable, str(ROOT / "tools" / "build_extension.py"), "--out", name]
        subprocess.run(build, check=True, capture_output=True)
        (extension,) = Path(name).glob("rushes-*.zip")
        for version in given.blenders:
            folder = Path(name, version)
            folder.mkdir()
            metrics += measure(version, extension, folder)
    table(HEADINGS, table_rows(metrics), title="The add-on in Blender")
    if given.json:
        write_json(metrics, given.json)
    return 0 if all_ok(metrics) else 1


if __name__ == "__main__":
    sys.exit(main())
