"""Stills: the gallery, its albums, and pictures of the current frame."""

# ruff: noqa: N802, N803

from __future__ import annotations

import base64
import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from rushes.media.pictures import to_uint8
from rushes.testing.resolve.base import ApiObject, api, handle
from rushes.testing.resolve.colour import drx_text
from rushes.testing.resolve.picture import Projector, item_at
from rushes.testing.resolve.state import AlbumState, ItemState, ProjectState, StillState, TimelineState

__all__ = ["Gallery", "GalleryProject", "GalleryState", "GalleryStill", "GalleryStillAlbum", "GalleryTimeline"]

_WRITES = {".png": "PNG", ".jpg": "JPEG", ".tif": "TIFF", ".bmp": "BMP", ".ppm": "PPM"}
_NOT_PLAYED = {".dpx", ".cin", ".xpm"}
_READS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".ppm", ".dpx", ".drx"}


@dataclass
class GalleryState:
    """The gallery of a project."""

    project: ProjectState

    @property
    def alive(self) -> bool:
        """As long as its project."""
        return self.project.alive


def _write_picture(target: ApiObject, timeline: TimelineState, frame: int, path: Path) -> bool:
    """The frame as the project shows it, in the format of the file's name."""
    kind = _WRITES.get(path.suffix.lower())
    if kind is None or not path.parent.is_dir():
        if path.suffix.lower() in _NOT_PLAYED:
            target._app.unmodelled.append(f"stills as {path.suffix}")
        return False
    pixels = Projector(target._app, target._project).show(timeline, frame)
    Image.fromarray(to_uint8(pixels)).save(path, format=kind)
    return True


class GalleryProject(ApiObject):
    """Still methods of Project."""

    @api()
    def GetGallery(self) -> Any:
        return self._wrap(GalleryState(self._state))

    @api(write=True)
    def ExportCurrentFrameAsStill(self, filePath: Any) -> Any:
        """Rule still.current-frame: writes the graded frame under the playhead; the name must end in a known format."""
        timeline = self._project.timeline
        if timeline is None or not isinstance(filePath, str):
            return False
        return _write_picture(self, timeline, timeline.playhead, Path(filePath))


class GalleryTimeline(ApiObject):
    """Still methods of Timeline."""

    def _grab(self, item: ItemState, frame: int) -> StillState:
        album = self._project.albums[self._project.album]
        still = StillState(nodes=copy.deepcopy(item.grade.nodes))
        still.label = f"1.{len(album.stills) + 1}.1"
        folder = self._app.folder / "stills"
        folder.mkdir(exist_ok=True)
        still.path = str(folder / f"{still.uid}.png")
        _write_picture(self, self._state, frame, Path(still.path))
        album.stills.append(still)
        return still

    @api(write=True, fail=None, pages=("edit", "color"))
    def GrabStill(self) -> Any:
        """Rule still.grab: from the edit and color pages; None where the playhead is on no clip."""
        timeline: TimelineState = self._state
        item = item_at(timeline, timeline.playhead)
        return None if item is None else self._wrap(self._grab(item, timeline.playhead))

    @api(write=True, fail=None, pages=("color",))
    def GrabAllStills(self, stillFrameSource: Any) -> Any:
        if stillFrameSource not in (1, 2):
            return None
        seen = [item for item in self._state.items("video") if item.enabled and item.kind == "clip"]
        frames = [item.start + (item.duration // 2 if stillFrameSource == 2 else 0) for item in seen]
        return [self._wrap(self._grab(item, frame)) for item, frame in zip(seen, frames)]

    @api(pages=("color",))
    def GetCurrentClipThumbnailImage(self) -> Any:
        """Rule still.thumbnail: a small RGB picture in base64, on the color page only."""
        timeline: TimelineState = self._state
        if item_at(timeline, timeline.playhead) is None:
            return {}
        pixels = to_uint8(Projector(self._app, self._project).show(timeline, timeline.playhead))
        height = max(1, round(256 * pixels.shape[0] / pixels.shape[1]))
        small = np.ascontiguousarray(cv2.resize(pixels, (256, height), interpolation=cv2.INTER_AREA))
        data = base64.b64encode(small.tobytes()).decode("ascii")
        return {"width": 256, "height": height, "format": "RGB 8 bit", "data": data}


@handle(GalleryState)
class Gallery(ApiObject):
    """The gallery."""

    def _album(self, value: Any) -> AlbumState | None:
        album = self._state_of(value, AlbumState)
        return album if any(each is album for each in self._project.albums) else None

    def _list(self, power: bool) -> list[Any]:
        return [self._wrap(album) for album in self._project.albums if album.power == power]

    def _create(self, power: bool) -> Any:
        count = sum(album.power == power for album in self._project.albums) + 1
        album = AlbumState(f"{'PowerGrade' if power else 'Stills'} {count}", power=power)
        self._project.albums.append(album)
        return self._wrap(album)

    @api()
    def GetAlbumName(self, galleryStillAlbum: Any) -> Any:
        album = self._album(galleryStillAlbum)
        return None if album is None else album.name

    @api(write=True)
    def SetAlbumName(self, galleryStillAlbum: Any, albumName: Any) -> Any:
        album = self._album(galleryStillAlbum)
        if album is None or not isinstance(albumName, str) or not albumName:
            return False
        album.name = albumName
        return True

    @api()
    def GetCurrentStillAlbum(self) -> Any:
        return self._wrap(self._project.albums[self._project.album])

    @api(write=True)
    def SetCurrentStillAlbum(self, galleryStillAlbum: Any) -> Any:
        album = self._album(galleryStillAlbum)
        if album is None:
            return False
        self._project.album = next(index for index, each in enumerate(self._project.albums) if each is album)
        return True

    @api()
    def GetGalleryStillAlbums(self) -> Any:
        return self._list(False)

    @api("19.1")
    def GetGalleryPowerGradeAlbums(self) -> Any:
        return self._list(True)

    @api("19.1", write=True, fail=None)
    def CreateGalleryStillAlbum(self) -> Any:
        return self._create(False)

    @api("19.1", write=True, fail=None)
    def CreateGalleryPowerGradeAlbum(self) -> Any:
        return self._create(True)


@handle(AlbumState)
class GalleryStillAlbum(ApiObject):
    """An album of stills."""

    def _still(self, value: Any) -> StillState | None:
        still = self._state_of(value, StillState)
        return still if any(each is still for each in self._state.stills) else None

    @api()
    def GetStills(self) -> Any:
        return [self._wrap(still) for still in self._state.stills]

    @api()
    def GetLabel(self, galleryStill: Any) -> Any:
        still = self._still(galleryStill)
        return None if still is None else still.label

    @api(write=True)
    def SetLabel(self, galleryStill: Any, label: Any) -> Any:
        still = self._still(galleryStill)
        if still is None or not isinstance(label, str):
            return False
        still.label = label
        return True

    @api("18.6", write=True)
    def ImportStills(self, filePaths: Any) -> Any:
        """True when at least one came in; what a .cdl would do is known to nobody."""
        if not isinstance(filePaths, list):
            return False
        if any(str(path).lower().endswith((".cdl", ".ccc", ".cc")) for path in filePaths):
            return self._unmodelled(False)
        found = [Path(str(path)) for path in filePaths]
        found = [path for path in found if path.suffix.lower() in _READS and path.is_file()]
        self._state.stills.extend(StillState(label=path.stem, path=str(path)) for path in found)
        return bool(found)

    @api(write=True, pages=("color",))
    def ExportStills(self, galleryStills: Any, folderPath: Any, filePrefix: Any, format: Any) -> Any:
        """Rules gallery.visible, gallery.drx: False unless the Gallery panel is open; often without .drx."""
        stills = [self._still(each) for each in galleryStills or []]
        folder = Path(str(folderPath))
        quirks = self._app.profile.quirks
        if not quirks.gallery_visible or not stills or None in stills or not folder.is_dir():
            return False
        if f".{format}" not in {*_WRITES, ".drx"}:
            return self._unmodelled(False) if f".{format}" in _NOT_PLAYED else False
        for still in filter(None, stills):
            name = f"{filePrefix}_{still.label}"
            if format != "drx":
                Image.open(still.path).convert("RGB").save(folder / f"{name}.{format}")
            if not quirks.drx_export_empty:
                (folder / f"{name}.drx").write_text(drx_text(still.nodes), "utf-8")
        return True

    @api(write=True)
    def DeleteStills(self, galleryStills: Any) -> Any:
        stills = [self._still(each) for each in galleryStills or []]
        if not stills or None in stills:
            return False
        for still in filter(None, stills):
            still.alive = False
        self._state.stills = [each for each in self._state.stills if each.alive]
        return True


@handle(StillState)
class GalleryStill(ApiObject):
    """A still: a handle without methods of its own."""
