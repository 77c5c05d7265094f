"""The Load page against the command line: from a chosen folder to a scored workspace, in turns in one run.

    python -m benchmarks.loading [FOLDER OF THE REAL DATA] [--rounds 3] [--browser /usr/bin/chromium]

Both begin with an empty folder of workspaces, and both with a fresh process. The command's time is that of the whole
process of ``score FOLDER --workspaces``. The page's runs from choosing the folder to "Score it" and from pressing that
to the next page's address; what a person reads and ticks between them is not counted. FOLDER: ``SECOND_OPINION_DATA``,
or ``../shared/data``.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.measuring import cost_of, machine
from benchmarks.review import HOUSE, OPTIONS, served

SETS = ("cifar10n_aggregate", "mmlu_redux", "imagenet_val")
GOAL = 1.5


def main(arguments: Sequence[str] | None = None) -> None:
    from playwright.sync_api import sync_playwright

    chosen = _options(arguments)
    print(machine())
    print(
        "\n| dataset | command, s | page: read, s | page: score, s | page / command (aim: 1.5) |\n|---|---|---|---|---|"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen.browser, args=OPTIONS)
        for name in SETS:
            rounds = [_round(browser, chosen.data.resolve(), name) for _ in range(chosen.rounds)]
            command, read, scored = (median(part) for part in zip(*rounds))
            ratio = median((one[1] + one[2]) / one[0] for one in rounds)
            print(f"| {name} | {command:.2f} | {read:.2f} | {scored:.2f} | {ratio:.2f} |", flush=True)
        browser.close()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("SECOND_OPINION_DATA") or HOUSE.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=Path, default=default)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--browser", default=shutil.which("chromium") or "/usr/bin/chromium")
    return parser.parse_args(arguments or [])


def _round(browser, data: Path, name: str) -> tuple[float, float, float]:
    """Seconds of the command, of reading on the page and of scoring there."""
    with tempfile.TemporaryDirectory() as root:
        command = cost_of(["cleaning", "score", str(data / name), "--workspaces", root, "--out", f"{root}/list.csv"])
    with tempfile.TemporaryDirectory() as root, served(Path(root), data) as (address, _):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        read, scored = _on_the_page(page, address, name)
        page.close()
    return command.wall, read, scored


def _on_the_page(page, address: str, name: str) -> tuple[float, float]:
    page.goto(address)
    page.get_by_text("On the server", exact=True).click()
    page.get_by_role("combobox", name="Folder on the server").click()
    page.keyboard.type(name)
    began = time.perf_counter()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Score it")
    button.wait_for()
    read = time.perf_counter() - began
    page.wait_for_timeout(1_000)
    if not button.is_enabled():
        page.locator(".st-key-by_position label").click()
        page.wait_for_timeout(1_000)
    began = time.perf_counter()
    button.click()
    page.wait_for_url("**run=*")
    return read, time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1:])
