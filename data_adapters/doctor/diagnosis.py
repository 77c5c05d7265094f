"""The doctor on files: what the readers refuse is a finding as well, with its fix where there is a safe one."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from cleaning.errors import InputError, first_five
from data_adapters.contract import Reading
from data_adapters.doctor.finding import SEVERITIES, Finding
from data_adapters.doctor.plausibility import held_against_evidence
from data_adapters.plan import UNSAID, ReadingOptions, ReadingPlan
from data_adapters.ways import way

Reader = Callable[[ReadingPlan], Reading]


@dataclass(frozen=True)
class Diagnosis:
    """reading: None where the readers refuse it. findings: worst first."""

    reading: Reading | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]


def diagnose(read: Reader, options: ReadingOptions = UNSAID) -> Diagnosis:
    """Reads with the accepted fixes and examines. A refusal of the readers is the first finding, not raised.

    Raises InputError for fixes that do not exist.
    """
    from data_adapters.doctor.examination import examine

    plan = ReadingPlan(options)
    try:
        reading = read(plan)
    except InputError as error:
        return Diagnosis(None, (_refused(error, plan), *plan.proposed))
    reading = _rest(reading, plan)
    read_anyway = tuple(replace(finding, severity="warning") for finding in plan.proposed)
    found = (*read_anyway, *examine(reading))
    return Diagnosis(reading, tuple(sorted(found, key=lambda f: SEVERITIES.index(f.severity))))


@dataclass(frozen=True)
class Looked:
    """reading: with the accepted fixes made, or None where the readers refuse it in the words of ``refusal``.

    plan: what was decided on the way. against: why the evidence speaks
    against scoring it, "" where it does not. settled: the reading without experts that have no vote. findings: worst first.
    """

    reading: Reading | None
    plan: ReadingPlan
    refusal: str = ""
    against: str = ""
    settled: Reading | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def proposed(self) -> tuple[Finding, ...]:
        """Fixes that could be made before reading."""
        return tuple(self.plan.proposed)

    @property
    def has_error(self) -> bool:
        """Whether a person has to insist before it is scored."""
        return bool(self.against) or any(finding.severity == "error" for finding in self.findings)

    def to_score(self, as_is: bool) -> Reading | None:
        """What is scored: every expert where the user insists, else those that have a vote."""
        return self.reading if as_is or self.settled is None else self.settled


def look(read: Reader, options: ReadingOptions = UNSAID) -> Looked:
    """Reads with the accepted fixes, and looks for what speaks against it; nothing of that is raised."""
    from data_adapters.doctor.examination import examine

    plan = ReadingPlan(options)
    try:
        reading = _rest(read(plan), plan)
    except InputError as error:
        return Looked(None, plan, str(error))
    settled, against = None, ""
    try:
        settled = held_against_evidence(reading, plan)
    except InputError as error:
        against = str(error)
    return Looked(reading, plan, "", against, settled, tuple(examine(reading)))


def read_fixed(read: Reader, options: ReadingOptions = UNSAID) -> Reading:
    """The reading with the accepted fixes made. Raises InputError as the readers do, naming fixes that would help."""
    plan = ReadingPlan(options)
    try:
        reading = read(plan)
    except InputError as error:
        raise InputError(f"{error}{_offer(plan)}") from error
    return held_against_evidence(_rest(reading, plan), plan)


def _rest(reading: Reading, plan: ReadingPlan) -> Reading:
    """The fixes that are left for the reading itself."""
    left = [name for name in plan.options.fixes if name not in plan.taken]
    if not left:
        return reading
    from data_adapters.doctor.fixes import apply_fixes

    return apply_fixes(reading, left)


def _refused(error: InputError, plan: ReadingPlan) -> Finding:
    fix = "The fixes below may help." if plan.proposed else ""
    return Finding("refused", "error", str(error), fix=fix)


def _offer(plan: ReadingPlan) -> str:
    names = [finding.name for finding in plan.proposed]
    return f" {way('fix', first_five(names))}" if names else ""
