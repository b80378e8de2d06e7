"""`rushes deliver` and `rushes conform`: a cut to an editor as files, and what comes back."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rushes.cli.common import JsonOption, ProductionOption, open_production, writing
from rushes.cli.output import err, out, say_path, table

if TYPE_CHECKING:
    from rushes.delivery.conform import ConformReport, ConformRow

__all__ = ["app", "conform"]

app = typer.Typer(help="A cut to an editor, as a folder of files.", no_args_is_help=True)


class _Arrangement(str, Enum):
    joined = "joined"
    scene = "scene"


class _Space(str, Enum):
    rec709 = "rec709"
    davinci_intermediate = "davinci_intermediate"
    acescct = "acescct"


@app.callback()
def deliver() -> None:
    """A cut to an editor, as a folder of files."""


@app.command()
def resolve(
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder to make; else the next one in the production's deliveries/.")
    ] = None,
    timeline: Annotated[
        Path | None, typer.Option(help="A cut to deliver (.otio, FCP7 .xml, .edl); the selects unless given.")
    ] = None,
    take: Annotated[
        list[str] | None, typer.Option("--take", metavar="ID", help="Only this take; again for more.")
    ] = None,
    arrange: Annotated[
        _Arrangement, typer.Option(help="Selects one after the other, or at their frames in the .blend.")
    ] = _Arrangement.joined,
    fps: Annotated[str | None, typer.Option(metavar="RATE", help="Of the timeline: 23.976, 25 ...")] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Of the timeline.")] = None,
    start: Annotated[str, typer.Option(metavar="TIMECODE", help="Of the timeline's first frame.")] = "01:00:00:00",
    drop: Annotated[bool, typer.Option("--drop", help="Drop-frame timecode, at 29.97 and 59.94.")] = False,
    name: Annotated[str, typer.Option(help="Of the timeline; the production's unless given.")] = "",
    frames: Annotated[bool, typer.Option("--frames", help="Also the kept PNG frames, as sequences.")] = False,
    prores: Annotated[
        bool, typer.Option("--prores", help="Movies as ProRes: the free Resolve on Linux reads no H.264.")
    ] = False,
    grade: Annotated[str, typer.Option(help="A grade for all generated clips, as CDL and LUT.")] = "",
    space: Annotated[_Space, typer.Option(help="The editor's timeline space, for --grade.")] = _Space.rec709,
    at: Annotated[
        str, typer.Option(metavar="FOLDER", help=r"Where the folder will lie on the editor's machine (D:\Film\cut).")
    ] = "",
    packed: Annotated[bool, typer.Option("--zip", help="Also as a .zip beside it.")] = False,
    production: ProductionOption = None,
) -> None:
    """One folder that DaVinci Resolve, also the free one, imports: media, OTIO, XML, EDL, notes, and a how-to."""
    from rushes.cli.local import run_here
    from rushes.client.home import rushes_home
    from rushes.contracts import Size, encode, parse_rate
    from rushes.contracts.deliver import DeliverJob
    from rushes.jobs.deliver import run
    from rushes.jobs.registry import Services

    opened = open_production(production)
    job = DeliverJob(
        production=str(opened.root),
        out=str(folder.expanduser().absolute()) if folder else "",
        timeline=str(timeline.expanduser().absolute()) if timeline else "",
        takes=tuple(dict.fromkeys(opened.match_take(t).id for t in take or ())),
        arrangement=arrange.value,
        name=name,
        rate=parse_rate(fps) if fps else None,
        size=Size.parse(size) if size else None,
        start=start,
        drop=drop,
        frames=frames,
        prores=prores,
        at=at,
        zip=packed,
        grade=grade,
        space=space.value,
    )
    found = run_here(lambda context: run(encode(job), context, Services(rushes_home())))
    out().print(
        f"{found['clips']} clips of {found['takes']} takes, {found['bytes'] / 1e6:.1f} MB, "
        f"{found['share']:.0%} of the picture AI-generated",
        markup=False,
    )
    say_path("  folder", found["folder"])
    if found["zip"]:
        say_path("  zip   ", found["zip"])
    say_path("  start with", str(Path(found["folder"]) / "HOW_TO.pdf"))


def conform(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What the editor exported: OTIO, XML, EDL.")],
    against: Annotated[
        Path | None, typer.Option(help="A cut, or a delivered folder, to compare it with: says what changed.")
    ] = None,
    fps: Annotated[str | None, typer.Option(metavar="RATE", help="Of the timeline, for an EDL.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Rate the takes that are used as kept.")] = False,
    json: JsonOption = None,
    production: ProductionOption = None,
) -> None:
    """Read a cut back: which takes an editor used, how they were trimmed and retimed, what is missing or not ours."""
    from rushes.cli.local import run_here
    from rushes.client.home import rushes_home
    from rushes.contracts import decode, encode, parse_rate
    from rushes.contracts.deliver import ConformJob
    from rushes.delivery.conform import ConformReport
    from rushes.jobs.conform import run
    from rushes.jobs.registry import Services
    from rushes.library.files import write_json

    opened = open_production(production)
    job = ConformJob(
        production=str(opened.root),
        files=tuple(str(f.expanduser().absolute()) for f in files),
        against=str(against.expanduser().absolute()) if against else "",
        rate=parse_rate(fps) if fps else None,
        keep=keep,
    )
    found = run_here(lambda context: run(encode(job), context, Services(rushes_home())))
    _print(decode(ConformReport, found["report"]), found["kept"])
    if json is not None:
        with writing(json):
            write_json(json, found)
        say_path("Figures:", json)


def _print(report: ConformReport, kept: list[str]) -> None:
    from rushes.contracts import rate_text

    title = f"{report.name}, {rate_text(report.rate)}, starts at {report.start}"
    columns = ("track", "record in", ">frames", "clip", "take", "shown", "handles", ">speed", "")
    table(columns, [_row(r) for r in report.rows], title=title)
    unknown = sum("unknown" in r.problems for r in report.rows)
    out().print(
        f"{len(report.used)} takes used, {len(report.unused)} kept takes unused, {unknown} clips not from here; "
        f"{report.share:.0%} of the picture AI-generated.",
        markup=False,
    )
    for take in report.unused:
        out().print(f"  unused: {take}", markup=False)
    for change in report.changes:
        out().print(f"  {change}", markup=False)
    for take in kept:
        out().print(f"  kept now: {take}", markup=False)
    for note in report.notes:
        err().print(note, markup=False, style="yellow")


def _row(row: ConformRow) -> tuple[str, ...]:
    shown = f"{row.first}-{row.last}" if row.first is not None else ""
    handles = f"{row.head} / {row.tail}" if row.head is not None else ""
    speed = "" if row.speed == 1 else f"{float(row.speed) * 100:.4g}%"
    words = [*row.words, *(["off"] if not row.enabled else [])]
    name = row.name if row.name != row.take_name else ""
    return (row.track, row.timecode, str(row.duration), name, row.take_name, shown, handles, speed, "; ".join(words))
