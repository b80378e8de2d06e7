"""The media pool: our bins, and media in them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.host.session import Session, listed
from resolve_scripts.logic.paths import first_file, import_info, same_file, shown_path
from rushes.contracts.edit import ID_KEYS, EditMedia
from rushes.errors import ResolveError

if TYPE_CHECKING:
    from fusionscript import Folder, MediaPoolItem

__all__ = ["Bins", "PoolClip", "find_media", "import_into", "imported", "pool_clips", "write_ids"]


@dataclass(frozen=True)
class PoolClip:
    """A clip of the media pool, as far as we need it to know ours again. Its handle is good for one action."""

    handle: MediaPoolItem
    path: str
    """"File Path"; empty for timelines and generators."""
    data: dict[str, str]
    """All of its third-party metadata."""

    @property
    def take(self) -> str:
        """Id of the take it shows; empty for foreign media."""
        return self.data.get(ID_KEYS["take"], "")


def pool_clips(session: Session) -> list[PoolClip]:
    """Every clip of the media pool: two calls each."""
    found: list[PoolClip] = []
    for _, clip in session.clips():
        data = clip.GetThirdPartyMetadata()
        path = clip.GetClipProperty("File Path")
        plain = {str(key): str(value) for key, value in data.items()} if isinstance(data, dict) else {}
        found.append(PoolClip(clip, str(path or ""), plain))
    return found


class Bins:
    """Bins by name, made where they are missing; each is looked up once."""

    def __init__(self, session: Session) -> None:
        self.pool = session.pool()
        self._known: dict[tuple[str, ...], Folder] = {(): session.root()}
        self._read: set[tuple[str, ...]] = set()
        self._opens: bool | None = None
        """Whether AddSubFolder opens the new bin here; None: not seen yet."""
        self._open: tuple[str, ...] | None = None
        self._made: list[tuple[str, ...]] = []

    def get(self, names: Sequence[str]) -> Folder:
        """The bin below the root. ResolveError `resolve.bin` when it cannot be made."""
        path = tuple(names)
        if path not in self._known:
            parent = self.get(path[:-1])
            self._list(path[:-1], parent)
            if path not in self._known:
                self._known[path] = self._make(parent, path)
                self._read.add(path)  # it is new, so there is nothing in it
        return self._known[path]

    def _list(self, path: tuple[str, ...], folder: Folder) -> None:
        if path in self._read:
            return
        self._read.add(path)
        for sub in listed(folder.GetSubFolderList()):
            self._known.setdefault((*path, sub.GetName()), sub)

    def _make(self, parent: Folder, path: tuple[str, ...]) -> Folder:
        made = self.pool.AddSubFolder(parent, path[-1])
        if made is None:
            raise _no_bin(path)
        if self._opens is None:
            now = self.pool.GetCurrentFolder()
            self._opens = now is not None and now.GetUniqueId() == made.GetUniqueId()
        if self._opens:
            self._open = path
        self._made.append(path)
        return made

    def drop_empty(self) -> None:
        """Take away the bins that were made now and hold nothing."""
        for path in reversed(self._made):
            folder = self._known[path]
            if not listed(folder.GetClipList()) and not listed(folder.GetSubFolderList()):
                self.pool.DeleteFolders([folder])
                del self._known[path]
        self._made.clear()
        self._open = None

    def open(self, names: Sequence[str]) -> Folder:
        """Make it the bin that imports go to."""
        path = tuple(names)
        folder = self.get(path)
        if self._open != path:
            if not self.pool.SetCurrentFolder(folder):
                raise _no_bin(path)
            self._open = path
        return folder


def _no_bin(path: Sequence[str]) -> ResolveError:
    return ResolveError(
        f"Resolve refused the bin {'/'.join(path)}.",
        code="resolve.bin",
        hint="Can the project be written to? Nothing was imported into it.",
    )


def import_into(bins: Bins, names: Sequence[str], media: Sequence[EditMedia]) -> list[Any]:
    """Import media into a bin with one call: their handles (MediaPoolItem) in the given order, None for what Resolve
    does not take.

    Media are imported in the order of their paths, so that an answer in order and an answer by name are the same.
    """
    bins.open(names)
    order = sorted(range(len(media)), key=lambda index: shown_path(media[index]))
    infos = [import_info(media[index]) for index in order]
    answer: list[MediaPoolItem] = []
    for wanted in ([one for one in infos if isinstance(one, str)], [one for one in infos if not isinstance(one, str)]):
        if wanted:
            answer += listed(cast("Any", bins.pool.ImportMedia(cast("Any", wanted))))
    order.sort(key=lambda index: not isinstance(import_info(media[index]), str))
    paths = [shown_path(media[index]) for index in order]
    matched = answer if _in_order(answer, paths) else _by_path(answer, paths)
    found: list[Any] = [None] * len(media)
    for index, clip in zip(order, matched):
        found[index] = clip
    return found


def _in_order(answer: Sequence[MediaPoolItem], paths: Sequence[str]) -> bool:
    """Whether an answer of full length goes with the paths: a single one does, of more the first and last are read."""
    if len(answer) != len(paths):
        return False
    ends = {0, len(paths) - 1} if len(paths) > 1 else set[int]()
    return all(same_file(str(answer[index].GetClipProperty("File Path") or ""), paths[index]) for index in ends)


def _by_path(answer: Sequence[MediaPoolItem], paths: Sequence[str]) -> list[MediaPoolItem | None]:
    told = [(str(clip.GetClipProperty("File Path") or ""), clip) for clip in answer]
    return [next((clip for path, clip in told if same_file(path, wanted)), None) for wanted in paths]


def write_ids(clip: MediaPoolItem, ids: Mapping[str, str], metadata: Mapping[str, str]) -> bool:
    """Our ids ("take" → id) and Resolve's metadata onto a clip; whether Resolve took both."""
    keyed = {ID_KEYS.get(name, name): text for name, text in ids.items() if text}
    done = not keyed or bool(clip.SetThirdPartyMetadata(keyed))
    return (not metadata or bool(clip.SetMetadata(dict(metadata)))) and done


def find_media(session: Session, *, take: str = "", path: str = "") -> MediaPoolItem | None:
    """The clip of a take, or of a file ("File Path"); None when it is not in the media pool."""
    for clip in pool_clips(session):
        if (take and clip.take == take) or (path and same_file(clip.path, path)):
            return clip.handle
    return None


def imported(
    session: Session,
    media: EditMedia,
    bin: Sequence[str],
    ids: Mapping[str, str],
    metadata: Mapping[str, str] | None = None,
) -> MediaPoolItem:
    """The clip for a file or sequence: found by our ids or its path, else imported into the bin and marked as ours.

    Args:
        ids: "take", "shot", "production", "recipe" → id, written as third-party metadata.

    Raises:
        ResolveError: `resolve.import` when Resolve does not take the file.
    """
    found = find_media(session, take=ids.get("take", ""), path=shown_path(media))
    if found is not None:
        return found
    (clip,) = import_into(Bins(session), bin, [media])
    if clip is None:
        raise ResolveError(
            f"Resolve did not import {first_file(media)}.",
            code="resolve.import",
            hint="Is the file there, and can this Resolve play it?",
        )
    write_ids(clip, ids, metadata or {})
    return clip
