"""What the commands write: consoles that work on any terminal, errors in one sentence, tables."""

from __future__ import annotations

import functools
import io
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["err", "explain", "out", "prepare_streams", "say_path", "table"]


_NARROW = 64
"""Columns below which a table would be torn to shreds."""


def prepare_streams() -> None:
    """A character that the console's encoding lacks becomes "?" instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@functools.cache
def out() -> Console:
    """Console for results. Honours NO_COLOR; long words are kept whole when it is not a terminal."""
    return _console(stderr=False)


@functools.cache
def err() -> Console:
    """Console for progress and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 120
    return Console(stderr=stderr, highlight=False, soft_wrap=False, width=width, emoji=False)


def explain(exc: Exception) -> int:
    """Print an error as a sentence with its hint to standard error; the exit code."""
    from rich.markup import escape

    from rushes.errors import JobCancelled, RushesError

    if os.environ.get("RUSHES_DEBUG"):
        import traceback

        traceback.print_exception(exc)
    if isinstance(exc, RushesError):
        err().print(f"[bold red]Error:[/] {escape(exc.message)}")
        if exc.hint:
            err().print(f"[dim]{escape(exc.hint)}[/]")
        return 130 if isinstance(exc, JobCancelled) else 1
    if isinstance(exc, ModuleNotFoundError):
        err().print(f"[bold red]Error:[/] {escape(str(exc.name))} is not installed.")
        err().print('[dim]Install Rushes with its engine: pip install "rushes\\[engine]".[/]')
        return 1
    if isinstance(exc, UnicodeEncodeError) and "surrogates" in exc.reason:
        err().print("[bold red]Error:[/] A name holds letters that this terminal's language setting cannot read.")
        err().print("[dim]Set a UTF-8 one (export LC_ALL=C.UTF-8) and run it again.[/]")
        return 1
    err().print(f"[bold red]Error:[/] {escape(type(exc).__name__)}: {escape(str(exc))}")
    err().print("[dim]This should not happen. Run it again with `rushes --debug ...` and send what it prints.[/]")
    return 1


def say_path(label: str, path: Path | str) -> None:
    """A line with a path that is never wrapped, so that it can be copied."""
    out().print(f"{label} {path}", markup=False, soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> None:
    """A table; columns that begin with ">" are aligned to the right. A narrow terminal gets a block for each row."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    if out().width < _NARROW:
        _blocks([name.lstrip(">") for name in columns], rows, title)
        return
    drawn = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for name in columns:
        right = name.startswith(">")
        drawn.add_column(name.lstrip(">"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*[Text(str(cell)) for cell in row])
    out().print(drawn)


def _blocks(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None) -> None:
    if title:
        out().print(title, markup=False)
    for row in rows:
        cells = [(name, str(cell)) for name, cell in zip(columns, row) if str(cell)]
        for place, (name, cell) in enumerate(cells):
            head = "" if place == 0 else f"  {name}: " if name else "  "
            out().print(f"{head}{cell}", markup=False)
