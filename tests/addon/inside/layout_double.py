"""A double of Blender's UILayout: a panel's draw without a window, held against what this Blender knows.

Every call is looked up among the functions of the real UILayout, so a parameter, an icon or an enum value that this
version does not have is an error, as is a property, operator, menu, panel or list that does not exist.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import bpy

__all__ = ["DrawError", "LayoutDouble", "Standin", "draw", "draw_list_row"]

_UI = bpy.types.UILayout.bl_rna
_NO_ICON = {"", "NONE"}


class DrawError(AssertionError):
    """The draw asked for something that this Blender does not have."""


@dataclass
class Entry:
    """One call of the draw."""

    function: str
    arguments: dict[str, Any]


@dataclass
class _Record:
    entries: list[Entry] = field(default_factory=list)


class LayoutDouble:
    """Looks like a UILayout to a draw function. `entries` is what was drawn, over all its sub-layouts."""

    def __init__(self, record: _Record | None = None) -> None:
        object.__setattr__(self, "_record", record or _Record())
        object.__setattr__(self, "_set", {})

    @property
    def entries(self) -> list[Entry]:
        """All calls, in order."""
        return self._record.entries

    def drawn(self, function: str) -> list[dict[str, Any]]:
        """Arguments of all calls of one function."""
        return [e.arguments for e in self.entries if e.function == function]

    @property
    def texts(self) -> list[str]:
        """Everything said in words: labels and buttons with a text of their own."""
        return [str(e.arguments["text"]) for e in self.entries if e.arguments.get("text")]

    def __setattr__(self, name: str, value: Any) -> None:
        prop = _UI.properties.get(name)
        if prop is None or prop.is_readonly:
            raise DrawError(f"UILayout has no settable {name!r}")
        _check_value(prop, value, f"layout.{name}")
        self._set[name] = value

    def __getattr__(self, name: str) -> Any:
        if name in _UI.properties:
            return self._set.get(name, _default(_UI.properties[name]))
        function = _UI.functions.get(name)
        if function is None:
            raise DrawError(f"UILayout has no {name!r} in Blender {bpy.app.version_string}")

        def called(*given: Any, **named: Any) -> Any:
            return self._call(function, given, named)

        return called

    def _call(self, function: Any, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        arguments = _bind(function, given, named)
        self._record.entries.append(Entry(function.identifier, arguments))
        check = _CHECKS.get(function.identifier)
        special = check(self, arguments) if check is not None else None
        outputs = [p for p in function.parameters if p.is_output]
        if special is not None or not outputs:
            return special
        made = tuple(LayoutDouble(self._record) for _ in outputs)
        return made[0] if len(made) == 1 else made


class OperatorDouble:
    """What `layout.operator` gives: only the operator's own properties can be set, to legal values."""

    _idname: str
    _properties: Any

    def __init__(self, idname: str) -> None:
        object.__setattr__(self, "_idname", idname)
        object.__setattr__(self, "_properties", _operator(idname).properties)

    def __setattr__(self, name: str, value: Any) -> None:
        prop = self._properties.get(name)
        if prop is None:
            raise DrawError(f"operator {self._idname} has no property {name!r}")
        _check_value(prop, value, f"{self._idname}.{name}")


class Standin:
    """`self` of a draw function: the class's own methods and registered properties, with a layout double."""

    def __init__(self, cls: Any, layout: LayoutDouble, real: Any = None, **extra: Any) -> None:
        self._cls, self._real = cls, real
        self.layout = layout
        self.bl_rna = _operator(cls.bl_idname) if issubclass(cls, bpy.types.Operator) else cls.bl_rna
        self.__dict__.update(extra)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._real is not None and name in self._real.bl_rna.properties:
            return getattr(self._real, name)
        try:
            found = inspect.getattr_static(self._cls, name)
        except AttributeError:
            found = None
        if isinstance(found, types.FunctionType):
            return types.MethodType(found, self)
        if isinstance(found, property) and found.fget is not None:
            return found.fget(self)
        if name in self.bl_rna.properties and not name.startswith("bl_"):
            return _default(self.bl_rna.properties[name])
        return getattr(self._cls, name)


def draw(cls: Any, context: Any, real: Any = None, **extra: Any) -> LayoutDouble | None:
    """Draw a panel, menu, preferences or operator dialog; None when its poll says no. DrawError for what is wrong."""
    poll = getattr(cls, "poll", None)
    if poll is not None and not poll(context):
        return None
    layout = LayoutDouble()
    for name in ("draw_header", "draw_header_preset", "draw"):
        function = _own(cls, name)
        if function is not None:
            function(Standin(cls, layout, real, **extra), context)
    return layout


def draw_list_row(cls: Any, context: Any, data: Any, item: Any, active: tuple[Any, str], index: int) -> LayoutDouble:
    """Draw one row of a UIList in each of its layouts."""
    layout = LayoutDouble()
    for layout_type in ("DEFAULT", "GRID") if bpy.app.version < (5, 0) else ("DEFAULT",):
        me = _list_standin(cls, layout, layout_type)
        given = (context, LayoutDouble(layout._record), data, item, 0, active[0], active[1], index, 0)
        function = _own(cls, "draw_item")
        if function is None:
            raise DrawError(f"{cls.__name__} has no draw_item")
        function(me, *given[: len(inspect.signature(function).parameters) - 1])
    return layout


def _list_standin(cls: Any, layout: LayoutDouble, layout_type: str = "DEFAULT") -> Standin:
    return Standin(cls, layout, layout_type=layout_type, bitflag_filter_item=1 << 30, filter_name="")


def _own(cls: Any, name: str) -> Callable[..., Any] | None:
    for base in cls.__mro__:
        found = base.__dict__.get(name)
        if isinstance(found, types.FunctionType) and not base.__module__.startswith(("bpy", "_bpy")):
            return found
    return None


def _bind(function: Any, given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    inputs = [p for p in function.parameters if not p.is_output]
    name = function.identifier
    if len(given) > len(inputs):
        raise DrawError(f"layout.{name} takes {len(inputs)} values, {len(given)} were given")
    arguments = dict(zip((p.identifier for p in inputs), given, strict=False))
    known = {p.identifier: p for p in inputs}
    for key, value in named.items():
        if key not in known:
            raise DrawError(f"layout.{name} has no parameter {key!r} in Blender {bpy.app.version_string}")
        if key in arguments:
            raise DrawError(f"layout.{name} got {key!r} twice")
        arguments[key] = value
    missing = [p.identifier for p in inputs if p.is_required and p.identifier not in arguments]
    if missing:
        raise DrawError(f"layout.{name} needs {', '.join(missing)}")
    for key, value in arguments.items():
        _check_value(known[key], value, f"layout.{name}({key}=)")
    return arguments


_PLAIN: dict[str, tuple[type, ...]] = {"STRING": (str,), "BOOLEAN": (bool,), "INT": (int, bool), "FLOAT": (float, int)}


def _check_value(prop: Any, value: Any, where: str) -> None:
    if prop.type in _PLAIN:
        values = value if getattr(prop, "is_array", False) else (value,)
        if any(not isinstance(v, _PLAIN[prop.type]) for v in values):
            raise DrawError(f"{where} wants {prop.type.lower()}, not {value!r}")
    elif prop.type == "ENUM":
        legal = set(prop.enum_items.keys())
        for one in value if prop.is_enum_flag else (value,):
            if not isinstance(one, str):
                raise DrawError(f"{where} wants a word, not {one!r}")
            if legal and one not in legal and not (prop.identifier == "icon" and one in _NO_ICON):
                raise DrawError(f"{where}: Blender {bpy.app.version_string} has no {one!r}")


def _default(prop: Any) -> Any:
    if getattr(prop, "is_array", False):
        return tuple(prop.default_array)
    if prop.type == "ENUM" and prop.is_enum_flag:
        return set(prop.default_flag)
    return getattr(prop, "default", None)


def _operator(idname: str) -> Any:
    module, _, name = idname.partition(".")
    try:
        return getattr(getattr(bpy.ops, module), name).get_rna_type()
    except (KeyError, AttributeError) as exc:
        raise DrawError(f"there is no operator {idname!r}") from exc


def _has(data: Any, name: str) -> Any:
    """The property of `data`, read once so that its getters and dynamic items run."""
    if name.startswith('["') and name.endswith('"]'):
        if data.get(name[2:-2]) is None:
            raise DrawError(f"{data!r} has no custom property {name}")
        return None
    prop = data.bl_rna.properties.get(name)
    if prop is None:
        raise DrawError(f"{type(data).__name__} has no property {name!r}")
    getattr(data, name)
    return prop


def _check_prop(_: LayoutDouble, arguments: dict[str, Any]) -> None:
    _has(arguments["data"], arguments["property"])


def _check_prop_enum(_: LayoutDouble, arguments: dict[str, Any]) -> None:
    prop = _has(arguments["data"], arguments["property"])
    if prop is not None and len(prop.enum_items) and arguments["value"] not in prop.enum_items:
        raise DrawError(f"{arguments['property']} has no value {arguments['value']!r}")


def _check_prop_search(_: LayoutDouble, arguments: dict[str, Any]) -> None:
    _has(arguments["data"], arguments["property"])
    _has(arguments["search_data"], arguments["search_property"])


def _check_operator(_: LayoutDouble, arguments: dict[str, Any]) -> OperatorDouble:
    return OperatorDouble(arguments["operator"])


def _check_operator_enum(_: LayoutDouble, arguments: dict[str, Any]) -> OperatorDouble:
    made = OperatorDouble(arguments["operator"])
    if arguments["property"] not in made._properties:
        raise DrawError(f"operator {arguments['operator']} has no property {arguments['property']!r}")
    return made


def _type_check(key: str, base: str) -> Callable[[LayoutDouble, dict[str, Any]], None]:
    def check(_: LayoutDouble, arguments: dict[str, Any]) -> None:
        found = getattr(bpy.types, arguments[key], None)
        if found is None or not issubclass(found, getattr(bpy.types, base)):
            raise DrawError(f"there is no {base.lower()} {arguments[key]!r}")

    return check


def _check_list(layout: LayoutDouble, arguments: dict[str, Any]) -> None:
    _type_check("listtype_name", "UIList")(layout, arguments)
    data, name = arguments["dataptr"], arguments["propname"]
    _has(data, name)
    _has(arguments["active_dataptr"], arguments["active_propname"])
    cls, context = getattr(bpy.types, arguments["listtype_name"]), bpy.context
    rows = getattr(data, name)
    active = (arguments["active_dataptr"], arguments["active_propname"])
    for index, item in enumerate(rows):
        row = draw_list_row(cls, context, data, item, active, index)
        layout.entries.extend(row.entries)
    _check_filter(cls, context, data, name, len(rows))


def _check_filter(cls: Any, context: Any, data: Any, name: str, count: int) -> None:
    function = _own(cls, "filter_items")
    if function is None:
        return
    flags, order = function(_list_standin(cls, LayoutDouble()), context, data, name)
    if len(flags) not in (0, count) or len(order) not in (0, count):
        raise DrawError(
            f"{cls.__name__}.filter_items gives {len(flags)} flags and {len(order)} places for {count} rows"
        )
    if order and sorted(order) != list(range(count)):
        raise DrawError(f"{cls.__name__}.filter_items does not give each row a place")


_CHECKS: dict[str, Callable[[LayoutDouble, dict[str, Any]], Any]] = {
    "prop": _check_prop,
    "props_enum": _check_prop,
    "prop_menu_enum": _check_prop,
    "prop_tabs_enum": _check_prop,
    "prop_decorator": _check_prop,
    "panel_prop": _check_prop,
    "template_icon_view": _check_prop,
    "template_ID": _check_prop,
    "prop_enum": _check_prop_enum,
    "prop_search": _check_prop_search,
    "operator": _check_operator,
    "operator_menu_hold": _check_operator,
    "operator_enum": _check_operator_enum,
    "operator_menu_enum": _check_operator_enum,
    "menu": _type_check("menu", "Menu"),
    "menu_contents": _type_check("menu", "Menu"),
    "popover": _type_check("panel", "Panel"),
    "template_list": _check_list,
}
