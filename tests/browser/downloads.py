"""Files that a page hands out, as a person takes them: when the page stands still, with one click."""

from contextlib import contextmanager

from playwright.sync_api import Page, expect


@contextmanager
def download(page: Page):
    """Waits until no script runs (a click on what is about to be drawn anew is lost), then for the file; nothing may
    run again because of the click, as Streamlit would then forget what was asked for."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
    page.wait_for_timeout(300)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
    with page.expect_download() as file:
        yield file
