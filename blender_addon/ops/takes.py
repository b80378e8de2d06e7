"""What artists do with takes: replay, reveal, play, trash, compare, use as texture, go back to seed or brief."""
# pyright: reportInvalidTypeForm=false

from __future__ import annotations

import os
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Operator

from .. import runtime
from ..host import asked, shots, takes, texture
from ..host import briefs as host
from .common import guarded, owner_scene

__all__ = ["CLASSES", "start", "stop"]


class _OfTake(Operator):
    """Something that is done with the take that the list has picked."""

    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        if takes.picked_take(context) is None:
            cls.poll_message_set("Pick a take first")
            return False
        return True


class RUSHES_OT_take_seed(_OfTake):
    """Lock the shot's seed to this take's: the same brief then gives the same picture"""

    bl_idname = "rushes.take_seed"
    bl_label = "Use Seed"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> set[str]:
        take, shot = takes.picked_take(context), shots.picked(context)
        if take is None or shot is None:
            return {"CANCELLED"}
        settings = host.settings_to_write(owner_scene(context), shot)
        settings.seed, settings.lock_seed = take.seed, True
        return {"FINISHED"}


class RUSHES_OT_take_brief(_OfTake):
    """Give the shot the brief that this take was made with"""

    bl_idname = "rushes.take_brief"
    bl_label = "Use Brief"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> set[str]:
        take, shot = takes.picked_take(context), shots.picked(context)
        if take is None or shot is None:
            return {"CANCELLED"}
        host.write(host.settings_to_write(owner_scene(context), shot), take.brief)
        return {"FINISHED"}


class RUSHES_OT_take_replay(_OfTake):
    """Make the take again from its recipe and compare it with the one on disk, frame by frame. Nothing is changed"""

    bl_idname = "rushes.take_replay"
    bl_label = "Replay"

    @classmethod
    def poll(cls, context: Any) -> bool:
        take = takes.picked_take(context)
        if take is not None and "recipe" in take.missing:
            cls.poll_message_set("Its recipe is gone from disk")
            return False
        return super().poll(context)

    def execute(self, context: Any) -> set[str]:
        take = takes.picked_take(context)
        if take is None:
            return {"CANCELLED"}
        takes.replay(owner_scene(context), take)
        return {"FINISHED"}


class RUSHES_OT_take_reveal(_OfTake):
    """Open the take's folder"""

    bl_idname = "rushes.take_reveal"
    bl_label = "Open Folder"

    def execute(self, context: Any) -> set[str]:
        take = takes.picked_take(context)
        return _open(self, take.folder if take is not None else "")


class RUSHES_OT_take_play(_OfTake):
    """Play the take in the player of this machine"""

    bl_idname = "rushes.take_play"
    bl_label = "Play"

    @classmethod
    def poll(cls, context: Any) -> bool:
        take = takes.picked_take(context)
        if take is not None and "clip" in take.missing:
            cls.poll_message_set("Its clip is gone from disk")
            return False
        return super().poll(context)

    def execute(self, context: Any) -> set[str]:
        take = takes.picked_take(context)
        if take is None:
            return {"CANCELLED"}
        return _open(self, take.clip if take.frame_count > 1 else take.poster)


def _open(operator: Any, path: str) -> set[str]:
    if not os.path.exists(path):
        operator.report({"WARNING"}, f"It is gone from disk: {path}")
        return {"CANCELLED"}
    return bpy.ops.wm.path_open(filepath=path)


class RUSHES_OT_take_trash(_OfTake):
    """Put the take into the production's trash; Restore brings it back"""

    bl_idname = "rushes.take_trash"
    bl_label = "Move to Trash"

    def invoke(self, context: Any, event: Any) -> set[str]:
        window = context.window_manager.rushes
        row = window.takes[window.take_index]
        message = "Restore brings it back from the production's trash."
        if row.used:
            message = "It is in use: its strip will show nothing. " + message
        return context.window_manager.invoke_confirm(
            self, event, title=f"Move {row.label} to the trash?", message=message, confirm_text="Move to Trash"
        )

    def execute(self, context: Any) -> set[str]:
        take = takes.picked_take(context)
        if take is None:
            return {"CANCELLED"}
        takes.trash(take.id)
        if context.window_manager.rushes.compare == take.id:
            context.window_manager.rushes.compare = ""
        return {"FINISHED"}


class RUSHES_OT_take_restore(Operator):
    """Bring the take back that went into the trash last"""

    bl_idname = "rushes.take_restore"
    bl_label = "Restore"

    @classmethod
    def poll(cls, context: Any) -> bool:
        if takes.last_trashed() is None:
            cls.poll_message_set("No take went into the trash since Blender was started")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        found = takes.last_trashed()
        if found is None:
            return {"CANCELLED"}
        takes.restore(found[0])
        return {"FINISHED"}


class RUSHES_OT_take_compare(Operator):
    """Mark a take; the one that you pick next is compared with it"""

    bl_idname = "rushes.take_compare"
    bl_label = "Compare"

    take: StringProperty(description="Empty: stop comparing", options={"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        context.window_manager.rushes.compare = self.take
        return {"FINISHED"}


class RUSHES_OT_take_texture(_OfTake):
    """Use the take as a texture of the active object, frame by frame with the scene"""

    bl_idname = "rushes.take_texture"
    bl_label = "Use as Texture"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        take = takes.picked_take(context)
        if take is not None and {"clip", "pictures"} <= {*take.missing, *(() if take.pictures else ("pictures",))}:
            cls.poll_message_set("Its files are gone from disk")
            return False
        return super().poll(context)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._use(context))

    def _use(self, context: Any) -> set[str]:
        take = takes.picked_take(context)
        if take is None:
            return {"CANCELLED"}
        obj = getattr(context, "object", None)
        self.report({"INFO"}, texture.use_as_texture(owner_scene(context), take, obj))
        return {"FINISHED"}


class RUSHES_OT_take_keep_only(_OfTake):
    """Keep this take and reject the other undecided takes of the shot"""

    bl_idname = "rushes.take_keep_only"
    bl_label = "Keep Only This"

    def execute(self, context: Any) -> set[str]:
        now, take = runtime.session(), takes.picked_take(context)
        if now is None or take is None:
            return {"CANCELLED"}
        takes.rate(take.id, "kept")
        for other in now.known.takes:
            if other.id != take.id and other.rating.value == "undecided":
                takes.rate(other.id, "rejected")
        return {"FINISHED"}


def start() -> None:
    """Listen for replays, recipes and sheets."""
    takes.start()
    asked.start()


def stop() -> None:
    """Stop listening."""
    asked.stop()
    takes.stop()


CLASSES = (
    RUSHES_OT_take_seed,
    RUSHES_OT_take_brief,
    RUSHES_OT_take_replay,
    RUSHES_OT_take_reveal,
    RUSHES_OT_take_play,
    RUSHES_OT_take_trash,
    RUSHES_OT_take_restore,
    RUSHES_OT_take_compare,
    RUSHES_OT_take_texture,
    RUSHES_OT_take_keep_only,
)
