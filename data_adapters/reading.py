"""One door: whatever is given, the adapter that reads it."""

from collections.abc import Callable
from pathlib import Path

from cleaning.errors import InputError
from data_adapters.contract import Reading
from data_adapters.layouts.choice_probability_tables import has_probabilities, is_choice_tables, read_choice_tables
from data_adapters.layouts.folder import is_whole_folder, read_folder
from data_adapters.layouts.helm_runs import is_helm, read_helm
from data_adapters.layouts.lm_eval_logs import is_lm_eval, is_sample_log, read_lm_eval
from data_adapters.plan import ReadingPlan
from data_adapters.sentences import listed


class NoDataset(InputError):
    """A folder or file that by itself holds no dataset; together with others it may."""


def _is_evaluation(path: Path) -> bool:
    """Asked last, so that its formats and their many patterns are imported where no other layout fits."""
    from data_adapters.layouts.evaluation_logs import is_evaluation_folder, is_evaluation_log

    return is_evaluation_folder(path) if path.is_dir() else is_evaluation_log(path)


def _read_evaluation(path: Path, plan: ReadingPlan | None = None) -> Reading:
    from data_adapters.layouts.evaluation_logs import read_evaluation_logs

    return read_evaluation_logs(path, plan)


def _read_any(path: Path, plan: ReadingPlan | None) -> Reading | None:
    from data_adapters.layouts.sorting.any_files import read_any

    return read_any(path, plan)


def _is_open(path: Path) -> bool:
    """Whether logs lie there of tasks without options, whose answers are grouped; imported where it is asked."""
    from data_adapters.scored.open_answers import holds_open_answers

    return holds_open_answers(path)


def _read_open(path: Path, plan: ReadingPlan | None = None) -> Reading:
    from data_adapters.scored.open_answers import read_open_answers

    return read_open_answers(path, plan)


LAYOUTS: tuple[tuple[Callable[[Path], bool], Callable[..., Reading]], ...] = (
    (is_whole_folder, read_folder),
    (_is_open, _read_open),
    (is_lm_eval, read_lm_eval),
    (is_helm, read_helm),
    (is_choice_tables, read_choice_tables),
    (_is_evaluation, _read_evaluation),
)
FILES: tuple[tuple[Callable[[Path], bool], Callable[..., Reading]], ...] = (
    (_is_open, _read_open),
    (is_sample_log, read_lm_eval),
    (has_probabilities, read_choice_tables),
    (_is_evaluation, _read_evaluation),
)


def is_readable_folder(path: Path) -> bool:
    """Whether a folder has one of the layouts that hold samples and experts together, or files that may."""
    from data_adapters.layouts.sorting.file_parts import holds_something

    return path.is_dir() and (any(fits(path) for fits, _ in LAYOUTS) or holds_something(path))


def read(path: Path | str, plan: ReadingPlan | None = None) -> Reading:
    """Reads a folder, or a log, that holds samples and experts. Raises InputError where it has no layout we know."""
    path = Path(path)
    if path.is_dir():
        reader = next((reader for fits, reader in LAYOUTS if fits(path)), None)
        if reader is not None:
            return reader(path, plan=plan)
        found = _read_any(path, plan)
        if found is not None:
            return found
        there = sorted(entry.name for entry in path.iterdir()) or ["nothing"]
        raise NoDataset(
            f"'{path.name}' is no dataset folder: no table in it has a column known to hold the given labels, such as "
            f"'label'. It holds {listed(there)}"
        )
    if path.is_file():
        reader = next((reader for fits, reader in FILES if fits(path)), None)
        if reader is not None:
            return reader(path, plan=plan)
        found = _read_any(path, plan)
        if found is not None:
            return found
        raise NoDataset(f"'{path.name}' is a file, not a dataset folder.")
    raise InputError(f"There is no folder '{path}'. Check the name.")
