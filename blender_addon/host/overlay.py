"""What blocks stand for, drawn over the 3D View: a tinted box around each, a key, names at what is selected.

The draw handlers stay from enable to disable and do nothing while Show Classes is off, so that undo and file loads
cannot lose them. Boxes are kept as numbers by the object's number in this session; what Blender reports as edited is
read anew at once, all of it after an undo or when objects come and go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import blf
import bpy
import gpu
import numpy as np
from bpy_extras import view3d_utils
from gpu_extras.batch import batch_for_shader

from rushes.contracts import ObjectClass

from ..logic.blocks import CLASS_COLORS
from . import blocks
from .scene_walk import SOLID

__all__ = ["CLASSES", "colors_by_class", "start", "stop"]

CLASSES: tuple[type, ...] = ()
_FILL, _EDGE = 0.16, 0.75
_GROWN = 1.01
"""Boxes stand a little off the surfaces, which would flicker through them."""
_MOST_NAMES = 40
_TRIANGLES = np.array(
    [0, 1, 2, 0, 2, 3, 4, 6, 5, 4, 7, 6, 0, 4, 5, 0, 5, 1, 3, 2, 6, 3, 6, 7, 0, 3, 7, 0, 7, 4, 1, 5, 6, 1, 6, 2],
    np.int32,
).reshape(-1, 3)
_LINES = np.array([0, 1, 1, 2, 2, 3, 3, 0, 4, 5, 5, 6, 6, 7, 7, 4, 0, 4, 1, 5, 2, 6, 3, 7], np.int32).reshape(-1, 2)

_UNIT = np.array([(0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0)], bool)
"""Corners in Blender's order for a bounding box; true: the high side."""


class _State:
    def __init__(self) -> None:
        self.handles: list[Any] = []
        self.forget()

    def forget(self) -> None:
        """All boxes are to be read anew."""
        self.boxes: dict[int, Any] = {}
        self.version = -1
        self.scene = 0
        self.batches: tuple[Any, Any, Any] | None = None


_state = _State()


def start() -> None:
    """Hang on the 3D View and listen to edits."""
    from . import pulse

    blocks.start()
    space = bpy.types.SpaceView3D
    _state.handles = [
        space.draw_handler_add(_draw_boxes, (), "WINDOW", "POST_VIEW"),
        space.draw_handler_add(_draw_words, (), "WINDOW", "POST_PIXEL"),
    ]
    pulse.EDITED.append(_edited)
    pulse.UNDONE.append(_state.forget)


def stop() -> None:
    """Take everything off again."""
    from . import pulse

    for handle in _state.handles:
        bpy.types.SpaceView3D.draw_handler_remove(handle, "WINDOW")
    _state.handles = []
    for heard, function in ((pulse.EDITED, _edited), (pulse.UNDONE, _state.forget)):
        if function in heard:
            heard.remove(function)
    _state.forget()
    blocks.stop()


def _shown(context: Any) -> bool:
    manager, space = context.window_manager, context.space_data
    on = manager is not None and hasattr(manager, "rushes") and manager.rushes.show_classes
    return bool(on and space is not None and space.type == "VIEW_3D" and space.overlay.show_overlays)


def _edited(depsgraph: Any) -> None:
    if not _state.boxes:
        return
    for update in depsgraph.updates:
        if isinstance(update.id, bpy.types.Object) and _has_box(update.id):
            _state.boxes[update.id.original.session_uid] = _corners(update.id)
            _state.batches = None


def _corners(obj: Any) -> Any:
    """The eight corners of an object's box in world space; of an instanced collection one box around all of it."""
    local = np.array([tuple(c) for c in obj.bound_box], np.float32)
    if obj.type == "EMPTY":
        local = _collection_box(obj.instance_collection, local)
    local = (local - local.mean(0)) * _GROWN + local.mean(0)
    world = np.array(obj.matrix_world, np.float32)
    return local @ world[:3, :3].T + world[:3, 3]


def _has_box(obj: Any) -> bool:
    return obj.type in SOLID or (obj.type == "EMPTY" and obj.instance_collection is not None)


def _collection_box(collection: Any, own: Any) -> Any:
    """Corners around a collection's objects, as its instances have them; `own` when it holds nothing solid."""
    parts = [
        np.array([tuple(c) for c in o.bound_box], np.float32) @ np.array(o.matrix_world, np.float32)[:3, :3].T
        + np.array(o.matrix_world.translation, np.float32)
        for o in collection.all_objects
        if o.type in SOLID
    ]
    if not parts:
        return own
    points = np.concatenate(parts) - np.array(collection.instance_offset, np.float32)
    low, high = points.min(0), points.max(0)
    return np.where(_UNIT, high, low)


def _bring_up_to_date(scene: Any) -> None:
    blocks.wish()
    known = blocks.known()
    if known.scene != scene.session_uid:
        known = blocks.classes_now(scene)
    if _state.version != known.version or _state.scene != known.scene:
        _read(scene, known.classes)
        _state.version, _state.scene, _state.batches = known.version, known.scene, None


def _read(scene: Any, classes: dict[int, ObjectClass]) -> None:
    """Boxes of what has come since; those of what is gone are dropped."""
    missing = set(classes) - set(_state.boxes)
    _state.boxes = {uid: box for uid, box in _state.boxes.items() if uid in classes}
    for obj in scene.objects if missing else ():
        if obj.session_uid in missing and _has_box(obj) and obj.visible_get():
            _state.boxes[obj.session_uid] = _corners(obj)


def _batches(classes: dict[int, ObjectClass]) -> tuple[Any, Any, Any] | None:
    """(shader, boxes, edges), made anew only when something has changed."""
    if _state.batches is None:
        chosen = [(uid, box) for uid, box in _state.boxes.items() if uid in classes]
        if not chosen:
            return None
        points = np.concatenate([box for _, box in chosen])
        tints = np.array([CLASS_COLORS[classes[uid]] for uid, _ in chosen], np.float32).repeat(8, axis=0)
        starts = np.arange(len(chosen), dtype=np.int32)[:, None, None] * 8
        shader = gpu.shader.from_builtin("FLAT_COLOR")
        made = [shader]
        for kind, shape, alpha in (("TRIS", _TRIANGLES, _FILL), ("LINES", _LINES, _EDGE)):
            colors = np.hstack([tints, np.full((len(tints), 1), alpha, np.float32)])
            indices = (starts + shape).reshape(-1, shape.shape[1])
            made.append(batch_for_shader(shader, kind, {"pos": points, "color": colors}, indices=indices))
        _state.batches = (made[0], made[1], made[2])
    return _state.batches


def _draw_boxes() -> None:
    context = bpy.context
    if not _shown(context):
        return
    _bring_up_to_date(context.scene)
    made = _batches(blocks.known().classes)
    if made is None:
        return
    shader, fill, edges = made
    gpu.state.blend_set("ALPHA")
    gpu.state.depth_test_set("LESS_EQUAL")
    gpu.state.depth_mask_set(False)
    fill.draw(shader)
    edges.draw(shader)
    gpu.state.depth_test_set("NONE")
    gpu.state.blend_set("NONE")


def _draw_words() -> None:
    context = bpy.context
    if not _shown(context):
        return
    scale = context.preferences.system.ui_scale
    blf.size(0, 11.0 * scale)
    blf.enable(0, blf.SHADOW)
    blf.shadow(0, 3, 0.0, 0.0, 0.0, 0.9)
    _draw_key(scale)
    _draw_names(context, context.selected_objects[:_MOST_NAMES])
    blf.disable(0, blf.SHADOW)


def _draw_key(scale: float) -> None:
    """Colours and counts in the lower left corner."""
    counts = blocks.counts()
    for line, cls in enumerate(c for c in reversed(ObjectClass) if counts[c]):
        blf.color(0, *CLASS_COLORS[cls], 1.0)
        blf.position(0, 24.0 * scale, (24.0 + 16.0 * line) * scale, 0.0)
        blf.draw(0, f"\u25a0 {cls.value.title()}  {counts[cls]}")


def _draw_names(context: Any, chosen: Iterable[Any]) -> None:
    classes, region = blocks.known().classes, context.region
    for obj in chosen:
        cls, box = classes.get(obj.session_uid), _state.boxes.get(obj.session_uid)
        if cls is None or box is None:
            continue
        spot = view3d_utils.location_3d_to_region_2d(region, context.region_data, box.mean(0).tolist())
        if spot is not None:
            blf.color(0, *CLASS_COLORS[cls], 1.0)
            blf.position(0, spot.x, spot.y, 0.0)
            blf.draw(0, cls.value.title())


def colors_by_class(scene: Any) -> int:
    """Give each block the colour of its class as its object colour; how many changed."""
    known, count = blocks.classes_now(scene), 0
    for obj in scene.objects:
        cls = known.classes.get(obj.session_uid)
        if cls is None or obj.library is not None:
            continue
        color = (*_linear(CLASS_COLORS[cls]), 1.0)
        if any(abs(a - b) > 1e-4 for a, b in zip(obj.color, color)):
            obj.color = color
            count += 1
    return count


def _linear(color: Iterable[float]) -> tuple[float, ...]:
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
