"""The job "bake" with a real Blender: a take that the file does not project, into textures, gone on with, filled."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rushes.blender.launcher import BlenderCommand, find_blender
from rushes.contracts import FrameRange, ShootRequest, Size, encode
from rushes.contracts.bake import BakeJob, FillJob
from rushes.errors import BlenderError, InputError, JobCancelled
from rushes.generators.registry import Registry
from rushes.jobs import bake, fill, shoot
from rushes.jobs.registry import Services
from rushes.library.production import Production
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator

SCRIPT = Path(__file__).with_name("inside_round.py")


@pytest.fixture(scope="module")
def blender() -> BlenderCommand:
    try:
        return find_blender()
    except BlenderError as exc:
        pytest.skip(str(exc))


@pytest.fixture(scope="module")
def film(blender: BlenderCommand, tmp_path_factory: pytest.TempPathFactory) -> tuple[Production, Path, Services]:
    """A production with a take of a box and a ball on a floor."""
    folder = tmp_path_factory.mktemp("film")
    blend = folder / "set.blend"
    own = [blender.path, str(SCRIPT), "make", str(blend)]
    program = [blender.path, "-b", "--factory-startup", "-P", str(SCRIPT), "--", "make", str(blend)]
    command = own if blender.kind == "python" else program
    subprocess.run(command, capture_output=True, timeout=240, check=True)
    production = Production.create(folder / "film", "Film", Fraction(24), Size(96, 54))
    production.register_source(blend)
    services = Services(home=folder / "home", registry=Registry({"fake": FakeGenerator}))
    root = str(production.root)
    asked = ShootRequest(root, str(blend), "Wide", "t1", seed=3, generator="fake", keep_frames=True)
    shoot.run(encode(asked), RecordingContext(), services)
    return production, blend, services


def _job(film: tuple[Production, Path, Services], **changes: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"takes": ("t1",), "size": 64, "range": FrameRange(101, 102), "margin": 2, "samples": 1}
    return encode(BakeJob(str(film[0].root), str(film[1]), **{**asked, **changes}))


@pytest.mark.blender
@pytest.mark.timeout(400)
def test_a_take_is_baked_gone_on_with_and_filled(film: tuple[Production, Path, Services]) -> None:
    production, blend, services = film
    before = blend.read_bytes()
    with pytest.raises(JobCancelled):
        bake.run(_job(film), _EndsAfter("Cube, frame 1"), services)
    (home,) = [p for p in (production.root / "bakes").iterdir() if p.is_dir()]
    assert not (home / "bake.json").exists()
    done = {p: p.stat().st_mtime_ns for p in home.glob("*/frames/*.png")}
    assert done
    context = RecordingContext()
    result = bake.run(_job(film), context, services)
    assert Path(result["folder"]) == home  # the same request goes on in the same place
    assert all(p.stat().st_mtime_ns == at for p, at in done.items())
    assert (result["first"], result["count"], result["takes"]) == (101, 2, ["t1"])
    assert set(result["objects"]) == {"Cube", "Plane", "Sphere"}
    assert context.fractions == sorted(context.fractions)
    alpha = np.array(Image.open(home / "Cube" / "frames" / "0001.png"))[..., 3]
    assert 0.05 < (alpha > 127).mean() < 0.6  # the sides that the camera saw
    assert blend.read_bytes() == before
    filled = fill.run(encode(FillJob(str(production.root), result["bake"])), RecordingContext(), services)
    assert 0.0 < filled["filled"] < 1.0
    mask = np.array(Image.open(home / "Cube" / "mask.png").convert("L")) > 127
    assert (np.array(Image.open(home / "Cube" / "filled" / "0002.png"))[mask][:, 3] == 255).all()


class _EndsAfter(RecordingContext):
    """A double of a context whose job is cancelled once it has said something."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        super().progress(fraction, stage, message)
        if message.startswith(self.words):
            self.cancel()


@pytest.mark.blender
def test_what_cannot_be_is_said_before_anything_starts(film: tuple[Production, Path, Services]) -> None:
    for changes, words in (
        ({"size": 8}, "size of 8"),
        ({"device": "abacus"}, "abacus"),
        ({"range": FrameRange(101, 105, 2)}, "steps of 2"),
    ):
        with pytest.raises(InputError, match=words):
            bake.run(_job(film, **changes), RecordingContext(), film[2])


@pytest.mark.blender
@pytest.mark.timeout(400)
def test_objects_that_are_not_there_are_said(film: tuple[Production, Path, Services]) -> None:
    with pytest.raises(InputError, match="no object 'Piano'"):
        bake.run(_job(film, objects=("Piano",)), RecordingContext(), film[2])
