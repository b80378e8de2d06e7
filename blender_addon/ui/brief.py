"""The brief of the shot that is picked, and how the model reads it."""

from __future__ import annotations

from typing import Any

from bpy.types import Menu, Panel

from rushes.contracts import Brief

from ..host import briefs as host
from ..host import library, mirror
from ..logic import briefs
from . import common
from .common import Sidebar

__all__ = ["CLASSES"]


class RUSHES_MT_presets(Menu):
    """Presets by where they are from, and the library's doors."""

    bl_idname = "RUSHES_MT_presets"
    bl_label = "Presets"

    def draw(self, context: Any) -> None:
        layout, found = self.layout, library.shelf().of_kind("brief")
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("rushes.preset_find", text="Find...", icon="VIEWZOOM")
        for source, title in (("own", "Mine"), ("production", "Production"), ("shipped", "Rushes")):
            some = [p for p in found if p.source == source]
            if some:
                layout.separator()
                layout.label(text=title)
            for preset in some[:40]:
                layout.operator("rushes.preset_apply", text=preset.name).key = preset.key
        layout.separator()
        layout.operator("rushes.preset_save", text="Save Brief...", icon="FILE_TICK").kind = "brief"
        layout.operator("rushes.preset_delete", text="Delete...", icon="TRASH")
        layout.operator("rushes.preset_import", text="Import...", icon="IMPORT")
        layout.operator("rushes.preset_export", text="Export Brief...", icon="EXPORT").kind = "brief"


class RUSHES_PT_brief(Sidebar, Panel):
    """What the shot should be."""

    bl_idname = "RUSHES_PT_brief"
    bl_label = "Brief"
    bl_order = 20
    bl_options = {"DEFAULT_CLOSED"}  # so that queue and takes, which one waits for, are in sight

    def draw(self, context: Any) -> None:
        layout, scene = self.layout, mirror.current_scene()
        row, settings = host.picked_settings(context)
        if scene is None or row is None:
            _greyed(layout, "Add a camera, then pick its shot")
            return
        vocabulary = host.vocabulary(scene)
        brief = host.brief_shown(scene, row, settings)
        bar = layout.row(align=True)
        bar.menu("RUSHES_MT_presets", text="Presets")
        bar.operator("rushes.brief_copy", text="", icon="DUPLICATE")
        if settings is None:
            for name, text in brief.items():
                common.paragraph(layout, context, f"{briefs.field_title(name)}: {text}", most=2)
            layout.operator("rushes.shot_brief", text="Edit Brief" if brief.items() else "Write Brief", icon="TEXT")
        else:
            _fields(layout, settings, briefs.led_fields(vocabulary))
        _reading(layout, context, briefs.reading(vocabulary, brief), bool(vocabulary))


class RUSHES_PT_brief_more(Sidebar, Panel):
    """Fields that the model has no words of its own for."""

    bl_idname = "RUSHES_PT_brief_more"
    bl_label = "More Fields"
    bl_parent_id = "RUSHES_PT_brief"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        _, settings = host.picked_settings(context)
        scene = mirror.current_scene()
        return settings is not None and len(briefs.led_fields(host.vocabulary(scene))) < len(Brief.fields())

    def draw(self, context: Any) -> None:
        _, settings = host.picked_settings(context)
        led = briefs.led_fields(host.vocabulary(mirror.current_scene()))
        if settings is not None:
            _fields(self.layout, settings, tuple(n for n in Brief.fields() if n not in led))


def _fields(layout: Any, settings: Any, names: tuple[str, ...]) -> None:
    column = layout.column()
    column.use_property_split, column.use_property_decorate = True, False
    for name in names:
        column.prop(settings, name)


def _reading(layout: Any, context: Any, found: briefs.Reading | None, known: bool) -> None:
    """What the model makes of it: a button for each thing it reads."""
    if found is None:
        if not known:
            _greyed(layout, "The model reads it as free text")
        return
    box = layout.box()
    box.label(text="The model reads")
    column = box.column(align=True)
    for aspect in found.aspects:
        split = column.split(factor=0.42, align=True)
        split.label(text=aspect.title)
        button = split.row(align=True)
        button.active = aspect.said
        button.operator("rushes.brief_words", text=aspect.word.capitalize(), icon="DOWNARROW_HLT").aspect = aspect.name
    if found.unknown:
        text = "It has no use for: " + ", ".join(found.unknown)
        if common.paragraph(box, context, text, "INFO", most=3, inset=4):
            common.more(box, text, "These words say nothing to this model, or another word says the same thing first.")


def _greyed(layout: Any, text: str) -> None:
    row = layout.row()
    row.active = False
    row.label(text=text)


CLASSES = (RUSHES_MT_presets, RUSHES_PT_brief, RUSHES_PT_brief_more)
