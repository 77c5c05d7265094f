"""The patch: what was decided about a dataset, in a file that others can check, apply in part, and revert.

JSON lines (schema in docs/export.md): a header, one line per decided sample, and a trailer with the SHA-256 of every
byte before it, so that a patch that was cut or edited anywhere is refused. Every vote is in it, under pseudonyms, so
whoever applies it may settle by a policy of their own.
"""

import hashlib
import json
import operator
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

import numpy as np

from cleaning.domain.dataset import ABSTAIN, REFERENCE
from cleaning.errors import InputError
from cleaning.export.formats.decision_log import decoded, is_sound
from cleaning.export.formats.json_values import ENCODE, json_texts
from cleaning.export.formats.row_texts import Each, Piece, rows_as_text
from cleaning.export.formats.sealed_lines import sealed, unsealed
from cleaning.export.formats.table_texts import json_of
from cleaning.export.handover import Handover
from cleaning.keep.decisions import Decision
from cleaning.keep.versions.contents import Contents
from cleaning.settle.policy import Policy
from cleaning.version import __version__

FORMAT, VERSION = "second-opinion-patch", 1
_VOTE_FIELDS = "uuid reviewer verdict labels note seconds mode card decided_at".split()


@dataclass(frozen=True)
class Entry:
    """One decided sample. old: given class code. votes: the standing decisions, reviewers under pseudonyms.
    content, picture: ``Content.digest`` and ``picture_digest``, "" where there is none or an earlier version wrote the
    patch. options: of free answers the texts of the classes, the given one's as the source has it."""

    sample_id: str
    old: int
    votes: tuple[Decision, ...]
    content: str = ""
    picture: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Patch:
    """A patch that was read and found whole. header: the first line. sha256: of the whole file."""

    header: dict
    entries: tuple[Entry, ...]
    policy: Policy
    sha256: str

    @property
    def class_names(self) -> tuple[str, ...]:
        return tuple(self.header["dataset"]["class_names"])

    @property
    def decisions(self) -> list[Decision]:
        return [vote for entry in self.entries for vote in entry.votes]


def labels_sha256(sample_ids: Iterable[str], codes: Iterable[int]) -> str:
    """Fingerprint of ids with their labels, whatever the order of the rows."""
    ids = sample_ids.tolist() if isinstance(sample_ids, np.ndarray) else list(map(str, sample_ids))
    numbers = codes.tolist() if isinstance(codes, np.ndarray) else list(map(int, codes))
    if not all(map(operator.lt, ids, islice(ids, 1, None))):  # mostly they come in order
        order = sorted(range(len(ids)), key=numbers.__getitem__)
        order.sort(key=ids.__getitem__)
        ids, numbers = [ids[place] for place in order], [numbers[place] for place in order]
    digest, rows = hashlib.sha256(), list[Piece](["\n[", Each(ids, json_of), ", ", Each(numbers, json_texts), "]"])
    for number, text in enumerate(rows_as_text(rows, len(ids))):
        digest.update((text if number else text[1:]).encode())
    return digest.hexdigest()


def questions_sha256(sample_ids: Iterable[str], questions: Iterable | None, choices: Iterable | None) -> str | None:
    """Fingerprint of the questions' texts and options by id, or None where there are none."""
    if questions is None and choices is None:
        return None
    ids = list(map(str, sample_ids))
    texts = [""] * len(ids) if questions is None else list(map(str, questions))
    options = [()] * len(ids) if choices is None else choices
    return _digest(map(ENCODE, sorted((i, t, [str(o) for o in c]) for i, t, c in zip(ids, texts, options))))


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def write_patch(handover: Handover) -> bytes:
    """The patch of a handover. The same log always gives the same bytes."""
    lines = [ENCODE(_patch_header(handover)), *map(ENCODE, _lines(handover))]
    return sealed(lines, FORMAT)


def _patch_header(handover: Handover) -> dict:
    dataset, run, samples = handover.dataset, handover.run, handover.dataset.samples
    questions, choices = (samples.get(c) for c in ("question", "choices"))
    return {
        "format": FORMAT,
        "version": VERSION,
        "second_opinion": __version__,
        "last_decision": handover.last_decision,
        "dataset": {
            "name": dataset.name,
            "kind": dataset.kind,
            "fingerprint": handover.workspace.id,
            "samples": len(dataset),
            "class_names": list(dataset.class_names),
            "labels_sha256": labels_sha256(dataset.sample_ids, dataset.given_labels),
            "questions_sha256": questions_sha256(dataset.sample_ids, questions, choices),
        },
        "run": {
            "id": run.id,
            "settings": run.settings.to_dict(),
            "threshold": run.threshold,
            "experts": [
                {"name": n, "fingerprint": f} for n, f in zip(run.expert_names, run.expert_fingerprints, strict=True)
            ],
        },
        "policy": handover.policy.to_dict(),
        "decided": len(handover.final.table),
    }


def _lines(handover: Handover) -> Iterable[dict]:
    names, scores, run = handover.dataset.class_names, handover.scores, handover.run
    contents = Contents(handover.dataset)
    suspicion, suggested = scores["suspicion"].to_numpy(), scores["suggested"].to_numpy()
    lines = list(handover.final.lines())
    said = handover.said(np.array([line.row for line in lines], np.int64))
    for line, confidence in zip(lines, said, strict=True):
        votes = [_vote(v, handover) for v in handover.final.votes[line.sample_id]]
        claims = contents.of(line.row).claims()
        yield (
            {name: claims[name] for name in ("content", "picture") if name in claims}
            | {
                "sample_id": line.sample_id,
                "old": line.given,
                "old_label": names[line.given],
                "new": list(line.labels),
                "new_labels": [names[k] for k in line.labels],
                "verdict": line.verdict,
                "status": line.status,
                "mask": line.mask,
                "votes": votes,
                "suspicion": round(float(suspicion[line.row]), 6),
                "suggested": int(suggested[line.row]),
                "experts": _experts(names, run.predicted[line.row], confidence),
                "run_id": run.id,
            }
            | _in_words(handover, line.row, line.given)
        )


def _in_words(handover: Handover, row: int, given: int) -> dict:
    """Of free answers what each class says."""
    if not handover.dataset.open_answers:
        return {}
    reference = str(handover.dataset.samples[REFERENCE].iloc[row])
    return {"options": [reference if code == given else one for code, one in enumerate(handover.option_texts(row))]}


def _vote(vote: Decision, handover: Handover) -> dict:
    values = asdict(vote) | {"reviewer": handover.pseudonyms[vote.reviewer], "labels": list(vote.labels)}
    return {name: values[name] for name in _VOTE_FIELDS}


def _experts(names: Sequence[str], predicted: np.ndarray, confidence: np.ndarray) -> list[dict | None]:
    """In the order of the header's experts: answer and calibrated confidence, or None where one abstains."""
    return [
        None if k == ABSTAIN else {"label": int(k), "label_name": names[k], "confidence": round(float(c), 6)}
        for k, c in zip(predicted, confidence)
    ]


def read_patch(data: bytes) -> Patch:
    """The patch in a file. Raises InputError where it was cut, edited, is of another version or no patch at all."""
    header = _parsed(decoded(data, "patch").split("\n", 1)[0])
    if header.get("format") != FORMAT:
        raise InputError("This file is no patch of Second Opinion: its first line does not say so.")
    if header.get("version") != VERSION:
        raise InputError(f"The patch has version {header.get('version')}; this program reads {VERSION}.")
    lines = unsealed(data.decode(), FORMAT, "patch")
    try:
        policy = Policy.from_dict(header["policy"])
        entries = tuple(_entry(_parsed(line), header) for line in lines[1:])
        assert len(entries) == header["decided"] and len(header["dataset"]["labels_sha256"]) == 64
    except (KeyError, TypeError, ValueError, AssertionError):
        raise InputError("The patch does not follow its own schema (docs/export.md). Have it made again.") from None
    return Patch(header, entries, policy, hashlib.sha256(data).hexdigest())


def _entry(line: dict, header: dict) -> Entry:
    sample, old, options = line["sample_id"], line["old"], line.get("options", [])
    content, picture = line.get("content", ""), line.get("picture", "")
    votes = [v | {"sample_id": sample, "run_id": line["run_id"]} for v in line["votes"]]
    k = len(header["dataset"]["class_names"])
    sound = (
        isinstance(sample, str)
        and all(isinstance(one, str) for one in (content, picture, *options))
        and type(old) is int
        and 0 <= old < k
        and votes
        and all(map(is_sound, votes))
    )
    if not sound or any(code >= k for v in votes for code in v["labels"]):
        raise ValueError(sample)
    return Entry(
        sample,
        old,
        tuple(Decision(**(v | {"labels": tuple(v["labels"])})) for v in votes),
        content,
        picture,
        tuple(options),
    )


def _parsed(line: str) -> dict:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
