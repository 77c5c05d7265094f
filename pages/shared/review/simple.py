"""The plain-widget card: slower, but nothing beyond Streamlit's own buttons."""

import time
import uuid
from io import BytesIO
from pathlib import Path

import streamlit as st
from PIL import Image

from cleaning.domain.verdicts import BY_NAME, LATER, UNDO, verdicts_for
from cleaning.errors import InputError
from cleaning.review import LONGEST_NOTE, PICKED, ReviewDesk, Sent, View
from pages.shared import state
from pages.shared.messages import escaped, guarded, plain
from pages.shared.server import served_pictures
from pages.shared.server.question_text import markdown

SMALL = 256  # pixels
NOT_HERE = (UNDO, "several_fit", "grader_wrong")  # have controls of their own


def simple_card(desk: ReviewDesk, view: View) -> None:
    """The first card to decide, with a button each for labels and verdicts. Decided before the next one shows."""
    told = desk.window(view, [], 1)
    _progress(told["progress"])
    if not told["cards"]:
        _ended(told["progress"]["left"])
        _undo(desk, view)
        return
    card = told["cards"][0]
    if state.recall("simple_card") != card["sample_id"]:
        state.remember("simple_card", card["sample_id"])
        state.remember("simple_since", time.monotonic())
    shown, choices = st.columns([3, 2])
    with shown:
        show_sample(desk, _row_of_card(desk, card))
    with choices:
        _labels(desk, view, card)
        _verdicts(desk, view, card)
        _undo(desk, view)
    _last(desk)


def decide(desk: ReviewDesk, view: View, card: dict, verdict: str, labels: list[int]) -> None:
    """Makes one decision durable; keyed to the card that was shown, whatever is current by now."""
    note = str(state.typed(f"note_{card['sample_id']}") or "")
    outcome = desk.record(view, [_item(card, verdict, labels, note)], 0.0)
    if outcome.refused:
        raise InputError(outcome.refused[0][1])
    state.remember("simple_last", next(iter(outcome.reveals.values()), None))


def _item(card: dict, verdict: str, labels: list[int], note: str) -> Sent:
    seconds = time.monotonic() - (state.recalled("simple_since", float) or time.monotonic())
    return Sent(
        uuid=str(uuid.uuid4()), sample_id=card["sample_id"], verdict=verdict, labels=labels, note=note,
        seconds=seconds, mode=card["mode"], at=0.0,
    )  # fmt: skip


def undo(desk: ReviewDesk, view: View) -> None:
    """Takes the reviewer's last decision back."""
    last = desk.history(view, 1)
    if last:
        undone = last[0]["uuid"]
        item = Sent(uuid=str(uuid.uuid4()), sample_id=last[0]["sample_id"], verdict=UNDO, undoes=undone, seconds=0.0,
                    at=0.0)  # fmt: skip
        desk.record(view, [item], 0.0)
    state.remember("simple_last", None)


def _progress(progress: dict) -> None:
    total, left = progress["total"], progress["left"]
    done = max(0, total - left)
    st.progress(done / total if total else 1.0, text=f"{done:,} of {total:,} decided")


def _ended(left: int) -> None:
    """No card comes: all are decided, or others have the ``left`` ones open."""
    if not left:
        st.success("This queue is done. Every card in it has your decision.")
        return
    cards = "The last card is" if left == 1 else f"The last {left:,} cards are"
    st.info(f"No card is free right now. {cards} with colleagues, or in another tab of yours.")
    st.button("Look again")


def show_sample(desk: ReviewDesk, row: int) -> None:
    """The picture or the question."""
    if desk.dataset.kind == "question":
        st.markdown(markdown(str(desk.dataset.samples["question"].iloc[row]), escaped))
        return
    try:
        picture = served_pictures.find_picture(desk.dataset, row)
        path, _ = served_pictures.picture_file(picture, row, "full", desk.workspace.folder / "pictures")
        st.image(_sharp(path, picture), width=min(560, max(400, picture.width)))
    except served_pictures.PictureError as problem:
        st.warning(f"This picture cannot be shown. {plain(problem)}")


def _sharp(path: Path, picture: served_pictures.Picture) -> bytes:
    """The picture's file; a small one as PNG, enlarged by whole steps without blur."""
    side = max(picture.width, picture.height)
    if side > SMALL:
        return path.read_bytes()
    made, step = BytesIO(), max(1, 400 // side)
    with Image.open(path) as image:
        larger = (image.width * step, image.height * step)
        image.convert("RGBA").resize(larger, Image.Resampling.NEAREST).save(made, "PNG")
    return made.getvalue()


def _row_of_card(desk: ReviewDesk, card: dict) -> int:
    return int(desk.facts.rows([card["sample_id"]])[0])


def _labels(desk: ReviewDesk, view: View, card: dict) -> None:
    choices = desk.facts.choices(_row_of_card(desk, card))
    across = 2 if len(card["candidates"]) > 5 else 1
    for place, one in enumerate(card["candidates"]):
        if place % across == 0:  # a row at a time, so that Tab goes in class order
            columns = st.columns(across, gap="small")
        words = plain(one["name"]) + (f": {markdown(choices[one['code']], plain)}" if choices else "")
        columns[place % across].button(
            words,
            key=f"pick_{card['sample_id']}_{one['code']}",
            shortcut=desk.facts.keys[place] if place < len(desk.facts.keys) else None,
            on_click=guarded(decide),
            args=(desk, view, card, PICKED, [one["code"]]),
            width="stretch",
        )
    several = st.multiselect(
        "Several fit, or another label",
        [one["code"] for one in card["candidates"]] if desk.dataset.open_answers else range(desk.dataset.class_count),
        format_func=lambda c: desk.dataset.class_names[c],
        key=f"several_{card['sample_id']}",
    )
    st.button(
        "Decide for these",
        key=f"decide_{card['sample_id']}",
        disabled=not several,
        on_click=guarded(decide),
        args=(desk, view, card, PICKED, list(several)),
    )


def _verdicts(desk: ReviewDesk, view: View, card: dict) -> None:
    with st.container(horizontal=True, gap="small"):
        for verdict in verdicts_for(desk.dataset.kind, desk.dataset.open_answers):
            if not verdict.key or verdict.name in NOT_HERE:
                continue
            st.button(
                verdict.words,
                key=f"{verdict.name}_{card['sample_id']}",
                shortcut=verdict.key.lower(),
                help=verdict.meaning,
                on_click=guarded(decide),
                args=(desk, view, card, verdict.name, []),
            )
    st.text_area("Note", key=f"note_{card['sample_id']}", max_chars=LONGEST_NOTE)


def _undo(desk: ReviewDesk, view: View) -> None:
    st.button("Undo", key="simple_undo", shortcut="z", on_click=guarded(undo), args=(desk, view))


def _last(desk: ReviewDesk) -> None:
    last = state.recalled("simple_last", dict)
    if not last or last["verdict"] == LATER:
        return
    st.caption(
        f"Last card: {BY_NAME[last['verdict']].words} · given {plain(last['given']['name'])} · "
        f"{_suggestion(last)} · suspicion {last['suspicion']:.2f}"
    )


def _suggestion(last: dict) -> str:
    if last["flagged"] and last["suggested"]["code"] != last["given"]["code"]:
        return f"suggested {plain(last['suggested']['name'])}"
    agreeing, voting = sum(vote["code"] == last["given"]["code"] for vote in last["votes"]), len(last["votes"])
    if agreeing < voting:
        return f"{agreeing} of {voting} experts agree with it, not enough against it to suggest another"
    return f"the experts agree with the given label ({agreeing} of {voting})" if voting else "no expert says anything"
