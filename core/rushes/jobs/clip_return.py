"""What comes back to an editor: one folder in the production, whole or not there.

returns/<job id>/<name>_<treatment>_<job id>.mov   the clip
returns/<job id>/return.json                       what was asked and what came of it
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from rushes.contracts import JobContext, Size, decode, encode
from rushes.contracts.clip import ClipJob, ClipResult
from rushes.contracts.timecode import Timecode
from rushes.errors import InputError, JobFailed, ProductionError, ProtocolError, disk_full_as_error
from rushes.jobs.environment import environment
from rushes.jobs.take_files import png_bytes
from rushes.library.files import host_tag, process_alive, read_json, write_json
from rushes.library.ids import check_id, folder_name, utc_now
from rushes.library.production import Production
from rushes.media.master import MasterWriter, VideoColor
from rushes.media.pictures import Bytes, Picture, to_uint8

__all__ = ["Outcome", "Returns"]

_VERSION = 1
_ABOUT = "return.json"
_STAGING = ".staging-"
_PREVIEW_EVERY = 0.7  # seconds
_PREVIEW_WIDTH = 480


def _no_notes() -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Outcome:
    """What a treatment makes of a clip; its pictures are made while they are written."""

    pictures: Iterator[Picture | Bytes]
    size: Size
    frames: int
    head: int
    metadata: dict[str, str]
    generated: bool
    take: str = ""
    notes: tuple[str, ...] = ()
    notes_after: Callable[[], tuple[str, ...]] = field(default=_no_notes)
    """What is known once all pictures are made."""
    color: VideoColor = VideoColor()
    aspect: Fraction = Fraction(1)


class Returns:
    """The returns of a production, as far as one job is concerned."""

    def __init__(self, production: Production, job: ClipJob) -> None:
        self._production = production
        self._job = job
        self._home = production.root / "returns"
        self._folder = self._home / check_id(job.id, "clip")

    def found(self) -> ClipResult | None:
        """What came of this job before; None when nothing did. InputError `clip.id` when the id was another job's.

        A return whose file is gone or whose description is damaged counts as none and is made again.
        """
        about_path = self._folder / _ABOUT
        try:
            about = read_json(about_path, "The return")
            result = decode(ClipResult, about["result"])
            asked = dict(about["request"])
        except (OSError, KeyError, TypeError, ValueError, ProductionError, ProtocolError):
            return None
        wanted = encode(self._job)
        # Where the production lies may change; what was asked may not.
        if {**asked, "production": "", "media": ""} != {**wanted, "production": "", "media": ""}:
            raise InputError(
                f"The id {self._job.id} belongs to another clip that came back before.",
                code="clip.id",
                hint="Send the clip again; it gets an id of its own.",
            )
        path = self._folder / result.path
        return replace(result, path=str(path)) if path.is_file() else None

    def write(self, outcome: Outcome, context: JobContext) -> ClipResult:
        """Encode the pictures and put the return in its place. Nothing is left when anything raises."""
        job = self._job
        name = f"{folder_name(job.name)}_{job.treatment.value}_{job.id}.mov"
        timecode = Timecode(job.timecode, job.rate, job.drop)
        with self._staged() as folder:
            with MasterWriter(
                folder / name,
                outcome.size,
                job.rate,
                outcome.metadata,
                timecode=timecode,
                color=outcome.color,
                aspect=outcome.aspect,
            ) as writer:
                shown = float("-inf")
                for picture in outcome.pictures:
                    context.check()
                    writer.write(picture)
                    if time.monotonic() - shown > _PREVIEW_EVERY:
                        shown = time.monotonic()
                        context.preview(_preview(picture))
                context.check()
                _check_count(writer.frames, outcome.frames)
            notes = tuple(dict.fromkeys((*outcome.notes, *outcome.notes_after())))
            result = ClipResult(
                job.id,
                name,
                job.rate,
                outcome.frames,
                outcome.head,
                outcome.size,
                outcome.take,
                outcome.generated,
                notes,
            )
            about: dict[str, Any] = {
                "version": _VERSION,
                "request": encode(job),
                "result": encode(result),
                "made": utc_now(),
                "environment": environment(),
            }
            write_json(folder / _ABOUT, about)
        for text in notes:
            context.note(text)
        return replace(result, path=str(self._folder / name))

    @contextmanager
    def _staged(self) -> Generator[Path, None, None]:
        """A hidden folder, renamed to the return's place when the block ends well and removed otherwise."""
        staging = self._home / f"{_STAGING}{self._job.id}-{host_tag()}-{os.getpid()}"
        try:
            with disk_full_as_error(self._folder):
                self._home.mkdir(exist_ok=True)
                self._production.inside(self._home)
                self._clean()
                shutil.rmtree(staging, ignore_errors=True)
                staging.mkdir()
                yield staging
            if self._folder.exists() and self.found() is None:
                # Half of a return: its file was taken away or its description damaged. It is replaced.
                shutil.rmtree(self._folder)
            try:
                os.rename(staging, self._folder)
            except OSError:
                if self.found() is None:
                    raise
                # Another worker with the same job was faster; both made the same.
        except PermissionError as exc:
            raise ProductionError(
                f"The return cannot be written into {self._home}: {exc.strerror}.",
                code="production.read_only",
                hint="Ask for the right to write into the production, or copy it to a place of your own.",
            ) from exc
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _clean(self) -> None:
        """Remove what processes that died left."""
        for folder in self._home.glob(f"{_STAGING}*"):
            parts = folder.name.rsplit("-", 2)
            if len(parts) == 3 and parts[1] == host_tag() and parts[2].isdigit() and not process_alive(int(parts[2])):
                shutil.rmtree(folder, ignore_errors=True)


def _check_count(made: int, due: int) -> None:
    if made != due:
        raise JobFailed(
            f"{made} frames were made where {due} were due; nothing was kept.",
            code="clip.frames",
            hint="This is a fault of Rushes or of the file; render the clip as a new movie and send that.",
        )


def _preview(picture: Picture | Bytes) -> bytes:
    small = to_uint8(picture)
    if small.shape[1] > _PREVIEW_WIDTH:
        height = max(1, round(small.shape[0] * _PREVIEW_WIDTH / small.shape[1]))
        small = cv2.resize(small, (_PREVIEW_WIDTH, height), interpolation=cv2.INTER_AREA)
    return png_bytes(np.asarray(small, np.uint8))
