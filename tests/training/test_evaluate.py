"""Motion, figures and sheets of the house model's evaluation on scenes made by hand: no Blender, no weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.errors import JobCancelled, ModelError
from rushes.models.house.surface import HouseFrame
from rushes.models.house.vocabulary import FIELDS
from rushes.testing.contexts import RecordingContext
from rushes.testing.tiny_house import build_tiny_house
from rushes.training.classifier import Classifier, save_classifier
from rushes.training.eval_look import find_judge
from rushes.training.eval_measures import Bytes
from rushes.training.eval_model import EvalModel, prompt_of
from rushes.training.eval_motion import motion_between, visible_points
from rushes.training.eval_scenes import SceneStore, Span, Still, clip_plans, clip_seeds
from rushes.training.eval_stills import (
    between,
    detail_metrics,
    edges_of,
    fidelity_metrics,
    frechet_metrics,
    geometry_metrics,
    look_metrics,
)
from rushes.training.evaluate import EvalSettings, evaluate
from rushes.training.house_sheets import Cell, clay, draw_sheet, make_sheets
from rushes.training.house_unseen import UNSEEN, write_blockout
from rushes.training.synth_plan import ScenePlan, pair_plan, plan_scene
from rushes.training.twin import RenderedScene, Variant

H, W = 32, 64
LENS = 36.0  # as wide as the sensor: the focal length in pixels is the width


def scene(camera_x: float = 0.0, thing_x: float = 0.0, cls: str = "prop") -> RenderedScene:
    """A wall 8 m in front of a camera at x, looking along -z, and a plate 4 m before it that may move."""
    arrays: dict[str, Any] = {"lens": np.float64(LENS), "camera": np.eye(4), "matrices": np.tile(np.eye(4), (2, 1, 1))}
    arrays["camera"][0, 3] = camera_x
    arrays["matrices"][1, 0, 3] = thing_x
    for suffix, (h, w) in (("", (H, W)), ("2", (2 * H, 2 * W))):
        x, y = np.meshgrid((np.arange(w) + 0.5 - w / 2) / w, (np.arange(h) + 0.5 - h / 2) / w)
        plate = (np.abs(x * 4 + camera_x - thing_x) < 0.8) & (np.abs(y * 4) < 0.6)
        normal = np.zeros((h, w, 3), np.int16)
        normal[..., 2] = 32000
        arrays |= {
            "z" + suffix: np.where(plate, 4.0, 8.0).astype(np.float32),
            "ids" + suffix: np.where(plate, 2, 1).astype(np.uint16),
            "normal" + suffix: normal,
        }
    arrays["direct"] = np.full((H, W), 200, np.uint8)
    arrays["boxes"] = np.array([[[-9.0, -9, -8.5], [9, 9, -8]], [[-0.8, -0.6, -4.2], [0.8, 0.6, -4]]])
    objects = [{"cls": "building", "tint": "wall"}, {"cls": cls, "tint": "prop"}]
    plan = {"seed": 7, "place": "city", "low_sun": False, "sun": [0.0, 0.6, 0.8], "objects": objects}
    return RenderedScene(plan, arrays)


def test_points_move_with_the_camera_by_their_distance() -> None:
    motion, valid = motion_between(scene(0.0), scene(0.25))
    plate = scene(0.25).arrays["ids"] == 2
    assert motion[valid & ~plate][:, 0] == pytest.approx(W * 0.25 / 8, abs=1e-3)
    assert motion[valid & plate][:, 0] == pytest.approx(W * 0.25 / 4, abs=1e-3)
    assert np.abs(motion[valid][:, 1]).max() < 1e-3
    assert 0.6 < valid.mean() < 1.0


def test_a_moving_object_is_followed_by_its_matrices() -> None:
    motion, valid = motion_between(scene(), scene(0.0, 0.5))
    plate = scene(0.0, 0.5).arrays["ids"] == 2
    assert motion[valid & plate][:, 0] == pytest.approx(-W * 0.5 / 4, abs=1e-3)
    assert motion[valid & ~plate] == pytest.approx(0.0, abs=1e-3)
    left_behind = (scene().arrays["ids"] == 2) & ~plate
    assert not valid[left_behind].any()  # the wall there was hidden


def test_what_changes_its_shape_is_never_valid() -> None:
    _, valid = motion_between(scene(cls="character"), scene(0.1, cls="character"))
    assert not valid[scene(0.1).arrays["ids"] == 2].any()


def test_points_are_followed_through_a_clip() -> None:
    clip = [scene(0.1 * k) for k in range(3)]
    motions, valid = visible_points(clip, 1)
    assert motions[1][valid] == pytest.approx(0.0, abs=1e-3)
    assert (motions[0][valid][:, 0] > 0).all()
    assert (motions[2][valid][:, 0] < 0).all()


def painted(scene_: RenderedScene, seed: int = 0) -> Bytes:
    rng = np.random.default_rng(seed)
    base = np.where(scene_.arrays["ids"][..., None] == 2, 210, 70) + rng.integers(-9, 9, (H, W, 3))
    return base.astype(np.uint8)


@pytest.fixture
def stills() -> list[Still]:
    scenes = [scene(0.1 * k) for k in range(6)]
    return [
        Still(s, Variant("night" if k % 2 else "day", "clear", "neutral", "city", k), painted(s, k))
        for k, s in enumerate(scenes)
    ]


class FakeJudge:
    """Takes bright pictures for day and sees three numbers in each."""

    def tokens(self, pictures: Sequence[Bytes]) -> list[dict[str, str]]:
        return [{"time_of_day": "day" if p.mean() > 60 else "night", "place": "city"} for p in pictures]

    def pooled(self, pictures: Sequence[Bytes]) -> np.ndarray:
        return np.stack([p.mean((0, 1)) for p in pictures]).astype(np.float32)


def test_the_twin_itself_holds_every_bar(stills: list[Still]) -> None:
    twins = [s.twin for s in stills]
    metrics = fidelity_metrics(stills, twins) + geometry_metrics(stills, twins) + detail_metrics(stills, twins)
    found = {m.name: m for m in metrics}
    assert all(m.ok for m in metrics)
    assert found["house.psnr"].value == 100.0
    assert found["house.ssim"].value == pytest.approx(1.0)
    assert found["house.geometry_1px"].value == found["house.geometry_1px"].reference
    assert found["house.geometry_2px"].value > 0.9
    assert found["house.detail"].value == pytest.approx(1.0)


def test_a_flat_picture_misses_the_bars(stills: list[Still]) -> None:
    flat = [np.full((H, W, 3), 90, np.uint8)] * len(stills)
    metrics = fidelity_metrics(stills, flat, flat) + geometry_metrics(stills, flat) + detail_metrics(stills, flat)
    judged = [m for m in metrics if m.bar]
    assert judged
    assert not any(m.ok for m in judged)
    names = {m.name: m.value for m in metrics}
    assert names["house.psnr_baseline"] == names["house.psnr"]
    assert names["house.psnr_worst_tenth"] <= names["house.psnr"]


def test_looks_are_counted_by_field(stills: list[Still]) -> None:
    metrics = {m.name: m for m in look_metrics(FakeJudge(), stills, [s.twin for s in stills])}
    assert metrics["house.look_time_of_day"].value == pytest.approx(50.0)  # all are bright, half were to be night
    assert not metrics["house.look_time_of_day"].ok
    assert metrics["house.look_place"].value == 100.0
    assert metrics["house.look_place"].ok


def test_frechet_holds_its_bar_by_the_renders_own(stills: list[Still]) -> None:
    twins = [s.twin for s in stills]
    others = [painted(scene(0.07 * k), 20 + k) for k in range(6)]
    (near,) = frechet_metrics(FakeJudge(), stills, twins, others)
    (far,) = frechet_metrics(FakeJudge(), stills, [255 - t for t in twins], others)
    assert near.ok
    assert near.value == pytest.approx(0.0, abs=1e-3)
    assert near.reference is not None
    assert near.reference > 0
    assert not far.ok


class HandmadeStore(SceneStore):
    """A double of the store: scenes made by hand, twins of flat colours with grain."""

    def scenes(self, plans: Sequence[ScenePlan], span: Span, *, twin: bool = True) -> list[RenderedScene]:
        span.step(1, 1, "scenes")
        made = [scene(0.02 * k, 0.03 * k, "building") for k in range(len(plans))]
        for one, plan in zip(made, plans, strict=True):
            one.plan.update(seed=plan.seed, place=plan.place)
        return made

    def meshes(self, files: Sequence[Path], span: Span) -> list[RenderedScene]:
        found: list[RenderedScene] = []
        for file in files:
            with np.load(file) as data:
                count = len(json.loads(str(data["plan"]))["objects"])
            one = scene()
            one.arrays["matrices"] = np.tile(np.eye(4), (count, 1, 1))
            one.arrays["boxes"] = np.tile(np.array([[-1.0, -1, -9], [1, 1, -4]]), (count, 1, 1))
            found.append(one)
        return found

    def twin(self, scene: RenderedScene, variant: Variant) -> Bytes:
        return painted(scene, variant.seed)


class FlatModel(EvalModel):
    """A double of the model: no network, one colour a seed."""

    def __init__(self) -> None:
        self.prompts: list[str] = []

    def paint_frame(self, frame: HouseFrame, variant: Variant) -> Bytes:
        self.prompts.append(prompt_of(variant))
        return np.full((*frame.depth.shape, 3), frame.seed % 200, np.uint8)


def test_all_sheets_are_written(tmp_path: Path, stills: list[Still]) -> None:
    model = FlatModel()
    files = make_sheets(
        model, HandmadeStore(tmp_path), stills, [s.twin for s in stills], tmp_path, Span(RecordingContext())
    )
    assert [f.name for f in files] == sorted(
        [f.name for f in tmp_path.glob("*.png")], key=[f.name for f in files].index
    )
    assert len(files) == 7
    hours = {p.split()[0] for p in model.prompts}
    places = {p.split()[2] for p in model.prompts}
    styles = {p.split()[4] for p in model.prompts}
    assert (hours, places, styles) == (set(FIELDS["time_of_day"]), set(FIELDS["place"]), set(FIELDS["style"]))


def test_everything_is_measured(tmp_path: Path) -> None:
    model = build_tiny_house(tmp_path / "model")
    classifier = tmp_path / "classifier"
    save_classifier(Classifier((8, 8, 8, 8, 16)), classifier, {})
    settings = EvalSettings(baseline=model, classifier=classifier, scenes=4, clips=1)
    context = RecordingContext()
    metrics = evaluate(model, tmp_path, context, settings, HandmadeStore(tmp_path))
    names = [m.name for m in metrics]
    assert len(set(names)) == len(names)
    for wanted in ("psnr", "ssim", "geometry_1px", "detail", "look_place", "frechet", "diversity", "reroll_outside",
                   "warp_error", "flicker", "warp_error_pairs", "seconds_frame", "seconds_load"):  # fmt: skip
        assert f"house.{wanted}" in names
    assert all(np.isfinite(m.value) for m in metrics)
    assert context.fractions == sorted(context.fractions)


def test_a_cancel_ends_the_evaluation(tmp_path: Path) -> None:
    model = build_tiny_house(tmp_path / "model")
    with pytest.raises(JobCancelled):
        evaluate(model, tmp_path, RecordingContext(cancel_after=5), EvalSettings(scenes=4), HandmadeStore(tmp_path))


def test_without_a_classifier_the_rest_is_measured(tmp_path: Path) -> None:
    model = build_tiny_house(tmp_path / "model")
    settings = EvalSettings(classifier=tmp_path / "nowhere", scenes=1, clips=1)
    metrics = evaluate(model, tmp_path, RecordingContext(), settings, HandmadeStore(tmp_path))
    found = {m.name: m for m in metrics}
    assert not found["house.look"].ok
    assert "house.psnr" in found


def test_our_classifier_judges(tmp_path: Path) -> None:
    save_classifier(Classifier((8, 8, 8, 8, 16)), tmp_path, {})
    judge = find_judge(tmp_path)
    pictures = [painted(scene(), k) for k in range(18)]
    found = judge.tokens(pictures)
    assert len(found) == 18
    assert all(found[0][field] in words for field, words in FIELDS.items())
    assert judge.pooled(pictures).shape == (18, 16)
    with pytest.raises(ModelError):
        find_judge(tmp_path / "nowhere")


def test_two_sided_bars() -> None:
    assert between("x", 1.0, "", 0.8, 1.2).ok
    assert not between("x", 1.3, "", 0.8, 1.2).ok
    assert between("x", 0.7, "", 0.8, 1.2).bar == "0.8 to 1.2"


def test_edges_are_the_twins_where_there_is_one() -> None:
    blockout = scene()
    both = edges_of(blockout)
    assert both.shape == (H, W)
    for name in [k for k in blockout.arrays if k.endswith("2")]:
        del blockout.arrays[name]
    assert edges_of(blockout).any()


def test_clips_and_pairs_move_and_start_where_the_scene_is() -> None:
    seed = clip_seeds(2)[0]
    clip = clip_plans(seed, 3)
    assert clip[0].camera.location == plan_scene(seed).camera.location
    assert clip[0].camera.location != clip[2].camera.location
    assert any(a.location != b.location for a, b in zip(clip[0].objects, clip[2].objects, strict=True))
    assert len({p.seed for p in clip}) == 3
    assert pair_plan(4).seed == 500_004
    assert json.loads(json.dumps(pair_plan(4).to_json()))["place"] == plan_scene(4).place


def test_progress_runs_on_and_a_cancel_is_noticed() -> None:
    context = RecordingContext()
    part = Span(context).part(0.5, 1.0).part(0.0, 0.5)
    part.step(0, 2, "x")
    part.step(2, 2, "x")
    assert context.fractions == [0.5, 0.75]
    context.cancel()
    with pytest.raises(JobCancelled):
        part.step(1, 2, "x")


@pytest.mark.parametrize("number", range(len(UNSEEN)))
def test_unseen_blockouts_are_whole_meshes(number: int, tmp_path: Path) -> None:
    blockout = UNSEEN[number]()
    for thing in blockout.things:
        assert np.isfinite(thing.verts).all()
        assert thing.faces.max() < len(thing.verts)
        assert thing.faces[:, :3].min() >= 0
    with np.load(write_blockout(blockout, tmp_path / "b.npz")) as data:
        plan = json.loads(str(data["plan"]))
        assert len(plan["objects"]) == len(blockout.things)
        assert data["verts_0"].shape[1] == 3


def test_a_sheet_holds_all_cells() -> None:
    cells = [Cell(clay(scene()), f"cell {k}") for k in range(5)]
    sheet = draw_sheet("A title", cells, 3, 128)
    assert sheet.dtype == np.uint8
    assert sheet.shape[1] == 3 * 134 + 6
    rows = 2
    assert sheet.shape[0] == 46 + rows * (64 + 22 + 6)
