"""Builds the bundle for DaVinci Resolve: python tools/build_resolve.py [--out dist]

    dist/rushes-resolve-VERSION.zip     installer, double-click starters, the scripts, how-to, licence

For people who have no engine on the machine that edits, and for those who never open a terminal. The same sources give
the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "core"), str(ROOT / "tools")]

from build_extension import epoch, move, version  # noqa: E402 - the path is set above

from resolve_scripts.setup.put import package_files  # noqa: E402

_INSTALL = '''\
# -*- coding: utf-8 -*-
"""Installs Rushes in DaVinci Resolve's menu: python3 install.py [install | uninstall | doctor | production FOLDER]."""
import os
import sys

if sys.version_info < (3, 10):
    found = "%d.%d" % sys.version_info[:2]
    sys.stderr.write("Rushes needs Python 3.10 or newer; this is " + found + ". Get one from python.org.\\n")
    sys.exit(1)
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "package"))

from resolve_scripts.install import main

sys.exit(main(sys.argv[1:]))
'''
_SHELL = """\
#!/bin/sh
cd "$(dirname "$0")" || exit 1
for python in python3.12 python3.11 python3.10 python3.13 python3.14 /usr/local/bin/python3 python3; do
  if command -v "$python" >/dev/null 2>&1 && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    "$python" install.py "$@"
    code=$?
    if [ -t 0 ]; then printf 'Press Return to close. '; read -r _; fi
    exit $code
  fi
done
echo "Rushes needs Python 3.10 to 3.14. Get one from https://www.python.org/downloads/ and start this again."
if [ -t 0 ]; then printf 'Press Return to close. '; read -r _; fi
exit 1
"""
_BATCH = """\
@echo off
chcp 65001 >nul
cd /d "%~dp0"
if not exist install.py (
  echo Unpack the whole zip into a folder first, then start this again.
  goto end
)
where py >nul 2>nul && (
  py -3 install.py %*
  goto end
)
where python >nul 2>nul && (
  python install.py %*
  goto end
)
echo Rushes needs a 64-bit Python 3.10 to 3.12 from https://www.python.org/downloads/ , installed for all users.
:end
pause
"""
_HOW_TO = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Rushes in DaVinci Resolve</title>
<style>body{font:17px/1.5 sans-serif;max-width:44em;margin:3em auto;padding:0 1em;color:#222}code{background:#eee}
li{margin:.4em 0}</style>
<h1>Rushes VERSION in DaVinci Resolve</h1>
<p>For DaVinci Resolve Studio 19.1 and later, and the free edition from 19.1 to 21.0. The free edition from 21.1 on
runs no Python: there, use the files that <code>rushes deliver resolve</code> writes.</p>
<h2>Install</h2>
<ol>
<li>Install a 64-bit Python 3.10 to 3.12 from <a href="https://www.python.org/downloads/">python.org</a> for all users.
(Resolve Studio 21.1 brings a Python of its own; the installer still needs one.)</li>
<li>Unpack this zip into a folder.</li>
<li>Windows: double-click <b>Install on Windows.bat</b>. macOS: right-click <b>Install on macOS.command</b> and choose
Open. Linux: run <b>Install on Linux.sh</b>.</li>
<li>In Resolve: <b>Workspace &gt; Scripts &gt; Rushes &gt; Choose Production</b>.</li>
</ol>
<p>Making and treating takes needs the engine too: install it from the preferences of Rushes in Blender.</p>
<h2>When something is missing</h2>
<ul>
<li>No <b>Rushes</b> under Workspace &gt; Scripts: run <code>python3 install.py doctor</code> in this folder.</li>
<li>Only <b>Rushes - Is Python There</b> is listed: start it; a page says why.</li>
<li>Repair or update: install again. Remove: <code>python3 install.py uninstall</code>.</li>
</ul></html>
"""


def files() -> dict[str, tuple[bytes, int]]:
    """Name in the zip → (bytes, mode)."""
    found = {f"package/{name}": (data, 0o644) for name, data in package_files().items()}
    found["install.py"] = (_INSTALL.encode(), 0o644)
    found["Install on macOS.command"] = (_SHELL.encode(), 0o755)
    found["Install on Linux.sh"] = (_SHELL.encode(), 0o755)
    found["Install on Windows.bat"] = (_BATCH.replace("\n", "\r\n").encode(), 0o644)
    found["How to Install.html"] = (_HOW_TO.replace("VERSION", version()).encode(), 0o644)
    found["LICENSE"] = ((ROOT / "LICENSE").read_bytes(), 0o644)
    return found


def build(out: Path) -> Path:
    """The zip, in `out`."""
    when, top = time.gmtime(epoch())[:6], f"rushes-resolve-{version()}"
    with tempfile.TemporaryDirectory(prefix="rushes-build-") as folder:
        made = Path(folder, "resolve.zip")
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, (data, mode) in sorted(files().items()):
                entry = zipfile.ZipInfo(f"{top}/{name}", when)
                entry.create_system, entry.external_attr = 3, (0o100000 | mode) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, data)
        return move(made, out / f"{top}.zip")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the bundle for DaVinci Resolve.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder of the result (default: dist)")
    made = build(parser.parse_args(arguments).out)
    print(f"[resolve] {made} ({made.stat().st_size / 1e3:.0f} kB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
