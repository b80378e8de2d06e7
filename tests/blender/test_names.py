"""Names and headers, which need no Blender."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rushes.blender.header import read_version
from rushes.blender.launcher import find_blender
from rushes.contracts.names import safe_name, unique_names
from rushes.errors import BlenderError, BlendError


def test_safe_names_keep_scripts_and_lose_separators() -> None:
    assert safe_name("Détail/Größe: 東京?") == "Détail_Größe_ 東京_"
    assert safe_name("..\\..\\etc") == "_.._etc"
    assert safe_name("???") == "shot"
    assert safe_name("") == "shot"
    assert safe_name("CON") == "CON_"
    assert safe_name("010. ") == "010"
    assert len(safe_name("é" * 300).encode()) <= 120


def test_repeated_names_are_counted() -> None:
    assert unique_names(["A", "a", "A", "B"]) == ["A", "a 2", "A 3", "B"]


@pytest.mark.parametrize(
    ("head", "version"),
    [
        (b"BLENDER-v402REND", (4, 2)),
        (b"BLENDER_V279", (2, 79)),
        (b"BLENDER17-01v0500REND", (5, 0)),
        (b"BLENDER17-01v1203", (12, 3)),
    ],
)
def test_the_header_tells_the_version(tmp_path: Path, head: bytes, version: tuple[int, int]) -> None:
    for name, data in (("plain", head), ("packed", gzip.compress(head + b"\0" * 100))):
        path = tmp_path / f"{name}.blend"
        path.write_bytes(data)
        assert read_version(path) == version


@pytest.mark.parametrize("data", [b"", b"BLEND", b"\x1f\x8bnot really", b"PK\x03\x04", b"BLENDER"])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.blend"
    path.write_bytes(data)
    with pytest.raises(BlendError) as caught:
        read_version(path)
    assert caught.value.code == "blend.not_blend"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BlendError) as caught:
        read_version(tmp_path)
    assert caught.value.code == "blend.unreadable"


def test_the_given_blender_comes_before_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs: list[str] = []
    for name in ("blender", "other-blender", "python3"):
        path = tmp_path / name
        path.write_text("#!/bin/sh\necho Blender 4.5.1\n")
        path.chmod(0o755)
        programs.append(str(path))
    monkeypatch.delenv("RUSHES_BLENDER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path) + ":/usr/bin:/bin")
    assert find_blender().path == programs[0]
    assert find_blender(configured=programs[1]).path == programs[1]
    monkeypatch.setenv("RUSHES_BLENDER", programs[2])
    assert find_blender().kind == "python"
    assert find_blender(programs[1]).path == programs[1]
    assert find_blender(programs[1]).kind == "executable"


def test_an_old_blender_on_the_path_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "blender"
    old.write_text("#!/bin/sh\necho Blender 3.4.1\n")
    old.chmod(0o755)
    own = tmp_path / "python3"
    own.write_text("")
    own.chmod(0o755)
    monkeypatch.delenv("RUSHES_BLENDER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path) + ":/usr/bin:/bin")
    monkeypatch.setenv("RUSHES_BPY_PYTHON", str(own))
    assert find_blender().path == str(own)


def test_a_named_blender_that_is_not_there_is_told() -> None:
    with pytest.raises(BlenderError) as caught:
        find_blender("/nowhere/blender")
    assert caught.value.code == "blender.missing"
    assert "/nowhere/blender" in caught.value.message
