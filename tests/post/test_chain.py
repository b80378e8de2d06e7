"""One contract over every post step: a new one is tested by being listed in `chain.STEPS` and here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from post.scenes import FULL, LOW, shot, truth
from rushes.contracts import JobContext, PostStep, Size, decode, encode
from rushes.errors import JobCancelled, RecipeError
from rushes.media.conditioning import ShotInputs
from rushes.media.pictures import Picture
from rushes.post import chain
from rushes.post.protocol import PostProcess
from rushes.testing.contexts import RecordingContext

EXAMPLES = {
    "guided_upsample": PostStep(
        "guided_upsample",
        2,
        {
            "width": FULL.width,
            "height": FULL.height,
            "sharpen": 0.5,
            "smooth_edges": True,
            "clean_sky": True,
            "unmix": True,
            "lines": True,
        },
    ),
}
every_step = pytest.mark.parametrize("spec", EXAMPLES.values(), ids=EXAMPLES.keys())


def pictures(count: int = 2) -> Iterator[Picture]:
    for i in range(count):
        yield truth(i, LOW)


def test_every_step_has_an_example() -> None:
    assert set(EXAMPLES) == set(chain.STEPS)


@every_step
def test_a_spec_rebuilds_its_step_after_a_trip_through_json(spec: PostStep) -> None:
    (step,) = chain.build([decode(PostStep, encode(spec))])
    assert isinstance(step, PostProcess)
    assert step.spec == spec
    assert chain.specs([step]) == (spec,)


@every_step
def test_as_many_pictures_of_the_promised_form(spec: PostStep) -> None:
    (step,) = chain.build([spec])
    made = list(step.apply(pictures(), shot(), RecordingContext()))
    size = step.output_size(LOW)
    assert len(made) == 2
    for picture in made:
        assert picture.dtype == np.float32
        assert picture.shape == (*size.shape, 3)
        assert picture.flags.c_contiguous
        assert 0 <= picture.min() <= picture.max() <= 1


@every_step
def test_same_bits_twice(spec: PostStep) -> None:
    runs = [list(chain.run(chain.build([spec]), pictures(), shot(), RecordingContext())) for _ in range(2)]
    assert all(np.array_equal(a, b) for a, b in zip(*runs))


@every_step
def test_a_step_leaves_its_input_alone(spec: PostStep) -> None:
    picture = truth(0, LOW).copy()
    before = picture.copy()
    list(chain.run(chain.build([spec]), iter([picture]), shot(), RecordingContext()))
    assert np.array_equal(picture, before)


@every_step
def test_a_step_can_be_cancelled_between_pictures(spec: PostStep) -> None:
    stream = chain.run(chain.build([spec]), pictures(), shot(), RecordingContext(cancel_after=2))
    next(stream)
    with pytest.raises(JobCancelled):
        next(stream)


@every_step
@pytest.mark.parametrize("change", ["version", "missing", "unknown"])
def test_a_spec_of_another_rushes_is_refused(spec: PostStep, change: str) -> None:
    settings = dict(spec.settings)
    if change == "missing":
        settings.popitem()
    if change == "unknown":
        settings["sparkle"] = 1
    other = PostStep(spec.name, 99 if change == "version" else spec.version, settings)
    with pytest.raises(RecipeError) as caught:
        chain.build([other])
    assert caught.value.code == "recipe.post"


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(RecipeError) as caught:
        chain.build([PostStep("sparkle", 1)])
    assert caught.value.code == "recipe.post"
    assert "guided_upsample" in caught.value.hint


def test_an_empty_chain_passes_pictures_on() -> None:
    first = next(chain.run((), pictures(), shot(), RecordingContext()))
    assert np.array_equal(first, truth(0, LOW))


def test_steps_run_in_order() -> None:
    class Add:
        def __init__(self, amount: float) -> None:
            self.amount = np.float32(amount)
            self.spec = PostStep("add", 1)

        def output_size(self, size: Size) -> Size:
            return size

        def apply(self, frames: Iterator[Picture], inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
            return (f * np.float32(0.5) + self.amount for f in frames)

    one = np.ones((2, 2, 3), np.float32)
    made = next(chain.run([Add(0.0), Add(0.25)], iter([one]), shot(), RecordingContext()))
    assert made[0, 0, 0] == pytest.approx(0.5)
