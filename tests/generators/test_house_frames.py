"""What the house generator makes of a shot's legend: simple blocks, walks, directions; and the passes it gives on."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import pytest

from rushes.contracts import Brief, Legend, LegendObject, Matrix4, ObjectClass, Size
from rushes.generators.house import HouseGenerator
from rushes.generators.house_frames import CarvedInputs, ShotPlan, frame_inputs
from rushes.generators.house_walk import STRIDE, Course, courses
from rushes.generators.protocol import GenerateRequest, GivesForm, guides
from rushes.jobs.consistency import WarpMeter
from rushes.models.house.surface import HouseObject
from rushes.testing.analytic_shot import AnalyticShot, place, street
from rushes.testing.fake_generator import FakeGenerator

SIZE = Size(160, 96)


def shot(**points: int | None) -> AnalyticShot:
    """The street; objects named have so many vertices, others 24."""
    made = street(Size(320, 192), 4)
    objects = tuple(
        dataclasses.replace(o, points=points.get(o.name.replace(" ", "_"), 24)) for o in made.legend.objects
    )
    made.legend = Legend(objects, made.legend.sun)
    return made


def ident(made: AnalyticShot, name: str) -> int:
    return next(o.id for o in made.legend.objects if o.name == name)


def planned(made: AnalyticShot) -> ShotPlan:
    return dataclasses.replace(ShotPlan.surveyed(made, SIZE), values={"place": "city", "weather": "rain"})


def test_only_few_vertices_are_carved() -> None:
    made = shot(Figure=4000, Crown=None, Car=None)
    house = frame_inputs(made.frame(1, SIZE), made, planned(made))
    simple = {o.name: house.objects[o.id].simple for o in made.legend.objects}
    assert not simple["Figure"]
    assert not simple["Car"]  # older passes do not say, so a modelled car is never spoilt
    assert simple["Crown"]
    assert house.weather == "rain"
    assert house.time == pytest.approx(1 / 24)


def test_what_deforms_or_is_held_out_is_not_simple() -> None:
    made = shot()
    changed = [dataclasses.replace(o, deforms=o.name == "Figure", holdout=o.name == "Car") for o in made.legend.objects]
    made.legend = Legend(tuple(changed), made.legend.sun)
    house = frame_inputs(made.frame(0, SIZE), made, planned(made))
    assert not house.objects[ident(made, "Figure")].simple
    assert not house.objects[ident(made, "Car")].simple


def test_carved_inputs_show_bodies() -> None:
    made = shot()
    carved = CarvedInputs(made, planned(made))
    assert (len(carved), carved.size, carved.rate) == (len(made), made.size, made.rate)
    assert carved.legend is made.legend
    plain, body = made.frame(2), carved.frame(2)
    figure = ident(made, "Figure")
    assert 0 < np.count_nonzero(body.ids == figure) < 0.9 * np.count_nonzero(plain.ids == figure)
    house = ident(made, "House left")
    assert np.array_equal(body.depth[body.ids == house], carved.frame(2).depth[body.ids == house])
    assert body.ids.dtype == plain.ids.dtype
    assert body.motion is plain.motion


def test_a_shot_without_simple_blocks_is_handed_on_untouched() -> None:
    made = shot(**dict.fromkeys(("Figure", "Car", "Crown", "Trunk"), 9000))
    plain = made.frame(0)
    got = CarvedInputs(made, planned(made)).frame(0)
    assert got.ids is plain.ids


def test_finishing_follows_the_generators_form() -> None:
    made = shot()
    request = GenerateRequest(Brief(), 1, SIZE, 4, 1)
    assert guides(FakeGenerator(), request, made) is made
    house = HouseGenerator()
    assert isinstance(house, GivesForm)
    assert isinstance(guides(house, request, made), CarvedInputs)


def test_the_post_chain_gets_them_and_the_meter_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    from rushes.jobs import shoot

    class Shaping(FakeGenerator):
        def guides(self, request: GenerateRequest, inputs: AnalyticShot) -> CarvedInputs:
            return CarvedInputs(inputs, planned(made))

    made, seen = shot(), []

    def chain_run(steps: object, pictures: Iterator[np.ndarray], inputs: object, context: object) -> Iterator[object]:
        seen.append(inputs)
        return pictures

    monkeypatch.setattr(shoot.chain, "run", chain_run)
    meter = WarpMeter(made)
    recipe, stages = _recipe(), _stages()
    frames = list(shoot.take_frames(recipe, Shaping(), made, stages, meter))  # type: ignore[arg-type]
    assert len(frames) == 4
    assert isinstance(seen[0], CarvedInputs)
    assert meter._inputs is made


def _stages() -> object:
    from rushes.jobs.shoot import WEIGHTS
    from rushes.jobs.stages import Stages
    from rushes.testing.contexts import RecordingContext

    return Stages(RecordingContext(), WEIGHTS)


def _recipe() -> object:
    from types import SimpleNamespace

    return SimpleNamespace(
        brief=Brief(), seed=1, model_size=SIZE, model_frames=4, steps=1, strengths={}, object_seeds={}, post=()
    )


def mover(matrices: Sequence[Matrix4], cls: ObjectClass = ObjectClass.CHARACTER, box: float = 0.25) -> LegendObject:
    long = 4 * box if cls is ObjectClass.VEHICLE else box
    bounds = ((-long, -box, 0.0), (long, box, 1.7))
    return LegendObject(1, "Mover", "", cls, "", (0.5, 0.5, 0.5), tuple(matrices), bounds=bounds, points=8)


def course(thing: LegendObject) -> Course | None:
    return courses(Legend((thing,), None), Fraction(24)).get(1)


def test_a_walk_goes_by_distance() -> None:
    found = course(mover([place(0.05 * k, 0, 0) for k in range(61)]))
    assert found is not None
    assert found.phases is not None
    assert found.phases[-1] == pytest.approx(3.0 / STRIDE * 2 * math.pi)
    assert np.allclose(np.diff(found.phases), found.phases[1])


def test_what_stands_or_drifts_does_not_walk() -> None:
    assert course(mover([place(0, 0, 0)])) is None
    assert course(mover([place(0.002 * k, 0, 0) for k in range(40)])) is None


@pytest.mark.parametrize("turn", [0.0, 1.1, math.pi])
@pytest.mark.parametrize("heading", [0.0, 2.0, -1.2])
def test_who_walks_looks_ahead(turn: float, heading: float) -> None:
    way = np.array([-math.sin(heading), math.cos(heading), 0.0])
    thing = mover([place(0.06 * k * float(way[0]), 0.06 * k * float(way[1]), 0.0, turn) for k in range(30)])
    found = course(thing)
    assert found is not None
    told = HouseObject(1, "character", (0.5, 0.5, 0.5), np.asarray(thing.matrix(7)), np.asarray(thing.bounds))
    steered = found.steered(told, 7)
    assert np.allclose(steered.matrix[:3, 1], way, atol=1e-6)
    assert steered.phase == pytest.approx(found.phases[7])  # type: ignore[index]
    assert np.allclose(steered.matrix[:3, 3], told.matrix[:3, 3])


@pytest.mark.parametrize("speed", [0.3, -0.3])
def test_a_car_built_along_x_faces_where_it_drives(speed: float) -> None:
    thing = mover([place(speed * k, 0, 0) for k in range(12)], ObjectClass.VEHICLE)
    found = course(thing)
    assert found is not None
    told = HouseObject(1, "vehicle", (0.5, 0.5, 0.5), np.asarray(thing.matrix(3)), np.asarray(thing.bounds))
    steered = found.steered(told, 3)
    assert steered.box is not None
    assert np.allclose(steered.box[1] - steered.box[0], (0.5, 2.0, 1.7))
    assert np.allclose(steered.matrix[:3, 1], (math.copysign(1, speed), 0, 0), atol=1e-9)
    assert steered.phase is None


def test_a_car_along_y_that_goes_ahead_stays() -> None:
    assert courses(shot().legend, Fraction(24)).keys() == set()
