"""The next step is in sight when a page opens: nobody scrolls to find out how it goes on."""

import pytest
from playwright.sync_api import expect

SIZES = [(1440, 900), (1024, 768), (820, 1180), (390, 844)]
STEPS = {
    "calibrate": "Choose how much to review",
    "threshold": "Review these",
    "export": "Review these",
    "settle": "Review",
}


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def tab(request, chromium):
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_the_primary_button_is_in_sight(server, tab):
    for page, words in STEPS.items():
        tab.goto(f"{server.url}/{page}?workspace={server.workspace('image').id}&reviewer=seen")
        step = tab.locator("[data-testid=stBaseButton-primary]").filter(has_text=words)
        step.first.wait_for()
        tab.wait_for_timeout(1_500)  # whatever is drawn above it
        expect(step).to_have_count(1)
        expect(step).to_be_in_viewport(ratio=0.99)
