"""`rushes` as an artist meets it: in a process of its own, with an engine on doubles."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rushes.contracts import Rating
from rushes.library.production import Production

from .conftest import Shell

COMMANDS = (
    "new", "shots", "passes", "shoot", "explore", "look", "takes", "engine", "jobs", "models", "doctor", "demo",
    "reindex", "eval", "bench", "train", "dataset", "project", "deliver", "conform",
)  # fmt: skip


def test_help_lists_all_commands_and_stays_light(shell: Shell) -> None:
    shown = shell.run("--help")
    assert shown.returncode == 0
    listed = {line.split()[0] for line in shown.stdout.split("Commands:")[1].splitlines() if line.strip()}
    assert set(COMMANDS) <= listed
    heavy = ("numpy", "rich", "sqlite3", "torch", "av", "rushes.contracts", "rushes.library")
    code = f"import sys, rushes.cli.main; print([m for m in {heavy!r} if m in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", code], env=shell.environment(), capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [("takes", "--help"), ("shoot", "--help"), ("engine", "-h"), ("train", "-h")])
def test_every_group_has_help(shell: Shell, words: tuple[str, ...]) -> None:
    shown = shell.run(*words)
    assert shown.returncode == 0
    assert "Usage" in shown.stdout


@pytest.mark.parametrize(
    "words",
    [("shoot", "--bogus"), ("shoot",), ("nonsense",), ("takes", "keep"), ("eval", "replay", "--sheets", "here")],
)
def test_a_wrong_call_is_2(shell: Shell, words: tuple[str, ...]) -> None:
    done = shell.run(*words)
    assert done.returncode == 2
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr


def test_new_makes_a_production(shell: Shell, tmp_path: Path) -> None:
    done = shell.run("new", "film", "--name", "Hafen ×", "--rate", "23.976", "--size", "1920x1080", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = Production.open(tmp_path / "film")
    assert (made.name, str(made.rate), str(made.size)) == ("Hafen ×", "24000/1001", "1920×1080")
    again = shell.run("new", "film", cwd=tmp_path)
    assert again.returncode == 1
    assert "already" in again.stderr


def test_outside_of_a_production_it_says_what_to_do(shell: Shell, tmp_path: Path) -> None:
    done = shell.run("takes", "list", cwd=tmp_path)
    assert done.returncode == 1
    assert "rushes new" in done.stderr
    assert done.stdout == ""


def test_a_shoot_from_the_shell(shell: Shell, film: Production) -> None:
    done = shell.run(
        "shoot", "set.blend", "--shot", "010", "--variants", "2", "--seed", "5", "--set", "lighting=zinc night",
        "--frames", "1-3", "--size", "64x36", cwd=film.root,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    takes = film.takes("010")
    assert [(t.seed, t.frame_count, str(t.size)) for t in takes] == [(5, 3, "64×36"), (6, 3, "64×36")]
    assert done.stderr.count("zinc") == 1  # said once, not for each variant
    for take in takes:
        assert str(film.take_folder(take.id) / "clip.mp4") in done.stdout
    assert "sheet.png" in done.stdout


def test_takes_from_below_the_production_and_by_the_end_of_an_id(shell: Shell, film: Production) -> None:
    shell.run("shoot", "set.blend", "--shot", "020", "--frames", "1-2", cwd=film.root)
    (take,) = film.takes()
    end = take.id[-5:]
    kept = shell.run("takes", "keep", end, "--note", "light", cwd=film.shot_folder("020"))
    assert kept.returncode == 0, kept.stderr
    found = film.find_take(take.id)
    assert found is not None
    assert (found.rating, found.notes) == (Rating.KEPT, "light")
    listed = shell.run("takes", "list", "--only", "kept", "--json", "--production", film.root)
    assert [t["id"] for t in json.loads(listed.stdout)] == [take.id]
    shown = shell.run("takes", "show", end, cwd=film.root)
    assert take.recipe_hash in shown.stdout
    replayed = shell.run("takes", "replay", end, "--verify", RUSHES_PRODUCTION=str(film.root))
    assert replayed.returncode == 0, replayed.stderr
    assert "same to the bit" in replayed.stdout


def test_replay_verify_fails_on_a_difference(shell: Shell, film: Production) -> None:
    shell.run("shoot", "set.blend", "--shot", "010", "--frames", "1-2", cwd=film.root)
    (take,) = film.takes()
    path = film.take_folder(take.id) / "frames.json"
    data = json.loads(path.read_text())
    data["sha256"][1] = "0" * 64
    path.write_text(json.dumps(data))
    told = shell.run("takes", "replay", take.id, cwd=film.root)
    assert told.returncode == 0
    assert "1 of 2 frames differ: 2" in told.stdout
    assert shell.run("takes", "replay", take.id, "--verify", cwd=film.root).returncode == 1


def test_trash_and_restore(shell: Shell, film: Production) -> None:
    shell.run("shoot", "set.blend", "--shot", "010", "--frames", "1-2", cwd=film.root)
    (take,) = film.takes()
    assert shell.run("takes", "trash", take.id, cwd=film.root).returncode == 0
    assert film.takes() == ()
    assert shell.run("takes", "restore", take.id, cwd=film.root).returncode == 0
    assert film.takes() == (take,)


def test_a_wrong_blend_prints_the_hint(shell: Shell, film: Production) -> None:
    (film.root / "notes.blend").write_bytes(b"BLENDER-double no")
    (film.root / "notes.blend").write_text("not a scene")
    done = shell.run("shoot", "notes.blend", cwd=film.root)
    assert done.returncode == 1
    assert "Error:" in done.stderr
    assert len(done.stderr.strip().splitlines()) >= 2
    assert "Traceback" not in done.stderr
    assert film.takes() == ()


def test_an_unknown_shot_is_named(shell: Shell, film: Production) -> None:
    done = shell.run("shoot", "set.blend", "--shot", "030", cwd=film.root)
    assert done.returncode == 1
    assert "030" in done.stderr
    assert "010, 020" in done.stderr


def test_strengths_and_object_seeds(shell: Shell, film: Production) -> None:
    given = ("--strength", "color=0.5", "--object-seed", "House left=9", "--frames", "1-2")
    done = shell.run("shoot", "set.blend", "--shot", "010", *given, cwd=film.root)
    assert done.returncode == 0, done.stderr
    recipe = json.loads((film.take_folder(film.takes()[0].id) / "recipe.json").read_text())
    assert (recipe["strengths"], recipe["object_seeds"]) == ({"color": 0.5}, {"House left": 9})
    wrong = shell.run("shoot", "set.blend", "--strength", "color", cwd=film.root)
    assert wrong.returncode == 1
    assert "--strength NAME=1" in wrong.stderr


def test_passes_and_shots(shell: Shell, film: Production) -> None:
    listed = shell.run("shots", "set.blend", cwd=film.root)
    assert listed.returncode == 0
    assert "cam 020" in listed.stdout
    assert film.sources() == ()  # looking makes nothing a source
    done = shell.run("passes", "set.blend", "--shot", "010", "--frames", "1-2", cwd=film.root)
    assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.strip().splitlines()[-1].strip())
    assert (folder / "manifest.json").is_file()


def test_ctrl_c_cancels_and_leaves_things_whole(shell: Shell, film: Production) -> None:
    (film.root / "set.blend").write_bytes(b"BLENDER-double slow")
    running = shell.start(["shoot", "set.blend", "--variants", "2"], film.root)
    assert running.stdout is not None
    seen = ""
    while "passes" not in seen:
        seen = running.stdout.readline()
        assert seen, "it ended by itself"
    time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    rest = running.communicate(timeout=40)[0]
    assert running.returncode == 130, rest
    assert "no take was finished" in rest
    assert film.takes() == ()
    assert not list(film.root.rglob(".staging*"))
    assert "No jobs wait or run" in shell.run("jobs", "list").stdout


def test_engine_status_and_logs(shell: Shell) -> None:
    assert shell.run("engine", "start").returncode == 0
    assert "runs" in shell.run("engine", "status").stdout
    assert "engine.log" in shell.run("engine", "logs").stdout


@pytest.mark.parametrize(
    "changes",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"COLUMNS": "24"},
        {"NO_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "40"},
    ],
)
def test_odd_terminals_do_not_break_it(shell: Shell, film: Production, changes: dict[str, str]) -> None:
    (film.root / "größe ×.blend").write_bytes(b"BLENDER-double")
    made = shell.run("shoot", "größe ×.blend", "--shot", "010", "--frames", "1-2", cwd=film.root, **changes)
    assert made.returncode == 0, made.stderr
    listed = shell.run("takes", "list", cwd=film.root, **changes)
    assert listed.returncode == 0, listed.stderr
    assert "Traceback" not in made.stderr + listed.stderr
    assert "\x1b[3" not in listed.stdout


def test_a_narrow_terminal_gets_blocks(shell: Shell, film: Production) -> None:
    shell.run("shoot", "set.blend", "--shot", "010", "--frames", "1-2", "--seed", "3", cwd=film.root)
    (take,) = film.takes()
    listed = shell.run("takes", "list", cwd=film.root, COLUMNS="40").stdout.splitlines()
    assert listed[:3] == ["010", f"  take: {take.id}", "  seed: 3"]


def test_a_name_that_the_locale_cannot_read_is_explained(shell: Shell, film: Production) -> None:
    (film.root / "größe.blend").write_bytes(b"BLENDER-double")
    done = shell.run("shoot", "größe.blend", cwd=film.root, PYTHONUTF8="0", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 1
    assert "UTF-8" in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_where_it_came_from(shell: Shell, tmp_path: Path) -> None:
    assert "Traceback" in shell.run("--debug", "takes", "list", cwd=tmp_path).stderr


def test_reindex(shell: Shell, film: Production) -> None:
    shell.run("shoot", "set.blend", "--shot", "010", "--frames", "1-2", cwd=film.root)
    (film.root / "index.sqlite").write_bytes(b"broken" * 1000)
    done = shell.run("reindex", cwd=film.root)
    assert done.returncode == 0, done.stderr
    assert "Harbour: 1 take." in done.stdout


def test_demo_makes_takes_sheets_and_a_reel(shell: Shell, tmp_path: Path, film: Production) -> None:
    out = tmp_path / "demo"
    done = shell.run("demo", "--out", out, "--blend", film.root / "set.blend")
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_text())
    assert [(t["shot"], t["seed"]) for t in summary["takes"]] == [("010", 1), ("010", 2), ("020", 1), ("020", 2)]
    for take in summary["takes"]:
        assert Path(take["file"]).is_file()
        assert Path(take["poster"]).is_file()
        assert len(take["recipe_hash"]) == 64
        assert take["seconds"] > 0
    assert len(summary["sheets"]) == 2
    assert all(Path(s).is_file() for s in summary["sheets"])
    from rushes.media.video import probe

    reel = probe(Path(summary["reel"]))
    assert reel.frames == 2 * (24 + 5)  # a slate of one second and a take, twice
    made = Production.open(out / "production")
    kept = [t.id for t in made.takes() if t.rating is Rating.KEPT]
    assert kept == [t["id"] for t in summary["takes"] if t["kept"]]
    assert len(kept) == 2
    projected = probe(Path(summary["projected"]["clip"]))
    assert (projected.frames, summary["projected"]["take"]) == (5, kept[0])
    assert Path(summary["projected"]["still"]).is_file()
    again = shell.run("demo", "--out", out, "--blend", film.root / "set.blend")
    assert again.returncode == 0, again.stderr
    assert len(Production.open(out / "production").takes()) == 8
