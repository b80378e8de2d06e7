"""The jobs "grade", "grades" and "match" on a production: files, twice the same, clips, bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR
import pytest

from rushes.contracts import (
    CDL,
    Grade,
    GradeJob,
    GradeResult,
    MatchJob,
    MatchResult,
    Rendering,
    Size,
    TimelineSpace,
    decode,
    encode,
)
from rushes.errors import InputError, JobCancelled, PassesError, ProductionError, ProtocolError
from rushes.jobs.eval_colour_pairs import REGRADES
from rushes.jobs.registry import Services, use_case
from rushes.library.production import Production
from rushes.media.pictures import Bytes, load_png, save_png, to_uint8
from rushes.media.video import VideoWriter
from rushes.testing.contexts import RecordingContext

CORE = str(Path(__file__).parents[2] / "core")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Production.create(tmp_path / "film", "Harbour", Fraction(24), Size(96, 54)).root


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    services = Services(home=tmp_path / "home")

    def job(kind: str, params: Any, context: RecordingContext | None = None) -> dict[str, Any]:
        given = params if isinstance(params, dict) else encode(params)
        found = use_case(kind)(given, context or RecordingContext(), services)
        return json.loads(json.dumps(found))

    return job


def picture() -> Bytes:
    """54 × 96, many colours, smooth."""
    y, x = np.mgrid[0:54, 0:96] / np.array([53.0, 95.0])[:, None, None]
    return to_uint8(np.stack([0.15 + 0.7 * x, 0.2 + 0.6 * y, 0.75 - 0.5 * x * y], axis=-1).astype(np.float32))


def regraded(name: str) -> Bytes:
    return to_uint8(np.clip(REGRADES[name](picture() / 255.0), 0, 1).astype(np.float32))


@pytest.fixture
def stills(tmp_path: Path) -> tuple[Path, Path]:
    save_png(tmp_path / "shot 010.png", picture())
    save_png(tmp_path / "référence.png", regraded("warm"))
    return tmp_path / "shot 010.png", tmp_path / "référence.png"


def test_a_grade_is_realised_in_the_production(root: Path, run: Callable[..., dict[str, Any]]) -> None:
    grade = Grade("Dusk", TimelineSpace.REC709, CDL((1.1, 1.0, 0.9), saturation=0.9))
    job = GradeJob(str(root), grade, TimelineSpace.ACESCCT, Rendering.ACES_2)
    context = RecordingContext()
    found = decode(GradeResult, run("grade", job, context))
    assert found.space is TimelineSpace.ACESCCT
    assert found.worst <= 0.5
    assert found.lut is not None
    assert Path(found.lut).parent == root / "grades"
    assert context.fractions[-1] == 1.0
    assert context.notes == list(found.notes)
    assert decode(GradeResult, run("grade", job)) == found


def test_the_list_names_shipped_grades_and_the_productions(
    root: Path, run: Callable[..., dict[str, Any]], stills: tuple[Path, Path]
) -> None:
    shipped = [decode(Grade, g) for g in run("grades", {"production": ""})["grades"]]
    assert {"Noir", "Dream"} <= {g.name for g in shipped}
    assert all(Path(g.lut).is_absolute() for g in shipped if g.lut)
    match(root, run, stills, TimelineSpace.REC709)
    own = run("grades", {"production": str(root)})
    assert {g["name"] for g in own["grades"]} - {g.name for g in shipped} == {"shot 010 to référence"}
    assert "deltaE" in own["about"]["shot 010 to référence"]


def match(
    root: Path, run: Callable[..., dict[str, Any]], files: tuple[Path, Path], space: TimelineSpace, **more: Any
) -> MatchResult:
    given: dict[str, Any] = {"same_scene": True, **more}
    job = MatchJob(str(root), str(files[0]), str(files[1]), space, **given)
    return decode(MatchResult, run("match", job))


@pytest.mark.parametrize("space", list(TimelineSpace))
def test_a_shot_is_matched_to_a_still(
    root: Path, run: Callable[..., dict[str, Any]], stills: tuple[Path, Path], space: TimelineSpace
) -> None:
    found = match(root, run, stills, space)
    assert found.before > 5
    assert found.after < 2.0
    assert found.after <= found.after_cdl
    sheet = load_png(Path(found.sheet))
    assert sheet.shape[1] > 3 * 500
    left, middle, right = (sheet[80:360, x : x + 500].mean(axis=(0, 1)) for x in (40, 620, 1190))
    assert np.abs(middle - right).max() < 3 < np.abs(left - right).max()  # the matched picture looks like the reference
    names = {p.suffix for p in (root / "grades").iterdir()}
    assert {".cdl", ".png", ".json"} <= names
    before = {p: p.stat().st_mtime_ns for p in (root / "grades").iterdir()}
    assert match(root, run, stills, space) == found
    assert {p: p.stat().st_mtime_ns for p in (root / "grades").iterdir()} == before


def test_a_match_moves_with_its_production(
    root: Path, run: Callable[..., dict[str, Any]], stills: tuple[Path, Path], tmp_path: Path
) -> None:
    match(root, run, stills, TimelineSpace.DAVINCI)
    root.rename(tmp_path / "moved")
    again = match(tmp_path / "moved", run, stills, TimelineSpace.DAVINCI)
    assert Path(again.sheet).parent == tmp_path / "moved" / "grades"
    assert again.grade.lut is None or Path(again.grade.lut).is_file()


def test_frames_of_clips_and_16_bit_stills(root: Path, run: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    with VideoWriter(clip, Size(96, 54), Fraction(24)) as writer:
        for frame in (np.zeros((54, 96, 3), np.uint8), picture()):
            writer.write(frame)
    deep = tmp_path / "deep.tif"
    wanted = (regraded("warm").astype(np.uint16) * 257)[..., ::-1]
    assert cv2.imwrite(str(deep), wanted)
    found = match(root, run, (clip, deep), TimelineSpace.REC709, picture_frame=1)
    assert found.before > 5
    assert found.after < 2.0
    with pytest.raises(InputError, match="has 2 frames, there is no frame 2"):
        match(root, run, (clip, deep), TimelineSpace.REC709, picture_frame=2)


def test_an_exr_is_linear_light(root: Path, run: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    save_png(tmp_path / "a.png", picture())
    light = np.ascontiguousarray((picture() / 255.0) ** 2.4, np.float32)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {"RGB": light}).write(str(tmp_path / "b.exr"))
    found = match(root, run, (tmp_path / "a.png", tmp_path / "b.exr"), TimelineSpace.REC709)
    assert found.before < 0.2


def test_another_scene_of_another_shape(root: Path, run: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    save_png(tmp_path / "a.png", picture())
    save_png(tmp_path / "b.png", np.ascontiguousarray(regraded("cool")[:, ::-1][:40, :40]))
    files = tmp_path / "a.png", tmp_path / "b.png"
    found = match(root, run, files, TimelineSpace.REC709, same_scene=False)
    assert found.after < found.before
    with pytest.raises(InputError, match="different shapes") as caught:
        match(root, run, files, TimelineSpace.REC709)
    assert caught.value.code == "match.shape"


def test_pixels_that_do_not_belong_together_are_told(
    root: Path, run: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    chance = np.random.default_rng(0)
    for name in ("a", "b"):
        save_png(tmp_path / f"{name}.png", chance.integers(0, 256, (54, 96, 3)).astype(np.uint8))
    found = match(root, run, (tmp_path / "a.png", tmp_path / "b.png"), TimelineSpace.REC709)
    assert "do not belong together" in found.notes[0]


@pytest.mark.parametrize("name", ["gone.png", "text.png", "empty.jpg", "torn.exr", "text.mov"])
def test_bad_pictures_are_told_and_nothing_is_left(
    root: Path, run: Callable[..., dict[str, Any]], stills: tuple[Path, Path], tmp_path: Path, name: str
) -> None:
    if name != "gone.png":
        (tmp_path / name).write_bytes(b"" if name.startswith("empty") else b"this is no picture")
    with pytest.raises((InputError, PassesError)) as caught:
        match(root, run, (tmp_path / name, stills[1]), TimelineSpace.REC709)
    assert name in caught.value.message
    assert caught.value.hint
    assert not (root / "grades").exists()


def test_no_production_bad_params_and_a_cancel(
    root: Path, run: Callable[..., dict[str, Any]], stills: tuple[Path, Path], tmp_path: Path
) -> None:
    grade = Grade("x", TimelineSpace.REC709)
    with pytest.raises(ProductionError):
        run("grade", GradeJob(str(tmp_path / "nowhere"), grade, TimelineSpace.DAVINCI))
    with pytest.raises(ProtocolError):
        run("grade", {"production": str(root)})
    job = MatchJob(str(root), str(stills[0]), str(stills[1]), TimelineSpace.REC709)
    with pytest.raises(JobCancelled):
        run("match", job, RecordingContext(cancel_after=2))
    assert not list((root / "grades").glob("*")) if (root / "grades").exists() else True


def test_a_production_that_cannot_be_written_to(
    root: Path, run: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rushes.library.place.os.access", lambda *_: False)  # tests may run as root
    with pytest.raises(ProductionError) as caught:
        run("grade", GradeJob(str(root), Grade("x", TimelineSpace.REC709), TimelineSpace.DAVINCI))
    assert caught.value.code == "production.read_only"
    assert run("grades", {"production": str(root)})["grades"]


def test_naming_the_jobs_loads_no_colour_library() -> None:
    """The engine's API process lists and checks jobs; the libraries belong to the workers."""
    script = (
        "import sys, rushes.engine.app, rushes.jobs.registry as r, rushes.jobs.grade, rushes.jobs.match;"
        "from rushes.testing.contexts import RecordingContext as C; from pathlib import Path;"
        "r.use_case('grades')({}, C(), r.Services(home=Path('.')));"
        "print([m for m in ('PyOpenColorIO', 'colour', 'scipy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONPATH": CORE}
    )
    assert done.stdout.strip() == "[]"
