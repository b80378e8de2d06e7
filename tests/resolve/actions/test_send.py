"""Send and Bring Back, through the simulator. The engine's work is a double here; `test_send_real` has the real one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.actions import bring_back, send
from resolve_scripts.actions.registry import builtin_registry
from resolve_scripts.host import deliver_page
from resolve_scripts.logic.sent import SentState
from resolve_scripts.sent import SentNotes
from rushes.contracts import Size, decode, encode
from rushes.contracts.clip import ClipJob, ClipResult, Treatment
from rushes.contracts.edit import AI_KEYWORD, ID_KEYS
from rushes.contracts.job import JobState
from rushes.contracts.timecode import Timecode
from rushes.errors import InputError, JobCancelled, JobFailed, ResolveError, RushesError
from rushes.testing.resolve.desk import movie
from rushes.testing.resolve.profiles import SCRIPTED, Profile, profile
from rushes.testing.resolve.state import ItemState, MediaState, NodeState
from tests.resolve.conftest import Suite

SEND, BACK = send.ACTION, bring_back.ACTION


class Engine:
    """DOUBLE of the job "clip": a movie of the frames that are due."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs: list[ClipJob] = []
        self.fail: RushesError | None = None
        self.made_take = ""

    def __call__(self, params: Mapping[str, Any]) -> dict[str, Any]:
        job = decode(ClipJob, dict(params))
        self.jobs.append(job)
        if self.fail is not None:
            raise self.fail
        frames, head = job.frames, job.head
        if job.treatment is Treatment.INTERPOLATE:
            factor = int(job.settings.get("factor", "2"))
            frames, head = frames * factor, head * factor
        if job.treatment is Treatment.EXTEND:
            before, after = (int(job.settings.get(name, "0")) for name in ("before", "after"))
            frames, head = frames + before + after, head + before
        path = self.folder / "returns" / job.id / f"{job.name}_{job.treatment.value}_{job.id}.mov"
        movie(path, frames, job.rate, job.timecode)
        result = ClipResult(
            job.id,
            str(path),
            job.rate,
            frames,
            head,
            Size(32, 18),
            self.made_take if job.treatment is Treatment.ANOTHER else "",
            job.treatment not in (Treatment.DENOISE, Treatment.STABILISE),
        )
        return encode(result)


@pytest.fixture
def film(suite: Callable[..., Suite], request: pytest.FixtureRequest) -> Suite:
    """At 20: 24 frames of a take of 48, from its frame 10 on. At 60: 30 frames of footage of 60, from frame 15 on."""
    made: Suite = suite(getattr(request, "param", "21.0.4-studio"), size=(32, 18))
    folder = Path(made.desk.production)
    made.sim.timeline("Edit", video=2)
    made.desk.add_take("SH010", "t1", 48)
    take = made.sim.import_media(movie(folder / "editorial" / "SH010" / "SH010_T01_t1.mov", 48, start=101))
    take.third_party |= {ID_KEYS["take"]: "t1", ID_KEYS["shot"]: "SH010", ID_KEYS["production"]: "prod-1"}
    footage = made.sim.import_media(movie(folder.parent / "camera" / "A001.mov", 60, start=1000))
    made.sim.add_clip(take, at=20, frames=24, source=10)
    made.sim.add_clip(footage, at=60, frames=30, source=15)
    made.desk.answers["clip"] = Engine(folder)
    made.sim.playhead(25)
    return made


def engine(film: Suite) -> Engine:
    found = film.desk.answers["clip"]
    assert isinstance(found, Engine)
    return found


def items(film: Suite) -> list[ItemState]:
    timeline = film.sim.project.timeline
    assert timeline is not None
    return list(timeline.items("video"))


def states(film: Suite) -> list[SentState]:
    return [one.state for one in SentNotes(Path(film.desk.home)).all()]


def in_bin(film: Suite, path: str) -> list[MediaState]:
    return film.sim.bin(path).clips


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


def footage(film: Suite) -> Path:
    return Path(film.desk.production).parent / "camera" / "A001.mov"


def shades(path: Path) -> list[float]:
    """Mean level of every frame of a movie of 8 bit."""
    from rushes.media.pictures import to_uint8
    from rushes.media.video import read_video

    return [float(to_uint8(frame).mean()) for frame in read_video(path)]


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


def made_film(suite: Callable[..., Suite], which: Profile | str = "21.0.4-studio", **more: Any) -> Suite:
    film: Suite = suite(which, size=(32, 18), **more)
    folder = Path(film.desk.production)
    film.sim.timeline("Edit", video=2)
    rate = film.desk.info.rate
    film.desk.add_take("SH010", "t1", 48)
    take = film.sim.import_media(movie(folder / "editorial" / "SH010" / "SH010_T01_t1.mov", 48, rate, start=101))
    take.third_party |= {ID_KEYS["take"]: "t1", ID_KEYS["shot"]: "SH010", ID_KEYS["production"]: "prod-1"}
    footage = film.sim.import_media(movie(folder.parent / "camera" / "A001.mov", 60, rate, start=1000))
    film.sim.add_clip(take, at=20, frames=24, source=10)
    film.sim.add_clip(footage, at=60, frames=30, source=15)
    film.desk.answers["clip"] = Engine(folder)
    film.sim.playhead(25)
    return film


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


def test_slow_motion_and_extension_go_above_with_all_their_frames(film: Suite) -> None:
    film.run(SEND, treatment="interpolate", **{"set.factor": "3"})
    film.run(BACK)
    timeline = film.sim.project.timeline
    assert timeline is not None
    item = items(film)[0]
    (placed,) = timeline.tracks["video"][2].items
    assert timeline.tracks["video"][2].name == "Rushes"
    assert (placed.start, placed.duration, placed.source) == (item.start, 72, 30)
    assert item.takes == []

    film.sim.playhead(25)
    film.sim.select(item)
    film.run(SEND, treatment="extend", **{"set.before": "8", "set.after": "4"})
    film.run(BACK)
    (longer,) = timeline.tracks["video"][3].items
    assert (longer.start, longer.duration, longer.source) == (item.start - 8, 8 + 24 + 4, 10)


def test_what_comes_back_never_hides_the_rest_of_the_cut(film: Suite) -> None:
    film.run(SEND, treatment="interpolate", **{"set.factor": "3"})  # 72 frames at 20; other footage is seen from 60 on
    outcome = film.run(BACK)
    timeline = film.sim.project.timeline
    assert timeline is not None
    (slow,) = timeline.tracks["video"][2].items
    assert not slow.enabled
    assert any("switched off" in note for note in outcome.notes)
    film.run(SEND, treatment="matte")
    film.run(BACK)
    (matte,) = timeline.tracks["video"][3].items
    assert (matte.start, matte.duration, matte.enabled) == (slow.start, 24, False)
    assert items(film)[0].takes == []


def test_a_sequence_goes_by_its_pattern(suite: Callable[..., Suite]) -> None:
    film: Suite = suite(size=(32, 18))
    film.sim.timeline("Edit")
    film.desk.add_take("SH010", "t1", 24, pictures=True)
    media = film.desk.media("t1").media
    clip = film.sim.import_sequence(media.path, 101, 124)
    clip.third_party |= {ID_KEYS["take"]: "t1", ID_KEYS["shot"]: "SH010"}
    film.sim.add_clip(clip, at=0)
    film.desk.answers["clip"] = Engine(Path(film.desk.production))
    film.sim.playhead(5)
    film.run(SEND, treatment="denoise")
    (job,) = engine(film).jobs
    assert (job.media, job.start_number, job.frames) == (media.path, 101, 24)


# What the editor does meanwhile


def test_a_clip_that_moved_gets_its_return_where_it_is(film: Suite) -> None:
    film.run(SEND, treatment="denoise")
    item = items(film)[0]
    item.start += 300
    film.run(BACK)
    assert (item.take, item.start - film.sim.project.timeline.start) == (2, 320)  # type: ignore[union-attr]


def test_a_clip_trimmed_within_its_handles_still_fits(film: Suite) -> None:
    film.run(SEND, treatment="denoise")
    item = items(film)[0]
    item.source, item.source_frames, item.duration = 4, 36, 36
    film.run(BACK)
    assert (item.take, item.source, item.duration) == (2, 4, 36)


@pytest.mark.parametrize("change", ["trimmed", "deleted", "timeline", "replaced", "locked"])
def test_what_has_no_place_any_more_stays_in_its_bin_and_is_told(film: Suite, change: str) -> None:
    film.run(SEND, treatment="denoise", handles="2")
    timeline = film.sim.project.timeline
    assert timeline is not None
    item = items(film)[0]
    if change == "trimmed":
        item.source, item.source_frames, item.duration = 2, 40, 40
    elif change == "deleted":
        timeline.tracks["video"][0].items.remove(item)
        item.alive = False
    elif change == "timeline":
        film.sim.timeline("Another")
        film.sim.project.timelines.remove(timeline)
        timeline.alive = False
    elif change == "replaced":
        item.media, item.duration = items(film)[1].media, 12
    else:
        film.sim.lock("video", 1)
    cut = film.sim.snapshot()["projects"][film.sim.project.uid]["timelines"]

    outcome = film.run(BACK)

    assert outcome.details["binned"] == 1
    assert "is in its bin" in outcome.notes[-1]
    assert len(in_bin(film, "Rushes/Film/SH010")) == 1
    assert film.sim.snapshot()["projects"][film.sim.project.uid]["timelines"] == cut
    assert film.run(BACK).done == 0


def test_where_resolve_takes_no_take_it_goes_above(film: Suite) -> None:
    film.run(SEND, treatment="denoise")
    film.sim.refuse("TimelineItem.AddTake", 2)
    outcome = film.run(BACK)
    timeline = film.sim.project.timeline
    assert timeline is not None
    item = items(film)[0]
    assert item.takes == []
    (placed,) = timeline.tracks["video"][2].items
    assert (placed.start, placed.duration, placed.source) == (item.start, item.duration, 10)
    assert any("did not take it" in note for note in outcome.notes)


@pytest.mark.parametrize("method", ["MediaPool.ImportMedia", "MediaPool.SetCurrentFolder", "MediaPool.AddSubFolder"])
def test_a_refused_import_leaves_no_empty_bin_and_is_done_the_next_time(film: Suite, method: str) -> None:
    film.run(SEND, treatment="denoise")
    before = film.sim.snapshot()
    film.sim.refuse(method, 1)
    if method == "MediaPool.SetCurrentFolder":
        film.sim.app.profile = profile("21.0.4").but(subfolder_becomes_current=False)
    outcome = film.run(BACK)
    assert outcome.details["out"] == 1
    assert film.sim.snapshot() == before
    film.sim.app.refusals.clear()
    assert film.run(BACK).details["returned"] == 1


def test_a_resolve_that_gives_takes_their_own_grade_is_told(suite: Callable[..., Suite]) -> None:
    film = made_film(suite, profile("21.0.4").but(take_keeps_grade=False))
    items(film)[0].grade.nodes = [NodeState(tools=["Curves"])]
    film.run(SEND, treatment="denoise")
    outcome = film.run(BACK)
    assert outcome.details["returned"] == 1
    assert any("a grade of its own" in note for note in outcome.notes)


def test_a_clip_on_another_timeline_is_brought_back_there(film: Suite) -> None:
    film.run(SEND, treatment="denoise")
    item = items(film)[0]
    other = film.sim.timeline("Another")
    film.run(BACK)
    assert item.take == 2
    assert film.sim.project.timeline is other


# Interruptions


class Killed(BaseException):
    """As if Resolve had been killed."""


@pytest.mark.parametrize("treatment", ["denoise", "interpolate"])
@pytest.mark.parametrize("at", range(12))
def test_a_kill_between_any_two_steps_loses_nothing(
    film: Suite, monkeypatch: pytest.MonkeyPatch, at: int, treatment: str
) -> None:
    """Each written note is a place to be killed after; so is each before it."""
    film.sim.playhead(70)
    item = items(film)[1]
    before = film.sim.snapshot()
    write, count = SentNotes.write, [0]

    def killing(self: SentNotes, note: Any) -> Any:
        count[0] += 1
        if count[0] == at // 2 + 1 and at % 2 == 0:
            raise Killed
        done = write(self, note)
        if count[0] == at // 2 + 1:
            raise Killed
        return done

    with monkeypatch.context() as patch:
        patch.setattr(SentNotes, "write", killing)
        try:
            film.run(SEND, treatment=treatment)
            film.run(BACK)
        except Killed:
            pass
    film.run(SEND, treatment=treatment) if not engine(film).jobs else None
    film.run(BACK)

    assert len(engine(film).jobs) == 1
    assert len(in_bin(film, "Rushes/Film/Returns")) == 1
    timeline = film.sim.project.timeline
    assert timeline is not None
    if treatment == "denoise":
        assert (len(item.takes), item.take) == (2, 2)
    else:
        assert [(one.start, one.duration) for one in timeline.tracks["video"][2].items] == [(item.start, 60)]
        assert len(timeline.tracks["video"]) == 3
    assert all(state is SentState.RETURNED for state in states(film))
    after = film.sim.snapshot()
    for key in ("page", "modal"):
        assert after[key] == before[key]
    assert [one.name for one in film.sim.project.timelines] == ["Edit"]
    assert film.run(BACK).done == 0


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
