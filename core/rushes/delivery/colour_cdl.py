"""ASC CDL: applied, undone, and as .cdl, .cc and .ccc files.

Applied in floating point as OpenColorIO's no-clamp style and Resolve's nodes do: `in · slope + offset`, to `power`
where that is above zero, then saturation about BT.709 luma. Nothing is clipped at 1; the display does that.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CDL
from rushes.contracts.geometry import Vec3
from rushes.delivery.colour_spaces import ocio
from rushes.errors import InputError
from rushes.media.pictures import beside

__all__ = ["NAMESPACE", "apply_cdl", "cdl_transform", "read_cdls", "rounded", "undo_cdl", "write_cdls"]

NAMESPACE = "urn:ASC:CDL:v1.01"
LUMA = np.array([0.2126, 0.7152, 0.0722])
_SUFFIXES = (".cdl", ".cc", ".ccc")

Doubles = NDArray[np.float64]


def apply_cdl(colours: NDArray[np.floating], cdl: CDL) -> Doubles:
    """(..., 3) codes through the CDL, float64."""
    scaled = np.asarray(colours, np.float64) * cdl.slope + np.asarray(cdl.offset)
    bent = np.where(scaled > 0, np.maximum(scaled, 0.0) ** np.asarray(cdl.power), scaled)
    luma = (bent @ LUMA)[..., None]
    return luma + (bent - luma) * cdl.saturation


def undo_cdl(colours: NDArray[np.floating], cdl: CDL) -> Doubles:
    """What `apply_cdl` turns into (..., 3) `colours`; slope and saturation must be above zero."""
    given = np.asarray(colours, np.float64)
    luma = (given @ LUMA)[..., None]
    bent = luma + (given - luma) / cdl.saturation
    scaled = np.where(bent > 0, np.maximum(bent, 0.0) ** (1 / np.asarray(cdl.power)), bent)
    return (scaled - np.asarray(cdl.offset)) / np.asarray(cdl.slope)


def cdl_transform(cdl: CDL, style: ocio.CDLStyle = ocio.CDL_NO_CLAMP) -> ocio.Transform:
    """The same in OpenColorIO."""
    made = ocio.CDLTransform(list(cdl.slope), list(cdl.offset), list(cdl.power), cdl.saturation)
    made.setStyle(style)
    return made


def rounded(cdl: CDL) -> CDL:
    """To 6 decimals: what files and Resolve's SetCDL carry."""

    def cut(values: Vec3) -> Vec3:
        return round(values[0], 6), round(values[1], 6), round(values[2], 6)

    return CDL(cut(cdl.slope), cut(cdl.offset), cut(cdl.power), round(cdl.saturation, 6))


def _text(values: Vec3) -> str:
    return " ".join(f"{value:.6f}" for value in values)


def write_cdls(path: Path, entries: Mapping[str, CDL], description: str = "") -> None:
    """Write id → CDL as .cc (one), .ccc or .cdl (any number), by the path's suffix; atomically.

    Ids are unique by being keys. InputError `grade.cdl_file` for another suffix or a .cc of several.
    """
    kind = path.suffix.lower()
    if kind not in _SUFFIXES or (kind == ".cc" and len(entries) != 1):
        raise InputError(
            f"{path.name} cannot hold {len(entries)} grades.",
            code="grade.cdl_file",
            hint="A .cc holds one grade, a .ccc or .cdl any number.",
        )
    ElementTree.register_namespace("", NAMESPACE)
    corrections = [_correction(name, cdl, description) for name, cdl in entries.items()]
    root = corrections[0] if kind == ".cc" else _tag("ColorCorrectionCollection" if kind == ".ccc" else _LIST)
    for correction in corrections if kind != ".cc" else ():
        holder = root if kind == ".ccc" else ElementTree.SubElement(root, f"{{{NAMESPACE}}}ColorDecision")
        holder.append(correction)
    ElementTree.indent(root)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    with beside(path) as draft:
        draft.write_bytes(data + b"\n")


_LIST = "ColorDecisionList"


def _tag(name: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.Element(f"{{{NAMESPACE}}}{name}", attributes)


def _correction(name: str, cdl: CDL, description: str) -> ElementTree.Element:
    root = _tag("ColorCorrection", id=name)
    sop = ElementTree.SubElement(root, f"{{{NAMESPACE}}}SOPNode")
    rows = [("Slope", _text(cdl.slope)), ("Offset", _text(cdl.offset)), ("Power", _text(cdl.power))]
    if description:
        rows.insert(0, ("Description", description))
    for tag, text in rows:
        ElementTree.SubElement(sop, f"{{{NAMESPACE}}}{tag}").text = text
    saturation = ElementTree.SubElement(root, f"{{{NAMESPACE}}}SatNode")
    ElementTree.SubElement(saturation, f"{{{NAMESPACE}}}Saturation").text = f"{cdl.saturation:.6f}"
    return root


def read_cdls(path: Path) -> dict[str, CDL]:
    """Id → CDL from a .cdl, .cc or .ccc, in order; an entry without an id gets "1", "2", ... by its place.

    InputError `grade.cdl_file` when the file is not one, holds none, or an entry's values are wrong.
    """
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except (OSError, ElementTree.ParseError, ValueError, LookupError) as exc:
        raise _bad(path, f"it cannot be read: {exc}") from exc
    nodes = [node for node in root.iter() if _local(node) == "ColorCorrection"]
    found: dict[str, CDL] = {}
    for place, node in enumerate(nodes, 1):
        name = node.get("id") or str(place)
        if name in found:
            raise _bad(path, f"the id {name!r} stands there twice")
        found[name] = _read(path, name, node)
    if not found:
        raise _bad(path, "there is no ColorCorrection in it")
    return found


def _bad(path: Path, why: str) -> InputError:
    return InputError(
        f"{path.name} is not a usable CDL file: {why}.",
        code="grade.cdl_file",
        hint="Export it again as .cdl, .cc or .ccc.",
        details={"path": str(path)},
    )


def _local(node: ElementTree.Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _read(path: Path, name: str, node: ElementTree.Element) -> CDL:
    values = {_local(child): child.text or "" for child in node.iter()}

    def numbers(tag: str, default: str, count: int) -> list[float]:
        try:
            found = [float(word) for word in values.get(tag, default).split()]
        except ValueError as exc:
            raise _bad(path, f"{tag} of {name!r} is not numbers") from exc
        if len(found) != count or not all(math.isfinite(v) for v in found):
            raise _bad(path, f"{tag} of {name!r} needs {count} numbers")
        return found

    s, o, p = (numbers(*row, 3) for row in (("Slope", "1 1 1"), ("Offset", "0 0 0"), ("Power", "1 1 1")))
    saturation = numbers("Saturation", "1", 1)[0]
    try:
        return CDL((s[0], s[1], s[2]), (o[0], o[1], o[2]), (p[0], p[1], p[2]), saturation)
    except InputError as exc:
        raise _bad(path, f"{name!r}: {exc.message}") from exc
