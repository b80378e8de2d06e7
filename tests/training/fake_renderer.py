"""A stand-in for the renderer: speaks the launcher's protocol and answers every plan with a wall and the ground.

`FAKE_RENDERER` holds JSON: `dies` and `dies_always` (seeds on which it dies, once or each time), `fails` (seeds that it
cannot render), `seconds` (how long a scene takes), `log` (a file that gets a line a scene).
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

SCRIPT = """#!{python}
import sys
sys.path[:0] = {paths!r}
from fake_renderer import main
main(sys.argv)
"""


def install(folder: Path) -> str:
    """Write the program; its path. Its name makes the launcher treat it as a Python that has bpy."""
    path = folder / "python-fake"
    here = Path(__file__).resolve().parent
    path.write_text(SCRIPT.format(python=sys.executable, paths=[str(here), str(here.parents[1] / "core")]))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def toy_arrays(objects: int, shift: float = 0.0) -> dict[str, Any]:
    """What the Blender side would write, 32×24 and 64×48: object 1 is a wall, object 2 the ground."""
    arrays: dict[str, Any] = {
        "camera": np.array([[1.0, 0, 0, shift], [0, 0, -1, 0], [0, 1, 0, 1.6], [0, 0, 0, 1]]),
        "lens": np.float64(35.0),
        "matrices": np.stack([np.eye(4)] * objects),
        "boxes": np.stack([np.array([[-4.0, 12, 0], [4, 14, 6]])] * objects),
    }
    for suffix, (h, w) in (("", (24, 32)), ("2", (48, 64))):
        z = np.full((h, w), 1e10, np.float32)
        ids, normal = np.zeros((h, w), np.uint16), np.zeros((h, w, 3), np.int16)
        z[h // 4 : h // 2], ids[h // 4 : h // 2], normal[h // 4 : h // 2] = 12.0, 1, (0, -32000, 0)
        down = (np.arange(h // 2, h) - h / 2 + 0.5) / (35 / 36 * w)
        z[h // 2 :], ids[h // 2 :], normal[h // 2 :] = (1.6 / down)[:, None], 2, (0, 0, 32000)
        arrays |= {"z" + suffix: z, "ids" + suffix: ids, "normal" + suffix: normal}
    arrays["direct"] = np.full((24, 32), 128, np.uint8)
    arrays["light2"] = np.full((48, 64, 2), 0.5, np.float16)
    return arrays


def _die_once(seed: int, marks: Path) -> None:
    mark = marks / f"died_{seed}"
    if not mark.exists():
        mark.touch()
        os._exit(9)


def main(argv: list[str]) -> None:
    """`python-fake entry.py -- MODULE REQUEST EVENTS`"""
    request, events = Path(argv[-2]), Path(argv[-1])
    told: dict[str, Any] = json.loads(os.environ.get("FAKE_RENDERER", "{}"))
    feed = Path(json.loads(request.read_text())["feed"])
    number = 0
    while True:
        path = feed / f"{number}.json"
        while not path.exists():
            time.sleep(0.005)
        ask = json.loads(path.read_text())
        seed = int(ask["plan"]["seed"])
        if seed in told.get("dies", ()):
            _die_once(seed, Path(told["marks"]))
        if seed in told.get("dies_always", ()):
            os._exit(9)
        if "log" in told:
            with Path(told["log"]).open("a") as log:
                log.write(f"{seed}\n")
        time.sleep(told.get("seconds", 0.0))
        event: dict[str, Any] = {"type": "rendered", "seconds": 0.0}
        if seed in told.get("fails", ()):
            event = {"type": "failed", "error": "ValueError: no such kind"}
        else:
            arrays = toy_arrays(len(ask["plan"]["objects"]), 0.1 * (seed >= 500_000))
            np.savez(ask["file"], plan=np.array(json.dumps(ask["plan"])), **arrays)
        with events.open("a") as stream:
            stream.write(json.dumps(event) + "\n")
        number += 1
