"""`rushes project`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rushes.cli.common import ProductionOption, engine_client, open_production
from rushes.cli.output import err, out, say_path
from rushes.cli.shooting import BlendArgument

if TYPE_CHECKING:
    from rushes.library.production import Production

__all__ = ["project"]

_ENGINES = ("cycles", "eevee")


def project(
    file: BlendArgument,
    take: Annotated[list[str], typer.Option("--take", metavar="ID", help="Take; again for more, the last one on top.")],
    render_from: Annotated[str, typer.Option("--render-from", metavar="CAMERA", help="A camera of the scene.")],
    frames: Annotated[
        str | None, typer.Option("--frames", metavar="A-B", help="Scene frames; those of the takes unless given.")
    ] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Another size than the scene's.")] = None,
    engine: Annotated[str, typer.Option(metavar="|".join(_ENGINES), help="What renders.")] = "cycles",
    samples: Annotated[int, typer.Option(min=1, max=4096, help="Samples a pixel.")] = 16,
    lit: Annotated[
        bool, typer.Option("--lit", help="As base colour under the scene's lamps, not as generated.")
    ] = False,
    hold: Annotated[
        bool, typer.Option("--hold", help="Before and after its shot a take's first and last picture stay.")
    ] = False,
    no_sky: Annotated[bool, typer.Option("--no-sky", help="The scene's own sky, not that of the takes.")] = False,
    objects: Annotated[
        list[str] | None, typer.Option("--objects", metavar="NAME", help="Object; again for more. All unless given.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for frames and clip; one in the production unless given.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="NEW.blend", help="Keep the scene with its projection as a new file.")
    ] = None,
    production: ProductionOption = None,
) -> None:
    """Throw takes onto their scene and render it from another camera. Your .blend is never saved."""
    from rushes.cli.follow import Followed, follow, result_or_raise
    from rushes.contracts import FrameRange, JobRequest, Size, encode
    from rushes.errors import BlendError
    from rushes.jobs.project import ProjectJob

    if engine not in _ENGINES:
        raise typer.BadParameter(f"{engine!r} is none of {', '.join(_ENGINES)}.", param_hint="--engine")
    if not file.is_file():
        raise BlendError(f"There is no file {file}.", code="blend.missing", hint="Check the name of the .blend.")
    opened = open_production(production)
    job = ProjectJob(
        production=str(opened.root),
        blend=str(file.absolute()),
        takes=_takes(opened, take),
        camera=render_from,
        frames=FrameRange.parse(frames) if frames else None,
        size=Size.parse(size) if size else None,
        engine="eevee" if engine == "eevee" else "cycles",
        samples=samples,
        lit=lit,
        hold=hold,
        sky=not no_sky,
        objects=tuple(objects) if objects else None,
        out=str(folder.expanduser().absolute()) if folder else None,
        save=str(save.expanduser().absolute()) if save else None,
    )
    client = engine_client()
    followed = Followed(render_from, client.submit(JobRequest("project", encode(job))).id)
    if follow(client, [followed]):
        err().print("The frames that are done stay; the same command goes on from there.")
        raise typer.Exit(130)
    found = result_or_raise(followed)
    there = found["frames"] - found["rendered"]
    out().print(f"{found['frames']} frames" + (f", {there} of them there already" if there else ""), markup=False)
    say_path("  clip  ", found["clip"])
    say_path("  frames", Path(found["folder"]) / "frames")
    if found["saved"]:
        say_path("  scene ", found["saved"])


def _takes(production: Production, texts: list[str]) -> tuple[str, ...]:
    """Ids, from their beginnings or ends."""
    return tuple(dict.fromkeys(production.match_take(text).id for text in texts))
