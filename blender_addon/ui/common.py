"""What panels share: where they are, sentences in a narrow column, pictures at the sidebar's width."""

from __future__ import annotations

from typing import Any

from ..host import production
from ..logic.words import wrapped

__all__ = ["Sidebar", "columns", "hint", "more", "paragraph", "picture", "units", "way_back"]

_CHARACTER = 6.4
"""Mean width of a character of Blender's font, in pixels at scale 1."""
_FRAME, _ICON = 48.0, 20.0
"""Pixels that tabs, scroll bar and margins take, and an icon."""


class Sidebar:
    """A panel in the 3D View's sidebar, tab Rushes. `bl_order`: production 0, shots 10, brief 20, look 30, model 40,
    queue 50, takes 60, directions 70, blocks 80."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Rushes"


def _width(context: Any) -> float:
    """Of the region, in pixels at scale 1."""
    region, system = context.region, context.preferences.system
    return region.width / max(0.25, system.ui_scale) if region is not None and region.width > 1 else 300.0


def units(context: Any) -> float:
    """Width that a panel's content has, in rows' heights (20 pixels at scale 1)."""
    return max(6.0, (_width(context) - _FRAME) / 20.0)


def columns(context: Any, icon: bool = False) -> int:
    """Characters that fit into a line of the panel."""
    return int((_width(context) - _FRAME - (_ICON if icon else 0.0)) / _CHARACTER)


def paragraph(
    layout: Any, context: Any, text: str, icon: str = "NONE", *, most: int = 3, alert: bool = False, inset: int = 0
) -> bool:
    """A sentence in as many lines as it needs, `most` at the most (0: all); True when it was cut.

    `inset` is the number of characters that boxes around it take away.
    """
    lines, cut = wrapped(text, columns(context, icon != "NONE") - inset, most)
    column = layout.column(align=True)
    column.scale_y = 0.8
    column.alert = alert
    for number, line in enumerate(lines):
        if icon == "NONE":
            column.label(text=line)
        else:
            column.label(text=line, icon=icon if number == 0 else "BLANK1")
    return cut


def hint(layout: Any, context: Any, text: str, *, most: int = 3, inset: int = 0) -> bool:
    """What to do about it: greyed."""
    column = layout.column()
    column.active = False
    return paragraph(column, context, text, "BLANK1", most=most, inset=inset)


def more(layout: Any, text: str, said: str) -> None:
    """The button that shows a whole message."""
    row = layout.row()
    row.alignment = "RIGHT"
    button = row.operator("rushes.read_more", text="More", icon="THREE_DOTS", emboss=False)
    button.text, button.hint = text, said


def picture(layout: Any, context: Any, icon: int, *, share: float = 1.0) -> None:
    """A picture over the width of the sidebar (`share` of it); nothing while there is no icon."""
    if icon:
        layout.template_icon(icon_value=icon, scale=min(24.0, units(context) * share))


def way_back(layout: Any, context: Any) -> None:
    """While a window shows the edit scene, whose 3D View is empty: a button to the 3D scene."""
    window = context.window
    owner = production.owner_of(window.scene) if window is not None else None
    if owner is not None:
        layout.operator("rushes.edit_leave", text=f"Back to {owner.name}", icon="SCENE_DATA")
