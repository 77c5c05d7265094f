"""The doctor on files: what the readers refuse is a finding as well, with its fix where there is a safe one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from cleaning.errors import InputError
from data_adapters.contract import Reading
from data_adapters.doctor.at_the_door import Door, door
from data_adapters.doctor.finding import Finding
from data_adapters.sentences import listed


@dataclass(frozen=True)
class Diagnosis:
    """reading: None where the readers refuse it. findings: worst first."""

    reading: Reading | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]


def diagnose(read: Callable[[], Reading], fixes: Iterable[str] = ()) -> Diagnosis:
    """Reads with the accepted fixes and examines. A refusal of the readers is the first finding, not raised.

    Raises InputError for fixes that do not exist.
    """
    from data_adapters.doctor.examination import examine

    fixes = list(fixes)
    with door(fixes) as here:
        try:
            reading = read()
        except InputError as error:
            return Diagnosis(None, (_refused(error, here), *here.proposed))
    reading = _rest(reading, fixes, here)
    read_anyway = tuple(replace(finding, severity="warning") for finding in here.proposed)
    found = (*read_anyway, *examine(reading))
    return Diagnosis(reading, tuple(sorted(found, key=lambda f: ("error", "warning", "note").index(f.severity))))


@dataclass(frozen=True)
class Looked:
    """reading: with the accepted fixes made, or None where the readers refuse it in the words of ``refusal``.
    proposed: fixes that could be made before reading."""

    reading: Reading | None
    refusal: str
    proposed: tuple[Finding, ...]


def look(read: Callable[[], Reading], fixes: Iterable[str] = ()) -> Looked:
    """Reads with the accepted fixes; says what the readers refuse and what would help. Other fixes are not made."""
    with door(list(fixes)) as here:
        try:
            return Looked(read(), "", tuple(here.proposed))
        except InputError as error:
            return Looked(None, str(error), tuple(here.proposed))


def read_fixed(read: Callable[[], Reading], fixes: Iterable[str] = ()) -> Reading:
    """The reading with the accepted fixes made. Raises InputError as the readers do, naming fixes that would help."""
    fixes = list(fixes)
    with door(fixes) as here:
        try:
            reading = read()
        except InputError as error:
            raise InputError(f"{error}{_offer(here)}") from error
    return _rest(reading, fixes, here)


def _rest(reading: Reading, fixes: list[str], here: Door) -> Reading:
    """The fixes that are left for the reading itself."""
    left = [name for name in fixes if name not in here.taken]
    if not left:
        return reading
    from data_adapters.doctor.fixes import apply_fixes

    return apply_fixes(reading, left)


def _refused(error: InputError, here: Door) -> Finding:
    fix = "The fixes below may help." if here.proposed else ""
    return Finding("refused", "error", str(error), fix=fix)


def _offer(here: Door) -> str:
    names = [finding.name for finding in here.proposed]
    return f" A fix is offered: --fix {listed(names)}" if names else ""
