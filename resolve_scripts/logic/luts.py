"""Where Resolve keeps LUTs, and what ours are called there."""

from __future__ import annotations

import hashlib
import ntpath
import posixpath
import re
import unicodedata
from collections.abc import Mapping

__all__ = ["FOLDER", "lut_folders", "lut_name", "same_lut"]

FOLDER = "Rushes"
"""Our folder in Resolve's."""


def lut_folders(platform: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Where the master LUT folder can be, likeliest first.

    Args:
        platform: `sys.platform`.
        environment: `os.environ`; RUSHES_RESOLVE_LUT names another folder, for installations elsewhere.
    """
    given = environment.get("RUSHES_RESOLVE_LUT", "")
    if given:
        return (given,)
    if platform == "win32":
        data = environment.get("PROGRAMDATA") or r"C:\ProgramData"
        return (ntpath.join(data, "Blackmagic Design", "DaVinci Resolve", "Support", "LUT"),)
    if platform == "darwin":
        return ("/Library/Application Support/Blackmagic Design/DaVinci Resolve/LUT",)
    return ("/opt/resolve/LUT", "/home/resolve/LUT")


def lut_name(grade: str, data: bytes) -> str:
    """Relative name with forward slashes: "Rushes/harbour_3f9a1c22.cube".

    The content is part of the name: Resolve keeps a LUT in memory by its path.
    """
    plain = unicodedata.normalize("NFKD", grade).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()[:40] or "grade"
    return posixpath.join(FOLDER, f"{plain}_{hashlib.sha256(data).hexdigest()[:8]}.cube")


def same_lut(told: str | None, name: str) -> bool:
    """Whether what GetLUT tells is our LUT: it may come with backslashes or as a whole path."""
    shown = (told or "").replace("\\", "/")
    return shown == name or shown.endswith("/" + name)
