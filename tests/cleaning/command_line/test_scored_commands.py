"""``calibrate`` and ``cascade`` on answers that are marked already, and on free words."""

from pathlib import Path

import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.keep.workspaces import create_marked_workspace
from data_adapters.scored.scored_tables import read_scored
from tests.data_adapters.scored.marked_tables import marked_answers

MADE = marked_answers()
PUBLISHED = Path(__file__).parents[4] / "shared" / "files" / "cascade"


def calibrated(capsys, *arguments):
    assert main(["calibrate", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_calibrate_tells_the_mean_score_of_marks_and_of_words(tmp_path, capsys):
    tables = MADE.write(tmp_path)
    labels, words = MADE.write_words(tmp_path)
    out = tmp_path / "t.csv"
    calibrated(capsys, tables["small"], "--out", out)
    marks = pd.read_csv(out)
    calibrated(capsys, "--labels", labels, "--expert", f"small={words['small']}", "--out", out)
    free = pd.read_csv(out)
    assert marks["mean_score"][0] == free["mean_score"][0] == pytest.approx(MADE.right["small"].mean())
    assert marks["answered"][0] == free["answered"][0] == len(MADE.ids)


def test_a_cascade_of_marks_writes_curves_and_a_router(tmp_path, capsys):
    tables = MADE.write(tmp_path)
    experts = [part for name, path in tables.items() for part in ("--expert", f"{name}={path}")]
    out, router = tmp_path / "c.csv", tmp_path / "r.json"
    pair = ["--small", "small", "--large", "large", "--repeats", "4", "--cost", "large=7"]
    assert main(["cascade", *experts, *pair, "--out", str(out), "--router", str(router)]) == 0
    assert "no label was read" in capsys.readouterr().out
    written = pd.read_csv(out)
    assert router.exists() and written["cost"].max() == 8
    assert main(["cascade", str(MADE.write_wide(tmp_path / "wide.csv")), *pair, "--out", str(out)]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(out), written)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published tables are not here")
@pytest.mark.parametrize("way", ["marks", "wide", "words"])
def test_published_tables_give_what_is_right(way, capsys):
    sources = {
        "marks": ["--expert", f"small={PUBLISHED}/small.csv", "--expert", f"large={PUBLISHED}/large.csv"],
        "wide": [f"{PUBLISHED}/wide.csv"],
        "words": ["--labels", f"{PUBLISHED}/labels_text.csv", "--expert", f"small={PUBLISHED}/small_text.csv"]
        + ["--expert", f"large={PUBLISHED}/large_text.csv"],
    }
    assert main(["cascade", *sources[way], "--small", "small", "--large", "large", "--bins", "50"]) == 0
    line = next(one for one in capsys.readouterr().out.splitlines() if one.startswith("calibrated  "))
    assert "70.6 (66.8 to 74.3)" in line and "70.0 (66.8 to 73.1)" in line


def test_a_workspace_of_marked_answers_says_the_same_as_its_table(tmp_path, capsys):
    table = MADE.write_wide(tmp_path / "wide.csv")
    made = create_marked_workspace(tmp_path / "workspaces", read_scored({"wide": table}))
    assert calibrated(capsys, made.folder) == calibrated(capsys, table)
    pair = ["--small", "small", "--large", "large", "--repeats", "3"]
    assert main(["cascade", str(made.folder), *pair]) == 0
    said = capsys.readouterr().out
    assert main(["cascade", str(table), *pair]) == 0 and capsys.readouterr().out == said


def test_commands_that_clean_say_why_they_cannot(tmp_path, capsys):
    made = create_marked_workspace(tmp_path, read_scored({"wide": MADE.write_wide(tmp_path / "wide.csv")}))
    for command in (
        ["export", str(made.folder), "--as", "csv", "--out", str(tmp_path / "x.csv")],
        ["threshold", str(made.folder)],
    ):
        assert main(command) == 2
        assert "there are no labels" in capsys.readouterr().err, command


def test_a_point_speaks_of_scores_and_of_no_label(tmp_path, capsys):
    table = MADE.write_wide(tmp_path / "wide.csv")
    assert main(["cascade", str(table), "--small", "small", "--large", "large", "--repeats", "3"]) == 0
    said = capsys.readouterr().out
    assert "the answers score" in said and "equal the label" not in said
