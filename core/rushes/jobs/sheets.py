"""Contact sheets of a shot's takes."""

from __future__ import annotations

import logging
from pathlib import Path

from rushes.contracts import JobContext, Recipe, Take, decode
from rushes.errors import DiskFullError, InputError, ProtocolError, RecipeError
from rushes.library.files import read_json
from rushes.library.production import Production
from rushes.media.pictures import load_png, save_png
from rushes.media.sheet import SheetTitle, contact_sheet, sheet_take, split_strip

__all__ = ["make_sheet", "read_recipe", "update_sheet"]

_log = logging.getLogger(__name__)


def read_recipe(folder: Path, take: Take) -> Recipe:
    """The recipe beside a take. RecipeError `recipe.unreadable`, or `recipe.edited` when it is not the take's."""
    path = folder / take.files.recipe
    try:
        recipe = decode(Recipe, read_json(path, "The recipe"))
    except (OSError, InputError, ProtocolError) as exc:
        raise RecipeError(
            f"The recipe of take {take.id} cannot be read: {exc}",
            code="recipe.unreadable",
            hint="Bring recipe.json back from a backup; the clip itself is untouched.",
        ) from exc
    if recipe.hash != take.recipe_hash:
        raise RecipeError(
            f"The recipe of take {take.id} was changed after the take was made.",
            code="recipe.edited",
            hint="Bring recipe.json back from a backup, or shoot a new take with the changed values.",
        )
    return recipe


def make_sheet(production: Production, shot: str) -> Path | None:
    """Write shots/<shot>/sheet.png: its takes with seed, brief and rating; None when there are none.

    InputError when a strip is damaged, RecipeError when a recipe is.
    """
    takes = production.takes(shot)
    rows = []
    recipe: Recipe | None = None
    for number, take in enumerate(takes, 1):
        folder = production.take_folder(take.id)
        recipe = read_recipe(folder, take)
        strip = load_png(folder / take.files.strip)
        rows.append(sheet_take(number, take, recipe, recipe.generator, split_strip(strip)))
    if recipe is None:
        return None
    title = SheetTitle(
        shot=shot,
        camera=recipe.camera,
        range=recipe.range,
        rate=recipe.rate,
        size=recipe.output_size,
        production=production.name,
    )
    out = production.shot_folder(shot) / "sheet.png"
    text = {"Title": f"{production.name} · {shot}", "Description": "AI-generated pictures, made with Rushes."}
    save_png(out, contact_sheet(title, rows), text=text)
    return out


def update_sheet(production: Production, shot: str, context: JobContext) -> Path | None:
    """`make_sheet` after a take has landed: a sheet that cannot be made never costs the take."""
    try:
        return make_sheet(production, shot)
    except (InputError, DiskFullError, OSError) as exc:
        _log.warning("No contact sheet for %s: %s", shot, exc)
        context.note(f"The take is safe, but the contact sheet of {shot} was not made: {exc}")
        return None
