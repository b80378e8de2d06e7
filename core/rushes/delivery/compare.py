"""How one conformed cut differs from another, in an editor's words."""

from __future__ import annotations

from rushes.delivery.conform import ConformReport, ConformRow

__all__ = ["changes"]


def changes(old: ConformReport, new: ConformReport) -> tuple[str, ...]:
    """A sentence for each clip that was moved, trimmed, retimed, exchanged, switched, removed or added."""
    left = list(new.rows)
    found: list[str] = []
    missing: list[ConformRow] = []
    for row in old.rows:
        same = _nearest(row, [r for r in left if _identity(r) == _identity(row)])
        if same is None:
            missing.append(row)
            continue
        left.remove(same)
        found += _differences(row, same)
    for row in missing:
        other = _nearest(row, [r for r in left if r.shot and r.shot == row.shot])
        if other is None:
            found.append(f"{_name(row)} at {row.timecode} is gone.")
        else:
            left.remove(other)
            found.append(f"{_name(row)} at {row.timecode} is now {_name(other)}.")
    found += [f"{_name(row)} at {row.timecode} is new." for row in left]
    return tuple(found)


def _identity(row: ConformRow) -> tuple[str, str]:
    return row.track.split(" ")[0], row.take or row.name


def _name(row: ConformRow) -> str:
    return row.take_name or row.name or "A clip without a name"


def _nearest(row: ConformRow, rows: list[ConformRow]) -> ConformRow | None:
    return min(rows, key=lambda r: (r.track != row.track, abs(r.record - row.record)), default=None)


def _differences(old: ConformRow, new: ConformRow) -> list[str]:
    name = f"{_name(old)} at {new.timecode}"
    found: list[str] = []
    if old.speed != new.speed:
        found.append(f"{name} is retimed from {_percent(old)} to {_percent(new)}.")
    elif None not in (old.first, new.first, old.last, new.last):
        assert old.first is not None
        assert new.first is not None
        assert old.last is not None
        assert new.last is not None
        head, tail = new.first - old.first, old.last - new.last
        parts = [_trim(head, "at its head"), _trim(tail, "at its tail")]
        if any(parts):
            found.append(f"{name} is {' and '.join(p for p in parts if p)}.")
    elif old.duration != new.duration:
        found.append(f"{name} is {_trim(old.duration - new.duration, '')}.")
    if old.record != new.record:
        found.append(f"{name} was at {old.timecode}.")
    if old.track != new.track:
        found.append(f"{name} went from {old.track} to {new.track}.")
    if old.enabled != new.enabled:
        found.append(f"{name} is switched {'on' if new.enabled else 'off'}.")
    return found


def _trim(frames: int, where: str) -> str:
    if not frames:
        return ""
    count = f"{abs(frames)} frame{'s' if abs(frames) > 1 else ''}"
    return f"{'shorter' if frames > 0 else 'longer'} by {count} {where}".rstrip()


def _percent(row: ConformRow) -> str:
    return f"{float(row.speed) * 100:.4g}%"
