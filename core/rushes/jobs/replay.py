"""Makes a take's frames again from its recipe and compares them with what was stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rushes.contracts import JobContext, PassesRequest, Recipe, Take, decode
from rushes.errors import PassesError, ProductionError, ProtocolError, RecipeError
from rushes.jobs.doors import OpenPasses
from rushes.jobs.environment import environment
from rushes.jobs.registry import Services
from rushes.jobs.sheets import read_recipe
from rushes.jobs.shoot import RECIPE_VERSION, take_frames
from rushes.jobs.shot_passes import inspect, obtain_passes, passes_key
from rushes.jobs.stages import Stages
from rushes.jobs.warm import current_model
from rushes.library.files import read_json
from rushes.library.production import Production
from rushes.media.pictures import frame_sha256
from rushes.models.store import check_ref

__all__ = ["ReplayRequest", "run", "take_passes"]

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
    stored = _stored_hashes(production, take)
    different = [
        index
        for index, frame in enumerate(take_frames(recipe, generator, inputs, stages))
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


def take_passes(production: Production, take: Take, recipe: Recipe, services: Services, stages: Stages) -> OpenPasses:
    """The passes of a take's recipe; rendered again, as stage "passes", when they are gone or damaged and the .blend is
    still the same. RecipeError `recipe.passes` or `recipe.source` when they cannot be had."""
    key, request, blend_name = _source(production, take)
    context = stages.stage("passes")
    inputs = _stored(production.passes_folder(key), services)
    if inputs is None:
        blend = production.check_source(blend_name)
        request = replace(request, blend=str(blend))
        scene = inspect(production, blend, services.passes, context)
        if passes_key(scene, request, services.passes) != key:
            raise _other_passes(take, f"they are gone, and {blend.name} or a file that it links has changed since")
        context.note("The passes are gone or damaged; they are rendered again.")
        inputs, _ = obtain_passes(production, key, request, services.passes, context)
    stages.update("passes", 1.0)
    if inputs.digest != recipe.passes:
        raise _other_passes(take, "those in the production differ from those of the take")
    return inputs


def _stored(folder: Path, services: Services) -> OpenPasses | None:
    if not (folder / "manifest.json").is_file():
        return None
    try:
        return services.passes.open(folder)
    except PassesError:
        return None


def _other_passes(take: Take, why: str) -> RecipeError:
    return RecipeError(
        f"The passes of take {take.id} cannot be had as they were: {why}.",
        code="recipe.passes",
        hint="Bring the .blend of that day back, or shoot a new take.",
    )


def _source(production: Production, take: Take) -> tuple[str, PassesRequest, str]:
    path = production.take_folder(take.id) / "source.json"
    try:
        data = read_json(path, "The take's source")
        return str(data["passes"]), decode(PassesRequest, data["request"]), str(data["blend"])
    except (OSError, KeyError, ProductionError, ProtocolError) as exc:
        raise RecipeError(
            f"Where the passes of take {take.id} came from cannot be read: {exc}",
            code="recipe.source",
            hint="Bring source.json back from a backup.",
        ) from exc


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
