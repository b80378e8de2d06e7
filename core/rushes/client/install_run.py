"""Running uv and pip: their lines as progress, the log, the end on request, and their failures in our words."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from rushes.errors import DependencyError, DiskFullError, JobCancelled, RushesError

__all__ = ["Lines", "PipLines", "Runner", "UvLines", "cancelled", "explain", "masked"]

_TAIL = 400
"""Lines kept to explain a failure."""
_SHOWN = 12
"""Lines of them that are shown."""

_FULL = re.compile(
    r"no space left on device|os error (28|39|112)\b|errno 28|not enough space on the disk|disk quota", re.I
)
_OFFLINE = re.compile(
    r"dns error|name resolution|failed to lookup address|getaddrinfo|nodename nor servname|network is unreachable|"
    r"failed to establish a new connection|connection (refused|reset|timed out|aborted)|tcp connect error|"
    r"error sending request|read ?timed? ?out|connecttimeout|proxyerror|tunnel error|network connectivity is disabled|"
    r"operation timed out",
    re.I,
)
_HOST = re.compile(r"(?:https?://(?:\*\*\*@)?|host=')([\w.-]+)")
_CREDENTIALS = re.compile(r"(\b\w[\w+.-]*://)[^/\s@]+@")
_SECRETS = re.compile(r"(?i)\b([\w-]*(?:token|password|passwd|secret|api[_-]?key|signature)[\w-]*)([=:]\s*)[^\s&]+")
_SIZES = {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def masked(line: str) -> str:
    """The line without names, passwords and tokens that addresses may carry."""
    return _SECRETS.sub(r"\1\2***", _CREDENTIALS.sub(r"\1***@", line))


class Lines(Protocol):
    """Reads what an installer says."""

    fraction: float
    """How far it is, 0 to 1; never goes back."""

    def read(self, line: str) -> str | None:
        """What to show for this line; None when it says nothing new."""
        ...


def _bytes(number: str, unit: str) -> float:
    return float(number) * _SIZES.get(unit.lower(), 1)


class UvLines:
    """`uv pip install`, to a pipe: it tells when each large download starts and ends."""

    _START = re.compile(r"^\s*Downloading (\S+) \(([\d.]+)\s?([KMG]?i?B)\)")
    _END = re.compile(r"^\s*Downloaded (\S+)")
    _STEPS = (
        (re.compile(r"^Resolved \d+ packages?"), 0.08, "The list of packages is complete"),
        (re.compile(r"^Prepared \d+ packages?"), 0.80, "All packages are here"),
        (re.compile(r"^Installed \d+ packages?"), 0.88, "Preparing for a quick start"),
        (re.compile(r"^Bytecode compiled"), 1.0, "All packages are in place"),
    )

    def __init__(self) -> None:
        self.fraction = 0.0
        self._announced: dict[str, float] = {}
        self._here: set[str] = set()

    def read(self, line: str) -> str | None:
        start, end = self._START.match(line), self._END.match(line)
        if start:
            self._announced[start[1]] = _bytes(start[2], start[3])
        elif end:
            self._here.add(end[1])
        else:
            return self._step(line)
        total = sum(self._announced.values())
        done = sum(self._announced.get(name, 0.0) for name in self._here)
        self.fraction = max(self.fraction, 0.08 + 0.70 * done / total if total else 0.08)
        waiting = sorted(set(self._announced) - self._here, key=lambda name: -self._announced[name])
        if not waiting:
            return "Unpacking"
        more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
        left = (total - done) / 1e6
        return f"Downloading {waiting[0]}{more}, {left:,.0f} MB to go"

    def _step(self, line: str) -> str | None:
        for pattern, fraction, words in self._STEPS:
            if pattern.match(line):
                self.fraction = max(self.fraction, fraction)
                return words
        return None


class PipLines:
    """`pip install`, to a pipe; with `--progress-bar raw` it also counts bytes."""

    _GET = re.compile(r"^\s*(Downloading|Using cached|Processing) (?:\S*/)?([A-Za-z0-9_.]+?)-\d\S*\.whl(?!\.metadata)")
    _RAW = re.compile(r"^\s*Progress (\d+) of (\d+)")

    def __init__(self, packages: int) -> None:
        """`packages`: how many will about be installed."""
        self.fraction = 0.0
        self._packages = max(1, packages)
        self._listed = 0
        self._fetched = 0
        self._name = ""

    def read(self, line: str) -> str | None:
        raw, get = self._RAW.match(line), self._GET.match(line)
        if raw:
            whole = max(1, int(raw[2]))
            self._rise(self._fetched - 1 + int(raw[1]) / whole)
            return f"Downloading {self._name}, {(whole - int(raw[1])) / 1e6:,.0f} MB to go" if self._name else None
        if get:
            self._fetched, self._name = self._fetched + 1, get[2]
            self._rise(self._fetched - 1)
            return f"{'Downloading' if get[1] == 'Downloading' else 'Taking'} {self._name}"
        if line.startswith("Collecting "):
            self._listed += 1
            self.fraction = max(self.fraction, 0.1 * min(1.0, self._listed / self._packages))
            return f"Looking for {line.split()[1]}"
        if line.startswith("Installing collected packages"):
            self.fraction = max(self.fraction, 0.8)
            return "Putting the packages in place, which takes minutes"
        if line.startswith("Successfully installed"):
            self.fraction = 1.0
            return "All packages are in place"
        return None

    def _rise(self, fetched: float) -> None:
        self.fraction = max(self.fraction, 0.1 + 0.7 * min(1.0, max(0.0, fetched) / self._packages))


def cancelled() -> JobCancelled:
    """The error of an installation that somebody stopped."""
    return JobCancelled(
        "Setting up the engine was cancelled; nothing of it is left except the downloads.",
        code="install.cancelled",
        hint="Start it again whenever you like: it goes on with what is downloaded.",
    )


class Runner:
    """Runs one child at a time, each in a process group of its own that `stop` ends whole."""

    def __init__(self, log: Path) -> None:
        self.tail: deque[str] = deque(maxlen=_TAIL)
        self._log = log
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """True once `stop` was called."""
        return self._stopped

    def stop(self) -> None:
        """End the child now and start no other one. Returns at once; from any thread."""
        with self._lock:
            self._stopped = True
            if self._child is not None:
                _kill(self._child)

    def check(self) -> None:
        """Raises `install.cancelled` once `stop` was called."""
        if self._stopped:
            raise cancelled()

    def run(
        self, command: Sequence[str], env: Mapping[str, str], cwd: Path, on_line: Callable[[str], None] | None = None
    ) -> int:
        """The child's exit code. What it says goes to the log, and line by line to `on_line`."""
        self.tail.clear()
        with self._log.open("a", encoding="utf-8") as log:
            log.write(masked(f"\n> {' '.join(command)}\n"))
            child = self._start(command, env, cwd)
            read = False
            try:
                for line in _lines_of(child):
                    clean = masked(line.rstrip())
                    if not clean.startswith("Progress "):  # bytes so far, many times a second
                        self.tail.append(clean)
                        log.write(clean + "\n")
                    if on_line is not None and not self._stopped:
                        on_line(clean)
                read = True
            finally:
                with self._lock:
                    if not read:  # the log cannot be written: nobody would listen to it any more
                        _kill(child)
                    self._child = None
                child.wait()
                _lines_of(child).close()
            log.write(f"> ended with {child.returncode}\n")
        self.check()
        return child.returncode

    def _start(self, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> subprocess.Popen[str]:
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        with self._lock:
            self.check()
            self._child = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                creationflags=flags,
            )
            return self._child


def _lines_of(child: subprocess.Popen[str]) -> IO[str]:
    if child.stdout is None:
        raise RuntimeError("the child was started without a pipe")
    return child.stdout


def _kill(child: subprocess.Popen[str]) -> None:
    try:
        if sys.platform == "win32":
            subprocess.Popen(
                ["taskkill", "/T", "/F", "/PID", str(child.pid)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                creationflags=subprocess.CREATE_NO_WINDOW,
            )
        else:
            os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _unreached(lines: Sequence[str]) -> str:
    hosts = [found[1] for line in lines for found in [_HOST.search(line)] if found]
    return hosts[-1] if hosts else "the internet"


def explain(lines: Sequence[str], log: Path, wheelhouse: Path | None) -> RushesError:
    """Why an installer failed, from the last things it said."""
    text = "\n".join(lines)
    details = {"lines": list(lines)[-_SHOWN:], "log": str(log)}
    if _FULL.search(text):
        return DiskFullError(
            "The disk is full; the engine was not set up.",
            hint="Free some space and start it again: it goes on with what is downloaded.",
            details=details,
        )
    if wheelhouse is None and _OFFLINE.search(text):
        return DependencyError(
            f"The packages cannot be fetched: {_unreached(lines)} cannot be reached.",
            code="install.offline",
            hint="Check the connection and start again, or choose a folder with the engine's wheels.",
            details=details,
        )
    hint = f"The whole log is {log}."
    if wheelhouse is not None:
        hint = f"Were the wheels in {wheelhouse} fetched for this system and this Python? {hint}"
    last = "\n".join(details["lines"])
    return DependencyError(
        f"The engine could not be set up:\n{last}", code="install.failed", hint=hint, details=details
    )
