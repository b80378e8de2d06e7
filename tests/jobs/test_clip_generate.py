"""Footage through a generator, on Wan VACE at toy size (its pictures mean nothing) and with none installed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rushes.contracts import JobContext, Size
from rushes.contracts.clip import Treatment
from rushes.errors import InputError, ModelError, PassesError
from rushes.generators.protocol import GenerateRequest, Picture
from rushes.generators.registry import Registry
from rushes.generators.wan_vace import WanVaceGenerator
from rushes.jobs.clip_generate import FootageInputs, line_control
from rushes.media.conditioning import ShotInputs
from rushes.media.footage import open_footage
from rushes.media.video import probe
from rushes.models.store import ModelStore
from rushes.post.footage.trial import Scene
from rushes.provenance.label import COMPOSITE_SOURCE_TYPE, is_labelled
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator
from rushes.testing.tiny_wan import build_tiny_wan

from .clip_media import ask, scene_clip, send
from .conftest import Studio

SIZE = Size(96, 64)


@pytest.fixture(scope="module")
def tiny_wan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_wan(tmp_path_factory.mktemp("tiny") / "wan-vace")


class _Watched(WanVaceGenerator):
    """Remembers what it was asked."""

    requests: list[GenerateRequest]

    def generate(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        self.requests = [*getattr(self, "requests", []), request]
        return super().generate(request, inputs, context)


@pytest.fixture
def wan(studio: Studio, tiny_wan: Path, monkeypatch: pytest.MonkeyPatch) -> _Watched:
    monkeypatch.setenv("RUSHES_THREADS", "1")
    generator = _Watched(folder=tiny_wan, device="cpu", window=9)
    studio.services.registry = Registry({"fake": FakeGenerator, "wan-vace": lambda: generator})
    return generator


WORDS = {"style": "ink", "steps": "1"}


def test_footage_is_restyled_by_the_generator_that_takes_video(studio: Studio, wan: _Watched, tmp_path: Path) -> None:
    sent = scene_clip(tmp_path / "a.mov", SIZE, 14)
    job = ask(studio, Treatment.RESTYLE, tmp_path / "a.mov", 11, first=2, head=1, timecode=24, settings=WORDS)
    found = send(studio, job)
    info = probe(Path(found.path))
    assert (found.frames, found.head, found.size) == (11, 1, SIZE)
    assert (info.frames, info.size, info.timecode) == (11, SIZE, "00:00:01:00")
    assert is_labelled(info.metadata)
    assert info.metadata["digitalSourceType"] == COMPOSITE_SOURCE_TYPE
    assert info.metadata["generator"] == "wan-vace"
    (request,) = wan.requests
    assert request.control is not None
    assert request.brief.style == "ink"
    small = open_footage(tmp_path / "a.mov", Fraction(24)).part(6, 1)
    if request.size == SIZE:
        assert np.abs(request.control(4) - line_control(next(iter(small)))).mean() < 0.01
    assert len(sent) == 14


def test_the_same_restyle_gives_the_same_pictures_and_another_control_others(
    studio: Studio, wan: _Watched, tmp_path: Path
) -> None:
    scene_clip(tmp_path / "a.mov", SIZE, 5)
    one, two, grey = (
        send(
            studio, ask(studio, Treatment.RESTYLE, tmp_path / "a.mov", 5, id=i, settings={**WORDS, "seed": "3", **more})
        )
        for i, more in (("c1", {}), ("c2", {}), ("c3", {"control": "grey"}))
    )

    def pictures(path: str) -> np.ndarray:
        return np.stack(list(open_footage(Path(path), Fraction(24))))

    assert np.array_equal(pictures(one.path), pictures(two.path))
    assert not np.array_equal(pictures(one.path), pictures(grey.path))


def test_footage_is_continued_from_its_own_frames(studio: Studio, wan: _Watched, tmp_path: Path) -> None:
    scene_clip(tmp_path / "a.mov", SIZE, 12)
    settings = {"before": "3", "after": "4", "steps": "1"}
    context = RecordingContext()
    job = ask(studio, Treatment.EXTEND, tmp_path / "a.mov", 10, first=1, head=2, settings=settings)
    found = send(studio, job, context)
    assert context.fractions == sorted(context.fractions)
    assert (found.frames, found.head) == (3 + 10 + 4, 2 + 3)
    made = list(open_footage(Path(found.path), Fraction(24)))
    own = list(open_footage(tmp_path / "a.mov", Fraction(24)).part(1, 10))
    for a, b in zip(made[3:13], own):
        assert np.abs(a - b).mean() < 0.004
    before, after = wan.requests
    assert min(before.kept) == before.frames - 9
    assert max(before.kept) == before.frames - 1
    assert sorted(after.kept) == list(range(9))
    assert is_labelled(probe(Path(found.path)).metadata)


def test_without_such_a_generator_the_error_says_what_to_do(studio: Studio, tmp_path: Path) -> None:
    scene_clip(tmp_path / "a.mov", SIZE, 3)
    job = ask(studio, Treatment.RESTYLE, tmp_path / "a.mov", 3, settings=WORDS)
    with pytest.raises(ModelError) as caught:
        send(studio, job)  # only a generator that takes no video
    assert caught.value.code == "clip.no_generator"
    assert "Wan VACE" in caught.value.hint
    store = ModelStore(folders=[], home=tmp_path / "empty")
    studio.services.registry = Registry({"wan-vace": lambda: WanVaceGenerator(store=store)})
    with pytest.raises(ModelError) as caught:
        send(studio, job)
    assert "wan-vace" in caught.value.hint
    assert str(tmp_path / "empty") in caught.value.hint


def test_a_generator_that_cannot_is_refused_with_those_that_can(studio: Studio, wan: _Watched, tmp_path: Path) -> None:
    scene_clip(tmp_path / "a.mov", SIZE, 3)
    job = ask(studio, Treatment.RESTYLE, tmp_path / "a.mov", 3, settings={**WORDS, "generator": "fake"})
    with pytest.raises(InputError) as caught:
        send(studio, job)
    assert caught.value.code == "clip.generator"
    assert "wan-vace" in caught.value.hint


@pytest.mark.parametrize("treatment", [Treatment.RESTYLE, Treatment.EXTEND])
def test_an_order_without_words_or_frames_is_refused(
    studio: Studio, wan: _Watched, tmp_path: Path, treatment: Treatment
) -> None:
    scene_clip(tmp_path / "a.mov", SIZE, 3)
    with pytest.raises(InputError) as caught:
        send(studio, ask(studio, treatment, tmp_path / "a.mov", 3), RecordingContext())
    assert caught.value.code in ("clip.restyle", "clip.extend")


def test_footage_has_no_passes_to_look_at() -> None:
    with pytest.raises(PassesError):
        FootageInputs(SIZE, 3, Fraction(24)).frame(0)


def test_lines_are_black_where_things_meet() -> None:
    scene = Scene(Size(320, 180), 3)
    lines = line_control(scene.frame(0))
    outline = np.abs(np.gradient(scene.mask(0)[..., 0])[1]) > 0.2
    assert lines.min() < 0.3
    assert lines[outline].mean() < lines.mean() - 0.05
