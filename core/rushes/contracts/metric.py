"""One measured figure; every bench and every eval uses this form."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Literal

__all__ = ["Metric"]

_COMPARE = {"<=": operator.le, ">=": operator.ge, "==": operator.eq}


@dataclass(frozen=True)
class Metric:
    """A figure with what it is held against."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    """The baseline measured in the same run, or None."""
    bar: str = ""
    """"<= 1.1", or empty for a figure without a bar."""
    ok: bool = True
    note: str = ""

    @classmethod
    def judged(
        cls,
        name: str,
        value: float,
        unit: str,
        *,
        reference: float | None = None,
        compare: Literal["<=", ">=", "=="] | None = None,
        limit: float | None = None,
        note: str = "",
    ) -> Metric:
        """A metric whose `ok` follows from the bar."""
        if compare is None or limit is None:
            return cls(name, value, unit, reference, "", True, note)
        return cls(name, value, unit, reference, f"{compare} {limit:g}", bool(_COMPARE[compare](value, limit)), note)
