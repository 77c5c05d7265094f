"""Sheets, touch and labels at hand: whatever can be done by key can be done by mouse and finger."""

import pytest
from playwright.sync_api import expect

from tests.browser.review_room import Room, choose

PLACES = (".frame img", ".choices", "[role=group].verdicts", ".last")
SHEETS = {"?": "Keys", "y": "Your decisions", "p": "This session", "t": "Note on this card", "w": "More"}


def ways_out(room, sheet, key):
    ways = [
        lambda: room.page.keyboard.press("Escape"),
        lambda: sheet.get_by_role("button", name="Close").click(),
        lambda: room.page.mouse.click(5, 300),
    ]
    return ways if key == "t" else [*ways, lambda: room.page.keyboard.press(key)]  # a note's own key is typed


def test_every_sheet_closes_by_escape_button_click_outside_and_its_own_key(context, server):
    room = Room(context, server, "sheets")
    room.press("n")
    shown = room.sample
    for key, name in SHEETS.items():
        sheet = room.page.get_by_role("dialog", name=name)
        for close in ways_out(room, sheet, key):
            room.page.keyboard.press(key)
            expect(sheet).to_be_visible()
            close()
            expect(sheet).to_be_hidden()
    assert room.sample == shown and len(room.log()) == 1


def test_a_sheet_holds_the_focus_and_no_key_behind_it_decides(context, server):
    room = Room(context, server, "trap")
    shown = room.sample
    room.page.keyboard.press("w")
    sheet = room.page.get_by_role("dialog", name="More")
    expect(sheet).to_have_attribute("aria-modal", "true")
    for _ in range(14):
        room.page.keyboard.press("Tab")
        assert sheet.evaluate(
            "one => document.activeElement === document.body || one.contains(one.getRootNode().activeElement)"
        )
    room.page.keyboard.press("n")
    room.page.keyboard.press("3")
    assert room.sample == shown and not room.log()
    sheet.get_by_role("button", name="Session").click()
    expect(sheet).to_be_hidden()
    expect(room.page.get_by_role("dialog")).to_have_count(1)


def test_keys_work_after_a_control_of_the_bar_and_ctrl_z_undoes(context, server):
    room = Room(context, server, "bar")
    choose(room.page, "Order", "By given label")
    room.page.wait_for_url("**review_order=*")
    room.settled()
    shown = room.press("3")
    room.page.keyboard.press("Control+z")
    room.page.wait_for_selector(f".room[data-sample='{shown}']")
    room.saved()
    assert [d.verdict for d in room.log()][1:] == ["undo"]


@pytest.mark.parametrize("size", [(820, 1180), (390, 844)])
def test_cards_are_decided_by_touch_with_the_next_picture_in_sight(chromium, server, size):
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, has_touch=True)
    room = Room(context, server, f"touch {width}")
    for _ in range(3):
        before = room.sample
        room.page.locator(".choices button:visible").nth(4).tap()
        room.page.wait_for_selector(f".room[data-sample]:not([data-sample='{before}'])")
        boxes = [room.page.locator(where).bounding_box() for where in PLACES]
        assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
        assert all(box["y"] >= 0 and box["y"] + box["height"] <= height for box in boxes)
        assert boxes[0]["height"] >= 150
    assert room.page.evaluate("document.scrollingElement.scrollHeight <= innerHeight + 1")
    room.page.locator("[data-act=more]").tap()
    sheet = room.page.get_by_role("dialog", name="More")
    sheet.get_by_label("Swipe left").select_option("unsure")
    sheet.get_by_role("button", name="Close").tap()
    before = room.sample
    room.page.locator(".stage").evaluate(SWIPED_LEFT)
    room.page.wait_for_selector(f".room[data-sample]:not([data-sample='{before}'])")
    room.saved()
    assert room.log()[-1].verdict == "unsure"
    context.close()


SWIPED_LEFT = """
(stage) => [["pointerdown", 300], ["pointerup", 120]].forEach(([type, clientX]) => stage.dispatchEvent(
  new PointerEvent(type, { clientX, clientY: 300, pointerType: "touch", isPrimary: true, bubbles: true })))
"""
