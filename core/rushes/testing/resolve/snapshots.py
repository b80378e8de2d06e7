"""What the user owns and sees, as plain data."""

from __future__ import annotations

import copy
from dataclasses import asdict
from typing import Any

from rushes.testing.resolve.state import (
    App,
    FolderState,
    ItemState,
    MarkerState,
    ProjectState,
    TimelineState,
    TrackState,
)

__all__ = ["item_data", "snapshot", "visible_markers"]


def visible_markers(timeline: TimelineState) -> dict[float, MarkerState]:
    """Markers that lie on the timeline's frames (rule marker.echo)."""
    length = timeline.end - timeline.start
    return {frame: marker for frame, marker in timeline.markers.items() if 0 <= frame < max(1, length)}


def item_data(item: ItemState) -> dict[str, Any]:
    """An item: where it lies, what it shows, what was done to it."""
    return {
        "id": item.uid,
        "name": item.name,
        "kind": item.kind,
        "media": item.media.uid if item.media else None,
        "start": item.start,
        "duration": item.duration,
        "source": item.source,
        "source_frames": item.source_frames,
        "speed": item.speed,
        "enabled": item.enabled,
        "color": item.color,
        "flags": list(item.flags),
        "markers": {frame: asdict(marker) for frame, marker in sorted(item.markers.items())},
        "properties": copy.deepcopy(item.properties),
        "takes": [(take.media.uid, take.start, take.end) for take in item.takes],
        "take": item.take,
        "take_grades": [[asdict(version) for version in take.grades[0]] if take.grades else [] for take in item.takes],
        "versions": [asdict(version) for version in item.versions],
        "version": item.version,
        "group": item.group,
        "link": item.link,
        "comps": list(item.comps),
    }


def _track(track: TrackState) -> dict[str, Any]:
    return {
        "name": track.name,
        "subtype": track.subtype,
        "enabled": track.enabled,
        "locked": track.locked,
        "items": [item_data(item) for item in track.items],
    }


def _timeline(timeline: TimelineState) -> dict[str, Any]:
    return {
        "name": timeline.name,
        "rate": timeline.rate,
        "drop": timeline.drop,
        "start": timeline.start,
        "size": timeline.size,
        "tracks": {kind: [_track(track) for track in tracks] for kind, tracks in timeline.tracks.items()},
        "markers": {frame: asdict(marker) for frame, marker in sorted(timeline.markers.items())},
        "playhead": timeline.playhead,
        "marks": dict(timeline.marks),
        "settings": dict(timeline.settings),
        "selected": list(timeline.selected),
        "nodes": [asdict(node) for node in timeline.nodes],
    }


def _folder(folder: FolderState) -> dict[str, Any]:
    return {
        "name": folder.name,
        "clips": {
            clip.uid: {
                key: value
                for key, value in asdict(clip).items()
                # A timeline's own item is brought up to date when it is looked at: its facts are the timeline's.
                if key != "alive" and not (clip.timeline and key in ("name", "frames", "start"))
            }
            for clip in folder.clips
        },
        "folders": {each.uid: _folder(each) for each in folder.folders},
    }


def _project(project: ProjectState) -> dict[str, Any]:
    render = project.render
    return {
        "name": project.name,
        "settings": dict(project.settings),
        "timelines": {timeline.uid: _timeline(timeline) for timeline in project.timelines},
        "root": _folder(project.root),
        "groups": [asdict(group) for group in project.groups],
        "albums": [asdict(album) for album in project.albums],
    } | {
        "at": {
            "timeline": project.timeline.uid if project.timeline else None,
            "folder": project.folder.uid,
            "format": render.format,
            "codec": render.codec,
            "mode": render.mode,
            "jobs": [job.uid for job in render.jobs],
            "album": project.albums[project.album].uid if project.albums else None,
        }
    }


def snapshot(app: App) -> dict[str, Any]:
    """Everything, keyed by id where there is one: page, dialog, and by project its timelines, bins and what is open."""
    return {
        "page": app.page,
        "modal": app.modal,
        "project": app.project.uid if app.project else None,
        "projects": {project.uid: _project(project) for project in app.projects},
    }
