"""3D tables fitted to scattered colours: least squares on what is read from the table, trilinear and tetrahedral.

A table that is only sampled from a function misses it where the function bends within a cell, as display codes do at
the edge of their gamut when the table acts in a wide one. Here the nodes, those outside the gamut included, move
until what is read between them is right.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["Fit", "bending", "fitted", "tetrahedral", "trilinear"]

Doubles = NDArray[np.float64]


def trilinear(at: NDArray[np.floating], size: int) -> sparse.csr_matrix:
    """(N, size³) weights of the nodes for (N, 3) places in 0..1, clipped; nodes in C order, [red, green, blue]."""
    place = np.clip(np.asarray(at, np.float64), 0.0, 1.0) * (size - 1)
    cell = np.minimum(place.astype(np.int64), size - 2)
    part = place - cell
    columns: list[NDArray[np.int64]] = []
    values: list[Doubles] = []
    for corner in range(8):
        step = np.array([corner >> 2 & 1, corner >> 1 & 1, corner & 1])
        node = cell + step
        columns.append((node[:, 0] * size + node[:, 1]) * size + node[:, 2])
        values.append(np.where(step == 1, part, 1.0 - part).prod(axis=1))
    rows = np.tile(np.arange(len(place)), 8)
    return sparse.csr_matrix((np.concatenate(values), (rows, np.concatenate(columns))), shape=(len(place), size**3))


def tetrahedral(at: NDArray[np.floating], size: int) -> sparse.csr_matrix:
    """The same for tetrahedral reading: from a cell's low corner to its high one, along the largest part first."""
    place = np.clip(np.asarray(at, np.float64), 0.0, 1.0) * (size - 1)
    cell = np.minimum(place.astype(np.int64), size - 2)
    part = place - cell
    order = np.argsort(-part, axis=1)
    ranked = np.take_along_axis(part, order, axis=1)
    stride = np.array([size * size, size, 1])[order]
    node = cell @ np.array([size * size, size, 1])
    columns = np.stack([node, *(node + stride[:, : k + 1].sum(axis=1) for k in range(3))], axis=1)
    values = -np.diff(np.concatenate([np.ones((len(part), 1)), ranked, np.zeros((len(part), 1))], axis=1), axis=1)
    rows = np.repeat(np.arange(len(part)), 4)
    return sparse.csr_matrix((values.ravel(), (rows, columns.ravel())), shape=(len(part), size**3))


def bending(size: int) -> sparse.csr_matrix:
    """Gram matrix of the second differences along the three axes of a table: what smoothness costs."""
    diagonals: Any = [0, 1, 2]
    second: Any = sparse.diags([1.0, -2.0, 1.0], diagonals, shape=(size - 2, size))
    gram, same = second.T @ second, sparse.identity(size)
    along = [(gram, same, same), (same, gram, same), (same, same, gram)]
    total = sum(sparse.kron(sparse.kron(a, b), c) for a, b, c in along)
    return sparse.csr_matrix(total)


class Fit:
    """A table's correction: places, what is missing there, and how much each counts."""

    def __init__(self, size: int, at: NDArray[np.floating], weight: NDArray[np.floating]) -> None:
        """`at` (N, 3) in 0..1, `weight` (N,) above zero."""
        self.size = size
        self.weights: Any = sparse.vstack([trilinear(at, size), tetrahedral(at, size)], format="csr")
        self._square = np.tile(np.asarray(weight, np.float64) ** 2 / 2, 2)

    def solve(self, missing: NDArray[np.floating], *, hold: float, bend: float = 0.0, rounds: int = 60) -> Doubles:
        """(size, size, size, 3) to add to the table so that `missing`, (2 N, 3), is read at the places
        trilinear, then tetrahedral.

        `hold` pulls every node to no correction, `bend` to a correction without bends. Conjugate gradients with a
        diagonal preconditioner, the three channels at once.
        """
        scaled = sparse.diags(self._square) @ self.weights
        normal: Any = (self.weights.T @ scaled) + hold * sparse.identity(self.size**3)
        if bend:
            normal = normal + bend * bending(self.size)
        normal = sparse.csr_matrix(normal)
        diagonal = normal.diagonal()[:, None]
        rest: Doubles = scaled.T @ np.asarray(missing, np.float64)
        found = np.zeros_like(rest)
        step = rest / diagonal
        way = step.copy()
        power = (rest * step).sum(axis=0)
        for _ in range(rounds):
            image = normal @ way
            length = power / np.maximum((way * image).sum(axis=0), 1e-30)
            found += length * way
            rest -= length * image
            step = rest / diagonal
            power, before = (rest * step).sum(axis=0), power
            way = step + power / np.maximum(before, 1e-30) * way
        return found.reshape(self.size, self.size, self.size, 3)


def fitted(
    table: NDArray[np.floating],
    at: NDArray[np.floating],
    wanted: NDArray[np.floating],
    weight: NDArray[np.floating],
    *,
    hold: float,
) -> NDArray[np.float32]:
    """The (S, S, S, 3) table, changed no more than needed to give (N, 3) `wanted` at (N, 3) places `at` in 0..1."""
    fit = Fit(len(table), at, weight)
    base = np.asarray(table, np.float64)
    missing = np.tile(np.asarray(wanted, np.float64), (2, 1)) - fit.weights @ base.reshape(-1, 3)
    return (base + fit.solve(missing, hold=hold)).astype(np.float32)
