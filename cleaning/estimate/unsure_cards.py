"""What unsure verdicts cost an estimate, and how few of them to settle first."""

from dataclasses import dataclass, replace

import numpy as np

from cleaning.domain.judgements import UNSURE
from cleaning.estimate.answers import Estimate
from cleaning.estimate.counted_verdicts import CountedVerdicts
from cleaning.estimate.estimating import estimate
from cleaning.estimate.parts import fitted_curve
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking, logit


@dataclass(frozen=True)
class Settling:
    """cards: unsure samples to settle first, those that stand for the most others. before, after: half-width of the
    detection rate's band (a share) as it is and once they are settled."""

    cards: int
    before: float
    after: float


def worth_settling(
    audit: AuditDesign,
    ranking: Ranking,
    now: Estimate,
    counted: CountedVerdicts,
    flaggable: np.ndarray | None = None,
) -> Settling | None:
    """The fewest unsure verdicts whose settlement takes away half of what all of them add; None where there are none.

    Settled, each is taken to be as likely wrong as the curve says.
    """
    if not now.unsure_count:
        return None
    codes = np.full(len(ranking), np.nan)

    def half_width(settled: int) -> float:
        known = _settled(counted, ranking, settled)
        at = (audit, codes, ranking, now.threshold)
        told = estimate(*at, flaggable=flaggable, level=now.level, anytime=now.anytime, counted=known)
        return told.detection_rate.half_width

    before, least = half_width(0), half_width(now.unsure_count)
    few, many = 0, now.unsure_count
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if half_width(middle) <= (before + least) / 2 else (middle, many)
    return Settling(many, before, half_width(many))


def _settled(counted: CountedVerdicts, ranking: Ranking, cards: int) -> CountedVerdicts:
    """With the unsure cards that stand for the most samples, then those known exactly, as the curve says."""
    curve = fitted_curve(counted, ranking)
    code, known_code = counted.code.copy(), counted.known_code.copy()
    heaviest = np.flatnonzero(code == UNSURE)
    heaviest = heaviest[np.argsort(-counted.weight[heaviest], kind="stable")][:cards]
    code[heaviest] = curve.at(logit(ranking.suspicion[counted.rank[heaviest]]))
    others = np.flatnonzero(known_code == UNSURE)[: cards - len(heaviest)]
    known_code[others] = curve.at(logit(ranking.suspicion[counted.known_rank[others]]))
    return replace(counted, code=code, known_code=known_code)
