"""Decisions carried to a new version of their dataset: what stands, what changed, what is gone."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cleaning.domain.dataset import Dataset
from cleaning.domain.verdicts import LATER, UNDO
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision
from cleaning.keep.versions.contents import Content
from cleaning.keep.versions.matching import Match, Matching
from cleaning.keep.versions.pictures_alike import Look, unseen


@dataclass(frozen=True)
class Upstream:
    """A decided sample whose content changed: it is to be decided again. was, now: both versions. said: the verdicts
    that stood, by reviewer."""

    sample_id: str
    why: str
    was: Content
    now: Content
    said: dict[str, str]

    def told(self) -> dict:
        both = {"was": self.was.told(), "now": self.now.told()}
        return {"sample_id": self.sample_id, "why": self.why, **both, "said": self.said}


@dataclass(frozen=True)
class Carried:
    """decisions: as they go into the new log, in order. kept, moved: samples, moved ones under another id. unseen:
    kept by id and label alone. changed: to be decided again. gone: sample ids that are no longer there.
    renamed: class names, old -> new."""

    decisions: list[Decision]
    kept: int
    moved: int
    unseen: int
    changed: list[Upstream]
    gone: list[str]
    renamed: dict[str, str]


def carry(
    log: Sequence[Decision],
    old: Dataset,
    new: Dataset,
    made_on: str,
    going_to: str,
    ids: Mapping[str, str] | None = None,
    look: Look = unseen,
) -> Carried:
    """What of a log goes along to a new version.

    log: in order, undos included. made_on, going_to: fingerprints of both versions. ids: old id -> new id. look: gives
    how a picture looks. The same log carried twice gives decisions with the same uuids.
    """
    matching = Matching(old, new, ids or {}, look)
    decided = [s for s in dict.fromkeys(d.sample_id for d in log) if s in matching.old_index]
    matches = dict(zip(decided, matching.of(decided)))
    codes = _Codes(old, new, matching)
    unfit = {d.sample_id for d in log if codes.some_are_gone and not codes.fit(d, matches.get(d.sample_id))}
    fitting = {s: m for s, m in matches.items() if m.row >= 0 and not m.why and s not in unfit}
    going = [_going(d, fitting[d.sample_id], matching, codes, made_on, going_to) for d in log if d.sample_id in fitting]
    changed = {s: m for s, m in matches.items() if m.row >= 0 and s not in fitting}
    standing = _standing(log)
    return Carried(
        going,
        len(fitting),
        sum(m.moved for m in fitting.values()),
        sum(not m.compared for m in fitting.values()),
        [_upstream(s, m, matching, standing) for s, m in changed.items() if standing.get(s)],
        [s for s, m in matches.items() if m.row < 0 and standing.get(s)],
        matching.renamed,
    )


class _Codes:
    """From an old version's class codes to the new version's."""

    def __init__(self, old: Dataset, new: Dataset, matching: Matching) -> None:
        new_code = {name: code for code, name in enumerate(new.class_names)}
        self._of_class = [new_code.get(matching.renamed.get(name, name), -1) for name in old.class_names]
        self._matching = matching
        self.some_are_gone = -1 in self._of_class

    def of(self, sample_id: str, match: Match, labels: Sequence[int]) -> tuple[int, ...]:
        """The same labels as the new version numbers them; -1 for a class that is gone."""
        was = self._matching.old.of(int(self._matching.old_index.get_loc(sample_id)))
        now = self._matching.new.of(match.row)
        if was.options != now.options and set(was.options) == set(now.options):
            return tuple(now.options.index(was.options[code]) for code in labels)
        return tuple(self._of_class[code] for code in labels)

    def fit(self, decision: Decision, match: Match | None) -> bool:
        """Whether every label of a decision is still a class."""
        if match is None or match.row < 0:
            return True
        return -1 not in self.of(decision.sample_id, match, decision.labels)


def _going(
    decision: Decision, match: Match, matching: Matching, codes: _Codes, made_on: str, going_to: str
) -> Decision:
    return replace(
        decision,
        uuid=_uuid_there(decision.uuid, going_to),
        sample_id=str(matching.new_ids[match.row]),
        labels=codes.of(decision.sample_id, match, decision.labels),
        undoes=_uuid_there(decision.undoes, going_to) if decision.undoes else None,
        version=decision.version or made_on,
        seq=0,
    )


def _uuid_there(here: str, going_to: str) -> str:
    """A decision's uuid in the new version's log, the same each time."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"second-opinion {going_to} {here}"))


def _standing(log: Sequence[Decision]) -> dict[str, dict[str, str]]:
    """Sample id -> reviewer -> verdict of what stands."""
    current = CurrentDecisions()
    current.update(log)
    found: dict[str, dict[str, str]] = {}
    for decision in current.standing():
        if decision.verdict not in (LATER, UNDO):
            found.setdefault(decision.sample_id, {})[decision.reviewer] = decision.verdict
    return found


def _upstream(sample_id: str, match: Match, matching: Matching, standing: dict[str, dict[str, str]]) -> Upstream:
    was = matching.old.of(int(matching.old_index.get_loc(sample_id)))
    why = match.why or "a class that a reviewer chose is gone"
    now = matching.new.of(match.row)
    return Upstream(str(matching.new_ids[match.row]), why, was, now, standing[sample_id])
