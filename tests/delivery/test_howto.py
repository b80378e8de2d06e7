"""The page and the words that go with a delivery."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from rushes.delivery.howto import Facts, readme_text, steps
from rushes.delivery.howto_page import Poster, page_pdf

ALL = {
    "otio": ("c.otio",),
    "fcp7": ("c.xml",),
    "edl": ("c_V1.edl", "c_V2.edl"),
    "markers": ("c_markers.edl",),
    "srt": ("c.srt",),
    "csv": ("c.csv",),
    "cdl": ("c.ccc", *(f"cdl/{n}.cdl" for n in range(9))),
    "lut": ("luts/x.rec709.cube",),
}
FACTS = Facts(
    "Cut", "Film", "2026-11-21", "24 fps", "24", "01:00:00:00", "00:01:00:00", "1920×1080", 3, 1, 3, 0.5, "/m", ALL
)


def test_every_file_has_its_step() -> None:
    picked = [step.picked for step in steps(FACTS)]
    assert picked == ["Timeline frame rate: 24", "c.otio", "media", "c.csv", "c_V1.edl", "luts/x.rec709.cube", "c.srt",
                      "OTIO or FCP 7 XML"]  # fmt: skip
    bare = {k: v for k, v in ALL.items() if k in ("otio", "fcp7", "markers")}
    assert [s.title for s in steps(replace(FACTS, files=bare))] == [
        "Set the frame rate first",
        "Import the cut",
        "Clips offline? Relink",
        "Markers on your own timeline",
        "Send it back",
    ]


def test_the_readme_tells_steps_files_and_notes() -> None:
    text = readme_text(replace(FACTS, setting="29.97 DF", purposes={"cdl": "primary grades"}, notes=("Mind the gap.",)))
    lines = text.split("\r\n")
    assert max(map(len, lines)) <= 130
    assert "   File > Project Settings… > Master Settings > Timeline frame rate: 29.97 DF" in lines
    assert [line for line in lines if "primary grades" in line] == ["c.ccc               primary grades"]
    assert "… and 7 more" in text
    assert "AI-generated: 50% of the picture." in text
    assert "- Mind the gap." in lines


@pytest.mark.parametrize("count", [0, 1, 40])
def test_the_page_is_one_page_whatever_there_is(count: int) -> None:
    picture = np.full((90, 160, 3), 90, np.uint8)
    posters = [Poster(picture if n % 2 else None, "海_SH010_T01_" + "x" * n, "01:00:00:00", True) for n in range(count)]
    title = "Nacht – 夜 " * 12
    data = page_pdf(replace(FACTS, title=title, clips=count, media_folder="/a/very/long" * 30), posters)
    assert data.startswith(b"%PDF-")
    assert re.search(rb"/Count 1\b", data)
    assert data == page_pdf(replace(FACTS, title=title, clips=count, media_folder="/a/very/long" * 30), posters)
