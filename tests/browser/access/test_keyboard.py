"""The whole review by keys alone: from the home page through card, note, filter, grid and the end to a ruling."""

import pytest
from playwright.sync_api import Page, expect

from cleaning.keep.decisions import open_store
from tests.browser.review_room import SHOWN, log_of

FOCUSED = """() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  const { left, right } = one.getBoundingClientRect();
  const words = one.getAttribute("aria-label") || one.textContent || one.parentElement?.textContent || "";
  return [words.replace(/\\s+/g, " ").trim(), one === document.body || (left >= 0 && right <= innerWidth)];
}"""


class Keys:
    """A person without a mouse. Nothing that is out of sight may take the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, words: str, step: str = "Tab", most: int = 60) -> None:
        """Steps until what has the focus bears these words."""
        for _ in range(most):
            self.page.keyboard.press(step)
            self.page.wait_for_timeout(60)
            told, in_sight = self.page.evaluate(FOCUSED)
            assert in_sight, f"{told} takes the focus out of sight"
            if words in told and len(told) < 160:  # and not the page that holds it
                return
        raise AssertionError(f"'{words}' cannot be reached with {step}; the focus is at '{told}'")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(250)

    def decide(self, key: str) -> None:
        before = self.page.locator(SHOWN).get_attribute("data-sample")
        self.page.keyboard.press(key)
        self.page.wait_for_function(
            """before => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
            .map(host => host.shadowRoot?.querySelector('.room')).some(room => room && ((room.dataset.sample
              && room.dataset.sample !== before) || !room.querySelector('.finished').hidden))""",
            arg=before,
        )


@pytest.fixture
def short_queue(own_workspaces):
    """Three flagged cards and no random ones."""
    workspace = own_workspaces.workspace("image")
    run = workspace.latest_run()
    threshold = float(sorted(run.scores["suspicion"])[-3])
    store = open_store(workspace.decisions_url, workspace.id)
    value = {"threshold": threshold, "flagged": 3, "how": "by hand", "asked": None}
    for name, chosen in (("threshold", value), ("audit_share", 0.0), ("open_share", 0.0)):
        store.set_choice(run.id, name, chosen, at="2026-01-01T00:00:00.000Z", who="kay")
    store.close()
    return own_workspaces


def test_from_home_to_a_ruling_by_keys_alone(short_queue, context):
    page, workspace = context.new_page(), short_queue.workspace("image")
    keys = Keys(page)
    page.goto(short_queue.url)
    page.get_by_text("Your own data").wait_for()
    keys.to("Review: 3 cards")
    keys.press("Enter")
    page.get_by_label("Name or initials").wait_for()
    keys.to("Name or initials")
    page.keyboard.type("kay")
    keys.press("Enter")
    page.wait_for_selector(SHOWN)

    keys.press("t")
    page.keyboard.type("hard to read")
    keys.press("Enter")
    keys.decide("u")
    expect(page.locator(".count")).to_have_text("1 of 3 decided")

    filter_there_and_back(page, keys)
    grid_there_and_back(page, keys)
    keys.decide("1")
    expect(page.locator(".finished")).to_be_visible()
    keys.press("y")
    expect(page.get_by_role("dialog", name="Your decisions")).to_be_visible()
    keys.press("Escape")

    keys.to("Settle contested cards")
    keys.press("Enter")
    page.get_by_text("1 to settle").wait_for()
    keys.to("None fits")
    keys.press("n")
    page.get_by_text("1 settled").wait_for()
    assert [(d.verdict, d.note) for d in log_of(workspace)][::3] == [("unsure", "hard to read"), ("none_fits", "")]


def filter_there_and_back(page: Page, keys: Keys) -> None:
    keys.to("Filter", "Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    keys.to("Flagged samples only")
    keys.press("Space")
    expect(page.locator(".filtered")).to_contain_text("unflagged samples too")
    keys.press("Space")
    expect(page.locator(".filtered")).to_be_empty()
    keys.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_be_hidden()
    assert "Filter" in page.evaluate(FOCUSED)[0], "the focus comes back to what was unfolded"
    keys.decide("1")
    expect(page.locator(".count")).to_have_text("2 of 3 decided")


def grid_there_and_back(page: Page, keys: Keys) -> None:
    keys.to("Grid", "Shift+Tab")
    keys.press("Space")
    page.wait_for_selector(".grid[data-page]")
    keys.press("ArrowRight", "v")
    expect(page.get_by_role("dialog", name="Enlarged")).to_be_visible()
    keys.press("Escape", "k")
    expect(page.locator(".grid .prompt")).to_contain_text("Enter decides")
    keys.press("Escape")
    keys.to("Grid", "Shift+Tab")
    keys.press("ArrowLeft", "Space")
    page.wait_for_selector(SHOWN)


@pytest.mark.parametrize(("page", "button"), [("runs", "Name"), ("calibrate", "Download"), ("review", "Mode")])
def test_the_focus_is_led_into_what_unfolds_and_back(server, context, page, button):
    tab = context.new_page()
    tab.goto(f"{server.url}/{page}?workspace={server.workspace('image').id}&reviewer=keys")
    if page == "review":
        tab.wait_for_selector(SHOWN)  # the room comes last
    unfolds = tab.get_by_test_id("stPopoverButton").filter(has_text=button).first
    unfolds.focus()
    tab.wait_for_function("performance.getEntriesByType('resource').some(({ name }) => name.includes('popovers.js'))")
    tab.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    unfolds.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("document.activeElement.closest('[data-testid=stPopoverBody]')")
    tab.keyboard.press("Escape")
    expect(tab.get_by_test_id("stPopoverBody")).to_have_count(0)
    expect(unfolds).to_be_focused()
