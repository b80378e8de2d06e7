"""Presets and looks: files in, files out, and what is said of bad ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from blender_addon.logic import briefs, presets
from blender_addon.logic.presets import ModelPart, Preset
from rushes.contracts import Brief
from rushes.errors import InputError
from rushes.generators.house import HouseGenerator
from rushes.models.house.vocabulary import FIELDS, VOCABULARY, read_brief

SHIPPED = Path(__file__).resolve().parents[3] / "blender_addon" / "presets"


def good(**changes: Any) -> str:
    return json.dumps({"version": 1, "kind": "brief", "name": "Fog", "words": {"weather": "fog"}, **changes})


def test_shipped_presets_speak_the_house_models_words() -> None:
    shelf = presets.read_shelf([(SHIPPED, "shipped")])
    assert not shelf.troubles
    assert len(shelf.of_kind("brief")) >= 12
    assert len(shelf.of_kind("look")) >= 4
    assert len({p.name for p in shelf.presets}) == len(shelf.presets)
    said = [p for p in shelf.presets if p.tags]
    assert said == list(shelf.presets)
    knobs = {c.name: c for c in HouseGenerator().descriptor.conditionings}
    for preset in shelf.presets:
        brief = briefs.put_words(VOCABULARY, Brief(environment="an old harbour"), preset.words).merged(preset.fields)
        assert {a: read_brief(brief).tokens[a] for a in preset.words} == preset.words, preset.name
        for name, value in preset.model.strengths.items() if preset.model else ():
            low, high = knobs[name].strength or (0.0, 0.0)
            assert low <= value <= high
    used = {word for p in shelf.presets for word in p.words.values()}
    assert set(FIELDS["time_of_day"] + FIELDS["weather"] + FIELDS["mood"] + FIELDS["style"]) <= used


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    look = Preset(
        "Größe / ä",
        "look",
        fields={"mood": "warm", "genre": ""},
        tags=("mine",),
        model=ModelPart("house", 3, "512x288", {"color": 0.5}),
    )
    kept = presets.save_preset(look, tmp_path / "new" / "library")
    shelf = presets.read_shelf([(tmp_path / "new" / "library", "own")])
    assert shelf.presets == (kept,)
    assert kept.name == "Größe / ä"
    assert shelf.find(kept.key) == kept
    assert [p.name for p in (tmp_path / "new" / "library").iterdir()] == ["Größe _ ä.look.json"]
    presets.delete_preset(kept)
    assert presets.read_shelf([(tmp_path / "new" / "library", "own")]).presets == ()


def test_a_name_that_is_taken_is_replaced_only_when_asked(tmp_path: Path) -> None:
    presets.save_preset(Preset("Fog", words={"weather": "fog"}), tmp_path)
    with pytest.raises(InputError) as caught:
        presets.save_preset(Preset("Fog", words={"weather": "rain"}), tmp_path)
    assert caught.value.code == "preset.exists"
    presets.save_preset(Preset("Fog", words={"weather": "rain"}), tmp_path, replaces=True)
    assert presets.read_shelf([(tmp_path, "own")]).presets[0].words == {"weather": "rain"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("[]", "no preset"),
        (good(version=None), "no version"),
        (good(version=2), "newer"),
        (good(kind="grade"), "neither"),
        (good(name=" "), "no name"),
        (good(fields={"colour": "red"}), "no field 'colour'"),
        (good(words={"weather": 3}), "words"),
        (good(fields=[]), "fields"),
        (good(tags="mine"), "tags"),
        (good(kind="look"), "nothing of the model"),
        (good(kind="look", model={"size": "huge"}), "settings"),
        (good(kind="look", model={"strengths": {"color": "much"}}), "settings"),
    ],
)
def test_a_bad_file_is_a_sentence_and_the_others_are_read(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "bad.brief.json").write_text(text, "utf-8")
    (tmp_path / "good.brief.json").write_text(good(), "utf-8")
    (tmp_path / "noise.txt").write_text("x", "utf-8")
    shelf = presets.read_shelf([(tmp_path, "own"), (tmp_path / "missing", "production")])
    assert [p.name for p in shelf.presets] == ["Fog"]
    (trouble,) = shelf.troubles
    assert says in trouble.message
    assert trouble.hint
    assert trouble.message.startswith("bad.brief.json")


def test_bytes_and_huge_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.json").write_text(good() + " " * 70_000, "utf-8")
    assert [t.code for t in presets.read_shelf([(tmp_path, "own")]).troubles] == ["preset.broken"] * 2


def test_shipped_ones_stay_and_folders_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        presets.delete_preset(Preset("Fog", source="shipped", path=str(tmp_path / "x")))
    assert caught.value.code == "preset.shipped"
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(InputError) as caught:
        presets.save_preset(Preset("Fog"), tmp_path / "file" / "library")
    assert caught.value.code == "preset.file"


def test_a_summary_says_all_that_it_holds() -> None:
    look = Preset("A", "look", {"time_of_day": "dusk"}, {"genre": ""}, (), ModelPart("house", 0, "512x288"))
    assert presets.summary(look) == (
        "Time of Day: dusk",
        "Genre: empty",
        "Model: house",
        "Works At: 512×288",
        "Steps: its own",
    )
