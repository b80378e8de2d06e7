"""One set of .blend files, and one render of each shot, for all tests of this session."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from rushes.blender.launcher import BlenderCommand, find_blender
from rushes.contracts import PassesRequest
from rushes.errors import BlenderError
from rushes.passes.read import DiskPasses, open_passes
from rushes.passes.render import render_passes
from rushes.testing.contexts import RecordingContext

MAKE = Path(__file__).with_name("make_scenes.py")


def tree_hashes(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file below `folder` → (SHA-256, modification time)."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {
        str(p.relative_to(folder)): (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns) for p in files
    }


@pytest.fixture(scope="session")
def blender() -> BlenderCommand:
    try:
        return find_blender()
    except BlenderError as exc:
        pytest.skip(str(exc))


@pytest.fixture(scope="session")
def scenes(blender: BlenderCommand, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the .blend files."""
    folder = tmp_path_factory.mktemp("scenes")
    if blender.kind == "python":
        command = [blender.path, str(MAKE), str(folder)]
    else:
        command = [
            blender.path,
            "-b",
            "--factory-startup",
            "--python-exit-code",
            "1",
            "-P",
            str(MAKE),
            "--",
            str(folder),
        ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


@pytest.fixture(scope="session")
def hashes(scenes: Path) -> Callable[[], dict[str, tuple[str, int]]]:
    """The files as they are now."""
    return lambda: tree_hashes(scenes)


@pytest.fixture(scope="session")
def untouched(scenes: Path) -> dict[str, tuple[str, int]]:
    """The files as they were before anything was rendered."""
    return tree_hashes(scenes)


@pytest.fixture(scope="session")
def rendered(
    scenes: Path,
    untouched: dict[str, tuple[str, int]],
    tmp_path_factory: pytest.TempPathFactory,
    blender: BlenderCommand,
) -> Callable[..., tuple[DiskPasses, RecordingContext]]:
    """`rendered("city.blend", "Wide")` → its passes and what was said meanwhile; each shot is rendered once."""
    assert untouched
    kept: dict[PassesRequest, tuple[DiskPasses, RecordingContext]] = {}

    def get(file: str, shot: str, **options: object) -> tuple[DiskPasses, RecordingContext]:
        request = PassesRequest(str(scenes / file), shot, **options)  # pyright: ignore[reportArgumentType]
        if request not in kept:
            out = tmp_path_factory.mktemp("passes") / "shot"
            context = RecordingContext()
            render_passes(request, out, blender=blender, context=context)
            kept[request] = open_passes(out), context
        return kept[request]

    return get
