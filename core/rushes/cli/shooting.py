"""`rushes new`, `shots`, `passes`, `shoot`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from rushes.cli.common import ProductionOption, engine_client, open_production
from rushes.cli.output import err, explain, out, say_path, table

if TYPE_CHECKING:
    from rushes.cli.follow import Followed
    from rushes.client import Client
    from rushes.contracts import SceneInfo
    from rushes.library.production import Production

__all__ = [
    "BlendArgument",
    "CameraOption",
    "changes",
    "look",
    "new",
    "numbers",
    "passes",
    "shoot",
    "shots",
]

T = TypeVar("T")

BlendArgument = Annotated[Path, typer.Argument(metavar="FILE.blend", help="The scene.", show_default=False)]
FramesOption = Annotated[
    str | None, typer.Option("--frames", metavar="A-B", help="Scene frames, as 1-48 or 1-48x2, for every shot named.")
]
CameraOption = Annotated[
    str | None, typer.Option("--camera", metavar="NAME", help="A camera without a marker, or another than the shot's.")
]


def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make.", show_default=False)],
    name: Annotated[str, typer.Option(help="The film's name; the folder's unless given.", show_default=False)] = "",
    rate: Annotated[str, typer.Option(help="Frames per second, as 24, 23.976 or 24000/1001.")] = "24",
    size: Annotated[str, typer.Option(help="Size of the finished picture.")] = "1280x720",
) -> None:
    """Make a production: the folder that holds one film's work."""
    from rushes.contracts import Size, rate_text
    from rushes.contracts.timecode import parse_rate
    from rushes.library.production import Production

    made = Production.create(folder, name, parse_rate(rate), Size.parse(size))
    out().print(f"{made.name}: {made.size} at {rate_text(made.rate)}", markup=False)
    say_path("Production", made.root)


def shots(file: BlendArgument, production: ProductionOption = None) -> None:
    """List the shots in a .blend with their cameras, frames and briefs."""
    from rushes.contracts import rate_text
    from rushes.library.production import Production

    folder = production or Production.find(Path.cwd())
    opened = Production.open(folder) if folder else None
    known = opened is not None and file.resolve() in [s.resolve() for s in opened.sources()]
    info = look(engine_client(), file, opened if known else None)  # looking makes nothing a source
    rows = [
        (s.name, s.camera, f"{s.range.start}-{s.range.end}" + (f"x{s.range.step}" if s.range.step > 1 else ""),
         len(s.range), s.brief.text() or "(no brief)")
        for s in info.shots
    ]  # fmt: skip
    table(("shot", "camera", "frames", ">count", "brief"), rows)
    sun = "its own sun" if info.sun else "no sun: the brief decides where the light comes from"
    out().print(f"{info.size} at {rate_text(info.rate)}, {sun}.", markup=False)
    for name in info.empty_shots:
        err().print(f"{name}: no frame of the scene's range falls to this shot.", markup=False, style="yellow")


def look(client: Client, file: Path, production: Production | None) -> SceneInfo:
    """What the .blend holds, from the engine; remembered in the production when `file` is one of its sources."""
    from rushes.cli.follow import Followed, follow, result_or_raise
    from rushes.contracts import JobRequest, SceneInfo, decode
    from rushes.errors import BlendError

    if file.is_dir():
        raise BlendError(f"{file} is a folder.", code="blend.folder", hint="Give the .blend inside it.")
    if not file.is_file():
        raise BlendError(f"There is no file {file}.", code="blend.missing", hint="Check the name of the .blend.")
    params: dict[str, Any] = {"blend": str(file.absolute())}
    params["blend"].encode()  # a name that the locale cannot read is explained at the edge
    if production is not None:
        params["production"] = str(production.root)
    job = Followed(file.name, client.submit(JobRequest("scene", params, priority=10)).id)
    if follow(client, [job]):
        raise typer.Exit(130)
    return decode(SceneInfo, result_or_raise(job))


def passes(
    file: BlendArgument,
    shot: Annotated[
        list[str] | None, typer.Option("--shot", metavar="NAME", help="Shot; again for more. All unless given.")
    ] = None,
    camera: CameraOption = None,
    frames: FramesOption = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Another size than the scene's.")] = None,
    beauty: Annotated[bool, typer.Option("--beauty", help="A cheap beauty picture too.")] = False,
    production: ProductionOption = None,
) -> None:
    """Render the passes of shots into the production, ready for takes."""
    from rushes.cli.follow import Followed, follow
    from rushes.contracts import FrameRange, JobRequest, Size, encode

    opened = open_production(production)
    client = engine_client()
    names = _wanted(client, opened, file, shot, camera)
    jobs: list[Followed] = []
    for name in names:
        params = {
            "production": str(opened.root),
            "blend": str(file.absolute()),
            "shot": name,
            "camera": camera,
            "range": encode(FrameRange.parse(frames)) if frames else None,
            "size": encode(Size.parse(size)) if size else None,
            "beauty": beauty,
        }
        jobs.append(Followed(name, client.submit(JobRequest("passes", params)).id))
    stopped = follow(client, jobs)
    results, code = _results(jobs, stopped)
    for found in results:
        how = "there already" if found["reused"] else "rendered"
        out().print(f"{found['shot']}: {found['frames']} frames, {how}", markup=False)
        say_path(" ", found["folder"])
    raise typer.Exit(code)


def shoot(
    file: BlendArgument,
    shot: Annotated[
        list[str] | None, typer.Option("--shot", metavar="NAME", help="Shot; again for more. All unless given.")
    ] = None,
    variants: Annotated[int, typer.Option(min=1, max=64, help="Takes of each shot, each with its own seed.")] = 1,
    seed: Annotated[int | None, typer.Option(min=0, help="First seed; by chance unless given.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=TEXT", help="Change the brief: --set lighting=dusk.")
    ] = None,
    generator: Annotated[
        str, typer.Option(envvar="RUSHES_GENERATOR", help="Model; see `rushes models list`.")
    ] = "house",
    steps: Annotated[int | None, typer.Option(help="Sampling steps.")] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Size of the take; the scene's unless given.")] = None,
    model_size: Annotated[str | None, typer.Option(metavar="WxH", help="Size the model works at.")] = None,
    frames: FramesOption = None,
    camera: CameraOption = None,
    strength: Annotated[
        list[str] | None, typer.Option("--strength", metavar="NAME=NUMBER", help="How much the model heeds a pass.")
    ] = None,
    object_seed: Annotated[
        list[str] | None,
        typer.Option("--object-seed", metavar="OBJECT=SEED", help="A seed for one object, to hold or to re-roll it."),
    ] = None,
    keep_set: Annotated[
        list[str] | None,
        typer.Option("--keep-set", metavar="TAKE", help="Take whose location stays as it is; again for more."),
    ] = None,
    png: Annotated[bool, typer.Option("--png", help="Keep the frames as PNG too.")] = False,
    brief_sun: Annotated[
        bool, typer.Option("--brief-sun", help="Light from where the brief says, not from the scene's sun.")
    ] = False,
    production: ProductionOption = None,
) -> None:
    """Make takes of the shots in a .blend."""
    from rushes.contracts import FrameRange, Size

    opened = open_production(production)
    common: dict[str, Any] = {
        "generator": generator,
        "brief": changes(set_ or []),
        "steps": steps,
        "strengths": numbers(strength or [], "--strength", float),
        "object_seeds": numbers(object_seed or [], "--object-seed", int),
        "model_size": Size.parse(model_size) if model_size else None,
        "output_size": Size.parse(size) if size else None,
        "range": FrameRange.parse(frames) if frames else None,
        "camera": camera,
        "keep_frames": png,
        "use_scene_sun": not brief_sun,
        "set_takes": tuple(dict.fromkeys(opened.match_take(text).id for text in keep_set or [])),
    }
    client = engine_client()
    names = _wanted(client, opened, file, shot, camera)
    jobs = _submit(client, opened, file, names, _seeds(seed, variants), common)
    from rushes.cli.follow import follow

    stopped = follow(client, jobs)
    results, code = _results(jobs, stopped)
    _show_takes(results)
    if stopped:
        kept = ", ".join(r["take"] for r in results) or "no take was finished"
        err().print(f"Stopped. Kept: {kept}.", markup=False)
    raise typer.Exit(code)


def _wanted(
    client: Client, production: Production, file: Path, shot: list[str] | None, camera: str | None
) -> list[str]:
    """The shots that are meant: those named, else the one of the camera that is named, else all in the .blend.

    Only a file that Blender can read becomes a source of the production.
    """
    known = file.resolve() in [s.resolve() for s in production.sources()]
    info = look(client, file, production if known else None)
    if not known:
        production.register_source(file)
    if shot:
        return shot
    return [camera] if camera else [s.name for s in info.shots]


def _submit(
    client: Client, production: Production, file: Path, names: list[str], seeds: list[int], common: dict[str, Any]
) -> list[Followed]:
    from rushes.cli.follow import Followed
    from rushes.client import new_take_id
    from rushes.contracts import JobRequest, ShootRequest, encode

    jobs: list[Followed] = []
    for name in names:
        for seed in seeds:
            request = ShootRequest(
                production=str(production.root),
                blend=str(file.absolute()),
                shot=name,
                take_id=new_take_id(),
                seed=seed,
                **common,
            )
            label = f"{name} seed {seed}"
            jobs.append(Followed(label, client.submit(JobRequest("shoot", encode(request), id=request.take_id)).id))
    return jobs


def _seeds(first: int | None, count: int) -> list[int]:
    import secrets

    start = secrets.randbelow(1_000_000) if first is None else first
    return [start + i for i in range(count)]


def changes(texts: list[str]) -> dict[str, str]:
    """FIELD=TEXT pairs for a brief; BriefError for anything else."""
    from rushes.contracts import Brief
    from rushes.errors import BriefError

    changes: dict[str, str] = {}
    for text in texts:
        field, equals, value = text.partition("=")
        if not equals:
            raise BriefError(
                f"{text!r} does not say what to set.", code="brief.set", hint="Write it as --set lighting=dusk."
            )
        changes[field.strip()] = value.strip()
    Brief().merged(changes)  # a field that does not exist is said here, before anything starts
    return changes


def numbers(texts: list[str], option: str, kind: Callable[[str], T]) -> dict[str, T]:
    """NAME=NUMBER pairs; InputError `cli.pair` for anything else."""
    from rushes.errors import InputError

    found: dict[str, T] = {}
    for text in texts:
        name, _, value = text.rpartition("=")  # an object's name may hold a "="
        try:
            found[name.strip()] = kind(value)
        except ValueError as exc:
            raise InputError(
                f"{text!r} is not a name and a number.", code="cli.pair", hint=f"Write it as {option} NAME=1."
            ) from exc
    return found


def _results(jobs: list[Followed], stopped: bool) -> tuple[list[dict[str, Any]], int]:
    """Results of the jobs that ended well, errors of the others printed; the exit code."""
    from rushes.cli.follow import result_or_raise
    from rushes.errors import JobCancelled, RushesError

    results: list[dict[str, Any]] = []
    code = 130 if stopped else 0
    told: set[str] = set()
    for job in jobs:
        try:
            results.append(result_or_raise(job))
        except JobCancelled as exc:
            code = 130
            if not stopped:
                explain(exc)
        except RushesError as exc:
            code = code or 1
            if str(exc) not in told:  # six variants with the same trouble say it once
                told.add(str(exc))
                explain(exc)
    return results, code


def _show_takes(results: list[dict[str, Any]]) -> None:
    if not results:
        return
    rows = [(r["shot"], r["take"], r["seed"], r["frames"], f"{r['seconds']:.1f}") for r in results]
    table(("shot", "take", ">seed", ">frames", ">seconds"), rows)
    for found in results:
        say_path(" ", found["files"]["clip"])
    for sheet in dict.fromkeys(r["sheet"] for r in results if r["sheet"]):
        say_path("  sheet", sheet)
