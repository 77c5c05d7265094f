"""Alembic's part: which steps lead from a store's version to another, one after the other, in the caller's transaction."""

import threading
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sql
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

_one_at_a_time = threading.Lock()  # Alembic's ``op`` belongs to one connection of the process


def steps() -> ScriptDirectory:
    """The steps of this package."""
    here = Path(__file__).parent
    return ScriptDirectory(str(here), version_locations=[str(here / "steps")])


def step(connection: sql.Connection, to: str, version_table: str, forward: bool) -> None:
    """Takes the steps to version ``to``. connection: in a transaction, of a store that says its version in
    ``version_table``.

    Raises what a step raises; the transaction is then to be given up.
    """
    known = steps()

    def way(at: str, _context: object) -> Iterable:
        return known._upgrade_revs(to, at) if forward else known._downgrade_revs(to, at)  # as Alembic's commands do

    with _one_at_a_time, EnvironmentContext(Config(), known, fn=way) as surroundings:
        surroundings.configure(connection=connection, version_table=version_table)
        surroundings.run_migrations()
