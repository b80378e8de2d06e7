"""A real engine with real workers: what happens when things are killed, asked twice, or gone."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rushes.client import Client, EngineHome, connect, discover, ensure_engine, read_record
from rushes.client.discovery import engine_holds_lock
from rushes.contracts import JobRequest, JobState, JobStatus
from rushes.engine.server import ALREADY_RUNNING
from rushes.errors import AuthError, EngineUnreachable, JobCancelled, JobFailed, SceneError, WorkerLost, from_dict
from rushes.testing.engine import kill_engine, running_engine, stop_engine
from rushes.testing.jobs import TINY_PNG

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes the POSIX way")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose engine surely ends."""
    yield tmp_path / "home"
    stop_engine(tmp_path / "home")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Client]]:
    """One engine with one worker, for the tests that leave it well."""
    place = tmp_path_factory.mktemp("shared")
    with running_engine(place, "--cancel-grace", "0.3") as client:
        yield place, client


def until(what: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What `what` gives once it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it never happened")


def workers(home: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(discover(home).request("GET", "/workers").body)
    return rows


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # A zombie is gone too; it only waits for its parent to look.
    return Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text()


def running(client: Client, job_id: str) -> JobStatus:
    return until(lambda: (s := client.status(job_id)).state is JobState.RUNNING and s.progress > 0 and s)


# -- an engine and its answers


def test_a_job_runs_with_stages_progress_and_a_preview(shared: tuple[Path, Client]) -> None:
    _, client = shared
    seen: list[JobStatus] = []
    job = client.submit(JobRequest("double.sleep", {"seconds": 0.6, "steps": 6}))
    end = client.wait(job.id, seen.append, timeout=60)
    assert end.state is JobState.DONE
    assert (end.result or {})["slept"] == 0.6
    assert [s.sequence for s in seen] == sorted({s.sequence for s in seen})
    assert {"sleep"} == {s.stage for s in seen if s.progress > 0}
    assert any(s.seconds_left is not None for s in seen)
    assert client.preview(job.id) == TINY_PNG


def test_models_stay_warm_between_jobs(shared: tuple[Path, Client]) -> None:
    _, client = shared
    first, second = client.run("double.echo", {}), client.run("double.echo", {})
    assert first["pid"] == second["pid"]
    assert second["count"] == first["count"] + 1


def test_errors_come_back_as_they_were_raised(shared: tuple[Path, Client]) -> None:
    place, client = shared
    with pytest.raises(SceneError) as foreseen:
        client.run("double.fail", {"how": "foreseen"})
    assert (foreseen.value.code, foreseen.value.hint) == ("scene.no_camera", "Add one.")
    with pytest.raises(JobFailed) as unforeseen:
        client.run("double.fail", {})
    assert "a double that breaks" in Path(unforeseen.value.details["log"]).read_text("utf-8")
    assert str(place) in unforeseen.value.hint


def test_a_running_job_stops_when_asked_and_a_stubborn_one_is_ended(shared: tuple[Path, Client]) -> None:
    place, client = shared
    soft = client.submit(JobRequest("double.sleep", {"seconds": 60, "steps": 6000}))
    behind = client.submit(JobRequest("double.echo", {}))
    running(client, soft.id)
    pid = workers(place)[0]["pid"]
    assert client.cancel(soft.id).cancel_requested
    assert client.wait(soft.id, timeout=30).state is JobState.CANCELLED
    assert client.wait(behind.id, timeout=30).state is JobState.DONE, "the other job lives on"
    assert workers(place)[0]["pid"] == pid, "a cooperative cancel keeps the warm worker"
    hard = client.submit(JobRequest("double.stubborn", {"seconds": 600}))
    running(client, hard.id)
    client.cancel(hard.id)
    end = client.wait(hard.id, timeout=30)
    assert end.state is JobState.CANCELLED
    assert isinstance(from_dict(end.error or {}), JobCancelled)
    assert client.run("double.echo", {})["pid"] != pid


def test_a_worker_killed_in_the_middle_is_replaced_and_its_job_done(shared: tuple[Path, Client]) -> None:
    place, client = shared
    job = client.submit(JobRequest("double.sleep", {"seconds": 1.0, "steps": 50}))
    running(client, job.id)
    os.kill(workers(place)[0]["pid"], signal.SIGKILL)
    end = client.wait(job.id, timeout=60)
    assert (end.state, end.attempt) == (JobState.DONE, 2)


def test_a_cuda_fault_fails_its_job_once_and_costs_the_worker(shared: tuple[Path, Client]) -> None:
    _, client = shared
    pid = client.run("double.echo", {})["pid"]
    job = client.submit(JobRequest("double.fail", {"how": "cuda"}))
    end = client.wait(job.id, timeout=60)
    assert (end.state, end.attempt, (end.error or {})["kind"]) == (JobState.FAILED, 1, "JobFailed")
    assert client.run("double.echo", {})["pid"] != pid


def test_a_job_that_always_kills_its_worker_fails_with_the_reason(shared: tuple[Path, Client], tmp_path: Path) -> None:
    _, client = shared
    job = client.submit(JobRequest("double.crash", {"tally": str(tmp_path / "t"), "times": 99}, retries=1))
    after = client.submit(JobRequest("double.echo", {}))
    end = client.wait(job.id, timeout=60)
    assert end.state is JobState.FAILED
    error = from_dict(end.error or {})
    assert isinstance(error, WorkerLost)
    assert "SIGKILL" in error.message
    assert (tmp_path / "t").read_bytes() == b"xx"
    assert client.wait(after.id, timeout=60).state is JobState.DONE


def test_priorities_among_waiting_jobs(shared: tuple[Path, Client]) -> None:
    _, client = shared
    block = client.submit(JobRequest("double.sleep", {"seconds": 60, "steps": 6000}))
    running(client, block.id)
    jobs = [client.submit(JobRequest("double.echo", {}, priority=p)) for p in (0, 9, 0, 5)]
    assert [client.status(j.id).position for j in jobs] == [3, 1, 4, 2]
    client.cancel(block.id)
    ended = [client.wait(j.id, timeout=30).started or 0.0 for j in jobs]
    assert sorted(range(4), key=lambda i: ended[i]) == [1, 3, 0, 2]


def test_the_api_process_holds_neither_torch_nor_numpy(shared: tuple[Path, Client]) -> None:
    place, client = shared
    client.generators()
    probe = "import sys, rushes.engine.server; print(sorted({m.split('.')[0] for m in sys.modules}))"
    source = str(Path(__file__).parents[2] / "core")
    out = subprocess.run([sys.executable, "-c", probe], env={**os.environ, "PYTHONPATH": source}, capture_output=True)
    assert not {"torch", "numpy", "diffusers", "cv2", "av"} & set(json.loads(out.stdout.replace(b"'", b'"')))
    maps = Path(f"/proc/{client.info().pid}/maps")
    if maps.exists():  # Linux: the same of the process that has served all the tests above
        assert "torch" not in maps.read_text()
        assert "numpy" not in maps.read_text()
    assert place.exists()


def test_events_reach_a_page_through_a_ticket(shared: tuple[Path, Client]) -> None:
    place, client = shared
    ticket = json.loads(discover(place).request("POST", "/tickets").body)["ticket"]
    record = read_record(place)
    assert record is not None
    job = client.submit(JobRequest("double.sleep", {"seconds": 0.5, "steps": 5}))
    states: list[str] = []
    with httpx.stream("GET", f"http://127.0.0.1:{record.port}/events?ticket={ticket}", trust_env=False) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data:"):
                status = json.loads(line[5:])
                if status["id"] == job.id:
                    states.append(status["state"])
            if states and states[-1] == "done":
                break
    assert "running" in states


def test_a_wrong_token_and_a_wrong_host_on_the_wire(shared: tuple[Path, Client]) -> None:
    place, _ = shared
    record = read_record(place)
    assert record is not None
    token = EngineHome(place).token.read_text("ascii")
    url = f"http://127.0.0.1:{record.port}/info"
    for headers, status in (
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Bearer {token}", "Host": "rushes.example"}, 403),
        ({"Authorization": f"Bearer {token}"}, 200),
    ):
        assert httpx.get(url, headers=headers, trust_env=False).status_code == status


def test_the_secret_is_the_users_alone_and_never_logged(shared: tuple[Path, Client]) -> None:
    place, client = shared
    files = EngineHome(place)
    assert stat.S_IMODE(files.token.stat().st_mode) == 0o600
    token = files.token.read_text("ascii")
    client.info()
    logs = [files.log, *files.worker_logs.iterdir(), files.record]
    assert all(token not in log.read_text("utf-8", "replace") for log in logs)


# -- starting, stopping, killing


def test_two_clients_at_once_start_one_engine(home: Path) -> None:
    """From two threads and a second process."""
    pids: list[int] = []

    def start() -> None:
        pids.append(ensure_engine(home, options=["--doubles"]).info().pid)

    code = (
        "from pathlib import Path\nfrom rushes.client import ensure_engine\n"
        f"print(ensure_engine(Path({str(home)!r}), options=['--doubles']).info().pid)"
    )
    source = str(Path(__file__).parents[2] / "core")
    threads = [threading.Thread(target=start) for _ in range(2)]
    with subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": source}, stdout=subprocess.PIPE
    ) as other:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        out, _ = other.communicate(timeout=60)
    assert len({*pids, int(out)}) == 1
    assert EngineHome(home).log.read_text("utf-8").count(" ready on port ") == 1


def test_a_second_engine_for_the_same_home_leaves_at_once(shared: tuple[Path, Client]) -> None:
    place, client = shared
    source = str(Path(__file__).parents[2] / "core")
    second = subprocess.run(
        [sys.executable, "-m", "rushes.engine", "--home", str(place)],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        timeout=60,
    )
    assert second.returncode == ALREADY_RUNNING
    assert b"already runs" in second.stderr
    assert client.info().pid == connect(place).info().pid, "the first one's files are left alone"


@pytest.mark.parametrize("which", ["token", "record"])
def test_an_engine_whose_files_were_cleaned_away_is_found_again(home: Path, which: str) -> None:
    client = ensure_engine(home, options=["--doubles"], keep_alive=False)
    getattr(EngineHome(home), which).unlink()
    with pytest.raises(EngineUnreachable):
        connect(home)
    again = ensure_engine(home, options=["--doubles"])
    assert again.info().pid == client.info().pid


@pytest.mark.parametrize("how", ["shutdown", "SIGTERM"])
def test_a_clean_stop_takes_its_files_along_and_keeps_the_running_job(home: Path, how: str) -> None:
    client = ensure_engine(home, options=["--doubles"], keep_alive=False)
    job = client.submit(JobRequest("double.sleep", {"seconds": 0.5, "steps": 50}, retries=0))
    running(client, job.id)
    worker = workers(home)[0]["pid"]
    if how == "shutdown":
        client.shutdown()
    else:
        os.kill(client.info().pid, signal.SIGTERM)
    until(lambda: not engine_holds_lock(home))
    assert not EngineHome(home).record.exists()
    assert not EngineHome(home).token.exists()
    until(lambda: gone(worker))
    with pytest.raises(EngineUnreachable) as caught:
        connect(home)
    assert caught.value.code == "engine.none"
    again = ensure_engine(home, options=["--doubles"])
    assert again.wait(job.id, timeout=60).state is JobState.DONE


def test_an_engine_killed_in_the_middle_is_followed_by_one_that_finishes(home: Path, tmp_path: Path) -> None:
    """Engine killed with -9, the client waits all along; index.sqlite is gone too."""
    client = ensure_engine(home, options=["--doubles"])  # keep_alive: it starts the next engine itself
    done = client.submit(JobRequest("double.echo", {"n": 1}))
    client.wait(done.id, timeout=60)
    params = {"file": str(tmp_path / "take.txt"), "lines": 60, "pause": 0.02}
    job = client.submit(JobRequest("double.write", params))
    queued = client.submit(JobRequest("double.echo", {"n": 2}))
    running(client, job.id)
    worker = workers(home)[0]["pid"]
    ends: list[JobStatus] = []
    waiting = threading.Thread(target=lambda: ends.append(client.wait(job.id, timeout=90)))
    waiting.start()
    dead = kill_engine(home)
    for path in EngineHome(home).folder.glob("index.sqlite*"):
        path.unlink()
    until(lambda: gone(worker))
    waiting.join(timeout=90)
    assert ends
    assert (ends[0].state, ends[0].attempt) == (JobState.DONE, 2)
    assert (ends[0].result or {})["again"] is False
    assert (tmp_path / "take.txt").read_text("ascii").count("\n") == 60
    assert client.wait(queued.id, timeout=60).state is JobState.DONE
    assert client.info().pid != dead
    assert {s.id for s in client.jobs()} == {done.id, job.id, queued.id}
    assert client.status(done.id).result == {"params": {"n": 1}, "pid": worker, "count": 1}


def test_a_client_that_vanishes_changes_nothing(home: Path) -> None:
    with running_engine(home) as client:
        code = (
            "import os\nfrom pathlib import Path\n"
            "from rushes.client import connect\nfrom rushes.contracts import JobRequest\n"
            f"connect(Path({str(home)!r})).submit(JobRequest('double.sleep', {{'seconds': 0.4}}, id='left-alone'))\n"
            "os.kill(os.getpid(), 9)"
        )
        source = str(Path(__file__).parents[2] / "core")
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": source}, timeout=60)
        assert client.wait("left-alone", timeout=60).state is JobState.DONE


def test_a_token_that_does_not_fit_is_told(shared: tuple[Path, Client]) -> None:
    place, _ = shared
    token = EngineHome(place).token
    kept = token.read_text("ascii")
    try:
        token.write_text("wrong", "ascii")
        with pytest.raises(AuthError):
            connect(place)
    finally:
        token.write_text(kept, "ascii")


def test_an_idle_engine_ends_by_itself(home: Path) -> None:
    client = ensure_engine(home, options=["--doubles", "--idle-exit", "0.5"], keep_alive=False)
    # A job longer than the limit keeps it alive though nobody asks.
    client.submit(JobRequest("double.sleep", {"seconds": 1.5}, id="longer-than-that"))
    until(lambda: not engine_holds_lock(home))
    state = json.loads((EngineHome(home).jobs / "longer-than-that" / "job.json").read_text("utf-8"))["state"]
    assert state == "done"


def test_waiting_jobs_say_why_when_no_worker_can_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = home / "broken"
    broken.mkdir(parents=True)
    (broken / "sitecustomize.py").write_text(
        "import sys, os\nif 'rushes.engine.worker' in ' '.join(sys.orig_argv): os._exit(7)\n", "utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", str(broken))
    client = ensure_engine(home, options=["--doubles"], keep_alive=False)
    job = client.submit(JobRequest("double.echo", {}))
    told = until(lambda: "worker-0.log" in (s := client.status(job.id)).message and s)
    assert told.state is JobState.QUEUED
    assert client.cancel(job.id).state is JobState.CANCELLED
