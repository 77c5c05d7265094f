"""History and session: a way back to every card, and how the sitting goes."""

import re
from uuid import uuid4

from playwright.sync_api import expect

from cleaning.keep.decisions import Decision
from cleaning.review import View
from pages.shared.server.desks import open_desk
from tests.browser.review_room import SHOWN, Room, choose, close_filter
from tests.decisions import current_decisions


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
    choose(room.page, "Your decision", "Unsure")
    close_filter(room.page)
    expect(room.page.locator(".count")).to_have_text("0 of 2 decided")
    room.page.wait_for_selector(f".room[data-sample='{unsure[0]}']")
    room.press("s")
    room.press("Escape")
    expect(room.page.locator(".finished")).to_be_visible()
    room.saved()
    standing = current_decisions(room.log()).set_index("sample_id")["verdict"]
    assert [standing[s] for s in unsure] == ["skip", "unsure"]


def test_the_end_of_the_queue_leads_to_twenty_more_random_cards(context, own_workspaces):
    room = Room(context, own_workspaces, "ending")
    queue_done(room)
    room.open(".finished")
    room.page.get_by_role("link", name="20 more random cards").click()
    expect(room.page.locator(".count")).to_contain_text(re.compile("^[0-9,]+ of [0-9,]+ decided"))
    room.page.wait_for_selector(SHOWN)
    room.press("u")
    room.saved()
    assert room.errors == []


def queue_done(room: Room) -> None:
    """The reviewer has decided every card of the plain queue."""
    run = room.workspace.latest_run()
    desk = open_desk(room.served.root, room.workspace.id, run.id)
    ids = desk.dataset.sample_ids[desk.queue(View(room.reviewer)).rows]
    made = [Decision(str(uuid4()), run.id, str(s), room.reviewer, "unsure", seconds=1.0) for s in ids]
    desk.store.append(made)


def test_what_is_decided_anew_and_taken_back_says_what_stood_before(context, server):
    room = Room(context, server, "stood")
    first = room.press("u")
    waiting = room.sample
    room.page.keyboard.press("y")
    room.page.keyboard.press("Enter")
    room.page.wait_for_selector(f".room[data-sample='{first}']")
    room.press("n")
    room.page.keyboard.press("z")
    room.page.wait_for_selector(f".room[data-sample='{first}']")
    expect(room.page.locator(".prompt")).to_contain_text("You decided: Unsure")
    room.page.keyboard.press("Escape")
    room.page.wait_for_selector(f".room[data-sample='{waiting}']")
    room.saved()
    standing = current_decisions(room.log()).set_index("sample_id")["verdict"]
    assert standing.to_dict() == {first: "unsure"}


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


def test_votes_of_the_last_card_with_all_options_and_none_before_the_decision(context, server):
    room = Room(context, server, "votes", "question")
    room.page.keyboard.press("v")
    expect(room.page.locator(".toast.visible")).to_contain_text("after the decision")
    shown = room.press("a")
    room.saved()
    row = room.workspace.dataset().sample_ids.tolist().index(shown)
    options = int(room.workspace.dataset().options_of()[row])
    expect(room.page.locator(".last .vote")).to_have_count(options)
    assert all(text.strip().endswith("%") for text in room.page.locator(".last .voted").all_inner_texts())
    room.page.keyboard.press("v")
    sheet = room.page.get_by_role("dialog", name="Votes")
    together, each = sheet.locator("table").all()
    assert together.locator("tr").count() == options
    shares = [int(text.rstrip(" %")) for text in together.locator("td:last-child").all_inner_texts()]
    assert abs(sum(shares) - 100) <= options
    assert each.locator("tr").count() == len(room.workspace.latest_run().expert_names)
    before = room.sample
    room.page.keyboard.press("v")
    expect(sheet).to_be_hidden()
    assert room.sample == before


def test_what_looks_alike_to_the_experts_shows_after_the_decision_or_on_an_open_card(context, own_workspaces):
    from cleaning.keep.decisions import open_store

    workspace = own_workspaces.workspace("image")
    room = Room(context, own_workspaces, "alike")
    for _ in range(12):
        if room.page.locator(".mode").inner_text() == "":
            assert room.page.locator(".looking .alike img").count() == 0, "a blind card does not show it"
        room.press("n")
    room.saved()
    expect(room.page.locator(".last .alike img")).to_have_count(4)
    store = open_store(workspace.decisions_url, workspace.id)
    store.set_choice(workspace.latest_run().id, "mode", "open", at="2026-01-01T00:00:00.000Z", who="lead")
    store.close()
    room.open()
    expect(room.page.locator(".looking .alike img")).to_have_count(4)
    expect(room.page.locator(".looking .alike figcaption").first).not_to_be_empty()
    assert room.errors == []


def test_filters_and_the_grids_pair_outlive_a_reload(context, server):
    room = Room(context, server, "filters")
    page, count = room.page, room.page.locator(".count")
    expect(count).to_contain_text("decided")
    whole = count.text_content()
    page.get_by_role("button", name="Filter").click()
    choose(page, "Given label", "three")
    close_filter(page)
    expect(count).not_to_have_text(whole)
    expect(count).to_contain_text("decided")
    filtered = count.text_content()
    page.wait_for_url("**review_given=three*")
    page.reload()
    expect(count).to_have_text(filtered)
    page.get_by_role("button", name="Filter").click()
    choose(page, "Given label", "any")
    close_filter(page)
    expect(count).to_have_text(whole)
    page.get_by_text("Grid", exact=True).click()
    page.wait_for_selector(".grid[data-page]")
    choose(page, "Samples", "three → any")
    expect(page.locator(".grid .caption").first).to_be_visible()
    page.wait_for_url("**review_pair=*")
    page.reload()
    page.wait_for_selector(".grid[data-page]")
    expect(page.get_by_role("combobox", name="Samples")).to_have_value("three → any")
