"""Pictures out of Resolve: a frame of the timeline, the newest still of the gallery."""

from __future__ import annotations

from pathlib import Path

from resolve_scripts.host.session import Session, listed
from resolve_scripts.logic.frames import timecode_text
from resolve_scripts.logic.model import TimelineState
from rushes.errors import ResolveError

__all__ = ["frame_picture", "newest_still"]


def frame_picture(session: Session, state: TimelineState, frame: int, path: Path) -> None:
    """Write what the timeline shows at an absolute frame, as PNG. The playhead stays there: `kept` puts it back.

    ResolveError `resolve.still`.
    """
    timeline = session.open_timeline(state.id) or session.timeline()
    moved = state.playhead == frame or timeline.SetCurrentTimecode(timecode_text(frame, state.rate, state.drop))
    if not moved or not session.project().ExportCurrentFrameAsStill(str(path)) or not path.is_file():
        raise ResolveError(
            "Resolve did not write a still of the clip.",
            code="resolve.still",
            hint="Open the Edit or the Color page and run it again. Nothing was changed.",
        )


def newest_still(session: Session, folder: Path) -> tuple[str, Path] | None:
    """The newest still of the gallery's album: (its label, the PNG written to `folder`); None when there is none.

    ResolveError `resolve.gallery` when there is one that Resolve does not write: the Gallery must be open for that.
    """
    gallery = session.project().GetGallery()
    album = gallery.GetCurrentStillAlbum() if gallery is not None else None
    stills = listed(album.GetStills()) if album is not None else []
    if album is None or not stills:
        return None
    label = album.GetLabel(stills[-1]) or "the newest still"
    before = set(folder.iterdir())
    if session.resolve.GetCurrentPage() != "color":
        session.resolve.OpenPage("color")
    done = album.ExportStills([stills[-1]], str(folder), "still", "png")
    written = sorted(one for one in set(folder.iterdir()) - before if one.suffix.lower() == ".png")
    if not done or not written:
        raise ResolveError(
            f"Resolve does not give the still {label} out while the Gallery is closed.",
            code="resolve.gallery",
            hint="Open the Color page and its Gallery, and run it again; or name a picture: reference=/path/still.png.",
        )
    return label, written[0]
