"""Every difference between the Blender versions we support (4.2 LTS to 5.2 LTS) is answered here, and nowhere else."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import bpy

__all__ = [
    "CHANNELS",
    "VERSION",
    "all_strips",
    "calm_sequencer",
    "content_begin",
    "content_end",
    "curves_of",
    "in_sequencer",
    "left",
    "material_tree",
    "offer_edit",
    "open_edit",
    "own_length",
    "retime",
    "right",
    "sequencer_scene",
    "set_span",
    "strips_of",
]

VERSION: tuple[int, int] = bpy.app.version[:2]
"""Of the running Blender."""


def curves_of(owner: Any) -> tuple[Any, ...]:
    """F-curves of the action that animates an ID (4.4 on: those of its slot); none when nothing does."""
    data = owner.animation_data
    action = data.action if data is not None else None
    if data is None or action is None:
        return ()
    if VERSION < (4, 4):
        return tuple(action.fcurves)
    slot = data.action_slot
    if slot is None:
        return ()
    strips = [strip for layer in action.layers for strip in layer.strips]
    bags = [bag for strip in strips for bag in strip.channelbags if bag.slot_handle == slot.handle]
    return tuple(curve for bag in bags for curve in bag.fcurves)


# -- the sequencer. 4.4 named strips strips, 5.0 lets a workspace choose its scene, 5.1 named the handles anew

CHANNELS = 128
"""Of a sequencer, in all our versions."""
_NEW_HANDLES = VERSION >= (5, 1) and "left_handle" in bpy.types.Strip.bl_rna.properties


def strips_of(owner: Any) -> Any:
    """The strips that lie in a sequence editor or in a meta strip."""
    return owner.strips if hasattr(owner, "strips") else owner.sequences


def left(strip: Any) -> int:
    """First frame that the strip shows."""
    return strip.left_handle if _NEW_HANDLES else strip.frame_final_start


def right(strip: Any) -> int:
    """First frame that the strip no longer shows."""
    return strip.right_handle if _NEW_HANDLES else strip.frame_final_end


def content_begin(strip: Any) -> int:
    """Frame where the strip's content begins, shown or not."""
    return round(strip.content_start if _NEW_HANDLES else strip.frame_start)


def content_end(strip: Any) -> int:
    """Frame after the strip's content, shown or not."""
    return round(right(strip) + (strip.right_handle_offset if _NEW_HANDLES else strip.frame_offset_end))


def own_length(strip: Any) -> int:
    """Frames of the strip's pictures; of a retimed strip, frames it lasts."""
    return strip.content_duration if _NEW_HANDLES else strip.frame_duration


def set_span(strip: Any, begin: int, first: int, after: int) -> None:
    """Put a strip's content at `begin` and show it from `first` to before `after`."""
    names = ("left_handle", "right_handle") if _NEW_HANDLES else ("frame_final_start", "frame_final_end")
    if strip.type != "META":
        setattr(strip, "content_start" if _NEW_HANDLES else "frame_start", begin)
    order = (0, 1) if first < right(strip) else (1, 0)  # a handle never passes the other one
    for which in order:
        setattr(strip, names[which], (first, after)[which])


def retime(scene: Any, strip: Any, length: int) -> None:
    """Make a movie strip last `length` frames, evenly. Call before it is trimmed; former speeds of it are gone.

    By the operator: until 5.0 the API's own calls crash (adding keys, and moving them among several strips). Versions
    count the last frame differently, so speeds near the right one are tried until the strip lasts as long as it should.
    """
    if len(strip.retiming_keys):
        strip.retiming_keys.reset()
    frames = own_length(strip)
    if frames == length or frames < 2:
        return
    editor = scene.sequence_editor
    former = editor.active_strip
    chosen = [s for s in all_strips(editor) if s.select]
    for other in chosen:
        other.select = False
    strip.select = True
    editor.active_strip = strip
    with in_sequencer(scene):
        wanted = float(length)
        for step in (1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25):
            _set_speed(frames / max(0.5, wanted))
            missing = length - (right(strip) - left(strip))
            if not missing:
                break
            wanted += step * missing
    strip.select = False
    for other in chosen:
        other.select = True
    editor.active_strip = former


def _set_speed(speed: float) -> None:
    operator: Any = bpy.ops.sequencer.retiming_segment_speed_set
    given: dict[str, Any] = {"speed": min(max(100.0 * speed, 0.002), 100000.0)}
    if "keep_retiming" in operator.get_rna_type().properties:
        given["keep_retiming"] = False
    operator(**given)


def all_strips(editor: Any) -> Any:
    """All strips of a sequence editor, those in meta strips too."""
    return editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all


def in_sequencer(scene: Any) -> Any:
    """A context in which operators of the sequencer work on this scene."""
    given: dict[str, Any] = {"scene": scene}
    if VERSION >= (5, 0):
        given["sequencer_scene"] = scene
    return bpy.context.temp_override(**given)


def sequencer_scene(context: Any) -> Any | None:
    """The scene whose sequencer the artist sees."""
    return context.sequencer_scene if VERSION >= (5, 0) else context.scene


def open_edit(window: Any, workspace: Any, scene: Any) -> None:
    """Let the Sequencers of this workspace edit a scene; before 5.0 they edit the window's scene."""
    if VERSION >= (5, 0):
        workspace.sequencer_scene = scene
    else:
        window.scene = scene


def offer_edit(context: Any, scene: Any) -> None:
    """Let the Sequencers edit this scene where none is chosen yet; before 5.0 nothing is chosen apart."""
    if VERSION >= (5, 0) and context.workspace is not None and context.workspace.sequencer_scene is None:
        context.workspace.sequencer_scene = scene


@contextmanager
def calm_sequencer(editor: Any) -> Generator[None]:
    """Nothing is read ahead or cached while strips change."""
    names = [n for n in ("use_prefetch", "use_cache_raw", "use_cache_final") if hasattr(editor, n)]
    former = {name: getattr(editor, name) for name in names}
    for name in names:
        setattr(editor, name, False)
    try:
        yield
    finally:
        for name, value in former.items():
            setattr(editor, name, value)


def material_tree(material: Any) -> Any:
    """The material's nodes. Before 5.0 a material may have none yet; since then it always has them."""
    if VERSION < (5, 0):
        material.use_nodes = True
    return material.node_tree
