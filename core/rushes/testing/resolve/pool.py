"""MediaPool."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

import csv
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from rushes.contracts.timecode import Timecode
from rushes.testing.resolve.base import api, handle
from rushes.testing.resolve.facts import import_file, import_sequence
from rushes.testing.resolve.interchange import InterchangePool
from rushes.testing.resolve.names import parse_rate_setting
from rushes.testing.resolve.placing import Append, Placed, add_track, append, append_cues, register_timeline, whole
from rushes.testing.resolve.state import FolderState, MediaState, ProjectState, TimelineState
from rushes.testing.resolve.tail import MediaPoolTail

__all__ = ["MediaPool", "PoolState", "empty_timeline", "import_into"]

_KEYS = frozenset({"mediaPoolItem", "startFrame", "endFrame", "mediaType", "trackIndex", "recordFrame"})


class PoolState:
    """The media pool of a project."""

    def __init__(self, project: ProjectState) -> None:
        self.project = project
        self.alive = True


def project_rate(project: ProjectState) -> tuple[Fraction, bool]:
    """(rate, drop-frame) of its timelines to come."""
    parsed = parse_rate_setting(str(project.settings["timelineFrameRate"]))
    assert parsed is not None
    return parsed


def empty_timeline(project: ProjectState, name: str) -> TimelineState | None:
    """One video and one audio track, from 01:00:00:00 (rule frames.absolute); None for a name that is taken."""
    if not name or any(each.name == name for each in project.timelines):
        return None
    rate, drop = project_rate(project)
    start = Timecode.parse("01:00:00;00" if drop else "01:00:00:00", rate).frame
    width, height = (int(project.settings[f"timelineResolution{side}"]) for side in ("Width", "Height"))
    timeline = TimelineState(name, rate, start, drop, (width, height), playhead=start)
    add_track(timeline, "video")
    add_track(timeline, "audio")
    register_timeline(project, timeline)
    return timeline


def import_into(project: ProjectState, wanted: Iterable[Any], *, single_frames: bool) -> list[MediaState]:
    """Files and sequences into the current bin (rule import.folder), each anew (import.no-dedupe); what cannot be
    read is left out (import.missing)."""
    rate, _ = project_rate(project)
    found: list[MediaState | None] = []
    for each in wanted:
        if isinstance(each, str) and Path(each).is_dir():
            found += [import_file(path, rate) for path in sorted(Path(each).iterdir())]
        elif isinstance(each, str):
            found.append(import_file(Path(each), rate))
        elif isinstance(each, dict):
            found += _sequence(each, rate, single_frames=single_frames)
    kept = [media for media in found if media is not None]
    project.folder.clips += kept
    return kept


def _sequence(info: dict[str, Any], rate: Fraction, *, single_frames: bool) -> list[MediaState | None]:
    path, first, last = info.get("FilePath"), whole(info.get("StartIndex")), whole(info.get("EndIndex"))
    if not isinstance(path, str) or first is None or last is None:
        return []
    media = import_sequence(path, first, last, rate)
    if media is not None and single_frames:
        return [import_file(Path(file), rate) for file in media.files]
    return [media]


@handle(PoolState)
class MediaPool(InterchangePool, MediaPoolTail):
    """The media pool."""

    _state: PoolState

    @api()
    def GetRootFolder(self) -> Any:
        """The bin "Master"."""
        return self._wrap(self._project.root)

    @api("19.0")
    def GetUniqueId(self) -> Any:
        """Unique id."""
        return f"pool-{self._project.uid}"

    @api()
    def AddSubFolder(self, folder: Any, name: str) -> Any:
        """A new bin, even where one has the name; it becomes the current one (rule folder.subfolder)."""
        parent: FolderState | None = self._state_of(folder, FolderState)
        if parent is None or not isinstance(name, str) or not name or self._app.page_null:
            return None
        made = FolderState(name)
        parent.folders.append(made)
        if self._app.profile.quirks.subfolder_becomes_current:
            self._project.folder = made
        return self._wrap(made)

    @api(write=True)
    def RefreshFolders(self) -> Any:
        """Only of use in shared projects."""
        return False

    @api()
    def GetCurrentFolder(self) -> Any:
        """The open bin."""
        return self._wrap(self._project.folder)

    @api(write=True)
    def SetCurrentFolder(self, folder: Any) -> Any:
        """False for no bin."""
        found = self._state_of(folder, FolderState)
        if found is None:
            return False
        self._project.folder = found
        return True

    @api()
    def ImportMedia(self, items: list[Any]) -> Any:
        """Into the current bin, see `import_into`; [] for what is no list of text or dicts."""
        if self._app.page_null:
            return None
        if not isinstance(items, list) or not all(isinstance(each, (str, dict)) for each in items):
            self._misuse("ImportMedia takes a list of paths as text, or of dicts")
            return []
        single = self._app.profile.quirks.show_individual_frames
        return [self._wrap(media) for media in import_into(self._project, items, single_frames=single)]

    @api()
    def CreateEmptyTimeline(self, name: str) -> Any:
        """Current at once; None for a name that is taken (rule timeline.name-taken)."""
        if self._app.page_null or not isinstance(name, str):
            return None
        return self._wrap(empty_timeline(self._project, name))

    @api()
    def CreateTimelineFromClips(self, name: str, first: Any, *others: Any) -> Any:
        """From clips of the current bin, each once (rule timeline.from-clips)."""
        infos = self._infos((first, *others))
        here = {id(clip) for clip in self._project.folder.clips}
        if self._app.page_null or not isinstance(name, str) or not infos or None in infos:
            return None
        if any(one is None or id(one.media) not in here for one in infos):
            return None
        timeline = empty_timeline(self._project, name)
        seen: set[int] = set()
        for one in infos if timeline is not None else []:
            assert timeline is not None
            if one is not None and id(one.media) not in seen:
                seen.add(id(one.media))
                append(timeline, Append(one.media, one.start, one.end, one.kind), self._app.profile.quirks)
        return self._wrap(timeline)

    @api()
    def AppendToTimeline(self, first: Any, *others: Any) -> Any:
        """The only way onto a timeline, the current one (rule append.current). None without a timeline, [] for a locked
        track, [None] for a track that is not there, an item without an id where something lies already."""
        timeline = self._project.timeline
        infos = self._infos((first, *others))
        if self._app.page_null or timeline is None:
            return None
        results = [self._append(timeline, one) for one in infos]
        placed = [item for result in results for item in result.items]
        if any(result.failed for result in results):
            for item in placed:
                if item is not None:
                    self._doom(timeline, item.uid, item.link)
        return [self._wrap(item) for item in placed]

    def _append(self, timeline: TimelineState, one: Append | None) -> Placed:
        if one is None:
            return Placed([None], failed=True)
        if one.media.kind == "subtitle":
            return append_cues(timeline, one.media)
        if one.media.timeline == timeline.uid:
            return Placed([None], failed=True)
        return append(timeline, one, self._app.profile.quirks)

    def _doom(self, timeline: TimelineState, uid: str, link: str) -> None:
        """Items of an append that failed in part do not outlive a save (rule append.vanish)."""
        for item in timeline.items():
            if item.uid == uid or (link and item.link == link):
                item.provisional = True

    def _infos(self, clips: tuple[Any, ...]) -> list[Append | None]:
        wanted: list[Any] = list(clips[0]) if len(clips) == 1 and isinstance(clips[0], list) else list(clips)
        return [self._info(each) for each in wanted]

    def _info(self, value: Any) -> Append | None:
        if not isinstance(value, dict):
            media = self._state_of(value, MediaState)
            return Append(media) if media is not None else None
        unknown = value.keys() - _KEYS
        if unknown:
            self._misuse(f"AppendToTimeline: unknown keys {sorted(map(str, unknown))}")
        media = self._state_of(value.get("mediaPoolItem"), MediaState)
        numbers = {key: whole(value[key]) for key in _KEYS - {"mediaPoolItem"} if value.get(key) is not None}
        if media is None or None in numbers.values() or numbers.get("mediaType") not in (None, 1, 2):
            return None
        return Append(
            media,
            numbers.get("startFrame"),
            numbers.get("endFrame"),
            numbers.get("mediaType"),
            numbers.get("trackIndex"),
            numbers.get("recordFrame"),
        )

    @api(write=True)
    def DeleteTimelines(self, timeline: list[Any]) -> Any:
        """Handles of the other timelines go stale too (rule handle.stale)."""
        gone = self._states(timeline, TimelineState)
        if not gone:
            return False
        project = self._project
        for each in gone:
            project.timelines.remove(each)
            each.alive = False
            for folder in project.root.walk():
                folder.clips[:] = [clip for clip in folder.clips if clip.timeline != each.uid]
        if project.timeline in gone:
            project.timeline = project.timelines[0] if project.timelines else None
        self._app.timeline_generation += 1
        return True

    def _states(self, values: Any, kind: type) -> list[Any]:
        found = [self._state_of(each, kind) for each in values] if isinstance(values, list) else []
        return [] if None in found else found

    @api(write=True)
    def DeleteClips(self, clips: list[Any]) -> Any:
        """Takes them off the timelines as well (rule media.delete)."""
        gone = self._states(clips, MediaState)
        if not gone or any(media.timeline for media in gone):
            return False
        self._drop(gone)
        return True

    def _drop(self, gone: list[MediaState]) -> None:
        dead = {id(media) for media in gone}
        for folder in self._project.root.walk():
            folder.clips[:] = [clip for clip in folder.clips if id(clip) not in dead]
        for timeline in self._project.timelines:
            for tracks in timeline.tracks.values():
                for track in tracks:
                    track.items[:] = [item for item in track.items if id(item.media) not in dead]
        for media in gone:
            media.alive = False

    @api(write=True)
    def RelinkClips(self, mediaPoolItem: list[Any], folderPath: str) -> Any:
        """To files of the same name in a folder; False when one is not there (rule media.relink)."""
        clips: list[MediaState] = self._states(mediaPoolItem, MediaState)
        if not clips or not isinstance(folderPath, str):
            return False
        found = [[Path(folderPath) / Path(file).name for file in clip.files] for clip in clips]
        for clip, files in zip(clips, found):
            if files and all(file.is_file() for file in files):
                clip.path = str(Path(folderPath) / Path(clip.path).name)
                clip.files, clip.offline = tuple(str(file) for file in files), False
        return all(files and all(file.is_file() for file in files) for files in found)

    @api(write=True)
    def DeleteFolders(self, subfolders: list[Any]) -> Any:
        """With all that is in them."""
        gone = self._states(subfolders, FolderState)
        if not gone or self._project.root in gone:
            return False
        for folder in gone:
            inside = [clip for each in folder.walk() for clip in each.clips]
            if any(clip.timeline for clip in inside):
                return False
            self._drop(inside)
            for parent in self._project.root.walk():
                parent.folders[:] = [each for each in parent.folders if each is not folder]
            for each in folder.walk():
                each.alive = False
        if not self._project.folder.alive:
            self._project.folder = self._project.root
        return True

    @api(write=True)
    def MoveClips(self, clips: list[Any], targetFolder: Any) -> Any:
        """Into another bin."""
        moved, target = self._states(clips, MediaState), self._state_of(targetFolder, FolderState)
        if not moved or target is None:
            return False
        ids = {id(media) for media in moved}
        for folder in self._project.root.walk():
            folder.clips[:] = [clip for clip in folder.clips if id(clip) not in ids]
        target.clips += moved
        return True

    @api(write=True)
    def MoveFolders(self, folders: list[Any], targetFolder: Any) -> Any:
        """Into another bin; False into itself."""
        moved, target = self._states(folders, FolderState), self._state_of(targetFolder, FolderState)
        if not moved or target is None or any(target in list(folder.walk()) for folder in moved):
            return False
        for parent in self._project.root.walk():
            parent.folders[:] = [each for each in parent.folders if not any(each is folder for folder in moved)]
        target.folders += moved
        return True

    @api(write=True)
    def UnlinkClips(self, mediaPoolItem: list[Any]) -> Any:
        """They go offline."""
        gone = self._states(mediaPoolItem, MediaState)
        for media in gone:
            media.offline = True
        return bool(gone)

    @api(write=True)
    def ExportMetadata(self, fileName: str, clips: list[Any] | None = None) -> Any:
        """A CSV of clip name, file and metadata; of all clips when none are given."""
        media = self._states(clips, MediaState) if clips is not None else [*self._project.media()]
        if not isinstance(fileName, str) or not media or not Path(fileName).parent.is_dir():
            return False
        names = sorted({name for each in media for name in each.metadata})
        with Path(fileName).open("w", encoding="utf-16", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["File Name", "Clip Directory", *names])
            for each in media:
                told = [each.metadata.get(name, "") for name in names]
                writer.writerow([Path(each.path).name, str(Path(each.path).parent), *told])
        return True

    @api("19.0")
    def GetSelectedClips(self) -> Any:
        """What the user selected in the pool; None when nothing is."""
        return [self._wrap(media) for media in self._project.selected if media.alive] or None

    @api("19.0", write=True)
    def SetSelectedClip(self, mediaPoolItem: Any) -> Any:
        """Select one item."""
        media = self._state_of(mediaPoolItem, MediaState)
        if media is None:
            return False
        self._project.selected = [media]
        return True
