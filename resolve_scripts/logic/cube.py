"""A CDL and a .cube as one .cube, for node graphs that take a LUT only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rushes.contracts.geometry import Vec3
from rushes.contracts.grade import CDL
from rushes.errors import InputError

__all__ = ["Cube", "apply_cdl", "combined", "read_cube"]

_LUMA = (0.2126, 0.7152, 0.0722)
_RANGES = ("LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE")
SIZE = 33
"""Points a side of what we write."""

Range = tuple[float, float]


@dataclass(frozen=True)
class Cube:
    """A LUT in Resolve's dialect: a curve for each channel, then a lattice; one of them may be missing."""

    curve: tuple[Vec3, ...] = ()
    curve_range: Range = (0.0, 1.0)
    table: tuple[Vec3, ...] = ()
    """Red runs fastest."""
    size: int = 0
    """Points a side of the lattice."""
    table_range: Range = (0.0, 1.0)

    def at(self, color: Vec3) -> Vec3:
        """Linear between the points, constant outside the ranges."""
        if self.curve:
            color = self._bent(color)
        return self._looked_up(color) if self.table else color

    def _bent(self, color: Vec3) -> Vec3:
        out: list[float] = []
        for channel, value in enumerate(color):
            floor, part = _place(value, self.curve_range, len(self.curve))
            low, high = self.curve[floor][channel], self.curve[floor + 1][channel]
            out.append(low + part * (high - low))
        return out[0], out[1], out[2]

    def _looked_up(self, color: Vec3) -> Vec3:
        places = [_place(value, self.table_range, self.size) for value in color]
        out = [0.0, 0.0, 0.0]
        for corner in range(8):
            weight, index, stride = 1.0, 0, 1
            for axis, (floor, part) in enumerate(places):
                up = corner >> axis & 1
                weight *= part if up else 1.0 - part
                index += (floor + up) * stride
                stride *= self.size
            if weight:
                row = self.table[index]
                for channel in range(3):
                    out[channel] += weight * row[channel]
        return out[0], out[1], out[2]


def _place(value: float, reach: Range, points: int) -> tuple[int, float]:
    """(point before a value, part of the way to the next)."""
    place = min(1.0, max(0.0, (value - reach[0]) / (reach[1] - reach[0]))) * (points - 1)
    floor = min(int(place), points - 2)
    return floor, place - floor


def read_cube(text: str) -> Cube:
    """A .cube in Resolve's dialect. InputError `grade.cube` for any other."""
    sizes = {"LUT_1D_SIZE": 0, "LUT_3D_SIZE": 0}
    ranges: dict[str, Range] = {}
    rows: list[Vec3] = []
    for line in text.splitlines():
        words = line.split("#")[0].split()
        try:
            if not words or words[0] == "TITLE":
                continue
            if words[0] in sizes:
                sizes[words[0]] = int(words[1])
            elif words[0] in _RANGES:
                ranges[words[0]] = float(words[1]), float(words[2])
            else:
                red, green, blue = words
                rows.append((float(red), float(green), float(blue)))
        except (ValueError, IndexError) as exc:
            raise _bad() from exc
    return _cube(sizes["LUT_1D_SIZE"], sizes["LUT_3D_SIZE"], ranges, rows)


def _cube(length: int, size: int, ranges: dict[str, Range], rows: Sequence[Vec3]) -> Cube:
    given = [ranges.get(name, (0.0, 1.0)) for name in _RANGES]
    whole = length + size**3 == len(rows) and (length or size) and length != 1 and size != 1
    if not whole or any(high <= low for low, high in given):
        raise _bad()
    return Cube(tuple(rows[:length]), given[0], tuple(rows[length:]), size, given[1])


def apply_cdl(cdl: CDL, color: Vec3) -> Vec3:
    """ASC CDL 1.2 without the clamp above 1, as Resolve computes it."""
    moved = [value * cdl.slope[i] + cdl.offset[i] for i, value in enumerate(color)]
    bent = [value ** cdl.power[i] if value > 0 else value for i, value in enumerate(moved)]
    luma = sum(weight * value for weight, value in zip(_LUMA, bent))
    red, green, blue = (luma + cdl.saturation * (value - luma) for value in bent)
    return red, green, blue


def combined(cdl: CDL, cube: Cube | None) -> str:
    """Text of a .cube of 33 points a side on 0 to 1: the CDL, then the LUT."""
    last = SIZE - 1
    lines = [f"LUT_3D_SIZE {SIZE}"]
    for blue in range(SIZE):
        for green in range(SIZE):
            for red in range(SIZE):
                color = apply_cdl(cdl, (red / last, green / last, blue / last))
                shown = cube.at(color) if cube is not None else color
                lines.append(f"{shown[0]:.6f} {shown[1]:.6f} {shown[2]:.6f}")
    return "\n".join(lines) + "\n"


def _bad() -> InputError:
    return InputError(
        "This .cube is not a whole LUT in Resolve's dialect.",
        code="grade.cube",
        hint="Export it again as a 33-point cube.",
    )
