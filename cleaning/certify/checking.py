"""Comes to a certificate's claim again, from the file and the exported log alone; refuses anything altered."""

import json
from collections.abc import Mapping, Sequence

import numpy as np

from cleaning.certify.certificate import FORMAT, VERSION, check_asked, log_sha256, results, seal
from cleaning.certify.judged_log import CardsByRank, ReviewedSamples
from cleaning.domain.verdicts import LATER, check_labels
from cleaning.errors import InputError, first_five
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision
from cleaning.suspect.audit import AuditDesign, drawn_ranks

AGAIN = "Ask whoever issued it for the original, or make it again: python -m cleaning certify."


def check_certificate(data: bytes, decisions: Sequence[Decision], fingerprint: str) -> dict:
    """The certificate's facts once all of them follow from the log. fingerprint: of the dataset, as the log names it.

    Raises InputError for a file that is no certificate, was altered, belongs to another log, or claims what does not
    follow.
    """
    facts = _read(data)
    try:
        _check_log(facts, decisions, fingerprint)
        cards, samples = _cards(facts), _samples(facts)
        _check_samples(samples, decisions)
        again = results(facts, cards, samples, decisions)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, MemoryError):
        raise InputError(f"The certificate lacks something or holds what cannot be. {AGAIN}") from None
    if again != facts.get("results"):
        raise InputError(f"What the certificate claims does not follow from the log. {AGAIN}")
    return facts


def _read(data: bytes) -> dict:
    try:
        facts = json.loads(data)
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT or facts.get("version") != VERSION:
        raise InputError(
            f"This is no certificate of ours (expected JSON of format {FORMAT}, version {VERSION}). "
            "Give the JSON file, not the page."
        )
    if seal(facts) != facts.get("sha256"):
        raise InputError(f"The certificate was changed after it was written: its SHA-256 does not match. {AGAIN}")
    return facts


def _check_log(facts: Mapping, decisions: Sequence[Decision], fingerprint: str) -> None:
    check_asked(facts["at_most"], facts["confidence"])
    if facts["dataset"]["fingerprint"] != fingerprint:
        raise InputError("The log belongs to another dataset than the certificate. Give the log exported with it.")
    if (facts["log"]["decisions"], facts["log"]["sha256"]) != (len(decisions), log_sha256(decisions)):
        raise InputError(
            f"The log is not the one that the certificate rests on: it names {facts['log']['decisions']} decisions, the "
            f"log holds {len(decisions)} or other ones. Give the log exported with it."
        )


def _cards(facts: Mapping) -> CardsByRank:
    """The drawn cards: drawn anew from the seed, or as listed where the certificate lists them."""
    design = facts["design"]
    starts, shares = np.array(design["starts"], np.int64), np.array(design["shares"], np.float64)
    if starts[0] != 0 or starts[-1] != facts["dataset"]["samples"] or (np.diff(starts) <= 0).any():
        raise ValueError("strata that are none")
    if design["ranks"] is None:
        ranks, stratum = drawn_ranks(starts, shares, design["seed"], design["cards"])
    else:
        ranks, stratum = (np.array(design[name], np.int64) for name in ("ranks", "strata"))
        if (np.searchsorted(starts, ranks, side="right") - 1 != stratum).any() or len(set(ranks.tolist())) != len(
            ranks
        ):
            raise ValueError("cards outside their strata")
    audit = AuditDesign(ranks, stratum, starts, shares, design["threshold"], design["seed"])
    return CardsByRank(audit, design["flagged"], np.array(design["logits"], np.float64))


def _samples(facts: Mapping) -> ReviewedSamples:
    listed, total = facts["samples"], facts["dataset"]["samples"]
    ids, ranks, given = zip(*listed) if listed else ((), (), ())
    if len(set(ids)) != len(ids) or len(set(ranks)) != len(ranks) or not all(0 <= rank < total for rank in ranks):
        raise ValueError("samples listed twice or outside the dataset")
    return ReviewedSamples.named(list(ids), np.array(given, np.int64), np.array(ranks, np.int64))


def _check_samples(samples: ReviewedSamples, decisions: Sequence[Decision]) -> None:
    """Whether the certificate lists all samples that the log judges and no others, with given labels that suit."""
    current = CurrentDecisions()
    current.update(decisions)
    standing = [d for d in current.standing() if d.verdict != LATER]
    listed = {} if samples.dataset is None else dict(zip(samples.dataset.sample_ids, samples.dataset.given_labels))
    strange = sorted({d.sample_id for d in standing} ^ {str(one) for one in listed})
    if strange:
        raise InputError(f"Certificate and log do not name the same samples: {first_five(strange)}. {AGAIN}")
    for decision in standing:
        highest = max(int(listed[decision.sample_id]), *decision.labels, 0) + 1
        check_labels(decision.verdict, decision.labels, int(listed[decision.sample_id]), highest)
