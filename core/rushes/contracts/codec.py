"""Frozen dataclasses to JSON and back, with the standard library alone.

Fractions travel as "24000/1001", enums as their value, tuples as lists. Decoding is
strict: an unknown or missing field is a `ProtocolError` that names it.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import hashlib
import json
import math
import types
import typing
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar, Union, cast

from rushes.errors import ProtocolError

__all__ = ["canonical_json", "decode", "digest", "encode"]

T = TypeVar("T")


def encode(value: Any) -> Any:
    """Plain JSON data for a contract value. NaN and infinity are refused with a ProtocolError."""
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ProtocolError(f"A number is not finite: {value}.", code="contract.number")
        return value
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): encode(v) for k, v in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, Sequence):
        return [encode(v) for v in cast("Sequence[Any]", value)]
    raise ProtocolError(f"Cannot send a {type(value).__name__}.", code="contract.type")


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces; the text that is hashed."""
    return json.dumps(encode(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()


@functools.cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _bad(where: str, want: str, got: Any) -> ProtocolError:
    return ProtocolError(f"{where or 'value'} should be {want}, not {type(got).__name__}.", code="contract.type")


def decode(cls: type[T], data: Any, where: str = "") -> T:
    """A value of `cls` from plain data. Raises ProtocolError naming the field that does not fit."""
    return cast(T, _decode(cls, data, where or getattr(cls, "__name__", "value")))


def _decode(kind: Any, data: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if kind is Any:
        return data
    if origin in (Union, types.UnionType):
        return _decode_union(typing.get_args(kind), data, where)
    if origin is tuple:
        return _decode_tuple(typing.get_args(kind), data, where)
    if origin in (dict, Mapping) or kind is dict:
        if not isinstance(data, Mapping):
            raise _bad(where, "an object", data)
        args = typing.get_args(kind) or (str, Any)
        items = cast("Mapping[Any, Any]", data).items()
        return {str(k): _decode(args[1], v, f"{where}.{k}") for k, v in items}
    if origin is typing.Literal:
        if data not in typing.get_args(kind):
            raise ProtocolError(f"{where} cannot be {data!r}.", code="contract.value")
        return data
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _decode_dataclass(kind, data, where)
    return _decode_scalar(kind, data, where)


def _decode_union(args: tuple[Any, ...], data: Any, where: str) -> Any:
    if data is None and type(None) in args:
        return None
    rest = [a for a in args if a is not type(None)]
    for index, arg in enumerate(rest):
        try:
            return _decode(arg, data, where)
        except ProtocolError:
            if index == len(rest) - 1:
                raise
    raise _bad(where, "another type", data)


def _decode_tuple(args: tuple[Any, ...], data: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(data, (list, tuple)):
        raise _bad(where, "a list", data)
    rows = cast("Sequence[Any]", data)
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_decode(args[0], v, f"{where}[{i}]") for i, v in enumerate(rows))
    if len(rows) != len(args):
        raise ProtocolError(f"{where} needs {len(args)} values, has {len(rows)}.", code="contract.length")
    return tuple(_decode(a, v, f"{where}[{i}]") for i, (a, v) in enumerate(zip(args, rows)))


def _decode_dataclass(kind: type[Any], data: Any, where: str) -> Any:
    if not isinstance(data, Mapping):
        raise _bad(where, "an object", data)
    given = cast("Mapping[str, Any]", data)
    hints = _hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind) if f.init}
    unknown = sorted(set(given) - set(fields))
    if unknown:
        raise ProtocolError(f"{where} has no field {unknown[0]!r}.", code="contract.field")
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in given:
            values[name] = _decode(hints[name], given[name], f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ProtocolError(f"{where} lacks {name!r}.", code="contract.field")
    return kind(**values)


def _decode_scalar(kind: Any, data: Any, where: str) -> Any:
    if kind is Fraction:
        try:
            return Fraction(data)
        except (ValueError, TypeError, ZeroDivisionError) as exc:
            raise _bad(where, 'a fraction such as "24000/1001"', data) from exc
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        try:
            return kind(data)
        except ValueError as exc:
            raise ProtocolError(f"{where} cannot be {data!r}.", code="contract.value") from exc
    if kind is float and isinstance(data, (int, float)) and not isinstance(data, bool):
        return float(data)
    if kind is int and isinstance(data, int) and not isinstance(data, bool):
        return data
    if kind is bool and isinstance(data, bool):
        return data
    if kind is str and isinstance(data, str):
        return data
    if kind is type(None) and data is None:
        return None
    raise _bad(where, getattr(kind, "__name__", str(kind)), data)
