"""`rushes resolve`: the menu inside DaVinci Resolve."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from rushes.cli.common import find_resolve_scripts
from rushes.cli.output import out, say_path, table

__all__ = ["app"]

app = typer.Typer(help="Rushes inside DaVinci Resolve: its menu there.", no_args_is_help=True)

FolderOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--folder", help="A Scripts folder (…/Fusion/Scripts) to use instead of those found.", show_default=False
    ),
]


def _parts() -> tuple[Any, Any, Any, Any, Any]:
    import importlib

    find_resolve_scripts()
    names = ("setup.put", "setup.look", "setup.places", "store", "actions.choose_production")
    put, look, places, store, choose = (importlib.import_module(f"resolve_scripts.{name}") for name in names)
    return put, look, places, store, choose


@app.command()
def install(
    folder: FolderOption = None,
    all_users: Annotated[
        bool, typer.Option("--all-users", help="Also into the folders of all users; may need an administrator.")
    ] = False,
) -> None:
    """Put the entries of Rushes into Resolve's menu; again to repair or update them."""
    put, _, places, store, _ = _parts()
    done = put.install(
        store.Store.default(),
        places.Machine(),
        folders=folder or [],
        all_users=all_users,
        engine_python=sys.executable,
    )
    for menu in done.menus:
        say_path(f"{done.entries} entries in", menu)
    for note in done.notes:
        out().print(f"Note: {note}", markup=False)
    out().print("In Resolve: Workspace > Scripts > Rushes. Start Choose Production there first.")


@app.command()
def uninstall() -> None:
    """Take away what install wrote; settings and notes stay."""
    put, _, _, store, _ = _parts()
    where = store.Store.default()
    gone = put.uninstall(where)
    say_path(f"Removed {gone.files} files. Settings and notes stay in", where.root)
    for path in gone.kept:
        say_path("Changed by somebody, so it stays:", path)
    for path in gone.denied:
        say_path("Could not be removed; run this once more as an administrator:", path)
    if gone.denied:
        raise typer.Exit(1)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check Resolve, its menu, its Python, the LUT folder, the engine and the production."""
    _, look, places, store, _ = _parts()
    found = look.Doctor(store.Store.default(), places.Machine()).checks()
    if as_json:
        typer.echo(json.dumps(look.as_data(found), indent=1))
    else:
        rows: list[tuple[str, ...]] = []
        for check in found:
            rows.append((check.name, check.mark, check.found))
            if check.hint:
                rows.append(("", "", check.hint))
        table(("", "", "found"), rows)
    if any(check.mark == "MISSING" for check in found):
        raise typer.Exit(1)


@app.command()
def production(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", show_default=False, help="The production; without it, tells which."),
    ] = None,
) -> None:
    """The production of Resolve projects that have not chosen one themselves."""
    _, _, _, store, choose = _parts()
    where = store.Store.default()
    if folder is not None:
        where.set_default(choose.production_folder(str(folder.absolute())))
    settings = where.settings()
    if settings.default:
        say_path("Production", settings.default)
    else:
        out().print("No production is set; each Resolve project chooses its own in Rushes > Choose Production.")
    for project, its in settings.projects.items():
        say_path(f"Resolve project {project}:", its)
