"""What happens when the artist changes a property, and the choices that enum properties offer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = [
    "filter_changed",
    "environment_words",
    "generators",
    "get_generator",
    "get_model_size",
    "lighting_words",
    "model_sizes",
    "mood_words",
    "notes_changed",
    "overlay_changed",
    "production_changed",
    "rating_changed",
    "set_generator",
    "set_model_size",
    "shot_picked",
    "style_words",
    "strength_changed",
    "take_picked",
]

_kept: dict[str, list[tuple[str, str, str]]] = {}
"""Blender keeps no reference to dynamic items, so we do."""


def generators(settings: Any, context: Any) -> list[tuple[str, str, str]]:
    """Models of this machine; the one that is set is always among them."""
    from . import runtime

    now = runtime.session()
    found = [(d.id, d.name, d.limits or d.family) for d in (now.known.descriptors if now is not None else ())]
    stored = settings.generator_id
    if stored not in {f[0] for f in found}:
        found.insert(0, (stored, stored.title(), "Asking the engine for its models"))
    return _keep("generators", found)


def model_sizes(settings: Any, context: Any) -> list[tuple[str, str, str]]:
    """Sizes at which the model may work for this scene."""
    from .logic.models import size_choices

    scene = settings.id_data
    return _keep("sizes", size_choices(_descriptor(settings), *_scene_size(scene)))


def mood_words(settings: Any, context: Any, text: str) -> Iterator[str]:
    """Words of the model for the mood."""
    return _words("mood", text)


def style_words(settings: Any, context: Any, text: str) -> Iterator[str]:
    """Words of the model for the style."""
    return _words("style", text)


def lighting_words(settings: Any, context: Any, text: str) -> Iterator[str]:
    """Words of the model for the light."""
    return _words("lighting", text)


def environment_words(settings: Any, context: Any, text: str) -> Iterator[str]:
    """Words of the model for place and weather."""
    return _words("environment", text)


def _words(field: str, text: str) -> Iterator[str]:
    from .host import briefs, mirror
    from .logic.briefs import suggestions

    scene = mirror.current_scene()
    return iter(suggestions(briefs.vocabulary(scene) if scene is not None else (), text, field))


def get_generator(settings: Any) -> int:
    """Where the stored model stands among the choices."""
    return _index(generators(settings, None), settings.generator_id)


def set_generator(settings: Any, value: int) -> None:
    """Another model: remember it by name, offer its conditionings."""
    from .host import models

    settings.generator_id = generators(settings, None)[value][0]
    models.sync_strengths(settings)


def get_model_size(settings: Any) -> int:
    """Where the stored size stands among the choices."""
    return _index(model_sizes(settings, None), settings.model_size_text or "native")


def set_model_size(settings: Any, value: int) -> None:
    """Another size to work at."""
    chosen = model_sizes(settings, None)[value][0]
    settings.model_size_text = "" if chosen == "native" else chosen


def _index(items: list[tuple[str, str, str]], wanted: str) -> int:
    return next((i for i, item in enumerate(items) if item[0] == wanted), 0)


def production_changed(settings: Any, context: Any) -> None:
    """Another folder: watch that one."""
    from . import runtime
    from .host import mirror

    now = runtime.session()
    if now is not None:
        mirror.watch_picked(now, settings.id_data)
        now.stale_lists |= {"shots", "takes", "jobs"}


def shot_picked(window: Any, context: Any) -> None:
    """Show the takes of another shot."""
    from . import runtime
    from .host import mirror

    now, scene = runtime.session(), mirror.current_scene()
    if now is not None and scene is not None and not mirror.quiet():
        mirror.watch_picked(now, scene)


def take_picked(window: Any, context: Any) -> None:
    """Another take is selected; panels draw by themselves."""


def filter_changed(window: Any, context: Any) -> None:
    """Show or hide rejected takes."""
    from .host import mirror

    mirror.stale(["takes"])


def overlay_changed(window: Any, context: Any) -> None:
    """Show or hide what blocks stand for."""
    from .host import mirror

    mirror.redraw()


def strength_changed(line: Any, context: Any) -> None:
    """Keep a strength within the model's limits."""
    from .logic.models import clamped

    value = clamped(_descriptor(line.id_data.rushes), line.name, line.value)
    if abs(value - line.value) > 1e-6:
        line.value = value


def rating_changed(row: Any, context: Any) -> None:
    """The artist has judged a take."""
    from .host import mirror, takes

    if not mirror.quiet():
        takes.rate(row.name, rating=row.rating)


def notes_changed(row: Any, context: Any) -> None:
    """The artist has written on a take."""
    from .host import mirror, takes

    if not mirror.quiet():
        takes.rate(row.name, notes=row.notes)


def _descriptor(settings: Any) -> Any | None:
    from . import runtime

    now = runtime.session()
    return now.known.descriptor(settings.generator_id) if now is not None else None


def _scene_size(scene: Any) -> tuple[int, int]:
    from .host.shots import scene_size

    size = scene_size(scene)
    return size.width, size.height


def _keep(name: str, items: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The same list object while the items are the same, so that Blender's strings stay alive."""
    if _kept.get(name) != items:
        _kept[name] = items
    return _kept[name]
