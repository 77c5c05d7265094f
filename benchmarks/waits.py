"""What people wait for on Calibrate, Cascade and Export at 50,000 and at 1.28 million samples; in turns with another
version, if one is named.

    python -m benchmarks.waits [--against CHECKOUT] [--sizes M,L] [--rounds 1] [--browser /usr/bin/chromium]

The made scores are scored by the command line once. Each page is then opened in Chromium on a server of its own:
"first" is from the address to the page's figure, and from there until nothing more is to come, "again" the same in a
second tab with nothing of the app at hand, "from Threshold" the same by the navigation's link within that tab, "ZIP" from
the press to the file's last byte. Beside the seconds stand the server's processor seconds, which
other people's work on the machine changes less, and the most memory it ever held, with the pages of files that it has
mapped.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.made_data import Size, make
from benchmarks.measuring import machine
from benchmarks.review import HOUSE, OPTIONS, served
from cleaning.keep.workspaces import list_workspaces

SIZES = {"M": Size("waits_m", 50_000, 10, 5), "L": Size("waits_l", 1_280_000, 10, 3)}
PATIENCE = 900_000  # milliseconds
STILL = "() => document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Wait:
    """seconds and the server's processor seconds of one wait; peak: MB the server held at most until its end."""

    what: str
    seconds: float
    cpu: float
    peak: float


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="another checkout, with packages of its own or the same")
    parser.add_argument("--sizes", default="M,L")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--browser", default=shutil.which("chromium") or "/usr/bin/chromium")
    chosen = parser.parse_args(arguments or [])
    print(machine())
    print("\n| size | wait | s | CPU s | peak MB | before: s | CPU s | peak MB | CPU, now / before |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in chosen.sizes.split(","):
        with tempfile.TemporaryDirectory() as root:
            scored(SIZES[name], Path(root))
            houses = [HOUSE, *([chosen.against.resolve()] if chosen.against else [])]
            rounds = [[waits(house, Path(root), chosen.browser) for house in houses] for _ in range(chosen.rounds)]
        for place in range(len(rounds[0][0])):
            tell(SIZES[name], [[of_house[place] for of_house in one] for one in rounds])


def tell(size: Size, rounds: list[list[Wait]]) -> None:
    """One line: medians of each version, and of the rounds' ratios."""
    cells = []
    for house in zip(*rounds):
        cells += [f"{median(getattr(w, part) for w in house):,.{digits}f}" for part, digits in PARTS]
    ratio = f"{median(one[0].cpu / one[-1].cpu for one in rounds):.2f}" if len(rounds[0]) > 1 else ""
    cells += [""] * (6 - len(cells))
    print(
        f"| {size.samples:,} x {size.classes} x {size.experts} | {rounds[0][0].what} | {' | '.join([*cells, ratio])} |",
        flush=True,
    )


PARTS = (("seconds", 1), ("cpu", 2), ("peak", 0))


def scored(size: Size, root: Path) -> None:
    make(size)
    experts = [word for path in size.files for word in ("--expert", f"{path.stem}={path}")]
    command = [
        "score",
        "--labels",
        str(size.labels),
        *experts,
        "--workspaces",
        str(root),
        "--out",
        str(root / "list.parquet"),
    ]
    subprocess.run([sys.executable, "-m", "cleaning", *command], cwd=HOUSE, check=True, capture_output=True)


def waits(house: Path, root: Path, browser_path: str) -> list[Wait]:
    """All waits of one version; each page on a server that has just started."""
    from playwright.sync_api import sync_playwright

    found, workspace_id = [], list_workspaces(root)[0].id
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=OPTIONS)
        for name in ("calibrate", "cascade"):
            with served(root, house=house) as (address, process):
                for moment in ("first", "again"):
                    page = a_tab(browser)
                    asked = f"{address}/{name}?workspace={workspace_id}"
                    found.append(waited(f"{name}, {moment}, figure", process, partial(opened, page, asked)))
                    found.append(waited(f"{name}, {moment}, the rest", process, partial(page.wait_for_function, STILL)))
                    if moment == "again":
                        found.append(waited(f"{name}, from Threshold, figure", process, _elsewhere(page, name)))
                    page.close()
        with served(root, house=house) as (address, process):
            page = a_tab(browser)
            page.goto(f"{address}/export?workspace={workspace_id}")
            for moment in ("first", "again"):
                found.append(waited(f"everything as ZIP, {moment}", process, partial(taken, page)))
        browser.close()
    return found


def a_tab(browser):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    return page


def opened(page, address: str) -> None:
    page.goto(address)
    page.locator(".js-plotly-plot").first.wait_for()


def _elsewhere(page, name: str) -> Callable[[], None]:
    """Goes to Threshold, waits until all of it is there, and gives what comes back by the navigation."""
    page.get_by_role("link", name="Threshold").click()
    page.get_by_role("heading", name="Threshold").first.wait_for()
    page.locator(".js-plotly-plot").first.wait_for(state="detached")
    page.wait_for_function(STILL)

    def back() -> None:
        page.get_by_role("link", name=name.title()).first.click()
        page.locator(".js-plotly-plot").first.wait_for()

    return back


def taken(page) -> None:
    """Everything as ZIP, at a press, or made first and then taken."""
    at_once, first = (
        page.get_by_role("button", name="Everything as ZIP"),
        page.get_by_role("button", name="Make everything"),
    )
    made = page.get_by_role("button", name="Download everything").or_(
        page.get_by_role("link", name="Download everything")
    )
    at_once.or_(made).first.wait_for()
    if first.count():
        first.click()
        made.wait_for()
    with page.expect_download(timeout=PATIENCE) as download:
        (made if made.count() else at_once).click()
    download.value.path()


def waited(what: str, process: int, act: Callable[[], None]) -> Wait:
    before, began = processor_seconds(process), time.perf_counter()
    act()
    seconds = time.perf_counter() - began
    peak = next(
        int(line.split()[1])
        for line in Path(f"/proc/{process}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    return Wait(what, seconds, processor_seconds(process) - before, peak / 1000)


def processor_seconds(process: int) -> float:
    """User and system, of all threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main(sys.argv[1:])
