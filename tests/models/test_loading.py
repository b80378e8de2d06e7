"""Reading weight files, whole and hostile."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from rushes.errors import ModelError
from rushes.models.loading import read_tensors


class Hostile:
    """Writes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.write_text, (self.target, "ran"))


def test_safetensors(tmp_path: Path) -> None:
    save_file({"a": torch.arange(3.0)}, tmp_path / "w.safetensors")
    assert torch.equal(read_tensors(tmp_path / "w.safetensors")["a"], torch.arange(3.0))


def test_cut_file_is_unreadable(tmp_path: Path) -> None:
    save_file({"a": torch.arange(300.0)}, tmp_path / "w.safetensors")
    data = (tmp_path / "w.safetensors").read_bytes()
    (tmp_path / "w.safetensors").write_bytes(data[:200])
    with pytest.raises(ModelError) as caught:
        read_tensors(tmp_path / "w.safetensors")
    assert caught.value.code == "model.unreadable"


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        read_tensors(tmp_path / "w.safetensors")
    assert caught.value.code == "model.missing"


def test_pickle_needs_leave_and_holds_tensors_only(tmp_path: Path) -> None:
    torch.save({"a": torch.ones(2)}, tmp_path / "w.pt")
    with pytest.raises(ModelError) as caught:
        read_tensors(tmp_path / "w.pt")
    assert caught.value.code == "model.pickle"
    assert torch.equal(read_tensors(tmp_path / "w.pt", allow_pickle=True)["a"], torch.ones(2))


def test_hostile_pickle_does_not_run(tmp_path: Path) -> None:
    torch.save({"a": Hostile(tmp_path / "ran")}, tmp_path / "w.pt")
    with pytest.raises(ModelError) as caught:
        read_tensors(tmp_path / "w.pt", allow_pickle=True)
    assert caught.value.code == "model.unreadable"
    assert not (tmp_path / "ran").exists()
