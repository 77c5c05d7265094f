"""axe-core on every page and the states of the review, light and dark: nothing serious or critical, headings in order."""

from pathlib import Path

import pytest

from tests.browser.conftest import HOUSE

AXE = HOUSE / "node_modules" / "axe-core" / "axe.min.js"
ASKED = """axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations
  .filter(({ impact, id }) => ["serious", "critical"].includes(impact) || id === "heading-order")
  .map(({ impact, id, nodes }) => [impact, id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 120))]))"""
PAGES = {
    "load": "Your own data",
    "calibrate": "When this model says",
    "threshold": "What this rests on",
    "export": "What do you need it for?",
    "cascade": "For cleaning",
    "runs": "Runs of this dataset",
    "settle": "Settle",
}
KEYS = {"card": "", "history": "y", "keys": "?", "session": "p", "search": "/", "note": "n", "votes": "v"}


@pytest.fixture(params=["light", "dark"])
def tab(request, window):
    if not Path(AXE).exists():
        pytest.skip("axe-core is not installed; `npm ci` does it.")
    return window(1440, 900, scheme=request.param).new_page()


def found(tab) -> list:
    tab.wait_for_timeout(1_000)
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    return tab.evaluate(ASKED)


def test_no_page_has_a_serious_fault(server, tab):
    workspace = server.workspace("image")
    for page, words in PAGES.items():
        where = "" if page == "load" else page  # the home has no address of its own
        tab.goto(f"{server.url}/{where}?workspace={workspace.id}&reviewer=axe")
        tab.get_by_text(words).first.wait_for()
        assert found(tab) == [], page
        assert tab.title() == f"{page.capitalize()} · Second Opinion"


@pytest.mark.parametrize("kind", ["image", "question"])
def test_no_state_of_the_review_has_one(server, tab, kind):
    tab.goto(f"{server.url}/review?workspace={server.workspace(kind).id}&reviewer=axe{kind}")
    tab.locator(".room[data-sample]").wait_for()
    for state, key in KEYS.items():
        if key:
            tab.keyboard.press(key)
        assert found(tab) == [], state
        if key:
            tab.keyboard.press("Escape")
