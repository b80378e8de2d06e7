"""Draws the Resolve panel: python tools/draw_panel.py [--out docs/pictures/resolve_panel.png]

A drawing, not a photograph: the panel runs in the double of Resolve, and its elements are painted by their kind, order
and weight. It shows what is there and what it says; a real Resolve draws it with its own widgets.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "core")]

import rushes  # noqa: E402 - the path is set above
from resolve_scripts.actions.registry import builtin_registry  # noqa: E402
from resolve_scripts.host.session import open_session  # noqa: E402
from resolve_scripts.panel.panel import Panel  # noqa: E402
from resolve_scripts.store import Store  # noqa: E402
from rushes.client import Client  # noqa: E402
from rushes.contracts import (  # noqa: E402
    Brief,
    EngineInfo,
    JobRequest,
    JobState,
    JobStatus,
    ProductionInfo,
    ProductionState,
    Rating,
    Size,
    TakeRow,
)
from rushes.testing.resolve import Simulator  # noqa: E402
from rushes.testing.resolve.screen import Element, screen  # noqa: E402
from rushes.testing.transport import FakeTransport  # noqa: E402

WIDTH, HEIGHT, ROW, GAP = 520, 860, 28, 6
GROUND, FIELD, BUTTON, LINE, TEXT, GREY, BLUE = (
    "#28282e",
    "#1b1b1f",
    "#3c3c44",
    "#50505a",
    "#d8d8dc",
    "#77777f",
    "#2f5f95",
)
LABEL = "Drawn from the panel's elements, not photographed in Resolve."
COLUMNS = (70, 170, 90, 60, 130)


def take(shot: str, number: int, rating: Rating, notes: str = "", frames: int = 96) -> TakeRow:
    """A take of the picture."""
    id = f"261121-10{number:02d}12-x7k2q9"
    brief, size = Brief(subject="harbour"), Size(1280, 720)
    folder = f"/film/takes/{shot}/{id}"
    made = f"2026-11-21T10:{number:02d}:12Z"
    return TakeRow(
        id, shot, made, number, rating, notes, "house", frames, Fraction(24), size, brief, "", "Camera", None,
        folder, f"{folder}/clip.mp4", f"{folder}/poster.png", None, 61.0, None,
    )  # fmt: skip


TAKES = (
    take("010 Arrival", 1, Rating.REJECTED, "boat drifts"),
    take("010 Arrival", 4, Rating.UNDECIDED),
    take("010 Arrival", 9, Rating.KEPT, "this one"),
    take("020 Quay", 2, Rating.KEPT, "", 72),
    take("020 Quay", 6, Rating.UNDECIDED, "", 72),
    take("030 Overlook", 3, Rating.KEPT, "warmer sky?", 144),
)


def answer(method: str, path: str, data: Any) -> Any:
    """A double of the engine."""
    place = urlparse(path).path
    if place == "/info":
        return EngineInfo(rushes.__version__, 1, 1, "/", 0.0)
    if place == "/production":
        info = ProductionInfo("/film", "p", "Harbour", Fraction(24), Size(1280, 720), (), True)
        return ProductionState(info, "1", ())
    if place == "/production/takes":
        return TAKES
    request = JobRequest("clip", {"treatment": "upscale", "shot": "020 Quay"})
    return (JobStatus("j", request, JobState.RUNNING, 0.0, progress=0.42),)


class Painter:
    """Paints elements into a box: groups share out their room by weight, as Qt does."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH, HEIGHT + 60), GROUND)
        self.draw = ImageDraw.Draw(self.image)
        self.font = ImageFont.truetype("DejaVuSans.ttf", 13)

    def paint(self, one: Element, box: tuple[int, int, int, int]) -> None:
        """An element and what is in it; left, top, right, bottom in pixels."""
        kind = one._kind
        if kind in ("VGroup", "HGroup"):
            self._group(one, box, down=kind == "VGroup")
        elif not one.Hidden:
            getattr(self, f"_{kind.lower()}")(one, box)

    def _group(self, one: Element, box: tuple[int, int, int, int], *, down: bool) -> None:
        shown = [child for child in one._children if not child.Hidden]
        fixed = [self._height(child) if down else self._width(child) for child in shown]
        stretch = [0 if child._values.get("Weight", 1) == 0 else 1 for child in shown]
        if not any(stretch):
            stretch = [1] * len(shown)
        left, top, right, bottom = box
        whole = (bottom - top if down else right - left) - GAP * (len(shown) - 1)
        spare = whole - sum(size for size, grows in zip(fixed, stretch) if down and not grows)
        if not down:
            spare = whole - sum(fixed)
        at = top if down else left
        for child, size, grows in zip(shown, fixed, stretch):
            share = spare // sum(stretch) if grows else 0
            length = (share if grows else size) if down else size + share
            inner = (left, at, right, at + length) if down else (at, top, at + length, bottom)
            self.paint(child, inner)
            at += length + GAP

    def _height(self, one: Element) -> int:
        if one._kind == "Label":
            return ROW * (2 if one._values.get("WordWrap") else 1) - 8
        return ROW

    def _width(self, one: Element) -> int:
        if one._kind in ("LineEdit", "ComboBox", "Tree"):
            return 60
        return int(self.draw.textlength(str(one.Text or ""), self.font)) + (22 if one._kind == "Button" else 14)

    def _write(self, text: str, box: tuple[int, int, int, int], color: str = TEXT, *, middle: bool = False) -> None:
        left, top, right, bottom = box
        while text and self.draw.textlength(text, self.font) > right - left - 6:
            text = text.removesuffix("…")[:-1] + "…"
        anchor, x = ("mm", (left + right) // 2) if middle else ("lm", left + 5)
        self.draw.text((x, (top + bottom) // 2), text, color, self.font, anchor)

    def _label(self, one: Element, box: tuple[int, int, int, int]) -> None:
        self._write(str(one.Text or ""), box)

    def _button(self, one: Element, box: tuple[int, int, int, int]) -> None:
        self.draw.rounded_rectangle(box, 4, BUTTON if one.Enabled else GROUND, LINE)
        self._write(one.Text, box, TEXT if one.Enabled else GREY, middle=True)

    def _lineedit(self, one: Element, box: tuple[int, int, int, int]) -> None:
        self.draw.rounded_rectangle(box, 3, FIELD, LINE)
        self._write(one.Text or one._values.get("PlaceholderText", ""), box, TEXT if one.Text else GREY)

    def _combobox(self, one: Element, box: tuple[int, int, int, int]) -> None:
        self.draw.rounded_rectangle(box, 3, BUTTON, LINE)
        self._write(str(one._values.get("CurrentText", "")), box)
        self.draw.text((box[2] - 12, (box[1] + box[3]) // 2), "▾", TEXT, self.font, "mm")

    def _tree(self, one: Element, box: tuple[int, int, int, int]) -> None:
        self.draw.rectangle(box, FIELD, LINE)
        header = one._values["_header"]
        rows = [(header.Text, GREY, False), *[(row.Text, TEXT, row is one._current) for row in one._rows]]
        for number, (texts, color, chosen) in enumerate(rows):
            top = box[1] + number * 24
            if chosen:
                self.draw.rectangle((box[0] + 1, top, box[2] - 1, top + 23), BLUE)
            left = box[0]
            for column, width in enumerate(COLUMNS):
                self._write(texts.get(column, ""), (left, top, left + width, top + 24), color)
                left += width


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw the Resolve panel.")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures" / "resolve_panel.png")
    out: Path = parser.parse_args(arguments).out
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sim = Simulator("21.0.4-studio", folder / "sim")
        sim.new_project(name="Harbour edit")
        (folder / "film").mkdir()
        (folder / "film" / "production.json").write_text("{}")
        store = Store(folder / "data")
        store.bind(sim.project.uid, str(folder / "film"))
        client = Client(FakeTransport(answer))
        panel = Panel(open_session(sim.globals()), builtin_registry(), store=store, client=lambda: client)
        user = screen(sim.app)

        def look() -> None:
            if not panel.model.takes:
                user.plan.insert(0, look)
                time.sleep(0.01)

        def draw() -> None:
            painter = Painter()
            user.element("Production").Text = "/films/harbour"
            painter.draw.rectangle((0, 0, WIDTH, 30), "#3a3a42")
            painter._write("Rushes", (0, 0, WIDTH, 30), middle=True)
            painter.paint(user.window._children[0], (10, 40, WIDTH - 10, HEIGHT + 20))
            painter._write(LABEL, (0, HEIGHT + 30, WIDTH, HEIGHT + 56), GREY, middle=True)
            out.parent.mkdir(parents=True, exist_ok=True)
            painter.image.save(out)

        pick = [lambda: user.pick_row("Takes", 0), lambda: user.choose("Treatment", "Upscale"), lambda: None]
        user.plan += [look, lambda: None, *pick, draw, user.close]
        panel.run()
    print(f"[panel] {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
