"""Where DaVinci Resolve keeps things on Windows, macOS and Linux.

Sources: the README that comes with Resolve (its `%APPDATA%\\Roaming` is one Roaming too many) and field reports (App
Store containers, LUT folders). Nothing here touches a disk but to look whether a folder is there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from resolve_scripts.logic.luts import lut_folders

__all__ = ["CATEGORIES", "MENU", "Machine", "Place"]

CATEGORIES = ("Utility", "Edit", "Color", "Deliver", "Comp", "Tool", "Views")
"""Folders inside Scripts that Resolve knows. Utility is offered on every page."""


MENU = "Rushes"
"""Our sub-menu."""


@dataclass(frozen=True)
class Place:
    """A folder whose scripts Resolve lists."""

    scripts: Path
    """".../Fusion/Scripts"."""
    product: Path
    """Is there when Resolve has been installed, or started once."""
    whose: str
    """"this user", "all users", "App Store", "given"."""

    @property
    def there(self) -> bool:
        """Whether Resolve has been here."""
        return self.product.is_dir()

    @property
    def menu(self) -> Path:
        """Where our launchers go: a sub-menu of Workspace > Scripts, on every page."""
        if self.scripts.name in CATEGORIES:
            return self.scripts / MENU
        return self.scripts / "Utility" / MENU


@dataclass(frozen=True)
class Machine:
    """The machine we install on; tests describe another one."""

    platform: str = sys.platform
    home: Path = field(default_factory=Path.home)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    root: Path = Path("/")
    """Above the folders of all users; Windows takes its from the environment."""

    @property
    def user(self) -> Place:
        """The folder of this user."""
        if self.platform == "win32":
            base = self._roaming / "Blackmagic Design" / "DaVinci Resolve"
            return Place(base / "Support" / "Fusion" / "Scripts", base, "this user")
        if self.platform == "darwin":
            base = self.home / "Library" / "Application Support" / "Blackmagic Design" / "DaVinci Resolve"
        else:
            base = self.home / ".local" / "share" / "DaVinciResolve"
        return Place(base / "Fusion" / "Scripts", base, "this user")

    @property
    def everyone(self) -> tuple[Place, ...]:
        """Folders of all users; writing there may need an administrator."""
        if self.platform == "win32":
            bases = [self._program_data / "Blackmagic Design" / "DaVinci Resolve"]
        elif self.platform == "darwin":
            bases = [self.root / "Library" / "Application Support" / "Blackmagic Design" / "DaVinci Resolve"]
        else:
            bases = [self.root / "opt" / "resolve", self.root / "home" / "resolve"]
        return tuple(Place(base / "Fusion" / "Scripts", base, "all users") for base in bases)

    @property
    def app_store(self) -> tuple[Place, ...]:
        """Both folders in every container of the App Store's Resolve, which is shut in a sandbox."""
        if self.platform != "darwin":
            return ()
        containers = self.home / "Library" / "Containers"
        found: list[Place] = []
        for container in sorted(containers.glob("com.blackmagic-design.DaVinciResolve*")):
            support = container / "Data" / "Library" / "Application Support"
            inside = support / "Blackmagic Design" / "DaVinci Resolve"
            found += [
                Place(inside / "Fusion" / "Scripts", container, "App Store"),
                Place(support / "Fusion" / "Scripts", container, "App Store"),
            ]
        return tuple(found)

    @property
    def places(self) -> tuple[Place, ...]:
        """All of them, whether they are there or not."""
        return (self.user, *self.everyone, *self.app_store)

    def given(self, folder: Path) -> Place:
        """A folder that the user names: Scripts itself, or one of its categories."""
        return Place(folder, folder, "given")

    @property
    def luts(self) -> tuple[Path, ...]:
        """Master LUT folders; a node takes LUTs from nowhere else."""
        given = lut_folders(self.platform, self.environment)
        if self.platform == "win32" or self.environment.get("RUSHES_RESOLVE_LUT"):
            return tuple(Path(folder) for folder in given)
        return tuple(self.root / folder.lstrip("/") for folder in given)

    @property
    def logs(self) -> tuple[Path, ...]:
        """Folders of Resolve's own logs."""
        base = self.user.product
        return (base / "Support" / "logs", base / "logs") if self.platform == "win32" else (base / "logs",)

    @property
    def programs(self) -> tuple[Path, ...]:
        """Resolve itself, where it is installed by default."""
        if self.platform == "win32":
            folder = Path(self.environment.get("PROGRAMFILES") or "C:/Program Files")
            return (folder / "Blackmagic Design" / "DaVinci Resolve" / "Resolve.exe",)
        if self.platform == "darwin":
            folder = self.root / "Applications"
            return (folder / "DaVinci Resolve" / "DaVinci Resolve.app", folder / "DaVinci Resolve.app")
        return (self.root / "opt" / "resolve" / "bin" / "resolve", self.root / "home" / "resolve" / "bin" / "resolve")

    def prefs(self) -> Iterator[Path]:
        """Fusion's preference files, where the canary leaves its words when it may write no file."""
        for place in self.places:
            fusion = place.scripts.parent
            if fusion.is_dir():
                yield from sorted(fusion.glob("Profiles/*/Fusion.prefs"))
                yield from sorted(fusion.glob("*.prefs"))

    @property
    def _roaming(self) -> Path:
        given = self.environment.get("APPDATA")
        return Path(given) if given else self.home / "AppData" / "Roaming"

    @property
    def _program_data(self) -> Path:
        return Path(self.environment.get("PROGRAMDATA") or "C:/ProgramData")
