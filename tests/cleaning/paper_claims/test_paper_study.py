"""The report: every claim, no request and no script, names that stay text, the data of every figure, the command."""

import base64
import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.workspaces import list_workspaces
from cleaning.paper_claims.paper_study import paper_study
from cleaning.paper_claims.study_page import condensed, csv_of, study_page
from tests.factories import planted_dataset

EVIL = '=cmd()<script>alert("x")</script>'


class Seen(HTMLParser):
    """Tags, and addresses that a browser would ask for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.addresses = list[str](), list[str]()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "srcset", "data")]


def test_every_claim_has_an_answer_figures_and_their_data(study):
    assert [claim.letter for claim in study.claims] == list("abcdefg")
    assert all(claim.found and claim.figures for claim in study.claims)
    tables, drawings = study.tables(), study.drawings()
    assert set(drawings) <= set(tables) and len(drawings) >= 12
    assert all(len(table) for table in tables.values())
    named = [figure.name for claim in study.claims for figure in claim.figures]
    assert len(named) == len(set(named))


def test_the_page_stands_alone_and_holds_the_data(study):
    page = study_page(study).decode()
    seen = Seen(page)
    assert not {"script", "link", "img", "iframe", "object"} & set(seen.tags)
    assert all(address.startswith(("#", "data:text/csv;base64,")) for address in seen.addresses)
    assert not re.search(r"@import|url\(", page)
    held = [base64.b64decode(a.split(",", 1)[1]) for a in seen.addresses if a.startswith("data:")]
    assert sorted(held) == sorted(map(csv_of, study.tables().values()))
    assert page.count('class="figure"') == sum(len(f.panels) for c in study.claims for f in c.figures)
    assert "prefers-color-scheme: dark" in page and "@media print" in page


def test_the_same_data_give_the_same_bytes(planted, known, study):
    assert study_page(paper_study(planted.dataset, planted.experts, truth=known)) == study_page(study)


def test_names_from_data_stay_text_on_the_page_and_in_tables():
    planted = planted_dataset(n=400, experts=2, classes=3)
    experts = [replace(expert, name=f"{EVIL}{m}") for m, expert in enumerate(planted.experts)]
    found = paper_study(replace(planted.dataset, name=EVIL), experts)
    page = study_page(found).decode()
    assert "<script" not in page and "&lt;script&gt;" in page
    first = next(csv.DictReader(io.StringIO(csv_of(found.experts).decode())))["expert"]
    assert first == f"'{EVIL}0"


def test_one_expert_alone_is_no_error():
    planted = planted_dataset(n=300, experts=1, classes=3)
    found = paper_study(planted.dataset, planted.experts)
    assert "one expert" in found.claims[2].found[0] and study_page(found)


def test_values_and_their_ends_share_a_cell():
    table = pd.DataFrame({"expert": ["a"], "ece_here": [0.1], "here_low": [0.05], "here_high": [0.2], "n": [3]})
    assert condensed(table).to_dict("records") == [{"expert": "a", "ece_here": "0.100 (0.050 to 0.200)", "n": 3}]
    unknown = pd.DataFrame({"correlation": [np.nan], "low": [np.nan], "high": [np.nan]})
    assert condensed(unknown).to_dict("records") == [{"correlation": ""}]


def test_the_command_writes_the_report_its_figures_and_tables(planted_folder, tmp_path, capsys):
    out = tmp_path / "study"
    assert main(["study", str(planted_folder), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "(a) Higher confidence, higher accuracy" in said and "No truth was given" in said
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and "No truth was given" in page
    names = {path.stem for path in (out / "data").iterdir()}
    figures = {path.name for path in (out / "figures").iterdir()}
    assert {"experts", "accuracy_by_confidence", "carried_half", "cascade_pairs", "effect_of_bins"} <= names
    assert {
        f"{name}.{ending}" for name in ("error_correlation", "flagged_by_rule") for ending in ("svg", "png")
    } <= figures
    assert main(["study", str(planted_folder), "--out", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err


def test_in_a_workspace_labels_are_corrected_and_verified_ones_count(planted_folder, tmp_path, capsys):
    main(["score", str(planted_folder), "--workspaces", str(tmp_path / "w"), "--out", str(tmp_path / "s.csv")])
    (workspace,) = list_workspaces(tmp_path / "w")
    dataset, run = workspace.dataset(), workspace.latest_run()
    store = open_store(workspace.decisions_url, workspace.id)
    flagged = list(np.argsort(-run.suspicion)[:40])
    shared = {"run_id": run.id, "reviewer": "anna", "decided_at": "2026-01-01T00:00:00.000Z", "verdict": "relabel"}
    store.append(
        [
            Decision(
                f"{row:032d}",
                sample_id=dataset.sample_ids[row],
                labels=((int(dataset.given_labels[row]) + 1) % 4,),
                **shared,
            )
            for row in flagged
        ]
    )
    store.close()
    samples = []
    for place in (planted_folder, workspace.folder):
        out = tmp_path / f"study {len(samples)}"
        assert main(["study", str(place), "--out", str(out)]) == 0
        table = pd.read_csv(out / "data" / "effective_number.csv").set_index("basis")
        samples.append(int(table.loc["verified or not flagged", "samples"]))
    assert samples[1] == samples[0] + 40  # flagged by the default threshold, and now verified
    assert "40 samples settled, 40 labels changed" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "words"),
    [(["--split-by", "nothing"], "no column 'nothing'"), (["--truth", "absent.csv"], "absent.csv")],
)
def test_mistakes_are_one_sentence(planted_folder, tmp_path, capsys, more, words):
    assert main(["study", str(planted_folder), "--out", str(tmp_path / "study"), *more]) == 2
    assert words in capsys.readouterr().err and not (tmp_path / "study").exists()
