"""Where takes go on the timeline: the plan alone."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import pytest

from blender_addon.logic.strips import in_use, place
from blender_addon.logic.timeline import NEW, Action, Add, Drop, Footage, Mark, Place, Retake, Settings, Strip, Wrap
from rushes.errors import SceneError

SHOT = Settings(names=("020", "old name"))
NEWER = Footage("new", "020", 25, 48)


def ours(name: str = "a", take: str = "a", channel: int = 1, **more: object) -> Strip:
    return replace(Strip(name, Place(channel, 25, 73, 25, 73), take, "020", 25, 48), **more)


def foreign(name: str, channel: int, left: int, right: int) -> Strip:
    return Strip(name, Place(channel, left, right, left, right))


def after(strips: list[Strip], actions: tuple[Action, ...], footage: Footage) -> list[Strip]:
    """A double of the sequencer: what the plan makes of the strips."""
    found = {s.name: s for s in strips}
    was = dict(found)
    for number, action in enumerate(actions):
        if isinstance(action, Add):
            source = was.get(action.source)
            take, first, span = (
                (footage.take, footage.first, footage.span)
                if source is None
                else (source.take, source.first, source.span)
            )
            name = f"{take} {len(found)} {number}"
            found[name] = Strip(
                name, action.place, take, footage.shot, first, span, mute=action.spare, spare=action.spare
            )
        elif isinstance(action, Retake):
            source = was.get(action.source)
            shown = footage if action.source == NEW else source
            assert shown is not None
            found[action.strip] = replace(
                found[action.strip], place=action.place, take=shown.take, first=shown.first, span=shown.span
            )
        elif isinstance(action, Drop):
            del found[action.strip]
        elif isinstance(action, Mark):
            found[action.strip] = replace(found[action.strip], spare=True)
        else:
            found[action.name] = Strip(action.name, action.place)
            for name in action.strips:
                found[name] = replace(found[name], place=replace(found[name].place, parent=action.name))
    return list(found.values())


def test_a_first_take_goes_beside_those_of_other_shots() -> None:
    other = replace(ours(channel=4), shot="010", place=Place(4, 1, 25, 1, 25))
    assert place([other], NEWER, SHOT)[0] == (Add(NEW, Place(4, 25, 73, 25, 73)),)


def test_locked_and_muted_channels_are_left_alone() -> None:
    settings = replace(SHOT, closed=frozenset({1, 2}), locked=frozenset({1}))
    (add,), _ = place([foreign("x", 3, 70, 90)], NEWER, settings)
    assert isinstance(add, Add)
    assert add.place.channel == 4


def test_a_shot_under_a_former_name_is_the_same() -> None:
    actions, _ = place([replace(ours(), shot="old name")], NEWER, SHOT)
    assert isinstance(actions[0], Retake)


def test_what_the_artist_unmuted_is_in_use() -> None:
    main, spare = ours(mute=True), ours("b", "b", 2, spare=True)
    assert in_use([main, spare], SHOT.names) == (spare,)
    actions, _ = place([main, spare], NEWER, SHOT)
    assert Mark("a") in actions
    assert Retake("b", NEW, spare.place) in actions


def test_a_full_sequencer_refuses_a_new_strip_but_not_a_new_take() -> None:
    small = replace(SHOT, channels=3)
    full = [foreign(str(c), c, 1, 200) for c in (1, 2, 3)]
    with pytest.raises(SceneError) as told:
        place(full, NEWER, small)
    assert told.value.code == "scene.channels_full"
    actions, notes = place([ours(), *full[1:]], NEWER, small)
    assert actions == (Retake("a", NEW, ours().place),)
    assert "only in the list" in notes[0]


@pytest.mark.parametrize("settings", [SHOT, replace(SHOT, locked=frozenset({1}))])
def test_what_is_locked_stays(settings: Settings) -> None:
    with pytest.raises(SceneError) as told:
        place([ours(locked=not settings.locked)], NEWER, settings)
    assert told.value.code == "scene.strip_locked"


def test_a_strip_with_effects_stays_out_of_meta_strips() -> None:
    meta = replace(SHOT, policy="META")
    assert any(isinstance(a, Wrap) for a in place([ours()], NEWER, meta)[0])
    assert not any(isinstance(a, Wrap) for a in place([ours(tied=True)], NEWER, meta)[0])


def test_the_artists_own_speed_stays_with_a_take_of_the_same_length() -> None:
    fast = ours(place=Place(1, 25, 49, 25, 49))
    assert place([fast], NEWER, SHOT)[0][0] == Retake("a", NEW, fast.place)


def test_a_longer_take_goes_no_further_than_there_is_room() -> None:
    longer, neighbour = Footage("new", "020", 25, 60), foreign("n", 1, 73, 100)
    (retake, *_), _ = place([ours(), neighbour], longer, SHOT)
    assert isinstance(retake, Retake)
    assert retake.place == Place(2, 25, 85, 25, 85)


@pytest.mark.parametrize("rate", [Fraction(25, 24), Fraction(1, 2), Fraction(24000, 24024), Fraction(60, 24)])
def test_shots_that_abut_still_abut_at_another_rate(rate: Fraction) -> None:
    settings = replace(SHOT, ratio=rate)
    ends = [settings.ends(Footage("t", "s", first, 17)) for first in range(1, 400, 17)]
    assert all(a[1] == b[0] for a, b in itertools.pairwise(ends))


@pytest.mark.parametrize("seed", range(60))
def test_random_timelines(seed: int) -> None:
    chance = random.Random(seed)
    policy = chance.choice(["MUTED", "META", "REMOVE"])
    settings = replace(
        SHOT,
        policy=policy,
        ratio=chance.choice([Fraction(1), Fraction(25, 24)]),
        closed=frozenset(chance.sample(range(1, 9), 2)),
    )
    strips: list[Strip] = []
    for number in range(chance.randrange(0, 40)):
        left = chance.randrange(1, 150)
        new = foreign(f"mine {number}", chance.randrange(1, 9), left, left + chance.randrange(1, 60))
        if not any(new.place.meets(s.place) for s in strips):
            strips.append(new)
    untouched = list(strips)
    for _ in range(6):
        first = chance.choice([25, 25, 25, 20])
        footage = Footage(chance.choice("abcd"), "020", first, chance.choice([48, 48, 60]))
        strips = after(strips, place(strips, footage, settings)[0], footage)
        assert [s for s in strips if s.name.startswith("mine")] == untouched
        assert {s.take for s in in_use(strips, settings.names)} == {footage.take}
        assert not any(s is not o and s.place.meets(o.place) for s in strips if s.take for o in strips)
        assert place(strips, footage, settings) == ((), ())
        if chance.random() < 0.2:  # the artist trims
            strips = [
                replace(s, place=replace(s.place, left=s.place.left + 1)) if s.take and not s.place.parent else s
                for s in strips
            ]
