"""A production: the folder that holds one film's work and moves as one piece.

production.json                     id, name, rate, size, registered .blend files
shots/<shot>/takes/<id>/take.json   the truth about a take, beside its clip and recipe
shots/<shot>/sheet.png              contact sheet
passes/<key>/                       render passes, shared by takes; can be made again
.trash/<id>/                        takes put aside
index.sqlite                        an index over the takes; can be made again
"""

from __future__ import annotations

import logging
import os
import shutil
import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from rushes.contracts import Rating, Size, Take, decode, encode
from rushes.errors import BlendError, ProductionError, ProtocolError, disk_full_as_error
from rushes.library.files import host_tag, process_alive, read_json, write_json
from rushes.library.ids import check_id, folder_name, utc_now
from rushes.library.index import Found, Index

__all__ = ["Production", "ProductionFile", "Source"]

_log = logging.getLogger(__name__)
_VERSION = 1
_STAGING = ".staging-"
_HD = Size(1280, 720)
_NEW = "Make one with `rushes new FOLDER`, or give the right folder."


@dataclass(frozen=True)
class Source:
    """A .blend that jobs of this production may read."""

    path: str
    """Relative to the production (with /) when it lies inside, else absolute."""


@dataclass(frozen=True)
class ProductionFile:
    """production.json."""

    version: int
    id: str
    name: str
    created: str
    """UTC, ISO 8601."""
    rate: Fraction
    """Frames per second of the film."""
    size: Size
    """Size of the finished pictures."""
    sources: tuple[Source, ...] = ()


class Production:
    """One production on disk. Safe for several processes at once; nothing is held open between calls."""

    def __init__(self, root: Path, about: ProductionFile) -> None:
        self._root = root
        self._about = about
        self._index = Index(root / "index.sqlite")

    # Making and opening

    @classmethod
    def create(cls, path: Path | str, name: str = "", rate: Fraction = Fraction(24), size: Size = _HD) -> Production:
        """A new production in `path` (made when missing). ProductionError `production.exists` when there is one."""
        root = Path(path).expanduser().absolute()
        if (root / "production.json").exists():
            raise ProductionError(
                f"There is a production in {root} already.",
                code="production.exists",
                hint="Choose another folder; the one there was left as it is.",
            )
        if rate <= 0:
            raise ProductionError(
                f"A rate of {rate} frames per second cannot be.", code="production.rate", hint="Give one such as 24."
            )
        about = ProductionFile(_VERSION, uuid.uuid4().hex, name.strip() or root.name, utc_now(), rate, size)
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
    def open(cls, path: Path | str) -> Production:
        """The production in `path`; leftovers of processes that died are cleaned away.

        Raises ProductionError: `production.missing`, `production.newer`, `production.unreadable`.
        """
        root = Path(path).expanduser().absolute().resolve()
        if not (root / "production.json").is_file():
            raise ProductionError(f"There is no production in {root}.", code="production.missing", hint=_NEW)
        production = cls(root, _read_about(root))
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

    # Sources

    def register_source(self, blend: Path | str) -> Path:
        """Let jobs read this .blend from now on; its resolved path. BlendError `blend.missing`."""
        path = _existing_blend(Path(blend).expanduser().absolute())
        stored = path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else str(path)
        with self._index.writing():
            about = _read_about(self._root)
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

    # Takes

    def takes(self, shot: str | None = None) -> tuple[Take, ...]:
        """Whole takes, oldest first; of one shot when named."""
        with self._synced() as select:
            rows = select("shot = ?", (shot,)) if shot is not None else select("1", ())
        return tuple(take for take, _ in rows)

    def find_take(self, take_id: str) -> Take | None:
        """The take with exactly this id, or None."""
        check_id(take_id)
        with self._synced() as select:
            rows = select("id = ?", (take_id,))
        return rows[0][0] if rows else None

    def match_take(self, text: str) -> Take:
        """The one take whose id is, begins or ends with `text`. ProductionError `production.take` when none or many."""
        takes = self.takes()
        exact = [t for t in takes if t.id == text]
        close = exact or [t for t in takes if text and (t.id.startswith(text) or t.id.endswith(text))]
        if len(close) == 1:
            return close[0]
        if not close:
            raise _no_take(text)
        listed = ", ".join(t.id for t in close[:5])
        raise ProductionError(
            f"{len(close)} takes fit {text!r}: {listed}.", code="production.take", hint="Give more of the id."
        )

    def take_folder(self, take_id: str) -> Path:
        """Absolute folder of a take; ProductionError `production.take` when there is none."""
        check_id(take_id)
        with self._synced() as select:
            rows = select("id = ?", (take_id,))
        if not rows:
            raise _no_take(take_id)
        return self._inside(self._root / rows[0][1])

    @contextmanager
    def stage_take(self, shot: str, take_id: str) -> Generator[Path, None, None]:
        """A folder to build a take in, renamed to its place when the block ends well and take.json is in it.

        When the block raises, the folder is removed. ProductionError `production.take_exists` when a take with
        this id is there already, at the start or by the end.
        """
        home = self._inside(self.shot_folder(shot) / "takes")
        target = home / check_id(take_id)
        staging = home / f"{_STAGING}{take_id}-{host_tag()}-{os.getpid()}"
        if target.exists():
            raise _take_exists(take_id)
        try:
            with disk_full_as_error(target):
                home.mkdir(parents=True, exist_ok=True)
                self._inside(home)
                shutil.rmtree(staging, ignore_errors=True)
                staging.mkdir()
                yield staging
            if not (staging / "take.json").is_file():
                raise ProductionError(
                    f"The take {take_id} was not finished; nothing was kept.",
                    code="production.unfinished",
                    hint="Shoot it again.",
                )
            try:
                os.rename(staging, target)
            except OSError as exc:
                if target.exists():
                    raise _take_exists(take_id) from exc
                raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def rate_take(self, take_id: str, rating: Rating | None = None, notes: str | None = None) -> Take:
        """Change a take's rating, notes or both (None leaves them); the changed take."""
        folder = self.take_folder(take_id)
        with self._index.writing() as db:
            take = read_take(folder)
            take = replace(
                take,
                rating=take.rating if rating is None else rating,
                notes=take.notes if notes is None else notes,
            )
            write_json(folder / "take.json", encode(take))
            self._index.put(db, take, self._relative(folder), _stamp(folder / "take.json"))
        return take

    def trash(self, take_id: str) -> Path:
        """Move a take to .trash; its folder there. Nothing is deleted."""
        folder = self.take_folder(take_id)
        with self._index.writing() as db:
            bin_ = self._inside(self._root / ".trash")
            bin_.mkdir(exist_ok=True)
            target = _free_name(bin_, take_id)
            os.rename(folder, target)
            self._index.drop(db, self._relative(folder))
        return target

    def restore(self, take_id: str) -> Take:
        """Bring a take back from .trash. ProductionError when it is not there, or its place is taken."""
        folder = self._inside(self._root / ".trash" / check_id(take_id))
        if not (folder / "take.json").is_file():
            raise _no_take(take_id, " in the trash")
        take = read_take(folder)
        home = self._inside(self.shot_folder(take.shot) / "takes")
        home.mkdir(parents=True, exist_ok=True)
        with self._index.writing():
            if (home / take.id).exists():
                raise _take_exists(take.id)
            os.rename(folder, home / take.id)
        return take

    # Folders

    def shots(self) -> tuple[str, ...]:
        """Names of shots that have takes, in alphabetical order."""
        return tuple(sorted({t.shot for t in self.takes()}))

    def shot_folder(self, shot: str) -> Path:
        """Absolute folder of a shot; it may not exist yet."""
        return self._inside(self._root / "shots" / folder_name(shot))

    def passes_folder(self, key: str) -> Path:
        """Absolute folder for passes with this key (hex digest); it may not exist yet."""
        return self._inside(self._root / "passes" / check_id(key, "set of passes"))

    def reindex(self) -> int:
        """Throw the index away and build it from the files; how many takes it holds."""
        self._index.rebuild()
        return len(self.takes())

    # Within

    @contextmanager
    def _synced(self) -> Generator[Any, None, None]:
        """A `select(where, values)` over an index that agrees with the files at this moment."""
        with self._index.reading() as db:
            current = self._index.stamps(db) == self._scan()
            if current:
                yield lambda where, values: self._index.select(db, where, values)
                return
        with self._index.writing() as db:
            found = self._scan()  # again, now that no other process can write
            known = self._index.stamps(db)
            for folder, stamp in known.items():
                if found.get(folder) != stamp:
                    self._index.drop(db, folder)
            for folder, stamp in found.items():
                if known.get(folder) != stamp:
                    self._put(db, folder, stamp)
            yield lambda where, values: self._index.select(db, where, values)

    def _put(self, db: Any, folder: str, stamp: str) -> None:
        try:
            take = read_take(self._root / folder)
        except ProductionError as exc:
            _log.warning("A take is left out: %s", exc)
            return
        if take.id != folder.rsplit("/", 1)[-1]:
            _log.warning("The copy in %s is left out: it says it is the take %s.", folder, take.id)
            return
        self._index.put(db, take, folder, stamp)

    def _scan(self) -> Found:
        """Takes on disk. Staging folders and links are not takes."""
        found: Found = {}
        for shot in _folders(self._root / "shots"):
            for take in _folders(shot / "takes"):
                try:
                    found[self._relative(take)] = _stamp(take / "take.json")
                except OSError:
                    continue  # being staged or moved away right now
        return found

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
        for shot in _folders(self._root / "shots"):
            for folder in _folders(shot / "takes", hidden=True):
                parts = folder.name.rsplit("-", 2)
                if not folder.name.startswith(_STAGING) or len(parts) != 3 or not parts[2].isdigit():
                    continue
                if parts[1] == tag and not process_alive(int(parts[2])):
                    _log.info("Cleaning %s: its process is gone.", folder)
                    shutil.rmtree(folder, ignore_errors=True)


def read_take(folder: Path) -> Take:
    """take.json of a folder; ProductionError `production.unreadable` when it is damaged."""
    data: Mapping[str, Any] = read_json(folder / "take.json", "The take")
    try:
        return decode(Take, data)
    except ProtocolError as exc:
        raise ProductionError(
            f"The take in {folder} does not read: {exc.message}",
            code="production.unreadable",
            hint="It may come from a newer Rushes.",
        ) from exc


def _read_about(root: Path) -> ProductionFile:
    data = read_json(root / "production.json", "The production")
    if isinstance(data.get("version"), int) and data["version"] > _VERSION:
        raise ProductionError(
            f"The production in {root} was made by a newer Rushes.",
            code="production.newer",
            hint="Update Rushes to open it.",
        )
    try:
        return decode(ProductionFile, data)
    except ProtocolError as exc:
        raise ProductionError(
            f"production.json in {root} does not read: {exc.message}",
            code="production.unreadable",
            hint="Bring the file back from a backup; takes are untouched.",
        ) from exc


def _existing_blend(path: Path) -> Path:
    if not path.is_file():
        raise BlendError(
            f"There is no file {path}.",
            code="blend.missing",
            hint="Check the name, or save the scene in Blender first.",
        )
    return path.resolve()


def _folders(parent: Path, hidden: bool = False) -> list[Path]:
    try:
        entries = sorted(os.scandir(parent), key=lambda e: e.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [Path(e.path) for e in entries if e.is_dir(follow_symlinks=False) and e.name.startswith(".") == hidden]


def _stamp(path: Path) -> str:
    about = path.stat(follow_symlinks=False)
    return f"{about.st_mtime_ns}-{about.st_size}-{about.st_ino}"


def _free_name(folder: Path, name: str) -> Path:
    target = folder / name
    count = 2
    while target.exists():
        target = folder / f"{name}-{count}"
        count += 1
    return target


def _no_take(take_id: str, where: str = "") -> ProductionError:
    return ProductionError(
        f"There is no take {take_id!r}{where}.", code="production.take", hint="`rushes takes list` shows them."
    )


def _take_exists(take_id: str) -> ProductionError:
    return ProductionError(
        f"There is a take {take_id} already; it was left as it is.",
        code="production.take_exists",
        hint="Takes are never overwritten; shoot under a new id.",
    )
