"""The certificate as plain values: the claim, and all that anybody with the exported log needs to come to it again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from cleaning.certify.judged_log import RULES, CardsByRank, ReviewedSamples, judge
from cleaning.certify.reviewer_mistakes import NO_MISTAKES, ReviewerMistakes
from cleaning.certify.wrong_left import wrong_left
from cleaning.errors import InputError
from cleaning.keep.decisions import Decision
from cleaning.review.chosen import USUAL_AT_MOST
from cleaning.review.in_force import InForce
from cleaning.settle.policy import Policy
from cleaning.version import __version__

FORMAT, VERSION = "second-opinion-certificate", 1
USUAL_CONFIDENCE = 0.95
METHOD = (
    "Upper end of a confidence sequence for sampling without replacement (prior-posterior ratio of Waudby-Smith and "
    "Ramdas 2020, multiplied over strata): it holds at every moment at once, so that looking after each card and "
    "stopping when the claim is reached keeps the confidence."
)


def certificate(
    now: InForce,
    fingerprint: str,
    at_most: float = USUAL_AT_MOST,
    confidence: float = USUAL_CONFIDENCE,
    mistakes: ReviewerMistakes = NO_MISTAKES,
) -> dict:
    """Everything a certificate says. fingerprint: of the dataset, as its exported log names it.

    at_most: the share of wrong labels that was asked for; whether it is reached stands in ``results``, one per rule.
    """
    check_asked(at_most, confidence)
    cards, samples = CardsByRank.of(now.ranked), ReviewedSamples.of(now)
    facts: dict = {
        "format": FORMAT,
        "version": VERSION,
        "second_opinion": __version__,
        "dataset": {"name": now.dataset.name, "fingerprint": fingerprint, "samples": len(now.dataset)},
        "run": now.run.id,
        "log": {"decisions": len(now.decisions), "sha256": log_sha256(now.decisions)},
        "last_decision": max((d.decided_at for d in now.decisions), default=""),
        "policy": now.policy.to_dict(),
        "at_most": at_most,
        "confidence": confidence,
        "mistakes": asdict(mistakes),
        "condition": mistakes.in_words(),
        "method": METHOD,
        "design": design_facts(cards),
        "samples": sample_facts(samples),
    }
    facts["results"] = results(facts, cards, samples, now.decisions)
    return facts | {"sha256": seal(facts)}


def check_asked(at_most: float, confidence: float) -> None:
    """Raises InputError for a share or a confidence that says nothing."""
    if not 0 <= at_most < 1:
        raise InputError(f"At most {at_most:g} of the labels: expected a share from 0 to below 1, such as 0.02.")
    if not 0.5 <= confidence < 1:
        raise InputError(f"The confidence is {confidence:g}; expected a share from 0.5 to below 1, such as 0.95.")


def design_facts(cards: CardsByRank) -> dict:
    """The drawn cards; ranks are listed only where seed, strata and shares do not give them again."""
    audit = cards.audit
    return {
        "seed": audit.seed,
        "threshold": audit.threshold,
        "flagged": cards.flagged,
        "cards": len(audit),
        "starts": audit.starts.tolist(),
        "shares": audit.shares.tolist(),
        "logits": cards.logit.tolist(),
        "ranks": None if cards.drawn_anew else audit.rows.tolist(),
        "strata": None if cards.drawn_anew else audit.stratum.tolist(),
    }


def sample_facts(samples: ReviewedSamples) -> list[list]:
    """[sample id, rank, given class] of every sample that the log judges."""
    if samples.dataset is None:
        return []
    ids, given = samples.dataset.sample_ids, samples.dataset.given_labels.tolist()
    return [[str(one), rank, label] for one, rank, label in zip(ids, samples.rank.tolist(), given)]


def results(facts: Mapping, cards: CardsByRank, samples: ReviewedSamples, decisions: Sequence[Decision]) -> dict:
    """What follows, by rule of judging, from what the certificate states and the log."""
    policy, mistakes = Policy.from_dict(facts["policy"]), ReviewerMistakes(**facts["mistakes"])
    found = {}
    for rule in RULES:
        told = judge(cards, samples, decisions, facts["run"], policy, rule)
        left = wrong_left(told, cards, facts["confidence"], mistakes)
        found[rule] = {
            "reached": left.within(facts["at_most"]),
            "most_left": left.most,
            "labels": left.labels,
            "share": left.share,
            "random_cards": left.cards,
            "cards_from_rank": left.first_rank,
            "reviewed": told.reviewed,
            "found": round(float(told.strata.found.sum())),
            "mended": told.mended,
            "dropped": told.dropped,
        }
    return found


def log_sha256(decisions: Sequence[Decision]) -> str:
    """Fingerprint of a log, whichever file it was written to."""
    rows = [json.dumps(asdict(d), ensure_ascii=False) for d in decisions]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def seal(facts: Mapping) -> str:
    """SHA-256 of all that a certificate says but its own seal."""
    said = {name: value for name, value in facts.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def certificate_json(facts: Mapping) -> bytes:
    """The file that ``certify --check`` reads: readable above, one line for each reviewed sample."""
    head = {name: value for name, value in facts.items() if name != "samples"}
    lines = ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in facts["samples"])
    text = json.dumps(head, indent=1, ensure_ascii=False)
    return (text.removesuffix("\n}") + f',\n "samples": [\n  {lines}\n ]\n}}\n').encode()
