"""Cards of free answers in the room: nothing betrays the reference, and the three verdicts of their own."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import for_everybody, with_copies
from tests.browser.review_room import Room
from tests.cleaning.answers.open_workspaces import open_workspace_of

PICTURES = os.environ.get("PICTURES")  # a folder to look at the cards in


@pytest.fixture(scope="module")
def open_server(lasting_server, tmp_path_factory):
    workspace, _, _ = open_workspace_of(tmp_path_factory.mktemp("open"))
    with with_copies(lasting_server, workspace.folder.parent) as served:
        for_everybody(served)
        yield served


@pytest.fixture
def room(context, open_server, request):
    made = Room(context, open_server, request.node.name, "question")
    yield made
    assert made.errors == []


def picture(room: Room, name: str) -> None:
    if PICTURES:
        room.page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def shown(room: Room) -> tuple[str, str, int]:
    """(the reference as written, the card's words, how many answers it shows)."""
    samples = room.workspace.dataset().samples.set_index("sample_id")
    answers = room.page.locator(".choice:visible").count()
    return str(samples["reference"][room.sample]), room.page.locator(".room").inner_text(), answers


def test_a_blind_card_asks_which_answer_is_right(room):
    _, words, answers = shown(room)
    samples = room.workspace.dataset().samples.set_index("sample_id")
    assert "Which answer is right?" in words and "another answer" not in words
    assert answers == len(samples["choices"][room.sample]) - 1
    assert not {"given", "suggested", "reference", "graded_otherwise", "marked wrong"} & set(words.split())
    room.page.get_by_text("About this sample").click()
    assert "graded" not in room.page.locator(".meta").inner_text()
    picture(room, "wide")
    room.page.set_viewport_size({"width": 390, "height": 844})
    room.page.wait_for_timeout(400)
    assert room.page.evaluate("document.documentElement.scrollWidth") <= 390
    picture(room, "narrow")


def test_the_right_answer_in_words(room):
    first = room.sample
    room.page.keyboard.press("n")
    field = room.page.get_by_label("The right answer")
    expect(field).to_be_focused()
    picture(room, "words")
    field.fill("4242 eggs")
    field.press("Enter")
    expect(room.page.locator(".room")).not_to_have_attribute("data-sample", first)
    room.saved()
    (decision,) = room.log()
    assert (decision.sample_id, decision.verdict, decision.note) == (first, "right_is", "4242 eggs")
    room.page.keyboard.press("z")
    expect(room.page.locator(".room")).to_have_attribute("data-sample", first)


def test_answers_that_say_the_same_are_marked(room):
    room.page.keyboard.press("=")
    expect(room.page.locator(".prompt")).to_have_text("Mark the right answers that say the same, then Enter")
    room.page.keyboard.press("1")
    room.page.keyboard.press("Enter")
    expect(room.page.locator(".room")).to_contain_text("Mark two answers at least")
    room.page.keyboard.press("2")
    picture(room, "marked")
    room.press("Enter")
    room.saved()
    (decision,) = room.log()
    assert (decision.verdict, decision.labels) == ("grader_wrong", (0, 1))


def test_no_single_answer_and_the_way_back_from_marking(room):
    room.page.keyboard.press("=")
    room.page.keyboard.press("Escape")
    expect(room.page.locator(".prompt")).to_have_text("Which answer is right?")
    room.press("o")
    room.saved()
    assert [d.verdict for d in room.log()] == ["no_single_answer"]
    picture(room, "after")
