"""A scored workspace whose truth is planted, for a part of its samples."""

import numpy as np
import pytest

from cleaning.keep.workspaces import create_workspace
from cleaning.known_truth.known import KnownTruth
from cleaning.review.in_force import in_force
from cleaning.suspect.pipeline import run
from tests.factories import planted_dataset


@pytest.fixture(scope="session")
def judged(tmp_path_factory):
    """(the truth on every second sample, what is in force, the experts, the workspace)."""
    planted = planted_dataset(n=900, experts=4, classes=5)
    workspace = create_workspace(tmp_path_factory.mktemp("w"), planted.dataset, planted.experts)
    workspace.save_run(run(planted.dataset, planted.experts), planted.experts)
    made = workspace.latest_run()
    places = np.arange(0, 900, 2)
    known = KnownTruth(workspace.dataset(), made, places, planted.wrong[places])
    return known, in_force(workspace, made, [], None), workspace.experts_of(made), workspace
