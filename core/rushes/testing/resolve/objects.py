"""All classes of the API, in one place; importing it registers their handles."""

from __future__ import annotations

from rushes.testing.resolve.application import MediaStorage, ProjectManager, Resolve
from rushes.testing.resolve.item import TimelineItem
from rushes.testing.resolve.media import Folder, MediaPoolItem
from rushes.testing.resolve.placing import add_track, place, register_timeline
from rushes.testing.resolve.pool import MediaPool
from rushes.testing.resolve.project import Project
from rushes.testing.resolve.timeline import Timeline

__all__ = [
    "Folder",
    "MediaPool",
    "MediaPoolItem",
    "MediaStorage",
    "Project",
    "ProjectManager",
    "Resolve",
    "Timeline",
    "TimelineItem",
    "add_track",
    "place",
    "register_timeline",
]
