"""What an expert's table holds: one column per class, a predicted class with confidence, or answers only."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from cleaning.errors import InputError, first_five
from data_adapters.files.arrow_columns import reads_as_number
from data_adapters.files.tables import Table
from data_adapters.joining import columns as named
from data_adapters.joining.columns import is_gold, is_position, known_columns, speaks_of, speaks_of_prediction
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.table_shapes.marks import no_answer, refuse_marks, says_right
from data_adapters.joining.table_shapes.ranked_columns import Ranked, families, find_ranked, refuse_falling
from data_adapters.plan import ReadingPlan
from data_adapters.sentences import listed

PREDICTED_NAMES = (
    "predicted_class",
    "predicted_label",
    "predicted",
    "prediction",
    "pred",
    "pred_label",
    "model_answer",
    "predicted_answer",
    "answer",
    "response",
    "top1",
    "label",
    "class",
    "category",
)
CONFIDENCE_NAMES = (
    "predicted_probability",
    "confidence",
    "probability",
    "prob",
    "score",
    "conf",
    "max_probability",
    "max_prob",
)
FRACTION = re.compile(r"(0?[.,]\d+|\d([.,]\d+)?[eE]-\d+)")
BRACKETED = re.compile(r"\w*\s?[\[({](.+)[\])}]")  # P(cat), score[cat]
NEUTRAL_NAMES = ("answer", "label", "class", "class_name", "class_id", "category", "category_id", "choice", "name")


@dataclass(frozen=True)
class TableShape:
    """class_columns: K columns in class order (full). scores_list: a column of lists of K scores (full). positive: the
    one column of P(class 1), of two. ranked: classes from the best on. Else predicted, with or without confidence, or
    with a column that says by its order alone how sure the expert is (``order``, surer when lower if ``lower``).
    """

    id_column: str | None
    class_columns: tuple[str, ...] | None = None
    scores_list: str | None = None
    positive: str | None = None
    positive_class: int = 1
    ranked: Ranked | None = None
    predicted: str | None = None
    confidence: str | None = None
    order: str | None = None

    @property
    def used(self) -> set[str]:
        ranked = () if self.ranked is None else (*self.ranked.classes, *self.ranked.scores)
        single = (self.id_column, self.scores_list, self.positive, self.predicted, self.confidence, self.order)
        return {*(self.class_columns or ()), *ranked, *(column for column in single if column)}

    @property
    def lower_is_surer(self) -> bool:
        return self.order is not None and speaks_of(self.order, named.LOWER_IS_SURER)


def table_shape(
    opened: OpenedExpert,
    id_column: str | None,
    names: Sequence[str],
    is_given: Callable[[str], bool],
    plan: ReadingPlan,
) -> TableShape:
    """Which columns are scores or answers, given the K class names. Raises InputError where it is unclear.

    is_given: whether a column says the given label in every row.
    """
    table, file = opened.its_table, opened.path.name
    rest = [column for column in table.columns if column != id_column and column not in plan.unused(file)]
    said, positions = opened.answer_column or plan.said_role(file, "prediction"), list[str]()
    if not said:
        whole = _whole_scores(table, id_column, rest, names)
        if whole is not None:
            return whole
        positions = [column for column in rest if is_position(column)]
        rest = [column for column in rest if not (is_gold(column) or column in positions)] or rest
    if opened.answer_column:
        refuse_marks(opened, opened.answer_column)
        return TableShape(id_column, predicted=opened.answer_column, confidence=opened.sure_column)
    predicted = said or _prediction(opened, id_column, rest, is_given, plan, names)
    predicted = predicted or next((c for c in positions if _numbers_classes(table, c, len(names))), None)
    confidence, order = _confidence(table, [c for c in rest if c != predicted], plan.said_role(file, "confidence"))
    if predicted is None and (confidence is None or len(names) != 2):
        others = [column for column in rest if column not in (confidence, order)]
        if len(others) != 1 or says_right(table, others[0]):
            raise _unclear(opened, rest, names)
        predicted = others[0]
    if predicted is None:
        refuse_marks(opened, *rest)
    if len(names) == 2 and (positive := _positive(table, predicted, confidence)):
        return TableShape(id_column, positive=positive)
    return TableShape(id_column, predicted=predicted, confidence=confidence, order=order)


def _whole_scores(table: Table, id_column: str | None, rest: list[str], names: Sequence[str]) -> TableShape | None:
    """Scores of every class, or a ranking of classes; None where there are neither."""
    ranked = find_ranked(table, rest, names)
    if ranked is not None:
        return TableShape(id_column, ranked=ranked)
    classes = class_columns(rest, names)
    if classes is not None:
        refuse_falling(table, classes, names)
        return TableShape(id_column, class_columns=classes)
    lists = next((column for column in rest if table.list_length(column) == len(names)), None)
    if lists is not None:
        return TableShape(id_column, scores_list=lists)
    return _of_two(table, id_column, rest, names) if len(names) == 2 else None


def _of_two(table: Table, id_column: str | None, rest: list[str], names: Sequence[str]) -> TableShape | None:
    """One column of fractions, called after one of two classes: its probability."""
    for place in (1, 0):
        found = [
            c for c in rest if c.removeprefix(_own_prefix(c)) in (names[place], f"{place}") and _fractions(table, c)
        ]
        if len(found) == 1:
            return TableShape(id_column, positive=found[0], positive_class=place)
    return None


def _own_prefix(column: str) -> str:
    """``prob_`` of ``prob_cat``."""
    first, mark, _ = column.partition("_")
    return first + mark if mark and speaks_of(first, named.CONFIDENCE_WORDS | {"p", "class"}) else ""


def best_alone(table: Table, shape: TableShape) -> TableShape:
    """Of a ranking its best class; its score is a confidence where it is a probability, else it says how sure."""
    if shape.ranked is None:
        return shape
    best = shape.ranked.scores[:1]
    if not best:
        return replace(shape, predicted=shape.ranked.classes[0])
    known = [value for value in table.numbers(best[0]) if value == value]
    if not known or (min(known) >= 0 and max(known) <= 1):
        return replace(shape, predicted=shape.ranked.classes[0], confidence=best[0])
    return replace(shape, predicted=shape.ranked.classes[0], order=best[0])


def answer_candidates(table: Table, id_column: str | None) -> list[str]:
    """Columns that may hold an expert's answers, the likeliest first."""
    rest = [c for c in table.columns if c != id_column and not is_gold(c)]
    meant = [c for c in rest if speaks_of_prediction(c)]
    exact = [c for c in known_columns(table, PREDICTED_NAMES) if c in meant]
    neutral = [c for c in known_columns(table, NEUTRAL_NAMES) if c in rest]
    return list(dict.fromkeys([*exact, *meant, *neutral]))


def _prediction(
    opened: OpenedExpert, id_column: str | None, rest: Sequence[str], is_given, plan: ReadingPlan, names: Sequence[str]
) -> str | None:
    """The likeliest column of answers that does not simply repeat the given labels."""
    table, file = opened.its_table, opened.path.name
    candidates = [c for c in answer_candidates(table, id_column) if c in rest and not says_right(table, c)]
    known = {name.strip().casefold() for name in names}
    candidates += [c for c in rest if c not in candidates and not is_gold(c) and _names_classes(table, c, known)]
    for place, column in enumerate(candidates):
        if place == len(candidates) - 1 or not is_given(column):
            return column
        plan.decide(file, f"column '{column}'", "given labels, which have no vote", "inferred", "equal in every row")
    return None


def _names_classes(table: Table, column: str, names: set[str]) -> bool:
    """Whether a column holds names of classes alone, and more than one of them."""
    head = {value.casefold() for value in table.head(column)} - {""}
    return len(head) > 1 and head <= names and not all(map(reads_as_number, head))


def _numbers_classes(table: Table, column: str, class_count: int) -> bool:
    """Whether a column that is called as rows are counted repeats class numbers, as of the best class alone."""
    if not table.holds_numbers(column):
        return False
    values = table.numbers(column).tolist()
    return len(set(values)) < len(values) and set(values) <= set(range(class_count))


def _confidence(table: Table, rest: Sequence[str], said: str | None) -> tuple[str | None, str | None]:
    """(column of a confidence, column whose order says how sure): at most one of them."""
    if said:
        return said, None
    numbers = [c for c in rest if table.holds_numbers(c) and not says_right(table, c)]
    exact = [c for c in known_columns(table, CONFIDENCE_NAMES) if c in rest]
    order = [c for c in numbers if speaks_of(c, named.HIGHER_IS_SURER | named.LOWER_IS_SURER)]
    meant = [c for c in numbers if speaks_of(c, named.CONFIDENCE_WORDS) and c not in order]
    found = [*exact, *meant]
    return (found[0], None) if found else (None, order[0] if order else None)


def _positive(table: Table, predicted: str | None, confidence: str | None) -> str | None:
    """The column of P(class 1) where a table has nothing else to answer with."""
    return confidence if predicted is None else predicted if _fractions(table, predicted) else None


def _fractions(table: Table, column: str) -> bool:
    """Whether most values lie between 0 and 1, and are written so."""
    head = table.head(column)
    return sum(FRACTION.fullmatch(value) is not None for value in head) > len(head) / 2


def class_columns(columns: Sequence[str], names: Sequence[str]) -> tuple[str, ...] | None:
    """The K columns in class order: named as the classes, or numbered from 0 or 1, with or without a prefix."""
    found, small = _called_after(columns, names), {column.strip().casefold(): column for column in columns}
    if not found and len(small) == len(columns):  # capitals may differ, unless that confuses two of them
        alike = _called_after(list(small), [name.strip().casefold() for name in names])
        found = tuple(small[one] for one in dict.fromkeys(alike))
    if found and len(found) == len(names):
        return found
    numbered = numbered_columns(columns)
    return numbered if numbered is not None and len(numbered) == len(names) else None


def _called_after(columns: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The columns called as the classes, with or without a prefix, or with the class in brackets."""
    for prefix in _prefixes(columns, names):
        by_class = {column.removeprefix(prefix): column for column in columns if column.startswith(prefix)}
        if all(name in by_class for name in names):
            return tuple(by_class[name] for name in names)
    inside = {match[1]: column for column in columns if (match := BRACKETED.fullmatch(column.strip()))}
    return tuple(inside[name] for name in names) if all(name in inside for name in names) else ()


def named_after(columns: Sequence[str], seen: Collection[str]) -> tuple[str, ...]:
    """What columns are called without a prefix that all of them have, where that names every class seen; else nothing."""
    for prefix in _prefixes(columns, sorted(seen)):
        found = tuple(c.removeprefix(prefix) for c in columns if c.startswith(prefix))
        if set(seen) <= set(found):
            return found
    return ()


def numbered_columns(columns: Sequence[str]) -> tuple[str, ...] | None:
    """Columns ``0, 1, ...`` or ``prob_0, prob_1, ...`` or ``prob_1, ...`` in the order of their numbers, or None."""
    found = families(columns)
    likely = {p: f for p, f in found.items() if speaks_of(p, named.CONFIDENCE_WORDS | named.HIGHER_IS_SURER)}
    largest = max((likely or found).values(), key=len, default={})
    if len(largest) < 2 or sorted(largest) not in (list(range(len(largest))), list(range(1, len(largest) + 1))):
        return None
    return tuple(largest[k] for k in sorted(largest))


def score_columns(table: Table, id_column: str | None) -> tuple[str, ...]:
    """All number columns that are neither ids nor a known confidence or prediction; what may be classes."""
    known = {id_column, *known_columns(table, (*CONFIDENCE_NAMES, *PREDICTED_NAMES))}
    return tuple(c for c in table.columns if c not in known and table.holds_numbers(c) and not _is_aside(c))


def _is_aside(column: str) -> bool:
    """Whether a column is called as row numbers, folds or given labels are."""
    return column.lower().startswith("unnamed:") or speaks_of(column, named.NO_ID_WORDS) or is_gold(column)


def without_rank_columns(table: Table, columns: Sequence[str]) -> tuple[str, ...]:
    """Those that are no ranking of classes with its scores."""
    ranked = find_ranked(table, columns)
    return tuple(columns) if ranked is None else tuple(c for c in columns if c not in (*ranked.classes, *ranked.scores))


def _prefixes(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    first = names[0]
    return ["", *sorted({c.removesuffix(first) for c in columns if c.endswith(first) and c != first})]


def _unclear(opened: OpenedExpert, rest: Sequence[str], names: Sequence[str]) -> InputError:
    shown = ", ".join(rest) if len(rest) <= 12 else f"{first_five(rest)} ({len(rest)} in all)"
    right = [column for column in rest if says_right(opened.its_table, column)]
    if right:
        return no_answer(opened, right[0])
    scores = [c for c in rest if opened.its_table.holds_numbers(c)]
    lacking = [name for name in names if name not in scores]
    if len(scores) > 2 and lacking:
        return InputError(
            f"Expert '{opened.name}' ({opened.path.name}) has {len(scores)} number columns for {len(names)} classes, "
            f"and none for {listed(lacking)} Name one column after each class, or 0 to {len(names) - 1}."
        )
    return InputError(
        f"Expert '{opened.name}' ({opened.path.name}): it is unclear which of its columns holds the answers: "
        f"{shown or 'there is none besides the ids'}. Call the answers 'predicted_class' and their probability "
        "'predicted_probability', or give one column per class."
    )
