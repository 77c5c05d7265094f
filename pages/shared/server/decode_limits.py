"""How much of pictures is decoded at once: so many pixels over all requests, and each picture by one of them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class PixelBudget:
    """At most ``pixels`` are decoded at once; one picture that is larger goes alone."""

    def __init__(self, pixels: int) -> None:
        self.pixels = pixels
        self._used = 0
        self._free = threading.Condition()

    @contextmanager
    def spent(self, pixels: int) -> Iterator[None]:
        """Waits until so many pixels may be decoded."""
        wanted = min(pixels, self.pixels)
        with self._free:
            self._free.wait_for(lambda: self._used + wanted <= self.pixels)
            self._used += wanted
        try:
            yield
        finally:
            with self._free:
                self._used -= wanted
                self._free.notify_all()


class OneMaker:
    """One thread at a time makes a file; the others wait for it."""

    def __init__(self) -> None:
        self._making: dict[Path, tuple[threading.Lock, int]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, made: Path) -> Iterator[None]:
        """Nobody else makes this file meanwhile."""
        with self._lock:
            lock, waiting = self._making.get(made, (threading.Lock(), 0))
            self._making[made] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._making.pop(made)
                if waiting > 1:
                    self._making[made] = (lock, waiting - 1)
