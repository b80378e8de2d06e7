"""The live look: a view of a scene restyled as fast as it changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rushes.contracts.camera import CameraFrame
from rushes.contracts.geometry import Size

__all__ = ["LookPicture", "LookRequest", "LookStatus", "LookUpdate"]


@dataclass(frozen=True)
class LookRequest:
    """What to look at: starts a session."""

    blend: str
    """Absolute path of the .blend; read, never saved. Saving it in Blender shows the new state."""
    camera: str | None = None
    """None: the scene's camera, else the first shot's."""
    frame: int | None = None
    """None: the first frame of that camera's shot."""
    view: CameraFrame | None = None
    """A free camera instead of one of the scene's."""
    size: Size | None = None
    """Size of the pictures; None: the model's own at the scene's aspect."""
    brief: dict[str, str] = field(default_factory=dict)
    """Fields that override the brief of the camera's shot."""
    seed: int = 1
    object_seeds: dict[str, int] = field(default_factory=dict)
    generator: str = "house"
    use_scene_sun: bool = True
    idle: float = 30.0
    """Seconds without a word from the client after which the session ends."""


@dataclass(frozen=True)
class LookUpdate:
    """What changes; None leaves things as they are. The newest update wins, older ones may never be shown."""

    camera: str | None = None
    """Look through this camera of the scene again."""
    frame: int | None = None
    view: CameraFrame | None = None
    """A free camera, as a viewport has it; its frame counts as `frame`."""
    brief: dict[str, str] | None = None
    """All fields that override the shot's brief."""
    seed: int | None = None
    object_seeds: dict[str, int] | None = None
    """All seeds of single objects, by name."""
    reload: bool = False
    """Read the .blend again even if it looks unchanged."""


@dataclass(frozen=True)
class LookPicture:
    """What is known of a picture."""

    number: int
    """Grows with every picture of a session, also over restarts."""
    frame: int
    camera: str
    """Empty for a free camera."""
    seed: int
    words: dict[str, str]
    """The brief as the generator read it."""
    unknown: tuple[str, ...]
    """Words of the brief that it does not know."""
    seconds_passes: float
    """Time Blender took for the view; the same for all pictures of it."""
    seconds_paint: float
    """Time the generator took."""
    update: int
    """The newest update that this picture shows, counted from 1; 0: the start."""


@dataclass(frozen=True)
class LookStatus:
    """How a session stands."""

    id: str
    """Unguessable: who knows it may look (`/view/<id>` shows a page)."""
    request: LookRequest
    state: str
    """"starting", "live", "ended"."""
    sequence: int
    """Grows with every change."""
    picture: LookPicture | None = None
    """The newest one."""
    updates: int = 0
    """How many updates were sent."""
    cameras: tuple[str, ...] = ()
    frames: tuple[int, int] | None = None
    """First and last frame of the scene or the camera's shot."""
    rate: float = 0.0
    """Frames per second of the scene."""
    objects: tuple[str, ...] = ()
    """Names that may have a seed of their own."""
    vocabulary: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Aspect → words the generator knows; empty: free text."""
    message: str = ""
    """What goes on, or what is wrong now, for the artist."""
    notes: tuple[str, ...] = ()
    error: dict[str, Any] | None = None
    """Why it ended, when it did not end in order."""
    restarts: int = 0
    """How often a lost process was started again."""
