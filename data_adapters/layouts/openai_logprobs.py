"""Chat or completion responses with log-probabilities, one JSON object a line, as OpenAI-style services give them.

The first token that is the answer's letter carries the log-probabilities of its rivals (``top_logprobs``). Read are
``chat.completion`` (choices[].logprobs.content[]), the older ``text_completion`` (logprobs.tokens, token_logprobs,
top_logprobs) and ``response`` (output[].content[].logprobs[]), plain or as lines of a batch's output or error file
(custom_id, response.body, error).
"""

import math
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError, counted
from data_adapters.files.json_files import json_lines
from data_adapters.files.tables import Table
from data_adapters.joining.free_text_answers import option_in
from data_adapters.joining.option_answers import LETTER

ID_KEYS = ("custom_id", "sample_id", "question_id", "id")
LOOKED_AT = 20  # first lines of a file: some may be failed requests


def holds_responses(path: Path) -> bool:
    """Whether one of the first lines is a response with choices or an output (or a batch result around one)."""
    try:
        return any(_response(line) is not None for _, line in islice(json_lines(path), LOOKED_AT))
    except InputError:
        return False


def read_responses(path: Path) -> Table:
    """(sample_id, answer, confidence, and one column per letter where every response gives all of them).

    Letters' columns hold log-probabilities. Text in which no letter
    with its log-probabilities is found is given as it is, to be read beside its question's options.
    """
    rows = [_row(number, line, path) for number, line in json_lines(path)]
    columns = {
        "sample_id": [sample_id for sample_id, _, _ in rows],
        "answer": [answer for _, answer, _ in rows],
        "confidence": [math.exp(min(0.0, found[answer])) if answer in found else None for _, answer, found in rows],
    }
    letters = _letters_of_all([found for _, _, found in rows])
    scores = {letter: np.array([found[letter] for _, _, found in rows], np.float32) for letter in letters}
    if not any(found for _, _, found in rows):
        columns.pop("confidence")
    note = f"'{path.name}': " + (
        f"log-probabilities of the letters A to {letters[-1]}."
        if letters
        else "not every response lists all letters; the answers and their probabilities are taken."
    )
    failed = sum(_failed(line) for _, line in json_lines(path))
    notes = [note, f"'{path.name}': {counted(failed, 'request')} failed; there the expert abstains."]
    return Table(path, pa.table(columns | scores), tuple(notes[: 1 + bool(failed)]))


def _row(number: int, line: dict, path: Path) -> tuple[str, str, dict[str, float]]:
    """(sample id, letter or empty, log-probability by letter)."""
    where = f"'{path.name}', line {number:,},"
    sample_id = next((line[key] for key in ID_KEYS if isinstance(line.get(key), str | int)), None)
    if sample_id is not None and _failed(line):
        return str(sample_id), "", {}
    response = _response(line)
    if response is None or sample_id is None:
        raise InputError(f"{where} lacks {'choices' if response is None else 'a custom_id'}. Write both in every line.")
    try:
        choice = _choice(response)
        written = choice["message"].get("content") if "message" in choice else choice.get("text")
        letter = _letter(str(written or ""))
        found = _letters(_tokens(choice.get("logprobs") or {}))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise InputError(f"{where} is not laid out as a response with choices ({error}).") from error
    plain = LETTER.fullmatch(str(written or "").strip())
    return (
        str(sample_id),
        letter if plain or letter in found else str(written or "").strip(),
        found if letter in found else {},
    )


def _letter(written: str) -> str:
    """The letter that an answer settles for, whatever the options are; else nothing."""
    place = option_in(written, (), count=len(OPTION_LETTERS))
    return "" if place is None else OPTION_LETTERS[place]


def _choice(response: dict) -> dict:
    """The first choice; of a ``response`` object its message as the choice it would have been."""
    if "choices" in response:
        return (response["choices"] or [{}])[0]
    for item in response["output"]:  # reasoning and calls of tools may stand before the message
        for part in item.get("content") or () if item.get("type") == "message" else ():
            if part.get("type") == "output_text":
                return {"text": part.get("text"), "logprobs": {"content": part.get("logprobs") or []}}
    return {}


def _failed(line: dict) -> bool:
    """Whether the line tells of a request without an answer: expired, refused or broken."""
    response = line.get("response")
    body = response.get("body") if isinstance(response, dict) else None
    return _response(line) is None and bool(line.get("error") or (isinstance(body, dict) and body.get("error")))


def _response(line: dict) -> dict | None:
    """The object with ``choices`` or ``output``: the line itself, or what batch results and logs wrap around it."""
    for keys in ((), ("response",), ("response", "body"), ("body",)):
        inner: object = line
        for key in keys:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(inner, dict) and any(isinstance(inner.get(key), list) for key in ("choices", "output")):
            return inner
    return None


def _tokens(logprobs: dict) -> list[tuple[str, dict[str, float]]]:
    """(token, log-probability of it and of its rivals by their text) for each token of the response."""
    if isinstance(logprobs.get("content"), list):
        return [
            (token["token"], {t["token"]: float(t["logprob"]) for t in (*(token.get("top_logprobs") or ()), token)})
            for token in logprobs["content"]
        ]
    rivals = logprobs.get("top_logprobs") or [{} for _ in logprobs.get("tokens") or ()]
    own = zip(logprobs.get("tokens") or (), logprobs.get("token_logprobs") or ())
    told = [(token, value, others or {}) for others, (token, value) in zip(rivals, own)]
    return [(token, {**others, token: float(value)}) for token, value, others in told if value is not None]


def _letters(tokens: list[tuple[str, dict[str, float]]]) -> dict[str, float]:
    """Log-probability by letter at the first token that is one; ``A``, ``" A"`` and ``(A`` are added up."""
    for own, likelihoods in tokens:
        if LETTER.fullmatch(own.strip()):
            found: dict[str, float] = {}
            for text, value in likelihoods.items():
                if match := LETTER.fullmatch(text.strip()):
                    letter = match[1].upper()
                    found[letter] = float(np.logaddexp(found.get(letter, -np.inf), value))
            return found
    return {}


def _letters_of_all(found: list[dict[str, float]]) -> tuple[str, ...]:
    """A, B, ... as far as every response lists them; empty below two."""
    common = set.intersection(*map(set, found)) if found else set()
    count = next((k for k, letter in enumerate(OPTION_LETTERS) if letter not in common), len(OPTION_LETTERS))
    return OPTION_LETTERS[:count] if count >= 2 else ()
