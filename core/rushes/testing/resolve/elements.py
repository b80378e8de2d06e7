"""Windows and elements of the double's UIManager, as records."""

# ruff: noqa: N802

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rushes.testing.resolve.state import App

__all__ = ["ASKED", "KINDS", "Element", "Row", "Window"]

_COMMON_NAMES = (
    "ID Weight Enabled Hidden Visible ToolTip MinimumSize MaximumSize FixedSize StyleSheet Events Font Geometry "
    "WindowTitle WindowFlags Alignment MinimumHeight MaximumHeight MinimumWidth MaximumWidth"
)
_COMMON = frozenset(_COMMON_NAMES.split())
KINDS: dict[str, str] = {
    "HGroup": "Spacing Margin ContentsMargins",
    "VGroup": "Spacing Margin ContentsMargins",
    "HGap": "",
    "VGap": "",
    "Stack": "CurrentIndex",
    "Label": "Text WordWrap Indent FrameStyle OpenExternalLinks Buddy",
    "Button": "Text Icon IconSize Checkable Checked Flat Down",
    "CheckBox": "Text Checked Tristate CheckState Checkable",
    "ComboBox": "CurrentIndex CurrentText Editable",
    "SpinBox": "Value Minimum Maximum SingleStep Prefix Suffix",
    "DoubleSpinBox": "Value Minimum Maximum SingleStep Prefix Suffix Decimals",
    "Slider": "Value Minimum Maximum SingleStep PageStep Orientation Integer",
    "LineEdit": "Text PlaceholderText ReadOnly MaxLength EchoMode",
    "TextEdit": "PlainText HTML PlaceholderText ReadOnly Text LineWrapMode",
    "TabBar": "CurrentIndex",
    "Tree": "ColumnCount HeaderHidden SortingEnabled SelectionMode AlternatingRowColors RootIsDecorated ColumnWidth",
    "ColorPicker": "Text Color",
    "Timer": "Interval SingleShot",
}
"""Element → its own properties."""
_EVENTS_NAMES = (
    "Clicked Pressed Released Toggled Close Show Hide Timeout TextChanged TextEdited EditingFinished ReturnPressed "
    "CurrentIndexChanged CurrentTextChanged ValueChanged CurrentChanged CurrentItemChanged ItemClicked "
    "ItemDoubleClicked ItemActivated ItemChanged ItemSelectionChanged KeyPress KeyRelease Resize"
)
_EVENTS = frozenset(_EVENTS_NAMES.split())


ASKED = frozenset(
    ("ReturnPressed", "EditingFinished", "TextEdited", "ItemClicked", "ItemDoubleClicked", "CurrentItemChanged")
)
"""Events that come only where the element's `Events` switch them on (rule ui.events)."""


class Element:
    """A widget: its properties are attributes. An unknown property is None and noted in `App.misuse`."""

    _app: App
    _kind: str
    _known: set[str]
    _values: dict[str, Any]
    _children: list[Element]
    _texts: list[str]
    _rows: list[Row]
    _current: Row | None
    _window: Window | None

    def __init__(self, app: App, kind: str, properties: dict[str, Any], children: list[Element]) -> None:
        put = object.__setattr__
        put(self, "_app", app)
        put(self, "_kind", kind)
        put(self, "_known", {*_COMMON, *KINDS.get(kind, "").split()})
        put(self, "_values", {})
        put(self, "_children", children)
        put(self, "_texts", [])
        put(self, "_rows", [])
        put(self, "_current", None)
        put(self, "_window", None)
        if kind == "Tree":
            self._values["ColumnWidth"] = {}
        for name, value in properties.items():
            setattr(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in self._known:
            self._app.misuse.append(f"{self._kind} has no {name}")
            return None
        default = {"Text": "", "PlainText": "", "Checked": False, "Enabled": True, "Visible": True, "Hidden": False}
        return self._values.get(name, default.get(name))

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._known:
            self._app.misuse.append(f"{self._kind} has no {name}")
            return
        self._values[name] = value
        if self._kind == "ComboBox" and name in ("CurrentIndex", "CurrentText"):
            self._pick(name, value)

    def _pick(self, name: str, value: Any) -> None:
        if name == "CurrentIndex" and 0 <= value < len(self._texts):
            self._values["CurrentText"] = self._texts[value]
        if name == "CurrentText" and value in self._texts:
            self._values["CurrentIndex"] = self._texts.index(value)

    def _only(self, *kinds: str) -> None:
        """Note a method that this kind of element does not have."""
        if self._kind not in kinds:
            self._app.misuse.append(f"a {self._kind} is no {' or '.join(kinds)}")

    def _walk(self) -> Iterator[Element]:
        yield self
        for child in self._children:
            yield from child._walk()

    def _changed(self) -> None:
        """A choice that the script itself changed is told to it too."""
        window = self._window
        if self._kind == "ComboBox" and window is not None and window.shown:
            self._app.extra["screen"].happen(window, str(self._values.get("ID")), "CurrentIndexChanged")

    # ComboBox, TabBar

    def AddItem(self, text: str) -> None:
        """One more choice."""
        self._only("ComboBox", "TabBar")
        self._texts.append(text)
        if len(self._texts) == 1:
            self._values.update({"CurrentIndex": 0, "CurrentText": text})
            self._changed()

    def AddItems(self, texts: list[str]) -> None:
        """More choices."""
        for text in texts:
            self.AddItem(text)

    def AddTab(self, text: str) -> int:
        """One more tab."""
        self._only("TabBar")
        self.AddItem(text)
        return len(self._texts) - 1

    def Count(self) -> int:
        """Of choices or tabs."""
        self._only("ComboBox", "TabBar")
        return len(self._texts)

    def ItemText(self, index: int) -> str:
        """Of a choice."""
        self._only("ComboBox", "TabBar")
        return self._texts[index] if 0 <= index < len(self._texts) else ""

    def Clear(self) -> None:
        """No choices, no rows, no text."""
        self._texts.clear()
        self._rows.clear()
        object.__setattr__(self, "_current", None)
        for name in ("CurrentIndex", "CurrentText", "Text", "PlainText", "HTML"):
            self._values.pop(name, None)

    # TextEdit

    def Append(self, text: str) -> None:
        """A line at the end."""
        self._only("TextEdit")
        before = self._values.get("PlainText", "")
        self._values["PlainText"] = f"{before}\n{text}" if before else text

    # Tree

    def NewItem(self) -> Row:
        """A row that is not in the tree yet."""
        self._only("Tree")
        return Row()

    def SetHeaderItem(self, row: Row) -> None:
        """Titles of the columns."""
        self._only("Tree")
        self._values["_header"] = row

    def SetHeaderLabels(self, labels: list[str]) -> None:
        """Titles of the columns."""
        header = Row()
        for column, label in enumerate(labels):
            header.Text[column] = label
        self.SetHeaderItem(header)

    def AddTopLevelItem(self, row: Row) -> None:
        """Put a row at the end."""
        self._only("Tree")
        self._rows.append(row)

    def AddTopLevelItems(self, rows: list[Row]) -> None:
        """Put rows at the end."""
        self._only("Tree")
        self._rows.extend(rows)

    def TopLevelItem(self, index: int) -> Row | None:
        """By number from 0."""
        self._only("Tree")
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def TopLevelItemCount(self) -> int:
        """How many rows."""
        self._only("Tree")
        return len(self._rows)

    def CurrentItem(self) -> Row | None:
        """The row the user is on."""
        self._only("Tree")
        return self._current

    def SetCurrentItem(self, row: Row) -> None:
        """Go to a row."""
        self._only("Tree")
        object.__setattr__(self, "_current", row)
        row.Selected = True

    def SelectedItems(self) -> dict[int, Row]:
        """Number from 1 → row, as Fusion gives lists."""
        self._only("Tree")
        return dict(enumerate((row for row in self._rows if row.Selected), 1))

    # Timer

    def Start(self) -> None:
        """Rule ui.timer: its Timeout never comes."""
        self._only("Timer")

    def Stop(self) -> None:
        """Rule ui.timer."""
        self._only("Timer")

    def Update(self) -> None:
        """Paint again."""

    def SetFocus(self, reason: str = "") -> None:
        """Put the cursor here."""


class Row:
    """A row of a tree."""

    def __init__(self) -> None:
        self.Text: dict[int, str] = {}
        self.ToolTip: dict[int, str] = {}
        self.Icon: dict[int, Any] = {}
        self.CheckState: dict[int, str] = {}
        self.TextColor: dict[int, Any] = {}
        self.BackgroundColor: dict[int, Any] = {}
        self.Selected = False
        self.Expanded = False
        self.children: list[Row] = []

    def AddChild(self, row: Row) -> None:
        """A row below this one."""
        self.children.append(row)

    def SetData(self, column: int, role: str, value: Any) -> None:
        """Data of a column; a check state becomes `CheckState`."""
        if role == "CheckStateRole":
            self.CheckState[column] = value


class _Handlers:
    """`win.On`: by id, then by event."""

    _app: App
    _by_id: dict[str, _Handler]

    def __init__(self, app: App) -> None:
        self.__dict__["_app"] = app
        self.__dict__["_by_id"] = {}

    def __getitem__(self, who: str) -> _Handler:
        return self._by_id.setdefault(who, _Handler(self._app))

    def __getattr__(self, who: str) -> _Handler:
        return self[who]


class _Handler:
    _app: App

    def __init__(self, app: App) -> None:
        self.__dict__["_app"] = app

    def __setattr__(self, event: str, function: Callable[[dict[str, Any]], Any]) -> None:
        if event not in _EVENTS:
            self._app.misuse.append(f"there is no event {event}")
        self.__dict__[event] = function


class Window(Element):
    """A window of a script."""

    On: _Handlers
    shown: bool

    def __init__(self, app: App, properties: dict[str, Any], children: list[Element]) -> None:
        super().__init__(app, "Window", properties, children)
        put = object.__setattr__
        put(self, "On", _Handlers(app))
        put(self, "shown", False)
        for each in self._walk():
            put(each, "_window", self)

    def Show(self) -> None:
        """Bring it up."""
        object.__setattr__(self, "shown", True)

    def Hide(self) -> None:
        """Take it away."""
        object.__setattr__(self, "shown", False)

    def Raise(self) -> None:
        """Bring it to the front."""

    def RecalcLayout(self) -> None:
        """Arrange the elements again."""

    def Find(self, name: str) -> Element | None:
        """The element with this id; None when there is none."""
        return next((each for each in self._walk() if each._values.get("ID") == name), None)

    def GetItems(self) -> dict[str, Element]:
        """Id → element."""
        return {each._values["ID"]: each for each in self._walk() if each._values.get("ID") and each is not self}
