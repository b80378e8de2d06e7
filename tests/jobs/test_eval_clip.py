"""`rushes eval clip` at a small size: every figure is there, holds its bar, and sheets are written."""

from __future__ import annotations

from pathlib import Path

from rushes.contracts import Size
from rushes.jobs.eval_clip import ClipTrial, clip_metrics
from rushes.jobs.eval_clip_take import finish_metrics
from rushes.jobs.evals import EVALUATIONS
from rushes.testing.analytic_shot import street
from rushes.testing.contexts import RecordingContext


def test_the_treatments_beat_their_plain_ways(tmp_path: Path) -> None:
    trial = ClipTrial(Size(320, 180), frames=7, shaken=24, seeds=(3,), sheets=tmp_path)
    context = RecordingContext()
    metrics = list(clip_metrics(trial, context))
    judged = {m.name: m for m in metrics if m.bar}
    assert set(judged) == {
        "clip.denoise.psnr",
        "clip.denoise.unrest",
        "clip.interpolate_2.psnr",
        "clip.interpolate_4.psnr",
        "clip.stabilise_vidstab.wobble",
        "clip.stabilise_points.wobble",
        "clip.matte.overlap",
        "clip.upscale_lanczos.psnr",
    }
    assert [m.name for m in judged.values() if not m.ok] == []
    assert all(m.reference is not None for n, m in judged.items() if n != "clip.matte.overlap")
    names = {p.name for p in tmp_path.iterdir()}
    assert {"clip_denoise.png", "clip_interpolate_2.png", "clip_stabilise.png", "clip_matte.png"} <= names
    assert context.fractions == sorted(context.fractions)
    assert callable(EVALUATIONS["clip"].measure())


def test_a_take_finished_again_comes_closer_than_one_enlarged() -> None:
    metrics = list(finish_metrics(street(Size(640, 360), frames=2), RecordingContext()))
    by_name = {m.name: m for m in metrics}
    assert by_name["clip.take_upscale.psnr_near_edges"].ok
    assert by_name["clip.take_upscale.psnr"].ok
    assert callable(EVALUATIONS["clip_take"].measure())
