"""Weights stay warm between jobs, and are loaded again when their files change."""

from __future__ import annotations

import json
from pathlib import Path

from rushes.contracts import ModelRef
from rushes.generators.registry import Registry
from rushes.testing.fake_generator import FakeGenerator

from .conftest import Studio


class _Changing(FakeGenerator):
    sha = "1" * 64

    def model_ref(self) -> ModelRef:
        return ModelRef("fake", {"weights.safetensors": self.sha})


def test_weights_are_loaded_once_and_again_when_they_change(studio: Studio) -> None:
    generator = _Changing()
    studio.services.registry = Registry({"fake": lambda: generator})
    studio.shoot("t1")
    studio.shoot("t2", seed=2)
    assert generator.loads == 1
    generator.sha = "2" * 64
    result = studio.shoot("t3", seed=3)
    assert generator.loads == 2
    recipe = json.loads((Path(result["folder"]) / "recipe.json").read_text())
    assert recipe["model"]["files"] == {"weights.safetensors": "2" * 64}
