"""The review room as a person at the keyboard uses it."""

from contextlib import suppress

from playwright.sync_api import BrowserContext, Page, Request, expect

from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.workspaces import Workspace
from tests.browser.conftest import Served, Window

SHOWN = ".room[data-sample]"


class Room:
    def __init__(self, context: BrowserContext | Window, served: Served, reviewer: str, kind: str = "image") -> None:
        self.served, self.reviewer, self.workspace = served, reviewer, served.workspace(kind)
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._under_way: set[Request] = set()
        self.page.on("request", lambda request: self._under_way.add(request))
        for ended in ("requestfinished", "requestfailed"):
            self.page.on(ended, lambda request: self._under_way.discard(request))
        self.open()

    def open(self, until: str = SHOWN) -> None:
        self.page.goto(f"{self.served.url}/review?workspace={self.workspace.id}&reviewer={self.reviewer}")
        self.page.wait_for_selector(until)

    @property
    def sample(self) -> str:
        """Id of the card before the reviewer's eyes."""
        return self.page.get_attribute(".room", "data-sample") or ""

    def press(self, key: str) -> str:
        """Presses a key that decides, waits for the next card, and gives the decided one's id."""
        self.page.wait_for_selector(SHOWN)
        before = self.sample
        self.page.keyboard.press(key)
        self.page.wait_for_function(
            f"""before => {{ const room = {_ROOM}, shown = room.dataset.sample;
            return (shown && shown !== before) || !room.querySelector('.finished').hidden; }}""",
            arg=before,
        )
        return before

    def saved(self) -> None:
        """Waits until the server has everything."""
        expect(self.page.locator(".saving")).to_have_attribute("data-waiting", "0")
        expect(self.page.locator(".saving")).to_contain_text("✓")

    def settled(self) -> None:
        """Waits until the browser has asked the server for nothing for half a second: coming cards are held."""
        self.saved()
        quiet = 0
        while quiet < 5:
            self.page.wait_for_timeout(100)
            quiet = 0 if any("/api/" in request.url for request in self._under_way) else quiet + 1

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()

    def log(self) -> list[Decision]:
        return [d for d in log_of(self.workspace) if d.reviewer == self.reviewer]


_ROOM = (
    "[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]"
    ".map(host => host.shadowRoot?.querySelector('.room')).find(Boolean)"
)


def all_cards(room: Room) -> None:
    """Filter off, so that every sample is in the queue."""
    room.page.get_by_role("button", name="Filter").click()
    room.page.get_by_text("Flagged samples only").click()
    expect(room.page.get_by_role("switch", name="Flagged samples only")).not_to_be_checked()
    close_filter(room.page)
    expect(room.page.locator(".count")).to_contain_text(" of ")


def choose(page: Page, field: str, option: str) -> None:
    """Picks an option of a select box by typing its name; again where the page was drawn anew and closed the list."""
    box, offered = page.get_by_role("combobox", name=field), page.get_by_role("option").first
    for _ in range(6):
        box.fill("")
        box.fill(option)
        with suppress(AssertionError):
            expect(offered).to_have_text(option, timeout=5_000)
            break
    page.keyboard.press("Enter")
    expect(box).to_have_value(option)


def close_filter(page: Page) -> None:
    """Presses Escape until the filter is gone: the first may only close a list that is open in it."""
    body = page.get_by_test_id("stPopoverBody")
    for _ in range(20):
        page.keyboard.press("Escape")
        page.wait_for_timeout(250)
        if not body.is_visible():
            return
    expect(body).to_be_hidden()


def log_of(workspace: Workspace) -> list[Decision]:
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return store.decisions()
    finally:
        store.close()
