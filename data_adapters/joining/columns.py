"""Which column plays which part: the one the user named, else one with a known name; never a silent guess."""

import re
from collections.abc import Iterable, Sequence

from cleaning.errors import InputError, first_five, one_of
from data_adapters.contract import LabelsArray
from data_adapters.files.tables import Table
from data_adapters.ways import way

Columned = Table | LabelsArray
ROLES = (
    "id",
    "given label",
    "group",
    "question",
    "options",
    "picture",
    "prediction",
    "confidence",
    "metadata",
    "other",
)
ID_NAMES = (
    "sample_id",
    "id",
    "file_name",
    "filename",
    "question_id",
    "image_id",
    "sample",
    "doc_id",
    "uid",
    "uuid",
    "item_id",
    "example_id",
    "key",
    "image",
    "image_path",
    "path",
    "file",
    "filepath",
)
LIKELY_ID_NAMES = ("idx", "qid", "guid", "instance_id", "image_name", "img_path", "img", "fname")  # else
LIKELY_LABEL_NAMES = (
    "labels",
    "noisy_label",
    "answer_index",
    "answer_idx",
    "correct_index",
    "label_id",
    "class_id",
    "category_id",
)
LABEL_NAMES = (
    "label",
    "given_label",
    "target",
    "class",
    "class_name",
    "groundtruth_answer",
    "ground_truth",
    "answer_key",
    "answerkey",
    "correct_answer",
    "gold",
    "category",
    "y",
    "answer",
    "gold_label",
    "true_label",
    "ground_truth_label",
    "y_true",
    "cop",
    "correct_option",
    "correct_choice",
)
REFERENCE_NAMES = (
    "reference", "reference_answer", "gold_answer", "expected_answer", "ground_truth_answer", "reference_solution",
)  # fmt: skip
CHOICES_NAMES = ("choices", "options")
ABOUT_THE_QUESTION = ("category", "class", "class_name")  # of a question with options, and not its key
QUESTION_NAMES = ("question", "question_text", "question_stem", "stem")
IMAGE_NAMES = ("image", "image_path", "filepath")
PICTURE_LIKE = ("image", "image_path", "path", "file", "filepath")  # ids only where nothing else can be

GIVEN_WORDS = frozenset("gt gold golden target targets true truth groundtruth given reference expected actual".split())
PREDICTED_WORDS = frozenset(
    "pred preds predicted prediction predictions predict output outputs response responses hypothesis model generated "
    "generation completion top1 argmax yhat hat guess".split()
)
CONFIDENCE_WORDS = frozenset(
    "prob probs probability probabilities proba confidence conf score scores certainty softmax likelihood".split()
)
HIGHER_IS_SURER = frozenset("logit logits logprob logprobs loglikelihood margin activation".split())
LOWER_IS_SURER = frozenset("loss losses nll perplexity ppl entropy uncertainty distance".split())
RIGHT_OR_WRONG = frozenset("correct iscorrect acc accuracy exactmatch em match hit".split())
PROSE = 3  # blanks in a cell, from which it is a text and no id
NO_ID_WORDS = frozenset("fold folds rank split weight weights seed epoch run repeat cv".split())
ABOUT_THE_RUN = frozenset("time seconds token tokens cost date id ids version latency length count name path".split())
POSITION = re.compile(r"(unnamed: \d+|column 1|index|level_0|row|row_?number|__index_level_0__|)", re.IGNORECASE)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words(column: str) -> frozenset[str]:
    """``modelAnswer_0`` is model, answer, 0; all joined is a word as well: ``y_hat`` is y, hat, yhat."""
    parts = [part.lower() for part in WORD.findall(column)]
    return frozenset([*parts, "".join(parts)])


def speaks_of(column: str, vocabulary: frozenset[str]) -> bool:
    return not vocabulary.isdisjoint(words(column))


def speaks_of_prediction(column: str) -> bool:
    """Whether a column is called as answers are, and not as their scores, times or costs."""
    unlike = CONFIDENCE_WORDS | HIGHER_IS_SURER | LOWER_IS_SURER | RIGHT_OR_WRONG | ABOUT_THE_RUN
    parts = words(column)
    return not parts.isdisjoint(PREDICTED_WORDS) and parts.isdisjoint(unlike) and column.lower() != "model"


def is_position(column: str) -> bool:
    """Whether a column is called as pandas and R call row numbers."""
    return POSITION.fullmatch(column.strip()) is not None


def named_column(table: Columned, column: str, option: str) -> str:
    """The column a user named. Raises InputError listing the columns there are."""
    if column not in table.columns:
        raise InputError(
            f"'{table.path.name}' has no column '{column}', named {way(option)}. Its columns are {_listed(table.columns)}."
        )
    return column


def is_prose(cells: Iterable[str]) -> bool:
    """Whether cells hold texts, which are no ids although they all differ."""
    blanks = [cell.count(" ") for cell in cells]
    return sum(blanks) > PROSE * len(blanks)


def is_gold(column: str) -> bool:
    """Whether a column is called as keys and given labels are, and not as predictions."""
    parts = words(column)
    gold = not parts.isdisjoint(GIVEN_WORDS) or "key" in parts or {"correct", "answer"} <= parts
    return gold and parts.isdisjoint(PREDICTED_WORDS | CONFIDENCE_WORDS)


def id_column_if_any(table: Columned, asked: str | None, taken: Sequence[str] = ()) -> str | None:
    """As ``id_column``; None for a table where no column is called so, and none has another value in every row."""
    if not isinstance(table, Table):
        return id_column(table, asked, taken)
    known = _known_ids(table, taken)
    if asked is None and not known and not any(_all_differ(table, c) for c in table.columns if c not in taken):
        return None
    return id_column(table, asked, taken)


def _all_differ(table: Table, column: str) -> bool:
    if column in known_columns(table, (*LABEL_NAMES, *QUESTION_NAMES, *CHOICES_NAMES)):
        return False
    if len(table) < 2:
        return True
    head = table.head(column)
    if is_prose(head):
        return False
    fractions = any("." in value for value in head) and table.holds_numbers(column)
    return len(set(head)) == len(head) and not fractions and not is_position(column)


def id_column(table: Columned, asked: str | None, taken: Sequence[str] = ()) -> str:
    """The column of sample ids in a labels table; never one that was named for something else (``taken``)."""
    return _required(table, asked, ID_NAMES, "sample ids", "id_column", taken)


def label_column(table: Columned, asked: str | None, taken: Sequence[str | None]) -> str:
    """The column of given labels in a labels table."""
    return _required(table, asked, LABEL_NAMES, "given labels", "label_column", taken)


def optional_column(
    table: Columned, asked: str | None, names: Sequence[str], option: str, taken: Sequence[str] = ()
) -> str | None:
    """A column that need not be there: named, else the first with a known name that is not ``taken``, else None."""
    if asked is not None:
        return named_column(table, asked, option)
    found = [column for column in known_columns(table, names) if column not in taken]
    return found[0] if found else None


def known_columns(table: Columned, names: Sequence[str]) -> list[str]:
    """The columns whose names are among ``names`` (whatever their case), in the order of ``names``."""
    by_name = {column.strip().lower().replace(" ", "_"): column for column in reversed(table.columns)}
    return [by_name[name] for name in names if name in by_name]


def _required(
    table: Columned, asked: str | None, names: Sequence[str], what: str, option: str, taken: Sequence[str | None] = ()
) -> str:
    if asked is not None:
        return named_column(table, asked, option)
    found = [column for column in known_columns(table, names) if column not in taken]
    if names is ID_NAMES:
        found = _known_ids(table, taken)
    if len(found) > 1 and names is ID_NAMES:
        plain = [column for column in found if column not in known_columns(table, PICTURE_LIKE)]
        found = plain if len(plain) == 1 else found
    if not found:
        found = _likely(table, names, taken)
    if len(found) > 1 and names is LABEL_NAMES and known_columns(table, CHOICES_NAMES):
        found = [c for c in found if c not in known_columns(table, ABOUT_THE_QUESTION)] or found
    ours = [column for column in found if column == names[0]]
    rivals = {"given_label"} & set(found)
    if len(found) == 1 or (ours and not rivals):
        return (ours or found)[0]
    if found:
        raise InputError(
            f"'{table.path.name}' has {len(found)} columns that could hold the {what}: {one_of(found)}. "
            f"Name the right one {way(option)}."
        )
    raise InputError(
        f"'{table.path.name}' has no column known to hold the {what}; its columns are "
        f"{_listed(table.columns)}. "
        f"Name one {way(option)}."
    )


def _known_ids(table: Columned, taken: Sequence[str | None]) -> list[str]:
    """Columns called as ids are; a ``key`` whose values come again is the key of answers."""
    found = [column for column in known_columns(table, ID_NAMES) if column not in taken]
    if not isinstance(table, Table):
        return found
    keys = known_columns(table, ("key",))
    return [column for column in found if column not in keys or _all_differ(table, column)]


def _likely(table: Columned, names: Sequence[str], taken: Sequence[str | None]) -> list[str]:
    """Where no column has a known name: those that are called as ids or as keys are, more freely."""
    if names is LABEL_NAMES:
        found = known_columns(table, LIKELY_LABEL_NAMES)
        found = found or [column for column in table.columns if is_gold(column)]
        return [column for column in found if column not in taken]
    if names is not ID_NAMES or not isinstance(table, Table):
        return []
    likely = known_columns(table, LIKELY_ID_NAMES)
    return [column for column in likely if column not in taken and _all_differ(table, column)]


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns) if len(columns) <= 12 else f"{first_five(columns)} ({len(columns)} in all)"
