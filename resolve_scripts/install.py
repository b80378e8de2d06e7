"""The installer as a program of its own: python3 install.py [install | uninstall | doctor | production FOLDER].

Standard library only. `rushes resolve` is the same for those who have the engine.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # started as a file, from a checkout or the zip
    _HERE = Path(__file__).resolve().parent.parent
    sys.path[:0] = [str(_HERE), *([str(_HERE / "core")] if (_HERE / "core").is_dir() else [])]

from resolve_scripts.actions.choose_production import production_folder
from resolve_scripts.setup.look import Check, Doctor, as_data
from resolve_scripts.setup.places import Machine
from resolve_scripts.setup.put import install, uninstall
from resolve_scripts.store import Store
from rushes.errors import RushesError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None, *, machine: Machine | None = None, store: Store | None = None) -> int:
    """Run one command; 0 well, 1 an error told in words, 2 a wrong call."""
    parser = argparse.ArgumentParser(prog="install.py", description="Rushes in DaVinci Resolve's menu.")
    commands = parser.add_subparsers(dest="command")
    put = commands.add_parser("install", help="install, repair or update (the default)")
    put.add_argument("--folder", type=Path, action="append", default=[], help="a Scripts folder to use instead")
    put.add_argument("--all-users", action="store_true", help="also into the folders of all users")
    commands.add_parser("uninstall", help="take away what install wrote")
    look = commands.add_parser("doctor", help="check the installation")
    look.add_argument("--json", action="store_true", help="as JSON")
    production = commands.add_parser("production", help="the production of projects that have chosen none")
    production.add_argument("folder", nargs="?", help="its folder; without it, tells which it is")
    given = parser.parse_args(["install"] if arguments == [] else arguments)
    on, into = machine or Machine(), store or Store.default()
    try:
        if given.command == "uninstall":
            return _uninstall(into)
        if given.command == "doctor":
            return _doctor(Doctor(into, on), as_json=given.json)
        if given.command == "production":
            return _production(into, given.folder)
        return _install(into, on, getattr(given, "folder", []), all_users=getattr(given, "all_users", False))
    except RushesError as exc:
        sys.stderr.write(f"Error: {exc.message}\n{exc.hint}\n" if exc.hint else f"Error: {exc.message}\n")
        return 1


def _say(text: str) -> None:
    try:
        sys.stdout.write(text + "\n")
    except UnicodeEncodeError:
        sys.stdout.write(text.encode("ascii", "backslashreplace").decode("ascii") + "\n")


def _install(store: Store, machine: Machine, folders: Sequence[Path], *, all_users: bool) -> int:
    done = install(store, machine, folders=folders, all_users=all_users)
    for menu in done.menus:
        _say(f"{done.entries} entries in {menu}")
    for note in done.notes:
        _say(f"Note: {note}")
    _say("In Resolve: Workspace > Scripts > Rushes. Start Choose Production there first.")
    return 0


def _uninstall(store: Store) -> int:
    gone = uninstall(store)
    _say(f"Removed {gone.files} files. Settings and notes stay in {store.root}.")
    for path in gone.kept:
        _say(f"Note: {path} was changed by somebody and stays.")
    for path in gone.denied:
        _say(f"Note: {path} could not be removed. Run uninstall once more as an administrator.")
    return 1 if gone.denied else 0


def _doctor(doctor: Doctor, *, as_json: bool) -> int:
    checks = doctor.checks()
    if as_json:
        _say(json.dumps(as_data(checks), indent=1))
    else:
        for check in checks:
            _say(_line(check))
    return 1 if any(check.mark == "MISSING" for check in checks) else 0


def _line(check: Check) -> str:
    hint = f"\n{'':28}-> {check.hint}" if check.hint else ""
    return f"{check.name:<20}{check.mark:<8}{check.found}{hint}"


def _production(store: Store, folder: str | None) -> int:
    if folder:
        store.set_default(production_folder(folder))
    settings = store.settings()
    _say(settings.default or "No production is set for projects that have chosen none.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
