"""Whether an open SQLite database is still the file at its path: what is written to another one is lost."""

from pathlib import Path

import sqlalchemy as sql

from cleaning.errors import WorkspaceError

Identity = tuple[int, int]


class OpenFile:
    """The file behind an engine; ``path`` is None where there is none to lose (another database, or in memory)."""

    def __init__(self, url: str) -> None:
        named = sql.make_url(url).database if url.startswith("sqlite") else None
        self.path = Path(named) if named and named != ":memory:" and not named.startswith("file:") else None
        self._seen: tuple[Identity | None, Identity | None] | None = None

    def remember(self) -> None:
        """What is open now; called after a first write, when the write-ahead log is there too."""
        self._seen = self._now()

    def _now(self) -> tuple[Identity | None, Identity | None]:
        if self.path is None:
            return None, None
        return _identity(self.path), _identity(self.path.with_name(self.path.name + "-wal"))

    @property
    def same(self) -> bool:
        return self._seen is None or self._seen == self._now()

    def refusal(self) -> WorkspaceError:
        """The sentence for a file that is no longer there, or another one."""
        name = self.path.name if self.path else "The file"
        if self.path is not None and not self.path.exists():
            return WorkspaceError(
                f"The decision log {name} was removed while it was open, so nothing is saved. "
                "Put it back, or restore a backup, and it goes on."
            )
        return WorkspaceError(f"The decision log {name} was replaced while it was open. It is opened anew; try again.")


def _identity(path: Path) -> Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
