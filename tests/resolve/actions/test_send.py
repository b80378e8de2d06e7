"""Send and Bring Back, through the simulator. The engine's work is a double here; `test_send_real` has the real one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.actions import send
from resolve_scripts.actions.registry import builtin_registry
from resolve_scripts.host import deliver_page
from resolve_scripts.logic.sent import SentState
from rushes.contracts.edit import AI_KEYWORD, ID_KEYS
from rushes.contracts.job import JobState
from rushes.contracts.timecode import Timecode
from rushes.errors import InputError, JobCancelled, JobFailed, ResolveError
from rushes.testing.resolve.desk import movie
from rushes.testing.resolve.profiles import SCRIPTED, profile
from rushes.testing.resolve.state import NodeState
from tests.resolve.conftest import Suite
from tests.resolve.sending import BACK, SEND, Killed, engine, footage, in_bin, items, made_film, shades, states


@pytest.fixture
def film(suite: Callable[..., Suite], request: pytest.FixtureRequest) -> Suite:
    return made_film(suite, getattr(request, "param", "21.0.4-studio"))


@pytest.mark.parametrize("film", SCRIPTED, indirect=True)
def test_a_take_goes_as_its_file_and_comes_back_into_its_clip(film: Suite) -> None:
    item = items(film)[0]
    item.grade.nodes = [NodeState(tools=["Curves"])]
    before = film.sim.snapshot()

    sent = film.run(SEND, treatment="denoise")

    assert film.sim.snapshot() == before
    (job,) = engine(film).jobs
    assert (job.first, job.frames, job.head, job.tail, job.take) == (0, 46, 10, 12, "t1")
    assert job.media == item.media.path  # type: ignore[union-attr]  # a clip has media
    assert job.timecode == 101
    assert sent.done == 1

    back = film.run(BACK)

    assert back.details == {"returned": 1, "binned": 0, "failed": 0, "out": 0}
    assert (len(item.takes), item.take, item.source, item.duration) == (2, 2, 10, 24)
    (clip,) = in_bin(film, "Rushes/Film/SH010")
    assert item.media is clip
    assert item.grade.nodes[0].tools == ["Curves"]
    assert clip.metadata["Keywords"] == AI_KEYWORD  # it was generated before it was denoised
    assert clip.third_party[ID_KEYS["shot"]] == "SH010"
    before = film.sim.snapshot()
    assert film.run(BACK).done == 0
    assert film.sim.snapshot() == before
    assert film.sim.app.misuse == []


@pytest.mark.parametrize("film", SCRIPTED, indirect=True)
def test_footage_is_rendered_with_handles_and_without_its_grade(film: Suite) -> None:
    film.sim.playhead(70)
    take, item = items(film)
    item.grade.nodes = [NodeState(cdl={"Slope": "0 0 0", "Offset": "0 0 0", "Power": "1 1 1", "Saturation": "1"})]
    cover = film.sim.add_clip(take.media, at=60, frames=30, track=2)
    cover.enabled = False
    before = film.sim.snapshot()

    film.run(SEND, treatment="denoise", handles="5")

    after = film.sim.snapshot()
    assert after == before
    (job,) = engine(film).jobs
    assert (job.first, job.frames, job.head, job.tail, job.take) == (0, 40, 5, 5, "")
    assert job.rate == 24
    assert job.timecode == 1010
    assert shades(Path(job.media)) == pytest.approx(shades(footage(film))[10:50], abs=3)
    assert film.sim.project.render.jobs == []

    film.run(BACK)
    assert (item.take, item.source, item.duration) == (2, 5, 30)
    (clip,) = in_bin(film, "Rushes/Film/Returns")
    assert "Keywords" not in clip.metadata  # nothing was generated
    assert film.sim.app.misuse == []


@pytest.mark.parametrize("language", [False, True])
def test_a_retimed_clip_goes_as_it_is_seen_and_comes_back_above(suite: Callable[..., Suite], language: bool) -> None:
    film = made_film(suite, profile("20.3").but(localised_status=language))
    film.sim.playhead(70)
    item = items(film)[1]
    item.speed, item.source_frames = Fraction(1, 2), 15
    below = film.sim.add_clip(item.media, at=60, frames=30, track=2)
    film.sim.lock("video", 2)
    below.enabled = True
    film.sim.playhead(70)
    # What is sent is the clip under the others' tracks: select it.
    film.sim.select(item)
    below.enabled = False

    film.run(SEND, treatment="denoise")

    (job,) = engine(film).jobs
    assert (job.frames, job.head, job.tail) == (30, 0, 0)
    assert shades(Path(job.media)) == pytest.approx(
        [shades(footage(film))[15 + frame // 2] for frame in range(30)], abs=3
    )
    timeline = film.sim.project.timeline
    assert timeline is not None
    assert [track.enabled for track in timeline.tracks["video"]] == [True, True]
    film.run(BACK)
    assert item.takes == []
    (track,) = [one for one in timeline.tracks["video"] if one.name == "Rushes"]
    (placed,) = track.items
    assert (placed.start - timeline.start, placed.duration) == (60, 30)


@pytest.mark.parametrize("rate", ["23.976", "25", "29.97 DF", "60"])
def test_rates_and_drop_frame(suite: Callable[..., Suite], rate: str) -> None:
    film = made_film(suite, "21.0-studio", rate=rate)
    timeline = film.sim.project.timeline
    assert timeline is not None
    film.sim.select()
    film.sim.playhead(70)
    film.run(SEND, treatment="denoise")
    (job,) = engine(film).jobs
    assert job.rate == timeline.rate
    assert job.frames == 12 + 30 + 12
    film.run(BACK)
    assert items(film)[1].take == 2


def test_another_rate_is_rendered_at_the_timelines(suite: Callable[..., Suite], tmp_path: Path) -> None:
    film = made_film(suite, "21.0.4-studio")
    other = film.sim.import_media(movie(tmp_path / "B001.mov", 100, Fraction(50)))
    item = film.sim.add_clip(other, at=200, frames=24, source=20)
    film.sim.playhead(210)
    film.run(SEND, treatment="denoise")
    (job,) = engine(film).jobs
    assert (job.rate, job.frames, job.head, job.tail) == (24, 24, 0, 0)
    film.run(BACK)
    assert (item.take, item.duration) == (2, 24)


def test_a_kill_within_a_render_is_cleaned_up_by_the_next_action(film: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    film.sim.playhead(70)
    before = film.sim.snapshot()

    def killed(*_: Any, **__: Any) -> Path:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(send, "render_range", killed)
        patch.setattr("resolve_scripts.host.stage.recover", lambda *_: ())
        patch.setattr(send, "recover", lambda *_: ())
        with pytest.raises(Killed):
            film.run(SEND, treatment="denoise")
    assert len(film.sim.project.timelines) == 2

    outcome = film.run(BACK)
    assert film.sim.snapshot() == before
    assert any("broken off" in note for note in outcome.notes)
    assert film.run(BACK).notes == ()
    film.run(SEND, treatment="denoise")
    assert set(states(film)) == {SentState.FAILED, SentState.SUBMITTED}


def test_without_an_engine_the_clip_waits(film: Suite) -> None:
    film.desk.unreachable = True
    outcome = film.run(SEND, treatment="denoise")
    assert states(film) == [SentState.READY]
    assert any("Bring Back hands it over" in note for note in outcome.notes)
    film.desk.unreachable = False
    assert film.run(BACK).details["returned"] == 1


def test_the_same_clip_is_not_sent_twice_while_it_is_out(film: Suite) -> None:
    film.desk.held = True
    assert film.run(SEND, treatment="denoise").done == 1
    again = film.run(SEND, treatment="denoise")
    assert again.done == 0
    assert any("under way" in note for note in again.notes)
    assert film.run(SEND, treatment="upscale").done == 1
    out = film.run(BACK)
    assert out.done == 0
    assert out.details["out"] == 2


def test_a_failed_job_is_told_with_its_hint_once(film: Suite) -> None:
    engine(film).fail = JobFailed("The clip is torn.", hint="Render it again.")
    film.run(SEND, treatment="denoise")
    before = film.sim.snapshot()
    outcome = film.run(BACK)
    assert any("The clip is torn. Render it again." in note for note in outcome.notes)
    assert outcome.details["failed"] == 1
    assert film.sim.snapshot() == before
    assert film.run(BACK).done == 0


def test_a_cancelled_job_is_told(film: Suite) -> None:
    film.desk.held = True
    film.run(SEND, treatment="denoise")
    (id,) = film.desk.jobs
    film.desk.jobs[id] = replace(film.desk.jobs[id], state=JobState.CANCELLED, error=JobCancelled("Stopped.").to_dict())
    assert film.run(BACK).details["failed"] == 1


def test_a_return_whose_file_is_gone_is_told(film: Suite) -> None:
    film.run(SEND, treatment="denoise")
    (job,) = engine(film).jobs
    shutil.rmtree(Path(film.desk.production) / "returns" / job.id)
    outcome = film.run(BACK)
    assert any("Send the clip again" in note for note in outcome.notes)


def test_cancel_stops_the_render_and_leaves_no_job(film: Suite) -> None:
    film.sim.playhead(70)
    before = film.sim.snapshot()

    def stop(fraction: float, text: str) -> None:
        film.desk.cancelled = film.desk.cancelled or text.startswith("Rendering")

    film.desk.progress = stop  # type: ignore[method-assign]  # the editor, who stops it
    with pytest.raises(JobCancelled):
        film.run(SEND, treatment="denoise")
    film.desk.cancelled = False
    assert film.sim.snapshot() == before
    assert not list((Path(film.desk.production) / "sent").rglob("*.mov"))
    assert engine(film).jobs == []


@pytest.mark.parametrize(
    "method",
    [
        "MediaPool.CreateEmptyTimeline",
        "MediaPool.AppendToTimeline",
        "Project.SetCurrentRenderFormatAndCodec",
        "Project.SetRenderSettings",
        "Project.AddRenderJob",
        "Project.StartRendering",
    ],
)
def test_a_refused_render_leaves_everything_as_it_was(film: Suite, method: str) -> None:
    film.sim.playhead(70)
    before = film.sim.snapshot()
    film.sim.refuse(method, 20)
    with pytest.raises(ResolveError):
        film.run(SEND, treatment="denoise")
    film.sim.app.refusals.clear()
    assert film.sim.snapshot() == before


def test_sticky_settings_of_deliver_do_not_reach_our_render(film: Suite) -> None:
    film.sim.playhead(70)
    render = film.sim.project.render
    render.settings |= {"ExportVideo": False, "SelectAllFrames": True, "FormatWidth": 64, "FormatHeight": 64}
    render.mode = 0
    film.run(SEND, treatment="denoise")
    (job,) = engine(film).jobs
    assert len(shades(Path(job.media))) == job.frames
    assert render.mode == 0
    assert render.settings["SelectAllFrames"]


def test_a_render_of_the_editor_is_not_disturbed(film: Suite) -> None:
    film.sim.playhead(70)
    film.sim.project.render.rendering = True
    project = film.sim.project
    from rushes.testing.resolve.state import RenderJobState

    timeline = project.timeline
    assert timeline is not None
    project.render.jobs.append(
        RenderJobState("mine", timeline, {"TargetDir": str(film.sim.app.folder)}, "mov", "H264", 1, "Rendering", -400)
    )
    with pytest.raises(ResolveError, match="is rendering"):
        film.run(SEND, treatment="denoise")
    assert [one.uid for one in project.render.jobs] == ["mine"]


# Refusals


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"treatment": "polish"}, "resolve.choice"),
        ({"handles": "-3"}, "resolve.choice"),
        ({"picture": "half"}, "resolve.choice"),
        ({"on": "selected"}, "resolve.nothing_selected"),
    ],
)
def test_options_that_make_no_sense(film: Suite, options: dict[str, str], code: str) -> None:
    before = film.sim.snapshot()
    with pytest.raises(InputError) as caught:
        film.run(SEND, **options)
    assert caught.value.code == code
    assert film.sim.snapshot() == before


def test_another_take_of_footage_is_refused(film: Suite) -> None:
    film.sim.playhead(70)
    with pytest.raises(InputError, match="no recipe"):
        film.run(SEND)


def test_a_take_whose_file_is_gone_is_told(film: Suite) -> None:
    take = items(film)[0].media
    assert take is not None
    Path(take.path).unlink()
    with pytest.raises(InputError, match="is not at"):
        film.run(SEND, treatment="denoise")
    engine(film).made_take = "t2"
    assert film.run(SEND).done == 1  # another take is made from the recipe


def test_the_start_timecode_counts_at_the_medias_rate() -> None:
    assert Timecode.parse("00:00:04:05", Fraction(24)).frame == 101


@pytest.mark.parametrize("picture", ["own", "seen"])
def test_any_action_undoes_what_a_killed_render_left(
    film: Suite, monkeypatch: pytest.MonkeyPatch, picture: str
) -> None:
    """Tracks that are off, a job in the queue: nobody should have to send another clip to have his cut back."""
    film.sim.playhead(70)
    before = film.sim.snapshot()

    def killed(*_: Any, **__: Any) -> Path:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(deliver_page, "_wait", killed)
        patch.setattr(deliver_page, "_leave", lambda *_: None)
        patch.setattr("resolve_scripts.host.stage.recover", lambda *_: ())
        patch.setattr(send, "recover", lambda *_: ())
        with pytest.raises(Killed):
            film.run(SEND, treatment="denoise", picture=picture)
    assert len(film.sim.project.render.jobs) == 1

    look = builtin_registry().get("notes_to_takes")
    assert look.run(film.session, film.desk, {}).notes == ()  # Resolve renders on: nothing is taken from under it
    assert len(film.sim.project.render.jobs) == 1
    while film.session.project().IsRenderingInProgress():
        pass
    outcome = look.run(film.session, film.desk, {})
    assert any("out of the queue" in note for note in outcome.notes)
    assert film.sim.snapshot() == before


def test_the_settings_of_the_deliver_page_are_the_editors_again(film: Suite) -> None:
    """They cannot be read back; a preset keeps them meanwhile."""
    render = film.sim.project.render
    own = {"TargetDir": "/films/out", "CustomName": "reel_1", "SelectAllFrames": False, "MarkIn": 86400}
    render.settings = {**own}
    film.sim.playhead(70)
    film.run(SEND, treatment="denoise")
    assert engine(film).jobs
    assert render.settings == own
    assert deliver_page.PRESET not in (film.session.project().GetRenderPresetList() or [])


def test_without_a_preset_the_clip_is_sent_and_its_name_does_not_stay(film: Suite) -> None:
    film.sim.refuse("Project.SaveAsNewRenderPreset", 9)
    film.sim.playhead(70)
    film.run(SEND, treatment="denoise")
    settings = film.sim.project.render.settings
    assert (settings["SelectAllFrames"], settings["CustomName"]) == (True, "")
