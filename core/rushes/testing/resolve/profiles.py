"""Which Resolve the double plays: version, edition and the habits that differ between builds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

__all__ = ["FREE", "PROFILES", "SCRIPTED", "STUDIO", "VERSIONS", "Profile", "Quirks", "profile"]


@dataclass(frozen=True)
class Quirks:
    """Habits that reports disagree on, or that differ by build. The default is the worse of the documented ones."""

    eof_strict: bool = False
    """A clip info whose endFrame is the clip's length appends nothing (measured on 19.1.3.7)."""
    inclusive_end: bool = False
    """endFrame is the last frame shown (one report against seven)."""
    overlap_null_item: bool = True
    """A clip that would cover another comes back as an item without an id; False: it is left out of the list."""
    append_returns_audio: bool = False
    """AppendToTimeline also returns the audio halves."""
    subfolder_becomes_current: bool = True
    """AddSubFolder opens the new bin."""
    show_individual_frames: bool = False
    """Media page option: an image sequence is imported as stills."""
    take_keeps_grade: bool = True
    """Selecting another take leaves the item's grade; False: each take has its own. Not measured anywhere."""
    drop_rate_as_float: bool = False
    """GetSetting("timelineFrameRate") is 29.97 on a drop-frame project; else "29.97 DF"."""
    delete_refused_once: bool = False
    """The first DeleteClips of a session is refused; items must be read again."""
    speed_in_percent: bool = False
    """From 21.1 TimelineItem.SetSpeed takes percent and keeps the length; its arguments are published nowhere."""
    source_frames_off_by_one: bool = False
    """GetSourceStartFrame answers one frame late where the rates differ."""
    cold_deliver: bool = True
    """The first SetCurrentRenderFormatAndCodec of a session is refused until GetRenderCodecs was called."""
    admin_lut_folder: bool = False
    """The master LUT folder needs administrator rights."""
    render_suffix: bool = True
    """Deliver adds a number to the file's name."""
    localised_status: bool = False
    """JobStatus in the language of the interface."""
    gallery_visible: bool = False
    """The Gallery panel is open; ExportStills needs it."""
    drx_export_empty: bool = True
    """ExportStills writes the picture but no .drx beside it."""
    lut_render_flaky: bool = False
    """A render job queued in the process that set a LUT shows the grade without it."""


@dataclass(frozen=True)
class Profile:
    """One Resolve."""

    version: tuple[int, int, int]
    build: int
    studio: bool = True
    quirks: Quirks = field(default_factory=Quirks)

    @property
    def name(self) -> str:
        """ "21.0.4-studio"."""
        major, minor, patch = self.version
        digits = f"{major}.{minor}" + (f".{patch}" if (major, minor) == (21, 0) and patch else "")
        return f"{digits}-{'studio' if self.studio else 'free'}"

    @property
    def scripting(self) -> bool:
        """Whether Python scripts run at all: not in the free edition from 21.1 on (rule edition.free-211)."""
        return self.studio or self.version < (21, 1, 0)

    def has(self, since: str, removed: str | None = None) -> bool:
        """Whether a method that came with `since` (and went with `removed`) exists here."""
        return self.version >= parse_version(since) and (removed is None or self.version < parse_version(removed))

    def but(self, **quirks: bool) -> Profile:
        """The same build with other habits."""
        return replace(self, quirks=replace(self.quirks, **quirks))


def parse_version(text: str) -> tuple[int, int, int]:
    """ "21.0.4" → (21, 0, 4)."""
    parts = [int(part) for part in text.split(".")]
    return (parts[0], parts[1] if len(parts) > 1 else 0, parts[2] if len(parts) > 2 else 0)


VERSIONS: dict[str, tuple[tuple[int, int, int], int, Quirks]] = {
    "19.1": ((19, 1, 3), 7, Quirks(eof_strict=True)),
    "20.3": ((20, 3, 2), 9, Quirks()),
    "21.0": ((21, 0, 0), 47, Quirks()),
    "21.0.4": ((21, 0, 4), 5, Quirks()),
    "21.1": ((21, 1, 0), 14, Quirks()),
}
"""Name → version, build, habits."""


def profile(version: str, *, studio: bool = True) -> Profile:
    """One of `VERSIONS` by name. KeyError for another."""
    number, build, quirks = VERSIONS[version]
    return Profile(number, build, studio, quirks)


STUDIO: tuple[Profile, ...] = tuple(profile(version) for version in VERSIONS)
FREE: tuple[Profile, ...] = tuple(profile(version, studio=False) for version in VERSIONS)
PROFILES: dict[str, Profile] = {each.name: each for each in (*STUDIO, *FREE)}
"""All ten by name: "19.1-studio" … "21.1-free"."""
SCRIPTED: tuple[str, ...] = tuple(name for name, each in PROFILES.items() if each.scripting)
"""Names of those that run scripts."""
