"""On real sets the command's figures are those of docs/detection.md."""

import re

import numpy as np
import pytest

from benchmarks.populations import real_sets
from cleaning.keep.workspaces import create_workspace
from cleaning.known_truth.curves_of_rankings import measures_table
from cleaning.known_truth.known import ALONE, DEFAULT, LADDER, VOTES, KnownTruth, rankings
from cleaning.suspect.pipeline import run
from tests.source_files import REPOSITORY

pytestmark = pytest.mark.real_data
NAMES = {DEFAULT: "**default**", VOTES: "vote count", LADDER: "paper, ladder"}


def published(name: str) -> dict[str, list[float]]:
    """By ranking its figures in the published table."""
    page = (REPOSITORY / "docs" / "detection.md").read_text(encoding="utf-8")
    part = page.split(f"### {name}\n", 1)[1].split("\n### ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return {row[0]: [float(re.match(r"[\d.]+", cell)[0]) for cell in row[1:6]] for row in rows[2:]}


@pytest.mark.parametrize("name", ["ImageNet", "MMLU, wrong key"])
def test_the_published_figures_come_out_again(name, real_data, tmp_path):
    real = next(one for one in real_sets(real_data) if one.name == name)
    workspace = create_workspace(tmp_path, real.dataset, real.experts)
    workspace.save_run(run(real.dataset, real.experts), real.experts)
    ids = {one: place for place, one in enumerate(real.dataset.sample_ids)}
    places = np.array([ids[one] for one in real.truth.index])
    known = KnownTruth(workspace.dataset(), workspace.latest_run(), places, real.truth.to_numpy(bool))
    expected, scores = published(name), rankings(known, real.experts)
    assert {ALONE + e.name for e in real.experts} <= set(scores)
    for ranking, rows in measures_table(scores, known.wrong, 20).groupby("ranking"):
        told = expected[NAMES.get(str(ranking), str(ranking))]
        assert rows["value"].tolist() == pytest.approx(told, abs=6e-4), ranking
