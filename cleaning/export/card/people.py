"""Who reviewed, how far they agree, and whether seeing labels pulled them: a section of the cleaning card."""

from dataclasses import asdict
from statistics import median

from cleaning.export.card.impact_file import plain
from cleaning.export.handover import Handover
from cleaning.keep.decisions import Decision
from cleaning.settle import reviewer_agreement
from cleaning.settle.anchoring import Anchoring
from cleaning.settle.final_labels import ADJUDICATION


def people_facts(handover: Handover) -> dict[str, object]:
    """reviewers, agreement and anchoring; reviewers under pseudonyms."""
    votes = [v for said in handover.final.votes.values() for v in said]
    return {
        "reviewers": _reviewers(handover, votes),
        "agreement": _agreement(handover),
        "anchoring": _anchoring(handover.in_force.anchoring),
    }


def _reviewers(handover: Handover, votes: list[Decision]) -> list[dict]:
    rows = []
    for reviewer, pseudonym in handover.pseudonyms.items():
        mine = [v for v in votes if v.reviewer == reviewer]
        seconds = [v.seconds for v in mine]
        rows.append(
            {
                "reviewer": pseudonym,
                "decisions": len(mine),
                "adjudications": sum(v.card == ADJUDICATION for v in mine),
                "blind": sum(v.mode == "blind" for v in mine),
                "median_seconds": plain(float(median(seconds))) if seconds else None,
                "hours": plain(sum(seconds) / 3600),
            }
        )
    return rows


def _agreement(handover: Handover) -> dict:
    """On samples with at least two reviewers (adjudications apart): exact answers, and on the given label alone."""
    given = dict(zip(handover.final.table["sample_id"], handover.final.table["given"]))
    several, said = [], []
    for sample, votes in handover.final.votes.items():
        first = [v for v in votes if v.card != ADJUDICATION]
        if len(first) > 1:
            several.append(reviewer_agreement.same_answer(first))
            seen = [reviewer_agreement.said_of_given(v, int(given[sample])) for v in first]
            said.append([one for one in seen if one is not None])
    same = reviewer_agreement.wilson(sum(several), len(several))
    alpha = reviewer_agreement.krippendorff_alpha(said)
    return {"samples": len(several), "same_answer": _share(same), "alpha_on_given_label": _share(alpha)}


def _anchoring(found: Anchoring) -> dict:
    """How often reviewers agreed with the given label, blind and open, and the difference; where chance decided which."""
    shares = {
        "blind": reviewer_agreement.wilson(found.blind_agreeing, found.blind_cards),
        "open": reviewer_agreement.wilson(found.open_agreeing, found.open_cards),
    }
    known = found.difference if found.blind_cards and found.open_cards else float("nan")
    effect = reviewer_agreement.Share(known, found.low, found.high, found.blind_cards + found.open_cards)
    return {name: _share(share) for name, share in (shares | {"effect": effect}).items()}


def _share(share: reviewer_agreement.Share) -> dict:
    return {name: plain(value) for name, value in asdict(share).items()}
