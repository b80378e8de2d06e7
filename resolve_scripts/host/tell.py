"""Tells the editor how an action ended: Resolve's console, and a notice of the system. Never waits for an answer."""

from __future__ import annotations

import ctypes
import html
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Teller", "clean_environment", "notice_command", "start_detached"]

_log = logging.getLogger("rushes.resolve")
_TITLE = "Rushes"
_SECONDS = 30
"""How long a dialog stays when nobody closes it."""
_LONG = 900
"""Most characters of a notice."""
_LEAKS = ("LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "PYTHONHOME", "PYTHONPATH")

Run = Callable[[Sequence[str]], None]
Find = Callable[[str], "str | None"]


def clean_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a program of the system: without what Resolve sets for its own libraries and Python."""
    return {k: v for k, v in (os.environ if environment is None else environment).items() if k not in _LEAKS}


def start_detached(command: Sequence[str]) -> None:
    """Start a program and leave it alone; one that cannot be started is only logged."""
    try:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=clean_environment(),
            start_new_session=True,
        )
    except OSError as exc:
        _log.warning("%s did not start: %s", command[0], exc)
        return
    threading.Thread(target=child.wait, name="rushes-notice", daemon=True).start()


def notice_command(platform: str, text: str, *, problem: bool, find: Find = shutil.which) -> list[str] | None:
    """The command that shows a notice; None where there is none (Windows has its own way)."""
    if platform == "darwin":
        show = (
            f'display dialog (item 1 of argv) with title "{_TITLE}" buttons {{"OK"}} default button 1 with icon caution'
        )
        if problem:
            lines = ["on run argv", f"{show} giving up after {_SECONDS}", "end run"]
        else:
            lines = ["on run argv", f'display notification (item 1 of argv) with title "{_TITLE}"', "end run"]
        return ["/usr/bin/osascript", *[part for line in lines for part in ("-e", line)], text]
    if not platform.startswith("linux"):
        return None
    notify = find("notify-send")
    if notify:
        level = ["--urgency=critical"] if problem else []
        return [
            notify,
            "--app-name=Rushes",
            "--icon=dialog-information",
            *level,
            "--",
            _TITLE,
            html.escape(text, False),
        ]
    kdialog = find("kdialog")
    if kdialog:
        return [kdialog, "--title", _TITLE, "--passivepopup", text, str(_SECONDS if problem else 8)]
    zenity = find("zenity")
    if zenity and problem:
        wide = ["--no-markup", "--no-wrap", f"--timeout={_SECONDS}", f"--title={_TITLE}"]
        return [zenity, "--warning", *wide, f"--text={text}"]
    return None


def message_box(text: str) -> None:
    """A Windows message in a thread of its own; it closes by itself after a while."""
    user32 = getattr(getattr(ctypes, "windll", None), "user32", None)
    if user32 is None:
        return
    flags = 0x30 | 0x10000  # MB_ICONWARNING | MB_SETFOREGROUND

    def show() -> None:
        timed = getattr(user32, "MessageBoxTimeoutW", None)
        if timed is not None:
            timed(None, text, _TITLE, flags, 0, _SECONDS * 1000)
        else:
            user32.MessageBoxW(None, text, _TITLE, flags)

    threading.Thread(target=show, name="rushes-message").start()  # keeps this script alive, never Resolve


@dataclass
class Teller:
    """Says things. Everything goes to the console and the log; notices are for results and problems."""

    platform: str = sys.platform
    run: Run = start_detached
    box: Callable[[str], None] = message_box
    find: Find = shutil.which
    said: list[str] = field(default_factory=list)
    """All that was told, for the one who asks later."""

    def step(self, text: str) -> None:
        """Progress: the console only."""
        _log.info("%s", text)

    def done(self, text: str, notes: Sequence[str] = ()) -> None:
        """An action ended well."""
        self._tell(text, notes, problem=False)

    def problem(self, text: str, notes: Sequence[str] = ()) -> None:
        """It did not."""
        self._tell(text, notes, problem=True)

    def _tell(self, text: str, notes: Sequence[str], *, problem: bool) -> None:
        lines = [text, *[note for note in notes if note]]
        self.said.append("\n".join(lines))
        for line in lines:
            _log.log(logging.WARNING if problem else logging.INFO, "%s", line)
        shown = "\n".join(lines)
        shown = shown if len(shown) <= _LONG else shown[:_LONG] + " …"
        if self.platform == "win32":
            if problem:
                self.box(shown)
            return
        command = notice_command(self.platform, shown, problem=problem, find=self.find)
        if command is not None:
            self.run(command)
