"""The Wan VACE adapter over the real classes at toy size (random weights, no network)."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from rushes.contracts import Brief, LegendObject, ObjectClass, Size
from rushes.contracts.legend import Legend
from rushes.errors import InputError, JobCancelled, ModelError
from rushes.generators.protocol import GenerateRequest, KeptPixels
from rushes.generators.wan_vace import WanVaceGenerator, prompt_text
from rushes.models.placement import Placement
from rushes.models.store import ModelStore
from rushes.models.wan import PUBLISHED, MemoryPlan, place, plan_memory, read_shape
from rushes.testing.analytic_shot import AnalyticShot
from rushes.testing.contexts import RecordingContext

SIZE = Size(48, 32)
NO_GUIDANCE = {"prompt": 1.0}


@pytest.fixture(scope="module")
def wan(tiny_wan: Path) -> WanVaceGenerator:
    return WanVaceGenerator(folder=tiny_wan, device="cpu", window=9)


@pytest.fixture
def copy(tiny_wan: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(tiny_wan, tmp_path / "wan"))


def run(wan: WanVaceGenerator, shot: AnalyticShot, context: RecordingContext | None = None, **changes: Any) -> Any:
    plain: dict[str, Any] = {
        "brief": Brief(subject="a harbour"),
        "seed": 1,
        "size": SIZE,
        "frames": 1,
        "steps": 1,
        "strengths": NO_GUIDANCE,
    }
    request = GenerateRequest(**(plain | changes))
    return np.stack(list(wan.generate(request, shot, context or RecordingContext())))


def test_the_grid_comes_from_the_configs(copy: Path) -> None:
    assert (read_shape(copy).spatial, read_shape(copy).temporal) == (16, 4)
    config = copy / "vae" / "config.json"
    data = json.loads(config.read_text())
    config.write_text(json.dumps(data | {"temperal_downsample": [True, True, True]}))
    rules = WanVaceGenerator(folder=copy).descriptor
    assert rules.frames.multiple == 8
    assert rules.frames.overlap == 9


def test_without_weights_it_says_where_they_belong(tmp_path: Path) -> None:
    wan = WanVaceGenerator(store=ModelStore([], home=tmp_path))
    assert wan.descriptor.sizes.multiple == PUBLISHED.spatial
    with pytest.raises(ModelError) as caught:
        wan.check_installed()
    assert str(tmp_path / "models" / "wan-vace") in caught.value.hint
    with pytest.raises(ModelError):
        wan.load()


def test_control_changes_the_picture_and_strength_0_removes_it(wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    far = AnalyticShot(shot.solids[:2], shot.cameras, shot.size)
    controlled = run(wan, shot)
    assert np.abs(controlled - run(wan, far)).mean() > 1e-3
    off = NO_GUIDANCE | {"depth": 0.0}
    free = run(wan, shot, strengths=off)
    assert np.abs(controlled - free).mean() > 1e-3
    assert np.array_equal(free, run(wan, far, strengths=off))
    edges = run(wan, shot, strengths=off | {"edges": 1.0})
    assert np.abs(edges - free).mean() > 1e-3
    assert not np.array_equal(edges, controlled)
    assert np.array_equal(edges, run(wan, shot, strengths=NO_GUIDANCE | {"edges": 1.0}))


def test_one_control_at_a_time_is_said(wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    context = RecordingContext()
    both = run(wan, shot, context, strengths=NO_GUIDANCE | {"depth": 1.0, "edges": 1.0})
    assert np.array_equal(both, run(wan, shot))
    assert any("one control at a time" in note for note in context.notes)


def test_the_prompt_and_its_guidance_reach_the_picture(wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    one = run(wan, shot)
    assert not np.array_equal(one, run(wan, shot, brief=Brief(subject="a desert")))
    guided = run(wan, shot, strengths={"prompt": 4.0})
    assert not np.array_equal(one, guided)
    without = run(wan, shot, strengths={"prompt": 4.0}, brief=Brief(subject="a harbour", restrictions="people"))
    assert not np.array_equal(guided, without)


def test_texts_are_encoded_once(wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    wan.load()
    calls: list[int] = []
    hook = wan.pipe[0].text_encoder.register_forward_hook(lambda *_: calls.append(1))
    brief = Brief(subject="a lighthouse nobody asked for yet")
    first = run(wan, shot, brief=brief)
    again = run(wan, shot, brief=brief)
    hook.remove()
    assert len(calls) == 1
    assert np.array_equal(first, again)


def test_long_shots_in_windows(wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    calls: list[int] = []
    hook = wan.pipe[0].transformer.register_forward_pre_hook(
        lambda module, args, kwargs: calls.append(kwargs["control_hidden_states"].shape[2]), with_kwargs=True
    )
    pictures = run(wan, shot, frames=21)
    hook.remove()
    assert len(pictures) == 21
    assert calls == [3, 3, 3, 3]
    assert np.array_equal(pictures, run(wan, shot, frames=21))


def test_windows_join(wan: WanVaceGenerator, shot: AnalyticShot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frames two windows share carry the first one's pixels in, with a black mask."""
    seen: list[tuple[np.ndarray, np.ndarray]] = []
    original = wan.pipe[0].preprocess_conditions

    def spy(video: Any, mask: Any, *rest: Any) -> Any:
        seen.append((video[0].permute(0, 2, 3, 1).numpy(), mask[0, :, 0].numpy()))
        return original(video, mask, *rest)

    monkeypatch.setattr(wan.pipe[0], "preprocess_conditions", spy)
    pictures = run(wan, shot, frames=13)
    (_, first_mask), (second, second_mask) = seen
    assert (first_mask == 1).all()
    assert (second_mask[:5] == 0).all()
    assert (second_mask[5:] == 1).all()
    # The first shared frame is mostly the first window's own; by the last it is mostly the second's.
    steps = [float(np.abs(pictures[4 + i] - second[i]).mean()) for i in range(5)]
    assert steps[0] < steps[-1]


def test_kept_pixels_stay(wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    rng = np.random.default_rng(3)
    given = rng.uniform(0, 1, (*SIZE.shape, 3)).astype(np.float32)
    mask = np.zeros(SIZE.shape, np.bool_)
    mask[:, :24] = True
    plain = run(wan, shot)
    kept = run(wan, shot, kept={0: KeptPixels(given, mask)})
    assert np.array_equal(kept[0][mask], given[mask])
    assert not np.array_equal(kept[0][~mask], plain[0][~mask])
    with pytest.raises(InputError):
        run(wan, shot, kept={0: KeptPixels(given[:16], mask[:16])})
    with pytest.raises(InputError):
        run(wan, shot, kept={1: KeptPixels(given, mask)})


def test_references_reach_the_picture(wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    picture = np.random.default_rng(4).uniform(0, 1, (40, 40, 3)).astype(np.float32)
    assert not np.array_equal(run(wan, shot), run(wan, shot, references=(picture,)))


def test_a_cancel_stops_at_the_next_step(wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    class Impatient(RecordingContext):
        """A double that cancels at the first sign of progress."""

        def progress(self, fraction: float, stage: str, message: str = "") -> None:
            super().progress(fraction, stage, message)
            self.cancel()

    context = Impatient()
    with pytest.raises(JobCancelled):
        run(wan, shot, context, steps=3)
    assert len(context.progresses) == 1
    assert np.array_equal(run(wan, shot), run(wan, shot))


def test_a_long_text_is_said_to_be_cut(wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    context = RecordingContext()
    run(wan, shot, context, brief=Brief(subject="very " * 200 + "long"))
    assert any("left out" in note for note in context.notes)


def test_seeds_of_objects_are_said_to_have_no_effect(wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    context = RecordingContext()
    assert np.array_equal(run(wan, shot, context, object_seeds={1: 5}), run(wan, shot))
    assert any("single objects" in note for note in context.notes)


def test_fragments_follow_the_brief() -> None:
    still = (((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0)),)
    objects = tuple(
        LegendObject(i, f"o{i}", "", ObjectClass.PROP, text, (0.5, 0.5, 0.5), still)
        for i, text in enumerate(["rusty crane", "", "rusty crane", "wet cobbles"], 1)
    )
    text = prompt_text(Brief(subject="a harbour", restrictions="people"), Legend(objects))
    assert text == "a harbour, rusty crane, wet cobbles"


def test_model_ref_changes_with_the_weights(copy: Path, tmp_path: Path) -> None:
    store = ModelStore([], home=tmp_path / "home")
    before = WanVaceGenerator(folder=copy, store=store).model_ref()
    weights = next((copy / "transformer").glob("*.safetensors"))
    assert weights.relative_to(copy).as_posix() in before.files
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    after = WanVaceGenerator(folder=copy, store=ModelStore([], home=tmp_path / "home")).model_ref()
    assert [n for n in before.files if before.files[n] != after.files[n]] == [weights.relative_to(copy).as_posix()]


def spoil(copy: Path, how: str) -> None:
    index = copy / "model_index.json"
    data = json.loads(index.read_text())
    weights = next((copy / "transformer").glob("*.safetensors"))
    if how == "family":
        index.write_text(json.dumps(data | {"_class_name": "FluxPipeline"}))
    elif how == "code":
        index.write_text(json.dumps(data | {"vae": ["my_vae", "AutoencoderKLWan"]}))
    elif how == "json":
        index.write_text("{")
    elif how == "cut":
        weights.write_bytes(weights.read_bytes()[:100])
    elif how == "gone":
        weights.unlink()
    elif how == "pickle":
        torch.save({}, weights.with_name("diffusion_pytorch_model.bin"))
        weights.unlink()


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("family", "model.family"),
        ("code", "model.code"),
        ("json", "model.unreadable"),
        ("cut", "model.unreadable"),
        ("gone", "model.unreadable"),
        ("pickle", "model.pickle"),
    ],
)
def test_a_spoilt_folder_is_a_clear_error(copy: Path, how: str, code: str) -> None:
    spoil(copy, how)
    with pytest.raises(ModelError) as caught:
        WanVaceGenerator(folder=copy, device="cpu").load()
    assert caught.value.code == code
    assert caught.value.hint


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        WanVaceGenerator(folder=tmp_path, device="cpu").load()
    assert caught.value.code == "model.missing"


def test_nothing_asks_the_network() -> None:
    assert os.environ["HF_HUB_OFFLINE"] == "1"


WEIGHTS = {"text_encoder": 11_000, "transformer": 32_000, "vae": 500}


@pytest.mark.parametrize(
    ("free", "offload"), [(80_000, "none"), (40_000, "model"), (20_000, "group"), (8_000, "group")]
)
def test_memory_plan_follows_free_memory(free: int, offload: str) -> None:
    assert plan_memory(Placement("cuda", "bfloat16", free, 80_000), WEIGHTS).offload == offload


def test_tiling_follows_the_device_not_the_moment() -> None:
    busy, idle = (plan_memory(Placement("cuda", "bfloat16", f, 24_000), WEIGHTS) for f in (8_000, 23_000))
    assert busy.tiling
    assert idle.tiling
    assert not plan_memory(Placement("cuda", "bfloat16", 8_000, 80_000), WEIGHTS).tiling


class StubPipe:
    """A double of the pipeline that makes whatever it is told to."""

    def __init__(self, frames: np.ndarray) -> None:
        self.frames = frames

    def tokenizer(self, text: str) -> SimpleNamespace:
        return SimpleNamespace(input_ids=[])

    def encode_prompt(self, *args: object, **kwargs: object) -> tuple[None, None]:
        return None, None

    def maybe_free_model_hooks(self) -> None:
        pass

    def __call__(self, **kwargs: object) -> SimpleNamespace:
        return SimpleNamespace(frames=self.frames[None])


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (np.zeros((4, 32, 48, 3)), "where 5 frames"),
        (np.zeros((5, 16, 48, 3)), "where 5 frames"),
        (np.full((5, 32, 48, 3), np.nan), "not numbers"),
    ],
)
def test_a_wrong_result_is_refused(tiny_wan: Path, shot: AnalyticShot, frames: np.ndarray, said: str) -> None:
    wan = WanVaceGenerator(folder=tiny_wan, device="cpu")
    wan._pipe, wan._placement = StubPipe(frames), Placement("cpu", "float32")  # type: ignore[assignment]
    with pytest.raises(ModelError, match=said):
        run(wan, shot, frames=5)


def test_group_offload_leaves_every_bit(tiny_wan: Path, wan: WanVaceGenerator, shot: AnalyticShot) -> None:
    """On the CPU layers are moved from main memory to main memory: slow, but the same code."""
    other = WanVaceGenerator(folder=tiny_wan, device="cpu", window=9)
    other.load()
    place(*other.pipe, MemoryPlan("group", tiling=True))
    hooked = [m for m in other.pipe[0].transformer.modules() if hasattr(m, "_diffusers_hook")]
    assert hooked
    assert np.array_equal(run(other, shot), run(wan, shot))


def test_a_cpu_needs_no_plan() -> None:
    assert plan_memory(Placement("cpu", "float32"), WEIGHTS) == MemoryPlan("none", tiling=False)
