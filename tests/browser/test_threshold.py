"""The threshold line under hands: mouse, touch and keys; nothing asked of the server until it is let go."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cleaning.keep.decisions import open_store
from cleaning.keep.workspaces import Workspace

LEFT, RIGHT = 56, 18  # margins of the plot


@pytest.fixture
def page(own_workspaces, context) -> Page:
    return opened(context, own_workspaces)


def opened(context, served) -> Page:
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(f"{served.url}/threshold?workspace={served.workspace('image').id}&reviewer=anna")
    page.locator(".grip").wait_for()
    return page


def place(page: Page, threshold: float) -> tuple[float, float]:
    box = page.locator(".plot").bounding_box()
    return box["x"] + LEFT + threshold * (box["width"] - LEFT - RIGHT), box["y"] + 120


def figure(page: Page, name: str) -> str:
    return page.locator(f"[data-figure={name}]").inner_text()


def flagged(page: Page) -> int:
    return int(figure(page, "flagged").replace(",", ""))


def shown(page: Page) -> float:
    return float(page.locator(".grip").get_attribute("aria-valuenow"))


def kept(workspace: Workspace) -> list:
    run = workspace.latest_run()
    store = open_store(workspace.decisions_url, workspace.id)
    log = store.choices(run.id)
    store.close()
    return log[log["key"] == "threshold"].to_dict("records")


def test_dragging_counts_at_once_and_saves_when_let_go(own_workspaces, page):
    workspace = own_workspaces.workspace("image")
    suspicion = workspace.latest_run().scores["suspicion"]
    assert flagged(page) == (suspicion >= 0.5).sum()
    page.mouse.move(*place(page, 0.5))
    page.mouse.down()
    seen = []
    for threshold in (0.6, 0.7, 0.3):
        page.mouse.move(*place(page, threshold))
        page.wait_for_function("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert shown(page) == pytest.approx(threshold, abs=0.003)
        assert flagged(page) == (suspicion >= shown(page)).sum()
        seen.append(flagged(page))
    assert seen[2] > seen[0] > seen[1]
    assert kept(workspace) == []
    page.mouse.up()
    expect(page.locator(".saved")).to_have_text("Threshold saved")
    [choice] = kept(workspace)
    assert choice["who"] == "anna"
    assert choice["value"] == {"threshold": shown(page), "flagged": flagged(page), "how": "by hand", "asked": None}
    assert not page.errors


def test_the_choice_survives_a_reload_and_a_killed_server(own_server, context):
    page = opened(context, own_server)
    page.mouse.click(*place(page, 0.8))
    expect(page.locator(".saved")).to_have_text("Threshold saved")
    before = shown(page), flagged(page)
    own_server.kill()
    own_server.start()
    again = opened(context, own_server)
    assert (shown(again), flagged(again)) == before


def test_keys_step_through_the_thresholds(own_workspaces, page):
    grip = page.locator(".grip")
    assert grip.get_attribute("role") == "slider"
    grip.focus()
    first = shown(page)
    page.keyboard.press("ArrowRight")
    assert shown(page) > first
    page.keyboard.press("ArrowLeft")
    assert shown(page) == first
    page.keyboard.press("PageUp")
    assert shown(page) > first
    page.keyboard.press("End")
    assert (shown(page), flagged(page)) == (1.0, 0)
    page.keyboard.press("Home")
    assert shown(page) == 0.0
    assert f"{flagged(page):,} samples flagged, 100.0 %" in grip.get_attribute("aria-valuetext")
    expect(page.locator(".saved")).to_have_text("Threshold saved")
    assert [c["value"]["threshold"] for c in kept(own_workspaces.workspace("image"))] == [0.0]


def test_escape_puts_the_line_back(own_workspaces, page):
    before = shown(page)
    page.mouse.move(*place(page, 0.5))
    page.mouse.down()
    page.mouse.move(*place(page, 0.9))
    page.wait_for_timeout(100)
    assert shown(page) > 0.85
    page.keyboard.press("Escape")
    page.mouse.up()
    page.wait_for_timeout(500)
    assert shown(page) == before
    assert kept(own_workspaces.workspace("image")) == []


def test_a_finger_moves_the_line(own_workspaces, chromium):
    context = chromium.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    page = opened(context, own_workspaces)
    page.touchscreen.tap(*place(page, 0.7))
    expect(page.locator(".saved")).to_have_text("Threshold saved")
    assert shown(page) == pytest.approx(0.7, abs=0.003)
    context.close()


def test_before_reviews_a_guess_is_said_in_words(page):
    words = page.locator(".words").inner_text()
    assert words.startswith("A guess before any review: precision is somewhere between")
    assert "random cards to know it within 10 points" in words
    assert " to " in figure(page, "precision")
    assert page.locator(".plot .curve").count() == 0


@pytest.mark.parametrize("width", [1440, 1024])
def test_goals_move_the_line_and_nothing_jumps(own_workspaces, page, width):
    page.set_viewport_size({"width": width, "height": 768})
    page.wait_for_timeout(500)
    top = page.locator(".plot").bounding_box()["y"]
    page.get_by_text("Budget", exact=True).first.click()
    box = page.get_by_label("Samples we can review")
    box.fill("40")
    box.press("Enter")
    expect(page.locator("[data-figure=flagged]")).to_have_text("40")
    for goal in ("Hours", "Precision", "Detection rate", "By hand"):
        page.get_by_text(goal, exact=True).first.click()
        page.wait_for_timeout(400)
        assert page.locator(".plot").bounding_box()["y"] == pytest.approx(top, abs=1)


FLAGS = ".rule [data-side=paper] [data-cell=flags] .value"


def test_the_papers_rule_answers_without_the_server(own_server, context):
    page = opened(context, own_server)
    sliders = page.locator(".rule input")
    sliders.nth(1).wait_for()
    own_server.kill()  # what the sliders need is already in the page
    counts = []
    for agree in ("1", "2", "3"):
        sliders.nth(0).fill(agree)
        counts.append(int(page.locator(FLAGS).inner_text().replace(",", "")))
    assert counts[0] >= counts[1] >= counts[2] > 0
    sliders.nth(1).fill("100")
    assert int(page.locator(FLAGS).inner_text()) <= counts[2]


OVERLAPS = """() => {
  const host = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .find(one => one.shadowRoot?.querySelector('.explorer'));
  const words = [...host.shadowRoot.querySelectorAll('.figures dt, .figures dd, .plot .title, .plot .readout')]
    .filter(one => one.textContent);
  const boxes = words.map(one => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return [one.textContent, range.getBoundingClientRect()];
  });
  const hit = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return boxes.flatMap(([name, box], place) =>
    boxes.slice(place + 1).filter(([, other]) => hit(box, other)).map(([other]) => `${name} / ${other}`));
}"""


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_no_words_lie_on_others_however_narrow(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_timeout(800)
    assert page.evaluate(OVERLAPS) == []


def test_one_review_takes_one_time(page):
    said = page.locator(".summary").inner_text()
    assert f"in about {figure(page, 'time')}." in said


@pytest.mark.parametrize(
    ("kind", "start"), [("PNG", b"\x89PNG\r\n"), ("SVG", b"<svg"), ("CSV", b"threshold,flagged,cards,")]
)
def test_figure_and_table_are_downloaded(page, kind, start):
    with page.expect_download() as taken:
        page.get_by_role("button", name=kind, exact=True).first.click()
    data = Path(taken.value.path()).read_bytes()
    assert taken.value.suggested_filename == f"threshold.{kind.lower()}" and data.startswith(start)
    if kind == "SVG":
        assert b"Samples by suspicion" in data and b"font-size:13px" in data
    if kind == "CSV":
        assert len(data.splitlines()) > 100
    if kind == "PNG":
        assert len(data) > 10_000
