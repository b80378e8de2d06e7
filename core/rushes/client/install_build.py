"""The steps of setting up an engine, one after another, in a folder that nobody uses yet."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from rushes.client.install_found import EngineFolders, drop, python_inside, sweep
from rushes.client.install_run import Lines, PipLines, Runner, UvLines, explain
from rushes.client.install_tools import (
    PYTHONS,
    PythonFound,
    UvFound,
    child_environment,
    find_python,
    find_uv,
    folder_size,
    has_nvidia,
    python_words,
    takes_long_paths,
)
from rushes.errors import DependencyError, DiskFullError, EngineError, RushesError

__all__ = ["Build", "InstallPlan"]

GB = 1_000_000_000
NEEDED_CUDA, NEEDED_PLAIN = 10 * GB, 3 * GB
"""Room for an engine: with NVIDIA's libraries, and without."""
_PIP_MORE = 3 * GB
"""pip keeps what it downloads beside what it unpacks; uv links it."""
_DEEPEST, _WINDOWS_PATH = 185, 259
"""Longest path inside the engines' folder, and the longest that Windows takes unless told otherwise."""

_TEST = (
    "import json, torch, diffusers, transformers, cv2, av, OpenEXR, rushes.engine.server; "
    "from rushes.models.store import ModelStore; ModelStore().find('house_model'); "
    "mps = getattr(torch.backends, 'mps', None); "
    "device = 'cuda' if torch.cuda.is_available() else 'mps' if mps and mps.is_available() else 'cpu'; "
    "print('tested ' + json.dumps({'torch': str(torch.__version__), 'device': device}))"
)


@dataclass(frozen=True)
class InstallPlan:
    """What is to be installed, and with what. See EngineInstaller."""

    wheel: Path
    wheelhouse: Path | None
    uv: str | None
    python: str | None
    torch_backend: str
    extra: str

    @property
    def version(self) -> str:
        """Of the wheel, from its name."""
        parts = self.wheel.name.split("-")
        return parts[1] if len(parts) >= 5 else "0"


class Build:
    """One try. `report(stage, fraction, message, detail)` hears how it goes."""

    def __init__(
        self,
        folders: EngineFolders,
        plan: InstallPlan,
        runner: Runner,
        report: Callable[[str, float, str, str], None],
    ) -> None:
        self._folders = folders
        self._plan = plan
        self._runner = runner
        self._report = report
        self._target = folders.folder / f"{plan.version}-{secrets.token_hex(3)}"
        self._scratch = folders.cache / "scratch"
        self._env = child_environment(
            {
                "UV_PYTHON_INSTALL_DIR": str(folders.pythons),
                **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._scratch)),  # /tmp may be too small for torch
            }
        )

    def run(self) -> str:
        """The device the new engine uses. Raises RushesError or OSError, and leaves no engine then."""
        began = time.monotonic()
        try:
            self._report("check", 0.0, "Checking this machine", "")
            self._check_inputs()
            self._report("tools", 0.01, "Looking for uv or Python", "")
            uv = find_uv(self._plan.uv)
            python = find_python(self._plan.python, with_venv=uv is None)
            self._runner.check()
            self._check_python(uv, python)
            self._check_room(uv)
            self._scratch.mkdir(parents=True, exist_ok=True)
            self._make_environment(uv, python)
            self._install(uv)
            facts = self._test()
            self._switch({**facts, "tool": "uv" if uv else "pip", "seconds": round(time.monotonic() - began)})
            return str(facts["device"])
        finally:
            drop(self._scratch)
            if not (self._target / "ready.json").is_file():
                drop(self._target)

    # -- before anything is written

    def _check_inputs(self) -> None:
        plan = self._plan
        if not plan.wheel.is_file():
            raise DependencyError(
                f"The package of the engine is missing: {plan.wheel}",
                code="install.failed",
                hint="Install the Rushes extension again.",
            )
        if plan.wheelhouse is not None and not any(plan.wheelhouse.glob("*.whl")):
            raise DependencyError(
                f"There are no wheels in {plan.wheelhouse}.",
                code="install.failed",
                hint="Choose the folder that holds the engine's .whl files, or install from the internet.",
            )
        longest = len(str(self._folders.folder)) + _DEEPEST
        if sys.platform == "win32" and longest > _WINDOWS_PATH and not takes_long_paths():
            raise EngineError(
                f"The folder {self._folders.folder} has too long a name for Windows.",
                code="install.path",
                hint="Set RUSHES_HOME to a short one, such as C:\\Rushes, or switch long paths on in Windows.",
            )

    def _check_python(self, uv: UvFound | None, python: PythonFound | None) -> None:
        if python is not None or (uv is not None and self._plan.wheelhouse is None and not self._plan.python):
            return  # uv fetches a Python
        given = f"{self._plan.python} is not" if self._plan.python else "There is no uv and no"
        raise DependencyError(
            f"{given} Python {', '.join(PYTHONS[:-1])} or {PYTHONS[-1]} that can make environments.",
            code="install.python",
            hint=f"Install uv (docs.astral.sh/uv), which brings its own Python, or {python_words()}. Then try again.",
        )

    def _check_room(self, uv: UvFound | None) -> None:
        if self._plan.wheelhouse is not None:
            needed = GB + 4 * sum(p.stat().st_size for p in self._plan.wheelhouse.glob("*.whl"))
        else:
            needed = NEEDED_CUDA if self._large(uv) else NEEDED_PLAIN
            needed += 0 if uv else _PIP_MORE
            needed = max(GB, needed - folder_size(self._folders.cache))
        free = shutil.disk_usage(self._folders.folder).free
        if free < needed:
            raise DiskFullError(
                f"The engine needs {needed / GB:.0f} GB on this disk; {free / GB:.1f} GB are free.",
                hint="Free some space, or set RUSHES_HOME to a folder on a larger disk.",
                details={"path": str(self._folders.folder), "needed": needed, "free": free},
            )

    def _large(self, uv: UvFound | None) -> bool:
        """Will torch bring NVIDIA's libraries?"""
        backend = self._backend(uv)
        if sys.platform == "darwin" or backend == ["--torch-backend", "cpu"]:
            return False
        if backend == ["--torch-backend", "auto"]:
            return has_nvidia()
        return bool(backend) or sys.platform == "linux"

    # -- the environment and what goes into it

    def _make_environment(self, uv: UvFound | None, python: PythonFound | None) -> None:
        self._report("environment", 0.03, "Making a place for the engine", "")
        if uv is None:
            if python is None:
                raise RuntimeError("checked before")
            self._must([python.path, "-I", "-m", "venv", str(self._target)])
            return
        fetch = self._plan.wheelhouse is None and (python is None or python.host)
        tries = [PYTHONS[0]] if fetch else []  # a Python of its own outlives the host's updates
        tries += [python.path] if python else []
        for number, choice in enumerate(tries, 1):
            command = [uv.path, "venv", "--python", choice, "--cache-dir", self._uv_cache(), "--no-project"]
            command += [str(self._target)]
            if number == len(tries):
                self._must(command)
            elif self._call(command) == 0:
                return

    def _install(self, uv: UvFound | None) -> None:
        words = "Fetching and installing the engine's packages"
        self._report("packages", 0.06, words, "Looking up what is needed")
        pins = self._pins()
        what = f"rushes[{self._plan.extra}] @ {self._plan.wheel.as_uri()}"
        python = str(python_inside(self._target))
        if uv is not None:
            command = [uv.path, "pip", "install", "--python", python, "--cache-dir", self._uv_cache(), "--no-build"]
            command += ["--compile-bytecode", *self._backend(uv)]
            lines: Lines = UvLines()
        else:
            command = [python, "-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
            command += [
                "--only-binary",
                ":all:",
                "--cache-dir",
                str(self._folders.cache / "pip"),
                *self._raw_bar(python),
            ]
            lines = PipLines(pins.read_text("utf-8").count("=="))
        if self._plan.wheelhouse is not None:
            command += ["--no-index", "--find-links", str(self._plan.wheelhouse)]

        def heard(line: str) -> None:
            detail = lines.read(line)
            if detail is not None:
                self._report("packages", 0.06 + 0.84 * lines.fraction, words, detail)

        self._must([*command, "-c", str(pins), what], heard)

    def _backend(self, uv: UvFound | None) -> list[str]:
        backend = self._plan.torch_backend
        plain = uv is None or not uv.torch_backend or not backend or sys.platform == "darwin"
        return [] if plain or self._plan.wheelhouse is not None else ["--torch-backend", backend]

    def _pins(self) -> Path:
        """The versions to install, from the wheel or from the folder of wheels."""
        given = self._plan.wheelhouse and self._plan.wheelhouse / "constraints.txt"
        if given and given.is_file():
            return given
        pins = self._scratch / "constraints.txt"
        try:
            with zipfile.ZipFile(self._plan.wheel) as wheel:
                pins.write_bytes(wheel.read("rushes/assets/constraints.txt"))
        except (zipfile.BadZipFile, KeyError) as exc:
            raise DependencyError(
                f"The package of the engine is damaged: {self._plan.wheel}",
                code="install.failed",
                hint="Install the Rushes extension again.",
            ) from exc
        return pins

    def _raw_bar(self, python: str) -> list[str]:
        """pip counts bytes for programs since 24.1."""
        self._call([python, "-I", "-m", "pip", "--version"])
        said = " ".join(self._runner.tail).split()
        numbers = said[1].split(".")[:2] if len(said) > 1 and said[0] == "pip" else []
        known = len(numbers) == 2 and all(n.isdigit() for n in numbers) and tuple(map(int, numbers)) >= (24, 1)
        return ["--progress-bar", "raw"] if known else []

    def _uv_cache(self) -> str:
        return str(self._folders.cache / "uv")

    # -- proving it, and putting it to use

    def _test(self) -> dict[str, Any]:
        self._report("test", 0.91, "Testing the new engine", "")
        python = str(python_inside(self._target))
        try:
            self._must([python, "-I", "-c", _TEST])
            said = [line for line in self._runner.tail if line.startswith("tested ")]
            self._must([python, "-I", "-m", "rushes.engine", "--help"])
            return cast("dict[str, Any]", json.loads(said[-1].removeprefix("tested ")))
        except (RushesError, IndexError, ValueError) as exc:
            if self._runner.stopped or isinstance(exc, DiskFullError):
                raise
            drop(self._folders.cache)  # a package in it may be damaged
            raise DependencyError(
                "The engine was installed, but it does not run; it was removed again.",
                code="install.failed",
                hint=f"Try again: everything is fetched anew. The whole log is {self._folders.log}.",
                details={"lines": list(self._runner.tail)[-12:], "log": str(self._folders.log)},
            ) from exc

    def _switch(self, facts: dict[str, Any]) -> None:
        self._runner.check()
        self._report("switch", 0.98, "Putting the new engine to use", "")
        if facts["tool"] == "pip":
            drop(self._folders.cache)  # a second copy of everything
        _write(self._target / "ready.json", {"version": self._plan.version, "made": round(time.time()), **facts})
        _write(self._folders.current, {"folder": self._target.name})
        sweep(self._folders.home)

    def _call(self, command: Sequence[str], on_line: Callable[[str], None] | None = None) -> int:
        try:
            return self._runner.run(command, self._env, self._folders.folder, on_line)
        except FileNotFoundError as exc:
            raise DependencyError(f"{command[0]} does not start.", code="install.failed") from exc

    def _must(self, command: Sequence[str], on_line: Callable[[str], None] | None = None) -> None:
        if self._call(command, on_line):
            raise explain(list(self._runner.tail), self._folders.log, self._plan.wheelhouse)


def _write(path: Path, data: dict[str, Any]) -> None:
    beside = path.with_suffix(".part")
    with beside.open("w", encoding="utf-8") as stream:
        json.dump(data, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
