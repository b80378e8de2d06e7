"""The independent player: OpenTimelineIO → MLT (otio-mlt-adapter) → `melt` → pictures.

The adapter's file is wrong as it comes (field reports agree): source times must begin at the media's first frame and be
whole numbers, paths must be bare, and a full profile must be given. That is put right here, from what OpenTimelineIO
says of each clip and of nothing else.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import opentimelineio as otio
import pytest

from rushes.contracts import parse_rate
from rushes.media.video import read_video

from .footage import SIZE, read_code


def need_melt() -> None:
    """Skip with a reason where there is no melt, unless RUSHES_REQUIRE_MELT=1."""
    if shutil.which("melt") is None:
        if os.environ.get("RUSHES_REQUIRE_MELT") == "1":
            pytest.fail("melt is required here (RUSHES_REQUIRE_MELT=1) and not installed: apt-get install melt")
        pytest.skip("melt is not installed: apt-get install melt, or python3 tools/setup_env.py melt")


def exact(rate: float) -> Fraction:
    return parse_rate(f"{rate:.4f}" if rate != int(rate) else str(int(rate)))


def common(rates: list[Fraction]) -> Fraction:
    """The least rate that all rates divide."""
    den = math.lcm(*(r.denominator for r in rates))
    return Fraction(math.lcm(*(int(r * den) for r in rates)), den)


def shown(timeline: Any, rate: Fraction, folder: Path, track: int = 0) -> list[tuple[int, int]]:
    """(clip, frame) of every record frame of a video track, as melt plays it."""
    made = otio.schema.Timeline(name="melt")
    source = deepcopy(timeline.video_tracks()[track])
    rates = [rate] + [exact(c.media_reference.available_range.start_time.rate) for c in source.find_clips()]
    fine = common(rates)
    step = int(fine / rate)
    made.tracks.append(_rebased(source, fine))
    text = otio.adapters.write_to_string(made, "mlt_xml", **_profile(fine))
    text = re.sub(r'((?:in|out|length)="-?\d+|>-?\d+)\.0(?=["<])', r"\1", text)
    project, out = folder / "melt.mlt", folder / "melt.mkv"
    project.write_text(text, encoding="utf-8")
    command = ["melt", "-silent", str(project), "-consumer", f"avformat:{out}", "vcodec=ffv1", "an=1", "real_time=-1"]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    codes = [read_code(p) for n, p in enumerate(read_video(out)) if n % step == 0]
    out.unlink()
    return codes


def _profile(rate: Fraction) -> dict[str, str]:
    return {
        "width": str(SIZE.width),
        "height": str(SIZE.height),
        "progressive": "1",
        "sample_aspect_num": "1",
        "sample_aspect_den": "1",
        "display_aspect_num": str(SIZE.width),
        "display_aspect_den": str(SIZE.height),
        "colorspace": "709",
        "frame_rate_num": str(rate.numerator),
        "frame_rate_den": str(rate.denominator),
    }


def _ticks(time: Any, fine: Fraction) -> Fraction:
    value = Fraction(time.value).limit_denominator(100_000)
    return value * fine / exact(time.rate)


def _rebased(track: Any, fine: Fraction) -> Any:
    """The track in whole frames at a fine rate, with source times from the media's first frame."""
    made = otio.schema.Track(name="video", kind=otio.schema.TrackKind.Video)
    for item in track:
        length = _ticks(item.trimmed_range().duration, fine)
        assert length.denominator == 1, (item.name, length)
        if isinstance(item, otio.schema.Gap):
            made.append(otio.schema.Gap(source_range=_span(0, length, fine)))
            continue
        available = item.media_reference.available_range
        first = _ticks(item.source_range.start_time, fine) - _ticks(available.start_time, fine)
        speed = Fraction(1)
        for effect in item.effects:
            speed *= Fraction(effect.time_scalar).limit_denominator(1000)
        if speed < 0:  # MLT's timewarp plays the whole reversed file
            rate = exact(available.start_time.rate)
            first = _ticks(available.duration, fine) - first - fine / rate
        first /= abs(speed)
        path = re.sub(r"^file://(localhost)?", "", item.media_reference.target_url)
        clip = otio.schema.Clip(name=f"{len(made)}-{item.name}", source_range=_span(first, length, fine))
        clip.media_reference = otio.schema.ExternalReference(target_url=unquote(path))
        clip.effects.extend(deepcopy(list(item.effects)))
        made.append(clip)
    return made


def _span(start: Fraction | int, length: Fraction | int, fine: Fraction) -> Any:
    assert Fraction(start).denominator == 1, start
    rate = float(fine)
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(float(start), rate), otio.opentime.RationalTime(float(length), rate)
    )
