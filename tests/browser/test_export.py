"""The Export page in a browser: what changes, with pictures, and everything in one click."""

import hashlib
import json
import zipfile

import pytest
from playwright.sync_api import expect

from cleaning.keep.decisions import Decision, open_store
from pages.shared.export.export_handout import CHOICES
from tests.browser.downloads import download


def relabel_the_top(workspace) -> None:
    run = workspace.latest_run()
    top = run.scores.iloc[0]
    store = open_store(workspace.decisions_url, workspace.id)
    store.append(
        [Decision("1" * 32, run.id, top.sample_id, "anna", "relabel", (int(top.suggested),), decided_at="2026-01-01")]
    )
    store.close()


def test_changes_show_their_picture_and_one_click_gives_everything(own_workspaces, context):
    workspace = own_workspaces.workspace("image")
    relabel_the_top(workspace)
    page = context.new_page()
    with page.expect_response(lambda response: "/api/media/" in response.url) as thumbnail:
        page.goto(f"{own_workspaces.url}/export?workspace={workspace.id}")
    assert thumbnail.value.status == 200
    assert thumbnail.value.headers["content-type"].startswith("image/")
    row = int(workspace.latest_run().scores["row"].iloc[0])
    assert f"/api/media/{workspace.id}/{row}/thumb?" in thumbnail.value.url
    with download(page) as everything:
        page.get_by_role("button", name="Download everything as ZIP").click()
    with zipfile.ZipFile(everything.value.path()) as archive:
        files = json.loads(archive.read("manifest.json"))["files"]
        for one in files:
            assert hashlib.sha256(archive.read(one["file"])).hexdigest() == one["sha256"]
        assert {"corrected_labels.csv", "patch.jsonl", "cleaning_card.html"} <= {one["file"] for one in files}


def test_counts_follow_the_policy(own_workspaces, context):
    workspace = own_workspaces.workspace("image")
    relabel_the_top(workspace)
    page = context.new_page()
    page.goto(f"{own_workspaces.url}/export?workspace={workspace.id}")
    replaced = page.locator("[data-testid=stMetric]", has_text="Labels replaced").locator("[data-testid=stMetricValue]")
    expect(replaced).to_have_text("1")
    page.get_by_text("How decisions are settled", exact=True).click()
    page.get_by_label("Votes needed", exact=True).fill("2")
    page.get_by_label("Votes needed", exact=True).press("Enter")
    expect(replaced).to_have_text("0")
    page.get_by_text("No label changes under this choice.").wait_for()


ROOM = """(shown, texts) => {
  const paper = document.createElement("canvas").getContext("2d")
  paper.font = getComputedStyle(shown).font
  return shown.clientWidth - Math.max(...texts.map((text) => paper.measureText(text).width)) }"""


@pytest.mark.parametrize("width", [1440, 1024, 820, 390])
def test_no_choice_is_cut_and_the_card_is_seen(own_workspaces, window, width):
    workspace = own_workspaces.workspace("image")
    relabel_the_top(workspace)
    page = window(width, 900).new_page()
    page.goto(f"{own_workspaces.url}/export?workspace={workspace.id}")
    page.get_by_text("How decisions are settled", exact=True).wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")  # else what unfolds may move
    page.get_by_text("How decisions are settled", exact=True).click()
    for name, (_, options) in CHOICES.items():
        box = page.locator(f".st-key-policy_{name} input")
        box.wait_for()
        assert box.evaluate(ROOM, list(options.values())) >= 0, name
    page.get_by_text("The cleaning card", exact=True).click()
    card = page.frame_locator("iframe[title='The cleaning card']")
    card.get_by_role("heading", name="In short").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
