import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.errors import InputError
from cleaning.review.queue import Filters, audit_rows, build_queue, interleave, remaining

N, K = 200, 4


@pytest.fixture
def scores():
    rng = np.random.default_rng(5)
    row = rng.permutation(N)
    given = rng.integers(0, K, N)
    return pd.DataFrame(
        {
            "sample_id": [f"s{r}" for r in row],
            "row": row,
            "given": given,
            "suggested": (given + rng.integers(1, K, N)) % K,
            "suspicion": np.sort(rng.random(N))[::-1],
        }
    )


@pytest.fixture
def audit(scores):
    return scores.sample(30, random_state=1)[["sample_id"]]


def flagged_at(scores, threshold):
    """(N,) bool in the dataset's order."""
    flagged = np.zeros(len(scores), bool)
    flagged[scores["row"]] = scores["suspicion"] >= threshold
    return flagged


def test_most_suspicious_first_and_only_flagged(scores):
    queue = build_queue(scores, None, flagged=flagged_at(scores, 0.6))
    flagged = scores[scores["suspicion"] >= 0.6]
    assert list(queue.rows) == list(flagged["row"]) and not queue.audit.any()


def test_about_one_in_five_is_an_audit_card_in_drawn_order(scores, audit):
    queue = build_queue(scores, audit, flagged=flagged_at(scores, 0.2))
    drawn = list(audit_rows(scores, audit))
    shown = [r for r in queue.rows if r in set(drawn)]
    assert set(drawn) <= set(queue.rows)
    assert [r for r, a in zip(queue.rows, queue.audit) if a] == [r for r in drawn if r in set(queue.rows[queue.audit])]
    assert len(shown) == 30
    assert len(set(queue.rows)) == len(queue.rows), "no card comes twice"


@pytest.mark.parametrize(("share", "expected"), [(0.2, 20), (0.5, 50), (0.0, 0)])
def test_the_audit_share_holds_along_the_queue(share, expected):
    queue = interleave(np.arange(100), np.arange(100, 200), share)
    assert queue.audit[:50].sum() == expected // 2 and queue.audit[:100].sum() == expected


def test_audit_goes_on_when_the_flagged_run_out(scores, audit):
    queue = build_queue(scores, audit, flagged=flagged_at(scores, scores["suspicion"].iloc[2]))
    assert len(queue) >= 30 and queue.audit[-5:].all()


def test_decided_cards_drop_out_and_the_order_stays(scores, audit):
    whole = build_queue(scores, audit, flagged=flagged_at(scores, 0.4))
    ids = pd.Series(scores["sample_id"].to_numpy(), index=scores["row"].to_numpy())
    decided = set(whole.rows[[0, 3, 4, 17]])
    rest = build_queue(scores, audit, [ids[r] for r in decided], flagged=flagged_at(scores, 0.4))
    assert list(rest.rows) == [r for r in whole.rows if r not in decided]


def test_later_comes_last_in_the_order_it_was_put_off(scores):
    whole = build_queue(scores, None, flagged=flagged_at(scores, 0.5))
    gone = np.zeros(N, bool)
    gone[whole.rows[1]] = True
    rest = remaining(whole, gone, whole.rows[[2, 0]])
    assert list(rest.rows) == [*whole.rows[3:], whole.rows[2], whole.rows[0]]


@pytest.mark.parametrize("order", ["class", "pair", "group"])
def test_orders_by_block_keep_suspicion_within(scores, order):
    group = np.array([f"g{r % 3}" for r in range(N)], object)
    queue = build_queue(scores, None, flagged=flagged_at(scores, 0.0), order=order, group=group)
    assert sorted(queue.rows) == list(range(N))
    by_row = scores.set_index("row").loc[queue.rows].reset_index()
    block = {
        "class": by_row["given"],
        "pair": list(zip(by_row["given"], by_row["suggested"])),
        "group": group[queue.rows],
    }
    blocks = pd.Series(list(block[order]))
    changes = (blocks != blocks.shift()).sum()
    assert changes == blocks.nunique(), "each block in one piece"
    for _, part in by_row.groupby(blocks, sort=False):
        assert part["suspicion"].is_monotonic_decreasing
    if order != "class":
        sizes = blocks.groupby((blocks != blocks.shift()).cumsum()).size()
        assert sizes.is_monotonic_decreasing, "largest block first"


def test_filters(scores):
    disagreement = np.arange(N) % 4
    filters = Filters(given=1, least_disagreement=2, flagged_only=False)
    queue = build_queue(
        scores, scores.head(5), flagged=flagged_at(scores, 2.0), filters=filters, disagreement=disagreement
    )
    expected = scores[(scores["given"] == 1) & (disagreement[scores["row"]] >= 2)]
    assert list(queue.rows) == list(expected["row"]) and not queue.audit.any(), "a filtered queue carries no audit"
    group = np.array(["a", "b"] * (N // 2), object)
    assert (
        build_queue(scores, None, flagged=flagged_at(scores, 0.0), filters=Filters(group="b"), group=group).rows % 2
        == 1
    ).all()


def test_wrong_wishes_are_sentences(scores):
    with pytest.raises(InputError, match="not an order"):
        build_queue(scores, None, flagged=flagged_at(scores, 0.5), order="newest")
    with pytest.raises(InputError, match="no metadata group"):
        build_queue(scores, None, flagged=flagged_at(scores, 0.5), order="group")
    with pytest.raises(InputError, match="audit share"):
        build_queue(scores, None, flagged=flagged_at(scores, 0.5), audit_share=1.0)


@given(st.lists(st.integers(0, 99), unique=True), st.lists(st.integers(0, 99), unique=True), st.floats(0, 0.9))
def test_interleaving_shows_each_card_once_and_keeps_both_orders(rows, drawn, share):
    queue = interleave(np.array(rows, np.int64), np.array(drawn, np.int64), share)
    expected = set(rows) | (set(drawn) if share else set())
    assert set(queue.rows.tolist()) == expected and len(queue) == len(expected)
    only_rows = [r for r in queue.rows.tolist() if r not in drawn]
    assert only_rows == [r for r in rows if r not in drawn]
    only_drawn = [r for r in queue.rows.tolist() if r in drawn and r not in rows]
    assert only_drawn == [r for r in drawn if r not in rows] or not share
