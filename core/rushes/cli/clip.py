"""`rushes clip`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rushes.cli.common import ProductionOption, engine_client, open_production, writing
from rushes.cli.output import out, say_path

if TYPE_CHECKING:
    from fractions import Fraction

    from rushes.contracts.clip import ClipJob
    from rushes.library.production import Production

__all__ = ["clip"]

_TREATMENTS = "take, restyle, extend, upscale, denoise, stabilise, interpolate, matte"


def clip(
    treatment: Annotated[str, typer.Argument(metavar="TREATMENT", help=f"One of: {_TREATMENTS}.", show_default=False)],
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A movie, or a sequence as shot_%04d.png.", show_default=False)
    ],
    first: Annotated[int, typer.Option("--first", min=0, help="First frame, counted from 0.")] = 0,
    frames: Annotated[
        int | None, typer.Option("--frames", min=1, help="How many; to the end unless given.", show_default=False)
    ] = None,
    take: Annotated[
        str,
        typer.Option("--take", metavar="ID", help="The take that it shows; told by itself for a take's own clip."),
    ] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting: strength=0.5, factor=4, scale=2, style=ink …"),
    ] = None,
    rate: Annotated[
        str, typer.Option("--rate", help="Frames per second; the movie's own, or the production's for a sequence.")
    ] = "",
    start_number: Annotated[int, typer.Option("--start-number", help="Number of a sequence's first file.")] = 0,
    timecode: Annotated[
        str, typer.Option("--timecode", help="Of the first frame that comes back; the movie's own unless given.")
    ] = "",
    copy: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Also copy what comes back here.")] = None,
    production: ProductionOption = None,
) -> None:
    """Treat a clip as an editor's timeline would send it: the file that comes back replaces it frame for frame."""
    from rushes.cli.follow import Followed, follow, result_or_raise
    from rushes.contracts import JobRequest, encode

    opened = open_production(production)
    job = _job(opened, treatment, file, first, frames, take, set_ or [], rate, start_number, timecode)
    client = engine_client()
    followed = Followed(f"{treatment} {Path(file).name}", client.submit(JobRequest("clip", encode(job), id=job.id)).id)
    if follow(client, [followed]):
        raise typer.Exit(130)
    found = result_or_raise(followed)
    made = f", take {found['take']}" if found["take"] else ""
    label = ", AI-generated" if found["generated"] else ""
    size = f"{found['size']['width']}×{found['size']['height']}"
    out().print(f"{found['frames']} frames of {size}{made}{label}", markup=False)
    path = Path(found["path"])
    if copy is not None:
        with writing(copy, hint=f"What came back is {path}; copy it from there."):
            path = _copied(path, copy.expanduser().absolute())
    say_path(" ", path)


def _job(
    production: Production,
    treatment: str,
    file: str,
    first: int,
    frames: int | None,
    take: str,
    settings: list[str],
    rate: str,
    start_number: int,
    timecode: str,
) -> ClipJob:
    from rushes.client import new_job_id
    from rushes.contracts.clip import ClipJob, Treatment
    from rushes.contracts.timecode import Timecode
    from rushes.media.footage import open_footage

    try:
        kind = Treatment(treatment)
    except ValueError as exc:
        raise typer.BadParameter(f"{treatment!r} is none of {_TREATMENTS}.", param_hint="TREATMENT") from exc
    path = Path(file).expanduser().absolute()
    speed, own = _timing(production, path, rate)
    total = open_footage(path, speed, start_number).total
    # A wrong range is told by the job itself, with the lengths.
    count = frames if frames is not None else max(1, total - first)
    start = Timecode.parse(timecode or own or "00:00:00:00", speed) + (0 if timecode else first)
    return ClipJob(
        production=str(production.root),
        id=new_job_id(),
        treatment=kind,
        media=str(path),
        rate=speed,
        first=first,
        frames=count,
        take=_take(production, path, take),
        name=path.stem.replace("%", "") if "%" in path.name else path.stem,
        timecode=start.frame,
        drop=start.drop,
        start_number=start_number,
        settings=_settings(settings),
    )


def _timing(production: Production, path: Path, rate: str) -> tuple[Fraction, str]:
    """(rate, start timecode or nothing)."""
    from rushes.contracts.timecode import parse_rate
    from rushes.media.video import probe

    if "%" in path.name or not path.is_file():
        return (parse_rate(rate) if rate else production.rate), ""
    info = probe(path)
    # A timecode means something at the rate it was written for only.
    same = not rate or parse_rate(rate) == info.rate
    return (parse_rate(rate) if rate else info.rate), (info.timecode or "") if same else ""


def _take(production: Production, path: Path, given: str) -> str:
    """The take that is meant: named, or the one whose own clip it is."""
    if given:
        return production.match_take(given).id
    home = path.resolve().parent
    if home.is_relative_to(production.root) and (home / "take.json").is_file():
        return home.name
    return ""


def _settings(texts: list[str]) -> dict[str, str]:
    """KEY=VALUE pairs; InputError `cli.pair` for anything else."""
    from rushes.errors import InputError

    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InputError(
                f"{text!r} does not say what to set.", code="cli.pair", hint="Write it as --set strength=0.5."
            )
        found[key.strip()] = value.strip()
    return found


def _copied(path: Path, target: Path) -> Path:
    import shutil

    from rushes.media.pictures import beside

    if target.is_dir():
        target = target / path.name
    with beside(target) as draft:
        shutil.copyfile(path, draft)
    return target
