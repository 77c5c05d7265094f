"""The Calibrate and Cascade pages in Chromium: how long until they show, and how soon numbers follow the slider.

    python -m benchmarks.studies [--samples 50000] [--classes 1000] [--experts 5] [--moves 40] [--folder DIR]

Serves the app with a made workspace of that size (seeded logits; no real models) from a temporary folder. "First" is
the first visit of the page, Calibrate right after the server has started with nothing kept; it ends when everything
stands in the page and no script runs. A move of the slider is timed from the key to the painted sentence.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.made_data import Size, make
from benchmarks.measuring import machine
from benchmarks.review import OPTIONS, served
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import FullExpert
from cleaning.keep.workspaces import Workspace, create_workspace, list_workspaces
from cleaning.suspect import pipeline

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FIRST, AFTERWARDS, MOVE = 10.0, 1.0, 150.0  # goals: seconds, seconds, milliseconds
VISITS, WARM_UP = 5, 5

WATCH = """() => {
  const said = () => [...document.querySelectorAll('h4')].map((h) => h.textContent).find((t) => t.includes(' alone, at'));
  window.times = [];
  let from = null, before = said();
  const painted = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then;
    channel.port2.postMessage(0);
  });
  const look = () => painted(() => {
    if (said() === before) return look();
    before = said();
    const pressed = from;
    painted(() => window.times.push(performance.now() - pressed));
  });
  addEventListener('keydown', (event) => { from = event.timeStamp; look(); }, true);
}"""
IDLE = "() => document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'"


def a_workspace(root: Path, size: Size) -> Workspace:
    """A scored workspace of made logits, each expert ten times as costly as the one before."""
    make(size)
    given = np.load(size.labels).astype(np.int32)
    ids = np.char.add("s", np.arange(size.samples).astype(str)).astype(object)
    names = tuple(f"class {k}" for k in range(size.classes))
    samples = pd.DataFrame({"sample_id": ids, "source": np.char.add("part ", (given % 7).astype(str))})
    dataset = Dataset("made", "image", ids, given, names, samples)
    experts = [
        FullExpert(f"made {m}", scores=np.load(file, mmap_mode="r"), simulated=True, cost=10.0**m)
        for m, file in enumerate(size.files)
    ]
    workspace = create_workspace(root, dataset, experts)
    workspace.save_run(pipeline.run(dataset, experts), experts)
    return workspace


def calibrate_shown(page) -> None:
    page.get_by_text("When this model says").first.wait_for(timeout=300_000)
    page.locator(".st-key-reliability .js-plotly-plot .main-svg").first.wait_for(timeout=300_000)
    page.wait_for_function(IDLE, timeout=300_000)


def cascade_shown(page) -> None:
    page.locator("h4", has_text=" alone, at").first.wait_for(timeout=300_000)
    page.locator(".js-plotly-plot .main-svg").nth(1).wait_for(timeout=300_000)
    page.wait_for_function(IDLE, timeout=300_000)


def first_visit(page, address: str, shown) -> tuple[float, bool]:
    """Seconds from the address typed to a page that shows everything, and whether it showed its progress."""
    page.add_init_script(
        "new MutationObserver(() => { window.progressed ||= !!document.querySelector('[data-testid=stProgress]'); })"
        ".observe(document, { childList: true, subtree: true });"
    )
    start = time.perf_counter()
    page.goto(address)
    shown(page)
    return time.perf_counter() - start, bool(page.evaluate("window.progressed"))


def visits_again(page, title: str, shown) -> np.ndarray:
    """(VISITS,) seconds from the click in the navigation to the page that shows everything."""
    seconds = []
    for _ in range(VISITS):
        page.get_by_role("link", name="Export", exact=True).click()
        page.get_by_role("heading", name="Export", exact=True).wait_for()
        page.wait_for_timeout(2_000)
        start = time.perf_counter()
        page.get_by_role("link", name=title, exact=True).click()
        page.get_by_role("heading", name=title, exact=True).wait_for()
        shown(page)
        seconds.append(time.perf_counter() - start)
    return np.array(seconds)


def reloads(page, shown) -> np.ndarray:
    """(VISITS,) seconds of loading the whole app anew."""
    seconds = []
    for _ in range(VISITS):
        page.wait_for_timeout(1_500)
        start = time.perf_counter()
        page.reload()
        shown(page)
        seconds.append(time.perf_counter() - start)
    return np.array(seconds)


def slider(page, moves: int) -> np.ndarray:
    """(moves,) milliseconds from key to painted sentence; the first few warm up and do not count."""
    page.wait_for_timeout(2_000)
    page.locator(".st-key-cascade_fraction input[type=range]").focus()
    page.evaluate(WATCH)
    for done in range(moves + WARM_UP):
        page.keyboard.press("PageUp" if done % 4 < 2 else "PageDown")
        page.wait_for_function("count => window.times.length > count", arg=done, timeout=20_000)
        page.wait_for_timeout(600)
    return np.array(page.evaluate("window.times"))[WARM_UP:]


def row(what: str, value: float, worst: float | None, goal: float | None, unit: str) -> None:
    slowest = "" if worst is None else f"{worst:.{0 if unit == 'ms' else 1}f}"
    shown = f"{value:.{0 if unit == 'ms' else 1}f}"
    judged = " | " if goal is None else f"{goal:g} | {'yes' if value < goal else 'no'}"
    print(f"| {what} | {unit} | {shown} | {slowest} | {judged} |", flush=True)


def again(page, title: str, shown) -> None:
    back, loaded = visits_again(page, title, shown), reloads(page, shown)
    row(f"{title}, back from another page", float(np.median(back)), back.max(), AFTERWARDS, "s")
    row(f"{title}, reload (starts the app in the browser too)", float(np.median(loaded)), loaded.max(), None, "s")


def measure(root: Path, workspace: Workspace, moves: int) -> None:
    from playwright.sync_api import sync_playwright

    print("| what | unit | median | slowest | goal | within |\n|---|---|---|---|---|---|")
    with served(root) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        first, progress = first_visit(page, f"{address}/calibrate?workspace={workspace.id}", calibrate_shown)
        row(f"Calibrate, first ({'with progress' if progress else 'no progress seen'})", first, None, FIRST, "s")
        again(page, "Calibrate", calibrate_shown)
        page.goto("about:blank")
        first, progress = first_visit(page, f"{address}/cascade?workspace={workspace.id}", cascade_shown)
        row(f"Cascade, first ({'with progress' if progress else 'no progress seen'})", first, None, FIRST, "s")
        again(page, "Cascade", cascade_shown)
        times = slider(page, moves)
        row("Cascade slider, key to painted numbers", float(np.median(times)), times.max(), MOVE, "ms")
        print(f"\nSlider: 95 % of {len(times)} moves within {np.percentile(times, 95):.0f} ms")
        browser.close()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("samples", 50_000), ("classes", 1_000), ("experts", 5), ("moves", 40)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--folder", type=Path, help="keeps the made workspace here instead of a temporary folder")
    wanted = parser.parse_args(arguments)
    size = Size(
        f"studies_{wanted.samples}_{wanted.classes}_{wanted.experts}", wanted.samples, wanted.classes, wanted.experts
    )
    print(f"{size.described()}; {machine()}\n")
    with tempfile.TemporaryDirectory() as temporary:
        root = (wanted.folder or Path(temporary)).resolve()
        kept = list_workspaces(root)
        measure(root, kept[0] if kept else a_workspace(root, size), wanted.moves)


if __name__ == "__main__":
    main()
