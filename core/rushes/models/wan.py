"""Wan VACE weights: what a folder says of itself, loading it safely, fitting it into memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from rushes.errors import DependencyError, ModelError
from rushes.models.placement import Placement
from rushes.models.store import refuse_pickles

if TYPE_CHECKING:
    from diffusers.pipelines.wan.pipeline_wan_vace import WanVACEPipeline

__all__ = ["PUBLISHED", "MemoryPlan", "WanShape", "load_wan_vace", "place", "plan_memory", "read_shape", "weights_mb"]

_LIBRARIES = frozenset({"diffusers", "transformers"})
_ACTIVATIONS_MB = 6144
"""Room left for activations; an estimate, not measured."""


@dataclass(frozen=True)
class WanShape:
    """Grid of a checkpoint."""

    spatial: int
    """Width and height must be multiples of this."""
    temporal: int
    """Lengths are multiples of this plus 1."""
    components: tuple[str, ...] = ()
    """Subfolders that hold parts of the model."""


PUBLISHED = WanShape(16, 4)
"""The grid of the published Wan 2.1 and 2.2 VACE checkpoints, said while none is installed."""


@dataclass(frozen=True)
class MemoryPlan:
    """How a model is spread between the device and main memory."""

    offload: Literal["none", "model", "group"]
    """all on the device; one component at a time; a few layers at a time"""
    tiling: bool
    """Decode pictures in tiles. Changes pixels slightly, so it follows from the device alone."""


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise _unreadable(path, exc) from exc
    if not isinstance(data, dict):
        raise _unreadable(path, ValueError("not an object"))
    return cast("dict[str, Any]", data)


def _unreadable(path: Path, exc: BaseException) -> ModelError:
    first = (str(exc).strip() or type(exc).__name__).splitlines()[0]
    return ModelError(
        f"The model at {path} cannot be read: {first}",
        code="model.unreadable",
        hint="Copy the whole model folder there again.",
        details={"path": str(path)},
    )


def _components(folder: Path) -> tuple[str, ...]:
    """Names of the components in model_index.json, after checking that they are what we know how to load."""
    index = _read_json(folder / "model_index.json")
    if index.get("_class_name") != "WanVACEPipeline":
        raise ModelError(
            f"{folder} holds a {index.get('_class_name')!r}, not a Wan VACE model.",
            code="model.family",
            hint='Use a folder in diffusers form whose model_index.json says "WanVACEPipeline".',
        )
    parts: list[str] = []
    for name, value in index.items():
        if name.startswith("_") or not isinstance(value, list):
            continue
        library = cast("list[Any]", value)[0]
        if library is None:
            continue
        if library not in _LIBRARIES:
            raise ModelError(
                f"{folder} wants to run code of its own ({library}) for its {name}. It was not run.",
                code="model.code",
                hint="Use the model as published for diffusers, without custom code.",
            )
        parts.append(name)
    return tuple(parts)


def read_shape(folder: Path) -> WanShape:
    """The grid from the configs of a model folder, as the pipeline works it out; without torch.

    ModelError: `model.unreadable`, `model.family`, `model.code`.
    """
    components = _components(folder)
    vae = _read_json(folder / "vae" / "config.json")
    name = "transformer" if "transformer" in components else "transformer_2"
    transformer = _read_json(folder / name / "config.json")
    try:
        halvings = [bool(v) for v in vae["temperal_downsample"]]
        patch = int(transformer["patch_size"][1])
    except (KeyError, TypeError, ValueError, IndexError) as exc:
        raise _unreadable(folder, exc) from exc
    return WanShape(2 ** len(halvings) * patch, 2 ** sum(halvings), components)


def weights_mb(folder: Path) -> dict[str, int]:
    """Size of each component's weights on disk, in MiB."""
    return {
        part: sum(f.stat().st_size for f in (folder / part).glob("*.safetensors")) >> 20
        for part in read_shape(folder).components
        if (folder / part).is_dir()
    }


def plan_memory(placement: Placement, weights: dict[str, int]) -> MemoryPlan:
    """The least intrusive way to fit. Sizes on disk are taken as sizes in memory, an upper bound.

    Offloading moves weights and leaves pixels as they are, so it may follow the memory that is free now;
    tiling follows the device's total memory, or the same recipe could give two results.
    """
    if placement.kind != "cuda":
        return MemoryPlan("none", tiling=False)
    everything = sum(weights.values())
    biggest = max(weights.values(), default=0)
    tiling = placement.total_mb < everything + 2 * _ACTIVATIONS_MB
    if placement.free_mb >= everything + _ACTIVATIONS_MB:
        return MemoryPlan("none", tiling)
    if placement.free_mb >= biggest + _ACTIVATIONS_MB:
        return MemoryPlan("model", tiling)
    return MemoryPlan("group", tiling)


def load_wan_vace(folder: Path, placement: Placement) -> WanVACEPipeline:
    """The pipeline on its device, from a local folder: safetensors only, no network, no foreign code.

    ModelError: `model.pickle`, `model.family`, `model.code`, `model.unreadable`, `model.shape` when the
    loaded pipeline's grid is not the one its configs promise.
    """
    shape = read_shape(folder)
    refuse_pickles(folder)
    try:
        import torch
        from diffusers.pipelines.wan.pipeline_wan_vace import WanVACEPipeline
    except ModuleNotFoundError as exc:
        raise DependencyError(
            f"Wan VACE needs {exc.name}, which is not installed.",
            code="dependency.missing",
            hint='Install Rushes with its engine: pip install "rushes[engine]".',
        ) from exc
    _quiet()
    try:
        # The published examples keep the VAE in full precision; the rest follows the device.
        dtype = {"vae": torch.float32, "default": placement.torch_dtype}
        pipe = WanVACEPipeline.from_pretrained(str(folder), dtype=dtype, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as exc:
        raise _unreadable(folder, exc) from exc
    patch = (pipe.transformer or pipe.transformer_2).config.patch_size[1]
    found = pipe.vae_scale_factor_spatial * patch, pipe.vae_scale_factor_temporal
    if found != (shape.spatial, shape.temporal):
        raise ModelError(
            f"{folder} works on a grid of {found}, its configs say {(shape.spatial, shape.temporal)}.",
            code="model.shape",
            hint="Copy the whole model folder there again.",
        )
    place(pipe, placement, plan_memory(placement, weights_mb(folder)))
    return pipe


def _quiet() -> None:
    """Loading bars belong to no log of ours."""
    import diffusers
    import transformers

    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()


def place(pipe: WanVACEPipeline, placement: Placement, plan: MemoryPlan) -> None:
    """Spread a loaded pipeline over device and main memory as planned."""
    import torch

    pipe.set_progress_bar_config(disable=True)
    if plan.tiling:
        pipe.vae.enable_tiling()
    if plan.offload == "model":
        pipe.enable_model_cpu_offload(device=placement.device)
    elif plan.offload == "group":
        pipe.enable_group_offload(
            onload_device=torch.device(placement.device),
            offload_device=torch.device("cpu"),
            offload_type="leaf_level",
            use_stream=False,
        )
    else:
        pipe.to(placement.device)
