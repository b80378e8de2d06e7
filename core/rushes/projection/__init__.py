"""Camera projection of takes inside a Blender (4.2 LTS to 5.2 LTS): the add-on's, or one that the engine runs.

Needs bpy; for Blender's main thread only.
"""

from rushes.projection.build import (
    MOST,
    Projected,
    Report,
    move,
    objects_of,
    project,
    project_steps,
    projected,
    read_projector,
    remove,
    set_lit,
    set_over,
    set_strength,
)
from rushes.projection.materials import own_materials
from rushes.projection.take_group import Options
from rushes.projection.view import colour_note, use_standard_view

__all__ = [
    "MOST",
    "Options",
    "Projected",
    "Report",
    "colour_note",
    "move",
    "objects_of",
    "own_materials",
    "project",
    "project_steps",
    "projected",
    "read_projector",
    "remove",
    "set_lit",
    "set_over",
    "set_strength",
    "use_standard_view",
]
