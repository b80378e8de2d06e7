"""Takes on their scene from another camera: frames, clip, what they are made of. On doubles for Blender and model."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.contracts import FrameRange, ProjectorData, Recipe, Size, decode, encode
from rushes.errors import BlenderError, InputError, JobCancelled, ProductionError, RecipeError
from rushes.generators.registry import Registry
from rushes.jobs import replay
from rushes.jobs.demo_projection import second_camera
from rushes.jobs.project import ProjectJob
from rushes.jobs.registry import Services, use_case
from rushes.library.production import Production
from rushes.media.pictures import load_png, load_rgba, png_text
from rushes.media.video import probe
from rushes.provenance.label import is_labelled
from rushes.testing.analytic_door import AnalyticDoor
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator
from rushes.testing.stage_double import StageDouble

from .conftest import Studio

HARBOUR = Path(__file__).resolve().parents[2] / "assets" / "demo" / "harbour_street.blend"


@pytest.fixture
def stage(studio: Studio) -> StageDouble:
    studio.services.stage = made = StageDouble()
    studio.shoot("t1", keep_frames=True)
    return made


def project(studio: Studio, context: RecordingContext | None = None, **fields: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"takes": ("t1",), "camera": "cam 020", **fields}
    job = ProjectJob(production=str(studio.production.root), blend=str(studio.blend), **given)
    return use_case("project")(encode(job), context or RecordingContext(), studio.services)


def about(result: Mapping[str, Any]) -> dict[str, Any]:
    return json.loads((Path(result["folder"]) / "projection.json").read_text("utf-8"))


def test_frames_and_clip_say_what_they_are(studio: Studio, stage: StageDouble) -> None:
    context = RecordingContext()
    result = project(studio, context)
    clip = probe(Path(result["clip"]))
    assert (clip.size, clip.rate, clip.frames) == (Size(96, 54), Fraction(24), 5)
    assert is_labelled(clip.metadata)
    assert clip.metadata["take"] == "t1"
    frames = sorted((Path(result["folder"]) / "frames").iterdir())
    assert [p.name for p in frames] == [f"{n:04d}.png" for n in range(1, 6)]
    assert all(is_labelled(png_text(p)) for p in frames)
    said = about(result)
    take = studio.production.find_take("t1")
    assert take is not None
    assert said["takes"][0]["recipe"] == take.recipe_hash
    assert (said["finished"], said["ai_generated"], len(said["frames"])) == (True, True, 5)
    assert context.previews
    assert context.fractions == sorted(context.fractions)
    (asked,) = stage.asked
    assert asked["folders"] == [str(studio.production.take_folder("t1") / "projector")]
    assert (asked["mode"], asked["camera"]) == ("beauty", "cam 020")
    assert not list(Path(result["folder"]).glob(".raw*"))


def test_done_again_it_renders_nothing(studio: Studio, stage: StageDouble) -> None:
    first = project(studio)
    again = project(studio)
    assert (again["rendered"], again["folder"]) == (0, first["folder"])
    assert len(stage.asked) == 1
    assert about(again)["frames"] == about(first)["frames"]
    assert project(studio, samples=4)["folder"] != first["folder"]


def test_it_goes_on_where_it_stopped(studio: Studio, stage: StageDouble) -> None:
    stage.fail_after, stage.error = 2, BlenderError("gone", code="blender.crashed")
    with pytest.raises(BlenderError):
        project(studio)
    stage.fail_after = -1
    result = project(studio)
    assert stage.asked[1]["frames"] == [3, 4, 5]
    assert (result["rendered"], result["frames"]) == (3, 5)


def test_a_cancel_keeps_what_is_done_and_no_clip(studio: Studio, stage: StageDouble, tmp_path: Path) -> None:
    class Stopped(RecordingContext):
        def preview(self, png: bytes) -> None:
            raise JobCancelled("stop")

    with pytest.raises(JobCancelled):
        project(studio, Stopped(), out=str(tmp_path / "out"))
    assert [p.name for p in (tmp_path / "out" / "frames").iterdir()] == ["0001.png"]
    assert not (tmp_path / "out" / "clip.mp4").exists()
    assert project(studio, out=str(tmp_path / "out"))["rendered"] == 4


def test_range_size_and_options_reach_blender(studio: Studio, stage: StageDouble, tmp_path: Path) -> None:
    result = project(
        studio, frames=FrameRange(2, 6, 2), size=Size(64, 36), engine="eevee", samples=3, lit=True, hold=True,
        sky=False, objects=("House",), out=str(tmp_path / "o"),
    )  # fmt: skip
    (asked,) = stage.asked
    assert (asked["frames"], asked["size"], asked["engine"], asked["samples"]) == ([2, 4, 6], [64, 36], "eevee", 3)
    assert asked["options"] == {"lit": True, "hold": True}
    assert (asked["sky"], asked["objects"]) == (None, ["House"])
    clip = probe(Path(result["clip"]))
    assert (clip.size, clip.rate) == (Size(64, 36), Fraction(12))
    assert load_png(tmp_path / "o" / "frames" / "0004.png")[0, 0, 0] == 44


def test_the_sky_has_the_colour_of_the_take(studio: Studio, stage: StageDouble) -> None:
    project(studio)
    sky = stage.asked[0]["sky"]
    assert len(sky) == 3
    assert all(0 < v < 1 for v in sky)


def test_a_new_file_is_saved_once_and_never_over_another(studio: Studio, stage: StageDouble, tmp_path: Path) -> None:
    before = studio.blend.read_bytes()
    target = tmp_path / "new.blend"
    project(studio, save=str(target))
    assert target.read_bytes() == b"BLENDER-double projected"
    project(studio, save=str(target))
    assert len(stage.asked) == 1
    with pytest.raises(InputError, match="there already"):
        project(studio, save=str(target), samples=2)
    with pytest.raises(InputError, match="never saved"):
        project(studio, save=str(studio.blend))
    with pytest.raises(InputError, match="cannot be made"):
        project(studio, save=str(tmp_path / "nowhere" / "a.blend"))
    assert studio.blend.read_bytes() == before


def test_another_projection_is_not_written_over(studio: Studio, stage: StageDouble, tmp_path: Path) -> None:
    out = tmp_path / "out"
    project(studio, out=str(out))
    with pytest.raises(InputError, match="Another projection"):
        project(studio, out=str(out), samples=2)
    (tmp_path / "mine" / "frames").mkdir(parents=True)
    with pytest.raises(InputError, match="Another projection"):
        project(studio, out=str(tmp_path / "mine"))


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"camera": "Kamera"}, InputError, "cam 010, cam 020"),
        ({"camera": ""}, InputError, "from where"),
        ({"takes": ()}, InputError, "No take"),
        ({"takes": ("t9",)}, ProductionError, "t9"),
        ({"samples": 0}, InputError, "samples"),
    ],
)
def test_what_cannot_be_is_said_before_blender_starts(
    studio: Studio, stage: StageDouble, fields: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as caught:
        project(studio, **fields)
    assert words in f"{caught.value} {getattr(caught.value, 'hint', '')}"
    assert stage.asked == []


def test_a_free_camera_leaves_the_takes_own(studio: Studio, stage: StageDouble) -> None:
    made = use_case("projector")(
        {"production": str(studio.production.root), "take": "t1"}, RecordingContext(), studio.services
    )
    data = decode(ProjectorData, json.loads((Path(made["folder"]) / "projector.json").read_text("utf-8")))
    views = second_camera(data, (2.0, 0.0, 0.0))
    assert views[0].matrix_world == data.frames[0].camera.matrix_world
    first, last = data.frames[-1].camera.matrix_world, views[-1].matrix_world
    moved = [last[k][3] - first[k][3] for k in range(3)]
    assert moved == pytest.approx([2.0 * first[k][0] for k in range(3)])
    project(studio, camera="", views=views)
    assert [v["frame"] for v in stage.asked[0]["views"]] == [1, 2, 3, 4, 5]


# -- the set of earlier takes is kept


def recipe(result: Mapping[str, Any]) -> Recipe:
    return decode(Recipe, json.loads((Path(result["folder"]) / "recipe.json").read_text("utf-8")))


def solid(studio: Studio) -> Any:
    inputs = studio.door.open(next((studio.production.root / "passes").glob("[0-9a-f]*")))
    return ~inputs.frame(2, Size(96, 54)).sky


def test_where_a_take_reaches_the_next_one_has_its_colours(studio: Studio, stage: StageDouble) -> None:
    stage.reach = 1.0
    result = studio.shoot("t2", shot="020", keep_frames=True, set_takes=("t1",))
    assert stage.asked[0]["mode"] == "set"
    assert stage.asked[0]["options"] == {"hold": True}
    frames = studio.production.take_folder("t2") / "frames"
    assert (load_png(frames / "0003.png") == stage.colour).all()
    step = recipe(result).post[-1]
    assert (step.name, step.settings["takes"], step.settings["first_frame"]) == ("set_blend", ["t1"], False)
    assert any("100%" in m for m in result["messages"])


def test_elsewhere_it_is_generated_with_the_objects_brought_near(studio: Studio, stage: StageDouble) -> None:
    plain = studio.shoot("t2", shot="020", keep_frames=True)
    kept = studio.shoot("t3", shot="020", keep_frames=True, set_takes=("t1",))
    assert plain["recipe_hash"] != kept["recipe_hash"]
    before, after = (
        load_png(studio.production.take_folder(t) / "frames" / "0003.png").astype(int) for t in ("t2", "t3")
    )
    assert abs(after[:, :40] - stage.colour).max() == 0
    right = solid(studio)[:, 56:]
    near = [abs(p[:, 56:][right] - stage.colour).mean() for p in (before, after)]
    assert near[1] < 0.8 * near[0]
    sky = ~solid(studio)[:, 56:]
    assert (after[:, 56:][sky] == before[:, 56:][sky]).all()


def test_a_set_is_rendered_once_and_a_take_of_it_replays(studio: Studio, stage: StageDouble) -> None:
    studio.shoot("t2", shot="020", set_takes=("t1",))
    studio.shoot("t3", shot="020", seed=9, set_takes=("t1",))
    assert len(stage.asked) == 1
    ask = {"production": str(studio.production.root), "take": "t2"}
    assert replay.run(ask, RecordingContext(), studio.services)["equal"]
    (picture,) = (studio.production.root / "sets").glob("[0-9a-f]*/frames/0002.png")
    os.remove(picture)
    assert replay.run(ask, RecordingContext(), studio.services)["equal"]
    assert len(stage.asked) == 2
    stage.colour = (200, 0, 0)
    os.remove(picture)
    with pytest.raises(RecipeError, match="set"):
        replay.run(ask, RecordingContext(), studio.services)


def test_a_set_out_of_sight_is_said(studio: Studio, stage: StageDouble) -> None:
    stage.reach = 0.0
    with pytest.raises(InputError, match="not in sight"):
        studio.shoot("t2", shot="020", set_takes=("t1",))
    assert studio.production.find_take("t2") is None
    with pytest.raises(ProductionError):
        studio.shoot("t3", shot="020", set_takes=("t9",))


# -- in a real Blender


@pytest.mark.blender
def test_in_blender_a_take_lies_where_its_camera_saw_it(tmp_path: Path) -> None:
    production = Production.create(tmp_path / "film", "Harbour", Fraction(24), Size(96, 54))
    blend = production.root / "street.blend"
    shutil.copyfile(HARBOUR, blend)
    production.register_source(blend)
    services = Services(home=tmp_path / "home", registry=Registry({"fake": FakeGenerator}))
    studio = Studio(production, blend, AnalyticDoor(), services)
    studio.shoot("t1", shot="arrival", range=FrameRange(4, 5), output_size=Size(96, 54), keep_frames=True)
    given: dict[str, Any] = {"size": Size(96, 54), "samples": 1, "save": str(tmp_path / "projected.blend")}
    result = project(studio, camera="Cam Arrival", **given)
    assert blend.read_bytes() == HARBOUR.read_bytes()
    assert (tmp_path / "projected.blend").read_bytes()[:4] in (b"BLEN", b"\x28\xb5\x2f\xfd")
    assert [p.name for p in tmp_path.glob("*.blend*")] == ["projected.blend"]
    for frame in (4, 5):
        own = load_png(production.take_folder("t1") / "frames" / f"{frame:04d}.png").astype(int)
        seen = load_png(Path(result["folder"]) / "frames" / f"{frame:04d}.png").astype(int)
        assert np.median(abs(own - seen)) <= 1
    with pytest.raises(InputError, match="no object 'Nobody'"):
        project(studio, camera="Cam Arrival", objects=("Nobody",))

    kept = studio.shoot(
        "t2", shot="later", camera="Cam Overlook", range=FrameRange(80, 80), output_size=Size(96, 54),
        seed=3, keep_frames=True, set_takes=("t1",),
    )  # fmt: skip
    (known,) = (load_rgba(p) for p in (production.root / "sets").glob("[0-9a-f]*/frames/0080.png"))
    reached = known[..., 3] >= 254
    assert 0.02 < reached.mean() < 0.6
    made = load_png(Path(kept["folder"]) / "frames" / "0080.png").astype(int)
    studio.shoot(
        "t3", shot="later", camera="Cam Overlook", range=FrameRange(80, 80), output_size=Size(96, 54),
        seed=3, keep_frames=True,
    )  # fmt: skip
    plain = load_png(production.take_folder("t3") / "frames" / "0080.png").astype(int)
    off = [abs(p - known[..., :3])[reached].mean() for p in (made, plain)]
    assert off[0] < 0.5 * off[1]
