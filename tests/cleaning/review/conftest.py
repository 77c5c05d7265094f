"""A small planted run under review."""

import pytest

from cleaning.keep.workspaces import create_workspace
from cleaning.review import ReviewDesk
from cleaning.suspect import pipeline
from tests.cleaning.review.reviewing import BareCards
from tests.factories import planted_dataset


@pytest.fixture(scope="module")
def planted():
    return planted_dataset(n=400, classes=4, experts=3, groups=2, seed=6)


@pytest.fixture(scope="module")
def scored(planted):
    return pipeline.run(planted.dataset, planted.experts)


@pytest.fixture
def desk(tmp_path, planted, scored) -> ReviewDesk:
    workspace = create_workspace(tmp_path, planted.dataset, planted.experts)
    return ReviewDesk(workspace, workspace.save_run(scored, planted.experts), BareCards)
