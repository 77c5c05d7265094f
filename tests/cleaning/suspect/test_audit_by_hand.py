"""The audit's strata and their shares of the cards, by hand."""

import numpy as np
import pytest

from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import rank_suspicion

THOUSAND = rank_suspicion(np.arange(1_000, 0, -1) / 1_001)


def threshold_of(flagged: int) -> float:
    return float(THOUSAND.suspicion[flagged - 1])


def cuts(flagged: int) -> list[int]:
    """Where strata of a thousand samples begin, when so many are flagged."""
    return draw_audit(THOUSAND, threshold_of(flagged), seed=0).starts.tolist()


@pytest.mark.parametrize(
    ("flagged", "starts"),
    [
        (5, [0, 5, 20, 50, 100, 200, 400, 1_000]),
        (50, [0, 20, 50, 100, 200, 400, 1_000]),
        (60, [0, 20, 60, 100, 200, 400, 1_000]),  # 50 lies within 0.7 to 1.4 of it
        (150, [0, 20, 50, 100, 150, 400, 1_000]),  # 200 does, 100 does not
        (72, [0, 20, 50, 72, 200, 400, 1_000]),  # 100 does, 50 does not
        (800, [0, 20, 50, 100, 200, 400, 800, 1_000]),
    ],
)
def test_strata_begin_at_the_threshold_and_at_the_usual_shares_away_from_it(flagged, starts):
    assert cuts(flagged) == starts


def test_cards_are_divided_as_the_method_says():
    """38.5 % to the flagged, by size; of the rest a third by size, two thirds by size times guessed spread."""
    audit = draw_audit(THOUSAND, threshold_of(60), seed=0)
    sizes = np.array([20, 40, 40, 100, 200, 600])
    assert audit.sizes.tolist() == sizes.tolist() and audit.sample_count == 1_000
    suspicion = THOUSAND.suspicion
    guess = 1 / (1 + np.exp(1.2 - 0.9 * np.log(suspicion / (1 - suspicion))))
    spread = np.add.reduceat(np.sqrt(guess * (1 - guess)), audit.starts[:-1])[2:]
    outside = (sizes[2:] / sizes[2:].sum() + 2 * spread / spread.sum()) / 3
    shares = np.r_[0.385 * sizes[:2] / 60, 0.615 * outside]
    shares = np.maximum(shares, 0.02)
    assert audit.shares == pytest.approx(shares / shares.sum())


def test_no_stratum_gets_less_than_a_fiftieth():
    audit = draw_audit(THOUSAND, threshold_of(60), seed=0, flagged_share=0.0)
    assert audit.shares[:2] == pytest.approx([0.02 / 1.04] * 2)


def test_turns_come_as_evenly_as_the_shares_allow():
    """After any number of cards each stratum has had its share of them, to within one card and a half."""
    audit = draw_audit(THOUSAND, threshold_of(60), seed=0)
    for prefix in (10, 37, 50, 100):
        assert np.abs(audit.counts(prefix) - prefix * audit.shares).max() <= 1.5


def test_the_table_says_where_each_card_belongs():
    audit = draw_audit(THOUSAND, threshold_of(60), seed=7)
    table = audit.to_frame()
    assert table["order"].tolist() == list(range(1_000)) and table["row"].tolist() == audit.rows.tolist()
    begin = np.array([0, 20, 60, 100, 200, 400])
    assert (table["stratum_start"] == begin[table["stratum"]]).all()
    assert (table["stratum_size"] == audit.sizes[table["stratum"]]).all()
    assert table["stratum_share"].to_numpy() == pytest.approx(audit.shares[table["stratum"]])
    assert set(table["seed"]) == {7} and set(table["threshold"]) == {threshold_of(60)}
