"""The command `rushes`: its groups, its options for all commands, its exit codes.

Exit codes: 0 well, 1 an error told in words, 2 a wrong call, 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any, cast

import typer

from rushes.cli import (
    clip,
    datasets,
    deliver,
    engine,
    figures,
    grades,
    live,
    machine,
    project,
    resolve,
    shooting,
    takes,
)
from rushes.cli.output import explain, prepare_streams

__all__ = ["app", "run"]

app = typer.Typer(
    name="rushes",
    help="Turns a 3D blockout into shots. Start with `rushes new FOLDER`, then, inside it, `rushes shoot FILE.blend`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help is twice as quick and reads the same on any terminal
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("new")(shooting.new)
app.command("shots")(shooting.shots)
app.command("passes")(shooting.passes)
app.command("shoot")(shooting.shoot)
app.command("explore")(live.explore)
app.command("look")(live.look)
app.command("project")(project.project)
app.command("clip")(clip.clip)
app.add_typer(takes.app, name="takes")
app.add_typer(grades.app, name="grades")
app.add_typer(engine.app, name="engine")
app.add_typer(engine.jobs_app, name="jobs")
app.add_typer(resolve.app, name="resolve")
app.add_typer(machine.models_app, name="models")
app.add_typer(deliver.app, name="deliver")
app.command("conform")(deliver.conform)
app.command("doctor")(machine.doctor)
app.command("reindex")(machine.reindex)
app.command("demo")(figures.demo)
app.command("eval")(figures.evaluate)
app.command("bench")(figures.bench)
app.add_typer(figures.train_app, name="train")
app.add_typer(datasets.dataset_app, name="dataset")

# Typer carries its own click from 0.2x on and uses the installed one before: the class is taken from its family.
_CallError = next(cls for cls in typer.BadParameter.__mro__ if cls.__name__ == "ClickException")


def _version(asked: bool) -> None:
    if asked:
        from rushes import __version__

        typer.echo(f"rushes {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[
        bool, typer.Option("--debug", help="On an error, show where it came from in the program.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    if debug:
        import logging

        os.environ["RUSHES_DEBUG"] = "1"
        logging.basicConfig(level=logging.DEBUG)


def run() -> None:
    """Entry point of the `rushes` program."""
    prepare_streams()
    try:
        code = app(standalone_mode=False)
    except typer.Abort:  # Ctrl-C outside of a job, or the end of input at a question
        typer.echo("Stopped.", err=True)
        code = 130
    except BrokenPipeError:  # `rushes takes list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as exc:  # noqa: BLE001 - the program's edge: every error becomes a sentence
        code = _call_error(exc) if isinstance(exc, _CallError) else explain(exc)
    sys.exit(code if isinstance(code, int) else 0)


def _call_error(exc: Any) -> int:
    """Say how the command is used; 2."""
    exc.show()
    return cast(int, exc.exit_code)
