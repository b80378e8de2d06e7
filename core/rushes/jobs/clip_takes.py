"""Treatments of takes: shot again from the recipe with something changed, then cut to the clip's frames.

Each makes a take in the library, named after the job, so that a job run again finds it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rushes.contracts import Brief, FrameRange, ShootRequest, Size, encode
from rushes.errors import (
    BlenderError,
    BlendError,
    InputError,
    ModelError,
    ProductionError,
    RecipeError,
    SceneError,
    SizeError,
)
from rushes.jobs import clip_filters, shoot
from rushes.jobs.clip_return import Outcome
from rushes.jobs.clip_settings import brief_changes, check_known, seed_of, text_of, whole_of
from rushes.jobs.clip_work import Work
from rushes.jobs.shot_passes import Scene, inspect, passes_key
from rushes.jobs.stages import Stages
from rushes.jobs.take_passes import take_source
from rushes.jobs.warm import current_model
from rushes.library.ids import check_id
from rushes.media.footage import Footage, open_footage
from rushes.models.store import check_ref
from rushes.post.set_blend import NAME as SET_STEP

__all__ = ["another", "extend", "restyle", "upscale"]

_WEIGHTS = {"shoot": 0.92, "cut": 0.08}
_LARGEST = 8192
_COMPARED = 6
"""Frames at which an extended take is held against the one it extends."""


@dataclass(frozen=True)
class _Source:
    """What a take was shot from, as it is now."""

    scene: Scene
    unchanged: bool
    """The .blend and all that it links are as they were."""
    uses_sun: bool


def another(work: Work) -> Outcome:
    """The same recipe, another seed. Setting "seed"."""
    check_known(work.job, ("seed",))
    seed = seed_of(work.job, work.recipe.seed)
    count, notes = work.range_in(work.take.frame_count)
    return _cut(work, _reshot(work, seed=seed), work.job.first, count, work.job.head, notes)


def restyle(work: Work) -> Outcome:
    """The same seed, another brief or generator. Settings: fields of the brief, "generator", "steps"."""
    check_known(work.job, (*Brief.fields(), "generator", "steps"))
    recipe, job = work.recipe, work.job
    changes: dict[str, Any] = {}
    words = {n: t for n, t in brief_changes(job.settings).items() if t.strip() != getattr(recipe.brief, n).strip()}
    if words:
        changes["brief"] = {**encode(recipe.brief), **words}
    generator = text_of(job, "generator")
    if generator and generator != recipe.generator:
        # Strengths, steps and sizes mean something to the model they were chosen for only.
        changes |= {"generator": generator, "strengths": {}, "steps": None, "model_size": None}
    if "steps" in job.settings:
        changes["steps"] = whole_of(job, "steps", recipe.steps, 1, 1000)
    if not changes:
        raise InputError(
            "The restyle changes nothing: it would be the same take.",
            code="clip.restyle",
            hint="Set a field of the brief, such as style or lighting, or another generator.",
        )
    count, notes = work.range_in(work.take.frame_count)
    return _cut(work, _reshot(work, **changes), job.first, count, job.head, notes)


def upscale(work: Work) -> Outcome:
    """The take finished again at a larger size: its edges follow the geometry. Where the recipe cannot be had as it
    was, or a "model" is named, its pictures are enlarged. Settings "scale", "model"."""
    check_known(work.job, ("scale", "model"))
    scale = whole_of(work.job, "scale", 2, 2, 4)
    if work.job.settings.get("model", "").strip():
        return clip_filters.upscale(work)
    try:
        size = _larger(work.recipe.output_size, scale)
        _check_same(work)
    except (RecipeError, ProductionError, BlendError, BlenderError, SceneError, ModelError) as exc:
        why = f"The take cannot be finished anew at the larger size, its pictures are enlarged: {exc.message}"
        return clip_filters.upscale(work, (why,))
    count, notes = work.range_in(work.take.frame_count)
    made = _reshot(work, output_size=size)
    told = f"Finished again from the recipe at {size}: edges follow the geometry of the scene."
    return _cut(work, made, work.job.first, count, work.job.head, (*notes, told))


def extend(work: Work) -> Outcome:
    """More of the shot: "before" and "after" in frames, as far as the scene goes. Same seed."""
    check_known(work.job, ("before", "after"))
    job = work.job
    before, after = (whole_of(job, n, 0, 0, 100_000) for n in ("before", "after"))
    if not before + after:
        raise InputError(
            "Extend by how much? Neither before nor after is set.", code="clip.extend", hint="Set after=24."
        )
    count, notes = work.range_in(work.take.frame_count)
    more_before = max(0, before - job.first)
    more_after = max(0, job.first + count + after - work.take.frame_count)
    if not more_before + more_after:
        told = "The take had these frames already: nothing was shot."
        footage = _clip_of(work, work.take_folder / work.take.files.clip)
        return _cut(work, footage, job.first - before, count + before + after, job.head + before, (*notes, told))
    source = _source(work)
    range_, got_before, got_after = _longer(work, source, more_before, more_after)
    lacking = [
        f"The scene has {have} of the {want} more frames {where} the shot that were asked for."
        for have, want, where in ((got_before, more_before, "before"), (got_after, more_after, "after"))
        if have < want
    ]
    footage = _reshot(work, range=range_)
    before -= more_before - got_before
    after -= more_after - got_after
    told = (*notes, *lacking, _likeness(work, footage, got_before))
    # The clip's first frame is now `got_before` later in the take.
    first = job.first + got_before - before
    return _cut(work, footage, first, count + before + after, job.head + before, told)


def _longer(work: Work, source: _Source, before: int, after: int) -> tuple[FrameRange, int, int]:
    """(range, frames gained before, after) within what the scene has. InputError `clip.extend` when it has none."""
    now = work.recipe.range
    shots = source.scene.info.shots
    low = min((s.range.start for s in shots), default=now.start)
    high = max((s.range.end for s in shots), default=now.end)
    got_before = min(before, max(0, (now.start - low) // now.step))
    got_after = min(after, max(0, (high - now.frames[-1]) // now.step))
    if not got_before + got_after:
        raise InputError(
            f"The scene has no frames beyond the take: it runs from {low} to {high}, the take from {now.start} to "
            f"{now.frames[-1]}.",
            code="clip.extend",
            hint="Lengthen the scene's range in Blender, animate on, save it, and send the clip again.",
        )
    return (
        FrameRange(now.start - got_before * now.step, now.frames[-1] + got_after * now.step, now.step),
        got_before,
        got_after,
    )


def _likeness(work: Work, longer: Footage, offset: int) -> str:
    """How the frames that both takes have compare."""
    old = _clip_of(work, work.take_folder / work.take.files.clip)
    step = max(1, len(old) // _COMPARED)
    apart = [
        float(np.abs(a - b).mean()) * 255
        for number, (a, b) in enumerate(zip(old, longer.part(offset, len(old))))
        if number % step == 0
    ]
    mean = sum(apart) / len(apart)
    words = "the same as before" if mean < 1.0 else "made anew with the same seed: check the join"
    return f"The frames you had are {words} (they differ by {mean:.1f} levels of 255)."


def _reshot(work: Work, **changes: Any) -> Footage:
    """The clip of a take shot from the recipe with changes; the take is named after the job."""
    job, recipe, production = work.job, work.recipe, work.production
    work.check_take_media()
    take_id = check_id(job.id)
    made = production.find_take(take_id)
    if made is None:
        source = _source(work)
        if not source.unchanged:
            work.context.note(
                "The scene has changed since the take was made; the new one is shot from the scene as it is now."
            )
        request = replace(_request(work, source, take_id), **changes)
        stages = Stages(work.context, _WEIGHTS)
        shoot.run(encode(request), stages.stage("shoot"), work.services)
        made = production.find_take(take_id)
        assert made is not None
    elif made.origin.get("clip") != job.id or made.shot != recipe.shot:
        raise ProductionError(
            f"There is a take {take_id} already that this clip did not make.",
            code="production.take_exists",
            hint="Send the clip again; it gets an id of its own.",
        )
    for text in made.messages:
        work.context.note(text)
    return _clip_of(work, production.take_folder(take_id) / made.files.clip)


def _request(work: Work, source: _Source, take_id: str) -> ShootRequest:
    """The request that makes the take again."""
    recipe = work.recipe
    kept = next((s for s in recipe.post if s.name == SET_STEP), None)
    return ShootRequest(
        production=str(work.production.root),
        blend=str(source.scene.blend),
        shot=recipe.shot,
        take_id=take_id,
        seed=recipe.seed,
        generator=recipe.generator,
        brief=encode(recipe.brief),
        steps=recipe.steps,
        strengths=dict(recipe.strengths),
        model_size=recipe.model_size,
        output_size=recipe.output_size,
        range=recipe.range,
        camera=recipe.camera,
        keep_frames=work.take.files.pictures is not None,
        object_seeds=dict(recipe.object_seeds),
        use_scene_sun=source.uses_sun,
        set_takes=tuple(kept.settings["takes"]) if kept else (),
        origin={**work.take.origin, "clip": work.job.id, "take": work.take.id, "treatment": work.job.treatment.value},
    )


def _source(work: Work) -> _Source:
    """Raises what the .blend has to say: gone, unreadable, no longer a source."""
    key, request, name = take_source(work.production, work.take)
    blend = work.production.check_source(name)
    door = work.services.passes
    scene = inspect(work.production, blend, door, work.context)
    unchanged = passes_key(scene, replace(request, blend=str(blend)), door) == key
    sun = scene.info.sun
    # The request does not say whether the light was the scene's; a changed scene has another sun to compare with.
    uses_sun = sun is None or not unchanged or request.sun_direction == sun.direction
    return _Source(scene, unchanged, uses_sun)


def _check_same(work: Work) -> None:
    """RecipeError when finishing again would show something else than the take."""
    if not _source(work).unchanged:
        raise RecipeError("The scene has changed since the take was made.", code="recipe.passes")
    check_ref(work.recipe.model, current_model(work.services, work.services.generators.get(work.recipe.generator)))


def _larger(size: Size, scale: int) -> Size:
    made = Size(size.width * scale, size.height * scale)
    if max(made.width, made.height) > _LARGEST:
        raise SizeError(
            f"{scale} times {size} is {made}, more than {_LARGEST} pixels a side.",
            code="clip.scale",
            hint="Upscale by less.",
        )
    return made


def _clip_of(work: Work, clip: Path) -> Footage:
    return open_footage(clip, work.job.rate)


def _cut(work: Work, footage: Footage, first: int, count: int, head: int, notes: tuple[str, ...]) -> Outcome:
    """Frames [first, first + count) of a take's clip, with its label."""
    part = footage.part(first, count)
    metadata = _label(part.metadata)
    made = part.path != work.take_folder / work.take.files.clip
    return Outcome(
        pictures=_shown(work, part),
        size=part.size,
        frames=count,
        head=head,
        metadata=metadata,
        generated=True,
        take=work.job.id if made else "",
        notes=(*notes, *part.notes),
        color=part.color,
    )


def _shown(work: Work, part: Footage) -> Any:
    for done, picture in enumerate(part, 1):
        yield picture
        fraction = _WEIGHTS["shoot"] + _WEIGHTS["cut"] * done / len(part)
        work.context.progress(fraction, "cut", f"Frame {done} of {len(part)}")


def _label(metadata: Mapping[str, str]) -> dict[str, str]:
    """The clip's own metadata without what the container says of itself."""
    own = ("major_brand", "minor_version", "compatible_brands", "encoder", "timecode")
    return {k: v for k, v in metadata.items() if k not in own}
