"""A take's matte from its own passes: exact, because every pixel's object is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Legend, LegendObject, ObjectClass, Size
from rushes.errors import InputError, RushesError
from rushes.generators.protocol import GenerateRequest, guides
from rushes.jobs.clip_return import Outcome
from rushes.jobs.clip_settings import check_known
from rushes.jobs.clip_work import Work
from rushes.jobs.stages import Stages
from rushes.jobs.take_passes import take_passes
from rushes.media.conditioning import ShotInputs
from rushes.media.pictures import Picture
from rushes.post.antialias import antialias
from rushes.provenance.label import returned_metadata

__all__ = ["matte", "wanted"]

_FOREGROUND = (ObjectClass.CHARACTER, ObjectClass.VEHICLE, ObjectClass.PROP)
"""What counts as foreground; a class counts when those before it are not in the shot."""
_SKY = ObjectClass.SKY.value


def matte(work: Work) -> Outcome:
    """White where the objects are, with edges as smooth as the take's. Settings "class", "object": names, several with
    commas; neither, or class=foreground, is the foreground."""
    check_known(work.job, ("class", "object", "foreground"))
    work.check_take_media()
    count, notes = work.range_in(work.take.frame_count)
    stages = Stages(work.context, {"passes": 0.5, "matte": 0.5})
    inputs = take_passes(work.production, work.take, work.recipe, work.services, stages)
    shown = _as_shown(work, inputs)
    ids, words = wanted(inputs.legend, work.job.settings.get("class", ""), work.job.settings.get("object", ""))
    size = work.recipe.output_size
    seen = [False]
    return Outcome(
        pictures=_pictures(work, shown, ids, size, count, seen, stages),
        size=size,
        frames=count,
        head=work.job.head,
        metadata=returned_metadata(work.job.name, work.job.treatment.value, {}, matte=words),
        generated=False,
        notes=(*notes, f"Matte of {words}, from the passes of the take."),
        notes_after=lambda: () if seen[0] else (f"None of it is in the picture in these frames: {words}.",),
    )


def _pictures(
    work: Work, inputs: ShotInputs, ids: NDArray[np.int32], size: Size, count: int, seen: list[bool], stages: Stages
) -> Iterator[Picture]:
    first = work.job.first
    for index in range(first, first + count):
        work.context.check()
        labels = inputs.frame(index, size).ids
        inside = np.isin(labels, ids)
        seen[0] = seen[0] or bool(inside.any())
        picture = np.repeat(inside[..., None], 3, axis=2).astype(np.float32)
        antialias(picture, inside.astype(np.int32))
        yield np.clip(picture, 0, 1)
        stages.update("matte", (index - first + 1) / count, f"Frame {index - first + 1} of {count}")


def _as_shown(work: Work, inputs: ShotInputs) -> ShotInputs:
    """The passes as the take shows them: a generator may draw bodies where simple blocks stand."""
    recipe = work.recipe
    request = GenerateRequest.of(recipe, inputs.legend)
    try:
        return guides(work.services.generators.get(recipe.generator), request, inputs)
    except RushesError as exc:
        work.context.note(
            f"The matte follows the blocks of the scene, not the shapes that the model drew: {exc.message}"
        )
        return inputs


def wanted(legend: Legend, classes: str, objects: str) -> tuple[NDArray[np.int32], str]:
    """(ids, words for people). InputError `clip.matte` for a name that is not in the shot, with those that are."""
    if not objects.strip() and classes.strip().lower() in ("", "foreground"):
        return _foreground(legend)
    ids: list[int] = []
    names: list[str] = []
    for name in _names(classes) + _names(objects):
        found = [o.id for o in legend.objects if _fits(o, name)]
        if name.lower() == _SKY:
            found.append(0)
        if not found:
            raise _unknown(legend, name)
        ids += found
        names.append(name)
    return np.array(sorted(set(ids)), np.int32), ", ".join(names)


def _foreground(legend: Legend) -> tuple[NDArray[np.int32], str]:
    for kind in _FOREGROUND:
        found = [o for o in legend.objects if o.object_class is kind and not o.holdout]
        if found:
            listed = ", ".join(o.name for o in found[:4]) + (" …" if len(found) > 4 else "")
            return np.array([o.id for o in found], np.int32), f"foreground ({kind.value}: {listed})"
    raise _unknown(legend, "foreground")


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _fits(item: LegendObject, name: str) -> bool:
    """By class, by the object's own name, or by that of its collection; upper and lower case are one."""
    return name.lower() in (item.object_class.value, item.name.lower(), item.collection.lower())


def _unknown(legend: Legend, name: str) -> InputError:
    classes = sorted({o.object_class.value for o in legend.objects} | {_SKY})
    some: list[Any] = [o.name for o in legend.objects[:12]]
    more = " …" if len(legend.objects) > 12 else ""
    return InputError(
        f"There is no {name!r} in this shot.",
        code="clip.matte",
        hint=f"Classes: {', '.join(classes)}. Objects: {', '.join(some)}{more}.",
    )
