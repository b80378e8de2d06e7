"""Makes a take's frames again from its recipe and compares them with what was stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rushes.contracts import JobContext, Recipe, Take, decode
from rushes.errors import ProductionError, RecipeError
from rushes.jobs.environment import environment
from rushes.jobs.registry import Services
from rushes.jobs.set_pictures import obtain_set, open_set
from rushes.jobs.sheets import read_recipe
from rushes.jobs.shoot import RECIPE_VERSION, take_frames
from rushes.jobs.shot_passes import inspect
from rushes.jobs.stages import Stages
from rushes.jobs.take_passes import take_passes, take_source
from rushes.jobs.warm import current_model
from rushes.library.files import read_json
from rushes.library.production import Production
from rushes.media.pictures import frame_sha256
from rushes.models.store import check_ref
from rushes.post.set_blend import NAME as SET_STEP
from rushes.post.set_blend import SetPictures

__all__ = ["ReplayRequest", "run"]

_WEIGHTS = {"passes": 0.2, "generate": 0.6, "upsample": 0.2}


@dataclass(frozen=True)
class ReplayRequest:
    """Which take to make again."""

    production: str
    """Absolute path of the production folder."""
    take: str
    """Its id."""


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Replay a take; nothing on disk changes (passes that are gone are rendered again).

    Gives `take`, `equal`, `frames`, `different` (positions from 0), `recipe_hash` and `environment`
    (what differs from when the take was made: name → [then, now]). Raises RecipeError when recipe, model files,
    passes or .blend are not what they were.
    """
    request = decode(ReplayRequest, dict(params))
    production = Production.open(request.production)
    folder = production.take_folder(request.take)
    take = production.find_take(request.take)
    assert take is not None
    recipe = read_recipe(folder, take)
    if recipe.version != RECIPE_VERSION:
        raise RecipeError(
            f"The recipe is of version {recipe.version}; this Rushes replays version {RECIPE_VERSION}.",
            code="recipe.version",
            hint="Replay it with the Rushes that made it.",
        )
    stages = Stages(context, _WEIGHTS)
    generator = services.generators.get(recipe.generator)
    check_ref(recipe.model, current_model(services, generator))
    inputs = take_passes(production, take, recipe, services, stages)
    set_ = _set(production, take, recipe, services, stages)
    stored = _stored_hashes(production, take)
    different = [
        index
        for index, frame in enumerate(take_frames(recipe, generator, inputs, stages, set_=set_))
        if index >= len(stored) or frame_sha256(frame) != stored[index]
    ]
    if len(inputs) < len(stored):
        different.extend(range(len(inputs), len(stored)))
    return {
        "take": take.id,
        "equal": not different,
        "frames": len(stored),
        "different": different,
        "recipe_hash": recipe.hash,
        "environment": _changes(take.environment),
    }


def _set(production: Production, take: Take, recipe: Recipe, services: Services, stages: Stages) -> SetPictures | None:
    """The set that a take keeps, rendered again when it is gone; None when it keeps none."""
    step = next((s for s in recipe.post if s.name == SET_STEP), None)
    if step is None:
        return None
    key = str(read_json(production.take_folder(take.id) / "source.json", "The take's source").get("set", ""))
    found = open_set(production, key) if key else None
    if found is not None:
        return found
    _, request, name = take_source(production, take)
    blend = production.check_source(name)
    context = stages.stage("passes")
    context.note("The set is gone or damaged; it is rendered again.")
    scene = inspect(production, blend, services.passes, context)
    return obtain_set(production, scene, replace(request, blend=str(blend)), step.settings["takes"], services, context)


def _stored_hashes(production: Production, take: Take) -> list[str]:
    path = production.take_folder(take.id) / take.files.frames
    try:
        found = read_json(path, "The list of frames")["sha256"]
    except (OSError, KeyError, ProductionError) as exc:
        raise RecipeError(
            f"The frame hashes of take {take.id} cannot be read.",
            code="recipe.frames",
            hint="Bring frames.json back from a backup.",
        ) from exc
    return [str(h) for h in found]


def _changes(then: Mapping[str, str]) -> dict[str, list[str]]:
    now = environment()
    names = sorted({*then, *now})
    return {n: [then.get(n, ""), now.get(n, "")] for n in names if then.get(n) != now.get(n)}
