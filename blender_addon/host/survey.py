"""One look over a scene: what renders, what has changed, and the fingerprints of each shot that follow."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from rushes.contracts import Brief

from ..logic import blocks, inview
from ..logic.blocks import Named
from ..logic.freshness import digest
from ..logic.shots import FoundShot
from . import models, shots
from .memory import Key, Memory, key_of
from .scene_walk import Walk, named, parents_of, walk
from .sight import Table, Track, View, box_of, flat, lens_of, matrices_at, matrix_now, planes_of, track_of

__all__ = ["Survey"]

_MANY = 200
"""Objects that are looked through at a time."""
_TESTED = 1500
"""Objects that are tested against a shot's frustums at a time: about 1.5 ms."""


class Survey:
    """Keeps digests from one look to the next; a look costs what has changed since the last."""

    def __init__(self) -> None:
        self.prints: dict[str, dict[str, int]] = {}
        """Shot's name → its fingerprints, as of the last look."""
        self.in_view: dict[str, int] = {}
        """Shot's name → how many objects it may see."""
        self._memory = Memory()
        self._table = Table()
        self._views: dict[str, View] = {}
        self._sights: dict[str, object] = {}
        self._frames: tuple[int, ...] = ()
        self._tracks: dict[int, Track] = {}
        self._homes: dict[int, tuple[Named, ...]] = {}

    def mark(self, uids: set[int]) -> None:
        """These datablocks have changed."""
        self._memory.mark(uids)

    def mark_all(self) -> None:
        """Anything may have changed."""
        self._memory.mark_all()

    def signature(self, scene: Any) -> object:
        """Settings of which Blender tells no handler; quick."""
        render, settings = scene.render, scene.rushes
        marks = tuple((m.name, m.frame, m.camera.session_uid) for m in scene.timeline_markers if m.camera is not None)
        numbers = (scene.frame_start, scene.frame_end, scene.frame_step, len(scene.objects), scene.session_uid)
        size = (render.resolution_x, render.resolution_y, render.resolution_percentage)
        rate = (render.fps, render.fps_base, render.pixel_aspect_x, render.pixel_aspect_y)
        briefs = tuple(tuple(b.values()) for b in _briefs(settings).values())
        return marks, numbers, size, rate, briefs, self._look_settings(settings)

    def run(self, scene: Any, only: str = "") -> Generator[None, None, bool]:
        """Look over the scene, at one shot or all; yields about every millisecond. Gives True when a fingerprint is
        another than before."""
        found = yield from walk(scene)
        yield from self._objects(found)
        listed = shots.scene_shots(scene)
        made = yield from self._shots(scene, found, listed, only)
        names = {s.name for s in listed}
        known = {**{n: p for n, p in self.prints.items() if n in names}, **made}
        changed, self.prints = known != self.prints, known
        for name in set(self._views) - names:
            del self._views[name]
        return changed

    # -- objects

    def _objects(self, found: Walk) -> Generator[None, None, None]:
        for count, (uid, obj) in enumerate(found.objects.items()):
            if count % _MANY == _MANY - 1:
                yield
            key: Key = ("object", uid)
            same = self._homes.get(uid) == found.homes[uid]
            if same and self._memory.known(key) and self._table.holds(uid):
                continue
            if not self._memory.known(key):
                yield from self._memory.take_in("object", obj)
            self._put(uid, obj, found)
            yield
        self._table.keep_only(set(found.objects))
        self._homes = found.homes

    def _put(self, uid: int, obj: Any, found: Walk) -> None:
        self._tracks.pop(self._table.rows.get(uid, -1), None)
        around = found.around(uid)
        own, data = named(obj), named(obj.data) if obj.data is not None else None
        answer = blocks.class_of(own, data, parents_of(obj), around)
        words = (answer.cls.value if answer.cls else "", blocks.prompt_of(own, data, around))
        self._table.put(uid, digest((self._memory.total(("object", uid)), words)), *self._place(uid, obj))

    def _place(self, uid: int, obj: Any) -> tuple[Any, bool]:
        """(box or None, moving) for the table."""
        if obj.instance_type == "COLLECTION" and obj.instance_collection is not None:
            return self._instance_box(uid, obj), False
        if self._memory.opaque(("object", uid)) and not self._stands(uid, obj):
            return None, False
        if self._memory.varies(("pose", uid)):
            return None, True
        return box_of(obj, self._matrix(uid, obj)), False

    def _stands(self, uid: int, obj: Any) -> bool:
        """Held by constraints or an odd parent, but by nothing that moves: then Blender's own matrix is right."""
        shaped = any(self._memory.opaque(key_of("data", d)) for d in (obj.data,) if d is not None)
        held = self._memory.own_opaque(("object", uid)) or shaped
        return not held and not self._memory.varies(("pose", uid)) and not obj.hide_viewport

    def _matrix(self, uid: int, obj: Any) -> Any:
        if self._memory.opaque(("pose", uid)):
            return obj.matrix_world
        return matrix_now(obj)

    def _instance_box(self, uid: int, obj: Any) -> Any:
        """The box of all that an instance of a collection shows; None unless all of it stands still."""
        key: Key = ("object", uid)
        if self._memory.opaque(key) or self._memory.varies(key):
            return None
        collection = obj.instance_collection
        members = [o for o in collection.all_objects if not o.hide_render]
        if any(o.instance_type != "NONE" for o in members):
            return None
        inner = inview.joined(box_of(o, matrix_now(o)) for o in members)
        if inner is None:
            return None
        offset = tuple(collection.instance_offset)
        low = [inner.middle[k] - inner.half[k] - offset[k] for k in range(3)]
        high = [inner.middle[k] + inner.half[k] - offset[k] for k in range(3)]
        return inview.box_around(low, high, flat(matrix_now(obj)))

    # -- shots

    def _shots(
        self, scene: Any, found: Walk, listed: tuple[FoundShot, ...], only: str
    ) -> Generator[None, None, dict[str, dict[str, int]]]:
        settings = shots.settings_map(scene, listed)
        cameras = {o.name: o for o in list(scene.objects) if o.type == "CAMERA"}
        yield
        chosen = [s for s in listed if s.camera in cameras and only in ("", s.name)]
        look = yield from self._look(scene, found)
        yield from self._follow(chosen, found)
        made: dict[str, dict[str, int]] = {}
        frame = _frame(scene)
        for shot in chosen:
            camera = cameras[shot.camera]
            yield from self._memory.take_in("camera", camera)
            own = settings.get(shot.name)
            words = _brief(own) if own is not None else shots.file_brief(scene, shot, camera)
            made[shot.name] = {
                "camera": self._camera(camera, shot, frame),
                "geometry": (yield from self._geometry(camera, shot, frame)),
                "brief": digest({k: v for k, v in words.items() if v}),
                **look,
            }
            yield
        return made

    def _camera(self, camera: Any, shot: FoundShot, frame: _Frame) -> int:
        return digest((self._memory.total(key_of("camera", camera)), frame, shot.first, shot.last, shot.step))

    def _geometry(self, camera: Any, shot: FoundShot, frame: _Frame) -> Generator[None, None, int]:
        sight = (self._memory.total(key_of("camera", camera)), frame, shot.first, shot.last, shot.step)
        view = self._views.get(shot.name)
        if view is None or self._sights.get(shot.name) != sight:
            view = View(frames=inview.sampled(shot.first, shot.last, shot.step))
            view.planes = self._planes(camera, view.frames, frame[1])
            self._views[shot.name], self._sights[shot.name] = view, sight
        rows = self._table.to_test(view)
        for start in range(0, len(rows), _TESTED):
            self._table.look(view, rows[start : start + _TESTED], self._tracks, self._frames)
            yield
        view.version = self._table.version
        total = self._table.sum(view)
        self.in_view[shot.name] = total[0]
        return digest(total)

    def _planes(self, camera: Any, frames: Sequence[int], size: tuple[float, float]) -> Any | None:
        key = key_of("pose", camera)
        opaque, varies = self._memory.opaque(key), self._memory.varies(key)
        data = camera.data.animation_data
        if (opaque and varies) or (data is not None and (len(data.drivers) or len(data.nla_tracks))):
            return None
        if opaque:
            world = flat(camera.matrix_world)
            return planes_of([inview.frustum(lens_of(camera.data, f), world, size) for f in frames])
        places = [flat(m) for m in matrices_at(camera, frames)]
        return planes_of([inview.frustum(lens_of(camera.data, f), m, size) for f, m in zip(frames, places)])

    def _follow(self, chosen: list[FoundShot], found: Walk) -> Generator[None, None, None]:
        """Where moving objects are at the frames of these shots."""
        times = {f for shot in chosen for f in inview.sampled(shot.first, shot.last, shot.step)}
        if not times <= set(self._frames):
            self._frames, self._tracks = tuple(sorted(times)), {}
        for uid, row in list(self._table.rows.items()):
            if self._table.moving[row] and self._table.active[row] and row not in self._tracks:
                self._tracks[row] = track_of(found.objects[uid], self._frames)
                yield

    # -- look

    def _look(self, scene: Any, found: Walk) -> Generator[None, None, dict[str, int]]:
        settings = scene.rushes
        if models.descriptor_of(settings) is None:
            return {}
        sun: Any = ()
        if settings.use_scene_sun and found.sun is not None:
            yield from self._memory.take_in("pose", found.sun)
            yield from self._memory.take_in("data", found.sun.data)
            sun = self._memory.total(key_of("pose", found.sun)), self._memory.total(key_of("data", found.sun.data))
        return {"look": digest((self._look_settings(settings), models.strengths_of(settings), sun))}

    def _look_settings(self, settings: Any) -> tuple[Any, ...]:
        told = models.descriptor_of(settings) is not None
        return (
            *(settings.generator_id, settings.steps, settings.model_size_text, settings.use_scene_sun, told),
            tuple((s.name, s.use, s.value) for s in settings.strengths),
        )


_Frame = tuple[tuple[str, int, int], tuple[float, float]]


def _frame(scene: Any) -> _Frame:
    """Rate and size; and the frame's shape, with the pixels' own."""
    size, render = shots.scene_size(scene), scene.render
    shape = (size.width * render.pixel_aspect_x, size.height * render.pixel_aspect_y)
    return (str(shots.scene_rate(scene)), size.width, size.height), shape


def _brief(settings: Any) -> dict[str, str]:
    return {field: str(getattr(settings, field)).strip() for field in Brief.fields()}


def _briefs(settings: Any) -> dict[str, dict[str, str]]:
    return {s.key: _brief(s) for s in settings.shots}
