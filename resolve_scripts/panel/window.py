"""The panel's window: UIManager elements made once, then filled from the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from resolve_scripts.actions.registry import Entry
from resolve_scripts.panel.model import COLUMNS, LABELS, PanelModel, bar, row_texts
from rushes.contracts.clip import Treatment

__all__ = ["ID", "Window", "button_id"]

ID = "RushesPanel"
_SLOTS = 2
"""Fields for settings of a treatment."""
_WIDE = 3
"""Buttons in a row."""
_WIDTHS = (90, 160, 80, 60, 200)
"""Of the columns, pixels."""
_TYPED = {"ReturnPressed": True, "EditingFinished": True}
_PICKED = {"ItemClicked": True, "CurrentItemChanged": True}
"""Events that these elements send only when they are asked to."""
_TREATMENTS = tuple(Treatment)


def button_id(entry: Entry) -> str:
    """Of an action's button."""
    return f"Run_{entry.id}"


class Window:
    """The elements. Nothing is decided here, and nothing of Resolve's project is touched."""

    def __init__(self, ui: Any, dispatcher: Any, model: PanelModel, entries: Sequence[Entry]) -> None:
        self.model = model
        self._entries = entries
        self._shown: dict[str, Any] = {}
        self._rows: tuple[Any, ...] | None = None
        self._filling = False
        title = {"ID": ID, "WindowTitle": "Rushes", "Geometry": [120, 120, 520, 860]}
        self.window = dispatcher.AddWindow(title, _layout(ui, entries))
        self._items: Any = self.window.GetItems()
        self._head(self._items["Takes"])
        for treatment in _TREATMENTS:
            self._items["Treatment"].AddItem(LABELS[treatment])
        self.refresh()
        self.window.Show()

    @staticmethod
    def _head(tree: Any) -> None:
        """Titles and widths of the columns, the way scripts in the field do it."""
        header = tree.NewItem()
        for column, title in enumerate(COLUMNS):
            header.Text[column] = title
        tree.SetHeaderItem(header)
        tree.ColumnCount = len(COLUMNS)
        widths = tree.ColumnWidth
        for column, width in enumerate(_WIDTHS):
            if widths is not None:
                widths[column] = width

    def on(self, who: str, event: str, handler: Callable[[dict[str, Any]], None]) -> None:
        """Call `handler` for an event of an element, or of the window (`ID`).

        What our own filling of a list sets off is not the editor's choice, and is left out.
        """

        def unless_filled(event: dict[str, Any]) -> None:
            if not self._filling:
                handler(event)

        setattr(getattr(self.window.On, who), event, unless_filled)

    def value(self, who: str) -> str:
        """What stands in a field."""
        return str(self._items[who].Text or "")

    def number(self, who: str) -> int:
        """The entry of a ComboBox, from 0."""
        return int(self._items[who].CurrentIndex or 0)

    def picked(self) -> str:
        """Id of the take in the list's current row; empty when there is none."""
        row = self._items["Takes"].CurrentItem()
        return str(row.Text[1]) if row is not None else ""

    def slots(self) -> dict[str, str]:
        """What was typed into the settings of the treatment."""
        return {one.name: self.value(f"Setting{place}") for place, one in enumerate(self.model.fields()[:_SLOTS])}

    def show_treatment(self) -> None:
        """Fields of the treatment that was chosen, with their defaults."""
        fields = self.model.fields()
        for place in range(_SLOTS):
            one = fields[place] if place < len(fields) else None
            self._put(f"SettingName{place}", "Text", one.label if one else "")
            self._put(f"SettingName{place}", "Hidden", one is None)
            self._put(f"Setting{place}", "Hidden", one is None)
            self._items[f"Setting{place}"].Text = self.model.settings.get(one.name, one.default) if one else ""
            self._put(f"Setting{place}", "PlaceholderText", one.hint if one else "")

    def refresh(self) -> None:
        """Bring every element to what the model says; elements that say so already are left alone."""
        model = self.model
        self._put("Project", "Text", model.project)
        self._put("Production", "Text", model.production)
        self._filling = True
        try:
            self._fill_shots()
            self._fill_takes()
        finally:
            self._filling = False
        for entry in self._entries:
            self._put(button_id(entry), "Enabled", not model.busy)
        for who in ("Choose", "Send", "Refresh"):
            self._put(who, "Enabled", not model.busy)
        for who in ("Keep", "Reject", "Undecided"):
            self._put(who, "Enabled", bool(model.chosen))
        self._put("Cancel", "Enabled", model.busy)
        self._put("Progress", "Text", bar(model.fraction) if model.busy else "")
        self._put("Message", "Text", model.message)
        self._put("Jobs", "Text", model.engine)

    def _put(self, who: str, name: str, value: Any) -> None:
        key = f"{who}.{name}"
        if self._shown.get(key, ...) != value:
            self._shown[key] = value
            setattr(self._items[who], name, value)

    def _fill_shots(self) -> None:
        shots = self.model.shots()
        if self._shown.get("shots") == shots:
            return
        self._shown["shots"] = shots
        box = self._items["Shot"]
        box.Clear()
        for shot in shots:
            box.AddItem(shot)
        box.CurrentIndex = shots.index(self.model.shot)

    def _fill_takes(self) -> None:
        rows = self.model.rows()
        if rows == self._rows:
            return
        self._rows = rows
        tree = self._items["Takes"]
        tree.Clear()
        for take in rows:
            item = tree.NewItem()
            for column, text in enumerate(row_texts(take)):
                item.Text[column] = text
            tree.AddTopLevelItem(item)
            if take.id == self.model.chosen:
                tree.SetCurrentItem(item)


def _layout(ui: Any, entries: Sequence[Entry]) -> Any:
    low = {"Weight": 0}
    buttons = [
        ui.Button({"ID": button_id(entry), "Text": entry.label, "ToolTip": entry.about, "Weight": 1})
        for entry in entries
    ]
    grid = [ui.HGroup(dict(low), buttons[at : at + _WIDE]) for at in range(0, len(buttons), _WIDE)]
    settings = [
        part
        for place in range(_SLOTS)
        for part in (
            ui.Label({"ID": f"SettingName{place}", "Weight": 0}),
            ui.LineEdit({"ID": f"Setting{place}", "Weight": 1}),
        )
    ]
    return ui.VGroup(
        {"Spacing": 6},
        [
            ui.HGroup(dict(low), [ui.Label({"ID": "Project", "Weight": 1}), _button(ui, "Refresh", "Refresh")]),
            ui.HGroup(
                dict(low),
                [
                    ui.Label({"Text": "Production", "Weight": 0}),
                    ui.LineEdit(
                        {
                            "ID": "Production",
                            "PlaceholderText": "folder of the production",
                            "Events": _TYPED,
                            "Weight": 1,
                        }
                    ),
                    _button(ui, "Choose", "Choose…"),
                ],
            ),
            ui.HGroup(
                dict(low), [ui.Label({"Text": "Takes of", "Weight": 0}), ui.ComboBox({"ID": "Shot", "Weight": 1})]
            ),
            ui.Tree(
                {"ID": "Takes", "Events": _PICKED, "RootIsDecorated": False, "AlternatingRowColors": True, "Weight": 1}
            ),
            ui.HGroup(
                dict(low),
                [
                    _button(ui, "Keep", "✓ Keep", 1),
                    _button(ui, "Reject", "✗ Reject", 1),
                    _button(ui, "Undecided", "Undecided", 1),
                ],
            ),
            *grid,
            ui.HGroup(
                dict(low),
                [ui.Label({"Text": "Send for", "Weight": 0}), ui.ComboBox({"ID": "Treatment", "Weight": 1}), *settings],
            ),
            ui.HGroup(dict(low), [_button(ui, "Send", "Send Clips", 1), _button(ui, "Cancel", "Cancel", 1)]),
            ui.Label({"ID": "Progress", **low}),
            ui.Label({"ID": "Message", "WordWrap": True, **low}),
            ui.Label({"ID": "Jobs", "WordWrap": True, **low}),
        ],
    )


def _button(ui: Any, id: str, text: str, weight: int = 0) -> Any:
    return ui.Button({"ID": id, "Text": text, "Weight": weight})
