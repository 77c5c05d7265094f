"""Each kind of database that a log may lie in."""

import os
import uuid
from pathlib import Path

import psycopg
import pytest

from cleaning.keep import writer as writers
from tests.postgresql_server import binaries, running, serving


@pytest.fixture(scope="session")
def postgresql():
    """URL of a PostgreSQL database, or a skipped test that says why; SECOND_OPINION_REQUIRE makes it a failure."""
    with serving(_programs()) as url:
        yield url


@pytest.fixture
def own_database():
    """A PostgreSQL server that a test may stop and start."""
    with running(_programs()) as database:
        yield database


def _programs() -> Path:
    programs = binaries()
    if programs is None:
        if "postgresql" in os.environ.get("SECOND_OPINION_REQUIRE", ""):
            pytest.fail("PostgreSQL is not installed.")
        pytest.skip("PostgreSQL (initdb and pg_ctl) is not installed")
    return programs


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request, tmp_path):
    """Each kind of database, empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'decisions.sqlite'}"
    server, name = request.getfixturevalue("postgresql"), f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres", f"/{name}")


@pytest.fixture
def engine(url):
    """Connections to that database."""
    engine = writers.engine_of(url)
    yield engine
    engine.dispose()
