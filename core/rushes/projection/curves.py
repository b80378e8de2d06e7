"""Keys that hold: one a frame, no in-between, in every Blender from 4.2 on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

__all__ = ["curves_of", "drop_action", "hold_keys", "varies"]

_STILL = 1e-9


def varies(values: Sequence[Sequence[float]]) -> bool:
    """Whether anything changes from frame to frame."""
    first = values[0]
    return any(abs(a - b) > _STILL for row in values for a, b in zip(row, first))


def hold_keys(owner: Any, path: str, frames: Sequence[int], values: Sequence[Sequence[float]], *, array: bool) -> None:
    """Key a property at `frames`; what never changes is only set. `owner` may be a socket or a datablock."""
    _set(owner, path, values[0], array)
    if not varies(values):
        return
    for frame, value in zip(frames, values):
        _set(owner, path, value, array)
        owner.keyframe_insert(path, frame=frame)
    for curve in curves_of(owner.id_data):
        for key in curve.keyframe_points:
            key.interpolation = "CONSTANT"


def _set(owner: Any, path: str, value: Sequence[float], array: bool) -> None:
    setattr(owner, path, tuple(value) if array else value[0])


def curves_of(owner: Any) -> tuple[Any, ...]:
    """F-curves of the action that animates a datablock (4.4 on: those of its slot)."""
    data = owner.animation_data
    if data is None or data.action is None:
        return ()
    action = data.action
    if bpy.app.version < (4, 4):
        return tuple(action.fcurves)
    slot = data.action_slot
    strips = [strip for layer in action.layers for strip in layer.strips]
    bags = [bag for strip in strips for bag in strip.channelbags if slot is None or bag.slot_handle == slot.handle]
    return tuple(curve for bag in bags for curve in bag.fcurves)


def drop_action(owner: Any) -> None:
    """Remove the action of a datablock that is about to go."""
    data = owner.animation_data
    action = data.action if data is not None else None
    if action is not None:
        owner.animation_data_clear()
        if not action.users:
            bpy.data.actions.remove(action)
