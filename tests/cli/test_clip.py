"""`rushes clip`, with an engine on doubles."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rushes.contracts import Size
from rushes.contracts.timecode import Timecode
from rushes.library.production import Production
from rushes.media.master import MasterWriter
from rushes.media.video import probe
from rushes.provenance.label import is_labelled

from .conftest import Shell

RATE = Fraction(30000, 1001)


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.mov"
    with MasterWriter(path, Size(64, 48), RATE, timecode=Timecode(1800, RATE, True)) as out:
        for number in range(8):
            out.write(np.full((48, 64, 3), 0.1 * number, np.float32))
    return path


def test_footage_and_a_take_come_back(shell: Shell, film: Production, footage: Path, tmp_path: Path) -> None:
    words = ("clip", "denoise", footage, "--first", "2", "--frames", "4", "--set", "strength=0.3")
    done = shell.run(*words, "--out", tmp_path / "back.mov", cwd=film.root)
    assert done.returncode == 0, done.stderr
    assert "4 frames of 64×48" in done.stdout
    info = probe(tmp_path / "back.mov")
    assert (info.frames, info.rate, info.timecode) == (4, RATE, "00:01:00;04")
    assert not is_labelled(info.metadata)
    (folder,) = (film.root / "returns").iterdir()
    assert (folder / "return.json").is_file()

    blocked = tmp_path / "back.mov" / "under_a_file.mov"
    done = shell.run(*words, "--out", blocked, cwd=film.root)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "harbour_denoise_" in done.stderr.replace("\n", "")  # what was made is named, so that nothing is lost

    shot = shell.run("shoot", "set.blend", "--shot", "010", "--frames", "1-3", cwd=film.root)
    assert shot.returncode == 0, shot.stderr
    (take,) = film.takes()
    own = film.take_folder(take.id) / "clip.mp4"
    done = shell.run("clip", "take", own, "--set", "seed=5", cwd=film.root)
    assert done.returncode == 0, done.stderr
    assert [t.seed for t in film.takes()][1:] == [5]
    assert "AI-generated" in done.stdout
    assert film.takes()[1].id in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("sharpen", "FILE"), 2, "denoise"),
        (("denoise", "gone.mov"), 1, "Relink"),
        (("denoise", "FILE", "--first", "6", "--frames", "9"), 1, "has 8"),
        (("denoise", "FILE", "--set", "strength"), 1, "--set strength=0.5"),
        (("denoise", "FILE", "--set", "loud=1"), 1, "flicker, strength"),
        (("take", "FILE"), 1, "restyle"),
        (("restyle", "FILE", "--set", "style=ink"), 1, "Wan VACE"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    shell: Shell, film: Production, footage: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = shell.run("clip", *(str(footage) if w == "FILE" else w for w in words), cwd=film.root)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
