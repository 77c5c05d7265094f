"""The Load page in Chromium: many files at once, and work that is cancelled leaves nothing."""

import re
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import loading_files as loading

ROWS, CLASSES, EXPERTS = 30_000, 40, "abcd"


@pytest.fixture
def tab(own_server, context):
    tab = context.new_page()
    tab.goto(own_server.url)
    tab.get_by_role("heading", name="Your own data").wait_for()
    return tab


def photos(folder: Path, count: int) -> Path:
    """A folder of pictures, one folder a class, and one array of scores in the order of their names."""
    for place in range(count):
        where = folder / loading.NAMES[place % 3]
        where.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (place % 256, 0, 0)).save(where / f"{place:05}.png")
    order = sorted(range(count), key=lambda place: (place % 3, place))
    np.save(
        folder / "net.npy",
        4 * np.eye(3)[[place % 3 for place in order]] + np.random.default_rng(0).normal(size=(count, 3)),
    )
    return folder


PRESSED_AT_ONCE = """(button) => new MutationObserver((_, watching) => {
  const shown = document.querySelector(button);
  if (!shown) return;
  watching.disconnect();
  shown.click();
  window.pressedAtOnce = true;
}).observe(document.body, { childList: true, subtree: true })"""


def large(folder: Path) -> None:
    """Scores as text, which take a while to read."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, ROWS)
    scores = rng.normal(size=(ROWS, CLASSES)) + 3 * np.eye(CLASSES)[labels]
    (folder / "labels.csv").write_text(
        "id,label\n" + "".join(f"s{row},c{label:02}\n" for row, label in enumerate(labels))
    )
    head = "id," + ",".join(f"c{label:02}" for label in range(CLASSES))
    for name in EXPERTS:
        np.savetxt(folder / f"{name}.csv", scores, "%.3f", ",", header=head, comments="")
        lines = (folder / f"{name}.csv").read_text().splitlines()
        named = [lines[0], *(f"s{row},{line}" for row, line in enumerate(lines[1:]))]
        (folder / f"{name}.csv").write_text("\n".join(named))


def below(root: Path) -> set[str]:
    """All that lies there, but for the log's own files and the marks of what is being looked at."""
    files = (path for path in root.rglob("*") if "decisions.sqlite" not in path.name and path.is_file())
    return {path.relative_to(root).as_posix() for path in files if not path.name.startswith(".open-")}


def test_a_folder_of_many_pictures_with_one_array_is_scored_in_under_a_minute(own_server, tab, tmp_path):
    begun = time.monotonic()
    tab.get_by_text("A folder", exact=True).click()
    tab.get_by_text("Drop a folder here").wait_for()
    tab.locator(".st-key-dropped_True input").set_input_files(photos(tmp_path / "photos", 1_200))
    tab.get_by_text("1,200 pictures found, 0 missing").wait_for(timeout=60_000)
    assert tab.locator("[data-testid=stFileChip]").count() == 1, "packed into one"
    tab.get_by_text(re.compile(r"The first row of net is .*00000.*, the last is .*01199")).click()
    tab.get_by_role("button", name="Score it").click()
    tab.get_by_role("heading", name="Calibrate").wait_for()
    assert time.monotonic() - begun < 60


def choose_on_server(tab, name: str) -> None:
    tab.get_by_text("On the server", exact=True).click()
    tab.get_by_role("combobox", name="Folder on the server").click()
    tab.keyboard.type(name)
    tab.keyboard.press("Enter")


def test_a_cancelled_reading_or_scoring_leaves_nothing_and_can_begin_anew(own_server, tab):
    large(own_server.root / "large")
    before = below(own_server.root)
    choose_on_server(tab, "large")
    tab.locator(".st-key-cancel_reading button").click()
    tab.get_by_text("Reading was cancelled.").wait_for()
    assert below(own_server.root) == before
    tab.get_by_role("button", name="Read it again").click()
    tab.get_by_text(f"30,000 images, 40 classes, {len(EXPERTS)} experts").wait_for(timeout=60_000)
    tab.evaluate(PRESSED_AT_ONCE, ".st-key-cancel_scoring button")  # it is done in a second
    tab.get_by_role("button", name="Score it").click()
    tab.wait_for_function("window.pressedAtOnce")
    tab.locator(".st-key-cancel_scoring").wait_for(state="detached")
    tab.get_by_role("button", name="Score it").wait_for()
    tab.wait_for_timeout(1_500)
    assert "run=" not in tab.url and below(own_server.root) == before
    tab.get_by_role("button", name="Score it").click()
    tab.get_by_role("heading", name="Calibrate").wait_for(timeout=60_000)


def test_what_was_sent_to_a_killed_server_is_gone_when_it_starts_again(own_server, tab, tmp_path):
    uploads = own_server.root / "uploads"
    before = set(uploads.glob("*"))
    (tmp_path / "labels.csv").write_bytes(loading.labels_csv())
    tab.locator(".st-key-dropped_False input").set_input_files(tmp_path / "labels.csv")
    tab.get_by_text("Say above the columns which of them hold answers").or_(
        tab.locator("[data-testid=stAlert]")
    ).first.wait_for()
    assert any(path.is_dir() for path in set(uploads.iterdir()) - before)
    own_server.kill()
    own_server.start()
    assert set(uploads.iterdir()) <= before


def test_its_name_typed_as_an_address_comes_home(own_workspaces, context):
    workspace = own_workspaces.workspace("image")
    tab = context.new_page()
    tab.goto(f"{own_workspaces.url}/load?workspace={workspace.id}")
    tab.get_by_role("heading", name="Your own data").wait_for()
    assert tab.url == f"{own_workspaces.url}/?workspace={workspace.id}"
    assert not tab.get_by_text("Page not found").count()
    assert tab.get_by_test_id("stTopNavLink").filter(has_text="Load").count() == 1
