"""What an artist gets wrong is answered in words that help, through inspect and render alike."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rushes.blender.launcher import BlenderCommand
from rushes.contracts import FrameRange, PassesRequest, Size
from rushes.errors import RushesError
from rushes.passes.render import inspect_blend, render_passes
from rushes.testing.contexts import RecordingContext

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def mistakes(blender: BlenderCommand, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mistakes")
    script = str(Path(__file__).with_name("make_mistakes.py"))
    head = [blender.path, script] if blender.kind == "python" else [blender.path, "-b", "--python", script]
    subprocess.run([*head, "--", str(folder)], check=True, capture_output=True, timeout=120)
    return folder


INSPECTED = {
    "nothing.blend": ("blend.not_blend", "is not a Blender file", "backup"),
    "torn_packed.blend": ("blend.damaged", "is damaged", "backup"),
    "": ("blend.unreadable", "cannot be read", "path of a .blend"),
    "brief_number.blend": ("brief.json", "rushes_brief of 'Cam' is not a set of fields", '"subject"'),
    "brief_list.blend": ("brief.json", "rushes_brief of 'Cam' is not a set of fields", '"subject"'),
    "brief_field.blend": ("brief.field", "no field 'moood'. It stands in 'Cam'", "mood"),
}
RENDERED = {
    "hidden.blend": ("scene.empty", "no object renders", "outliner"),
    "flat_camera.blend": ("scene.empty", "'Cam' sees none of the objects", "scale"),
    "no_scene_camera.blend": ("scene.shot", "no shot 'Opening'", "bind cameras to timeline markers"),
}


@pytest.mark.parametrize("name", INSPECTED)
def test_a_file_with_a_slip_is_refused_in_plain_words(mistakes: Path, blender: BlenderCommand, name: str) -> None:
    code, words, hint = INSPECTED[name]
    with pytest.raises(RushesError) as caught:
        inspect_blend(mistakes / name, blender=blender, context=RecordingContext())
    assert caught.value.code == code
    assert words in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("name", RENDERED)
def test_a_shot_with_a_slip_is_refused_in_plain_words(
    mistakes: Path, blender: BlenderCommand, tmp_path: Path, name: str
) -> None:
    code, words, hint = RENDERED[name]
    shot = "Opening" if name.startswith("no_scene") else "Cam"
    request = PassesRequest(str(mistakes / name), shot, size=Size(32, 18))
    with pytest.raises(RushesError) as caught:
        render_passes(request, tmp_path / "out", blender=blender, context=RecordingContext())
    assert caught.value.code == code
    assert words in caught.value.message
    assert hint in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_slip_works(mistakes: Path, blender: BlenderCommand, tmp_path: Path) -> None:
    info = inspect_blend(mistakes / "brief_group.blend", blender=blender, context=RecordingContext())
    assert info.shots[0].brief.mood == "calm"
    request = PassesRequest(
        str(mistakes / "no_scene_camera.blend"), "Opening", camera="Cam", range=FrameRange(1, 1), size=Size(32, 18)
    )
    manifest = render_passes(request, tmp_path / "out", blender=blender, context=RecordingContext())
    assert manifest.shot.camera == "Cam"
