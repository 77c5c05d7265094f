"""Many people before their browsers while another one scores: the time from a key to the next card.

    python -m benchmarks team_sessions
    python -m benchmarks team_sessions -- --sessions 20 --cards 30 --apart 2

Each session is a browser context of its own in one Chromium, on a card each ``--apart`` seconds; a further one loads and
scores one made folder after another on the same server as long as they review. Server and browsers share the machine's
cores, which a real team's do not: the browser of the one who scores takes only what the others leave (``nice``), so that
what slows the reviewers down is the server's scoring and not the drawing of that person's pages.
"""

import argparse
import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.review import OPTIONS, WATCH, served
from benchmarks.review_workspace import make_workspace
from cleaning.domain.card_kinds import CONFIRMATION
from cleaning.keep.decisions import open_store

ROWS, CLASSES, EXPERTS, FOLDERS = 50_000, 100, 3, 12
FIRST_CARDS = 3  # of each session, not counted
HELD_CARDS = 40  # that a browser holds ahead at most
FLAGGED_SHARE = 0.08  # of the made workspace's samples; about a tenth are


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks team_sessions --")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--cards", type=int, default=30, help="each session decides so many")
    parser.add_argument("--apart", type=float, default=2.0, help="seconds from one card of a session to the next")
    parser.add_argument("--browser", default=shutil.which("chromium") or "/usr/bin/chromium")
    asked = parser.parse_args(list(arguments))
    print("| while another session | cards | median ms | 95 % ms | not saved | to two people | load |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for scoring in (False, True):
        print(_line(asked, scoring), flush=True)


def _line(asked: argparse.Namespace, scoring: bool) -> str:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        flagged = asked.sessions * (asked.cards + FIRST_CARDS + HELD_CARDS)  # so that no session runs out of cards
        workspace = make_workspace(root, samples=int(flagged / FLAGGED_SHARE), distinct_pictures=300)
        folders = [_folder(root / f"folder{n:02d}", n) for n in range(FOLDERS)] if scoring else []
        with served(root) as (address, _), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=asked.browser, args=OPTIONS)
            pages = [_room(browser, address, workspace.id, f"reviewer{n:02d}") for n in range(asked.sessions)]
            with _scoring(address, folders, asked.browser) as scored:
                _decide(pages, FIRST_CARDS, asked.apart)
                _decide(pages, asked.cards, asked.apart)
            times = np.concatenate(
                [page.evaluate("count => window.times.slice(-count)", asked.cards) for page in pages]
            )
            unsaved = _unsaved(pages)
            browser.close()
        store = open_store(workspace.decisions_url, workspace.id)
        people: dict[str, set[str]] = {}
        for decision in store.decisions():
            if decision.card != CONFIRMATION:  # a second look is meant for somebody else
                people.setdefault(decision.sample_id, set()).add(decision.reviewer)
        store.close()
    doing = f"scores ({len(scored)} times {ROWS:,} x {CLASSES} x {EXPERTS})" if scoring else "does nothing"
    median, late = np.percentile(times, (50, 95))
    twice = sum(len(who) > 1 for who in people.values())
    return f"| {doing} | {len(times)} | {median:.0f} | {late:.0f} | {unsaved} | {twice} | {os.getloadavg()[0]:.0f} |"


def _room(browser: Any, address: str, workspace_id: str, reviewer: str) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(f"{address}/review?workspace={workspace_id}&reviewer={reviewer}")
    page.wait_for_selector(".room[data-sample]", timeout=120_000)
    page.evaluate(WATCH, {"room": ".room", "mark": "sample", "picture": ".frame img"})
    return page


def _decide(pages: list, cards: int, apart: float) -> None:
    """Each page gets a key every ``apart`` seconds, one after the other within them."""
    begun = time.monotonic()
    for card in range(cards):
        for place, page in enumerate(pages):
            time.sleep(max(0.0, begun + apart * (card + place / len(pages)) - time.monotonic()))
            page.keyboard.press("n")


def _unsaved(pages: list) -> int:
    """Decisions that their page does not call saved after a while."""
    until = time.monotonic() + 60
    while True:
        waiting = Counter({n: int(page.get_attribute(".saving", "data-waiting") or 0) for n, page in enumerate(pages)})
        if not waiting.total() or time.monotonic() > until:
            return waiting.total()
        time.sleep(0.2)


# -- the one who scores ----------------------------------------------------------------------------------------------


def _folder(place: Path, seed: int) -> Path:
    """Labels and arrays of logits, as a person's own data."""
    place.mkdir()
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, ROWS)
    np.save(place / "labels.npy", labels)
    for expert in range(EXPERTS):
        scores = rng.standard_normal((ROWS, CLASSES), dtype=np.float32)
        scores[np.arange(ROWS), labels] += 3
        np.save(place / f"net{expert}.npy", scores.astype(np.float16))
    return place


@contextmanager
def _scoring(address: str, folders: list[Path], browser: str) -> Iterator[list[str]]:
    """Scores one folder after another meanwhile, by the Load page; names of those that were done."""
    done: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(target=_score_on, args=(address, folders, browser, done, stop))
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


def _giving_way(executable: str, folder: Path) -> str:
    """A program that starts another one at the lowest priority."""
    program = folder / "giving_way.sh"
    program.write_text(f'#!/bin/sh\nexec nice -n 19 "{executable}" "$@"\n')
    program.chmod(0o755)
    return str(program)


def _score_on(address: str, folders: list[Path], executable: str, done: list[str], stop: threading.Event) -> None:
    from playwright.sync_api import sync_playwright

    if not folders:
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_giving_way(executable, folders[0].parent), args=OPTIONS)
        page = browser.new_page()
        for folder in folders:
            if stop.is_set():
                break
            page.goto(address)
            page.get_by_text("On the server", exact=True).click(timeout=60_000)
            page.get_by_role("combobox", name="Folder on the server").click()
            page.keyboard.type(folder.name)
            page.keyboard.press("Enter")
            page.get_by_text("The first row of").click(timeout=120_000)  # arrays have no ids: their order is confirmed
            page.get_by_role("button", name="Score it").click(timeout=120_000)
            page.get_by_role("heading", name="Calibrate").wait_for(timeout=120_000)
            done.append(folder.name)
        browser.close()
