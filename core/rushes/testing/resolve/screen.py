"""The UIManager of the double: windows and elements as records, and the hands of a user to press them.

`Screen` is the user's side (`screen(app)`): what a test presses is delivered at the script's next step of the loop.
"""

# ruff: noqa: N802

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from rushes.testing.resolve.elements import ASKED, KINDS, Element, Row, Window
from rushes.testing.resolve.state import App

__all__ = ["Dispatcher", "Element", "Row", "Screen", "UIManager", "Window", "screen"]

IDLE = 400
"""Steps without anything to do after which the double says that the script never ends."""


class UIManager:
    """`fusion.UIManager`: makes elements."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __getattr__(self, kind: str) -> Any:
        if kind not in KINDS:
            self._app.misuse.append(f"UIManager has no {kind}")
            return None

        def make(*parts: Any) -> Element:
            properties: dict[str, Any] = {}
            children: list[Element] = []
            for part in parts:
                if isinstance(part, dict):
                    children += [each for each in part.values() if isinstance(each, Element)]
                    properties |= {key: value for key, value in part.items() if isinstance(key, str)}
                elif isinstance(part, (list, tuple)):
                    children += [each for each in part if isinstance(each, Element)]
                elif isinstance(part, Element):
                    children.append(part)
                elif isinstance(part, (int, float)):
                    properties["Weight"] = part
            return Element(self._app, kind, properties, children)

        return make

    def FindWindow(self, name: str) -> Window | None:
        """An open window by id."""
        return next((each for each in screen(self._app).windows if each._values.get("ID") == name and each.shown), None)


class Dispatcher:
    """`bmd.UIDispatcher(ui)`: opens windows and runs the loop."""

    def __init__(self, app: App, ui: Any) -> None:
        self._app = app
        self._ui = ui
        self._running = False

    def AddWindow(self, properties: dict[str, Any], content: Any) -> Window:
        """A window around a layout."""
        children = list(content) if isinstance(content, (list, tuple)) else [content]
        window = Window(self._app, properties, [each for each in children if isinstance(each, Element)])
        screen(self._app).windows.append(window)
        return window

    def StepLoop(self, *_timeout: Any) -> None:
        """Deliver what has happened since the last step."""
        screen(self._app).step()

    def RunLoop(self) -> int:
        """Rule ui.runloop: until ExitLoop; other threads that call Resolve meanwhile never come back."""
        self._running = True
        self._app.loop_thread = threading.get_ident()
        try:
            while self._running:
                screen(self._app).step()
        finally:
            self._app.loop_thread = None
        return 0

    def ExitLoop(self, _code: int = 0) -> None:
        """End RunLoop."""
        self._running = False


class Screen:
    """What a user sees and does."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.windows: list[Window] = []
        self.plan: list[Callable[[], Any]] = []
        """What the user will do, one thing a step."""
        self._events: list[tuple[Window, str, str, dict[str, Any]]] = []
        self._idle = 0

    @property
    def window(self) -> Window:
        """The last one that is open. LookupError when there is none."""
        for each in reversed(self.windows):
            if each.shown:
                return each
        raise LookupError("no window is open")

    def step(self) -> None:
        """One turn of the script's loop. RuntimeError when nothing happened for `IDLE` turns: nobody will end it."""
        if self.plan:
            self.plan.pop(0)()
        events, self._events = self._events, []
        self._idle = 0 if events or self.plan else self._idle + 1
        if self._idle > IDLE:
            raise RuntimeError("the script waits for a user who does nothing more")
        for window, who, what, more in events:
            function = window.On[who].__dict__.get(what)
            if function is not None:
                function({"who": who, "what": what, "window": window, **more})

    def element(self, name: str) -> Element:
        """By id, in the open window. LookupError when it is not there."""
        found = self.window.Find(name)
        if found is None:
            raise LookupError(f"the window has no {name}: {sorted(self.window.GetItems())}")
        return found

    def happen(self, window: Window, name: str, what: str, **more: Any) -> None:
        """Something for the script's next step. Rule ui.events: some only where the element asks for them."""
        element = window.Find(name)
        asked = (element._values.get("Events") or {}) if element is not None else {}
        if what not in ASKED or asked.get(what):
            self._events.append((window, name, what, more))

    def _happen(self, name: str, what: str, **more: Any) -> None:
        self.happen(self.window, name, what, **more)

    def click(self, name: str) -> None:
        """Press a button, or tick a box. LookupError when it is greyed out or hidden, as nobody could press it."""
        element = self.element(name)
        if not element.Enabled or element.Hidden or not element.Visible:
            raise LookupError(f"{name} cannot be pressed")
        if element._kind == "CheckBox":
            element.Checked = not element.Checked
        self._happen(name, "Clicked", On=element._values.get("Checked", False))

    def write(self, name: str, text: str) -> None:
        """Type into a field."""
        element = self.element(name)
        setattr(element, "PlainText" if element._kind == "TextEdit" else "Text", text)
        self._happen(name, "TextChanged", Text=text)
        self._happen(name, "TextEdited", Text=text)

    def enter(self, name: str) -> None:
        """Press Return in a field."""
        self._happen(name, "ReturnPressed")
        self._happen(name, "EditingFinished")

    def choose(self, name: str, choice: int | str) -> None:
        """Pick an entry of a ComboBox or a tab, by number from 0 or by text."""
        element = self.element(name)
        element.CurrentIndex = element._texts.index(choice) if isinstance(choice, str) else choice
        self._happen(name, "CurrentChanged" if element._kind == "TabBar" else "CurrentIndexChanged")

    def value(self, name: str, number: float) -> None:
        """Move a slider or spin a box."""
        self.element(name).Value = number
        self._happen(name, "ValueChanged", Value=number)

    def pick_row(self, name: str, index: int, *, double: bool = False) -> None:
        """Click a row of a tree, from 0."""
        tree = self.element(name)
        for row in tree._rows:
            row.Selected = False
        tree.SetCurrentItem(tree._rows[index])
        self._happen(name, "ItemDoubleClicked" if double else "ItemClicked", item=tree._rows[index], column=0)
        self._happen(name, "CurrentItemChanged", item=tree._rows[index])

    def close(self) -> None:
        """Close the open window."""
        self._happen(str(self.window._values.get("ID")), "Close")

    def text(self, name: str) -> str:
        """What an element says."""
        values = self.element(name)._values
        for key in ("Text", "PlainText", "HTML", "CurrentText"):
            if key in values:
                return str(values[key])
        return ""

    def rows(self, name: str) -> list[list[str]]:
        """The texts of a tree, row by row."""
        return [[row.Text[column] for column in sorted(row.Text)] for row in self.element(name)._rows]


def screen(app: App) -> Screen:
    """The screen of an application."""
    return app.extra.setdefault("screen", Screen(app))
