"""How requests are read: by httptools, whose parser is compiled, so that a busy server has its time for answers.

uvicorn takes it wherever it is installed, but lets what is no body grow without end; here that is bounded.
"""

from uvicorn.protocols.http import auto
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 64 * 2**10  # bytes of a request line with its headers; as much as uvicorn's other reader takes
TOO_LARGE = "The request's headers are too large."


class BoundedHeads(HttpToolsProtocol):
    """Ends a connection whose headers, or trailers after a body, do not end."""

    _held = 0  # bytes that came since the last ones that were made something of

    def data_received(self, data: bytes) -> None:
        self._held += len(data)
        super().data_received(data)
        if self._held > LARGEST_HEAD:
            self._held = 0
            self.send_400_response(TOO_LARGE)

    def on_headers_complete(self) -> None:
        self._held = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._held = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._held = 0
        super().on_message_complete()


def bound_heads() -> None:
    """Has uvicorn read by ``BoundedHeads`` where it is left to choose, as Streamlit leaves it."""
    auto.AutoHTTPProtocol = BoundedHeads
