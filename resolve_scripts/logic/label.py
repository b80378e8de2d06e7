"""What of a cut is generated: which clips to mark, and the report."""

from __future__ import annotations

import csv
import html
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resolve_scripts.logic.frames import timecode_text
from resolve_scripts.logic.model import ItemState, MediaState, TimelineState
from resolve_scripts.logic.notes import NewMarker, is_ours_data
from resolve_scripts.logic.pick import seen_ranges
from rushes.contracts.edit import AI_KEYWORD

__all__ = ["Report", "Seen", "generated_items", "label_markers", "report", "report_csv", "report_html"]
__all__ += ["stale_labels"]

_COLOR = "Lavender"
_MADE_IN = ("shots", "editorial")
"""Folders of a production that hold nothing but what was generated."""


@dataclass(frozen=True)
class Seen:
    """A stretch of the cut, as it is seen."""

    start: int
    """Absolute timeline frame."""
    end: int
    item: ItemState
    generated: bool


@dataclass(frozen=True)
class Report:
    """What share of a cut is generated."""

    state: TimelineState
    seen: tuple[Seen, ...]
    tracks: dict[str, tuple[int, int]]
    """Video track → (generated frames, all frames) of the clips that are enabled on it, seen or not."""
    shots: dict[str, tuple[int, int]]
    """Shot, or "" for what belongs to none → (generated frames, all frames) that are seen."""

    @property
    def frames(self) -> tuple[int, int]:
        """(generated, all) frames that are seen."""
        return _sum((one.end - one.start, one.generated) for one in self.seen)

    @property
    def share(self) -> float:
        """0 to 1; 0 for an empty cut."""
        generated, total = self.frames
        return generated / total if total else 0.0


def generated_items(state: TimelineState, production: str, keywords: Mapping[str, bool]) -> set[str]:
    """Ids of the clips of generated origin: by our ids, by the keyword on their media, or because their file lies where
    the production keeps what was generated.

    Args:
        keywords: id of a media pool clip → whether it has the keyword.
    """
    known: dict[str, bool] = {}
    for item in state.items():
        media = item.media
        if media is not None and media.id not in known:
            known[media.id] = (
                bool(media.ids.get("take")) or keywords.get(media.id, False) or _made_here(media, production)
            )
    return {item.id for item in state.items() if item.media is not None and known[item.media.id]}


def _made_here(media: MediaState, production: str) -> bool:
    path = os.path.normcase(os.path.normpath(media.path)) if media.path else ""
    homes = [os.path.normcase(os.path.normpath(os.path.join(production, name))) for name in _MADE_IN]
    return any(path.startswith(home + os.sep) for home in homes)


def label_markers(state: TimelineState, generated: set[str]) -> list[NewMarker]:
    """Markers for generated clips that carry none of ours yet, each on the first free frame of its clip."""
    made: list[NewMarker] = []
    for item in state.items():
        if item.id not in generated or any(is_ours_data(one.data, "label") is not None for one in item.markers):
            continue
        taken = {one.frame for one in item.markers}
        free = next((frame for frame in range(item.duration) if frame not in taken), None)
        if free is None:
            continue
        ids = item.media.ids if item.media is not None else {}
        data = json.dumps({"rushes": {"label": {"origin": "generated", "take": ids.get("take", ""), "item": item.id}}})
        made.append(NewMarker(item.id, free, _COLOR, AI_KEYWORD, _words(ids), data))
    return made


def stale_labels(state: TimelineState, generated: set[str]) -> list[tuple[str, str]]:
    """(clip, customData) of labels of ours on clips that no longer show anything generated."""
    return [
        (item.id, one.data)
        for item in state.items()
        if item.id not in generated
        for one in item.markers
        if is_ours_data(one.data, "label") is not None
    ]


def _words(ids: Mapping[str, str]) -> str:
    return " ".join(f"{name} {ids[name]}" for name in ("shot", "take") if ids.get(name))


def report(state: TimelineState, generated: set[str]) -> Report:
    """Counted over what is seen: the top-most enabled clip of every frame."""
    seen = tuple(Seen(start, end, item, item.id in generated) for start, end, item in seen_ranges(state))
    tracks = {
        f"V{track.index} {track.name}".strip(): _sum(
            (item.duration, item.id in generated) for item in track.items if item.enabled and item.media is not None
        )
        for track in state.of("video")
    }
    shots: dict[str, tuple[int, int]] = {}
    for one in seen:
        shot = one.item.media.ids.get("shot", "") if one.item.media is not None else ""
        made, total = shots.get(shot, (0, 0))
        length = one.end - one.start
        shots[shot] = (made + length * one.generated, total + length)
    return Report(state, seen, tracks, shots)


def _sum(parts: Iterable[tuple[int, bool]]) -> tuple[int, int]:
    listed = list(parts)
    return sum(frames for frames, generated in listed if generated), sum(frames for frames, _ in listed)


def report_csv(found: Report) -> str:
    """One line for each stretch that is seen. End is the last frame."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["Start", "End", "Frames", "Track", "Clip", "Shot", "Take", "Generated", "File"])
    state = found.state
    for one in found.seen:
        media = one.item.media
        ids = media.ids if media is not None else {}
        rows.writerow(
            [
                timecode_text(one.start, state.rate, state.drop),
                timecode_text(one.end - 1, state.rate, state.drop),
                one.end - one.start,
                one.item.track,
                one.item.name,
                ids.get("shot", ""),
                ids.get("take", ""),
                "yes" if one.generated else "no",
                media.path if media is not None else "",
            ]
        )
    return out.getvalue()


def report_html(found: Report) -> str:
    """One page with a bar of the cut, on which the generated parts are coloured."""
    state = found.state
    made, total = found.frames
    tables = _table("Video track", found.tracks) + _table("Shot", {k or "no shot": v for k, v in found.shots.items()})
    rows = "".join(_row(state, one) for one in found.seen)
    title = html.escape(f"Generated share of {state.name}")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 62em; margin: 2em auto; padding: 0 1em }}
h1 {{ font-size: 1.4em; margin-bottom: 0 }} .big {{ font-size: 2.6em; font-weight: 600; color: #6b4fbb; margin: 0 }}
svg {{ width: 100%; height: 56px; margin: 1em 0 0.2em; border-radius: 4px; background: #eee; display: block }}
.ends {{ display: flex; justify-content: space-between; color: #666; font-variant-numeric: tabular-nums }}
table {{ border-collapse: collapse; margin: 1.5em 2em 0 0; font-variant-numeric: tabular-nums }}
th, td {{ text-align: left; padding: 0.25em 1em 0.25em 0; border-bottom: 1px solid #ddd; vertical-align: top }}
td.n {{ text-align: right }} .ai td:first-child {{ border-left: 5px solid #6b4fbb; padding-left: 0.6em }}
.cam td:first-child {{ border-left: 5px solid #b9b9b9; padding-left: 0.6em }} .both {{ display: flex; flex-wrap: wrap }}
.key span {{ display: inline-block; width: 0.9em; height: 0.9em; border-radius: 2px; margin: 0 0.4em 0 1em }}
</style></head><body>
<h1>{title}</h1>
<p class="big">{found.share:.1%}</p>
<p>{made} of {total} frames that are seen. Counted on the top-most enabled clip of every frame; gaps do not count.</p>
{_bar(found)}
<p class="key"><span style="background:#6b4fbb"></span>generated<span style="background:#b9b9b9"></span>other</p>
<div class="both">{tables}</div>
<table><tr><th>From</th><th>To</th><th>Frames</th><th>Track</th><th>Clip</th><th>Shot</th><th>Take</th></tr>{rows}</table>
</body></html>
"""


def _bar(found: Report) -> str:
    state = found.state
    if not found.seen:
        return "<p>The timeline is empty.</p>"
    first, end = state.start, max(one.end for one in found.seen)
    boxes: list[str] = []
    for one in found.seen:
        name = f"{one.item.name}, {timecode_text(one.start, state.rate, state.drop)}"
        fill = "#6b4fbb" if one.generated else "#b9b9b9"
        boxes.append(
            f'<rect x="{one.start - first}" y="0" width="{one.end - one.start}" height="10" fill="{fill}" '
            f'stroke="#fff" stroke-width="1" vector-effect="non-scaling-stroke">'
            f"<title>{html.escape(name)}</title></rect>"
        )
    ends = [timecode_text(frame, state.rate, state.drop) for frame in (first, end)]
    return (
        f'<svg viewBox="0 0 {end - first} 10" preserveAspectRatio="none" role="img">{"".join(boxes)}</svg>'
        f'<div class="ends"><span>{ends[0]}</span><span>{ends[1]}</span></div>'
    )


def _table(head: str, rows: Mapping[str, tuple[int, int]]) -> str:
    lines = "".join(
        f'<tr><td>{html.escape(name)}</td><td class="n">{made}</td><td class="n">{total}</td>'
        f'<td class="n">{made / total if total else 0:.1%}</td></tr>'
        for name, (made, total) in rows.items()
    )
    return f"<table><tr><th>{head}</th><th>Generated</th><th>Frames</th><th>Share</th></tr>{lines}</table>"


def _row(state: TimelineState, one: Seen) -> str:
    ids = one.item.media.ids if one.item.media is not None else {}
    cells = [
        timecode_text(one.start, state.rate, state.drop),
        timecode_text(one.end - 1, state.rate, state.drop),
        str(one.end - one.start),
        str(one.item.track),
        one.item.name,
        ids.get("shot", ""),
        ids.get("take", ""),
    ]
    inner = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr class="{"ai" if one.generated else "cam"}">{inner}</tr>'
