"""What must hold between two snapshots of the double: nothing of the editor's moved, lost or changed, all put back."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

__all__ = ["broken", "changed", "left_behind"]

Snapshot = dict[str, Any]


def changed(before: Any, after: Any, where: str = "") -> list[str]:
    """Paths at which two snapshots differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        found: list[str] = []
        for key in {**before, **after}:
            path = f"{where}/{key}"
            if key not in before or key not in after:
                found.append(f"{path} ({'new' if key in after else 'gone'})")
            else:
                found += changed(before[key], after[key], path)
        return found
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [path for index, pair in enumerate(zip(before, after)) for path in changed(*pair, f"{where}/{index}")]
    return [] if before == after else [f"{where}: {before!r:.80} → {after!r:.80}"]


def broken(before: Snapshot, after: Snapshot, *, refused: bool = False) -> list[str]:
    """What an action did that it must not: compare `Simulator.snapshot()` before and after.

    Args:
        refused: it ended with an error, so no timeline may differ at all.
    """
    found = [
        f"left {key} at {after[key]}, was {before[key]}" for key in ("page", "project") if before[key] != after[key]
    ]
    for uid, project in before["projects"].items():
        if uid not in after["projects"]:
            found.append(f"the project {project['name']} is gone")
        else:
            found += _project(project, after["projects"][uid])
    if refused:
        was, now = (
            {uid: project["timelines"] for uid, project in state["projects"].items()} for state in (before, after)
        )
        found += [f"refused, yet changed {each}" for each in changed(was, now)[:3]]
    return found


def left_behind(before: Snapshot, after: Snapshot, *, timelines: bool = False) -> list[str]:
    """What an action made and did not use: new tracks and bins that are empty; new timelines unless `timelines`."""
    found: list[str] = []
    for uid, project in after["projects"].items():
        was = before["projects"].get(uid)
        if was is None:
            continue
        new = [each["name"] for key, each in project["timelines"].items() if key not in was["timelines"]]
        found += [] if timelines else [f"the timeline {name} was left behind" for name in new]
        for key, timeline in was["timelines"].items():
            for kind, tracks in project["timelines"].get(key, timeline)["tracks"].items():
                added = tracks[len(timeline["tracks"][kind]) :]
                found += [f"an empty {kind} track {each['name']} was left" for each in added if not each["items"]]
        known = set(_bins(was["root"]))
        found += [
            f"an empty bin {name} was left"
            for key, name in _bins(project["root"], empty=True).items()
            if key not in known
        ]
    return found


def _bins(folder: Snapshot, *, empty: bool = False) -> dict[str, str]:
    """Id → name of all bins below; `empty`: only those with nothing in them."""
    found: dict[str, str] = {}
    for uid, each in folder["folders"].items():
        if not empty or not (each["clips"] or each["folders"]):
            found[uid] = each["name"]
        found |= _bins(each, empty=empty)
    return found


def _project(before: Snapshot, after: Snapshot) -> list[str]:
    # No script can close a timeline: where none was open, a new one stays open.
    opened = {"timeline": after["at"]["timeline"]} if before["at"]["timeline"] is None else {}
    found = [f"not put back: {each}" for each in changed(before["at"] | opened, after["at"])]
    found += [f"a setting changed: {each}" for each in changed(before["settings"], after["settings"])]
    for uid, timeline in before["timelines"].items():
        if uid not in after["timelines"]:
            found.append(f"the timeline {timeline['name']} is gone")
        else:
            found += _timeline(timeline, after["timelines"][uid])
    for timeline in after["timelines"].values():
        found += _overlaps(timeline)
    found += _bin(before["root"], after["root"], "Master")
    groups = {group["name"]: group for group in after["groups"]}
    found += [
        f"the colour group {each['name']} changed" for each in before["groups"] if groups.get(each["name"]) != each
    ]
    return found


_FIXED = ("name", "rate", "drop", "start", "size", "playhead", "marks", "settings", "selected", "nodes")


def _timeline(before: Snapshot, after: Snapshot) -> list[str]:
    name = before["name"]
    found = [f"{name}: {key} was {before[key]}, is {after[key]}" for key in _FIXED if before[key] != after[key]]
    found += [f"{name}: the editor's marker at {frame} changed" for frame in _lost(before["markers"], after["markers"])]
    for kind, tracks in before["tracks"].items():
        now = after["tracks"][kind]
        for index, track in enumerate(tracks):
            if index >= len(now):
                found.append(f"{name}: {kind} track {index + 1} is gone")
                continue
            found += [
                f"{name}: {kind} track {index + 1}: {key} was {track[key]}, is {now[index][key]}"
                for key in ("name", "subtype", "enabled", "locked")
                if track[key] != now[index][key]
            ]
            there = {item["id"]: item for item in now[index]["items"]}
            for item in track["items"]:
                where = f"{name}: {item['name']} on {kind} {index + 1}"
                found += _item(item, there[item["id"]], where) if item["id"] in there else [f"{where} is gone"]
    return found


_PLACE = ("kind", "start", "duration", "speed", "enabled", "link", "properties", "group")


def _item(before: Snapshot, after: Snapshot, where: str) -> list[str]:
    found = [f"{where}: {key} was {before[key]}, is {after[key]}" for key in _PLACE if before[key] != after[key]]
    if after["take"] == before["take"]:
        found += [
            f"{where}: {key} was {before[key]}, is {after[key]}"
            for key in ("media", "source", "source_frames", "name")
            if before[key] != after[key]
        ]
    elif before["media"] not in [media for media, _, _ in after["takes"]]:
        found.append(f"{where}: what it showed is no longer among its takes")
    found += [f"{where}: a take is gone" for take in before["takes"] if take not in after["takes"]]
    if before["color"] and after["color"] != before["color"]:
        found.append(f"{where}: its colour was {before['color']}, is {after['color']}")
    found += [f"{where}: the flag {flag} is gone" for flag in before["flags"] if flag not in after["flags"]]
    found += [f"{where}: the marker at {frame} changed" for frame in _lost(before["markers"], after["markers"])]
    found += [f"{where}: a grade version changed" for version in before["versions"] if not _has(version, after)]
    return found


def _has(version: Snapshot, item: Snapshot) -> bool:
    """Whether a grade version is as it was; our own may change with a new grade."""
    everywhere = [*item["versions"], *(each for grades in item["take_grades"] for each in grades)]
    return version["name"].startswith("Rushes") or version in everywhere


def _lost(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> list[Any]:
    """Keys of markers that are gone or changed; ours, which carry our data, may change."""
    return [key for key, marker in before.items() if "rushes" not in marker["custom"] and after.get(key) != marker]


def _overlaps(timeline: Snapshot) -> list[str]:
    found: list[str] = []
    for kind, tracks in timeline["tracks"].items():
        for index, track in enumerate(tracks, 1):
            items = sorted((item["start"], item["duration"]) for item in track["items"] if item["kind"] != "transition")
            for (start, length), (later, _) in pairwise(items):
                if later < start + length:
                    found.append(f"{timeline['name']}: two clips overlap on {kind} {index} at {later}")
    return found


def _bin(before: Snapshot, after: Snapshot, where: str) -> list[str]:
    found = [f"the bin {where} was renamed {after['name']}"] if before["name"] != after["name"] else []
    for uid, folder in before["folders"].items():
        inside = f"{where}/{folder['name']}"
        found += (
            _bin(folder, after["folders"][uid], inside) if uid in after["folders"] else [f"the bin {inside} is gone"]
        )
    for uid, clip in before["clips"].items():
        if clip["timeline"]:
            continue  # its facts are those of its timeline
        if uid not in after["clips"]:
            found.append(f"{clip['name']} is gone from {where}")
        else:
            found += _media(clip, after["clips"][uid], f"{where}/{clip['name']}")
    return found


def _media(before: Snapshot, after: Snapshot, where: str) -> list[str]:
    found = [
        f"{where}: {key} changed" for key in ("path", "kind", "rate", "start", "files") if before[key] != after[key]
    ]
    if "rushes.take" in before["third_party"]:
        return found
    if before["name"] != after["name"]:
        found.append(f"{where} was renamed {after['name']}")
    for key in ("metadata", "third_party", "properties"):
        found += [
            f"{where}: {key} {name} was {value!r}"
            for name, value in before[key].items()
            if after[key].get(name) != value
        ]
    found += [f"{where}: {key} was {before[key]}" for key in ("color", "proxy") if before[key] not in ("", after[key])]
    found += [f"{where}: the flag {flag} is gone" for flag in before["flags"] if flag not in after["flags"]]
    return found + [f"{where}: the marker at {frame} changed" for frame in _lost(before["markers"], after["markers"])]
