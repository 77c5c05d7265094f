"""Which values of a log say a sample's reference, in whichever way they are written."""

from collections.abc import Iterable, Iterator, Sequence

from cleaning.answers.accepted_lists import plainly
from cleaning.export.patch.label_fields import Way
from cleaning.export.patch.patched_references import ReferencePlace
from data_adapters.scored.final_answers import final_answer

NORMALISED = "normalized_"  # begins the names of what TriviaQA normalises


def found_places(
    answers: Iterable[tuple[Way, object]], golds: Sequence[str], sample: str
) -> Iterator[tuple[Way, ReferencePlace]]:
    """The ways in to what says the reference, or another answer that is accepted: whole, at its end, or in a list."""
    for there, value in answers:
        plain = str(there[-1]).startswith(NORMALISED)
        shown = next(filter(None, (_shown(value, plainly(gold) if plain else gold) for gold in golds)), "")
        if shown:
            yield there, ReferencePlace(sample, golds[0], shown, plain)


def _shown(value: object, gold: str) -> str:
    """The answer, where a value says it, or one of a list does."""
    texts = [str(one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str | int)]
    return gold if gold and any(gold in (text.strip(), final_answer(text)) for text in texts) else ""
