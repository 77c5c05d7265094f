"""The review room in Chromium: key to next card visible, grid pages, and the server's memory.

    python -m benchmarks.review [--samples 50000] [--pictures 3000] [--cards 200] [--browser /usr/bin/chromium]

Serves the app with a made workspace from a temporary folder and presses keys in a browser. A time runs from the
key's own timestamp to the first task after the frame in which the next card's picture stands loaded in the page;
"next paint" is Chromium's own Event Timing figure for the same keys, in steps of 8 ms.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.review_workspace import make_workspace
from cleaning.keep.workspaces import list_workspaces

HOUSE = Path(__file__).resolve().parent.parent
KEYS_APART = 0.35  # seconds: a quick reviewer
PATIENCE_AT_END = 20  # seconds
OPTIONS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()

WATCH = """
(selectors) => {
  const rooms = () => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .map(host => host.shadowRoot?.querySelector(selectors.room)).filter(Boolean);
  const shown = selectors.room ? () => rooms()[0]?.dataset[selectors.mark] || null
    : () => document.querySelector(selectors.picture)?.src || null;
  const pictures = () => selectors.room ? [...(rooms()[0]?.querySelectorAll(selectors.picture) || [])]
    : [...document.querySelectorAll(selectors.picture)];
  window.times = []; window.paints = [];
  let key = null, before = shown(); // the room's own listener may have shown the next before this one hears
  addEventListener('keydown', event => { key = event.timeStamp; look(); }, true);
  const look = () => requestAnimationFrame(() => {
    const now = shown(), ready = pictures().length && pictures().every(one => one.complete && one.naturalWidth);
    if (key === null) return;
    if (!now || now === before || !ready) return look();
    const pressed = key; key = null; before = now;
    const after = new MessageChannel();
    after.port1.onmessage = () => window.times.push(performance.now() - pressed);
    after.port2.postMessage(0);
  });
  new PerformanceObserver(list => list.getEntries().forEach(entry => {
    if (entry.name === 'keydown') window.paints.push(entry.duration);
  })).observe({ type: 'event', durationThreshold: 16 });
}
"""


@contextmanager
def served(root: Path, data: Path | None = None, house: Path = HOUSE) -> Iterator[tuple[str, int]]:
    """The app on a free port; gives its address and process id.

    data: below which folders may be chosen, if elsewhere. house: the checkout that is served.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    surroundings = os.environ | {"SECOND_OPINION_WORKSPACES": str(root), "SECOND_OPINION_DATA_ROOT": str(data or root)}
    with open(root / "server.log", "ab") as told:
        process = subprocess.Popen(command, cwd=house, env=surroundings, stdout=told, stderr=told)
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_AT_END)
        except subprocess.TimeoutExpired:  # a page that is still open may hold it
            process.kill()
            process.wait()


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def resident_megabytes(process_id: int) -> float:
    """Resident memory of a process, without the pages of files that it has mapped."""
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1000


def press(page, key: str, times: int, expected: int, apart: float = KEYS_APART) -> np.ndarray:
    """Presses a key that many times, each once the one before has been answered; milliseconds of each."""
    for done in range(times):
        page.keyboard.press(key)
        page.wait_for_function("count => window.times.length >= count", arg=expected + done + 1, timeout=20_000)
        time.sleep(apart)
    return np.array(page.evaluate("times => window.times.slice(-times)", times))


def told(name: str, milliseconds: np.ndarray, goal: str) -> None:
    median, late = np.percentile(milliseconds, (50, 95))
    print(f"| {name} | {len(milliseconds)} | {median:.0f} | {late:.0f} | {goal} |", flush=True)


def open_room(page, address: str, workspace_id: str, reviewer: str) -> None:
    page.goto(f"{address}/review?workspace={workspace_id}&reviewer={reviewer}")
    page.wait_for_selector(".room[data-sample]")
    time.sleep(1.5)


def card_times(page, cards: int) -> None:
    page.evaluate(WATCH, {"room": ".room", "mark": "sample", "picture": ".frame img"})
    press(page, "n", 10, 0)  # warms up; not counted
    told("key to next card", press(page, "n", cards, 10), "50 / 100")
    paints = np.array(page.evaluate("cards => window.paints.slice(-cards)", cards))
    if len(paints):
        told("the same by Event Timing", paints, "")


def grid_times(page, pages: int) -> None:
    """From the key to a page of 60 thumbnails that stands loaded, at a page every 1.2 s."""
    page.get_by_text("Grid", exact=True).click()
    page.get_by_label("Samples").first.wait_for()
    page.wait_for_selector(".grid[data-page]")
    page.get_by_role("button", name="Filter").click()
    page.get_by_text("Flagged samples only").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Samples").fill("any")
    page.keyboard.press("Enter")
    time.sleep(2.5)
    page.evaluate(WATCH, {"room": ".room.grid", "mark": "page", "picture": ".cell img"})
    press(page, ".", pages, 0, apart=1.2)
    told("key to next page of the grid", np.array(page.evaluate("window.times")), "100 (median)")


def simple_times(page, cards: int) -> None:
    page.get_by_role("button", name="Mode").click()
    page.get_by_text("Simple view").click()
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-testid=stImage] img")
    time.sleep(1)
    page.evaluate(WATCH, {"room": "", "picture": "[data-testid=stImage] img"})
    press(page, "u", 5, 0)
    told("key to next card, plain widgets", press(page, "u", cards, 5), "200 / 350")


def memory_growth(page, process_id: int, cards: int) -> None:
    """Resident memory after the first 100 cards and after ``cards`` more."""
    _rush(page, 100)
    before = resident_megabytes(process_id)
    _rush(page, cards)
    after = resident_megabytes(process_id)
    print(f"\nServer memory: {before:.0f} MB, after {cards:,} more cards {after:.0f} MB: {after - before:+.0f} MB")


def _rush(page, cards: int) -> None:
    for _ in range(cards):
        page.wait_for_selector(".room[data-sample]")
        page.keyboard.press("n")
        time.sleep(0.05)
    page.wait_for_selector(".saving[data-waiting='0']")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--pictures", type=int, default=3_000)
    parser.add_argument("--cards", type=int, default=200)
    parser.add_argument("--memory-cards", type=int, default=1_000)
    parser.add_argument("--browser", default=shutil.which("chromium") or "/usr/bin/chromium")
    parser.add_argument("--folder", type=Path, help="keeps the made workspace here instead of a temporary folder")
    chosen = parser.parse_args(arguments or [])
    with tempfile.TemporaryDirectory() as temporary:
        root = (chosen.folder or Path(temporary)).resolve()
        kept = list_workspaces(root)
        workspace = kept[0] if kept else make_workspace(root, chosen.samples, chosen.pictures)
        measure(root, workspace.id, chosen)


def measure(root: Path, workspace_id: str, chosen: argparse.Namespace) -> None:
    from playwright.sync_api import sync_playwright

    print(f"{chosen.samples:,} samples, pictures of 500 x 375")
    print("| what | times | median ms | 95 % ms | goal |\n|---|---|---|---|---|")
    with served(root) as (address, process_id), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen.browser, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        open_room(page, address, workspace_id, "bench")
        card_times(page, chosen.cards)
        simple_times(page, chosen.cards // 2)
        open_room(page, address, workspace_id, "grid")
        grid_times(page, 8)
        open_room(page, address, workspace_id, "memory")
        memory_growth(page, process_id, chosen.memory_cards)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
