"""One contested card: the sample, what was said of it, and the ruling."""

import time

import streamlit as st

from cleaning.domain.verdicts import BY_NAME, NO_SINGLE_ANSWER, NONE_FITS, RIGHT_IS, UNCLEAR_ITEM
from cleaning.keep.card_messages import Message
from cleaning.review import PICKED, ReviewDesk, View
from cleaning.review.team.settling import Answer, Contested, SettleDesk
from pages.shared import frame, state
from pages.shared.messages import guarded, plain
from pages.shared.review.simple import show_sample
from pages.shared.settle.guideline_editor import pin_card

_LEFT, _SINCE, _LAST = "settle_left", "settle_since", "settle_last"
KEYS = "123456789"


def to_settle(desk: ReviewDesk) -> None:
    """The first card to settle that was not left for later, or that all is settled."""
    settling = SettleDesk(desk, View(state.current().reviewer))
    waiting, left = settling.to_settle(), state.recalled(_LEFT, tuple) or ()
    ahead = [s for s in waiting if s not in left] or waiting
    counts = {"to settle": len(waiting), "settled": len(settling.settled())}
    if any(counts.values()):
        st.caption(" · ".join(f"{count:,} {what}" for what, count in counts.items() if count))
    if ahead and not settling.may_settle():
        st.info(
            "What others answered is shown to maintainers, who settle it. How your cards are settled stands under Mine."
        )
        return
    if not ahead:
        st.success("Nothing is contested. Cards come here when reviewers differ, are unsure, or ask for an expert.")
        frame.onward_to_cards(desk.workspace.id, desk.run.id, "Review")
        return _last(desk)
    named = st.toggle("Show names", key="settle_names", help="Who said what. Without names the answers alone count.")
    card = settling.card(ahead[0], named)
    if (state.recalled(_SINCE, tuple) or ("",))[0] != card.sample_id:
        state.remember(_SINCE, (card.sample_id, time.monotonic()))
    shown, said = st.columns([3, 2])
    with shown:
        show_sample(desk, card.row)
    with said:
        _answers(desk, card)
        _messages(card.messages)
        _ruling(settling, card)
        pin_card(desk, card.sample_id)
    _last(desk)


def _answers(desk: ReviewDesk, card: Contested) -> None:
    st.markdown(f"**{card.why.capitalize()}**")
    for answer in card.answers:
        with st.container(border=True):
            st.markdown(f"{plain(answer.who, 40)}: **{plain(_words(desk, card.row, answer))}**")
            details = [f"{answer.seconds:.0f} s"] if answer.seconds else []
            st.caption(" · ".join([*details, *([plain(answer.note)] if answer.note else [])]) or "no note")


def _words(desk: ReviewDesk, row: int, answer: Answer) -> str:
    if answer.verdict == RIGHT_IS:
        return f"{BY_NAME[RIGHT_IS].words} {answer.note}"
    names = " + ".join(desk.facts.in_words(row, code) for code in answer.labels)
    return names or BY_NAME[answer.verdict].words


def _messages(told: list[Message]) -> None:
    for message in told:
        st.caption(f"{message.kind.capitalize()} by {plain(message.author, 40)}: {plain(message.text, 2_000)}")


def _ruling(settling: SettleDesk, card: Contested) -> None:
    desk, key = settling.desk, card.sample_id
    offered = list(dict.fromkeys(c for answer in card.answers if answer.verdict != RIGHT_IS for c in answer.labels))
    free = desk.dataset.open_answers
    with st.container(horizontal=True, gap="small"):
        for place, code in enumerate(offered):
            st.button(
                plain(desk.facts.in_words(card.row, code)),
                key=f"settle_{key}_{code}",
                shortcut=KEYS[place] if place < len(KEYS) else None,
                on_click=guarded(_decide),
                args=(settling, key, PICKED, [code]),
            )
        for name, shortcut in ((NO_SINGLE_ANSWER if free else NONE_FITS, "n"), (UNCLEAR_ITEM, "q")):
            arguments: tuple = (settling, key, name, [])
            words = BY_NAME[name].words
            st.button(words, key=f"settle_{key}_{name}", shortcut=shortcut, on_click=guarded(_decide), args=arguments)
        st.button("Leave", key=f"settle_{key}_leave", shortcut="l", on_click=guarded(_leave), args=(key,))
    others = st.multiselect(
        "Another label, or several",
        range(int(desk.facts.options[card.row]) - free),
        format_func=lambda code: desk.facts.in_words(card.row, code),
        key=f"settle_{key}_others",
    )
    if others:
        arguments = (settling, key, PICKED, list(others))
        st.button("Decide for these", key=f"settle_{key}_these", on_click=guarded(_decide), args=arguments)
    if free:
        st.button("Right is what the note says", key=f"settle_{key}_written", on_click=guarded(_decide),
                  args=(settling, key, RIGHT_IS, []))  # fmt: skip
    st.text_area("Note, or a question to those who decided", key=f"settle_{key}_note", max_chars=2_000)
    st.button(
        "Ask them", key=f"settle_{key}_ask", icon=":material/forum:", on_click=guarded(_ask), args=(settling, key)
    )


def _decide(settling: SettleDesk, sample_id: str, verdict: str, labels: list[int]) -> None:
    note = str(state.typed(f"settle_{sample_id}_note") or "")
    shown, since = state.recalled(_SINCE, tuple) or (sample_id, time.monotonic())
    seconds = time.monotonic() - since if shown == sample_id else 0.0
    state.remember(_LAST, settling.decide(sample_id, verdict, labels, note, seconds) | {"sample_id": sample_id})


def _ask(settling: SettleDesk, sample_id: str) -> None:
    settling.ask(sample_id, str(state.typed(f"settle_{sample_id}_note") or ""))
    _leave(sample_id)


def _leave(sample_id: str) -> None:
    state.remember(_LEFT, (*(state.recalled(_LEFT, tuple) or ()), sample_id))


def _last(desk: ReviewDesk) -> None:
    """What the last ruling opened: the given label and the experts' votes."""
    last = state.recalled(_LAST, dict)
    if last is None:
        return
    votes = ", ".join(
        f"{plain(v['expert'], 40)}: {plain(v['name'])} {100 * v['confidence']:.0f} %" for v in last["votes"]
    )
    st.caption(f"Last settled: given {plain(last['given']['name'])} · experts {votes or 'abstain'}")


def asked_of_me(desk: ReviewDesk) -> None:
    """Questions on cards that this person decided."""
    settling = SettleDesk(desk, View(state.current().reviewer))
    waiting = settling.asked_of_me()
    if not waiting:
        st.info("Nobody asks you about a card you decided.")
    for message in waiting[:20]:
        with st.container(border=True):
            st.markdown(f"{plain(message.author, 40)} asks: **{plain(message.text, 2_000)}**")
            show_sample(desk, int(desk.facts.rows([message.sample_id])[0]))
            key = f"answer_{message.seq}"
            st.text_input("Your answer", key=key, max_chars=2_000)
            st.button("Answer", key=f"{key}_send", on_click=guarded(_answer), args=(settling, message, key))


def _answer(settling: SettleDesk, message: Message, key: str) -> None:
    settling.answer(message.sample_id, str(state.typed(key) or ""))
