""".cube files in Resolve's dialect: read, checked with the line that is wrong, applied, written.

Resolve reads a 1D table, a 3D table, or both in one file (the 1D first), with `LUT_1D_INPUT_RANGE` and
`LUT_3D_INPUT_RANGE`; Adobe's `DOMAIN_MIN` and `DOMAIN_MAX` are read too. R changes fastest.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.delivery.colour_spaces import Colours, apply, ocio, processor
from rushes.errors import InputError
from rushes.media.pictures import beside

__all__ = ["LARGEST_3D", "Cube", "CubeApplier", "Range", "read_cube", "write_cube"]

LARGEST_3D = 129
_LARGEST_1D = 65536
_RANGES = {"LUT_1D_INPUT_RANGE": 2, "LUT_3D_INPUT_RANGE": 2, "DOMAIN_MIN": 3, "DOMAIN_MAX": 3}
_LEVELS = ("LUT_IN_VIDEO_RANGE", "LUT_OUT_VIDEO_RANGE")

Range = tuple[tuple[float, float, float], tuple[float, float, float]]
_UNIT: Range = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


@dataclass(frozen=True, eq=False)
class Cube:
    """A LUT: a 1D table, a 3D table, or the 1D before the 3D."""

    table: Colours | None
    """(N, N, N, 3) float32, indexed [red, green, blue]; None: no 3D table."""
    curve: Colours | None = None
    """(M, 3) float32; None: no 1D table."""
    domain: Range = _UNIT
    """Least and largest input of the first table; beyond it the table holds its edge."""
    inner: Range = _UNIT
    """The same of the 3D table when a 1D table stands before it."""

    def transform(self, interpolation: ocio.Interpolation = ocio.INTERP_TETRAHEDRAL) -> ocio.Transform:
        """As OpenColorIO applies it. Resolve's project setting is trilinear or tetrahedral."""
        group = ocio.GroupTransform()
        ranges = [self.domain, self.inner]
        if self.curve is not None:
            group.appendTransform(_to_unit(ranges.pop(0)))
            lut = ocio.Lut1DTransform(len(self.curve), False)
            lut.setData(np.ascontiguousarray(self.curve, np.float32))
            group.appendTransform(lut)
        if self.table is not None:
            group.appendTransform(_to_unit(ranges.pop(0)))
            cube = ocio.Lut3DTransform(len(self.table))
            cube.setInterpolation(interpolation)
            cube.setData(np.ascontiguousarray(self.table, np.float32))
            group.appendTransform(cube)
        return group

    @property
    def writable(self) -> bool:
        """Whether Resolve's dialect has words for its input ranges: one for R, G and B together."""
        tables = 2 if self.curve is not None and self.table is not None else 1
        return all(len(set(edge)) == 1 for domain in (self.domain, self.inner)[:tables] for edge in domain)

    def plain(self, size: int = 65) -> Cube:
        """The same as one 3D table over 0..1, for input ranges that Resolve cannot be told of."""
        axis = np.linspace(0.0, 1.0, size, dtype=np.float32)
        lattice = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
        return Cube(apply(processor(self.transform()), lattice))

    def applier(self) -> CubeApplier:
        """Ready for many pictures."""
        return CubeApplier(self)


class CubeApplier:
    """Applies a cube, going on with slope 1 beyond its domain, so that nothing above white is lost."""

    def __init__(self, cube: Cube) -> None:
        self._cpu = processor(cube.transform())
        self._low, self._high = (np.array(edge, np.float32) for edge in cube.domain)

    def __call__(self, colours: NDArray[np.floating]) -> Colours:
        """(..., 3) float32 → (..., 3) float32."""
        given = np.asarray(colours, np.float32)
        inside = np.clip(given, self._low, self._high)
        return np.asarray(apply(self._cpu, inside) + (given - inside), np.float32)


def _to_unit(domain: Range) -> ocio.Transform:
    low, high = np.array(domain[0]), np.array(domain[1])
    matrix = np.diag([*(1 / (high - low)), 1.0])
    return ocio.MatrixTransform(matrix=matrix.ravel().tolist(), offset=[*(-low / (high - low)), 0.0])


def _wrong(path: Path, line: int, why: str) -> InputError:
    return InputError(
        f"{path.name}, line {line}: {why}",
        code="grade.cube",
        hint="Export the LUT again as .cube, or choose another file.",
        details={"path": str(path), "line": line},
    )


def read_cube(path: Path) -> Cube:
    """The LUT in a .cube file; InputError `grade.cube` with the line that is wrong, or when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as exc:
        raise InputError(
            f"The LUT {path} cannot be read: {exc.strerror or exc}.",
            code="grade.cube",
            hint="Check that the file is still where it was.",
            details={"path": str(path)},
        ) from exc
    return _Reader(path).read(text.splitlines())


class _Reader:
    """State of one reading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sizes: dict[str, int] = {}
        self.ranges: dict[str, list[float]] = {}
        self.first = 0

    def read(self, lines: Sequence[str]) -> Cube:
        for number, line in enumerate(lines, 1):
            words = line.split("#")[0].split()
            if not words or words[0].upper() == "TITLE":
                continue
            if not self._keyword(number, words):
                self.first = number
                break
        if not self.sizes:
            raise _wrong(self.path, max(len(lines), 1), "there is no LUT_1D_SIZE and no LUT_3D_SIZE above the values.")
        return self._cube(self._values(lines))

    def _keyword(self, number: int, words: list[str]) -> bool:
        name, rest = words[0].upper(), words[1:]
        if name in ("LUT_1D_SIZE", "LUT_3D_SIZE"):
            largest = _LARGEST_1D if name == "LUT_1D_SIZE" else LARGEST_3D
            if len(rest) != 1 or not rest[0].isdigit() or not 2 <= int(rest[0]) <= largest:
                raise _wrong(self.path, number, f"{name} needs one number from 2 to {largest}.")
            self.sizes[name] = int(rest[0])
            return True
        if name in _RANGES:
            self.ranges[name] = self._numbers(number, rest, _RANGES[name], name)
            return True
        if name in _LEVELS:
            raise _wrong(self.path, number, f"{words[0]} asks for video levels; only LUTs for full levels can be used.")
        if name[0].isalpha():
            raise _wrong(self.path, number, f"the keyword {words[0]} is not known.")
        return False

    def _numbers(self, number: int, words: list[str], count: int, what: str) -> list[float]:
        try:
            found = [float(word) for word in words]
        except ValueError:
            found = []
        if len(found) != count or not np.isfinite(found).all():
            raise _wrong(self.path, number, f"{what} needs {count} numbers.")
        return found

    def _values(self, lines: Sequence[str]) -> Colours:
        want = self.sizes.get("LUT_1D_SIZE", 0) + self.sizes.get("LUT_3D_SIZE", 0) ** 3
        body = lines[self.first - 1 :] if self.first else []
        rows = np.empty((want, 3), np.float32)
        count = 0
        for number, line in enumerate(body, self.first):
            words = line.split("#")[0].split()
            if not words:
                continue
            if count >= want:
                raise _wrong(self.path, number, f"there are more than the {want} rows that the size asks for.")
            rows[count] = self._numbers(number, words, 3, "a row")
            count += 1
        if count < want:
            raise _wrong(self.path, len(lines), f"the file ends after {count} of {want} rows.")
        return rows

    def _range(self, name: str) -> Range:
        low: Any = self.ranges.get("DOMAIN_MIN", [0.0] * 3)
        high: Any = self.ranges.get("DOMAIN_MAX", [1.0] * 3)
        if name in self.ranges:
            low, high = [self.ranges[name][0]] * 3, [self.ranges[name][1]] * 3
        if any(b <= a for a, b in zip(low, high)):
            raise _wrong(self.path, 1, "the input range is empty.")
        return (low[0], low[1], low[2]), (high[0], high[1], high[2])

    def _cube(self, rows: Colours) -> Cube:
        length, size = self.sizes.get("LUT_1D_SIZE", 0), self.sizes.get("LUT_3D_SIZE", 0)
        curve = rows[:length] if length else None
        # R changes fastest in the file, so it is the last axis of what was read.
        table = rows[length:].reshape(size, size, size, 3).transpose(2, 1, 0, 3) if size else None
        inner = self._range("LUT_3D_INPUT_RANGE")
        return Cube(table, curve, self._range("LUT_1D_INPUT_RANGE") if length else inner, inner)


def write_cube(path: Path, cube: Cube, title: str) -> None:
    """Write the LUT in Resolve's dialect; atomically. DiskFullError when there is no room.
    A LUT whose input ranges differ between R, G and B is written as one 65-point table.
    """
    if not cube.writable:
        cube = cube.plain()
    out = io.StringIO()
    out.write(f"# {' '.join(title.split())}\n")  # not TITLE: readers of Resolve's dialect refuse it
    ranges = [cube.domain, cube.inner]
    parts: list[Colours] = []
    for name, data in (("1D", cube.curve), ("3D", cube.table)):
        if data is None:
            continue
        low, high = ranges.pop(0)
        out.write(f"LUT_{name}_SIZE {len(data)}\n")
        if (low, high) != _UNIT:
            out.write(f"LUT_{name}_INPUT_RANGE {low[0]:.7g} {high[0]:.7g}\n")
        parts.append(data if name == "1D" else data.transpose(2, 1, 0, 3).reshape(-1, 3))
    out.write("\n")
    np.savetxt(out, np.concatenate(parts), fmt="%.6f")
    with beside(path) as draft:
        draft.write_bytes(out.getvalue().encode("utf-8"))
