"""Upscaling models of the user's own: found, loaded, run in tiles; a toy of a real architecture with random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact

from rushes.errors import ModelError
from rushes.models import upscaler
from rushes.models.store import ModelStore
from rushes.models.upscaler import Upscaler, find_upscaler, upscaler_files


def _weights(scale: int, channels: int = 3) -> dict[str, Any]:
    torch.manual_seed(0)
    model: Any = SRVGGNetCompact(
        num_in_ch=channels, num_out_ch=channels, num_feat=8, num_conv=2, upscale=scale, act_type="prelu"
    )
    return model.state_dict()


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    (tmp_path / "models" / "upscale").mkdir(parents=True)
    return ModelStore(folders=[], home=tmp_path)


def _place(store: ModelStore, name: str) -> Path:
    return store.home / "models" / "upscale" / name


@pytest.mark.parametrize(("name", "scale"), [("a.safetensors", 2), ("b.pth", 4)])
def test_a_model_is_found_loaded_and_enlarges(store: ModelStore, name: str, scale: int) -> None:
    path = _place(store, name)
    if path.suffix == ".pth":
        torch.save({"params_ema": _weights(scale)}, path)
    else:
        save_file(_weights(scale), path)
    loaded = Upscaler.load(find_upscaler(store, path.stem), store, "cpu")
    assert (loaded.name, loaded.scale, len(loaded.sha256)) == (path.stem, scale, 64)
    picture = np.random.default_rng(1).random((33, 47, 3), np.float32)
    big = loaded.enlarge(picture)
    assert big.shape == (33 * scale, 47 * scale, 3)
    assert 0 <= big.min() <= big.max() <= 1
    assert np.array_equal(big, loaded.enlarge(picture))


def test_tiles_leave_no_seam(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    save_file(_weights(2), _place(store, "a.safetensors"))
    loaded = Upscaler.load(find_upscaler(store, "a"), store, "cpu")
    picture = np.random.default_rng(1).random((70, 90, 3), np.float32)
    whole = loaded.enlarge(picture)
    monkeypatch.setattr(upscaler, "_TILE", 32)
    assert np.abs(loaded.enlarge(picture) - whole).max() < 1e-5


def test_what_is_no_upscaling_model_is_refused(store: ModelStore) -> None:
    save_file({"weight": torch.zeros(3)}, _place(store, "odd.safetensors"))
    save_file(_weights(2, channels=1), _place(store, "grey.safetensors"))
    _place(store, "broken.safetensors").write_bytes(b"nothing")
    torch.save({"run": print}, _place(store, "code.pth"))
    codes: dict[str, str] = {}
    for path in upscaler_files(store):
        with pytest.raises(ModelError) as caught:
            Upscaler.load(path, store, "cpu")
        codes[path.stem] = caught.value.code
    assert codes == {
        "broken": "model.unreadable",
        "code": "model.pickle",
        "grey": "model.kind",
        "odd": "model.unreadable",
    }
    with pytest.raises(ModelError) as caught:
        find_upscaler(store, "none")
    assert "broken, code, grey, odd" in caught.value.hint
