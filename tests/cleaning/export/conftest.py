"""What most tests of exports open."""

import pytest

from tests.cleaning.export.making import a_workspace, some_decisions


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A workspace, its run and some decisions on it."""
    workspace, run = a_workspace(tmp_path_factory.mktemp("ws"))
    return workspace, run, some_decisions(workspace.dataset(), run.id)
