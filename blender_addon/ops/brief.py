"""Words into the brief, and a brief into other shots."""
# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from typing import Any

from bpy.props import EnumProperty, StringProperty
from bpy.types import Operator

from rushes.contracts import Brief

from ..host import briefs as host
from ..host import mirror, shots
from ..logic import briefs
from .common import owner_scene

__all__ = ["CLASSES"]

_FIELDS = tuple((name, briefs.field_title(name), "", 1 << place) for place, name in enumerate(Brief.fields()))


class RUSHES_OT_brief_words(Operator):
    """Choose another of the model's words"""

    bl_idname = "rushes.brief_words"
    bl_label = "Words"
    bl_options = {"INTERNAL"}

    aspect: StringProperty(options={"SKIP_SAVE"})

    def invoke(self, context: Any, event: Any) -> set[str]:
        aspect = self.aspect
        field = next((f for f in host.vocabulary(owner_scene(context)) if f.name == aspect), None)
        if field is None:
            return {"CANCELLED"}

        def draw(menu: Any, _: Any) -> None:
            for word in field.words:
                choice = menu.layout.operator("rushes.brief_word", text=word.capitalize())
                choice.aspect, choice.word = aspect, word
            menu.layout.separator()
            choice = menu.layout.operator("rushes.brief_word", text="Leave Open", icon="X")
            choice.aspect, choice.word = aspect, ""

        context.window_manager.popup_menu(draw, title=briefs.aspect_title(aspect))
        return {"FINISHED"}

    def execute(self, context: Any) -> set[str]:
        return {"CANCELLED"}


class RUSHES_OT_brief_word(Operator):
    """Put this word into the brief, in place of the one that says the same thing now"""

    bl_idname = "rushes.brief_word"
    bl_label = "Put Word"
    bl_options = {"UNDO", "INTERNAL"}

    aspect: StringProperty(options={"SKIP_SAVE"})
    word: StringProperty(options={"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        scene, shot = owner_scene(context), shots.picked(context)
        if shot is None:
            return {"CANCELLED"}
        settings = host.settings_to_write(scene, shot)
        brief = host.brief_shown(scene, settings, settings)
        host.write(settings, briefs.put_word(host.vocabulary(scene), brief, self.aspect, self.word))
        return {"FINISHED"}


class RUSHES_OT_brief_copy(Operator):
    """Copy fields of this shot's brief to the other shots of the scene"""

    bl_idname = "rushes.brief_copy"
    bl_label = "Copy Brief to Other Shots"
    bl_options = {"REGISTER", "UNDO"}

    scope: EnumProperty(
        name="To",
        items=(
            ("EMPTY", "Where Empty", "Fields that another shot has written stay as they are"),
            ("ALL", "All Shots", "What the other shots have in these fields is replaced"),
        ),
    )
    fields: EnumProperty(
        name="Fields",
        items=_FIELDS,
        options={"ENUM_FLAG"},
        default={"mood", "style", "lighting", "environment", "texture", "genre", "restrictions"},
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        if len(context.window_manager.rushes.shots) < 2:
            cls.poll_message_set("There is no other shot")
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=320, confirm_text="Copy")

    def draw(self, context: Any) -> None:
        self.layout.prop(self, "scope", expand=True)
        self.layout.column(align=True).prop(self, "fields")

    def execute(self, context: Any) -> set[str]:
        scene, shot = owner_scene(context), shots.picked(context)
        if shot is None:
            return {"CANCELLED"}
        brief = shots.brief_of(scene, shot)
        others = [s for s in shots.scene_shots(scene) if s.name != shot.name]
        for other in others:
            settings = shots.ensure_settings(scene, other)
            for name in self.fields:
                if self.scope == "ALL" or not str(getattr(settings, name)).strip():
                    setattr(settings, name, getattr(brief, name))
        mirror.stale(["shots"])
        self.report({"INFO"}, f"The brief of {shot.name} went to {len(others)} shots.")
        return {"FINISHED"}


CLASSES = (RUSHES_OT_brief_words, RUSHES_OT_brief_word, RUSHES_OT_brief_copy)
