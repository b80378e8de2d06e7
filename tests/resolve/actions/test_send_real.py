"""A clip goes out and comes back with the engine's real job: the frames at the cut are the right ones."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from resolve_scripts.actions import bring_back, send
from resolve_scripts.host.session import open_session
from rushes.contracts import Size, Timecode
from rushes.contracts.edit import ID_KEYS
from rushes.library.production import Production
from rushes.media.pictures import to_uint8
from rushes.media.video import VideoWriter, read_video
from rushes.testing.resolve import Simulator
from rushes.testing.resolve.desk import ProductionDesk
from rushes.testing.resolve.picture import picture_at

_RATE = Fraction(24)
_SIZE = Size(96, 64)


def footage(path: Path, frames: int) -> Path:
    """A bar that walks four pixels a frame over a soft ground, with grain."""
    random = np.random.default_rng(3)
    path.parent.mkdir(parents=True, exist_ok=True)
    with VideoWriter(path, _SIZE, _RATE, timecode=Timecode(2400, _RATE), crf=4) as writer:
        for index in range(frames):
            picture = np.full((_SIZE.height, _SIZE.width, 3), 60.0)
            picture[:, index * 2 : index * 2 + 8] = 200
            picture += random.normal(0, 6, picture.shape)
            writer.write(np.clip(picture, 0, 255).astype(np.uint8))
    return path


def bar(picture: np.ndarray) -> float:
    """Where the bar is, in pixels: by its weight over the ground."""
    columns = np.asarray(picture, np.float64).mean(axis=(0, 2))
    weight = np.clip(columns - (columns.min() + columns.max()) / 2, 0, None)
    return float((weight * np.arange(len(columns))).sum() / weight.sum())


@pytest.mark.parametrize("foreign", [False, True])
def test_a_denoised_clip_shows_the_same_moment_at_every_frame_of_the_cut(tmp_path: Path, foreign: bool) -> None:
    production = Production.create(tmp_path / "film", "Film", _RATE, _SIZE)
    desk = ProductionDesk(production)
    sim = Simulator("21.0.4-studio", tmp_path / "resolve")
    sim.new_project("24", "Film", (_SIZE.width, _SIZE.height))
    timeline = sim.timeline("Edit")
    media = sim.import_media(footage(production.root / "editorial" / "SH010" / "SH010_T01.mov", 30))
    if not foreign:
        media.third_party |= {ID_KEYS["shot"]: "SH010", ID_KEYS["production"]: "p"}
    item = sim.add_clip(media, at=50, frames=10, source=9)
    sim.playhead(55)
    first = timeline.start + 50
    before = [picture_at(sim.app, timeline, frame) for frame in range(first, first + 10)]

    send.ACTION.run(open_session(sim.globals()), desk, {"treatment": "denoise", "handles": "6"})
    outcome = bring_back.ACTION.run(open_session(sim.globals()), desk, {})

    assert outcome.details["returned"] == 1, outcome
    after = [picture_at(sim.app, timeline, frame) for frame in range(first, first + 10)]
    assert item.take == 2
    assert [bar(one) for one in after] == pytest.approx([bar(one) for one in before], abs=0.8)
    ground = [float(one[:, 60:].std()) for one in (before[0], after[0])]
    assert ground[1] < 0.85 * ground[0]  # it is the denoised picture that is seen
    assert item.media is not None
    frames = [to_uint8(one) for one in read_video(Path(item.media.path))]
    assert len(frames) == 6 + 10 + 6
    # One frame beside the cut would be two pixels off.
    assert [bar(one) for one in frames] == pytest.approx([2 * index + 3.5 for index in range(3, 25)], abs=1)
    assert item.media.start == 2400 + 3
