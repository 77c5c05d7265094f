"""From what a browser sends to decisions: every field checked, the rest ignored."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from cleaning.domain.verdicts import UNDO, check_labels, verdict_for_picked
from cleaning.errors import InputError, WorkspaceError
from cleaning.keep.decisions import Decision, ReviewStore
from cleaning.keep.workspaces import now
from cleaning.review.chosen import MODES
from cleaning.review.facts import Facts

PICKED = "picked"  # what a browser sends for "these classes fit": the verdict follows from the given label
MOST_DECISIONS = 500
LONGEST_NOTE, LONGEST_LOOK = 2_000, 1_800.0
LONGEST_AGO = 30 * 24 * 3600_000.0  # milliseconds: how long a decision may have waited in a browser
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Outcome:
    """What became of a batch. saved: uuids now durable. refused: (uuid, sentence). reveals: by uuid."""

    saved: list[str]
    refused: list[tuple[str, str]]
    reveals: dict[str, dict]


class Recorder:
    """Makes decisions of what a browser sends about one run. audit: (N,) bool, the rows that were drawn at random."""

    def __init__(self, facts: Facts, audit: np.ndarray) -> None:
        self.facts, self.audit = facts, audit

    def read(
        self, items: Sequence[dict], reviewer: str, sent_at: float
    ) -> tuple[list[Decision], list[tuple[str, str]]]:
        """Decisions, and (uuid, sentence) of each item that is none. One bad item does not hold up the others."""
        good: list[Decision] = []
        refused: list[tuple[str, str]] = []
        for item in items[:MOST_DECISIONS]:
            try:
                good.append(self._decision(item, reviewer, sent_at))
            except InputError as problem:
                refused.append((str(item.get("uuid", ""))[:36], str(problem)))
        return good, refused

    def _decision(self, item: dict, reviewer: str, sent_at: float) -> Decision:
        rows = self.facts.rows([_string(item, "sample_id", 1_000)])
        if not len(rows):
            raise InputError("This sample is not in the dataset.")
        row = int(rows[0])
        verdict, labels = self._verdict(row, _string(item, "verdict", 20), item.get("labels") or [])
        card = "audit" if self.audit[row] else "suspicious"
        return Decision(
            uuid=_uuid(item.get("uuid")),
            run_id=self.facts.run.id,
            sample_id=str(self.facts.dataset.sample_ids[row]),
            reviewer=reviewer,
            verdict=verdict,
            labels=tuple(labels),
            note=_string(item, "note", LONGEST_NOTE, ""),
            seconds=round(min(max(_number(item, "seconds"), 0.0), LONGEST_LOOK), 3),
            mode=item["mode"] if item.get("mode") in MODES else "blind",
            card="grid" if item.get("card") == "grid" else card,
            decided_at=_moment(sent_at - _number(item, "at")),
            undoes=_uuid(item.get("undoes")) if verdict == UNDO else None,
        )

    def _verdict(self, row: int, verdict: str, labels: list) -> tuple[str, list[int]]:
        """A pick becomes keep, relabel or several fit; a verdict that was named is checked."""
        if not isinstance(labels, list) or not all(type(c) is int for c in labels):
            raise InputError("Classes must be whole numbers.")
        given = int(self.facts.dataset.given_labels[row])
        picked = sorted(set(labels))
        if verdict == PICKED and picked:
            verdict = verdict_for_picked(picked, given)
        check_labels(verdict, picked, given, int(self.facts.options[row]))
        return verdict, picked


def append_each(store: ReviewStore, good: list[Decision], refused: list[tuple[str, str]]) -> dict[str, None]:
    """Makes decisions durable, together or, if one of them is refused, each for itself; uuids now durable."""
    try:
        return dict.fromkeys(store.append(good))
    except WorkspaceError:
        raise
    except InputError:
        saved: dict[str, None] = {}
        for decision in good:
            try:
                saved |= dict.fromkeys(store.append([decision]))
            except WorkspaceError:
                raise
            except InputError as problem:
                refused.append((decision.uuid, str(problem)))
        return saved


def _string(item: dict, key: str, longest: int, default: str | None = None) -> str:
    value = item.get(key, default)
    if not isinstance(value, str) or len(value) > longest:
        raise InputError(f"'{key}' must be text of at most {longest:,} characters.")
    return value


def _number(item: dict, key: str) -> float:
    value = item.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise InputError(f"'{key}' must be a number.")
    return float(value)


def _uuid(value: object) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise InputError("Every decision needs an id of its own (a UUID).")
    return value


def _moment(milliseconds_ago: float) -> str:
    ago = timedelta(milliseconds=min(max(milliseconds_ago, 0.0), LONGEST_AGO))
    return now(ago)
