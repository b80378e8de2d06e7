"""The texts of what goes into Resolve's Scripts folder: one small Python file for each action, and a Lua canary."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path

from resolve_scripts.actions.registry import Entry

__all__ = ["CANARY_NAME", "MARK", "canary", "file_name", "help_pages", "launcher", "read_launcher"]

MARK = "Made by Rushes"
"""In the first lines of every file of ours in the Scripts folder."""
CANARY_NAME = "Rushes - Is Python There.lua"
"""Beside our sub-menu: it also tells a Resolve that lists no sub-folders."""

_LAUNCHER = """\
# -*- coding: utf-8 -*-
# {mark} {version} for the action {action}. Changes here are lost: run `rushes resolve install` instead.
import base64
import os
import sys

ROOT = base64.b64decode("{root}").decode("utf-8", "surrogateescape")
HOME = base64.b64decode("{home}").decode("utf-8", "surrogateescape")
ACTION = "{action}"
STAMP = "{version}"


def say(text):
    text = "Rushes: " + text
    try:
        sys.stdout.write(text + "\\n")
        sys.stdout.flush()
    except Exception:
        pass
    try:
        import subprocess
        if sys.platform == "win32":
            import ctypes
            ctypes.windll.user32.MessageBoxTimeoutW(None, text, "Rushes", 0x10030, 0, 30000)
        elif sys.platform == "darwin":
            show = "display dialog (item 1 of argv) with title \\"Rushes\\" buttons {{\\"OK\\"}} giving up after 30"
            subprocess.Popen(["/usr/bin/osascript", "-e", "on run argv", "-e", show, "-e", "end run", text])
        else:
            subprocess.Popen(["notify-send", "--app-name=Rushes", "--", "Rushes", text])
    except Exception:
        pass


def start(given):
    again = "Install the menu again: rushes resolve install"
    if sys.version_info < (3, 10):
        found = ".".join(str(n) for n in sys.version_info[:3])
        say("Resolve runs Python " + found + ", Rushes needs 3.10 to 3.14. Install a newer 64-bit Python from "
            "python.org for all users, then restart Resolve.")
        return
    if not os.path.isfile(os.path.join(ROOT, "resolve_scripts", "menu", "__init__.py")):
        say("Rushes is no longer in " + ROOT + ". " + again)
        return
    os.environ.setdefault("RUSHES_HOME", HOME)
    for name in list(sys.modules):
        if name.split(".")[0] in ("rushes", "resolve_scripts"):
            path = getattr(sys.modules[name], "__file__", None) or ROOT
            if not path.startswith(ROOT):
                del sys.modules[name]
    if ROOT in sys.path:
        sys.path.remove(ROOT)
    sys.path.insert(0, ROOT)
    try:
        from resolve_scripts.menu import main
    except Exception as exc:
        say("Rushes in " + ROOT + " is damaged (" + str(exc) + "). " + again)
        return
    main(ACTION, given, STAMP)


start(globals())
"""

_CANARY = """\
-- {mark} {version}. Shows why the entries of Rushes are missing, or that nothing is wrong.
-- If this entry is listed and the others are not, Resolve found this folder but runs no Python.
-- Free Resolve from 21.1 on runs Lua without io, os and require, and shows nothing that is printed: each step below may
-- fail without harm.
local HOME = "{home}"
local PAGES = "{pages}"

local function try(f, ...)
  if f == nil then return nil end
  local ok, value = pcall(f, ...)
  if ok then return value end
  return nil
end

local res = resolve
if res == nil and bmd ~= nil then res = try(bmd.scriptapp, "Resolve") end
if res == nil and Resolve ~= nil then res = try(Resolve) end
local function ask(name)
  return try(function() return res[name](res) end)
end
local product = tostring(ask("GetProductName") or "unknown")
local version = tostring(ask("GetVersionString") or "unknown")
local major, minor = string.match(version, "^(%d+)%.(%d+)")
major, minor = tonumber(major) or 0, tonumber(minor) or 0
local studio = string.find(product, "Studio", 1, true) ~= nil

local seen = false
if bmd ~= nil and bmd.fileexists ~= nil then
  seen = try(bmd.fileexists, HOME .. "/seen.json") == true
elseif io ~= nil and io.open ~= nil then
  local file = try(io.open, HOME .. "/seen.json", "r")
  if file then seen = true; file:close() end
end

local verdict, words = "python", "This folder is right, but Resolve runs no Python. Install a 64-bit Python "
  .. "3.10 to 3.12 from python.org for all users and restart Resolve."
if product ~= "unknown" and not studio and (major > 21 or (major == 21 and minor >= 1)) then
  verdict, words = "free", "Free DaVinci Resolve runs no Python from 21.1 on. Use the files of: rushes deliver resolve"
elseif seen then
  verdict, words = "fine", "Python works here: entries of Rushes have been started before."
end
local line = verdict .. " | " .. product .. " | " .. version .. " | " .. words

try(print, "Rushes: " .. words)
local told = false
if io ~= nil and io.open ~= nil then
  local file = try(io.open, HOME .. "/canary.txt", "w")
  if file then file:write(line .. "\\n"); file:close(); told = true end
end
local app = fusion or fu or app
if not told and app ~= nil then
  try(function() app:SetPrefs("Global.Rushes.Canary", line); app:SavePrefs() end)
end
if bmd ~= nil and bmd.openurl ~= nil then
  try(bmd.openurl, PAGES .. "/" .. verdict .. ".html")
end
return line
"""

_PAGES = {
    "python": (
        "Resolve runs no Python",
        "Resolve lists this folder, so Rushes is in the right place, but it found no Python to run the entries with.",
        (
            "Install a 64-bit Python 3.10, 3.11 or 3.12 from python.org, for all users. Not from the Microsoft Store, "
            "not with Homebrew: Resolve does not look there.",
            "Restart Resolve and open Workspace &gt; Scripts &gt; Rushes again.",
            "macOS: Resolve looks at /usr/local/bin/python3 and at the folder that PYTHON3HOME names.",
            "<code>rushes resolve doctor</code> lists the Pythons of this machine.",
        ),
    ),
    "free": (
        "Free DaVinci Resolve runs no Python from 21.1 on",
        "Blackmagic Design moved scripting to DaVinci Resolve Studio with 21.1. The same work goes through files.",
        (
            "Run <code>rushes deliver resolve</code> and follow the page in the folder it makes: import the XML or "
            "OTIO, the LUTs, the subtitles.",
            "After the cut, export it and read it back with <code>rushes conform</code>.",
            "DaVinci Resolve Studio, or the free edition up to 21.0, shows the entries of Rushes.",
        ),
    ),
    "fine": (
        "Python works",
        "Entries of Rushes have been started from this Resolve before.",
        (
            "If they are missing from the menu now, restart Resolve.",
            "<code>rushes resolve doctor</code> checks the installation.",
        ),
    ),
}


def file_name(entry: Entry) -> str:
    """The launcher's name, which is what the menu shows: plain letters, legal on every system."""
    plain = entry.label.replace("↔", "and").encode("ascii", "ignore").decode()
    return re.sub(r'[<>:"/\\|?*\x00-\x1f]', "-", plain).strip(" .") + ".py"


def launcher(entry: Entry, root: Path, home: Path, version: str) -> str:
    """A launcher's text: any Python 3 reads it, ASCII only, whatever letters the paths have.

    `root` is the folder of the package, `home` Rushes' data folder.
    """
    if not re.fullmatch(r"[a-z0-9_]+", entry.id):
        raise ValueError(f"{entry.id!r} cannot be the id of an action")
    return _LAUNCHER.format(
        mark=MARK, version=version, action=entry.id, root=_base64(str(root)), home=_base64(str(home))
    )


def canary(home: Path, pages: Path, version: str) -> str:
    """The Lua canary. `home` is the folder of our notes, `pages` that of the help pages."""
    return _CANARY.format(mark=MARK, version=version, home=_lua(home.as_posix()), pages=_lua(pages.as_uri()))


def help_pages() -> dict[str, str]:
    """File name → the page that the canary opens."""
    return {f"{name}.html": _page(*parts) for name, parts in _PAGES.items()}


def read_launcher(text: str) -> tuple[str, str, Path] | None:
    """(version, action, folder of the package) of a launcher of ours, or None."""
    if MARK not in text[:400]:
        return None
    found = {
        name: re.search(rf'^{name} = (?:base64\.b64decode\()?"([^"]*)"', text, re.M)
        for name in ("ROOT", "ACTION", "STAMP")
    }
    root, action, stamp = (found[name] for name in ("ROOT", "ACTION", "STAMP"))
    if root is None or action is None or stamp is None:
        return None
    try:
        path = base64.b64decode(root[1], validate=True).decode("utf-8", "surrogateescape")
    except ValueError:
        return None
    return stamp[1], action[1], Path(path)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")


def _lua(text: str) -> str:
    """Inside a Lua string: everything but plain letters as decimal bytes."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:._- "
    return "".join(chr(b) if b in plain else f"\\{b:03d}" for b in text.encode("utf-8", "surrogateescape"))


def _page(title: str, why: str, steps: Sequence[str]) -> str:
    items = "".join(f"<li>{step}</li>" for step in steps)
    style = "body{font:17px/1.5 sans-serif;max-width:42em;margin:3em auto;padding:0 1em;color:#222}li{margin:.5em 0}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Rushes: {title}</title><style>{style}</style>'
        f"<h1>{title}</h1><p>{why}</p><ol>{items}</ol></html>\n"
    )
