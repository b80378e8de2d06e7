"""Where weights are on this machine, what they hash to, and which files are refused.

A model is a folder, found by its name in this order:

1. the folders of `RUSHES_MODELS` (separated as in PATH), or those given to the store,
2. `$RUSHES_HOME/models`,
3. what ships with Rushes: `assets/` of a checkout, `assets/` inside the installed package.

Nothing here imports torch.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import rushes
from rushes.client.home import rushes_home
from rushes.contracts import ModelRef, digest
from rushes.errors import ModelError, RecipeError

__all__ = ["PICKLES", "ModelStore", "check_ref", "model_files", "pipeline_folder", "refuse_pickles", "shipped_folders"]

PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".mar"})
"""Endings of weight files that can run code when they are opened."""

_PARTS = frozenset({".safetensors", ".json", ".txt", ".model", ".jinja", ".gguf"})
"""Endings of the files of a model folder that can change what it makes."""

_FRESH_NS = 2_000_000_000
"""A file younger than this may change again within its timestamp's grain, so its hash is not cached."""


def pipeline_folder(given: Path, name: str) -> Path:
    """`given` when it holds a diffusers pipeline; ModelError `model.missing` that calls it `name` otherwise."""
    if not (given / "model_index.json").is_file():
        raise ModelError(
            f"There is no {name} at {given}.",
            code="model.missing",
            hint="Give the folder that holds model_index.json.",
            details={"folder": str(given)},
        )
    return given


def shipped_folders() -> tuple[Path, ...]:
    """Folders that may hold models that came with Rushes."""
    package = Path(rushes.__file__).resolve().parent
    checkout = package.parents[1]
    folders = [package / "assets"]
    if (checkout / "pyproject.toml").is_file():
        folders.insert(0, checkout / "assets")
    return tuple(folders)


class ModelStore:
    """Finds model folders by name and hashes their files, remembering hashes between runs."""

    def __init__(self, folders: Sequence[Path] | None = None, home: Path | None = None) -> None:
        """`folders` replaces `RUSHES_MODELS`; `home` replaces `$RUSHES_HOME`."""
        self.home = home or rushes_home()
        self._given = None if folders is None else tuple(folders)
        self._cache: dict[str, list[Any]] | None = None
        self._saved = (0, "")

    @property
    def folders(self) -> tuple[Path, ...]:
        """All folders that are searched, in order."""
        given = self._given
        if given is None:
            paths = os.environ.get("RUSHES_MODELS", "").split(os.pathsep)
            given = tuple(Path(p).expanduser() for p in paths if p)
        return (*given, self.home / "models", *shipped_folders())

    def find(self, name: str, marker: str = "model_index.json") -> Path:
        """Folder of the model. ModelError `model.missing` says where to put it when no folder of that
        name holds `marker`, a file every whole copy has."""
        halves: list[Path] = []
        for folder in self.folders:
            place = folder / name
            if (place / marker).is_file():
                return place
            if place.is_dir():
                halves.append(place)
        if halves:
            raise ModelError(
                f"{halves[0]} is not a whole model: {marker} is missing in it.",
                code="model.missing",
                hint="Copy the whole folder of the model there again.",
                details={"folder": str(halves[0]), "file": marker},
            )
        raise ModelError(
            f"The weights of {name!r} are not on this machine.",
            code="model.missing",
            hint=f"Put the model's folder at {self.home / 'models' / name}, "
            "or name the folder that holds it in RUSHES_MODELS.",
            details={"name": name, "searched": [str(f) for f in self.folders]},
        )

    def ref(self, id: str, folder: Path, subfolders: Iterable[str] | None = None) -> ModelRef:
        """Hashes of all files of `folder` that can change a picture (of these subfolders and the top only,
        when given). ModelError when there are none or one cannot be read."""
        files = model_files(folder, subfolders)
        if not any(f.suffix in (".safetensors", ".gguf") for f in files):
            raise ModelError(
                f"There are no weights in {folder}.",
                code="model.missing",
                hint="Copy the whole folder of the model there again; weights are .safetensors files.",
                details={"folder": str(folder)},
            )
        hashes = {f.relative_to(folder).as_posix(): self.sha256(f) for f in files}
        self._save_cache()
        return ModelRef(id, hashes)

    def sha256(self, path: Path) -> str:
        """Hash of a file's bytes; remembered for as long as its path, size and time stay the same."""
        cache = self._load_cache()
        key = str(path.resolve())
        try:
            stat = path.stat()
            mark = [stat.st_size, stat.st_mtime_ns]
            known = cache.get(key)
            if known is not None and known[:2] == mark:
                return str(known[2])
            value = _sha256(path)
        except OSError as exc:
            raise ModelError(
                f"The model file {path} cannot be read: {exc.strerror or exc}.",
                code="model.unreadable",
                hint="Check that the file is there and that you may read it, or copy the model again.",
                details={"path": str(path)},
            ) from exc
        if time.time_ns() - stat.st_mtime_ns > _FRESH_NS:
            cache[key] = [*mark, value]
        return value

    @property
    def _cache_file(self) -> Path:
        return self.home / "cache" / "model_hashes.json"

    def _load_cache(self) -> dict[str, list[Any]]:
        if self._cache is None:
            self._cache = _read_cache(self._cache_file)
            self._saved = len(self._cache), digest(self._cache)
        return self._cache

    def _save_cache(self) -> None:
        cache = self._load_cache()
        if self._saved == (len(cache), digest(cache)):
            return
        # Two processes may both write: the loser's hashes are counted again one day, nothing is wrong.
        merged = {**_read_cache(self._cache_file), **cache}
        beside = self._cache_file.with_suffix(f".{os.getpid()}.part")
        try:
            beside.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(merged, indent=0, sort_keys=True), encoding="utf-8")
            os.replace(beside, self._cache_file)
        except OSError:
            # Only a memory of hashes: a home that cannot be written to makes the next start slower.
            with suppress(OSError):
                beside.unlink()
        self._saved = len(cache), digest(cache)


def _sha256(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb", buffering=0) as stream:
        while block := stream.read(1 << 20):
            state.update(block)
    return state.hexdigest()


def _read_cache(path: Path) -> dict[str, list[Any]]:
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    rows = cast("dict[str, Any]", data)
    return {k: cast("list[Any]", v) for k, v in rows.items() if isinstance(v, list) and len(cast("list[Any]", v)) == 3}


def model_files(folder: Path, subfolders: Iterable[str] | None = None) -> tuple[Path, ...]:
    """Files of a model folder that can change what it makes, sorted; hidden ones and notes left out.
    With `subfolders`, only those and the top level."""
    roots = [folder.glob("*")] if subfolders is not None else [folder.rglob("*")]
    roots += [(folder / s).rglob("*") for s in subfolders or ()]
    found = {p for root in roots for p in root if p.suffix in _PARTS and p.is_file()}
    return tuple(sorted(p for p in found if not any(part.startswith(".") for part in p.relative_to(folder).parts)))


def refuse_pickles(folder: Path) -> None:
    """ModelError `model.pickle` when some part of the model has its weights only as a pickle.

    A pickle beside safetensors of the same part is never opened, so it does no harm.
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix in PICKLES and path.is_file() and not any(path.parent.glob("*.safetensors")):
            raise ModelError(
                f"{path} is a pickle, which can run code when it is opened. It was not opened.",
                code="model.pickle",
                hint="Get the model as .safetensors; most publishers offer both.",
                details={"path": str(path)},
            )


def check_ref(expected: ModelRef, actual: ModelRef) -> None:
    """RecipeError `recipe.model` naming the files when the weights here are not those of the recipe."""
    if expected.id != actual.id:
        raise RecipeError(
            f"The take was made with {expected.id}, not with {actual.id}.",
            code="recipe.model",
            hint=f"Replay it with {expected.id}.",
        )
    names = sorted(set(expected.files) | set(actual.files))
    changed = [n for n in names if expected.files.get(n) != actual.files.get(n)]
    if not changed:
        return
    words = [
        f"{n} ({'missing' if n not in actual.files else 'new' if n not in expected.files else 'changed'})"
        for n in changed
    ]
    raise RecipeError(
        f"The model {expected.id} is not the one this take was made with: {', '.join(words)}.",
        code="recipe.model",
        hint="Put the model's old files back to replay the take, or shoot a new take with the model as it is.",
        details={"model": expected.id, "changed": changed},
    )
