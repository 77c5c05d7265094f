"""Figures under hands: the cascade's slider and goals, and taking a figure along."""

import csv
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.downloads import download

CHOSEN = "() => document.querySelector('.js-plotly-plot').data.find(({ name }) => name === 'chosen').x[0]"

SHARE = "() => Number(document.querySelector('.st-key-cascade_fraction input[type=range]').value)"


@pytest.fixture
def cascade(server, context):
    """The Cascade page of the demo pictures, once everything stands in it."""
    page = context.new_page()
    page.elsewhere = []
    page.on("request", lambda r: urlsplit(r.url).hostname in ("127.0.0.1", None) or page.elsewhere.append(r.url))
    page.goto(f"{server.url}/cascade?workspace={server.workspace('image').id}")
    page.get_by_text("Send 50 % of the samples on").wait_for(timeout=60_000)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    return page


def thumb(page):
    return page.locator(".st-key-cascade_fraction input[type=range]")


def metric(page, label: str) -> str:
    return page.locator(f"[data-figure='{label}']").inner_text()


def test_numbers_and_the_point_in_the_figure_follow_the_slider(cascade):
    assert cascade.locator(".js-plotly-plot").count() == 1
    thumb(cascade).focus()
    cascade.keyboard.press("Home")
    cascade.get_by_text("Send 0 % of the samples on").wait_for()
    cascade.wait_for_function(f"({CHOSEN})() === 0.6")
    nothing_sent = metric(cascade, "Accuracy")
    assert metric(cascade, "Cost saved") == "99 %"  # the demo's cheap expert costs 0.6, its best one 60
    cascade.keyboard.press("End")
    cascade.get_by_text("Send 100 % of the samples on").wait_for()
    assert metric(cascade, "Accuracy") > nothing_sent
    assert metric(cascade, "Points gained") == "+0.0"
    cascade.wait_for_function(f"({CHOSEN})() > 60")  # both experts are asked about everything: 0.6 and 60


def test_goals_move_the_slider(cascade):
    cascade.get_by_role("button", name="Find").first.click()
    cascade.get_by_text("The goal is met here.").wait_for()
    cascade.wait_for_function(f"({SHARE})() > 0 && ({SHARE})() < 25")
    assert float(metric(cascade, "Cost saved").removesuffix(" %")) >= 75
    thumb(cascade).focus()
    cascade.keyboard.press("PageUp")
    expect(cascade.get_by_text("The goal is met here.")).to_have_count(0)


@pytest.mark.parametrize(("kind", "start"), [("PNG", b"\x89PNG\r\n"), ("SVG", b"<svg")])
def test_a_figure_is_taken_along_without_network(cascade, kind, start):
    cascade.elsewhere.clear()
    cascade.get_by_role("button", name="Download").first.click()
    cascade.get_by_role("radio", name=kind).click()
    cascade.get_by_text(f"now saves it as {kind}").wait_for()
    with download(cascade) as table:
        cascade.get_by_role("button", name="Download as CSV").click()
    with open(table.value.path(), newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"policy", "fraction", "cost", "accuracy", "low", "high"} <= set(rows[0]) and len(rows) > 100
    cascade.keyboard.press("Escape")
    with download(cascade) as picture:
        cascade.locator(".st-key-cascade_against_cost .modebar-btn[data-title*='ownload']").click()
    data = Path(picture.value.path()).read_bytes()
    assert picture.value.suggested_filename == f"cascade_against_cost.{kind.lower()}"
    assert data.startswith(start) and len(data) > 5_000
    if kind == "SVG":
        assert b"cost of a sample" in data and b"fill: rgb(255, 255, 255); fill-opacity: 1" in data
    assert cascade.elsewhere == []


def test_each_line_is_named_once_and_no_name_lies_on_another(cascade):
    names = cascade.locator(".js-plotly-plot .annotation-text").all()
    boxes = {one.text_content(): one.bounding_box() for one in names}
    assert len(boxes) == len(names) == 8 and "best alone" in boxes
    at_the_ends = sorted(box["y"] for name, box in boxes.items() if name != "best alone")
    assert min(after - before for before, after in pairwise(at_the_ends)) >= 14
    alone = boxes["best alone"]
    assert all(apart(alone, box) for name, box in boxes.items() if name != "best alone")
    shown = cascade.locator(".js-plotly-plot").bounding_box()
    assert all(box["x"] + box["width"] <= shown["x"] + shown["width"] for box in boxes.values())


def apart(one: dict, other: dict) -> bool:
    """Whether two boxes do not touch."""
    beside = one["x"] + one["width"] < other["x"] or other["x"] + other["width"] < one["x"]
    return beside or one["y"] + one["height"] < other["y"] or other["y"] + other["height"] < one["y"]


def test_no_bar_lies_over_a_figure_where_a_finger_points(server, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.url}/calibrate?workspace={server.workspace('image').id}")
    page.locator("[data-testid=stPlotlyChart] .legend").first.wait_for(timeout=60_000)
    expect(page.locator("[data-testid=stPlotlyChart] .modebar").first).to_be_hidden()
    context.close()
