"""A take made ready for projection: files for every scene frame, cameras, caps, albedo."""

from __future__ import annotations

import json
import os
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.contracts import FrameRange, ProjectorData, ProjectorJob, ProjectorLens, Size, decode, encode
from rushes.errors import InputError, JobCancelled, ProductionError
from rushes.jobs.projector_albedo import LightFit, without_light
from rushes.jobs.registry import use_case
from rushes.media.exr import read_channels
from rushes.media.pictures import linear_to_srgb, load_png, to_uint8
from rushes.testing.analytic_shot import street
from rushes.testing.contexts import RecordingContext

from .conftest import Studio


def make(studio: Studio, context: RecordingContext | None = None, **fields: Any) -> tuple[Path, ProjectorData]:
    job = ProjectorJob(str(studio.production.root), fields.pop("take", "t1"), **fields)
    result = use_case("projector")(encode(job), context or RecordingContext(), studio.services)
    folder = Path(result["folder"])
    return folder, decode(ProjectorData, json.loads((folder / "projector.json").read_text("utf-8")))


def depth(path: Path) -> Any:
    (plane,) = read_channels(path).values()
    return plane


def test_every_scene_frame_has_its_files_and_its_camera(studio: Studio) -> None:
    studio.shoot(keep_frames=True)
    folder, data = make(studio)
    take = studio.production.take_folder("t1")
    assert (data.first, data.count, data.size, data.take) == (1, 5, Size(96, 54), "t1")
    assert [f.frame for f in data.frames] == [1, 2, 3, 4, 5]
    names = [f"{n:04d}" for n in range(7)]
    assert sorted(p.stem for p in (folder / "color").iterdir()) == names
    assert sorted(p.stem for p in (folder / "depth").iterdir()) == names
    for number in range(1, 6):
        own, kept = folder / "color" / f"{number:04d}.png", take / "frames" / f"{number:04d}.png"
        assert own.read_bytes() == kept.read_bytes()
        assert not own.samefile(kept)  # who paints on it must not change the take
    inputs = studio.door.open(next((studio.production.root / "passes").glob("[0-9a-f]*")))
    for number in range(1, 6):
        seen = inputs.frame(number - 1, data.size)
        np.testing.assert_array_equal(depth(folder / "depth" / f"{number:04d}.exr"), seen.depth)
        assert data.frames[number - 1].camera == inputs.cameras[number - 1]
    for cap in ("0000", "0006"):
        assert (depth(folder / "depth" / f"{cap}.exr") < 0).all()
    assert studio.production.row("t1").projector == str(folder)


def test_asked_twice_makes_one(studio: Studio) -> None:
    studio.shoot(keep_frames=True)
    assert studio.production.row("t1").projector is None
    folder, _ = make(studio)
    before = (folder / "projector.json").stat().st_mtime_ns
    again = make(studio)[0]
    assert again == folder
    assert (folder / "projector.json").stat().st_mtime_ns == before


def test_without_kept_frames_the_clip_gives_the_pictures(studio: Studio) -> None:
    studio.shoot("t1", keep_frames=True)
    studio.shoot("t2")
    kept, _ = make(studio)
    decoded, data = make(studio, take="t2")
    assert len(list((decoded / "color").iterdir())) == data.count + 2
    for number in range(1, 6):
        name = f"color/{number:04d}.png"
        near = np.abs(load_png(decoded / name).astype(int) - load_png(kept / name)).mean()
        assert near < 12  # the clip keeps a quarter of the colours


def test_a_step_holds_frames(studio: Studio) -> None:
    studio.shoot(keep_frames=True, range=FrameRange(101, 106, 2), camera="cam 010")
    folder, data = make(studio)
    assert (data.first, data.count) == (101, 6)
    assert [f.frame for f in data.frames] == [101, 102, 103, 104, 105, 106]
    assert [f.camera for f in data.frames[::2]] == [f.camera for f in data.frames[1::2]]
    colors = [folder / "color" / f"{n:04d}.png" for n in range(1, 7)]
    assert [colors[k].samefile(colors[k + 1]) for k in range(5)] == [True, False, True, False, True]


def test_another_rate_repeats_or_skips_and_lies_beside(studio: Studio) -> None:
    studio.shoot(keep_frames=True)
    folder, data = make(studio, rate=Fraction(48))
    assert folder.name == "projector_48-1"
    assert (data.count, data.rate) == (10, Fraction(48))
    colors = [folder / "color" / f"{n:04d}.png" for n in range(1, 11)]
    assert colors[0].samefile(colors[1])
    assert not colors[1].samefile(colors[2])
    slow, slower = make(studio, rate=Fraction(12))
    assert slower.count == 3
    take = studio.production.take_folder("t1")
    assert (slow / "color" / "0002.png").read_bytes() == (take / "frames" / "0003.png").read_bytes()
    with pytest.raises(InputError, match="rate"):
        make(studio, rate=Fraction(0))


def test_passes_that_are_gone_are_rendered_again(studio: Studio) -> None:
    studio.shoot(keep_frames=True)
    shutil.rmtree(studio.production.root / "passes")
    make(studio)
    assert len(studio.door.rendered) == 2


def test_a_cancelled_or_broken_one_leaves_nothing(studio: Studio) -> None:
    studio.shoot()
    home = studio.production.take_folder("t1")
    with pytest.raises(JobCancelled):
        make(studio, RecordingContext(cancel_after=6))
    assert not [p for p in home.iterdir() if "projector" in p.name and p.is_dir()]
    (home / "clip.mp4").write_bytes(b"not a clip")
    with pytest.raises(ProductionError) as caught:
        make(studio)
    assert caught.value.code == "projector.pictures"
    assert not [p for p in home.iterdir() if "projector" in p.name and p.is_dir()]


def test_a_damaged_one_is_made_again(studio: Studio) -> None:
    studio.shoot(keep_frames=True)
    folder, data = make(studio)
    (folder / "projector.json").write_text("{")
    assert make(studio)[1] == data


def test_a_missing_frame_is_taken_from_the_clip_and_said(studio: Studio) -> None:
    studio.shoot(keep_frames=True)
    os.remove(studio.production.take_folder("t1") / "frames" / "0003.png")
    context = RecordingContext()
    folder, data = make(studio, context)
    assert len(list((folder / "color").iterdir())) == data.count + 2
    assert any("kept frames" in note for note in context.notes)


def test_the_lens_in_parts_of_the_picture_is_the_lens_in_pixels(studio: Studio) -> None:
    camera = street(Size(96, 54), 1).cameras[0]
    pixels, parts = camera.intrinsics(Size(96, 54), (2.0, 1.0)), ProjectorLens.of(camera, Size(96, 54), (2.0, 1.0))
    assert (parts.fx * 96, parts.fy * 54) == pytest.approx((pixels.fx, pixels.fy))
    assert (parts.cx * 96, parts.cy * 54) == pytest.approx((pixels.cx, pixels.cy))


def test_light_is_found_and_taken_out_where_the_model_holds() -> None:
    shot = street(Size(320, 180), 3)
    gain = np.array([2.0, 1.6, 1.2], np.float32)
    albedo = np.array([0.35, 0.3, 0.25], np.float32)
    fit = LightFit()
    frame = shot.frame(1)
    light = (1 + gain * frame.direct[..., None]) / (1 + gain)
    lit = albedo * light

    picture = to_uint8(linear_to_srgb(lit.astype(np.float32)))
    fit.look(picture, frame)
    found = fit.result()
    assert found is not None
    assert found.sure > 0.5
    assert found.gain == pytest.approx(tuple(gain), rel=0.15)
    plain = without_light(picture, frame.direct, found.gain)[~frame.sky].astype(int)
    assert np.ptp(plain, axis=0).max() <= 14  # of 255; it was far more before
    assert np.ptp(picture[~frame.sky].astype(int), axis=0).min() > 40


def test_flat_pictures_have_no_light_to_take_out() -> None:
    frame = street(Size(320, 180), 3).frame(1)
    fit = LightFit()
    fit.look(np.full((180, 320, 3), 120, np.uint8), frame)
    assert fit.result() is None
