"""The add-on's properties: one group on Scene (ids and settings, saved), one on WindowManager (what lists show)."""
# pyright: reportInvalidTypeForm=false

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)
from bpy.types import PropertyGroup

from . import callbacks

__all__ = ["CLASSES", "attach", "detach"]

RATINGS = (
    ("undecided", "Undecided", "Not judged yet", "DOT", 0),
    ("kept", "Kept", "A select: it may be used in the cut", "CHECKMARK", 1),
    ("rejected", "Rejected", "Not to be used; it stays on disk", "X", 2),
)


class RushesShot(PropertyGroup):
    """Settings of one shot, kept in the .blend."""

    key: StringProperty(description="Names the shot in this file, whatever its marker is called")
    marked_camera: StringProperty(description="Camera it was last seen with")
    marked_frame: IntProperty(description="First frame it was last seen with")
    aliases: StringProperty(description="Names the shot had before, one a line: takes made under them are found again")
    subject: StringProperty(name="Subject", description="Who or what the shot is about")
    action: StringProperty(name="Action", description="What happens")
    mood: StringProperty(
        name="Mood", description="How it should feel", search=callbacks.mood_words, search_options={"SUGGESTION"}
    )
    style: StringProperty(
        name="Style", description="The picture's style", search=callbacks.style_words, search_options={"SUGGESTION"}
    )
    camera: StringProperty(name="Camera", description="Lens and move, in words")
    lighting: StringProperty(
        name="Lighting",
        description="Light and time of day",
        search=callbacks.lighting_words,
        search_options={"SUGGESTION"},
    )
    environment: StringProperty(
        name="Environment",
        description="Place and weather",
        search=callbacks.environment_words,
        search_options={"SUGGESTION"},
    )
    texture: StringProperty(name="Texture", description="Surfaces and materials")
    genre: StringProperty(name="Genre", description="Film genre")
    restrictions: StringProperty(name="Restrictions", description="What must not appear")
    seed: IntProperty(name="Seed", description="Same seed, same picture", min=0, default=1)
    lock_seed: BoolProperty(
        name="Lock Seed", description="Every take with this seed; else each take gets a new one", default=False
    )
    take: StringProperty(description="Id of the take in use: the one on the timeline")


class RushesStrength(PropertyGroup):
    """One conditioning of the model."""

    use: BoolProperty(name="Use", description="Let the model heed this pass", default=True)
    value: FloatProperty(
        name="Strength",
        description="How much the model heeds this pass; kept within what the model takes",
        min=0.0,
        soft_max=2.0,
        default=1.0,
        update=callbacks.strength_changed,
    )


class RushesScene(PropertyGroup):
    """What a .blend keeps of Rushes."""

    production: StringProperty(
        name="Production",
        description="The folder that holds this film's work",
        subtype="DIR_PATH",
        update=callbacks.production_changed,
    )
    production_id: StringProperty(description="Finds the production again when folders have moved")
    production_beside: StringProperty(description="The production's folder as seen from the .blend, with /")
    shots: CollectionProperty(type=RushesShot)
    generator: EnumProperty(
        name="Model",
        description="What makes the pictures",
        items=callbacks.generators,
        get=callbacks.get_generator,
        set=callbacks.set_generator,
    )
    generator_id: StringProperty(default="house", description="Kept by name: the model may be missing on this machine")
    steps: IntProperty(name="Steps", description="Sampling steps; 0: as the model likes", min=0, max=200, default=0)
    model_size: EnumProperty(
        name="Works At",
        description="Size the model works at; the take is brought to the scene's size along the geometry",
        items=callbacks.model_sizes,
        get=callbacks.get_model_size,
        set=callbacks.set_model_size,
    )
    model_size_text: StringProperty(description='As "512x288"; empty: the model\'s own')
    strengths: CollectionProperty(type=RushesStrength)
    use_scene_sun: BoolProperty(
        name="Scene Sun", description="Light from the scene's sun lamp; else from where the brief says", default=True
    )
    keep_frames: BoolProperty(
        name="Keep Frames",
        description="Store PNG frames beside the clip: for camera backgrounds and projection (about 1 MB a frame)",
        default=True,
    )
    variants: IntProperty(name="Takes", description="How many takes, each with its own seed", min=1, max=16, default=1)
    directions: IntProperty(name="Directions", description="How many looks on the sheet", min=2, max=96, default=24)
    place: BoolProperty(
        name="Place on Timeline", description="Put a finished take into the sequencer at its shot", default=True
    )
    keep_set: BoolProperty(
        name="Keep the Set",
        description="New takes show the location as the projected takes do, wherever these reach",
        default=False,
    )
    alternatives: EnumProperty(
        name="Former Takes",
        description="What becomes of the strip that a new take replaces",
        items=(
            ("MUTED", "Muted Above", "Former takes stay as muted strips above"),
            ("META", "In a Meta Strip", "All takes of a shot lie in one meta strip; only the newest is heard and seen"),
            ("REMOVE", "Remove", "The strip goes; the take itself stays in the production"),
        ),
    )
    project_lit: BoolProperty(
        name="Lit",
        description="Base colour lit by the scene, instead of as it was generated",
        default=False,
    )
    project_hold: BoolProperty(
        name="Hold", description="Keep the first and the last picture before and after the shot", default=False
    )
    bake: StringProperty(description="Folder of the newest bake of this scene's takes", subtype="DIR_PATH")
    bake_filled: BoolProperty(description="Its gaps are filled", default=False)
    edit_scene: PointerProperty(
        name="Edit Scene", description="Scene whose sequencer gets the takes", type=bpy.types.Scene
    )


class RushesShotRow(PropertyGroup):
    """A line of the shot list; `name` is the shot's name."""

    key: StringProperty()
    camera: StringProperty()
    first: IntProperty()
    last: IntProperty()
    marker: BoolProperty(description="False: a camera without a marker")
    badge: StringProperty(description="none, takes, kept, stale, running")
    count: IntProperty()
    kept: IntProperty()
    reason: StringProperty(description="Why it is stale, or what runs")


class RushesTakeRow(PropertyGroup):
    """A line of the take list; `name` is the take's id."""

    label: StringProperty()
    rating: EnumProperty(name="Rating", items=RATINGS, update=callbacks.rating_changed)
    notes: StringProperty(name="Notes", description="What you think of this take", update=callbacks.notes_changed)
    used: BoolProperty(description="It is the one on the timeline")
    still: BoolProperty()
    missing: StringProperty(description="What is gone from disk")
    stale: StringProperty(description="What has changed since")


class RushesJobRow(PropertyGroup):
    """A line of the queue; `name` is the job's id."""

    title: StringProperty()
    kind: StringProperty()
    state: StringProperty()
    stage: StringProperty()
    progress: FloatProperty(subtype="FACTOR", min=0.0, max=1.0)
    left: StringProperty()
    message: StringProperty()
    hint: StringProperty()


class RushesFinding(PropertyGroup):
    """A line of Check My Blocks."""

    severity: StringProperty(description="error, warning, note")
    text: StringProperty()
    hint: StringProperty()
    objects: StringProperty(description="Names of the objects it is about, one a line")


class RushesWindow(PropertyGroup):
    """What panels show; made anew from the session, never saved."""

    shots: CollectionProperty(type=RushesShotRow)
    shot_index: IntProperty(name="Shot", update=callbacks.shot_picked)
    takes: CollectionProperty(type=RushesTakeRow)
    take_index: IntProperty(name="Take", update=callbacks.take_picked)
    jobs: CollectionProperty(type=RushesJobRow)
    job_index: IntProperty(name="Job")
    compare: StringProperty(description="Id of the take that the selected one is compared with")
    look: StringProperty(description="Key of the look that is picked")
    direction_sheet: IntProperty(name="Sheet", description="1: the newest", min=1, default=1)
    direction_page: IntProperty(name="Page", description="Of the sheet's pictures", min=1, max=16, default=1)
    show_rejected: BoolProperty(
        name="Rejected", description="Show rejected takes too", default=False, update=callbacks.filter_changed
    )
    findings: CollectionProperty(type=RushesFinding)
    checked: BoolProperty(description="The check has run since the file was opened")
    show_classes: BoolProperty(
        name="Show Classes",
        description="Tint each block by what it stands for",
        default=False,
        update=callbacks.overlay_changed,
    )


CLASSES = (
    RushesShot,
    RushesStrength,
    RushesScene,
    RushesShotRow,
    RushesTakeRow,
    RushesJobRow,
    RushesFinding,
    RushesWindow,
)


def attach() -> None:
    """Hang the two groups on Blender's types."""
    bpy.types.Scene.rushes = PointerProperty(type=RushesScene)
    bpy.types.WindowManager.rushes = PointerProperty(type=RushesWindow)


def detach() -> None:
    """Take them off again; what a .blend keeps stays in it."""
    del bpy.types.WindowManager.rushes
    del bpy.types.Scene.rushes
