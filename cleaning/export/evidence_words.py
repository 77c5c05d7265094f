"""What estimates rest on, in words: how many cards of which kind, and what verdicts are worth. The same everywhere."""

from cleaning.errors import counted
from cleaning.estimate.answers import Estimate, in_words
from cleaning.estimate.totals import VerdictErrors
from cleaning.estimate.unsure_cards import worth_settling
from cleaning.review.in_force import InForce
from cleaning.settle.error_rates import ErrorRates

WRONG_VERDICTS = (0.02, 0.05)  # shares at which estimates are shown while nobody knows how often reviewers err
REPEATED_ALONE, REPEATED = 0.5, 0.0  # least share of mistakes thought to be repeated by the same person, by another


def counts_in_words(now: InForce) -> str:
    """Cards drawn at random, cards reviewed in all, samples known exactly: three numbers with three names."""
    told = now.estimate
    return (
        f"{counted(told.card_count, 'random card')}, {counted(now.reviewed_count, 'reviewed card')}, "
        f"{told.known_count:,} known exactly"
    )


def of_what_can_be_shown(now: InForce) -> str:
    """Of which samples the estimates speak, where some have no picture."""
    shown = len(now.dataset) if now.audited is None else int(now.audited.sum())
    return f"of the {shown:,} of {len(now.dataset):,} samples with a picture"


def what_verdicts_are_worth(now: InForce) -> list[str]:
    """What reviewers' errors mean for the estimates, what waits for a second look, and what unsure verdicts cost."""
    return [*_errors_in_words(now), *_second_looks(now), *_unsure_in_words(now)]


def _errors_in_words(now: InForce) -> list[str]:
    rates = now.error_rates[0]
    if not rates.enough:
        return [
            f"if {100 * share:.0f} % of the verdicts are wrong: {_pair(at_errors(now, share))}"
            for share in WRONG_VERDICTS
        ]
    said = f"reviewers' errors, as measured ({rates_in_words(rates)}), included"
    return [f"{said}: {_pair(with_measured_errors(now))}"]


def rates_in_words(rates: ErrorRates) -> str:
    """Both rates as intervals."""
    alarm, miss = rates.false_alarm, rates.miss
    return (
        f"false alarms {100 * alarm.low:.1f} % to {100 * alarm.high:.1f} % of {alarm.looks:,} looks, "
        f"misses {100 * miss.low:.1f} % to {100 * miss.high:.1f} % of {miss.looks:,}"
    )


def _pair(told: Estimate) -> str:
    precision, detection = in_words(told.precision, False), in_words(told.detection_rate, False)
    first, second = (words.partition(";")[0] for words in (precision, detection))
    return f"precision {first}, detection rate {second}"


def at_errors(now: InForce, share: float) -> Estimate:
    """The estimate if up to this share of the verdicts is wrong, of either kind."""
    return now.estimate_with(VerdictErrors.of((0.0, share), (0.0, share), _repeated(now)))


def with_measured_errors(now: InForce) -> Estimate:
    """The estimate with the error rates measured so far, whatever they are within their intervals."""
    rates = now.error_rates[0]
    alarm, miss = ((rate.low, rate.high) for rate in (rates.false_alarm, rates.miss))
    return now.estimate_with(VerdictErrors.of(alarm, miss, _repeated(now)))


def _repeated(now: InForce) -> float | None:
    """The least share of mistakes below the threshold that survive a second look; None where there is none."""
    if not now.chosen.second_look:
        return None
    return REPEATED_ALONE if now.reviewer_count < 2 else REPEATED


def _second_looks(now: InForce) -> list[str]:
    waiting = now.waiting_for_a_second_look
    words = []
    if waiting:
        words.append(
            f"{counted(waiting, 'card')} judged wrong below the threshold: {'it waits' if waiting == 1 else 'they wait'} "
            "for a second look and until then count both ways"
        )
    if now.chosen.second_look and now.reviewer_count == 1:
        words.append(
            "second looks go back to the same person, who may repeat a mistake: they are worth less than another's"
        )
    return words


def _unsure_in_words(now: InForce) -> list[str]:
    told, waiting = now.estimate, now.waiting_for_a_second_look
    if told.unsure_count <= waiting:
        return []
    words = [f"{counted(told.unsure_count - waiting, 'unsure verdict')} count as right and as wrong"]
    settling = worth_settling(now.ranked.audit, now.ranked.ranking, told, now.counted_verdicts, now.ranked.flaggable)
    if settling is not None and settling.after < settling.before:
        words.append(
            f"settling the {counted(settling.cards, 'card')} that stand for the most samples would help most: "
            f"the detection rate's band from ±{100 * settling.before:.0f} to ±{100 * settling.after:.0f} points"
        )
    return words
