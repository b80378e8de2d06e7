"""A CDL and a .cube as one .cube, for node graphs that take a LUT only."""

from __future__ import annotations

from dataclasses import dataclass

from rushes.contracts.geometry import Vec3
from rushes.contracts.grade import CDL
from rushes.errors import InputError

__all__ = ["Cube", "apply_cdl", "combined", "read_cube"]

_LUMA = (0.2126, 0.7152, 0.0722)
SIZE = 33
"""Points a side of what we write."""


@dataclass(frozen=True)
class Cube:
    """A 3D LUT on 0 to 1."""

    size: int
    table: tuple[Vec3, ...]
    """Red runs fastest."""

    def at(self, color: Vec3) -> Vec3:
        """Between its points, linear in each axis; values outside 0 to 1 are taken as 0 or 1."""
        low: list[int] = []
        part: list[float] = []
        for value in color:
            place = min(1.0, max(0.0, value)) * (self.size - 1)
            floor = min(int(place), self.size - 2)
            low.append(floor)
            part.append(place - floor)
        out = [0.0, 0.0, 0.0]
        for corner in range(8):
            weight, index, stride = 1.0, 0, 1
            for axis in range(3):
                up = corner >> axis & 1
                weight *= part[axis] if up else 1.0 - part[axis]
                index += (low[axis] + up) * stride
                stride *= self.size
            if weight:
                row = self.table[index]
                for channel in range(3):
                    out[channel] += weight * row[channel]
        return out[0], out[1], out[2]


def read_cube(text: str) -> Cube:
    """A .cube with LUT_3D_SIZE on 0 to 1. InputError `grade.cube` for any other."""
    size, rows = 0, list[Vec3]()
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#") or words[0] in ("TITLE", "LUT_3D_INPUT_RANGE"):
            continue
        if words[0] == "LUT_3D_SIZE":
            size = int(words[1])
        elif words[0] in ("DOMAIN_MIN", "DOMAIN_MAX"):
            if {float(word) for word in words[1:]} != {0.0 if words[0] == "DOMAIN_MIN" else 1.0}:
                raise _bad()
        elif len(words) == 3:
            rows.append((float(words[0]), float(words[1]), float(words[2])))
        else:
            raise _bad()
    if size < 2 or len(rows) != size**3:
        raise _bad()
    return Cube(size, tuple(rows))


def apply_cdl(cdl: CDL, color: Vec3) -> Vec3:
    """ASC CDL 1.2 without the clamp above 1, as Resolve computes it."""
    moved = [value * cdl.slope[i] + cdl.offset[i] for i, value in enumerate(color)]
    bent = [value ** cdl.power[i] if value > 0 else value for i, value in enumerate(moved)]
    luma = sum(weight * value for weight, value in zip(_LUMA, bent))
    red, green, blue = (luma + cdl.saturation * (value - luma) for value in bent)
    return red, green, blue


def combined(cdl: CDL, cube: Cube | None) -> str:
    """Text of a .cube of 33 points a side: the CDL, then the LUT."""
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
        "This .cube is not a whole 3D LUT on 0 to 1.", code="grade.cube", hint="Export it again as a 33-point cube."
    )
