"""What an editor does with a delivery, step by step: the words of README.txt and of the page with pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from rushes.contracts import EditTimeline, Timecode, TrackKind, rate_text

__all__ = ["Facts", "Step", "facts_of", "readme_text", "steps"]


@dataclass(frozen=True)
class Facts:
    """What the how-to says about a cut."""

    title: str
    production: str
    made: str
    """Day."""
    rate: str
    """ "23.976 fps, drop-frame"."""
    setting: str
    """As Resolve's project settings say it."""
    start: str
    length: str
    size: str
    clips: int
    tracks: int
    takes: int
    generated: float
    """Part of the picture, 0 to 1."""
    media_folder: str
    """On the editor's machine."""
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Writer's name → files it made, relative."""
    purposes: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    squeezed: bool = False
    """Movies are H.264."""

    def file(self, writer: str) -> str:
        """The first file of a writer; empty when it made none."""
        return next(iter(self.files.get(writer, ())), "")


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    title: str
    text: str
    menu: tuple[str, ...]
    """Path through the menus."""
    picked: str
    """The file that is chosen, or the value that is set."""


def facts_of(
    timeline: EditTimeline,
    production: str,
    made: str,
    share: float,
    media_folder: str,
    files: dict[str, tuple[str, ...]],
    purposes: dict[str, str],
    notes: tuple[str, ...],
) -> Facts:
    """The facts of a cut."""
    clips = [c for t in timeline.tracks for c in t.clips]
    video = [t for t in timeline.tracks if t.kind is TrackKind.VIDEO]
    number = rate_text(timeline.rate).removesuffix(" fps")
    return Facts(
        title=timeline.name,
        production=production,
        made=made,
        rate=rate_text(timeline.rate) + (", drop-frame" if timeline.drop else ""),
        setting=number + (" DF" if timeline.drop else ""),
        start=str(Timecode(timeline.start, timeline.rate, timeline.drop)),
        length=str(Timecode(timeline.duration, timeline.rate, timeline.drop)),
        size=str(timeline.size),
        clips=len(clips),
        tracks=len(video),
        takes=len({c.take for c in clips if c.take}),
        generated=share,
        media_folder=media_folder,
        files=files,
        purposes=purposes,
        notes=notes,
    )


def steps(facts: Facts) -> list[Step]:
    """In order; those that need a file which is not there are left out."""
    found = [
        Step(
            "Set the frame rate first",
            f"In a new project, before any media: timeline frame rate {facts.setting}, {facts.size}. Resolve cannot "
            "change it later.",
            ("File", "Project Settings…", "Master Settings"),
            f"Timeline frame rate: {facts.setting}",
        ),
        Step(
            "Import the cut",
            f"Choose {facts.file('otio')} and let Resolve import the source clips. If it comes in empty or offline, "
            f"delete it and choose {facts.file('fcp7')}: it relinks better.",
            ("File", "Import", "Timeline…"),
            facts.file("otio"),
        ),
        Step(
            "Clips offline? Relink",
            "Select the clips in the media pool, right-click, and point at the folder media. Names are unique and "
            "carry timecode.",
            ("Media Pool", "right-click", "Relink Selected Clips…"),
            "media",
        ),
    ]
    if facts.file("csv"):
        found.append(
            Step(
                "Bring in the notes",
                "Description, keywords, scene, shot and take appear in the Metadata panel. Match by file name.",
                ("File", "Import Metadata To", "Media Pool…"),
                facts.file("csv"),
            )
        )
    if facts.file("cdl"):
        found.append(
            Step(
                "Grades",
                "On the Edit page, with the timeline open: choose the edit list, and cancel the question for CDL "
                "files, for the list holds the values. Then copy the grades over.",
                ("Edit page", "right-click the timeline", "ColorTrace from CDL…"),
                facts.file("edl"),
            )
        )
    if facts.file("lut"):
        found.append(
            Step(
                "Looks",
                "Open the LUT folder from the project settings, copy the folder luts into it, update the list, and put "
                "the look on the clips' first node, on the Color page.",
                ("File", "Project Settings…", "Color Management", "Open LUT Folder"),
                facts.file("lut"),
            )
        )
    if not facts.file("cdl") and not facts.file("lut") and facts.file("markers"):
        found.append(_markers(facts))
    if facts.file("srt"):
        found.append(
            Step(
                "Subtitles",
                "Import the file, then drag it from the media pool to the start of the timeline.",
                ("File", "Import", "Subtitle…"),
                facts.file("srt"),
            )
        )
    found.append(
        Step(
            "Send it back",
            "When the cut is done, export it and give us the file: rushes conform FILE says which takes were used, "
            "trimmed, retimed and missing.",
            ("File", "Export", "Timeline…"),
            "OTIO or FCP 7 XML",
        )
    )
    return found


def _markers(facts: Facts) -> Step:
    return Step(
        "Markers on your own timeline",
        "Not needed with the imported cut. On another timeline: right-click it in the media pool.",
        ("Media Pool", "right-click the timeline", "Timelines", "Import", "Timeline Markers from EDL…"),
        facts.file("markers"),
    )


_SQUEEZED = (
    "The movies are H.264, which the free Resolve on Linux does not read. There, ask for a delivery with --prores."
)
_LISTS = (
    "Edit lists link by reel and timecode, never by file name. Bring the folder media into the media pool first, and "
    "in Project Settings, General Options turn on Assist using reel names from the source clip filename."
)


def readme_text(facts: Facts) -> str:
    """README.txt, lines of at most 100 characters."""
    lines = [
        f"{facts.title}: a cut for DaVinci Resolve",
        "",
        f"From the production {facts.production}, made with Rushes on {facts.made}.",
        f"{facts.clips} clips on {facts.tracks} video track{'s' if facts.tracks != 1 else ''}, {facts.takes} takes; "
        f"{facts.length} long at {facts.rate}, {facts.size}, starts at {facts.start}.",
        f"AI-generated: {facts.generated:.0%} of the picture. The clips carry the keyword and a marker.",
        "",
        "WHAT TO DO",
    ]
    for number, step in enumerate(steps(facts), 1):
        lines += ["", f"{number}. {step.title}", f"   {' > '.join(step.menu)} > {step.picked}"]
        lines += [f"   {line}" for line in wrap(step.text, 94)]
    lines += ["", "WHAT IS IN THE FOLDER", ""]
    lines += _table(
        [
            (name, facts.purposes.get(writer, "") if not index else "")
            for writer, names in facts.files.items()
            for index, name in enumerate(_few(names))
        ]
        + [
            ("media/", f"the clips, with timecode and unique names; the cut looks for them in {facts.media_folder}"),
            ("manifest.json", "every file with its SHA-256, every take with its recipe"),
            ("cut.json", "the cut as we made it, for rushes conform --against"),
        ]
    )
    lines += ["", "WHAT TO KNOW", ""]
    for note in (_LISTS if facts.file("edl") else "", _SQUEEZED if facts.squeezed else "", *facts.notes):
        if note:
            lines += wrap(note, 96, initial_indent="- ", subsequent_indent="  ")
    return "\r\n".join([*lines, ""])


def _few(names: Sequence[str]) -> list[str]:
    return list(names) if len(names) <= 4 else [*names[:3], f"… and {len(names) - 3} more"]


def _table(rows: list[tuple[str, str]]) -> list[str]:
    width = min(40, max((len(name) for name, _ in rows), default=0))
    lines: list[str] = []
    for name, text in rows:
        pieces = wrap(text, 96 - width) or [""]
        lines += [f"{name:<{width}}  {pieces[0]}", *(" " * (width + 2) + piece for piece in pieces[1:])]
    return lines
