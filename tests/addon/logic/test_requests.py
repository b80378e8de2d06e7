"""What a button sends."""

from __future__ import annotations

from blender_addon.logic.requests import Plan, explore_job, seeds, shoot_job, shoot_requests
from blender_addon.logic.shots import FoundShot
from rushes.contracts import Brief, FrameRange, ShootRequest, Size, decode

SHOT = FoundShot("010", "Cam", 1, 48, 2)
PLAN = Plan(
    "/films/one",
    "/films/one/scenes/a.blend",
    SHOT,
    Brief(lighting="dusk"),
    "house",
    strengths={"color": 0.5},
    model_size=Size(512, 288),
    origin={"camera": "abc"},
)


def test_a_clip_covers_the_shot_and_carries_the_whole_brief() -> None:
    one, two = shoot_requests(PLAN, (7, 8))
    assert (one.seed, two.seed) == (7, 8)
    assert one.take_id != two.take_id
    assert one.range == FrameRange(1, 48, 2)
    assert one.camera == "Cam"
    assert one.brief["lighting"] == "dusk"
    assert one.brief["mood"] == ""  # emptied in the panel means empty, whatever the file says
    assert set(one.brief) == set(Brief.fields())
    assert one.origin == {"camera": "abc"}


def test_a_still_is_one_frame() -> None:
    (still,) = shoot_requests(PLAN, (7,), FrameRange(12, 12))
    assert still.range is not None
    assert still.range.frames == (12,)


def test_what_is_sent_is_what_the_engine_reads() -> None:
    (request,) = shoot_requests(PLAN, (7,))
    job = shoot_job(request)
    assert job.id
    assert decode(ShootRequest, job.params) == request
    assert job.blender is None
    assert shoot_job(request, "/opt/blender-5.2/blender").blender == "/opt/blender-5.2/blender"


def test_locked_seeds_follow_each_other_and_others_are_by_chance() -> None:
    assert seeds(5, 3, locked=True) == (5, 6, 7)
    chance = seeds(5, 8, locked=False)
    assert len(set(chance)) == 8
    assert all(0 <= s < 2**31 for s in chance)


def test_a_sheet_names_shot_frame_and_count() -> None:
    job = explore_job(PLAN, 24, 12, 3)
    assert job.kind == "explore"
    assert (job.params["shot"], job.params["frame"], job.params["count"]) == ("010", 24, 12)
    assert job.params["brief"]["lighting"] == "dusk"
