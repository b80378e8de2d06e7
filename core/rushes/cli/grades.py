"""`rushes grades`: the grades there are, one in the space of a timeline, a picture matched to a reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rushes.cli.common import ProductionOption, writing
from rushes.cli.output import out, say_path, table

if TYPE_CHECKING:
    from rushes.contracts import CDL, Rendering, TimelineSpace
    from rushes.delivery.colour_grades import NamedGrade

__all__ = ["app"]

app = typer.Typer(help="Grades: CDL and LUT for Resolve, in the space of the timeline.", no_args_is_help=True)

SpaceOption = Annotated[
    str, typer.Option("--space", help="Of the timeline: rec709, davinci_intermediate or acescct.", metavar="SPACE")
]
RenderingOption = Annotated[
    str,
    typer.Option(
        "--rendering",
        metavar="NAME",
        help="Of an ACEScct project: colorimetric, aces_1 (ACES 1.x) or aces_2 (ACES 2.0); see docs/grades.md.",
    ),
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As `rushes grades list` writes it.")]


@app.command("list")
def list_grades(production: ProductionOption = None) -> None:
    """List the grades that come with Rushes and those of the production."""
    rows = [
        (n.grade.name, n.grade.space.value, _parts(n), "Rushes" if n.shipped else "production", n.about)
        for n in _listed(production)
    ]
    table(("grade", "acts in", "made of", "from", "what it is"), rows)


@app.command()
def show(name: NameArgument, production: ProductionOption = None) -> None:
    """Show a grade's numbers and files."""
    from rushes.delivery.colour_grades import find_grade

    found = find_grade(name, _listed(production))
    out().print(f"{found.grade.name}: {found.about}".rstrip(": "), markup=False)
    out().print(f"Acts in {found.grade.space.value}.", markup=False)
    _show_cdl(found.grade.cdl)
    for what, path in (("LUT", found.grade.lut), ("DRX", found.grade.drx), ("File", str(found.path))):
        if path:
            say_path(what, path)


@app.command()
def convert(
    name: NameArgument,
    space: SpaceOption,
    folder: Annotated[Path, typer.Option("--out", help="Where .cdl and .cube go.")] = Path("."),
    rendering: RenderingOption = "colorimetric",
    production: ProductionOption = None,
) -> None:
    """Write a grade as .cdl and .cube for a timeline of another space, and say how close it comes."""
    from rushes.delivery.colour_files import grade_files
    from rushes.delivery.colour_grades import find_grade

    grade = find_grade(name, _listed(production)).grade
    with writing(folder):
        made = grade_files(grade, _space(space), folder.expanduser().absolute(), _rendering(rendering))
    _show_cdl(made.cdl)
    table(
        ("24 patches against the grade as meant", ">deltaE 2000"),
        [("mean", f"{made.delta_e:.3f}"), ("worst patch", f"{made.worst:.3f}")],
    )
    if made.lut:
        say_path("LUT, after the CDL on the same node", made.lut)
    for note in made.notes:
        out().print(note, markup=False)


@app.command("match")
def match_picture(
    picture: Annotated[Path, typer.Argument(metavar="PICTURE", help="Still or clip to be graded.")],
    reference: Annotated[Path, typer.Argument(metavar="REFERENCE", help="Still or clip with the wanted colour.")],
    space: SpaceOption,
    same_scene: Annotated[
        bool, typer.Option("--same-scene", help="Both show the same frame: compare pixel by pixel.")
    ] = False,
    picture_frame: Annotated[int, typer.Option(min=0, help="Of a clip, from 0.")] = 0,
    reference_frame: Annotated[int, typer.Option(min=0, help="Of a clip, from 0.")] = 0,
    rendering: RenderingOption = "colorimetric",
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where the files go, instead of the production.", show_default=False)
    ] = None,
    production: ProductionOption = None,
) -> None:
    """Fit a picture's colour to a reference: .cdl, .cube, a sheet to look at, and the grade in the list."""
    from rushes.contracts import MatchJob
    from rushes.jobs.match import match_files

    target = folder.expanduser().absolute() if folder else _root(production) / "grades"
    job = MatchJob(
        production=str(target),
        picture=str(picture.expanduser().absolute()),
        reference=str(reference.expanduser().absolute()),
        space=_space(space),
        picture_frame=picture_frame,
        reference_frame=reference_frame,
        same_scene=same_scene,
        rendering=_rendering(rendering),
    )
    with writing(target):
        found = match_files(job, target)
    _show_cdl(found.grade.cdl)
    rows = [("before", found.before), ("with the CDL alone", found.after_cdl), ("with CDL and LUT", found.after)]
    what = "pixel by pixel" if same_scene else "between the crowds of colours"
    table((what, ">mean deltaE 2000"), [(label, f"{value:.2f}") for label, value in rows])
    if found.grade.lut:
        say_path("LUT, after the CDL on the same node", found.grade.lut)
    say_path("Sheet", found.sheet)
    for note in found.notes:
        out().print(note, markup=False)


def _listed(production: Path | None) -> list[NamedGrade]:
    from rushes.delivery.colour_grades import grades
    from rushes.library.production import Production

    found = production.expanduser().absolute() if production else Production.find(Path.cwd())
    return grades(Production.open(found).root if found else None)


def _root(production: Path | None) -> Path:
    from rushes.cli.common import open_production

    return open_production(production).root


def _space(text: str) -> TimelineSpace:
    from rushes.contracts import TimelineSpace

    names = {s.value: s for s in TimelineSpace}
    if text.lower() not in names:
        raise typer.BadParameter(f"{text!r} is no timeline space. Choose one of: {', '.join(names)}.")
    return names[text.lower()]


def _rendering(text: str) -> Rendering:
    from rushes.contracts import Rendering

    names = {r.value: r for r in Rendering}
    if text.lower() not in names:
        raise typer.BadParameter(f"{text!r} is no rendering. Choose one of: {', '.join(names)}.")
    return names[text.lower()]


def _parts(named: NamedGrade) -> str:
    grade = named.grade
    parts = [*([] if grade.cdl.neutral else ["CDL"]), *(["LUT"] if grade.lut else []), *(["DRX"] if grade.drx else [])]
    return " + ".join(parts) or "nothing"


def _show_cdl(cdl: CDL) -> None:
    rows = [
        (name, *(f"{v:.4f}" for v in values))
        for name, values in (("slope", cdl.slope), ("offset", cdl.offset), ("power", cdl.power))
    ]
    table(("CDL", ">R", ">G", ">B"), [*rows, ("saturation", f"{cdl.saturation:.4f}", "", "")])
