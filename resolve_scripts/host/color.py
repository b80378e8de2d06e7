"""The project's colour management, as Resolve tells it."""

from __future__ import annotations

from resolve_scripts.host.session import Session
from resolve_scripts.logic.space import SETTINGS

__all__ = ["color_settings"]


def color_settings(session: Session) -> dict[str, str]:
    """`SETTINGS` that Resolve knows, as text: of the open timeline, where it has its own, else of the project."""
    project, timeline = session.project(), session.timeline()
    own = str(timeline.GetSetting("useCustomSettings") or "") == "1"
    found: dict[str, str] = {}
    for name in SETTINGS:
        told = (timeline.GetSetting(name) if own else None) or project.GetSetting(name)
        if told not in (None, ""):
            found[name] = str(told)
    return found
