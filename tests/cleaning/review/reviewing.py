"""Two who review a run at a desk, without a browser."""

import time
import uuid

from cleaning.review import View

ANN, BOB = View("ann", open_share=0.0), View("bob", open_share=0.0)


class BareCards:
    """A card maker that tells only which sample it is asked for."""

    def __init__(self, facts, opinions) -> None:
        self.facts, self.opinions = facts, opinions

    def card(self, row: int, mode: str) -> dict:
        return {"row": row, "mode": mode, "sample_id": str(self.facts.dataset.sample_ids[row])}

    def cell(self, row: int) -> dict:
        return {"row": row}

    def reveal(self, row: int) -> dict:
        return {"given": int(self.facts.dataset.given_labels[row])}

    def details(self, row: int) -> dict:
        return {"asked": self.opinions() is not None}

    def picture_url(self, row: int, size: str) -> str | None:
        return None


def item(desk, row: int, verdict="unsure", labels=(), **more) -> dict:
    made = {"uuid": str(uuid.uuid4()), "sample_id": str(desk.dataset.sample_ids[row])}
    return made | {"verdict": verdict, "labels": list(labels), "at": 0, "seconds": 2.0, "mode": "blind"} | more


def decide(desk, view, row: int, verdict="unsure", labels=(), **more):
    sent = item(desk, row, verdict, labels, **more)
    outcome = desk.record(view, [sent], 0.0)
    assert outcome.saved == [sent["uuid"]], outcome.refused
    return outcome.reveals.get(sent["uuid"])


def shown(window) -> list[int]:
    return [card["row"] for card in window["cards"]]


def judge(desk, rows, truth) -> None:
    """Ann decides as the truth has it, in one batch."""
    outcome = desk.record(ANN, [item(desk, int(r), "picked", [int(truth[r])]) for r in rows], 0.0)
    assert not outcome.refused


def eventually(holds, patience: float = 20.0) -> None:
    """Waits until a condition holds; fails where it does not."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
