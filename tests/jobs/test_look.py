"""The live look's loop on doubles: the newest wish wins, paint without passes, a Blender that dies, a saved file."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rushes.contracts import Brief, LookPicture, LookRequest, LookUpdate
from rushes.errors import BlenderError, BriefError, RushesError
from rushes.generators.protocol import Picture
from rushes.jobs.look import Look
from rushes.media.pictures import Bytes
from rushes.passes.view import OpenScene
from rushes.testing.analytic_door import write_blend
from rushes.testing.analytic_shot import look_at, street
from rushes.testing.fake_generator import FakeGenerator
from rushes.testing.looks import AnalyticView


class Ears:
    """DOUBLE of LookEvents that keeps what it hears."""

    def __init__(self) -> None:
        self.pictures: list[tuple[LookPicture, Bytes]] = []
        self.messages: list[str] = []
        self.restarts = 0
        self.scenes: list[OpenScene] = []
        self.ends: list[RushesError | None] = []
        self.heard = threading.Condition()

    def _hear(self, what: Callable[[], None]) -> None:
        with self.heard:
            what()
            self.heard.notify_all()

    def opened(self, scene: OpenScene, frames: tuple[int, int]) -> None:
        self._hear(lambda: self.scenes.append(scene))

    def picture(self, about: LookPicture, picture: Bytes) -> None:
        self._hear(lambda: self.pictures.append((about, picture)))

    def message(self, text: str) -> None:
        self._hear(lambda: self.messages.append(text))

    def note(self, text: str) -> None:
        """Not of interest."""

    def restarted(self) -> None:
        def count() -> None:
            self.restarts += 1

        self._hear(count)

    def ended(self, error: RushesError | None) -> None:
        self._hear(lambda: self.ends.append(error))

    def until(self, there: Callable[[], bool]) -> None:
        with self.heard:
            assert self.heard.wait_for(there, 20.0), (self.messages, self.ends, len(self.pictures))

    @property
    def last(self) -> LookPicture:
        return self.pictures[-1][0]

    def shows(self, update: int) -> LookPicture:
        self.until(lambda: bool(self.pictures) and self.last.update >= update)
        return self.last


class Painter(FakeGenerator):
    """DOUBLE that can be held up."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.seeds: list[int] = []

    def generate(self, request, inputs, context) -> Iterator[Picture]:  # type: ignore[no-untyped-def]
        self.seeds.append(request.seed)
        self.gate.wait(20.0)
        return super().generate(request, inputs, context)


class Set:
    """A look on doubles."""

    def __init__(self, blend: Path, **changes: object) -> None:
        self.blend = blend
        self.door, self.ears, self.painter = AnalyticView(), Ears(), Painter()
        request = replace(LookRequest(str(blend), generator="fake"), **changes)  # pyright: ignore[reportArgumentType]
        self.look = Look(request, self.painter, self.door, self.ears)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Set]:
    made = Set(write_blend(tmp_path / "set.blend"))
    made.look.start()
    made.ears.until(lambda: bool(made.ears.pictures))
    yield made
    made.painter.gate.set()
    made.look.close()


def test_the_start_shows_the_shots_own_brief(stage: Set) -> None:
    about, picture = stage.ears.pictures[0]
    assert (about.number, about.update, about.frame, about.camera) == (1, 0, 1, "cam 010")
    assert about.words == {"time_of_day": "dusk"}
    assert picture.dtype == np.uint8
    assert picture.shape[:2] == stage.door.asked[0].size.shape


def test_a_brief_and_a_seed_change_without_passes(stage: Set) -> None:
    number = stage.look.update(LookUpdate(brief={"lighting": "night"}))
    assert stage.ears.shows(number).words == {"time_of_day": "night"}
    number = stage.look.update(LookUpdate(seed=9))
    found = stage.ears.shows(number)
    assert (found.seed, found.words) == (9, {"time_of_day": "night"})
    number = stage.look.update(LookUpdate(object_seeds={"van": 5, "nothing of the kind": 6}))
    stage.ears.shows(number)
    assert len(stage.door.asked) == 1
    assert not np.array_equal(stage.ears.pictures[-1][1], stage.ears.pictures[0][1])


def test_the_newest_wish_wins(stage: Set) -> None:
    stage.painter.gate.clear()
    held = len(stage.painter.seeds)
    for seed in range(100, 102):  # one for each painter
        stage.look.update(LookUpdate(seed=seed))
        deadline = time.monotonic() + 20.0
        while len(stage.painter.seeds) < held + seed - 99 and time.monotonic() < deadline:
            time.sleep(0.002)
    last = 0
    for seed in range(200, 260):
        last = stage.look.update(LookUpdate(seed=seed, frame=2))
    stage.painter.gate.set()
    assert stage.ears.shows(last).seed == 259
    stale = [s for s in stage.painter.seeds if 200 <= s < 259]
    assert len(stale) <= 2, "wishes that were overtaken are never painted"
    numbers = [p.number for p, _ in stage.ears.pictures]
    assert numbers == sorted(set(numbers))


def test_a_free_camera_moves_the_view(stage: Set) -> None:
    camera = street(stage.door.asked[0].size, 1).cameras[0]
    aside = replace(camera, frame=3, matrix_world=look_at((3.0, 0.0, 2.0), (0.0, 20.0, 2.0)))
    number = stage.look.update(LookUpdate(view=aside))
    assert stage.ears.shows(number).camera == ""
    assert stage.door.asked[-1].view == aside
    assert stage.door.asked[-1].frame == 3
    number = stage.look.update(LookUpdate(camera="cam 020"))
    assert stage.ears.shows(number).camera == "cam 020"
    assert stage.door.asked[-1].view is None


def test_a_camera_that_is_not_there_is_a_sentence_and_no_end(stage: Set) -> None:
    stage.look.update(LookUpdate(camera="nobody's"))
    stage.ears.until(lambda: any("nobody's" in m and "cam 010" in m for m in stage.ears.messages))
    number = stage.look.update(LookUpdate(camera="cam 020"))
    assert stage.ears.shows(number).camera == "cam 020"
    assert stage.ears.messages[-1] == ""
    assert stage.ears.ends == []


def test_a_brief_with_a_field_that_does_not_exist_is_refused(stage: Set) -> None:
    with pytest.raises(BriefError):
        stage.look.update(LookUpdate(brief={"smell": "of the sea"}))


def test_saving_the_file_opens_it_again(stage: Set) -> None:
    write_blend(stage.blend, "and more")
    stage.ears.until(lambda: len(stage.ears.scenes) == 2 and len(stage.door.asked) == 2)
    stage.look.update(LookUpdate(reload=True))
    stage.ears.until(lambda: len(stage.ears.scenes) == 3)


def test_a_file_that_no_longer_opens_waits_for_one_that_does(stage: Set) -> None:
    stage.blend.write_bytes(b"half a file")
    stage.ears.until(lambda: any("not a Blender file" in m for m in stage.ears.messages))
    write_blend(stage.blend, "whole again")
    stage.ears.until(lambda: len(stage.door.asked) == 2)
    assert stage.ears.ends == []


def test_blender_that_dies_is_started_again(stage: Set) -> None:
    stage.door.fail.append(BlenderError("Blender was ended by signal SIGKILL.", code="blender.crashed"))
    number = stage.look.update(LookUpdate(frame=5))
    assert stage.ears.shows(number).frame == 5
    assert stage.ears.restarts == 1
    assert any("SIGKILL" in m for m in stage.ears.messages)
    assert stage.door.opened == 2


def test_blender_that_dies_again_and_again_ends_the_look(stage: Set) -> None:
    stage.door.fail.extend(BlenderError("Blender is gone.", code="blender.crashed") for _ in range(9))
    stage.look.update(LookUpdate(frame=5))
    stage.ears.until(lambda: bool(stage.ears.ends))
    assert isinstance(stage.ears.ends[0], BlenderError)


def test_the_sun_follows_the_brief_only_where_the_scene_has_none(tmp_path: Path) -> None:
    class Sunny(Painter):
        def sun_direction(self, brief: Brief, camera_matrix: object) -> tuple[float, float, float]:
            return (0.0, 0.0, 1.0) if brief.lighting == "day" else (1.0, 0.0, 0.0)

    made = Set(write_blend(tmp_path / "dark.blend", "no sun"))
    painter = Sunny()
    look = Look(LookRequest(str(made.blend), generator="fake"), painter, made.door, made.ears)
    look.start()
    try:
        made.ears.until(lambda: bool(made.ears.pictures))
        look.update(LookUpdate(brief={"lighting": "day"}))
        made.ears.until(lambda: len(made.door.asked) == 2)
        assert [a.sun for a in made.door.asked] == [(1.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    finally:
        look.close()


def test_closing_ends_it_once_and_closes_blender(stage: Set) -> None:
    stage.look.close()
    stage.look.close()
    assert stage.ears.ends == [None]
    assert stage.door.closed


def test_a_scene_that_does_not_open_ends_the_look_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "set.blend").write_bytes(b"no scene")
    made = Set(tmp_path / "set.blend")
    made.look.start()
    made.ears.until(lambda: bool(made.ears.ends))
    assert made.ears.ends[0] is not None
    assert made.ears.ends[0].code == "blend.not_one"
    made.look.close()
