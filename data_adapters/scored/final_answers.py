"""The answer that a free text ends in: after ``####``, in ``\\boxed{}``, after "the answer is", or its last line."""

import re

from cleaning.answers.accepted_lists import accepted_list
from data_adapters.joining.free_text_answers import BOXED, LONGEST, THOUGHT

MARKED = re.compile(r"####[ \t]*([^\n]{1,400})")
STATED = re.compile(r"\banswer(?: is| was|:| =|\*\*:)(?: (?=\S)|:|\*\*)*[ \t]*([^\n]{1,400})", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[^\d\s.])\.(?:\s|$)|(?<=\d)\.(?:\s|$)")
SHORT = 120  # characters of a text that is an answer as a whole


def final_answer(text: str) -> str:
    """The last thing that a text says is its answer; a short text of one line is all answer; else its last line."""
    text = THOUGHT.sub("", text[-LONGEST:]).strip()
    for found in (MARKED.findall(text)[-1:], BOXED.findall(text)[-1:]):
        if found:
            return found[0].strip()
    stated = STATED.findall(text)
    if stated and stated[-1].strip(" *"):
        return SENTENCE_END.split(stated[-1].strip(), maxsplit=1)[0].strip(" *")
    if len(text) <= SHORT and "\n" not in text:
        return text
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def references_in(text: str) -> list[str]:
    """The answers that a cell accepts, its reference first: those of a list of texts, else the one that it says."""
    listed = accepted_list(text)
    aliases = listed is not None and all(isinstance(one, str) and one.strip() for one in listed)
    return [_said_by(str(one)) for one in listed] if listed and aliases else [_said_by(text)]


def _said_by(text: str) -> str:
    """The reference that a cell or target says: what stands after ``####`` or in ``\\boxed{}``, else all of it."""
    return final_answer(text) if "####" in text or "\\boxed" in text else text
