"""One folder that DaVinci Resolve imports without scripts: media, the cut in several formats, notes, and how to use it.

The folder is built beside its name and renamed when it is whole; one that is there already is never touched.
"""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from rushes import __version__
from rushes.contracts import (
    EditClip,
    EditorialMedia,
    EditTimeline,
    JobContext,
    MediaKind,
    Rating,
    TrackKind,
    decode,
    encode,
)
from rushes.contracts.deliver import DeliverJob
from rushes.delivery.conform import conform
from rushes.delivery.cut_read import read_cut
from rushes.delivery.howto import facts_of, readme_text
from rushes.delivery.howto_page import Poster, page_pdf
from rushes.delivery.match import KnownTake, Matcher
from rushes.delivery.plain import plain_rate
from rushes.delivery.times import check_timeline_rate, record_timecode, shown_frame
from rushes.delivery.writers import WRITERS, Job
from rushes.errors import InputError, ProductionError, disk_full_as_error
from rushes.jobs.conform import CUT_FILE
from rushes.jobs.deliver_cut import delivered_cut
from rushes.jobs.deliver_grade import graded
from rushes.jobs.deliver_media import Gathered, declared
from rushes.jobs.registry import Services
from rushes.jobs.stages import Stages
from rushes.library.files import file_sha256, host_tag, process_alive, write_json
from rushes.library.ids import utc_now
from rushes.library.production import Production
from rushes.media.footage import open_footage
from rushes.media.pictures import beside, to_uint8
from rushes.media.video import fit

__all__ = ["run"]

_WEIGHTS = {"takes": 0.25, "media": 0.2, "render": 0.2, "files": 0.15, "pages": 0.1, "check": 0.1}
_EXTRA_PURPOSES = {"drx": "grades of Resolve itself: right-click in the Gallery, Import"}
_MOST_POSTERS = 10


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Params: DeliverJob. Gives `folder`, `zip` (or None), `files`, `clips`, `takes`, `share` (of generated picture),
    `bytes`, `notes`.

    ProductionError: `deliver.exists` when the folder is there already, `deliver.folder` where nothing can be written,
    `deliver.empty`, `editorial.clip`.
    """
    job = decode(DeliverJob, dict(params))
    production = Production.open(job.production)
    stages = Stages(context, _WEIGHTS)
    timeline, selects = delivered_cut(production, job, stages.stage("takes"))
    stages.update("takes", 1.0)
    check_timeline_rate(timeline.rate)
    timeline = graded(production, job, timeline, stages.stage("render"), services)
    target = _target(production, job, timeline)
    with _staged(target) as staging:
        return _Delivery(production, job, timeline, selects, staging, target, stages).make()


def _stem(name: str) -> str:
    """A file name's base that every system and every edit list bears."""
    return re.sub(r"[^A-Za-z0-9-]+", "_", name).strip("_-")[:48] or "cut"


def _target(production: Production, job: DeliverJob, timeline: EditTimeline) -> Path:
    """The folder to make: as given, else the next version in `deliveries/`."""
    if job.out:
        target = Path(job.out).absolute()
        if target.exists() or target.is_symlink():
            raise _exists(target)
        return target
    home = production.root / "deliveries"
    stem = _stem(timeline.name)
    number = 1
    while (home / f"{stem}_v{number:02}").exists() or (home / f"{stem}_v{number:02}.zip").exists():
        number += 1
    return home / f"{stem}_v{number:02}"


def _exists(target: Path) -> ProductionError:
    return ProductionError(
        f"{target} is there already; it was left as it is.",
        code="deliver.exists",
        hint="Give another folder with --out, or leave it out: each delivery gets a number of its own.",
    )


@contextmanager
def _staged(target: Path) -> Generator[Path, None, None]:
    """A folder beside the target to build in; it is renamed by `_Delivery`, and gone when something went wrong."""
    staging = target.with_name(f".{target.name}.{host_tag()}-{os.getpid()}.part")
    try:
        with disk_full_as_error(target):
            staging.parent.mkdir(parents=True, exist_ok=True)
            _sweep(staging.parent)
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir()
            yield staging
    except OSError as exc:
        raise ProductionError(
            f"The delivery could not be written to {target}: {exc.strerror or exc}.",
            code="deliver.folder",
            hint="May you write there? Give another folder with --out; nothing was left behind.",
        ) from exc
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _sweep(home: Path) -> None:
    """Remove what processes of this machine left that were killed in the middle of a delivery."""
    for left in home.glob(f".*.{host_tag()}-*.part"):
        pid = left.name.removesuffix(".part").rpartition("-")[2]
        if pid.isdigit() and not process_alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


@dataclass
class _Delivery:
    production: Production
    job: DeliverJob
    timeline: EditTimeline
    """With media as they lie here."""
    selects: tuple[EditorialMedia, ...]
    staging: Path
    target: Path
    stages: Stages
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Writer → what it made, relative."""
    notes: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        """The folder as the editor's machine knows it."""
        return self.job.at or str(self.target)

    def make(self) -> dict[str, Any]:
        """Everything, then the rename."""
        check = self.stages.context.check
        media = Gathered(self.staging, self.root, check, frames=self.job.frames, prores=self.job.prores)
        media.take_in(self.timeline, self.selects)
        self.stages.update("media", 1.0)
        self.cuts(media)
        self.drx()
        share = self.share()
        self.pages(share)
        self.manifest(share)
        check()
        if not self.job.zip:
            self.land()
            return self.result(share, None)
        packed = self.target.with_name(self.target.name + ".zip")
        with beside(packed) as draft:  # folder and .zip appear together
            self.pack(draft)
            self.land()
        return self.result(share, packed)

    def land(self) -> None:
        """The whole folder under its name."""
        if self.target.exists():
            raise _exists(self.target)
        os.rename(self.staging, self.target)

    def cuts(self, media: Gathered) -> None:
        """Each writer's files, from the cut as it can say it."""
        stem = _stem(self.timeline.name)
        for index, writer in enumerate(WRITERS):
            self.stages.context.check()
            cut = self.timeline
            if writer.needs_plain is not None:
                cut = media.plainly(cut, writer.needs_plain)
            given = Job(media.there(cut), self.staging, stem, declared(self.root, "media"))
            made = writer.write(given)
            if made:
                self.files[writer.name] = tuple(p.relative_to(self.staging).as_posix() for p in made)
            self.stages.update("files", (index + 1) / len(WRITERS), writer.name)
        self.stages.update("render", 1.0)
        write_json(self.staging / CUT_FILE, encode(media.there(self.timeline)))
        self.tell()

    def tell(self) -> None:
        """What an editor must know about the formats."""
        clips = [c for t in self.timeline.tracks for c in t.clips]
        if any(c.speed != 1 for c in clips):
            self.note("Retimed clips are rendered (media/plain) for the XML; the OTIO keeps them as speeds.")
        if any(plain_rate(c, self.timeline) for c in clips):
            self.note("Media of another rate than the timeline's are rendered (media/plain) for the edit lists.")
        if any(c.media is None for c in clips):
            names = ", ".join(dict.fromkeys(c.name for c in clips if c.media is None))
            self.note(f"Without media: {names}.")
        bare = [s.name for s in self.selects if s.media.kind is not MediaKind.SEQUENCE]
        if self.job.frames and bare:
            self.note(f"No frames were kept of {', '.join(bare)}: there the movies are all there is.")
        if any(t.kind is TrackKind.AUDIO and t.clips for t in self.timeline.tracks):
            self.note("Edit lists carry the picture alone; sound is in the OTIO and the XML.")

    def note(self, text: str) -> None:
        """Tell the artist now and the editor in the how-to."""
        self.notes.append(text)
        self.stages.note(text)

    def drx(self) -> None:
        """Grades of Resolve itself that lie in the production."""
        home = self.production.root / "grades"
        names = [f"drx/{p.relative_to(home).as_posix()}" for p in sorted(home.rglob("*.drx"))]
        for name in names:
            (self.staging / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(home / name.removeprefix("drx/"), self.staging / name)
        if names:
            self.files["drx"] = tuple(names)

    def share(self) -> float:
        """Part of the picture that is generated, as `conform` will find it."""
        cut = read_cut(self.staging / CUT_FILE)
        known = [_known(select) for select in self.selects]
        return conform(cut, Matcher(known), os.path.exists).share

    def pages(self, share: float) -> None:
        """README.txt and the page with pictures."""
        purposes = {w.name: w.purpose for w in WRITERS} | _EXTRA_PURPOSES
        day = utc_now()[:10]
        folder = declared(self.root, "media")
        facts = facts_of(
            self.timeline, self.production.name, day, share, folder, self.files, purposes, tuple(self.notes)
        )
        facts = replace(facts, squeezed=not self.job.prores)
        with beside(self.staging / "README.txt") as draft:
            draft.write_bytes(readme_text(facts).encode("utf-8"))
        with beside(self.staging / "HOW_TO.pdf") as draft:
            draft.write_bytes(page_pdf(facts, self.posters()))
        self.stages.update("pages", 1.0)

    def posters(self) -> list[Poster]:
        """The middle picture of clips from all over the cut."""
        clips = sorted(
            (c for t in self.timeline.tracks if t.kind is TrackKind.VIDEO for c in t.clips if c.enabled),
            key=lambda c: c.record,
        )
        count = min(_MOST_POSTERS, len(clips))
        shown = [clips[index * len(clips) // count] for index in range(count)]
        return [
            Poster(self.picture(c), c.name, str(record_timecode(self.timeline, c.record)), c.generated) for c in shown
        ]

    def picture(self, clip: EditClip) -> np.ndarray[Any, np.dtype[np.uint8]] | None:
        """A small picture of a clip; None when its media cannot be read."""
        self.stages.context.check()
        if clip.media is None:
            return None
        try:
            footage = open_footage(Path(clip.media.path), clip.media.rate, clip.media.start)
            middle = min(max(0, shown_frame(clip, clip.duration // 2, self.timeline.rate)), footage.total - 1)
            picture = to_uint8(next(iter(footage.part(middle, 1))))
        except InputError:
            return None
        return fit(picture, replace(footage.size, width=480, height=270))

    def manifest(self, share: float) -> None:
        """Every file with its hash, every take with its recipe."""
        paths = sorted(p for p in self.staging.rglob("*") if p.is_file())
        entries: list[dict[str, Any]] = []
        for index, path in enumerate(paths):
            digest = file_sha256(path, self.stages.context.check)
            name = path.relative_to(self.staging).as_posix()
            entries.append({"path": name, "bytes": path.stat().st_size, "sha256": digest})
            self.stages.update("check", (index + 1) / len(paths))
        about = self.production.info()
        write_json(
            self.staging / "manifest.json",
            {
                "version": 1,
                "made": utc_now(),
                "software": f"Rushes {__version__}",
                "production": {"id": about.id, "name": about.name},
                "timeline": self.timeline.name,
                "ai_generated_share": round(share, 4),
                "takes": [_take_entry(s) for s in self.selects],
                "files": entries,
            },
        )

    def pack(self, path: Path) -> None:
        """All of it as a .zip; movies are not squeezed again."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for file in sorted(p for p in self.staging.rglob("*") if p.is_file()):
                self.stages.context.check()
                squeezed = file.suffix.lower() not in (".mov", ".mp4", ".png")
                kind = zipfile.ZIP_DEFLATED if squeezed else zipfile.ZIP_STORED
                out.write(file, f"{self.target.name}/{file.relative_to(self.staging).as_posix()}", kind)

    def result(self, share: float, packed: Path | None) -> dict[str, Any]:
        """See run."""
        files = sorted(p.relative_to(self.target).as_posix() for p in self.target.rglob("*") if p.is_file())
        clips = [c for t in self.timeline.tracks for c in t.clips]
        return {
            "folder": str(self.target),
            "zip": str(packed) if packed else None,
            "files": files,
            "clips": len(clips),
            "takes": len(self.selects),
            "share": share,
            "bytes": sum((self.target / f).stat().st_size for f in files),
            "notes": self.notes,
        }


def _known(select: EditorialMedia) -> KnownTake:
    media = select.media
    return KnownTake(select.take, select.shot, select.name, media.rate, media.start, media.frames)


def _take_entry(select: EditorialMedia) -> dict[str, Any]:
    return {
        "take": select.take,
        "shot": select.shot,
        "name": select.name,
        "number": select.number,
        "kept": select.rating is Rating.KEPT,
        "recipe_sha256": select.recipe_hash,
        "metadata": dict(select.metadata),
    }
