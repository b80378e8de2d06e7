"""Brief, presets and looks: words in, files out and in again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

from doubles import FakeClient
from layout_double import draw
from states import SHOTS, add_shots, in_area

Tick = Callable[..., None]


@pytest.fixture
def root(tmp_path: Path, engine: FakeClient) -> str:
    folder = os.path.realpath(tmp_path / "Film für Åse")
    os.makedirs(folder)
    engine.add_production(folder)
    return folder


@pytest.fixture
def window(
    scene: Any, engine: FakeClient, root: str, part: Callable[[str], Any], tick: Tick, session: Callable[[], Any]
) -> Any:
    """A scene with three shots, the first picked; the library was read."""
    add_shots(bpy.context.scene)
    bpy.context.scene.rushes.production = root
    window = bpy.context.window_manager.rushes
    window.look = ""
    library = part("host.library")
    tick(lambda: len(window.shots) == len(SHOTS) and session().known.descriptors and library.shelf().presets)
    tick()
    return window


@pytest.fixture
def library(part: Callable[[str], Any]) -> Any:
    return part("host.library")


def of(shot: str = "Wide") -> Any:
    return bpy.context.scene.rushes.shots[shot]


def key(library: Any, name: str) -> str:
    return next(p.key for p in library.shelf().presets if p.name == name)


def names(library: Any) -> set[str]:
    return {p.name for p in library.shelf().presets if p.source != "shipped"}


def test_a_word_goes_into_the_brief_and_replaces_its_like(window: Any) -> None:
    bpy.ops.rushes.shot_brief()
    of().lighting = "soft dusk"
    bpy.ops.rushes.brief_word(aspect="time_of_day", word="night")
    assert of().lighting == "soft night"
    bpy.ops.rushes.brief_word(aspect="style", word="ink")
    assert of().style == "ink"
    bpy.ops.rushes.brief_word(aspect="style", word="")
    assert of().style == ""


def test_the_panel_shows_how_the_model_reads_the_brief(window: Any, part: Callable[[str], Any], tick: Tick) -> None:
    bpy.ops.rushes.shot_brief()
    of().lighting = "dusk with zeppelins"
    tick()
    with in_area("VIEW_3D") as context:
        drawn = draw(part("ui.brief").RUSHES_PT_brief, context)
    assert drawn is not None
    assert "Dusk" in drawn.texts
    assert "Cinematic" in drawn.texts
    assert any("zeppelins" in t for t in drawn.texts)


def test_the_brief_of_the_file_is_shown_before_there_is_one_of_our_own(window: Any, part: Callable[[str], Any]) -> None:
    text = bpy.data.texts.new("rushes_briefs")
    text.from_string(json.dumps({"Wide": {"mood": "tense", "lighting": "dusk"}}))
    with in_area("VIEW_3D") as context:
        drawn = draw(part("ui.brief").RUSHES_PT_brief, context)
    assert drawn is not None
    assert "Mood: tense" in drawn.texts
    assert not bpy.context.scene.rushes.shots, "drawing must not create data"
    bpy.ops.rushes.shot_brief()
    assert (of().mood, of().lighting) == ("tense", "dusk")


def test_a_brief_is_copied_to_the_other_shots(window: Any) -> None:
    bpy.ops.rushes.shot_brief()
    of().mood, of().style, of().subject = "warm", "ink", "a gull"
    window.shot_index = 1
    bpy.ops.rushes.shot_brief()
    of("Close up").mood = "cold"
    window.shot_index = 0
    bpy.ops.rushes.brief_copy(scope="EMPTY", fields={"mood", "style"})
    assert (of("Close up").mood, of("Close up").style, of("Close up").subject) == ("cold", "ink", "")
    assert of(SHOTS[2]).mood == "warm"
    bpy.ops.rushes.brief_copy(scope="ALL", fields={"mood"})
    assert of("Close up").mood == "warm"


def test_presets_are_read_and_put_into_the_brief(window: Any, library: Any) -> None:
    assert len(library.shelf().of_kind("brief")) >= 12
    bpy.ops.rushes.shot_brief()
    of().lighting, of().subject = "a pale dusk", "a gull"
    bpy.ops.rushes.preset_apply(key=key(library, "Night Rain, Noir"))
    assert of().lighting == "a pale night"
    assert of().subject == "a gull"
    assert "noir" in of().mood


def test_a_preset_is_saved_found_again_and_deleted(window: Any, library: Any, tick: Tick, root: str) -> None:
    bpy.ops.rushes.shot_brief()
    of().mood, of().restrictions = "calm", "no cars"
    bpy.ops.rushes.preset_save(kind="brief", name="Größe", where="own")
    tick(lambda: "Größe" in names(library))
    bpy.ops.rushes.preset_save(kind="brief", name="Ours", where="production")
    tick(lambda: "Ours" in names(library))
    assert os.path.isfile(os.path.join(root, "library", "Ours.brief.json"))
    window.shot_index = 1
    bpy.ops.rushes.preset_apply(key=key(library, "Größe"))
    assert (of("Close up").mood, of("Close up").restrictions) == ("calm", "no cars")
    for name in ("Größe", "Ours"):
        bpy.ops.rushes.preset_delete(preset=key(library, name))
    tick(lambda: not names(library))


def test_a_name_that_is_taken_and_a_bad_file_are_told(
    window: Any, library: Any, tick: Tick, root: str, session: Callable[[], Any]
) -> None:
    bpy.ops.rushes.shot_brief()
    of().mood = "calm"
    bpy.ops.rushes.preset_save(kind="brief", name="Ours", where="production")
    tick(lambda: "Ours" in names(library))
    bpy.ops.rushes.preset_save(kind="brief", name="Ours", where="production")
    tick(lambda: any("already a brief named Ours" in m.text for m in session().known.messages))
    Path(root, "library", "bad.brief.json").write_text("{", "utf-8")
    library.refresh(session())
    tick(lambda: any("bad.brief.json" in m.text for m in session().known.messages))
    assert "Ours" in names(library)
    assert bpy.ops.rushes.preset_save(kind="brief", name=" ") == {"CANCELLED"}


def test_a_file_goes_out_and_comes_in(
    window: Any, library: Any, tick: Tick, tmp_path: Path, session: Callable[[], Any]
) -> None:
    bpy.ops.rushes.shot_brief()
    of().mood = "calm"
    bpy.ops.rushes.preset_export(kind="brief", filepath=str(tmp_path / "Shared.brief.json"))
    tick((tmp_path / "Shared.brief.json").is_file)
    bpy.ops.rushes.preset_import(filepath=str(tmp_path / "Shared.brief.json"))
    tick(lambda: "Shared" in names(library))
    (tmp_path / "bad.json").write_text("[]", "utf-8")
    with pytest.raises(RuntimeError, match="holds no preset"):
        bpy.ops.rushes.preset_import(filepath=str(tmp_path / "bad.json"))
    bpy.ops.rushes.preset_delete(preset=key(library, "Shared"))
    tick(lambda: not names(library))


def test_a_look_is_style_and_model_as_one(window: Any, library: Any, tick: Tick) -> None:
    rushes = bpy.context.scene.rushes
    bpy.ops.rushes.shot_brief()
    of().mood, of().style, of().subject = "noir", "ink", "a gull"
    rushes.steps = 20
    rushes.strengths["normal"].use, rushes.strengths["color"].value = False, 1.5
    bpy.ops.rushes.preset_save(kind="look", name="My Look", where="own")
    tick(lambda: "My Look" in names(library))
    rushes.steps = 0
    rushes.strengths["normal"].use, rushes.strengths["color"].value = True, 0.2
    of().mood = ""
    assert not bpy.ops.rushes.look_apply.poll()
    bpy.ops.rushes.look_pick(look=key(library, "My Look"))
    bpy.ops.rushes.look_apply(everywhere=True)
    assert rushes.steps == 20
    assert not rushes.strengths["normal"].use
    assert rushes.strengths["color"].value == pytest.approx(1.5)
    assert {of(s).mood for s in SHOTS} == {"noir"}
    assert of("Close up").subject == ""
    bpy.ops.rushes.preset_delete(preset=key(library, "My Look"))
    tick(lambda: not names(library))


def test_a_look_of_another_model_says_that_it_is_not_here(
    window: Any, library: Any, tick: Tick, root: str, session: Callable[[], Any], capfd: Any
) -> None:
    look = {"version": 1, "kind": "look", "name": "Far", "words": {}, "model": {"generator": "wan-vace"}}
    Path(root, "library").mkdir()
    Path(root, "library", "far.look.json").write_text(json.dumps(look), "utf-8")
    library.refresh(session())
    tick(lambda: "Far" in names(library))
    bpy.ops.rushes.look_pick(look=key(library, "Far"))
    assert bpy.ops.rushes.look_apply(everywhere=False) == {"FINISHED"}
    assert bpy.context.scene.rushes.generator_id == "wan-vace"
    assert "not on this machine" in "".join(capfd.readouterr())


def test_shared_presets_follow_the_production(window: Any, library: Any, tick: Tick, root: str) -> None:
    bpy.ops.rushes.shot_brief()
    of().mood = "calm"
    bpy.ops.rushes.preset_save(kind="brief", name="Ours", where="production")
    tick(lambda: "Ours" in names(library))
    bpy.context.scene.rushes.production = ""
    tick(lambda: "Ours" not in names(library))
    bpy.context.scene.rushes.production = root
    tick(lambda: "Ours" in names(library))
