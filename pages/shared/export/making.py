"""A big file that is made in the background: how far it is, how to stop it, and where it lies."""

import logging
import secrets
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO
from weakref import WeakValueDictionary

from cleaning.errors import InputError

Tell = Callable[[float, str], None]
_log = logging.getLogger("second_opinion")


class Stopped(Exception):
    """Somebody pressed Stop."""


class Making:
    """Begins at once, in a thread of its own. share: 0..1, how much is done. words: what is being made.

    failed: why nothing came of it, as a sentence; "" otherwise. path: of the file, and size: its bytes, once it is done.
    name: what it is found by.
    """

    def __init__(self, make: Callable[[IO[bytes], Tell], None]) -> None:
        self.share, self.words, self.failed, self.size = 0.0, "", "", 0
        self._folder, self._stopping = tempfile.TemporaryDirectory(), threading.Event()
        self.path = Path(self._folder.name) / "made"
        self.name = secrets.token_urlsafe(9)
        _by_name[self.name] = self
        self._thread = threading.Thread(target=self._run, args=(make,), name="making a file", daemon=True)
        self._thread.start()

    def _run(self, make: Callable[[IO[bytes], Tell], None]) -> None:
        try:
            with self.path.open("wb") as file:
                make(file, self._tell)
            self.size = self.path.stat().st_size
        except Stopped:
            self.failed = "Stopped; nothing was made."
        except InputError as error:
            self.failed = str(error)
        except Exception:
            _log.exception("a file was not made")
            self.failed = "Something went wrong on our side while the file was made. Try again."

    def _tell(self, share: float, words: str) -> None:
        if self._stopping.is_set():
            raise Stopped
        self.share, self.words = share, words

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """Ends the work before its next part, and waits for that."""
        self._stopping.set()
        self._thread.join()

    def wait(self) -> None:
        self._thread.join()


_by_name: WeakValueDictionary[str, Making] = WeakValueDictionary()


def made(name: str) -> Making | None:
    """The big file of that name, where it is done and still kept."""
    found = _by_name.get(name)
    return None if found is None or found.running or found.failed else found
