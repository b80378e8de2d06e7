"""`rushes engine` and `rushes jobs`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from rushes.cli.common import engine_client
from rushes.cli.output import out, say_path, table

__all__ = ["app", "jobs_app"]

app = typer.Typer(help="The engine: the process that does the work. It starts by itself.", no_args_is_help=True)
jobs_app = typer.Typer(help="Jobs of the engine.", no_args_is_help=True)


@app.command()
def start(
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: one for each GPU, else one.")] = 0,
    blender: Annotated[str | None, typer.Option(help="Blender to use; else it is looked for.")] = None,
    doubles: Annotated[bool, typer.Option("--doubles", hidden=True, help="Offer the test doubles too.")] = False,
) -> None:
    """Start the engine, unless it runs."""
    from rushes.client import ensure_engine

    options = [*(["--workers", str(workers)] if workers else []), *(["--blender", blender] if blender else [])]
    begun = time.monotonic()
    info = ensure_engine(options=[*options, *(["--doubles"] if doubles else [])]).info()
    out().print(f"The engine runs (process {info.pid}, {info.workers} worker), {time.monotonic() - begun:.1f} s.")
    if time.time() - info.started > 30 and options:
        out().print("It ran before: its settings stay until it is stopped and started again.")
    say_path("Data", info.home)


@app.command()
def stop() -> None:
    """Stop the engine; unfinished jobs go on at its next start."""
    from rushes.client import connect, rushes_home
    from rushes.client.locks import FileLock
    from rushes.errors import EngineUnreachable

    try:
        connect().shutdown()
    except EngineUnreachable:
        out().print("No engine runs.")
        return
    from rushes.client import EngineHome

    lock = FileLock(EngineHome(rushes_home()).engine_lock)
    end = time.monotonic() + 20
    while lock.taken_elsewhere() and time.monotonic() < end:
        time.sleep(0.05)
    out().print("The engine has stopped." if not lock.taken_elsewhere() else "The engine is still stopping.")


@app.command()
def status() -> None:
    """Whether the engine runs, and what it does."""
    from rushes.client import connect
    from rushes.errors import EngineUnreachable

    try:
        client = connect()
        info = client.info()
    except EngineUnreachable:
        out().print("No engine runs. It starts with the first job.")
        raise typer.Exit(1) from None
    active = client.jobs(active=True)
    out().print(
        f"The engine {info.version} runs (process {info.pid}, {info.workers} worker, "
        f"{(time.time() - info.started) / 60:.0f} min), {len(active)} jobs.",
        markup=False,
    )
    say_path("Data", info.home)


@app.command()
def logs(
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 40,
) -> None:
    """The last lines of the engine's and the workers' logs."""
    from rushes.client import EngineHome, rushes_home

    files = EngineHome(rushes_home())
    found = [files.log, *sorted(files.worker_logs.glob("*.log"))] if files.folder.is_dir() else []
    for path in found:
        if path.is_file():
            say_path("==>", path)
            out().print("\n".join(_tail(path, lines)), markup=False, soft_wrap=True)
    if not any(p.is_file() for p in found):
        out().print("There are no logs yet.")


def _tail(path: Path, lines: int) -> list[str]:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 400 * lines))
        return file.read().decode("utf-8", "replace").splitlines()[-lines:]


@jobs_app.command("list")
def list_jobs(
    everything: Annotated[bool, typer.Option("--all", help="Also those that ended.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 30,
) -> None:
    """Jobs, newest first."""
    rows = [
        (s.id, s.request.kind, str(s.request.params.get("shot", "")), s.state.value, f"{s.progress:.0%}",
         s.stage if not s.state.ended else (s.error or {}).get("message", ""))
        for s in engine_client().jobs(active=not everything, limit=limit)
    ]  # fmt: skip
    if rows:
        table(("job", "kind", "shot", "state", ">done", ""), rows)
    else:
        out().print("No jobs." if everything else "No jobs wait or run. `rushes jobs list --all` shows the others.")


@jobs_app.command("cancel")
def cancel(ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Jobs to cancel.")]) -> None:
    """Cancel jobs; finished takes stay."""
    client = engine_client()
    for job in ids:
        state = client.cancel(job).state.value
        out().print(f"{job}: {'stopping' if state == 'running' else state}", markup=False)
