"""Where weights are found, what they hash to, what is refused."""

from __future__ import annotations

import hashlib
import os
import pickle
import time
from pathlib import Path

import pytest

from rushes.contracts import ModelRef
from rushes.errors import ModelError, RecipeError
from rushes.models import store as store_module
from rushes.models.store import ModelStore, check_ref, model_files, refuse_pickles


def make_model(folder: Path, weights: bytes = b"weights") -> Path:
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text("{}")
    (folder / "unet" / "model.safetensors").write_bytes(weights)
    (folder / "README.md").write_text("notes")
    old = time.time() - 60
    for path in folder.rglob("*"):
        os.utime(path, (old, old))
    return folder


def test_given_folder_wins_over_home(tmp_path: Path) -> None:
    make_model(tmp_path / "home" / "models" / "m")
    store = ModelStore([], home=tmp_path / "home")
    assert store.find("m") == tmp_path / "home" / "models" / "m"
    make_model(tmp_path / "mine" / "m")
    assert ModelStore([tmp_path / "mine"], home=tmp_path / "home").find("m") == tmp_path / "mine" / "m"


def test_environment_names_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_model(tmp_path / "b" / "m")
    monkeypatch.setenv("RUSHES_MODELS", os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b")]))
    monkeypatch.setenv("RUSHES_HOME", str(tmp_path / "home"))
    assert ModelStore().find("m") == tmp_path / "b" / "m"
    assert ModelStore().home == tmp_path / "home"


def test_missing_model_says_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        ModelStore([], home=tmp_path).find("big-model")
    assert caught.value.code == "model.missing"
    assert str(tmp_path / "models" / "big-model") in caught.value.hint


def test_half_copied_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "models" / "m").mkdir(parents=True)
    with pytest.raises(ModelError, match=r"not a whole model: model_index\.json"):
        ModelStore([], home=tmp_path).find("m")


def test_ref_hashes_what_changes_pictures(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "m")
    ref = ModelStore([], home=tmp_path / "home").ref("m", folder)
    assert ref.files == {
        "model_index.json": hashlib.sha256(b"{}").hexdigest(),
        "unet/model.safetensors": hashlib.sha256(b"weights").hexdigest(),
    }
    (folder / "README.md").write_text("other notes")
    assert ModelStore([], home=tmp_path / "home").ref("m", folder).sha256 == ref.sha256


def test_ref_of_a_folder_without_weights(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "m")
    (folder / "unet" / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="no weights"):
        ModelStore([], home=tmp_path / "home").ref("m", folder)


def test_hashes_are_remembered_between_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_model(tmp_path / "m")
    first = ModelStore([], home=tmp_path / "home").ref("m", folder)

    def never(path: Path) -> str:
        raise AssertionError(f"{path} was hashed again")

    monkeypatch.setattr(store_module, "_sha256", never)
    assert ModelStore([], home=tmp_path / "home").ref("m", folder) == first
    weights = folder / "unet" / "model.safetensors"
    stat = weights.stat()
    weights.write_bytes(b"WEIGHTS")
    os.utime(weights, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    with pytest.raises(AssertionError, match="hashed again"):
        ModelStore([], home=tmp_path / "home").ref("m", folder)


def test_a_file_written_just_now_is_not_remembered(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "m")
    weights = folder / "unet" / "model.safetensors"
    store = ModelStore([], home=tmp_path / "home")
    weights.write_bytes(b"one one")
    stat = weights.stat()
    before = store.ref("m", folder)
    weights.write_bytes(b"two two")
    os.utime(weights, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert store.ref("m", folder).sha256 != before.sha256


def test_an_unwritable_home_does_not_stop_hashing(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "m")
    (tmp_path / "home").write_text("a file where the home should be")
    assert ModelStore([], home=tmp_path / "home").ref("m", folder).files


def test_a_damaged_cache_is_ignored(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "m")
    cache = tmp_path / "home" / "cache" / "model_hashes.json"
    cache.parent.mkdir(parents=True)
    cache.write_text('{"half')
    assert ModelStore([], home=tmp_path / "home").ref("m", folder).files


def test_subfolders_and_hidden_files(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "m")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "x.json").write_text("{}")
    (folder / "unused").mkdir()
    (folder / "unused" / "x.json").write_text("{}")
    names = [p.relative_to(folder).as_posix() for p in model_files(folder, ["unet"])]
    assert names == ["model_index.json", "unet/model.safetensors"]


def test_pickles_are_refused_unless_safetensors_stand_beside(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "m")
    (folder / "unet" / "model.bin").write_bytes(pickle.dumps({}))
    refuse_pickles(folder)
    (folder / "text_encoder").mkdir()
    (folder / "text_encoder" / "pytorch_model.bin").write_bytes(pickle.dumps({}))
    with pytest.raises(ModelError, match=r"pytorch_model\.bin is a pickle") as caught:
        refuse_pickles(folder)
    assert caught.value.code == "model.pickle"


def test_check_ref_names_what_changed() -> None:
    ref = ModelRef("house", {"a": "1", "b": "2", "c": "3"})
    check_ref(ref, ModelRef("house", {"c": "3", "b": "2", "a": "1"}))
    with pytest.raises(RecipeError) as caught:
        check_ref(ref, ModelRef("house", {"a": "9", "b": "2", "d": "4"}))
    assert "a (changed)" in caught.value.message
    assert "c (missing)" in caught.value.message
    assert "d (new)" in caught.value.message
    assert "b (" not in caught.value.message
    with pytest.raises(RecipeError, match="not with other"):
        check_ref(ref, ModelRef("other", ref.files))
