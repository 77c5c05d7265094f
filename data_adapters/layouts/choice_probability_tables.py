"""Tables per subject with a probability per choice, as the MMLU authors' evaluation code writes them.

``results_MODEL/SUBJECT.csv``: question, options and key in the first columns (headed 0, 1, 2, ...), then
``MODEL_correct`` and ``MODEL_choiceA_probs``, ``MODEL_choiceB_probs``, ... Layout as in hendrycks/test: evaluate.py and
evaluate_flan.py, which read questions with pandas: an option such as "None" is empty in the table.
"""

import re
from pathlib import Path

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError, counted
from data_adapters.contract import Reading
from data_adapters.files.tables import Table, read_table
from data_adapters.layouts.question_logs import Log, Question, assemble_logs
from data_adapters.plan import ReadingPlan

PROBABILITY = re.compile(r"(?P<model>.*)_choice(?P<letter>[A-Z])_probs")


def is_choice_tables(folder: Path) -> bool:
    """Whether a CSV with ``..._choiceA_probs`` columns lies in the folder or in one below it."""
    return any(has_probabilities(file) for file in _files(folder)[:20])


def read_choice_tables(path: Path, plan: ReadingPlan | None = None) -> Reading:
    """All such tables at ``path``: one expert per model, one group per subject. Raises InputError.

    The tables have no ids: a question's id is subject/row, and all models must have the same questions there.
    """
    path = Path(path)
    logs: dict[str, Log] = {}
    for file in [path] if path.is_file() else _files(path):
        if has_probabilities(file):
            _read_file(logs, file)
    if not logs:
        raise InputError(f"'{path.name}' holds no CSV with columns such as 'gpt_choiceA_probs'.")
    return assemble_logs([logs[name] for name in sorted(logs)], path, "subject", plan)


def _files(folder: Path) -> list[Path]:
    """One folder per model, or two where the model's name has a slash (results_google/flan-t5-small)."""
    patterns = ("*.csv", "*/*.csv", "*/*/*.csv")
    return sorted(file for pattern in patterns for file in folder.glob(pattern) if file.is_file())


def has_probabilities(file: Path) -> bool:
    """Whether the header of a file names the probability of a choice."""
    with file.open("rb") as content:
        return b"_choiceA_probs" in content.readline(1_000_000)


def _read_file(logs: dict[str, Log], file: Path) -> None:
    table = read_table(file)
    for model, columns in _models(table).items():
        name = model or file.parent.name
        log = logs.setdefault(name, Log(name, file.parent, ids_are_rows=True))
        _read_model(log, table, file.stem, columns)


def _models(table: Table) -> dict[str, list[str]]:
    """The columns of probabilities by model, in the order of their letters."""
    found: dict[str, dict[str, str]] = {}
    for column in table.columns:
        if match := PROBABILITY.fullmatch(column):
            found.setdefault(match["model"], {})[match["letter"]] = column
    for model, letters in found.items():
        if sorted(letters) != list(OPTION_LETTERS[: len(letters)]) or len(letters) < 2:
            raise InputError(
                f"'{table.path.name}' has probabilities of '{model}' for the choices {', '.join(sorted(letters))}. "
                "Expected A, B, ... without a gap."
            )
    return {model: [letters[letter] for letter in sorted(letters)] for model, letters in found.items()}


def _read_model(log: Log, table: Table, subject: str, columns: list[str]) -> None:
    options, first = len(columns), [c for c in table.columns if not c.endswith(("_probs", "_correct"))]
    if len(first) < options + 2:
        raise InputError(
            f"'{table.path.name}' has {counted(len(first), 'column')} before the probabilities. "
            f"Expected the question, {options} options and the key."
        )
    texts = [table.text(column) for column in first[: options + 2]]
    for row, (values, scores) in enumerate(zip(zip(*texts), table.matrix(columns))):
        sample_id = f"{subject}/{row}"
        if sample_id in log.questions:
            raise InputError(f"Expert '{log.expert}' has two tables of '{subject}'. Keep one.")
        log.questions[sample_id] = Question(values[0], tuple(values[1 : options + 1]), values[options + 1], subject)
        log.scores[sample_id] = scores.tolist()
