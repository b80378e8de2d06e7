"""The queue: what runs, what waits, what went wrong."""

from __future__ import annotations

from typing import Any

from bpy.types import Panel

from ..host import images
from . import common
from .common import Sidebar

__all__ = ["CLASSES"]

_LIVE, _ENDED = 8, 5
"""Lines shown of each; the rest is counted."""
_ENDS = {"done": "CHECKMARK", "failed": "ERROR", "cancelled": "PANEL_CLOSE"}
_OVER = ("done", "failed", "cancelled")


class RUSHES_PT_queue(Sidebar, Panel):
    """Jobs of this production, those of other Blenders too."""

    bl_idname = "RUSHES_PT_queue"
    bl_label = "Queue"
    bl_order = 50

    def draw_header_preset(self, context: Any) -> None:
        count = sum(1 for job in context.window_manager.rushes.jobs if job.state not in _OVER)
        if count:
            self.layout.label(text=str(count))

    def draw(self, context: Any) -> None:
        jobs = list(context.window_manager.rushes.jobs)
        if not jobs:
            row = self.layout.row()
            row.active = False
            row.label(text="Nothing is being made")
            return
        live = [j for j in jobs if j.state not in _OVER]
        ended = [j for j in jobs if j.state in _OVER]
        for job in live[:_LIVE]:
            _live(self.layout, context, job)
        _rest(self.layout, len(live))
        if ended:
            _ended(self.layout, context, ended)


def _live(layout: Any, context: Any, job: Any) -> None:
    box = layout.box()
    row = box.row(align=True)
    row.label(text=job.title, icon="PLAY" if job.state == "running" else "TIME")
    stop = row.row(align=True)
    stop.enabled = job.stage != "Stopping"
    stop.operator("rushes.job_cancel", text="", icon="X", emboss=False).job = job.name
    if job.state != "running":
        box.label(text=job.stage, icon="BLANK1")
        return
    left = f"{job.left} left" if job.left else f"{job.progress:.0%}"
    box.progress(factor=job.progress, text=f"{job.stage}, {left}")
    if job.message:
        common.hint(box, context, job.message, most=2, inset=3)
    common.picture(box, context, images.icon_of(images.job_key(job.name)), share=0.9)


def _rest(layout: Any, count: int) -> None:
    row = layout.row(align=True)
    if count > _LIVE:
        row.label(text=f"and {count - _LIVE} more", icon="TIME")
    if count > 1:
        row.operator("rushes.jobs_cancel_all", icon="X")


def _ended(layout: Any, context: Any, ended: list[Any]) -> None:
    row = layout.row()
    row.label(text="Ended" if len(ended) <= _ENDED else f"Ended ({len(ended)})")
    side = row.row()
    side.alignment = "RIGHT"
    side.operator("rushes.jobs_clear", text="Clear", icon="X", emboss=False)
    column = layout.column(align=True)
    for job in ended[:_ENDED]:
        if job.state == "failed":
            _failed(column, context, job)
        else:
            row = column.row()
            row.active = job.state == "done"
            row.label(text=job.title, icon=_ENDS.get(job.state, "DOT"))


def _failed(layout: Any, context: Any, job: Any) -> None:
    box = layout.box()
    row = box.row()
    row.alert = True
    row.label(text=job.title, icon="ERROR")
    cut = common.paragraph(box, context, job.message or "It failed.", "BLANK1", inset=3)
    if job.hint:
        cut = common.hint(box, context, job.hint, inset=3) or cut
    if cut:
        common.more(box, job.message, job.hint)
    row = box.row(align=True)
    row.operator("rushes.log_show", text="Show Log", icon="TEXT").job = job.name
    row.operator("rushes.copy_details", text="Copy Details", icon="COPYDOWN").job = job.name


CLASSES = (RUSHES_PT_queue,)
