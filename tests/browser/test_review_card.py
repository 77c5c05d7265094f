"""One card at a time, by keyboard, in a real browser."""

import re
import time

import pytest
from playwright.sync_api import expect

from cleaning.domain.verdicts import verdicts_for
from cleaning.keep.decisions import open_store
from tests.browser.review_room import Room
from tests.decisions import current_decisions

pytestmark = pytest.mark.browser


@pytest.fixture
def room(context, server, request):
    opened = Room(context, server, request.node.name[:40])
    yield opened
    assert opened.errors == []


@pytest.fixture
def question_room(context, server, request):
    opened = Room(context, server, request.node.name[:40], "question")
    yield opened
    assert opened.errors == []


def test_each_verdict_key_decides_the_shown_card(room):
    keys = {v.key: v.name for v in verdicts_for("image") if v.key and v.name not in ("undo", "several_fit", "later")}
    decided = [(room.press(key.lower()), name) for key, name in keys.items()]
    room.saved()
    assert [(d.sample_id, d.verdict) for d in room.log()] == decided


def test_a_picked_label_becomes_keep_or_relabel(room):
    scores = room.workspace.latest_run().scores.set_index("sample_id")
    names = room.workspace.dataset().class_names
    first, second = room.sample, None
    room.press(str(scores.loc[first, "given"]))
    second = room.sample
    room.press(str(scores.loc[second, "suggested"]))
    room.saved()
    keep, relabel = room.log()
    assert (keep.sample_id, keep.verdict, keep.labels) == (first, "keep", (scores.loc[first, "given"],))
    assert (relabel.verdict, relabel.labels) == ("relabel", (scores.loc[second, "suggested"],))
    expect(room.page.locator(".last")).to_contain_text(names[scores.loc[second, "given"]])


def test_buttons_bear_the_keys_that_work(room):
    for button in room.page.locator(".choices button:visible").all():
        cap, name = button.locator("kbd").inner_text(), button.locator(".name").inner_text()
        assert room.workspace.dataset().class_names[int(cap)] == name, "digits lie at their own keys"
    caps = room.page.locator(".verdicts button:visible kbd").all_inner_texts()
    assert set(caps) == {"M", "N", "U", "W", "Z", "T", "V", "Y", "P", "R", "K", "?"}, "few stand out"
    room.page.keyboard.press("w")
    caps += room.page.locator(".more button:visible kbd").all_inner_texts()
    room.page.keyboard.press("w")
    assert set(caps) == {v.key for v in verdicts_for("image") if v.key} | {"W", "T", "V", "Y", "P", "R", "K", "?"}
    room.page.keyboard.press("?")
    expect(room.page.get_by_role("dialog", name="Keys")).to_be_visible()
    told = room.text(".sheet:visible")
    assert all(v.words in told for v in verdicts_for("image") if v.key) and "Unclear options" not in told
    before = room.sample
    room.page.keyboard.press("n")
    room.page.keyboard.press("Escape")
    assert room.sample == before and not room.log(), "help open: nothing is decided"


def test_several_labels_fit(room):
    shown = room.sample
    room.page.keyboard.press("m")
    room.page.keyboard.press("3")
    room.page.keyboard.press("8")
    room.page.keyboard.press("9")
    room.page.keyboard.press("9")
    assert room.sample == shown
    assert room.page.locator(".choice[aria-pressed=true]").count() == 2
    room.press("Enter")
    room.saved()
    (made,) = room.log()
    assert (made.sample_id, made.verdict, made.labels) == (shown, "several_fit", (3, 8))
    assert not room.page.locator(".choice[aria-pressed]").count(), "the next card begins plain"


def test_a_note_goes_with_its_decision_alone(room):
    room.page.keyboard.press("t")
    room.page.keyboard.type("looks like 7, or 1?")
    room.page.keyboard.press("Enter")
    room.press("u")
    room.press("u")
    room.saved()
    assert [d.note for d in room.log()] == ["looks like 7, or 1?", ""]


def test_undo_goes_back_card_by_card_also_after_a_reload(room):
    decided = [room.press("n") for _ in range(4)]
    room.press("z")
    assert room.sample == decided[3]
    room.saved()
    room.page.reload()
    room.page.wait_for_selector(".room[data-sample]")
    assert room.sample == decided[3], "comes back to the same card"
    for expected in (decided[2], decided[1], decided[0]):
        room.press("z")
        assert room.sample == expected
    room.page.keyboard.press("z")
    expect(room.page.locator(".toast")).to_contain_text("nothing to undo")
    room.saved()
    assert current_decisions(room.log()).empty and len(room.log()) == 8


def test_undo_after_a_reload_leaves_nothing_decided_and_a_verdict_after_the_votes_is_told_apart(room):
    first = room.press("n")
    room.saved()
    room.open()
    assert room.sample != first
    room.page.keyboard.press("z")
    room.page.wait_for_selector(f".room[data-sample='{first}']")
    expect(room.page.locator(".prompt")).to_have_text("Which label fits?")
    expect(room.page.locator(".mode")).to_have_text("after the votes")
    count = room.text(".count")
    room.page.keyboard.press("Escape")
    expect(room.page.locator(".count")).to_have_text(count)
    assert room.sample == first, "Esc decides nothing and leaves nothing on a card that was taken back"
    room.press("u")
    room.saved()
    assert [(d.verdict, d.mode) for d in room.log()][-3::2] == [("none_fits", "blind"), ("unsure", "seen")]


def test_later_comes_back_at_the_end_and_is_no_skip(room):
    put_off = room.press("l")
    others = [room.press("n") for _ in range(3)]
    room.saved()
    room.page.reload()
    room.page.wait_for_selector(".room[data-sample]")
    assert room.sample not in (put_off, *others)
    total = int(re.search(r"of ([\d,]+)", room.text(".count"))[1])
    assert room.text(".count").startswith("3 of")
    for _ in range(total - 4):
        room.press("s")
    assert room.sample == put_off
    room.press("s")
    expect(room.page.locator(".finished")).to_contain_text("queue is done")
    room.saved()
    assert len(current_decisions(room.log())) == total


def test_a_blind_card_shows_nothing_of_the_given_label(room):
    run, dataset = room.workspace.latest_run(), room.workspace.dataset()
    for _ in range(5):
        text = room.page.locator(".table").evaluate("node => node.outerHTML")
        assert "given" not in text and "suggested" not in text and "suspicion" not in text
        assert not room.page.locator(".choice .bars").count()
        caps = room.page.locator(".choices button:visible kbd").all_inner_texts()
        assert caps == [str(i) for i in range(10)], "class order, whatever was given or suggested"
        scores = run.scores.set_index("sample_id").loc[room.sample]
        room.press("n")
        room.saved()
        expect(room.page.locator(".last")).to_contain_text("suspicion", timeout=20_000)
        assert dataset.class_names[scores["given"]] in room.text(".last")
        assert room.page.locator(".last .bars i").count() >= 5


def test_keys_faster_than_cards_never_decide_an_unseen_card(room):
    shown = []
    room.page.expose_function("seen", lambda sample: shown.append(sample))
    room.page.evaluate(
        """() => {
          const hosts = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')];
          const room = hosts.map(host => host.shadowRoot?.querySelector('.room')).find(Boolean);
          window.seen(room.dataset.sample);
          const note = () => window.seen(room.dataset.sample);
          new MutationObserver(note).observe(room, {attributeFilter: ['data-sample']});
        }"""
    )
    presses = 0
    while presses < 60 or (len(shown) <= 20 and presses < 2000):  # a busy machine shows fewer cards in a second
        room.page.keyboard.press("n")
        time.sleep(0.02)
        presses += 1
    room.page.wait_for_timeout(500)
    room.saved()
    decided = [d.sample_id for d in room.log()]
    assert len(decided) == len(set(decided)) >= 20
    assert set(decided) <= set(shown)
    assert decided == [s for s in shown if s in set(decided)], "in the order they were shown"


def test_a_held_key_decides_once_and_says_so(room):
    first = room.sample
    for _ in range(15):
        room.page.keyboard.down("n")  # without a release the browser marks the following as repeats
    room.page.keyboard.up("n")
    expect(room.page.locator(".toast.visible")).to_contain_text("held key")
    room.saved()
    assert [d.sample_id for d in room.log()] == [first]


def test_keys_typed_into_a_field_or_with_a_modifier_decide_nothing(room):
    before = room.sample
    room.page.keyboard.press("Control+s")
    room.page.keyboard.press("Alt+n")
    room.page.keyboard.press("t")
    room.page.keyboard.type("none 123")
    assert room.sample == before
    room.page.keyboard.press("Escape")
    room.page.wait_for_timeout(200)
    assert room.sample == before and not room.log()


def test_an_example_that_cannot_be_fetched_shows_no_broken_picture_on_any_card(context, server):
    context.route("**/api/media/**/thumb?*", lambda route: route.abort())
    room = Room(context, server, "broken")
    for _ in range(3):
        room.press("u")
        room.page.wait_for_timeout(300)
        shown = room.page.locator(".examples img:visible")
        assert shown.evaluate_all("images => images.filter(one => !one.naturalWidth).length") == 0


def test_zoom_by_key(room):
    frame = room.page.locator(".frame")
    start = frame.bounding_box()["width"]
    room.page.keyboard.press("+")
    room.page.keyboard.press("+")
    assert frame.bounding_box()["width"] == pytest.approx(start * 1.5625, rel=0.01)
    room.page.keyboard.press("f")
    assert frame.bounding_box()["width"] == pytest.approx(start)


def test_a_key_shows_small_pictures_smooth_or_sharp_also_after_a_reload(room):
    def rendering() -> str:
        return room.page.locator(".frame img").evaluate("image => getComputedStyle(image).imageRendering")

    assert rendering() == "pixelated"
    room.page.keyboard.press("i")
    assert rendering() == "auto"
    room.open()
    assert rendering() == "auto"
    room.page.keyboard.press("i")
    assert rendering() == "pixelated"


def test_nothing_jumps_between_cards(room):
    def boxes():
        parts = (".stage", ".choices button:visible", ".verdicts button:visible", ".last", ".bar")
        return [one.bounding_box() for part in parts for one in room.page.locator(part).all()]

    start = boxes()
    for key in ("n", "1", "u"):
        room.press(key)
        assert boxes() == start
    room.saved()
    assert boxes() == start


def test_questions_by_letter_and_number(question_room):
    room = question_room
    scores = room.workspace.latest_run().scores.set_index("sample_id")
    first = room.press("b")
    second = room.press("1")
    room.saved()
    assert [(d.sample_id, d.labels) for d in room.log()] == [(first, (1,)), (second, (0,))]
    assert all(
        d.verdict == ("keep" if d.labels[0] == scores.loc[d.sample_id, "given"] else "relabel") for d in room.log()
    )


def test_two_reviewers_do_not_see_each_other_until_they_decided(context, own_workspaces):
    workspace = own_workspaces.workspace("question")
    store = open_store(workspace.decisions_url, workspace.id)
    store.set_choice(workspace.latest_run().id, "overlap_share", 1.0, at="2026-01-01T00:00:00.000Z", who="lead")
    store.close()
    ann, bob = (Room(context, own_workspaces, name, "question") for name in ("ann2", "bob2"))
    assert ann.sample == bob.sample
    shared = ann.press("x")
    ann.saved()
    assert "a colleague" not in bob.page.locator(".room").inner_html()
    assert bob.press("1") == shared
    bob.saved()
    expect(bob.page.locator(".last")).to_contain_text("a colleague: needs an expert")
    assert [d.reviewer for d in bob.log()] == ["bob2"]


def test_open_mode_shows_labels_and_votes_and_the_log_says_open(context, own_workspaces):
    workspace = own_workspaces.workspace("image")
    store = open_store(workspace.decisions_url, workspace.id)
    store.set_choice(workspace.latest_run().id, "mode", "open", at="2026-01-01T00:00:00.000Z", who="lead")
    store.close()
    room = Room(context, own_workspaces, "ann")
    expect(room.page.locator(".choice .tag", has_text="given")).to_have_count(1)
    expect(room.page.locator(".choice .tag", has_text="suggested")).to_have_count(1)
    assert room.page.locator(".choice .bars i").count() >= 5
    room.press("n")
    room.saved()
    assert [d.mode for d in room.log()] == ["open"]
