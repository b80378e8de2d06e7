"""The Deliver page: formats, settings, the queue, rendering; and presets of render and burn-in."""

# ruff: noqa: N802, N803

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import ApiObject, api
from rushes.testing.resolve.deliver import FORMATS, PRESETS, QUICK, STATUS, accepts, codecs, render, sane
from rushes.testing.resolve.state import App, ProjectState, RenderJobState, RenderState, new_id

__all__ = ["RenderProject", "RenderResolve", "burn_in_presets", "finish_renders"]

_DELIVER = ("deliver",)
POLLS = 2
"""How often a running job is asked for before it is done."""


def _presets(app: App) -> dict[str, tuple[str, str, dict[str, Any]]]:
    return app.extra.setdefault("render_presets", dict(PRESETS))


def burn_in_presets(app: App) -> list[str]:
    """Names of data burn-in presets."""
    return app.extra.setdefault("burn_in_presets", ["Dailies"])


def _step(app: App, project: ProjectState) -> None:
    """Time passes: the first running job comes closer to its end."""
    job = next((each for each in project.render.jobs if each.status == "Rendering"), None)
    if job is None:
        project.render.rendering = False
        return
    job.percent += 100 // POLLS
    if job.percent >= 100:
        job.percent = 99
        render(app, project, job)
        project.render.rendering = any(each.status == "Rendering" for each in project.render.jobs)


def finish_renders(app: App) -> None:
    """Wait, as a user would, until nothing is rendering."""
    for project in app.projects:
        while project.render.rendering:
            _step(app, project)


class RenderProject(ApiObject):
    """Deliver methods of Project."""

    @property
    def _render(self) -> RenderState:
        return self._state.render

    def _job(self, uid: Any) -> RenderJobState | None:
        return next((job for job in self._render.jobs if job.uid == uid), None)

    @api()
    def GetRenderFormats(self) -> Any:
        """Format → extension; the other calls want the extension."""
        return dict(FORMATS)

    @api()
    def GetRenderCodecs(self, renderFormat: Any) -> Any:
        """Description → id. Rule render.cold: asking for them wakes the Deliver page."""
        self._render.warm = True
        return codecs(self._app, renderFormat)

    @api()
    def GetCurrentRenderFormatAndCodec(self) -> Any:
        return {"format": self._render.format, "codec": self._render.codec}

    @api(write=True, pages=_DELIVER)
    def SetCurrentRenderFormatAndCodec(self, format: Any, codec: Any) -> Any:
        """Rules render.cold, render.codec-id, render.page."""
        if self._app.profile.quirks.cold_deliver and not self._render.warm:
            self._render.warm = True
            return False
        if codec not in codecs(self._app, format).values():
            return False
        self._render.format, self._render.codec = format, codec
        return True

    @api()
    def GetCurrentRenderMode(self) -> Any:
        return self._render.mode

    @api(write=True)
    def SetCurrentRenderMode(self, renderMode: Any) -> Any:
        if isinstance(renderMode, bool) or renderMode not in (0, 1):
            return False
        self._render.mode = renderMode
        return True

    @api()
    def GetRenderResolutions(self, format: Any = None, codec: Any = None) -> Any:
        if format is not None and codec not in codecs(self._app, format).values():
            return []
        sizes = ((1280, 720), (1920, 1080), (2048, 1080), (3840, 2160), (4096, 2160))
        return [{"Width": width, "Height": height} for width, height in sizes]

    @api(write=True, pages=_DELIVER)
    def SetRenderSettings(self, settings: Any) -> Any:
        """Rules render.whole-dict, render.sticky, render.odd-size."""
        if not isinstance(settings, dict) or not accepts(self._app, self._state, settings):
            return False
        self._render.settings |= settings
        return True

    @api(write=True, fail="", pages=_DELIVER)
    def AddRenderJob(self) -> Any:
        """Rule render.refused: "" when it is not taken."""
        state = self._render
        if state.codec not in codecs(self._app, state.format).values() or not sane(self._state, state.settings):
            return ""
        assert self._state.timeline is not None
        settings = copy.deepcopy(state.settings)
        job = RenderJobState(new_id(), self._state.timeline, settings, state.format, state.codec, state.mode)
        state.jobs.append(job)
        return job.uid

    @api(write=True)
    def DeleteRenderJob(self, jobId: Any) -> Any:
        job = self._job(jobId)
        if job is None or job.status == "Rendering":
            return False
        self._render.jobs.remove(job)
        return True

    @api(write=True)
    def DeleteRenderJobByIndex(self, idx: Any) -> Any:
        """No longer supported."""
        return False

    @api(write=True)
    def DeleteAllRenderJobs(self) -> Any:
        self._render.jobs.clear()
        return True

    @api()
    def GetRenderJobList(self) -> Any:
        """Rule render.job-list: what a job is, under names of its own."""
        return [_listed(number, job) for number, job in enumerate(self._render.jobs, 1)]

    @api()
    def GetRenderJobs(self) -> Any:
        """Old form of GetRenderJobList."""
        return {float(number): _listed(number, job) for number, job in enumerate(self._render.jobs, 1)}

    @api()
    def GetRenderPresetList(self) -> Any:
        return list(_presets(self._app))

    @api()
    def GetRenderPresets(self) -> Any:
        """Old form of GetRenderPresetList."""
        return {float(number): name for number, name in enumerate(_presets(self._app), 1)}

    @api(write=True)
    def LoadRenderPreset(self, presetName: Any) -> Any:
        """Rule render.sticky: what is set afterwards stacks on the preset."""
        found = _presets(self._app).get(presetName)
        if found is None:
            return False
        state = self._render
        state.format, state.codec, state.settings = found[0], found[1], copy.deepcopy(found[2])
        state.preset = presetName
        return True

    @api(write=True)
    def SaveAsNewRenderPreset(self, presetName: Any) -> Any:
        presets = _presets(self._app)
        if not isinstance(presetName, str) or not presetName or presetName in presets:
            return False
        presets[presetName] = (self._render.format, self._render.codec, copy.deepcopy(self._render.settings))
        return True

    @api("19.1", write=True)
    def DeleteRenderPreset(self, presetName: Any) -> Any:
        if presetName in PRESETS or presetName not in _presets(self._app):
            return False
        del _presets(self._app)[presetName]
        return True

    @api(write=True, pages=_DELIVER, keywords=True)
    def StartRendering(self, *args: Any, isInteractiveMode: Any = False) -> Any:
        """Rule render.start: ids in a list or one by one, or none for all; indices are no longer taken."""
        wanted = [each for each in args if not isinstance(each, bool)]
        if len(wanted) == 1 and isinstance(wanted[0], list):
            wanted = wanted[0]
        jobs = [self._job(uid) for uid in wanted] if wanted else list(self._render.jobs)
        if not jobs or None in jobs or self._render.rendering:
            return False
        for job in filter(None, jobs):
            job.status, job.percent, job.error, job.files = "Rendering", 0, "", []
        self._render.rendering = True
        return True

    @api()
    def StopRendering(self) -> Any:
        for job in self._render.jobs:
            job.status = "Cancelled" if job.status == "Rendering" else job.status
        self._render.rendering = False

    @api()
    def IsRenderingInProgress(self) -> Any:
        _step(self._app, self._state)
        return self._render.rendering

    @api()
    def GetRenderJobStatus(self, jobId: Any) -> Any:
        """Rules render.status, render.localised: a dictionary, or text that says what is wrong."""
        job = self._job(jobId)
        if job is None:
            return "Render job not found"
        if job.status == "Rendering":
            _step(self._app, self._state)
        status = STATUS[job.status] if self._app.profile.quirks.localised_status else job.status
        found: dict[str, Any] = {"JobStatus": status, "CompletionPercentage": job.percent}
        if job.status == "Complete":
            found["TimeTakenToRenderInMs"] = 1000
        if job.error:
            found["Error"] = job.error
        return found

    @api("19.1")
    def GetQuickExportRenderPresets(self) -> Any:
        return list(QUICK)

    @api("19.1", write=True, fail="Quick export is not possible now")
    def RenderWithQuickExport(self, preset_name: Any, param_dict: Any) -> Any:
        """Renders at once; a dictionary, or text that says why not."""
        settings = {key: (param_dict or {}).get(key) for key in ("TargetDir", "CustomName")}
        settings = {key: value for key, value in settings.items() if value}
        if preset_name not in QUICK:
            return "Preset not found"
        if (param_dict or {}).get("EnableUpload") or not sane(self._state, settings):
            return "Quick export could not be started"
        extension = "mov" if preset_name in PRESETS else "mp4"
        job = RenderJobState(new_id(), self._state.timeline, settings, extension, "H264", 1)
        render(self._app, self._state, job)
        return {"JobStatus": job.status, "CompletionPercentage": job.percent, "TimeTakenToRenderInMs": 1000}

    @api(write=True)
    def LoadBurnInPreset(self, presetName: Any) -> Any:
        return presetName in burn_in_presets(self._app)


def _listed(number: int, job: RenderJobState) -> dict[str, Any]:
    settings, timeline = job.settings, job.timeline
    return {
        "JobId": job.uid,
        "RenderJobName": f"Job {number}",
        "TimelineName": timeline.name,
        "TargetDir": settings.get("TargetDir", ""),
        "OutputFilename": f"{settings.get('CustomName') or timeline.name}.{job.format}",
        "IsExportVideo": settings.get("ExportVideo", True),
        "IsExportAudio": settings.get("ExportAudio", True),
        "FormatWidth": settings.get("FormatWidth", timeline.size[0]),
        "FormatHeight": settings.get("FormatHeight", timeline.size[1]),
        "FrameRate": str(round(float(timeline.rate), 3)),
        "MarkIn": settings.get("MarkIn", timeline.start),
        "MarkOut": settings.get("MarkOut", timeline.end - 1),
        "VideoFormat": job.format,
        "VideoCodec": job.codec,
        "RenderMode": "Single clip" if job.mode == 1 else "Individual clips",
    }


class RenderResolve(ApiObject):
    """Preset methods of Resolve."""

    @api("18.6", write=True)
    def ImportRenderPreset(self, presetPath: Any) -> Any:
        path = Path(str(presetPath))
        if not path.is_file():
            return False
        _presets(self._app)[path.stem] = ("mov", "H264", {})
        return True

    @api("18.6", write=True)
    def ExportRenderPreset(self, presetName: Any, exportPath: Any) -> Any:
        return _export(presetName in _presets(self._app), presetName, exportPath)

    @api("18.6", write=True)
    def ImportBurnInPreset(self, presetPath: Any) -> Any:
        path = Path(str(presetPath))
        if not path.is_file():
            return False
        burn_in_presets(self._app).append(path.stem)
        return True

    @api("18.6", write=True)
    def ExportBurnInPreset(self, presetName: Any, exportPath: Any) -> Any:
        return _export(presetName in burn_in_presets(self._app), presetName, exportPath)

    @api("21.0.3")
    def GetBurnInPresetList(self) -> Any:
        return list(burn_in_presets(self._app))

    @api("21.0.3", write=True)
    def DeleteBurnInPreset(self, presetName: Any) -> Any:
        presets = burn_in_presets(self._app)
        if presetName not in presets:
            return False
        presets.remove(presetName)
        return True


def _export(known: bool, name: Any, path: Any) -> bool:
    out = Path(str(path))
    if not known or not out.parent.is_dir():
        return False
    out.write_text(f"<Preset name={str(name)!r}/>\n", "utf-8")
    return True
