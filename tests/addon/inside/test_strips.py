"""Takes on the timeline, in a real sequencer with real clips."""

from __future__ import annotations

import random
import shutil
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import pytest

from rushes.contracts import FrameRange, JobState
from rushes.errors import ProductionError, SceneError

CLIPS = Path(__file__).with_name("clips")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = b"".join(
    (
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * 12) * 4)),
        _chunk(b"IEND", b""),
    )
)
"""Grey, 4x4."""


@pytest.fixture
def cut(scene: Any, engine: Any, part: Callable[[str], Any], tmp_path: Path) -> Cut:
    scene.render.fps, scene.frame_start, scene.frame_end = 24, 1, 120
    for name, frame in (("010", 1), ("020", 25), ("030", 73)):
        camera = bpy.data.objects.new(f"Camera {name}", bpy.data.cameras.new(name))
        scene.collection.objects.link(camera)
        marker = scene.timeline_markers.new(name, frame=frame)
        marker.camera = camera
    return Cut(scene, engine, part, tmp_path)


class Cut:
    """A scene with shots 010 (1-24), 020 (25-72) and 030 (73-120), and a production in a folder."""

    def __init__(self, scene: Any, engine: Any, part: Callable[[str], Any], folder: Path) -> None:
        self.scene, self.engine, self.part, self.folder = scene, engine, part, folder
        self.root = str(folder / "film")
        Path(self.root).mkdir()
        engine.add_production(self.root)
        self.compat, self.host = part("compat"), part("host.edit_scene")

    def take(self, content: str = "a48", shot: str = "020", frames: FrameRange | None = None, **more: Any) -> Any:
        """A take whose files are there."""
        number = len(self.engine.takes_by_root[self.root]) + 1
        home = Path(self.root, "shots", shot, f"t{number}")
        home.mkdir(parents=True)
        path = home / "clip.mp4"
        if content:
            shutil.copy(CLIPS / f"{content}.mp4", path)
        frames = frames or FrameRange(25, 72)
        given = {"folder": str(home), "clip": str(path), "poster": "", "pictures": None, "rate": Fraction(24)}
        given |= {"range": frames, "frame_count": len(frames), "missing": ()} | more
        return self.engine.add_take(self.root, shot, **given)

    def put(self, take: Any, **more: Any) -> Any:
        return self.host.put(self.scene, take, **more)

    @property
    def edit(self) -> Any:
        return self.scene.rushes.edit_scene

    @property
    def strips(self) -> Any:
        return self.compat.strips_of(self.edit.sequence_editor)

    def spans(self) -> dict[str, tuple[Any, ...]]:
        """Take → (channel, first, after, content's first, content's end, muted) of all strips of ours."""
        found = self.part("host.strips").read(self.edit.sequence_editor)
        return {
            s.take: (s.place.channel, s.place.left, s.place.right, s.place.begin, s.place.end, s.mute)
            for s in found
            if s.take
        }

    def strip(self, take: Any) -> Any:
        (found,) = [s for s in self.compat.all_strips(self.edit.sequence_editor) if s.get("rushes_take") == take.id]
        return found

    def trim(self, strip: Any, first: int, after: int) -> None:
        self.compat.set_span(strip, self.compat.content_begin(strip), first, after)


def test_a_take_lies_at_its_shot_in_a_scene_of_its_own(cut: Cut) -> None:
    take = cut.take()
    cut.put(take)
    assert cut.edit is not cut.scene
    assert cut.edit.name == f"{cut.scene.name} Edit"
    assert cut.scene.sequence_editor is None or not len(cut.compat.strips_of(cut.scene.sequence_editor))
    assert (cut.edit.render.fps, cut.edit.frame_end) == (24, 120)
    assert cut.spans() == {take.id: (1, 25, 73, 25, 73, False)}
    assert cut.strip(take)["rushes_shot"] == "020"
    assert next(s for s in cut.scene.rushes.shots if s.name == "020").take == take.id
    assert cut.part("host.production").owner_of(cut.edit) == cut.scene


def test_twice_is_once(cut: Cut) -> None:
    take = cut.take()
    cut.put(take)
    before = cut.spans()
    cut.put(take)
    assert cut.spans() == before
    assert len(cut.strips) == 1


def test_a_new_take_keeps_place_trims_and_looks(cut: Cut) -> None:
    first, second = cut.take(), cut.take("b48")
    cut.put(first)
    strip = cut.strip(first)
    strip.channel = 3
    cut.trim(strip, 30, 60)
    strip.name = "Opening " + strip.name
    strip.blend_alpha, strip.transform.offset_x, strip.color_tag = 0.5, 12, "COLOR_03"
    cut.put(second)
    assert cut.spans() == {second.id: (3, 30, 60, 25, 73, False), first.id: (4, 30, 60, 25, 73, True)}
    strip = cut.strip(second)
    assert strip.name.startswith("Opening 020 seed")
    assert (strip.blend_alpha, strip.transform.offset_x, strip.color_tag) == (0.5, 12, "COLOR_03")
    assert bpy.path.abspath(strip.filepath) == second.clip
    assert bpy.path.abspath(cut.strip(first).filepath) == first.clip


def test_a_strip_that_was_moved_stays_where_the_artist_has_put_it(cut: Cut) -> None:
    first, second = cut.take(), cut.take("b48")
    cut.put(first)
    cut.compat.set_span(cut.strip(first), 205, 215, 230)
    cut.put(second)
    assert cut.spans()[second.id] == (1, 215, 230, 205, 253, False)


def test_a_longer_shot_keeps_scene_frames_in_place(cut: Cut) -> None:
    first, second = cut.take(), cut.take("c60", frames=FrameRange(19, 78))
    cut.put(first)
    cut.trim(cut.strip(first), 30, 73)
    cut.put(second)
    assert cut.spans()[second.id] == (1, 30, 79, 19, 79, False)


def test_a_step_of_two_lasts_as_long_as_the_shot(cut: Cut) -> None:
    full, half = cut.take(), cut.take("half24", frames=FrameRange(25, 72, 2), rate=Fraction(12))
    cut.put(half)
    assert cut.spans() == {half.id: (1, 25, 73, 25, 73, False)}
    cut.trim(cut.strip(half), 31, 61)
    cut.put(full)
    assert cut.spans() == {full.id: (1, 31, 61, 25, 73, False), half.id: (2, 31, 61, 25, 73, True)}
    cut.put(half)
    assert cut.spans() == {half.id: (1, 31, 61, 25, 73, False), full.id: (2, 31, 61, 25, 73, True)}


@pytest.mark.parametrize(("fps", "first", "after"), [(25, 26, 76), (12, 13, 37), (48, 49, 145), (30, 31, 91)])
def test_an_edit_at_another_rate_keeps_seconds(cut: Cut, fps: int, first: int, after: int) -> None:
    cut.host.ensure(cut.scene).render.fps = fps
    take = cut.take()
    cut.put(take)
    assert cut.spans() == {take.id: (1, first, after, first, after, False)}


def test_pictures_only_when_the_clip_is_gone(cut: Cut) -> None:
    frames = FrameRange(25, 72, 2)
    take = cut.take("", frames=frames, rate=Fraction(12))
    pictures = Path(take.folder, "frames")
    pictures.mkdir()
    for number in frames.frames:
        (pictures / f"{number:04d}.png").write_bytes(PNG)
    take = cut.take("", frames=frames, folder=take.folder, clip=take.clip, pictures=str(pictures))
    cut.put(take)
    strip = cut.strip(take)
    assert strip.type == "IMAGE"
    assert cut.spans()[take.id] == (1, 25, 73, 25, 73, False)
    assert [strip.elements[i].filename for i in (0, 1, 2, 47)] == ["0025.png", "0025.png", "0027.png", "0071.png"]
    clip = cut.take()
    cut.trim(strip, 40, 50)
    cut.put(clip)
    assert cut.strip(clip).type == "MOVIE"
    assert cut.spans()[clip.id] == (1, 40, 50, 25, 73, False)
    assert cut.spans()[take.id] == (2, 40, 50, 25, 73, True)


def test_a_still_comes_only_when_asked(cut: Cut) -> None:
    take = cut.take("", frames=FrameRange(30, 30))
    poster = Path(take.folder, "poster.png")
    poster.write_bytes(PNG)
    still = cut.take("", frames=FrameRange(30, 30), poster=str(poster))
    with pytest.raises(ProductionError) as told:
        cut.put(still)
    assert told.value.code == "take.still"
    assert cut.edit is None
    cut.put(still, still=True)
    assert cut.spans() == {still.id: (1, 25, 73, 25, 73, False)}


def test_an_effect_goes_on_working(cut: Cut) -> None:
    first, second = cut.take(), cut.take("b48")
    cut.put(first)
    strip = cut.strip(first)
    effect = _blur(cut, strip)
    cut.put(second)
    assert effect.input_1.get("rushes_take") == second.id
    assert effect.channel == 2
    assert cut.spans()[first.id][0] == 3


def test_effects_move_over_to_pictures(cut: Cut) -> None:
    first = cut.take()
    cut.put(first)
    effect = _blur(cut, cut.strip(first))
    shown = cut.take("")
    pictures = Path(shown.folder, "frames")
    pictures.mkdir()
    for number in range(25, 73):
        (pictures / f"{number:04d}.png").write_bytes(PNG)
    second = cut.take("", pictures=str(pictures))
    cut.put(second)
    assert effect.input_1.get("rushes_take") == second.id
    assert effect.input_1.type == "IMAGE"
    assert cut.spans()[second.id] == (1, 25, 73, 25, 73, False)


def _blur(cut: Cut, strip: Any) -> Any:
    make = cut.strips.new_effect
    if bpy.app.version >= (5, 0):
        return make("Blur", "GAUSSIAN_BLUR", 2, 25, length=48, input1=strip)
    given = {"seq1" if bpy.app.version < (4, 4) else "input1": strip}
    return make("Blur", "GAUSSIAN_BLUR", 2, 25, frame_end=73, **given)


def test_former_takes_in_a_meta_strip(cut: Cut) -> None:
    cut.scene.rushes.alternatives = "META"
    first, second, third = cut.take(), cut.take("b48"), cut.take()
    cut.put(first)
    cut.trim(cut.strip(first), 30, 60)
    cut.put(second)
    cut.put(third)
    (meta,) = cut.strips
    assert meta.type == "META"
    assert (cut.compat.left(meta), cut.compat.right(meta), meta.channel) == (30, 60, 1)
    inside = {s["rushes_take"]: s.mute for s in cut.compat.strips_of(meta)}
    assert inside == {first.id: True, second.id: True, third.id: False}
    assert all((s[1], s[2]) == (30, 60) for s in cut.spans().values())


def test_former_takes_may_go(cut: Cut) -> None:
    cut.scene.rushes.alternatives = "REMOVE"
    first, second = cut.take(), cut.take("b48")
    cut.put(first)
    cut.put(second)
    assert list(cut.spans()) == [second.id]
    assert len(cut.strips) == 1


def test_both_halves_of_a_strip_get_the_take_and_swap_back(cut: Cut) -> None:
    first, second = cut.take(), cut.take("b48")
    cut.put(first)
    half = cut.strip(first)
    cut.trim(half, 25, 50)
    copy = cut.strips.new_movie("second half", half.filepath, 1, 25)
    for key, value in half.items():
        copy[key] = value
    cut.trim(copy, 50, 73)
    copy.channel = 1
    cut.put(second)
    used = sorted((cut.compat.left(s), s["rushes_take"], s.mute, s.channel) for s in cut.strips)
    assert used == [
        (25, first.id, True, 2),
        (25, second.id, False, 1),
        (50, first.id, True, 2),
        (50, second.id, False, 1),
    ]
    spare = next(s for s in cut.strips if s.mute)
    cut.host.swap(cut.scene, cut.edit, spare.name)
    assert {s["rushes_take"] for s in cut.strips if not s.mute} == {first.id}
    assert len(cut.strips) == 4


def test_a_strip_that_was_deleted_is_added_again(cut: Cut) -> None:
    take = cut.take()
    cut.put(take)
    cut.strips.remove(cut.strip(take))
    cut.put(take)
    assert cut.spans() == {take.id: (1, 25, 73, 25, 73, False)}


def test_locked_strips_and_lost_files_are_refused_untouched(cut: Cut) -> None:
    first, second, lost, broken = cut.take(), cut.take("b48"), cut.take(""), cut.take("")
    Path(broken.clip).write_bytes(b"no clip at all")
    cut.put(first)
    cut.strip(first).lock = True
    before = cut.spans()
    for take, code, kind in (
        (second, "scene.strip_locked", SceneError),
        (lost, "take.clip_gone", ProductionError),
        (broken, "take.clip_unreadable", ProductionError),
    ):
        with pytest.raises(kind) as told:
            cut.put(take)
        assert told.value.code == code
        assert told.value.hint
    assert cut.spans() == before
    assert len(cut.strips) == 1
    cut.strip(first).lock = False
    cut.edit.sequence_editor.channels[1].lock = True
    with pytest.raises(SceneError):
        cut.put(second)


def test_strips_of_the_artist_are_never_touched(cut: Cut) -> None:
    chance = random.Random(7)
    cut.host.ensure(cut.scene)
    for number in range(40):  # each made aside: 4.5 hangs when a strip is pushed out of another one's way
        first, channel = chance.randrange(1, 110), chance.randrange(1, 6)
        after = first + chance.randrange(5, 30)
        if any(s.place.channel == channel and s.place.left < after and first < s.place.right for s in _foreign(cut)):
            continue
        strip = cut.strips.new_movie("mine", str(CLIPS / "a48.mp4"), 20 + number, 300)
        cut.compat.set_span(strip, first - chance.randrange(0, 10), first, after)
        strip.channel = channel
    before = _foreign(cut)
    takes = [cut.take(clip) for clip in ("a48", "b48", "a48")]
    for take in (*takes, takes[0]):
        cut.put(take)
        assert _foreign(cut) == before
    found = cut.part("host.strips").read(cut.edit.sequence_editor)
    for strip in found:
        for other in found:
            assert strip is other or not (strip.take and strip.place.meets(other.place)), (strip, other)


def _foreign(cut: Cut) -> list[Any]:
    return [s for s in cut.part("host.strips").read(cut.edit.sequence_editor) if not s.take]


def test_paths_are_relative_when_the_production_lies_below(cut: Cut) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(cut.folder / "street.blend"))
    cut.scene = bpy.context.scene
    take = cut.take()
    cut.put(take)
    assert cut.strip(take).filepath.replace("\\", "/") == "//film/shots/020/t1/clip.mp4"


def test_a_finished_job_places_its_take_as_one_step_of_undo(cut: Cut, session: Any, tick: Any) -> None:
    scene_name = cut.scene.name
    cut.scene.rushes.production = cut.root
    tick(lambda: session().known.production is not None)
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.rushes.generate_clip() == {"FINISHED"}
    tick(lambda: cut.engine.submitted)
    job = cut.engine.submitted[0]
    home = cut.folder / "made"
    home.mkdir()
    shutil.copy(CLIPS / "a48.mp4", home / "clip.mp4")
    tick(lambda: job.id in session().known.jobs)
    cut.engine.finish(job.id, clip=str(home / "clip.mp4"), rate=Fraction(24), missing=(), pictures=None)
    tick(lambda: bpy.data.scenes[scene_name].rushes.edit_scene is not None)
    tick(times=2)  # the undo step has a tick of its own
    edit = bpy.data.scenes[scene_name].rushes.edit_scene
    assert [s.type for s in cut.compat.strips_of(edit.sequence_editor)] == ["MOVIE"]
    assert bpy.ops.ed.undo() == {"FINISHED"}
    assert bpy.data.scenes[scene_name].rushes.edit_scene is None


@pytest.mark.parametrize("gone", ["scene", "shot"])
def test_a_take_whose_scene_or_shot_is_gone_stays_in_the_list(cut: Cut, session: Any, tick: Any, gone: str) -> None:
    arrivals, known = cut.part("host.arrivals"), cut.part("logic.known")
    take = cut.take(shot="020")
    name = cut.scene.name
    cut.engine.job_list.clear()
    pending = known.Pending("job", name, "020", "nokey", place=True)
    job = _done(cut, take)
    if gone == "shot":
        cut.scene.timeline_markers.remove(cut.scene.timeline_markers["020"])
    else:
        pending = known.Pending("job", "Deleted", "020", "nokey", place=True)
    arrivals.ended(session(), job, pending)
    tick(lambda: any("020" in m.text for m in session().known.messages))
    assert cut.edit is None


def _done(cut: Cut, take: Any) -> Any:
    from rushes.contracts import JobRequest

    job = cut.engine.submit(JobRequest("shoot", {"production": cut.root, "shot": take.shot}, id="job-1"))
    return cut.engine.move(job.id, JobState.DONE, result={"take": take.id, "shot": take.shot})


def test_all_shots_get_their_kept_take(cut: Cut, session: Any, tick: Any) -> None:
    from rushes.contracts import Rating

    cut.scene.rushes.production = cut.root
    kept = cut.take(rating=Rating.KEPT)
    cut.take("b48")
    other = cut.take("a48", shot="030", frames=FrameRange(73, 120))
    assert bpy.ops.rushes.takes_place_all() == {"FINISHED"}
    tick(lambda: cut.edit is not None and len(cut.spans()) == 2)
    assert cut.spans() == {kept.id: (1, 25, 73, 25, 73, False), other.id: (1, 73, 121, 73, 121, False)}
    assert session().known.messages[0].text == "2 shots are on the timeline."


def test_a_window_that_shows_the_edit_finds_back_to_the_3d_scene(cut: Cut) -> None:
    cut.put(cut.take())
    window = bpy.context.window_manager.windows[0]
    window.scene = cut.edit
    with bpy.context.temp_override(window=window):
        assert bpy.ops.rushes.edit_leave() == {"FINISHED"}
        assert window.scene == cut.scene
        assert not bpy.ops.rushes.edit_leave.poll()
