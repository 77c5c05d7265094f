"""References within the JSON files of a ZIP archive, and the archive with some of them changed.

What is not changed keeps its bytes, in whichever way it is packed; a changed member is packed by deflate, which every
reader of ZIP knows. The receipt holds the pieces that the new archive lacks, so that the old one comes back whole.
"""

import base64
import binascii
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cleaning.errors import InputError
from cleaning.export.patch.label_fields import LabelFields

LOCAL, CENTRAL = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I")
DESCRIBED, DEFLATE = 1 << 3, 8
LARGE = 0xFFFFFFFF  # stands in a field whose value is told elsewhere (ZIP64)


@dataclass(frozen=True)
class ArchiveFields:
    """Where references stand in an archive: those of its members one after another, as of one file.

    data: the archive. members: (name, fields) of those that hold any.
    """

    data: bytes
    members: Sequence[tuple[str, LabelFields]]
    json: bool = True

    def _at(self, place: int) -> tuple[LabelFields, int]:
        for _, fields in self.members:
            if place < len(fields.spans):
                return fields, place
            place -= len(fields.spans)
        raise IndexError(place)

    def raw(self, place: int) -> str:
        """A reference as it stands in its file, quotes included."""
        fields, own = self._at(place)
        return fields.raw(own)

    def value(self, place: int) -> str:
        """A reference without quotes."""
        fields, own = self._at(place)
        return fields.value(own)

    def written(self, value: str, place: int) -> str:
        """A value as it is to stand in a place."""
        fields, own = self._at(place)
        return fields.written(value, own)

    def replaced(self, values: Mapping[int, str]) -> bytes:
        """The archive with other raw values in some places."""
        changed, start = dict[str, bytes](), 0
        for name, fields in self.members:
            own = {p - start: raw for p, raw in values.items() if start <= p < start + len(fields.spans)}
            if own:
                changed[name] = fields.replaced(own)
            start += len(fields.spans)
        return with_members(self.data, changed)


def with_members(data: bytes, contents: Mapping[str, bytes]) -> bytes:
    """An archive in which some members have other contents. Raises InputError for one of ZIP64, of 4 GB and more."""
    central, sections = _sections(data)
    out, listed = io.BytesIO(), []
    for name, start, end, about in sections:
        place = out.tell()
        if name in contents:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = packer.compress(contents[name]) + packer.flush()
            sizes = zlib.crc32(contents[name]), len(packed), len(contents[name])
            about = _changed(about, sizes)
            fields = CENTRAL.unpack_from(about)
            spelled = about[CENTRAL.size : CENTRAL.size + fields[10]]
            out.write(LOCAL.pack(b"PK\x03\x04", *fields[2:7], *sizes, len(spelled), 0) + spelled + packed)
        else:
            out.write(data[start:end])
        told = list(CENTRAL.unpack_from(about))
        listed.append(CENTRAL.pack(*told[:-1], place) + about[CENTRAL.size :])
    directory, at = b"".join(listed), out.tell()
    close = bytearray(data[central[1] :])
    struct.pack_into("<2I", close, 12, len(directory), at)
    return out.getvalue() + directory + bytes(close)


def _changed(about: bytes, sizes: tuple[int, int, int]) -> bytes:
    """A member's entry of the directory (its name, no further fields) with other contents."""
    told = list(CENTRAL.unpack_from(about))
    name = about[CENTRAL.size : CENTRAL.size + told[10]]
    told[2:5] = 20, told[3] & ~DESCRIBED, DEFLATE
    told[7:10] = sizes
    told[11:13] = 0, 0
    return CENTRAL.pack(*told) + name


def _sections(data: bytes) -> tuple[tuple[int, int], list[tuple[str, int, int, bytes]]]:
    """((start, end) of the directory, [name, start, end of a member's bytes, its entry of the directory] as they lie)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos, start = archive.infolist(), archive.start_dir
    at, entries = start, []
    for info in infos:
        told = CENTRAL.unpack_from(data, at)
        length = CENTRAL.size + sum(told[10:13])
        if LARGE in (*told[8:10], told[-1]) or told[-1] != info.header_offset:
            raise InputError("The log is an archive of 4 GB or more, or has something before it; it cannot be edited.")
        entries.append((info.filename, info.header_offset, data[at : at + length]))
        at += length
    entries.sort(key=lambda entry: entry[1])
    ends = [*(begin for _, begin, _ in entries[1:]), start]
    return (start, at), [(name, begin, end, about) for (name, begin, about), end in zip(entries, ends)]


def pieces(original: bytes, applied: bytes) -> list[list[int] | str]:
    """What makes the original again: [start, end] of the applied archive, or what that lacks, in base64."""
    kept = {about: (begin, end) for begin, end, about in _packed(applied)}
    found, rest = list[list[int] | str](), 0
    for begin, end, about in _packed(original):
        if about in kept:
            found += [_text(original[rest:begin])] if rest < begin else []
            found.append(list(kept[about]))
            rest = end
    return [*found, _text(original[rest:])]


def _packed(data: bytes) -> list[tuple[int, int, bytes]]:
    return [(begin, end, data[begin:end]) for _, begin, end, _ in _sections(data)[1]]


def joined(applied: bytes, told: Sequence[object]) -> bytes:
    """The original archive of ``pieces``; what makes no sense is left out, so that it is another one."""
    parts = []
    for piece in told:
        if isinstance(piece, str):
            try:
                parts.append(base64.b64decode(piece))
            except (binascii.Error, ValueError):
                continue
        elif isinstance(piece, list) and len(piece) == 2 and all(isinstance(end, int) and end >= 0 for end in piece):
            parts.append(applied[piece[0] : piece[1]])
    return b"".join(parts)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
