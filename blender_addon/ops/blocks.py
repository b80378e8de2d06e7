"""What blocks stand for: assign, select, colour, check."""

from __future__ import annotations

from typing import Any

from bpy.props import EnumProperty, IntProperty, StringProperty
from bpy.types import Operator

from rushes.contracts import ObjectClass

from ..host import block_facts, blocks, mirror, overlay
from ..logic.block_check import check
from ..logic.blocks import CLASS_ICONS
from .common import owner_scene

__all__ = ["CLASSES"]

_CHOICES = (
    *((c.value, c.value.title(), f"It stands for {c.value}", CLASS_ICONS[c], n) for n, c in enumerate(ObjectClass)),
    ("NONE", "By Name", "Take the class off again; the name tells", "X", 99),
)
_TARGETS = (
    ("SELECTED", "Selected Objects", "The selected objects"),
    ("COLLECTION", "Active Collection", "The active collection, for everything in it that has no class of its own"),
)


def _targets(context: Any, target: str) -> list[Any]:
    if target == "COLLECTION":
        found = context.collection
        return [found] if found is not None and found != context.scene.collection else []
    return [o for o in context.selected_objects if o.library is None]


def _set(items: list[Any], key: str, value: str) -> None:
    for item in items:
        if value:
            item[key] = value
        elif key in item:
            del item[key]
        item.update_tag()
    blocks.dirty()
    mirror.redraw()


def _nothing(operator: Any, target: str) -> set[str]:
    what = "an object" if target == "SELECTED" else "a collection in the Outliner (the scene's own cannot be used)"
    operator.report({"WARNING"}, f"Select {what} first.")
    return {"CANCELLED"}


class RUSHES_OT_block_class(Operator):
    """Say what blocks stand for"""

    bl_idname = "rushes.block_class"
    bl_label = "Set Class"
    bl_options = {"REGISTER", "UNDO"}

    cls: EnumProperty(name="Class", items=_CHOICES)  # pyright: ignore[reportInvalidTypeForm]
    target: EnumProperty(name="On", items=_TARGETS)  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: Any) -> set[str]:
        items = _targets(context, self.target)
        if not items:
            return _nothing(self, self.target)
        _set(items, "rushes_class", "" if self.cls == "NONE" else self.cls)
        return {"FINISHED"}


class RUSHES_OT_block_prompt(Operator):
    """Describe blocks in a few words, such as "an old oak"; empty takes the words off again"""

    bl_idname = "rushes.block_prompt"
    bl_label = "Describe Block"
    bl_options = {"REGISTER", "UNDO"}

    prompt: StringProperty(name="Words", description="What it looks like")  # pyright: ignore[reportInvalidTypeForm]
    target: EnumProperty(name="On", items=_TARGETS)  # pyright: ignore[reportInvalidTypeForm]

    def invoke(self, context: Any, event: Any) -> set[str]:
        items = _targets(context, self.target)
        if not items:
            return _nothing(self, self.target)
        active = context.active_object if self.target == "SELECTED" else items[0]
        self.prompt = str(active.get("rushes_prompt", "")) if active is not None else ""
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: Any) -> set[str]:
        items = _targets(context, self.target)
        if not items:
            return _nothing(self, self.target)
        _set(items, "rushes_prompt", self.prompt.strip())
        return {"FINISHED"}


class RUSHES_OT_block_select(Operator):
    """Select all blocks of this class"""

    bl_idname = "rushes.block_select"
    bl_label = "Select by Class"
    bl_options = {"REGISTER", "UNDO"}

    cls: EnumProperty(name="Class", items=_CHOICES[:-1])  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: Any) -> set[str]:
        known = blocks.classes_now(owner_scene(context)).classes
        chosen = {o.name for o in context.view_layer.objects if _is(known.get(o.session_uid), self.cls)}
        return _select(self, context, chosen)


def _is(cls: ObjectClass | None, value: str) -> bool:
    return cls is not None and cls.value == value


def _select(operator: Any, context: Any, names: set[str]) -> set[str]:
    count = 0
    for obj in context.view_layer.objects:
        wanted = obj.name in names
        obj.select_set(wanted)
        if wanted and obj.select_get():
            count += 1
            context.view_layer.objects.active = obj
    if count < len(names):
        operator.report({"INFO"}, f"{len(names) - count} of {len(names)} are hidden and cannot be selected.")
    return {"FINISHED"}


class RUSHES_OT_block_colors(Operator):
    """Colour objects by class, and show object colours in this 3D View. An object without a material gets this colour
    in takes too. Undo brings the former colours back"""

    bl_idname = "rushes.block_colors"
    bl_label = "Object Colours by Class"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> set[str]:
        count = overlay.colors_by_class(owner_scene(context))
        space = context.space_data
        if space is not None and space.type == "VIEW_3D":
            space.shading.color_type = "OBJECT"
        self.report({"INFO"}, f"{count} objects have the colour of their class.")
        return {"FINISHED"}


class RUSHES_OT_blocks_check(Operator):
    """Look for what would make takes worse"""

    bl_idname = "rushes.blocks_check"
    bl_label = "Check My Blocks"
    bl_options = {"REGISTER"}

    def execute(self, context: Any) -> set[str]:
        window = context.window_manager.rushes
        window.findings.clear()
        for finding in check(block_facts.facts_of(owner_scene(context))):
            row = window.findings.add()
            row.severity, row.text, row.hint = finding.severity, finding.text, finding.hint
            row.objects = "\n".join(finding.names)
        window.checked = True
        mirror.redraw()
        return {"FINISHED"}


class RUSHES_OT_finding_select(Operator):
    """Select what this is about"""

    bl_idname = "rushes.finding_select"
    bl_label = "Select"
    bl_options = {"REGISTER", "UNDO"}

    index: IntProperty(options={"SKIP_SAVE"})  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: Any) -> set[str]:
        findings = context.window_manager.rushes.findings
        if not 0 <= self.index < len(findings):
            return {"CANCELLED"}
        return _select(self, context, set(findings[self.index].objects.split("\n")))


CLASSES = (
    RUSHES_OT_block_class,
    RUSHES_OT_block_prompt,
    RUSHES_OT_block_select,
    RUSHES_OT_block_colors,
    RUSHES_OT_blocks_check,
    RUSHES_OT_finding_select,
)
