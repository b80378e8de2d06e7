"""Sizes, vectors and matrices as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from rushes.errors import SizeError

__all__ = ["Matrix4", "Size", "Vec3"]

Vec3 = tuple[float, float, float]
Matrix4 = tuple[
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
]
"""Row-major 4×4; a point is a column: `world = M @ local`."""


@dataclass(frozen=True)
class Size:
    """A picture's width and height in pixels; both at least 1."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise SizeError(
                f"A picture cannot be {self.width}×{self.height} pixels.",
                code="size.empty",
                hint="Give a width and a height of at least 1.",
            )

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"

    @property
    def pixels(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    @property
    def aspect(self) -> float:
        """Width over height, square pixels."""
        return self.width / self.height

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width): the order NumPy uses."""
        return self.height, self.width

    @classmethod
    def parse(cls, text: str) -> Size:
        """ "1280x720" or "1280×720"; SizeError otherwise."""
        parts = text.lower().replace("×", "x").split("x")
        if len(parts) != 2 or not all(p.strip().isdigit() for p in parts):
            raise SizeError(f"{text!r} is not a size.", code="size.text", hint="Write it as 1280x720.")
        return cls(int(parts[0]), int(parts[1]))
