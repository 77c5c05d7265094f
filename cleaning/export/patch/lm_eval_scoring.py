"""lm-evaluation-harness sample logs (``samples_<task>_<time>.jsonl``) scored under an evaluation mask.

Each line is one question with ``doc_id`` and ``filtered_resps``: for multiple choice a [log-likelihood, is greedy]
pair per option, of which the likeliest is the answer (the harness's ``acc``); for generated answers a text such as
"B" or "(B)".
"""

import json
import re

import numpy as np

from cleaning.domain.dataset import ABSTAIN, OPTION_LETTERS
from cleaning.errors import InputError, counted, first_five
from cleaning.export.formats.decision_log import decoded
from cleaning.export.patch.mask import Mask, MaskScore, score_under_mask

_LETTER = re.compile(r"\s*(?:the answer is\s*)?\(?([A-Z])\)?[.:)]?\s*", re.IGNORECASE)


def score_lm_eval_log(data: bytes, mask: Mask, id_field: str | None = None) -> tuple[MaskScore, MaskScore]:
    """(score on the given labels, score under the mask) over the questions in the log.

    id_field: field of the log's ``doc`` that holds the sample id; without it doc_id 0 is the mask's first sample.
    A log may cover part of the mask; only its questions count. Raises InputError on anything else that does not fit.
    """
    predicted, asked = answers_in_log(data, mask, id_field)
    part = Mask(mask.sample_ids[asked], mask.given[asked], [mask.entries[i] for i in asked])
    given = Mask(part.sample_ids, part.given, ["keep"] * len(part))
    return score_under_mask(predicted[asked], given), score_under_mask(predicted[asked], part)


def answers_in_log(data: bytes, mask: Mask, id_field: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """((N,) option chosen per sample of the mask, -1 where unreadable or not asked; the asked places, rising)."""
    records = [_record(line, n) for n, line in enumerate(decoded(data, "log").splitlines(), 1) if line.strip()]
    places = _records_by_place(_first_filter(records), mask, id_field)
    predicted = np.full(len(mask), ABSTAIN, np.int64)
    for place, record in places.items():
        predicted[place] = chosen_option(record["filtered_resps"])
    return predicted, np.array(sorted(places), np.int64)


def chosen_option(responses: list) -> int:
    """The option a record chooses, 0-based; -1 where it cannot be read."""
    if len(responses) > 1 and all(isinstance(r, list) and r for r in responses):
        try:
            likelihoods = [float(r[0]) for r in responses]
        except (TypeError, ValueError):
            return ABSTAIN
        return int(np.argmax(likelihoods)) if np.isfinite(likelihoods).any() else ABSTAIN
    text = responses[0] if responses else ""
    text = text[0] if isinstance(text, list) and text else text
    match = _LETTER.fullmatch(text) if isinstance(text, str) else None
    return OPTION_LETTERS.index(match[1].upper()) if match else ABSTAIN


def _record(line: str, number: int) -> dict:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("filtered_resps"), list) or "doc_id" not in record:
        raise InputError(
            f"Line {number} of the log is no lm-evaluation-harness sample (an object with doc_id and "
            "filtered_resps). Give a samples_*.jsonl file written with --log_samples."
        )
    return record


def _first_filter(records: list[dict]) -> list[dict]:
    """A task with several filters logs every question once for each; the first filter counts."""
    first = records[0].get("filter") if records else None
    return [record for record in records if record.get("filter") == first]


def _records_by_place(records: list[dict], mask: Mask, id_field: str | None) -> dict[int, dict]:
    known = {sample: i for i, sample in enumerate(mask.sample_ids)} if id_field else None
    found: dict[int, dict] = {}
    strange, repeated = [], []
    for record in records:
        place, name = _place_of_record(record, len(mask), known, id_field)
        if place is None:
            strange.append(name)
        elif place in found:
            repeated.append(name)
        else:
            found[place] = record
    for names, what in ((strange, "not in the mask"), (repeated, "more than once in the log")):
        if names:
            raise InputError(
                f"{counted(len(names), 'question')} {what}: {first_five(names)}. Check that log and mask are of "
                "one dataset, or name the field with the sample id (--id-field)."
            )
    return found


def _place_of_record(record: dict, n: int, known: dict | None, id_field: str | None) -> tuple[int | None, object]:
    if known is None:
        place = record["doc_id"]
        return (place if isinstance(place, int) and 0 <= place < n else None), place
    doc = record.get("doc")
    name = doc.get(id_field) if isinstance(doc, dict) else None
    return known.get(str(name)), name
