"""The label is in the files themselves, and names the take's model, seed and recipe."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from rushes.contracts import Brief, FrameRange, ModelRef, Recipe, Size
from rushes.media.pictures import png_text, save_png
from rushes.media.video import VideoWriter
from rushes.provenance.label import (
    DIGITAL_SOURCE_TYPE,
    SYNTHETIC_PARTS_SOURCE_TYPE,
    container_metadata,
    is_labelled,
    picture_text,
    returned_metadata,
)


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(
        version=1,
        shot="Harbour",
        camera="CAM",
        range=FrameRange(1, 2),
        rate=Fraction(24),
        brief=Brief(lighting="dusk"),
        reading={"time_of_day": "dusk"},
        seed=41,
        object_seeds={},
        generator="house",
        model=ModelRef("house", {"model.safetensors": "ab" * 32}),
        steps=1,
        strengths={},
        model_size=Size(256, 144),
        model_frames=2,
        output_size=Size(64, 48),
        passes="cd" * 32,
        post=(),
    )


def expected(recipe: Recipe) -> dict[str, str]:
    return {
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "model": "Rushes house model",
        "seed": "41",
        "recipe_sha256": recipe.hash,
        "model_sha256": recipe.model.sha256,
        "take": "t-1",
    }


def test_a_clip_says_that_it_is_generated(tmp_path: Path, recipe: Recipe) -> None:
    path = tmp_path / "clip.mp4"
    words = container_metadata(recipe, "t-1", "Rushes house model")
    with VideoWriter(path, Size(64, 48), recipe.rate, words) as writer:
        writer.write(np.zeros((48, 64, 3), np.uint8))
    with av.open(str(path)) as container:
        found = dict(container.metadata)
    assert is_labelled(found)
    assert expected(recipe).items() <= found.items()
    assert "AI-generated" in found["comment"]
    assert "Harbour" in found["title"]


def test_a_picture_says_that_it_is_generated(tmp_path: Path, recipe: Recipe) -> None:
    path = tmp_path / "poster.png"
    save_png(path, np.zeros((4, 4, 3), np.uint8), text=picture_text(recipe, "t-1", "Rushes house model"))
    found = png_text(path)
    assert is_labelled(found)
    assert expected(recipe).items() <= found.items()
    assert "AI-generated" in found["Description"]


def test_other_files_are_not_labelled() -> None:
    assert not is_labelled({})
    assert not is_labelled({"ai_generated": "true"})
    assert not is_labelled({"digitalSourceType": DIGITAL_SOURCE_TYPE, "ai_generated": "false"})


def test_a_treated_clip_says_what_was_generated_and_keeps_what_was_said(recipe: Recipe) -> None:
    plain = returned_metadata("harbour", "denoise", {})
    assert not is_labelled(plain)
    assert "nothing in it was generated" in plain["comment"]
    slow = returned_metadata("harbour", "interpolate", {}, SYNTHETIC_PARTS_SOURCE_TYPE, factor="2")
    assert is_labelled(slow)
    assert (slow["digitalSourceType"], slow["factor"]) == (SYNTHETIC_PARTS_SOURCE_TYPE, "2")
    source = container_metadata(recipe, "t-1", "Rushes house model")
    kept = returned_metadata("harbour", "stabilise", source, None)
    assert is_labelled(kept)
    assert expected(recipe).items() <= kept.items()
    assert kept["treatment"] == "stabilise"
