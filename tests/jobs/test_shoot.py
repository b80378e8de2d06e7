"""From a shot to a take, on doubles for Blender and the model."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.contracts import FrameRange, JobContext, Recipe, Size, Take, decode
from rushes.errors import (
    BlendError,
    BriefError,
    DiskFullError,
    JobCancelled,
    ModelError,
    ProductionError,
    SceneError,
    disk_full_as_error,
)
from rushes.generators.protocol import GenerateRequest, Picture
from rushes.generators.registry import Registry
from rushes.jobs import passes, scene, shoot
from rushes.jobs.take_files import TakeWriter
from rushes.library.production import Production
from rushes.media.conditioning import ShotInputs
from rushes.media.pictures import frame_sha256, load_png, png_text
from rushes.media.video import probe, read_video
from rushes.provenance.label import is_labelled
from rushes.testing.analytic_door import write_blend
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator

from .conftest import Studio


def _recipe(result: Mapping[str, object]) -> Recipe:
    return decode(Recipe, json.loads((Path(str(result["folder"])) / "recipe.json").read_text()))


def _nothing_kept(production: Production) -> bool:
    leftovers = [
        p for p in (production.root / "shots").rglob("*") if p.name.startswith(".staging") or p.suffix == ".mp4"
    ]
    return production.takes() == () and leftovers == []


def test_a_take_has_all_its_parts(studio: Studio) -> None:
    context = RecordingContext()
    result = studio.shoot(context=context)
    folder = Path(result["folder"])
    names = {p.name for p in folder.iterdir()}
    assert names == {
        "clip.mp4",
        "poster.png",
        "strip.png",
        "frames.json",
        "recipe.json",
        "source.json",
        "measures.json",
        "take.json",
    }
    clip = probe(folder / "clip.mp4")
    assert (clip.size, clip.rate, clip.frames) == (Size(96, 54), Fraction(24), 5)
    assert clip.faststart
    assert is_labelled(clip.metadata)
    assert clip.metadata["seed"] == "7"
    assert clip.metadata["recipe_sha256"] == result["recipe_hash"]
    assert is_labelled(png_text(folder / "poster.png"))
    (take,) = studio.production.takes("010")
    assert take.id == "t1"
    assert take.recipe_hash == _recipe(result).hash == result["recipe_hash"]
    assert take.frame_count == 5
    assert take.environment["numpy"] == np.__version__
    assert load_png(Path(result["sheet"])).shape[1] > 1000
    assert context.previews


def test_progress_runs_through_all_stages_and_never_back(studio: Studio) -> None:
    context = RecordingContext()
    result = studio.shoot(context=context)
    assert context.fractions == sorted(context.fractions)
    assert context.fractions[-1] == pytest.approx(1.0)
    assert context.stages == ["passes", "generate", "upsample", "encode"]
    assert set(result["timings"]) == {"passes", "generate", "upsample", "encode"}


def test_pngs_on_request_are_the_hashed_frames(studio: Studio) -> None:
    result = studio.shoot(keep_frames=True, range=FrameRange(3, 7, 2))
    folder = Path(result["folder"])
    pictures = sorted((folder / "frames").iterdir())
    assert [p.name for p in pictures] == ["0003.png", "0005.png", "0007.png"]
    hashes = json.loads((folder / "frames.json").read_text())["sha256"]
    assert [frame_sha256(load_png(p)) for p in pictures] == hashes


def test_the_clients_words_are_kept_with_the_take_and_change_nothing(studio: Studio) -> None:
    origin = {"camera": "ab12", "blend": "/scenes/Straße.blend"}
    told, silent = studio.shoot("t1", origin=origin), studio.shoot("t2")
    assert [studio.production.row(t).origin for t in ("t1", "t2")] == [origin, {}]
    assert told["recipe_hash"] == silent["recipe_hash"]
    row = studio.production.row("t1")
    assert (row.camera, row.range) == (_recipe(told).camera, _recipe(told).range)
    assert row.warp_error == told["warp_error"]


def test_a_frame_step_keeps_the_duration(studio: Studio) -> None:
    result = studio.shoot(range=FrameRange(1, 8, 2))
    clip = probe(Path(result["folder"]) / "clip.mp4")
    assert (clip.frames, clip.rate) == (4, Fraction(12))
    (take,) = studio.production.takes()
    assert take.rate == Fraction(12)


def test_the_scenes_exact_rate_is_kept_and_said(studio: Studio) -> None:
    studio.door.info = replace(studio.door.info, rate=Fraction(24000, 1001))
    result = studio.shoot()
    assert probe(Path(result["folder"]) / "clip.mp4").rate == Fraction(24000, 1001)
    assert any("23.976" in m and "24 fps" in m for m in result["messages"])


def test_size_is_negotiated_and_shown(studio: Studio) -> None:
    context = RecordingContext()
    result = studio.shoot(context=context, model_size=Size(50, 30))
    recipe = _recipe(result)
    assert recipe.model_size.width % 8 == recipe.model_size.height % 8 == 0
    assert recipe.output_size == Size(96, 54)
    assert [s.name for s in recipe.post] == ["guided_upsample"]
    told = [m for m in result["messages"] if "brought to 96×54 on the geometry" in m]
    assert told
    assert set(result["messages"]) <= set(context.notes)


def test_same_size_needs_no_upsampling(studio: Studio) -> None:
    result = studio.shoot(output_size=Size(64, 32))
    assert _recipe(result).post == ()
    assert next(f.shape for f in read_video(Path(result["folder"]) / "clip.mp4")) == (32, 64, 3)


def test_odd_output_sizes_work(studio: Studio) -> None:
    result = studio.shoot(output_size=Size(97, 55))
    assert load_png(Path(result["folder"]) / "poster.png").shape == (55, 97, 3)


def test_unknown_words_are_said_not_swallowed(studio: Studio) -> None:
    context = RecordingContext()
    result = studio.shoot(context=context, brief={"lighting": "zinc night"})
    (message,) = [m for m in result["messages"] if "does not know" in m]
    assert "zinc" in message
    assert "night" not in message
    assert message in context.notes
    (take,) = studio.production.takes()
    assert message in take.messages
    assert take.brief.lighting == "zinc night"
    assert take.brief.subject == "a street"  # from the .blend
    assert _recipe(result).reading == {"time_of_day": "night"}


def test_a_brief_field_that_does_not_exist_is_refused(studio: Studio) -> None:
    with pytest.raises(BriefError):
        studio.shoot(brief={"smell": "salt"})
    assert studio.door.rendered == []


def test_brief_and_seed_change_the_pixels(studio: Studio) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"seed": 8},
        {"brief": {"lighting": "night"}},
        {"object_seeds": {"Car": 3}},
        {},
    ]
    hashes = [
        json.loads((Path(studio.shoot(f"t{i}", **change)["folder"]) / "frames.json").read_text())["sha256"]
        for i, change in enumerate(changes)
    ]
    assert hashes[0] == hashes[4]
    assert len({tuple(h) for h in hashes}) == 4


def test_unknown_objects_are_said(studio: Studio) -> None:
    result = studio.shoot(object_seeds={"Submarine": 3})
    assert any("Submarine" in m for m in result["messages"])
    assert _recipe(result).object_seeds == {}


def test_passes_are_rendered_once_and_inspected_once(studio: Studio) -> None:
    studio.shoot("t1")
    studio.shoot("t2", seed=8)
    studio.shoot("t3", brief={"lighting": "night"})
    assert (studio.door.inspected, len(studio.door.rendered)) == (1, 1)
    studio.shoot("t4", shot="020")
    studio.shoot("t5", output_size=Size(64, 36))
    assert len(studio.door.rendered) == 3


def test_another_version_of_the_scene_is_rendered_again(studio: Studio) -> None:
    first = studio.shoot("t1")
    write_blend(studio.blend, "with another house")
    second = studio.shoot("t2")
    assert (studio.door.inspected, len(studio.door.rendered)) == (2, 2)
    assert _recipe(first).passes != _recipe(second).passes


def test_a_changed_library_is_rendered_again(studio: Studio, tmp_path: Path) -> None:
    library = write_blend(tmp_path / "props.blend")
    studio.door.info = replace(studio.door.info, libraries=(str(library),))
    studio.shoot("t1")
    studio.shoot("t2")
    assert len(studio.door.rendered) == 1
    write_blend(library, "a longer boat")
    studio.shoot("t3")
    assert len(studio.door.rendered) == 2


def test_damaged_passes_are_rendered_again(studio: Studio) -> None:
    studio.shoot("t1")
    next((studio.production.root / "passes").rglob("0002.txt")).write_text("scratch")
    context = RecordingContext()
    studio.shoot("t2", context=context)
    assert len(studio.door.rendered) == 2
    assert any("damaged" in n for n in context.notes)


def test_the_scenes_sun_unless_not_wanted(studio: Studio) -> None:
    class Opinionated(FakeGenerator):
        def sun_direction(
            self, brief: object, camera_matrix: tuple[tuple[float, ...], ...]
        ) -> tuple[float, float, float] | None:
            return (0.0, 0.0, 1.0)

    studio.services.registry = Registry({"fake": Opinionated})
    studio.shoot("t1")
    studio.shoot("t2", use_scene_sun=False)
    studio.door.info = replace(studio.door.info, sun=None)
    write_blend(studio.blend, "no sun")
    studio.shoot("t3")
    assert [r.sun_direction for r in studio.door.rendered] == [(0.0, 0.6, 0.8), (0.0, 0.0, 1.0), (0.0, 0.0, 1.0)]


def test_a_camera_with_a_range_needs_no_shot(studio: Studio) -> None:
    result = studio.shoot(shot="pickup", camera="cam 020", range=FrameRange(2, 3))
    assert _recipe(result).camera == "cam 020"
    assert studio.production.takes("pickup")[0].frame_count == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"shot": "030"}, "scene.shot"),
        ({"camera": "cam 9"}, "scene.camera"),
        ({"shot": "pickup", "camera": "cam 020"}, "scene.shot"),
    ],
)
def test_what_is_not_in_the_scene_is_named(studio: Studio, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(SceneError) as caught:
        studio.shoot(**changes)
    assert caught.value.code == code
    assert "010" in caught.value.hint
    assert _nothing_kept(studio.production)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"shots": (), "cameras": (), "camera_matrices": {}}, "scene.no_camera"),
        ({"shots": (), "empty_shots": ("010",)}, "scene.range"),
        ({"shots": ()}, "scene.shot"),
    ],
)
def test_a_scene_without_shots_says_why(studio: Studio, changes: dict[str, Any], code: str) -> None:
    studio.door.info = replace(studio.door.info, **changes)
    for attempt in (
        lambda: studio.shoot(),
        lambda: scene.run({"blend": str(studio.blend)}, RecordingContext(), studio.services),
    ):
        with pytest.raises(SceneError) as caught:
            attempt()
        assert caught.value.code == code
        assert caught.value.hint


def test_the_scene_is_told(studio: Studio) -> None:
    params = {"blend": str(studio.blend), "production": str(studio.production.root)}
    told = scene.run(params, RecordingContext(), studio.services)
    assert [s["name"] for s in told["shots"]] == ["010", "020"]
    scene.run(params, RecordingContext(), studio.services)
    assert studio.door.inspected == 1


def test_a_retry_gives_the_same_take(studio: Studio) -> None:
    first = studio.shoot()
    again = studio.shoot(seed=99)
    assert again["recipe_hash"] == first["recipe_hash"]
    assert again["folder"] == first["folder"]
    assert len(studio.production.takes()) == 1
    assert len(studio.door.rendered) == 1


def test_not_a_blend(studio: Studio) -> None:
    studio.blend.write_text("notes about the film")
    with pytest.raises(BlendError) as caught:
        studio.shoot()
    assert caught.value.hint
    assert _nothing_kept(studio.production)


def test_a_blend_that_is_not_a_source(studio: Studio, tmp_path: Path) -> None:
    other = write_blend(tmp_path / "other.blend")
    with pytest.raises(ProductionError) as caught:
        shoot.run({**studio.request(), "blend": str(other)}, RecordingContext(), studio.services)
    assert caught.value.code == "production.source"


def test_missing_weights_are_said_before_blender_starts(studio: Studio) -> None:
    class Missing(FakeGenerator):
        def check_installed(self) -> None:
            raise ModelError("The weights are not there.", code="model.missing", hint="Put them there.")

    studio.services.registry = Registry({"fake": Missing})
    with pytest.raises(ModelError):
        studio.shoot()
    assert studio.door.inspected == 0


@pytest.mark.parametrize("after", [1, 3, 6, 9, 12])
def test_cancel_leaves_no_take(studio: Studio, after: int) -> None:
    context = RecordingContext(cancel_after=after)
    with pytest.raises(JobCancelled):
        studio.shoot(context=context)
    assert _nothing_kept(studio.production)
    assert studio.shoot()["take"] == "t1"


class _FullDisk(FakeGenerator):
    def generate(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        made = super().generate(request, inputs, context)
        yield next(made)
        raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_leaves_no_take(studio: Studio) -> None:
    studio.services.registry = Registry({"fake": _FullDisk})
    with pytest.raises(DiskFullError) as caught:
        studio.shoot()
    assert "space" in caught.value.hint
    assert _nothing_kept(studio.production)


def test_a_clip_that_finds_no_room_is_said(studio: Studio, tmp_path: Path) -> None:
    class NoRoom:
        def write(self, frame: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    @contextmanager
    def open_clip(path: Path, size: object, rate: object, metadata: object) -> Generator[NoRoom, None, None]:
        with disk_full_as_error(path):
            yield NoRoom()

    recipe = _recipe(studio.shoot())
    folder = tmp_path / "take"
    folder.mkdir()
    with pytest.raises(DiskFullError), TakeWriter(folder, recipe, "t2", "Fake", open_clip=open_clip) as writer:  # type: ignore[arg-type]
        writer.write(np.zeros((54, 96, 3), np.uint8))
    assert list(folder.iterdir()) == []


def test_another_worker_that_was_faster_wins(studio: Studio) -> None:
    """A worker thought dead may still finish: the second one takes its take."""
    done: list[Take] = []

    class Slow(FakeGenerator):
        def generate(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
            if not done:
                done.append(studio.production.takes()[0] if studio.production.takes() else _plant(studio))
            return super().generate(request, inputs, context)

    studio.services.registry = Registry({"fake": Slow})
    result = studio.shoot("t1")
    assert result["seed"] == 1234
    assert len(studio.production.takes()) == 1


def _plant(studio: Studio) -> Take:
    from rushes.contracts import Brief, encode
    from rushes.library.files import write_json

    take = Take("t1", "010", "2026-01-01", 1234, Brief(), "fake", "0", Size(2, 2), 1, Fraction(24), 1.0)
    folder = studio.production.shot_folder("010") / "takes" / "t1"
    folder.mkdir(parents=True)
    write_json(folder / "take.json", encode(take))
    return take


def test_the_production_moves_and_its_passes_are_found_again(studio: Studio, tmp_path: Path) -> None:
    inside = write_blend(studio.production.root / "scenes" / "set.blend")
    shoot.run({**studio.request("t1"), "blend": str(inside)}, RecordingContext(), studio.services)
    texts = "".join(p.read_text() for p in studio.production.root.rglob("*.json") if p.name != "production.json")
    assert str(studio.production.root) not in texts
    moved = tmp_path / "elsewhere"
    shutil.move(studio.production.root, moved)
    request = {**studio.request("t2"), "production": str(moved), "blend": "scenes/set.blend"}
    result = shoot.run(request, RecordingContext(), studio.services)
    assert (studio.door.inspected, len(studio.door.rendered)) == (1, 1)
    assert result["folder"].startswith(str(moved))


def test_passes_alone_serve_the_take_after(studio: Studio) -> None:
    params = {"production": str(studio.production.root), "blend": str(studio.blend), "shot": "010"}
    first = passes.run(params, RecordingContext(), studio.services)
    assert (first["frames"], first["reused"]) == (5, False)
    assert (Path(first["folder"]) / "manifest.json").is_file()
    assert passes.run(params, RecordingContext(), studio.services)["reused"]
    studio.shoot()
    assert len(studio.door.rendered) == 1
