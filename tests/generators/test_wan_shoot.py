"""The other family through the same job: a shot off Wan's frame grid becomes a take that replays to the bit."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from rushes.contracts import Recipe, ShootRequest, Size, decode, encode
from rushes.generators.registry import Registry
from rushes.generators.wan_vace import WanVaceGenerator
from rushes.jobs import replay, shoot
from rushes.jobs.registry import Services
from rushes.jobs.set_pictures import kept_frames, open_set
from rushes.library.production import Production
from rushes.testing.analytic_door import AnalyticDoor, write_blend
from rushes.testing.contexts import RecordingContext
from rushes.testing.stage_double import StageDouble


def test_a_take_by_wan_replays(tiny_wan: Path, tmp_path: Path) -> None:
    production = Production.create(tmp_path / "film", "Harbour", Fraction(24), Size(96, 64))
    blend = write_blend(tmp_path / "set.blend")
    production.register_source(blend)
    registry = Registry({"wan-vace": lambda: WanVaceGenerator(folder=tiny_wan, device="cpu", window=9)})
    door = AnalyticDoor(Size(96, 64), frames=11)
    services = Services(home=tmp_path / "home", registry=registry, door=door)
    asked = ShootRequest(
        production=str(production.root),
        blend=str(blend),
        shot="010",
        take_id="t1",
        seed=3,
        generator="wan-vace",
        steps=1,
        strengths={"prompt": 1.0},
        model_size=Size(50, 30),
    )
    context = RecordingContext()
    made = shoot.run(encode(asked), context, services)
    assert made["frames"] == 11
    said = " ".join(made["messages"])
    assert "cannot work at 50×30" in said
    assert "makes 13 frames" in said
    assert "in windows that share 5 frames" in said
    again = replay.ReplayRequest(asked.production, "t1")
    assert replay.run(encode(again), RecordingContext(), services)["different"] == []


def test_a_set_that_is_kept_is_given_as_the_first_frame(tiny_wan: Path, tmp_path: Path) -> None:
    production = Production.create(tmp_path / "film", "Harbour", Fraction(24), Size(96, 64))
    blend = write_blend(tmp_path / "set.blend")
    production.register_source(blend)
    registry = Registry({"wan-vace": lambda: WanVaceGenerator(folder=tiny_wan, device="cpu", window=9)})
    services = Services(home=tmp_path / "home", registry=registry, door=AnalyticDoor(Size(96, 64)), stage=StageDouble())
    first = ShootRequest(
        str(production.root), str(blend), "010", "t1", 3, "wan-vace", steps=1, strengths={"prompt": 1.0},
        model_size=Size(96, 64), keep_frames=True,
    )  # fmt: skip
    shoot.run(encode(first), RecordingContext(), services)
    kept = replace(first, shot="020", take_id="t2", set_takes=("t1",))
    made = shoot.run(encode(kept), RecordingContext(), services)
    recipe = decode(Recipe, json.loads((Path(made["folder"]) / "recipe.json").read_text()))
    key = json.loads((Path(made["folder"]) / "source.json").read_text())["set"]
    (position, given), *more = kept_frames(recipe, open_set(production, key)).items()
    assert (position, more) == (0, [])
    assert given.mask[:, :48].all()
    assert not given.mask[:, 48:].any()
    again = replay.ReplayRequest(kept.production, "t2")
    assert replay.run(encode(again), RecordingContext(), services)["different"] == []
