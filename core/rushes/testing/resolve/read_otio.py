"""OTIO as Resolve takes it: only in the shape that it writes itself (rules import.otio-shape, import.otio-warp)."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

from rushes.contracts.timecode import COMMON_RATES
from rushes.testing.resolve.cut import Cut, Piece
from rushes.testing.resolve.state import MarkerState

__all__ = ["COLORS", "read_otio"]

COLORS = {
    "RED": "Red",
    "PINK": "Pink",
    "ORANGE": "Sand",
    "YELLOW": "Yellow",
    "GREEN": "Green",
    "CYAN": "Cyan",
    "BLUE": "Blue",
    "PURPLE": "Purple",
    "MAGENTA": "Fuchsia",
    "WHITE": "Cream",
}
_TRACK = re.compile(r"(Video|Audio) \d+$")


def read_otio(path: Path) -> Cut | None:
    """None when the document is not in Resolve's shape; a clip that is not comes in offline."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except ValueError:
        return None
    start = _rational(data.get("global_start_time"))
    stack = data.get("tracks") or {}
    if data.get("OTIO_SCHEMA") != "Timeline.1" or start is None or stack.get("OTIO_SCHEMA") != "Stack.1":
        return None
    rate = _known(start[1])
    cut = Cut(str(data.get("name") or path.stem), rate, int(start[0]), tracks={"video": 0, "audio": 0})
    for track in stack.get("children", []):
        if not _TRACK.match(str(track.get("name"))) or track.get("kind") not in ("Video", "Audio"):
            return None
        kind = track["kind"].lower()
        cut.tracks[kind] += 1
        _track(cut, kind, cut.tracks[kind], track)
    for marker in stack.get("markers", []):
        at = _rational((marker.get("marked_range") or {}).get("start_time"))
        if at is not None:
            frame = int(at[0] * rate / at[1])
            cut.markers[frame - cut.start if frame >= cut.start > 0 else frame] = _marker(marker, rate)
    return cut


def _rational(value: Any) -> tuple[Fraction, Fraction] | None:
    """(value, rate); None for what is no RationalTime.1."""
    if not isinstance(value, dict) or value.get("OTIO_SCHEMA") != "RationalTime.1" or not value.get("rate"):
        return None
    return Fraction(value["value"]).limit_denominator(10**6), _known(Fraction(value["rate"]).limit_denominator(10**6))


def _known(rate: Fraction) -> Fraction:
    nearest = min(COMMON_RATES, key=lambda known: abs(known - rate))
    return nearest if abs(nearest - rate) < Fraction(5, 1000) else rate


def _track(cut: Cut, kind: str, number: int, track: dict[str, Any]) -> None:
    record = 0
    for child in track.get("children", []):
        schema = child.get("OTIO_SCHEMA")
        if schema == "Transition.1":
            continue
        span = child.get("source_range") or {}
        start, length = _rational(span.get("start_time")), _rational(span.get("duration"))
        if start is None or length is None:
            continue
        duration = int(length[0] * cut.rate / length[1])
        if schema != "Gap.1":
            piece = _clip(cut, kind, number, child, start)
            piece.record, piece.duration = record, duration
            piece.enabled = bool(child.get("enabled", True)) and bool(track.get("enabled", True))
            cut.pieces.append(piece)
        record += duration


def _clip(cut: Cut, kind: str, number: int, child: dict[str, Any], start: tuple[Fraction, Fraction]) -> Piece:
    piece = Piece(kind, number, 0, 0, str(child.get("name") or ""), first=start[0], rate=start[1])
    references = child.get("media_references")
    reference: dict[str, Any] = {}
    if child.get("OTIO_SCHEMA") == "Clip.2" and isinstance(references, dict):
        reference = references.get(child.get("active_media_reference_key")) or {}
    available = _rational((reference.get("available_range") or {}).get("start_time"))
    target = str(reference.get("target_url") or "")
    if reference.get("OTIO_SCHEMA") != "ExternalReference.1" or available is None or "://" in target or not target:
        piece.offline = True
    piece.path = target
    for effect in child.get("effects", []):
        if effect.get("OTIO_SCHEMA") == "LinearTimeWarp.1":
            piece.speed = Fraction(effect["time_scalar"]).limit_denominator(100000)
    for marker in child.get("markers", []):
        at = _rational((marker.get("marked_range") or {}).get("start_time"))
        if at is not None:
            piece.markers[round((at[0] / at[1] - start[0] / start[1]) * cut.rate)] = _marker(marker, cut.rate)
    return piece


def _marker(marker: dict[str, Any], rate: Fraction) -> MarkerState:
    """Name, colour and note are kept; custom data is not."""
    about = (marker.get("metadata") or {}).get("Resolve_OTIO") or {}
    length = _rational((marker.get("marked_range") or {}).get("duration"))
    frames = float(max(1, round(length[0] * rate / length[1]))) if length else 1.0
    color = COLORS.get(str(marker.get("color")), "Blue")
    return MarkerState(color, str(marker.get("name") or ""), str(about.get("Note") or ""), frames)
