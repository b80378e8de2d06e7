"""Asks the editor for a folder: with Resolve's own dialog, else with the system's."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from resolve_scripts.host.session import Session
from resolve_scripts.host.tell import clean_environment

__all__ = ["ask_folder", "folder_command"]

_PATIENCE = 600.0
_POWERSHELL = (
    "Add-Type -AssemblyName System.Windows.Forms; $d = New-Object System.Windows.Forms.FolderBrowserDialog; "
    "$d.Description = 'Production folder'; $d.SelectedPath = {begin}; "
    "[Console]::OutputEncoding = [Text.Encoding]::UTF8; "
    "if ($d.ShowDialog() -eq 'OK') {{ $d.SelectedPath }}"
)

Ask = Callable[[Sequence[str]], "str | None"]


def ask_folder(session: Session, begin: str, ask: Ask | None = None) -> str | None:
    """The folder that was chosen; "" when the dialog was closed, None when no dialog could be shown."""
    request = getattr(session.fusion, "RequestDir", None)  # an absent one is None, as everywhere in this API
    if callable(request):
        return str(request(begin) or "").rstrip("/\\")
    command = folder_command(sys.platform, begin)
    if command is None:
        return None
    return (ask or _ask)(command)


def folder_command(platform: str, begin: str, find: Callable[[str], str | None] = shutil.which) -> list[str] | None:
    """The system's command that asks for a folder and prints it; None where there is none."""
    if platform == "darwin":
        where = "default location (POSIX file (item 1 of argv))"
        words = f'POSIX path of (choose folder with prompt "Production folder" {where})'
        return ["/usr/bin/osascript", "-e", "on run argv", "-e", words, "-e", "end run", begin or "/"]
    if platform == "win32":
        # What follows -Command is read as a script, spaces and all: the folder is quoted the way PowerShell quotes.
        quoted = "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", begin) + "'"
        return ["powershell", "-NoProfile", "-STA", "-Command", _POWERSHELL.format(begin=quoted)]
    zenity = find("zenity")
    if zenity:
        return [zenity, "--file-selection", "--directory", "--title=Production folder", f"--filename={begin}/"]
    kdialog = find("kdialog")
    if kdialog:
        return [kdialog, "--title", "Production folder", "--getexistingdirectory", begin or "/"]
    return None


def _ask(command: Sequence[str]) -> str | None:
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            env=clean_environment(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip().rstrip("/\\")
