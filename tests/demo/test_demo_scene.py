"""The committed demo scene is what its script makes, and what Rushes reads well."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from rushes.blender.launcher import BlenderCommand, find_blender
from rushes.contracts import FrameRange, Legend, ObjectClass, PassesRequest, Size, decode
from rushes.passes.render import inspect_blend, render_passes
from rushes.testing.contexts import RecordingContext

pytestmark = pytest.mark.blender

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "demo"
BLEND = ASSETS / "harbour_street.blend"


def run_script(blender: BlenderCommand, script: Path, *arguments: str) -> None:
    head = [blender.path, str(script)] if blender.kind == "python" else [blender.path, "-b", "--python", str(script)]
    subprocess.run([*head, "--", *arguments], check=True, capture_output=True, timeout=120)


def described(blender: BlenderCommand, blend: Path, folder: Path) -> dict[str, Any]:
    out = folder / f"{blend.parent.name}.json"
    run_script(blender, Path(__file__).with_name("describe_scene.py"), str(blend), str(out))
    return json.loads(out.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def blender() -> BlenderCommand:
    return find_blender()


@pytest.fixture(scope="module")
def scene(blender: BlenderCommand, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return described(blender, BLEND, tmp_path_factory.mktemp("committed"))


@pytest.fixture(scope="module")
def legend(blender: BlenderCommand, tmp_path_factory: pytest.TempPathFactory) -> Legend:
    """Of one small frame: the legend holds every object, seen or not."""
    out = tmp_path_factory.mktemp("passes") / "overlook"
    request = PassesRequest(str(BLEND), "overlook", range=FrameRange(90, 90), size=Size(96, 54))
    render_passes(request, out, blender=blender, context=RecordingContext())
    return decode(Legend, json.loads((out / "legend.json").read_text(encoding="utf-8")))


def test_the_script_still_makes_the_committed_scene(
    blender: BlenderCommand, scene: dict[str, Any], tmp_path: Path
) -> None:
    made = tmp_path / "made" / "scene.blend"
    run_script(blender, ASSETS / "make_demo.py", "--out", str(made))
    again = described(blender, made, tmp_path)
    assert sorted(again["objects"]) == sorted(scene["objects"])
    changed = [name for name, now in again["objects"].items() if now != scene["objects"][name]]
    assert changed == []
    assert {k: v for k, v in again.items() if k != "objects"} == {k: v for k, v in scene.items() if k != "objects"}


def test_the_file_is_small_and_stands_alone(scene: dict[str, Any]) -> None:
    assert BLEND.stat().st_size < 3_000_000
    assert scene["outside"] == []
    assert scene["lights"] == []  # no sun: the brief decides the time of day
    assert 150 <= len(scene["in_scene"]) <= 300


def test_three_shots_with_a_brief_and_a_move_each(blender: BlenderCommand, scene: dict[str, Any]) -> None:
    info = inspect_blend(BLEND, blender=blender, context=RecordingContext())
    assert [s.name for s in info.shots] == ["arrival", "quay", "overlook"]
    assert [s.range for s in info.shots] == [FrameRange(1, 36), FrameRange(37, 72), FrameRange(73, 108)]
    assert info.size == Size(1280, 720)
    assert info.rate == Fraction(24)
    assert info.sun is None
    for shot, hour in zip(info.shots, ("dusk", "dawn", "night"), strict=True):
        said = dict(shot.brief.items())
        assert {"subject", "action", "mood", "style", "camera", "lighting", "environment"} <= set(said)
        assert hour in said["lighting"]
        assert "harbour" in said["environment"]
        keys = scene["objects"][shot.camera]["keys"]
        first, last = ([c[k][1] for name, c in keys.items() if name.startswith("location")] for k in (0, -1))
        assert 1.0 < sum((a - b) ** 2 for a, b in zip(first, last, strict=True)) ** 0.5 < 8.0
        assert {key[2] for channel in keys.values() for key in channel} == {"BEZIER"}
    assert all(24 <= lens <= 50 for lens in scene["lenses"].values())


def test_every_object_has_the_class_of_its_collection(legend: Legend) -> None:
    usual = {
        "Ground": ObjectClass.GROUND,
        "Water": ObjectClass.WATER,
        "Buildings": ObjectClass.BUILDING,
        "Props": ObjectClass.PROP,
        "Vehicles": ObjectClass.VEHICLE,
        "Characters": ObjectClass.CHARACTER,
        "Vegetation": ObjectClass.VEGETATION,
        "Plane Tree Kit": ObjectClass.VEGETATION,
        "Lime Tree Kit": ObjectClass.VEGETATION,
        "Container Stack Kit": ObjectClass.PROP,
    }
    odd = [
        (o.name, o.object_class.value)
        for o in legend.objects
        if o.object_class is not (ObjectClass.LIGHT if "Lamp" in o.name else usual[o.collection])
        and not o.name.endswith("Roof Box")
    ]
    assert odd == []
    assert len([o for o in legend.objects if o.object_class is ObjectClass.LIGHT]) > 4
    assert {o.collection for o in legend.objects} == set(usual)
    assert len([o for o in legend.objects if o.name.startswith("Plane Tree") and o.name.endswith("Crown")]) == 10


def test_sizes_are_metres(scene: dict[str, Any]) -> None:
    assert scene["units"] == ["METRIC", 1.0]
    things = scene["objects"]
    assert all(o["scale"] == [1.0, 1.0, 1.0] for o in things.values())
    heights = {n: o["size"][2] for n, o in things.items() if "Characters" in o["collections"]}
    assert all(1.2 <= h <= 1.9 for h in heights.values())
    assert all(3.5 <= o["size"][1] <= 5.0 for n, o in things.items() if n.startswith("Saloon"))
    assert things["Delivery Van"]["size"] == pytest.approx([2.1, 5.6, 2.5], abs=0.3)
    assert 4.0 <= things["Quay Lamp 01"]["size"][2] <= 7.0
    houses = [o["size"] for name, o in things.items() if name.startswith("Gable House")]
    assert all(8.0 <= y <= 15.0 and 10.0 <= z <= 16.0 for _, y, z in houses)


def test_the_features_artists_use_are_in_it(scene: dict[str, Any]) -> None:
    things = scene["objects"]
    assert sum(bool(o["instance"]) for o in things.values()) >= 15
    assert {m for o in things.values() for m in o["modifiers"]} == {"ARRAY", "BEVEL"}
    assert things["Crane 1 Load"]["parent"] == "Crane 1 Jib"
    walkers = [n for n, o in things.items() if "Characters" in o["collections"] and o["keys"]]
    assert len(walkers) >= 8
