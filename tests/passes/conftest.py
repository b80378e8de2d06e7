"""A passes folder on disk, written without Blender from the analytic street (a double)."""

from __future__ import annotations

import dataclasses
import hashlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from rushes.contracts import (
    CameraTrack,
    FrameRange,
    PassesManifest,
    PassFile,
    Shot,
    Size,
    canonical_json,
)
from rushes.media.conditioning import ShotFrame
from rushes.passes.layout import MANIFEST_VERSION, file_sha256
from rushes.testing.analytic_shot import AnalyticShot, street


def channels(frame: ShotFrame) -> dict[str, np.ndarray]:
    """Channels as Blender names them, with its sign of motion."""
    assert frame.motion is not None
    found = {"Depth.Z": np.where(frame.sky, 1e10, frame.depth), "Object Index.X": frame.ids}
    found |= {f"Normal.{c}": frame.normal[..., i] for i, c in enumerate("XYZ")}
    found |= {f"Diffuse Direct.{c}": frame.direct for c in "RGB"}
    signs = (1, -1, -1, 1)
    found |= {f"Vector.{c}": signs[i] * frame.motion[..., i] for i, c in enumerate("XYZW")}
    return {f"View.001.{k}": np.ascontiguousarray(v, np.float32) for k, v in found.items()}


def write_exr(path: Path, found: dict[str, np.ndarray]) -> None:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with OpenEXR.File(header, found) as file:
        file.write(str(path))


def write_passes(folder: Path, shot: AnalyticShot, span: FrameRange) -> PassesManifest:
    """manifest, camera, legend and frames of `shot` in `folder`."""
    (folder / "frames").mkdir(parents=True)
    files: list[PassFile] = []
    cameras = tuple(dataclasses.replace(c, frame=number) for c, number in zip(shot.cameras, span.frames, strict=True))
    for index, number in enumerate(span.frames):
        name = f"frames/{number:04d}.exr"
        write_exr(folder / name, channels(shot.frame(index)))
        files.append(PassFile(number, name, file_sha256(folder / name)))
    track = CameraTrack("Cam", shot.size, (1.0, 1.0), Fraction(24), cameras)
    hashes: dict[str, str] = {}
    for name, value in (("camera", track), ("legend", shot.legend)):
        data = canonical_json(value).encode()
        (folder / f"{name}.json").write_bytes(data)
        hashes[name] = hashlib.sha256(data).hexdigest()
    manifest = PassesManifest(
        version=MANIFEST_VERSION,
        shot=Shot("010", "Cam", span),
        scene="Scene",
        size=shot.size,
        rate=Fraction(24),
        blend_sha256="0" * 64,
        blender="double",
        sun_direction=shot.sun_direction,
        passes=("depth", "normal", "index", "motion", "direct"),
        camera_sha256=hashes["camera"],
        legend_sha256=hashes["legend"],
        files=tuple(files),
    )
    (folder / "manifest.json").write_text(canonical_json(manifest), encoding="utf-8")
    return manifest


@pytest.fixture(scope="session")
def shot() -> AnalyticShot:
    return street(Size(160, 90), 4)


@pytest.fixture
def folder(tmp_path: Path, shot: AnalyticShot) -> Path:
    """Passes of four frames, 1 to 4."""
    write_passes(tmp_path / "passes", shot, FrameRange(1, 4))
    return tmp_path / "passes"


@pytest.fixture
def stepped(tmp_path: Path) -> Path:
    """Every third scene frame of the street; the vectors on disk speak of one scene frame, as Blender's do."""
    fine = street(Size(160, 90), 10)
    coarse = AnalyticShot(
        [
            type(s)(s.name, s.kind, s.half, s.matrices[::3] if len(s.matrices) > 1 else s.matrices, s.object_class)
            for s in fine.solids
        ],
        fine.cameras[::3],
        fine.size,
    )
    target = tmp_path / "stepped"
    write_passes(target, coarse, FrameRange(1, 10, 3))
    for index, number in enumerate(FrameRange(1, 10, 3).frames):
        write_exr(target / f"frames/{number:04d}.exr", channels(fine.frame(index * 3)))
    return target
