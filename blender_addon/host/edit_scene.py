"""The scene whose sequencer holds the cut, and how takes get there."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any

import bpy

from rushes.contracts import TakeRow
from rushes.errors import ProductionError, SceneError

from .. import compat
from ..logic import strips as plan
from ..logic.shots import FoundShot, names_of
from ..logic.timeline import Footage, Settings
from . import mirror, shots, strips

__all__ = ["active_strip", "ensure", "put", "shot_of_take", "swap"]

_SAME = ("fps", "fps_base", "resolution_x", "resolution_y", "resolution_percentage", "pixel_aspect_x", "pixel_aspect_y")


def ensure(scene: Any) -> Any:
    """The edit scene of a 3D scene, made when there is none: same rate, size and frames.

    A scene of its own, because strips in the 3D scene would be rendered in its stead.
    """
    edit = scene.rushes.edit_scene
    if edit is None:
        edit = bpy.data.scenes.new(f"{scene.name} Edit")
        for name in _SAME:
            setattr(edit.render, name, getattr(scene.render, name))
        edit.frame_start, edit.frame_end = scene.frame_start, scene.frame_end
        edit.view_settings.view_transform = "Standard"  # takes are finished pictures, not scene light
        scene.rushes.edit_scene = edit
    edit.sequence_editor_create()
    compat.offer_edit(bpy.context, edit)
    return edit


def shot_of_take(scene: Any, shot: str) -> tuple[FoundShot, tuple[str, ...]]:
    """The scene's shot with this name, now or before, and all its names. SceneError `scene.shot_gone`."""
    found = shots.scene_shots(scene)
    kept = shots.settings_map(scene, found)
    for candidate in found:
        settings = kept.get(candidate.name)
        names = (candidate.name,)
        if settings is not None:
            names = tuple(dict.fromkeys([candidate.name, *names_of(settings.name, settings.aliases)]))
        if shot in names:
            return candidate, names
    raise SceneError(
        f"There is no shot {shot} in the scene {scene.name} any more.",
        code="scene.shot_gone",
        hint="Its takes are kept in the production.",
    )


def put(scene: Any, take: TakeRow, still: bool = False) -> tuple[str, ...]:
    """Show this take at its shot on the timeline; notes for the artist.

    A still is placed with `still` only, for the length of the shot. Nothing is changed after an error: SceneError
    `scene.shot_gone`, `scene.strip_locked`, `scene.channels_full`; ProductionError `take.still`, `take.clip_gone`,
    `take.clip_unreadable`.
    """
    found, names = shot_of_take(scene, take.shot)
    if take.frame_count == 1 and not still:
        raise ProductionError(
            "A still has no length.",
            code="take.still",
            hint="Use Place Still to show it over the whole shot.",
        )
    _files_there(take)
    edit = ensure(scene)
    media = _media(scene, edit, take, found)
    notes = _carry_out(scene, edit, media, names)
    shots.ensure_settings(scene, found).take = take.id
    mirror.stale(["takes"])
    return notes


def swap(scene: Any, edit: Any, name: str) -> tuple[str, ...]:
    """Put the former take that strip `name` shows in use; what was in use takes its place."""
    strip = compat.all_strips(edit.sequence_editor)[name]
    media = strips.media_of(strip)
    found, names = shot_of_take(scene, media.footage.shot)
    notes = _carry_out(scene, edit, media, names)
    shots.ensure_settings(scene, found).take = media.footage.take
    mirror.stale(["takes"])
    return notes


def active_strip(context: Any) -> Any | None:
    """The active strip of the sequencer that the artist sees; None when it is not ours."""
    scene = compat.sequencer_scene(context)
    editor = scene.sequence_editor if scene is not None else None
    strip = editor.active_strip if editor is not None else None
    return strip if strip is not None and "rushes_shot" in strip else None


def _carry_out(scene: Any, edit: Any, media: strips.Media, names: tuple[str, ...]) -> tuple[str, ...]:
    editor = edit.sequence_editor
    closed, locked = strips.channels(editor)
    settings = Settings(
        names=names,
        policy=scene.rushes.alternatives,
        ratio=shots.scene_rate(edit) / shots.scene_rate(scene),
        origin=scene.frame_start,
        channels=compat.CHANNELS,
        closed=closed,
        locked=locked,
    )
    actions, notes = plan.place(strips.read(editor), media.footage, settings)
    strips.apply(edit, actions, media)
    edit.frame_end = max(edit.frame_end, settings.ends(media.footage)[1] - 1) if actions else edit.frame_end
    return notes


def _files_there(take: TakeRow) -> None:
    if not os.path.isfile(take.clip) and not _pictures(take) and not (take.frame_count == 1 and _poster(take)):
        raise ProductionError(
            f"The files of this take are gone from disk ({take.folder}).",
            code="take.clip_gone",
            hint="Bring them back, or generate the take again with its seed and brief.",
        )


def _media(scene: Any, edit: Any, take: TakeRow, found: FoundShot) -> strips.Media:
    """The clip; the PNG frames when it is missing; for a still a picture."""
    label = f"{found.name} seed {take.seed}"
    footage = _footage(scene, take, found)
    pictures = _pictures(take)
    if take.frame_count > 1 and os.path.isfile(take.clip):
        frames = strips.clip_length(edit.sequence_editor, take.clip, take.frame_count)
        folder, name = os.path.split(take.clip)
        return strips.Media(footage, "MOVIE", folder, (name,), frames, label)
    if pictures:
        return strips.Media(footage, "IMAGE", str(take.pictures), pictures, len(pictures), label)
    if _poster(take):
        folder, name = os.path.split(take.poster)
        return strips.Media(footage, "IMAGE", folder, (name,), 1, label)
    frames = strips.clip_length(edit.sequence_editor, take.clip, 1)
    folder, name = os.path.split(take.clip)
    return strips.Media(footage, "MOVIE", folder, (name,), frames, label)


def _footage(scene: Any, take: TakeRow, found: FoundShot) -> Footage:
    if take.frame_count == 1:
        return Footage(take.id, found.name, found.first, found.last - found.first + 1)
    if take.range is not None:
        return Footage(take.id, found.name, take.range.start, len(take.range) * take.range.step)
    span = Fraction(take.frame_count) * shots.scene_rate(scene) / take.rate
    return Footage(take.id, found.name, found.first, max(1, round(span)))


def _pictures(take: TakeRow) -> tuple[str, ...]:
    if not take.pictures or not os.path.isdir(take.pictures):
        return ()
    return tuple(sorted(n for n in os.listdir(take.pictures) if n.lower().endswith(".png")))


def _poster(take: TakeRow) -> bool:
    return bool(take.poster) and os.path.isfile(take.poster)
