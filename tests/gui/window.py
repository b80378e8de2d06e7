"""Drives a real Blender window in a room: starts it, looks at it, clicks in it, photographs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gui.room import ARTIST, Room
from gui.sight import Word, find_text, read_text

__all__ = ["SIZE", "Found", "Region", "Window"]

SIZE = (1600, 1000)
_CONTROL = Path(__file__).with_name("control.py")


@dataclass(frozen=True)
class Region:
    """A region of Blender's window, in pixels from the top left corner."""

    area: str
    region: str
    x: int
    y: int
    width: int
    height: int
    tab: str
    window: int

    @property
    def middle(self) -> tuple[int, int]:
        """Its middle."""
        return self.x + self.width // 2, self.y + self.height // 2


@dataclass(frozen=True)
class Found:
    """A button: where it is and what it does."""

    x: int
    y: int
    operator: str
    property: str


class Window:
    """An X server without a screen and, in it, a Blender with the extension."""

    def __init__(self, room: Room, shots: Path, environment: Mapping[str, str]) -> None:
        """`shots` is the folder for the photographs."""
        self.room, self.shots = room, shots
        shots.mkdir(parents=True, exist_ok=True)
        self._channel = room.home / ".channel"
        self._channel.mkdir(exist_ok=True)
        (room.home / ".run").mkdir(exist_ok=True, mode=0o700)
        self._log = (room.home / "blender.log").open("ab")
        self.environment = {
            "DISPLAY": ":7",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "XDG_RUNTIME_DIR": f"{ARTIST}/.run",
            "RUSHES_GUI_CHANNEL": f"{ARTIST}/.channel",
            **environment,
        }
        size = f"{SIZE[0]}x{SIZE[1]}x24"
        self._server = room.start(["Xvfb", ":7", "-screen", "0", size, "-nolisten", "tcp"], {}, self._log)
        self._blender: subprocess.Popen[bytes] | None = None
        self._wait_for(self._server_is_up, 30, "the X server")

    # -- Blender as a program -------------------------------------------------------------------------------------

    def start(self, *arguments: str) -> None:
        """Start Blender on a file or without one, and wait until it answers."""
        width, height = SIZE
        words = ["blender", "-p", "0", "0", str(width), str(height), *arguments, "--python", str(_CONTROL)]
        for name in ("ask.json", "answer.json"):
            (self._channel / name).unlink(missing_ok=True)
        self._blender = self.room.start(words, self.environment, self._log)
        self._wait_for(lambda: self._ask("regions", {}, 2.0) is not None, 240, "Blender's window")

    def quit(self) -> None:
        """Close Blender as an artist does: Ctrl Q, and Don't Save when it asks."""
        assert self._blender is not None
        self.point(SIZE[0] // 3, SIZE[1] // 2)
        self.key("ctrl+q")
        end = time.monotonic() + 60
        while self._blender.poll() is None and time.monotonic() < end:
            for word in self.read():
                if word.text.startswith("Don"):
                    self.click(word.x, word.y)
            time.sleep(0.5)
        if self._blender.poll() is None:
            raise AssertionError("Blender did not close; see " + str(self.shoot("will_not_close")))

    def kill(self) -> None:
        """End Blender at once."""
        if self._blender is not None and self._blender.poll() is None:
            self.room.kill("blender -p ")
            self._blender.wait(20)

    @property
    def alive(self) -> bool:
        """Whether Blender runs."""
        return self._blender is not None and self._blender.poll() is None

    def close(self) -> None:
        """End everything; the room stays open."""
        self.kill()
        self._server.terminate()
        self._server.wait(20)
        self._log.close()

    # -- Looking --------------------------------------------------------------------------------------------------

    def regions(self) -> list[Region]:
        """All regions of all windows."""
        return [Region(**r) for r in self.ask("regions")]

    def region(self, area: str, region: str) -> Region:
        """The largest such region ("VIEW_3D", "UI")."""
        found = [r for r in self.regions() if (r.area, r.region) == (area, region)]
        assert found, f"there is no {region} region of {area}"
        return max(found, key=lambda r: r.width * r.height)

    def value(self, expression: str) -> Any:
        """What a Python expression gives inside (`bpy`, `runtime`, `session` are known)."""
        return self.ask("value", expression=expression)

    def wait(self, expression: str, seconds: float = 60, why: str = "") -> Any:
        """Wait until the expression is true inside; its value. AssertionError with a photograph when it never is."""
        end = time.monotonic() + seconds
        while True:
            value = self.value(expression)
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"{why or expression} did not happen in {seconds:g} s: {self.shoot('timeout')}")
            time.sleep(0.1)

    def ask(self, what: str, **words: Any) -> Any:
        """An answer of the control script."""
        answer = self._ask(what, words, 60.0)
        assert answer is not None, f"Blender does not answer; {self._last_words()}"
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def shoot(self, name: str, region: Region | None = None) -> Path:
        """Photograph the window, or a region of it, to `<shots>/<name>.png`."""
        inside, path = self.room.home / "shot.png", self.shots / f"{name}.png"
        crop = ["-crop", f"{region.width}x{region.height}+{region.x}+{region.y}", "+repage"] if region else []
        words = ["import", "-window", "root", *crop, self.room.inside(inside)]
        self.room.run(*words, environment=self.environment)
        shutil.move(inside, path)
        return path

    def read(self, region: Region | None = None) -> list[Word]:
        """The words that can be read in the window or a region of it."""
        picture = self.shoot("_read", region)
        words = read_text(self.room, picture)
        picture.unlink()
        return [Word(w.text, w.x + region.x, w.y + region.y, w.line) for w in words] if region else words

    # -- The artist's hands ---------------------------------------------------------------------------------------

    def point(self, x: int, y: int) -> None:
        """Move the mouse."""
        self._xdotool("mousemove", str(x), str(y))

    def click(self, x: int, y: int, *, button: int = 1, keys: str = "") -> None:
        """Click at a place, with keys held ("ctrl")."""
        hold, release = (["keydown", keys, "sleep", "0.15"], ["sleep", "0.1", "keyup", keys]) if keys else ([], [])
        self._xdotool("mousemove", str(x - 2), str(y), "sleep", "0.05", "mousemove", str(x), str(y), "sleep", "0.1")
        self._xdotool(*hold, "mousedown", str(button), "sleep", "0.06", "mouseup", str(button), *release)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press at one place, release at another."""
        middle = ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
        self._xdotool("mousemove", *map(str, start), "sleep", "0.3", "mousedown", "1", "sleep", "0.2")
        self._xdotool("mousemove", *map(str, middle), "sleep", "0.2", "mousemove", *map(str, end), "sleep", "0.3")
        self._xdotool("mouseup", "1")

    def key(self, *keys: str) -> None:
        """Press keys, one after the other ("ctrl+q")."""
        for key in keys:
            self._xdotool("key", key)

    def type(self, text: str) -> None:
        """Type a text."""
        self._xdotool("type", "--delay", "15", text)

    def scroll(self, region: Region, steps: int) -> None:
        """Turn the wheel in a region: down when steps is positive."""
        self.point(region.x + 12, region.y + region.height // 2)
        self._xdotool("click", "--repeat", str(abs(steps)), "--delay", "60", "5" if steps > 0 else "4")

    # -- Finding --------------------------------------------------------------------------------------------------

    def under(self, x: int, y: int) -> Found:
        """The button at a place (the mouse goes there)."""
        self.point(x, y)
        time.sleep(0.02)
        self.ask("regions")  # Blender has seen the mouse now
        return Found(x, y, **self.ask("button", x=x, y=y))

    def search(
        self, region: Region, wanted: Callable[[Found], bool], columns: tuple[float, ...] = (0.5, 0.2, 0.8, 0.87, 0.95)
    ) -> Found | None:
        """The first button of a region that is wanted: the mouse goes down its columns."""
        for column in columns:
            x = region.x + int(region.width * column) - (12 if column > 0.9 else 0)
            for y in range(region.y + 8, region.y + region.height - 4, 11):
                found = self.under(x, y)
                if wanted(found):
                    return found
        return None

    def text(self, pattern: str, region: Region | None = None, *, last: bool = False) -> Word | None:
        """The first line (or the last) that matches, as it can be read on the screen."""
        return find_text(self.read(region), pattern, last=last)

    def _ask(self, what: str, words: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        asked = uuid.uuid4().hex
        beside = self._channel / "ask.tmp"
        beside.write_text(json.dumps({"id": asked, "what": what, "words": words}))
        os.replace(beside, self._channel / "ask.json")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                answer = json.loads((self._channel / "answer.json").read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                answer = {}
            if answer.get("id") == asked:
                return answer
            if self._blender is not None and self._blender.poll() is not None:
                raise AssertionError(f"Blender ended with {self._blender.returncode}; {self._last_words()}")
            time.sleep(0.005)
        return None

    def _xdotool(self, *words: str) -> None:
        self.room.run("xdotool", *words, environment=self.environment)

    def _server_is_up(self) -> bool:
        return "ready" in self.room.run(
            "sh",
            "-c",
            "xdotool getdisplaygeometry >/dev/null 2>&1 && echo ready",
            environment=self.environment,
            check=False,
        )

    def _wait_for(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come in {seconds:g} s; {self._last_words()}")
            time.sleep(0.1)

    def _last_words(self) -> str:
        text = (self.room.home / "blender.log").read_text("utf-8", "replace")
        return "Blender said:\n" + "\n".join(re.split(r"\r?\n", text)[-25:])
