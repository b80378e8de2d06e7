"""The other family through the same job: a shot off Wan's frame grid becomes a take that replays to the bit."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from rushes.contracts import ShootRequest, Size, encode
from rushes.generators.registry import Registry
from rushes.generators.wan_vace import WanVaceGenerator
from rushes.jobs import replay, shoot
from rushes.jobs.registry import Services
from rushes.library.production import Production
from rushes.testing.analytic_door import AnalyticDoor, write_blend
from rushes.testing.contexts import RecordingContext


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
