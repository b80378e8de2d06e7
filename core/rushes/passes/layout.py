"""How a passes folder is laid out on disk.

    manifest.json     contracts.PassesManifest; written last
    camera.json       contracts.CameraTrack
    legend.json       contracts.Legend
    frames/0001.exr   float EXR, one part a pass, channels as Blender names them

| pass | channels | meaning |
|---|---|---|
| depth | Depth.Z | metres along the view axis; 1e10 where nothing was hit |
| normal | Normal.XYZ | world space, unit length; 0 on the sky |
| index | Object Index.X | legend id; 0 is sky |
| motion | Vector.XYZW | pixels, y up: (x + X, y + Y) one scene frame before, (x - Z, y - W) one after |
| direct | Diffuse Direct.RGB | clamp(n·l) times hard shadow |
| beauty | Beauty.RGB | linear Rec.709, when asked for |
"""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = ["MANIFEST_VERSION", "PASS_NAMES", "file_sha256"]

MANIFEST_VERSION = 1
PASS_NAMES = ("depth", "normal", "index", "motion", "direct", "beauty")


def file_sha256(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
