"""The queue: cancel, put ended jobs out of sight, read what is wrong."""

from __future__ import annotations

import json
import os
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Operator

from rushes.client import EngineHome, rushes_home
from rushes.contracts import JobStatus
from rushes.errors import EngineError

from .. import runtime
from ..logic.words import wrapped
from .common import guarded

__all__ = ["CLASSES"]

_COLUMNS = 68
"""Characters in a line of the window that shows a whole message."""


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


def _live(now: runtime.Session) -> list[JobStatus]:
    return [j for j in now.known.jobs.values() if not j.state.ended]


class RUSHES_OT_jobs_cancel_all(Operator):
    """Stop all jobs of this production that run or wait, those of other Blenders too"""

    bl_idname = "rushes.jobs_cancel_all"
    bl_label = "Cancel All"

    def invoke(self, context: Any, event: Any) -> set[str]:
        now = runtime.session()
        count = len(_live(now)) if now is not None else 0
        return context.window_manager.invoke_confirm(
            self,
            event,
            title="Cancel all jobs?",
            message=f"{count} jobs of this production stop, whoever asked for them. Takes stay.",
            confirm_text="Cancel Jobs",
            icon="WARNING",
        )

    def execute(self, context: Any) -> set[str]:
        now = runtime.session()
        if now is None:
            return {"CANCELLED"}
        waiting_first = sorted(_live(now), key=lambda j: j.position or 0, reverse=True)
        ids = [j.id for j in waiting_first]
        now.bridge.call(lambda client: [client.cancel(i) for i in ids], lambda _: now.bridge.watch.wake())
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
        now.known.changed.add("messages")
        return {"FINISHED"}


class RUSHES_OT_read_more(Operator):
    """Read the whole message"""

    bl_idname = "rushes.read_more"
    bl_label = "More"

    text: StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]
    hint: StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]

    def invoke(self, context: Any, event: Any) -> set[str]:
        return context.window_manager.invoke_popup(self, width=460)

    def draw(self, context: Any) -> None:
        column = self.layout.column(align=True)
        column.scale_y = 0.85
        for line in (*wrapped(self.text, _COLUMNS)[0], "", *wrapped(self.hint, _COLUMNS)[0]):
            column.label(text=line)
        copy = self.layout.operator("rushes.copy_details", text="Copy", icon="COPYDOWN")
        copy.text = f"{self.text}\n{self.hint}".strip()

    def execute(self, context: Any) -> set[str]:
        return {"FINISHED"}


class RUSHES_OT_copy_details(Operator):
    """Copy this with all that is known of it to the clipboard, for a report"""

    bl_idname = "rushes.copy_details"
    bl_label = "Copy Details"

    job: StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]
    text: StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: Any) -> set[str]:
        job = _job(self.job)
        context.window_manager.clipboard = _details(job) if job is not None else self.text
        self.report({"INFO"}, "Copied")
        return {"FINISHED"}


def _job(job_id: str) -> JobStatus | None:
    now = runtime.session()
    return now.known.jobs.get(job_id) if now is not None and job_id else None


def _details(job: JobStatus) -> str:
    about = {"job": job.id, "kind": job.request.kind, "stage": job.stage, "blender": bpy.app.version_string}
    return json.dumps({**about, "error": job.error, "asked": job.request.params}, indent=1, ensure_ascii=False)


class RUSHES_OT_log_show(Operator):
    """Open the log: of the job that failed, else the engine's"""

    bl_idname = "rushes.log_show"
    bl_label = "Show Log"

    job: StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]
    path: StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: _show(self.path or _log_of(_job(self.job))))


def _log_of(job: JobStatus | None) -> str:
    details = (job.error or {}).get("details") if job is not None else None
    named = details.get("log") if isinstance(details, dict) else None
    if isinstance(named, str) and os.path.isfile(named):
        return named
    return str(EngineHome(rushes_home()).log)


def _show(path: str) -> set[str]:
    if not os.path.isfile(path):
        raise EngineError(
            f"There is no log at {path}.",
            code="engine.no_log",
            hint="It is written once the engine has been started on this machine.",
        )
    bpy.ops.wm.path_open(filepath=path)
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


CLASSES = (
    RUSHES_OT_job_cancel,
    RUSHES_OT_jobs_cancel_all,
    RUSHES_OT_jobs_clear,
    RUSHES_OT_messages_clear,
    RUSHES_OT_read_more,
    RUSHES_OT_copy_details,
    RUSHES_OT_log_show,
    RUSHES_OT_engine_connect,
)
