"""`rushes demo`, `eval`, `bench`, `train`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rushes.cli.common import JsonOption, engine_client, find_resolve_scripts
from rushes.cli.output import out, say_path, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rushes.contracts import JobContext, Metric
    from rushes.jobs.bench import BenchSettings
    from rushes.jobs.demo import Ask
    from rushes.jobs.registry import Services

__all__ = ["bench", "demo", "evaluate", "forward", "train_app"]

train_app = typer.Typer(help="Train models of your own.", no_args_is_help=True)
_QUEUE = "50 jobs with the worker killed at random: nothing lost, nothing half"
_RESOLVE = "1,000 random sequences, API calls, placements and grades against a double of Resolve"


def demo(
    folder: Annotated[Path, typer.Option("--out", help="Where to make it.")] = Path("demo_out"),
    generator: Annotated[
        str, typer.Option(envvar="RUSHES_GENERATOR", help="Model; see `rushes models list`.")
    ] = "house",
    takes: Annotated[int, typer.Option(min=1, max=16, help="Takes of each shot.")] = 2,
    frames: Annotated[int, typer.Option(min=0, help="Longest take; 0: whole shots.")] = 24,
    model_size: Annotated[str, typer.Option(metavar="WxH", help="Size the model works at.")] = "512x288",
    blend: Annotated[Path | None, typer.Option(help="Another scene than the demo's.", show_default=False)] = None,
) -> None:
    """Make the demo production: takes of every shot, contact sheets, a reel, a take on the scene, summary.json."""
    from rushes.contracts import Size
    from rushes.jobs.bench import demo_blend
    from rushes.jobs.demo import DemoSettings, make_demo

    client = engine_client()

    def run_jobs(asks: Sequence[Ask]) -> list[dict[str, Any]]:
        from rushes.cli.follow import Followed, follow, result_or_raise

        jobs = [Followed(a.label, client.submit(a.request).id) for a in asks]
        if follow(client, jobs):
            raise typer.Exit(130)
        return [result_or_raise(j) for j in jobs]

    scene = (blend or demo_blend()).expanduser().absolute()
    summary = make_demo(scene, folder, run_jobs, DemoSettings(generator, takes, frames, Size.parse(model_size)))
    rows = [
        (t["shot"], t["id"], t["seed"], t["frames"], f"{t['seconds']:.1f}", _error(t), "kept" if t["kept"] else "")
        for t in summary["takes"]
    ]
    table(("shot", "take", ">seed", ">frames", ">seconds", ">warp error", ""), rows)
    for found in summary["takes"]:
        say_path("  take ", found["file"])
    for sheet in summary["sheets"]:
        say_path("  sheet", sheet)
    say_path("  reel ", summary["reel"])
    say_path("  projected", summary["projected"]["clip"])
    say_path("  all of it in", folder.expanduser().absolute() / "summary.json")


def _error(take: Mapping[str, Any]) -> str:
    return "" if take["warp_error"] is None else f"{take['warp_error']:.2f}"


def _measure(names: Sequence[str], title: str, json: Path | None, settings: BenchSettings) -> None:
    from rushes.cli.local import run_here
    from rushes.client import rushes_home
    from rushes.jobs.evals import EVALUATIONS, Evaluation, run_evaluations
    from rushes.jobs.metrics import HEADINGS, all_ok, table_rows, write_json
    from rushes.jobs.registry import Services

    known = {
        **EVALUATIONS,
        "queue": Evaluation(_QUEUE, _queue),
        "resolve": Evaluation(_RESOLVE, _resolve),
    }
    services = Services(home=rushes_home())
    settings.put(services)
    metrics = run_here(lambda context: run_evaluations(names, services, context, known))
    table(HEADINGS, table_rows(metrics), title=title)
    if json is not None:
        write_json(metrics, json.expanduser().absolute())
        say_path("Figures in", json)
    if settings.sheets is not None:
        say_path("Sheets in", settings.sheets)
    if not all_ok(metrics):
        out().print("Not every figure holds its bar.")
        raise typer.Exit(1)


def _absolute(path: Path | None) -> Path | None:
    return path.expanduser().absolute() if path else None


def _queue(services: Services, context: JobContext) -> tuple[Metric, ...]:
    """The engine is our neighbour, not below us: reached by name, as when it is started."""
    import importlib

    return importlib.import_module("rushes.engine.stress").queue_metrics()


def _resolve(services: Services, context: JobContext) -> Iterable[Metric]:
    """The scripts lie beside the package, not in it."""
    import importlib

    find_resolve_scripts()
    return importlib.import_module("rushes.testing.resolve.measure").measure_resolve(services, context)


BlendOption = Annotated[Path | None, typer.Option(help="Another scene than the demo's.", show_default=False)]
GeneratorOption = Annotated[str, typer.Option(envvar="RUSHES_GENERATOR", help="Model to measure.")]


def evaluate(
    name: Annotated[str | None, typer.Argument(help="What to measure; none: list what there is.")] = None,
    json: JsonOption = None,
    blend: BlendOption = None,
    generator: GeneratorOption = "house",
    sheets: Annotated[
        Path | None,
        typer.Option(help="With `house`, `projection`, `clip`: write picture sheets here.", show_default=False),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="With `house`: another model's folder, measured beside it.", show_default=False)
    ] = None,
    blenders: Annotated[
        str,
        typer.Option(metavar="LIST", help="With `projection`: versions or paths, such as 4.2,5.2.", show_default=False),
    ] = "",
) -> None:
    """Measure one thing and hold it against its bar."""
    if name is None:
        from rushes.jobs.evals import EVALUATIONS

        rows = [(key, value.about) for key, value in EVALUATIONS.items()]
        table(("name", "what it measures"), [*rows, ("queue", _QUEUE), ("resolve", _RESOLVE)])
        return
    from rushes.jobs.bench import BenchSettings

    if (name != "house" and baseline) or (name not in ("house", "projection", "clip") and sheets):
        raise typer.BadParameter(f"`rushes eval {name}` has no --sheets or --baseline.")
    if name != "projection" and blenders:
        raise typer.BadParameter("--blenders belongs to `rushes eval projection`.")
    asked = tuple(part.strip() for part in blenders.split(",") if part.strip())
    settings = BenchSettings(
        _absolute(blend), generator, baseline=_absolute(baseline), sheets=_absolute(sheets), blenders=asked
    )
    _measure([name], f"Evaluation: {name}", json, settings)


def bench(json: JsonOption = None, blend: BlendOption = None, generator: GeneratorOption = "house") -> None:
    """Measure speeds and memory on this machine."""
    from rushes.jobs.bench import BenchSettings
    from rushes.jobs.evals import BENCH

    _measure(BENCH, "Bench", json, BenchSettings(_absolute(blend), generator))


@train_app.command(
    "house", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def train_house(context: typer.Context) -> None:
    """Train the house model on prepared pictures; goes on where it stopped. See `rushes train house --help`."""
    forward("rushes.training.house", context.args)


@train_app.command(
    "classifier", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def train_classifier(context: typer.Context) -> None:
    """Train the classifier that judges pictures. See `rushes train classifier --help`."""
    forward("rushes.training.classifier", context.args)


@train_app.command(
    "ablate", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def train_ablate(context: typer.Context) -> None:
    """Measure what each loss of the house model is good for. See `rushes train ablate --help`."""
    forward("rushes.training.ablate", context.args)


def forward(module: str, arguments: list[str]) -> None:
    """Hand the rest of the command line to a trainer's own `main`."""
    import importlib
    import logging

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    code = importlib.import_module(module).main(arguments)
    if code:
        raise typer.Exit(int(code))
