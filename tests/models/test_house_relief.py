"""Simple blocks are carved into bodies; everything else stays as it is."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from rushes.blender import bodies
from rushes.blender.inside import synth_bodies, synth_meshes
from rushes.blender.vehicles import vehicle_solids
from rushes.contracts import CameraFrame, Matrix4
from rushes.models.house.cast import cast_body, cast_conifers, cast_spheres
from rushes.models.house.relief import carve
from rushes.models.house.surface import HouseFrame, HouseObject

SUN = (0.3, -0.8, math.sqrt(1 - 0.73))


def camera(kind: Literal["PERSP", "ORTHO"] = "PERSP", shift: float = 0.0) -> CameraFrame:
    """At eye level, looking along +y."""
    matrix: Matrix4 = ((1, 0, 0, 0), (0, 0, -1, -6), (0, 1, 0, 1.2), (0, 0, 0, 1))
    return CameraFrame(
        frame=1, matrix_world=matrix, type=kind, lens=35.0, ortho_scale=5.0, sensor_width=36.0, sensor_height=24.0,
        sensor_fit="AUTO", shift_x=shift, shift_y=0.0, clip_start=0.1, clip_end=1000.0,
    )  # fmt: skip


def block_frame(
    cls: str, extent: tuple[float, float, float], *, view: CameraFrame | None = None, turn: float = 0.0, size: int = 96
) -> HouseFrame:
    """A box (id 2) on a floor (id 1) before the sky, ray-traced here; own origin at the middle of its base."""
    view = view or camera()
    w, h = 16 * size // 9, size
    from rushes.contracts import Size

    k = view.intrinsics(Size(w, h), (1.0, 1.0))
    x, y = np.meshgrid((np.arange(w) + 0.5 - k.cx) / k.fx, -(np.arange(h) + 0.5 - k.cy) / k.fy)
    one = np.ones_like(x)
    if k.orthographic:
        origin, way = np.stack([x, -6 * one, y + 1.2], -1), np.stack([0 * x, one, 0 * x], -1)
    else:
        origin, way = np.broadcast_to(np.array([0.0, -6.0, 1.2]), (*x.shape, 3)), np.stack([x, one, y], -1)
    depth, normal, ids = np.full(x.shape, 1e10), np.zeros((*x.shape, 3)), np.zeros(x.shape, np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = np.where(way[..., 2] < -1e-6, -origin[..., 2] / way[..., 2], np.inf)
        on_floor = floor < 300
        depth[on_floor], ids[on_floor], normal[on_floor] = floor[on_floor], 1, (0, 0, 1)
        c, s = math.cos(turn), math.sin(turn)
        spin = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
        o, d = origin @ spin, way @ spin
        half = np.array(extent) / 2
        near, far = (-half + (0, 0, half[2]) - o) / d, (half + np.array((0, 0, half[2])) - o) / d
        enter, leave = np.minimum(near, far), np.maximum(near, far)
    enter, leave = np.nan_to_num(enter, nan=-np.inf), np.nan_to_num(leave, nan=np.inf)
    first = enter.max(-1)
    hit = (first < leave.min(-1)) & (first > 0) & (first < depth)
    axis = enter.argmax(-1)
    face = -np.sign(np.take_along_axis(d, axis[..., None], -1)) * np.eye(3)[axis]
    depth[hit], ids[hit], normal[hit] = first[hit], 2, (face @ spin.T)[hit]
    direct = np.clip(normal @ np.array(SUN), 0, 1)
    matrix = np.eye(4)
    matrix[:3, :3] = spin
    box = np.array([[-half[0], -half[1], 0], [half[0], half[1], extent[2]]])
    things = {
        1: HouseObject(1, "ground", (0.5, 0.5, 0.5), np.eye(4), np.array([[-300, -300, -1], [300, 300, 0.0]])),
        2: HouseObject(2, cls, (0.5, 0.5, 0.5), matrix, box),
    }
    f32 = np.float32
    return HouseFrame(depth.astype(f32), normal.astype(f32), ids, direct.astype(f32), view, things, SUN)


BLOCKS = [
    ("character", (0.55, 0.45, 1.75), 0.0),
    ("vehicle", (1.8, 4.4, 1.45), 0.9),
    ("vehicle", (2.4, 6.5, 3.0), 1.2),
    ("vegetation", (2.4, 2.2, 2.0), 0.3),
]


@pytest.mark.parametrize(("cls", "extent", "turn"), BLOCKS)
def test_a_block_becomes_a_body(cls: str, extent: tuple[float, float, float], turn: float) -> None:
    frame = block_frame(cls, extent, turn=turn)
    got = carve(frame)
    was, is_ = frame.ids == 2, got.ids == 2
    assert not np.any(is_ & ~was)
    assert 0.2 * was.sum() < is_.sum() < 0.97 * was.sum()
    assert np.all(got.depth[is_] >= frame.depth[is_] - 0.02)
    assert np.allclose(np.linalg.norm(got.normal[is_], axis=-1), 1, atol=1e-3)
    facing = np.clip(got.normal[is_] @ np.array(SUN, np.float32), 0, 1)
    assert np.allclose(got.direct[is_], facing, atol=1e-3)
    assert len(np.unique(np.round(got.normal[is_], 2), axis=0)) > 8


@pytest.mark.parametrize(("cls", "extent", "turn"), BLOCKS)
def test_gaps_show_floor_and_sky(cls: str, extent: tuple[float, float, float], turn: float) -> None:
    frame, got = block_frame(cls, extent, turn=turn), carve(block_frame(cls, extent, turn=turn))
    empty = block_frame(cls, (0.01, 0.01, 0.01))
    gap = (frame.ids == 2) & (got.ids != 2)
    assert np.array_equal(got.ids[gap], np.where(empty.ids[gap] == 2, 1, empty.ids[gap]))
    floor = gap & (got.ids == 1)
    assert np.allclose(got.depth[floor], empty.depth[floor], rtol=2e-3)
    assert np.array_equal(got.normal[floor], empty.normal[floor])


def test_what_is_no_simple_block_stays_to_the_bit() -> None:
    frame = block_frame("character", (0.5, 0.4, 1.7))
    rich = replace(frame, objects={**frame.objects, 2: replace(frame.objects[2], simple=False)})
    assert carve(rich) is rich
    for cls, extent in (("prop", (0.5, 0.4, 1.7)), ("character", (0.5, 1.2, 0.6)), ("vehicle", (0.7, 2.0, 1.1))):
        other = block_frame(cls, extent)
        assert carve(other) is other
    got = carve(frame)
    outside = frame.ids != 2
    assert np.array_equal(got.depth[outside], frame.depth[outside])
    assert np.array_equal(got.normal[outside], frame.normal[outside])


def test_seed_does_not_change_the_body_and_phase_does() -> None:
    frame = block_frame("character", (0.55, 0.5, 1.75), turn=1.3)
    assert np.array_equal(carve(frame).depth, carve(replace(frame, seed=9)).depth)
    walking = [
        carve(replace(frame, objects={**frame.objects, 2: replace(frame.objects[2], phase=p)})).ids for p in (0.5, 2.1)
    ]
    assert np.count_nonzero(walking[0] != walking[1]) > 10


@pytest.mark.parametrize("view", [camera("ORTHO"), camera(shift=0.15)])
def test_other_cameras(view: CameraFrame) -> None:
    frame = block_frame("character", (0.6, 0.5, 1.75), view=view)
    got = carve(frame)
    share = np.count_nonzero(got.ids == 2) / np.count_nonzero(frame.ids == 2)
    assert 0.3 < share < 0.8


def test_boats_keep_their_form() -> None:
    frame = block_frame("vehicle", (1.8, 5.0, 1.6), turn=0.9)
    water = HouseObject(3, "water", (0.1, 0.2, 0.3), np.eye(4), np.array([[-50, -50, -2], [50, 50, 0.3]]))
    afloat = carve(replace(frame, objects={**frame.objects, 3: water}))
    assert np.array_equal(afloat.ids, frame.ids)


def test_shadow_stays() -> None:
    frame = block_frame("character", (0.55, 0.45, 1.75))
    dark = replace(frame, direct=np.where(frame.ids == 2, 0, frame.direct).astype(np.float32))
    got = carve(dark)
    assert got.direct[got.ids == 2].max() == 0


@pytest.mark.parametrize("length", [3.4, 4.1, 4.7, 5.3, 6.5, 8.0, 11.0])
@pytest.mark.parametrize("h", [1.35, 1.6, 1.9, 2.6, 3.2])
def test_vehicles_are_made_of_convex_pieces_inside_the_box(length: float, h: float) -> None:
    w = 1.8 if h < 2 else 2.4
    for solid in vehicle_solids(w, length, h, 0.3) or ():
        outline, x, half, slope = solid
        ahead = np.roll(outline, -1, 0) - outline
        after = np.roll(ahead, -1, 0)
        assert np.all(ahead[:, 0] * after[:, 1] - ahead[:, 1] * after[:, 0] >= -1e-9)
        assert np.all(np.abs(outline[:, 0]) <= 0.5 * length + 1e-6)
        assert outline[:, 1].min() >= -1e-6
        assert outline[:, 1].max() <= h + 1e-6
        assert np.all(abs(x) + half + slope * outline[:, 1] <= 0.5 * w + 1e-6)


def _rays_at(verts: np.ndarray, faces: list[tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """Rays from far away to the middles of a mesh's faces."""
    middle = np.array([verts[list(f)].mean(0) for f in faces])
    origin = np.broadcast_to(np.array([9.0, -14.0, 4.0]), middle.shape)
    return origin.astype(np.float32), (middle - origin).astype(np.float32)


@pytest.mark.parametrize("phase", [None, 1.1])
@pytest.mark.parametrize("extent", [(0.55, 0.45, 1.75), (0.5, 0.7, 1.2)])
def test_figures_and_their_meshes_agree(extent: tuple[float, float, float], phase: float | None) -> None:
    body = bodies.figure(extent, phase)
    assert body is not None
    verts, faces = synth_bodies.body_mesh(body)
    t, normal = cast_body(body, *_rays_at(verts, faces))
    # The mesh is inside the body, so a ray to any face meets the body at or before it.
    assert np.mean(t <= 1.0 + 5e-3) > 0.97
    assert np.allclose(np.linalg.norm(normal[np.isfinite(t)], axis=-1), 1, atol=1e-3)
    assert verts[:, 2].max() <= extent[2] * 1.02
    assert verts[:, 2].min() >= -0.03 * extent[2]
    assert np.all(np.abs(verts[:, :2]).max(0) <= np.array(extent[:2]) * 0.62)


def test_plants_and_their_meshes_agree() -> None:
    verts, faces = synth_bodies.crown_mesh((2.0, 2.0, 2.0))
    turn = bodies.crown_turn((2.0, 2.0, 2.0))
    c, s = math.cos(turn), math.sin(turn)
    spheres = bodies.crown_spheres(False).copy()
    x, y = spheres[..., 0].copy(), spheres[..., 1].copy()
    spheres[..., 0], spheres[..., 1] = c * x - s * y, s * x + c * y
    t, _ = cast_spheres(spheres, *_rays_at(verts - (0, 0, 1), faces))
    assert np.mean(t <= 1.0 + 5e-3) > 0.97
    assert np.linalg.norm(verts - (0, 0, 1), axis=-1).max() <= 1.001
    verts, faces = synth_bodies.conifer_mesh((2.0, 2.0, 1.0))
    turns = np.full(len(faces), bodies.crown_turn((2.0, 2.0, 1.0)), np.float32)
    t, _ = cast_conifers(turns, *_rays_at(verts, faces))
    assert np.mean(t <= 1.0 + 2e-2) > 0.75
    assert np.all(np.hypot(verts[:, 0], verts[:, 1]) <= 1 - verts[:, 2] + 1e-6)


@pytest.mark.parametrize("kind", ["person", "car", "truck", "bus", "crown", "bush", "conifer"])
def test_twins_stand_in_their_blocks(kind: str) -> None:
    size = {"person": (0.5, 0.45, 1.7), "truck": (2.4, 7.0, 3.0), "bus": (2.5, 11.0, 3.1)}.get(kind, (1.8, 4.4, 1.45))
    for form in range(3):
        block, _ = synth_meshes.build(kind, size, {"form": float(form)}, twin=False)
        twin, faces = synth_meshes.build(kind, size, {"form": float(form)}, twin=True)
        assert np.all(twin.max(0) <= block.max(0) + 0.06)
        assert np.all(twin.min(0) >= block.min(0) - 0.06)
        assert max(max(f) for f in faces) < len(twin)


def test_variety_does_not_hang_on_the_last_bit() -> None:
    for e in (0.55, 1.75, 2.25, 4.5, 0.4, 0.33):
        a, b = e * 0.999999, e * 1.000001
        low, high = (a, a, a), (b, b, b)
        assert bodies.variety(low, 1) == bodies.variety(high, 1)
    drawn = [bodies.variety((0.5, 0.4, 1.5 + 0.02 * k), 1) for k in range(40)]
    assert len(set(drawn)) == 40
    assert 0.3 < sum(drawn) / 40 < 0.7
