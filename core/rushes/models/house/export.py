"""Writes the house model as ONNX, so that it runs where PyTorch does not: `painter.onnx` and `words.onnx`.

`words.onnx` turns the token ids of a prompt into its embedding; `painter.onnx` turns channels and embedding into a
picture in one step, from the same start as the pipeline. `rushes.json` beside them names channels, tokens and sizes.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, Size
from rushes.errors import DependencyError, InputError
from rushes.media.conditioning import SKY_DEPTH
from rushes.models.house.build import TEXT_LENGTH
from rushes.models.house.features import CHANNELS, FEATURE_VERSION, features
from rushes.models.house.noise import Array
from rushes.models.house.surface import HouseFrame, HouseObject
from rushes.models.house.vocabulary import DEFAULTS

if TYPE_CHECKING:
    from rushes.models.house.pipeline import HouseModelPipeline

__all__ = ["Exported", "check_inputs", "export_onnx"]

OPSET = 18
PAINTER, WORDS, NOTE = "painter.onnx", "words.onnx", "rushes.json"


@dataclass(frozen=True)
class Exported:
    """What was written, and how close it comes to the pipeline."""

    folder: Path
    int8: bool
    megabytes: float
    worst: float
    """Largest difference of any value of the check pictures, in 8-bit levels."""
    mean: float
    """Mean difference, in 8-bit levels."""


def export_onnx(
    pipeline: HouseModelPipeline,
    folder: Path,
    frames: Sequence[Array],
    *,
    int8: bool = False,
) -> Exported:
    """Write the pipeline to `folder` and hold it against itself.

    Args:
        pipeline: on the CPU, float32.
        folder: made if missing; files of those names are replaced.
        frames: model inputs (H, W, len(CHANNELS)) float, one or more: the pictures both forms must make alike; for
            `int8` they also set the ranges, so they should be many and varied. Sides must be legal for the model.
        int8: weights and activations of the painter in 8 bits.

    Raises:
        InputError: `export.frames`: none given, or of the wrong shape.
        DependencyError: `dependency.missing`: onnx, onnxscript or onnxruntime is not installed.
    """
    if not frames or any(f.ndim != 3 or f.shape[2] != len(CHANNELS) for f in frames):
        raise InputError(
            "The export needs pictures' inputs of this model to check itself against.",
            code="export.frames",
            hint="Give a folder made by `rushes dataset prepare` of this version.",
        )
    _need_tools()
    folder.mkdir(parents=True, exist_ok=True)
    given = [np.ascontiguousarray(f.transpose(2, 0, 1)[None], np.float32) for f in frames]
    prompt = " ".join(DEFAULTS.values())
    with _quiet():
        _write_words(pipeline, folder / WORDS)
        _write_painter(pipeline, folder / PAINTER, given[0])
        if int8:
            _to_int8(pipeline, folder / PAINTER, given, prompt)
    _write_note(pipeline, folder, int8=int8)
    worst, mean = _difference(pipeline, folder, given, prompt)
    size = sum(f.stat().st_size for f in folder.iterdir() if f.is_file()) / 1e6
    return Exported(folder, int8, size, worst, mean)


def check_inputs(pictures: Path | None, *, int8: bool, most: int = 24) -> list[Array]:
    """Model inputs to export with: those of prepared pictures, or of a plain street corner.

    Args:
        pictures: folder made by `rushes dataset prepare`; None: the corner.
        int8: the corner will not do, since the ranges of all pictures are wanted.
        most: how many at most, spread over the folder.

    Raises:
        InputError: `export.frames`: `int8` without pictures, or no pictures in the folder.
    """
    if pictures is None and not int8:
        return [_corner()]
    found = [] if pictures is None else sorted(pictures.glob("features_*.npy"))
    if not found:
        raise InputError(
            "Eight-bit export needs prepared pictures to set its ranges." if pictures is None
            else f"There are no prepared pictures in {pictures}.",
            code="export.frames",
            hint="Make some with `rushes dataset synth` and `rushes dataset prepare`, then name their folder.",
        )  # fmt: skip
    step = max(1, len(found) // most)
    return [np.asarray(np.load(f, mmap_mode="r")[0], np.float32) for f in found[::step][:most]]


def _corner() -> Array:
    """Inputs of a grey house on a plain, seen from eye level; analytic."""
    size = Size(256, 144)
    camera = CameraFrame(
        frame=1, matrix_world=((1, 0, 0, 0), (0, 0, -1, -14), (0, 1, 0, 1.7), (0, 0, 0, 1)), type="PERSP", lens=28.0,
        ortho_scale=6.0, sensor_width=36.0, sensor_height=24.0, sensor_fit="AUTO", shift_x=0.0, shift_y=0.0,
        clip_start=0.1, clip_end=1000.0,
    )  # fmt: skip
    k = camera.intrinsics(size, (1.0, 1.0))
    x = ((np.arange(size.width) + 0.5 - k.cx) / k.fx)[None, :].repeat(size.height, 0)
    z = (-(np.arange(size.height) + 0.5 - k.cy) / k.fy)[:, None].repeat(size.width, 1)
    ground = np.where(z < -1e-3, 1.7 / np.maximum(-z, 1e-3), SKY_DEPTH)
    wall = (np.abs(x * 12.0 + 1.0) < 3.0) & (z * 12.0 + 1.7 < 7.0) & (ground > 12.0)
    depth = np.where(wall, 12.0, ground).astype(np.float32)
    ids = np.where(wall, 2, np.where(ground < SKY_DEPTH, 1, 0)).astype(np.int32)
    normal = np.where(wall[..., None], (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)) * (ids > 0)[..., None]
    house = np.eye(4)
    house[:3, 3] = (-1.0, 0.0, 0.0)
    things = {
        1: HouseObject(1, "ground", (0.2, 0.2, 0.2), np.eye(4), np.array([[-99.0, -99.0, -0.1], [99.0, 99.0, 0.0]])),
        2: HouseObject(2, "building", (0.5, 0.4, 0.3), house, np.array([[-3.0, -2.0, 0.0], [3.0, 2.0, 7.0]])),
    }
    return features(
        HouseFrame(
            depth=depth, normal=normal.astype(np.float32), ids=ids, direct=(ids > 0).astype(np.float32) * 0.6,
            camera=camera, objects=things, sun=(0.4, -0.7, 0.59),
        )
    )  # fmt: skip


def _need_tools() -> None:
    for name in ("onnx", "onnxscript", "onnxruntime"):
        try:
            __import__(name)
        except ModuleNotFoundError as exc:
            raise DependencyError(
                f"Writing ONNX needs {name}, which is not installed.",
                code="dependency.missing",
                hint='Install Rushes with its export tools: pip install "rushes[export]".',
            ) from exc


@contextmanager
def _quiet() -> Generator[None]:
    """The exporter and the quantiser talk at length about what they skip; errors still come through."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir", "root", "")]
    levels = [log.level for log in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for log in loggers:
            log.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for log, level in zip(loggers, levels, strict=True):
                log.setLevel(level)


def _write_words(pipeline: HouseModelPipeline, path: Path) -> None:
    import torch

    class Words(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = pipeline.text_encoder

        def forward(self, ids: torch.Tensor) -> Any:
            return self.encoder(input_ids=ids).text_embeds

    ids = torch.zeros((1, TEXT_LENGTH), dtype=torch.int64)
    ids[0, 0], ids[0, -1] = 1, 2
    _export(Words().eval(), (ids,), path, ["ids"], ["text"], {"ids": {0: "batch"}, "text": {0: "batch"}})


def _write_painter(pipeline: HouseModelPipeline, path: Path, example: Array) -> None:
    import torch

    from rushes.models.house.pipeline import MARGIN, crisp, predict

    around = (MARGIN, MARGIN, MARGIN, MARGIN)

    class Painter(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.unet = pipeline.unet

        def forward(self, features: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
            given = torch.nn.functional.pad(features, around, mode="replicate")
            blank = torch.zeros_like(given[:, :3])
            sigma = torch.ones_like(text[:, 0])
            clean = predict(self.unet, blank, given, sigma, text, MARGIN)
            clean = crisp(clean)[..., MARGIN : clean.shape[-2] - MARGIN, MARGIN : clean.shape[-1] - MARGIN]
            return (clean.clamp(-1.0, 1.0) + 1.0) * 0.5

    text = torch.zeros((1, pipeline.text_encoder.text_projection.out_features))
    axes = {
        "features": {0: "batch", 2: "height", 3: "width"},
        "text": {0: "batch"},
        "picture": {0: "batch", 2: "height", 3: "width"},
    }
    _export(Painter().eval(), (torch.from_numpy(example), text), path, ["features", "text"], ["picture"], axes)


def _export(
    module: Any, example: tuple[Any, ...], path: Path, inputs: list[str], outputs: list[str], axes: dict[str, Any]
) -> None:
    import torch

    with torch.no_grad():
        torch.onnx.export(
            module, example, str(path), input_names=inputs, output_names=outputs, dynamic_axes=axes,
            opset_version=OPSET, dynamo=False,
        )  # fmt: skip


def _ids(pipeline: HouseModelPipeline, prompt: str) -> NDArray[np.int64]:
    found: Any = pipeline.tokenizer([prompt], padding="max_length", max_length=TEXT_LENGTH)["input_ids"]
    return np.asarray(found, np.int64)


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _to_int8(pipeline: HouseModelPipeline, path: Path, given: Sequence[Array], prompt: str) -> None:
    """Static quantisation of the convolutions and products; what mixes the sharp layers stays in float."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    text = _session(path.with_name(WORDS)).run(None, {"ids": _ids(pipeline, prompt)})[0]

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            self.left: Iterable[Array] = iter(given)

        def get_next(self) -> Any:
            picture = next(iter(self.left), None)
            return None if picture is None else {"features": picture, "text": text}

    ready, small = path.with_suffix(".ready.onnx"), path.with_suffix(".int8.onnx")
    quant_pre_process(str(path), str(ready), skip_symbolic_shape=True)
    quantize_static(
        str(ready), str(small), Reader(), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, op_types_to_quantize=["Conv"],
    )  # fmt: skip
    ready.unlink()
    small.replace(path)


def _write_note(pipeline: HouseModelPipeline, folder: Path, *, int8: bool) -> None:
    vocabulary: dict[str, int] = pipeline.tokenizer.get_vocab()
    note = {
        "feature_version": FEATURE_VERSION,
        "channels": list(CHANNELS),
        "tokens": vocabulary,
        "text_length": TEXT_LENGTH,
        "int8": int8,
        "inputs": "features (B, channels, H, W) float32 of rushes.models.house.features; text of words.onnx",
        "output": "picture (B, 3, H, W) float32, 0..1, sRGB",
    }
    (folder / NOTE).write_text(json.dumps(note, indent=2) + "\n", "utf-8")


def _difference(pipeline: HouseModelPipeline, folder: Path, given: Sequence[Array], prompt: str) -> tuple[float, float]:
    import torch

    words, painter = _session(folder / WORDS), _session(folder / PAINTER)
    text = words.run(None, {"ids": _ids(pipeline, prompt)})[0]
    worst, total = 0.0, 0.0
    for picture in given:
        mine = pipeline(torch.from_numpy(picture), prompt).numpy()
        theirs = painter.run(None, {"features": picture, "text": text})[0]
        off = np.abs(mine - theirs) * 255.0
        worst, total = max(worst, float(off.max())), total + float(off.mean())
    return worst, total / len(given)
