"""What every treatment of a clip works with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rushes.contracts import JobContext, Recipe, Take
from rushes.contracts.clip import ClipJob
from rushes.errors import InputError, ProductionError
from rushes.jobs.registry import Services
from rushes.jobs.sheets import read_recipe
from rushes.library.production import Production
from rushes.media.footage import Footage, open_footage

__all__ = ["Work"]


@dataclass(frozen=True)
class Work:
    """One clip job on its way."""

    job: ClipJob
    production: Production
    context: JobContext
    services: Services

    @cached_property
    def footage(self) -> Footage:
        """The frames that were sent. InputError when the media is not there or has not that many."""
        job = self.job
        return open_footage(Path(job.media), job.rate, job.start_number).part(job.first, job.frames)

    @cached_property
    def take(self) -> Take:
        """The take that is shown. ProductionError `production.take` when it is gone."""
        found = self.production.find_take(self.job.take)
        if found is None:
            where = " It is in the trash." if self.production.in_trash(self.job.take) else ""
            raise ProductionError(
                f"The take {self.job.take} of this clip is not in the production.{where}",
                code="production.take",
                hint="Bring it back (`rushes takes restore`), or send the clip as footage, without its take.",
            )
        return found

    @cached_property
    def take_folder(self) -> Path:
        """Where the take lies."""
        return self.production.take_folder(self.take.id)

    @cached_property
    def recipe(self) -> Recipe:
        """How the take was made. RecipeError."""
        return read_recipe(self.take_folder, self.take)

    def check_take_media(self) -> None:
        """InputError `clip.take_media` when the media's frames cannot be those of the take one by one.

        The recipe makes the take, not the media: media that is gone is no hindrance.
        """
        path = Path(self.job.media)
        if path.resolve() == (self.take_folder / self.take.files.clip).resolve() or "%" in path.name:
            return
        if not path.is_file():
            return
        total = open_footage(path, self.job.rate).total
        if total != self.take.frame_count:
            raise InputError(
                f"{path.name} has {total} frames, the take {self.take.id} has {self.take.frame_count}: which frames "
                "of the take it shows cannot be told.",
                code="clip.take_media",
                hint="Send the take's own media as it lies in the media pool, not a render of it.",
            )

    def range_in(self, total: int) -> tuple[int, tuple[str, ...]]:
        """(frames from `job.first` on that `total` frames hold, notes): a handle may fall short, the cut may not."""
        job = self.job
        cut = job.first + job.frames - job.tail
        if cut > total:
            raise InputError(
                f"The cut shows frames {job.first + job.head} to {cut - 1} of the take; it has {total} "
                f"(0 to {total - 1}).",
                code="clip.range",
                hint="Shorten the clip in the timeline, or extend the take.",
                details={"first": job.first, "frames": job.frames, "total": total},
            )
        frames = min(job.frames, total - job.first)
        if frames == job.frames:
            return frames, ()
        return frames, (
            f"The shot ends {total - cut} frames after the cut: of {job.tail} frames of handle that were asked for, "
            f"{total - cut} are there.",
        )
