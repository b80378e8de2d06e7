"""The measure of projection: it sees slips of a pixel, a frame or an exposure, and it runs in a real Blender."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.blender.launcher import find_blender
from rushes.contracts import Brief, Size
from rushes.errors import BlenderError, InputError
from rushes.generators.protocol import GenerateRequest, Generator
from rushes.jobs.eval_projection import ProjectionSettings, measure_projection
from rushes.jobs.eval_projection_figures import Measured, View, figures
from rushes.jobs.eval_projection_pictures import (
    PatternGenerator,
    WorldGenerator,
    covered,
    eroded,
    seam,
    silhouettes,
)
from rushes.jobs.registry import Services
from rushes.library.files import write_json
from rushes.media.exr import write_plane
from rushes.media.pictures import Bytes, load_png, save_png, to_uint8
from rushes.passes.motion import camera_points
from rushes.testing.analytic_shot import street
from rushes.testing.contexts import RecordingContext

SIZE = Size(96, 56)


def painted(generator: Generator, frames: int = 2, seed: int = 100) -> list[Bytes]:
    request = GenerateRequest(Brief(), seed, SIZE, frames, 1)
    return [to_uint8(p) for p in generator.generate(request, street(SIZE, frames), RecordingContext())]


def difference(a: Bytes, b: Bytes) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def test_the_test_pattern_holds_no_blue_and_shows_every_slip() -> None:
    first, second = painted(PatternGenerator())
    assert not first[..., 2].any()
    assert covered(first).all()
    assert difference(first, second) > 10
    assert difference(first, np.roll(first, 1, axis=1)) > 8
    assert difference(first, np.roll(first, 1, axis=0)) > 8
    assert difference(first, np.flipud(first)) > 15


def test_world_colours_are_the_same_from_another_place() -> None:
    shot = street(SIZE, 4)
    pictures = painted(WorldGenerator(), 4)
    frames = [shot.frame(0), shot.frame(3)]
    assert frames[0].camera.matrix_world != frames[1].camera.matrix_world
    places: list[Any] = []
    for frame in frames:
        world = np.array(frame.camera.matrix_world)
        local = camera_points(np.minimum(frame.depth, np.float32(1e4)), frame.camera, frame.pixel_aspect)
        places.append((local @ world[:3, :3].T + world[:3, 3])[~frame.sky])
    colors = [pictures[0][~frames[0].sky], pictures[3][~frames[1].sky]]
    for point, color in list(zip(places[0], colors[0]))[::97]:
        far = np.linalg.norm(places[1] - point, axis=1)
        if far.min() < 0.05:
            assert difference(colors[1][far.argmin()], color) < 4
    brighter = painted(WorldGenerator(), 1, seed=110)[0]
    assert difference(brighter, pictures[0]) > 5


def test_silhouettes_are_where_depth_breaks_not_where_a_floor_recedes() -> None:
    rows = np.arange(40, dtype=np.float32)[:, None]
    floor = np.broadcast_to(100.0 / (rows + 1.0), (40, 60)).astype(np.float32)
    assert not silhouettes(floor, ortho=False).any()
    floor = floor.copy()
    floor[10:20, 20:30] *= 0.5
    marks = silhouettes(floor, ortho=False)
    assert marks[15, 19] and marks[15, 20]  # noqa: PT018
    assert not marks[15, 25]
    assert not marks[5, 50]


def test_a_seam_between_unlike_takes_stands_out() -> None:
    x = np.linspace(100, 180, 80).astype(np.uint8)
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[..., 0] = picture[..., 1] = x
    objects = np.ones((40, 80), np.uint16)
    seen = np.zeros((2, 40, 80), bool)
    seen[0, :, :50] = seen[1, :, 30:] = True
    even = seam(picture, objects, seen)
    assert even.pixels > 50
    assert even.ratio < 1.5
    picture[:, 50:, :2] -= 20
    assert seam(picture, objects, seen).ratio > 5


def test_eroding_leaves_the_picture_border_alone() -> None:
    mask = np.ones((9, 9), bool)
    assert eroded(mask, 2).all()
    mask[4, 4] = False
    assert eroded(mask, 1).sum() == 72


def stored(folder: Path, picture: Bytes, render: Bytes, truth: np.ndarray[Any, Any], objects: Any = None) -> Measured:
    """One Blender's results: a take seen from its own camera and, the same picture, from the side."""
    take, out = folder / "projector", folder / "out"
    for place in (take / "color", take / "depth", out):
        place.mkdir(parents=True)
    write_json(take / "projector.json", {"first": 1, "orthographic": False})
    height, width = picture.shape[:2]
    save_png(take / "color" / "0001.png", picture)
    write_plane(take / "depth" / "0001.exr", np.full((height, width), 10.0, np.float32))
    things = np.ones((height, width), np.uint16) if objects is None else objects
    for case in ("own", "side"):
        save_png(out / f"{case}_1.png", render)
        np.savez(out / f"{case}_1.npz", object=things, seen=truth[None], names=np.array(["Flag"]))
    view = View((1,), (), (take,))
    return Measured(out, {"version": "0.0"}, {"own": view, "side": view})


def test_what_is_rendered_as_it_is_holds_and_a_slipped_one_does_not(tmp_path: Path) -> None:
    picture = painted(PatternGenerator(), 1)[0]
    all_seen = np.ones(picture.shape[:2], bool)
    good = {m.name: m for m in figures("p", stored(tmp_path / "a", picture, picture, all_seen))}
    assert good["p.own"].value == 0
    assert good["p.own"].ok
    assert good["p.side_leaked"].value == good["p.side_missed"].value == 0
    slipped = stored(tmp_path / "b", picture, np.roll(picture, 1, axis=1), all_seen)
    assert not {m.name: m for m in figures("p", slipped)}["p.own"].ok


def test_leaks_and_holes_are_counted_apart(tmp_path: Path) -> None:
    picture = painted(PatternGenerator(), 1)[0]
    render = picture.copy()
    render[:28] = (0, 0, 255)
    truth = np.ones(picture.shape[:2], bool)
    truth[:, :24] = False  # a quarter was not seen; half of that shows the take all the same
    found = {m.name: m for m in figures("p", stored(tmp_path, picture, render, truth))}
    assert found["p.side_leaked"].value == pytest.approx(12.5)
    assert not found["p.side_leaked"].ok
    assert found["p.side_missed"].value == pytest.approx(37.5)
    assert found["p.own_uncovered"].value == pytest.approx(50.0)


def test_unknown_blenders_and_cases_are_refused_before_anything_runs(tmp_path: Path) -> None:
    services = Services(home=tmp_path)
    ProjectionSettings(blenders=("1.0",)).put(services)
    with pytest.raises(BlenderError, match=r"1\.0"):
        list(measure_projection(services, RecordingContext()))
    ProjectionSettings(cases=("upside-down",)).put(services)
    with pytest.raises(InputError, match="upside-down"):
        list(measure_projection(services, RecordingContext()))


@pytest.mark.blender
@pytest.mark.slow
def test_a_real_blender_holds_the_bars(tmp_path: Path) -> None:
    try:
        find_blender()
    except BlenderError as exc:
        pytest.skip(str(exc))
    services = Services(home=tmp_path)
    cases = ("own", "late", "side", "grazing", "restore")
    ProjectionSettings(engines=("CYCLES",), cases=cases, sheets=tmp_path / "sheets", newest=True).put(services)
    found = {m.name.split(".", 4)[-1]: m for m in measure_projection(services, RecordingContext())}
    assert not [m for m in found.values() if not m.ok]
    assert {"own", "own_deforming", "own_instances", "outside_shot", "side_leaked", "acne_plane"} <= set(found)
    assert found["restore_differs"].value == 0
    sheets = sorted(p.name.rsplit(".", 2)[1] for p in (tmp_path / "sheets").glob("*.png"))
    assert sheets == ["grazing", "late", "own", "side"]
    assert load_png(next((tmp_path / "sheets").glob("*side.png"))).std() > 20
