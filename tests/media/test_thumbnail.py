"""Small pictures for hosts: fit, order of rows, kinds of files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rushes.errors import InputError
from rushes.media.thumbnail import thumbnail

RED, BLUE = (255, 0, 0), (0, 0, 255)


def halves(width: int, height: int) -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width, height // 2))
    return image


@pytest.mark.parametrize(("name", "near"), [("a.png", 0), ("a.jpg", 6)])
def test_it_fits_and_its_first_row_is_the_lowest(tmp_path: Path, name: str, near: int) -> None:
    halves(640, 360).save(tmp_path / name)
    made = thumbnail(tmp_path / name, 64)
    assert (made.width, made.height) == (64, 36)
    rows = np.frombuffer(made.rgba, np.uint8).reshape(36, 64, 4).astype(int)
    assert np.abs(rows[0] - (*BLUE, 255)).max() <= near
    assert np.abs(rows[-1] - (*RED, 255)).max() <= near


def test_it_is_never_enlarged(tmp_path: Path) -> None:
    halves(20, 10).save(tmp_path / "a.png")
    assert (thumbnail(tmp_path / "a.png", 512).width, thumbnail(tmp_path / "a.png", 512).height) == (20, 10)


def test_deep_grey_and_transparency(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 4), 32896, np.uint16)).save(tmp_path / "deep.png")
    assert thumbnail(tmp_path / "deep.png", 4).rgba[:4] == bytes((128, 128, 128, 255))
    Image.new("RGBA", (4, 4), (10, 20, 30, 40)).save(tmp_path / "clear.png")
    assert thumbnail(tmp_path / "clear.png", 4).rgba[:4] == bytes((10, 20, 30, 40))


def test_what_is_no_picture_is_told(tmp_path: Path) -> None:
    halves(640, 360).save(tmp_path / "whole.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "whole.png").read_bytes()[:200])
    (tmp_path / "text.png").write_text("not a picture")
    halves(8, 8).save(tmp_path / "other.bmp")
    (tmp_path / "folder.png").mkdir()
    for name in ("half.png", "text.png", "other.bmp", "folder.png"):
        with pytest.raises(InputError) as caught:
            thumbnail(tmp_path / name, 64)
        assert caught.value.code == "picture.unreadable"
    for side in (0, -1, 5000):
        with pytest.raises(InputError):
            thumbnail(tmp_path / "whole.png", side)
    with pytest.raises(FileNotFoundError):
        thumbnail(tmp_path / "gone.png", 64)
