"""Contracts survive JSON, refuse what does not fit, and hash the same everywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rushes.contracts as contracts
from rushes import errors
from rushes.contracts import (
    Brief,
    FrameRange,
    JobRequest,
    JobState,
    JobStatus,
    Legend,
    LegendObject,
    ModelRef,
    ObjectClass,
    PostStep,
    Recipe,
    ShootRequest,
    Size,
    Sun,
    canonical_json,
    decode,
    digest,
    encode,
)

CORE = Path(__file__).resolve().parents[2] / "core"
IDENTITY = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))


def recipe(seed: int = 7, **changes: object) -> Recipe:
    values: dict[str, object] = {
        "version": 1,
        "shot": "arrival",
        "camera": "Camera A",
        "range": FrameRange(1, 24),
        "rate": Fraction(24000, 1001),
        "brief": Brief(lighting="dusk"),
        "reading": {"time_of_day": "dusk"},
        "seed": seed,
        "object_seeds": {},
        "generator": "house",
        "model": ModelRef("house", {"unet.safetensors": "ab"}),
        "steps": 1,
        "strengths": {"color": 1.0},
        "model_size": Size(256, 144),
        "model_frames": 24,
        "output_size": Size(1280, 720),
        "passes": "cd",
        "post": (PostStep("upsample", 1, {"radius": 2}),),
    }
    return Recipe(**{**values, **changes})  # type: ignore[arg-type]


def test_recipe_survives_json_to_the_bit() -> None:
    before = recipe()
    after = decode(Recipe, json.loads(json.dumps(encode(before))))
    assert after == before
    assert after.rate == Fraction(24000, 1001)
    assert after.hash == before.hash


@pytest.mark.parametrize(
    "change",
    [{"seed": 8}, {"steps": 2}, {"strengths": {"color": 0.5}}, {"passes": "ce"}, {"output_size": Size(640, 360)}],
)
def test_recipe_hash_moves_with_everything_that_affects_pixels(change: dict[str, object]) -> None:
    assert recipe(**change).hash != recipe().hash  # type: ignore[arg-type]


def test_legend_with_enum_and_matrices_survives() -> None:
    block = LegendObject(1, "Haus Ä", "Buildings", ObjectClass.BUILDING, "", (0.1, 0.2, 0.3), (IDENTITY,))
    legend = Legend((block,), Sun((0.0, 0.0, 1.0), (1.0, 1.0, 1.0), 3.0))
    assert decode(Legend, json.loads(canonical_json(legend))) == legend


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"width": 4}, "height"),
        ({"width": 4, "height": 2, "depth": 1}, "depth"),
        ({"width": "4", "height": 2}, "width"),
        ({"width": True, "height": 2}, "width"),
        ([4, 2], "object"),
    ],
)
def test_decode_names_the_field_that_does_not_fit(data: object, says: str) -> None:
    with pytest.raises(errors.ProtocolError, match=says):
        decode(Size, data)


def test_not_a_number_is_never_sent() -> None:
    with pytest.raises(errors.ProtocolError):
        encode({"x": float("nan")})


def test_optional_and_enum_fields() -> None:
    status = JobStatus("a", JobRequest("shoot", {}), JobState.QUEUED, 1.0)
    again = decode(JobStatus, encode(status))
    assert again == status
    assert not again.state.ended
    assert JobState.FAILED.ended
    with pytest.raises(errors.ProtocolError, match="state"):
        decode(JobStatus, {**encode(status), "state": "asleep"})


@given(
    st.dictionaries(st.text(min_size=1, max_size=8), st.integers(), max_size=4),
    st.integers(0, 2**31),
    st.fractions(min_value=1, max_value=120),
)
def test_any_shoot_request_survives(object_seeds: dict[str, int], seed: int, rate: Fraction) -> None:
    request = ShootRequest("p", "b", "s", "t", seed, object_seeds=object_seeds)
    assert decode(ShootRequest, json.loads(canonical_json(request))) == request
    assert decode(Fraction, encode(rate)) == rate


def test_digest_does_not_depend_on_key_order() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_contracts_and_client_need_the_standard_library_alone() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import rushes.contracts, rushes.errors, rushes.client\n"
        "bad = {'numpy', 'torch', 'fastapi', 'pydantic', 'cv2', 'av'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-S", "-c", code, str(CORE)], check=True)


def test_surface_is_what_all_says() -> None:
    for name in contracts.__all__:
        assert hasattr(contracts, name), name
