"""The passes of one view at a time, from a Blender that stays open; for pictures that follow the camera."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.blender.launcher import find_blender, run_inside
from rushes.contracts import CameraFrame, JobContext, Legend, Matrix4, SceneInfo, Size, Vec3, decode, encode
from rushes.errors import BlenderError, JobCancelled, PassesError, RushesError, from_dict
from rushes.media import exr
from rushes.media.conditioning import SKY_DEPTH, ShotFrame, at_size

__all__ = ["BlenderView", "OpenScene", "ViewAsk", "ViewInputs"]

_LIVE = "rushes.blender.inside.live"
_START = 60.0
"""Seconds that Blender gets to start."""


@dataclass(frozen=True)
class ViewAsk:
    """One view: a camera of the scene, or a free one."""

    camera: str
    """Empty with a free camera."""
    frame: int
    size: Size
    view: CameraFrame | None = None
    sun: Vec3 | None = None
    """None: the scene's sun, else one behind the camera."""


@dataclass(frozen=True)
class OpenScene:
    """What the open .blend holds."""

    info: SceneInfo
    camera: str
    """The scene's own camera; may be empty."""
    frames: tuple[int, int]
    objects: tuple[str, ...]


@dataclass(frozen=True)
class ViewInputs:
    """Passes of one view; satisfies `media.conditioning.ShotInputs`. No motion."""

    picture: ShotFrame
    legend: Legend
    rate: Fraction
    sun_direction: Vec3
    smaller: dict[Size, ShotFrame] = field(default_factory=dict[Size, ShotFrame])

    @property
    def cameras(self) -> Sequence[CameraFrame]:
        """The one camera."""
        return (self.picture.camera,)

    @property
    def size(self) -> Size:
        """Size of the passes."""
        height, width = self.picture.depth.shape
        return Size(width, height)

    @property
    def depth_range(self) -> tuple[float, float]:
        """Nearest and farthest depth, sky left out; (1, 1) where all is sky."""
        near = self.picture.depth[self.picture.depth < SKY_DEPTH]
        return (float(near.min()), float(near.max())) if near.size else (1.0, 1.0)

    def __len__(self) -> int:
        return 1

    def frame(self, index: int, size: Size | None = None) -> ShotFrame:
        """See `ShotInputs.frame`."""
        if index != 0:
            raise IndexError(f"frame index {index} of 1")
        if size is None or size == self.size:
            return self.picture
        if size not in self.smaller:
            self.smaller[size] = at_size(self.picture, size)
        return self.smaller[size]


class _Child:
    """JobContext of the Blender process: notes are collected, `stop` ends it."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self.stop = threading.Event()

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """Views are too quick for progress."""

    def note(self, text: str) -> None:
        """See JobContext."""
        self._context.note(text)

    def preview(self, png: bytes) -> None:
        """Nothing to show."""

    def should_stop(self) -> bool:
        """See JobContext."""
        return self.stop.is_set()

    def check(self) -> None:
        """See JobContext."""
        if self.stop.is_set():
            raise JobCancelled("The look was closed.")


class BlenderView:
    """One Blender process with one scene open. Used by one thread; `close` may be called from any."""

    def __init__(self, blender: str | None = None) -> None:
        self._blender = blender
        self._child: _Child | None = None
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._talk: Any = None
        self._line: socket.socket | None = None
        self._legend = Legend(())
        self._rate = Fraction(24)
        self._turn = 0
        self._folder: Path | None = None

    def open(self, blend: Path, context: JobContext) -> OpenScene:
        """Open a .blend, or open it again. BlendError, SceneError, BlenderError."""
        if self._talk is None:
            self._start(context)
        answer = self._ask({"op": "open", "blend": str(blend)})
        info = decode(SceneInfo, answer["info"])
        self._rate = info.rate
        start, end = answer["frames"]
        return OpenScene(info, str(answer["camera"]), (int(start), int(end)), tuple(answer["objects"]))

    def render(self, ask: ViewAsk) -> ViewInputs:
        """The passes of a view. SceneError for a camera that is not there, BlenderError `blender.crashed`."""
        if self._folder is None:
            raise BlenderError("No scene is open.", code="look.closed", hint="Open it again.")
        self._turn += 1
        out = self._folder / f"view{self._turn % 2}.exr"
        question: dict[str, Any] = {
            "op": "render",
            "camera": ask.camera or None,
            "view": None if ask.view is None else encode(ask.view),
            "frame": ask.frame,
            "size": [ask.size.width, ask.size.height],
            "sun": None if ask.sun is None else list(ask.sun),
            "out": str(out),
        }
        answer = self._ask(question)
        if answer["legend"] is not None:
            self._legend = decode(Legend, answer["legend"])
        if answer["moved"]:
            self._legend = _moved(self._legend, answer["moved"])
        sun = answer["sun"]
        aspect = answer["pixel_aspect"]
        camera = decode(CameraFrame, answer["camera"])
        picture = _frame(exr.read_channels(out), camera, (float(aspect[0]), float(aspect[1])), ask.size)
        return ViewInputs(picture, self._legend, self._rate, (float(sun[0]), float(sun[1]), float(sun[2])))

    def close(self) -> None:
        """End the process. Closing twice does nothing."""
        if self._child is not None:
            self._child.stop.set()
        if self._line is not None:
            try:
                self._line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is gone already
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(10.0)
        if self._talk is not None:
            try:
                self._talk.close()
            except OSError:
                pass  # what it still held is of no use
        if self._line is not None:
            self._line.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._talk = self._line = self._folder = self._child = self._thread = None

    def _start(self, context: JobContext) -> None:
        command = find_blender(self._blender)
        child = self._child = _Child(context)
        self._error = None
        self._folder = Path(tempfile.mkdtemp(prefix="rushes-look-"))
        secret = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            request = {"port": server.getsockname()[1], "secret": secret}

            def live() -> None:
                try:
                    run_inside(_LIVE, request, blender=command, context=child)
                except RushesError as exc:
                    self._error = exc

            self._thread = threading.Thread(target=live, name="rushes-blender", daemon=True)
            self._thread.start()
            self._line, self._talk = self._accept(server, secret)

    def _accept(self, server: socket.socket, secret: str) -> tuple[socket.socket, Any]:
        """The connection of our own child; a stranger that does not know the secret is hung up on."""
        end = time.monotonic() + _START
        while time.monotonic() < end:
            if self._thread is None or not self._thread.is_alive():
                break
            try:
                line, _ = server.accept()
            except TimeoutError:
                continue
            line.settimeout(5.0)
            talk = line.makefile("rwb")
            if secrets.compare_digest(talk.readline(64).strip(), secret.encode("ascii")):
                line.settimeout(None)
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return line, talk
            talk.close()
            line.close()
        raise self._lost()

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        try:
            self._talk.write(json.dumps(question).encode("utf-8") + b"\n")
            self._talk.flush()
            text = self._talk.readline()
        except (OSError, ValueError, AttributeError) as exc:
            raise self._lost() from exc
        if not text.endswith(b"\n"):
            raise self._lost()
        answer: dict[str, Any] = json.loads(text)
        if "error" in answer:
            raise from_dict(answer["error"])
        return answer

    def _lost(self) -> RushesError:
        """Why nothing is heard any more."""
        thread = self._thread
        if thread is not None:
            thread.join(5.0)
        error = self._error
        self.close()
        if isinstance(error, RushesError):
            return error
        return BlenderError(
            "Blender ended while it showed the look.", code="blender.crashed", hint="It is started again by itself."
        )


def _moved(legend: Legend, places: Mapping[str, Any]) -> Legend:
    """The legend with some objects elsewhere."""
    objects = tuple(
        replace(o, matrices=(decode(Matrix4, places[str(o.id)]),)) if str(o.id) in places else o for o in legend.objects
    )
    return replace(legend, objects=objects)


def _frame(
    found: Mapping[str, NDArray[np.float32]], camera: CameraFrame, aspect: tuple[float, float], size: Size
) -> ShotFrame:
    """The passes of one file, as `passes.read` gives them."""
    names = ("Object Index.X", "Depth.Z", "Normal.X", "Normal.Y", "Normal.Z", "Diffuse Direct.R")
    lost = next((name for name in names if name not in found or found[name].shape != size.shape), None)
    if lost is not None:
        raise PassesError(f"Blender's picture has no {lost} of {size}.", code="passes.channel", hint="Look again.")
    ids = np.rint(found["Object Index.X"]).astype(np.int32)
    sky = ids == 0
    depth = np.where(sky, np.float32(1.0e10), np.nan_to_num(found["Depth.Z"], nan=1.0e3))
    normal = np.nan_to_num(np.stack([found[f"Normal.{c}"] for c in "XYZ"], -1))
    normal[sky] = 0.0
    direct = np.clip(np.nan_to_num(found["Diffuse Direct.R"]), 0.0, 1.0)
    direct[sky] = 0.0
    return ShotFrame(0, camera, aspect, depth, normal, ids, direct, None)
