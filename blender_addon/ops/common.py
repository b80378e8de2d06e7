"""What operators share: errors as sentences, the session, the scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushes.errors import RushesError

from .. import runtime
from ..host import mirror

__all__ = ["guarded", "owner_scene", "ready"]


def guarded(operator: Any, work: Callable[[], set[str]]) -> set[str]:
    """Run an operator's work; an error of ours is reported in the status bar and in the panel, and cancels."""
    try:
        return work()
    except RushesError as exc:
        now = runtime.session()
        if now is not None:
            now.known.tell(exc)
        operator.report({"ERROR"}, str(exc))
        return {"CANCELLED"}


def owner_scene(context: Any) -> Any:
    """The scene that the panels are about: the 3D scene, also when its edit scene is shown."""
    return mirror.current_scene() or context.scene


def ready(cls: Any, context: Any, shot: bool = False) -> bool:
    """For `poll`: a production is chosen, and with `shot` there is one to work on. Says what is missing."""
    scene = owner_scene(context)
    if scene is None or runtime.session() is None:
        return False
    if not scene.rushes.production:
        cls.poll_message_set("Make or choose a production first (panel Production)")
        return False
    if shot and not any(o.type == "CAMERA" for o in scene.objects):
        cls.poll_message_set("The scene has no camera: add one (Shift A, Camera)")
        return False
    return True
