"""Two local Dask workers say what one process says, even when one of them is killed half-way."""

import os
import pickle
import signal

import numpy as np
import pytest

from cleaning.command_line import main
from cleaning.domain.experts import FullExpert
from cleaning.domain.settings import Settings
from cleaning.errors import InputError, NotFinite
from cleaning.suspect import distributed, opinion_store, pipeline
from cleaning.suspect.distributed import SampledScores, ask_distributed, connected
from cleaning.suspect.opinion_store import OpinionStore
from tests.factories import planted_dataset

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own warnings


@pytest.fixture(scope="module")
def client():
    with connected(workers=2) as client:
        yield client


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(distributed, "PART_BYTES", 20_000)
    monkeypatch.setattr(distributed, "SAMPLED_ROWS", 200)


@pytest.fixture
def planted(tmp_path):
    """1,200 samples; the full experts lie in files, one in an order of its own."""
    planted = planted_dataset(n=1200, experts=6)
    turned = np.random.default_rng(0).permutation(1200)
    experts = list(planted.experts)
    for number, expert in enumerate(experts):
        if isinstance(expert, FullExpert):
            scores = expert.scores[turned] if number == 4 else expert.scores
            rows = np.argsort(turned) if number == 4 else None
            np.save(tmp_path / f"{number}.npy", scores)
            mapped = np.load(tmp_path / f"{number}.npy", mmap_mode="r")
            experts[number] = FullExpert(expert.name, scores=mapped, score_kind=expert.score_kind, rows=rows)
    assert sum("rows" in e.arrays() for e in experts) == 1
    return planted.dataset, experts


def same(one, other):
    assert one.expert_names == other.expert_names
    np.testing.assert_array_equal(one.predicted, other.predicted)
    np.testing.assert_array_equal(one.suggested, other.suggested)
    for field in ("confidence", "label_probability", "suggested_probability", "weights"):
        np.testing.assert_allclose(getattr(one, field), getattr(other, field), atol=1e-6)
    for ours, theirs in zip(one.calibrations, other.calibrations):
        np.testing.assert_allclose(ours.by_fold, theirs.by_fold, rtol=1e-6)


def test_workers_say_what_one_process_says(client, planted, small_parts):
    dataset, experts = planted
    told = []
    scored = pipeline.run(dataset, experts, progress=lambda words, share: told.append((words, share)), client=client)
    same(scored.opinions, pipeline.run(dataset, experts).opinions)
    shares = [share for words, share in told if words == "asking the experts"]
    assert len(shares) > 4 and shares == sorted(shares) and shares[-1] == 1.0


def test_questions_with_options_of_their_own(client, small_parts):
    planted = planted_dataset(n=300, kind="question")
    same(pipeline.run(planted.dataset, planted.experts, client=client).opinions,
         pipeline.run(planted.dataset, planted.experts).opinions)  # fmt: skip


def test_a_worker_killed_half_way_changes_nothing(client, planted, small_parts):
    dataset, experts = planted
    killed = []

    def kill_one(words, share):
        if words == "asking the experts" and not killed:
            killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    folds = pipeline.draw_folds(dataset.sample_ids, 0)
    said = ask_distributed(client, dataset, experts, folds, kill_one)
    same(said, pipeline.run(dataset, experts).opinions)
    assert killed


def test_only_the_subsample_is_believed_to_be_here():
    sampled = SampledScores(np.array([2, 5, 9]), np.arange(6.0).reshape(3, 2), (10, 2))
    assert sampled[np.array([9, 2])].tolist() == [[4, 5], [0, 1]]
    for absent in ([3], [10], [5, 1]):
        with pytest.raises(AssertionError, match="only the subsample"):
            sampled[np.array(absent)]


def test_the_command_line_uses_a_scheduler(client, planted, tmp_path, capsys):
    dataset, _ = planted
    np.save(tmp_path / "labels.npy", dataset.given_labels)
    arguments = ["score", f"--labels={tmp_path / 'labels.npy'}", f"--expert=a={tmp_path / '0.npy'}"]
    assert main([*arguments, f"--out={tmp_path / 'here.csv'}"]) == 0
    assert main([*arguments, f"--out={tmp_path / 'there.csv'}", f"--scheduler={client.scheduler.address}"]) == 0
    here, there = ((tmp_path / f"{x}.csv").read_text().splitlines() for x in ("here", "there"))
    assert len(here) == len(there) == 1201 and here[1].split(",")[:3] == there[1].split(",")[:3]


def test_what_a_person_can_fix_is_said(planted, tmp_path, capsys):
    with pytest.raises(InputError, match="No Dask scheduler answers at 'nonsense://x'"), connected("nonsense://x"):
        pass
    np.save(tmp_path / "labels.npy", planted[0].given_labels)
    arguments = ["score", f"--labels={tmp_path / 'labels.npy'}", f"--expert=a={tmp_path / '0.npy'}"]
    assert main([*arguments, "--workers=0", f"--out={tmp_path / 'o.csv'}"]) == 2
    assert "--workers is 0; at least 1 is needed" in capsys.readouterr().err


def test_scores_that_are_not_finite_are_refused_by_the_workers_that_read_them(client, planted, tmp_path, capsys):
    dataset, _ = planted
    np.save(tmp_path / "labels.npy", dataset.given_labels)
    scores = np.load(tmp_path / "0.npy").astype(np.float32)
    scores[1_100, 1] = np.nan
    np.save(tmp_path / "holed.npy", scores)
    arguments = ["score", f"--labels={tmp_path / 'labels.npy'}", f"--expert=holed={tmp_path / 'holed.npy'}"]
    out = tmp_path / "out.csv"
    assert main([*arguments, f"--scheduler={client.scheduler.address}", f"--out={out}"]) == 2
    assert "NaN or infinite" in capsys.readouterr().err and not out.exists()
    told = pickle.loads(pickle.dumps(NotFinite("holed")))
    assert str(told) == str(NotFinite("holed"))


def test_what_workers_said_is_kept_and_asked_once(client, planted, small_parts, tmp_path, monkeypatch):
    dataset, experts = planted
    store = OpinionStore(tmp_path / "kept")
    first = pipeline.run(dataset, experts, store=store, client=client)
    assert len(list((tmp_path / "kept" / "calibrations").iterdir())) == len(experts)
    monkeypatch.setattr(distributed, "_asked", None)  # nobody may be asked again
    again = pipeline.run(dataset, experts, Settings(budget=5), store=store, client=client)
    same(again.opinions, first.opinions)
    assert int(again.table["flagged"].sum()) == 5


def test_a_scoring_by_workers_that_was_interrupted_calibrates_no_expert_again(
    client, planted, small_parts, tmp_path, monkeypatch
):
    dataset, experts = planted
    store = OpinionStore(tmp_path / "kept")

    def stop(words, share):
        if words == "asking the experts":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.run(dataset, experts, progress=stop, store=store, client=client)
    monkeypatch.setattr(opinion_store, "calibrate_as", None)
    same(
        pipeline.run(dataset, experts, store=store, client=client).opinions,
        pipeline.run(dataset, experts).opinions,
    )
