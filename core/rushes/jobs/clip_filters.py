"""Treatments of any footage, takes included: what is done to the pictures as they are."""

from __future__ import annotations

from rushes.errors import InputError
from rushes.jobs.clip_return import Outcome
from rushes.jobs.clip_settings import check_known, number_of, text_of, whole_of
from rushes.jobs.clip_work import Work
from rushes.models.store import ModelStore
from rushes.models.upscaler import Upscaler, find_upscaler, upscaler_files
from rushes.post.footage.denoise import Denoise
from rushes.post.footage.foreground import Foreground
from rushes.post.footage.interpolate import Interpolate
from rushes.post.footage.protocol import Filter
from rushes.post.footage.stabilise import Stabilise
from rushes.post.footage.upscale import Upscale
from rushes.provenance.label import (
    COMPOSITE_SOURCE_TYPE,
    SYNTHETIC_PARTS_SOURCE_TYPE,
    is_labelled,
    returned_metadata,
)

__all__ = ["denoise", "filtered", "interpolate", "matte", "stabilise", "upscale"]


def filtered(work: Work, step: Filter, made: str | None = None, extra: tuple[str, ...] = (), **keys: str) -> Outcome:
    """The clip through a filter. `made` is the source type of what it generates; a label that is there stays."""
    footage, job = work.footage, work.job
    metadata = returned_metadata(job.name, job.treatment.value, footage.metadata, made, **keys)
    return Outcome(
        pictures=step.apply(footage, work.context),
        size=step.output_size(footage.size),
        frames=step.output_frames(len(footage)),
        head=step.output_position(job.head),
        metadata=metadata,
        generated=made is not None or is_labelled(footage.metadata),
        notes=(*footage.notes, *extra),
        notes_after=lambda: step.notes,
        color=footage.color,
        aspect=footage.aspect,
    )


def denoise(work: Work) -> Outcome:
    """Grain and flicker out. Settings "strength", "flicker" (even or keep)."""
    check_known(work.job, ("strength", "flicker"))
    strength = number_of(work.job, "strength", 0.6, 0, 1)
    return filtered(work, Denoise(strength, flicker=text_of(work.job, "flicker", "even", ("even", "keep")) == "even"))


def stabilise(work: Work) -> Outcome:
    """Steady. Setting "strength"."""
    check_known(work.job, ("strength",))
    return filtered(work, Stabilise(number_of(work.job, "strength", 0.5, 0, 1)))


def interpolate(work: Work) -> Outcome:
    """Slow motion. Setting "factor"."""
    check_known(work.job, ("factor",))
    return filtered(work, Interpolate(whole_of(work.job, "factor", 2, 2, 8)), SYNTHETIC_PARTS_SOURCE_TYPE)


def matte(work: Work) -> Outcome:
    """The foreground, white on black. A matte shows nothing that was generated."""
    check_known(work.job, ("class", "foreground"))
    text_of(work.job, "class", "foreground", ("foreground",))
    outcome = filtered(work, Foreground())
    metadata = returned_metadata(work.job.name, work.job.treatment.value, {})
    return Outcome(
        outcome.pictures,
        outcome.size,
        outcome.frames,
        outcome.head,
        metadata,
        generated=False,
        notes=outcome.notes,
        notes_after=outcome.notes_after,
        aspect=outcome.aspect,
    )


def upscale(work: Work, extra: tuple[str, ...] = ()) -> Outcome:
    """Larger by "scale", with the user's "model" where there is one, else by Lanczos."""
    check_known(work.job, ("scale", "model"))
    scale = whole_of(work.job, "scale", 2, 2, 4)
    step = Upscale(scale)  # refuses a scale before any model is loaded
    step.output_size(work.footage.size)
    store = ModelStore(home=work.services.home)
    loaded = _model(store, text_of(work.job, "model"), scale)
    if loaded is None:
        return filtered(work, step, extra=extra)
    made = COMPOSITE_SOURCE_TYPE
    step = Upscale(scale, loaded.enlarge, loaded.name)
    return filtered(work, step, made, extra, model=loaded.name, model_sha256=loaded.sha256)


def _model(store: ModelStore, name: str, scale: int) -> Upscaler | None:
    """The model that is named, else the first there is that makes `scale`; None for Lanczos."""
    if name.lower() == "lanczos":
        return None
    if name:
        found = Upscaler.load(find_upscaler(store, name), store)
        if found.scale != scale:
            raise InputError(
                f"The model {found.name} enlarges {found.scale} times, not {scale} times.",
                code="clip.scale",
                hint=f"Set the scale to {found.scale}, or choose another model.",
            )
        return found
    for path in upscaler_files(store):
        loaded = Upscaler.load(path, store)
        if loaded.scale == scale:
            return loaded
    return None
