"""`rushes takes`: look at takes, keep and reject them, replay them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rushes.cli.common import ProductionOption, engine_client, find_production, open_production
from rushes.cli.output import out, say_path, table

if TYPE_CHECKING:
    from pathlib import Path

    from rushes.contracts import Rating

__all__ = ["app"]

app = typer.Typer(help="Takes of a production: list, keep, reject, replay.", no_args_is_help=True)

IdsArgument = Annotated[list[str], typer.Argument(metavar="ID...", help="Takes; the end of an id is enough.")]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Take; the end of its id is enough.")]


@app.command("list")
def list_takes(
    shot: Annotated[str | None, typer.Option("--shot", help="Only this shot.")] = None,
    only: Annotated[str | None, typer.Option("--only", help="kept, rejected or undecided.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    production: ProductionOption = None,
) -> None:
    """List takes, oldest first."""
    from textwrap import shorten

    opened = open_production(production)
    wanted = _rating(only) if only else None
    takes = [t for t in opened.takes(shot) if wanted is None or t.rating is wanted]
    if json:
        from json import dumps

        from rushes.contracts import encode

        out().print(dumps([encode(t) for t in takes], indent=1), markup=False, soft_wrap=True)
        return
    rows = [
        (
            t.shot,
            t.id,
            t.seed,
            t.rating.value,
            t.frame_count,
            t.generator,
            shorten(t.notes or t.brief.text(), 44, placeholder=" …"),
        )
        for t in takes
    ]
    if rows:
        table(("shot", "take", ">seed", "rating", ">frames", "model", "notes or brief"), rows)
    else:
        out().print("No takes yet. `rushes shoot FILE.blend` makes some.")


def _rating(text: str) -> Rating:
    from rushes.contracts import Rating
    from rushes.errors import InputError

    try:
        return Rating(text)
    except ValueError as exc:
        known = ", ".join(r.value for r in Rating)
        raise InputError(f"{text!r} is not a rating.", code="take.rating", hint=f"Ratings are: {known}.") from exc


def _rate(ids: list[str], rating: str, note: str | None, production: Path | None) -> None:
    from rushes.contracts import Rating
    from rushes.jobs.sheets import make_sheet

    opened = open_production(production)
    changed = [opened.rate_take(opened.match_take(i).id, Rating(rating), note) for i in ids]
    for take in changed:
        out().print(f"{take.shot} {take.id}: {take.rating.value}", markup=False)
    for shot in sorted({t.shot for t in changed}):
        make_sheet(opened, shot)


NoteOption = Annotated[str | None, typer.Option("--note", help="A note to go with it.")]


@app.command()
def keep(ids: IdsArgument, note: NoteOption = None, production: ProductionOption = None) -> None:
    """Keep takes: they become selects."""
    _rate(ids, "kept", note, production)


@app.command()
def reject(ids: IdsArgument, note: NoteOption = None, production: ProductionOption = None) -> None:
    """Reject takes; nothing is deleted."""
    _rate(ids, "rejected", note, production)


@app.command()
def undecide(ids: IdsArgument, note: NoteOption = None, production: ProductionOption = None) -> None:
    """Take a decision back."""
    _rate(ids, "undecided", note, production)


@app.command("note")
def write_note(
    id: IdArgument,
    text: Annotated[str, typer.Argument(help='The note; "" clears it.')],
    production: ProductionOption = None,
) -> None:
    """Write a note on a take."""
    opened = open_production(production)
    take = opened.rate_take(opened.match_take(id).id, notes=text)
    out().print(f"{take.shot} {take.id}: {take.notes or '(no note)'}", markup=False)


@app.command()
def show(id: IdArgument, production: ProductionOption = None) -> None:
    """Everything about a take."""
    from rushes.contracts import rate_text
    from rushes.jobs.sheets import read_recipe

    opened = open_production(production)
    take = opened.match_take(id)
    folder = opened.take_folder(take.id)
    recipe = read_recipe(folder, take)
    rows = [
        ("shot", f"{take.shot} (camera {recipe.camera}, frames {recipe.range.start}-{recipe.range.end})"),
        ("rating", take.rating.value),
        ("notes", take.notes),
        ("made", f"{take.created} in {take.seconds:.1f} s"),
        ("picture", f"{take.size}, {take.frame_count} frames at {rate_text(take.rate)}"),
        (
            "model",
            f"{recipe.generator} at {recipe.model_size}, steps: {recipe.steps}, {recipe.model.sha256[:12]}",
        ),
        ("seed", str(take.seed)),
        *((f"brief: {name}", text) for name, text in take.brief.items()),
        *((f"read as: {name}", text) for name, text in recipe.reading.items()),
        ("recipe", take.recipe_hash),
        *(("said", text) for text in take.messages),
        ("made on", ", ".join(f"{k} {v}" for k, v in take.environment.items())),
    ]
    table(("", take.id), [r for r in rows if r[1]])
    say_path("Folder", folder)


@app.command()
def replay(
    id: IdArgument,
    verify: Annotated[
        bool, typer.Option("--verify", help="Exit with 1 when a frame differs from the stored ones.")
    ] = False,
    production: ProductionOption = None,
) -> None:
    """Make a take's frames again from its recipe and compare them with the stored ones."""
    from rushes.cli.follow import Followed, follow, result_or_raise
    from rushes.contracts import JobRequest

    opened = open_production(production)
    take = opened.match_take(id)
    client = engine_client()
    params = {"production": str(opened.root), "take": take.id}
    job = Followed(f"replay {take.id}", client.submit(JobRequest("replay", params)).id)
    if follow(client, [job]):
        raise typer.Exit(130)
    found = result_or_raise(job)
    if found["equal"]:
        out().print(f"{take.id}: all {found['frames']} frames are the same to the bit.", markup=False)
        return
    places = ", ".join(str(i + 1) for i in found["different"][:12])
    more = len(found["different"]) - 12
    count = len(found["different"])
    out().print(
        f"{take.id}: {count} of {found['frames']} frames differ: {places}{f' and {more} more' if more > 0 else ''}.",
        markup=False,
    )
    for name, (then, now) in found["environment"].items():
        out().print(f"  {name} was {then or 'absent'}, now {now or 'absent'}", markup=False)
    if verify:
        raise typer.Exit(1)


@app.command()
def trash(ids: IdsArgument, production: ProductionOption = None) -> None:
    """Put takes into the production's .trash; nothing is deleted."""
    from rushes.jobs.sheets import make_sheet

    opened = open_production(production)
    takes = [opened.match_take(i) for i in ids]
    for take in takes:
        say_path(f"{take.id}:", opened.trash(take.id))
    for shot in sorted({t.shot for t in takes}):
        make_sheet(opened, shot)


@app.command()
def restore(
    id: Annotated[str, typer.Argument(metavar="ID", help="The take's folder name in .trash.")],
    production: ProductionOption = None,
) -> None:
    """Bring a take back from .trash."""
    from rushes.jobs.sheets import make_sheet

    opened = open_production(production)
    take = opened.restore(id)
    make_sheet(opened, take.shot)
    out().print(f"{take.shot} {take.id} is back.", markup=False)


@app.command()
def sheet(
    shot: Annotated[str | None, typer.Option("--shot", help="Shot; all unless given.")] = None,
    production: ProductionOption = None,
) -> None:
    """Draw the contact sheets again."""
    from rushes.jobs.sheets import make_sheet
    from rushes.library.production import Production

    opened = Production.open(find_production(production))
    for name in [shot] if shot else opened.shots():
        made = make_sheet(opened, name)
        if made is None:
            out().print(f"{name} has no takes.", markup=False)
        else:
            say_path(name, made)
