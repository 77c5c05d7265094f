"""What a browser may send to the app's own routes: types and bounds, and a sentence for whatever is otherwise."""

import json
from collections.abc import Sequence
from reprlib import repr as shortened
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, ValidationError
from pydantic.fields import FieldInfo

from cleaning.errors import InputError, one_of
from cleaning.keep.card_messages import KINDS, LONGEST_MESSAGE, Kind
from cleaning.keep.decisions import BLIND, SEEN, storable
from cleaning.review import LONGEST_NOTE, MOST_CARDS, MOST_CELLS, MOST_DECISIONS, Sent
from cleaning.review.chosen import MODES
from cleaning.review.queue import ORDERS, STATUSES, Filters, Order

MOST_IDS = 10_000
MOST_STEPS = 200  # entries of the history at once
LARGEST_CODE = 2**31 - 1
LONGEST_WHOLE_NUMBER = 300  # digits; any longer is beyond what a number can be here
RELOAD, AGAIN = "Reload the page.", "Decide this card again."


def _whole(least: int, most: int) -> FieldInfo:
    return Field(ge=least, le=most, description=f"a whole number from {least:,} to {most:,}")


def _word(words: Sequence[str]) -> FieldInfo:
    return Field(pattern=f"^({'|'.join(words)})$", description=one_of(words))


def _whole_text(value: object) -> object:
    """Text as it can be told and kept; whatever else it is, its type is judged after this."""
    return storable(value) if isinstance(value, str) else value


def _at_most(longest: int) -> FieldInfo:
    return Field(max_length=longest, description=f"text of at most {longest:,} characters")


def _one_of_or(words: Sequence[str], otherwise: str) -> BeforeValidator:
    """A detail that is not worth losing a decision for."""
    return BeforeValidator(lambda value: value if value in words else otherwise)


Code = Annotated[int, _whole(0, LARGEST_CODE)]
Text = Annotated[str, BeforeValidator(_whole_text)]
Ids = Annotated[list[str], Field(max_length=MOST_IDS, description=f"a list of at most {MOST_IDS:,} sample ids")]
Uuid = Annotated[
    str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="an id of its own (a UUID)")
]
Number = Annotated[FiniteFloat, Field(description="a number")]


class Body(BaseModel):
    """Values of their own type or refused: no text becomes a number. What is not named is ignored."""

    model_config = ConfigDict(strict=True, frozen=True)


class FiltersBody(Body):
    """As ``Filters``."""

    given: Code | None = Field(None, description=f"a class, 0 to {LARGEST_CODE:,}, or null")
    suggested: Code | None = Field(None, description=f"a class, 0 to {LARGEST_CODE:,}, or null")
    group: Annotated[Text, _at_most(1_000)] | None = Field(None, description="a group's name or null")
    least_disagreement: Code = 0
    flagged_only: bool = Field(True, description="true or false")
    status: Annotated[str, _word(STATUSES)] = "open"
    random_only: bool = Field(False, description="true or false")


class ViewBody(Body):
    """What every request says of how its reviewer goes through the run."""

    order: Annotated[Order, Field(description=one_of(ORDERS))] = "suspicion"
    filters: FiltersBody | None = Field(None, description="an object of filters or null")
    tab: Annotated[Text, _at_most(36)] = ""

    def wished(self) -> Filters:
        return Filters(**self.filters.model_dump()) if self.filters else Filters()


class CardsBody(ViewBody):
    """The next ``count`` cards after those ``held``, or the cards of ``sample_ids``."""

    sample_ids: Ids = []
    held: Ids = []
    count: Annotated[int, _whole(1, MOST_CARDS)] = 20


class HeldBody(ViewBody):
    """The tab is still open and holds these cards; ``leaving``: it is being closed."""

    held: Ids = []
    leaving: bool = Field(False, description="true or false")


class MessageBody(ViewBody):
    """A message on a card."""

    sample_id: Annotated[Text, _at_most(1_000)]
    kind: Annotated[Kind, _word(KINDS)]
    text: Annotated[Text, _at_most(LONGEST_MESSAGE)]


class HistoryBody(ViewBody):
    """``count`` steps before the place ``before`` in the log."""

    count: Annotated[int, _whole(1, MOST_STEPS)] = 50
    before: Annotated[int, _whole(0, 2**53)] | None = Field(None, description="a place in the log or null")


class GridBody(ViewBody):
    """``count`` thumbnails from the place ``after`` in the queue on."""

    after: Code = 0
    count: Annotated[int, _whole(1, MOST_CELLS)] = 60


class DecisionsBody(ViewBody):
    """Decisions, each judged on its own by ``read_decisions``."""

    decisions: list = Field(max_length=MOST_DECISIONS, description=f"a list of at most {MOST_DECISIONS} decisions")
    sent_at: Number = 0.0


class RevealsBody(ViewBody):
    """Decisions that were told as saved without their reveal."""

    uuids: Annotated[list[Uuid], Field(max_length=MOST_DECISIONS, description=f"at most {MOST_DECISIONS} ids")]


class DecisionBody(Body):
    """One decision; as ``Sent``."""

    uuid: Uuid
    sample_id: Annotated[Text, _at_most(1_000)]
    verdict: Annotated[Text, _at_most(20)]
    labels: list[Code] = Field([], max_length=MOST_IDS, description=f"a list of at most {MOST_IDS:,} classes")
    note: Annotated[Text, _at_most(LONGEST_NOTE)] = ""
    seconds: Number = 0.0
    mode: Annotated[str, _one_of_or((*MODES, SEEN), BLIND)] = BLIND
    card: Annotated[str, _one_of_or(("grid",), "")] = ""
    at: Number = 0.0
    ticket: Annotated[Text, _at_most(36)] = ""
    undoes: Uuid | None = Field(None, description="the id of a decision or null")


AnyBody = TypeVar("AnyBody", bound=Body)


def parse(data: bytes) -> object:
    """The JSON of a request. Raises InputError."""
    try:
        return json.loads(data or b"{}", parse_int=_number_of_any_length)
    except (ValueError, RecursionError):
        raise InputError(f"The request is not JSON. {RELOAD}") from None


def _number_of_any_length(digits: str) -> float:
    """Python refuses to read thousands of digits, which would hold up all that was sent along."""
    return int(digits) if len(digits) <= LONGEST_WHOLE_NUMBER else float(digits)


def read_body(model: type[AnyBody], value: object, advice: str = RELOAD) -> AnyBody:
    """The values of a request. Raises InputError with the first that is not as expected."""
    if not isinstance(value, dict):
        raise InputError(f"Expected a JSON object, got {shortened(value)}. {advice}")
    try:
        return model.model_validate(value)
    except ValidationError as problem:
        raise InputError(f"{_sentence_of(model, problem.errors(include_url=False)[0])} {advice}") from None


def _sentence_of(model: type[BaseModel], error: Any) -> str:
    """What is wrong with one value, and what was expected."""
    names = [part for part in error["loc"] if isinstance(part, str)]
    expected = ""
    for name in names:
        field = model.model_fields.get(name)
        expected = field.description or expected if field else expected
        model = FiltersBody if name == "filters" else model
    found = "missing" if error["type"] == "missing" else shortened(error["input"])
    return f"'{'.'.join(names)}' is {found}; expected {expected}."


def read_decisions(values: Sequence[object]) -> tuple[list[Sent], list[tuple[str, str]]]:
    """Decisions, and (uuid, sentence) of each value that is none: one bad value never holds up the others."""
    good: list[Sent] = []
    refused: list[tuple[str, str]] = []
    for value in values:
        try:
            good.append(Sent(**read_body(DecisionBody, value, AGAIN).model_dump()))
        except InputError as problem:
            refused.append((_uuid_of(value), str(problem)))
    return good, refused


def _uuid_of(value: object) -> str:
    named = value.get("uuid") if isinstance(value, dict) else ""
    return storable(named)[:36] if isinstance(named, str) else ""
