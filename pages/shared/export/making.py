"""A big file that is made in the background: how far it is, how to stop it, and where it lies."""

import logging
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from cleaning.errors import InputError

Tell = Callable[[float, str], None]
_log = logging.getLogger("second_opinion")


class Stopped(Exception):
    """Somebody pressed Stop."""


class Making:
    """Begins at once, in a thread of its own. share: 0..1, how much is done. words: what is being made.

    failed: why nothing came of it, as a sentence; "" otherwise. size: bytes of the file once it is done.
    """

    def __init__(self, make: Callable[[IO[bytes], Tell], None]) -> None:
        self.share, self.words, self.failed, self.size = 0.0, "", "", 0
        self._folder, self._stopping = tempfile.TemporaryDirectory(), threading.Event()
        self._path = Path(self._folder.name) / "made"
        self._thread = threading.Thread(target=self._run, args=(make,), name="making a file", daemon=True)
        self._thread.start()

    def _run(self, make: Callable[[IO[bytes], Tell], None]) -> None:
        try:
            with self._path.open("wb") as file:
                make(file, self._tell)
            self.size = self._path.stat().st_size
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

    def data(self) -> bytes:
        """The whole file."""
        return self._path.read_bytes()
