"""At 200 % zoom nothing is cut: a window of 1440 x 900 is then one of 720 x 450, one of 1024 x 768 one of 512 x 384."""

import contextlib

import pytest
from playwright.sync_api import TimeoutError, expect

from cleaning.keep.decisions import open_store
from tests.browser.review_room import Room
from tests.browser.test_accessible import PAGES
from tests.browser.test_review_panels import queue_done

ZOOMED = [(720, 450), (512, 384)]
# What bears words or is pressed and lies outside to the left or right; figures draw, and lists scroll, within themselves;
# the unseen input of a slider lies beside its thumb.
OUTSIDE = """() => {
  const all = [], walk = (root) => { for (const one of root.querySelectorAll("*")) {
    all.push(one);
    if (one.shadowRoot) walk(one.shadowRoot);
  } };
  walk(document.querySelector("[data-testid=stApp]"));
  const told = (one) => (["BUTTON", "INPUT", "IMG"].includes(one.tagName) && one.type !== "range")
    || [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
  const apart = "[data-testid=stSidebar], .js-plotly-plot, [role=tablist], [data-testid=stDataFrame]";
  const seen = all.filter((one) => told(one) && !one.closest(apart)
    && one.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }));
  const found = seen.filter((one) => {
    const { left, right, width } = one.getBoundingClientRect();
    return width > 1 && (left < -1 || right > innerWidth + 1);
  });
  return [seen.length, found.map((one) => one.outerHTML.slice(0, 120))];
}"""
STEPS = ".st-key-narrow_navigation a:visible"
LAID_OVER = """(inner, outer) => {
  const [a, b] = [inner, outer].map((one) => one.getBoundingClientRect());
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}"""


@pytest.fixture(params=ZOOMED, ids=lambda size: f"{size[0]}x{size[1]}")
def zoomed(request, window):
    return window(*request.param, scale=2)


def assert_nothing_outside(tab) -> None:
    steps = tab.locator(STEPS)
    expect(steps).to_have_count(8)
    with contextlib.suppress(TimeoutError):
        tab.wait_for_function(f"({OUTSIDE})()[1].length === 0", timeout=10_000)  # what is being drawn finds its place
    told, outside = tab.evaluate(OUTSIDE)
    assert told > 10 and outside == []
    assert tab.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    for step in steps.all():
        expect(step).to_be_in_viewport(ratio=0.9)


def test_no_page_is_wider_than_the_window_and_its_steps_stay(server, zoomed):
    tab, workspace = zoomed.new_page(), server.workspace("image")
    for page, words in PAGES.items():
        where = "" if page == "load" else page
        tab.goto(f"{server.url}/{where}?workspace={workspace.id}&reviewer=zoom")
        tab.get_by_text(words).locator("visible=true").first.wait_for()
        tab.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
        assert_nothing_outside(tab)
    tab.goto(f"{server.url}/settle?workspace={workspace.id}&reviewer=zoom")
    tab.get_by_text("Team", exact=True).click()
    tab.get_by_text("How cards are handed out").wait_for()
    assert_nothing_outside(tab)
    tab.locator(STEPS).nth(3).click()
    tab.locator(".room[data-sample]").wait_for()


@pytest.mark.parametrize("kind", ["image", "question"])
def test_the_review_and_its_sheets_fit(server, zoomed, kind):
    room = Room(zoomed, server, f"zoomed {kind} {zoomed.width}", kind)
    room.press("n")
    expect(room.page.locator(".last .vote")).not_to_have_count(0, timeout=20_000)
    expect(room.page.locator(".named")).to_be_visible()
    assert_nothing_outside(room.page)
    for name in ("Filter", "Mode", "Changes"):
        expect(room.page.get_by_role("button", name=name)).to_be_visible()
    for key in "?ypvwktr":
        room.page.keyboard.press(key)
        sheet = room.page.get_by_role("dialog")
        expect(sheet).to_be_visible(timeout=20_000)
        assert_nothing_outside(room.page)
        box = sheet.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= zoomed.height + 1
        expect(sheet.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
        if key == "k":
            expect(sheet.get_by_role("textbox")).to_be_in_viewport(ratio=1)
            expect(sheet.get_by_role("button", name="Answer")).to_be_in_viewport(ratio=1)
        room.page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()


def test_the_card_its_verdicts_and_the_strip_are_seen_together(server, window):
    for kind in ("image", "question"):
        room = Room(window(720, 450, scale=2), server, f"together {kind}", kind)
        room.press("n")
        for part in (".table", "[role=group].verdicts", ".last"):
            expect(room.page.locator(part)).to_be_in_viewport(ratio=1)
        for choice in room.page.locator(".choice:visible").all():
            expect(choice).to_be_in_viewport(ratio=1)
        assert room.page.locator(".last .bars i").first.bounding_box()["width"] >= 5


@pytest.mark.parametrize("size", [(1440, 900), (512, 384), (390, 844)])
def test_the_small_copy_covers_nothing_of_the_picture(server, window, size):
    room = Room(window(*size), server, f"copy {size[0]}")
    picture, copy = room.page.locator(".frame img"), room.page.locator(".inset")
    assert picture.bounding_box()["height"] >= 56
    assert not copy.is_visible() or not copy.evaluate(LAID_OVER, picture.element_handle())


@pytest.mark.parametrize("size", [(390, 844), (720, 450), (512, 384)])
def test_the_end_of_a_queue_lies_over_nothing_and_every_way_on_is_reached(own_workspaces, window, size):
    room = Room(window(*size), own_workspaces, "ended")
    queue_done(room)
    room.open(".finished")
    room.page.locator(".finished .figure").wait_for()
    end = room.page.locator(".finished")
    for part in (".room header", ".bar", "[role=group].verdicts", ".last"):
        assert not end.evaluate(LAID_OVER, room.page.locator(part).element_handle()), part
    expect(end.get_by_role("heading")).to_be_in_viewport(ratio=1)
    for link in end.get_by_role("link").all():
        link.focus()
        expect(link).to_be_in_viewport(ratio=0.95)


@pytest.mark.parametrize("size", [(390, 844), (720, 450), (512, 384)])
def test_what_is_said_of_an_open_cards_labels_stays_within_them(own_workspaces, window, size):
    workspace = own_workspaces.workspace("image")
    store = open_store(workspace.decisions_url, workspace.id)
    store.set_choice(workspace.latest_run().id, "mode", "open", at="2026-01-01T00:00:00.000Z", who="lead")
    store.close()
    room = Room(window(*size), own_workspaces, "opened")
    room.page.locator(".choice .said .bars").first.wait_for()
    for said in room.page.locator(".choice .tag, .choice .bars i").all():
        assert said.evaluate(
            "one => one.getBoundingClientRect().right <= one.closest('.choice').getBoundingClientRect().right"
        )


@pytest.mark.parametrize("size", [(1440, 900), (390, 844), (820, 1180), (720, 450)])
def test_what_is_refused_is_said_beside_choices_and_buttons(server, window, size):
    room = Room(window(*size), server, f"refused {size[0]}")
    room.page.keyboard.press("k")
    toast = room.page.locator(".toast.visible")
    expect(toast).to_contain_text("Decide a card first")
    beside = room.page.locator(".choice:visible, .verdict:visible")
    over = beside.evaluate_all(
        f"(all, toast) => all.filter((one) => ({LAID_OVER})(toast, one))", toast.element_handle()
    )
    assert over == []
