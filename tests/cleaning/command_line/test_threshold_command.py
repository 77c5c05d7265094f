"""``python -m cleaning threshold``: guesses before reviews, estimates after, goals that choose."""

import numpy as np
import pytest

from cleaning.command_line import main
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.workspaces import create_workspace
from cleaning.suspect import pipeline
from tests.factories import planted_dataset


@pytest.fixture
def reviewed(tmp_path):
    """A workspace and a function that decides its first random cards by the planted truth."""
    planted = planted_dataset(n=1_500, error_rate=0.15, seed=3)
    workspace = create_workspace(tmp_path, planted.dataset, planted.experts)
    run = workspace.save_run(pipeline.run(planted.dataset, planted.experts), planted.experts)

    def decide(count: int) -> float:
        decisions = [decision(run, planted, row, i) for i, row in enumerate(run.audit["row"][:count])]
        store = open_store(workspace.decisions_url, workspace.id)
        store.append(decisions)
        store.close()
        flagged = run.suspicion >= run.threshold
        return float(np.asarray(planted.wrong)[flagged].mean())

    return str(workspace.folder), decide


def decision(run, planted, row: int, number: int) -> Decision:
    truth = int(planted.truth[row])
    verdict = "relabel" if planted.wrong[row] else "keep"
    return Decision(
        uuid=f"00000000-0000-4000-8000-{number:012d}",
        run_id=run.id,
        sample_id=planted.dataset.sample_ids[row],
        reviewer="anna",
        verdict=verdict,
        labels=(truth,),
        seconds=6.0,
        card="audit",
        decided_at=f"2026-01-01T00:00:00.{number % 1000:03d}Z",
    )


def test_before_reviews_it_is_called_a_guess(reviewed, capsys):
    folder, _ = reviewed
    assert main(["threshold", folder]) == 0
    said = capsys.readouterr().out
    assert "too few for an estimate; what follows is a guess" in said
    assert "somewhere between" in said


def test_after_reviews_the_interval_holds_the_planted_precision(reviewed, capsys):
    folder, decide = reviewed
    truth = decide(300)
    assert main(["threshold", folder]) == 0
    line = next(l for l in capsys.readouterr().out.splitlines() if l.startswith("precision"))
    low, high = (float(word.rstrip("%")) / 100 for word in line.split("between ")[1].split(" and "))
    assert low - 0.01 <= truth <= high + 0.01
    assert high - low < 0.5


def test_after_reviews_it_says_what_the_next_cards_bring(reviewed, capsys):
    folder, decide = reviewed
    decide(300)
    assert main(["threshold", folder]) == 0
    said = capsys.readouterr().out
    assert "the next 50 cards: about" in said and "5 min at 6 s a card (measured)" in said


def test_a_target_before_reviews_keeps_the_runs_own_threshold(reviewed, capsys):
    folder, _ = reviewed
    assert main(["threshold", folder, "--target-precision", "0.8"]) == 0
    said = capsys.readouterr().out
    assert "cannot be chosen by this goal before random cards are reviewed" in said
    assert "threshold 0.5000" in said and "the next 50" not in said


def test_goals_choose(reviewed, capsys):
    folder, decide = reviewed
    decide(200)
    assert main(["threshold", folder, "--budget", "50"]) == 0
    assert ": 50 of 1,500 samples flagged" in capsys.readouterr().out
    assert main(["threshold", folder, "--hours", "0.05"]) == 0
    assert "30 cards at 6 s a card (measured)" in capsys.readouterr().out
    assert main(["threshold", folder, "--target-precision", "0.5"]) == 0
    assert "chosen for a precision of at least 50%" in capsys.readouterr().out


def test_bad_goals_are_sentences(reviewed, capsys):
    folder, _ = reviewed
    assert main(["threshold", folder, "--threshold", "3"]) == 2
    assert "suspicion lies between 0 and 1" in capsys.readouterr().err
    assert main(["threshold", folder, "--target-detection", "2"]) == 2
    assert capsys.readouterr().err.startswith("error: ")
