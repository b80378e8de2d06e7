from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from rushes.contracts import Brief, Size, Take, encode
from rushes.library.files import write_json
from rushes.library.production import Production

MakeTake = Callable[..., Take]


@pytest.fixture
def production(tmp_path: Path) -> Production:
    return Production.create(tmp_path / "film", "Harbour", Fraction(24000, 1001), Size(640, 360))


@pytest.fixture
def make_take() -> MakeTake:
    def make(production: Production, take_id: str, shot: str = "010", seed: int = 1) -> Take:
        take = Take(
            id=take_id,
            shot=shot,
            created=f"2026-11-20T10:00:{seed:02d}+00:00",
            seed=seed,
            brief=Brief(subject="a boat"),
            generator="fake",
            recipe_hash="0" * 64,
            size=Size(64, 36),
            frame_count=2,
            rate=Fraction(24),
            seconds=0.5,
        )
        with production.stage_take(shot, take_id) as folder:
            (folder / "clip.mp4").write_bytes(b"clip")
            write_json(folder / "take.json", encode(take))
        return take

    return make
