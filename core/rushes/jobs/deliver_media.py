"""The media of a delivery: gathered under one folder, and named as the editor's machine will find them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from rushes.contracts import EditClip, EditMedia, EditorialMedia, EditTimeline, EditTrack, MediaKind
from rushes.delivery.plain import Picker, master, render_plain, with_plain
from rushes.errors import ProductionError
from rushes.library.files import link_or_copy
from rushes.media.video import probe

__all__ = ["Gathered", "declared"]

MEDIA = "media"
_SQUEEZED = ("h264", "hevc", "av1", "vp9")
_PLAIN = "media/plain"
_FRAMES = "media/frames"


def declared(root: str, relative: str) -> str:
    """Absolute path on the editor's machine, with its kind of slashes."""
    if "\\" in root or root[1:2] == ":":
        return root.rstrip("\\/") + "\\" + relative.replace("/", "\\")
    return f"{root.rstrip('/')}/{relative}"


@dataclass
class Gathered:
    """Files under `folder`, which will be `root` on the editor's machine."""

    folder: Path
    root: str
    check: Callable[[], None] = lambda: None
    frames: bool = False
    """Sequences of takes too."""
    prores: bool = False
    """H.264 and its kin become ProRes."""
    places: dict[str, str] = field(default_factory=dict)
    """Path where a file was found → path in the folder, with /."""
    plain: dict[tuple[str, int, int, int, str], EditMedia] = field(default_factory=dict)
    """Rendered media by what they show."""

    def take_in(self, timeline: EditTimeline, selects: tuple[EditorialMedia, ...]) -> None:
        """Link or copy every file of the cut, and the sequences of its takes."""
        pictures = {s.media.proxy: s.media for s in selects if s.media.kind is MediaKind.SEQUENCE}
        for media in {c.media.path: c.media for t in timeline.tracks for c in t.clips if c.media}.values():
            self.check()
            if self.prores and media.kind is MediaKind.MOVIE and probe(Path(media.path)).codec in _SQUEEZED:
                self._master(media, pictures.get(media.path))
            else:
                self._add(Path(media.path), MEDIA)
        for select in selects if self.frames else ():
            if select.media.kind is MediaKind.SEQUENCE:
                for number in range(select.media.start, select.media.start + select.media.frames):
                    self.check()
                    self._add(Path(select.media.path % number), f"{_FRAMES}/{select.name}")

    def _master(self, media: EditMedia, pictures: EditMedia | None) -> None:
        relative = self._free(str(PurePosixPath(MEDIA, Path(media.path).stem + ".mov")))
        target = self.folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        master(media, target, pictures, self.check)
        self.places[media.path] = relative

    def _add(self, source: Path, folder: str) -> None:
        if str(source) in self.places:
            return
        relative = self._free(str(PurePosixPath(folder, source.name)))
        target = self.folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            link_or_copy(source, target)
        except FileNotFoundError as exc:
            raise ProductionError(
                f"{source} went away while the delivery was made.",
                code="deliver.media",
                hint="Bring it back, or take its clip out of the cut.",
            ) from exc
        self.places[str(source)] = relative

    def _free(self, relative: str) -> str:
        """A name that no other file has, whatever the case of its letters."""
        taken = {place.casefold() for place in self.places.values()}
        path = PurePosixPath(relative)
        found, count = relative, 2
        while found.casefold() in taken:
            found = str(path.with_name(f"{path.stem}_{count}{path.suffix}"))
            count += 1
        return found

    def plainly(self, timeline: EditTimeline, picker: Picker) -> EditTimeline:
        """The cut with rendered media for the clips that `picker` names; each is rendered once."""
        return with_plain(timeline, picker, self._render)

    def _render(self, clip: EditClip, timeline: EditTimeline) -> EditMedia:
        assert clip.media is not None
        key = (clip.media.path, clip.source, clip.duration, clip.record, str(clip.speed))
        if key not in self.plain:
            reel = self._plain_reel(clip)
            path = self.folder / _PLAIN / f"{reel}.mov"
            path.parent.mkdir(parents=True, exist_ok=True)
            made = render_plain(clip, timeline, path, reel, self.check)
            self.places[str(path)] = f"{_PLAIN}/{reel}.mov"
            self.plain[key] = made
        return self.plain[key]

    def _plain_reel(self, clip: EditClip) -> str:
        """The take's own name with the record frame: two uses are two files."""
        assert clip.media is not None
        taken = {media.reel for media in self.plain.values()}
        tail, count = f"_r{clip.record}", 2
        while (reel := (clip.media.reel or clip.name)[: 32 - len(tail)] + tail) in taken:
            tail, count = f"_r{clip.record}_{count}", count + 1
        return reel

    def there(self, timeline: EditTimeline) -> EditTimeline:
        """The cut with paths of the editor's machine."""

        def clip(given: EditClip) -> EditClip:
            if given.media is None:
                return given
            path = declared(self.root, self.places[given.media.path])
            return replace(given, media=replace(given.media, path=path, proxy=None))

        def track(given: EditTrack) -> EditTrack:
            return replace(given, clips=tuple(map(clip, given.clips)))

        return replace(timeline, tracks=tuple(map(track, timeline.tracks)))
