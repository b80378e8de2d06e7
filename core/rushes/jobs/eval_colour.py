"""How true grades are: 24 ColorChecker patches through the files as they are written, and shots matched to references.

The files are read back and applied by OpenColorIO alone: its config's own conversions between Rec.709 and the
timeline's space, its own readers of .cdl and .cube.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from rushes.contracts import CDL, Grade, JobContext, Metric, Rendering, TimelineSpace
from rushes.delivery.colour_cdl import write_cdls
from rushes.delivery.colour_cube import Cube
from rushes.delivery.colour_difference import display_delta_e, patches
from rushes.delivery.colour_files import grade_files
from rushes.delivery.colour_grades import grades
from rushes.delivery.colour_match import apply_match, distribution_delta_e, least_rise, match_other, match_same
from rushes.delivery.colour_spaces import Colours, Working, apply, ocio, processor
from rushes.jobs.eval_colour_pairs import REGRADES, demo_pictures, pairs, synthetic_pictures
from rushes.jobs.registry import Services

__all__ = ["end_to_end", "measure_colour", "random_cdl", "shown"]

BAR_PATCH, BAR_GAMUT, BAR_MATCH, BAR_DIP = 0.5, 1.0, 2.0, -0.15
_TARGETS = (
    Working(TimelineSpace.REC709),
    Working(TimelineSpace.DAVINCI),
    Working(TimelineSpace.ACESCCT),
    Working(TimelineSpace.ACESCCT, Rendering.ACES_2),
    Working(TimelineSpace.ACESCCT, Rendering.ACES_1),
)
_RANDOM = 4
_GAMUT = 2000
_SPACES = {TimelineSpace.DAVINCI: "DaVinci Intermediate WideGamut", TimelineSpace.ACESCCT: "ACEScct"}
_REC709 = "Gamma 2.4 Rec.709 - Texture"


def measure_colour(services: Services, context: JobContext) -> Iterable[Metric]:
    """Grades in every timeline space, matches, and the time that a LUT takes."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _spaces(Path(folder), context)
        context.check()
        yield from _matches(context)
        yield from _clock()


def random_cdl(seed: int) -> CDL:
    """A grade as strong as graders make them: half a stop, a visible cast, chroma from half to 1.4."""
    chance = np.random.default_rng(seed)

    def three(low: float, high: float) -> tuple[float, float, float]:
        a, b, c = (float(v) for v in chance.uniform(low, high, 3))
        return a, b, c

    return CDL(three(0.8, 1.25), three(-0.05, 0.05), three(0.8, 1.25), float(chance.uniform(0.5, 1.4)))


def _grades_for(target: Working) -> list[Grade]:
    """For Rec.709: grades made in the other spaces; elsewhere: the shipped ones and random ones, made in Rec.709."""
    if target.display:
        spaces = (TimelineSpace.DAVINCI, TimelineSpace.ACESCCT)
        return [Grade(f"random {seed}", spaces[seed % 2], random_cdl(seed)) for seed in range(2 * _RANDOM)]
    shipped = [named.grade for named in grades()]
    return shipped + [Grade(f"random {seed}", TimelineSpace.REC709, random_cdl(seed)) for seed in range(_RANDOM)]


def _display_of(working: Working) -> tuple[ocio.Transform, ocio.Transform]:
    """Rec.709 → space and back as OpenColorIO's config has it; with an output transform, as ACES defines it."""
    if working.tone_mapped or working.display:
        return working.transform(), working.inverse()
    name = _SPACES[working.space]
    return ocio.ColorSpaceTransform(src=_REC709, dst=name), ocio.ColorSpaceTransform(src=name, dst=_REC709)


def shown(working: Working, files: list[str], codes: Colours, linear: bool = False) -> Colours:
    """Rec.709 codes through the files (.cdl, .cube) in the space, as OpenColorIO reads them, clipped to 0..1."""
    to_space, to_display = _display_of(working)
    how = ocio.INTERP_LINEAR if linear else ocio.INTERP_TETRAHEDRAL
    steps = [to_space, *(ocio.FileTransform(src=file, interpolation=how) for file in files), to_display]
    out = codes
    for step in steps:
        out = apply(processor(step), out)
    return np.clip(out, 0.0, 1.0)


def end_to_end(
    grade: Grade, target: Working, folder: Path, codes: Colours | None = None
) -> tuple[Colours, Colours, Colours, Colours]:
    """(N, 3) Rec.709 codes, the 24 patches unless given: as meant, through CDL and LUT read both ways, through the
    CDL alone."""
    given = patches() if codes is None else codes
    own = Working.of(grade.space, grade.rendering)
    # OpenColorIO remembers files by their path: none is written twice.
    place = Path(tempfile.mkdtemp(dir=folder))
    write_cdls(place / "meant.cdl", {"meant": grade.cdl})
    meant = shown(own, [str(place / "meant.cdl"), *([grade.lut] if grade.lut else [])], given)
    made = grade_files(grade, target.space, place, target.rendering)
    write_cdls(place / "made.cdl", {"made": made.cdl})
    files = [str(place / "made.cdl"), *([made.lut] if made.lut else [])]
    found = [shown(target, files, given, linear) for linear in (False, True)]
    return meant, found[0], found[1], shown(target, files[:1], given)


def _spaces(folder: Path, context: JobContext) -> Iterator[Metric]:
    codes = np.concatenate([patches(), np.random.default_rng(99).random((_GAMUT, 3)).astype(np.float32)])
    for place, target in enumerate(_TARGETS):
        means: list[float] = []
        worst: list[tuple[float, str]] = []
        alone: list[float] = []
        gamut: list[float] = []
        for grade in _grades_for(target):
            context.check()
            context.progress(0.7 * place / len(_TARGETS), "grades", f"{grade.name} in {target.label}")
            meant, one, two, cdl = end_to_end(grade, target, folder, codes)
            everywhere = np.maximum(display_delta_e(one, meant), display_delta_e(two, meant))
            gamut.append(float(everywhere[24:].mean()))
            meant, cdl, errors = meant[:24], cdl[:24], everywhere[:24]
            means.append(float(errors.mean()))
            worst.append((float(errors.max()), grade.name))
            alone.append(float(display_delta_e(cdl, meant).mean()))
        name = f"grades.{target.label.replace(' (', '.').rstrip(')')}"
        yield Metric.judged(f"{name}.mean", float(np.mean(means)), "dE", reference=float(np.mean(alone)))
        yield Metric.judged(
            f"{name}.gamut", float(np.mean(gamut)), "dE", compare="<=", limit=BAR_GAMUT, note=f"{_GAMUT} random colours"
        )
        note = f"worst patch of {len(worst)} grades: {max(worst)[1]}"
        if target.rendering is Rendering.ACES_1:
            note += "; ACES 1.x does not give all Rec.709 colours back"
            yield Metric.judged(f"{name}.worst", max(worst)[0], "dE", reference=_round_trip(target), note=note)
        else:
            yield Metric.judged(
                f"{name}.worst", max(worst)[0], "dE", compare="<=", limit=BAR_PATCH, note=note, reference=max(alone)
            )


def _round_trip(target: Working) -> float:
    return float(display_delta_e(shown(target, [], patches()), patches()).max())


def _matches(context: JobContext) -> Iterator[Metric]:
    demo = demo_pictures()
    sets = pairs({**demo, **synthetic_pictures()})
    for place, target in enumerate(_TARGETS[:3]):
        rows: list[tuple[float, float, float]] = []
        for pair in sets:
            context.check()
            context.progress(0.7 + 0.08 * place, "match", f"{pair.name} in {target.label}")
            found = match_same(target, pair.picture[~pair.held], pair.reference[~pair.held])
            seen, wanted = pair.picture[pair.held], pair.reference[pair.held]
            both = [apply_match(target, found.cdl, cube, seen) for cube in (None, found.cube)]
            errors = [float(display_delta_e(codes, wanted).mean()) for codes in (seen, *both)]
            rows.append((errors[0], errors[1], errors[2]))
        before, cdl, after = (list(column) for column in zip(*rows))
        name, note = f"match.{target.label}", f"{len(sets)} pairs, pixels that the fit did not see"
        yield Metric.judged(f"{name}.before", float(np.mean(before)), "dE", note="mean of the pairs")
        yield Metric.judged(f"{name}.cdl", float(np.mean(cdl)), "dE", reference=float(np.mean(before)))
        yield Metric.judged(
            f"{name}.after",
            float(np.mean(after)),
            "dE",
            reference=float(np.mean(before)),
            compare="<=",
            limit=BAR_MATCH,
            note=f"{note}; the worst pair: {max(after):.2f}",
        )
    if len(demo) == 3:
        yield from _other(demo)


def _other(demo: dict[str, Colours]) -> Iterator[Metric]:
    target = _TARGETS[1]
    before, after, rise = [], [], []
    for (mine, theirs), regrade in zip(
        (("quay", "arrival"), ("arrival", "quay"), ("overlook", "quay")), ("warm", "cool", "film")
    ):
        picture = demo[f"take_{mine}"].reshape(-1, 3)
        graded = np.clip(REGRADES[regrade](demo[f"take_{theirs}"].reshape(-1, 3).astype(np.float64)), 0, 1)
        reference = graded.astype(np.float32)
        found = match_other(target, picture, reference)
        before.append(distribution_delta_e(picture, reference))
        after.append(distribution_delta_e(apply_match(target, found.cdl, found.cube, picture), reference))
        rise.append(least_rise(target, found.cdl, found.cube))
    yield Metric.judged(
        "match.other_scene", float(np.mean(after)), "dE", reference=float(np.mean(before)), note="crowds of colours"
    )
    yield Metric.judged(
        "match.other_scene.ramp", min(rise), "L*", compare=">=", limit=BAR_DIP, note="least step up of 256 greys"
    )


def _clock() -> Iterator[Metric]:
    axis = np.linspace(0.0, 1.0, 33, dtype=np.float32)
    cube = Cube(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1))
    frame = np.random.default_rng(0).random((1080, 1920, 3), np.float32)
    for name, how in (("trilinear", ocio.INTERP_LINEAR), ("tetrahedral", ocio.INTERP_TETRAHEDRAL)):
        cpu = processor(cube.transform(how))
        begun = time.perf_counter()
        apply(cpu, frame)
        yield Metric.judged(f"lut.1080p.{name}", time.perf_counter() - begun, "s", note="33-point .cube, one thread")
