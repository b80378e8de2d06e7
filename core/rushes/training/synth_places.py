"""The places of training scenes by name, in the order in which seeds take them."""

from __future__ import annotations

from collections.abc import Callable

from rushes.training.synth_interior import interior
from rushes.training.synth_places_land import desert, forest, snow
from rushes.training.synth_places_town import city, harbour, village
from rushes.training.synth_stage import Stage

__all__ = ["MAKERS", "PLACES"]

MAKERS: dict[str, Callable[[Stage], None]] = {
    "city": city,
    "harbour": harbour,
    "village": village,
    "desert": desert,
    "forest": forest,
    "snow": snow,
    "interior": interior,
}
PLACES = tuple(MAKERS)
