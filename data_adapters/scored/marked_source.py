"""One door to answers that are marked already, whatever holds them: tables of marks, or logs of free answers."""

from pathlib import Path

from cleaning.domain.scored import ScoredAnswers
from data_adapters.scored.open_answers import holds_open_answers, read_marked_answers
from data_adapters.scored.scored_tables import holds_marks, read_scored

TABLES = (".csv", ".tsv", ".parquet", ".feather", ".jsonl", ".json", ".xlsx")


def read_marked_source(place: Path) -> ScoredAnswers | None:
    """The marked answers of a log, a table, or a folder of nothing but such; None where there are none.

    Raises InputError where there are some that cannot be read.
    """
    if not place.exists():
        return None
    if holds_open_answers(place):
        return read_marked_answers(place)
    tables = _tables(place)
    return read_scored(tables, place.stem if place.is_file() else place.name) if tables else None


def _tables(place: Path) -> dict[str, Path]:
    """{name: table}, if there is nothing but tables and each holds marked answers."""
    files = [place] if place.is_file() else sorted(place.glob("*")) if place.is_dir() else []
    files = [path for path in files if not path.name.startswith(".")]
    if not files or any(path.suffix.lower() not in TABLES or not path.is_file() for path in files):
        return {}
    return {path.stem: path for path in files} if all(map(holds_marks, files)) else {}
