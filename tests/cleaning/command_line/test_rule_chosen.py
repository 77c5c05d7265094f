"""``score --rule paper``: K and tau by the reviewed random cards, until somebody says them."""

import json
import shutil
from pathlib import Path

import pytest

from cleaning.command_line import main
from cleaning.estimate.flag_counts import agreements
from cleaning.experts.chosen_agreement import agreement_by_reviews
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.workspaces import list_workspaces
from cleaning.review.in_force import in_force
from tests.factories import planted_dataset, write_folder

AGREE, TAU, CARDS = 2, 0.3, 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_folder(planted_dataset(n=1_000, seed=3), tmp_path_factory.mktemp("data") / "set")


@pytest.fixture
def score(folder, workspaces, tmp_path, capsys):
    """Scores the folder into the workspace and gives (its latest run, what was said)."""

    def scored(*further: str):
        assert (
            main(["score", str(folder), "--out", str(tmp_path / "s.csv"), "--workspaces", str(workspaces), *further])
            == 0
        )
        (workspace,) = list_workspaces(workspaces)
        return workspace, workspace.latest_run(), capsys.readouterr().out

    return scored


def review(workspace, run, cards: int) -> None:
    """Random cards are judged wrong where AGREE experts contradict the label, each TAU sure, and right elsewhere."""
    dataset = workspace.dataset()
    given, ids = dataset.given_labels, dataset.sample_ids
    count, place = agreements(run.predicted, run.confidence, given)
    wrong = (count >= AGREE) & (place >= round(100 * TAU))
    store = open_store(workspace.decisions_url, workspace.id)
    rows = run.audit["row"].to_numpy()[:cards]
    said = [(ids[row], bool(wrong[row]), int(given[row] + wrong[row]) % dataset.class_count) for row in rows]
    store.append([decided(run.id, i, *one) for i, one in enumerate(said)])
    store.close()


def decided(run_id: str, number: int, sample: str, wrong: bool, label: int) -> Decision:
    return Decision(
        uuid=f"00000000-0000-4000-8000-{number:012d}",
        run_id=run_id,
        sample_id=sample,
        reviewer="ana",
        verdict="relabel" if wrong else "keep",
        labels=(label,),
        seconds=5.0,
        card="audit",
        decided_at="2026-01-01T00:00:00.000Z",
    )


def by_cards(workspace, run):
    store = open_store(workspace.decisions_url, workspace.id)
    now = in_force(workspace, run, store.decisions(), store.choices())
    store.close()
    return agreement_by_reviews(now, *agreements(run.predicted, run.confidence, workspace.dataset().given_labels))


def test_the_random_cards_choose_k_and_tau_and_it_is_said(score):
    workspace, run, _ = score()
    review(workspace, run, CARDS)
    found = by_cards(workspace, run)
    _, made, said = score("--rule", "paper")
    assert found.agree == AGREE != found.usual
    assert (made.settings.agree, made.settings.min_confidence) == (AGREE, round(found.tau, 2))
    assert found.sentence() in said and "random cards" in said
    _, again, _ = score("--rule", "paper")
    assert again.id == made.id


@pytest.mark.parametrize("told", [("--agree", "4"), ("--min-confidence", "0.7")])
def test_what_somebody_says_wins(score, told):
    workspace, run, _ = score()
    review(workspace, run, CARDS)
    _, made, said = score("--rule", "paper", *told)
    expected = (4, 0.5) if told[0] == "--agree" else (None, 0.7)
    assert (made.settings.agree, made.settings.min_confidence) == expected and "Cross-validation" not in said


def test_too_few_cards_choose_nothing(score):
    workspace, run, _ = score()
    review(workspace, run, 8)
    _, made, said = score("--rule", "paper")
    assert (made.settings.agree, made.settings.min_confidence) == (None, 0.5) and "Cross-validation" not in said


def test_cards_on_other_experts_choose_nothing(score, folder, tmp_path):
    workspace, run, _ = score()
    review(workspace, run, CARDS)
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    next(path for path in (other / "experts").iterdir() if path.stem == run.expert_names[0]).unlink()
    about = json.loads((other / "dataset.json").read_text())
    about["experts"].pop(run.expert_names[0], None)
    (other / "dataset.json").write_text(json.dumps(about))
    place = str(workspace.folder.parent)
    assert main(["score", str(other), "--rule", "paper", "--out", str(tmp_path / "o.csv"), "--workspaces", place]) == 0
    made = workspace.latest_run()
    assert made.id != run.id and made.settings.agree is None
