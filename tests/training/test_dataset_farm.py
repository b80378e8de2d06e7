"""The farm: the same bytes however many processes, whatever crashes, wherever it was stopped."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rushes.errors import BlenderError
from rushes.training.dataset import Pictures
from rushes.training.farm import farm, main
from rushes.training.farm_worker import FarmJob
from rushes.training.synth_plan import PAIR_OFFSET
from training.fake_renderer import install


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FarmJob:
    monkeypatch.setenv("FAKE_RENDERER", "{}")
    return FarmJob(tmp_path / "scenes", tmp_path / "pictures", variants=2, renderer=install(tmp_path))


def digests(folder: Path) -> dict[str, str]:
    return {
        f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in folder.iterdir() if f.suffix in (".npy", ".json")
    }


def failures(job: FarmJob) -> list[dict[str, Any]]:
    path = job.pictures / "failures.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def told(monkeypatch: pytest.MonkeyPatch, **what: Any) -> None:
    monkeypatch.setenv("FAKE_RENDERER", json.dumps(what))


def test_processes_change_nothing(job: FarmJob, tmp_path: Path) -> None:
    report = farm(job, range(5), processes=1)
    assert (report.scenes, report.pictures, report.failures, report.ended) == (5, 14, 0, "done")
    other = FarmJob(tmp_path / "scenes3", tmp_path / "pictures3", variants=2, renderer=job.renderer)
    farm(other, range(5), processes=3)
    found = digests(job.pictures)
    assert found == digests(other.pictures)
    assert len([n for n in found if n.startswith("motion_")]) == 2
    assert not list(job.scenes.iterdir())
    assert report.bytes == pytest.approx(sum(f.stat().st_size for f in job.pictures.glob("*.npy")), rel=0.05)


def test_crashes_are_tried_again_once(job: FarmJob, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told(monkeypatch, dies=[1], dies_always=[2], fails=[3], marks=str(tmp_path))
    report = farm(job, range(5), processes=2)
    assert (report.scenes, report.failures) == (3, 2)
    assert sorted((n["seed"], n["try"]) for n in failures(job)) == [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2)]
    assert {s for s, _, _ in Pictures(job.pictures, held_out=True).index} == {0, 1, 4, PAIR_OFFSET, PAIR_OFFSET + 4}


def test_goes_on_where_it_was(job: FarmJob, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "rendered.txt"
    told(monkeypatch, log=str(log))
    farm(job, range(2), processes=1)
    (job.pictures / "variants_000001.json").unlink()
    farm(job, range(3), processes=1)
    assert log.read_text().split() == ["0", str(PAIR_OFFSET), "1", "1", "2"]
    assert farm(job, range(3), processes=1).scenes == 0


def test_kept_scenes_are_not_rendered_twice(job: FarmJob, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "rendered.txt"
    told(monkeypatch, log=str(log))
    keeping = FarmJob(job.scenes, job.pictures, 1, job.renderer, keep_scenes=True, pair_every=0)
    farm(keeping, range(3), processes=1)
    (job.scenes / "scene_000001.npz").write_bytes(b"torn")
    again = FarmJob(job.scenes, tmp_path / "again", 1, job.renderer, keep_scenes=True, pair_every=0)
    assert farm(again, range(3), processes=1).scenes == 3
    assert log.read_text().split() == ["0", "1", "2", "1"]
    assert digests(again.pictures) == digests(job.pictures)


def test_stops_at_the_size_allowed(job: FarmJob) -> None:
    report = farm(job, range(8), processes=1, max_gb=2e-4)
    assert report.ended == "full"
    assert 0 < report.scenes < 8


def test_nothing_works_is_said(job: FarmJob, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(BlenderError, match="no Blender"):
        farm(FarmJob(job.scenes, job.pictures, renderer=str(tmp_path / "none")), range(2))
    told(monkeypatch, fails=list(range(20)))
    with pytest.raises(BlenderError, match="No scene could be made"):
        farm(job, range(20), processes=1)


def test_a_signal_ends_it_in_good_order(job: FarmJob, monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, seconds=0.1)
    command = [sys.executable, "-m", "rushes.training.farm", str(job.scenes), str(job.pictures), "--scenes", "400"]
    options = ["--processes", "2", "--variants", "1", "--renderer", str(job.renderer)]
    path = os.pathsep.join(p for p in sys.path if p)
    with subprocess.Popen([*command, *options], env={**os.environ, "PYTHONPATH": path}) as child:
        while len(list(job.pictures.glob("variants_*.json"))) < 3:
            assert child.poll() is None
            time.sleep(0.05)
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0
    made = Pictures(job.pictures, held_out=True)
    assert 3 <= len(made) < 400
    assert all(made.example(i).picture.shape == (24, 32, 3) for i in range(len(made)))


def test_command_line(job: FarmJob) -> None:
    options = ["--scenes", "14", "--share", "1/2", "--variants", "1", "--processes", "1", "--pair-every", "0"]
    assert main([str(job.scenes), str(job.pictures), *options, "--renderer", str(job.renderer), "--keep-scenes"]) == 0
    assert {s for s, _, _ in Pictures(job.pictures, held_out=True).index} == set(range(7, 14))
    assert len(list(job.scenes.glob("scene_*.npz"))) == 7


def test_painting_needs_no_torch() -> None:
    code = "import sys, rushes.training.farm, rushes.training.farm_worker; assert 'torch' not in sys.modules"
    path = os.pathsep.join(p for p in sys.path if p)
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": path})
