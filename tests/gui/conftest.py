"""The gui tests: a real Blender with the built extension, run by `make test-gui` alone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gui.artist import Artist
from gui.room import CHECKOUT, Room

sys.path.insert(0, str(CHECKOUT / "tools"))
import gui_chroot


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the gui tests out unless they are asked for by name: -m gui."""
    if "gui" in str(config.getoption("-m")):
        return
    left_out = [item for item in items if item.get_closest_marker("gui")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="module", params=os.environ.get("GUI_VERSIONS", " ".join(gui_chroot.RECIPES)).split())
def artist(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Artist]:
    """An artist at a fresh Blender of each version, with the extension installed and the demo at hand."""
    version: str = request.param
    if not gui_chroot.is_ready(version):
        pytest.fail(f"There is no system with Blender {version}: run `make test-gui`, which makes it.")
    shots = CHECKOUT / ".build" / "gui_shots" / version
    shutil.rmtree(shots, ignore_errors=True)
    home = Path(tmp_path_factory.mktemp(f"blender-{version}"))
    room = Room(gui_chroot.folder_of(version), home)
    try:
        artist = Artist(room, shots)
        yield artist
        artist.window.close()
    finally:
        room.close()
