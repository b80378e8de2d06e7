"""What the editor is told, and how, on each platform; nothing is ever started here."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from resolve_scripts.host.choose import folder_command
from resolve_scripts.host.tell import Teller, clean_environment, notice_command


def teller(platform: str, *programs: str) -> tuple[Teller, list[Sequence[str]], list[str]]:
    run: list[Sequence[str]] = []
    boxes: list[str] = []
    found = {name: f"/usr/bin/{name}" for name in programs}
    return Teller(platform, run.append, boxes.append, found.get), run, boxes


def test_linux_gets_a_notice_whose_text_is_not_read_as_markup() -> None:
    tell, run, _ = teller("linux", "notify-send", "zenity")
    tell.done("Placed <3> takes & more.", ["One was locked."])
    assert run[0][0] == "/usr/bin/notify-send"
    assert run[0][-1] == "Placed &lt;3&gt; takes &amp; more.\nOne was locked."
    assert "--" in run[0], "a text that begins with a dash is no option"


def test_linux_without_notices_gets_dialogs_for_problems_only() -> None:
    tell, run, _ = teller("linux", "zenity")
    tell.done("All is well.")
    tell.problem("No project is open.", ["Open one."])
    assert [command[0] for command in run] == ["/usr/bin/zenity"]
    assert any(part.startswith("--timeout=") for part in run[0]), "it never stays for ever"


def test_a_bare_linux_still_has_the_console() -> None:
    tell, run, _ = teller("linux")
    tell.problem("No project is open.")
    assert run == []
    assert tell.said == ["No project is open."]


def test_macos_passes_words_as_arguments_never_as_script() -> None:
    evil = 'x" & do shell script "rm -rf /'
    for problem in (True, False):
        command = notice_command("darwin", evil, problem=problem)
        assert command is not None
        assert command[-1] == evil
        assert not any(evil in part for part in command[:-1])


def test_windows_shows_a_box_for_problems_and_nothing_for_success() -> None:
    tell, run, boxes = teller("win32")
    tell.done("Pulled 3 takes.")
    tell.problem("The engine is not installed.", ["Install it."])
    assert boxes == ["The engine is not installed.\nInstall it."]
    assert run == []


def test_long_words_are_cut_for_the_notice_not_for_the_log() -> None:
    tell, run, _ = teller("linux", "notify-send")
    tell.done("x" * 5000)
    assert len(run[0][-1]) < 1000
    assert len(tell.said[0]) == 5000


@pytest.mark.parametrize("name", ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH"])
def test_programs_of_the_system_do_not_get_resolves_libraries(name: str) -> None:
    assert clean_environment({name: "/opt/resolve/libs", "HOME": "/home/x"}) == {"HOME": "/home/x"}


@pytest.mark.parametrize(
    "folder", ["D:\\My Films\\Ana's cut", "D:\\a; b & c (1)", "\\\\nas\\Projekte\\Häfen", "D:\\Ana\u2019s"]
)
def test_windows_folder_dialog_begins_where_it_should(folder: str) -> None:
    """What follows -Command is a script: a bare folder would be cut at its spaces, or run."""
    command = folder_command("win32", folder)
    assert command is not None
    assert command[:-1] == ["powershell", "-NoProfile", "-STA", "-Command"]
    script = command[-1]
    begin = script.split("$d.SelectedPath = '", 1)[1].split("'; [Console]", 1)[0]
    assert re.sub("(['\u2018\u2019])\\1", r"\1", begin) == folder
    assert "if ($d.ShowDialog() -eq 'OK') { $d.SelectedPath }" in script
