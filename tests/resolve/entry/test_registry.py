"""All actions are there, under names that fit a menu on any system."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import resolve_scripts.actions
from resolve_scripts.actions.base import Action, Outcome
from resolve_scripts.actions.registry import MODULES, Entry, Registry, builtin_registry
from resolve_scripts.setup.launchers import file_name
from rushes.contracts.clip import Treatment
from rushes.errors import InputError
from rushes.testing.resolve.desk import FakeDesk

IN_THE_MENU = {
    "pull_selects",
    "place",
    "place_placeholder",
    "place_all",
    "add_take",
    "next_take",
    "previous_take",
    "first_take",
    "build_timeline",
    "subtitles",
    "grade",
    "ungrade",
    "match",
    "send_take",
    "send_upscale",
    "send_denoise",
    "send_stabilise",
    "send_slow_motion",
    "send_matte",
    "send_extend",
    "bring_back",
    "notes_to_takes",
    "notes_to_markers",
    "label",
    "open_panel",
    "choose_production",
    "self_check",
    "stop",
}


def test_the_menu_is_whole() -> None:
    assert {entry.id for entry in builtin_registry().menu()} == IN_THE_MENU


def test_every_action_module_is_listed() -> None:
    folder = Path(resolve_scripts.actions.__file__).parent
    found = {path.stem for path in folder.glob("*.py")} - {"__init__", "base", "registry"}
    with_actions = {
        name
        for name in found
        if {"ACTION", "ACTIONS"} & set(vars(importlib.import_module(f"resolve_scripts.actions.{name}")))
    }
    assert with_actions == set(MODULES)


SCRIPTS = Path(resolve_scripts.__file__).parent


@pytest.mark.parametrize("path", sorted(SCRIPTS.rglob("*.py")), ids=lambda path: path.relative_to(SCRIPTS).as_posix())
def test_the_syntax_is_that_of_python_3_10_and_nothing_is_printed(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 10))
    names = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert "print" not in names
    assert not {"SaveProject", "CloseProject", "LoadProject"} & {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }, "never"


def test_names_are_legal_file_names_and_differ_on_every_system() -> None:
    names = [file_name(entry) for entry in builtin_registry().menu()]
    assert len({name.lower() for name in names}) == len(names)
    assert all(name.isascii() and len(name) < 40 and not set(name) & set('<>:"/\\|?*') for name in names)


def test_every_entry_says_what_it_does_in_one_sentence() -> None:
    for entry in builtin_registry().entries():
        assert entry.about.endswith("."), entry.id
        assert len(entry.about) < 160, entry.id


def test_variants_pass_options_their_action_knows() -> None:
    treatments = {one.value for one in Treatment}
    for entry in builtin_registry().entries():
        if entry.variant is not None:
            known = {name.replace("set.NAME", "set.") for name in entry.action.options}
            assert {name if not name.startswith("set.") else "set." for name in entry.variant.options} <= known
            assert entry.variant.options.get("treatment", "take") in treatments


def test_an_unknown_action_is_told() -> None:
    with pytest.raises(InputError, match="no action 'other'"):
        Registry(("stop",)).get("other")


def test_a_module_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(ModuleNotFoundError):
        Registry(("stop", "no_such_module")).entries()


def test_two_actions_of_one_name_are_a_fault() -> None:
    with pytest.raises(ValueError, match="two actions are called stop"):
        Registry(("stop", "stop")).entries()


def test_given_options_go_before_a_variants_own(tmp_path: Path) -> None:
    got: list[dict[str, str]] = []

    def run(session: object, desk: object, options: object) -> Outcome:
        got.append(dict(options))  # type: ignore[call-overload] # a mapping
        return Outcome("")

    from resolve_scripts.actions.registry import Variant

    entry = Entry(Action("a", "A", "A.", run), Variant("b", "B", {"x": "1", "y": "1"}))
    entry.run(None, FakeDesk(tmp_path), {"y": "2"})  # type: ignore[arg-type] # Resolve is not used
    assert got == [{"x": "1", "y": "2"}]


def test_the_page_tells_of_every_entry_and_option() -> None:
    import resolve_docs

    page = resolve_docs.TARGET.read_text("utf-8")
    assert page == resolve_docs.filled(page), "python tools/resolve_docs.py writes its tables anew"
    for entry in builtin_registry().menu():
        assert f"**{file_name(entry).removesuffix('.py')}**" in page
    for picture in ("pictures/resolve_panel.png",):
        assert picture in page
        assert (resolve_docs.TARGET.parent / picture).is_file()
