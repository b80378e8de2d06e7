"""Installing and uninstalling: the package into Rushes' data folder, launchers into Resolve's Scripts folders."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import resolve_scripts
import rushes
from resolve_scripts.actions.registry import Registry, builtin_registry
from resolve_scripts.setup.launchers import CANARY_NAME, canary, file_name, help_pages, launcher
from resolve_scripts.setup.places import MENU, Machine, Place
from resolve_scripts.store import Store, make_folder, read_json, write_json
from rushes.errors import InputError, ResolveError, disk_full_as_error

__all__ = ["Installed", "Removed", "digest_of", "install", "package_files", "uninstall"]

_RUSHES = ("__init__.py", "errors.py", "py.typed", "contracts", "client")
"""What the scripts need of the package `rushes`."""


@dataclass(frozen=True)
class Installed:
    """What `install` did."""

    package: Path
    menus: tuple[Path, ...]
    """Folders with our launchers; Resolve shows each as the sub-menu Rushes."""
    entries: int
    """Launchers in each."""
    notes: tuple[str, ...] = ()
    """What could not be written, and what to know."""


@dataclass
class Removed:
    """What `uninstall` did."""

    files: int = 0
    kept: list[Path] = field(default_factory=list)
    """Files of ours that somebody has changed; they stay."""
    denied: list[Path] = field(default_factory=list)
    """Files of ours that this user may not remove; uninstall can be run again by one who may."""


def install(
    store: Store,
    machine: Machine | None = None,
    *,
    folders: Sequence[Path] = (),
    all_users: bool = False,
    engine_python: str = "",
    registry: Registry | None = None,
) -> Installed:
    """Install, repair or bring up to date; safe to run any number of times.

    Args:
        store: where the package and our notes go.
        machine: this one.
        folders: Scripts folders to use instead of those that are found.
        all_users: also the folders of all users.
        engine_python: the engine's Python, for a Resolve that finds none itself; "" keeps the known one.
        registry: the actions; the built-in ones.

    Raises:
        ResolveError: `resolve.not_found` when Resolve is not on this machine, `resolve.install_denied` when nothing
            could be written, `resolve.in_use` while one of our scripts runs.
    """
    with _alone(store):
        return _install(store, machine or Machine(), folders, all_users, engine_python, registry or builtin_registry())


def _install(
    store: Store, on: Machine, folders: Sequence[Path], all_users: bool, engine_python: str, registry: Registry
) -> Installed:
    before = read_json(store.installed)
    places, notes = _places(on, folders, all_users, _known_places(before, on))
    package = _put_package(store.root / rushes.__version__)
    entries = registry.menu()
    texts = {
        f"{MENU}/{file_name(one)}": launcher(one, package, store.root.parent, rushes.__version__) for one in entries
    }
    texts[CANARY_NAME] = canary(store.root, package / "pages", rushes.__version__)
    done: list[dict[str, Any]] = []
    old = {str(row["menu"]): row for row in _rows(before)}
    for place in places:
        try:
            done.append(_put_menu(place, texts, old.get(str(place.menu), {})))
        except OSError as exc:
            notes.append(f"{place.menu} could not be written ({exc.strerror or exc}).")
    if not done:
        raise ResolveError(
            "No Scripts folder of Resolve could be written to. " + " ".join(notes),
            code="resolve.install_denied",
            hint="Check who may write there, or name another Scripts folder with --folder.",
        )
    python = engine_python or str(before.get("engine_python") or "")
    told = {"version": rushes.__version__, "package": str(package), "menus": done, "engine_python": python}
    write_json(store.installed, {**told, "when": time.strftime("%Y-%m-%d %H:%M:%S"), "digest": digest_of(package)})
    _drop_old(before, package, store.root)
    return Installed(package, tuple(Path(row["menu"]) for row in done), len(entries), tuple(notes))


def uninstall(store: Store) -> Removed:
    """Take away what `install` wrote, and nothing else. Settings, logs and notes of projects stay.

    InputError `resolve.not_installed` when nothing is installed, ResolveError `resolve.in_use`.
    """
    known = read_json(store.installed)
    if not known:
        raise InputError("Rushes is not installed in Resolve's menu.", code="resolve.not_installed")
    with _alone(store):
        return _uninstall(store, known)


def _uninstall(store: Store, known: dict[str, Any]) -> Removed:
    gone = Removed()
    left = [row for row in _rows(known) if not _take_menu(row, gone)]
    for package in {str(known.get("package") or ""), *map(str, known.get("packages") or [])}:
        if package and Path(package).is_dir() and store.root in Path(package).parents:
            gone.files += sum(1 for p in Path(package).rglob("*") if p.is_file())
            shutil.rmtree(package, ignore_errors=True)
    if left:
        write_json(store.installed, {**known, "menus": left, "package": "", "packages": []})
    else:
        store.installed.unlink(missing_ok=True)
    return gone


@contextmanager
def _alone(store: Store) -> Generator[None, None, None]:
    """While no panel and no action runs, whose modules must not change under it, and no other install."""
    for name, what in (("panel", "The panel is open"), ("action", "An action of Rushes is running")):
        if store.lock(name).taken_elsewhere():
            raise ResolveError(
                f"{what} in Resolve.", code="resolve.in_use", hint="Close it or let it end, then try again."
            )
    make_folder(store.root)
    with store.lock("install"):
        yield


def package_files() -> dict[str, bytes]:
    """Name → bytes of every file that the scripts need, as it is put into the package folder and the zip."""
    scripts, core = Path(resolve_scripts.__file__).parent, Path(rushes.__file__).parent
    found = {f"resolve_scripts/{name}": data for name, data in _sources(scripts)}
    for name in _RUSHES:
        path = core / name
        if path.is_dir():
            found |= {f"rushes/{name}/{inner}": data for inner, data in _sources(path)}
        elif path.is_file():
            found[f"rushes/{name}"] = path.read_bytes()
    return dict(sorted(found.items()))


def digest_of(package: Path) -> str:
    """Hash over the sources of a package folder; tells whether a file is missing or was changed."""
    total = hashlib.sha256()
    for path in sorted(p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        total.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _sources(folder: Path) -> Iterable[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".json", ".typed") and path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _places(
    machine: Machine, folders: Sequence[Path], all_users: bool, known: Sequence[Place]
) -> tuple[list[Place], list[str]]:
    if folders:
        wanted = [machine.given(folder.expanduser().absolute()) for folder in folders]
        return wanted, []
    store_builds = [place for place in machine.app_store if place.there]
    shared = [place for place in machine.everyone if place.there]
    here = machine.user.there or bool(shared) or any(program.exists() for program in machine.programs)
    if not here and not store_builds:
        raise ResolveError(
            "DaVinci Resolve was not found on this machine.",
            code="resolve.not_found",
            hint="Start it once, so that it makes its folders. Or name its Scripts folder: --folder .../Fusion/Scripts",
            details={"looked_at": [str(place.product) for place in machine.places]},
        )
    wanted = [*([machine.user] if here else []), *store_builds, *(shared if all_users else [])]
    notes = []
    if store_builds:
        notes.append(
            "The App Store's Resolve is shut in a sandbox: its entries may not reach the engine. "
            "The download from blackmagicdesign.com has no such limit."
        )
    have = {place.menu for place in wanted}
    return [*wanted, *[place for place in known if place.menu not in have and place.scripts.is_dir()]], notes


def _known_places(before: dict[str, Any], machine: Machine) -> list[Place]:
    """Menus of an earlier install: they are brought up to date too, else they would go stale."""
    return [machine.given(Path(str(row["scripts"]))) for row in _rows(before) if row.get("scripts")]


def _rows(known: dict[str, Any]) -> list[dict[str, Any]]:
    menus: Any = known.get("menus")
    return [cast("dict[str, Any]", row) for row in menus if isinstance(row, dict)] if isinstance(menus, list) else []


def _put_package(target: Path) -> Path:
    """The package in its folder; the former one of this version serves until the new one is whole."""
    files = package_files() | {f"pages/{name}": text.encode() for name, text in help_pages().items()}
    for left in (*target.parent.glob(".*-new"), *target.parent.glob(".*-old")):
        shutil.rmtree(left, ignore_errors=True)  # of an install that was killed; we hold the lock
    fresh, old = (target.with_name(f".{target.name}-{name}") for name in ("new", "old"))
    try:
        with disk_full_as_error(target):
            for name, data in files.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            if target.is_dir() and digest_of(target) == digest_of(fresh):
                return target
            if target.exists():
                os.replace(target, old)
            os.replace(fresh, target)
            shutil.rmtree(old, ignore_errors=True)
    except OSError as exc:
        raise ResolveError(
            f"The scripts could not be put into {target} ({exc.strerror or exc}).",
            code="resolve.install_denied",
            hint="Close Resolve if it is open, or set RUSHES_HOME to another folder that you may write to.",
        ) from exc
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def _put_menu(place: Place, texts: dict[str, str], before: dict[str, Any]) -> dict[str, Any]:
    """Write the launchers; take away those of an earlier install that are no longer wanted. OSError undoes the rest."""
    made = [str(p) for p in (place.menu, *place.menu.parents) if not p.exists()]
    made_before = [str(p) for p in before.get("made") or [] if str(p) not in made]
    written: list[Path] = []
    try:
        place.menu.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            path = place.menu.parent / name
            part = path.with_name(f".{path.name}.part")
            written.append(part)
            part.write_text(text, "utf-8", newline="\n")
            os.replace(part, path)
            written[-1] = path
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        _drop_empty(made)
        raise
    sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    files: dict[str, str] = before.get("files") or {}
    _take_menu({"menu": str(place.menu), "files": {n: s for n, s in files.items() if n not in sums}}, Removed())
    return {"menu": str(place.menu), "scripts": str(place.scripts), "files": sums, "made": [*made, *made_before]}


def _take_menu(row: dict[str, Any], gone: Removed) -> bool:
    """Whether all of it is gone but what somebody has changed."""
    denied = len(gone.denied)
    menu = Path(str(row["menu"]))
    files: dict[str, str] = row.get("files") or {}
    for name, checksum in files.items():
        path = menu / Path(name).name if name.startswith(f"{MENU}/") else menu.parent / Path(name).name
        if not path.is_file():
            continue
        try:
            if hashlib.sha256(path.read_bytes()).hexdigest() != checksum:
                gone.kept.append(path)
                continue
            path.unlink()
        except OSError:
            gone.denied.append(path)
            continue
        gone.files += 1
    made: list[str] = row.get("made") or []
    _drop_empty([str(menu / "__pycache__"), *made])
    return len(gone.denied) == denied


def _drop_empty(folders: Iterable[str]) -> None:
    """Remove folders that we made, from the innermost, as long as nothing else lies in them."""
    for folder in sorted(set(folders), key=len, reverse=True):
        with suppress(OSError):
            Path(folder).rmdir()


def _drop_old(before: dict[str, Any], package: Path, root: Path) -> None:
    """The package of the version before; it is nobody's now."""
    former = Path(str(before.get("package") or package))
    if former != package and root in former.parents:
        shutil.rmtree(former, ignore_errors=True)
