"""Guidelines and messages in the review room, by key."""

from playwright.sync_api import expect

from cleaning.keep.card_messages import messages
from cleaning.keep.decisions import open_store
from cleaning.review.team.guidelines import EVERYTHING, pin, write_guideline
from tests.browser.review_room import Room
from tests.cleaning.review.reviewing import eventually


def test_guidelines_are_one_key_away_and_a_message_goes_with_the_decided_card(context, server):
    room = Room(context, server, "ann")
    store = open_store(room.workspace.decisions_url, room.workspace.id)
    write_guideline(store, "lead", EVERYTHING, "Look at the **stroke** <b>first</b>")
    pin(store, "lead", EVERYTHING, str(room.workspace.dataset().sample_ids[0]))
    page = room.page
    page.keyboard.press("r")
    sheet = page.get_by_role("dialog", name="Guidelines")
    expect(sheet).to_contain_text("Look at the stroke <b>first</b>")
    expect(sheet.locator("strong")).to_have_text("stroke")
    expect(sheet.locator(".example img")).to_be_visible()
    page.keyboard.press("r")
    expect(sheet).to_be_hidden()
    page.keyboard.press("k")
    expect(page.locator(".toast.visible")).to_contain_text("Decide a card first")
    decided = room.press("u")
    room.saved()
    expect(page.locator(".last .told")).to_contain_text("given")
    page.keyboard.press("k")
    page.get_by_label("Message on the last card", exact=True).fill("A six or a zero?")
    page.get_by_role("button", name="Ask", exact=True).click()
    eventually(
        lambda: (
            [(m.author, m.kind, m.text) for m in messages(store, decided)] == [("ann", "question", "A six or a zero?")]
        )
    )
    expect(page.locator(".last .told")).to_contain_text("asked: A six or a zero?")
    assert room.errors == []
    store.close()
