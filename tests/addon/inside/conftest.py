"""Blender as a module, in a process of its own, with the built extension really installed into a fresh user folder.

Run by `tests/addon/test_matrix.py`, once for each Blender. By hand, with one of the Blender environments:

    make extension
    export RUSHES_EXTENSION=dist/rushes-VERSION.zip
    .venvs/bpy50/bin/python -m pytest -c tests/addon/inside/pytest.ini tests/addon/inside
"""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "bl_ext.user_default.rushes"
_ZIP = os.environ.get("RUSHES_EXTENSION", "")
if not Path(_ZIP).is_file():
    raise pytest.UsageError("RUSHES_EXTENSION must name the built extension (a zip); `make extension` makes it.")

_HOME = tempfile.mkdtemp(prefix="Rushes prüft ")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["BLENDER_USER_RESOURCES"] = _HOME
os.environ["RUSHES_HOME"] = str(Path(_HOME, "engine home"))
for _name in ("RUSHES_ENGINE_PYTHON", "RUSHES_BLENDER"):
    os.environ.pop(_name, None)

import bpy  # noqa: E402  (must see the folders above)

bpy.ops.extensions.package_install_files(
    filepath=str(Path(_ZIP).resolve()), repo="user_default", enable_on_install=True
)


@pytest.fixture(scope="session")
def part() -> Callable[[str], Any]:
    """`part("runtime")` → that module of the installed add-on; `part("")` the package itself."""

    def get(name: str) -> Any:
        return importlib.import_module(f"{PACKAGE}.{name}" if name else PACKAGE)

    return get


@pytest.fixture
def addon(part: Callable[[str], Any]) -> Generator[Any]:
    """The enabled add-on's package; enabled again when the test has disabled it."""
    _ensure_enabled()
    yield part("")
    _ensure_enabled()


def _ensure_enabled() -> None:
    if bpy.context.preferences.addons.get(PACKAGE) is None:
        bpy.ops.preferences.addon_enable(module=PACKAGE)
    assert bpy.context.preferences.addons.get(PACKAGE) is not None, "the add-on could not be enabled"


@pytest.fixture
def scene(addon: Any) -> Any:
    """The scene of a fresh, empty file; the add-on stays enabled."""
    assert addon
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return bpy.context.scene


@pytest.fixture
def connect_to(addon: Any, part: Callable[[str], Any]) -> Generator[Callable[[Callable[[], Any]], Any]]:
    """`connect_to(make_client)` → a new session whose bridge connects with it."""
    assert addon
    runtime, bridge = part("runtime"), part("logic.bridge")

    def connect(make: Callable[[], Any]) -> Any:
        runtime.stop()
        return runtime.start(bridge.Bridge(make))

    yield connect
    if runtime.session() is not None:
        runtime.stop()
        runtime.start()


@pytest.fixture
def engine(scene: Any, connect_to: Callable[[Callable[[], Any]], Any]) -> Any:
    """A double of the engine's client, and a session that talks to it; the file is fresh and empty."""
    from doubles import FakeClient

    assert scene
    fake = FakeClient()
    connect_to(lambda: fake)
    return fake


@pytest.fixture
def session(part: Callable[[str], Any]) -> Callable[[], Any]:
    """`session()` → the add-on's session as it is now."""
    return lambda: part("runtime").session()


@pytest.fixture
def tick(part: Callable[[str], Any]) -> Callable[..., None]:
    """`tick()` lets the timer run some times; `tick(until)` until that is true, or AssertionError after 10 seconds.

    In the background Blender runs no timers, so this calls the timer's function as Blender would.
    """
    pulse, runtime = part("host.pulse"), part("runtime")

    def run(until: Callable[[], object] | None = None, seconds: float = 10.0, times: int = 5) -> None:
        end = time.monotonic() + seconds
        while times > 0 if until is None else not until():
            now = runtime.session()
            assert now is not None, "the add-on is disabled"
            now.bridge.watch.wake()
            pulse.tick(now)
            times -= 1
            time.sleep(0.01)
            assert time.monotonic() < end, f"this did not come true: {until}, with messages {now.known.messages}"

    return run
