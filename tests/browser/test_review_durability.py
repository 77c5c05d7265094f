"""Nothing a reviewer decides is ever lost: network cuts, restarts, reloads, kill -9."""

import pytest
from playwright.sync_api import expect

from cleaning.keep.decisions import open_store
from tests.browser.review_room import Room, all_cards, log_of

pytestmark = pytest.mark.browser


SHOWN_SO_FAR = """room => {
    window.shownSoFar = [room.dataset.sample];
    const note = () => room.dataset.sample && window.shownSoFar.push(room.dataset.sample);
    new MutationObserver(note).observe(room, { attributes: true, attributeFilter: ['data-sample'] });
}"""


def test_a_network_cut_is_shown_and_sent_when_it_is_over(context, server):
    room = Room(context, server, "cut")
    first = room.press("n")
    room.saved()
    context.set_offline(True)
    more = [room.press("u") for _ in range(3)]
    expect(room.page.locator(".saving")).to_contain_text("3 not saved")
    assert [d.sample_id for d in room.log()] == [first]
    context.set_offline(False)
    room.saved()
    assert [d.sample_id for d in room.log()] == [first, *more]


def test_unsaved_decisions_outlive_the_tab_and_block_leaving(context, server):
    room = Room(context, server, "tab")
    context.route("**/api/review/decisions", lambda route: route.abort())  # of a page that is closing too
    decided = [room.press("n") for _ in range(2)]
    expect(room.page.locator(".saving")).to_contain_text("2 not saved")
    asked = []
    room.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    room.page.close(run_before_unload=True)
    room.page.wait_for_event("close") if not room.page.is_closed() else None
    assert asked == ["beforeunload"]
    assert room.log() == []
    context.unroute("**/api/review/decisions")
    again = Room(context, server, "tab")
    again.saved()
    assert [d.sample_id for d in again.log()] == decided
    assert again.sample not in decided


def test_the_review_goes_on_while_the_server_is_away(context, own_server):
    """Streamlit says after some seconds that its server is away, in a dialog over the card that takes the keys."""
    room = Room(context, own_server, "ann", "image")
    room.settled()
    own_server.kill()
    decided = [room.press("n")]
    room.page.wait_for_selector("[data-test-connection-state=PINGING_SERVER]")
    for _ in range(6):  # Streamlit's dialog comes after about three seconds, and again
        room.page.wait_for_timeout(1000)
        decided.append(room.press("n"))
    expect(room.page.get_by_role("dialog")).to_have_count(0)
    expect(room.page.locator(".saving")).to_contain_text("7 not saved: The server does not answer.")
    own_server.start()
    room.saved()
    assert [d.sample_id for d in room.log()] == decided


def test_kill_9_in_rapid_review_loses_nothing(context, own_server):
    workspace = own_server.workspace("image")
    store = open_store(workspace.decisions_url, workspace.id)  # else cards judged wrong here would come back in between
    store.set_choice(workspace.latest_run().id, "second_look", False, at="2026-01-01T00:00:00.000Z", who="lead")
    store.close()
    room = Room(context, own_server, "ann", "image")
    all_cards(room)
    expect(room.page.locator(".count")).to_have_text("0 of 1,797 decided")
    decided, claimed = [], 0
    for press in range(200):
        if press in (55, 139):  # coming cards are here, also on a slow machine
            room.settled()
        if press in (57, 141):
            own_server.kill()
        decided.append(room.press("n"))
        if press in (64, 148):
            claimed = saved_count(room)
            assert len(room.log()) >= claimed, "what was shown as saved is on disk"
            own_server.start()
    room.saved()
    log = log_of(room.workspace)
    assert [d.sample_id for d in log] == decided
    assert len({d.uuid for d in log}) == len(log) == 200
    room.press("z")
    assert room.sample == decided[-1], "undo works across the restart"
    room.page.reload()
    room.page.wait_for_selector(".room[data-sample]")
    expect(room.page.locator(".count")).to_contain_text("of 1,797 decided")
    assert room.sample == decided[-1], "the same queue at the same card"


def saved_count(room: Room) -> int:
    words = room.text(".saving").split()
    return int(words[1]) if words[0] == "✓" else 0


def test_a_dry_window_refuses_keys_and_says_so(context, server):
    room = Room(context, server, "dry")
    room.page.route("**/api/review/cards", lambda route: route.abort())
    room.page.locator(".room").evaluate(SHOWN_SO_FAR)
    for _ in range(40):
        room.page.keyboard.press("n")
        room.page.wait_for_timeout(40)
    expect(room.page.locator(".toast.visible")).to_contain_text("nothing was decided")
    room.saved()
    seen = set(room.page.evaluate("window.shownSoFar"))
    assert {d.sample_id for d in room.log()} == seen, "every card shown was decided, and no other"
    room.page.unroute("**/api/review/cards")
    room.page.wait_for_selector(".room[data-sample]")
    assert room.sample not in seen


def test_a_refused_decision_stays_visible(context, server):
    room = Room(context, server, "refused")

    def spoil(route):
        body = route.request.post_data_json
        for item in body["decisions"]:
            item["verdict"] = "perhaps"
        route.continue_(post_data=body)

    room.page.route("**/api/review/decisions", spoil)
    room.press("n")
    expect(room.page.locator(".saving")).to_contain_text("1 not saved: 'perhaps' is not a verdict")
    assert room.log() == []


def test_cards_taken_back_come_first_again_after_a_reload_at_once(context, server):
    room = Room(context, server, "back")
    decided = [room.press("n") for _ in range(3)]
    room.settled()
    room.page.route("**/api/review/decisions", lambda route: route.abort())
    room.page.on("dialog", lambda dialog: dialog.accept())
    for sample in decided[:0:-1]:
        room.press("z")
        assert room.sample == sample
    room.page.reload()
    room.page.wait_for_selector(".room[data-sample]")
    assert room.sample == decided[1], "the undo is still unsent"
    room.page.unroute("**/api/review/decisions")
    room.saved()
    room.page.reload()
    room.page.wait_for_selector(".room[data-sample]")
    assert room.sample == decided[1], "the undo is sent"
    assert [room.press("u"), room.press("u")] == decided[1:]
    room.saved()
    assert [d.verdict for d in room.log()] == ["none_fits"] * 3 + ["undo"] * 2 + ["unsure"] * 2
    room.page.reload()
    room.page.wait_for_selector(".room[data-sample]")
    assert room.sample not in decided


def test_votes_that_take_longer_than_saving_are_told_when_they_are_there(context, server):
    room = Room(context, server, "later")

    def hold_back(route):
        answer = route.fetch()
        told = answer.json()
        route.fulfill(response=answer, json=told | {"reveals": {}, "later": told["saved"]})

    room.page.route("**/api/review/decisions", hold_back)
    room.press("n")
    room.saved()
    expect(room.page.locator(".last .vote")).not_to_have_count(0)
