"""Pictures of the pages for docs/quick_start.md, and of every mode of the review room for docs/review.md, from the demo.

    python -m benchmarks.screenshots [--out docs/images] [--browser /usr/bin/chromium]

Makes the demo in a temporary folder, serves the app and writes ``review_<mode>_<light or dark>.png`` and
``page_<name>_<light or dark>.png`` at 1440 x 900.
It measures nothing, so ``python -m benchmarks`` leaves it out.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.review import OPTIONS, served
from cleaning.command_line import main as command_line
from cleaning.keep.decisions import open_store
from cleaning.keep.stored import now
from cleaning.keep.workspaces import Workspace, list_workspaces

WINDOW = {"width": 1440, "height": 900}
COVER = "review_after_light.png"  # also kept as review.png, which the README shows
COLOURS = 128  # a palette keeps a page below 100 kB
SHOWN = ".room[data-sample]"


def decided(page, keys: str) -> None:
    """Presses keys that decide, each once the card before is gone, and waits until all is saved."""
    for key in keys:
        page.wait_for_selector(SHOWN)
        page.wait_for_timeout(1_500)  # about a person's pace
        before = page.locator(".room").get_attribute("data-sample")
        page.keyboard.press(key)
        page.wait_for_selector(f".room[data-sample]:not([data-sample='{before}'])")
    page.wait_for_selector(".saving[data-waiting='0']")
    page.wait_for_timeout(600)


def blind(page) -> None:
    page.wait_for_timeout(800)


def after_decision(page) -> None:
    decided(page, "12n48")


def votes(page) -> None:
    decided(page, "1n3")
    page.keyboard.press("v")
    page.wait_for_timeout(300)


def question(page) -> None:
    decided(page, "abca")


def history(page) -> None:
    decided(page, "1n3uq4")
    page.keyboard.press("y")
    page.wait_for_timeout(500)


def keys(page) -> None:
    page.keyboard.press("?")
    page.wait_for_timeout(300)


def session(page) -> None:
    decided(page, "1n3u47")
    page.keyboard.press("p")
    page.wait_for_timeout(500)


def grid(page) -> None:
    page.get_by_text("Grid", exact=True).click()
    page.wait_for_selector(".grid[data-page]")
    page.get_by_role("button", name="Filter").click()
    page.get_by_text("Flagged samples only").click()
    page.keyboard.press("Escape")
    page.wait_for_timeout(1_500)
    page.get_by_role("combobox", name="Samples").fill("three → any")
    page.keyboard.press("Enter")
    page.wait_for_timeout(2_000)
    cells = page.locator(".cell")
    for place in (3, 17):
        cells.nth(place).click()
    page.keyboard.press("k")
    page.wait_for_timeout(500)


def simple(page) -> None:
    page.get_by_role("button", name="Mode").click()
    page.get_by_text("Simple view").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").wait_for()
    page.wait_for_timeout(1_500)


MODES: dict[str, tuple[str, str, Callable]] = {
    "blind": ("image", "blind", blind),
    "after": ("image", "blind", after_decision),
    "open": ("image", "open", blind),
    "votes": ("image", "blind", votes),
    "history": ("image", "blind", history),
    "session": ("image", "blind", session),
    "keys": ("image", "blind", keys),
    "grid": ("image", "blind", grid),
    "question": ("question", "blind", question),
    "question_votes": ("question", "blind", votes),
    "simple": ("image", "blind", simple),
    "simple_question": ("question", "blind", simple),
}


PAGES = {"load": "Go on with", "threshold": "Samples by suspicion", "export": "What do you need it for?"}  # awaited


def take_pages(browser, address: str, workspace: Workspace, out: Path) -> None:
    """Writes each page of the quick start, light and dark."""
    for name, awaited in PAGES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport=WINDOW, color_scheme=scheme)
            page = context.new_page()
            home = name == "load"
            page.goto(address if home else f"{address}/{name}?workspace={workspace.id}&reviewer=anna")
            page.get_by_text(awaited).first.wait_for()
            page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
            page.wait_for_timeout(1_500)
            _kept(page, out / f"page_{name}_{scheme}.png")
            context.close()


def set_mode(workspace: Workspace, mode: str) -> None:
    """The run's mode, and no cards shown open by lot, so that a picture is what its name says; each card is for
    everybody, whatever the reviewer of another picture holds or decided."""
    store = open_store(workspace.decisions_url, workspace.id)
    run = workspace.latest_run()
    assert run is not None, "the demo is scored"
    for_all = (("overlap_share", 1.0), ("overlap", 100), ("second_look", False))
    for key, value in (("mode", mode), ("open_share", 0.0), *for_all):
        store.set_choice(run.id, key, value, at=now(), who="screenshots")
    store.close()


def take(browser, address: str, workspaces: dict[str, Workspace], out: Path, wanted: list[str]) -> None:
    """Writes each wanted mode, light and dark."""
    for name in wanted or MODES:
        kind, mode, act = MODES[name]
        set_mode(workspaces[kind], mode)
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport=WINDOW, color_scheme=scheme)
            page = context.new_page()
            page.goto(f"{address}/review?workspace={workspaces[kind].id}&reviewer={name}-{scheme}")
            page.wait_for_selector(SHOWN)
            act(page)
            place = _kept(page, out / f"review_{name}_{scheme}.png")
            context.close()
            if place.name == COVER:
                shutil.copy(place, out / "review.png")


def _kept(page, place: Path) -> Path:
    page.screenshot(path=place)
    shrink(place)
    print(f"{place}: {place.stat().st_size / 1000:.0f} kB", flush=True)
    return place


def shrink(place: Path) -> None:
    """Fewer colours; flat pages lose nothing that is seen."""
    from PIL import Image

    with Image.open(place) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(place, optimize=True)


def write_all(arguments: list[str] | None = None) -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--browser", default=shutil.which("chromium") or "/usr/bin/chromium")
    parser.add_argument("modes", nargs="*", help=f"of {', '.join(MODES)}, pages; all by default")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary).resolve()
        command_line(["demo", "--out", str(root / "demo"), "--workspaces", str(root)])
        workspaces = {one.kind: one for one in list_workspaces(root)}
        with served(root) as (address, _), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chosen.browser, args=OPTIONS)
            wanted = [mode for mode in chosen.modes if mode != "pages"]
            if wanted or not chosen.modes:
                take(browser, address, workspaces, chosen.out, wanted)
            if not chosen.modes or "pages" in chosen.modes:
                take_pages(browser, address, workspaces["image"], chosen.out)
            browser.close()


if __name__ == "__main__":
    write_all(sys.argv[1:])
