"""`rushes dataset`: training pictures of the house model, made and looked through."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rushes.cli.common import JsonOption
from rushes.cli.figures import forward
from rushes.cli.output import out, say_path, table

__all__ = ["dataset_app"]

dataset_app = typer.Typer(help="Data for training.", no_args_is_help=True)

_FORWARDED: dict[str, Any] = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}
PicturesArgument = Annotated[Path, typer.Argument(help="Folder made by `rushes dataset make` or `prepare`.")]


@dataset_app.command("make", context_settings=_FORWARDED)
def dataset_make(context: typer.Context) -> None:
    """Render and paint training scenes on all cores; goes on where it stopped. See `rushes dataset make --help`."""
    forward("rushes.training.farm", context.args)


@dataset_app.command("synth", context_settings=_FORWARDED)
def dataset_synth(context: typer.Context) -> None:
    """Only render procedural scenes. See `rushes dataset synth --help`."""
    forward("rushes.training.synth", context.args)


@dataset_app.command("prepare", context_settings=_FORWARDED)
def dataset_prepare(context: typer.Context) -> None:
    """Only turn rendered scenes into pictures to train on. See `rushes dataset prepare --help`."""
    forward("rushes.training.dataset", context.args)


@dataset_app.command("lint")
def dataset_lint(
    pictures: PicturesArgument,
    json: JsonOption = None,
    every: Annotated[int, typer.Option(min=1, help="Open only every so manieth scene; notes are always read.")] = 1,
) -> None:
    """Look pictures through: torn, twice there, empty, one-sided, wrong motion. Ends with 1 when a bar is missed."""
    from rushes.jobs.metrics import HEADINGS, all_ok, table_rows, write_json
    from rushes.training.lint import lint

    metrics = lint(pictures, every=every)
    table(HEADINGS, table_rows(metrics), title=f"Pictures in {pictures}")
    if json is not None:
        write_json(metrics, json.expanduser().absolute())
        say_path("Figures in", json)
    if not all_ok(metrics):
        out().print("Not every figure holds its bar.")
        raise typer.Exit(1)


@dataset_app.command("sheet")
def dataset_sheet(
    pictures: PicturesArgument,
    file: Annotated[Path | None, typer.Option("--out", help="PNG; else sheet.png in the folder.")] = None,
) -> None:
    """A contact sheet: what the model is given and what it shall make, for every place and hour."""
    from rushes.training.datasheet import write_sheet

    target = file or pictures / "sheet.png"
    write_sheet(pictures, target)
    say_path("Sheet in", target)


@dataset_app.command("datasheet")
def dataset_datasheet(
    pictures: PicturesArgument,
    file: Annotated[Path | None, typer.Option("--out", help="Markdown; else DATASHEET.md in the folder.")] = None,
) -> None:
    """Write the datasheet: what the pictures hold, counted, how they came about, what they are not for."""
    from rushes.training.datasheet import write_datasheet

    target = file or pictures / "DATASHEET.md"
    write_datasheet(pictures, target)
    say_path("Datasheet in", target)
