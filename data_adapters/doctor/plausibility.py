"""Before anything is scored: whether what was read can be what was meant, on a sample that costs next to nothing.

Every expert's agreement with the given labels is held against chance and against rival readings. Only where something
looks wrong are the doctor's own checks made, on more samples.
"""

from dataclasses import replace

import numpy as np

from cleaning.domain.experts import FullExpert, VotesExpert
from cleaning.errors import InputError, counted
from data_adapters.contract import Reading
from data_adapters.doctor.chance import at_chance, excess, near_chance
from data_adapters.doctor.class_order import means_another
from data_adapters.doctor.evidence import Evidence, Opinion, agreement
from data_adapters.doctor.finding import Finding
from data_adapters.doctor.rivals import SOME_BETTER, far_better, named_orders
from data_adapters.joining.score_kind import looked_at
from data_adapters.plan import ReadingPlan
from data_adapters.ways import way

FEWEST_EQUAL = 200  # samples, below which an expert may agree everywhere by merit
CERTAIN = 0.999


def held_against_evidence(reading: Reading, plan: ReadingPlan) -> Reading:
    """The reading without experts that have no vote; what speaks for the others goes into the plan.

    Raises InputError where a rival reading explains the given labels far better, or all experts agree by chance alone,
    unless the user insists.
    """
    evidence = Evidence(reading, fewer=_sample_size(reading))
    if not evidence.enough:
        return reading
    for opinion in evidence.opinions:
        _decide(opinion, evidence, plan)
    if plan.options.as_is or not _looks_wrong(evidence):
        return reading
    return _settled(reading, plan)


def _sample_size(reading: Reading) -> int:
    widths = [expert.scores.shape[1] for expert in reading.experts if isinstance(expert, FullExpert)]
    return looked_at(len(reading.dataset), max(widths, default=1))


def _decide(opinion: Opinion, evidence: Evidence, plan: ReadingPlan) -> None:
    share, chance, _ = excess(opinion, evidence)
    seen = f"{share:.1%} of {counted(len(evidence.places), 'sample')} looked at; by chance {chance:.1%}"
    plan.decide(opinion.expert.name, "agreement with the given labels", seen, "inferred")


def _looks_wrong(evidence: Evidence) -> bool:
    return bool(evidence.reading.rival_labels) or any(
        repeats_labels(opinion, evidence)
        or near_chance(opinion, evidence)
        or at_chance(opinion, evidence, best_peer(opinion, evidence))
        or means_another(opinion.predicted, evidence.labels, evidence.class_count)
        or _another_order(opinion, evidence)
        for opinion in evidence.opinions
    )


def _another_order(opinion: Opinion, evidence: Evidence) -> bool:
    share = agreement(opinion.predicted, evidence.labels)
    said = opinion.predicted >= 0
    if not said.any() or share * SOME_BETTER >= 1:
        return False
    for _, class_of in named_orders(evidence.reading.dataset.class_names):
        rival = float((class_of[opinion.predicted[said]] == evidence.labels[said]).mean())
        if far_better(rival, share, int(said.sum())):
            return True
    return False


def best_peer(opinion: Opinion, evidence: Evidence) -> float:
    """Agreement of the best other expert; NaN where there is none."""
    others = [share for o, share in zip(evidence.opinions, evidence.agreements) if o is not opinion]
    return max((share for share in others if np.isfinite(share)), default=float("nan"))


def repeats_labels(opinion: Opinion, evidence: Evidence) -> bool:
    """Whether an expert says the given label everywhere, and nothing but it."""
    said = opinion.predicted >= 0
    if said.sum() < FEWEST_EQUAL or not (opinion.predicted[said] == evidence.labels[said]).all():
        return False
    if not excess(opinion, evidence)[2] > 0:  # one label alone, which whoever is right repeats
        return False
    return isinstance(opinion.expert, VotesExpert) or bool((opinion.confidence[said] >= CERTAIN).all())


def _settled(reading: Reading, plan: ReadingPlan) -> Reading:
    """Without the experts that repeat the labels or agree by chance; raises InputError on what a person must settle."""
    from data_adapters.doctor.readings import better_readings

    whole = Evidence(reading)
    errors = [finding for finding in better_readings(whole) if finding.severity == "error"]
    if errors:
        raise InputError(_refusal(errors))
    no_vote = {o.expert.name: "repeats the given labels" for o in whole.opinions if repeats_labels(o, whole)}
    chance = [o for o in whole.opinions if at_chance(o, whole, best_peer(o, whole))]
    no_vote |= {o.expert.name: "agrees with the given labels by chance alone" for o in chance}
    return _without(reading, no_vote, whole, plan) if no_vote else reading


def _refusal(errors: list[Finding]) -> str:
    finding = next((f for f in errors if f.safe_fix), errors[0])
    others = f" ({counted(len(errors) - 1, 'more finding')} like it.)" if len(errors) > 1 else ""
    offer = f" {way('fix', finding.name)}" if finding.safe_fix else ""
    return f"{finding.described()}{others}{offer} {way('as_is')}"


def _without(reading: Reading, no_vote: dict[str, str], evidence: Evidence, plan: ReadingPlan) -> Reading:
    told = {o.expert.name: excess(o, evidence) for o in evidence.opinions}
    sentences = [
        f"Expert '{name}' {why} ({told[name][0]:.1%} of samples, {told[name][1]:.1%} by chance)"
        for name, why in no_vote.items()
    ]
    if len(no_vote) == len(reading.experts):
        raise InputError(
            f"{'; '.join(sentences[:5])}. No expert is left. Check the order of classes and rows, the class names and "
            f"which column holds the predictions. {way('as_is')}"
        )
    for name, why in no_vote.items():
        plan.decide(name, "vote", "none: left out", "inferred", why)
    notes = tuple(f"Warning: {sentence}; it is left out." for sentence in sentences)
    return replace(
        reading,
        experts=tuple(expert for expert in reading.experts if expert.name not in no_vote),
        notes=(*reading.notes, *notes),
        dataset=replace(reading.dataset, notes=(*reading.dataset.notes, *notes)),
        joined_by_position=tuple(name for name in reading.joined_by_position if name not in no_vote),
    )
