"""A client asks about productions: the real client, routes and files; only the socket is left out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from rushes.client import Client, Reply
from rushes.contracts import Brief, Rating, Size, Take, encode
from rushes.engine.app import make_app
from rushes.engine.settings import Settings
from rushes.errors import BlendError, EngineUnreachable, InputError, ProductionError, ProtocolError, RecipeError
from rushes.library.files import write_json
from rushes.library.production import Production

TOKEN = "the-token"


class InProcess:
    """DOUBLE of the socket: hands requests to the guarded application. Loses the answers that `lose` names."""

    def __init__(self, http: TestClient) -> None:
        self._http = http
        self.lose: set[str] = set()

    def request(self, method: str, path: str, body: bytes | None = None, *, timeout: float = 10.0) -> Reply:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        answer = self._http.request(method, path, content=body, headers=headers)
        lost = {name for name in self.lose if path.split("?")[0].endswith(name)}
        if method == "POST" and lost:
            self.lose -= lost
            raise EngineUnreachable("the answer was lost")
        return Reply(answer.status_code, answer.content)


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[InProcess]:
    guard, app = make_app(Settings(tmp_path / "home", doubles=True), TOKEN)
    yield InProcess(TestClient(guard, base_url="http://127.0.0.1:4000"))
    app.state.engine.store.close()


@pytest.fixture
def client(wire: InProcess) -> Client:
    return Client(wire, reconnect=lambda: wire, sleep=lambda seconds: None)


@pytest.fixture
def film(tmp_path: Path) -> Production:
    return Production.create(tmp_path / "Über 東京", "Harbour", Fraction(24000, 1001), Size(640, 360))


def add(film: Production, take_id: str, shot: str = "010", second: int = 0) -> Path:
    take = Take(
        id=take_id,
        shot=shot,
        created=f"2026-11-20T10:00:{second:02d}+00:00",
        seed=1,
        brief=Brief(subject="a boat"),
        generator="house",
        recipe_hash="0" * 64,
        size=Size(64, 36),
        frame_count=2,
        rate=Fraction(24000, 1001),
        seconds=0.5,
        origin={"camera": "abc"},
    )
    with film.stage_take(shot, take_id) as folder:
        (folder / "clip.mp4").write_bytes(b"clip")
        Image.new("RGB", (64, 36), (200, 0, 0)).save(folder / "poster.png")
        write_json(folder / "recipe.json", {"camera": "Cam", "range": {"start": 1, "end": 2, "step": 1}})
        write_json(folder / "take.json", encode(take))
    return film.take_folder(take_id)


def test_a_production_from_its_making_to_its_takes(client: Client, tmp_path: Path) -> None:
    root = tmp_path / "new"
    made = client.create_production(root, "New", Fraction(25), Size(320, 180))
    assert (made.info.name, made.info.rate, made.info.size, made.shots) == ("New", Fraction(25), Size(320, 180), ())
    assert made.info.writable
    assert client.production(root, made.revision) is None
    (tmp_path / "a.blend").write_bytes(b"BLENDER")
    assert client.register_source(root, tmp_path / "a.blend").info.sources == (str(tmp_path / "a.blend"),)
    add(Production.open(root), "t1")
    state = client.production(root, made.revision)
    assert state is not None
    assert [(s.shot, s.count, s.judged, s.origin) for s in state.shots] == [("010", 1, "t1", {"camera": "abc"})]


def test_rating_trash_and_back(client: Client, film: Production) -> None:
    for second, take in enumerate(("t1", "t2")):
        add(film, take, "A/B 1", second)
    add(film, "u1", "020")
    rows = client.takes(film.root, ["A/B 1"])
    assert [(r.id, r.shot, r.rate, r.missing) for r in rows] == [
        (take, "A/B 1", Fraction(24000, 1001), ()) for take in ("t1", "t2")
    ]
    assert len(client.takes(film.root)) == 3
    assert client.rate_take(film.root, "t1", Rating.KEPT).rating is Rating.KEPT
    row = client.rate_take(film.root, "t1", notes="größer\n2nd line")
    assert (row.rating, row.notes) == (Rating.KEPT, "größer\n2nd line")
    client.trash_take(film.root, "t1")
    assert [r.id for r in client.takes(film.root, ["A/B 1"])] == ["t2"]
    assert client.restore_take(film.root, "t1").notes == "größer\n2nd line"


def test_calls_whose_answer_is_lost_do_their_work_once(client: Client, wire: InProcess, film: Production) -> None:
    wire.lose = {"/production", "/trash", "/restore"}
    client.create_production(film.root.parent / "other", "Other", Fraction(24), Size(64, 36))
    add(film, "t1")
    client.trash_take(film.root, "t1")
    assert client.restore_take(film.root, "t1").id == "t1"
    assert not wire.lose


def test_what_is_wrong_comes_back_as_it_is(client: Client, film: Production, tmp_path: Path) -> None:
    add(film, "t1")
    (film.take_folder("t1") / "recipe.json").unlink()
    asked: list[tuple[Callable[[], object], type[Exception], str]] = [
        (lambda: client.production(tmp_path / "nowhere"), ProductionError, "production.missing"),
        (lambda: client.production("film"), ProductionError, "production.path"),
        (lambda: client.takes(tmp_path), ProductionError, "production.missing"),
        (lambda: client.rate_take(film.root, "nope", Rating.KEPT), ProductionError, "production.take"),
        (lambda: client.rate_take(film.root, "../t1", Rating.KEPT), ProtocolError, "engine.path"),
        (lambda: client.trash_take(film.root, "nope"), ProductionError, "production.take"),
        (lambda: client.restore_take(film.root, "nope"), ProductionError, "production.take"),
        (lambda: client.recipe(film.root, "t1"), RecipeError, "recipe.unreadable"),
        (lambda: client.register_source(film.root, tmp_path / "no.blend"), BlendError, "blend.missing"),
        (
            lambda: client.create_production(film.root, "x", Fraction(24), Size(64, 36)),
            ProductionError,
            "production.exists",
        ),
    ]
    for ask, kind, code in asked:
        with pytest.raises(kind) as caught:
            ask()
        assert getattr(caught.value, "code", "") == code
        assert getattr(caught.value, "hint", "") or code == "engine.path"


def test_the_file_system_speaks_in_sentences(client: Client, film: Production, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object) -> None:
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr("rushes.library.production.scan", gone)
    with pytest.raises(ProductionError, match="Stale file handle") as caught:
        client.production(film.root)
    assert caught.value.code == "production.folder"


def test_a_recipe_as_it_is_on_disk(client: Client, film: Production) -> None:
    add(film, "t1")
    assert client.recipe(film.root, "t1") == json.loads((film.take_folder("t1") / "recipe.json").read_text("utf-8"))


def test_pictures_inside_the_production_and_no_others(client: Client, film: Production, tmp_path: Path) -> None:
    poster = add(film, "t1") / "poster.png"
    made = client.picture(film.root, poster, 32)
    assert made is not None
    assert (made.width, made.height) == (32, 18)
    assert made.rgba[:4] == bytes((200, 0, 0, 255))
    Image.new("RGB", (64, 36), (0, 0, 200)).save(tmp_path / "new.png")
    (tmp_path / "new.png").replace(poster)
    again = client.picture(film.root, poster.relative_to(film.root), 32)
    assert again is not None
    assert again.rgba[:4] == bytes((0, 0, 200, 255)), "a picture that changed is not the one of before"
    poster.unlink()
    assert client.picture(film.root, poster, 32) is None
    Image.new("RGB", (8, 8)).save(tmp_path / "secret.png")
    (film.root / "link.png").symlink_to(tmp_path / "secret.png")
    for path in (tmp_path / "secret.png", "../secret.png", "link.png"):
        with pytest.raises(ProductionError) as caught:
            client.picture(film.root, path, 32)
        assert caught.value.code == "production.path"
    with pytest.raises(InputError):
        client.picture(film.root, "production.json", 32)


def test_explorations_of_a_shot_without_any(client: Client, film: Production) -> None:
    assert client.explorations(film.root, "010") == ()


def test_asking_about_productions_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import rushes.engine.app; "
        "print([m for m in ('torch', 'numpy', 'PIL', 'cv2', 'diffusers') if m in sys.modules])"
    )
    core = str(Path(__file__).parents[2] / "core")
    out = subprocess.run([sys.executable, "-c", code, core], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "[]"
