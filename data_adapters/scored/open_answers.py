"""One door to logs of free answers, whichever program wrote them: to be cleaned, or as marked answers."""

from pathlib import Path

from cleaning.domain.scored import ScoredAnswers
from cleaning.errors import InputError
from data_adapters.contract import Reading
from data_adapters.plan import ReadingPlan
from data_adapters.scored.answer_logs import AnswerLog, scored_answers
from data_adapters.scored.harness_answers import is_open_harness, read_harness_answers
from data_adapters.scored.inspect_answers import is_open_inspect, read_inspect_answers
from data_adapters.scored.open_reading import open_reading
from data_adapters.scored.program_answers import is_open_program, read_program_answers

WAYS = (
    (is_open_harness, read_harness_answers),
    (is_open_inspect, read_inspect_answers),
    (is_open_program, read_program_answers),
)


def holds_open_answers(path: Path) -> bool:
    """Whether a folder or file holds logs of tasks without options, and of no others."""
    return any(fits(path) for fits, _ in WAYS)


def read_open_answers(path: Path, plan: ReadingPlan | None = None) -> Reading:
    """The logs at a path as a dataset: groups of equivalent answers are the options. Raises InputError."""
    return open_reading(_logs(path), path, plan or ReadingPlan(), "task")


def read_marked_answers(path: Path) -> ScoredAnswers:
    """The logs at a path with their own marks. Raises InputError."""
    return scored_answers(_logs(path), path.stem if path.is_file() else path.name)


def _logs(path: Path) -> list[AnswerLog]:
    reader = next((reader for fits, reader in WAYS if fits(path)), None)
    if reader is None:
        raise InputError(f"'{path.name}' holds no log of a task without options.")
    return reader(path)
