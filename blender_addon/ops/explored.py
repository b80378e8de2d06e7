"""Directions of a sheet: use one, shoot one, open the sheet."""
# pyright: reportInvalidTypeForm=false

from __future__ import annotations

import os
from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty
from bpy.types import Operator

from rushes.contracts import ExplorationCell, ExplorationRow

from ..host import asked, shots
from ..host import briefs as host
from .common import owner_scene, ready

__all__ = ["CLASSES"]


def _found(sheet: str, number: int = 0) -> tuple[ExplorationRow | None, ExplorationCell | None]:
    row = next((r for r in asked.sheets_of_picked() or () if r.id == sheet), None)
    cell = next((c for c in row.cells if c.number == number), None) if row is not None else None
    return row, cell


class RUSHES_OT_direction_use(Operator):
    """Give the shot this direction's brief and seed"""

    bl_idname = "rushes.direction_use"
    bl_label = "Use Direction"
    bl_options = {"REGISTER", "UNDO"}

    sheet: StringProperty(options={"SKIP_SAVE", "HIDDEN"})
    number: IntProperty(options={"SKIP_SAVE", "HIDDEN"})
    shoot: BoolProperty(
        name="Shoot", description="Generate the clip at once", options={"SKIP_SAVE", "HIDDEN"}, default=False
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        return ready(cls, context, shot=True)

    @classmethod
    def description(cls, context: Any, properties: Any) -> str:
        """The direction's words."""
        _, cell = _found(properties.sheet, properties.number)
        what = "Generate the clip in this direction" if properties.shoot else str(cls.__doc__)
        return f"{what}: {', '.join(cell.words.values())}, seed {cell.seed}" if cell is not None else what

    def execute(self, context: Any) -> set[str]:
        scene, shot = owner_scene(context), shots.picked(context)
        _, cell = _found(self.sheet, self.number)
        if shot is None or cell is None:
            self.report({"WARNING"}, "This direction is gone.")
            return {"CANCELLED"}
        settings = host.settings_to_write(scene, shot)
        host.write(settings, host.brief_shown(scene, settings, settings).merged(cell.brief))
        settings.seed, settings.lock_seed = cell.seed, True
        return bpy.ops.rushes.generate_clip() if self.shoot else {"FINISHED"}


class RUSHES_OT_sheet_open(Operator):
    """Look at the whole sheet, large"""

    bl_idname = "rushes.sheet_open"
    bl_label = "Open Sheet"

    sheet: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, context: Any) -> set[str]:
        row, _ = _found(self.sheet)
        if row is None or not os.path.isfile(row.sheet):
            self.report({"WARNING"}, "This sheet is gone from disk.")
            return {"CANCELLED"}
        return bpy.ops.wm.path_open(filepath=row.sheet)


CLASSES = (RUSHES_OT_direction_use, RUSHES_OT_sheet_open)
