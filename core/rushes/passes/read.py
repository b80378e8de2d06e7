"""Reads a passes folder back: checked, hashed, at any size."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import (
    CameraFrame,
    CameraTrack,
    JobContext,
    Legend,
    PassesManifest,
    Size,
    Vec3,
    decode,
    digest,
)
from rushes.errors import PassesError, ProtocolError, disk_full_as_error
from rushes.media import exr
from rushes.media.conditioning import SKY_DEPTH, ShotFrame, at_size
from rushes.passes import motion
from rushes.passes.layout import MANIFEST_VERSION, file_sha256

__all__ = ["DiskPasses", "open_passes"]

Float = NDArray[np.float32]
T = TypeVar("T")

_KEPT_FULL = 3
"""Full-size frames kept decoded: the neighbours that flow and post look at."""
_KEPT_SMALL = 16
_AGAIN = "Render the passes again (rushes passes)."
_RANGES = "ranges.json"


def open_passes(folder: Path, *, verify: bool = True) -> DiskPasses:
    """The passes in `folder`.

    Frames are looked for and their sizes checked at once; with `verify` each frame's hash is
    checked when it is first read. Raises PassesError: `passes.missing`, `passes.frame_missing`, `passes.size`,
    `passes.changed`, `passes.unreadable`; reading a frame may add `passes.nan`.
    """
    manifest = _read_json(folder / "manifest.json", PassesManifest)
    if manifest.version != MANIFEST_VERSION:
        raise PassesError(
            f"The passes in {folder} are of version {manifest.version}; this Rushes reads {MANIFEST_VERSION}.",
            code="passes.version",
            hint=_AGAIN,
        )
    for name, sha in (("camera.json", manifest.camera_sha256), ("legend.json", manifest.legend_sha256)):
        if verify and (folder / name).exists() and file_sha256(folder / name) != sha:
            raise _changed(name, None)
    camera = _read_json(folder / "camera.json", CameraTrack)
    _check_frames(folder, manifest, camera)
    return DiskPasses(folder, manifest, camera, _read_json(folder / "legend.json", Legend), verify=verify)


def _read_json(path: Path, kind: type[T]) -> T:
    try:
        return decode(kind, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as exc:
        raise PassesError(
            f"There are no finished passes in {path.parent}: {path.name} is missing.",
            code="passes.missing",
            hint=_AGAIN,
        ) from exc
    except (ProtocolError, UnicodeDecodeError, json.JSONDecodeError) as exc:
        raise PassesError(f"{path.name} is damaged: {exc}", code="passes.unreadable", hint=_AGAIN) from exc


def _check_frames(folder: Path, manifest: PassesManifest, camera: CameraTrack) -> None:
    want = manifest.shot.range.frames
    have = tuple(f.frame for f in manifest.files)
    lost = next((f for f in want if f not in have), None)
    lost = next((f.frame for f in manifest.files if not (folder / f.name).is_file()), lost)
    if lost is not None or have != want or tuple(c.frame for c in camera.frames) != want:
        which = f"frame {lost} is missing" if lost is not None else "frames and cameras do not match"
        raise PassesError(
            f"The passes of {manifest.shot.name!r} are not complete: {which}.",
            code="passes.frame_missing",
            hint=_AGAIN,
            details={"frame": lost},
        )
    for file in manifest.files:
        found = Size(*exr.exr_size(folder / file.name))
        if found != manifest.size:
            raise _wrong_size(file.frame, found, manifest.size)


def _wrong_size(frame: int, found: Size, wanted: Size) -> PassesError:
    return PassesError(
        f"Frame {frame} of the passes is {found}, the others are {wanted}.",
        code="passes.size",
        hint=_AGAIN,
        details={"frame": frame},
    )


def _changed(name: str, frame: int | None) -> PassesError:
    which = f"Frame {frame} of the passes" if frame is not None else f"{name} of the passes"
    return PassesError(
        f"{which} is not what was rendered: the file has changed.",
        code="passes.changed",
        hint=_AGAIN,
        details={"frame": frame, "name": name},
    )


class DiskPasses:
    """A shot's passes on disk; satisfies `media.conditioning.ShotInputs`. Frames are read on demand, a few are kept."""

    def __init__(
        self, folder: Path, manifest: PassesManifest, camera: CameraTrack, legend: Legend, *, verify: bool
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self._camera = camera
        self._legend = legend
        self._unverified = {f.frame for f in manifest.files} if verify else set[int]()
        self._full: OrderedDict[int, ShotFrame] = OrderedDict()
        self._small: OrderedDict[tuple[int, Size], ShotFrame] = OrderedDict()
        self._ranges: dict[int, tuple[float, float]] = {}

    @property
    def digest(self) -> str:
        """SHA-256 (hex) that names these passes: equal pixels, cameras and legend give the same."""
        return digest(self.manifest)

    @property
    def legend(self) -> Legend:
        """What each id is."""
        return self._legend

    @property
    def cameras(self) -> Sequence[CameraFrame]:
        """One camera per frame."""
        return self._camera.frames

    @property
    def camera_track(self) -> CameraTrack:
        """camera.json."""
        return self._camera

    @property
    def size(self) -> Size:
        """Full size."""
        return self.manifest.size

    @property
    def rate(self) -> Fraction:
        """The scene's frames per second; with a frame step, `manifest.shot.range.playback_rate(rate)` plays it."""
        return self.manifest.rate

    @property
    def sun_direction(self) -> Vec3:
        """Towards the light of the `direct` pass."""
        return self.manifest.sun_direction

    @property
    def pixel_aspect(self) -> tuple[float, float]:
        """Width and height of a pixel."""
        return self._camera.pixel_aspect

    def __len__(self) -> int:
        return len(self.manifest.files)

    def frame(self, index: int, size: Size | None = None) -> ShotFrame:
        """Frame at `size` (None: full); see `ShotInputs.frame`. IndexError outside the shot."""
        if not 0 <= index < len(self):
            raise IndexError(f"frame index {index} of {len(self)}")
        if size is None or size == self.size:
            return _kept(self._full, index, _KEPT_FULL, lambda: self._read(index))
        return _kept(self._small, (index, size), _KEPT_SMALL, lambda: at_size(self.frame(index), size))

    @property
    def depth_range(self) -> tuple[float, float]:
        """Nearest and farthest depth over the whole shot, sky left out; (0, 0) never: an empty shot is refused."""
        stored = self._stored_range()
        if stored is not None:
            return stored
        for index in range(len(self)):
            if index not in self._ranges:
                self.frame(index)
        low = min(r[0] for r in self._ranges.values())
        high = max(r[1] for r in self._ranges.values())
        with disk_full_as_error(self.folder):
            part = self.folder / f".{_RANGES}.part"
            part.write_text(json.dumps({"digest": self.digest, "depth": [low, high]}), encoding="utf-8")
            part.replace(self.folder / _RANGES)
        return low, high

    def _stored_range(self) -> tuple[float, float] | None:
        """The range found by an earlier reader; only a cache, so anything odd means none."""
        try:
            data = json.loads((self.folder / _RANGES).read_text(encoding="utf-8"))
            low, high = data["depth"]
            return (float(low), float(high)) if data["digest"] == self.digest else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def check_all(self, context: JobContext) -> None:
        """Read and check every frame now, instead of when it is needed."""
        for index in range(len(self)):
            context.check()
            self.frame(index)

    def _read(self, index: int) -> ShotFrame:
        file = self.manifest.files[index]
        path = self.folder / file.name
        if file.frame in self._unverified and path.is_file() and file_sha256(path) != file.sha256:
            raise _changed(file.name, file.frame)
        self._unverified.discard(file.frame)
        if not path.is_file():
            raise PassesError(
                f"Frame {file.frame} of the passes is missing.",
                code="passes.frame_missing",
                hint=_AGAIN,
                details={"frame": file.frame},
            )
        found = _Channels(exr.read_channels(path), file.frame, self.size)
        return self._assembled(index, found)

    def _assembled(self, index: int, found: _Channels) -> ShotFrame:
        ids = np.rint(found.one("Object Index.X")).astype(np.int32)
        sky = ids == 0
        depth = np.where(sky, np.float32(1.0e10), found.one("Depth.Z"))
        normal = found.stack("Normal", "XYZ")
        normal[sky] = 0.0
        direct = np.clip(found.one("Diffuse Direct.R"), 0.0, 1.0)
        direct[sky] = 0.0
        beauty = found.stack("Beauty", "RGB") if "Beauty.R" in found else None
        near = depth[depth < SKY_DEPTH]
        if near.size:
            self._ranges[index] = (float(near.min()), float(near.max()))
        moved = self._motion(index, depth, ids, found.stack("Vector", "XYZW"))
        return ShotFrame(index, self.cameras[index], self.pixel_aspect, depth, normal, ids, direct, moved, beauty)

    def _motion(self, index: int, depth: Float, ids: NDArray[np.int32], vectors: Float) -> Float:
        step = self.manifest.shot.range.step
        moved = motion.from_vectors(vectors, step)
        if step > 1:
            rigid, holds = motion.rigid_motion(index, depth, ids, self.cameras, self._legend, self.pixel_aspect)
            moved = np.where(np.repeat(holds, 2, axis=-1), rigid, moved)
        sky = ids == 0
        if sky.any():
            moved[sky] = motion.sky_motion(index, self.cameras, self.size, self.pixel_aspect, sky)
        return moved


class _Channels:
    """One frame's channels, each checked when taken."""

    def __init__(self, found: dict[str, Float], frame: int, size: Size) -> None:
        self._found = found
        self._frame = frame
        self._size = size

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def one(self, name: str) -> Float:
        """(H, W) of a channel. PassesError: `passes.channel`, `passes.size`, `passes.nan`."""
        if name not in self._found:
            raise PassesError(
                f"Frame {self._frame} of the passes has no {name}.",
                code="passes.channel",
                hint=_AGAIN,
                details={"frame": self._frame},
            )
        values = self._found[name]
        if values.shape != self._size.shape:
            raise _wrong_size(self._frame, Size(values.shape[1], values.shape[0]), self._size)
        if not np.isfinite(values).all():
            bad = int((~np.isfinite(values)).sum())
            raise PassesError(
                f"Frame {self._frame} of the passes holds {bad} values that are not numbers ({name}).",
                code="passes.nan",
                hint="Look for degenerate geometry in that frame, then render the passes again.",
                details={"frame": self._frame, "channel": name, "count": bad},
            )
        return values

    def stack(self, name: str, components: str) -> Float:
        """(H, W, n) of several channels."""
        return np.stack([self.one(f"{name}.{c}") for c in components], -1)


def _kept(cache: OrderedDict[Any, T], key: Any, most: int, make: Callable[[], T]) -> T:
    if key in cache:
        cache.move_to_end(key)
        return cache[key]
    cache[key] = make()
    if len(cache) > most:
        cache.popitem(last=False)
    return cache[key]
