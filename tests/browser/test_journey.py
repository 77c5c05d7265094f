"""From the first page to the exported file, by mouse and keyboard, as a new user would, on both demo sets."""

import csv
import json
from pathlib import Path

import pytest

from cleaning.keep.decisions import open_store
from cleaning.keep.workspaces import open_workspace
from tests.browser.downloads import download
from tests.browser.review_room import SHOWN


def wait_for_saved(store, count: int, tab) -> list:
    for _ in range(100):
        decisions = store.decisions()
        if len(decisions) >= count:
            return decisions
        tab.wait_for_timeout(100)
    raise AssertionError(f"{len(store.decisions())} decisions saved, {count} expected")


@pytest.mark.parametrize("kind", ["image", "question"])
def test_from_load_to_export(kind, own_workspaces, context):
    demo, tab = own_workspaces.workspace(kind), context.new_page()
    asked: set[str] = set()
    tab.on("request", lambda request: asked.add(request.url))
    tab.goto(own_workspaces.url)
    tab.locator(f".st-key-open_{demo.id} button").first.click()

    tab.get_by_role("heading", name="Calibrate").wait_for()
    tab.get_by_text("When this model says").first.wait_for()
    tab.get_by_role("button", name="Choose how much to review").click()

    tab.get_by_role("heading", name="Threshold").wait_for()
    tab.get_by_text("Samples by suspicion").wait_for()
    tab.get_by_role("link", name="Review").click()

    tab.get_by_label("Name or initials").fill("anna")
    tab.get_by_role("button", name="Start reviewing").click()
    tab.locator(".count", has_text="0 of").wait_for()
    store = open_store(demo.decisions_url, demo.id)
    for key in "123":
        decide(tab, key)
    tab.locator(".count", has_text="3 of").wait_for()
    decisions = wait_for_saved(store, 3, tab)
    assert {d.verdict for d in decisions} <= {"keep", "relabel"}
    assert [d.mode for d in decisions].count("blind") + [d.mode for d in decisions].count("open") == 3

    address = tab.url
    tab.reload()
    tab.locator(".count", has_text="3 of").wait_for()
    assert tab.url == address

    tab.get_by_role("link", name="Export").click()
    tab.get_by_role("heading", name="Export").wait_for()
    for folded in ("Corrected labels", "To check, apply and revert"):
        tab.locator("summary", has_text=folded).click()
    rows = list(csv.DictReader(downloaded(tab, "csv").open(encoding="utf-8")))
    assert len(rows) == len(open_workspace(own_workspaces.root, demo.id).dataset())
    relabelled = {d.sample_id for d in decisions if d.verdict == "relabel"}
    assert {r["sample_id"] for r in rows if r["label_corrected"] != r["given_label"]} == relabelled

    log = downloaded(tab, "decisions").read_text(encoding="utf-8")
    assert all(d.uuid in log for d in decisions)
    assert all(json.loads(line) for line in log.splitlines())
    elsewhere = {url for url in asked if not url.startswith((own_workspaces.url, "data:", "blob:"))}
    assert asked and not elsewhere, "nothing is asked of another machine"


def decide(tab, key: str) -> None:
    """Presses a key and waits until the next card is before the eyes, as a person would."""
    room = tab.locator(SHOWN)
    before = room.get_attribute("data-sample")
    tab.keyboard.press(key)
    for _ in range(200):
        if room.get_attribute("data-sample") not in (None, before):
            return
        tab.wait_for_timeout(50)
    raise AssertionError("the next card did not come")


def downloaded(tab, name: str) -> Path:
    with download(tab) as waiting:
        tab.locator(f".st-key-download_{name} button").click()
    return Path(waiting.value.path())
