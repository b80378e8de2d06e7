"""The model, what it heeds, and what becomes of its takes."""

from __future__ import annotations

from typing import Any

from bpy.types import Panel

from rushes.contracts import Descriptor

from .. import runtime
from ..host import models
from ..logic.models import Knob, knobs
from ..ops.common import owner_scene
from . import common
from .common import Sidebar

__all__ = ["CLASSES"]


class RUSHES_PT_model(Sidebar, Panel):
    """The model and its settings."""

    bl_idname = "RUSHES_PT_model"
    bl_label = "Model"
    bl_order = 40
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        scene, now = owner_scene(context), runtime.session()
        if now is None or scene is None:
            return
        settings = scene.rushes
        descriptor = models.descriptor_of(settings)
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        column.prop(settings, "generator")
        if descriptor is None:
            _unknown(layout, context, now, settings)
        else:
            _settings(column, settings, descriptor)
            _heeds(layout, settings, descriptor)
        _takes(layout, settings)
        if descriptor is not None:
            _about(layout, context, descriptor)


def _unknown(layout: Any, context: Any, now: runtime.Session, settings: Any) -> None:
    if now.known.descriptors:
        text = f"The model {settings.generator_id} is not on this machine. Choose another one."
        common.paragraph(layout, context, text, "ERROR", alert=True)
    else:
        common.paragraph(layout, context, "What it can do is shown once the engine has told.", "INFO")


def _settings(column: Any, settings: Any, descriptor: Descriptor) -> None:
    column.prop(settings, "model_size")
    least, default, most = descriptor.steps
    if least != most:
        row = column.row(align=True)
        row.prop(settings, "steps", text="Steps" if settings.steps else f"Steps (own: {default})")


def _heeds(layout: Any, settings: Any, descriptor: Descriptor) -> None:
    box = layout.column(align=True)
    box.use_property_split = False
    box.label(text="Heeds")
    for knob in knobs(descriptor):
        _knob(box, settings, knob)


def _knob(column: Any, settings: Any, knob: Knob) -> None:
    line = settings.strengths.get(knob.name)
    row = column.row(align=True)
    if knob.limits is None or line is None:
        row.active = False  # it always heeds this
        row.label(text=knob.label, icon="CHECKBOX_HLT" if knob.required else "CHECKBOX_DEHLT")
        return
    split = row.split(factor=0.5, align=True)
    tick = split.row(align=True)
    tick.enabled = not knob.required
    tick.prop(line, "use", text=knob.label)
    value = split.row(align=True)
    value.active = line.use or knob.required
    value.prop(line, "value", text=knob.range_text)


def _takes(layout: Any, settings: Any) -> None:
    column = layout.column()
    column.prop(settings, "use_scene_sun")
    column.prop(settings, "keep_frames")
    column.prop(settings, "place")
    row = column.row()
    row.active = settings.place
    row.prop(settings, "alternatives")


def _about(layout: Any, context: Any, descriptor: Descriptor) -> None:
    if descriptor.limits:
        common.paragraph(layout, context, descriptor.limits, "INFO", most=4)
    row = layout.column()
    row.active = False
    common.paragraph(row, context, f"Licence: {descriptor.licence}", most=2)


CLASSES = (RUSHES_PT_model,)
