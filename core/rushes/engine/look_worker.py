"""A process of its own for one live look: Blender and the model stay up in it.

The engine talks to it in JSON lines, as to a worker: the request, then `update` and `quit` come in on standard input;
`opened`, `picture`, `message`, `note`, `restarted`, `end` go out on what was standard output. Pictures are PNG files in
the session's folder.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rushes.contracts import LookPicture, LookRequest, LookUpdate, decode, encode
from rushes.engine.worker import Channel, as_error, follow_parent, own_channel
from rushes.errors import RushesError

__all__ = ["main"]

log = logging.getLogger(__name__)

_TURNS = 4
"""Picture files that take turns, so that the newest can be read while the next is written."""


class _Says:
    """`jobs.look.LookEvents` that speaks to the engine."""

    def __init__(self, channel: Channel, folder: Path, ended: threading.Event, first: int) -> None:
        self.vocabulary: dict[str, list[str]] = {}
        self._channel = channel
        self._folder = folder
        self._ended = ended
        self._first = first

    def opened(self, scene: Any, frames: tuple[int, int]) -> None:
        self._channel.send(
            "opened",
            cameras=list(scene.info.cameras),
            frames=list(frames),
            rate=float(scene.info.rate),
            objects=list(scene.objects),
            vocabulary=self.vocabulary,
        )

    def picture(self, about: LookPicture, picture: Any) -> None:
        from rushes.jobs.take_files import png_bytes

        number = self._first + about.number
        name = f"look-{number % _TURNS}.png"
        beside = self._folder / f"{name}.new"
        beside.write_bytes(png_bytes(picture))
        os.replace(beside, self._folder / name)
        self._channel.send("picture", name=name, about={**encode(about), "number": number})

    def message(self, text: str) -> None:
        self._channel.send("message", text=text)

    def note(self, text: str) -> None:
        self._channel.send("note", text=text)

    def restarted(self) -> None:
        self._channel.send("restarted")

    def ended(self, error: RushesError | None) -> None:
        self._channel.send("end", error=None if error is None else error.to_dict())
        self._ended.set()


def main(arguments: Sequence[str] | None = None) -> int:
    """Show one look until the engine says `quit` or goes away."""
    parser = argparse.ArgumentParser(prog="rushes.engine.look_worker")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where pictures go")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--first", type=int, default=0, help="pictures shown before, by a process that was lost")
    parser.add_argument("--blender", default=None)
    parser.add_argument("--doubles", action="store_true")
    options = parser.parse_args(arguments)
    channel = own_channel()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    follow_parent(options.parent)
    scratch = options.folder / "tmp"  # goes with the folder, also after a kill -9
    scratch.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(scratch)
    ended = threading.Event()
    says = _Says(channel, options.folder, ended, options.first)
    from rushes.jobs.look import share_threads

    with share_threads() as painters:
        try:
            request = decode(LookRequest, json.loads(sys.stdin.buffer.readline()))
            look = _look(request, options, says, painters)
        except Exception as exc:  # noqa: BLE001  the process's edge: whatever it was, the engine must hear of it
            says.ended(as_error(exc, options.folder / "error.log"))
            return 1
        threading.Thread(target=_listen, args=(look, channel), name="inbox", daemon=True).start()
        look.start()
        ended.wait()
        look.close()
    return 0


def _look(request: LookRequest, options: argparse.Namespace, says: _Says, painters: int) -> Any:
    from rushes.jobs.look import Look
    from rushes.jobs.registry import Services

    services = Services(home=options.home, blender=options.blender)
    door: Any
    if options.doubles:
        from rushes.testing.looks import furnish_look

        door = furnish_look(services, request)
    else:
        from rushes.passes.view import BlenderView

        door = BlenderView(options.blender)
    generator = services.generators.get(request.generator)
    generator.check_installed()
    says.vocabulary = {f.name: list(f.words) for f in generator.descriptor.vocabulary}
    return Look(request, generator, door, says, painters=painters)


def _listen(look: Any, channel: Channel) -> None:
    for line in sys.stdin.buffer:
        order: dict[str, Any] = json.loads(line)
        if order["op"] == "quit":
            look.close()
            return
        try:
            look.update(decode(LookUpdate, order["update"]))
        except RushesError as exc:
            channel.send("message", text=f"{exc.message} {exc.hint or ''}".strip())
    look.close()  # the engine is gone


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # a library's thread must not keep the process
