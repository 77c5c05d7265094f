"""Logs as lines of JSON tell places and never data; all that a running server says is such lines."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from websockets.sync.client import connect

from pages.shared.server.json_lines import JsonLines
from tests.conftest import REPOSITORY
from tests.postgresql_server import free_port

WHO, FAR = "ann@example.org", "203.0.113.7"


def line(name: str, words: str, *values: object, error: Exception | None = None) -> dict:
    seen = (type(error), error, error.__traceback__) if error else None
    return json.loads(JsonLines().format(logging.LogRecord(name, logging.WARNING, __file__, 1, words, values, seen)))


def test_an_error_is_logged_by_its_place_and_not_its_words():
    try:
        raise ValueError(WHO)
    except ValueError as error:
        told = line("second_opinion", "it failed", error=error)
    assert WHO not in str(told) and told["error"] == "ValueError" and "test_json_lines.py" in told["trace"][0]


@pytest.mark.parametrize(
    ("name", "words", "values", "told"),
    [
        ("uvicorn.error", '%s - "WebSocket %s" [accepted]', (FAR, "/x?reviewer=ann"), '… - "WebSocket …" [accepted]'),
        ("uvicorn.error", "Started server process [%d]", (12,), "Started server process [12]"),
        ("streamlit.x", f"no {WHO} at http://h/review?run=a&reviewer=ann now", (), "no … at http://h/review… now"),
        ("streamlit.x", "%s of %d", ("ann",), "%s of %d"),
        ("streamlit.x", "%(who)s has %(count)d", ({"who": "ann", "count": 3},), "… has 3"),
        ("asyncio", "A task failed\nfuture: ValueError('ann')", (), "A task failed"),
        ("py.warnings", "%s", ("/home/ann/lib/a.py:3: UserWarning: ann did\n  ann()",), "a.py:3 UserWarning"),
        ("py.warnings", "/home/ann/lib/a.py:3: UserWarning: ann did %s", (), "a.py:3 UserWarning"),
        ("x", f"from {FAR}:80 and 2001:db8::8a2e:370:7334 in /home/ann/data", (), "from … and … in /home/…/data"),
        ("second_opinion", "%s cannot be read at 12:30:45", ("workspace w",), "workspace w cannot be read at 12:30:45"),
    ],
)  # fmt: skip
def test_values_that_are_no_numbers_are_left_out_of_what_others_log(name, words, values, told):
    assert line(name, words, *values)["message"] == told


@pytest.fixture
def serving(tmp_path):
    """Starts the app by its start script; ends it and gives all that it said, stdout and stderr."""
    port, said = free_port(), tmp_path / "said"
    surroundings = os.environ | {
        "ADDRESS": "127.0.0.1", "PORT": str(port), "PYTHON": sys.executable, "SECOND_OPINION_LOG": "json",
        "SECOND_OPINION_WORKSPACES": str(tmp_path / "workspaces"), "PYTHONPATH": str(tmp_path),
    }  # fmt: skip
    (tmp_path / "sitecustomize.py").write_text(FAULTS)
    with said.open("wb") as file:
        started = subprocess.Popen(
            ["sh", "deploy/start.sh"], cwd=REPOSITORY, env=surroundings, stdout=file, stderr=file
        )

    def ended() -> str:
        started.terminate()
        started.wait(30)
        return said.read_text()

    try:
        yield port, ended
    finally:
        started.kill()
        started.wait()


FAULTS = f"""
import threading, time, warnings

def later():
    time.sleep(1)
    while "app" not in __import__("sys").modules:
        time.sleep(0.05)
    time.sleep(1)
    warnings.warn("of {WHO}")
    import streamlit.logger
    streamlit.logger.get_logger("streamlit.made_later").warning("seen by %s", "{WHO}")
    raise ValueError("{WHO}")

threading.Thread(target=later, daemon=True).start()
"""


def test_all_that_a_server_says_is_lines_of_json_without_names_and_addresses(serving):
    port, ended = serving
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health?reviewer={WHO}", timeout=5).close()
            break
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    with socket.create_connection(("127.0.0.1", port)) as garbage:
        garbage.sendall(b"NO HTTP AT ALL\r\n\r\n")
        garbage.recv(100)
    with connect(f"ws://127.0.0.1:{port}/_stcore/stream?reviewer={WHO}", origin=f"http://127.0.0.1:{port}"):
        time.sleep(3)
    said = ended()
    told = [json.loads(one) for one in said.splitlines()]
    assert {"uvicorn.error", "py.warnings", "streamlit.made_later", "second_opinion"} <= {one["logger"] for one in told}
    assert WHO not in said and "127.0.0.1" not in said and "reviewer=" not in said
    assert [one["error"] for one in told if one["message"] == "a thread ended by an error"] == ["ValueError"]
    assert any("WebSocket" in one["message"] for one in told) and "uvicorn.access" not in said


def test_a_refusal_to_start_is_a_line_of_json_too(tmp_path):
    surroundings = {k: v for k, v in os.environ.items() if k != "SECOND_OPINION_OPEN"}
    surroundings |= {"SECOND_OPINION_LOG": "json", "SECOND_OPINION_WORKSPACES": str(tmp_path), "PORT": str(free_port())}
    surroundings |= {"PYTHON": sys.executable, "ADDRESS": "0.0.0.0"}
    told = subprocess.run(["sh", "deploy/start.sh"], cwd=REPOSITORY, env=surroundings, capture_output=True, text=True)
    (one,) = map(json.loads, (told.stdout + told.stderr).splitlines())
    assert told.returncode == 2 and "does not start" in one["message"] and one["level"] == "CRITICAL"
