"""The script that Blender's interpreter starts with: `entry.py -- MODULE REQUEST.json EVENTS.jsonl`.

Works as `blender -b --python entry.py -- ...` and as `python entry.py -- ...` with the bpy package.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import threading
import traceback
from pathlib import Path
from typing import Any


def _load_rushes() -> None:
    """Make `import rushes` find the package this script lies in, and nothing that lies beside it: in an installed
    engine those are packages for another Python."""
    folder = Path(__file__).resolve().parents[2]
    spec = importlib.util.spec_from_file_location(
        "rushes", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is not the package rushes.")
    module = importlib.util.module_from_spec(spec)
    sys.modules["rushes"] = module
    spec.loader.exec_module(module)


if sys.path and Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
    del sys.path[0]  # the script's own folder must not shadow other modules
_load_rushes()

from rushes.blender.inside.channel import Channel  # noqa: E402  (found only now)
from rushes.errors import BlenderError, RushesError, disk_full_as_error  # noqa: E402

__all__ = ["main"]


def _end_with_parent() -> None:
    """Standard input is the parent's pipe; when it closes, the parent is gone."""
    while os.read(0, 4096):
        pass
    os._exit(3)


def _unexpected(exc: BaseException) -> BlenderError:
    return BlenderError(
        f"Blender stopped on {type(exc).__name__}: {exc}",
        code="blender.failed",
        hint="Open the .blend in Blender and check that this shot renders there; the details hold the trace.",
        details={"trace": traceback.format_exc().splitlines()[-20:]},
    )


def _answer(module: str, request: Path, channel: Channel) -> dict[str, Any]:
    data = json.loads(request.read_text(encoding="utf-8"))
    with disk_full_as_error(str(data.get("out", "the passes"))):
        return importlib.import_module(module).run(data, channel)


def main(arguments: list[str]) -> int:
    """Run one module; 0 when it answered, 1 when it failed (the error is in the events file)."""
    module, request, events = arguments
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with Channel(Path(events)) as channel:
        try:
            channel.result(_answer(module, Path(request), channel))
            code = 0
        except RushesError as exc:
            channel.error(exc)
            code = 1
        except Exception as exc:  # noqa: BLE001  the worker's edge: whatever broke must reach the parent
            traceback.print_exc()
            channel.error(_unexpected(exc))
            code = 1
    return code


if __name__ == "__main__":
    ended = main(sys.argv[sys.argv.index("--") + 1 :])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended)  # nothing to save; Blender's own tear-down only costs time
