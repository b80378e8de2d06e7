"""The whole way with a real Blender: a shot is taken, made ready, thrown back on its blocks, and seen again."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rushes.blender.launcher import BlenderCommand, find_blender
from rushes.contracts import ProjectorData, ProjectorJob, ShootRequest, Size, decode, encode
from rushes.errors import BlenderError
from rushes.generators.registry import Registry
from rushes.jobs import projector, shoot
from rushes.jobs.registry import Services
from rushes.library.production import Production
from rushes.media.exr import read_channels
from rushes.media.pictures import load_png
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator

SCRIPT = Path(__file__).with_name("inside_round.py")


@pytest.fixture(scope="module")
def blender() -> BlenderCommand:
    try:
        return find_blender()
    except BlenderError as exc:
        pytest.skip(str(exc))


def run(blender: BlenderCommand, *arguments: str) -> None:
    own = [blender.path, str(SCRIPT), *arguments]
    program = [blender.path, "-b", "--factory-startup", "--python-exit-code", "1", "-P", str(SCRIPT), "--", *arguments]
    done = subprocess.run(
        own if blender.kind == "python" else program, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


@pytest.mark.blender
def test_what_the_projecting_camera_sees_again_is_the_take(blender: BlenderCommand, tmp_path: Path) -> None:
    blend = tmp_path / "set.blend"
    run(blender, "make", str(blend))
    production = Production.create(tmp_path / "film", "Film", Fraction(24), Size(96, 54))
    production.register_source(blend)
    services = Services(home=tmp_path / "home", registry=Registry({"fake": FakeGenerator}))
    request = ShootRequest(
        str(production.root),
        str(blend),
        "Wide",
        "t1",
        seed=3,
        generator="fake",
        keep_frames=True,
        output_size=Size(96, 54),
    )
    shoot.run(encode(request), RecordingContext(), services)
    result = projector.run(encode(ProjectorJob(str(production.root), "t1")), RecordingContext(), services)
    folder = Path(result["folder"])
    data = decode(ProjectorData, json.loads((folder / "projector.json").read_text("utf-8")))
    assert (data.first, data.count) == (101, 5)  # every second frame was rendered, the others hold it
    out = tmp_path / "seen"
    out.mkdir()
    run(blender, "render", str(blend), str(folder), str(out), "101", "103", "105", "300")
    for frame in (101, 103, 105):
        number = f"{frame - 100:04d}"
        (depth,) = read_channels(folder / "depth" / f"{number}.exr").values()
        stands = depth < 1e9
        assert 0.3 < stands.mean() < 1
        wrong = np.abs(load_png(out / f"own-{frame}.png").astype(int) - load_png(folder / "color" / f"{number}.png"))
        assert wrong[stands].mean() < 2
        assert (wrong[stands].max(-1) > 2).mean() < 0.01
    inside, outside = load_png(out / "beside-105.png"), load_png(out / "beside-300.png")
    assert (inside != outside).any(-1).mean() > 0.2
    assert (inside == outside).all(-1).mean() > 0.05  # what it did not see looks as without it
