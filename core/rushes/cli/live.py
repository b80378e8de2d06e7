"""`rushes explore` and `rushes look`: choose a look from a sheet; see it while the camera moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rushes.cli import shooting
from rushes.cli.common import JsonOption, ProductionOption, engine_client, open_production
from rushes.cli.output import err, out, say_path, table

if TYPE_CHECKING:
    from rushes.client import Client, LiveLook
    from rushes.library.production import Production

__all__ = ["explore", "look"]

SeedOption = Annotated[int, typer.Option(min=0, help="Seed; of the first picture on a sheet.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", "--brief", metavar="FIELD=TEXT", help="Change the brief: lighting=dusk.")
]
GeneratorOption = Annotated[str, typer.Option(envvar="RUSHES_GENERATOR", help="Model; see `rushes models list`.")]
SunOption = Annotated[
    bool, typer.Option("--brief-sun", help="Light from where the brief says, not from the scene's sun.")
]


def explore(
    what: Annotated[str, typer.Argument(metavar="SHOT|FILE.blend", help="A shot of the production, or a scene.")],
    shot: Annotated[str | None, typer.Option("--shot", metavar="NAME", help="Which shot; the first unless given.")] = (
        None
    ),
    count: Annotated[int, typer.Option(min=1, max=96, help="Directions on the sheet.")] = 24,
    frame: Annotated[int | None, typer.Option(help="Scene frame; the middle of the shot unless given.")] = None,
    seed: SeedOption = 1,
    set_: SetOption = None,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="WHAT", help="Stays as it is: time_of_day, weather, mood, style, seed."),
    ] = None,
    pick: Annotated[int | None, typer.Option(min=1, help="Pick this direction of the newest sheet instead.")] = None,
    shoot: Annotated[bool, typer.Option("--shoot", help="With --pick: shoot it now.")] = False,
    target: Annotated[Path | None, typer.Option("--out", metavar="FILE.png", help="Copy the sheet here too.")] = None,
    generator: GeneratorOption = "house",
    camera: shooting.CameraOption = None,
    brief_sun: SunOption = False,
    json: JsonOption = None,
    production: ProductionOption = None,
) -> None:
    """One frame of a shot in many visual directions, on one sheet; pick one and shoot it."""
    opened = open_production(production)
    if pick is not None:
        _pick(opened, what, shot, pick, shoot)
        return
    client = engine_client()
    file, name = _scene(client, opened, what, shot)
    params: dict[str, Any] = {
        "shot": name,
        "count": count,
        "frame": frame,
        "seed": seed,
        "generator": generator,
        "brief": shooting.changes(set_ or []),
        "keep": keep or [],
        "camera": camera,
        "use_scene_sun": not brief_sun,
    }
    found = _explored(client, opened, file, params)
    rows = [(c["number"], ", ".join(c["words"].values()), c["seed"]) for c in found["cells"]]
    table((">", "direction", ">seed"), rows)
    say_path("  sheet", found["sheet"])
    if target is not None:
        _copy(Path(found["sheet"]), target.expanduser().absolute())
        say_path("  copy ", target)
    if json is not None:
        _write(json, found)
        say_path("Figures in", json)
    out().print(f"Shoot one: rushes explore {found['shot']} --pick NUMBER --shoot", markup=False, soft_wrap=True)


def _scene(client: Client, opened: Production, what: str, shot: str | None) -> tuple[Path, str | None]:
    """The .blend, and the shot when one is named. InputError `explore.shot` for a name that no scene has."""
    from rushes.errors import InputError

    path = Path(what).expanduser()
    if path.suffix.lower() == ".blend" or path.is_file():
        known = path.resolve() in [s.resolve() for s in opened.sources()]
        shooting.look(client, path, opened if known else None)
        if not known:
            opened.register_source(path)
        return path.absolute(), shot
    names: list[str] = []
    for source in opened.sources():
        if not source.is_file():
            continue
        found = [s.name for s in shooting.look(client, source, opened).shots]
        if what in found:
            return source, what
        names += found
    raise InputError(
        f"There is no shot {what!r} in the scenes of {opened.name}.",
        code="explore.shot",
        hint=f"Shots are: {', '.join(names)}." if names else "Give the scene: rushes explore FILE.blend.",
    )


def _explored(client: Client, opened: Production, file: Path, params: dict[str, Any]) -> dict[str, Any]:
    from rushes.cli.follow import Followed, follow, result_or_raise
    from rushes.client import new_take_id
    from rushes.contracts import JobRequest

    name = new_take_id()
    given = {**params, "production": str(opened.root), "blend": str(file), "explore_id": name}
    label = f"{params['shot'] or file.name}, {params['count']} directions"
    job = Followed(label, client.submit(JobRequest("explore", given, priority=5, id=name)).id)
    if follow(client, [job]):
        raise typer.Exit(130)
    return result_or_raise(job)


def _pick(opened: Production, what: str, shot: str | None, number: int, now: bool) -> None:
    """Say how to shoot a direction of the newest sheet, or shoot it."""
    from rushes.library.explorations import find_exploration

    named = what if Path(what).suffix.lower() != ".blend" else None
    _, found = find_exploration(opened, shot or named, number)
    cell = next(c for c in found.cells if c.number == number)
    file = opened.root / found.blend
    changes = [f"{field}={text}" for field, text in cell.brief.items()]
    strengths = [f"{name}={value:g}" for name, value in found.strengths.items()]
    out().print(f"{number}: {', '.join(cell.words.values())}, seed {cell.seed}", markup=False)
    options = ["--shot", found.shot, "--seed", str(cell.seed), "--generator", found.generator]
    options += [part for change in changes for part in ("--set", change)]
    options += [part for strength in strengths for part in ("--strength", strength)]
    options += [] if found.use_scene_sun else ["--brief-sun"]
    out().print(_command(["rushes", "shoot", str(file), *options]), markup=False, soft_wrap=True)
    if not now:
        return
    shooting.shoot(
        file,
        shot=[found.shot],
        seed=cell.seed,
        set_=changes,
        generator=found.generator,
        strength=strengths,
        brief_sun=not found.use_scene_sun,
        production=opened.root,
    )


def _command(words: list[str]) -> str:
    import shlex

    return shlex.join(words)


def look(
    file: shooting.BlendArgument,
    camera: Annotated[str | None, typer.Option(metavar="NAME", help="The scene's own unless given.")] = None,
    frame: Annotated[int | None, typer.Option(help="Scene frame; the shot's first unless given.")] = None,
    set_: SetOption = None,
    seed: SeedOption = 1,
    object_seed: Annotated[
        list[str] | None, typer.Option("--object-seed", metavar="OBJECT=SEED", help="A seed for one object.")
    ] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Size of the pictures; the model's own.")] = None,
    target: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.png", help="Keep the newest picture in this file.")
    ] = None,
    browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    play: Annotated[
        bool, typer.Option("--play", "--turntable", help="Play the shot over and over, as quickly as it goes.")
    ] = False,
    seconds: Annotated[float, typer.Option(min=0.0, help="End after so long; 0: with Ctrl-C.")] = 0.0,
    generator: GeneratorOption = "house",
    brief_sun: SunOption = False,
    json: JsonOption = None,
) -> None:
    """See a scene restyled while it changes: on a page, in a file. Saving the .blend shows its new state."""
    from rushes.client import LiveLook
    from rushes.contracts import LookRequest, Size
    from rushes.errors import BlendError

    if not file.is_file():
        raise BlendError(f"There is no file {file}.", code="blend.missing", hint="Check the name of the .blend.")
    request = LookRequest(
        blend=str(file.absolute()),
        camera=camera,
        frame=frame,
        size=Size.parse(size) if size else None,
        brief=shooting.changes(set_ or []),
        seed=seed,
        object_seeds=shooting.numbers(object_seed or [], "--object-seed", int),
        generator=generator,
        use_scene_sun=not brief_sun,
    )
    with LiveLook.start(engine_client(), request) as live:
        out().print(f"Live look: {live.page}", markup=False, soft_wrap=True)
        if browser:
            import webbrowser

            webbrowser.open(live.page)
        watched = _Watched(live, target.expanduser().absolute() if target else None, play, seconds)
        try:
            watched.run()
        except KeyboardInterrupt:
            pass  # that is how it ends
    figures = watched.figures()
    out().print(watched.summary(), markup=False)
    if json is not None:
        _write(json, figures)
        say_path("Figures in", json)


class _Watched:
    """Takes pictures until the end, and counts."""

    def __init__(self, live: LiveLook, target: Path | None, play: bool, seconds: float) -> None:
        self._live, self._target, self._play, self._seconds = live, target, play, seconds
        self._began = time.monotonic()
        self._times: list[float] = []
        self._told: set[str] = set()
        self._spent: list[tuple[float, float]] = []
        self._frame: int | None = None

    def run(self) -> None:
        """Until Ctrl-C, the time is up, or the look ends."""
        asked = 0.0
        with _line() as show:
            while not self._over():
                self._push()
                data = self._live.picture(wait=0.04 if self._play else 0.25)
                now = time.monotonic()
                if data is not None:
                    self._times.append(now)
                    self._keep(data)
                if now - asked > 0.5:
                    asked = now
                    if self._live.refresh().state == "ended":
                        return
                    self._tell()
                    show(self._now())

    def _over(self) -> bool:
        started = self._times[0] if self._times else None
        return bool(self._seconds) and started is not None and time.monotonic() - started > self._seconds

    def _push(self) -> None:
        """While playing: the frame that would be shown by now at the scene's own speed."""
        status = self._live.status
        if not self._play or status.frames is None or not self._times:
            return
        first, last = status.frames
        frame = first + int((time.monotonic() - self._times[0]) * (status.rate or 24.0)) % (last - first + 1)
        if frame != self._frame:
            self._frame = frame
            self._live.update(frame=frame)

    def _keep(self, data: bytes) -> None:
        if self._target is not None:
            from rushes.library.files import write_atomic

            write_atomic(self._target, data)

    def _tell(self) -> None:
        status = self._live.status
        if status.picture is not None:
            self._spent.append((status.picture.seconds_passes, status.picture.seconds_paint))
        for text in (*status.notes, status.message):
            if text and text not in self._told:
                self._told.add(text)
                err().print(text, markup=False, style="yellow")

    def _rate(self) -> float:
        """Pictures a second since the first one."""
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / max(1e-6, self._times[-1] - self._times[0])

    def _now(self) -> str:
        picture = self._live.status.picture
        if picture is None:
            return "Blender and the model are starting"
        recent = [t for t in self._times if t > time.monotonic() - 3.0]
        words = ", ".join(picture.words.values())
        return f"{len(recent) / 3.0:.1f} pictures a second, frame {picture.frame}, seed {picture.seed}: {words}"

    def figures(self) -> dict[str, Any]:
        """What was measured."""
        passes, paint = zip(*self._spent, strict=True) if self._spent else ((0.0,), (0.0,))
        return {
            "pictures": len(self._times),
            "per_second": round(self._rate(), 3),
            "seconds_to_first": round(self._times[0] - self._began, 3) if self._times else None,
            "seconds_passes": sorted(passes)[len(passes) // 2],
            "seconds_paint": sorted(paint)[len(paint) // 2],
            "restarts": self._live.status.restarts,
        }

    def summary(self) -> str:
        """One line."""
        if not self._times:
            return "No picture was shown."
        first = self._times[0] - self._began
        return f"{len(self._times)} pictures, {self._rate():.1f} a second; the first after {first:.1f} s."


@contextmanager
def _line() -> Generator[Callable[[str], None], None, None]:
    """A status line that is written over on a terminal, and nothing elsewhere."""
    if not err().is_terminal or err().is_dumb_terminal:
        yield lambda text: None
        return
    from rich.markup import escape

    with err().status("Blender and the model are starting") as status:
        yield lambda text: status.update(escape(text))


def _write(path: Path, data: Any) -> None:
    from rushes.library.files import write_json

    write_json(path.expanduser().absolute(), data)


def _copy(sheet: Path, target: Path) -> None:
    from rushes.library.files import write_atomic

    write_atomic(target, sheet.read_bytes())
