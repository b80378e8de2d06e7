"""The queue: cancel, put ended jobs out of sight, read what is wrong."""

from __future__ import annotations

from typing import Any

from bpy.props import StringProperty
from bpy.types import Operator

from .. import runtime

__all__ = ["CLASSES"]


class RUSHES_OT_job_cancel(Operator):
    """Stop this job; nothing half-made stays, and other jobs go on"""

    bl_idname = "rushes.job_cancel"
    bl_label = "Cancel"

    job: StringProperty(options={"SKIP_SAVE"})  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: Any) -> set[str]:
        now, job = runtime.session(), self.job
        if now is None:
            return {"CANCELLED"}
        now.bridge.call(lambda client: client.cancel(job), lambda _: now.bridge.watch.wake())
        return {"FINISHED"}


class RUSHES_OT_jobs_clear(Operator):
    """Put ended jobs out of sight; takes stay"""

    bl_idname = "rushes.jobs_clear"
    bl_label = "Clear Ended"

    def execute(self, context: Any) -> set[str]:
        now = runtime.session()
        if now is None:
            return {"CANCELLED"}
        now.known.hidden |= {j.id for j in now.known.jobs.values() if j.state.ended}
        now.stale_lists.add("jobs")
        return {"FINISHED"}


class RUSHES_OT_messages_clear(Operator):
    """Put these messages away"""

    bl_idname = "rushes.messages_clear"
    bl_label = "Clear Messages"

    def execute(self, context: Any) -> set[str]:
        now = runtime.session()
        if now is None:
            return {"CANCELLED"}
        now.known.messages.clear()
        return {"FINISHED"}


class RUSHES_OT_engine_connect(Operator):
    """Try the engine again now"""

    bl_idname = "rushes.engine_connect"
    bl_label = "Try Again"

    def execute(self, context: Any) -> set[str]:
        now = runtime.session()
        if now is None:
            return {"CANCELLED"}
        now.bridge.forget_client()
        now.bridge.watch.refresh()
        now.bridge.start()
        return {"FINISHED"}


CLASSES = (RUSHES_OT_job_cancel, RUSHES_OT_jobs_clear, RUSHES_OT_messages_clear, RUSHES_OT_engine_connect)
