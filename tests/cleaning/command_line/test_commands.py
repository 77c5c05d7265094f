"""The command line: the same numbers as the core, exit code 0, or 2 with one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cleaning
from cleaning.calibrate import calibration
from cleaning.calibrate.report import calibration_table
from cleaning.command_line import COMMANDS, main
from cleaning.domain.settings import Settings
from cleaning.keep.workspaces import open_workspace_folder
from cleaning.suspect import pipeline, pool
from data_adapters import read_folder
from tests.conftest import REPOSITORY
from tests.factories import ABSTAIN, planted_dataset, write_expert, write_folder, write_labels

COLUMNS = ["sample_id", "given_label", "suggested_label", "suspicion", "confidence", "agreeing_experts", "flagged"]


def score(*arguments, out: Path) -> pd.DataFrame:
    """The table that ``score`` writes."""
    assert main(["score", *map(str, arguments), "--out", str(out)]) == 0
    return pd.read_csv(out) if out.suffix == ".csv" else pd.read_parquet(out)


def from_core(folder: Path, **settings) -> pd.DataFrame:
    """The table that the core gives for the same folder, labels as text."""
    reading = read_folder(folder)
    return pipeline.run(reading.dataset, reading.experts, Settings(**settings)).table[COLUMNS]


def assert_same_table(written: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert written.columns.tolist() == COLUMNS
    pd.testing.assert_frame_equal(written, expected.reset_index(drop=True), check_dtype=False, rtol=1e-6)


# -- score ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_score_writes_the_numbers_of_the_core(planted_folder, tmp_path, ending):
    written = score(planted_folder, out=tmp_path / f"scores.{ending}")
    assert_same_table(written, from_core(planted_folder))
    assert written["suspicion"].is_monotonic_decreasing
    assert (written["flagged"] == (written["suspicion"] >= 0.5)).all()
    assert [p.name for p in tmp_path.iterdir()] == [f"scores.{ending}"]


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (["--budget", "20"], {"budget": 20}),
        (["--threshold", "0.3"], {"threshold": 0.3}),
        (["--rule", "paper"], {"rule": "paper"}),
        (["--rule", "paper", "--agree", "2", "--min-confidence", "0.6"],
         {"rule": "paper", "agree": 2, "min_confidence": 0.6}),
        (["--seed", "3"], {"seed": 3}),
    ],
)  # fmt: skip
def test_every_setting_reaches_the_core(planted_folder, tmp_path, arguments, settings):
    written = score(planted_folder, *arguments, out=tmp_path / "scores.csv")
    assert_same_table(written, from_core(planted_folder, **settings))
    assert not written.equals(score(planted_folder, out=tmp_path / "default.csv"))
    if "budget" in settings:
        assert written["flagged"].tolist() == [True] * 20 + [False] * 280


def test_score_says_what_it_wrote_and_what_a_person_should_know(planted_folder, tmp_path, capsys):
    table = score(planted_folder, out=tmp_path / "scores.csv")
    said = capsys.readouterr()
    assert said.out == f"{tmp_path / 'scores.csv'}: 300 samples, {table['flagged'].sum()} flagged\n"
    notes = [line for line in said.err.splitlines() if line.startswith("note: ")]
    assert any("position" in note for note in notes)
    assert "calibrating votes_3" in said.err and "asking the experts" in said.err


def test_an_alarmed_group_is_told(tmp_path, capsys):
    planted = planted_dataset(n=900, kinds=("votes",), groups=4)
    planted.dataset.given_labels[:] = np.where(
        (planted.dataset.group == "group 2") & (np.arange(900) % 3 == 0), (planted.truth + 1) % 6, planted.truth
    )
    score(write_folder(planted, tmp_path / "set"), out=tmp_path / "scores.csv")
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("group ")]
    assert len(told) == 1 and told[0].startswith("group group 2: ") and "samples nobody agrees with" in told[0]


@pytest.mark.parametrize("kind", ["image", "question"])
def test_loose_files_give_the_numbers_of_the_folder(tmp_path, kind):
    planted = planted_dataset(n=300, classes=4, kind=kind)
    folder = write_folder(planted, tmp_path / "set")
    loose = tmp_path / "loose"
    loose.mkdir()
    arguments = ["--labels", write_labels(planted, loose / "my_labels.csv")]
    arguments += ["--label-column", "label", "--id-column", "sample_id", "--class-names", folder / "class_names.txt"]
    for expert in planted.experts:
        arguments += ["--expert", f"{expert.name}={write_expert(expert, planted.dataset, loose)}"]
    if kind == "question":
        arguments += ["--choices-column", "choices", "--question-column", "question"]
    assert_same_table(score(*arguments, out=tmp_path / "scores.csv"), from_core(folder))


def test_answers_as_columns_of_one_table(tmp_path):
    """Options as a Python list, answers as letters, some of which cannot be read: these are abstentions."""
    planted = planted_dataset(n=400, classes=4, kind="question", kinds=("votes",), experts=3, groups=2)
    d = planted.dataset
    letters = np.array([*d.class_names, "I cannot say"], object)
    table = pd.DataFrame(
        {"question_id": d.sample_ids, "choices": d.samples["choices"].map(repr), "given_answer": d.given_labels}
    )
    for e in planted.experts:
        table[e.name] = letters[np.where(e.predicted == ABSTAIN, -1, e.predicted)]
    table["subject"] = d.group
    file = tmp_path / "questions.csv"
    table.to_csv(file, index=False)
    columns = ",".join(e.name for e in planted.experts)
    arguments = ["--labels", file, "--label-column", "given_answer", "--answers", file, "--answer-columns", columns]
    arguments += ["--choices-column", "choices", "--group-column", "subject"]
    expected = pipeline.run(d, planted.experts).table[COLUMNS]
    assert_same_table(score(*arguments, out=tmp_path / "scores.csv"), expected)


def test_score_keeps_the_run_for_the_app_when_asked(planted_folder, tmp_path, capsys):
    table = score(planted_folder, "--workspaces", tmp_path / "w", out=tmp_path / "scores.csv")
    folder = Path(capsys.readouterr().out.splitlines()[-1].removeprefix("workspace "))
    run = open_workspace_folder(folder).latest_run()
    assert folder.parent == tmp_path / "w"
    assert_same_table(table, run.scores[COLUMNS])


# -- calibrate and demo ---------------------------------------------------------------------------------------------


def test_calibrate_prints_and_writes_the_table_of_the_core(planted_folder, tmp_path, capsys):
    from cleaning.command_line.calibrate import reports_of

    assert main(["calibrate", str(planted_folder), "--out", str(tmp_path / "table.csv")]) == 0
    printed = capsys.readouterr().out
    written = pd.read_csv(tmp_path / "table.csv")
    expected = calibration_table(reports_of(read_folder(planted_folder), seed=0))
    pd.testing.assert_frame_equal(written, expected, check_dtype=False)
    for expert in read_folder(planted_folder).experts:
        assert expert.name in printed
    assert "temperature scaling T = " in printed and "nll_before" in printed


def test_demo_writes_two_sets_that_score_reads(tmp_path, capsys):
    assert main(["demo", "--out", str(tmp_path / "demo")]) == 0
    folders = capsys.readouterr().out.splitlines()
    assert [Path(f).name for f in folders] == ["digits", "questions"]
    assert len(score(folders[0], out=tmp_path / "digits.csv")) == 1797


# -- mistakes -------------------------------------------------------------------------------------------------------


def refused(capsys, *arguments) -> str:
    """The one sentence on stderr, given exit code 2 and nothing on stdout."""
    assert main(list(map(str, arguments))) == 2
    said = capsys.readouterr()
    assert said.out == ""
    errors = [line for line in said.err.splitlines() if not line.startswith(("read: ", "note: "))]
    errors = [line for line in errors if not line.startswith(("calibrating ", "weighing ", "asking "))]
    assert len(errors) == 1 and errors[0].startswith("error: "), said.err
    assert "Traceback" not in said.err
    return errors[0]


def test_mistakes_in_the_arguments_are_one_sentence(planted_folder, tmp_path, capsys):
    labels = planted_folder / "samples.csv"
    out = ["--out", tmp_path / "scores.csv"]
    cases = [
        (["score", tmp_path / "nowhere", *out], "There is no folder"),
        (["score", *out], "There is nothing to read"),
        (["score", planted_folder, "--labels", labels, *out], "not both"),
        (["score", "--labels", labels, *out], "No expert was given"),
        (["score", "--labels", labels, "--expert", "resnet.npy", *out], "NAME=FILE"),
        (["score", "--labels", labels, "--expert", "a=x.npy", "--expert", "a=y.npy", *out], "named 'a'"),
        (["score", "--labels", labels, "--expert", f"a={tmp_path}/no.npy", *out], "no.npy"),
        (["score", planted_folder, "--budget", "-5", *out], "budget is -5"),
        (["score", planted_folder, "--threshold", "7", *out], "threshold is 7"),
        (["score", planted_folder, "--budget", "5", "--threshold", "0.5", *out], "choose one"),
        (["score", planted_folder, "--rule", "paper", "--agree", "9", *out], "only 5"),
        (["score", planted_folder, "--out", tmp_path / "scores.xlsx"], "expected .csv or .parquet"),
        (["score", planted_folder, "--out", tmp_path / "no" / "scores.csv"], "does not exist"),
        (["score", planted_folder, "--out", tmp_path / "scores"], "ends in ''"),
        (["calibrate", planted_folder, "--out", tmp_path / "table.txt"], "expected .csv, .parquet or .json"),
    ]
    for arguments, words in cases:
        assert words in refused(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_as_output_is_refused(planted_folder, tmp_path, capsys):
    (tmp_path / "scores.csv").mkdir()
    assert "is a folder" in refused(capsys, "score", planted_folder, "--out", tmp_path / "scores.csv")


def test_bad_files_are_one_sentence_and_leave_an_older_output_alone(tmp_path, capsys):
    planted = planted_dataset(n=50)
    folder = write_folder(planted, tmp_path / "set")
    out = tmp_path / "scores.csv"
    out.write_text("older")
    np.save(folder / "experts" / "logits_0.npy", np.zeros((50, 5), np.float32))
    assert "'logits_0' has 5 columns for 6 classes" in refused(capsys, "score", folder, "--out", out)
    np.save(folder / "experts" / "logits_0.npy", np.full((50, 6), np.nan, np.float32))
    assert "NaN or infinite for 50 of 50" in refused(capsys, "score", folder, "--out", out)
    np.save(folder / "experts" / "logits_0.npy", np.array([{}] * 50, object), allow_pickle=True)
    assert "logits_0" in refused(capsys, "score", folder, "--out", out)
    assert out.read_text() == "older"


def test_an_interrupt_is_told_and_writes_nothing(planted_folder, tmp_path, capsys, monkeypatch):
    def interrupted(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run", interrupted)
    assert main(["score", str(planted_folder), "--out", str(tmp_path / "scores.csv")]) == 130
    assert "interrupted; nothing was written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["guess"], ["score", "--budget", "many"], ["score", "--rule", "mine"], []])
def test_unknown_words_are_refused_by_the_parser(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("python -m cleaning")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert "example" in text
    assert f"python -m cleaning {command} " in text.split("example", 1)[1]


# -- as a process ---------------------------------------------------------------------------------------------------


def process(*arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "cleaning", *map(str, arguments)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)


def test_as_a_process(planted_folder, tmp_path):
    done = process("score", planted_folder, "--out", tmp_path / "scores.csv")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert_same_table(pd.read_csv(tmp_path / "scores.csv"), from_core(planted_folder))
    failed = process("score", tmp_path / "nowhere", "--out", tmp_path / "again.csv")
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr.startswith("error: There is no folder ") and failed.stderr.count("\n") == 1


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("row", [3, 2500, 4998, 4999])
def test_score_names_the_samples_whose_scores_are_no_numbers(tmp_path, capsys, monkeypatch, value, dtype, row):
    """``score`` reads scores once; what that one pass meets is told as the reader tells it."""
    monkeypatch.setattr(calibration, "SUBSAMPLE_CELLS", 0)  # 2,048 rows: most are first met when all are pooled
    monkeypatch.setattr(pool, "STACKING_ROWS", 0)
    scores = np.random.default_rng(0).normal(size=(5000, 3)).astype(dtype)
    scores[row, 1] = value
    np.save(tmp_path / "labels.npy", np.arange(5000) % 3)
    np.save(tmp_path / "net.npy", scores)
    arguments = ["score", f"--labels={tmp_path / 'labels.npy'}", f"--expert=net={tmp_path / 'net.npy'}"]
    assert main([*arguments, "--as-is", f"--out={tmp_path / 'out.csv'}"]) == 2
    said = capsys.readouterr().err
    assert f"Expert 'net' has scores that are NaN or infinite for 1 of 5,000 samples: {row}." in said
    assert not (tmp_path / "out.csv").exists()


def test_the_version_is_printed_without_waiting_for_libraries():
    assert process("--version").stdout == f"second-opinion {cleaning.__version__}\n"


def test_the_app_becomes_streamlit_with_further_settings(monkeypatch):
    became = []
    monkeypatch.setattr(os, "execv", lambda program, words: became.append((program, words)))
    assert main(["app", "--", "--server.port", "8600"]) == 0
    script = str(REPOSITORY / "app.py")
    words = [sys.executable, "-m", "streamlit", "run", script, "--server.port", "8600"]
    assert became == [(sys.executable, words)]
