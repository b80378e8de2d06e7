"""Takes through the clip job: shot again from the recipe, cut to the clip's frames."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.contracts import FrameRange, Recipe, Shot, Size, decode
from rushes.contracts.clip import ClipJob, Treatment
from rushes.errors import InputError, JobCancelled, ModelError, ProductionError
from rushes.generators.registry import Registry
from rushes.media.footage import open_footage
from rushes.media.pictures import Picture
from rushes.media.video import probe
from rushes.provenance.label import is_labelled
from rushes.testing.analytic_door import write_blend
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator

from .clip_media import ask, send, stepped
from .conftest import Studio


def _recipe(studio: Studio, take: str) -> Recipe:
    return decode(Recipe, json.loads((studio.production.take_folder(take) / "recipe.json").read_text()))


def _frames(path: Path | str) -> list[Picture]:
    return list(open_footage(Path(path), Fraction(24)))


def _same(a: list[Picture], b: list[Picture]) -> bool:
    """But for the coding."""
    return len(a) == len(b) and all(float(np.abs(x - y).mean()) < 0.004 for x, y in zip(a, b))


@pytest.fixture
def shown(studio: Studio) -> Mapping[str, Any]:
    """A take of 5 frames of 96×54 with settings that a new take must share."""
    return studio.shoot("t1", brief={"subject": "a quay"}, strengths={"color": 0.5}, keep_frames=True)


def _job(studio: Studio, shown: Mapping[str, Any], treatment: Treatment, frames: int = 5, **changes: Any) -> ClipJob:
    return ask(studio, treatment, shown["files"]["clip"], frames, take="t1", **changes)


def test_another_take_is_the_recipe_with_a_new_seed(studio: Studio, shown: Mapping[str, Any]) -> None:
    context = RecordingContext()
    job = _job(studio, shown, Treatment.ANOTHER, 3, first=1, head=1, tail=1, timecode=90000)
    found = send(studio, job, context)
    old, new = _recipe(studio, "t1"), _recipe(studio, found.take)
    assert replace(new, seed=old.seed) == old
    assert new.seed != old.seed
    assert (found.frames, found.head, found.generated) == (3, 1, True)
    info = probe(Path(found.path))
    assert (info.frames, info.timecode) == (3, "01:02:30:00")
    assert is_labelled(info.metadata)
    assert info.metadata["take"] == found.take
    folder = studio.production.take_folder(found.take)
    assert (folder / "frames").is_dir()
    assert _same(_frames(found.path), _frames(folder / "clip.mp4")[1:4])
    take = studio.production.find_take(found.take)
    assert take is not None
    assert take.origin == {"clip": "c1", "take": "t1", "treatment": "take"}
    assert context.fractions == sorted(context.fractions)


def test_a_job_run_again_makes_no_second_take(studio: Studio, shown: Mapping[str, Any]) -> None:
    job = _job(studio, shown, Treatment.ANOTHER)
    first = send(studio, job)
    Path(first.path).unlink()  # as if killed between the take and its return
    again = send(studio, job)
    assert again.take == first.take
    assert [t.id for t in studio.production.takes()] == ["t1", first.take]


def test_an_id_that_is_a_foreign_take_is_not_overwritten(studio: Studio, shown: Mapping[str, Any]) -> None:
    studio.shoot("c1", seed=9)
    with pytest.raises(ProductionError) as caught:
        send(studio, _job(studio, shown, Treatment.ANOTHER))
    assert caught.value.code == "production.take_exists"


def test_the_seed_can_be_chosen(studio: Studio, shown: Mapping[str, Any]) -> None:
    found = send(studio, _job(studio, shown, Treatment.ANOTHER, settings={"seed": "42"}))
    assert _recipe(studio, found.take).seed == 42


def test_a_handle_may_fall_short_and_the_cut_may_not(studio: Studio, shown: Mapping[str, Any]) -> None:
    found = send(studio, _job(studio, shown, Treatment.ANOTHER, 5, first=2, head=1, tail=2))
    assert (found.frames, found.head) == (3, 1)
    assert any("of 2 frames of handle" in n for n in found.notes)
    with pytest.raises(InputError) as caught:
        send(studio, _job(studio, shown, Treatment.ANOTHER, 5, first=3, head=1, tail=1, id="c2"))
    assert caught.value.code == "clip.range"
    assert "it has 5" in caught.value.message


def test_a_render_whose_frames_cannot_be_told_is_refused(
    studio: Studio, shown: Mapping[str, Any], tmp_path: Path
) -> None:
    rendered = stepped(tmp_path / "render.mov", Size(96, 54), 3)
    with pytest.raises(InputError) as caught:
        send(studio, replace(_job(studio, shown, Treatment.ANOTHER, 3), media=str(rendered)))
    assert caught.value.code == "clip.take_media"
    whole = stepped(tmp_path / "whole.mov", Size(96, 54), 5)
    assert send(studio, replace(_job(studio, shown, Treatment.ANOTHER, 3), media=str(whole))).frames == 3


def test_a_restyle_changes_the_brief_and_nothing_else(studio: Studio, shown: Mapping[str, Any]) -> None:
    found = send(studio, _job(studio, shown, Treatment.RESTYLE, settings={"lighting": "night"}))
    old, new = _recipe(studio, "t1"), _recipe(studio, found.take)
    assert new.brief == replace(old.brief, lighting="night")
    assert replace(new, brief=old.brief, reading=old.reading) == old
    assert not _same(_frames(found.path), _frames(shown["files"]["clip"]))


def test_a_restyle_by_another_generator_leaves_the_old_ones_knobs(studio: Studio, shown: Mapping[str, Any]) -> None:
    studio.services.generators.add({"other": lambda: FakeGenerator("other", Size(48, 24))})
    found = send(studio, _job(studio, shown, Treatment.RESTYLE, settings={"generator": "other"}))
    new = _recipe(studio, found.take)
    assert (new.generator, new.seed) == ("other", 7)
    assert new.strengths != {"color": 0.5}
    with pytest.raises(ModelError):
        send(studio, _job(studio, shown, Treatment.RESTYLE, id="c2", settings={"generator": "none"}))


@pytest.mark.parametrize("settings", [{}, {"lighting": "dusk"}, {"style": "", "lighting": " "}])
def test_a_restyle_that_changes_nothing_is_refused(
    studio: Studio, shown: Mapping[str, Any], settings: dict[str, str]
) -> None:
    with pytest.raises(InputError) as caught:
        send(studio, _job(studio, shown, Treatment.RESTYLE, settings=settings))
    assert caught.value.code == "clip.restyle"


def _longer_scene(studio: Studio, end: int) -> None:
    door = studio.door
    shots = tuple(Shot(s.name, s.camera, FrameRange(1, end), s.brief, s.camera_matrix) for s in door.info.shots)
    door.info = replace(door.info, shots=shots)


def test_extend_shoots_a_longer_range_as_far_as_the_scene_goes(studio: Studio) -> None:
    _longer_scene(studio, 9)
    shown = studio.shoot("t1", range=FrameRange(3, 6))
    job = _job(studio, shown, Treatment.EXTEND, 3, first=1, head=1, settings={"before": "4", "after": "2"})
    found = send(studio, job)
    new = _recipe(studio, found.take)
    # Frame 1 of the take is frame 4 of the scene: one of the four before it is in the take, two more are in the scene.
    assert new.range == FrameRange(1, 8)
    assert new.seed == 7
    assert (found.frames, found.head) == (3 + 3 + 2, 1 + 3)
    assert any("2 of the 3 more frames before" in n for n in found.notes)
    assert any("The frames you had are" in n for n in found.notes)
    assert _same(_frames(found.path), _frames(studio.production.take_folder(found.take) / "clip.mp4"))


def test_extend_within_the_take_shoots_nothing(studio: Studio, shown: Mapping[str, Any]) -> None:
    found = send(studio, _job(studio, shown, Treatment.EXTEND, 1, first=2, settings={"before": "1", "after": "2"}))
    assert (found.frames, found.head, found.take) == (4, 1, "")
    assert len(studio.production.takes()) == 1
    assert _same(_frames(found.path), _frames(shown["files"]["clip"])[1:5])


def test_extend_past_the_scene_says_so(studio: Studio, shown: Mapping[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        send(studio, _job(studio, shown, Treatment.EXTEND, settings={"after": "3"}))
    assert caught.value.code == "clip.extend"
    assert "from 1 to 5" in caught.value.message


def test_upscale_finishes_a_take_again_at_the_larger_size(studio: Studio, shown: Mapping[str, Any]) -> None:
    found = send(studio, _job(studio, shown, Treatment.UPSCALE, settings={"scale": "2"}))
    old, new = _recipe(studio, "t1"), _recipe(studio, found.take)
    assert (new.output_size, new.model_size, new.seed) == (Size(192, 108), old.model_size, old.seed)
    assert found.size == Size(192, 108) == probe(Path(found.path)).size


def test_upscale_of_a_take_whose_scene_has_changed_enlarges_its_pictures(
    studio: Studio, shown: Mapping[str, Any]
) -> None:
    write_blend(studio.blend, "another scene")
    found = send(studio, _job(studio, shown, Treatment.UPSCALE, settings={"scale": "2"}))
    assert found.take == ""
    assert found.generated
    assert found.size == Size(192, 108)
    assert any("has changed" in n for n in found.notes)
    assert any("Lanczos" in n for n in found.notes)


def test_upscale_without_the_takes_generator_enlarges_its_pictures(studio: Studio, shown: Mapping[str, Any]) -> None:
    studio.services.registry = Registry({})
    found = send(studio, _job(studio, shown, Treatment.UPSCALE))
    assert (found.take, found.size) == ("", Size(192, 108))
    assert any("fake" in n for n in found.notes)


def test_another_take_of_a_changed_scene_says_so(studio: Studio, shown: Mapping[str, Any]) -> None:
    write_blend(studio.blend, "another scene")
    context = RecordingContext()
    send(studio, _job(studio, shown, Treatment.ANOTHER), context)
    assert any("has changed" in n for n in context.notes)


def test_a_matte_is_exact_to_the_passes(studio: Studio, shown: Mapping[str, Any]) -> None:
    key = json.loads((Path(shown["folder"]) / "source.json").read_text())["passes"]
    inputs = studio.door.open(studio.production.passes_folder(key))
    kinds = {o.object_class.value for o in inputs.legend.objects}
    kind = sorted(kinds)[0]
    found = send(studio, _job(studio, shown, Treatment.MATTE, 3, first=1, settings={"class": kind}))
    ids = [o.id for o in inputs.legend.objects if o.object_class.value == kind]
    for index, picture in enumerate(_frames(found.path), 1):
        truth = np.isin(inputs.frame(index).ids, ids)
        assert ((picture[..., 0] > 0.5) == truth).mean() > 0.995
        assert float(picture[..., 0].max()) > 0.99
    assert not found.generated
    assert not is_labelled(probe(Path(found.path)).metadata)


def test_mattes_by_object_of_the_foreground_and_of_nothing_there(studio: Studio, shown: Mapping[str, Any]) -> None:
    key = json.loads((Path(shown["folder"]) / "source.json").read_text())["passes"]
    name = studio.door.open(studio.production.passes_folder(key)).legend.objects[-1].name
    one = send(studio, _job(studio, shown, Treatment.MATTE, settings={"object": name.upper()}))
    assert any(name.upper() in n for n in one.notes)
    sky = send(studio, _job(studio, shown, Treatment.MATTE, id="c2", settings={"class": "sky"}))
    assert float(np.mean(_frames(sky.path)[0])) > 0.05
    with pytest.raises(InputError) as caught:
        send(studio, _job(studio, shown, Treatment.MATTE, id="c3", settings={"class": "submarine"}))
    assert caught.value.code == "clip.matte"
    assert name in caught.value.hint


def test_a_cancel_while_shooting_leaves_neither_take_nor_return(studio: Studio, shown: Mapping[str, Any]) -> None:
    with pytest.raises(JobCancelled):
        send(studio, _job(studio, shown, Treatment.ANOTHER), RecordingContext(cancel_after=6))
    assert [t.id for t in studio.production.takes()] == ["t1"]
    assert not (studio.production.root / "returns" / "c1").exists()


def test_a_take_in_the_trash_is_named(studio: Studio, shown: Mapping[str, Any]) -> None:
    studio.production.trash("t1")
    with pytest.raises(ProductionError) as caught:
        send(studio, _job(studio, shown, Treatment.ANOTHER))
    assert "trash" in caught.value.message
