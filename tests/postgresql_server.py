"""A PostgreSQL server of the tests' own: started in a folder of its own, stopped and gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def binaries() -> Path | None:
    """Folder of initdb and pg_ctl, on the path or where Debian puts them; None without PostgreSQL."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "pg_ctl").exists()), None)


@dataclass(frozen=True)
class Database:
    """A server of one's own; it refuses root, so as root it runs as the user postgres."""

    programs: Path
    folder: str
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://tester@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self.call("pg_ctl", "-D", f"{self.folder}/data", "-o", options, "-l", f"{self.folder}/log", "-w", "start")

    def stop(self) -> None:
        """At once, as a crash does."""
        self.call("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")

    def call(self, program: str, *arguments: str) -> None:
        owner: dict[str, Any] = (
            {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60, **owner)


@contextmanager
def running(programs: Path) -> Iterator[Database]:
    """A fresh server that runs, and is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="so_pg_") as folder:
        os.chmod(folder, 0o777)  # the user postgres writes into it
        database = Database(programs, folder, free_port())
        made = ("-D", f"{folder}/data", "-U", "tester", "--auth=trust", "--encoding=UTF8", "--locale=C")
        database.call("initdb", *made)
        database.start()
        try:
            yield database
        finally:
            database.stop()


@contextmanager
def serving(programs: Path) -> Iterator[str]:
    """URL of a fresh database."""
    with running(programs) as database:
        yield database.url


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
