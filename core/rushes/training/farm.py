"""Renders and paints training scenes on all cores: `python -m rushes.training.farm SCENES PICTURES --scenes 3000`.

Each process keeps a Blender of its own, takes the next seed, has scene and pair rendered, paints them, and so on. Seeds
go up, so that whatever is done shows all places alike. What a seed gives does not depend on how many processes there
are; a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from rushes.blender.launcher import find_blender
from rushes.errors import BlenderError, DiskFullError, disk_full_as_error, from_dict
from rushes.training.dataset import is_done, parse_share, share_of
from rushes.training.farm_worker import FarmJob, has_pair, work

__all__ = ["FarmReport", "farm", "main"]

_log = logging.getLogger(__name__)

_TELL_SECONDS = 10.0
_LEAVE_SECONDS = 15.0
_TRIES = 2
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OIDN_NUM_THREADS")


@dataclass
class FarmReport:
    """What a run has done so far."""

    scenes: int = 0
    """Scenes painted by this run; a pair counts with its scene."""
    pictures: int = 0
    bytes: int = 0
    """Size of the pictures' folder."""
    failures: int = 0
    """Seeds given up."""
    seconds: float = 0.0
    """Wall clock."""
    render_seconds: float = 0.0
    """Of all processes together."""
    paint_seconds: float = 0.0
    ended: str = "done"
    """"done", "full" (the size that was allowed) or "stopped"."""

    def line(self, todo: int) -> str:
        """One line for a console."""
        n = max(1, self.scenes)
        return (
            f"{self.scenes} of {todo} scenes, {self.pictures} pictures, {self.bytes / 2**30:.1f} GB, "
            f"{self.seconds / n:.2f} s a scene ({self.render_seconds / n:.2f} s rendering, "
            f"{self.paint_seconds / n:.2f} s painting), {self.failures} given up, {self.seconds:.0f} s"
        )


@dataclass
class _Hand:
    process: BaseProcess
    pipe: Connection
    seed: int | None = None
    """What it works on."""
    asking: bool = False


@dataclass
class _Farm:
    job: FarmJob
    seeds: Sequence[int]
    processes: int
    max_bytes: float
    report: FarmReport = field(default_factory=FarmReport)
    stopping: bool = False
    hands: list[_Hand] = field(default_factory=list[_Hand])
    pending: deque[int] = field(default_factory=deque[int])
    tries: dict[int, int] = field(default_factory=dict[int, int])
    fatal: Exception | None = None

    def run(self) -> FarmReport:
        """Until all is done, the folder is full, or somebody stops it."""
        self.pending.extend(self.seeds)
        began = told = time.monotonic()
        self.report.bytes = sum(f.stat().st_size for f in self.job.pictures.glob("*.npy"))
        context = multiprocessing.get_context("spawn")
        try:
            for _ in range(min(self.processes, len(self.pending))):
                self.hands.append(self._start(context))
            while self.hands and not self.stopping and self.fatal is None:
                self._listen(context)
                self._deal()
                self.report.seconds = time.monotonic() - began
                if time.monotonic() - told > _TELL_SECONDS:
                    told = time.monotonic()
                    _log.info("%s", self.report.line(len(self.seeds)))
        finally:
            self._leave()
        if self.fatal is not None:
            raise self.fatal
        if self.stopping:
            self.report.ended = "stopped"
        return self.report

    def _start(self, context: SpawnContext) -> _Hand:
        mine, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, self.job), daemon=False)
        process.start()
        theirs.close()
        return _Hand(process, mine)

    def _listen(self, context: SpawnContext) -> None:
        """Take what the processes say; one that died is replaced."""
        ready = wait([h.pipe for h in self.hands], timeout=1.0)
        for hand in list(self.hands):
            if hand.pipe not in ready:
                continue
            try:
                self._hear(hand, hand.pipe.recv())
            except (EOFError, OSError):
                self.hands.remove(hand)
                hand.pipe.close()
                hand.process.join()
                if hand.seed is not None:
                    self._failed(hand.seed, {"message": f"its process ended with code {hand.process.exitcode}"})
                    self.hands.append(self._start(context))

    def _hear(self, hand: _Hand, said: dict[str, Any]) -> None:
        seed, hand.seed, hand.asking = hand.seed, None, True
        if said["kind"] == "failed" and seed is not None:
            self._failed(seed, said["error"])
        elif said["kind"] == "done":
            self.report.scenes += 1
            self.report.pictures += said["pictures"]
            self.report.bytes += said["bytes"]
            self.report.render_seconds += said["render"]
            self.report.paint_seconds += said["paint"]

    def _failed(self, seed: int, error: dict[str, Any]) -> None:
        """Note it; the first time it is put behind all others."""
        tried = self.tries[seed] = self.tries.get(seed, 0) + 1
        note = {"seed": seed, "try": tried, "error": error}
        with disk_full_as_error(self.job.pictures), (self.job.pictures / "failures.jsonl").open("a") as stream:
            stream.write(json.dumps(note) + "\n")
        _log.warning("scene %d failed (try %d): %s", seed, tried, error.get("message", ""))
        if tried < _TRIES:
            self.pending.append(seed)
        else:
            self.report.failures += 1
        if error.get("kind") == DiskFullError.__name__:
            self.fatal = from_dict(error)
        elif not self.report.scenes and len(self.tries) > 2 * self.processes + 3:
            self.fatal = BlenderError(
                f"No scene could be made; the last one said: {error.get('message', '')}",
                code="blender.failed",
                hint="Check that Blender works here: `rushes doctor`. The notes are in failures.jsonl.",
            )

    def _deal(self) -> None:
        """Give seeds to those who ask; send them home when no more can come."""
        if self.max_bytes and self.report.bytes >= self.max_bytes and self.report.ended != "full":
            self.pending.clear()
            self.report.ended = "full"
        over = not self.pending and all(h.seed is None for h in self.hands)
        for hand in list(self.hands):
            if not hand.asking:
                continue
            if self.pending:
                hand.seed, hand.asking = self.pending.popleft(), False
                self._tell(hand, hand.seed)
            elif over:
                self._tell(hand, None)
                hand.asking = False

    @staticmethod
    def _tell(hand: _Hand, what: int | None) -> None:
        try:
            hand.pipe.send(what)
        except OSError:
            pass  # it died meanwhile; the next `_listen` hears of it

    def _leave(self) -> None:
        for hand in self.hands:
            hand.process.terminate()
        last = time.monotonic() + _LEAVE_SECONDS
        for hand in self.hands:
            hand.process.join(max(0.1, last - time.monotonic()))
            if hand.process.is_alive():
                hand.process.kill()
                hand.process.join()
            hand.pipe.close()


def farm(
    job: FarmJob, seeds: Sequence[int], *, processes: int = 2, max_gb: float = 0.0, stoppable: bool = False
) -> FarmReport:
    """Make the pictures of scenes that are not made yet.

    Args:
        job: where and how.
        seeds: which scenes, in this order.
        processes: side by side, about one core each.
        max_gb: no new scene is begun when the folder is larger; 0: no limit.
        stoppable: SIGTERM and SIGINT end the run in good order (main thread only).

    Raises:
        BlenderError: no Blender, or nothing can be rendered.
        DiskFullError: no room; what is done is whole.
    """
    find_blender(job.renderer)
    with disk_full_as_error(job.pictures):
        job.pictures.mkdir(parents=True, exist_ok=True)
        job.scenes.mkdir(parents=True, exist_ok=True)
    todo = [s for s in seeds if not is_done(job.pictures, s, pair=has_pair(s, job))]
    for name in _THREAD_VARIABLES:
        os.environ.setdefault(name, "1")
    work_ = _Farm(job, todo, max(1, processes), max_gb * 2**30)
    if not stoppable:
        return work_.run()

    def stop(*_: object) -> None:
        work_.stopping = True

    before = {s: signal.signal(s, stop) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        return work_.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main(argv: Sequence[str] | None = None) -> int:
    """Command-line door."""
    parser = argparse.ArgumentParser(
        prog="rushes dataset make", description="Render and paint training scenes on all cores."
    )
    parser.add_argument("scenes_folder", metavar="SCENES", type=Path, help="folder for rendered scenes")
    parser.add_argument("pictures", metavar="PICTURES", type=Path, help="folder for pictures and inputs")
    parser.add_argument("--scenes", type=int, default=600, help="how many, from --first on")
    parser.add_argument("--first", type=int, default=0, help="seed of the first; those below 42 are held out")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 2, help="side by side, a core each")
    parser.add_argument("--variants", type=int, default=3, help="pictures a scene")
    parser.add_argument("--share", type=parse_share, default=(0, 1), help="k/n: one of n machines' shares, from 0/n")
    parser.add_argument("--pair-every", type=int, default=4, help="every so manieth scene has a later moment; 0: none")
    parser.add_argument("--max-gb", type=float, default=0.0, help="stop when the pictures need so much; 0: no limit")
    parser.add_argument("--renderer", "--blender", default=None, help="Blender, or the Python that has bpy")
    parser.add_argument(
        "--keep-scenes", action=argparse.BooleanOptionalAction, default=False, help="keep rendered scenes"
    )
    parser.add_argument("--drop-scenes", dest="keep_scenes", action="store_false", help="the opposite (default)")
    given = parser.parse_args(argv)
    job = FarmJob(
        given.scenes_folder, given.pictures, given.variants, given.renderer, given.keep_scenes, given.pair_every
    )
    seeds = share_of(range(given.first, given.first + given.scenes), given.share)
    report = farm(job, seeds, processes=given.processes, max_gb=given.max_gb, stoppable=True)
    _log.info("%s: %s", report.ended, report.line(len(seeds)))
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sys.exit(main())
