"""The house model outside PyTorch paints the same pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from rushes.errors import InputError
from rushes.models.house.build import HouseConfig
from rushes.models.house.export import check_inputs, export_onnx
from rushes.models.house.features import CHANNELS
from rushes.models.house.pipeline import HouseModelPipeline


@pytest.fixture(scope="module")
def tiny() -> HouseModelPipeline:
    torch.manual_seed(3)
    pipeline = HouseModelPipeline.build(HouseConfig(channels=(16, 32, 32), groups=4, text_width=16))
    pipeline.unet.eval()
    pipeline.text_encoder.eval()
    return pipeline


def crop(frame: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(frame[48:112, 64:160])


def test_same_pictures_at_any_size(tiny: HouseModelPipeline, tmp_path: Path) -> None:
    import onnxruntime

    frame = check_inputs(None, int8=False)[0]
    found = export_onnx(tiny, tmp_path / "onnx", [crop(frame)])
    assert found.worst < 0.5
    assert json.loads((found.folder / "rushes.json").read_text("utf-8"))["channels"] == list(CHANNELS)
    # Another size and prompt than it was exported with.
    session = onnxruntime.InferenceSession(str(found.folder / "painter.onnx"), providers=["CPUExecutionProvider"])
    words = onnxruntime.InferenceSession(str(found.folder / "words.onnx"), providers=["CPUExecutionProvider"])
    prompt = "night rain harbour noir ink"
    ids = np.asarray(tiny.tokenizer([prompt], padding="max_length", max_length=8)["input_ids"], np.int64)
    given = np.ascontiguousarray(frame[:112, :160].transpose(2, 0, 1)[None])
    theirs = session.run(None, {"features": given, "text": words.run(None, {"ids": ids})[0]})[0]
    mine = tiny(torch.from_numpy(given), prompt).numpy()
    assert np.abs(mine - theirs).max() * 255 < 0.5
    day = tiny(torch.from_numpy(given), "day clear city neutral cinematic").numpy()
    assert np.abs(day - mine).max() * 255 > 0.5


def test_int8_is_smaller_and_close(tiny: HouseModelPipeline, tmp_path: Path) -> None:
    frames = [crop(check_inputs(None, int8=False)[0])]
    exact = export_onnx(tiny, tmp_path / "a", frames)
    small = export_onnx(tiny, tmp_path / "b", frames, int8=True)
    assert small.megabytes < 0.7 * exact.megabytes
    assert exact.mean < small.mean < 16.0


def test_what_to_check_with(tiny: HouseModelPipeline, tmp_path: Path) -> None:
    with pytest.raises(InputError) as none:
        check_inputs(None, int8=True)
    assert none.value.code == "export.frames"
    with pytest.raises(InputError):
        check_inputs(tmp_path, int8=False)
    np.save(tmp_path / "features_000050.npy", np.zeros((2, 16, 32, len(CHANNELS)), np.float16))
    assert [f.shape for f in check_inputs(tmp_path, int8=True)] == [(16, 32, len(CHANNELS))]
    with pytest.raises(InputError):
        export_onnx(tiny, tmp_path / "c", [np.zeros((16, 32, 3), np.float32)])
    assert not (tmp_path / "c").exists()
