"""Passes read back are what was written, at any size, and damage is named with its frame."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from rushes.contracts import Size
from rushes.errors import PassesError
from rushes.media import exr
from rushes.media.conditioning import SKY_DEPTH, ShotInputs
from rushes.passes.layout import file_sha256
from rushes.passes.read import open_passes
from rushes.testing.analytic_shot import AnalyticShot
from rushes.testing.contexts import RecordingContext


def damage(path: Path, channel: str, value: float) -> None:
    """Write `value` into one pixel of a channel."""
    with OpenEXR.File(str(path), separate_channels=True) as file:
        found = {name: np.array(c.pixels) for name, c in file.parts[0].channels.items()}
        found[channel][3, 5] = value
        with OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, found) as fresh:
            fresh.write(str(path))


def test_frames_come_back_as_they_were(folder: Path, shot: AnalyticShot) -> None:
    passes = open_passes(folder)
    inputs: ShotInputs = passes  # the protocol that generators see
    assert len(inputs) == 4
    assert inputs.size == shot.size
    for index in range(4):
        got, want = inputs.frame(index), shot.frame(index)
        np.testing.assert_array_equal(got.ids, want.ids)
        solid = want.ids > 0
        np.testing.assert_allclose(got.depth[solid], want.depth[solid], rtol=1e-6)
        assert (got.depth[~solid] >= SKY_DEPTH).all()
        np.testing.assert_allclose(got.normal, want.normal, atol=1e-6)
        np.testing.assert_allclose(got.direct, want.direct, atol=1e-6)
        assert got.motion is not None
        assert want.motion is not None
        np.testing.assert_allclose(got.motion[solid], want.motion[solid], atol=1e-4)


def test_the_skys_motion_comes_from_the_cameras(folder: Path, shot: AnalyticShot) -> None:
    got, want = open_passes(folder).frame(1), shot.frame(1)
    sky = want.ids == 0
    assert sky.any()
    assert got.motion is not None
    assert want.motion is not None
    assert np.abs(want.motion[sky]).max() > 0.05
    np.testing.assert_allclose(got.motion[sky], want.motion[sky], atol=1e-3)


def test_at_the_ends_the_sky_turns_on_as_it_did(folder: Path) -> None:
    passes = open_passes(folder)
    first = passes.frame(0)
    assert first.motion is not None
    sky = first.ids == 0
    np.testing.assert_allclose(first.motion[sky][:, :2], -first.motion[sky][:, 2:], atol=0.2)


def test_with_a_frame_step_motion_spans_the_step(stepped: Path) -> None:
    """Blender's vectors speak of one scene frame; the readers' of one rendered frame."""
    passes = open_passes(stepped, verify=False)
    frame = passes.frame(1)
    assert frame.motion is not None
    here = np.stack(np.broadcast_arrays(np.arange(160)[None, :] + 0.5, np.arange(90)[:, None] + 0.5), -1)
    for side, other in ((0, 0), (2, 2)):
        there = passes.frame(other)
        at = np.floor(here + frame.motion[..., side : side + 2]).astype(int)
        inside = (at >= 0).all(-1) & (at[..., 0] < 160) & (at[..., 1] < 90) & (frame.ids > 0)
        same = frame.ids[inside] == there.ids[at[inside][:, 1], at[inside][:, 0]]
        assert same.mean() > 0.9
    slow = passes.frame(1).motion
    assert slow is not None
    assert np.abs(slow[frame.ids > 0]).max() > 3.0


@pytest.mark.parametrize("size", [Size(80, 45), Size(40, 30), Size(320, 180)])
def test_another_size_takes_the_nearest_sample(folder: Path, size: Size) -> None:
    passes = open_passes(folder)
    full, small = passes.frame(2), passes.frame(2, size)
    assert small.size == size
    row, column = size.height // 3, size.width // 2
    y = int((row + 0.5) * 90 / size.height)
    x = int((column + 0.5) * 160 / size.width)
    assert small.depth[row, column] == full.depth[y, x]
    assert small.ids[row, column] == full.ids[y, x]
    assert full.motion is not None
    assert small.motion is not None
    scale = np.array([size.width / 160, size.height / 90] * 2)
    np.testing.assert_allclose(small.motion[row, column], full.motion[y, x] * scale, rtol=1e-5)


def test_the_camera_stays_true_at_a_size_of_another_shape(folder: Path) -> None:
    frame = open_passes(folder).frame(0, Size(40, 30))
    narrow = frame.camera.intrinsics(frame.size, frame.pixel_aspect)
    full = frame.camera.intrinsics(Size(160, 90))
    assert narrow.fx / 40 == pytest.approx(full.fx / 160)
    assert narrow.fy / 30 == pytest.approx(full.fy / 90)


def test_a_frame_is_decoded_once_for_both_sizes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passes = open_passes(folder)
    read: list[Path] = []
    original = exr.read_channels

    def counted(path: Path) -> dict[str, np.ndarray]:
        read.append(path)
        return original(path)

    monkeypatch.setattr(exr, "read_channels", counted)
    for index in range(4):
        passes.frame(index, Size(80, 45))
        passes.frame(index)
        passes.frame(index)
    assert len(read) == 4


def test_depth_range_spans_the_shot_and_is_kept(folder: Path, shot: AnalyticShot) -> None:
    near, far = open_passes(folder).depth_range
    depths = [shot.frame(i).depth for i in range(4)]
    assert near == pytest.approx(min(d.min() for d in depths), rel=1e-6)
    assert far == pytest.approx(max(d[d < SKY_DEPTH].max() for d in depths), rel=1e-6)
    for file in (folder / "frames").iterdir():
        file.rename(file.with_suffix(".hidden"))
    kept = json.loads((folder / "ranges.json").read_text())
    assert kept["depth"] == [near, far]


def test_the_digest_follows_the_content(folder: Path, shot: AnalyticShot) -> None:
    before = open_passes(folder).digest
    assert open_passes(folder).digest == before
    data = json.loads((folder / "manifest.json").read_text())
    data["files"][0]["sha256"] = "f" * 64
    (folder / "manifest.json").write_text(json.dumps(data))
    assert open_passes(folder).digest != before


def test_a_missing_frame_is_named_at_once(folder: Path) -> None:
    (folder / "frames/0003.exr").unlink()
    with pytest.raises(PassesError, match="frame 3 is missing") as caught:
        open_passes(folder)
    assert caught.value.code == "passes.frame_missing"
    assert caught.value.details["frame"] == 3


def test_a_frame_left_out_of_the_manifest_is_missing_too(folder: Path) -> None:
    data = json.loads((folder / "manifest.json").read_text())
    del data["files"][1]
    (folder / "manifest.json").write_text(json.dumps(data))
    with pytest.raises(PassesError, match="frame 2 is missing"):
        open_passes(folder)


def test_nan_is_told_with_frame_and_pass(folder: Path) -> None:
    damage(folder / "frames/0002.exr", "View.001.Normal.Y", float("nan"))
    with pytest.raises(PassesError, match=r"Frame 2 .*Normal\.Y") as caught:
        open_passes(folder, verify=False).check_all(RecordingContext())
    assert caught.value.code == "passes.nan"
    assert caught.value.details["frame"] == 2


def test_a_changed_frame_is_told_when_it_is_read(folder: Path) -> None:
    damage(folder / "frames/0004.exr", "View.001.Depth.Z", 1.0)
    passes = open_passes(folder)
    passes.frame(0)
    with pytest.raises(PassesError, match="Frame 4") as caught:
        passes.frame(3)
    assert caught.value.code == "passes.changed"


@pytest.mark.parametrize("name", ["camera.json", "legend.json"])
def test_a_changed_camera_or_legend_is_told(folder: Path, name: str) -> None:
    text = (folder / name).read_text()
    (folder / name).write_text(text.replace("1.0", "1.5", 1))
    with pytest.raises(PassesError, match=name):
        open_passes(folder)


def test_a_frame_of_another_size_is_named(folder: Path) -> None:
    path = folder / "frames/0002.exr"
    with OpenEXR.File(str(path), separate_channels=True) as file:
        found = {n: np.ascontiguousarray(c.pixels[:45]) for n, c in file.parts[0].channels.items()}
    with OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, found) as fresh:
        fresh.write(str(path))
    with pytest.raises(PassesError, match=r"Frame 2 .*160×45") as caught:
        open_passes(folder)
    assert caught.value.code == "passes.size"


@pytest.mark.parametrize("share", [0.01, 0.5, 0.95])
def test_a_torn_frame_is_told(folder: Path, share: float) -> None:
    path = folder / "frames/0001.exr"
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(PassesError) as caught:
        open_passes(folder, verify=False).frame(0)
    assert caught.value.code == "passes.unreadable"


def test_unfinished_passes_are_no_passes(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    with pytest.raises(PassesError) as caught:
        open_passes(folder)
    assert caught.value.code == "passes.missing"


def test_passes_of_another_version_are_refused(folder: Path) -> None:
    data = json.loads((folder / "manifest.json").read_text())
    data["version"] = 99
    (folder / "manifest.json").write_text(json.dumps(data))
    with pytest.raises(PassesError) as caught:
        open_passes(folder)
    assert caught.value.code == "passes.version"


def test_strip_clock_makes_equal_pictures_equal_files(tmp_path: Path) -> None:
    hashes: set[str] = set()
    for seconds in ("00:01.25", "00:09.81"):
        path = tmp_path / f"{seconds[-2:]}.exr"
        header = {
            "compression": OpenEXR.ZIP_COMPRESSION,
            "type": OpenEXR.scanlineimage,
            "cycles.View.001.render_time": seconds,
            "cycles.View.001.samples": "1",
        }
        with OpenEXR.File(header, {"Z": np.ones((4, 4), np.float32)}) as file:
            file.write(str(path))
        exr.strip_clock(path)
        hashes.add(file_sha256(path))
        assert exr.read_channels(path)["Z"][0, 0] == 1.0
    assert len(hashes) == 1


def test_add_part_keeps_what_was_there(folder: Path) -> None:
    path = folder / "frames/0001.exr"
    before = exr.read_channels(path)
    picture = np.random.default_rng(1).random((90, 160, 3), np.float32)
    exr.add_part(path, "Beauty", picture)
    after = exr.read_channels(path)
    np.testing.assert_array_equal(after["Depth.Z"], before["Depth.Z"])
    np.testing.assert_array_equal(after["Beauty.G"], picture[..., 1])
    assert [p.name for p in path.parent.iterdir() if p.suffix == ".part"] == []


def test_reading_leaves_frames_alone(folder: Path) -> None:
    """A reader gets its own arrays: what it does to them does not reach the next one at another size."""
    passes = open_passes(folder)
    small = passes.frame(0, Size(80, 45))
    changed = dataclasses.replace(small, depth=small.depth * 0)
    assert changed.depth.max() == 0
    assert passes.frame(0, Size(80, 45)).depth.max() > 0
