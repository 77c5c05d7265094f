"""The review room as a person at the keyboard uses it."""

from playwright.sync_api import BrowserContext, Page, expect

from cleaning.review_store import Decision, open_store
from cleaning.run_store import Workspace
from tests.browser.conftest import Served

SHOWN = ".room[data-sample]"


class Room:
    def __init__(self, context: BrowserContext, served: Served, reviewer: str, kind: str = "image") -> None:
        self.served, self.reviewer, self.workspace = served, reviewer, served.workspace(kind)
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.open()

    def open(self) -> None:
        self.page.goto(f"{self.served.url}/review?workspace={self.workspace.id}&reviewer={self.reviewer}")
        self.page.wait_for_selector(SHOWN)

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
    room.page.keyboard.press("Escape")
    expect(room.page.locator(".count")).to_contain_text(" of ")


def log_of(workspace: Workspace) -> list[Decision]:
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return store.decisions()
    finally:
        store.close()
