"""What `rushes resolve doctor` looks at: each check says what it found and what to do about it."""

from __future__ import annotations

import os
import plistlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import rushes
from resolve_scripts.desk import is_production
from resolve_scripts.host.tell import clean_environment
from resolve_scripts.setup.launchers import read_launcher
from resolve_scripts.setup.places import Machine, Place
from resolve_scripts.setup.put import digest_of
from resolve_scripts.store import Store, read_json
from rushes.client.install import FoundEngine, find_engines

__all__ = ["Check", "Doctor", "as_data", "resolve_in_logs"]

_VERSION = re.compile(r"DaVinci Resolve(?: (Studio))?\s+\(?v?(\d{2}\.\d+(?:\.\d+){0,2})")
_TAIL = 400_000
"""Bytes of a log that are read from its beginning and from its end."""
_AGAIN = "rushes resolve install"


@dataclass(frozen=True)
class Check:
    """One line of the table."""

    name: str
    mark: str
    """"ok", "MISSING" or "note"."""
    found: str
    hint: str = ""
    """What to do."""


def as_data(checks: Sequence[Check]) -> dict[str, Any]:
    """For `--json`."""
    return {"ok": all(one.mark != "MISSING" for one in checks), "checks": [asdict(one) for one in checks]}


Ask = Callable[[Sequence[str]], str]


def ask(command: Sequence[str]) -> str:
    """What a program prints; empty when it does not start or takes too long."""
    flags = subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=15,
            check=False,
            env=clean_environment(),
            creationflags=flags,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


@dataclass(frozen=True)
class Doctor:
    """Looks; changes nothing."""

    store: Store
    machine: Machine
    ask: Ask = ask
    engines: Callable[[Path], Sequence[FoundEngine]] = find_engines

    def checks(self) -> list[Check]:
        """All, in the order in which they would be mended."""
        known = read_json(self.store.installed)
        rows = [self._resolve(), self._scripts(), self._package(known)]
        rows += self._menus(known)
        rows += self._strangers(known)
        rows.append(self._started())
        canary = self._canary()
        rows += [canary] if canary else []
        rows += [self._pythons(), self._luts(), self._engine(known), self._production()]
        return rows

    def _resolve(self) -> Check:
        found = [str(p) for p in self.machine.programs if p.exists()]
        store_builds = {place.product.name for place in self.machine.app_store}
        version = self._version()
        if not found and not store_builds and not any(p.there for p in self.machine.places):
            return Check("DaVinci Resolve", "MISSING", "not found", "Install it and start it once.")
        where = ", ".join([*found, *sorted(store_builds)]) or "its folders are there, the program is elsewhere"
        return Check("DaVinci Resolve", "ok", f"{version or 'version not known yet'} ({where})", _edition_hint(version))

    def _version(self) -> str:
        seen = read_json(self.store.seen)
        if seen.get("resolve"):
            return str(seen["resolve"])
        for program in self.machine.programs:
            told = _plist_version(program)
            if told:
                return f"DaVinci Resolve {told}"
        return resolve_in_logs(self.machine.logs)

    def _scripts(self) -> Check:
        there = [place for place in self.machine.places if place.there]
        if not there:
            looked = "; ".join(str(place.product) for place in self.machine.places[:3])
            return Check("Scripts folder", "MISSING", f"no folder of Resolve ({looked})", "Start Resolve once.")
        lines = [f"{place.scripts} ({place.whose})" for place in there]
        return Check("Scripts folder", "ok", "; ".join(lines))

    def _package(self, known: dict[str, Any]) -> Check:
        package = Path(str(known.get("package") or "."))
        if not known:
            return Check("scripts", "MISSING", "not installed", _AGAIN)
        if not package.is_dir():
            return Check("scripts", "MISSING", f"{package} is gone", _AGAIN)
        if digest_of(package) != known.get("digest"):
            return Check("scripts", "MISSING", f"files in {package} are missing or were changed", _AGAIN)
        version = str(known.get("version"))
        if version != rushes.__version__:
            return Check("scripts", "note", f"{version}; this is Rushes {rushes.__version__}", _AGAIN)
        return Check("scripts", "ok", f"{version} in {package}")

    def _menus(self, known: dict[str, Any]) -> Iterator[Check]:
        for row in known.get("menus") or []:
            menu, files = Path(row["menu"]), dict(row["files"])
            lost = sorted(Path(name).name for name in files if not (menu.parent / name).is_file())
            if lost:
                yield Check("menu", "MISSING", f"{menu}: {', '.join(lost)} gone", _AGAIN)
            else:
                yield Check("menu", "ok", f"{len(files) - 1} entries in {menu}")

    def _strangers(self, known: dict[str, Any]) -> Iterator[Check]:
        """Launchers of ours that this install did not write: they show twice, or lead nowhere."""
        ours = {Path(row["menu"]) for row in known.get("menus") or []}
        for place in self.machine.places:
            for path in _launchers(place):
                told = read_launcher(path.read_text("utf-8", "replace"))
                if told is None or (path.parent in ours and told[2] == Path(str(known.get("package")))):
                    continue
                where = "" if told[2].is_dir() else f", whose files in {told[2]} are gone"
                yield Check("stale entry", "note", f"{path} of Rushes {told[0]}{where}", "Delete this file.")

    def _started(self) -> Check:
        seen = read_json(self.store.seen)
        if not seen:
            hint = "Open Workspace > Scripts > Rushes in Resolve and start an entry; this line then tells its Python."
            return Check("last started", "note", "no entry has been started from Resolve yet", hint)
        told = (
            f"{seen.get('when')} in {seen.get('resolve')} with Python {seen.get('python')} ({seen.get('executable')})"
        )
        return Check("last started", "ok", told)

    def _canary(self) -> Check | None:
        told = _canary_line(self.store.root / "canary.txt") or next(
            (line for path in self.machine.prefs() if (line := _canary_line(path))), ""
        )
        if not told:
            return None
        verdict, product, version, words = [part.strip() for part in [*told.split("|", 3), "", "", ""][:4]]
        return Check("canary", "ok" if verdict == "fine" else "MISSING", f"{product} {version}: {words}")

    def _pythons(self) -> Check:
        found: dict[str, str] = {}
        for path in self._candidates():
            if path not in found:
                found[path] = self.ask([path, "-c", "import platform; print(platform.python_version())"])
        good = [f"{version} ({path})" for path, version in found.items() if _usable(version)]
        other = [f"{version or 'does not start'} ({path})" for path, version in found.items() if not _usable(version)]
        if good:
            return Check("Python for Resolve", "ok", ", ".join(good))
        hint = "Install a 64-bit Python 3.10 to 3.12 from python.org for all users. Resolve Studio 21.1 brings its own."
        if self.machine.platform == "darwin" and not other:
            hint += " Homebrew's is not looked for: set PYTHON3HOME to it, or make /usr/local/bin/python3 a link to it."
        return Check("Python for Resolve", "note", ", ".join(other) or "none where Resolve looks", hint)

    def _candidates(self) -> Iterator[str]:
        """Pythons that Resolve may take, by what is known of its search."""
        exe = "python.exe" if self.machine.platform == "win32" else "bin/python3"
        for name in ("FUSION_PYTHON3_HOME", "PYTHON3HOME", "PYTHONHOME"):
            given = self.machine.environment.get(name)
            if not given and self.machine.platform == "darwin":
                given = self.ask(["/bin/launchctl", "getenv", name])
            if given:
                yield str(Path(given) / exe)
        if self.machine.platform == "win32":
            yield from (str(Path(folder) / exe) for folder in _registry_pythons())
            return
        fixed = (
            ["usr/local/bin/python3"]
            if self.machine.platform == "darwin"
            else ["usr/bin/python3", "usr/local/bin/python3"]
        )
        yield from (str(path) for name in fixed if (path := self.machine.root / name).exists())

    def _luts(self) -> Check:
        there = [folder for folder in self.machine.luts if folder.is_dir()]
        if not there:
            return Check("LUT folder", "note", "not found", "Looks without a LUT work all the same.")
        closed = [str(folder) for folder in there if not os.access(folder, os.W_OK)]
        if len(closed) == len(there):
            hint = "Make a folder Rushes in it that you may write to (once, as administrator); LUTs of looks go there."
            if all(os.access(folder / "Rushes", os.W_OK) for folder in there):
                return Check("LUT folder", "ok", ", ".join(str(folder / "Rushes") for folder in there))
            return Check("LUT folder", "note", f"{', '.join(closed)} may not be written to", hint)
        return Check("LUT folder", "ok", ", ".join(str(folder) for folder in there if str(folder) not in closed))

    def _engine(self, known: dict[str, Any]) -> Check:
        found = list(self.engines(self.store.root.parent))
        fits = [one for one in found if not one.problem]
        if fits:
            words = "" if fits[0].fits else f"these scripts are {rushes.__version__}: bring both to one version"
            return Check("engine", "ok" if fits[0].fits else "note", f"{fits[0].version} ({fits[0].python})", words)
        noted = str(known.get("engine_python") or "")
        if noted and Path(noted).is_file():
            return Check("engine", "ok", noted)
        hint = "Install it from the preferences of Rushes in Blender, or with: pip install 'rushes[engine]'"
        return Check("engine", "MISSING", found[0].problem if found else "not installed", hint)

    def _production(self) -> Check:
        settings = self.store.settings()
        folders = [*settings.projects.values(), *([settings.default] if settings.default else [])]
        lost = sorted({folder for folder in folders if not is_production(folder)})
        if lost:
            hint = "Connect its disk, or start Rushes > Choose Production in the project that used it."
            return Check("production", "note", f"{', '.join(lost)} is gone", hint)
        if not folders:
            hint = "rushes resolve production FOLDER, or Rushes > Choose Production in Resolve"
            return Check("production", "note", "none chosen yet", hint)
        return Check("production", "ok", f"{settings.last or folders[0]} ({len(settings.projects)} projects)")


def resolve_in_logs(folders: Sequence[Path]) -> str:
    """The newest name and version that Resolve's logs hold; empty when they tell none."""
    logs = [p for folder in folders if folder.is_dir() for p in folder.iterdir() if p.suffix in (".txt", ".log")]
    for path in sorted(logs, key=lambda p: p.stat().st_mtime, reverse=True):
        found = _VERSION.findall(_ends(path))
        if found:
            studio, number = found[-1]
            return f"DaVinci Resolve {'Studio ' if studio else ''}{number}"
    return ""


def _edition_hint(version: str) -> str:
    number = re.search(r"(\d+)\.(\d+)", version)
    if number is None or "Studio" in version or not version.startswith("DaVinci Resolve"):
        return ""
    if (int(number[1]), int(number[2])) < (21, 1):
        return ""
    return "Unless it is Studio, 21.1 and later run no Python: use the files of `rushes deliver resolve`."


def _ends(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(_TAIL)
            size = file.seek(0, 2)
            if size <= _TAIL:
                return head.decode("utf-8", "replace")
            file.seek(max(_TAIL, size - _TAIL))
            return (head + file.read()).decode("utf-8", "replace")
    except OSError:
        return ""


def _plist_version(app: Path) -> str:
    try:
        with (app / "Contents" / "Info.plist").open("rb") as file:
            return str(plistlib.load(file).get("CFBundleShortVersionString", ""))
    except (OSError, ValueError, plistlib.InvalidFileException):
        return ""


def _canary_line(path: Path) -> str:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return ""
    found = re.search(r"(fine|free|python) \| [^\"\n]*", text)
    return found[0] if found else ""


def _launchers(place: Place) -> Iterator[Path]:
    if place.scripts.is_dir():
        yield from sorted(place.scripts.rglob("*.py"))


def _usable(version: str) -> bool:
    parts = version.split(".")
    return len(parts) > 1 and parts[0] == "3" and parts[1].isdigit() and int(parts[1]) >= 10


def _registry_pythons() -> list[str]:
    """Install folders of the Pythons that Windows knows, for all users first."""
    if sys.platform != "win32":
        return []
    import winreg

    found: list[str] = []
    for hive in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
        try:
            core = winreg.OpenKey(hive, r"SOFTWARE\Python\PythonCore")
        except OSError:
            continue
        with core:
            for index in range(winreg.QueryInfoKey(core)[0]):
                try:
                    name = winreg.EnumKey(core, index)
                    found.append(str(winreg.QueryValue(core, rf"{name}\InstallPath")))
                except OSError:
                    continue
    return found
