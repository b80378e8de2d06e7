"""The fingerprint of a mesh: positions, corners and material numbers, in pieces of about a millisecond."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from typing import Any

import numpy as np

__all__ = ["mesh_digest", "rounded"]

_PIECE = 1 << 20
"""Bytes that are hashed at a time."""
_PARTS = (
    ("position", "vector", np.float32, 3),
    (".corner_vert", "value", np.int32, 1),
    (".edge_verts", "value", np.int32, 2),
    ("material_index", "value", np.int32, 1),
)
"""Attribute, its values' name, type and how many each. Whole attributes copy fast, `vertices.foreach_get` does not."""


def rounded(numbers: Any) -> Any:
    """32-bit floats with 20 bits of mantissa left, about six digits, so that the last bits do not count; -0 is 0."""
    tidy = np.where(np.abs(numbers) < 1e-7, np.float32(0), numbers).astype(np.float32)
    return (tidy.view(np.int32) + 8) & ~15


def mesh_digest(mesh: Any) -> Generator[None, None, int]:
    """64 bits; yields between pieces. A mesh in edit mode has only its counts: leaving edit mode reads it again."""
    counts = (len(mesh.vertices), len(mesh.edges), len(mesh.polygons), len(mesh.loops))
    whole = hashlib.sha1(repr(counts).encode(), usedforsecurity=False)
    if not mesh.is_editmode:
        for name, field, kind, width in _PARTS:
            values = _read(mesh, name, field, kind, width)
            if values is None or (name == ".edge_verts" and counts[2]):
                continue  # where there are faces, corners say all
            if values.size * 4 > _PIECE:
                yield
            for start in range(0, values.size, _PIECE // 4):
                piece = values[start : start + _PIECE // 4]
                whole.update(rounded(piece) if kind is np.float32 else piece)
                if values.size * 4 > _PIECE:
                    yield
    return int.from_bytes(whole.digest()[:8], "little")


def _read(mesh: Any, name: str, field: str, kind: Any, width: int) -> Any | None:
    attribute = mesh.attributes.get(name)
    if attribute is None or len(attribute.data) == 0:
        return None
    if name == "material_index" and len(mesh.materials) < 2:
        return None
    values = np.empty(len(attribute.data) * width, kind)
    attribute.data.foreach_get(field, values)
    return values
