"""The shots and the buttons that generate."""

from __future__ import annotations

from typing import Any

from bpy.types import Panel, UIList

from .. import runtime
from ..host import models, shots
from ..logic.models import Forecast, forecast, parsed_size
from ..logic.shots import FoundShot
from ..ops.common import owner_scene
from ..ops.shots import due
from . import common
from .common import Sidebar

__all__ = ["CLASSES"]

_BADGES = {
    "none": ("RADIOBUT_OFF", "none"),
    "takes": ("FILE_MOVIE", ""),
    "kept": ("CHECKMARK", ""),
    "stale": ("FILE_REFRESH", "stale"),
    "running": ("SORTTIME", "busy"),
}
_WIDE = 21.0
"""Units from which the camera's name fits into the line."""


class RUSHES_UL_shots(UIList):
    """The shots. A click picks one; the camera button goes there. Blender's own search looks in the names."""

    def draw_item(
        self, context: Any, layout: Any, data: Any, item: Any, icon: int, active: Any, property_: str, *rest: Any
    ) -> None:
        row = layout.row(align=True)
        row.active = item.marker
        row.operator("rushes.shot_go", text="", icon="VIEW_CAMERA", emboss=False).shot = item.name
        row.label(text=item.name)
        wide = common.units(context) > _WIDE
        if wide:
            row.label(text=item.camera)
        frames = row.row(align=True)
        frames.ui_units_x = 3.0
        frames.label(text=f"{item.first}-{item.last}")
        mark, word = _BADGES.get(item.badge, ("DOT", item.badge))
        badge = row.row(align=True)
        badge.ui_units_x = 4.6 if wide else 2.8
        badge.alert = item.badge == "stale"
        count = f"{item.kept}/{item.count}" if item.kept and wide else str(item.count or "")
        badge.label(text=word if word and wide else count, icon=mark)


def _state(item: Any) -> str:
    """The badge in words."""
    if item.badge in ("stale", "running", "none"):
        return str(item.reason) or "No take yet"
    takes = f"{item.count} take{'s' if item.count != 1 else ''}"
    return f"{takes}, {item.kept} kept" if item.kept else takes


class RUSHES_PT_shots(Sidebar, Panel):
    """The shots."""

    bl_idname = "RUSHES_PT_shots"
    bl_label = "Shots"
    bl_order = 10

    def draw(self, context: Any) -> None:
        scene, now = owner_scene(context), runtime.session()
        if now is None or scene is None:
            return
        window = context.window_manager.rushes
        if not any(o.type == "CAMERA" for o in scene.objects):
            text = "A shot is a camera and its frames. Add a camera (Shift A, Camera), then a shot."
            common.paragraph(self.layout, context, text, "INFO")
            return
        row = self.layout.row()
        rows = min(8, max(3, len(window.shots)))
        row.template_list("RUSHES_UL_shots", "", window, "shots", window, "shot_index", rows=rows, maxrows=12)
        side = row.column(align=True)
        side.operator("rushes.shot_add", text="", icon="ADD")
        shot = _picked(context, scene)
        if shot is None:
            self.layout.label(text="Pick a shot", icon="INFO")
            return
        _about(self.layout, context, window)
        _buttons(self.layout, context, scene, shot)
        _all(self.layout, window)


def _picked(context: Any, scene: Any) -> FoundShot | None:
    window = context.window_manager.rushes
    if not 0 <= window.shot_index < len(window.shots):
        return None
    name = window.shots[window.shot_index].name
    return next((s for s in shots.scene_shots(scene) if s.name == name), None)


def _about(layout: Any, context: Any, window: Any) -> None:
    item = window.shots[window.shot_index]
    column = layout.column(align=True)
    column.scale_y = 0.85
    text = item.camera if item.marker else f"{item.camera}, without a marker"
    column.label(text=text, icon="OUTLINER_OB_CAMERA")
    mark = _BADGES.get(item.badge, ("DOT", ""))[0]
    common.paragraph(column, context, _state(item), mark, alert=item.badge == "stale")


def _buttons(layout: Any, context: Any, scene: Any, shot: FoundShot) -> None:
    settings = scene.rushes
    _forecast(layout, context, _made_of(scene, shot))
    column = layout.column(align=True)
    column.scale_y = 1.4
    column.operator("rushes.generate_still", icon="RENDER_STILL")
    column.operator("rushes.generate_clip", icon="RENDER_ANIMATION")
    column = layout.column(align=True)
    row = column.row(align=True)
    row.prop(settings, "variants")
    _seed(row, scene, shot)
    row = column.row(align=True)
    row.operator("rushes.explore", icon="IMGDISPLAY")
    row.prop(settings, "directions", text="")


def _seed(row: Any, scene: Any, shot: FoundShot) -> None:
    found = shots.settings_of(scene, shot)
    if found is None:
        row.operator("rushes.shot_brief", text="Seed: New", icon="UNLOCKED")
        return
    if found.lock_seed:
        row.prop(found, "seed")
        row.prop(found, "lock_seed", text="", icon="LOCKED")
    else:
        row.prop(found, "lock_seed", text="Seed: New", icon="UNLOCKED", toggle=True)


def _made_of(scene: Any, shot: FoundShot) -> Forecast:
    frames, settings = shot.range, scene.rushes
    rate = frames.playback_rate(shots.scene_rate(scene))
    size, asked = shots.scene_size(scene), parsed_size(settings.model_size_text)
    return forecast(models.descriptor_of(settings), size, len(frames), rate, asked)


def _forecast(layout: Any, context: Any, found: Forecast) -> None:
    if found.trouble:
        if common.paragraph(layout, context, found.trouble, "ERROR", alert=True):
            common.more(layout, found.trouble, "")
        return
    column = layout.column(align=True)
    common.paragraph(column, context, found.makes, "FILE_MOVIE", most=2)
    common.hint(column, context, found.sizes, most=2)
    for note in found.notes:
        common.paragraph(column, context, note, "INFO", most=4)


def _all(layout: Any, window: Any) -> None:
    count = len(due(window.shots))
    if len(window.shots) > 1:
        text = f"Generate Missing and Stale ({count})" if count else "Generate Missing and Stale"
        layout.operator("rushes.generate_due", text=text, icon="RENDERLAYERS")


CLASSES = (RUSHES_UL_shots, RUSHES_PT_shots)
