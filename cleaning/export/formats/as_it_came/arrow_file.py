"""A stream of Arrow as ``datasets`` keeps it, written batch by batch, with what it says of its columns."""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import IO

import pyarrow as pa


def schema_saying(schema: pa.Schema, features: Mapping[str, object]) -> pa.Schema:
    """The schema with what the library calls its columns."""
    return schema.with_metadata({"huggingface": json.dumps({"info": {"features": features}})})


class ArrowFile:
    """A file that is made while it is written; the same batches always give the same bytes.

    batches: gives them anew each time it is called.
    """

    def __init__(
        self, schema: pa.Schema, features: Mapping[str, object], batches: Callable[[], Iterable[pa.RecordBatch]]
    ) -> None:
        self._schema, self._batches, self._digest = schema_saying(schema, features), batches, ""

    def write(self, into: IO[bytes]) -> None:
        """Writes the file."""
        self._write(into)

    def _write(self, into: IO[bytes] | None) -> None:
        told = _Digested(into)
        with pa.ipc.new_stream(pa.PythonFile(told, "w"), self._schema) as writer:
            for batch in self._batches():
                writer.write_batch(batch.replace_schema_metadata(self._schema.metadata))
        self._digest = told.digest.hexdigest()

    def fingerprint(self) -> str:
        """16 hex digits of its content; written once more, to nowhere, where it was not written yet."""
        if not self._digest:
            self._write(None)
        return self._digest[:16]


class _Digested(io.RawIOBase):
    """Passes on what is written, where there is somebody to pass it to, and keeps its SHA-256."""

    def __init__(self, into: IO[bytes] | None) -> None:
        self._into, self.digest = into, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.digest.update(data)
        if self._into is not None:
            self._into.write(data)
        return len(data)
