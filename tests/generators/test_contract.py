"""One contract for every generator. A new one is tested by adding it to `CASES`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from rushes.contracts import Brief, Size, decode, encode
from rushes.contracts.generator import Descriptor
from rushes.contracts.words import read_words
from rushes.errors import InputError, JobCancelled, ModelError, SizeError
from rushes.generators.protocol import GenerateRequest, Generator, Picture
from rushes.models.store import ModelStore
from rushes.testing.analytic_shot import AnalyticShot
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator


@dataclass(frozen=True)
class Case:
    """A generator and the smallest work that shows what it does."""

    make: Callable[[Folders], Generator]
    size: Size
    frames: int


@dataclass(frozen=True)
class Folders:
    """Where the doubles of weights are."""

    wan: Path
    house: Path


def make_wan(folders: Folders) -> Generator:
    from rushes.generators.wan_vace import WanVaceGenerator

    return WanVaceGenerator(folder=folders.wan, device="cpu", window=9)


def make_house(folders: Folders) -> Generator:
    from rushes.generators.house import HouseGenerator

    return HouseGenerator(folders.house, device="cpu")


def make_shipped_house(folders: Folders) -> Generator:
    from rushes.generators.house import HouseGenerator

    try:
        found = ModelStore([], home=folders.house).find("house_model")
    except ModelError:
        pytest.skip("assets/house_model is not there: `rushes train house` makes it")
    return HouseGenerator(found, device="cpu")


CASES = {
    "fake": Case(lambda _: FakeGenerator(), Size(32, 24), 3),
    "wan-vace": Case(make_wan, Size(48, 32), 5),
    "house": Case(make_house, Size(96, 64), 2),
    "house-shipped": Case(make_shipped_house, Size(96, 64), 2),
}


@dataclass(frozen=True)
class Bench:
    generator: Generator
    request: GenerateRequest
    shot: AnalyticShot

    def run(self, **changes: object) -> np.ndarray:
        request = dataclasses.replace(self.request, **changes)  # type: ignore[arg-type]
        return np.stack(list(self.generator.generate(request, self.shot, RecordingContext())))


@pytest.fixture(scope="module", params=list(CASES))
def bench(request: pytest.FixtureRequest, tiny_wan: Path, tiny_house: Path, shot: AnalyticShot) -> Bench:
    case = CASES[request.param]
    generator = case.make(Folders(tiny_wan, tiny_house))
    asked = GenerateRequest(Brief(subject="a harbour", lighting="dusk"), 7, case.size, case.frames, 1)
    return Bench(generator, asked, shot)


def test_is_a_generator_with_a_sane_descriptor(bench: Bench) -> None:
    assert isinstance(bench.generator, Generator)
    found = bench.generator.descriptor
    assert decode(Descriptor, encode(found)) == found
    assert found.id
    assert found.licence
    least, default, most = found.steps
    assert 1 <= least <= default <= most
    for knob in found.conditionings:
        assert knob.strength is None or knob.strength[0] <= knob.default <= knob.strength[1]
    for field in found.vocabulary:
        assert field.default in field.words
        assert field.field in Brief.fields()
        assert {word for _, word in field.synonyms} <= set(field.words)
    for aspect in (1.0, 16 / 9, 2.39):
        size = found.sizes.legal(aspect)
        assert found.sizes.legal(size.aspect, size) == size
        assert size.pixels <= found.sizes.max_pixels
    for asked in (1, 2, 23, 24, 100, 241):
        assert found.frames.legal(found.frames.legal(asked)) == found.frames.legal(asked) >= asked


def test_says_what_it_does_not_know(bench: Bench) -> None:
    reading = bench.generator.read_brief(Brief(lighting="dusk", environment="zorgblatt"))
    if bench.generator.descriptor.vocabulary:
        assert "zorgblatt" in " ".join(reading.unknown)
        assert "dusk" in reading.values.values()
        known = {f.name: f.words for f in bench.generator.descriptor.vocabulary}
        assert all(v in known[k] for k, v in reading.values.items() if k in known)
    else:
        assert any("zorgblatt" in text for text in reading.values.values())


def test_a_panel_reads_a_brief_as_the_generator_does(bench: Bench) -> None:
    """Panels have the descriptor alone; what they show must be what the generator will do."""
    vocabulary = bench.generator.descriptor.vocabulary
    if not vocabulary:
        return
    for brief in (
        Brief(lighting="dusk, a night later", environment="zorgblatt in the fog"),
        Brief(subject="the harbours", mood="cosy-ish", restrictions="no rain"),
        Brief(),
    ):
        shown, done = read_words(vocabulary, brief), bench.generator.read_brief(brief)
        assert done.values == {f.name: shown.tokens.get(f.name, f.default) for f in vocabulary}
        assert done.unknown == shown.unknown


def test_weights_are_named_and_steady(bench: Bench) -> None:
    bench.generator.check_installed()
    ref = bench.generator.model_ref()
    assert ref.id == bench.generator.descriptor.id
    assert ref.files
    assert ref == bench.generator.model_ref()


def test_exact_pictures_and_the_same_bits_again(bench: Bench) -> None:
    context = RecordingContext()
    first = list(bench.generator.generate(bench.request, bench.shot, context))
    assert len(first) == bench.request.frames
    for picture in first:
        assert picture.shape == (*bench.request.size.shape, 3)
        assert picture.dtype == np.float32
        assert np.isfinite(picture).all()
        assert picture.min() >= 0.0
        assert picture.max() <= 1.0
        assert picture.std() > 0.0
    assert context.checks >= bench.request.frames
    assert context.fractions
    assert context.fractions == sorted(context.fractions)
    assert 0.0 <= context.fractions[0] <= context.fractions[-1] <= 1.0
    assert np.array_equal(bench.run(), np.stack(first))


def test_the_seed_changes_the_pictures(bench: Bench) -> None:
    assert not np.array_equal(bench.run(), bench.run(seed=8))


def test_same_bits_after_unload_and_load(bench: Bench) -> None:
    before = bench.run()
    bench.generator.unload()
    bench.generator.unload()
    bench.generator.load()
    bench.generator.load()
    assert np.array_equal(bench.run(), before)


def test_frames_past_the_shot_hold_its_last(bench: Bench) -> None:
    held = bench.generator.descriptor.frames.legal(len(bench.shot) + 1)
    assert len(bench.run(frames=held)) == held


def test_a_cancel_stops_within_one_frame(bench: Bench) -> None:
    context = RecordingContext()
    stream = bench.generator.generate(bench.request, bench.shot, context)
    next(stream)
    context.cancel()
    more: list[Picture] = []
    with pytest.raises(JobCancelled):
        more.extend(stream)
    assert len(more) <= 1
    with pytest.raises(JobCancelled):
        next(bench.generator.generate(bench.request, bench.shot, RecordingContext(cancel_after=1)))
    assert len(bench.run()) == bench.request.frames


def test_what_the_descriptor_rules_out_is_refused_before_any_work(bench: Bench) -> None:
    rules = bench.generator.descriptor
    size = bench.request.size
    off = Size(size.width + 1, size.height)
    with pytest.raises(SizeError) as caught:
        bench.run(size=off)
    assert str(rules.sizes.legal(off.aspect, off)) in caught.value.hint
    if rules.frames.multiple > 1:
        with pytest.raises(SizeError):
            bench.run(frames=rules.frames.legal(bench.request.frames) + 1)
    with pytest.raises(InputError):
        bench.run(steps=rules.steps[2] + 1)
    with pytest.raises(InputError):
        bench.run(strengths={"no such knob": 1.0})
    if "reference" not in {c.name for c in rules.conditionings}:
        with pytest.raises(InputError):
            bench.run(references=(np.zeros((8, 8, 3), np.float32),))
