"""What a person waits for before the first useful thing: the command line, the app, ``make run``.

    python -m benchmarks.start [--samples 50000] [--rounds 5] [--browser /usr/bin/chromium]

Command line: a whole ``score`` of 20 samples, whose work is nothing, and ``--help``. App: from starting the server to
its first answer, from there to the first page of a made workspace in Chromium, and the server's memory once every page
of the journey has been opened. ``make run``: from ``make demo`` without workspaces to the first card in Chromium.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.measuring import cost_of, machine
from benchmarks.review import HOUSE, OPTIONS, resident_megabytes, served
from benchmarks.review_workspace import make_workspace
from cleaning.keep.workspaces import list_workspaces

PAGES = ("calibrate", "threshold", "review", "export", "cascade")
FIRST_CARD = ".room[data-sample]"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--browser", default=shutil.which("chromium") or "/usr/bin/chromium")
    chosen = parser.parse_args(arguments or [])
    print(machine())
    print("| what | median s | slowest s | goal |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        command_line(Path(folder), chosen.rounds)
        app(Path(folder) / "large", chosen)
        make_run(Path(folder) / "demo", chosen.browser)


def told(name: str, seconds: Sequence[float], goal: str) -> None:
    print(f"| {name} | {median(seconds):.2f} | {max(seconds):.2f} | {goal} |", flush=True)


def command_line(folder: Path, rounds: int) -> None:
    """CPU seconds: what is left of the wall time is other people's."""
    rng = np.random.default_rng(0)
    np.save(folder / "labels.npy", np.arange(20) % 4)
    np.save(folder / "net.npy", rng.normal(size=(20, 4)).astype(np.float32))
    score = ["cleaning", "score", f"--labels={folder / 'labels.npy'}", f"--expert=net={folder / 'net.npy'}"]
    for name, command in (("--help", ["cleaning", "--help"]), ("score", [*score, f"--out={folder / 'out.csv'}"])):
        costs = [cost_of(command) for _ in range(rounds)]
        told(f"command line, {name}: CPU", [cost.cpu for cost in costs], "1.0")
        told(f"command line, {name}: wall", [cost.wall for cost in costs], "1.0")


def app(root: Path, chosen: argparse.Namespace) -> None:
    from playwright.sync_api import sync_playwright

    root.mkdir()
    workspace = make_workspace(root, chosen.samples, 200)
    answered, first, memory = [], [], 0.0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen.browser, args=OPTIONS)
        for number in range(chosen.rounds):
            began = time.perf_counter()
            with served(root) as (address, process_id):
                answered.append(time.perf_counter() - began)
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                began = time.perf_counter()
                page.goto(f"{address}/review?workspace={workspace.id}&reviewer=r{number}")
                page.wait_for_selector(FIRST_CARD)
                first.append(time.perf_counter() - began)
                memory = max(memory, _opened_all(page, address, workspace.id, process_id))
                page.close()
        browser.close()
    told("app: from starting to its first answer", answered, "")
    told(f"app: from there to the first card of {chosen.samples:,} samples", first, "2.0")
    print(f"\nServer memory with all pages of that workspace opened: {memory:.0f} MB (goal 700)\n")
    print("| what | median s | slowest s | goal |\n|---|---|---|---|")


def _opened_all(page, address: str, workspace_id: str, process_id: int) -> float:
    """The most megabytes the server held after any page."""
    most = resident_megabytes(process_id)
    for name in PAGES:
        page.goto(f"{address}/{name}?workspace={workspace_id}&reviewer=all")
        page.wait_for_selector("[data-testid=stMain] h1, .room[data-sample]", timeout=120_000)
        page.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget]')", timeout=120_000)
        most = max(most, resident_megabytes(process_id))
    return most


def make_run(root: Path, browser_path: str) -> None:
    """What ``make run`` does once packages are installed: makes the demo, starts the server; then the first card."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=OPTIONS)
        began = time.perf_counter()
        demo = [sys.executable, "-m", "cleaning", "demo", "--out", str(root / "demo"), "--workspaces", str(root)]
        subprocess.run(demo, cwd=HOUSE, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with served(root) as (address, _):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{address}/review?workspace={list_workspaces(root)[0].id}&reviewer=first")
            page.wait_for_selector(FIRST_CARD)
            told("make run without workspaces, to the first card", [time.perf_counter() - began], "60")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
