"""Strips of a sequencer: read as plain data, and changed as a plan says."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import bpy

from rushes.errors import ProductionError

from .. import compat
from ..logic.timeline import NEW, Action, Add, Drop, Footage, Mark, Place, Retake, Strip, Wrap

__all__ = ["Media", "apply", "channels", "clip_length", "media_of", "read", "shown_path"]

_TAKE, _SHOT, _FIRST, _SPAN = "rushes_take", "rushes_shot", "rushes_first", "rushes_span"
_FRAMES, _SPARE, _LABEL = "rushes_frames", "rushes_spare", "rushes_label"
_LOOK = (
    "blend_type",
    "blend_alpha",
    "use_flip_x",
    "use_flip_y",
    "color_multiply",
    "color_saturation",
    "color_tag",
    "use_float",
    "alpha_mode",
)
_FRAMING: dict[str, tuple[str, ...]] = {
    "transform": ("offset_x", "offset_y", "scale_x", "scale_y", "rotation", "origin", "filter"),
    "crop": ("min_x", "max_x", "min_y", "max_y"),
}


@dataclass(frozen=True)
class Media:
    """What a strip of ours shows."""

    footage: Footage
    kind: str
    """MOVIE or IMAGE."""
    folder: str
    files: tuple[str, ...]
    """File names in the folder: one clip, or the pictures in order."""
    frames: int
    """Pictures in it."""
    label: str
    """What the strip is called."""

    @property
    def path(self) -> str:
        """Of the first file, as Blender is to store it."""
        return shown_path(os.path.join(self.folder, self.files[0]))


def shown_path(path: str) -> str:
    """Relative to the .blend for what lies below it, so that both can move; else absolute."""
    blend = bpy.data.filepath
    if not blend:
        return path
    below = os.path.join(os.path.realpath(os.path.dirname(blend)), "")
    real = os.path.realpath(path)
    return "//" + os.path.relpath(real, below).replace(os.sep, "/") if real.startswith(below) else path


def read(editor: Any) -> tuple[Strip, ...]:
    """All strips, those in meta strips too."""
    tied = {
        used.name
        for strip in compat.all_strips(editor)
        for used in (getattr(strip, "input_1", None), getattr(strip, "input_2", None))
        if used is not None
    }
    return tuple(_read(compat.strips_of(editor), "", tied))


def _read(strips: Any, parent: str, tied: set[str]) -> Iterable[Strip]:
    for strip in strips:
        lies = Place(
            strip.channel,
            compat.left(strip),
            compat.right(strip),
            compat.content_begin(strip),
            compat.content_end(strip),
            parent,
        )
        meta = strip.type == "META"
        yield Strip(
            strip.name,
            lies,
            "" if meta else str(strip.get(_TAKE, "")),
            str(strip.get(_SHOT, "")),
            int(strip.get(_FIRST, 0)),
            int(strip.get(_SPAN, 0)),
            strip.mute,
            strip.lock,
            bool(strip.get(_SPARE, False)),
            strip.name in tied,
        )
        if meta:
            yield from _read(compat.strips_of(strip), strip.name, tied)


def channels(editor: Any) -> tuple[frozenset[int], frozenset[int]]:
    """Channels that are locked or muted, and those that are locked."""
    lanes = list(enumerate(editor.channels))
    locked = frozenset(i for i, c in lanes if c.lock)
    return locked | {i for i, c in lanes if c.mute}, locked


def media_of(strip: Any) -> Media:
    """What a strip of ours shows now."""
    footage = Footage(strip[_TAKE], strip[_SHOT], int(strip[_FIRST]), int(strip[_SPAN]))
    if strip.type == "MOVIE":
        folder, name = os.path.split(bpy.path.abspath(strip.filepath))
        files: tuple[str, ...] = (name,)
    else:
        folder, files = bpy.path.abspath(strip.directory), tuple(e.filename for e in strip.elements)
    return Media(footage, strip.type, folder, files, int(strip[_FRAMES]), str(strip.get(_LABEL, "")))


def clip_length(editor: Any, path: str, expected: int) -> int:
    """Pictures in a clip as Blender counts them. ProductionError `take.clip_gone`, `take.clip_unreadable`."""
    if not os.path.isfile(path):
        raise ProductionError(
            f"The take's clip is gone from disk ({path}).",
            code="take.clip_gone",
            hint="Bring the file back, or generate the take again with its seed and brief.",
        )
    strips = compat.strips_of(editor)
    trial = strips.new_movie("rushes trial", path, 1, -500000)
    length = compat.own_length(trial)
    strips.remove(trial)
    if length < 2 <= expected:
        raise ProductionError(
            f"Blender cannot read the take's clip ({path}).",
            code="take.clip_unreadable",
            hint="The file may be damaged. Generate the take again with its seed and brief.",
        )
    return length


def apply(edit: Any, actions: Sequence[Action], new: Media) -> None:
    """Change the strips of a scene as planned. `new` is what the plan calls NEW."""
    editor = edit.sequence_editor
    sources = {a.source for a in actions if isinstance(a, (Add, Retake)) and a.source != NEW}
    media = {NEW: new} | {name: media_of(compat.all_strips(editor)[name]) for name in sources}
    with compat.calm_sequencer(editor):
        hands = _Hands(edit, media)
        for action in actions:
            hands.do(action)


class _Hands:
    """Does one action after the other; follows strips whose names change meanwhile."""

    def __init__(self, edit: Any, media: dict[str, Media]) -> None:
        self.edit = edit
        self.editor = edit.sequence_editor
        self.media = media
        self.names: dict[str, str] = {}

    def strip(self, name: str) -> Any:
        """The strip that the plan calls so."""
        return compat.all_strips(self.editor)[self.names.get(name, name)]

    def owner(self, place: Place) -> Any:
        """The strips among which this place is."""
        return compat.strips_of(self.strip(place.parent) if place.parent else self.editor)

    def do(self, action: Action) -> None:
        """One action."""
        if isinstance(action, Add):
            made = self._make(self.media[action.source], action.place)
            made.mute, made[_SPARE] = action.spare, action.spare
            if action.like:
                _copy_look(self.strip(action.like), made)
        elif isinstance(action, Retake):
            self._retake(action)
        elif isinstance(action, Wrap):
            self._wrap(action)
        elif isinstance(action, Drop):
            gone = self.strip(action.strip)
            self._home(gone).remove(gone)
        else:
            self._mark(action)

    def _mark(self, action: Mark) -> None:
        self.strip(action.strip)[_SPARE] = True

    def _make(self, media: Media, place: Place) -> Any:
        owner = self.owner(place)
        maker = owner.new_movie if media.kind == "MOVIE" else owner.new_image
        strip = maker(media.label, media.path, _spare_channel(owner), place.begin, fit_method="FIT")
        self._fill(strip, media, place)
        return strip

    def _retake(self, action: Retake) -> None:
        strip, media = self.strip(action.strip), self.media[action.source]
        name = strip.name
        if strip.type != media.kind:
            strip = self._exchange(strip, media, action.place)
        else:
            same = media.frames == strip.get(_FRAMES) and action.place == self._place_of(strip, action.place)
            if not same:
                strip.channel = _spare_channel(self._home(strip))
            if media.kind == "MOVIE" and strip.filepath != media.path:
                strip.filepath = media.path
            self._fill(strip, media, action.place, keep_speed=same)
        former = str(strip.get(_LABEL, ""))
        wanted = name.replace(former, media.label) if former else name
        self._note(strip, media)
        if wanted != strip.name:
            strip.name = wanted
        self.names[action.strip] = strip.name

    def _place_of(self, strip: Any, like: Place) -> Place:
        span = (compat.left(strip), compat.right(strip), compat.content_begin(strip), compat.content_end(strip))
        return Place(strip.channel, *span, parent=like.parent)

    def _fill(self, strip: Any, media: Media, place: Place, keep_speed: bool = False) -> None:
        """Content of the right length, then its place."""
        length = place.end - place.begin
        if media.kind == "IMAGE":
            _set_pictures(strip, media, length)
        elif not keep_speed:
            if len(strip.retiming_keys):
                strip.retiming_keys.reset()
            own = compat.own_length(strip)
            compat.set_span(strip, place.begin, place.begin, place.begin + own)
            compat.retime(self.edit, strip, length)
        compat.set_span(strip, place.begin, place.left, place.right)
        strip.channel = place.channel
        if _LABEL not in strip:
            self._note(strip, media)

    def _note(self, strip: Any, media: Media) -> None:
        strip[_TAKE], strip[_SHOT] = media.footage.take, media.footage.shot
        strip[_FIRST], strip[_SPAN] = media.footage.first, media.footage.span
        strip[_FRAMES], strip[_LABEL] = media.frames, media.label

    def _exchange(self, former: Any, media: Media, place: Place) -> Any:
        """A clip in place of pictures or the other way round: another strip that takes over looks, effects and name."""
        name, label = former.name, str(former.get(_LABEL, ""))
        former.channel = _spare_channel(self._home(former))
        strip = self._make(media, place)
        _copy_look(former, strip)
        strip[_SPARE] = bool(former.get(_SPARE, False))
        strip.mute, strip.lock = former.mute, former.lock
        for effect in compat.all_strips(self.editor):
            for socket in ("input_1", "input_2"):
                used = getattr(effect, socket, None)
                if used is not None and used.name == name:
                    setattr(effect, socket, strip)
        former.name = f"{name} former"  # 5.2 remembers which effects used a strip until its name changes
        self._home(former).remove(former)
        strip.name, strip[_LABEL] = name, label
        return strip

    def _home(self, strip: Any) -> Any:
        """The strips among which this one lies."""
        for meta in compat.all_strips(self.editor):
            if meta.type == "META" and strip.name in compat.strips_of(meta):
                return compat.strips_of(meta)
        return compat.strips_of(self.editor)

    def _wrap(self, action: Wrap) -> None:
        inside = [self.strip(name) for name in action.strips]
        meta = compat.strips_of(self.editor).new_meta(
            action.name, _spare_channel(compat.strips_of(self.editor)), action.place.begin
        )
        self.names[action.name] = meta.name
        meta[_SHOT] = inside[0][_SHOT]
        for strip in inside:
            strip.move_to_meta(meta)
        compat.set_span(meta, action.place.begin, action.place.left, action.place.right)
        meta.channel = action.place.channel
        meta.color_tag = inside[0].color_tag


def _spare_channel(strips: Any) -> int:
    """A channel where a strip can change its length without meeting another one: Blender would push it away, or hang
    (4.5). It goes to its own channel when it is done."""
    return min(compat.CHANNELS, max((s.channel for s in strips), default=0) + 1)


def _set_pictures(strip: Any, media: Media, length: int) -> None:
    """The pictures, each for as long as its time lasts, so that `length` frames show them all."""
    count = len(media.files)
    names = [media.files[min(i * count // length, count - 1)] for i in range(length)]
    folder = os.path.join(media.path.rpartition("/")[0] if media.path.startswith("//") else media.folder, "")
    if strip.directory != folder:
        strip.directory = folder
    while len(strip.elements) > length:
        strip.elements.pop(len(strip.elements) - 1)
    while len(strip.elements) < length:
        strip.elements.append(names[len(strip.elements)])
    for element, name in zip(strip.elements, names):
        if element.filename != name:
            element.filename = name


def _copy_look(source: Any, target: Any) -> None:
    for name in _LOOK:
        if hasattr(source, name) and hasattr(target, name):
            setattr(target, name, getattr(source, name))
    for part, names in _FRAMING.items():
        for name in names:
            if hasattr(getattr(source, part, None), name):
                setattr(getattr(target, part), name, getattr(getattr(source, part), name))
