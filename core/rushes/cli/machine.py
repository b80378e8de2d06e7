"""`rushes models`, `doctor`, `reindex`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rushes.cli.common import ProductionOption
from rushes.cli.output import out, say_path, table

__all__ = ["doctor", "models_app", "reindex"]

models_app = typer.Typer(help="Models that can make takes.", no_args_is_help=True)


@models_app.command("list")
def list_models() -> None:
    """Models that Rushes knows, and whether they can be used here."""
    from rushes.generators.registry import builtin_registry

    rows: list[tuple[str, ...]] = []
    for found in builtin_registry().listings():
        about = found.descriptor
        name = about.name if about else "(broken)"
        size = str(about.sizes.native) if about else ""
        rows.append((found.id, name, size, "yes" if found.installed else "no", about.licence if about else ""))
        if not found.installed:
            rows.append(("", found.hint, "", "", ""))
    table(("model", "name", "works at", "ready", "licence"), rows)


@models_app.command("show")
def show_model(id: Annotated[str, typer.Argument(metavar="MODEL")] = "house") -> None:
    """What a model can do, and the words it knows."""
    from rushes.contracts import rate_text
    from rushes.generators.registry import builtin_registry

    about = builtin_registry().get(id).descriptor
    frames = about.frames
    length = "any length" if frames.multiple == 1 else f"{frames.multiple}·n + {frames.offset} frames"
    rows = [
        ("family", about.family),
        ("licence", about.licence),
        ("sizes", f"multiples of {about.sizes.multiple}, best at {about.sizes.native}, "
                  f"at most {about.sizes.max_pixels} pixels"),
        ("length", length + (f", at most {frames.maximum}" if frames.maximum else "")),
        ("rates", ", ".join(rate_text(r) for r in about.rates) or "any"),
        ("steps", f"{about.steps[0]} to {about.steps[2]}, {about.steps[1]} unless asked"),
        ("looks at", ", ".join(c.name for c in about.conditionings)),
        ("memory", f"{about.memory_mb} MB" if about.memory_mb else "not known"),
        ("limits", about.limits),
    ]  # fmt: skip
    rows += [(f"words: {f.name.replace('_', ' ')}", ", ".join(f.words) or "free text") for f in about.vocabulary]
    table(("", about.name), rows)


@models_app.command("export")
def export_model(
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where the ONNX files go.", show_default=False)],
    folder: Annotated[Path | None, typer.Option("--model", help="Another house model than the one shipped.")] = None,
    int8: Annotated[
        bool, typer.Option("--int8", help="Weights in 8 bits: a third of the size, a little less exact.")
    ] = False,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", metavar="FOLDER", help="Prepared pictures to check with; needed for --int8."),
    ] = None,
) -> None:
    """Write the house model as ONNX, checked against itself."""
    from rushes.models.house.export import check_inputs, export_onnx
    from rushes.models.house.load import load_house
    from rushes.models.placement import choose
    from rushes.models.store import ModelStore, pipeline_folder

    chosen = ModelStore().find("house_model") if folder is None else pipeline_folder(folder, "house model")
    frames = check_inputs(pictures, int8=int8)
    found = export_onnx(load_house(chosen, choose("cpu")), to, frames, int8=int8)
    say_path("ONNX", found.folder)
    out().print(
        f"{found.megabytes:.1f} MB; against the model itself on {len(frames)} pictures: "
        f"mean {found.mean:.4f}, worst {found.worst:.3f} of 255 levels.",
        markup=False,
    )


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Do not start Blender.")] = False,
) -> None:
    """Check this machine: Blender, the engine, models, disk, GPU. Says what to do about what is missing."""
    from rushes.cli.checks import checks

    rows: list[tuple[str, ...]] = []
    bad = 0
    for check in checks(quick=quick):
        rows.append((check.name, check.mark, check.found))
        if check.hint:
            rows.append(("", "", check.hint))
        bad += check.mark == "MISSING"
    table(("", "", "found"), rows)
    if bad:
        out().print(f"{bad} thing{'s are' if bad > 1 else ' is'} missing.")
        raise typer.Exit(1)
    out().print("Everything that is needed is here.")


def reindex(production: ProductionOption = None) -> None:
    """Build the indexes again: the engine's from its job folders, the production's from its takes."""
    import importlib

    from rushes.client import rushes_home
    from rushes.library.production import Production

    if (rushes_home() / "engine").is_dir():
        # The engine is our neighbour, not below us: reached by name, as when it is started.
        jobs = importlib.import_module("rushes.engine.store").reindex(rushes_home())
        out().print(f"Engine: {jobs} job{'' if jobs == 1 else 's'}.")
    folder = production or Production.find(Path.cwd())
    if folder is not None:
        opened = Production.open(folder)
        count = opened.reindex()
        out().print(f"{opened.name}: {count} take{'' if count == 1 else 's'}.", markup=False)
