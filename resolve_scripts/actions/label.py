"""Label: marks what is generated on the timeline, and reports its share of the cut."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.host.facts import has_keyword
from resolve_scripts.host.keep import kept
from resolve_scripts.host.marks import add_keyword, add_markers, remove_markers, video_items
from resolve_scripts.host.read import read_timeline
from resolve_scripts.host.session import Session
from resolve_scripts.logic.label import generated_items, label_markers, report, report_csv, report_html, stale_labels
from rushes.contracts.edit import AI_KEYWORD
from rushes.contracts.names import safe_name
from rushes.errors import ProductionError, disk_full_as_error

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem

__all__ = ["ACTION"]


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """See `ACTION`."""
    with kept(session):
        state = read_timeline(session)
        clips = _media(session)
        keywords = {id: has_keyword(clip) for id, clip in clips.items()}
        generated = generated_items(state, desk.production, keywords)
        made, refused = add_markers(session, label_markers(state, generated))
        gone = remove_markers(session, stale_labels(state, generated))
        of_media = {one.media.id for one in state.items() if one.media is not None and one.id in generated}
        tagged = sum(add_keyword(clips[id], AI_KEYWORD) for id in sorted(of_media) if not keywords.get(id))
    found = report(state, generated)
    base = Path(desk.production) / "reports" / f"generated {safe_name(state.name, 'timeline')}"
    written = _write(base.with_name(f"{base.name}.csv"), report_csv(found))
    written += _write(base.with_name(f"{base.name}.html"), report_html(found))
    frames, total = found.frames
    text = f"{found.share:.1%} of the cut is generated ({frames} of {total} frames)."
    if made or tagged:
        text += f" Labelled {made} clips, {tagged} media."
    if gone:
        text += f" {gone} labels were taken off clips that show nothing generated any more."
    said = [f"The report: {base}.html and .csv"]
    said += [f"Resolve took no marker on {name}." for name in refused]
    details = {"share": found.share, "frames": frames, "total": total, "report": f"{base}.html"}
    return Outcome(text, made + tagged + gone + written, tuple(said), details)


def _media(session: Session) -> dict[str, MediaPoolItem]:
    """What is on video tracks, by id in the media pool."""
    found: dict[str, MediaPoolItem] = {}
    for item in video_items(session).values():
        clip = item.GetMediaPoolItem()
        if clip is not None:
            found.setdefault(clip.GetUniqueId(), clip)
    return found


def _write(path: Path, text: str) -> int:
    """1 when the file was written, 0 when it says that already. ProductionError `production.read_only`."""
    data = text.encode("utf-8")
    try:
        if path.is_file() and path.read_bytes() == data:
            return 0
        with disk_full_as_error(path):
            path.parent.mkdir(exist_ok=True)
            draft = path.with_name(f".{path.name}.{os.getpid()}.part")  # not mkstemp: others shall read it too
            try:
                draft.write_bytes(data)
                os.replace(draft, path)
            finally:
                draft.unlink(missing_ok=True)
    except PermissionError as exc:
        raise ProductionError(
            f"The report cannot be written into {path.parent}. The clips are labelled.",
            code="production.read_only",
            hint="Ask for the right to write into the production, and run Label again.",
        ) from exc
    return 1


ACTION = Action(
    "label",
    "Label",
    "Mark every generated clip on the timeline, and report what share of the cut is generated.",
    run,
)
