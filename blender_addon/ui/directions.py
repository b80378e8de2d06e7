"""Directions that the shot was explored in."""

from __future__ import annotations

from typing import Any

from bpy.types import Panel

from rushes.contracts import ExplorationCell, ExplorationRow

from ..host import asked, images
from . import common
from .common import Sidebar

__all__ = ["CLASSES"]

_PAGE = 12
"""Pictures shown at once."""


class RUSHES_PT_directions(Sidebar, Panel):
    """Sheets of directions, the newest first."""

    bl_idname = "RUSHES_PT_directions"
    bl_label = "Directions"
    bl_order = 70
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        layout, window = self.layout, context.window_manager.rushes
        sheets = asked.sheets_of_picked()
        if not sheets:
            row = layout.row()
            row.active = False
            row.label(text="No sheet yet: press Explore" if sheets is not None else "Looking for sheets")
            return
        sheet = sheets[min(window.direction_sheet, len(sheets)) - 1]
        pages = -(-len(sheet.cells) // _PAGE)
        page = min(window.direction_page, pages)
        if len(sheets) > 1:
            row = layout.row(align=True)
            row.prop(window, "direction_sheet")
            row.label(text=f"of {len(sheets)}")
        _grid(layout, context, sheet, sheet.cells[(page - 1) * _PAGE : page * _PAGE])
        if pages > 1:
            row = layout.row(align=True)
            row.prop(window, "direction_page")
            row.label(text=f"of {pages}")
        layout.operator("rushes.sheet_open", icon="IMAGE_DATA").sheet = sheet.id


def _grid(layout: Any, context: Any, sheet: ExplorationRow, cells: tuple[ExplorationCell, ...]) -> None:
    columns = 2 if common.units(context) < 18 else 3
    grid = layout.grid_flow(row_major=True, columns=columns, even_columns=True, even_rows=True, align=True)
    for cell in cells:
        box = grid.column(align=True)
        common.picture(box, context, images.thumbnail(cell.picture), share=0.9 / columns)
        row = box.row(align=True)
        use = row.operator("rushes.direction_use", text=f"{cell.number}  Use")
        use.sheet, use.number, use.shoot = sheet.id, cell.number, False
        shoot = row.operator("rushes.direction_use", text="", icon="PLAY")
        shoot.sheet, shoot.number, shoot.shoot = sheet.id, cell.number, True


CLASSES = (RUSHES_PT_directions,)
