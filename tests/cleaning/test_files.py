"""What stands in a place is whole, whatever interrupts, refuses or writes there at the same time."""

import errno
import os
import threading

import pytest

from cleaning import files
from cleaning.errors import NotWritten
from cleaning.files import held, new_file, write_bytes, write_json, written_aside


def test_a_file_takes_the_place_of_another(tmp_path):
    write_bytes(tmp_path / "new" / "a.txt", b"first")
    write_json(tmp_path / "new" / "a.txt", {"größe": 1}, indent=1)
    assert (tmp_path / "new" / "a.txt").read_text(encoding="utf-8") == '{\n "größe": 1\n}'
    with new_file(tmp_path / "new" / "a.txt") as file:
        file.write(b"third")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.txt"]
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"third"


def a_folder(aside, word: str) -> None:
    aside.mkdir()
    (aside / "word").write_text(word)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
@pytest.mark.parametrize("make", [a_folder, lambda aside, word: aside.write_text(word)])
def test_nothing_is_left_of_what_went_wrong(tmp_path, make, error):
    with pytest.raises((KeyboardInterrupt, NotWritten)), written_aside(tmp_path / "place") as aside:
        make(aside, "half")
        raise error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "cure"), [(errno.ENOSPC, "Make room"), (errno.EACCES, "Allow writing there"), (errno.EIO, "was kept.")]
)
def test_a_refusal_is_a_sentence(tmp_path, number, cure):
    said = f"The list could not be written: {os.strerror(number)}.*{cure}"
    with pytest.raises(NotWritten, match=said), written_aside(tmp_path / "list.csv", "The list"):
        raise OSError(number, os.strerror(number))


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    with written_aside(tmp_path / "a.npy") as one, written_aside(tmp_path / "a.npy") as other:
        one.write_text("outer")
        other.write_text("inner")
        assert one != other and one.suffix == ".npy"
    assert (tmp_path / "a.npy").read_text() == "outer"


def test_a_folder_never_takes_the_place_of_another(tmp_path):
    a_folder(tmp_path / "place", "rival's")
    said = "place' could not be written: it is there already"
    with pytest.raises(NotWritten, match=said), written_aside(tmp_path / "place") as aside:
        a_folder(aside, "ours")
    with written_aside(tmp_path / "place", or_a_rivals=True) as aside:
        a_folder(aside, "ours")
    assert [path.name for path in tmp_path.iterdir()] == ["place"]
    assert (tmp_path / "place" / "word").read_text() == "rival's"


@pytest.mark.parametrize("one_by_one", [100, 0])
def test_all_is_on_the_disk_before_it_is_renamed(tmp_path, monkeypatch, one_by_one):
    done = []
    monkeypatch.setattr(files, "SYNCED_ONE_BY_ONE", one_by_one)
    monkeypatch.setattr(os, "sync", lambda: done.append("all"))
    monkeypatch.setattr(os, "fsync", lambda descriptor: done.append(os.fstat(descriptor).st_ino))
    with written_aside(tmp_path / "place") as aside:
        a_folder(aside, "ours")
        inside = [(aside / "word").stat().st_ino, aside.stat().st_ino]
    assert done == [*(inside if one_by_one else ["all"]), tmp_path.stat().st_ino]


def test_a_lock_lets_in_one_at_a_time(tmp_path):
    seen, waits = [], threading.Event()

    def second():
        with held(tmp_path / "lock", waits.set):
            seen.append("second")

    with held(tmp_path / "lock"):
        other = threading.Thread(target=second)
        other.start()
        assert waits.wait(30)
        seen.append("first")
    other.join(30)
    assert seen == ["first", "second"] and list(tmp_path.iterdir()) == []


def test_a_lock_ends_with_an_error(tmp_path):
    with pytest.raises(KeyboardInterrupt), held(tmp_path / "lock"):
        raise KeyboardInterrupt
    with held(tmp_path / "lock", lambda: pytest.fail("still held")):
        pass


def test_a_lock_that_its_holder_removed_keeps_nobody_out_and_lets_nobody_in_twice(tmp_path):
    old = (tmp_path / "lock").open("ab")
    (tmp_path / "lock").unlink()
    assert not files._is_ours(old, tmp_path / "lock")
    with held(tmp_path / "lock", lambda: pytest.fail("waits")):
        assert not files._is_ours(old, tmp_path / "lock")
    old.close()


def test_a_system_without_locks_lets_everybody_in(tmp_path, monkeypatch):
    with held(tmp_path / "lock"):
        monkeypatch.setattr(files, "fcntl", None)
        with held(tmp_path / "lock", lambda: pytest.fail("waits")):
            pass


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_lock_in_a_folder_that_is_not_ours_is_a_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(NotWritten, match=r"could not be written: Permission denied.*Allow"), held(tmp_path / "lock"):
        pass
