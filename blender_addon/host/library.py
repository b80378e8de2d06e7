"""Presets and looks that are there: read in the background, when the add-on starts and when the production changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rushes.client import rushes_home

from .. import runtime
from ..logic import briefs, presets
from ..logic.presets import ModelPart, Preset, Shelf, Source
from . import briefs as host_briefs
from . import mirror, models

__all__ = ["apply_look", "apply_preset", "folder_of", "look_of", "refresh", "shelf", "start", "step", "stop"]

_shelf = Shelf()
_read_for: str | None = None
"""Production that the shelf was read with; None: not read yet."""
_told: set[str] = set()


def shelf() -> Shelf:
    """All presets that are known now."""
    return _shelf


def folder_of(source: Source, root: str = "") -> Path:
    """Where presets of a source lie; `root` is the production's folder."""
    if source == "shipped":
        return Path(__file__).resolve().parents[1] / "presets"
    return Path(root, "library") if source == "production" else rushes_home() / "library"


def step(now: runtime.Session) -> None:
    """Read the shelf when another production is watched."""
    if _read_for != now.bridge.watch.wish.production:
        refresh(now)


def refresh(now: runtime.Session) -> None:
    """Read all folders anew, in the background."""
    global _read_for
    root = now.bridge.watch.wish.production
    _read_for = root
    folders: list[tuple[Path, Source]] = [(folder_of("shipped"), "shipped"), (folder_of("own"), "own")]
    if root:
        folders.append((folder_of("production", root), "production"))

    def done(found: Shelf) -> None:
        global _shelf
        if root != now.bridge.watch.wish.production:
            return
        _shelf = found
        for trouble in found.troubles:
            if trouble.message not in _told:
                _told.add(trouble.message)
                now.known.tell(trouble.message, trouble.hint, "WARNING")
        mirror.redraw()

    now.bridge.aside(lambda: presets.read_shelf(folders), done)


def apply_preset(scene: Any, settings: Any, preset: Preset) -> None:
    """Put a preset's words and fields into a shot's brief."""
    row_brief = host_briefs.brief_shown(scene, settings, settings)
    words = briefs.put_words(host_briefs.vocabulary(scene), row_brief, preset.words)
    host_briefs.write(settings, words.merged(preset.fields))


def apply_look(scene: Any, look: Preset) -> str:
    """Set the scene's model as a look has it; a sentence when that model is not there, else nothing."""
    part, settings = look.model, scene.rushes
    if part is None:
        return ""
    if part.generator and part.generator != settings.generator_id:
        settings.generator_id = part.generator
        models.sync_strengths(settings)
    settings.steps = part.steps
    settings.model_size_text = part.size
    descriptor = models.descriptor_of(settings)
    defaults = {c.name: c.default for c in descriptor.conditionings} if descriptor is not None else {}
    for line in settings.strengths:
        value = float(part.strengths.get(line.name, defaults.get(line.name, line.value)) or 0.0)
        line.use = value > 0
        if line.use:
            line.value = value
    if part.generator and descriptor is None:
        return f"The model {part.generator} of this look is not on this machine, or the engine has not told yet."
    return ""


def look_of(scene: Any, settings: Any | None, name: str) -> Preset:
    """The scene's model and the shot's style as a look."""
    rushes = scene.rushes
    part = ModelPart(rushes.generator_id, rushes.steps, rushes.model_size_text, models.strengths_of(rushes))
    fields = {f: str(getattr(settings, f)).strip() for f in presets.LOOK_FIELDS} if settings is not None else {}
    return Preset(name, "look", {}, fields, (), part)


def start() -> None:
    """Listen to the tick."""
    from . import pulse

    pulse.TICKS.append(step)


def stop() -> None:
    """Forget all."""
    global _shelf, _read_for
    from . import pulse

    if step in pulse.TICKS:
        pulse.TICKS.remove(step)
    _shelf, _read_for = Shelf(), None
    _told.clear()
