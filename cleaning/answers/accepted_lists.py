"""Answers that a source accepts for one another (aliases), written as a list."""

import ast
import json
import string

MARKS = frozenset(string.punctuation) | frozenset("‘’´`")


def accepted_list(written: str) -> list[str | int] | None:
    """The answers of a list written as JSON, or as Python writes it; None for what is none, or is empty."""
    if not written.lstrip().startswith("["):
        return None
    try:
        found = json.loads(written) if _is_json(written) else ast.literal_eval(written.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    return found if isinstance(found, list) and found and all(type(one) in (str, int) for one in found) else None


def written_alike(answers: list[str | int], before: str) -> str:
    """A list of answers as the one before was written."""
    return json.dumps(answers, ensure_ascii=False) if _is_json(before) else repr(answers)


def _is_json(written: str) -> bool:
    try:
        json.loads(written)
    except (ValueError, RecursionError):
        return False
    return True


def plainly(text: str) -> str:
    """An answer as TriviaQA normalises it: lower case, marks as blanks, no articles. Source: its evaluation script."""
    text = "".join(" " if mark in MARKS else mark for mark in text.replace("_", " ").lower())
    return " ".join(word for word in text.split() if word not in ("a", "an", "the"))
