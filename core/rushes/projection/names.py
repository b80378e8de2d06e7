"""Names and custom properties by which what projection makes is found again."""

from __future__ import annotations

import hashlib

__all__ = [
    "BAKED",
    "COLLECTION",
    "COMPOSITE",
    "FOLDER",
    "FORMER",
    "LIT",
    "ORDER",
    "OVER",
    "PLAIN",
    "PROJECTED",
    "SAMPLING",
    "SHOT",
    "SLOTS",
    "TAKE",
    "group_name",
    "property_of",
]

BAKED = "Rushes Baked"
"""Twins of materials that show a bake."""
COMPOSITE = "Rushes Projected"
COLLECTION = "Rushes Projectors"
PLAIN = "Rushes Plain"
PROJECTED = "rushes_projected"
"""On a scene: its composite node group."""
ORDER = "rushes_order"
"""On a take's group: its place, 0 on top."""
TAKE = "rushes_take"
SHOT = "rushes_shot"
FOLDER = "rushes_folder"
FORMER = "rushes_former"
"""On a plain material: the one that it stands for."""
LIT = "rushes_lit"
OVER = "rushes_over"
SLOTS = "rushes_slots"
"""On an object: what its material slots were. On a mesh or curve: it had no slot, one was added."""
SAMPLING = "rushes_emission_sampling"
"""On a material: how Cycles was told to sample its light before."""
_LONGEST = 63


def group_name(take: str) -> str:
    """The node group of a take."""
    return f"Rushes Projection {take}"[:_LONGEST]


def property_of(take: str) -> str:
    """The custom property that chooses an object for a take."""
    name = f"rushes_take_{take}"
    if len(name) <= _LONGEST:
        return name
    return f"rushes_take_{hashlib.sha256(take.encode()).hexdigest()[:24]}"
