"""What comes before a body, or after it, ends a connection where it does not end itself."""

import socket
import subprocess
import sys
import threading
import time

import pytest
import uvicorn
from uvicorn.protocols.http import auto

from pages.shared.server.http_reading import LARGEST_HEAD, TOO_LARGE, bound_heads
from tests.conftest import REPOSITORY

POST = b"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"


async def length_of_body(scope, receive, send) -> None:
    """An app that answers how long the body was."""
    length, more = 0, True
    while more:
        part = await receive()
        length, more = length + len(part.get("body", b"")), part.get("more_body", False)
    told = str(length).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
    await send({"type": "http.response.body", "body": told})


@pytest.fixture(scope="module")
def port():
    usual = auto.AutoHTTPProtocol
    bound_heads()
    server = uvicorn.Server(uvicorn.Config(length_of_body, port=0, log_level="critical", lifespan="off"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    running.join(30)
    auto.AutoHTTPProtocol = usual


def sent(port: int, first: bytes, piece: bytes = b"", times: int = 0) -> bytes:
    """What is answered until the connection ends."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(first)
        try:
            for _ in range(times):
                connection.sendall(piece)
            while part := connection.recv(10_000):
                answer += part
        except ConnectionError:
            return answer or b"cut off"
    return answer


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nX: ", b"x" * 10_000),
        (b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n", b"X: yyyyyy\r\n" * 1_000),
        (b"GET /", b"x" * 10_000),
        (POST + b"1\r\na\r\n0\r\n", b"X: yyyyyy\r\n" * 1_000),
    ],
    ids=["a header", "headers", "an address", "trailers"],
)
def test_what_does_not_end_is_ended(port, first, piece):
    answer = sent(port, first, piece, times=2_000)
    assert TOO_LARGE.encode() in answer or answer == b"cut off"


def test_bodies_and_usual_heads_come_through(port):
    assert sent(port, b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").endswith(b"0")
    large = b"Cookie: " + b"c" * (LARGEST_HEAD - 1_000) + b"\r\n"
    assert sent(port, b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" + large + b"\r\n").endswith(b"0")
    body = b"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n"
    assert sent(port, body, b"b" * 100_000, times=30).endswith(b"3000000")
    chunks = b"2710\r\n" + b"b" * 10_000 + b"\r\n"
    assert sent(port, POST + chunks * 20 + b"0\r\nX: y\r\n\r\n").endswith(b"200000")


def test_the_app_is_read_so():
    asked = "import app; from uvicorn.protocols.http import auto; print(auto.AutoHTTPProtocol.__name__)"
    told = subprocess.run([sys.executable, "-c", asked], cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
    assert "BoundedHeads" in told.stdout, told.stderr
