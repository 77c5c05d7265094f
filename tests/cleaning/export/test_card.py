"""The cleaning card: what it must hold, that nothing of it is live, and that it is made the same twice."""

import json
import re
import subprocess
import sys
from dataclasses import asdict
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.export.card import card_files, estimates_of, example_pictures
from cleaning.export.card.card_facts import card_facts
from cleaning.export.card.figures import p_value
from cleaning.export.card.findings import commands
from cleaning.export.card.page import card_page
from cleaning.export.handover import Handover
from cleaning.keep.decisions import open_store
from cleaning.review.chosen import BUDGET, HAND, Choosing, ChosenThreshold
from cleaning.settle import reviewer_agreement
from cleaning.settle.policy import Policy
from cleaning.settle.verdict_codes import verdict_codes
from tests.cleaning.export.making import a_dataset, a_workspace, decide, some_decisions, some_questions
from tests.conftest import REPOSITORY

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
NOON = "2026-01-01T12:00:00.000Z"
NASTY = '<script>alert("1")</script>'


def chosen_at(threshold: float) -> dict:
    """As the Threshold page keeps it."""
    return asdict(ChosenThreshold(threshold, 3, HAND))


@pytest.fixture(scope="module")
def handover(tmp_path_factory):
    workspace, run = a_workspace(tmp_path_factory.mktemp("ws"), a_dataset(classes=("cat", NASTY, "c&d", "</style>")))
    choices = pd.DataFrame(
        [(run.id, "threshold", chosen_at(0.25), NOON, "bob"), ("other", "threshold", chosen_at(0.9), NOON, "bob")],
        columns=["run_id", "key", "value", "at", "who"],
    )
    log = [*some_decisions(workspace.dataset(), run.id), decide("s0011", "relabel", [0], NASTY, 99, note=NASTY)]
    return Handover(workspace, run, log, Policy(), choices)


@pytest.fixture(scope="module")
def facts(handover):
    return json.loads(card_files(handover)["cleaning_card.json"])


class Page(HTMLParser):
    """Collects tags, attributes and headings of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags, self.links, self.headings, self.inside = [], [], [], ""
        self.feed(page.decode())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]
        self.inside = tag

    def handle_data(self, data):
        if self.inside == "h2" and data.strip():
            self.headings.append(data)
            self.inside = ""


def test_the_page_is_one_file_without_anything_live(handover):
    page = card_files(handover)["cleaning_card.html"]
    found = Page(page)
    assert not set(found.tags) & {"script", "link", "iframe", "object", "form", "base"} and found.links == []
    assert found.tags.count("style") == 1 and b"default-src 'none'" in page and b"url(" not in page
    assert (
        "@media print" in page.decode()
        and "@page { margin" in page.decode()
        and "prefers-color-scheme: dark" in page.decode()
    )
    assert NASTY.encode() not in page and b"&lt;script&gt;" in page
    assert found.headings == [
        "In short", "Data", "Experts and calibration", "Run and threshold", "How right, how complete", "Audit design",
        "Reviewers", "Verdicts", "Examples", "Leaderboard impact", "Limits", "How to reproduce",
    ]  # fmt: skip


def spoiled(value, key=""):
    """Facts with something live at the end of every text that comes from data."""
    if isinstance(value, dict):
        return {name: spoiled(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [spoiled(one, key) for one in value]
    return (
        f"{value}'\"></style></pre>{NASTY}{{{{ 7 * 7 }}}}"
        if isinstance(value, str) and value and key != "labels"
        else value
    )


def shape(page: bytes) -> list:
    """Every tag of a page with its attributes' names, and the classes of what is styled."""
    found: list = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: found.append(
        (tag, [name for name, _ in attrs], dict(attrs).get("class"))
    )
    reader.feed(page.decode())
    return found


@pytest.mark.parametrize("kind", ["image", "question"])
def test_whatever_text_data_brings_it_stays_text(tmp_path, kind):
    workspace, run = a_workspace(tmp_path, a_dataset() if kind == "image" else some_questions())
    dataset = workspace.dataset()
    log = [decide(i, "relabel", [int(k + 1) % 4], f"r{n}", n) for n, (i, k) in
           enumerate(zip(dataset.sample_ids[:6], dataset.given_labels[:6]))]  # fmt: skip
    handover = Handover(workspace, run, log, Policy())
    facts = json.loads(json.dumps(card_facts(handover, estimates_of(handover)), default=str))
    hostile = spoiled(facts)
    pages = [card_page(f, {e["sample_id"]: PNG for e in f["examples"][:1]}) for f in (facts, hostile)]
    assert shape(pages[1]) == shape(pages[0]) and NASTY.encode() not in pages[1]
    assert pages[1].count(b"{{ 7 * 7 }}") > 50


def test_what_an_expert_is_called_is_cut_to_fit_the_drawing(facts):
    named = json.loads(json.dumps(facts))
    named["impact"]["experts"][0]["expert"] = "a very long name of an expert indeed"
    assert ">a very long name of an expe…</text>" in card_page(named).decode()


def test_a_choice_reads_as_words(handover):
    assert "<td>threshold 0.25, flagged 3, how by hand</td>" in card_files(handover)["cleaning_card.html"].decode()


def test_templates_are_read_where_a_card_is_made_and_not_before():
    script = "import sys, cleaning, cleaning.export.card, cleaning.export.kinds, cleaning.command_line.card; "
    script += "sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, timeout=120).returncode == 0


def test_the_same_log_gives_the_same_bytes(handover):
    again = Handover(handover.workspace, handover.workspace.run(handover.run.id), list(handover.decisions), Policy(),
                     handover.choices)  # fmt: skip
    assert card_files(again) == card_files(handover)
    other = Handover(handover.workspace, handover.run, handover.decisions[:-1], Policy(), handover.choices)
    assert card_files(other)["cleaning_card.html"] != card_files(handover)["cleaning_card.html"]


def test_the_twin_holds_what_the_card_promises(handover, facts):
    assert facts["data"]["fingerprint"] == handover.dataset.fingerprint()
    assert {f["file"].rsplit("/", 1)[-1] for f in facts["data"]["files"]} >= {"samples.parquet", "scores.parquet"}
    assert all(re.fullmatch("[0-9a-f]{64}", f["sha256"]) for f in facts["data"]["files"])
    expert = facts["experts"][0]
    predicted, given = handover.run.predicted[:, 0], handover.dataset.given_labels
    assert expert["accuracy_on_given"] == pytest.approx((predicted == given).mean(), abs=1e-6)
    assert expert["ece_before"] > 0 and expert["nll_after"] > 0 and expert["calibration"].startswith("Platt scaling")
    assert facts["threshold"]["value"] == 0.25 and "chosen by reviewer-2" in facts["threshold"]["how"]
    assert facts["threshold"]["flagged"] == (handover.run.scores["suspicion"] >= 0.25).sum()
    assert facts["threshold"]["choices"] == [
        {"key": "threshold", "value": chosen_at(0.25), "at": NOON, "who": "reviewer-2"}
    ]
    assert [r["reviewer"] for r in facts["reviewers"]] == ["reviewer-1", "reviewer-2", "reviewer-3", "reviewer-4"]
    assert sum(r["decisions"] for r in facts["reviewers"]) == 14 and facts["counts"]["contested"] == 1
    assert facts["agreement"]["samples"] == 3 and facts["agreement"]["same_answer"]["point"] == pytest.approx(1 / 3)
    assert sum(row["decided"] for row in facts["verdicts"]) == 10
    assert sum(p["samples"] for p in facts["confused_pairs"]) == 5
    assert [e["suspicion"] for e in facts["examples"]] == sorted(
        (e["suspicion"] for e in facts["examples"]), reverse=True
    )
    assert facts["impact"]["experts"] and facts["limits"] and facts["versions"]["numpy"] == np.__version__
    assert "ann" not in json.dumps(facts["reviewers"]) and NASTY not in json.dumps(facts["reviewers"])


def test_estimates_say_what_is_left_to_find(handover):
    estimates = {
        "precision": {"point": 0.5, "low": 0.4, "high": 0.6},
        "wrong_total": {"point": 9.0, "low": 2.0, "high": 20.0},
    }
    found = card_facts(handover, estimates)
    assert found["estimates"]["found_wrong"] == 5  # three relabelled, one where none fits, one by the last decision
    assert found["estimates"]["unfound"] == {"point": 4.0, "low": 0.0, "high": 15.0}
    page = card_page(found).decode()
    assert "50.0 % [40.0, 60.0]" in page and "4 [0, 15]" in page
    assert any("not estimated" in line for line in card_facts(handover)["limits"])


def test_estimates_come_from_the_audit_cards(tmp_path):
    workspace, run = a_workspace(tmp_path)
    dataset = workspace.dataset()
    log = [decide(i, "relabel", [int(k + 1) % 4], number=n) for n, (i, k) in
           enumerate(zip(dataset.sample_ids[:20], dataset.given_labels))]  # fmt: skip
    log += [decide(i, "keep", [int(k)], number=20 + n) for n, (i, k) in
            enumerate(zip(dataset.sample_ids[20:], dataset.given_labels[20:]))]  # fmt: skip
    log += [
        decide(d.sample_id, "relabel", d.labels, "bob", 40 + n, card="confirmation") for n, d in enumerate(log[:20])
    ]
    found = estimates_of(Handover(workspace, run, log, Policy()))
    assert found["wrong_total"] == {"point": 20.0, "low": 20.0, "high": 20.0} and found["known_count"] == 40


def test_what_the_reviews_say_of_each_given_label(handover):
    codes = verdict_codes(handover.dataset, handover.decisions)
    expected = [0, 1, 0, 1, 2, 2, 2, 2, 1, np.nan, 1]
    assert codes[:11].tolist() == pytest.approx(expected, nan_ok=True)
    assert np.isnan(codes[12:]).all()
    two = [decide("s0000", "relabel", [k], f"r{k}", k) for k in range(4) if k != handover.dataset.given_labels[0]]
    contested = Handover(handover.workspace, handover.run, two, Policy())
    assert contested.final.counts()["contested"] == 1 and verdict_codes(contested.dataset, two)[0] == 1


def test_pictures_only_on_request_and_only_from_the_folder(handover, tmp_path):
    facts = card_facts(handover)
    sample = facts["examples"][0]["sample_id"]
    assert b"data:image/png;base64," in card_page(facts, {sample: PNG})
    for other in (b"<svg onload=alert(1)>", b"", PNG + b"0" * 600_000):
        assert b"data:image" not in card_page(facts, {sample: other}).split(b"</head>")[1]
    dataset = a_dataset()
    samples = dataset.samples.copy()
    samples.loc[1, "image"], samples.loc[3, "image"] = "1.png", "../secret.png"
    images = tmp_path / "images"
    images.mkdir()
    (images / "1.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    shown = type(dataset)(**{**dataset.__dict__, "samples": samples, "image_root": images})
    workspace, run = a_workspace(tmp_path / "ws", shown)
    assert example_pictures(Handover(workspace, run, some_decisions(shown), Policy())) == {"s0001": PNG}


def test_a_card_of_questions_shows_question_and_options(tmp_path):
    workspace, run = a_workspace(tmp_path, some_questions())
    other = int(workspace.dataset().given_labels[2] + 1) % 4
    page = card_files(Handover(workspace, run, [decide("q002", "relabel", [other])], Policy()))["cleaning_card.html"]
    assert b"What, is 2?" in page and b"<li>option 3 of 2</li>" in page


def test_a_card_without_decisions_is_made(tmp_path):
    workspace, run = a_workspace(tmp_path)
    page = card_files(Handover(workspace, run, [], Policy()))["cleaning_card.html"].decode()
    assert "Nothing has been decided." in page and run.created in page


def test_the_commands_it_names_are_read_by_our_parser(handover):
    from cleaning.command_line import build_parser

    for line in commands(handover):
        parsed = build_parser().parse_args(line.split()[3:])
        assert parsed.run


def test_the_card_command(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("SECOND_OPINION_DATABASE_URL", raising=False)
    workspace, run = a_workspace(tmp_path / "ws")
    store = open_store(workspace.decisions_url, workspace.id)
    store.append(some_decisions(workspace.dataset(), run.id))
    choosing = Choosing(store, run.id, "ann", lambda: "2026-01-01T00:00:00.000Z")
    choosing.threshold(ChosenThreshold(0.125, 3, BUDGET, {"budget": 3}))
    store.close()
    for name in ("a.html", "b.html", "c.json"):
        assert main(["card", str(workspace.folder), "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    told = json.loads((tmp_path / "c.json").read_text())["threshold"]
    assert told["value"] == 0.125 and told["flagged"] == int((run.suspicion >= 0.125).sum())
    assert told["how"] == "chosen by reviewer-1 on 2026-01-01T00:00:00.000Z, for a budget of 3 cards"
    assert main(["card", str(workspace.folder), "--out", str(tmp_path / "d.pdf")]) == 2
    assert "expected .html or .json" in capsys.readouterr().err


KRIPPENDORFF = [  # four observers, twelve units; . = no value (Krippendorff 2011, part B)
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]


def test_alpha_is_krippendorffs():
    columns = zip(*(row.split() for row in KRIPPENDORFF))
    units = [[v for v in column if v != "."] for column in columns]
    found = reviewer_agreement.krippendorff_alpha(units)
    assert found.point == pytest.approx(0.743, abs=0.0005) and found.low < 0.743 < found.high and found.count == 11
    assert reviewer_agreement.krippendorff_alpha([["a", "a"], ["b", "b"]]).point == 1
    assert np.isnan(reviewer_agreement.krippendorff_alpha([["a", "a"], ["a"]]).point)


def test_intervals_of_shares():
    from scipy.stats import binomtest

    for hits, n in ((0, 10), (3, 10), (48, 80), (10, 10)):
        expected = binomtest(hits, n).proportion_ci(method="wilson")
        found = reviewer_agreement.wilson(hits, n)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_no_p_value_is_shown_as_nothing():
    assert [p_value(p) for p in (0.0, 2e-7, 0.001, 0.2, None)] == ["< 0.001", "< 0.001", "0.001", "0.2", "–"]
