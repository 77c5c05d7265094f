"""What the server does at its start."""

import asyncio
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from pages.shared.server import desks, server
from tests.conftest import REPOSITORY


def test_the_newest_workspace_is_read_ahead(digits, monkeypatch):
    monkeypatch.setenv("SECOND_OPINION_WORKSPACES", str(digits.folder.parent))
    monkeypatch.setattr(desks, "_desks", type(desks._desks)())
    server.read_ahead()
    ((root, workspace_id, run_id),) = desks._desks
    newest = server.list_workspaces(digits.folder.parent)[0]
    assert (workspace_id, run_id) == (newest.id, newest.latest_run().id) and root == str(digits.folder.parent.resolve())


def test_a_damaged_workspace_or_none_at_all_stops_no_start(tmp_path, monkeypatch):
    monkeypatch.setenv("SECOND_OPINION_WORKSPACES", str(tmp_path))
    server.read_ahead()
    broken = tmp_path / ("0" * 16)
    (broken / "runs" / ("1" * 12)).mkdir(parents=True)
    (broken / "workspace.json").write_text("{}")
    server.read_ahead()
    assert not [key for key in desks._desks if key[1] == broken.name]


def test_a_start_sweeps_uploads_that_a_crash_left(tmp_path, monkeypatch):
    monkeypatch.setenv("SECOND_OPINION_WORKSPACES", str(tmp_path))
    left = tmp_path / "uploads" / "a1"
    left.mkdir(parents=True)
    (left.parent / ".open-a1").touch()

    async def start() -> None:
        async with server.lifespan(object()):
            pass

    monkeypatch.setattr(server.gc, "freeze", lambda: None)
    with ThreadPoolExecutor(1) as thread:  # a browser's test may have left its loop in this one
        thread.submit(asyncio.run, start()).result()
    assert list(left.parent.iterdir()) == []


RUNNING_APP = """
import gc, os, socket, sys, threading, time

def answered(port):
    connection = socket.create_connection(("127.0.0.1", port), 20)
    connection.sendall(b"GET /_stcore/health HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n")
    return connection if connection.recv(100) else None

def ask(port):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if first := answered(port):
                break
        except OSError:
            time.sleep(0.05)
    second = answered(port)
    for one in gc.get_objects():
        if type(one) is socket.socket and one.fileno() >= 0 and one is not second:
            try:
                accepted = one.getpeername() == second.getsockname()
            except OSError:
                continue
            if accepted:
                print("TCP_NODELAY", one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), flush=True)
    os._exit(0)

port = sys.argv[1]
threading.Thread(target=ask, args=(int(port),), daemon=True).start()
from streamlit.web.cli import main
sys.argv = ["streamlit", "run", "app.py", "--server.port", port]
main()
"""


def test_the_running_app_answers_without_waiting_for_more_to_send(tmp_path):
    """A packet that waits for the acknowledgement of the one before (Nagle) comes 40 ms late."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    surroundings = os.environ | {"SECOND_OPINION_WORKSPACES": str(tmp_path)}
    command = [sys.executable, "-c", RUNNING_APP, port]
    told = subprocess.run(command, cwd=REPOSITORY, env=surroundings, capture_output=True, text=True, timeout=120)
    assert "TCP_NODELAY" in told.stdout, told.stderr
    assert int(told.stdout.split("TCP_NODELAY")[1].split()[0]) != 0
