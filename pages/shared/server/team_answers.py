"""What the review room asks about the team: guidelines to go by, and messages on a card that was decided."""

from cleaning.keep import card_messages
from cleaning.review import ReviewDesk, View
from cleaning.review.team.guidelines import guidelines
from cleaning.review.team.settling import require_decided
from pages.shared.server.bodies import MessageBody, ViewBody
from pages.shared.server.question_text import blocks


def guidelines_told(desk: ReviewDesk, view: View, body: ViewBody) -> dict:
    """Each with its text as a tree and its examples."""
    kept = guidelines(desk.store)
    return {
        "guidelines": [
            {
                "about": about,
                "text": blocks(kept.texts.get(about, "")),
                "examples": [_example(desk, int(row)) for row in desk.facts.rows(kept.examples.get(about, []))],
            }
            for about in kept.about()
        ]
    }


def _example(desk: ReviewDesk, row: int) -> dict:
    told: dict = {"sample_id": str(desk.dataset.sample_ids[row]), "thumb": desk.cards.picture_url(row, "thumb")}
    return told | ({"stem": blocks(desk.facts.question(row))} if desk.dataset.kind == "question" else {})


def message_taken(desk: ReviewDesk, view: View, body: MessageBody) -> dict:
    """Keeps a message on a card that this reviewer decided; the card's messages as they are now."""
    require_decided(desk, view.reviewer, body.sample_id)
    card_messages.write(desk.store, body.sample_id, body.kind, view.reviewer, body.text)
    return {"messages": card_messages.told(desk.store, body.sample_id)}
