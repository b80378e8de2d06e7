"""What several commands need: the production, the engine, options of the same name."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rushes.client import Client
    from rushes.library.production import Production

__all__ = [
    "JsonOption",
    "ProductionOption",
    "engine_client",
    "find_production",
    "find_resolve_scripts",
    "open_production",
    "writing",
]

ProductionOption = Annotated[
    Path | None,
    typer.Option(
        "--production",
        "-p",
        envvar="RUSHES_PRODUCTION",
        show_default=False,
        help="Production folder; else the one that holds the current folder.",
    ),
]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")]


def find_production(given: Path | None) -> Path:
    """The production folder: given, else around the current folder. ProductionError `production.missing`."""
    from rushes.errors import ProductionError
    from rushes.library.production import Production

    if given is not None:
        return given.expanduser().absolute()
    found = Production.find(Path.cwd())
    if found is None:
        raise ProductionError(
            f"{Path.cwd()} is not inside a production.",
            code="production.missing",
            hint="Make one with `rushes new FOLDER`, go into one, or name it with --production.",
        )
    return found


def open_production(given: Path | None) -> Production:
    """Open what `find_production` finds."""
    from rushes.library.production import Production

    return Production.open(find_production(given))


def engine_client() -> Client:
    """A client of the running engine, started when there is none. RUSHES_ENGINE_OPTIONS are passed to a new one."""
    import shlex

    from rushes.client import ensure_engine

    return ensure_engine(options=shlex.split(os.environ.get("RUSHES_ENGINE_OPTIONS", "")))


def find_resolve_scripts() -> None:
    """Have `resolve_scripts` importable: installed beside us, or in the checkout that we are run from."""
    import rushes

    beside = Path(rushes.__file__).resolve().parents[2]
    if (beside / "resolve_scripts" / "__init__.py").is_file() and str(beside) not in sys.path:
        sys.path.append(str(beside))


@contextmanager
def writing(target: Path, hint: str = "Give another place, one that you may write to.") -> Generator[None, None, None]:
    """InputError `cli.out` instead of an OSError while `target` is written; no room on the disk stays DiskFullError."""
    from rushes.errors import InputError, disk_full_as_error

    try:
        with disk_full_as_error(target):
            yield
    except OSError as exc:
        words = exc.strerror or str(exc)
        raise InputError(f"{target} cannot be written: {words}.", code="cli.out", hint=hint) from exc
