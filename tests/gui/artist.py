"""An artist at a real Blender: knows the extension's panels, and uses nothing but the mouse, the keys and the eyes."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from gui.room import ARTIST, CHECKOUT, Room
from gui.sight import Word
from gui.window import SIZE, Found, Region, Window

__all__ = ["Artist"]

DEMO = CHECKOUT / "assets" / "demo" / "harbour_street.blend"
VENVS = CHECKOUT / ".venvs"


class Artist:
    """Sits at `window`; the film lies in ~/films."""

    def __init__(self, room: Room, shots: Path) -> None:
        self.room = room
        environment = {
            "RUSHES_HOME": f"{ARTIST}/rushes",
            "RUSHES_ENGINE_PYTHON": str(VENVS / "engine" / "bin" / "python"),
            "RUSHES_BPY_PYTHON": str(VENVS / "bpy50" / "bin" / "python"),
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", ""),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.environment = {k: v for k, v in environment.items() if v}
        self.window = Window(room, shots, self.environment)
        self.film = ""
        """The .blend that is worked on, inside."""
        self._number = 0

    @property
    def sidebar(self) -> Region:
        """The 3D View's sidebar."""
        return self.window.region("VIEW_3D", "UI")

    def install(self, archive: Path) -> None:
        """Install the extension's zip with Blender's own installer."""
        shutil.copyfile(archive, self.room.home / archive.name)
        words = ["--command", "extension", "install-file", "-r", "user_default", "-e", f"{ARTIST}/{archive.name}"]
        self.room.run("blender", *words, environment=self.window.environment, timeout=240)

    def demo(self) -> str:
        """A copy of the demo scene in the artist's folder; its path inside."""
        film = self.room.home / "films" / DEMO.name
        film.parent.mkdir(exist_ok=True)
        shutil.copyfile(DEMO, film)
        self.film = self.room.inside(film)
        return self.film

    def look_through_camera(self) -> None:
        """Numpad 0 in the 3D View."""
        self.window.point(*self.window.region("VIEW_3D", "WINDOW").middle)
        self.window.key("KP_0")
        time.sleep(0.5)

    def turn_into(self, area: str, editor: str) -> None:
        """Make another editor of an area, by the menu at the left of its header."""
        header = self.window.region(area, "HEADER")
        self.window.click(header.x + 24, header.y + header.height // 2)
        time.sleep(1)
        self.click_text(editor, Region("", "", 0, 0, *SIZE, "", 0))
        time.sleep(1)

    def show_scene(self, name: str) -> None:
        """Show a scene in the window, by the menu at the right of the top bar."""
        if self.window.value("bpy.context.window_manager.windows[0].scene.name") != name:
            word = self.window.text(name, Region("", "", SIZE[0] - 400, 0, 400, 28, "", 0))
            assert word is not None, f"the scene's name cannot be read: {self.shoot('no_scene')}"
            self.window.click(word.x - 46, 14)  # the menu's icon stands before the name
            time.sleep(1)
            self.click_text(rf"^\W*{name}\W*$", Region("", "", SIZE[0] // 2, 28, SIZE[0] // 2, 260, "", 0))
            self.window.wait(f"bpy.context.window_manager.windows[0].scene.name == {name!r}", 10)

    def save(self) -> None:
        """Ctrl S."""
        self.window.point(*self.window.region("VIEW_3D", "WINDOW").middle)
        self.window.key("ctrl+s")
        self.window.wait("not bpy.data.is_dirty", 20, "a saved file")

    def shoot(self, name: str, region: Region | None = None) -> Path:
        """The next numbered photograph."""
        self._number += 1
        return self.window.shoot(f"{self._number:02d}_{name}", region)

    def open_tab(self, area: str = "VIEW_3D", tab: str = "Rushes") -> Region:
        """Open the sidebar (N) of an editor and its tab with the mouse."""
        window = self.window
        view = window.region(area, "WINDOW")
        if not any((r.area, r.region) == (area, "UI") for r in window.regions()):
            window.point(*view.middle)
            window.key("n")
            time.sleep(1.0)
        side = window.region(area, "UI")
        for y in range(side.y + 8, side.y + side.height, 18):
            if window.region(area, "UI").tab == tab:
                break
            window.click(side.x + side.width - 9, y)
        side = window.region(area, "UI")
        assert side.tab == tab, f"there is no tab {tab}: {self.shoot('no_tab')}"
        return side

    def widen(self, width: int, area: str = "VIEW_3D") -> Region:
        """Drag the sidebar's edge until it is about so wide."""
        side = self.window.region(area, "UI")
        for y, aside in ((60, 0), (60, 6), (60, -3), (60, 3), (100, 6), (200, 0)):  # the edge is thin
            start = (side.x + aside, side.y + y)
            self.window.drag(start, (side.x + side.width - width, start[1]))
            time.sleep(0.3)
            if abs(self.window.region(area, "UI").width - width) < 40:
                break
        return self.window.region(area, "UI")

    def panels(self, area: str = "VIEW_3D") -> dict[str, str]:
        """The extension's panels in the sidebar of an editor, without sub-panels: id → title."""
        space = {"VIEW_3D": "VIEW_3D", "SEQUENCE_EDITOR": "SEQUENCE_EDITOR"}[area]
        return self.window.ask("panels", space=space)

    def open_panel(self, title: str, area: str = "VIEW_3D") -> Region:
        """Open a panel and close the others: Ctrl and a click on its heading. The sidebar."""
        side = self.window.region(area, "UI")
        panel = next(i for i, t in self.panels(area).items() if t == title)
        first = next(iter(self.panels(area).values()))
        for attempt in range(6):
            if self.window.ask("drawn") == [panel]:
                break
            heading = self._heading(title, side)
            if heading is None and attempt == 0:  # below the window's edge: close the others first
                self.window.scroll(side, -30)
                heading = self._heading(first, side)
            assert heading is not None, f"the heading {title!r} cannot be read: {self.shoot('no_heading')}"
            self.window.click(heading.x, heading.y, keys="ctrl")
            time.sleep(0.5)
        assert panel in self.window.ask("drawn"), f"{title} does not open: {self.shoot('closed')}"
        return side

    def _heading(self, title: str, side: Region) -> Word | None:
        pattern = rf"^\W*([vVY]\W+)?(?-i:{re.escape(title)})\W*\d*\W*$"
        return self.window.text(pattern, side, last=True)  # fields of the same name stand in panels above

    def click_text(self, pattern: str, region: Region | None = None) -> None:
        """Click what can be read."""
        where, end = region or self.sidebar, time.monotonic() + 15
        while (word := self.window.text(pattern, where)) is None:  # menus take their time to open
            assert time.monotonic() < end, f"{pattern!r} cannot be read: {self.shoot('not_read')}"
        self.window.click(word.x, word.y)

    def press(self, operator: str, label: str = "", region: Region | None = None) -> Found:
        """Click the button that calls this operator ("rushes.generate_clip", or a part of the call).

        It is looked for at the `label` (a pattern) when that can be read, else with the mouse all over the region.
        """
        return self._click_on(lambda f: operator in f.operator, operator, label, region)

    def press_setting(self, path: str, label: str = "", region: Region | None = None) -> Found:
        """Click the button of a property whose path holds this ("show_classes")."""
        return self._click_on(lambda f: path in f.property, path, label, region)

    def _click_on(self, wanted: Callable[[Found], bool], name: str, label: str, region: Region | None) -> Found:
        where = region or self.sidebar
        word = self.window.text(label, where) if label else None
        found = self.window.under(word.x, word.y) if word else None
        if found is None or not wanted(found):
            found = self.window.search(where, wanted)
        assert found is not None, f"there is no button for {name}: {self.shoot('no_button')}"
        self.window.click(found.x, found.y)
        return found
