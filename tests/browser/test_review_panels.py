"""History and session: a way back to every card, and how the sitting goes."""

from playwright.sync_api import expect

from cleaning.review_store import current_decisions
from tests.browser.review_room import Room


def test_history_brings_a_card_back_and_the_new_decision_counts(context, server):
    room = Room(context, server, "history")
    first, second = room.press("u"), room.press("n")
    waiting = room.sample
    room.page.keyboard.press("y")
    lines = room.page.locator(".history li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text(second)
    room.page.keyboard.press("ArrowDown")
    room.page.keyboard.press("Enter")
    room.page.wait_for_selector(f".room[data-sample='{first}']")
    expect(room.page.locator(".prompt")).to_contain_text("You decided: Unsure")
    room.page.keyboard.press("Escape")
    room.page.wait_for_selector(f".room[data-sample='{waiting}']")
    assert len(room.log()) == 2, "Esc leaves the decision as it was"
    room.page.keyboard.press("y")
    room.page.locator(".history li", has_text=first).click()
    room.page.wait_for_selector(f".room[data-sample='{first}']")
    room.press("x")
    assert room.sample == waiting
    room.saved()
    standing = current_decisions(room.log()).set_index("sample_id")["verdict"]
    assert standing.to_dict() == {first: "needs_expert", second: "none_fits"}
    assert room.errors == []


def test_own_decisions_come_again_by_status(context, server):
    room = Room(context, server, "status")
    unsure = [room.press("u"), room.press("u")]
    room.press("n")
    room.saved()
    room.page.get_by_role("button", name="Filter").click()
    room.page.get_by_role("combobox", name="Your decision").fill("Unsure")
    room.page.keyboard.press("Enter")
    room.page.keyboard.press("Escape")
    expect(room.page.locator(".count")).to_have_text("0 of 2 decided")
    room.page.wait_for_selector(f".room[data-sample='{unsure[0]}']")
    room.press("s")
    room.press("Escape")
    expect(room.page.locator(".finished")).to_be_visible()
    room.saved()
    standing = current_decisions(room.log()).set_index("sample_id")["verdict"]
    assert [standing[s] for s in unsure] == ["skip", "unsure"]


def test_the_session_tells_cards_verdicts_and_anchoring(context, server):
    room = Room(context, server, "session")
    for key in "nnu":
        room.press(key)
    room.page.keyboard.press("p")
    sheet = room.page.get_by_role("dialog", name="This session")
    expect(sheet).to_contain_text("3 cards")
    expect(sheet).to_contain_text("a minute")
    expect(sheet).to_contain_text("2 None fits")
    expect(sheet).to_contain_text("Effect of seeing the given label")
    before = room.sample
    room.page.keyboard.press("p")
    expect(sheet).to_be_hidden()
    assert room.sample == before
