"""Prepared pictures where training needs them: in the memory of a GPU, or mapped from disk on a CPU.

A folder may still grow: a thread takes up scenes as their note (written last) appears. Batches are drawn by a random
generator that the caller seeds by step, so that a run can be taken up where it stopped.
"""

from __future__ import annotations

import json
import logging
import random
import re
import threading
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from rushes.errors import InputError
from rushes.models.house.build import build_tokenizer
from rushes.models.house.features import CHANNELS, FEATURE_VERSION
from rushes.models.house.vocabulary import DEFAULTS, FIELDS
from rushes.training.dataset import HELD_OUT

__all__ = ["ANY", "Batch", "PictureStore", "crop_window", "prompt_ids", "tokens_of"]

_log = logging.getLogger(__name__)

ANY = 3
"""The tokenizer's id of `<any>`, an open field."""
_NOTE_KEYS = {"time_of_day": "hour"}
_MIRROR = tuple(CHANNELS.index(c) for c in ("mirror_x", "mirror_y", "mirror"))


@dataclass(frozen=True)
class Batch:
    """Pictures with what the model is given for them; the first 2·P are P pairs: firsts, then seconds."""

    given: torch.Tensor
    """(B, channels, h, w) float32"""
    wanted: torch.Tensor
    """(B, 3, h, w) float32, -1..1"""
    ids: torch.Tensor
    """(B, 8) tokens of the prompts"""
    labels: torch.Tensor
    """(B, 5) place of each field's token in `FIELDS`"""
    motion: torch.Tensor
    """(P, 2, h, w) float32: from a pixel of the second picture to where its point was in the first, pixels, y down"""
    valid: torch.Tensor
    """(P, 1, h, w) float32: 1 where the point was visible before"""


def tokens_of(note: Mapping[str, Any]) -> list[str]:
    """A picture's token per field, from its entry in the note; defaults where the note says nothing."""
    return [str(note.get(_NOTE_KEYS.get(name, name), DEFAULTS[name])) for name in FIELDS]


@lru_cache(maxsize=1)
def _tokenizer() -> PreTrainedTokenizerFast:
    return build_tokenizer()


def prompt_ids(prompts: Sequence[str]) -> torch.Tensor:
    """(B, 8) token ids."""
    made = _tokenizer()(list(prompts), padding="max_length", max_length=8, truncation=True, return_tensors="pt")
    ids: Any = made["input_ids"]
    return ids


def crop_window(
    given: torch.Tensor, wanted: torch.Tensor, top: int, left: int, height: int, width: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """A window of features and pictures; where a mirrored point lies outside of it, the mirror is 0."""
    full_h, full_w = given.shape[-2:]
    if (height, width) == (full_h, full_w):
        return given, wanted
    given = given[..., top : top + height, left : left + width].clone()
    mx, my, m = _MIRROR
    x = ((given[:, mx] + 1) * 0.5 * full_w - left) * (2.0 / width) - 1
    y = ((given[:, my] + 1) * 0.5 * full_h - top) * (2.0 / height) - 1
    inside = given[:, m] * ((x.abs() <= 1) & (y.abs() <= 1))
    there = (inside > 0).to(given.dtype)
    given[:, mx], given[:, my], given[:, m] = x * there, y * there, inside
    return given, wanted[..., top : top + height, left : left + width]


class PictureStore:
    """All pictures of a prepared folder: those to train on (`train`), those held out, and pairs of each."""

    def __init__(
        self,
        folder: Path,
        device: torch.device,
        *,
        max_gb: float = 0.0,
        features: bool = True,
        held_out: int = HELD_OUT,
        resident: bool | None = None,
    ) -> None:
        """
        Args:
            folder: made by `rushes.training.dataset.prepare`; may grow.
            device: where batches go. On a CPU pictures stay on disk, mapped.
            max_gb: GPU memory for pictures, taken at once; 0: half of what is free.
            features: False keeps pictures and labels only.
            held_out: scenes with seeds below are never drawn for training, nor are their pairs.
            resident: False leaves pictures on disk; None: on a CPU only.
        """
        self.folder, self.device = folder, device
        self.with_features, self.below = features, held_out
        self.resident = device.type != "cpu" if resident is None else resident
        self.max_gb = max_gb
        self.train: list[int] = []
        self.held_out: list[int] = []
        self.pairs: list[tuple[int, int]] = []
        self.held_out_pairs: list[tuple[int, int]] = []
        self.tokens: list[tuple[str, ...]] = []
        self._where: list[tuple[int, int]] = []
        self._first: dict[int, tuple[int, int]] = {}
        self._waiting: dict[int, tuple[int, bool]] = {}
        self._motions: dict[int, torch.Tensor] = {}
        self._seen: set[str] = set()
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None
        self._features = self._pictures = torch.empty(0)
        self._ids = torch.empty(0, 8, dtype=torch.long)
        self._labels = torch.empty(0, len(FIELDS), dtype=torch.long)
        self._size = (144, 256)
        self._room = 0
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        self.refresh()

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return len(self.train)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures."""
        return self._size

    def start(self, seconds: float = 5.0) -> None:
        """Look for new scenes every so often, in a thread that ends with `stop` or with the process."""

        def watch() -> None:
            while not self._stop.wait(seconds):
                self.refresh()

        self._thread = threading.Thread(target=watch, name="pictures", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def refresh(self) -> int:
        """Take up scenes that were added; returns how many pictures there are to train on."""
        with self._lock:
            notes = [n for n in sorted(self.folder.glob("variants_*.json")) if n.name not in self._seen]
            with torch.cuda.stream(self._stream) if self._stream is not None else nullcontext():
                for note in notes:
                    self._take(note)
        return len(self.train)

    def wait(self, pictures: int = 1, seconds: float = 600.0) -> None:
        """Wait until there are so many pictures to train on.

        Raises:
            InputError: `training.no_pictures`.
        """
        for _ in range(max(1, int(seconds))):
            if self.refresh() >= pictures:
                return
            if self._stop.wait(1.0) or seconds < 1:
                break
        raise InputError(
            f"There are no prepared pictures to train on in {self.folder}.",
            code="training.no_pictures",
            hint="Render scenes with `rushes dataset synth`, then paint them with `rushes dataset prepare`.",
            details={"folder": str(self.folder), "pictures": len(self.train)},
        )

    def _take(self, note: Path) -> None:
        seed = int(re.sub(r"\D", "", note.stem) or 0)
        try:
            data: dict[str, Any] = json.loads(note.read_text("utf-8"))
            if data.get("feature_version") != FEATURE_VERSION:
                self._seen.add(note.name)
                _log.warning("%s was painted for another version of Rushes and is left out", note.name)
                return
            pictures = np.load(self.folder / f"pictures_{seed:06d}.npy", mmap_mode=None if self.resident else "r")
            found = None
            if self.with_features:
                found = np.load(self.folder / f"features_{seed:06d}.npy", mmap_mode=None if self.resident else "r")
            moved = self.folder / f"motion_{seed:06d}.npy"
            motion = np.load(moved) if moved.exists() else None
        except (OSError, ValueError, EOFError) as exc:
            _log.warning("scene %d is not read yet: %s", seed, exc)
            return
        self._seen.add(note.name)
        other = data.get("pair_of")
        held = (seed if other is None else int(other)) < self.below
        self._add(seed, data["variants"], pictures, found, held)
        if other is not None and motion is not None:
            way = torch.from_numpy(motion.astype(np.float16)).permute(2, 0, 1).contiguous().to(self.device)
            start, count = self._first[seed]
            self._motions.update((start + k, way) for k in range(count))
            self._waiting[seed] = (int(other), held)
        self._settle()
        for second in [s for s, (first, _) in self._waiting.items() if first in self._first]:
            first, held = self._waiting.pop(second)
            (a, n), (b, m) = self._first[first], self._first[second]
            (self.held_out_pairs if held else self.pairs).extend((a + k, b + k) for k in range(min(n, m)))

    def _settle(self) -> None:
        """Nothing is shown to the trainer before it is there."""
        if self._stream is not None:
            self._stream.synchronize()

    def _add(
        self, seed: int, notes: Sequence[Mapping[str, Any]], pictures: NDArray[np.uint8], found: Any, held: bool
    ) -> None:
        start, count = len(self._where), min(len(notes), len(pictures))
        if self.resident:
            self._reserve(pictures, found)
            if start + count > self._room:
                if self._room > 0:
                    _log.warning("the memory for pictures is full: %d are held, the rest is left out", start)
                    self._room = -1
                count = 0
            elif count:
                spot = slice(start, start + count)
                self._pictures[spot] = torch.from_numpy(pictures[:count]).to(self.device).permute(0, 3, 1, 2)
                if found is not None:
                    self._features[spot] = torch.from_numpy(found[:count]).to(self.device).permute(0, 3, 1, 2)
        self._size = (int(pictures.shape[1]), int(pictures.shape[2]))
        self._first[seed] = (start, count)
        if not count:
            return
        told = [tokens_of(n) for n in notes[:count]]
        labels = torch.tensor([[FIELDS[f].index(t) for f, t in zip(FIELDS, row, strict=True)] for row in told])
        ids = prompt_ids([" ".join(row) for row in told])
        self._ids = torch.cat([self._ids, ids])
        self._labels = torch.cat([self._labels, labels])
        self.tokens += [tuple(row) for row in told]
        self._where += [(seed, k) for k in range(count)]
        self._settle()
        (self.held_out if held else self.train).extend(range(start, start + count))

    def _reserve(self, pictures: NDArray[np.uint8], found: Any) -> None:
        if self._room:
            return
        h, w = pictures.shape[1:3]
        each = h * w * (3 + (2 * found.shape[-1] if found is not None else 0))
        room = self.max_gb * 2**30
        if not room:
            free = torch.cuda.mem_get_info(self.device)[0] if self.device.type == "cuda" else 8 * 2**30
            room = 0.5 * free
        self._room = max(1, int(room // each))
        self._pictures = torch.empty(self._room, 3, h, w, dtype=torch.uint8, device=self.device)
        if found is not None:
            self._features = torch.empty(self._room, found.shape[-1], h, w, dtype=torch.float16, device=self.device)
        _log.info("room for %d pictures (%.1f GB) on %s", self._room, self._room * each / 2**30, self.device)

    def _fetch(self, which: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        if self.resident:
            at = torch.tensor(which, dtype=torch.long)
            at = (at.pin_memory() if self.device.type == "cuda" else at).to(self.device, non_blocking=True)
            given = (
                self._features.index_select(0, at).float() if self.with_features else torch.empty(0, device=self.device)
            )
            return given, self._pictures.index_select(0, at).float() / 127.5 - 1.0
        rows = [self._where[i] for i in which]
        pictures = np.stack([self._mapped("pictures", s)[k] for s, k in rows])
        given = torch.empty(0)
        if self.with_features:
            found = np.stack([self._mapped("features", s)[k] for s, k in rows])
            given = torch.from_numpy(found.astype(np.float32)).permute(0, 3, 1, 2).contiguous()
        wanted = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1.0
        return given, wanted.contiguous()

    def _mapped(self, kind: str, seed: int) -> NDArray[Any]:
        return np.load(self.folder / f"{kind}_{seed:06d}.npy", mmap_mode="r")

    def batch(self, which: Sequence[int], pairs: int = 0, window: tuple[int, int, int, int] | None = None) -> Batch:
        """Pictures by number.

        Args:
            which: numbers of `train` or `held_out`; with `pairs`, first the firsts, then the seconds of the pairs.
            pairs: how many.
            window: top, left, height, width; None: all of it.
        """
        given, wanted = self._fetch(which)
        h, w = self.size
        top, left, height, width = window or (0, 0, h, w)
        if self.with_features:
            given, wanted = crop_window(given, wanted, top, left, height, width)
        still = torch.zeros(3, h, w, dtype=torch.float16, device=self.device)
        ways = [self._motions.get(i, still) for i in which[pairs : 2 * pairs]]
        moved = torch.stack(ways).float() if ways else still[None, :][:0].float()
        moved = moved[..., top : top + height, left : left + width]
        at = torch.tensor(which, dtype=torch.long)
        ids, labels = self._ids[at], self._labels[at]
        if self.device.type == "cuda":
            ids, labels = ids.pin_memory(), labels.pin_memory()
        ids, labels = ids.to(self.device, non_blocking=True), labels.to(self.device, non_blocking=True)
        return Batch(given, wanted, ids, labels, moved[:, :2], moved[:, 2:3])

    def draw(
        self, rng: random.Random, count: int, pairs: int = 0, window: tuple[int, int, int, int] | None = None
    ) -> Batch:
        """A batch to train on. While there are no pairs yet, single pictures without valid motion stand in."""
        singles = len(self.train)
        ready = len(self.pairs)
        firsts: list[int] = []
        seconds: list[int] = []
        for _ in range(pairs):
            a, b = self.pairs[rng.randrange(ready)] if ready else (self.train[rng.randrange(singles)],) * 2
            firsts.append(a)
            seconds.append(b)
        rest = [self.train[rng.randrange(singles)] for _ in range(count - 2 * pairs)]
        return self.batch([*firsts, *seconds, *rest], pairs, window)
