"""Which option is right, told by a harness log: the target, or a field of the document, checked against the logged score.

``target`` is a number, a letter, the option's text, a list of one of these, or (winogrande) the same ending for all
options; the accuracy that the harness logged says which of them it went by.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from data_adapters.layouts.question_logs import Question, option_index

FIELDS = (
    "answerKey",
    "answer",
    "label",
    "gold",
    "gold_index",
    "correct",
    "cop",
    "answer_idx",
    "target",
    "correct_option",
)
FITS = 0.99  # of the samples, whose logged score must be 0 or 1
EXPLAINS = 0.8  # of the samples, whose logged score a key must explain (some may have been changed since)


@dataclass
class HarnessRecord:
    """One record of a task. keys: {where it stands: option or None}. best: the likeliest option, or None. right: the
    logged accuracy, or None. several: whether more than one option is right."""

    sample_id: str
    question: Question
    keys: dict[str, int | None] = field(default_factory=dict)
    best: int | None = None
    right: float | None = None
    several: bool = False


def possible_keys(record: dict, options: Sequence[str]) -> dict[str, int | None]:
    """{where it stands: the option it would mean} for the target and all fields of the document that may hold the key."""
    doc = record["doc"] if isinstance(record["doc"], dict) else {}
    keys = _readings("target", record["target"], options)
    for name in FIELDS:
        if isinstance(doc.get(name), str | int | list) and not isinstance(doc[name], bool):
            keys |= _readings(f"doc.{name}", doc[name], options, _own_labels(doc, len(options)))
    return keys


def _readings(name: str, written: object, options: Sequence[str], own: Sequence[str] = ()) -> dict[str, int | None]:
    value = _single(written)
    text = str(value).strip()
    same = [k for k, option in enumerate(options) if option.strip() == text]
    found = {f"{name} (the option's own label)": own.index(text) if text in own else None} if own else {}
    found |= {name: option_index(value, options), f"{name} (a text)": same[0] if len(same) == 1 else None}
    if text.isdigit():
        found[f"{name} (from 1)"] = int(text) - 1 if 1 <= int(text) <= len(options) else None
    return found


def _single(written: object) -> object:
    """What stands in a list of one, be it a list or the text of one."""
    if isinstance(written, list) and len(written) == 1:
        return written[0]
    text = str(written).strip()
    return text[1:-1].strip(" '\"") if text.startswith("[") and text.endswith("]") and "," not in text else written


def _own_labels(doc: dict, count: int) -> list[str]:
    choices = doc.get("choices")
    labels = choices.get("label") if isinstance(choices, dict) else None
    return [str(label) for label in labels] if isinstance(labels, list) and len(labels) == count else []


def several_right(doc: object, options: Sequence[str]) -> bool:
    """Whether the document marks more than one of these options as right (truthfulqa's mc2)."""
    targets = [value for value in doc.values() if isinstance(value, dict)] if isinstance(doc, dict) else []
    marked = [t["labels"] for t in targets if isinstance(t.get("labels"), list) and len(t["labels"]) == len(options)]
    return any(sum(label in (1, "1", True) for label in labels) > 1 for labels in marked)


def settle(asked: Sequence[HarnessRecord]) -> tuple[str | None, str]:
    """(where the key stands, or None where it cannot be told; why)."""
    if sum(one.several for one in asked) * 2 > len(asked):
        return None, "its questions have several right options"
    graded = [one for one in asked if one.right is not None and one.best is not None]
    if sum(one.right not in (0.0, 1.0) for one in graded) > (1 - FITS) * len(graded):
        return None, "its logged scores are parts of one: it has more than one right option"
    names = list(dict.fromkeys(name for one in asked for name in one.keys))
    readable = [n for n in names if all(one.keys.get(n) is not None for one in asked)]
    if readable and not graded:
        return readable[0], "it is an option in every record"
    if readable:
        share = {n: float(np.mean([(o.best == o.keys[n]) == (o.right == 1.0) for o in graded])) for n in readable}
        best = max(readable, key=share.__getitem__)
        if share[best] >= EXPLAINS:
            return best, f"which explains {share[best]:.0%} of the logged accuracies"
        return None, "no key in it explains the logged accuracy"
    return ("target", "") if not graded else (None, "none of its fields names an option in every record")
