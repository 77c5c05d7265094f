"""The three real sets from files to a ranked list, judged against truth halves that the product never sees."""

import csv

import pytest

from benchmarks.journey import JOURNEYS, average_precision, measure

pytestmark = pytest.mark.real_data


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)
def test_known_errors_rank_high(journey, real_data, tmp_path):
    measured = measure(journey, real_data, tmp_path)
    truth = journey.truth(real_data)
    assert 0.01 < sum(truth.values()) / len(truth) < 0.2
    assert measured.precision >= journey.least
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({row["sample_id"] for row in rows}) >= len(truth)
    suspicion = [float(row["suspicion"]) for row in rows]
    assert suspicion == sorted(suspicion, reverse=True)
    # the same truth dealt out to other samples is found no better than by chance
    turned = dict(zip(truth, list(truth.values())[len(truth) // 3 :] + list(truth.values())[: len(truth) // 3]))
    assert average_precision(tmp_path / "scores.csv", turned) < 2.5 * sum(truth.values()) / len(truth)
