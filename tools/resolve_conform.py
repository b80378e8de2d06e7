"""Whether the Resolve double has the surface of the real API: names, number of arguments, versions, constants.

The surface is the overlay of `tools/resolve_stubs.py`, the versions are those of `tools/resolve_since.py`.
`python tools/resolve_conform.py` prints what differs and what the double only refuses; it fails on differences.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import resolve_since
import resolve_stubs

__all__ = ["Report", "Signature", "compare", "double", "surface", "unplayed"]

Signature = tuple[int, int | None]
"""Least and most positional arguments; None: any number."""
LATER = {
    "21.1": (
        "MediaPoolItem.GetTranscription",
        "Project.GetSettings",
        "Resolve.GetCurrentTimeline",
        "Resolve.IsStudio",
        "TimelineItem.GetType",
        "TimelineItem.SetSpeed",
    )
}
"""In the double and not in the overlay: what public sources say of 21.1, whose own stubs are not public."""


@dataclass
class Report:
    """What differs; all empty when the double conforms."""

    missing: list[str] = field(default_factory=list)
    """In the API, not in the double."""
    extra: list[str] = field(default_factory=list)
    """In the double, not in the API."""
    arity: list[str] = field(default_factory=list)
    """Taken with another number of arguments."""
    constants: list[str] = field(default_factory=list)
    """Of `resolve`: missing, extra, or not told apart."""
    early: list[str] = field(default_factory=list)
    """Given to a version that does not have it, or kept from one that has."""

    def lines(self) -> list[str]:
        """One difference a line."""
        return [f"{kind}: {name}" for kind, names in vars(self).items() for name in sorted(names)]


def surface(overlay: str) -> dict[str, dict[str, Signature]]:
    """Class → method → arguments, of every class of the overlay that has methods or is a plain handle."""
    found: dict[str, dict[str, Signature]] = {}
    for node in ast.parse(overlay).body:
        if isinstance(node, ast.ClassDef) and not node.bases:
            methods: dict[str, Signature] = {}
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and member.name[0] != "_":
                    methods[member.name] = _union(methods.get(member.name), _declared(member))
            found[node.name] = methods
    return found


def _declared(node: ast.FunctionDef) -> Signature:
    arguments = len(node.args.args) - 1
    return arguments - len(node.args.defaults), None if node.args.vararg else arguments


def _union(one: Signature | None, other: Signature) -> Signature:
    if one is None:
        return other
    most = None if one[1] is None or other[1] is None else max(one[1], other[1])
    return min(one[0], other[0]), most


def constants(overlay: str) -> set[str]:
    """Names of `resolve.NAME`."""
    top = next(n for n in ast.parse(overlay).body if isinstance(n, ast.ClassDef) and n.name == "Resolve")
    targets = [node.target for node in top.body if isinstance(node, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def double() -> dict[str, type]:
    """The double's classes by the API's names."""
    from rushes.testing.resolve import colour, fusion, gallery, objects

    found: dict[str, type] = {}
    for module in (objects, colour, gallery, fusion):
        found |= {name: each for name, each in vars(module).items() if inspect.isclass(each)}
    return found


def compare(
    want: Mapping[str, Mapping[str, Signature]],
    have: Mapping[str, type],
    *,
    names: set[str] | None = None,
    since: Mapping[str, str] | None = None,
) -> Report:
    """Differences between the API and classes whose methods carry `@api`.

    `names`: the constants; `since`: method → version, "18.5" where it is not told.
    """
    from rushes.testing.resolve.base import methods

    report = Report()
    later = {name for each in LATER.values() for name in each}
    for owner, signatures in want.items():
        cls = have.get(owner)
        if cls is None:
            report.missing.append(owner)
            continue
        if owner == "Fusion":
            continue  # a global with a surface of its own, see tests of the screen
        present = methods(cls)
        report.missing += [f"{owner}.{name}" for name in set(signatures) - set(present)]
        report.extra += [n for name in set(present) - set(signatures) if (n := f"{owner}.{name}") not in later]
        for name in set(signatures) & set(present):
            got = _taken(inspect.getattr_static(cls, name))
            if got != signatures[name]:
                report.arity.append(f"{owner}.{name} takes {_text(got)}, the API {_text(signatures[name])}")
            first = "18.5" if since is None else since.get(f"{owner}.{name}", "18.5")
            if since is not None and _from(first) != _from(present[name].since):
                report.early.append(f"{owner}.{name} is since {first}, the double says {present[name].since}")
    if names is not None:
        report.constants = _constants(names)
    return report


def _from(version: str) -> tuple[int, int, int]:
    """Versions before the oldest profile are as old as that."""
    from rushes.testing.resolve.profiles import parse_version

    return max(parse_version(version), (19, 1, 0))


def _taken(function: Any) -> Signature:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    most = None if any(p.kind == p.VAR_POSITIONAL for p in parameters) else len(positional)
    return sum(p.default is p.empty for p in positional), most


def _text(signature: Signature) -> str:
    least, most = signature
    return f"{least}" if least == most else f"{least} to {'any' if most is None else most}"


def _constants(names: set[str]) -> list[str]:
    from rushes.testing.resolve.names import CONSTANTS

    found = [f"{name} is missing" for name in names - set(CONSTANTS)]
    found += [f"{name} is not in the API" for name in set(CONSTANTS) - names]
    shared = [number for number, _ in CONSTANTS.values() if number > 100]
    return found + [f"{number} stands for several" for number in {n for n in shared if shared.count(n) > 1}]


def unplayed() -> list[str]:
    """Methods that the double has and only refuses."""
    found: list[str] = []
    for owner, cls in double().items():
        for name in dir(cls):
            function = inspect.getattr_static(cls, name)
            if hasattr(function, "__api__") and "_unmodelled(" in _last(function):
                found.append(f"{owner}.{name}")
    return sorted(found)


def _last(function: Any) -> str:
    """The body, when it is a single statement after the docstring."""
    node = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function))).body[0]
    assert isinstance(node, ast.FunctionDef)
    body = [each for each in node.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    return ast.unparse(body[0]) if len(body) == 1 else ""


def main() -> int:
    """Print the differences and what is not played; 1 when there are differences."""
    overlay = resolve_stubs.overlay(resolve_stubs.installed_stub().read_text("utf-8"))
    report = compare(surface(overlay), double(), names=constants(overlay), since=resolve_since.since())
    for line in report.lines():
        print(line)
    rest = unplayed()
    print(f"{sum(map(len, surface(overlay).values()))} methods in the API; {len(rest)} of the double only refuse:")
    print(", ".join(rest) or "none")
    return 1 if report.lines() else 0


if __name__ == "__main__":
    sys.path.insert(0, "core")
    sys.exit(main())
