"""Where a take goes on the timeline: a plan of actions on strips, made from plain data.

A take's picture of scene frame f stands at frame f of the edit (at the same second, when the edit runs at another
rate). A strip that is there already keeps its place, its in and its out: only its take is exchanged. Strips that are
not ours are obstacles: none is moved, covered or removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rushes.contracts import Rating, TakeRow
from rushes.errors import SceneError

from .timeline import NEW, Action, Add, Drop, Footage, Mark, Place, Retake, Settings, Strip, Wrap

__all__ = ["best_take", "in_use", "place"]


def in_use(strips: Iterable[Strip], names: Sequence[str]) -> tuple[Strip, ...]:
    """The strips that show a shot now: those that are not muted, else those that are no former takes."""
    ours = [s for s in strips if s.take and s.shot in names]
    seen = [s for s in ours if not s.mute]
    return tuple(seen or (s for s in ours if not s.spare))


def best_take(takes: Iterable[TakeRow], names: Sequence[str]) -> TakeRow | None:
    """Of a shot's clips (oldest first) the newest kept one, else the newest that is not rejected."""
    clips = [t for t in takes if t.shot in names and t.frame_count > 1 and t.rating is not Rating.REJECTED]
    kept = [t for t in clips if t.rating is Rating.KEPT]
    return max(kept or clips, key=lambda t: (t.created, t.id), default=None)


def place(strips: Sequence[Strip], footage: Footage, settings: Settings) -> tuple[tuple[Action, ...], tuple[str, ...]]:
    """What must be done so that the shot shows this take, and notes for the artist. Nothing, when it does already.

    SceneError `scene.strip_locked` when a strip that would change is locked, `scene.channels_full` without a channel
    for it. Then nothing is to be changed.
    """
    planner = _Planner(strips, footage, settings)
    mains = in_use(strips, settings.names)
    if not mains:
        planner.add()
    for main in mains:
        if main.take != footage.take:
            planner.retake(main, planner.spares_of(main, mains))
    return tuple(planner.actions), tuple(dict.fromkeys(planner.notes))


class _Planner:
    """Keeps track of what lies where while the plan grows."""

    def __init__(self, strips: Sequence[Strip], footage: Footage, settings: Settings) -> None:
        self.strips = strips
        self.footage = footage
        self.settings = settings
        self.lying: dict[str, Place] = {s.name: s.place for s in strips}
        self.actions: list[Action] = []
        self.notes: list[str] = []

    def add(self) -> None:
        """The shot's first strip, beside those of the other shots."""
        begin, end = self.settings.ends(self.footage)
        ours = [s.place.channel for s in self.strips if s.take and not s.spare and not s.place.parent]
        base = min(ours, default=1)
        free = self.free(Place(base, begin, end, begin, end), self.settings.closed, around=True)
        if free is None:
            raise SceneError(
                f"No channel of the sequencer is free at frames {begin} to {end - 1}, for shot {self.footage.shot}.",
                code="scene.channels_full",
                hint="Make room in a channel that is neither locked nor muted, and place the take again.",
            )
        self.actions.append(Add(NEW, free))
        self.lying[f"\0new {len(self.actions)}"] = free

    def spares_of(self, main: Strip, mains: Sequence[Strip]) -> list[Strip]:
        """Former takes of the shot that lie at this strip rather than at another one in use."""
        ours = [s for s in self.strips if s.take and s.shot in self.settings.names and s not in mains]
        return [s for s in ours if s.place.parent == main.place.parent and _nearest(s, mains) is main]

    def retake(self, main: Strip, spares: list[Strip]) -> None:
        """Exchange the take of a strip in use; its former take stays as the policy says."""
        if main.locked or (not main.place.parent and main.place.channel in self.settings.locked):
            raise SceneError(
                f"The strip {main.name} is locked, so its take stays.",
                code="scene.strip_locked",
                hint="Unlock the strip or its channel in the Sequencer, and place the take again.",
            )
        for spare in spares:
            if not spare.spare:
                self.actions.append(Mark(spare.name))
        target = self.room(main, self._moved(main))
        keeps = self.settings.policy != "REMOVE"
        if self.settings.policy == "META" and not main.place.parent and not main.tied:
            target = self.wrap(main, spares, target)
        self.lying[main.name] = target
        self.actions.append(Retake(main.name, NEW, target))
        same = [s for s in spares if s.take == self.footage.take and not s.locked]
        if not keeps:
            for spare in same:
                self.actions.append(Drop(spare.name))
                self.lying.pop(spare.name)
        elif same:
            self.exchange(main, same[0])
        elif main.take not in {s.take for s in spares}:
            self.keep(main)

    def wrap(self, main: Strip, spares: list[Strip], target: Place) -> Place:
        """Put a strip and its former takes into a meta strip; where the strip is to lie then."""
        name = f"{self.footage.shot} takes"
        number = 1
        while name in self.lying:
            number += 1
            name = f"{self.footage.shot} takes {number}"
        free = [s.name for s in spares if not s.tied and not s.locked]
        self.actions.append(Wrap((main.name, *free), name, target))
        self.lying[name] = target
        for inside in free:
            self.lying[inside] = replace(self.lying[inside], parent=name)
        return replace(target, channel=main.place.channel, parent=name)

    def exchange(self, main: Strip, spare: Strip) -> None:
        """The former take goes where the new one was kept."""
        wanted = replace(main.place, channel=self.lying[spare.name].channel, parent=self.lying[spare.name].parent)
        del self.lying[spare.name]
        found = self.free(wanted, self.settings.locked)
        if found is None:
            self.lost(main)
            self.lying[spare.name] = spare.place
            return
        self.lying[spare.name] = found
        self.actions.append(Retake(spare.name, main.name, found))

    def keep(self, main: Strip) -> None:
        """The former take as a new muted strip above."""
        lies = self.lying[main.name]
        wanted = replace(main.place, channel=lies.channel + 1, parent=lies.parent)
        found = self.free(wanted, self.settings.locked)
        if found is None:
            self.lost(main)
            return
        self.lying[f"\0new {len(self.actions)}"] = found
        self.actions.append(Add(main.name, found, spare=True, like=main.name))

    def lost(self, main: Strip) -> None:
        """No room for a former take."""
        self.notes.append(
            f"No channel is free above {main.name}: its former take is no longer on the timeline, only in the list."
        )

    def _moved(self, main: Strip) -> Place:
        """Where a strip lies with the new take: scene frames stay where they are, trimmed ends too."""
        now = main.place
        begin, end = self.settings.ends(self.footage)
        moved = now.begin + self.settings.at(self.footage.first) - self.settings.at(main.first)
        same = self.footage.span == main.span  # then the artist's own speed stays too
        begin, end = moved, moved + (now.end - now.begin if same else end - begin)
        if (begin, end) == (now.begin, now.end):
            return now
        left = begin if now.left == now.begin else now.left
        right = end if now.right == now.end else now.right
        if right <= begin or left >= end or right <= left:  # nothing of the former piece is left
            left, right = begin, end
        return replace(now, left=left, right=right, begin=begin, end=end)

    def room(self, main: Strip, target: Place) -> Place:
        """The same place when there is room, else as long as there is room, else in another channel."""
        others = [p for name, p in self.lying.items() if name != main.name and target.meets(p)]
        if not others or target == main.place:
            return target
        found = self.free(
            target, self.settings.closed if not target.parent else frozenset(), around=True, but=main.name
        )
        if found is None:
            return replace(main.place, begin=target.begin, end=target.end)
        return found

    def free(
        self, wanted: Place, closed: frozenset[int] | set[int], around: bool = False, but: str = ""
    ) -> Place | None:
        """The place in the first free channel from its own on upwards, `around` then in those below."""
        shut: frozenset[int] | set[int] = frozenset() if wanted.parent else closed
        lying = [p for name, p in self.lying.items() if name != but]
        below = range(wanted.channel - 1, 0, -1) if around else ()
        for channel in (*range(wanted.channel, self.settings.channels + 1), *below):
            found = replace(wanted, channel=channel)
            if channel not in shut and not any(found.meets(p) for p in lying):
                return found
        return None


def _nearest(spare: Strip, mains: Sequence[Strip]) -> Strip:
    """The strip in use that a former take shares most frames with."""
    return max(mains, key=lambda m: (m.place.parent == spare.place.parent, m.place.overlap(spare.place)))
