"""Lines of the lists, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from addon.inside.doubles import FakeClient
from blender_addon.logic.rows import job_row, left_text, running_by_shot, take_label
from rushes.contracts import JobRequest, JobState, JobStatus
from rushes.errors import DiskFullError


def job(**fields: Any) -> JobStatus:
    params = {"shot": "010", "seed": 7, "range": {"start": 1, "end": 48, "step": 1}}
    return replace(JobStatus("j", JobRequest("shoot", params), JobState.QUEUED, 1.0), **fields)


def test_a_waiting_job_says_its_place() -> None:
    row = job_row(job(position=3))
    assert (row["title"], row["stage"]) == ("Clip of 010, seed 7", "Waits, number 3")


def test_a_running_job_says_what_it_does_and_how_long() -> None:
    row = job_row(
        job(
            state=JobState.RUNNING,
            stage="generate",
            message="Frame 3 of 48, 83 s left",
            seconds_left=83.0,
            progress=0.1,
        )
    )
    assert (row["stage"], row["message"], row["left"]) == ("Generating", "Frame 3 of 48", "1 min 25 s")


def test_a_second_attempt_is_said() -> None:
    assert job_row(job(state=JobState.RUNNING, attempt=2, message="Frame 1 of 48"))["message"].startswith("Attempt 2.")


def test_a_cancel_shows_at_once() -> None:
    assert job_row(job(state=JobState.RUNNING, cancel_requested=True))["stage"] == "Stopping"


def test_a_failed_job_says_why_and_what_to_do() -> None:
    error = DiskFullError("The disk is full.", hint="Free some space.").to_dict()
    row = job_row(job(state=JobState.FAILED, error=error))
    assert (row["stage"], row["message"], row["hint"]) == ("Failed", "The disk is full.", "Free some space.")


def test_times_in_words() -> None:
    assert [left_text(s) for s in (None, 0.2, 14.4, 59.4, 125)] == ["", "1 s", "14 s", "1 min 00 s", "2 min 00 s"]


def test_a_take_is_known_by_time_seed_and_length() -> None:
    client = FakeClient()
    client.add_production("/f")
    clip = client.add_take("/f", "010", seed=7, created="2026-01-02T10:00:00Z")
    still = client.add_take("/f", "010", seed=8, frame_count=1, created="not a time", id="x")
    assert take_label(clip).endswith("seed 7  24 f")
    assert "Jan" in take_label(clip)
    assert take_label(still) == "x"


def test_only_takes_in_the_making_count_as_running() -> None:
    jobs = [job(), job(id="k", state=JobState.DONE), job(id="l", request=JobRequest("explore", {"shot": "010"}))]
    assert running_by_shot(jobs) == {"010": 1}


def test_no_guess_is_shown_at_the_very_start() -> None:
    assert job_row(job(state=JobState.RUNNING, seconds_left=750.0, progress=0.01))["left"] == ""
