"""The worker's edge: what a job does, in words that the engine and the artist understand."""

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rushes.client.locks import FileLock
from rushes.contracts import JobContext, JobRequest, JobState, JobStatus, encode
from rushes.engine.worker import Channel, WorkerContext, as_error, run_job
from rushes.errors import DiskFullError, InputError, JobFailed, ProtocolError, SystemFault
from rushes.jobs.doors import BlenderDoor
from rushes.jobs.registry import USE_CASES, Entry, Services, use_case
from rushes.testing.jobs import DOUBLES, TINY_PNG


def setup(tmp_path: Path, kind: str = "double.echo", **params: Any) -> tuple[JobStatus, WorkerContext, io.BytesIO]:
    out = io.BytesIO()
    context = WorkerContext("job-00000001", tmp_path, Channel(out))
    status = JobStatus("job-00000001", JobRequest(kind, params, id="job-00000001"), JobState.RUNNING, created=1.0)
    return status, context, out


def lines(out: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_job_gives_its_result_and_what_is_warm_stays_warm(tmp_path: Path) -> None:
    status, context, out = setup(tmp_path, a=1)
    services = Services(tmp_path)
    first = run_job(status, tmp_path, context, services, DOUBLES)
    second = run_job(status, tmp_path, context, services, DOUBLES)
    assert first["state"] == "done"
    assert first["result"]["params"] == {"a": 1}
    assert (first["result"]["count"], second["result"]["count"]) == (1, 2)
    assert lines(out)[0] == {"event": "note", "job": "job-00000001", "text": "echo is a test double"}


def test_a_job_may_bring_its_own_blender(tmp_path: Path) -> None:
    status, context, _ = setup(tmp_path)
    services = Services(tmp_path, blender="/opt/blender-4.2/blender")
    table = {"double.echo": Entry(f"{__name__}:whose_blender")}
    newer = replace(status, request=replace(status.request, blender="/opt/blender-5.2/blender"))
    said = [run_job(job, tmp_path, context, services, table)["result"] for job in (newer, status)]
    assert said == [{"blender": "/opt/blender-5.2/blender"}, {"blender": "/opt/blender-4.2/blender"}]


def whose_blender(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    door = services.passes
    assert isinstance(door, BlenderDoor)
    return {"blender": door.preferred}


def test_progress_is_thinned_but_no_stage_is_left_out(tmp_path: Path) -> None:
    _, context, out = setup(tmp_path)
    for step in range(200):
        context.progress(step / 400, "passes")
    for step in range(200):
        context.progress(0.5 + step / 400, "generate")
    said = lines(out)
    assert [s["stage"] for s in said if s["fraction"] in (0.0, 0.5)] == ["passes", "generate"]
    assert len(said) < 100


def test_a_preview_is_whole_before_it_is_told(tmp_path: Path) -> None:
    _, context, out = setup(tmp_path)
    context.preview(TINY_PNG)
    assert (tmp_path / "preview.png").read_bytes() == TINY_PNG
    assert list(tmp_path.iterdir()) == [tmp_path / "preview.png"]
    assert lines(out)[0]["event"] == "preview"


def test_a_preview_that_cannot_be_written_ends_no_job(tmp_path: Path) -> None:
    out = io.BytesIO()
    WorkerContext("job-00000001", tmp_path / "missing", Channel(out)).preview(TINY_PNG)
    assert out.getvalue() == b""


def test_cancel_is_cooperative(tmp_path: Path) -> None:
    status, context, _ = setup(tmp_path, "double.sleep", seconds=60)
    context.request_stop()
    assert context.should_stop()
    assert run_job(status, tmp_path, context, Services(tmp_path), DOUBLES) == {"state": "cancelled"}


def test_a_foreseen_error_arrives_as_it_is(tmp_path: Path) -> None:
    status, context, _ = setup(tmp_path, "double.fail", how="foreseen")
    end = run_job(status, tmp_path, context, Services(tmp_path), DOUBLES)
    assert (end["state"], end["error"]["kind"], end["error"]["code"]) == ("failed", "SceneError", "scene.no_camera")
    assert not (tmp_path / "error.log").exists()


def test_an_unforeseen_error_leaves_a_traceback_and_says_where(tmp_path: Path) -> None:
    status, context, _ = setup(tmp_path, "double.fail")
    end = run_job(status, tmp_path, context, Services(tmp_path), DOUBLES)
    assert end["error"]["kind"] == "JobFailed"
    assert str(tmp_path / "error.log") in end["error"]["hint"]
    assert "a double that breaks" in (tmp_path / "error.log").read_text("utf-8")


def test_a_result_that_is_no_json_fails_the_job_only(tmp_path: Path) -> None:
    status, context, _ = setup(tmp_path, "bad")
    table = {"bad": Entry(f"{__name__}:gives_an_object")}
    end = run_job(status, tmp_path, context, Services(tmp_path), table)
    assert (end["state"], end["error"]["code"]) == ("failed", "contract.type")


def gives_an_object(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    return {"what": object()}


class OutOfMemoryError(RuntimeError):
    """Named as torch names its own."""


def test_foreign_errors_are_put_in_the_artists_words(tmp_path: Path) -> None:
    log = tmp_path / "error.log"
    assert isinstance(as_error(OSError(28, "No space left on device", "clip.mp4"), log), DiskFullError)
    assert as_error(MemoryError(), log).code == "memory"
    assert isinstance(as_error(OutOfMemoryError("CUDA out of memory"), log), SystemFault)
    assert isinstance(as_error(KeyError("x"), log), JobFailed)
    given = InputError("x")
    assert as_error(given, log) is given


def test_after_a_cuda_fault_the_worker_leaves(tmp_path: Path) -> None:
    status, context, _ = setup(tmp_path, "cuda")
    table = {"cuda": Entry("rushes.testing.jobs:fail")}
    plain = run_job(status, tmp_path, context, Services(tmp_path), table)
    assert plain["leave"] is False
    status, context, _ = setup(tmp_path, "cuda", how="cuda")
    assert run_job(status, tmp_path, context, Services(tmp_path), table)["leave"] is True


def test_temporary_files_lie_in_the_jobs_folder_and_go_with_the_job(tmp_path: Path) -> None:
    status, context, _ = setup(tmp_path, "scratch")
    (tmp_path / "tmp" / "left-by-kill-9").mkdir(parents=True)
    before = tempfile.gettempdir()
    end = run_job(status, tmp_path, context, Services(tmp_path), {"scratch": Entry(f"{__name__}:makes_files")})
    assert end["result"] == {"inside": str(tmp_path / "tmp"), "former": False}
    assert not (tmp_path / "tmp").exists()
    assert tempfile.gettempdir() == before


def makes_files(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    made = Path(tempfile.mkdtemp())
    return {"inside": str(made.parent), "former": (made.parent / "left-by-kill-9").exists()}


def test_two_workers_never_write_in_one_jobs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one of a killed engine may still hold the job when the next engine starts it again."""
    status, context, _ = setup(tmp_path)
    former = FileLock(tmp_path / "lease")
    former.acquire()
    monkeypatch.setattr("rushes.engine.worker._LEASE_WAIT", 0.05)
    end = run_job(status, tmp_path, context, Services(tmp_path), DOUBLES)
    assert (end["state"], end["error"]["kind"]) == ("failed", "WorkerLost")
    former.release()
    assert run_job(status, tmp_path, context, Services(tmp_path), DOUBLES)["state"] == "done"


def test_use_cases_are_found_by_name_and_imported_late() -> None:
    assert use_case("double.echo", DOUBLES).__name__ == "echo"
    with pytest.raises(ProtocolError, match="no job called"):
        use_case("nonsense")
    assert set(USE_CASES) >= {"passes", "shoot", "replay"}


def spawn(tmp_path: Path) -> subprocess.Popen[bytes]:
    source = str(Path(__file__).parents[2] / "core")
    command = [sys.executable, "-m", "rushes.engine.worker", "--home", str(tmp_path), "--doubles", "--describe"]
    return subprocess.Popen(
        [*command, "--parent", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": source},
        start_new_session=True,
    )


def order(status: JobStatus, folder: Path) -> bytes:
    return json.dumps({"op": "run", "job": encode(status), "folder": str(folder)}).encode() + b"\n"


def test_prints_of_a_library_do_not_reach_the_engine(tmp_path: Path) -> None:
    status, _, _ = setup(tmp_path, "double.noisy")
    with spawn(tmp_path) as worker:
        out, log = worker.communicate(order(status, tmp_path) + b'{"op": "quit"}\n', timeout=60)
    said = [json.loads(line) for line in out.splitlines()]
    assert [s["event"] for s in said] == ["hello", "generators", "end"]
    assert said[-1]["result"] == {"heard": True}
    assert b"100% and no newline" in log
    assert worker.returncode == 0


def test_a_worker_ends_with_its_engine_in_the_middle_of_a_job(tmp_path: Path) -> None:
    status, _, _ = setup(tmp_path, "double.stubborn", seconds=600)
    with spawn(tmp_path) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(order(status, tmp_path))
        worker.stdin.flush()
        while b"stubborn" not in worker.stdout.readline():
            pass
        worker.stdin.close()  # what the kernel does when the engine is killed
        assert worker.wait(timeout=30) != 0
