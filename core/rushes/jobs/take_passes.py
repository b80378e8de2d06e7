"""The passes of a take that was made: those in the production, or rendered again as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rushes.contracts import PassesRequest, Recipe, Take, decode
from rushes.errors import PassesError, ProductionError, ProtocolError, RecipeError
from rushes.jobs.doors import OpenPasses
from rushes.jobs.registry import Services
from rushes.jobs.shot_passes import inspect, obtain_passes, passes_key
from rushes.jobs.stages import Stages
from rushes.library.files import read_json
from rushes.library.production import Production

__all__ = ["take_passes", "take_source"]


def take_passes(production: Production, take: Take, recipe: Recipe, services: Services, stages: Stages) -> OpenPasses:
    """The passes of a take's recipe; rendered again, as stage "passes", when they are gone or damaged and the .blend is
    still the same. RecipeError `recipe.passes` or `recipe.source` when they cannot be had."""
    key, request, blend_name = take_source(production, take)
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


def take_source(production: Production, take: Take) -> tuple[str, PassesRequest, str]:
    """(key of its passes, the request they were made for, how the production names the .blend). RecipeError
    `recipe.source`."""
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
