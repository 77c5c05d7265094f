"""Corrected references of free answers, in words."""

from collections.abc import Iterator

from cleaning.domain.dataset import GRADED_OTHERWISE, REFERENCE, TELLING
from cleaning.domain.verdicts import RIGHT_IS
from cleaning.export.formats.json_values import json_lines_of
from cleaning.export.handover import Handover
from cleaning.export.patch.mask import accepted_classes

CORRECTED = f"{REFERENCE}_corrected"


def right_texts(handover: Handover, row: int, codes: tuple[int, ...]) -> list[str]:
    """What counts as right of one sample, in words: the reference as it was written, an answer, what a reviewer wrote."""
    samples, given = handover.dataset.samples, int(handover.dataset.given_labels[row])
    options = handover.option_texts(row)
    votes = handover.final.votes.get(str(handover.dataset.sample_ids[row]), [])
    written = [vote.note.strip() for vote in votes if vote.verdict == RIGHT_IS]
    texts = []
    for code in sorted(codes, key=lambda code: code != given):
        other = written[0] if code == len(options) - 1 and written else options[code]
        texts.append(str(samples[REFERENCE].iloc[row]) if code == given else other)
    return texts


def accepted_texts(handover: Handover) -> Iterator[tuple[int, str, list[str]]]:
    """(row, mask entry, what counts as right) of every sample; nothing of one that is dropped."""
    entries = zip(handover.final.mask(), handover.dataset.given_labels.tolist())
    for row, (entry, given) in enumerate(entries):
        yield row, str(entry), right_texts(handover, row, accepted_classes(entry, given))


def corrected_references(handover: Handover) -> list[str]:
    """N corrected references; "" where the sample is dropped."""
    return [texts[0] if texts else "" for _, _, texts in accepted_texts(handover)]


def references_lines(handover: Handover) -> bytes:
    """JSON lines in the columns of the source, ``reference`` as corrected; dropped samples are left out.

    Beside them what was given, every answer that counts as right, the mask and the verdict.
    """
    samples = handover.dataset.samples
    own = [c for c in samples if c not in ("sample_id", "choices", *TELLING)]
    verdicts = dict(zip(handover.final.table["row"], handover.final.table["verdict"]))
    rows = (
        {"sample_id": str(handover.dataset.sample_ids[row])}
        | {str(c): samples[c].iloc[row] for c in own}
        | {
            REFERENCE: texts[0],
            f"{REFERENCE}_given": str(samples[REFERENCE].iloc[row]),
            "accepted": texts,
            "mask": entry,
            "verdict": verdicts.get(row, ""),
            GRADED_OTHERWISE: str(samples[GRADED_OTHERWISE].iloc[row]),
        }
        for row, entry, texts in accepted_texts(handover)
        if texts
    )
    return json_lines_of(rows)
