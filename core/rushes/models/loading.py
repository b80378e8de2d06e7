"""Reading weight files: safetensors, and pickles only in torch's weights-only mode."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rushes.errors import ModelError
from rushes.models.store import PICKLES

if TYPE_CHECKING:
    import torch

__all__ = ["read_tensors"]


def read_tensors(path: Path, *, allow_pickle: bool = False) -> dict[str, torch.Tensor]:
    """All tensors of a weight file, on the CPU, by name.

    A pickle is read only when `allow_pickle`, and then with `weights_only=True`, which refuses anything
    but tensors. ModelError: `model.missing`, `model.pickle`, `model.unreadable`.
    """
    if not path.is_file():
        raise ModelError(
            f"The weights {path} are not there.",
            code="model.missing",
            hint="Copy the model's folder there again.",
            details={"path": str(path)},
        )
    if path.suffix not in PICKLES:
        return _read_safetensors(path)
    if not allow_pickle:
        raise ModelError(
            f"{path} is a pickle, which can run code when it is opened. It was not opened.",
            code="model.pickle",
            hint="Get the weights as .safetensors.",
            details={"path": str(path)},
        )
    import torch

    try:
        data = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as exc:
        raise _unreadable(path, exc) from exc
    tensors = cast("dict[str, torch.Tensor]", data) if isinstance(data, dict) else {}
    if not tensors or not all(isinstance(v, torch.Tensor) for v in tensors.values()):
        raise _unreadable(path, ValueError("it does not hold tensors by name"))
    return tensors


def _read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as exc:
        raise _unreadable(path, exc) from exc


def _unreadable(path: Path, exc: Exception) -> ModelError:
    return ModelError(
        f"The weights {path} cannot be read: {str(exc).splitlines()[0] if str(exc) else type(exc).__name__}.",
        code="model.unreadable",
        hint="The file is damaged or of another kind; copy the model again.",
        details={"path": str(path)},
    )
