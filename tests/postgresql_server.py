"""A PostgreSQL server of the tests' own: started in a folder of its own, stopped and gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def binaries() -> Path | None:
    """Folder of initdb and pg_ctl, on the path or where Debian puts them; None without PostgreSQL."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "pg_ctl").exists()), None)


@contextmanager
def serving(programs: Path) -> Iterator[str]:
    """URL of a fresh database; as root the server runs as the user postgres, since it refuses root."""
    owner: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="so_pg_") as folder:
        os.chmod(folder, 0o777)  # the user postgres writes into it
        data, port = f"{folder}/data", free_port()

        def call(*command: str) -> None:
            subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60, **owner)

        call(str(programs / "initdb"), "-D", data, "-U", "tester", "--auth=trust", "--encoding=UTF8", "--locale=C")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        call(str(programs / "pg_ctl"), "-D", data, "-o", options, "-l", f"{folder}/log", "-w", "start")
        try:
            yield f"postgresql://tester@127.0.0.1:{port}/postgres"
        finally:
            call(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
