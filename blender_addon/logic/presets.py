"""Presets and looks: small JSON files that are shipped, the artist's own, or shared with a production.

{"version": 1, "kind": "brief", "name": "Fog at Dawn", "tags": ["weather"],
 "words": {"time_of_day": "dawn"},        words of the model, put into the brief in place of others of their kind
 "fields": {"mood": "calm"},              fields of the brief that are replaced
 "model": {"generator": "house", "steps": 4, "size": "512x288", "strengths": {"color": 0.5}}}   looks alone
"""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

from rushes.contracts import Brief, Size
from rushes.contracts.names import safe_name
from rushes.errors import InputError, RushesError, disk_full_as_error

from .briefs import aspect_title, field_title

__all__ = [
    "LOOK_FIELDS",
    "ModelPart",
    "Preset",
    "Shelf",
    "delete_preset",
    "dump_preset",
    "file_name",
    "parse_preset",
    "read_preset",
    "read_shelf",
    "save_preset",
    "summary",
]

VERSION = 1
Kind = Literal["brief", "look"]
Source = Literal["shipped", "own", "production"]
LOOK_FIELDS = ("mood", "style", "texture", "genre")
"""Fields of the brief that a look is made of."""
_MOST_FILES = 500
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class ModelPart:
    """The model and its settings, of a look."""

    generator: str = ""
    """Empty: any model."""
    steps: int = 0
    """0: as the model likes."""
    size: str = ""
    """As "512x288"; empty: the model's own."""
    strengths: dict[str, float] = field(default_factory=dict)
    """Conditioning → strength; 0 switches it off. Those not named go back to the model's default."""


@dataclass(frozen=True)
class Preset:
    """Part of a brief, with `model` a whole look."""

    name: str
    kind: Kind = "brief"
    words: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    model: ModelPart | None = None
    source: Source = "own"
    path: str = ""
    """Its file; empty while it was not saved."""

    @property
    def key(self) -> str:
        """Names it among all that are there."""
        return f"{self.source}:{os.path.basename(self.path)}"


@dataclass(frozen=True)
class Shelf:
    """All presets that could be read, and what is wrong with the others."""

    presets: tuple[Preset, ...] = ()
    troubles: tuple[RushesError, ...] = ()

    def of_kind(self, kind: Kind) -> tuple[Preset, ...]:
        """Presets or looks, in order."""
        return tuple(p for p in self.presets if p.kind == kind)

    def find(self, key: str) -> Preset | None:
        """By key; None when it is gone."""
        return next((p for p in self.presets if p.key == key), None)


def parse_preset(text: str, path: str = "", source: Source = "own") -> Preset:
    """A preset from its file's text. InputError `preset.broken` or `preset.newer`, naming the file."""
    name = os.path.basename(path) or "The preset"
    try:
        found: Any = json.loads(text)
    except ValueError as exc:
        raise _broken(name, "it is not JSON") from exc
    if not isinstance(found, dict):
        raise _broken(name, "it holds no preset")
    data = cast("dict[str, Any]", found)
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise _broken(name, "it has no version")
    if version > VERSION:
        raise InputError(
            f"{name} was saved by a newer Rushes.", code="preset.newer", hint="Update Rushes, or leave it out."
        )
    kind, title = data.get("kind", "brief"), data.get("name")
    if kind not in ("brief", "look"):
        raise _broken(name, "it is neither a brief nor a look")
    if not isinstance(title, str) or not title.strip():
        raise _broken(name, "it has no name")
    words, fields = _texts(name, data, "words"), _texts(name, data, "fields")
    unknown = sorted(set(fields) - set(Brief.fields()))
    if unknown:
        raise _broken(name, f"a brief has no field {unknown[0]!r}")
    tags: Any = data.get("tags", [])
    if not isinstance(tags, list):
        raise _broken(name, "its tags are no list")
    model = _model(name, data.get("model")) if kind == "look" else None
    given = tuple(str(t) for t in cast("list[Any]", tags))
    return Preset(title.strip(), kind, words, fields, given, model, source, path)


def dump_preset(preset: Preset) -> str:
    """The text of its file."""
    data: dict[str, Any] = {"version": VERSION, "kind": preset.kind, "name": preset.name}
    data |= {"tags": list(preset.tags), "words": preset.words, "fields": preset.fields}
    if preset.model is not None:
        part = preset.model
        told: dict[str, Any] = {"generator": part.generator, "steps": part.steps, "size": part.size}
        data["model"] = told | {"strengths": part.strengths}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def file_name(name: str, kind: Kind) -> str:
    """The name of a preset's file."""
    return f"{safe_name(name, 'preset')}.{kind}.json"


def read_preset(path: Path, source: Source = "own") -> Preset:
    """A preset from its file. InputError `preset.broken`, `preset.newer` or `preset.file`."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _broken(path.name, "it is too large for a preset")
        return parse_preset(path.read_text("utf-8"), str(path), source)
    except UnicodeDecodeError as exc:
        raise _broken(path.name, "it is no text") from exc
    except OSError as exc:
        raise InputError(
            f"{path.name} cannot be read: {exc.strerror}.", code="preset.file", hint="May you read it?"
        ) from exc


def read_shelf(folders: Iterable[tuple[Path, Source]]) -> Shelf:
    """All presets of these folders, by source, then name. A folder that is not there holds none."""
    presets: list[Preset] = []
    troubles: list[RushesError] = []
    for folder, source in folders:
        found: list[Preset] = []
        for path in _files(folder):
            try:
                found.append(read_preset(path, source))
            except InputError as exc:
                troubles.append(exc)
        presets += sorted(found, key=lambda p: p.name.casefold()) if source != "shipped" else found
    return Shelf(tuple(presets), tuple(troubles))


def save_preset(preset: Preset, folder: Path, *, replaces: bool = False) -> Preset:
    """Write it into a folder, made when missing. InputError `preset.exists` unless it may replace, `preset.file`."""
    path = folder / file_name(preset.name, preset.kind)
    if path.exists() and not replaces:
        raise InputError(
            f"There is already a {preset.kind} named {preset.name}.",
            code="preset.exists",
            hint="Choose another name, or tick Replace.",
        )
    beside = path.with_name(f".{uuid.uuid4().hex[:8]}.part")
    try:
        with disk_full_as_error(path):
            folder.mkdir(parents=True, exist_ok=True)
            beside.write_text(dump_preset(preset), "utf-8")
            os.replace(beside, path)
    except OSError as exc:
        raise InputError(
            f"{path.name} cannot be written to {folder}: {exc.strerror}.",
            code="preset.file",
            hint="Make the folder writable, or save it elsewhere.",
        ) from exc
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    return replace(preset, path=str(path))


def delete_preset(preset: Preset) -> None:
    """Delete its file. InputError `preset.shipped` for one that came with Rushes, `preset.file`."""
    if preset.source == "shipped":
        raise InputError(
            f"{preset.name} came with Rushes.", code="preset.shipped", hint="Only saved presets can be deleted."
        )
    try:
        Path(preset.path).unlink(missing_ok=True)
    except OSError as exc:
        raise InputError(
            f"{preset.name} cannot be deleted: {exc.strerror}.", code="preset.file", hint="May you write there?"
        ) from exc


def summary(preset: Preset) -> tuple[str, ...]:
    """What it holds, a line each."""
    lines = [f"{aspect_title(a)}: {w}" for a, w in preset.words.items()]
    lines += [f"{field_title(f)}: {t or 'empty'}" for f, t in preset.fields.items()]
    part = preset.model
    if part is not None:
        lines.append(f"Model: {part.generator or 'any'}")
        lines.append(f"Works At: {part.size.replace('x', '×') or 'its own size'}")
        lines.append(f"Steps: {part.steps or 'its own'}")
        lines += [f"{aspect_title(n)}: {v:.2f}" for n, v in part.strengths.items()]
    return tuple(lines)


def _files(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [e.name for _, e in zip(range(_MOST_FILES), entries)]
    except OSError:
        return []
    return [folder / n for n in sorted(names) if n.endswith(".json") and not n.startswith(".")]


def _texts(name: str, data: Mapping[str, Any], key: str) -> dict[str, str]:
    found = data.get(key, {})
    if not isinstance(found, dict):
        raise _broken(name, f"its {key} are no list of names and texts")
    items = cast("dict[str, Any]", found)
    if not all(isinstance(v, str) for v in items.values()):
        raise _broken(name, f"its {key} are no list of names and texts")
    return {k: str(v) for k, v in items.items()}


def _model(name: str, found: Any) -> ModelPart:
    if not isinstance(found, dict):
        raise _broken(name, "it says nothing of the model")
    data = cast("dict[str, Any]", found)
    try:
        size = str(data.get("size", ""))
        if size:
            Size.parse(size)
        strengths = {str(k): float(v) for k, v in dict(data.get("strengths", {})).items()}
        return ModelPart(str(data.get("generator", "")), int(data.get("steps", 0)), size, strengths)
    except (ValueError, TypeError, RushesError) as exc:
        raise _broken(name, "its settings of the model are not right") from exc


def _broken(name: str, why: str) -> InputError:
    return InputError(
        f"{name} cannot be used as a preset: {why}.",
        code="preset.broken",
        hint="Save it anew from Rushes, or take it out of the library's folder.",
    )
