"""Logs of other evaluation programs: one file a model and task, in a folder or alone.

Which program wrote a file is told by its content (``evaluation_formats``); every model is an expert, the task is the
group, and the questions come from the logs themselves.
"""

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError, counted
from data_adapters.contract import Reading
from data_adapters.layouts.evaluation_formats import FORMATS, LogFormat, LoggedAnswer
from data_adapters.layouts.question_logs import Log, assemble_logs, with_questions
from data_adapters.plan import ReadingPlan
from data_adapters.sentences import listed

DEEP = 5  # folders of folders
LOOKED_AT = 5_000  # entries of a folder, which may be one of a million pictures
ENDINGS = frozenset(ending for one in FORMATS for ending in one.endings)


def is_evaluation_log(file: Path) -> bool:
    """Whether a program that we know wrote the file."""
    return format_of(file) is not None


def is_evaluation_folder(folder: Path) -> bool:
    """Whether such files lie in the folder or below it."""
    return any(is_evaluation_log(file) for file in _files(folder, LOOKED_AT))


def read_evaluation_logs(path: Path, plan: ReadingPlan | None = None) -> Reading:
    """All such logs at ``path``: one expert per model. Raises InputError where there are none, or they disagree.

    Sample ids are task/id, as the program gives them. Of a sample answered several times (epochs, older runs) the first
    answer of the newest file counts, which is said; so are questions without options, which are left out.
    """
    path = Path(path)
    logs: dict[str, Log] = {}
    left = []
    for file in [path] if path.is_file() else _files(path):
        found = format_of(file)
        if found is None:
            left.append(file.name)
        else:
            _read_file(file, found, logs)
    if not logs:
        raise InputError(f"'{path.name}' holds no log of {listed(one.name for one in FORMATS)}")
    if left:
        next(iter(logs.values())).notes.append(f"Left out, as no log: {listed(left)}")
    return assemble_logs(with_questions([logs[name] for name in sorted(logs)]), path, "task", plan, places=True)


def _files(folder: Path, most: int | None = None) -> list[Path]:
    """Files with the endings of logs, by their names, in which programs write the time; of ``most`` entries at most."""
    found = [path for path in islice(walk(folder, DEEP), most) if path.suffix.lower() in ENDINGS]
    return sorted(found, key=lambda path: path.name)


def walk(folder: Path, deep: int) -> Iterator[Path]:
    """The files in a folder, then those in its folders."""
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    yield from (Path(entry.path) for entry in entries if entry.is_file())
    for entry in entries:
        if deep and entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path), deep - 1)


def format_of(file: Path) -> LogFormat | None:
    """The program that wrote a file, if we know it."""
    suffix = file.suffix.lower()
    try:
        return next((one for one in FORMATS if suffix in one.endings and one.fits(file)), None)
    except InputError:
        return None


def _read_file(file: Path, found: LogFormat, logs: dict[str, Log]) -> None:
    try:
        model, answered = found.read(file)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise InputError(
            f"'{file.name}' is not laid out as {found.name} writes it ({error}). Copy it again."
        ) from error
    log = logs.setdefault(model, Log(model, file.parent))
    whole = [one for one in answered if 2 <= len(one.question.options) <= len(OPTION_LETTERS)]
    _say_what_is_left_out(log, file, len(answered) - len(whole))
    first = {one.sample_id: one for one in reversed(whole)}
    again = len(whole) - len(first)
    if again:
        log.notes.append(f"'{file.name}': {counted(again, 'further answer')} to the same samples left out (epochs).")
    _put(log, file, [one for one in whole if first[one.sample_id] is one])


def _say_what_is_left_out(log: Log, file: Path, without: int) -> None:
    if without:
        questions = counted(without, "question")
        log.notes.append(f"'{file.name}': {questions} without 2 to {len(OPTION_LETTERS)} options left out.")


def _put(log: Log, file: Path, answered: Sequence[LoggedAnswer]) -> None:
    older = sum(one.sample_id in log.questions for one in answered)
    if older:
        log.notes.append(
            f"Expert '{log.expert}': {counted(older, 'older answer')} left out, as '{file.name}' has newer ones."
        )
    for one in answered:
        log.scores.pop(one.sample_id, None)
        log.answers.pop(one.sample_id, None)
        log.questions[one.sample_id] = one.question
        if one.scores is None:
            log.answers[one.sample_id] = (one.answer, None)
        else:
            log.scores[one.sample_id] = one.scores
