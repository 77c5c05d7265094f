"""Fixes of a reading: pure functions to a changed copy, which says in its notes what was accepted."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from cleaning.domain.experts import Expert
from cleaning.errors import InputError
from data_adapters.contract import Reading
from data_adapters.doctor.class_checks import counted_from_one, without_class_zero
from data_adapters.doctor.class_order import reordered
from data_adapters.doctor.examination import examine
from data_adapters.doctor.finding import Finding
from data_adapters.doctor.rivals import counted_from_zero, labels_from_one, other_labels, sign_changed
from data_adapters.doctor.row_order import rows_reordered
from data_adapters.doctor.score_kinds import read_as_probabilities, softmax_undone
from data_adapters.sentences import listed


def counted_otherwise(reading: Reading) -> Reading:
    """With class numbers from 1: without the empty class 0 where everybody counts so, else the given labels less 1."""
    return without_class_zero(reading) if counted_from_one(reading) else labels_from_one(reading)


OF_EXPERTS: dict[str, Callable[[Reading, Expert], Expert]] = {
    "score_kind": read_as_probabilities,
    "softmaxed_twice": softmax_undone,
    "class_order": reordered,
    "row_order": rows_reordered,
    "label_base": counted_from_zero,
    "negated": sign_changed,
}
OF_READINGS = {"label_base": counted_otherwise, "label_reading": other_labels}
LEAVE_OUT = ("saw_labels", "identical_experts")


def apply_fixes(reading: Reading, names: Iterable[str], findings: list[Finding] | None = None) -> Reading:
    """The reading with the named fixes made: ``class_order:net``, or ``class_order`` for every expert's.

    Nothing on disk changes. Raises InputError for a name that is no safe fix of a finding in this reading.
    """
    names = list(dict.fromkeys(names))
    if not names:
        return reading
    safe = [finding for finding in findings or examine(reading, pictures=False) if finding.safe_fix]
    _refuse_unknown(names, safe)
    for finding in safe:
        if not {finding.name, finding.check}.isdisjoint(names):
            reading = _noted(_fixed(reading, finding), finding)
    return reading


def _refuse_unknown(names: list[str], safe: list[Finding]) -> None:
    known = {name for finding in safe for name in (finding.name, finding.check)}
    unknown = [name for name in names if name not in known]
    if unknown:
        offered = f"Safe fixes here are {listed(f.name for f in safe)}" if safe else "There is nothing to fix safely."
        raise InputError(f"No finding has a safe fix called {listed(unknown)} {offered}")


def _fixed(reading: Reading, finding: Finding) -> Reading:
    if not finding.expert:
        return OF_READINGS[finding.check](reading)
    if finding.check in LEAVE_OUT:
        return _without(reading, finding.expert)
    fix = OF_EXPERTS[finding.check]
    experts = [fix(reading, e) if e.name == finding.expert else e for e in reading.experts]
    return replace(reading, experts=tuple(experts))


def _without(reading: Reading, name: str) -> Reading:
    if len(reading.experts) == 1:
        raise InputError(f"Expert '{name}' is the only one; it cannot be left out.")
    return replace(
        reading,
        experts=tuple(expert for expert in reading.experts if expert.name != name),
        joined_by_position=tuple(one for one in reading.joined_by_position if one != name),
    )


def _noted(reading: Reading, finding: Finding) -> Reading:
    """The fix, said in the notes of the reading, of its dataset and of the expert: what a workspace keeps."""
    note = f"Fix '{finding.name}' accepted: {finding.sentence} {finding.fix}"
    experts = [
        replace(e, notes=(*e.notes, note)) if e.name == finding.expert and finding.check not in LEAVE_OUT else e
        for e in reading.experts
    ]
    dataset = replace(reading.dataset, notes=(*reading.dataset.notes, note))
    return replace(reading, dataset=dataset, experts=tuple(experts), notes=(*reading.notes, note))
