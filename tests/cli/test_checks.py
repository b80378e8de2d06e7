"""What `rushes doctor` makes of what it finds."""

from __future__ import annotations

from rushes.cli.checks import BPY_LIBRARIES, checks, judge_blender


def test_a_missing_system_library_names_the_packages() -> None:
    said = "Traceback\nImportError: libX11.so.6: cannot open shared object file: No such file or directory\n"
    check = judge_blender("/x/python", 1, "", said)
    assert check.mark == "MISSING"
    assert "libX11" in check.found
    assert BPY_LIBRARIES in check.hint
    assert "apt-get install" in check.hint


def test_a_blender_that_answers() -> None:
    assert judge_blender("/x/python", 0, "VERSION 5.0.1", "").found.startswith("5.0.1")
    assert judge_blender("/x/blender", 0, "Blender 4.2.3 LTS\n\tbuild date", "").found.startswith("4.2.3 LTS")


def test_a_blender_that_breaks() -> None:
    check = judge_blender("/x/blender", 3, "", "Segmentation fault\n\n")
    assert check.mark == "MISSING"
    assert "Segmentation fault" in check.found


def test_all_checks_answer() -> None:
    names = [c.name for c in checks(quick=True)]
    assert names[0] == "Rushes"
    assert {"engine", "Blender", "house model", "GPU"} <= set(names)
