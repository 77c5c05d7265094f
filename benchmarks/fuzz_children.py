"""One reading in a process of its own: how it ended, how long it took and how much memory it held."""

import hashlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SECONDS, BYTES = 10.0, 10**9  # of the processor, which a busy neighbour does not take
WAITED = 120.0  # seconds for one that does nothing
LOOK_EVERY = 0.002  # seconds
PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
READ, SENTENCE, TRACEBACK = 0, 2, 1


@dataclass(frozen=True)
class Ending:
    """how: ``read``, ``sentence``, ``traceback``, ``signal``, ``over 10 s`` or ``over 1 GB``. said: the digest of what was
    read, the sentence, the traceback's text, or the signal's name. seconds, peak: of the processor, and bytes of memory."""

    how: str
    said: str
    seconds: float
    peak: int


def ending_of(action: Callable[[], bytes], words: Path) -> Ending:
    """Runs ``action`` in a fork; what it gives back is digested. words: a file for all that it prints.

    Libraries must be imported before, and no thread of ours may run: a fork has only the thread that made it.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        _be_the_child(action, words)
    began, peak = time.monotonic(), 0
    while True:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            return _ended(status, words, used.ru_utime + used.ru_stime, max(peak, used.ru_maxrss * 1024))
        seconds, held = _spent(child)
        peak = max(peak, held)
        if seconds > SECONDS or time.monotonic() - began > WAITED or peak > BYTES:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Ending("over 1 GB" if peak > BYTES else "over 10 s", "", seconds, peak)
        time.sleep(LOOK_EVERY)


def _be_the_child(action: Callable[[], bytes], words: Path) -> None:
    """Never returns: the child must not go on with the parent's work."""
    code = TRACEBACK
    try:
        file = os.open(words, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
        os.dup2(file, 1)
        os.dup2(file, 2)
        code = _try(action)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _try(action: Callable[[], bytes]) -> int:
    from cleaning.errors import InputError

    try:
        print("digest", hashlib.sha256(action()).hexdigest())
        return READ
    except InputError as error:
        print(f"error: {error}".encode(errors="backslashreplace").decode())
        return SENTENCE
    except BaseException:
        print(traceback.format_exc().encode(errors="backslashreplace").decode())
        return TRACEBACK


def _ended(status: int, words: Path, seconds: float, peak: int) -> Ending:
    how, said = _told(status, words)
    if how != "signal" and (seconds > SECONDS or peak > BYTES):
        how = "over 1 GB" if peak > BYTES else "over 10 s"
    return Ending(how, said, seconds, peak)


def _told(status: int, words: Path) -> tuple[str, str]:
    text = words.read_text(encoding="utf-8", errors="replace") if words.exists() else ""
    if os.WIFSIGNALED(status):
        return "signal", signal.Signals(os.WTERMSIG(status)).name
    code = os.WEXITSTATUS(status)
    if code == READ:
        return "read", text.rpartition("digest ")[2].strip()
    if code == SENTENCE:
        return "sentence", text.rpartition("error: ")[2].strip()
    return "traceback", text.strip()


def _spent(child: int) -> tuple[float, int]:
    """(processor seconds until now, bytes held now) of a process; nothing where it has ended."""
    try:
        after_its_name = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0, 0
    user, system, pages = (int(after_its_name[place]) for place in (11, 12, 21))
    return (user + system) / TICKS, pages * PAGE
