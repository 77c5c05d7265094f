"""Who may come in, what a crash left, and signatures that lapse."""

import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from cleaning.errors import WorkspaceError
from cleaning.keep import writer
from cleaning.keep.decisions import open_store
from pages.shared import signed_in
from pages.shared.server import house, tokens
from tests.conftest import REPOSITORY
from tests.postgresql_server import free_port
from tests.test_container import eventually_well


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.8"])
def test_this_machine_alone_is_reached(address):
    assert house.of_this_machine(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.4", "example.org", "::", ""])
def test_others_reach_any_other_address(address):
    assert not house.of_this_machine(address)


def test_a_server_beyond_this_machine_without_sign_in_does_not_start(tmp_path):
    surroundings = {k: v for k, v in os.environ.items() if k != house.OPEN}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "0"]
    surroundings["SECOND_OPINION_WORKSPACES"] = str(tmp_path)
    told = subprocess.run(command, cwd=REPOSITORY, env=surroundings, capture_output=True, text=True, timeout=120)
    assert told.returncode == 2 and "does not start" in told.stderr and "Traceback" not in told.stderr


def test_a_server_started_by_other_means_answers_nobody_beyond_this_machine(tmp_path):
    port, other = free_port(), address_of_this_machine()
    surroundings = {k: v for k, v in os.environ.items() if k != house.OPEN} | {
        "SECOND_OPINION_WORKSPACES": str(tmp_path)
    }
    command = [sys.executable, "-m", "uvicorn", "app:app", "--host", "0.0.0.0", "--port", str(port)]
    with subprocess.Popen(command, cwd=REPOSITORY, env=surroundings, stderr=subprocess.DEVNULL) as started:
        try:
            assert eventually_well(f"http://127.0.0.1:{port}/api/health")
            spoofed = urllib.request.Request(f"http://{other}:{port}/api/health", headers={"Host": "localhost"})
            with pytest.raises(urllib.error.HTTPError, match="403") as refused:
                urllib.request.urlopen(spoofed, timeout=10)
            assert "nobody has to sign in" in refused.value.read().decode()
            with pytest.raises(InvalidStatus, match="403"):
                connect("ws://localhost/_stcore/stream", sock=socket.create_connection((other, port))).close()
        finally:
            started.terminate()


def address_of_this_machine() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # nothing is sent
            found = asking.getsockname()[0]
        except OSError:
            pytest.skip("this machine has no network")
    return found if not found.startswith("127.") else pytest.skip("this machine has no address but its own")


@pytest.mark.parametrize(("opened", "sign_in", "ends"), [("1", False, False), ("", True, False), ("", False, True)])
def test_it_starts_when_told_or_with_sign_in(monkeypatch, opened, sign_in, ends):
    ended = []
    monkeypatch.setenv(house.OPEN, opened)
    monkeypatch.setenv(house.ADMINS, "lead@example.org")
    monkeypatch.setattr(house, "sign_in_configured", lambda: sign_in)
    monkeypatch.setattr(house.st, "get_option", lambda name: "0.0.0.0")
    monkeypatch.setattr(house.os, "_exit", ended.append)
    house.refuse_open_house()
    assert ended == ([2] if ends else [])


def test_it_does_not_start_with_sign_in_and_nobody_who_gives_roles(monkeypatch, capsys):
    ended = []
    monkeypatch.delenv(house.ADMINS, raising=False)
    monkeypatch.setattr(house, "sign_in_configured", lambda: True)
    monkeypatch.setattr(house.st, "get_option", lambda name: "127.0.0.1")
    monkeypatch.setattr(house.os, "_exit", ended.append)
    house.refuse_open_house()
    assert ended == [2] and "nobody is named who gives roles" in capsys.readouterr().err


@pytest.fixture
def no_copies(tmp_path_factory, monkeypatch):
    """A folder of temporary files in which no other process left anything."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))


@pytest.mark.usefixtures("no_copies")
def test_a_start_sweeps_what_a_crash_left_and_nothing_else(tmp_path):
    old = [tmp_path / ".making-1", tmp_path / "w" / "runs" / ".making-2", tmp_path / "w" / ".making-3.json"]
    for folder in old[:2]:
        folder.mkdir(parents=True)
        (folder / "a.npy").write_text("a")
    old[2].write_text("{}")
    for path in old:
        os.utime(path, (0, 0))
    fresh = tmp_path / "w" / ".making-4"
    fresh.mkdir()
    kept = tmp_path / "w" / "decisions.sqlite"
    kept.write_text("log")
    half_deleted = tmp_path / ".0123456789abcdef.deleted-0badcafe"
    half_deleted.mkdir()
    os.utime(half_deleted, (0, 0))
    assert sorted(house.sweep(tmp_path)) == sorted([*old, half_deleted])
    assert fresh.exists() and kept.exists() and not any(path.exists() for path in old)


@pytest.mark.usefixtures("no_copies")
def test_a_start_sweeps_secrets_that_were_never_put_in_their_place(tmp_path):
    left, fresh = tmp_path / ".review-secret-0badcafe", tmp_path / ".review-secret-00c0ffee"
    others = [tmp_path / ".review-secret", tmp_path / ".review-secret-of-old", tmp_path / "review-secret-0badcafe"]
    for path in (left, fresh, *others):
        path.write_bytes(b"s" * 32)
        os.utime(path, (0, 0))
    os.utime(fresh)
    assert house.sweep(tmp_path) == [left]
    assert fresh.exists() and all(path.exists() for path in others)


READER = """
import os, sys
from cleaning.keep import writer
from cleaning.keep.decisions import open_store
writer.may_write = lambda path: False
store = open_store(sys.argv[1], "w")
print(store._writer.copy.database, flush=True)
sys.stdin.readline()
os._exit(9)
"""


def test_a_start_sweeps_copies_of_read_only_logs_that_a_crash_left(tmp_path, monkeypatch):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    url = f"sqlite:///{tmp_path / 'decisions.sqlite'}"
    open_store(url, "w").close()
    command = [sys.executable, "-c", READER, url]
    surroundings = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin and reader.stdout
        copy = Path(reader.stdout.readline().strip()).parent
        strange = [temporary / f"{copy.name}.old", temporary / "second-opinion-notes", temporary / "other"]
        for folder in strange:
            folder.mkdir()
            (folder / "a.sqlite").write_text("not ours")
        (temporary / "second-opinion-link").symlink_to(temporary / "other")
        for path in [*temporary.rglob("*"), *temporary.iterdir()]:
            os.utime(path, (0, 0), follow_symlinks=False)
        assert copy.parent == temporary and house.sweep(tmp_path) == []  # somebody reads it
        reader.communicate("end\n")
    for path in copy.iterdir():
        os.utime(path)
    assert house.sweep(tmp_path) == []  # it is young
    for path in copy.iterdir():
        os.utime(path, (0, 0))
    assert house.sweep(tmp_path) == [copy] and not copy.exists()
    assert all((folder / "a.sqlite").exists() for folder in strange)
    assert house.sweep(tmp_path) == []


EARLIER_READER = """
import os, sqlite3, sys
log = sqlite3.connect(sys.argv[1])
log.execute("SELECT count(*) FROM sqlite_master").fetchone()
print("reads", flush=True)
sys.stdin.readline()
os._exit(9)
"""


def unmarked(temporary, name, url):
    """A copy as versions before 0.2 made it: without a mark."""
    folder = temporary / name
    folder.mkdir(mode=0o700)
    with (
        closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as log,
        closing(sqlite3.connect(folder / "l.sqlite")) as to,
    ):
        log.backup(to)
        to.execute("PRAGMA journal_mode=WAL")
    return folder


def test_a_start_sweeps_copies_that_earlier_versions_left_and_nobody_reads(tmp_path, monkeypatch):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    url = f"sqlite:///{tmp_path / 'decisions.sqlite'}"
    open_store(url, "w").close()
    read, left, young, full = (unmarked(temporary, f"second-opinion-{n * 8}", url) for n in "rlyf")
    empty, notes, named = (temporary / f"second-opinion-{name}" for name in ("e" * 8, "n" * 8, "my-notes-"))
    for folder in (empty, notes, named):
        folder.mkdir(mode=0o700)
    for stranger in (notes / "a.sqlite", named / "l.sqlite", full / "letter.txt"):
        stranger.write_text("not ours")
    command = [sys.executable, "-c", EARLIER_READER, read / "l.sqlite"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout and reader.stdout.readline() == "reads\n"
        for path in [*temporary.rglob("*")]:
            os.utime(path, (0, 0))
        os.utime(young / "l.sqlite")
        assert set(house.sweep(tmp_path)) == {left, empty}
        reader.communicate("end\n")
    for path in [*read.iterdir(), read]:
        os.utime(path, (0, 0))
    assert house.sweep(tmp_path) == [read]
    assert sorted(temporary.iterdir()) == sorted([young, full, notes, named])


def test_a_copy_of_a_read_only_log_goes_with_its_last_reader(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    url = f"sqlite:///{tmp_path / 'decisions.sqlite'}"
    open_store(url, "w").close()
    monkeypatch.setattr(writer, "may_write", lambda path: False)
    store = open_store(url, "w")
    assert len(list(tmp_path.glob("second-opinion-*"))) == 1
    store.close()
    assert list(tmp_path.glob("second-opinion-*")) == []
    (tmp_path / "decisions.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(WorkspaceError):
        open_store(url, "w")
    assert list(tmp_path.glob("second-opinion-*")) == []


def test_a_pictures_signature_lapses(tmp_path, monkeypatch):
    signature = tokens.picture_signature(tmp_path, "a" * 16)
    now = tokens.time.time()
    assert tokens.opens_pictures(tmp_path, "a" * 16, signature)
    monkeypatch.setattr(tokens.time, "time", lambda: now + tokens.PICTURES_SECONDS)
    assert tokens.opens_pictures(tmp_path, "a" * 16, signature)
    monkeypatch.setattr(tokens.time, "time", lambda: now + 2 * tokens.PICTURES_SECONDS)
    assert not tokens.opens_pictures(tmp_path, "a" * 16, signature)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email": "ann@example.org", "sub": "1"}, "ann@example.org"),
        ({"email": "ann@example.org", "email_verified": False, "sub": "1"}, "1"),
        ({"sub": "abc"}, "abc"),
    ],
)
def test_the_name_comes_from_the_provider(claims, name):
    assert signed_in.name_of(claims) == name
