"""Many samples at once: bulk keep and relabel with exceptions, undone as one step."""

import re

import pytest
from playwright.sync_api import expect

from cleaning.review import View
from cleaning.review.grid_desk import GridDesk
from cleaning.review.queue import Filters
from pages.shared.server.desks import open_desk
from tests.browser.review_room import Room, all_cards, choose
from tests.decisions import current_decisions

FIRST = ".grid .cell >> nth=0"


@pytest.fixture
def grid(context, server, request):
    room = Room(context, server, request.node.name[:40])
    open_grid(room)
    yield room
    assert room.errors == []


def open_grid(room: Room) -> None:
    room.page.get_by_text("Grid", exact=True).click()
    room.page.wait_for_selector(".grid[data-page]")
    room.page.wait_for_function(
        """() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
        .some(host => { const all = [...host.shadowRoot?.querySelectorAll('.cell img') || []];
          return all.length && all.every(one => one.complete && one.naturalWidth); })"""
    )


def captions(room: Room) -> list[str]:
    return room.page.locator(".grid .caption").all_inner_texts()


def names_of_pair(room: Room) -> tuple[str, str]:
    given, _, suggested = room.page.locator("[data-testid=stSelectbox] input").first.input_value().partition(" → ")
    if not suggested:
        given, _, suggested = room.page.locator("[data-testid=stSelectbox]").first.inner_text().partition(" → ")
    return given.strip(), suggested.strip()


def all_taken_back(room: Room) -> None:
    """Waits for it: a step of the group before is first asked for."""
    for _ in range(100):
        if current_decisions(room.log()).empty:
            return
        room.page.wait_for_timeout(100)
    raise AssertionError("decisions still stand")


def test_relabel_all_with_exceptions_after_a_preview_and_undo_as_one_step(grid):
    page, workspace = grid.page, grid.workspace
    given, suggested = names_of_pair(grid)
    total = len(captions(grid))
    assert total >= 3
    page.keyboard.press("Enter")
    expect(page.locator(".toast.visible")).to_contain_text("Press K or R first")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    page.keyboard.press("r")
    told = captions(grid)
    assert told[1] == "undecided" and set(told[:1] + told[2:]) == {f"→ {suggested}"}
    expect(page.locator(".prompt")).to_contain_text(f"{total - 1} become {suggested}")
    assert grid.log() == [], "a preview decides nothing"
    page.keyboard.press("Enter")
    grid.saved()
    log = grid.log()
    names = workspace.dataset().class_names
    assert len(log) == total - 1 and {d.verdict for d in log} == {"relabel"}
    assert {names[d.labels[0]] for d in log} == {suggested} and {(d.card, d.mode) for d in log} == {("grid", "open")}
    scores = workspace.latest_run().scores.set_index("sample_id")
    assert {scores.loc[d.sample_id, "given_label"] for d in log} == {given}
    page.keyboard.press("z")
    all_taken_back(grid)


def test_left_out_samples_may_get_the_other_label(grid):
    page = grid.page
    page.locator(FIRST).click()
    page.keyboard.press("e")
    page.keyboard.press("r")
    total = len(captions(grid))
    page.keyboard.press("Enter")
    grid.saved()
    verdicts = [d.verdict for d in grid.log()]
    assert verdicts == ["keep", *["relabel"] * (total - 1)]


def test_a_step_is_undone_after_a_reload_and_from_the_cards(grid):
    page = grid.page
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    grid.saved()
    made = len(grid.log())
    grid.open()
    page.keyboard.press("y")
    expect(page.locator(".history li").first).to_contain_text(f"{made} in the grid")
    page.keyboard.press("y")
    page.keyboard.press("z")
    expect(page.locator(".last")).to_contain_text(f"{made} decisions of the grid taken back")
    grid.saved()
    assert current_decisions(grid.log()).empty and len(grid.log()) == 2 * made


def test_a_class_in_pages_forth_and_back(grid):
    page = grid.page
    page.get_by_text("24", exact=True).click()
    all_cards(grid)
    choose(page, "Samples", "zero → any")
    expect(page.locator(".grid .caption")).to_have_count(24)
    expect(page.locator(".grid .caption", has_text="of 7 agree").first).to_be_visible()  # none is flagged
    page.locator(".grid .cell").first.focus()
    page.keyboard.press(".")
    expect(page.locator(".where")).to_contain_text("page 2")
    page.keyboard.press("PageUp")
    expect(page.locator(".where")).to_contain_text("page 1")
    page.keyboard.press(",")
    expect(page.locator(".toast.visible")).to_contain_text("first page")


def test_shift_click_leaves_a_range_out_and_all_left_out_decides_nothing(grid):
    page = grid.page
    cells = page.locator(".grid .cell")
    cells.first.click()
    cells.last.click(modifiers=["Shift"])
    assert set(captions(grid)) == {"✕ left out"}
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator(".toast.visible")).to_contain_text("nothing to decide")
    assert grid.log() == []


def test_the_next_group_comes_by_itself_under_a_heading_that_stays(grid):
    page = grid.page
    given, suggested = names_of_pair(grid)
    total = len(captions(grid))
    heading = page.locator(".grid h2.shared")
    expect(heading).to_have_text(f"Labelled {given}, the experts suggest {suggested}: {total}")
    expect(page.locator(".grid .named")).to_contain_text(f"reviewed by {grid.reviewer}")
    assert heading.bounding_box()["y"] < page.locator(".grid .cells").bounding_box()["y"], "said above the pictures"
    page.keyboard.press("r")
    expect(heading).to_have_text(f"Labelled {given}, the experts suggest {suggested}: {total}")
    page.keyboard.press("Enter")
    expect(heading).not_to_contain_text(f"Labelled {given}, the experts suggest {suggested}")
    expect(heading).to_contain_text("Labelled ")
    expect(page.get_by_role("combobox", name="Samples")).not_to_have_value(f"{given} → {suggested}")
    assert grid.log(), "what was decided is kept"


def test_a_sample_is_enlarged_by_resting_the_mouse_or_space_and_blind_mode_tells_no_suspicion(grid):
    page = grid.page
    assert set(captions(grid)) == {""}, "blind: no suspicion under a thumbnail"
    loupe = page.locator(".loupe")
    page.locator(FIRST).hover()
    expect(loupe).to_be_hidden()
    expect(loupe).to_be_visible()
    small, large = page.locator(f"{FIRST} >> img").bounding_box(), loupe.locator("img").bounding_box()
    assert large["width"] > small["width"] and "suspicion" not in loupe.inner_text()
    page.mouse.move(2, 2)
    expect(loupe).to_be_hidden()
    sheet = page.get_by_role("dialog", name="Enlarged")
    page.keyboard.press("Space")
    expect(sheet).to_contain_text("Labelled ")
    expect(sheet).not_to_contain_text("suspicion")
    page.keyboard.press("k")
    page.keyboard.press("Space")
    expect(sheet).to_be_hidden()
    assert grid.log() == []
    page.get_by_role("button", name="Mode").click()
    page.get_by_text("Open: given label and votes shown").click()
    page.keyboard.press("Escape")
    expect(page.locator(".grid .caption").first).to_have_text(re.compile(r"^[01]\.\d\d$"))
    page.locator(FIRST).focus()
    page.keyboard.press("v")
    expect(sheet).to_contain_text("suspicion")


def test_a_sample_opens_as_a_card_and_comes_back_to_the_same_place(grid):
    page = grid.page
    total = len(captions(grid))
    group = page.locator("h2.shared").text_content().split(":")[0]
    third = page.locator(".grid .cell >> nth=2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    card = page.locator(".room[data-sample]")
    expect(card).to_be_visible()
    expect(card.locator(".mode")).to_have_text("from the grid")
    sample = card.get_attribute("data-sample")
    page.keyboard.press("Escape")
    expect(third).to_be_focused()
    expect(page.locator(".room")).to_have_count(1)
    assert captions(grid)[1] == "✕ left out" and grid.log() == []
    third.dblclick()
    expect(card).to_have_attribute("data-sample", sample)
    page.keyboard.press("u")
    expect(third).to_be_focused()
    expect(third.locator(".caption")).to_have_text("✓ decided")
    expect(page.locator("h2.shared")).to_contain_text(f": {total - 1}")
    grid.saved()
    (made,) = grid.log()
    assert (made.sample_id, made.verdict, made.card, made.mode) == (sample, "unsure", "grid", "open")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    grid.saved()
    assert len(grid.log()) == total - 1, "neither what is left out nor what is decided"
    expect(page.locator("h2.shared")).not_to_contain_text(group)  # the next one is there, and hears the next key
    page.keyboard.press("z")
    expect(page.locator(".toast.visible")).to_contain_text(f"{total - 2} decisions taken back")
    page.keyboard.press("z")
    all_taken_back(grid)


def test_few_thumbnails_stand_at_the_heading_with_the_buttons_below_them(grid):
    page = grid.page
    desk = open_desk(grid.served.root, grid.workspace.id, grid.workspace.run_ids()[-1])
    given, suggested, count = GridDesk(desk, View(grid.reviewer)).groups()[-1]
    assert count <= 4
    choose(page, "Samples", f"{desk.dataset.class_names[given]} → {desk.dataset.class_names[suggested]}")
    expect(page.locator(".grid .cell")).to_have_count(count)
    heading, first = page.locator("h2.shared").bounding_box(), page.locator(FIRST).bounding_box()
    buttons = page.locator(".grid .verdicts").bounding_box()
    assert abs(first["x"] - heading["x"]) < 4, "not afloat in the middle"
    assert buttons["y"] - (first["y"] + first["height"]) < 30


def test_a_group_that_somebody_took_meanwhile_gives_way_to_the_next(context, own_workspaces):
    room = Room(context, own_workspaces, "ann")
    open_grid(room)
    desk = open_desk(own_workspaces.root, room.workspace.id, room.workspace.run_ids()[-1])
    given, suggested, _ = GridDesk(desk, View("ann")).groups()[1]
    GridDesk(desk, View("bob", filters=Filters(given=given, suggested=suggested))).page(0, 120)
    taken = [desk.dataset.class_names[code] for code in (given, suggested)]
    choose(room.page, "Samples", " → ".join(taken))
    expect(room.page.locator(".grid .shared")).to_contain_text("Labelled ")
    expect(room.page.locator(".grid .cell").first).to_be_visible()
    expect(room.page.locator(".grid .shared")).not_to_contain_text(
        "Labelled {}, the experts suggest {}:".format(*taken)
    )
    expect(room.page.get_by_role("combobox", name="Samples")).not_to_have_value(" → ".join(taken))
