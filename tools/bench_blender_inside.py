"""The part of bench_blender.py that runs in Blender's Python: PRODUCTION SHOTS ANSWER.json

$RUSHES_EXTENSION is the built extension, $RUSHES_HOME the home of a running engine, $BLENDER_USER_RESOURCES an empty
folder. In the background Blender runs no timers, so the add-on's timer function is called by hand, as Blender would.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

PACKAGE = "bl_ext.user_default.rushes"
TICKS, PACE = 1000, 0.01
"""Ticks measured, and seconds between two: ten times as often as Blender ticks, so that each meets less to do at
once but in all as much comes in."""
NEWS = 0.03
"""Seconds between two changes of the running job."""
OPENS = 9


def part(name: str) -> Any:
    """A module of the installed add-on."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def install() -> None:
    """Install the extension and enable it, as an artist does."""
    zipped = os.environ["RUSHES_EXTENSION"]
    bpy.ops.extensions.package_install_files(filepath=zipped, repo="user_default", enable_on_install=True)
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "addon" / "inside"))


def make_scene(path: Path, production: str, count: int) -> None:
    """A .blend with a camera, a marker and a few objects for each shot."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    mesh = bpy.data.meshes.new("Block")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], [], [(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)])
    for number in range(count):
        name = f"{number:03d}"
        camera = bpy.data.objects.new(f"Camera {name}", bpy.data.cameras.new(name))
        blocks = [bpy.data.objects.new(f"Block {name} {i}", mesh) for i in range(5)]
        for index, added in enumerate((camera, *blocks)):
            added.location = (number * 4.0, index * 2.0, 0.0)
            scene.collection.objects.link(added)
        scene.timeline_markers.new(name, frame=1 + number * 24).camera = camera
        scene.camera = camera
    scene.frame_start, scene.frame_end = 1, count * 24
    scene.rushes.production = production
    bpy.ops.wm.save_as_mainfile(filepath=str(path))


def timed_tick() -> float:
    """One call of the add-on's timer; milliseconds on the main thread."""
    begun = time.perf_counter()
    part("host.pulse")._timer()
    return (time.perf_counter() - begun) * 1000.0


def settle(until: Callable[[], bool], seconds: float = 60.0) -> list[float]:
    """Tick until something is true; milliseconds of each tick."""
    times: list[float] = []
    end = time.monotonic() + seconds
    while not until():
        times.append(timed_tick())
        time.sleep(PACE)
        if time.monotonic() > end:
            raise SystemExit("the lists never filled")
    return times


def lists_show(count: int) -> bool:
    """Shots are listed with their takes counted, and the takes of the one that is picked."""
    window = bpy.context.window_manager.rushes
    return len(window.shots) == count and len(window.takes) > 0 and all(row.count for row in window.shots)


def opening(path: Path, count: int) -> dict[str, float]:
    """Opening the file with the add-on enabled and without, in turns."""
    with_it: list[float] = []
    without: list[float] = []
    settling: list[list[float]] = []
    for _ in range(OPENS):
        bpy.ops.preferences.addon_disable(module=PACKAGE)
        without.append(_open(path))
        bpy.ops.preferences.addon_enable(module=PACKAGE)
        with_it.append(_open(path))
        settling.append(settle(lambda: lists_show(count)))
    return {
        "opens": OPENS,
        "open_with": statistics.median(with_it),
        "open_without": statistics.median(without),
        "settle_sum": statistics.median(sum(times) for times in settling),
        "settle_max": statistics.median(max(times) for times in settling),
    }


def _open(path: Path) -> float:
    begun = time.perf_counter()
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return (time.perf_counter() - begun) * 1000.0


def ticking(path: Path, production: str, count: int) -> dict[str, float]:
    """The timer without a job and with one, each while the artist works."""
    bpy.ops.wm.open_mainfile(filepath=str(path))
    engine = wire_client()
    engine.add_production(production)
    for number in range(count * 25):
        engine.add_take(production, f"{number // 25:03d}")
    runtime = part("runtime")
    runtime.stop()
    runtime.start(part("logic.bridge").Bridge(lambda: engine))
    part("host.mirror").new_file(runtime.session())
    settle(lambda: lists_show(count))
    idle = work(count)
    stop = threading.Event()
    job = threading.Thread(target=run_jobs, args=(engine, production, stop))
    job.start()
    busy = work(count)
    stop.set()
    job.join()
    return {"ticks": len(busy), **_spread("idle", idle), **_spread("busy", busy)}


def wire_client() -> Any:
    """The double of the engine, with answers that cost this process what real ones do: read from JSON."""
    from doubles import FakeClient
    from rushes.contracts import ProductionState, TakeRow, decode, encode

    class WireClient(FakeClient):
        def __init__(self) -> None:
            super().__init__()
            self.texts: dict[Any, str] = {}

        def _told(self, key: Any, make: Callable[[], Any]) -> Any:
            if key not in self.texts:
                self.texts[key] = json.dumps(encode(make()))
            return json.loads(self.texts[key])

        def production(self, root: Any, known: str = "") -> Any:
            now = str(self._revision)
            if known == now:
                return None
            return decode(ProductionState, self._told(now, lambda: FakeClient.production(self, root)))

        def takes(self, root: Any, shots: Any = ()) -> Any:
            rows = self._told((self._revision, tuple(shots)), lambda: FakeClient.takes(self, root, shots))
            return decode(tuple[TakeRow, ...], rows)

    return WireClient()


def work(count: int) -> list[float]:
    """Milliseconds of each tick while the artist moves things and picks shots."""
    scene, window = bpy.context.scene, bpy.context.window_manager.rushes
    times: list[float] = []
    for number in range(TICKS):
        if number % 5 == 0:
            scene.objects[f"Block {number % count:03d} 0"].location.z += 0.1
            bpy.context.view_layer.update()
        if number % 50 == 0:
            window.shot_index = number // 50 % count
        times.append(timed_tick())
        time.sleep(PACE)
    return times


def run_jobs(engine: Any, production: str, stop: threading.Event) -> None:
    """One job after the other: progress and a new preview all the time, then the take."""
    from states import shoot_request

    number = 0
    while not stop.is_set():
        number += 1
        job = engine.submit(shoot_request(production, "000", f"bench-{number}")).id
        for step in range(60):
            if stop.is_set():
                return
            engine.move(job, progress=step / 60, stage="generate", message=f"Frame {step}", preview=f"p{step}.png")
            time.sleep(NEWS)
        engine.finish(job)


def _spread(name: str, times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        f"{name}_p50": statistics.median(ordered),
        f"{name}_p99": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        f"{name}_max": ordered[-1],
    }


def main() -> None:
    production, count, answer = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    install()
    path = Path(production).parent / "bench.blend"
    make_scene(path, production, count)
    found = opening(path, count) | ticking(path, production, count)
    answer.write_text(json.dumps(found), encoding="utf-8")
    bpy.ops.preferences.addon_disable(module=PACKAGE)


if __name__ == "__main__":
    main()
