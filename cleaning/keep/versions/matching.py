"""Which sample of a new version is which sample of the old one: by id and content, else by content alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.domain.dataset import Dataset
from cleaning.keep.versions.contents import Content, Contents
from cleaning.keep.versions.pictures_alike import Look, find_alike, same_picture

RENAMED_SHARE = 0.8  # of the samples of a class that is gone bear one new name: the class was renamed
MOVED_SHARE = 0.2  # of the decided samples differ under their ids: the ids are places, and rows moved


@dataclass(frozen=True)
class Match:
    """row: place in the new version, -1 where the sample is not there. why: what differs; "" where nothing does.
    moved: found by its content under another id. compared: whether its picture or text could be compared."""

    row: int
    why: str = ""
    moved: bool = False
    compared: bool = True


class Matching:
    """Finds samples of an old version in a new one.

    ids: old id -> new id where somebody renamed them. look: gives how a picture looks.
    """

    def __init__(self, old: Dataset, new: Dataset, ids: Mapping[str, str], look: Look) -> None:
        self.old, self.new = Contents(old), Contents(new)
        self._ids, self._new_count, self._look = ids, len(new), look
        self._row_of_new, self.old_index = pd.Index(new.sample_ids), pd.Index(old.sample_ids)
        self.new_ids = new.sample_ids
        self._is_new = self._new_rows(old.sample_ids)
        self.renamed = renamed_classes(old, new, self._rows_by_id(old.sample_ids))

    def _new_rows(self, old_ids: np.ndarray) -> np.ndarray:
        """(N,) bool, samples of the new version whose id no old sample has."""
        rows = self._rows_by_id(old_ids)
        is_new = np.ones(self._new_count, bool)
        is_new[rows[rows >= 0]] = False
        return is_new

    def _rows_by_id(self, sample_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        return self._row_of_new.get_indexer([self._ids.get(s, s) for s in map(str, sample_ids)])

    def of(self, sample_ids: Sequence[str]) -> list[Match]:
        """A match a sample; two old samples never share a new one."""
        contents = [self.old.of(int(row)) for row in self.old_index.get_indexer(list(sample_ids))]
        matches = [self._at(content, int(row)) for content, row in zip(contents, self._rows_by_id(sample_ids))]
        lost = [i for i, m in enumerate(matches) if m.row < 0 or m.why]
        taken = {m.row for m in matches if m.row >= 0 and not m.why}
        moved = sum(m.row >= 0 and bool(m.why) for m in matches) > MOVED_SHARE * len(matches)
        elsewhere = self._by_content([contents[i] for i in lost], taken, moved)
        for i, row in zip(lost, elsewhere):
            if row >= 0:
                matches[i] = Match(row, self._label_differs(contents[i], self.new.of(row)), moved=True)
        return matches

    def _at(self, was: Content, row: int) -> Match:
        if row < 0:
            return Match(-1, "it is no longer there")
        now = self.new.of(row)
        if was.text != now.text:
            return Match(row, "the question or its options changed")
        same = True if was.picture is None and now.picture is None else self._same(was.picture, now.picture)
        if same is False:
            return Match(row, "the picture changed")
        return Match(row, self._label_differs(was, now), compared=same is True)

    def _label_differs(self, was: Content, now: Content) -> str:
        if sorted(was.options) == sorted(now.options) and was.options != now.options:
            return "" if _option(was) == _option(now) else "the given answer changed"
        return "" if self.renamed.get(was.given, was.given) == now.given else "the given label changed"

    def _by_content(self, wanted: Sequence[Content], taken: set[int], moved: bool) -> list[int]:
        """(len(wanted),) rows of the new version with the same text or picture, -1 where there is none or several.

        moved: whether ids seem to stand for other samples than before, so that samples of known ids are looked at too.
        """
        if not wanted:
            return []
        free = [row for row in range(self._new_count) if row not in taken]
        there = [self.new.of(row) for row in free]
        return _by_text(wanted, free, there) if wanted[0].text else self._by_picture(wanted, free, there, moved)

    def _by_picture(self, wanted, free: Sequence[int], there: Sequence[Content], moved: bool) -> list[int]:
        """By bytes among all; by looks, which takes decoding, among samples whose ids are new."""
        found = _only_one_each(_by_bytes(wanted, free, there), wanted, self)
        left = [i for i, row in enumerate(found) if row < 0 and wanted[i].picture is not None]
        used = set(found)
        rest = [(row, c) for row, c in zip(free, there) if row not in used and (moved or self._is_new[row])]
        pictured = [(row, c.picture) for row, c in rest if c.picture is not None]
        seen = [(row, look) for row, picture in pictured if left and (look := self._look(picture)) is not None]
        looks = [(i, look) for i in left if (look := self._look(wanted[i].picture)) is not None]
        near = find_alike([look for _, look in looks], [look for _, look in seen])
        several: list[list[int]] = [[] for _ in wanted]
        for (i, _), places in zip(looks, near):
            several[i] = [seen[place][0] for place in places]
        again = _only_one_each(several, wanted, self)
        return [one if one >= 0 else other for one, other in zip(found, again)]

    def _same(self, one: Path | None, other: Path | None) -> bool | None:
        return None if one is None or other is None else same_picture(one, other, self._look)

    def same_label(self, was: Content, row: int) -> bool:
        return not self._label_differs(was, self.new.of(row))


def _option(content: Content) -> str:
    """The text of the option that the given letter names."""
    place = ord(content.given[:1] or "A") - ord("A")
    return content.options[place] if 0 <= place < len(content.options) else content.given


def _by_text(wanted: Sequence[Content], free: Sequence[int], there: Sequence[Content]) -> list[int]:
    rows = defaultdict(list)
    for row, content in zip(free, there):
        rows[content.text].append(row)
    return _unique([rows.get(content.text, []) for content in wanted])


def _by_bytes(wanted: Sequence[Content], free: Sequence[int], there: Sequence[Content]) -> list[list[int]]:
    """Rows whose file equals that of each wanted sample; only files of equal size are read."""
    sizes = [_size(content.picture) for content in wanted]
    asked, by_size = set(sizes) - {-1}, defaultdict(list)
    for row, content in zip(free, there):
        if content.picture is not None and (size := _size(content.picture)) in asked:
            by_size[size].append((row, content.picture))
    by_bytes: dict[bytes, list[int]] = defaultdict(list)
    for size in asked:
        for row, path in by_size[size]:
            by_bytes[path.read_bytes()].append(row)
    return [by_bytes.get(c.picture.read_bytes(), []) if s >= 0 and c.picture else [] for c, s in zip(wanted, sizes)]


def _size(path: Path | None) -> int:
    try:
        return path.stat().st_size if path is not None else -1
    except OSError:
        return -1


def _only_one_each(several: list[list[int]], wanted: Sequence[Content], matching: Matching) -> list[int]:
    """One row each; where several fit, the only one with the same given label."""
    narrowed = [
        rows if len(rows) < 2 else [row for row in rows if matching.same_label(was, row)]
        for rows, was in zip(several, wanted)
    ]
    return _unique(narrowed)


def _unique(several: Sequence[Sequence[int]]) -> list[int]:
    """The row where it is the only one, and no other wants it; else -1."""
    asked: dict[int, int] = defaultdict(int)
    for rows in several:
        for row in rows:
            asked[row] += 1
    return [rows[0] if len(rows) == 1 and asked[rows[0]] == 1 else -1 for rows in several]


def renamed_classes(old: Dataset, new: Dataset, rows: np.ndarray) -> dict[str, str]:
    """Old name -> new name of classes that are gone, where nearly all of their samples bear one name that is new.

    rows: (N,) place in the new version of each old sample, -1 where it is not there.
    """
    gone = set(old.class_names) - set(new.class_names)
    came = set(new.class_names) - set(old.class_names)
    there = rows >= 0
    was = np.asarray(old.class_names, object)[old.given_labels[there]]
    now = np.asarray(new.class_names, object)[new.given_labels[rows[there]]]
    renamed: dict[str, str] = {}
    for name in sorted(gone):
        names, counts = np.unique(now[was == name].astype(str), return_counts=True)
        if len(names) and counts.max() >= RENAMED_SHARE * counts.sum() and names[counts.argmax()] in came:
            renamed[name] = str(names[counts.argmax()])
    twice = {name for name in renamed.values() if list(renamed.values()).count(name) > 1}
    return {name: other for name, other in renamed.items() if other not in twice}
