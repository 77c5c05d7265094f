"""Corrected questions as other evaluation programs take them: samples of Inspect, lighteval and OpenAI evals.

Dropped questions are left out; where several options are right each of them counts, as in the evaluation mask.
"""

from collections.abc import Iterator

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.export.formats.json_values import json_lines_of
from cleaning.export.formats.references import accepted_texts
from cleaning.export.handover import Handover
from cleaning.export.patch.mask import accepted_classes


def inspect_samples(handover: Handover) -> bytes:
    """JSON lines for Inspect's ``json_dataset``: id, input, choices, target (letters of the options), metadata.

    Of free answers there are no choices, and the target is what counts as right, in words.
    """
    if handover.dataset.open_answers:
        return json_lines_of(
            {"id": sample, "input": question, "target": _target(texts), "metadata": {"mask": entry}}
            for sample, question, texts, entry in _in_words(handover)
        )
    return json_lines_of(
        {"id": sample, "input": question, "choices": options, "target": _target(letters), "metadata": {"mask": entry}}
        for sample, question, options, letters, entry in _kept(handover)
    )


def openai_evals_samples(handover: Handover) -> bytes:
    """JSON lines for a ``match`` eval: input (one message with the options under their letters), ideal, sample_id."""
    if handover.dataset.open_answers:
        return json_lines_of(
            {"sample_id": sample, "input": [{"role": "user", "content": question}], "ideal": _target(texts)}
            for sample, question, texts, _ in _in_words(handover)
        )
    return json_lines_of(
        {
            "sample_id": sample,
            "input": [{"role": "user", "content": _asked(question, options)}],
            "ideal": _target(letters),
        }
        for sample, question, options, letters, _ in _kept(handover)
    )


def lighteval_questions(handover: Handover) -> bytes:
    """JSON lines: sample_id, question, choices, accepted (0-based options that count as right)."""
    return json_lines_of(
        {
            "sample_id": sample,
            "question": question,
            "choices": options,
            "accepted": [*map(OPTION_LETTERS.index, letters)],
        }
        for sample, question, options, letters, _ in _kept(handover)
    )


def _kept(handover: Handover) -> Iterator[tuple[str, str, list[str], list[str], str]]:
    """(sample id, question, options, letters that count as right, mask entry) of what is not dropped."""
    dataset, samples = handover.dataset, handover.dataset.samples
    questions = samples["question"].tolist() if "question" in samples else [""] * len(dataset)
    rows = zip(dataset.sample_ids, questions, dataset.given_labels.tolist(), handover.final.mask())
    for row, (sample, question, given, entry) in enumerate(rows):
        if entry != "drop":
            letters = [OPTION_LETTERS[code] for code in accepted_classes(entry, given)]
            yield str(sample), str(question), handover.option_texts(row), letters, str(entry)


def _in_words(handover: Handover) -> Iterator[tuple[str, str, list[str], str]]:
    """(sample id, question, what counts as right, mask entry) of what is not dropped."""
    ids, questions = handover.dataset.sample_ids, handover.dataset.samples["question"]
    for row, entry, texts in accepted_texts(handover):
        if texts:
            yield str(ids[row]), str(questions.iloc[row]), texts, entry


def _target(letters: list[str]) -> str | list[str]:
    return letters[0] if len(letters) == 1 else letters


def _asked(question: str, options: list[str]) -> str:
    lettered = "\n".join(f"{letter}. {option}" for letter, option in zip(OPTION_LETTERS, options))
    return f"{question}\n{lettered}\nAnswer with the letter alone."
