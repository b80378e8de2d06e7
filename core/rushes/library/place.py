"""The folder of a production: made, found, opened, and the scenes that its jobs may read."""

from __future__ import annotations

import logging
import os
import shutil
import uuid
from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.contracts import ProductionInfo, Size, encode
from rushes.errors import BlendError, ProductionError, disk_full_as_error
from rushes.library import scenes
from rushes.library.about import VERSION, ProductionFile, Source, read_about
from rushes.library.files import host_tag, process_alive, write_json
from rushes.library.ids import check_id, folder_name, utc_now
from rushes.library.index import Index
from rushes.library.scan import folders

if TYPE_CHECKING:
    from typing import Self

__all__ = ["STAGING", "Place"]

_log = logging.getLogger(__name__)
STAGING = ".staging-"
"""How folders begin in which takes are built."""
_HD = Size(1280, 720)
_NEW = "Make one with `rushes new FOLDER`, or give the right folder."


class Place:
    """What a production is, without its takes."""

    def __init__(self, root: Path, about: ProductionFile) -> None:
        self._root = root
        self._about = about
        self._writable = os.access(root, os.W_OK)
        self._index = Index(root / "index.sqlite", keep=self._writable)

    # Making and opening

    @classmethod
    def create(
        cls, path: Path | str, name: str = "", rate: Fraction = Fraction(24), size: Size = _HD, *, id: str = ""
    ) -> Self:
        """A new production in `path` (made when missing). ProductionError `production.exists` when there is one.

        With an `id` of the caller's, the production that already has it is given back: asking twice makes one.
        """
        root = Path(path).expanduser().absolute()
        if (root / "production.json").exists():
            if id and read_about(root).id == id:
                return cls.open(root)
            raise ProductionError(
                f"There is a production in {root} already.",
                code="production.exists",
                hint="Choose another folder; the one there was left as it is.",
            )
        if rate <= 0:
            raise ProductionError(
                f"A rate of {rate} frames per second cannot be.", code="production.rate", hint="Give one such as 24."
            )
        about = ProductionFile(VERSION, id or uuid.uuid4().hex, name.strip() or root.name, utc_now(), rate, size)
        with disk_full_as_error(root):
            try:
                for sub in ("shots", "passes", ".trash"):
                    (root / sub).mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError, PermissionError) as exc:
                raise ProductionError(
                    f"A production cannot be made in {root}: {exc.strerror}.",
                    code="production.path",
                    hint="Choose a folder that can be written.",
                ) from exc
            write_json(root / "production.json", encode(about))
        return cls(root.resolve(), about)

    @classmethod
    def open(cls, path: Path | str, *, clean: bool = True) -> Self:
        """The production in `path`; with `clean`, leftovers of processes that died are removed.

        Raises ProductionError: `production.missing`, `production.newer`, `production.unreadable`.
        """
        root = Path(path).expanduser().absolute().resolve()
        if not (root / "production.json").is_file():
            raise ProductionError(f"There is no production in {root}.", code="production.missing", hint=_NEW)
        production = cls(root, read_about(root))
        if clean:
            production._clean_leftovers()
        return production

    @classmethod
    def find(cls, start: Path | str) -> Path | None:
        """The production folder that holds `start`: `start` itself or the nearest parent with a production.json."""
        here = Path(start).expanduser().absolute().resolve()
        return next((p for p in (here, *here.parents) if (p / "production.json").is_file()), None)

    # What it is

    @property
    def root(self) -> Path:
        """Absolute folder."""
        return self._root

    @property
    def about(self) -> ProductionFile:
        """production.json as it was when opened or last changed here."""
        return self._about

    @property
    def name(self) -> str:
        """The film's name."""
        return self._about.name

    @property
    def rate(self) -> Fraction:
        """Frames per second."""
        return self._about.rate

    @property
    def size(self) -> Size:
        """Pixels of the finished picture."""
        return self._about.size

    def info(self) -> ProductionInfo:
        """What a host shows of it."""
        about = self._about
        sources = tuple(str(s) for s in self.sources())
        return ProductionInfo(str(self._root), about.id, about.name, about.rate, about.size, sources, self._writable)

    # Sources

    def register_source(self, blend: Path | str) -> Path:
        """Let jobs read this .blend from now on; its resolved path. BlendError `blend.missing`."""
        self._must_write()
        path = _existing_blend(Path(blend).expanduser().absolute())
        stored = path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else str(path)
        with self._index.writing():
            about = read_about(self._root)
            if stored not in [s.path for s in about.sources]:
                about = replace(about, sources=(*about.sources, Source(stored)))
                write_json(self._root / "production.json", encode(about))
            self._about = about
        return path

    def sources(self) -> tuple[Path, ...]:
        """Registered .blend files, absolute; they may be gone."""
        return tuple(self._root / s.path for s in self._about.sources)

    def source_name(self, blend: Path | str) -> str:
        """How takes name a .blend: relative to the production when inside, else absolute."""
        path = (self._root / blend).resolve()
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else str(path)

    def check_source(self, blend: Path | str) -> Path:
        """The resolved .blend when it is registered or lies inside; a relative path counts from the production.

        Raises ProductionError `production.source` for any other file, BlendError `blend.missing`.
        """
        path = (self._root / Path(blend)).resolve()
        if not path.is_relative_to(self._root) and path not in [s.resolve() for s in self.sources()]:
            raise ProductionError(
                f"{path} is not a source of the production {self.name!r}.",
                code="production.source",
                hint="Add it by running `rushes shoot` or `rushes passes` on it yourself, or copy it into the folder.",
            )
        return _existing_blend(path)

    # Folders

    def shot_folder(self, shot: str) -> Path:
        """Absolute folder of a shot; it may not exist yet."""
        return self._inside(self._root / "shots" / folder_name(shot))

    def passes_folder(self, key: str) -> Path:
        """Absolute folder for passes with this key (hex digest); it may not exist yet."""
        return self._inside(self._root / "passes" / check_id(key, "set of passes"))

    def inside(self, path: Path | str) -> Path:
        """The resolved path of a file of this production; a relative one counts from its folder. It may be gone.

        ProductionError `production.path` when it leads out, also by a link.
        """
        return self._inside(self._root / path).resolve()

    def prune_scenes(self, days: float = 7.0, keep: Collection[Path] = ()) -> tuple[Path, ...]:
        """Remove copies in `scenes/` that are older than `days` and that no take, not even one in the trash, no
        exploration and no path in `keep` (those of jobs) names. Registered sources stay. Gives what was removed."""
        self._must_write()
        return scenes.prune(self._root, days, (*keep, *self.sources()))

    # Within

    def _must_write(self) -> None:
        if not self._writable:
            raise ProductionError(
                f"The production {self.name!r} can be looked at, but not changed: {self._root} is read-only.",
                code="production.read_only",
                hint="Ask for the right to write there, or copy the folder to a place of your own.",
            )

    def _relative(self, folder: Path) -> str:
        return folder.relative_to(self._root).as_posix()

    def _inside(self, path: Path) -> Path:
        """`path` unless it leads out of the production, by .. or by a link."""
        if not path.resolve().is_relative_to(self._root):
            raise ProductionError(
                f"{path} leads out of the production.",
                code="production.path",
                hint="Remove the link; everything of a production lies in its folder.",
            )
        return path

    def _clean_leftovers(self) -> None:
        tag = host_tag()
        for shot in folders(self._root / "shots"):
            for folder in folders(os.path.join(shot, "takes"), hidden=True):
                name = os.path.basename(folder)
                parts = name.rsplit("-", 2)
                if not name.startswith(STAGING) or len(parts) != 3 or not parts[2].isdigit():
                    continue
                if parts[1] == tag and not process_alive(int(parts[2])):
                    _log.info("Cleaning %s: its process is gone.", folder)
                    shutil.rmtree(folder, ignore_errors=True)


def _existing_blend(path: Path) -> Path:
    if not path.is_file():
        raise BlendError(
            f"There is no file {path}.",
            code="blend.missing",
            hint="Check the name, or save the scene in Blender first.",
        )
    return path.resolve()
