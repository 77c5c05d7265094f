"""The decision log as JSON lines, and back: a line a decision, undos included, with everything the log holds.

A first line names format and version, and the last one vouches for all above; every other line is one decision with
the fields of ``cleaning.keep.decisions.Decision``, and ``label_names`` for people.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields

from cleaning.domain import verdicts
from cleaning.domain.dataset import Dataset, rows_of_ids
from cleaning.errors import InputError, counted, first_five
from cleaning.export.formats.json_values import ENCODE
from cleaning.export.formats.sealed_lines import sealed, unsealed
from cleaning.keep.decisions import Decision
from cleaning.keep.versions.claims import Claim, Fitting, what_fits, what_is_shown
from cleaning.keep.versions.contents import Contents
from cleaning.version import __version__

FORMAT, VERSION = "second-opinion-decisions", 2
LARGEST_LOG = 2 * 1024**3
_FIELDS = {f.name: f for f in fields(Decision)}
_TEXTS = "uuid run_id sample_id reviewer verdict note mode card decided_at".split()


def write_decision_log(
    decisions: Sequence[Decision], class_names: Sequence[str], fingerprint: str, dataset: Dataset | None = None
) -> bytes:
    """JSON lines; the first names format, version and the dataset's fingerprint.

    dataset: with it each line says what was decided on, ``given`` and the ``content`` of a question or the ``picture``,
    so that another version of the dataset can take what still fits.
    """
    held = {} if dataset is None else _claims_of(decisions, dataset)
    head = {"format": FORMAT, "version": VERSION, "second_opinion": __version__}
    head |= {"dataset_fingerprint": fingerprint, "decisions": len(decisions)}
    lines = [ENCODE(head)]
    for decision in decisions:
        names = [class_names[code] for code in decision.labels]
        line = asdict(decision) | {"labels": list(decision.labels), "label_names": names}
        lines.append(ENCODE(line | held.get(decision.sample_id, {})))
    return sealed(lines, FORMAT)


def _claims_of(decisions: Sequence[Decision], dataset: Dataset) -> dict[str, dict[str, str]]:
    """By sample id what a line says of the sample."""
    contents, samples = Contents(dataset), list(dict.fromkeys(d.sample_id for d in decisions))
    rows = rows_of_ids(dataset.sample_ids, samples)
    there = [(sample, contents.of(int(row))) for sample, row in zip(samples, rows) if row >= 0]
    return {sample: content.claims() for sample, content in there}


def fitting_decisions(data: bytes, dataset: Dataset, fingerprint: str = "") -> Fitting:
    """What of a decision log fits a dataset, which may be another version of the one it was made on.

    Raises InputError where the log is damaged or about another dataset.
    """
    decisions, head = read_decision_log(data)
    made_on = str(head.get("dataset_fingerprint"))
    lines = [json.loads(line) for line in data.decode().split("\n")[1 : len(decisions) + 1]]
    claims = {line["sample_id"]: Claim.told(line) for line in lines}
    if made_on == (fingerprint or dataset.fingerprint()):
        check_against(decisions, dataset)
        return what_is_shown(decisions, claims, dataset)
    named = [(d, tuple(map(str, line.get("label_names", ())))) for d, line in zip(decisions, lines)]
    return what_fits(named, claims, dataset, made_on)


def read_decision_log(data: bytes) -> tuple[list[Decision], dict]:
    """(decisions in order, first line). Raises InputError for a log that was cut or changed anywhere, or whose lines
    are no decisions."""
    text = decoded(data, "decision log")
    head = _object(text.split("\n", 1)[0], 1)
    if head.get("format") != FORMAT or head.get("version") != VERSION:
        raise InputError(f"This is no decision log of ours (expected format {FORMAT}, version {VERSION}).")
    lines = unsealed(text, FORMAT, "decision log")
    decisions = [_decision_of_line(_object(line, i), i) for i, line in enumerate(lines[1:], 2)]
    if len(decisions) != head.get("decisions"):
        raise InputError(
            f"The decision log says {head.get('decisions')} decisions and holds {len(decisions)}. Export it again."
        )
    return decisions, head


def decoded(data: bytes, what: str) -> str:
    """The text of a file, or a sentence."""
    if len(data) > LARGEST_LOG:
        raise InputError(f"The {what} is larger than {LARGEST_LOG // 1024**3} GB.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"The {what} is no UTF-8 text; it is damaged or another kind of file.") from None


def _object(line: str, number: int) -> dict:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise InputError(f"Line {number} of the decision log is no JSON object; the file was cut or edited.")
    return value


def _decision_of_line(values: dict, number: int) -> Decision:
    kept = {name: values[name] for name in _FIELDS if name in values}
    if not is_sound(kept):
        raise InputError(f"Line {number} of the decision log is no decision; expected {', '.join(_FIELDS)}.")
    return Decision(**(kept | {"labels": tuple(kept.get("labels", ()))}))


def is_sound(values: dict) -> bool:
    """Whether the values could be a decision's: types, a known verdict, whole class numbers."""
    labels, seconds = values.get("labels", []), values.get("seconds", 0.0)
    return (
        all(isinstance(values.get(name, ""), str) for name in _TEXTS)
        and all(values.get(name) for name in ("uuid", "sample_id", "verdict"))
        and values["verdict"] in verdicts.BY_NAME
        and isinstance(labels, list)
        and all(isinstance(code, int) and not isinstance(code, bool) and code >= 0 for code in labels)
        and isinstance(seconds, int | float)
        and isinstance(values.get("seq", 0), int)
        and isinstance(values.get("undoes"), str | None)
    )


def check_against(decisions: Sequence[Decision], dataset: Dataset) -> None:
    """Raises InputError where decisions name samples or classes that the dataset does not have."""
    given = dict(zip(dataset.sample_ids, dataset.given_labels.tolist()))
    strange = list(dict.fromkeys(d.sample_id for d in decisions if d.sample_id not in given))
    if strange:
        raise InputError(f"{counted(len(strange), 'decided sample')} not in this dataset: {first_five(strange)}.")
    for decision in decisions:
        verdicts.check_labels(decision.verdict, decision.labels, given[decision.sample_id], dataset.class_count)
