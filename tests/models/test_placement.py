"""Devices and repeatable settings."""

from __future__ import annotations

import os

import pytest
import torch

from rushes.errors import ModelError
from rushes.models import placement


def test_the_hub_is_closed() -> None:
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert os.environ["TRANSFORMERS_OFFLINE"] == "1"


def test_cpu_can_always_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert placement.choose("cpu") == placement.Placement("cpu", "float32")
    monkeypatch.setenv("RUSHES_DEVICE", "cpu")
    assert placement.choose().device == "cpu"
    assert placement.choose().torch_dtype is torch.float32


def test_unknown_device_lists_those_here() -> None:
    with pytest.raises(ModelError) as caught:
        placement.choose("abacus")
    assert caught.value.code == "model.device"
    assert "cpu" in caught.value.hint


def test_settings_hold_inside_the_block_only() -> None:
    cpu = placement.Placement("cpu", "float32")
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with placement.deterministic(cpu, threads=1):
        assert torch.get_num_threads() == 1
        assert torch.are_deterministic_algorithms_enabled()
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == before


def test_threads_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUSHES_THREADS", "3")
    assert placement.thread_count() == 3
    with placement.deterministic(placement.Placement("cpu", "float32")):
        assert torch.get_num_threads() == 3
    for nonsense in ("", "0", "many"):
        monkeypatch.setenv("RUSHES_THREADS", nonsense)
        assert placement.thread_count() >= 1


def test_bfloat16_only_where_the_processor_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = placement.Placement("cpu", "float32")
    monkeypatch.delenv("RUSHES_PRECISION", raising=False)
    for name, knows in (("_is_avx512_bf16_supported", True), ("_is_amx_tile_supported", False)):
        monkeypatch.setattr(torch.cpu, name, lambda knows=knows: knows, raising=False)
    assert placement.mixed(cpu)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    assert not placement.mixed(cpu)
    assert placement.mixed(placement.Placement("cuda", "bfloat16"))
    assert not placement.mixed(placement.Placement("cuda", "float16"))
    assert not placement.mixed(placement.Placement("mps", "float32"))
    monkeypatch.setenv("RUSHES_PRECISION", "bfloat16")
    assert placement.mixed(cpu)
    monkeypatch.setenv("RUSHES_PRECISION", "float32")
    assert not placement.mixed(placement.Placement("cuda", "bfloat16"))
