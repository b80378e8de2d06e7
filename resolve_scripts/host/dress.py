"""What an editor did to a clip of the media pool, for when replacing its file takes it away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.host.session import listed

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem

__all__ = ["Dress", "put_dress", "put_metadata", "read_dress"]

_PROPERTIES = ("Input Color Space", "Alpha mode", "Data Level", "PAR")


@dataclass(frozen=True)
class Dress:
    """As it was."""

    metadata: dict[str, str]
    data: dict[str, str]
    """Third-party metadata."""
    properties: dict[str, str]
    color: str
    flags: tuple[str, ...]


def read_dress(clip: MediaPoolItem) -> Dress:
    """All that can be read of it."""
    return Dress(
        _texts(clip.GetMetadata()),
        _texts(clip.GetThirdPartyMetadata()),
        {name: text for name in _PROPERTIES if (text := str(clip.GetClipProperty(name) or ""))},
        clip.GetClipColor() or "",
        tuple(listed(clip.GetFlagList())),
    )


def put_metadata(clip: MediaPoolItem, texts: Mapping[str, str]) -> list[str]:
    """Write them; names of what Resolve did not take. One name that it does not have refuses them all, so that then
    each is written on its own."""
    if not texts or clip.SetMetadata(dict(texts)):
        return []
    now = _texts(clip.GetMetadata())
    missing = {name: text for name, text in texts.items() if now.get(name) != text}
    return [name for name, text in missing.items() if not clip.SetMetadata(name, text)]


def put_dress(clip: MediaPoolItem, before: Dress) -> list[str]:
    """Metadata, properties, colour and flags as they were; names of what Resolve did not take."""
    left = put_metadata(clip, before.metadata)
    for name, text in before.properties.items():
        if clip.GetClipProperty(name) != text and not clip.SetClipProperty(name, text):
            left.append(name)
    if (clip.GetClipColor() or "") != before.color:
        done = clip.SetClipColor(cast("Any", before.color)) if before.color else clip.ClearClipColor()
        left += [] if done else ["clip colour"]
    now_flags = listed(clip.GetFlagList())
    for flag in now_flags:
        if flag not in before.flags:
            clip.ClearFlags(cast("Any", flag))
    for flag in before.flags:
        if flag not in now_flags and not clip.AddFlag(cast("Any", flag)):
            left.append(f"flag {flag}")
    return left


def _texts(told: Any) -> dict[str, str]:
    if not isinstance(told, dict):
        return {}
    known = cast("Mapping[Any, Any]", told)
    return {str(name): str(text) for name, text in known.items() if text not in (None, "")}
