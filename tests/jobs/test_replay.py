"""A take's recipe gives its frames again, and says when it cannot."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from rushes.contracts import ModelRef, Size
from rushes.errors import ProductionError, RecipeError
from rushes.generators.registry import Registry
from rushes.jobs import replay
from rushes.testing.analytic_door import write_blend
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator

from .conftest import Studio


def _replay(studio: Studio, take: str = "t1") -> dict[str, Any]:
    params = {"production": str(studio.production.root), "take": take}
    return replay.run(params, RecordingContext(), studio.services)


def test_same_recipe_same_frames(studio: Studio) -> None:
    studio.shoot(brief={"lighting": "night"}, object_seeds={"Car": 5}, model_size=Size(48, 32))
    result = _replay(studio)
    assert result["equal"]
    assert (result["frames"], result["different"]) == (5, [])
    assert result["environment"] == {}
    assert len(studio.production.takes()) == 1


def test_a_flipped_frame_is_found(studio: Studio) -> None:
    folder = Path(studio.shoot()["folder"])
    data = json.loads((folder / "frames.json").read_text())
    data["sha256"][3] = "0" * 64
    (folder / "frames.json").write_text(json.dumps(data))
    result = _replay(studio)
    assert not result["equal"]
    assert result["different"] == [3]


def test_missing_and_extra_frames_are_found(studio: Studio) -> None:
    folder = Path(studio.shoot()["folder"])
    data = json.loads((folder / "frames.json").read_text())
    (folder / "frames.json").write_text(json.dumps({**data, "sha256": data["sha256"][:3]}))
    assert _replay(studio)["different"] == [3, 4]
    (folder / "frames.json").write_text(json.dumps({**data, "sha256": data["sha256"] * 2}))
    assert _replay(studio)["different"] == [5, 6, 7, 8, 9]


def test_a_changed_model_file_is_named(studio: Studio) -> None:
    studio.shoot()

    class Changed(FakeGenerator):
        def model_ref(self) -> ModelRef:
            return ModelRef("fake", {"fake": "1" * 64})

    studio.services.registry = Registry({"fake": Changed})
    with pytest.raises(RecipeError) as caught:
        _replay(studio)
    assert caught.value.code == "recipe.model"
    assert caught.value.details["changed"] == ["fake"]


def test_passes_that_are_gone_are_rendered_again(studio: Studio) -> None:
    studio.shoot()
    shutil.rmtree(studio.production.root / "passes")
    assert _replay(studio)["equal"]
    assert len(studio.door.rendered) == 2


def test_gone_passes_of_a_changed_scene_cannot_be_had(studio: Studio) -> None:
    studio.shoot()
    write_blend(studio.blend, "another scene")
    assert _replay(studio)["equal"]  # the passes of that day are still there
    shutil.rmtree(studio.production.root / "passes")
    with pytest.raises(RecipeError) as caught:
        _replay(studio)
    assert caught.value.code == "recipe.passes"
    assert len(studio.door.rendered) == 1


def test_exchanged_passes_are_found(studio: Studio) -> None:
    first = studio.shoot("t1")
    studio.shoot("t2", shot="020")
    keys = [json.loads((studio.production.take_folder(t) / "source.json").read_text())["passes"] for t in ("t1", "t2")]
    folders = [studio.production.passes_folder(k) for k in keys]
    shutil.rmtree(folders[0])
    shutil.copytree(folders[1], folders[0])
    with pytest.raises(RecipeError) as caught:
        _replay(studio)
    assert caught.value.code == "recipe.passes"
    assert first["take"] == "t1"


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("recipe.json", ("seed", 8), "recipe.edited"),
        ("recipe.json", ("version", "x"), "recipe.unreadable"),
        ("source.json", ("request", {}), "recipe.source"),
        ("frames.json", ("sha256", None), "recipe.frames"),
    ],
)
def test_edited_files_are_named(studio: Studio, name: str, change: tuple[str, Any], code: str) -> None:
    path = Path(studio.shoot()["folder"]) / name
    data = json.loads(path.read_text())
    if change[1] is None:
        del data[change[0]]
    else:
        data[change[0]] = change[1]
    path.write_text(json.dumps(data))
    with pytest.raises(RecipeError) as caught:
        _replay(studio)
    assert caught.value.code == code


def test_no_such_take(studio: Studio) -> None:
    with pytest.raises(ProductionError):
        _replay(studio, "t9")
