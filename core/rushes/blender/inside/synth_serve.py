"""A Blender that stays and renders training scenes one by one as they are asked for.

`run` is called in Blender's interpreter by `rushes.blender.launcher`. The parent puts plans into a folder as `0.json`,
`1.json` and so on, and `null` when it wants no more; after each it hears `rendered` or `failed`.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

import numpy as np

from rushes.blender.inside import synth_render
from rushes.blender.inside.channel import Channel

__all__ = ["run"]

_POLL_SECONDS = 0.01


def _next(path: Path) -> dict[str, Any] | None:
    """The request at `path`, once it is there."""
    while not path.exists():
        time.sleep(_POLL_SECONDS)
    found: dict[str, Any] | None = json.loads(path.read_text("utf-8"))
    path.unlink()
    return found


def _render(ask: dict[str, Any], scratch: Path) -> None:
    """Render one plan into its file, whole or not at all."""
    target = Path(ask["file"])
    arrays = synth_render.render_plan(ask["plan"], str(scratch / "frame.exr"))
    part = target.with_suffix(f".{os.getpid()}.part")
    save = np.savez_compressed if ask["compress"] else np.savez
    with part.open("wb") as stream:
        save(stream, plan=np.array(json.dumps(ask["plan"])), **arrays)
    part.replace(target)


def run(data: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """Render what appears in the folder `data["feed"]` until `null` does; answers how many requests there were."""
    feed = Path(data["feed"])
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        while (ask := _next(feed / f"{number}.json")) is not None:
            began = time.monotonic()
            try:
                _render(ask, Path(folder))
            except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError, AttributeError) as exc:
                traceback.print_exc()
                channel.send("failed", number=number, error=f"{type(exc).__name__}: {exc}")
            else:
                channel.send("rendered", number=number, seconds=time.monotonic() - began)
            number += 1
    return {"asked": number}
