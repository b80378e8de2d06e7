"""Makes docs/pictures/blender_*.jpg from the photographs of `make test-gui`: python tools/gui_pictures.py

Needs Pillow: run it with .venvs/engine/bin/python.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / ".build" / "gui_shots"
PICTURES = ROOT / "docs" / "pictures"
WINDOWS = ("clip_preview", "takes", "sequencer", "classes")
"""Photographs of the whole window."""
PANELS = ("panel_shots", "panel_brief", "panel_model", "panel_blocks")
"""Photographs of the sidebar; the other panels are empty when it is photographed."""
LARGEST = 200_000


def save(picture: Image.Image, path: Path) -> None:
    """As JPEG, at most LARGEST bytes."""
    for quality in range(90, 40, -5):
        picture.save(path, quality=quality, optimize=True)
        if path.stat().st_size <= LARGEST:
            return


def main() -> int:
    made = 0
    for folder in sorted(p for p in SHOTS.glob("*") if p.is_dir()):
        for shot in sorted(folder.glob("[0-9][0-9]_*.png")):
            name = shot.stem[3:]
            if name in WINDOWS + PANELS:
                with Image.open(shot) as picture:
                    save(picture.convert("RGB"), PICTURES / f"blender_{name}_{folder.name}.jpg")
                made += 1
    print(f"[pictures] {made} in {PICTURES}" if made else "[pictures] no photographs: run make test-gui first")
    return 0 if made else 1


if __name__ == "__main__":
    sys.exit(main())
