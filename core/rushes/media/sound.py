"""What a sound file says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error

from rushes.errors import InputError

__all__ = ["SoundInfo", "probe_sound"]


@dataclass(frozen=True)
class SoundInfo:
    """The first sound stream of a file."""

    channels: int
    sample_rate: int
    """Hertz."""
    seconds: Fraction | None
    """None where the container does not say it."""


def probe_sound(path: Path) -> SoundInfo:
    """Of the first sound stream. InputError `sound.unreadable` when there is none."""
    try:
        with av.open(str(path)) as given:
            if not given.streams.audio:
                raise _unreadable(path, "there is no sound in it")
            stream = given.streams.audio[0]
            length = None
            if stream.duration and stream.time_base:
                length = stream.duration * stream.time_base
            elif given.duration:
                length = Fraction(given.duration, av.time_base)
            return SoundInfo(stream.channels, stream.rate, length)
    except (av.error.FFmpegError, OSError) as exc:
        raise _unreadable(path, exc.strerror or exc) from exc


def _unreadable(path: Path, why: object) -> InputError:
    return InputError(
        f"{path} cannot be read as sound: {why}.", code="sound.unreadable", hint="Give a sound file that plays."
    )
